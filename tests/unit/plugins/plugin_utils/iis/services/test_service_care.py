# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draining, recovery actions, sessions and reboots."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.iis.model_host import STARTED, ModelHost, ModelSite
from unit.plugins.plugin_utils.iis.scm_model import RUNNING, iis_services
from unit.plugins.plugin_utils.iis.services.doing import asked, draining, ensure, fails
from unit.plugins.plugin_utils.iis.test_interruptions import Kept

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outage.sessions import describe_sessions
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import ensure_service
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.recovery import (
    Recovery,
    RecoveryAction,
    RecoveryKind,
    parse_failure_actions,
    read_recovery,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.services import read_services
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

SHOP = ("W3SVC/1", "Shop")


# -- paused sites ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("auto_start", "comes_back"), [(True, "started"), (False, "stopped")])
def test_the_operator_is_told_that_a_restart_ends_the_pause_of_a_site(check_mode, auto_start, comes_back):
    host = ModelHost(iis_services(), [ModelSite(*SHOP, state="paused", auto_start=auto_start)])
    _outcome, operator = ensure(host, check_mode=check_mode, name=("w3svc",), state="restarted")
    told = f"Web site 'Shop' (W3SVC/1) is paused; a restart ends the pause, it comes back {comes_back}."
    assert told[0].upper() + told[1:] in operator.warnings


def test_a_stop_says_nothing_of_pauses():
    host = ModelHost(iis_services(), [ModelSite(*SHOP, state="paused")])
    _outcome, operator = ensure(host, name=("w3svc",), state="stopped")
    assert operator.warnings == []


# -- draining ----------------------------------------------------------------------------------------------------


def test_draining_pauses_the_sites_and_waits_for_their_clients():
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions={"http": [9, 9, 4, 2, 0], "ftp": 0, "smtp": 0})
    outcome, operator = ensure(host, name=("w3svc",), state="restarted", drain=draining(60))
    assert host.requests.index("invoke Pause W3SVC/1") < host.requests.index("invoke StopService W3SVC")
    assert "Draining: 4 HTTP sessions, 5 of 60 s" in operator.said
    assert outcome.values["sessions_cut"] == {"http": 0, "ftp": 0, "smtp": 0, "nntp": 0}, "those left after draining"
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "started"


def test_draining_goes_on_at_the_allowed_number():
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions={"http": 3})
    ensure(host, name=("w3svc",), state="stopped", drain=draining(60, connections=3))
    assert host.clock.now < 1010


@pytest.mark.parametrize("sessions", [{"http": 7}, {}])
def test_draining_that_gives_up_leaves_no_site_paused_and_nothing_stopped(sessions):
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions=sessions)
    error = fails(host, name=("w3svc",), state="restarted", drain=draining(20))
    assert "Draining ended after 20 s with" in error.message
    assert "The paused sites were continued." in error.message
    assert host.sites["W3SVC/1"].state == "started"
    assert host.scm.states()["w3svc"] == RUNNING
    assert not error.changed


def test_draining_that_may_proceed_does_so_with_a_warning():
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions={"http": 7})
    _outcome, operator = ensure(host, name=("w3svc",), state="restarted", drain=draining(20, proceed=True))
    assert "with 7 HTTP sessions left (0 were allowed); going on" in operator.warnings[0]
    assert ("started", "W3SVC") in host.scm.log


def test_a_save_that_fails_after_draining_continues_the_sites(saves):
    saves.fails_with = "Couldn't save the metabase."
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions={"http": 0})
    fails(host, name=("w3svc",), state="restarted", drain=draining(20))
    assert host.sites["W3SVC/1"].state == "started"


def test_a_stop_that_fails_after_draining_leaves_no_site_paused():
    host = ModelHost(
        iis_services(smtpsvc={"hangs": {"Stop Pending"}}),
        [ModelSite(*SHOP), ModelSite("MSFTPSVC/1", "Files")],
        sessions={"http": 0, "ftp": 0, "smtp": 0},
    )
    fails(host, name=("iisadmin",), state="restarted", timeout=10, drain=draining(20))
    assert [site.state for site in host.sites.values()] == ["started", "started"]


def test_draining_is_refused_where_nothing_goes_down():
    assert "drain_timeout only applies" in fails(ModelHost([]), state="started", drain=draining(5)).message


