# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed, and a save that fails: nothing is lost, and the next run finishes the work."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec
from simulator.iis.switches import Switches

#: The one handler of the role.
HANDLER = "isolation_mode: save the metabase, then reset IIS"
HALF_WAY = ("worker_process", "iis5")
DONE = ("worker_process", "worker_process")

#: Give up a save that is in somebody's way after some seconds.
IMPATIENT = ("-e", "isolation_mode_save_timeout=3")

#: Ways in which a save fails only when it is tried, and what the operator is told.
FAILING_SAVES = {
    "a key is held open": ("metabase_hold", {"path": "/LM/MSFTPSVC", "seconds": 600.0}, "ERROR_PATH_BUSY"),
    "the file is locked": ("metabase_lock", {}, "51228"),
    "the disk is full": ("fill_disk", {}, "51228"),
}


@pytest.fixture
def old(start):
    """One host in IIS 5.0 mode, with an FTP service."""
    return start(IisSpec(iis5_mode=True, services=(Kind.WEB, Kind.FTP)))


def kill_when(condition, process) -> None:
    """Kill Ansible and its workers as soon as the condition holds."""
    deadline = time.monotonic() + 500
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for pid in (process.pid, *descendants(process.pid)):
        os.kill(pid, signal.SIGKILL)
    process.communicate()


def descendants(pid: int) -> list[int]:
    """Ansible's workers are in sessions of their own, so no signal to a group reaches them (ansible-core 2.19)."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [each for child in children for each in descendants(child)]


def wait_for(condition) -> None:
    """Wait until something happened on the host by itself."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_run_killed_between_the_change_and_the_handlers_is_finished_by_the_next(old):
    host = old[0]
    host.fault(Rule(Effect.DELAY, action="Put", seconds=60.0))  # the change is made, its answer doesn't come
    command = ("ansible-playbook", "fleetops.iis.isolation_mode", "-e", "mode=worker_process")
    process, _record = old.ansible.start(*command)
    kill_when(lambda: host.modes == HALF_WAY, process)
    host.heal()
    w3svc = host.process("W3SVC")

    run = old.switch("worker_process")

    assert run.code == 0, run.output
    assert run.statuses()["Set the isolation mode"] == "changed"
    assert run.statuses()[HANDLER] == "changed"
    assert host.modes == DONE
    assert host.process("W3SVC") != w3svc
    assert host.iis["metabase"]["memory_equals_disk"]
    assert not old.switch("worker_process").of("changed")


def test_a_run_killed_between_the_save_and_the_reset_is_finished_by_the_next(old):
    host = old[0]
    host.fault(Rule(Effect.DELAY, action="Command", query="RESTART", seconds=0.0))
    host.fault(Rule(Effect.DELAY, action="Invoke", method="SaveData", seconds=60.0))
    command = ("ansible-playbook", "fleetops.iis.isolation_mode", "-e", "mode=worker_process")
    process, _record = old.ansible.start(*command)
    kill_when(lambda: host.modes == HALF_WAY and host.iis["metabase"]["unsaved_changes"] == 0, process)
    host.heal()

    assert old.switch("worker_process").code == 0
    assert host.modes == DONE


