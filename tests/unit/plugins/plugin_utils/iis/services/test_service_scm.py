# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services through the service control manager: order, idempotence, and what happens when one doesn't obey."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost, ModelSite
from unit.plugins.plugin_utils.iis.scm_model import PAUSED, RUNNING, STOPPED, ModelService, iis_services
from unit.plugins.plugin_utils.iis.services.doing import draining, ensure, fails

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.services import StartMode
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable, OutcomeUnknown

DOWN = ("iisadmin", "httpfilter", "w3svc", "msftpsvc", "smtpsvc")


def calls(host, *methods):
    return [name for method, name in host.scm.log if method in methods]


@pytest.mark.parametrize(
    ("states", "options", "requests"),
    [
        ({}, {"name": ("w3svc",), "state": "started"}, 1),
        ({}, {"name": ("iisadmin", "httpfilter", "msftpsvc"), "state": "started"}, 1),
        ({"w3svc": {"state": STOPPED}}, {"name": ("w3svc",), "state": "stopped"}, 1),
        ({"w3svc": {"state": PAUSED}}, {"name": ("w3svc",), "state": "paused"}, 1),
        ({}, {"name": ("w3svc",), "start_mode": StartMode.AUTO}, 1),
        ({}, {"state": "started"}, 2),
        ({name: {"state": STOPPED} for name in DOWN}, {"state": "stopped"}, 2),
    ],
)
def test_nothing_to_do_takes_one_request_for_named_services_and_two_for_all(states, options, requests):
    host = ModelHost(iis_services(**states))
    outcome, operator = ensure(host, **options)
    assert outcome.changed is False
    assert len(host.requests) == requests
    assert not host.commands
    assert outcome.before == outcome.after
    assert outcome.values["method_used"] is None
    assert not operator.warnings


def test_restarting_iisadmin_stops_dependents_first_and_starts_what_ran():
    third_party = ModelService("FaxPublisher", ("W3SVC",), display_name="Fax Publisher", start_mode="Manual")
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED}, fax=third_party))
    outcome, _operator = ensure(host, name=("iisadmin",), state="restarted")
    assert outcome.changed
    assert calls(host, "stopped", "was stopped") == ["FaxPublisher", "MSFTPSVC", "W3SVC", "HTTPFilter", "IISADMIN"]
    assert calls(host, "started") == ["IISADMIN", "HTTPFilter", "MSFTPSVC", "W3SVC", "FaxPublisher"]
    assert host.scm.states()["smtpsvc"] == STOPPED
    assert outcome.values["services"]["faxpublisher"]["after"] == "started"
    assert outcome.values["method_used"] == "scm"
    assert outcome.values["outage_seconds"] > 0
    assert outcome.values["steps"][0] == "stop FaxPublisher, MSFTPSVC"


def test_a_restart_is_changed_every_time_and_the_diff_says_that_it_was_one():
    host = ModelHost(iis_services())
    for _time in range(2):
        outcome, _operator = ensure(host, name=("w3svc",), state="restarted")
        assert outcome.changed
    assert calls(host, "started") == ["W3SVC", "W3SVC"]
    assert outcome.before["services"]["w3svc"]["state"] == "started"
    assert outcome.after["services"]["w3svc"]["state"] == "started (restarted)"
    assert outcome.after["metabase"] == "saved before anything stops"


def test_the_metabase_is_saved_while_everything_still_runs(saves):
    host = ModelHost(iis_services())
    outcome, _operator = ensure(host, name=("w3svc",), state="stopped")
    assert "w3svc" in saves.running[0]
    assert outcome.values["save"] == {"changed": True, "path": "MetaBase.xml", "msg": "saved"}


def test_when_the_save_fails_nothing_is_stopped(saves):
    saves.fails_with = "Couldn't save the metabase: the disk is full."
    host = ModelHost(iis_services())
    error = fails(host, state="restarted", method="scm")
    assert error.message == (
        "Nothing was stopped, because the metabase could not be saved first. "
        "Couldn't save the metabase: the disk is full."
    )
    assert not error.changed
    assert not calls(host, "StopService")
    assert error.values["save"]["changed"] is False
    assert error.values["services"]["w3svc"]["after"] == "started"