# -- recovery actions --------------------------------------------------------------------------------------------

RESTART_TWICE = Recovery(
    (
        RecoveryAction(RecoveryKind.RESTART, 60),
        RecoveryAction(RecoveryKind.RESTART, 60),
        RecoveryAction(RecoveryKind.NONE, 60),
    ),
    86400,
)


def test_recovery_is_set_with_sc_and_read_back():
    host = ModelHost(iis_services())
    outcome, _operator = ensure(host, name=("w3svc",), recovery=RESTART_TWICE)
    assert outcome.changed
    assert host.commands == ["sc failure W3SVC reset= 86400 actions= restart/60000/restart/60000//60000"]
    assert outcome.values["recovery"]["w3svc"]["actions"][0] == {"action": "restart", "delay": 60.0}
    assert outcome.before["services"]["w3svc"]["recovery"]["actions"] == []


def test_recovery_is_idempotent_and_opens_no_shell():
    host = ModelHost(iis_services())
    ensure(host, name=("w3svc",), recovery=RESTART_TWICE)
    host.requests.clear()
    outcome, _operator = ensure(host, name=("w3svc",), recovery=RESTART_TWICE)
    assert not outcome.changed
    assert not host.commands


def test_recovery_in_check_mode_is_predicted():
    host = ModelHost(iis_services())
    outcome, _operator = ensure(host, check_mode=True, name=("w3svc",), recovery=RESTART_TWICE)
    assert outcome.changed
    assert not host.commands


def test_recovery_that_does_not_stick_is_a_failure():
    host = ModelHost(iis_services())
    host.sc = lambda *_arguments: CommandResult(5, "[SC] OpenService FAILED 5:", "")
    error = fails(host, name=("w3svc",), recovery=RESTART_TWICE)
    assert 'sc failure ended with exit code 5, it printed "[SC] OpenService FAILED 5:"' in error.message


def test_a_command_that_is_not_given_is_left_alone_and_not_passed_through_a_shell():
    blob = struct.pack("<5I2I", 0, 0, 0, 1, 20, 3, 1)
    host = ModelHost(iis_services(), recovery={"iisadmin": (blob, "%windir%\\system32\\iisreset.exe /fail=%1%")})
    run = Recovery((RecoveryAction(RecoveryKind.RUN_COMMAND, 1),), 3600)
    outcome, _operator = ensure(host, name=("iisadmin",), recovery=run)
    assert host.commands == ["sc failure IISADMIN reset= 3600 actions= run/1000"]
    assert outcome.values["recovery"]["iisadmin"]["command"] == "%windir%\\system32\\iisreset.exe /fail=%1%"


def test_an_empty_command_takes_the_command_away():
    blob = struct.pack("<5I", 0, 0, 0, 0, 20)
    host = ModelHost(iis_services(), recovery={"w3svc": (blob, "notify.bat")})
    without = Recovery((), 0, command="")
    outcomes = [ensure(host, name=("w3svc",), recovery=without)[0] for _run in range(2)]
    assert [outcome.changed for outcome in outcomes] == [True, False]
    assert [outcome.values["recovery"]["w3svc"]["command"] for outcome in outcomes] == [None, None]


def test_recovery_that_runs_a_command_needs_one():
    run = Recovery((RecoveryAction(RecoveryKind.RUN_COMMAND),))
    assert (
        "has none; name it with recovery.command"
        in fails(ModelHost(iis_services()), name=("w3svc",), recovery=run).message
    )


def test_the_recovery_of_iisadmin_is_seen_to_run_iisreset():
    blob = struct.pack("<5I6I", 86400, 0, 0, 3, 20, 3, 1, 3, 1, 3, 1)
    host = ModelHost(iis_services(), recovery={"iisadmin": (blob, "%windir%\\system32\\IISReset.exe /fail=%1%")})
    context = host.context()
    recovery = read_recovery(context, read_services(context, ["iisadmin"])["iisadmin"])
    assert recovery.runs_iisreset
    assert recovery.as_values()["actions"] == [{"action": "run_command", "delay": 0.001}] * 3


@given(st.binary(max_size=80))
def test_any_bytes_in_the_registry_give_a_recovery(blob):
    recovery = parse_failure_actions(blob, None)
    assert len(recovery.actions) <= len(blob) // 8


