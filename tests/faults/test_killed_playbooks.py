# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real ansible-playbook, killed with its workers while a request is under way: the next run finishes the work."""

from __future__ import annotations

import pytest
from end_to_end.test_interruptions import kill_when

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.scenario import HostSpec

from .conftest import CASES
from .playbooks import running

COMMANDS = {
    "isolation_mode": ("fleetops.iis.isolation_mode", "-e", "mode=worker_process", "-e", "batch=100%"),
    "safe_restart": ("fleetops.iis.safe_restart", "-e", "batch=100%", "-e", "safe_restart_drain_timeout=5"),
}


@pytest.fixture
def hosts(tmp_path, role):
    iis = IisSpec(
        services=(Kind.WEB, Kind.FTP),
        sites=[
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
            SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
        ],
        iis5_mode=role == "isolation_mode",
        unsaved_changes=2,
        start_seconds=0.2,
        stop_seconds=0.2,
    )
    with running(tmp_path, HostSpec("web01", iis=iis)) as hosts:
        yield hosts


#: At which request, as a part of the requests of an undisturbed run.
PARTS = (0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    everywhere = metafunc.config.getoption("--everywhere")
    if "part" in metafunc.fixturenames:
        metafunc.parametrize("part", PARTS if everywhere else (0.6,))
    metafunc.parametrize("role", COMMANDS if everywhere else ("isolation_mode",))


#: WS-Management requests of an undisturbed run, by role; a few more or less by the hosts' speed.
REQUESTS = {"isolation_mode": 80, "safe_restart": 75}


def test_an_undisturbed_run_takes_about_so_many_requests(hosts, role, request):
    if not request.config.getoption("--everywhere"):
        pytest.skip("only with --everywhere: it checks a number")
    run = hosts.ansible.run("ansible-playbook", *COMMANDS[role])
    assert run.code == 0, run.output
    assert abs(len(hosts[0].requests()) - REQUESTS[role]) < 0.35 * REQUESTS[role], len(hosts[0].requests())


def test_a_play_that_was_killed_is_finished_by_the_next(hosts, role, part, record_property):
    host = hosts[0]
    delay = Rule(Effect.DELAY, nth=int(part * REQUESTS[role] * 0.7), seconds=30.0)
    host.fault(delay)
    process, _record = hosts.ansible.start("ansible-playbook", *COMMANDS[role])
    kill_when(lambda: delay.done, process)
    assert host.iis["metabase"]["lost_changes"] == 0
    host.heal()

    run = hosts.ansible.run("ansible-playbook", *COMMANDS[role])

    assert run.code == 0, run.output
    assert "Traceback" not in run.output
    assert host.modes == ("worker_process", "worker_process")
    services = host.truth()["services"]
    assert {services[name]["state"] for name in ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC")} == {"Running"}
    assert {site["state"] for site in host.iis["sites"].values()} == {"started"}
    assert host.iis["metabase"]["lost_changes"] == 0
    record_property(CASES, ("Playbooks killed", 1, 1))
