# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks over a fleet of IIS 6.0, 7.5 and 10, judged inside the hosts."""

from __future__ import annotations

import os
import time

import pytest

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.scenario import mixed, place_host

from .conftest import Hosts

SPEED = 10.0
"""Simulated seconds per real one."""
LATER = ("web75", "web10", "core10")


@pytest.fixture
def fleet(tmp_path):
    """The hosts of the simulator's scenario ``mixed``."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    clock = RealClock(time.monotonic, SPEED)
    specs = mixed()
    for number, spec in enumerate(specs, 1):
        spec.address = f"127.46.{worker}.{number}"
    placements = [place_host(spec, clock, tmp_path / "state") for spec in specs]
    with FleetThread(Fleet(placements, clock, folder=tmp_path / "state")) as thread:
        yield Hosts(thread, tmp_path)


def running(host):
    return {name for name, service in host.truth()["services"].items() if service["state"] == "Running"}


def processes(host):
    return {name: service["pid"] for name, service in host.truth()["services"].items()}


def site_states(host):
    return {key: site["state"] for key, site in host.iis["sites"].items()}


def test_safe_restart_brings_back_exactly_what_ran(fleet):
    ran = {host.name: (running(host), site_states(host)) for host in fleet.all}
    before = {host.name: processes(host) for host in fleet.all}
    fleet.forget()

    run = fleet.ansible.run(
        "ansible-playbook", "fleetops.iis.safe_restart", "-e", "batch=100%", "-e", "safe_restart_drain_timeout=0"
    )

    assert run.code == 0, run.output
    for host in fleet.all:
        assert (running(host), site_states(host)) == ran[host.name], host.name
        restarted = {"W3SVC", "WAS"} if host.name.lower() in LATER else {"W3SVC", "IISADMIN"}
        after = processes(host)
        assert not {name for name in restarted if after[name] == before[host.name][name]}, host.name
        if host.name.lower() in LATER:
            assert not [command for command in host.commands() if "powershell" in command.lower()]


def test_isolation_mode_changes_iis_6_and_leaves_later_ones_as_they_are(fleet):
    before = {host.name: processes(host) for host in fleet.all}

    run = fleet.switch("worker_process")

    assert run.code == 0, run.output
    assert run.of("changed") == {"web02"}
    for host in fleet.all:
        assert (processes(host) == before[host.name]) is (host.name.lower() != "web02"), host.name

    run = fleet.switch("iis5", "-e", "max_fail=100", "--limit", ",".join(LATER))

    assert run.of("failed") == set(LATER), run.output
    assert not run.of("changed")
    for host in fleet.all:
        assert (processes(host) == before[host.name]) is (host.name.lower() != "web02"), host.name