@given(st.lists(st.tuples(st.sampled_from(RecoveryKind), st.integers(0, 10**6)), max_size=6), st.integers(0, 2**32 - 1))
def test_failure_actions_are_read_as_they_are_stored(actions, period):
    numbers = [number for kind, delay in actions for number in (list(RecoveryKind).index(kind), delay)]
    blob = struct.pack(f"<5I{len(numbers)}I", period, 0, 0, len(actions), 20, *numbers)
    expected = tuple(RecoveryAction(kind, delay / 1000) for kind, delay in actions)
    assert parse_failure_actions(blob, None) == Recovery(expected, period)


# -- sessions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ({"http": 12, "ftp": 3, "smtp": 0, "nntp": 0}, "12 HTTP and 3 FTP sessions"),
        ({"http": 1, "ftp": 0, "smtp": 0, "nntp": 0}, "1 HTTP session"),
        ({"http": 0, "ftp": 0, "smtp": 0, "nntp": 0}, "no sessions"),
        ({"http": None, "ftp": 0, "smtp": 0, "nntp": 0}, "an unknown number of sessions (not counted: HTTP)"),
        ({"http": 2, "ftp": None, "smtp": None, "nntp": 0}, "2 HTTP sessions (not counted: FTP, SMTP)"),
    ],
)
def test_sessions_in_words(sessions, words):
    assert describe_sessions(sessions) == words


# -- reboots -----------------------------------------------------------------------------------------------------


def test_a_reboot_returns_when_the_host_has_booted_anew_and_iis_serves(saves):
    host = ModelHost(iis_services(smtpsvc={"start_mode": "Manual"}), [ModelSite(*SHOP)], sessions={"http": 1})
    outcome, operator = ensure(host, state="rebooted")
    assert host.commands == ["iisreset /STATUS", "iisreset /REBOOT /NOFORCE"]
    assert outcome.changed
    assert outcome.values["method_used"] == "iisreset"
    assert outcome.values["services"]["w3svc"]["after"] == "started"
    assert outcome.values["services"]["smtpsvc"]["after"] == "stopped"
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "started"
    assert outcome.values["outage_seconds"] >= 60
    assert len(saves.running) == 1
    assert "a reboot leaves it stopped" in operator.warnings[0]


def test_a_manual_service_that_an_automatic_one_needs_comes_back_after_a_reboot_without_a_warning():
    host = ModelHost(iis_services(httpfilter={"needs": ("HTTP", "IISADMIN"), "start_mode": "Manual"}))
    outcome, operator = ensure(host, state="rebooted")
    assert outcome.values["services"]["httpfilter"]["after"] == "started"
    assert not operator.warnings


@pytest.mark.parametrize("options", [{"method": "scm"}, {"when_iisreset_disabled": "use_scm"}])
def test_shutdown_is_the_other_way_to_reboot(options):
    host = ModelHost(iis_services(), iisreset_enabled=False)
    outcome, _operator = ensure(host, state="rebooted", **options)
    assert host.commands[-1] == "shutdown -r -t 5"
    assert outcome.values["method_used"] == "shutdown"


@pytest.mark.parametrize(
    ("windows", "force", "command"),
    [
        ("5.2.3790", False, "shutdown -r -t 5"),
        ("5.2.3790", True, "shutdown -r -t 5 -f"),
        (None, False, "shutdown -r -t 0"),
        ("6.0.6003", False, "shutdown -r -t 0"),
        ("10.0.20348", False, "shutdown -r -t 0"),
        ("10.0.20348", True, "shutdown -r -t 5 -f"),
    ],
)
def test_a_notice_by_which_shutdown_closes_programs_is_given_only_where_that_is_asked_for(windows, force, command):
    host = ModelHost(iis_services(), windows=windows)
    ensure(host, state="rebooted", method="scm", force=force)
    assert host.commands[-1] == command


@pytest.mark.parametrize("code", [0x40010004, 0xC000013A])
def test_a_shutdown_that_the_shutdown_ends_has_been_ordered(code):
    host = ModelHost(iis_services())
    host.when("run shutdown", lambda _line: host.shutdown())
    host.shutdown_answers = [CommandResult(code, "", "")]
    outcome, _operator = ensure(host, state="rebooted", method="scm")
    assert outcome.values["outage_seconds"] >= 60


