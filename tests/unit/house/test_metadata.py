# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written in more than one place says the same everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import stage
import yaml


def names(folder: str, pattern: str = "iis_*.py") -> set[str]:
    return {path.stem for path in (stage.ROOT / "plugins" / folder).glob(pattern)}


def load(path: str):
    return yaml.safe_load((stage.ROOT / path).read_text())


def test_the_action_group_has_every_module():
    assert set(load("meta/runtime.yml")["action_groups"]["iis"]) == names("modules")


def test_every_module_is_carried_out_by_an_action_plugin_of_its_name():
    assert names("action") == names("modules")


@pytest.mark.parametrize("module", sorted(names("modules")))
def test_the_readme_names_every_module(module):
    assert f"`{module}`" in (stage.ROOT / "README.md").read_text()


def test_the_newest_release_of_the_changelog_is_this_version():
    assert load("galaxy.yml")["version"] in load("changelogs/changelog.yaml")["releases"]


def test_no_test_of_ansible_is_ignored():
    assert not list((stage.ROOT / "tests" / "sanity").glob("ignore*"))
    assert set(load(".ansible-lint")) == {"profile", "strict", "exclude_paths"}
    assert not (stage.ROOT / ".ansible-lint-ignore").exists()


def test_development_requirements_are_all_pinned():
    lines = (stage.ROOT / "requirements-dev.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)] == []


def imports(folder: Path) -> set[tuple[str, str]]:
    found = set()
    for path in folder.rglob("*.py"):
        for match in re.finditer(r"^\s*(?:from|import)\s+([\w.]+)", path.read_text(), re.MULTILINE):
            found.add((str(path.relative_to(stage.ROOT)), match.group(1)))
    return found


def test_the_simulator_and_the_collection_meet_on_the_wire_only():
    simulator = imports(stage.ROOT / "tests" / "simulator")
    plugins = imports(stage.ROOT / "plugins")
    assert [use for use in simulator if use[1].startswith(("ansible", "plugins"))] == []
    assert [use for use in plugins if use[1].startswith(("simulator", "tests"))] == []
