# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fork works with: make, the workflows, the hooks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
import stage
import yaml
from documentation.blocks import blocks_of

WORKFLOWS = sorted((stage.ROOT / ".github" / "workflows").glob("*.yml"))
HOOKS = yaml.safe_load((stage.ROOT / ".pre-commit-config.yaml").read_text())["repos"]

_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_USES = re.compile(r"uses: (\S+?)@(\S+)(?: +(# \S+))?")


def make(*words, path=None):
    """Run it as a user does who has set nothing, with another PATH if there is one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    environment = {**kept, "PATH": path or os.environ["PATH"]}
    return subprocess.run(
        [shutil.which("make"), "--no-print-directory", *words], cwd=stage.ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


# -- make --------------------------------------------------------------------------------------------------------


def targets():
    return set(_TARGET.findall((stage.ROOT / "Makefile").read_text()))


def test_help_has_every_target_once_in_one_column():
    lines = [line for line in make("help").stdout.splitlines() if line.startswith(" ")]
    named = [line.split()[1] for line in lines]
    assert sorted(named) == sorted(targets())
    assert {re.match(r"  make [a-z-]+ +", line).end() for line in lines} == {24}


@pytest.fixture
def pythons(tmp_path):
    """Makes programs that pass for Pythons: each fits, or doesn't."""

    def place(**fits):
        for name, does in fits.items():
            program = tmp_path / name.replace("_", ".")
            program.write_text(f"#!/bin/sh\nexit {0 if does else 1}\n")
            program.chmod(0o755)
        return tmp_path

    return place


def chosen(folder):
    """The Python that make takes where nothing but this folder is on PATH."""
    return make("--eval", "show: ; @:$(info $(PYTHON))", "show", path=str(folder))


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ({"python3_13": True, "python3_11": True}, "python3.13"),
        ({"python3_13": False, "python3_12": True, "python3": True}, "python3.12"),
        ({"python3_11": False, "python3": True}, "python3"),
    ],
)
def test_make_takes_the_newest_python_that_fits(pythons, there, taken):
    folder = pythons(**there)
    assert chosen(folder).stdout == f"{folder / taken}\n"


def test_without_a_python_that_fits_make_says_what_it_needs(pythons):
    done = chosen(pythons(python3_14=True, python3=False))
    assert done.returncode != 0
    assert "No Python 3.11, 3.12 or 3.13" in done.stdout
    assert len(done.stdout.splitlines()) == 1


# -- the workflows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_makes_what_the_makefile_has(workflow):
    made = re.findall(r"run: make (.+)", workflow.read_text())
    assert made or "windows" in workflow.name
    assert [target for words in made for target in words.split() if target not in targets()] == []


def test_every_action_is_pinned_to_one_commit_with_its_version_beside_it():
    used = {found for path in WORKFLOWS for found in _USES.findall(path.read_text())}
    assert [use for use in used if not re.fullmatch(r"[0-9a-f]{40}", use[1]) or not use[2].startswith("# v")] == []
    assert len({action for action, *_pin in used}) == len(used)


# -- the hooks and the files for engines -------------------------------------------------------------------------


def test_a_commit_is_checked_by_the_pinned_tools_and_nothing_is_downloaded():
    pinned = re.findall(r"^([\w.-]+)==", (stage.ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    assert [repository["repo"] for repository in HOOKS] == ["local"]
    for hook in HOOKS[0]["hooks"]:
        assert hook["language"] == "system"
        assert re.match(r"\.venv/bin/([\w-]+) ?", hook["entry"])[1] in pinned


def test_the_execution_environment_is_the_one_of_the_guide():
    guide = next(block for block in blocks_of("docs/fleets.md") if block.file_name == "execution-environment.yml")
    assert yaml.safe_load((stage.ROOT / "execution-environment.yml").read_text()) == guide.content
