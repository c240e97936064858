# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job: switch the isolation mode of a fleet, save, reset, prove it."""

from __future__ import annotations

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

IIS5 = ("iis5", "iis5")
WORKER_PROCESS = ("worker_process", "worker_process")


def sites(state: str = "started") -> list[SiteSpec]:
    return [
        SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
        SiteSpec(2, "Shop", bindings=(BindingSpec(8080),), state=state),
    ]


@pytest.fixture
def fleet(start):
    """One host in worker process mode; one in IIS 5.0 mode; one like that, with unsaved changes and a paused site."""
    return start(
        IisSpec(),
        IisSpec(iis5_mode=True, services=(Kind.WEB, Kind.FTP)),
        IisSpec(iis5_mode=True, unsaved_changes=4, sites=sites("paused")),
    )


@pytest.fixture
def old(start):
    """One host in IIS 5.0 mode."""
    return start(IisSpec(iis5_mode=True))


def test_check_mode_shows_the_change_and_touches_nothing(fleet):
    before = [(host.modes, host.process("W3SVC"), host.site("W3SVC/1")) for host in fleet.all]

    run = fleet.switch("worker_process", "--check", "--diff")

    assert run.code == 0, run.output
    assert run.of("changed") == {"web02", "web03"}
    assert '+    "configured_mode": "worker_process"' in run.output
    assert [(host.modes, host.process("W3SVC"), host.site("W3SVC/1")) for host in fleet.all] == before
    assert fleet[2].iis["metabase"]["unsaved_changes"] > 0


@pytest.mark.parametrize(
    "running", ["as configured", pytest.param("not yet as configured", marks=pytest.mark.thorough)]
)
def test_a_role_that_is_included_in_check_mode_resets_nothing(start, running):
    hosts = start(IisSpec(iis5_mode=True))
    host = hosts[0]
    if running == "not yet as configured":
        host.act("metabase_set", path="/LM/W3SVC", name="IIs5IsolationModeEnabled", value=False)
    before = host.modes, host.process("W3SVC"), host.iis["metabase"]["unsaved_changes"]

    run = hosts.ansible.playbook(
        [
            {
                "name": "Ask what the role would do",
                "ansible.builtin.include_role": {
                    "name": "fleetops.iis.isolation_mode",
                    "apply": {"check_mode": True},
                },
                "vars": {"isolation_mode_wanted": "worker_process"},
            }
        ]
    )

    assert run.code == 0, run.output
    assert (host.modes, host.process("W3SVC"), host.iis["metabase"]["unsaved_changes"]) == before
    assert {command.upper() for command in host.commands()} == {"IISRESET /STATUS"}
    assert run.statuses()["Save the metabase, then reset IIS, where no handler did"] == "changed", "the plan is shown"


def test_the_fleet_is_switched_saved_and_reset(fleet):
    processes = [host.process("W3SVC") for host in fleet.all]

    run = fleet.switch("worker_process")

    assert run.code == 0, run.output
    assert [host.modes for host in fleet.all] == [WORKER_PROCESS] * 3
    assert [host.process("W3SVC") == process for host, process in zip(fleet.all, processes, strict=True)] == [
        True,
        False,
        False,
    ]
    for host in fleet.all:
        assert host.iis["metabase"]["memory_equals_disk"]
        assert host.iis["metabase"]["lost_changes"] == 0
        assert host.truth()["services"]["W3SVC"]["state"] == "Running"
        assert host.site("W3SVC/1") == "started"
    assert fleet[1].truth()["services"]["MSFTPSVC"]["state"] == "Running"


def test_the_metabase_is_saved_before_iis_is_reset(fleet):
    fleet.switch("worker_process")

    for host in fleet.all[1:]:
        steps = [
            entry.method or entry.query for entry in host.journal() if entry.action in ("Invoke", "Command", "Put")
        ]
        saved = steps.index("SaveData")
        reset = next(number for number, step in enumerate(steps) if "RESTART" in step.upper())
        assert saved < reset


