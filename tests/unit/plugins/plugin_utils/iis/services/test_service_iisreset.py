# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All Internet services by IISReset: its switches, its failures, and verification by what runs."""

from __future__ import annotations

import itertools
import struct
from dataclasses import replace
from types import SimpleNamespace

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost, ModelSite
from unit.plugins.plugin_utils.iis.program_model import BUSY_TEXT
from unit.plugins.plugin_utils.iis.scm_model import PAUSED, RUNNING, STOPPED, ModelService, iis_services
from unit.plugins.plugin_utils.iis.services.doing import asked, ensure, fails

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Note
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import (
    ensure_reset_access,
    ensure_service,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

RUNS_IISRESET = (
    struct.pack("<5I6I", 86400, 0, 0, 3, 20, 3, 1, 3, 1, 3, 1),
    "%windir%\\system32\\iisreset.exe /fail=%1%",
)
RESTARTS = (struct.pack("<5I2I", 0, 0, 0, 1, 20, 1, 60000), None)
RECOVERY = {"iisadmin": RUNS_IISRESET, "w3svc": RESTARTS}
ALL_DOWN = {name: {"state": STOPPED} for name in ("iisadmin", "httpfilter", "w3svc", "msftpsvc", "smtpsvc")}


def changes(host):
    return [command for command in host.commands if command != "iisreset /STATUS"]


def test_a_restart_of_all_is_iisreset_without_force_and_with_the_timeout():
    host = ModelHost(iis_services(), [ModelSite("W3SVC/1", "Shop")], sessions={"http": 4, "ftp": 0, "smtp": 0})
    outcome, operator = ensure(host, state="restarted", timeout=90)
    assert host.commands == ["iisreset /STATUS", "iisreset /RESTART /NOFORCE /TIMEOUT:90"]
    assert outcome.changed
    assert outcome.values["method_used"] == "iisreset"
    assert outcome.values["services"]["w3svc"] == {
        "name": "W3SVC",
        "display_name": "World Wide Web Publishing Service",
        "before": "started",
        "after": "started",
        "start_mode": "auto",
    }
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "started"
    assert outcome.values["sessions_cut"] == {"http": 4, "ftp": 0, "smtp": 0, "nntp": 0}
    assert outcome.values["outage_seconds"] > 0
    assert not operator.warnings


def test_force_leaves_out_noforce_and_the_diff_says_what_it_may_lose():
    host = ModelHost(iis_services())
    outcome, _operator = ensure(host, state="restarted", force=True)
    assert changes(host) == ["iisreset /RESTART /TIMEOUT:120"]
    assert "what memory holds unsaved is lost" in outcome.after["metabase"]


def test_stop_and_start_of_all():
    host = ModelHost(iis_services())
    ensure(host, state="stopped")
    assert host.scm.states()["iisadmin"] == STOPPED
    outcome, _operator = ensure(host, state="started")
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc", "smtpsvc"}
    assert changes(host) == ["iisreset /STOP /NOFORCE /TIMEOUT:120", "iisreset /START /TIMEOUT:120"]
    assert outcome.values["save"] is None


def test_a_manual_service_that_is_stopped_stays_so():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED, "start_mode": "Manual"}))
    _outcome, operator = ensure(host, state="restarted")
    assert changes(host) == ["iisreset /RESTART /NOFORCE /TIMEOUT:120"]
    assert host.scm.states()["smtpsvc"] == STOPPED
    assert not operator.warnings


def test_an_automatic_service_that_is_stopped_is_started_and_named():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED}))
    _outcome, operator = ensure(host, state="restarted")
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc", "smtpsvc"}
    assert operator.warnings[0].startswith(
        "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) is stopped, but set to start"
    )


SMTP_STAYS_DOWN = (
    "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) is {} after the restart. It didn't run before it either, although "
    "it is set to start automatically."
)


def test_an_automatic_service_that_did_not_run_before_need_not_run_afterwards():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED, "dies": 1067}), [ModelSite("W3SVC/1", "Shop")])
    outcome, operator = ensure(host, state="restarted")
    assert outcome.changed
    assert outcome.values["services"]["smtpsvc"]["after"] == "stopped"
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "started"
    assert outcome.values["outage_seconds"] < 15
    assert "StartService" not in {method for method, _name in host.scm.log}
    starts_it, ended, stays_down = operator.warnings
    assert starts_it.endswith("is stopped, but set to start automatically; iisreset starts it as well.")
    assert ended.endswith('80070422)"; all the same, every service that ran before runs again')
    assert stays_down == SMTP_STAYS_DOWN.format("stopped")


