# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook preflight: one table of what a rollout would meet, and nothing touched."""

from __future__ import annotations

import pytest

from simulator.iis.spec import IisSpec


@pytest.fixture
def fleet(start):
    """One host in order; two in IIS 5.0 mode, one of them without IISReset; one write-protected; one switched off."""
    hosts = start(
        IisSpec(),
        IisSpec(iis5_mode=True),
        IisSpec(iis5_mode=True, iisreset_disabled=True),
        IisSpec(iis5_mode=True),
        IisSpec(),
    )
    hosts[1].act("add_sessions", kind="web", site=1, count=12)
    hosts[3].act("metabase_read_only")
    hosts[4].act("switch_off")
    return hosts


def test_the_table_says_which_hosts_are_ready_and_what_it_would_cost(fleet):
    run = fleet.ansible.run(
        "ansible-playbook", "fleetops.iis.preflight", "-e", "mode=worker_process", "-e", "gate=false"
    )

    assert run.code == 0, run.output
    told = next(event.result["msg"] for event in run.events if event.task == "Show the table")
    assert told[0] == ("Switching to worker_process: 1 ready, 3 not ready, 1 with nothing to do. Nothing was touched.")
    lines = [line.split() for line in told]
    assert [line[0] for line in lines if line[1:3] == ["NOT", "READY"]] == ["web03", "web04", "web05"]
    assert [line[0] for line in lines if line[1:2] == ["ready"]] == ["web02"]
    assert "12 HTTP" in next(line for line in told if line.startswith("web02 "))
    assert "DISABLED" in next(line for line in told if line.startswith("web03 "))
    assert any(line.startswith("web04: ") and "read-only" in line for line in told)


def test_nothing_is_touched(fleet):
    def state():
        return [(host.modes, host.process("W3SVC"), host.iis["metabase"]["file_version"]) for host in fleet.all[:4]]

    before = state()

    fleet.ansible.run("ansible-playbook", "fleetops.iis.preflight")

    assert state() == before
    for host in fleet.all:
        assert not [entry for entry in host.journal() if entry.action == "Put"]
        assert [entry.method for entry in host.journal() if entry.method and not entry.method.startswith("Get")] == []
        assert {command.upper() for command in host.commands()} <= {"IISRESET /STATUS"}


def test_a_pipeline_ends_at_hosts_that_are_not_ready(fleet):
    run = fleet.ansible.run("ansible-playbook", "fleetops.iis.preflight", "-e", "mode=worker_process")

    assert run.code != 0
    assert run.of("failed") == {"web03", "web04", "web05"}


def test_the_table_of_a_recycling_names_hosts_without_pools(fleet):
    run = fleet.ansible.run("ansible-playbook", "fleetops.iis.preflight", "-e", "app_pools=all")

    told = next(event.result["msg"] for event in run.events if event.task == "Show the table")
    assert told[0].startswith("Recycling application pools: "), run.output
    in_iis5_mode = {host.name for host in fleet.all[:4] if host.modes[1] == "iis5"}
    assert run.of("failed") == in_iis5_mode | {"web05"}
    assert [line for line in told if line.startswith("web02: ") and "IIS 5.0 isolation mode" in line]
    assert not [command for host in fleet.all for command in host.commands()]


def test_there_is_one_table_whatever_strategy_the_user_has_set(fleet):
    command = ("ansible-playbook", "fleetops.iis.preflight", "-e", "gate=false", "--forks", "2")
    run = fleet.ansible.run(*command, ANSIBLE_STRATEGY="free")

    (table,) = [event.result["msg"] for event in run.events if event.task == "Show the table"]
    assert [line.split()[0] for line in table if line.split()[1:3] == ["NOT", "READY"]] == [
        "web03",
        "web04",
        "web05",
    ], run.output