def test_without_save_nothing_is_saved(saves):
    host = ModelHost(iis_services())
    outcome, _operator = ensure(host, name=("w3svc",), state="stopped", save=False)
    assert not saves.running
    assert outcome.values["save"] is None
    assert outcome.after["metabase"].startswith("not saved first")


def test_a_paused_service_is_resumed_not_started():
    host = ModelHost(iis_services(w3svc={"state": PAUSED}))
    ensure(host, name=("w3svc",), state="started")
    assert calls(host, "StartService", "ResumeService") == ["W3SVC"]
    assert host.scm.states()["w3svc"] == RUNNING


def test_pending_states_are_waited_out():
    host = ModelHost(iis_services(w3svc={"state": "Start Pending", "takes": 5.0}))
    outcome, operator = ensure(host, name=("w3svc",), state="started")
    assert outcome.changed is False
    assert not calls(host, "StartService")
    assert operator.said == ["Wait until W3SVC is in a settled state"]
    assert outcome.values["services"]["w3svc"]["after"] == "started"


def test_what_a_service_needs_is_started_first_and_visible():
    host = ModelHost(iis_services(w3svc={"state": STOPPED}, httpfilter={"state": STOPPED}))
    outcome, _operator = ensure(host, name=("w3svc",), state="started")
    assert outcome.values["steps"] == ["start HTTPFilter", "start W3SVC"]
    assert set(outcome.values["services"]) == {"w3svc", "httpfilter"}


def test_start_mode_is_set_before_the_start():
    host = ModelHost(iis_services(w3svc={"state": STOPPED, "start_mode": "Disabled"}))
    outcome, _operator = ensure(host, name=("w3svc",), state="started", start_mode=StartMode.MANUAL)
    assert outcome.values["services"]["w3svc"]["start_mode"] == "manual"
    assert host.scm["W3SVC"].start_mode == "Manual"
    assert host.scm.states()["w3svc"] == RUNNING


def test_a_disabled_service_is_named_and_the_remedy_too():
    host = ModelHost(iis_services(w3svc={"state": STOPPED, "start_mode": "Disabled"}))
    error = fails(host, name=("w3svc",), state="started")
    assert error.message == (
        "Couldn't start W3SVC: W3SVC (World Wide Web Publishing Service) is disabled, so it can't be started. Nothing "
        "was touched. Enable it first with the option start_mode (auto or manual), where that is meant."
    )


def test_a_service_that_is_not_installed_is_named():
    host = ModelHost(iis_services())
    error = fails(host, name=("w3svc", "nntpsvc"), state="started")
    assert error.message == (
        "NntpSvc isn't installed on this host. Of the IIS services it has: IISADMIN, HTTPFilter, W3SVC, MSFTPSVC, "
        "SMTPSVC. Leave the name out, or install the component."
    )


def test_all_without_iis_says_that_iis_is_not_installed():
    assert "IIS isn't installed on this host" in fails(ModelHost([ModelService("RpcSs")]), state="started").message


def test_a_hung_service_ends_in_a_failure_that_says_what_runs_and_brings_back_the_rest():
    host = ModelHost(iis_services(smtpsvc={"hangs": {"Stop Pending"}}))
    error = fails(host, name=("iisadmin",), state="restarted", timeout=30)
    assert error.changed
    assert "SMTPSVC (Simple Mail Transfer Protocol (SMTP)) still is stopping after 30 s" in error.message
    assert "To bring back the rest, MSFTPSVC, W3SVC was started again." in error.message
    assert "not running: SMTPSVC (stopping)" in error.message
    assert "taskkill /F /PID" in error.message
    assert error.values["brought_back"] == ["MSFTPSVC", "W3SVC"]
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc"}


def test_a_service_that_already_hangs_is_told_before_anything_is_touched():
    host = ModelHost(iis_services(smtpsvc={"state": "Stop Pending", "hangs": {"Stop Pending"}}))
    error = fails(host, name=("smtpsvc",), state="restarted", timeout=30)
    assert "still is stopping after 30 s. Nothing was touched." in error.message
    assert not host.scm.log


def test_a_stop_that_fails_starts_nothing_again():
    host = ModelHost(iis_services(smtpsvc={"hangs": {"Stop Pending"}}))
    error = fails(host, name=("iisadmin",), state="stopped", timeout=10)
    assert "Nothing was started again, because it was to be stopped." in error.message
    assert not calls(host, "started")


