# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_isolation_mode, as statements about a plain model of a host."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.isolation.ensure import ensure_isolation_mode
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult


@pytest.fixture
def host() -> ModelHost:
    return ModelHost()


def test_a_mode_that_is_configured_and_runs_takes_two_requests_and_changes_nothing(host):
    outcome = ensure_isolation_mode(host.context(), mode="iis5")
    assert not outcome.changed
    assert outcome.values["configured_mode"] == outcome.values["running_mode"] == "iis5"
    assert not outcome.values["restart_pending"]
    assert host.requests == [
        "SELECT Name, IIs5IsolationModeEnabled FROM IIsWebServiceSetting WHERE Name='W3SVC'",
        "ask GetCurrentMode W3SVC",
    ]


def test_changing_the_mode_writes_one_property_and_leaves_a_restart_pending(host):
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.changed
    assert not host.iis5_configured
    assert host.changes() == ["put_property IIsWebServiceSetting IIs5IsolationModeEnabled=False"]
    assert outcome.values == {
        "mode": "worker_process",
        "configured_mode_before": "iis5",
        "configured_mode": "worker_process",
        "running_mode": "iis5",
        "restart_pending": True,
        "check_mode": False,
    }
    assert outcome.before["configured_mode"] == "iis5"
    assert outcome.after["configured_mode"] == "worker_process"


def test_check_mode_tells_the_same_and_writes_nothing(host):
    predicted = ensure_isolation_mode(host.context(check_mode=True), mode="worker_process")
    assert host.changes() == []
    assert predicted.values.pop("check_mode")
    done = ensure_isolation_mode(host.context(), mode="worker_process")
    assert not done.values.pop("check_mode")
    assert predicted == done


def test_a_run_that_died_before_the_restart_is_changed_again(host):
    host.iis5_configured = False
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.changed
    assert outcome.values["restart_pending"]
    assert host.changes() == []


def test_going_back_before_the_restart_needs_no_restart(host):
    host.iis5_configured = False
    outcome = ensure_isolation_mode(host.context(), mode="iis5")
    assert outcome.changed
    assert not outcome.values["restart_pending"]


@pytest.mark.parametrize("answers_although_stopped", [False, True])
def test_without_w3svc_no_mode_runs_and_nothing_is_pending(host, answers_although_stopped):
    host.scm["W3SVC"].state = "Stopped"
    if answers_although_stopped:
        host.when("GetCurrentMode", lambda _line: setattr(host.scm["W3SVC"], "state", "Running"))
        host.when("Win32_Service", lambda _line: setattr(host.scm["W3SVC"], "state", "Stopped"))
    host.iis5_configured = False
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.values["running_mode"] is None
    assert not outcome.values["restart_pending"]
    assert not outcome.changed


def test_a_stopped_service_that_tells_its_last_mode_has_no_restart_pending_after_a_change(host):
    host.scm["W3SVC"].state = "Stopped"
    host.when("GetCurrentMode", lambda _line: setattr(host.scm["W3SVC"], "state", "Running"))
    host.when("Win32_Service", lambda _line: setattr(host.scm["W3SVC"], "state", "Stopped"))
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.changed
    assert outcome.values["configured_mode"] == "worker_process"
    assert outcome.values["running_mode"] is None
    assert not outcome.values["restart_pending"]


def test_a_service_on_its_way_up_is_asked_again(host):
    host.scm["W3SVC"].state = "Start Pending"
    host.when("GetCurrentMode", Fault("busy", codes=[0x80070425]))
    states = iter(["Start Pending", "Start Pending", "Running"])
    host.when("Win32_Service", lambda _line: setattr(host.scm["W3SVC"], "state", next(states)), times=3)
    assert ensure_isolation_mode(host.context(), mode="iis5").values["running_mode"] == "iis5"


@pytest.mark.parametrize(("put_works", "last"), [(True, "put_property"), (False, "run cscript.exe")])
def test_the_property_is_written_by_the_first_way_that_works(host, put_works, last):
    host.put_works = put_works
    assert ensure_isolation_mode(host.context(), mode="worker_process").changed
    assert not host.iis5_configured
    assert host.changes()[-1].startswith(last)


def test_a_lost_answer_is_settled_by_reading_back(host):
    def write_and_lose(_line):
        host.iis5_configured = False
        raise OutcomeUnknown("the connection was cut")

    host.when("put_property", write_and_lose)
    assert ensure_isolation_mode(host.context(), mode="worker_process").changed
    assert len(host.changes()) == 1


def test_when_nothing_works_the_message_has_every_answer(host):
    host.put_works = False
    host.script_answers = [CommandResult(2, "", "The path requested could not be found.")]
    with pytest.raises(IisError, match="could not be found") as caught:
        ensure_isolation_mode(host.context(), mode="worker_process")
    assert "0x80338013" in caught.value.message
    assert not caught.value.changed


def test_a_missing_right_ends_the_attempts(host):
    host.when("put_property", Fault("denied", codes=[5]))
    with pytest.raises(IisError, match=r"ERROR_ACCESS_DENIED.*Administrators"):
        ensure_isolation_mode(host.context(), mode="worker_process")
    assert len(host.changes()) == 1


def test_iis_7_is_refused_before_anything_is_written(host):
    host.windows = "6.1.7601"
    with pytest.raises(IisError, match="IIS 7 or later, which has no isolation modes"):
        ensure_isolation_mode(host.context(), mode="worker_process")
    assert host.changes() == []


@pytest.mark.parametrize(
    ("windows", "installed", "message"),
    [
        ("5.2.3790", False, "IIS isn't installed"),
        ("5.2.3790", True, "WMI provider isn't answering"),
        ("6.3.9600", True, "IIS 6 WMI Compatibility"),
    ],
)
def test_a_missing_provider_is_explained(host, windows, installed, message):
    host.windows = windows
    if not installed:
        host.scm.services.clear()
    host.when("FROM IIsWebServiceSetting", Fault("no such class", codes=[2150858778]))
    with pytest.raises(IisError, match=message):
        ensure_isolation_mode(host.context(), mode="iis5")