def test_a_reboot_that_users_who_are_logged_on_prevent_is_none():
    host = ModelHost(iis_services())
    host.shutdown_answers = [CommandResult(1191, "", "Other users are logged on.(1191)")]
    error = fails(host, state="rebooted", method="scm")
    assert "exit code 1191" in error.message
    assert "With force=true they are logged off, and what they haven't saved is lost" in error.message
    assert not error.changed


def test_a_reboot_with_iisreset_disabled_touches_nothing(saves):
    host = ModelHost(iis_services(), iisreset_enabled=False)
    error = fails(host, state="rebooted")
    assert error.message.startswith("Couldn't reboot the machine: IISReset is disabled on this host")
    assert not saves.running


def test_a_machine_that_does_not_reboot_is_a_failure():
    host = ModelHost(iis_services(), boots_in=None)
    error = fails(host, state="rebooted", timeout=60)
    assert "The host was ordered to reboot, but has not done so within 60 s: it still answers" in error.message
    assert error.changed


@pytest.mark.parametrize("by", [-7200.0, -5.0, 5.0, 3600.0, 10.0 * 86400])
@pytest.mark.parametrize("boot_time_follows", [True, False])
@pytest.mark.parametrize("uptime", [1.0, 30.0, 86400.0])
def test_a_clock_that_is_set_is_no_reboot(by, boot_time_follows, uptime):
    host = ModelHost(iis_services(), boots_in=None)
    host.uptime = uptime
    host.when("run iisreset /REBOOT", lambda _line: host.set_clock(by, boot_time_follows=boot_time_follows), after=True)
    error = fails(host, state="rebooted", timeout=60)
    assert "The host was ordered to reboot, but has not done so" in error.message


def test_a_clock_that_is_set_while_sites_are_drained_is_no_reboot():
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], boots_in=None, tells_the_time=False)
    host.when("invoke Pause", lambda _line: host.set_clock(5))
    drain = draining(60, proceed=True)
    assert "has not done so" in fails(host, state="rebooted", timeout=60, drain=drain).message
    assert host.booted > ModelHost().booted


@pytest.mark.parametrize("by", [-300.0, -59.0, 5.0, 3600.0])
@pytest.mark.parametrize("boots_in", [4.0, 200.0])
@pytest.mark.parametrize("uptime", [1.0, 30.0, 86400.0])
def test_a_host_that_sets_its_clock_when_it_boots_has_booted(by, boots_in, uptime):
    host = ModelHost(iis_services(), boots_in=boots_in)
    host.uptime = uptime
    host.when("run iisreset /REBOOT", lambda _line: host.set_clock(by), after=True)
    outcome, _operator = ensure(host, state="rebooted")
    assert outcome.values["outage_seconds"] >= boots_in


@pytest.mark.parametrize("boots_in", [60.0, None])
def test_a_machine_that_is_suspended_meanwhile_has_booted_only_if_it_has(boots_in):
    host = ModelHost(iis_services(), boots_in=boots_in)

    def suspend(_line):
        host.clock.now += 120
        host.uptime -= 120
        host.set_clock(120)  # as its hypervisor does when it goes on

    host.when("run iisreset /REBOOT", suspend)
    if boots_in is None:
        assert "has not done so" in fails(host, state="rebooted", timeout=300).message
    else:
        assert ensure(host, state="rebooted")[0].changed


def test_a_controller_that_is_suspended_meanwhile_still_sees_the_boot():
    host = ModelHost(iis_services(), boots_in=60.0)

    def suspend(_line):
        host.up_since -= 3600

    host.when("LastBootUpTime", lambda _line: host.when("LastBootUpTime", suspend))
    assert ensure(host, state="rebooted")[0].changed


@pytest.mark.parametrize("boots_in", [60.0, None])
def test_a_host_that_does_not_tell_the_time_is_known_by_its_boot_time(boots_in):
    host = ModelHost(iis_services(), boots_in=boots_in, tells_the_time=False)
    if boots_in is None:
        assert "has not done so" in fails(host, state="rebooted", timeout=60).message
    else:
        assert ensure(host, state="rebooted")[0].values["outage_seconds"] >= 60