def test_a_service_that_fails_to_start_again_is_named_and_the_others_run():
    host = ModelHost(iis_services(w3svc={"dies": 1053}))
    error = fails(host, name=("iisadmin",), state="restarted")
    assert "W3SVC (World Wide Web Publishing Service) was started, but stopped again with" in error.message
    assert "0x8007041D" in error.message
    assert "not running: W3SVC (stopped)" in error.message
    assert host.scm.running() >= {"iisadmin", "msftpsvc", "smtpsvc"}


def test_what_needs_a_failed_service_is_not_started():
    fax = ModelService("FaxPublisher", ("W3SVC",))
    host = ModelHost(iis_services(w3svc={"dies": 1053}, fax=fax))
    error = fails(host, name=("w3svc",), state="restarted")
    assert "FaxPublisher was not started, because W3SVC, which it needs, isn't running" in error.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [(2, "access denied"), (14, "the service is disabled"), (15, "couldn't log on"), (13, "couldn't be started")],
)
def test_return_codes_are_told_in_words(answer, words):
    host = ModelHost(iis_services(w3svc={"state": STOPPED, "answers": [answer]}))
    error = fails(host, name=("w3svc",), state="started")
    assert "refused to start: " in error.message
    assert words in error.message
    assert f"(return code {answer})" in error.message


def test_a_service_that_cannot_take_the_control_just_now_is_asked_again():
    host = ModelHost(iis_services(w3svc={"answers": [5]}))
    ensure(host, name=("w3svc",), state="stopped")
    assert calls(host, "StopService") == ["W3SVC", "W3SVC"]
    assert host.scm.states()["w3svc"] == STOPPED


def test_a_service_that_always_refuses_the_control_is_given_up():
    host = ModelHost(iis_services(w3svc={"answers": [5, 5, 5]}))
    error = fails(host, name=("w3svc",), state="stopped")
    assert "refused to stop 3 times" in error.message


def test_a_lost_answer_is_settled_by_reading_the_state():
    host = ModelHost(iis_services())
    host.when("StopService W3SVC", OutcomeUnknown("cut"), after=True)
    ensure(host, name=("w3svc",), state="stopped")
    assert calls(host, "StopService") == ["W3SVC"]


def test_a_cut_connection_is_made_anew_within_the_deadline():
    host = ModelHost(iis_services())
    host.when("StartService HTTPFilter", HostUnreachable("reset by peer"))
    _outcome, operator = ensure(host, name=("httpfilter",), state="restarted")
    assert host.requests.count("reconnect") == 1
    assert host.scm.running() >= {"httpfilter", "w3svc"}
    assert any("The connection is lost" in line for line in operator.said)


def test_a_host_that_stays_away_is_unreachable_and_the_message_says_what_was_under_way():
    host = ModelHost(iis_services(httpfilter={"takes": 3.0}), unreachable=(1001.0, float("inf")))
    with pytest.raises(HostUnreachable, match=r"lost while trying to restart HTTPFilter"):
        ensure(host, name=("httpfilter",), state="restarted", timeout=20)


def test_sites_that_ran_run_again_before_the_restart_has_succeeded():
    sites = [ModelSite("W3SVC/1", "Shop"), ModelSite("W3SVC/2", "Old", state="stopped", auto_start=False)]
    host = ModelHost(iis_services(), sites)
    outcome, _operator = ensure(host, name=("w3svc",), state="restarted")
    assert outcome.values["sites"] == {
        "W3SVC/1": {"name": "Shop", "before": "started", "after": "started"},
        "W3SVC/2": {"name": "Old", "before": "stopped", "after": "stopped"},
    }


def test_a_site_that_does_not_come_back_fails_the_restart_with_the_reason():
    host = ModelHost(iis_services(), [ModelSite("W3SVC/1", "Shop", broken=True)])
    error = fails(host, name=("w3svc",), state="restarted", timeout=20)
    assert "The Web site 'Shop' (W3SVC/1) couldn't be started: the host answered ERROR_DUP_NAME" in error.message
    assert error.values["sites"]["W3SVC/1"]["after"] == "stopped"