@pytest.mark.parametrize("seen", [True, False])
def test_a_service_that_did_not_run_before_is_not_waited_for_long(seen):
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED, "hangs": {"Start Pending"}}))
    if not seen:
        host.when("iisreset /RESTART /NOFORCE", OutcomeUnknown("connection reset"), after=True)
    outcome, operator = ensure(host, state="restarted", timeout=300)
    assert 15 <= outcome.values["outage_seconds"] < 30
    assert operator.warnings[-1] == SMTP_STAYS_DOWN.format("starting")


def test_a_service_that_takes_its_time_to_start_is_seen_to_run():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED, "takes": 4.0, "hangs": {"Start Pending"}}))
    starts = host.scm.start_automatic

    def start_later():
        starts()
        host.scm["SMTPSVC"].arrives = host.clock.now + 9
        return False

    host.scm.start_automatic = start_later
    outcome, operator = ensure(host, state="restarted")
    assert outcome.values["services"]["smtpsvc"]["after"] == "started"
    assert operator.warnings[-1].endswith("all the same, every service that it should start runs now")


def test_a_service_that_ran_before_an_outage_that_was_interrupted_has_to_run():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED, "dies": 1067}))
    noted = Note(frozenset({"smtpsvc"}), frozenset())
    context = replace(host.context(), notes=SimpleNamespace(read=lambda: noted, write=lambda _note: None))
    with pytest.raises(IisError, match=r"SMTPSVC .* was started, but stopped again"):
        ensure_service(context, asked(state="restarted", timeout=20))


def test_what_is_started_with_an_iis_that_is_down_has_to_run():
    host = ModelHost(iis_services(**{**ALL_DOWN, "smtpsvc": {"state": STOPPED, "dies": 1067}}))
    error = fails(host, state="restarted", timeout=20)
    assert "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) was started, but stopped again" in error.message


def test_a_restart_by_the_scm_leaves_a_service_that_did_not_run_alone():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED, "dies": 1067}))
    outcome, _operator = ensure(host, state="restarted", method="scm")
    assert ("StartService", "SMTPSVC") not in host.scm.log
    assert outcome.values["services"]["smtpsvc"]["after"] == "stopped"


def test_a_manual_service_that_ran_is_started_again():
    host = ModelHost(iis_services(smtpsvc={"start_mode": "Manual"}))
    ensure(host, state="restarted")
    assert "smtpsvc" in host.scm.running()


def test_restarting_an_iis_that_is_down_starts_it():
    host = ModelHost(iis_services(**ALL_DOWN))
    outcome, _operator = ensure(host, state="restarted")
    assert changes(host) == ["iisreset /START /TIMEOUT:120"]
    assert outcome.changed
    assert "w3svc" in host.scm.running()


def test_only_paused_services_need_no_iisreset():
    host = ModelHost(iis_services(w3svc={"state": PAUSED}))
    outcome, _operator = ensure(host, state="started")
    assert not host.commands
    assert outcome.values["method_used"] == "scm"
    assert host.scm.states()["w3svc"] == RUNNING


def test_iisreset_is_tried_once_more_when_a_service_could_not_take_the_control():
    host = ModelHost(iis_services(), iisreset_answers=[CommandResult(1, BUSY_TEXT, "")])
    outcome, _operator = ensure(host, state="restarted")
    assert changes(host) == ["iisreset /RESTART /NOFORCE /TIMEOUT:120"] * 2
    assert outcome.changed


def test_iisreset_is_not_tried_a_third_time():
    host = ModelHost(iis_services(), iisreset_answers=[CommandResult(1, BUSY_TEXT, "")] * 2)
    error = fails(host, state="restarted")
    assert len(changes(host)) == 2
    assert "IISADMIN (IIS Admin Service) was not restarted" in error.message
    assert "ERROR_SERVICE_CANNOT_ACCEPT_CTRL (0x80070425)" in error.message


def test_success_is_what_runs_not_what_iisreset_says():
    host = ModelHost(
        iis_services(), iisreset_answers=[CommandResult(0, "Internet services successfully restarted", "")]
    )
    error = fails(host, state="restarted", timeout=10)
    assert (
        "IISADMIN (IIS Admin Service) was not restarted (iisreset /RESTART /NOFORCE /TIMEOUT:10 ended with"
        in error.message
    )


def in_one_process():
    """A host on which a service of another product lives in inetinfo.exe, which so survives a restart of IISADMIN."""
    host = ModelHost(iis_services(relay=ModelService("Relay")))
    number = host.scm["Relay"].process_id
    host.scm.new_process = iter([number, *range(5000, 6000, 4)]).__next__
    host.scm["IISADMIN"].process_id = number
    return host


