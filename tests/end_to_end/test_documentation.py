# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example works as it stands in the documentation: of the README, the guides, the roles and the modules."""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from pathlib import Path

import pytest
import stage
import yaml
from documentation.blocks import Block, all_blocks, examples
from documentation.returned import MODULES, complaints

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.scenario import HostSpec, load, place_host

from .ansible_run import Ansible

#: Blocks of YAML that aren't run, by document and first line, with the reason.
NOT_RUN = {
    ("README.md", "# inventory.yml"): "an inventory of hosts that don't exist: the test has its own",
    ("README.md", "collections:"): "needs Galaxy: make publish-check installs the tarball",
    ("docs/contributing.md", "# fleet.yml: make fleet SCENARIO=fleet.yml"): "is loaded by a test below",
    ("docs/fleets.md", "- name: Ask the application"): "asks an application: test_rollouts has one",
    ("docs/fleets.md", "rollout:"): "a pipeline for GitLab; its commands are like those above it",
    ("docs/fleets.md", "# execution-environment.yml: ansible-builder build -t iis-ee"): "needs a container engine",
    ("docs/fleets.md", "# workflow.yml: look first, ask somebody, go in batches"): "needs AWX, and its collection",
    ("docs/getting_started.md", "# inventory.yml"): "an inventory of hosts that don't exist: the test has its own",
    ("roles/health_check/README.md", "# group_vars/web.yml"): "variables; test_rollouts sets them",
    ("roles/health_check/README.md", "# health.yml: the page is there, and it says so"): (
        "asks an application: test_rollouts has one"
    ),
    ("roles/safe_restart/README.md", "- hosts: web"): "asks an application and a load balancer: test_rollouts has both",
    ("roles/safe_restart/README.md", "# load_balancer/leave.yml"): "asks a load balancer: test_rollouts has one",
}

#: Programs whose commands aren't run, with the reason.
NOT_STARTED = {
    "ansible-galaxy": "needs Galaxy: make publish-check installs the tarball",
    "ansible-navigator": "needs a container engine; make runner sees where the container would work",
    "antsibull-changelog": "makes a release",
    "inventory.sh": "is run by test_real_hosts",
    "jq": "isn't Python's; the JSON is read by test_rollouts",
    "pip": "needs a package index",
    "python": "is tried by the tests of the simulator",
    "read": "asks for a password",
}

VARIABLES = {"vault_metabase_password": "secret"}

#: Simulated seconds for each real one.
SPEED = 10.0


def rich() -> IisSpec:
    """A host that has what the examples name."""
    return IisSpec(
        services=(Kind.WEB, Kind.FTP, Kind.SMTP),
        sites=[
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
            SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
            SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
        ],
        pools=(PoolSpec("DefaultAppPool"), PoolSpec("Shop")),
    )


class Guests:
    """Hosts by name, and Ansible to run against them."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
        clock = RealClock(time.monotonic, SPEED)
        specs = [
            HostSpec(name, address=f"127.42.{worker}.{number}", iis=rich()) for number, name in enumerate(names, 1)
        ]
        fleet = Fleet([place_host(spec, clock, folder / "state") for spec in specs], clock)
        self.thread = FleetThread(fleet)
        self.folder = folder

    def __enter__(self) -> Ansible:
        self.thread.__enter__()
        return Ansible(self.folder, self.thread.fleet.inventory())

    def __exit__(self, *error: object) -> None:
        self.thread.__exit__(*error)


def host_of(block: Block) -> str:
    """The name of the host that a document's blocks run on, in their order."""
    return re.sub(r"\W+", "-", block.where.removesuffix(".md").removeprefix("docs/")).lower()


def is_run(block: Block) -> bool:
    return bool(block.plays) and (block.where, block.first_line) not in NOT_RUN


def playbook(blocks: list[Block]) -> list[dict]:
    return [
        {**play, "hosts": host_of(block), "vars": {**VARIABLES, **play.get("vars", {})}}
        for block in blocks
        for play in block.plays
    ]


GROUPS = {"modules": examples(), "documents": [block for block in all_blocks() if is_run(block)]}


@pytest.mark.parametrize("group", GROUPS)
def test_the_examples_work(tmp_path, group):
    blocks = GROUPS[group]
    names = sorted({host_of(block) for block in blocks})
    for hook in ("leave", "enter"):  # the files that the examples name
        file = tmp_path / "load_balancer" / f"{hook}.yml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"- name: Have the host {hook} the load balancer\n  ansible.builtin.debug:\n")
    path = tmp_path / "examples.yml"
    path.write_text(yaml.safe_dump(playbook(blocks), sort_keys=False))

    with Guests(tmp_path, names) as ansible:
        run = ansible.run("ansible-playbook", str(path))

    troubles = defaultdict(list)
    for event in run.events:
        module = event.action.removeprefix("fleetops.iis.")
        if event.status in {"failed", "unreachable"}:
            troubles[event.host].append(f"{event.task}: {event.result.get('msg')}")
        elif module in MODULES and event.status != "skipped":
            troubles[event.host] += complaints(module, event.result)
    assert {host: found for host, found in troubles.items() if found} == {}
    assert run.code == 0, run.output
    assert {event.host for event in run.events} == set(names)


def without_inventory(words: list[str]) -> list[str]:
    """The words without ``-i inventory.yml``: the test gives its own inventory."""
    if "-i" not in words:
        return words
    at = words.index("-i")
    return words[:at] + words[at + 2 :]


def ansible_commands() -> dict[str, tuple[Block, list[str]]]:
    """The commands that run Ansible, each once."""
    found = {}
    for block in all_blocks():
        for words in block.commands:
            program = words[0].rpartition("/")[2]
            if program in {"ansible", "ansible-playbook"}:
                command = without_inventory([program, *words[1:]])
                found.setdefault(" ".join(command), (block, command))
    return found


@pytest.mark.parametrize("name", ansible_commands())
def test_a_command_works(tmp_path, name):
    block, words = ansible_commands()[name]
    for other in all_blocks():
        if other.where == block.where and other.file_name and other.file_name != "inventory.yml":
            (tmp_path / other.file_name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / other.file_name).write_text(other.text)

    with Guests(tmp_path, ["web01", "web02"]) as ansible:
        run = ansible.run(*words)

    assert run.code == 0, run.output


def test_every_block_of_yaml_is_run_or_listed_with_the_reason():
    yaml_blocks = [block for block in all_blocks() if block.language == "yaml"]
    assert [str(block) for block in yaml_blocks if not block.plays and not is_listed(block)] == []
    assert NOT_RUN.keys() - {(block.where, block.first_line) for block in yaml_blocks} == set()


def is_listed(block: Block) -> bool:
    return (block.where, block.first_line) in NOT_RUN


def test_every_other_command_is_a_target_of_make_or_listed_with_the_reason():
    makefile = (stage.ROOT / "Makefile").read_text()
    unknown = []
    for block in all_blocks():
        for words in block.commands:
            program = words[0].rpartition("/")[2]
            if program == "make":
                targets = [word for word in words[1:] if "=" not in word]
                unknown += [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]
            elif program not in {"ansible", "ansible-playbook", *NOT_STARTED}:
                unknown.append(" ".join(words))
    assert unknown == []


def test_the_description_of_a_fleet_can_be_loaded(tmp_path):
    path = tmp_path / "fleet.yml"
    path.write_text(next(block.text for block in all_blocks() if block.file_name == "fleet.yml"))

    assert [spec.name for spec in load(path)] == ["web01", "web02", "web10"]