@pytest.mark.parametrize("lost_http_ssl", [pytest.param(False, marks=pytest.mark.thorough), True])
def test_a_run_killed_in_the_reset_is_finished_by_the_next_which_brings_back_what_ran(start, lost_http_ssl):
    """MSFTPSVC doesn't start by itself, so iisreset doesn't start it, either; nor HTTP SSL on a busy host."""
    ftp = {"MSFTPSVC": "manual"}
    switches = Switches(iisreset_leaves_http_ssl_stopped=lost_http_ssl)
    hosts = start(IisSpec(iis5_mode=True, services=(Kind.WEB, Kind.FTP), start_modes=ftp, switches=switches))
    host = hosts[0]
    assert hosts.run("iis_service", name=["msftpsvc"], state="started").code == 0
    command = ("ansible-playbook", "fleetops.iis.isolation_mode", "-e", "mode=worker_process")
    process, _record = hosts.ansible.start(*command)
    kill_when(lambda: any("/RESTART" in line for line in host.commands()), process)
    wait_for(lambda: host.modes == DONE)
    assert host.truth()["services"]["MSFTPSVC"]["state"] == "Stopped"

    run = hosts.switch("worker_process")

    assert run.code == 0, run.output
    assert run.statuses()["Start what an interrupted run left stopped"] == "changed"
    services = host.truth()["services"]
    assert {services[name]["state"] for name in ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC")} == {"Running"}
    assert host.modes == DONE
    assert not hosts.switch("worker_process").of("changed")


def test_a_run_killed_between_two_stops_is_finished_by_the_next(start):
    """Only HTTP SSL still runs in the former mode, so that the next run resets no more than that."""
    hosts = start(IisSpec(iis5_mode=True, services=(Kind.WEB,)))
    host = hosts[0]
    by_scm = ("-e", "isolation_mode_reset_method=scm")
    host.fault(Rule(Effect.DELAY, action="Invoke", method="StopService", seconds=60.0))
    command = ("ansible-playbook", "fleetops.iis.isolation_mode", "-e", "mode=worker_process", *by_scm)
    process, _record = hosts.ansible.start(*command)
    kill_when(lambda: host.truth()["services"]["W3SVC"]["state"] == "Stopped", process)
    host.heal()

    run = hosts.switch("worker_process", *by_scm)

    assert run.code == 0, run.output
    services = host.truth()["services"]
    assert {services[name]["state"] for name in ("IISADMIN", "W3SVC", "HTTPFilter")} == {"Running"}
    assert host.site("W3SVC/1") == "started"
    assert host.modes == DONE


def test_what_a_reset_of_everything_brings_back_is_not_started_once_more(start):
    hosts = start(IisSpec(services=(Kind.WEB, Kind.FTP), start_modes={"MSFTPSVC": "manual"}))
    host = hosts[0]
    assert hosts.run("iis_service", name=["msftpsvc"], state="started").code == 0
    process, _record = hosts.ansible.start("ansible", "all", "-m", "fleetops.iis.iis_service", "-a", "state=restarted")
    kill_when(lambda: any("/RESTART" in line for line in host.commands()), process)
    wait_for(lambda: host.truth()["services"]["W3SVC"]["state"] == "Running")

    run = hosts.switch("iis5")

    assert run.code == 0, run.output
    assert run.statuses()["Start what an interrupted run left stopped"] == "skipped"
    assert host.truth()["services"]["MSFTPSVC"]["state"] == "Running"


def test_a_mode_whose_save_failed_is_saved_by_the_next_run_where_nothing_has_to_be_reset(start):
    hosts = start(IisSpec(services=(Kind.WEB,)))
    host = hosts[0]
    assert hosts.run("iis_service", name=["httpfilter"], state="stopped").code == 0  # and with it W3SVC
    host.act("fill_disk")
    assert hosts.switch("iis5", *IMPATIENT).of("failed") == {"web01"}

    still_full = hosts.switch("iis5", *IMPATIENT)
    host.act("fill_disk", full=False)
    run = hosts.switch("iis5")

    assert still_full.of("failed") == {"web01"}
    assert run.code == 0, run.output
    assert host.iis["metabase"]["memory_equals_disk"]
    assert not hosts.switch("iis5").of("changed")


def test_sites_that_a_drain_left_paused_serve_before_the_host_returns_to_its_load_balancer(web, tmp_path):
    host = web[0]
    host.act("add_sessions", kind="web", site=1, count=20)
    host.act("drain_rate", kind="web", per_second=0.0)
    enter = tmp_path / "enter.yml"
    enter.write_text("[{name: Enter, ansible.builtin.debug: {msg: entered}}]")
    command = ("ansible-playbook", "fleetops.iis.safe_restart", "-e", f"safe_restart_enter_rotation={enter}")
    process, _record = web.ansible.start(*command)
    kill_when(lambda: host.site("W3SVC/1") == "paused", process)

    run = web.ansible.run(*command, "-e", "safe_restart_drain_timeout=2")

    assert run.of("failed") == {"web01"}
    assert "The paused sites were continued" in run.only("failed").result["msg"]
    assert "entered" in run.output
    assert host.site("W3SVC/1") == "started"


def test_a_host_whose_web_service_is_stopped_is_not_put_into_its_load_balancer(web, tmp_path):
    enter = tmp_path / "enter.yml"
    enter.write_text("[{name: Enter, ansible.builtin.debug: {msg: entered}}]")
    hook = ("-e", f"isolation_mode_enter_rotation={enter}")
    mode = web[0].modes[0]
    serving = web.switch(mode, *hook)
    assert web.run("iis_service", name=["w3svc"], state="stopped").code == 0

    stopped = web.switch(mode, *hook)

    assert "entered" in serving.output
    assert (stopped.code, "entered" in stopped.output) == (0, False), stopped.output


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="", marks=pytest.mark.thorough), pytest.param(("--force-handlers",), id="force-handlers")],
)
@pytest.mark.parametrize(("cause", "arguments", "told"), FAILING_SAVES.values(), ids=FAILING_SAVES)
def test_a_failing_save_leaves_iis_running_as_it_was_and_says_why(old, cause, arguments, told, options):
    host = old[0]
    processes = [host.process("W3SVC"), host.process("IISADMIN")]
    host.act(cause, **arguments)

    run = old.switch("worker_process", *IMPATIENT, *options)

    assert run.code != 0
    assert run.only("ignored").task == HANDLER
    assert told in run.only("failed").result["msg"], "noted, and told at the end"
    assert [host.process("W3SVC"), host.process("IISADMIN")] == processes
    assert host.modes == HALF_WAY
    assert host.site("W3SVC/1") == "started"
    assert not [command for command in host.commands() if "restart" in command.lower()]