@pytest.mark.parametrize("boots_in", [60.0, None])
def test_a_host_that_does_not_say_when_it_booted_is_known_by_its_uptime_or_not_at_all(boots_in):
    host = ModelHost(iis_services(), boots_in=boots_in)
    booted, host.booted_is_known = host.booted, False
    host.when("run iisreset /REBOOT", lambda _line: setattr(host, "booted_is_known", True), after=True)
    if boots_in is None:
        assert "has not done so" in fails(host, state="rebooted", timeout=60).message
    else:
        assert ensure(host, state="rebooted")[0].changed
        assert host.booted > booted


def test_a_host_that_can_not_be_asked_when_it_booted_keeps_its_sites(saves):
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions={"http": 0, "ftp": 0, "smtp": 0})
    host.when("LastBootUpTime", Fault("no", codes=[0x80041003]))
    with pytest.raises(Fault):
        ensure(host, state="rebooted", drain=draining(60))
    assert host.sites["W3SVC/1"].state == STARTED
    assert "iisreset /REBOOT /NOFORCE" not in host.commands


def test_a_machine_that_does_not_come_back_is_unreachable():
    host = ModelHost(iis_services(), boots_in=5000.0)
    with pytest.raises(HostUnreachable, match="was ordered to reboot and has not come back in time"):
        ensure(host, state="rebooted", timeout=600)


def test_a_reboot_after_which_a_service_stays_down_is_a_failure():
    host = ModelHost(iis_services(w3svc={"dies": 1067}))
    error = fails(host, state="rebooted", timeout=300)
    assert "W3SVC (World Wide Web Publishing Service) is stopped" in error.message


def test_a_service_that_did_not_run_before_the_reboot_need_not_run_after_it():
    down = {"state": "Stopped", "dies": 1067}
    host = ModelHost(iis_services(smtpsvc=down), [ModelSite(*SHOP)])
    outcome, operator = ensure(host, state="rebooted")
    assert outcome.values["services"]["smtpsvc"]["after"] == "stopped"
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "started"
    assert 60 <= outcome.values["outage_seconds"] <= 90
    (warning,) = operator.warnings
    assert warning == (
        "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) is stopped after the reboot. It didn't run before it either, "
        "although it is set to start automatically."
    )


def test_a_service_that_runs_again_after_a_reboot_is_seen_so():
    host = ModelHost(iis_services(smtpsvc={"state": "Stopped", "takes": 9.0}))
    outcome, operator = ensure(host, state="rebooted")
    assert outcome.values["services"]["smtpsvc"]["after"] == "started"
    assert not operator.warnings


def test_a_manual_service_that_only_a_stopped_one_needs_need_not_run_after_a_reboot():
    services = iis_services(
        httpfilter={"start_mode": "Manual", "hangs": {"Start Pending"}, "needs": ("HTTP", "IISADMIN")},
        w3svc={"state": "Stopped"},
    )
    outcome, operator = ensure(ModelHost(services), state="rebooted", save=False)
    assert outcome.values["services"]["httpfilter"]["after"] == "starting"
    assert any("HTTP SSL) is starting after the reboot. It ran before" in words for words in operator.warnings)


def test_a_service_that_an_interrupted_run_left_stopped_has_to_run_after_a_reboot():
    host = ModelHost(iis_services(smtpsvc={"state": "Stopped", "dies": 1067}))
    notes = Kept(services={"smtpsvc"})
    with pytest.raises(IisError, match=r"SMTPSVC .* is stopped") as failure:
        ensure_service(replace(host.context(), notes=notes), asked(state="rebooted", timeout=200))
    assert "smtpsvc" in notes.read().services
    assert failure.value.changed


def test_the_sites_are_looked_at_although_a_service_stays_down():
    host = ModelHost(iis_services(smtpsvc={"dies": 1067}), [ModelSite(*SHOP)])
    error = fails(host, state="rebooted", timeout=200)
    assert "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) is stopped" in error.message
    assert error.values["sites"]["W3SVC/1"]["after"] == "started"


def test_a_reboot_in_check_mode_is_predicted():
    host = ModelHost(iis_services(), [ModelSite(*SHOP)], sessions={"http": 5})
    outcome, _operator = ensure(host, check_mode=True, state="rebooted")
    assert outcome.changed
    assert host.commands == ["iisreset /STATUS"]
    assert outcome.cost.startswith("Would reboot the machine, with all that it does besides IIS. Would stop")
