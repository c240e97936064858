# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import shlex

import pytest
import stage
import yaml

from simulator.iis.spec import IisSpec

README = (stage.ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[list[str]]:
    lines = (shlex.split(line, comments=True) for block in blocks("sh") for line in block.splitlines())
    return [words for words in lines if words and words[0] == program]


def plays() -> list[str]:
    parsed = ((block, yaml.safe_load(block)) for block in blocks("yaml"))
    return [block for block, content in parsed if isinstance(content, list) and "hosts" in content[0]]


def for_inventory(words: list[str]) -> list[str]:
    """The words without ``-i inventory.yml``: the test gives its own inventory."""
    at = words.index("-i")
    return words[:at] + words[at + 2 :]


@pytest.mark.parametrize("words", commands("ansible"), ids=" ".join)
def test_an_ad_hoc_command_works(web, words):
    run = web.ansible.run(*for_inventory(words))

    assert run.code == 0, run.output
    assert web[0].site("W3SVC/1") == "started"


def test_the_commands_of_the_playbook_work(start):
    hosts = start(IisSpec(iis5_mode=True))

    for words in commands("ansible-playbook"):
        run = hosts.ansible.run(*for_inventory(words))
        assert run.code == 0, run.output

    assert hosts[0].modes == ("worker_process", "worker_process")


@pytest.mark.parametrize("number", range(len(plays())))
def test_a_playbook_works(start, tmp_path, number):
    hosts = start(IisSpec(iis5_mode=True))
    path = tmp_path / "readme.yml"
    path.write_text(plays()[number])

    run = hosts.ansible.run("ansible-playbook", str(path))

    assert run.code == 0, run.output
    assert run.of("changed") == {"web01"}
    assert hosts[0].site("W3SVC/1") == "started"


def test_it_shows_a_playbook_and_a_role():
    assert len(commands("ansible")) == 1
    assert len(plays()) == 2