def test_a_process_that_another_service_keeps_alive_proves_nothing():
    host = in_one_process()
    outcome, operator = ensure(host, state="restarted")
    assert host.scm["IISADMIN"].process_id == host.scm["Relay"].process_id
    assert outcome.changed
    assert not operator.warnings


def test_a_lost_end_of_iisreset_is_then_proved_by_another_service():
    host = in_one_process()
    host.when("iisreset /RESTART /NOFORCE", OutcomeUnknown("connection reset"), after=True)
    assert ensure(host, state="restarted")[0].changed


def test_http_ssl_is_restarted_along_where_it_does_not_depend_on_iisadmin():
    host = ModelHost(iis_services(httpfilter={"needs": ("HTTP",)}))
    process = host.scm["HTTPFilter"].process_id
    outcome, _operator = ensure(host, state="restarted")
    assert host.scm["HTTPFilter"].process_id != process
    assert outcome.values["steps"] == [
        "stop W3SVC",
        "stop HTTPFilter",
        "run iisreset /restart (IISADMIN, MSFTPSVC, SMTPSVC)",
        "start what iisreset leaves stopped: HTTPFilter",
    ]
    assert host.scm.running() >= {"iisadmin", "httpfilter", "w3svc", "msftpsvc", "smtpsvc"}


def test_http_ssl_that_does_not_depend_on_iisadmin_is_no_internet_service_otherwise():
    host = ModelHost(iis_services(httpfilter={"needs": ("HTTP",)}))
    outcome, _operator = ensure(host, state="stopped")
    assert "httpfilter" not in outcome.values["services"]
    assert host.scm["HTTPFilter"].state == RUNNING


def test_a_timed_out_iisreset_brings_back_what_it_stopped_and_tells_what_hangs():
    host = ModelHost(iis_services(smtpsvc={"hangs": {"Stop Pending"}}), [ModelSite("W3SVC/1", "Shop")])
    error = fails(host, state="restarted", timeout=20)
    assert "0x8007041D" in error.message
    assert "MSFTPSVC, W3SVC was started again" in error.message
    assert "not running: SMTPSVC (stopping)" in error.message
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc"}
    assert error.changed


def test_a_manual_service_that_hangs_is_named_too():
    hung = {"hangs": {"Stop Pending"}, "start_mode": "Manual"}
    error = fails(ModelHost(iis_services(smtpsvc=hung)), state="restarted", timeout=20)
    assert "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) still is stopping; its process is" in error.message
    assert "taskkill /F /PID" in error.message


def test_a_status_whose_end_was_lost_is_asked_for_again():
    host = ModelHost(iis_services())
    host.when("iisreset /STATUS", OutcomeUnknown("cut"), after=True)
    assert ensure(host, state="restarted")[0].changed
    assert host.commands[:2] == ["iisreset /STATUS", "iisreset /STATUS"]


def test_a_service_that_does_not_start_again_fails_the_restart():
    host = ModelHost(iis_services(w3svc={"dies": 1058}))
    error = fails(host, state="restarted", timeout=20)
    assert "W3SVC (World Wide Web Publishing Service) was started, but stopped again" in error.message
    assert "Running now: HTTPFilter, IISADMIN, MSFTPSVC, SMTPSVC; not running: W3SVC (stopped)." in error.message


def test_a_connection_cut_during_iisreset_is_settled_by_looking_at_the_services():
    host = ModelHost(iis_services())
    host.when("iisreset /RESTART /NOFORCE", OutcomeUnknown("connection reset"), after=True)
    outcome, operator = ensure(host, state="restarted")
    assert len(changes(host)) == 1
    assert outcome.changed
    assert operator.warnings == [
        "iisreset /RESTART /NOFORCE /TIMEOUT:120: its end wasn't seen (connection reset); all the same, every service "
        "that it should start runs now"
    ]


def test_disabled_iisreset_is_explained_before_anything_is_touched(saves):
    host = ModelHost(iis_services(), iisreset_enabled=False, recovery=RECOVERY)
    error = fails(host, state="restarted")
    assert error.message == (
        "Couldn't restart IIS: IISReset is disabled on this host (ERROR_RESOURCE_DISABLED (0x800710D5)). Nothing was "
        "touched. It was disabled with 'iisreset /disable': find out why, then enable it with "
        "fleetops.iis.iis_reset_access and state=enabled (iisreset /enable), or let the service control manager do the "
        "work with when_iisreset_disabled=use_scm. While it is disabled, Restart IIS in IIS Manager fails as well, and "
        "so do the recovery actions of IISADMIN, which run iisreset. Those of W3SVC still work."
    )
    assert host.commands == ["iisreset /STATUS"]
    assert not saves.running
    assert not error.changed
    assert error.values["recovery_failing"] == ["IISADMIN"]


