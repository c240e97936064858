# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_isolation_mode, as statements about a plain model of a host."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost
from unit.plugins.plugin_utils.iis.scm_model import NEVER, STOPPED

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.isolation.ensure import ensure_isolation_mode
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult, Instance, MethodResult


@pytest.fixture
def host() -> ModelHost:
    host = ModelHost()
    host.run_in_iis5_mode()
    return host


SERVICES = "Name='IISADMIN' OR Name='W3SVC' OR Name='HTTPFilter' OR Name='WAS'"


def test_a_mode_that_is_configured_and_runs_takes_three_requests_and_changes_nothing(host):
    outcome = ensure_isolation_mode(host.context(), mode="iis5")
    assert not outcome.changed
    assert outcome.values["configured_mode"] == outcome.values["running_mode"] == "iis5"
    assert not outcome.values["restart_pending"]
    assert outcome.values["msg"] == "iis5 mode is configured. IIS runs in it."
    configured, services, running = host.requests
    assert configured == "SELECT Name, IIs5IsolationModeEnabled FROM IIsWebServiceSetting WHERE Name='W3SVC'"
    assert services.endswith(f"FROM Win32_Service WHERE {SERVICES}")
    assert running == "ask GetCurrentMode W3SVC"


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
        "http_ssl_mode": "iis5",
        "restart_pending": True,
        "services_to_restart": ["w3svc", "httpfilter"],
        "restart": ["all"],
        "check_mode": False,
        "msg": "worker_process mode is configured now instead of iis5 mode, in memory only: save the metabase "
        "(fleetops.iis.iis_metabase_save) before IIS is restarted. It takes effect when W3SVC and HTTPFilter are "
        "restarted.",
    }
    assert outcome.before["configured_mode"] == "iis5"
    assert outcome.after["configured_mode"] == "worker_process"


def test_check_mode_tells_the_same_and_writes_nothing(host):
    predicted = ensure_isolation_mode(host.context(check_mode=True), mode="worker_process")
    assert host.changes() == []
    assert predicted.values.pop("check_mode")
    assert "would be configured" in predicted.values.pop("msg")
    done = ensure_isolation_mode(host.context(), mode="worker_process")
    assert not done.values.pop("check_mode")
    del done.values["msg"]
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


@pytest.mark.parametrize("http_ssl", [STOPPED, "Stop Pending"])
def test_while_neither_service_runs_nothing_is_pending_and_the_mode_takes_effect_with_the_start(host, http_ssl):
    host.scm["W3SVC"].state, host.scm["HTTPFilter"].state = STOPPED, http_ssl
    host.scm["HTTPFilter"].arrives = NEVER
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.changed
    assert (outcome.values["running_mode"], outcome.values["http_ssl_mode"]) == (None, None)
    assert not outcome.values["restart_pending"]
    assert "in memory only" in outcome.values["msg"]
    assert outcome.values["msg"].endswith("It takes effect when W3SVC, which is stopped, starts.")
    assert not any("GetCurrentMode" in line for line in host.requests)
    assert not ensure_isolation_mode(host.context(), mode="worker_process").changed


def test_http_ssl_that_runs_for_the_other_mode_is_pending_also_while_w3svc_is_stopped(host):
    host.scm["W3SVC"].state = STOPPED
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert (outcome.values["running_mode"], outcome.values["http_ssl_mode"]) == (None, "iis5")
    assert outcome.values["services_to_restart"] == ["httpfilter"]
    assert outcome.values["restart"] == (["all"] if outcome.values["running_mode"] else ["httpfilter"])
    assert outcome.values["msg"].endswith("when HTTPFilter is restarted and W3SVC, which is stopped, starts.")
    assert ensure_isolation_mode(host.context(), mode="worker_process").changed


def test_http_ssl_that_stayed_where_it_was_is_named(host):
    host.iis5_configured = host.iis5_running = False
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.changed
    assert (outcome.values["running_mode"], outcome.values["http_ssl_mode"]) == ("worker_process", "iis5")
    assert outcome.values["services_to_restart"] == ["httpfilter"]
    assert outcome.values["restart"] == (["all"] if outcome.values["running_mode"] else ["httpfilter"])
    [warning] = host.operator.warnings
    assert "GetCurrentMode returned worker_process" in warning
    assert "is in the process of IISADMIN, as in iis5 mode" in warning


@pytest.mark.parametrize("workers", [0, 1])
def test_a_worker_process_proves_that_getcurrentmode_cannot_be_trusted(workers):
    host = ModelHost()
    host.current_mode = MethodResult(0, Instance({}))
    host.worker_processes = workers
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert outcome.changed == (workers == 0)
    assert outcome.values["running_mode"] == ("worker_process" if workers else "iis5")
    assert outcome.values["services_to_restart"] == ([] if workers else ["w3svc"])
    [warning] = host.operator.warnings
    assert ("w3wp.exe" in warning) == bool(workers)
    assert "GetCurrentMode can't be trusted" in warning


def test_a_mode_in_an_out_parameter_counts_more_than_the_code_of_success_beside_it():
    host = ModelHost()
    host.current_mode = MethodResult(0, Instance({"CurrentMode": "1"}))
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert (outcome.changed, outcome.values["running_mode"]) == (False, "worker_process")
    assert host.operator.warnings == []


@pytest.mark.parametrize("answer", [Fault("busy", codes=[0x80070425]), None])
def test_where_iis_does_not_report_the_mode_the_process_of_http_ssl_decides(host, answer):
    host.current_mode = MethodResult(None, Instance({}))
    if answer:
        host.when("GetCurrentMode", answer)
    assert ensure_isolation_mode(host.context(), mode="iis5").values["running_mode"] == "iis5"
    assert "judged by the process" in host.operator.warnings[0]


def test_where_nothing_shows_the_mode_it_is_a_failure(host):
    host.scm["HTTPFilter"].state = STOPPED
    host.when("GetCurrentMode", Fault("busy", codes=[0x80070425]))
    with pytest.raises(IisError, match=r"Couldn't read the running isolation mode.*0x80070425"):
        ensure_isolation_mode(host.context(), mode="iis5")
    host.current_mode = MethodResult(None, Instance({}))
    with pytest.raises(IisError, match="GetCurrentMode returned None"):
        ensure_isolation_mode(host.context(), mode="iis5")


def test_a_service_on_its_way_up_is_waited_for(host):
    host.scm["W3SVC"].state = "Start Pending"
    states = iter(["Start Pending", "Start Pending", "Running", "Running"])
    host.when("Win32_Service", lambda _line: setattr(host.scm["W3SVC"], "state", next(states)), times=4)
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