def test_a_site_that_runs_without_auto_start_is_started_again_and_keeps_its_setting():
    host = ModelHost(iis_services(), [ModelSite("W3SVC/1", "Shop", auto_start=False)])
    outcome, operator = ensure(host, name=("w3svc",), state="restarted")
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "started"
    assert host.sites["W3SVC/1"].auto_start is False
    assert not operator.warnings


def test_sessions_that_are_cut_are_counted_and_missing_counters_are_null():
    host = ModelHost(iis_services(), sessions={"http": 12, "smtp": 1})
    outcome, _operator = ensure(host, name=("iisadmin",), state="stopped")
    assert outcome.values["sessions_cut"] == {"http": 12, "ftp": None, "smtp": 1, "nntp": 0}


def test_check_mode_says_what_it_would_cost_and_touches_nothing(saves):
    host = ModelHost(iis_services(), [ModelSite("W3SVC/1", "Shop")], sessions={"http": 12, "ftp": 3, "smtp": 0})
    outcome, operator = ensure(host, check_mode=True, name=("w3svc",), state="restarted")
    assert outcome.changed
    assert operator.warnings == []
    assert outcome.cost == (
        "Would stop W3SVC (World Wide Web Publishing Service), cut 12 HTTP sessions and take down Web site 'Shop' "
        "(W3SVC/1), until they run again."
    )
    assert outcome.values["steps"] == ["stop W3SVC", "start W3SVC"]
    assert not host.scm.log
    assert not saves.running


def test_pausing_all_leaves_out_what_cannot_be_paused():
    host = ModelHost(iis_services(smtpsvc={"state": STOPPED}))
    outcome, operator = ensure(host, state="paused")
    assert outcome.values["services"]["w3svc"]["after"] == "paused"
    assert outcome.values["services"]["iisadmin"]["after"] == "started"
    assert not host.commands
    assert len(operator.warnings) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": ("all", "w3svc"), "state": "started"}, "'all' already is every Internet service"),
        ({"name": ("w3svc",), "state": "rebooted"}, "reboots the machine, whatever services are named"),
        ({"name": ("w3svc",), "state": "started", "method": "iisreset"}, "acts on all Internet services"),
        ({"state": "paused", "method": "iisreset"}, "IISReset can't pause"),
        ({"start_mode": StartMode.AUTO}, "set for named services only"),
        ({"name": ("w3svc",), "state": "stopped", "force": True}, "doesn't kill any"),
        ({"name": ("w3svc",)}, "Nothing to do"),
        ({"name": (), "state": "started"}, "name is empty"),
        ({"state": "stopped", "drain": draining(5, connections=-1)}, "drain_connections can't be negative"),
    ],
)
def test_options_that_contradict_each_other_are_refused_before_the_host_is_asked(options, words):
    host = ModelHost(iis_services())
    assert words in fails(host, **options).message
    assert not host.requests


class Moody(ModelHost):
    """Refuses the next requests of a kind, one for each fault in ``moods``, once W3SVC is down."""

    moods: dict[str, int]

    def _refuse(self, kind):
        if self.moods[kind] and self.scm.states()["w3svc"] == STOPPED:
            self.moods[kind] -= 1
            raise Fault("The requested resource is in use.", codes=[170])

    def query(self, namespace, wql, *, limit=None):
        self._refuse("query")
        return super().query(namespace, wql, limit=limit)

    def invoke(self, path, method, arguments=None):
        self._refuse("invoke")
        return super().invoke(path, method, arguments)


def moody(**moods):
    host = Moody(iis_services())
    host.moods = {"query": 0, "invoke": 0, **moods}
    return host


@pytest.mark.parametrize("moods", [{"query": 3}, {"invoke": 2}, {"query": 2, "invoke": 1}])
def test_a_host_that_is_busy_while_services_are_down_is_asked_again(moods):
    host = moody(**moods)
    outcome, _operator = ensure(host, state="restarted", method="scm")
    assert outcome.changed
    assert host.scm.running() >= {"iisadmin", "w3svc", "msftpsvc", "smtpsvc"}
    assert not any(host.moods.values())


def test_a_host_that_keeps_refusing_is_given_up_with_its_answer():
    host = moody(query=1000)
    failure = fails(host, state="restarted", method="scm")
    assert "ERROR_BUSY" in failure.message
    assert failure.changed