def test_the_next_run_finds_nothing_to_do(fleet):
    fleet.switch("worker_process")

    run = fleet.switch("worker_process")

    assert run.code == 0, run.output
    assert not run.of("changed")
    assert [host.requests() for host in fleet.all] == [["Enumerate", "Enumerate", "Invoke"]] * 3


def test_back_to_iis5_and_by_the_service_control_manager(web):
    run = web.switch("iis5", "-e", "isolation_mode_reset_method=scm")

    assert run.code == 0, run.output
    assert web[0].modes == IIS5
    assert not [command for command in web[0].commands() if "restart" in command.lower()]


def test_a_host_whose_web_service_is_stopped_is_configured_and_saved_and_only_http_ssl_is_restarted(start):
    hosts = start(IisSpec(iis5_mode=True, stopped=("W3SVC",)))
    admin = hosts[0].process("IISADMIN")

    run = hosts.switch("worker_process")

    assert run.code == 0, run.output
    assert hosts[0].modes == ("worker_process", None)
    assert hosts[0].process("IISADMIN") == admin
    assert hosts[0].iis["http_ssl_process"] == "lsass.exe"
    assert hosts[0].iis["metabase"]["memory_equals_disk"]


def test_a_mode_that_was_set_but_not_reset_is_taken_back_without_a_reset(start):
    hosts = start(IisSpec(iis5_mode=False, running_iis5_mode=True))
    process = hosts[0].process("W3SVC")

    run = hosts.switch("iis5")

    assert run.code == 0, run.output
    assert hosts[0].modes == IIS5
    assert hosts[0].process("W3SVC") == process


def test_iisreset_disabled_fails_with_an_explanation_before_anything_is_touched(start):
    hosts = start(IisSpec(iis5_mode=True, iisreset_disabled=True))
    process = hosts[0].process("W3SVC")

    run = hosts.switch("worker_process")

    message = run.only("failed").result["msg"]
    for words in ("IISReset is disabled", "800710d5", "iisreset /enable", "use_scm", "IISADMIN"):
        assert words.lower() in message.lower()
    assert hosts[0].modes == IIS5
    assert hosts[0].process("W3SVC") == process
    assert not [entry for entry in hosts[0].journal() if entry.action == "Put" or entry.method == "SaveData"]


def test_iisreset_disabled_is_foretold_by_check_mode(start):
    hosts = start(IisSpec(iis5_mode=True, iisreset_disabled=True))

    assert "IISReset is disabled" in hosts.switch("worker_process", "--check").only("failed").result["msg"]


def test_where_iisreset_is_disabled_the_service_control_manager_can_do_it(start):
    hosts = start(IisSpec(iis5_mode=True, iisreset_disabled=True))

    run = hosts.switch("worker_process", "-e", "isolation_mode_when_iisreset_disabled=use_scm")

    assert run.code == 0, run.output
    assert hosts[0].modes == WORKER_PROCESS


def test_batches_stop_at_the_first_failure(start):
    hosts = start(IisSpec(iis5_mode=True), IisSpec(iis5_mode=True, iisreset_disabled=True), IisSpec(iis5_mode=True))

    run = hosts.switch("worker_process", "-e", "batch=1")

    assert run.code != 0
    assert [host.modes for host in hosts.all] == [WORKER_PROCESS, IIS5, IIS5]
    assert run.of("failed") == {"web02"}
    assert hosts[2].journal() == []


def test_batches_go_on_as_long_as_few_enough_fail(start):
    hosts = start(IisSpec(iis5_mode=True, iisreset_disabled=True), IisSpec(iis5_mode=True), IisSpec(iis5_mode=True))

    hosts.switch("worker_process", "-e", "batch=2", "-e", "max_fail=50")

    assert [host.modes for host in hosts.all] == [IIS5, WORKER_PROCESS, WORKER_PROCESS]


def test_the_mode_has_to_be_one_that_there_is(old):
    run = old.switch("iis7")

    assert run.code != 0
    assert "mode is 'iis7'. It must be worker_process or iis5." in run.output
    assert old[0].journal() == []