def test_when_the_cause_is_gone_the_next_run_finishes_the_work(old):
    host = old[0]
    host.act("metabase_lock")
    old.switch("worker_process")
    host.act("metabase_lock", locked=False)

    run = old.switch("worker_process")

    assert run.code == 0, run.output
    assert host.modes == DONE
    assert host.iis["metabase"]["memory_equals_disk"]


def test_a_write_protected_metabase_is_refused_before_anything_is_touched(old):
    host = old[0]
    host.act("metabase_read_only")

    run = old.switch("worker_process")

    assert "read-only" in run.only("failed").result["msg"]
    assert host.modes == ("iis5", "iis5")
    assert not [entry for entry in host.journal() if entry.action == "Put"]


def test_a_connection_that_is_cut_during_the_reset_is_no_failure(old):
    cut = Rule(Effect.CUT_AFTER, action="Receive", nth=2)
    old[0].fault(cut)

    run = old.switch("worker_process")

    assert cut.done == 1

    assert run.code == 0, run.output
    assert old[0].modes == DONE


def test_a_host_that_fails_does_not_keep_the_others_from_being_reset(start):
    hosts = start(IisSpec(iis5_mode=True), IisSpec(iis5_mode=True))
    hosts[0].act("metabase_lock")

    run = hosts.switch("worker_process", "-e", "max_fail=50")

    assert run.of("failed") == {"web01"}
    assert [host.modes for host in hosts.all] == [HALF_WAY, DONE]


def ended_by_ansible(hosts, **options):
    """Run iis_service in a task with Ansible's own keyword timeout."""
    return hosts.ansible.playbook([{"fleetops.iis.iis_service": options, "timeout": 6}])


def test_ansibles_own_timeout_leaves_stopped_what_the_scm_had_stopped_and_started_brings_it_back(web):
    host = web[0]
    host.act("hang_service", name="IISADMIN", phase="starting")

    run = ended_by_ansible(web, state="restarted", method="scm")
    host.act("release_service", name="IISADMIN")

    assert run.of("failed") == {"web01"}, run.output
    services = host.truth()["services"]
    assert services["W3SVC"]["state"] == "Stopped", "as docs/restarting_iis.md says"

    assert web.run("iis_service", state="started").of("changed") == {"web01"}
    assert host.truth()["services"]["W3SVC"]["state"] == "Running"
    assert not web.run("iis_site", id=1, state="started").of("failed"), "a site needs a moment longer than its service"
    assert host.site("W3SVC/1") == "started"


def test_ansibles_own_timeout_in_a_drain_leaves_no_site_paused(web):
    host = web[0]
    host.act("add_sessions", kind="web", site=1, count=3)
    host.act("drain_rate", kind="web", per_second=0.0)

    run = ended_by_ansible(web, state="restarted", drain_timeout=60)

    assert run.of("failed") == {"web01"}, run.output
    assert host.site("W3SVC/1") == "started"
    assert host.iis["sessions_cut"]["W3SVC"] == 0