def test_disabled_iisreset_is_found_out_in_check_mode_too():
    host = ModelHost(iis_services(), iisreset_enabled=False)
    with pytest.raises(IisError, match="IISReset is disabled"):
        ensure(host, state="restarted", check_mode=True)


def test_disabled_iisreset_with_use_scm_restarts_all_by_the_scm():
    host = ModelHost(iis_services(), iisreset_enabled=False, recovery=RECOVERY)
    outcome, operator = ensure(host, state="restarted", when_iisreset_disabled="use_scm")
    assert outcome.values["method_used"] == "scm"
    assert host.commands == ["iisreset /STATUS"]
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc", "smtpsvc"}
    assert "the service control manager is used instead" in operator.warnings[0]
    assert "the recovery actions of IISADMIN, which run iisreset" in operator.warnings[0]


def test_a_status_that_cannot_be_had_is_told_with_its_code():
    host = ModelHost(iis_services())
    host.iisreset = lambda *_switches: CommandResult(1, "Zugriff verweigert (2147942405, 80070005)", "")
    error = fails(host, state="restarted")
    assert "ERROR_ACCESS_DENIED (0x80070005)" in error.message
    assert "Administrators group" in error.message


def no_shell(*_switches):
    raise Fault("no", codes=[2150859180])


def disabled_after_the_status(host):
    """Somebody disables IISReset on the host between what asks for its status and what it is to do."""
    host.when("run iisreset /STATUS", lambda _line: setattr(host, "iisreset_enabled", False), after=True)
    return host


@pytest.mark.parametrize("state", ["restarted", "stopped"])
def test_an_iisreset_that_was_disabled_meanwhile_has_touched_nothing(state, saves):
    host = disabled_after_the_status(ModelHost(iis_services(), [ModelSite("W3SVC/1", "Shop")]))
    error = fails(host, state=state)
    assert "IISADMIN (IIS Admin Service) was left as it is: iisreset /" in error.message
    assert "ERROR_RESOURCE_DISABLED (0x800710D5)" in error.message
    assert not error.changed
    assert error.values["method_used"] is None
    assert error.values["sessions_cut"] is None
    assert error.values["outage_seconds"] is None
    assert error.values["sites"]["W3SVC/1"]["after"] == "started"
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc", "smtpsvc"}
    assert not host.scm.log


@pytest.mark.parametrize("process_id", [0, 4711])
def test_an_iisreset_that_was_disabled_proves_nothing_where_processes_are_not_those_of_before(process_id):
    host = disabled_after_the_status(ModelHost(iis_services()))
    host.scm["MSFTPSVC"].process_id = process_id
    host.when("run iisreset /RESTART", lambda _line: setattr(host.scm["MSFTPSVC"], "process_id", process_id and 4712))
    assert fails(host, state="restarted").changed


def test_what_was_stopped_for_an_iisreset_that_was_disabled_meanwhile_is_brought_back():
    host = disabled_after_the_status(ModelHost(iis_services(httpfilter={"needs": ("HTTP",)})))
    error = fails(host, state="restarted")
    assert error.changed
    assert error.values["brought_back"] == ["HTTPFilter", "W3SVC"]
    assert host.scm.running() >= {"iisadmin", "httpfilter", "w3svc"}


def test_no_shell_is_told_with_the_way_around():
    host = ModelHost(iis_services())
    host.iisreset = no_shell
    message = fails(host, state="restarted").message
    assert message.startswith("Couldn't restart IIS: IISReset needs a command shell. Nothing was touched.")
    assert "ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED (0x803381AC)" in message
    assert "when_iisreset_disabled=use_scm" in message


def test_without_a_shell_the_scm_does_it_if_it_may():
    host = ModelHost(iis_services())
    host.iisreset = no_shell
    outcome, operator = ensure(host, state="restarted", when_iisreset_disabled="use_scm")
    assert outcome.values["method_used"] == "scm"
    assert "the host gave no command shell (ERROR_WSMAN_REMOTESHELLS_NOT_ALLOWED" in operator.warnings[0]
    assert host.scm.running() >= {"iisadmin", "w3svc"}


def test_check_mode_predicts_the_restart():
    host = ModelHost(iis_services(), [ModelSite("W3SVC/1", "Shop")], sessions={"http": 2, "ftp": 0})
    outcome, _operator = ensure(host, state="restarted", check_mode=True)
    assert outcome.changed
    assert not changes(host)
    assert outcome.values["steps"] == ["run iisreset /restart (HTTPFilter, IISADMIN, MSFTPSVC, SMTPSVC, W3SVC)"]
    assert "cut 2 HTTP sessions (not counted: SMTP)" in outcome.cost


# -- iis_reset_access --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("enabled", "state"), [(True, "enabled"), (False, "disabled")])
def test_access_is_idempotent(enabled, state, check_mode):
    host = ModelHost(iis_services(), iisreset_enabled=enabled)
    outcome = ensure_reset_access(host.context(check_mode=check_mode), state=state)
    assert not outcome.changed
    assert host.commands == ["iisreset /STATUS"]


@pytest.mark.parametrize(("enabled", "state"), [(False, "enabled"), (True, "disabled")])
def test_access_is_switched_and_verified(enabled, state):
    host = ModelHost(iis_services(), iisreset_enabled=enabled)
    outcome = ensure_reset_access(host.context(), state=state)
    assert outcome.changed
    assert host.iisreset_enabled is (state == "enabled")
    assert (outcome.before, outcome.after) == (
        {"iisreset": "enabled" if enabled else "disabled"},
        {"iisreset": state},
    )


def test_access_in_check_mode_is_predicted():
    host = ModelHost(iis_services(), recovery=RECOVERY)
    context = host.context(check_mode=True)
    outcome = ensure_reset_access(context, state="disabled")
    assert outcome.changed
    assert host.iisreset_enabled
    assert outcome.values["recovery_failing"] == ["IISADMIN"]
    assert outcome.values["recovery_working"] == ["W3SVC"]
    assert "so do the recovery actions of IISADMIN" in context.operator.warnings[0]


def lose_what_status_prints(host, *times):
    """Answers to /STATUS, counted from 1, that come without what was printed, as when the connection broke."""
    said, asked = host.iisreset, itertools.count(1)

    def iisreset(*switches):
        answer = said(*switches)
        lost = switches == ("/STATUS",) and next(asked) in times
        return CommandResult(1, "", "", output_complete=False) if lost else answer

    host.iisreset = iisreset


def test_a_status_whose_output_is_lost_is_asked_for_again():
    host = ModelHost(iis_services(), iisreset_enabled=True)
    lose_what_status_prints(host, 2)
    outcome = ensure_reset_access(host.context(), state="disabled")
    assert outcome.changed
    assert host.commands == ["iisreset /STATUS", "iisreset /DISABLE", "iisreset /STATUS", "iisreset /STATUS"]


def test_a_status_that_fails_without_a_code_does_not_mean_disabled():
    host = ModelHost(iis_services())
    said = host.iisreset
    host.iisreset = lambda *switches: CommandResult(2, "W3SVC: ?", "") if switches == ("/STATUS",) else said(*switches)
    outcome, operator = ensure(host, state="restarted")
    assert outcome.changed
    assert outcome.values["method_used"] == "iisreset"
    assert "iisreset /STATUS ended with exit code 2" in " ".join(operator.warnings)


@pytest.mark.parametrize(
    "printed",
    [
        "'iisreset' is not recognized as an internal or external command, operable program or batch file.",
        "Zugriff verweigert. Sie müssen Administrator des Remotecomputers sein.",
        "",
    ],
)
def test_a_status_that_fails_and_shows_no_service_means_nothing(printed):
    host = ModelHost(iis_services())
    host.iisreset = lambda *_switches: CommandResult(1, printed, "")
    with pytest.raises(IisError, match=r"Couldn't find out whether IISReset is enabled: .*exit code 1.*may run it"):
        ensure_reset_access(host.context(), state="enabled")


def test_a_change_that_can_not_be_read_back_is_told_as_one():
    host = ModelHost(iis_services(), iisreset_enabled=True)
    lose_what_status_prints(host, 2, 3)
    with pytest.raises(
        IisError, match=r"^iisreset /DISABLE ended with exit code 0, .*, but the result could"
    ) as caught:
        ensure_reset_access(host.context(), state="disabled")
    assert caught.value.changed
    assert "Couldn't find out whether IISReset is enabled" in caught.value.message


def test_access_that_does_not_change_is_a_failure():
    host = ModelHost(iis_services(), iisreset_enabled=False, iisreset_works=False)
    with pytest.raises(IisError, match="Couldn't make IISReset enabled on this host: it still is disabled"):
        ensure_reset_access(host.context(), state="enabled")
