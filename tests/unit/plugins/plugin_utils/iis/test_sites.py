# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_site, as statements about a plain model of a host."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.iis.doors import ensure_site
from unit.plugins.plugin_utils.iis.model_host import PAUSED, STARTED, STOPPED, ModelHost, ModelSite

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.sites import Order, SiteState
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.change import SiteChange
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.read import find_site_by_id
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.waiting import Deadline
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

STATES = {"started": STARTED, "stopped": STOPPED, "paused": PAUSED}


@pytest.fixture
def host() -> ModelHost:
    return ModelHost()


def orders(host: ModelHost) -> list[str]:
    return [line.split()[1] for line in host.changes() if line.startswith("invoke")]


class TestRequests:
    def test_a_site_by_id_takes_one_request_when_there_is_nothing_to_do(self, host):
        outcome = ensure_site(host.context(), id=1, state="started")
        assert not outcome.changed
        assert host.requests == ["SELECT Name, ServerState FROM IIsWebServer WHERE Name='W3SVC/1'"]

    def test_a_site_by_name_takes_two(self, host):
        outcome = ensure_site(host.context(), name="shop", state="started")
        assert not outcome.changed
        assert outcome.values["name"] == "Shop"
        assert host.requests == [
            "SELECT Name, ServerComment, ServerAutoStart FROM IIsWebServerSetting WHERE ServerComment='shop'",
            "SELECT Name, ServerState FROM IIsWebServer WHERE Name='W3SVC/2'",
        ]


class TestStates:
    @pytest.mark.parametrize(
        ("now", "wanted", "given_orders"),
        [
            ("started", "stopped", ["Stop"]),
            ("started", "paused", ["Pause"]),
            ("started", "restarted", ["Stop", "Start"]),
            ("stopped", "started", ["Start"]),
            ("stopped", "restarted", ["Start"]),
            ("paused", "started", ["Continue"]),
            ("paused", "stopped", ["Continue", "Stop"]),
            ("paused", "restarted", ["Continue", "Stop", "Start"]),
        ],
    )
    @pytest.mark.parametrize("service", ["web", "ftp"])
    def test_a_site_is_brought_there_by_these_orders(self, host, service, now, wanted, given_orders):
        key = {"web": "W3SVC/1", "ftp": "MSFTPSVC/1"}[service]
        host.sites[key].state = STATES[now]
        outcome = ensure_site(host.context(), service=service, id=1, state=wanted)
        assert orders(host) == given_orders
        assert outcome.changed
        assert outcome.values["state_before"] == now
        assert outcome.values["state"] == ("started" if wanted == "restarted" else wanted)
        assert host.sites[key].state == STATES[outcome.values["state"]]

    @given(
        st.sampled_from(sorted(STATES)),
        st.sampled_from(["started", "stopped", "paused", "restarted"]),
        st.sampled_from([{"name": "Shop"}, {"id": 2}]),
    )
    def test_check_mode_predicts_what_then_happens_and_a_second_run_finds_nothing(self, now, wanted, which):
        host = ModelHost()
        host.sites["W3SVC/2"].state = STATES[now]
        host.sites["W3SVC/2"].auto_start = now != "stopped"
        try:
            predicted = ensure_site(host.context(check_mode=True), **which, state=wanted)
        except IisError:
            assert (now, wanted) == ("stopped", "paused")
            return
        assert host.changes() == []
        real = ensure_site(host.context(), **which, state=wanted)
        assert predicted == real
        if wanted != "restarted":
            assert real.changed == (now != wanted)
            assert not ensure_site(host.context(), **which, state=wanted).changed

    def test_a_stopped_site_cannot_be_paused(self, host):
        host.sites["W3SVC/1"].state = STOPPED
        with pytest.raises(IisError, match="only a started site can be paused"):
            ensure_site(host.context(), id=1, state="paused")

    @pytest.mark.parametrize(
        ("way", "end"), [([1, 1, 1], STARTED), ([3, 3], STOPPED), ([5], PAUSED), ([7, 7], STARTED)]
    )
    def test_a_site_on_its_way_is_waited_for(self, host, way, end):
        site = host.sites["W3SVC/1"]
        site.way, site.state = way, end
        assert ensure_site(host.context(), id=1, state="started").values["state"] == "started"
        assert orders(host) == {STARTED: [], STOPPED: ["Start"], PAUSED: ["Continue"]}[end]

    def test_a_site_that_stays_on_its_way_is_a_bounded_failure(self, host):
        host.sites["W3SVC/1"].state = 3
        began = host.clock.now
        with pytest.raises(IisError, match="still stopping after 20 s") as caught:
            ensure_site(host.context(), id=1, state="started", timeout=20)
        assert host.clock.now - began == pytest.approx(20)
        assert caught.value.values["state"] == "stopping"
        assert not caught.value.changed


class TestFinding:
    def test_an_unknown_name_lists_the_sites_closest_first(self, host):
        host.add(ModelSite("W3SVC/7", "Shopping"))
        with pytest.raises(IisError) as caught:
            ensure_site(host.context(), name="Shoppin", state="started")
        assert caught.value.message == (
            "There is no Web site named 'Shoppin' on this host. "
            "There are: 'Shopping' (id 7), 'Shop' (id 2), 'Default Web Site' (id 1)."
        )
        assert caught.value.values["sites"][0] == {"id": 7, "name": "Shopping"}

    def test_an_unknown_number_lists_the_sites(self, host):
        with pytest.raises(IisError, match=r"no Web site number 12.*'Shop' \(id 2\)"):
            ensure_site(host.context(), id=12, state="started")

    def test_a_service_that_isnt_installed_is_named(self, host):
        del host.scm["NntpSvc"]
        with pytest.raises(IisError, match="NntpSvc isn't installed"):
            ensure_site(host.context(), service="nntp", name="News", state="started")

    def test_a_service_that_isnt_installed_is_named_when_even_its_classes_are_missing(self, host):
        del host.scm["SMTPSVC"]
        host.when("IIsSmtpServer", Fault("no such class", codes=[2150858778]))
        with pytest.raises(IisError, match="SMTPSVC isn't installed"):
            ensure_site(host.context(), service="smtp", id=1, state="started")

    def test_two_sites_of_one_name_are_told_apart_by_number(self, host):
        host.add(ModelSite("W3SVC/9", "shop"))
        assert ensure_site(host.context(), name="Shop", state="started").values["id"] == 2
        with pytest.raises(IisError, match=r"2 Web sites named 'SHOP'.*2, 9.*'id'") as caught:
            ensure_site(host.context(), name="SHOP", state="started")
        assert caught.value.values["ids"] == [2, 9]

    def test_the_same_name_in_another_service_is_another_site(self, host):
        host.add(ModelSite("MSFTPSVC/3", "Shop", state=STOPPED))
        assert ensure_site(host.context(), service="ftp", name="Shop", state="stopped").values["id"] == 3


class TestRefusals:
    def test_a_binding_conflict_names_the_binding_and_its_holder(self, host):
        host.add(ModelSite("W3SVC/5", "New", state=STOPPED))
        with pytest.raises(IisError) as caught:
            ensure_site(host.context(), name="New", state="started")
        assert "ERROR_DUP_NAME (0x80070034)" in caught.value.message
        assert (
            "binding *:80: is held by the Web site 'Default Web Site' (W3SVC/1), which is started"
            in caught.value.message
        )
        assert caught.value.values["state"] == "stopped"
        assert not caught.value.changed

    def test_a_port_held_by_an_ftp_site_is_found(self, host):
        host.add(ModelSite("W3SVC/5", "New", state=STOPPED, bindings=[":21:"]))
        host.when("invoke Start", Fault("in use", codes=[0x80070020]))
        with pytest.raises(IisError, match=r"\*:21: is held by the FTP site 'Default FTP Site'"):
            ensure_site(host.context(), name="New", state="started")

    def test_a_port_that_no_site_holds_points_to_another_program(self, host):
        host.add(ModelSite("W3SVC/5", "New", state=STOPPED, bindings=[":8888:"]))
        host.when("invoke Start", Fault("in use", codes=[0x80070020]))
        with pytest.raises(IisError, match="another program"):
            ensure_site(host.context(), name="New", state="started")

    @pytest.mark.parametrize(
        "trouble", [MalformedAnswer("not XML"), IisError("appcmd.exe failed"), Fault("no", codes=[0x80070005])]
    )
    @pytest.mark.parametrize("read", ["ServerBindings", r"FROM IIsFtpServer\b"])
    def test_bindings_that_cannot_be_read_hide_no_refusal(self, host, read, trouble):
        host.add(ModelSite("W3SVC/5", "New", state=STOPPED))
        host.when(read, trouble, times=9)
        with pytest.raises(IisError) as caught:
            ensure_site(host.context(), name="New", state="started")
        assert caught.value.message.startswith("The Web site 'New' (W3SVC/5) couldn't be started: ")
        assert "ERROR_DUP_NAME (0x80070034)" in caught.value.message
        assert "One of its bindings is in use." in caught.value.message

    def test_an_error_of_the_site_that_cannot_be_read_hides_no_refusal(self, host):
        host.add(ModelSite("W3SVC/5", "New", state=STOPPED))
        host.when("Win32Error", MalformedAnswer("not XML"))
        with pytest.raises(IisError, match=r"ERROR_DUP_NAME \(0x80070034\).* is held by the Web site 'Default"):
            ensure_site(host.context(), name="New", state="started")

    def test_the_ftp_service_says_invalid_parameter_for_the_same(self, host):
        host.add(ModelSite("MSFTPSVC/2", "Second", state=STOPPED, bindings=[":21:"]))
        host.when("invoke Start", Fault("invalid", codes=[0x80070057]))
        with pytest.raises(IisError, match=r"\*:21: is held by the FTP site 'Default FTP Site'"):
            ensure_site(host.context(), service="ftp", name="Second", state="started")

    def test_a_restart_that_fails_halfway_says_how_the_site_is_left(self, host):
        host.when("invoke Start", Fault("disk", codes=[0x80070070]))
        with pytest.raises(IisError, match=r"ERROR_DISK_FULL.*was started before and is stopped now") as caught:
            ensure_site(host.context(), id=2, state="restarted")
        assert caught.value.changed
        assert caught.value.values["state"] == "stopped"

    def test_an_order_that_is_accepted_but_not_done_is_explained_by_win32error(self, host):
        host.sites["W3SVC/2"].state = STOPPED

        def accept_and_fail(_line):
            host.sites["W3SVC/2"].win32_error = 10049
            host.sites["W3SVC/2"].way = [STOPPED] * 100
            host.sites["W3SVC/2"].bindings = []

        host.when("invoke Start", accept_and_fail)
        host.order = lambda key, method: None
        with pytest.raises(IisError, match="WSAEADDRNOTAVAIL"):
            ensure_site(host.context(), id=2, state="started", timeout=60)
        assert host.clock.now < 1010

    def test_an_order_that_never_shows_ends_at_the_timeout(self, host):
        host.order = lambda key, method: None
        with pytest.raises(IisError, match="couldn't be stopped: it is started after 30 s"):
            ensure_site(host.context(), id=1, state="stopped", timeout=30)
        assert host.clock.now == pytest.approx(1030, abs=1)

    @pytest.mark.parametrize(
        ("state", "mode", "words"),
        [
            ("Stopped", "Manual", r"W3SVC isn't running \(stopped, start mode manual\).*name=w3svc state=started"),
            ("Stopped", "Disabled", "It is disabled"),
            ("Paused", "Auto", "W3SVC is paused"),
        ],
    )
    def test_a_service_that_doesnt_run_is_explained_before_trying(self, host, state, mode, words):
        host.scm["W3SVC"].state, host.scm["W3SVC"].start_mode = state, mode
        host.sites["W3SVC/1"].state = STOPPED
        with pytest.raises(IisError, match=words):
            ensure_site(host.context(), id=1, state="started")
        assert host.changes() == []

    def test_check_mode_only_warns_of_a_service_that_doesnt_run(self, host):
        host.scm["W3SVC"].state = "Stopped"
        host.sites["W3SVC/1"].state = STOPPED
        assert ensure_site(host.context(check_mode=True), id=1, state="started").changed
        assert "isn't running" in host.operator.warnings[0]

    def test_a_stopped_site_of_a_stopped_service_is_stopped(self, host):
        host.scm["W3SVC"].state = "Stopped"
        host.sites["W3SVC/1"].state = STOPPED
        assert not ensure_site(host.context(), id=1, state="stopped").changed

    def test_iis_7_cannot_pause(self, host):
        host.windows = "6.1.7601"
        host.when("invoke Pause", Fault("unsupported", codes=[2150858771]))
        with pytest.raises(IisError, match="IIS 7 and later can't pause"):
            ensure_site(host.context(), id=1, state="paused")

    def test_a_stopped_iisadmin_is_named(self, host):
        host.scm["IISADMIN"].state = "Stopped"
        host.when("IIsWebServer", Fault("provider failed", codes=[2150859010]))
        with pytest.raises(IisError, match=r"IISADMIN.*is stopped"):
            ensure_site(host.context(), id=1, state="started")


class TestLostAnswers:
    def test_an_order_that_was_done_is_not_given_again(self, host):
        def do_and_lose(_line):
            host.order("W3SVC/1", "Stop")
            raise OutcomeUnknown("cut")

        host.when("invoke Stop", do_and_lose)
        assert ensure_site(host.context(), id=1, state="stopped").changed
        assert orders(host) == ["Stop"]

    def test_an_order_that_got_lost_is_given_again(self, host):
        host.when("invoke Stop", OutcomeUnknown("cut"))
        assert ensure_site(host.context(), id=1, state="stopped").changed
        assert orders(host) == ["Stop", "Stop"]

    def test_a_host_that_is_gone_is_not_a_failure_of_the_site(self, host):
        host.when("invoke Start", HostUnreachable("no route"))
        with pytest.raises(HostUnreachable, match=r"no route\. The Web site .* was stopped then"):
            ensure_site(host.context(), id=1, state="restarted")

    def test_a_refused_order_that_others_carried_out_is_fine(self, host):
        def somebody_else(_line):
            host.sites["W3SVC/1"].state = STOPPED
            raise Fault("already", codes=[0x80070426])

        host.when("invoke Stop", somebody_else)
        assert ensure_site(host.context(), id=1, state="stopped").changed

    def test_an_order_that_takes_its_time_is_not_given_again_because_its_answer_was_lost(self, host):
        host.sites["W3SVC/1"].slow = 12

        def do_and_lose(_line):
            host.order("W3SVC/1", "Pause")
            raise OutcomeUnknown("cut")

        host.when("invoke Pause", do_and_lose)
        assert ensure_site(host.context(), id=1, state="paused").values["state"] == "paused"
        assert orders(host) == ["Pause"]


class TestTimeout:
    """The option bounds the whole task: waiting, the script, and a second try."""

    def hang(self, host, monkeypatch):
        def run(program, *arguments, timeout):
            host.requests.append(f"run {program}")
            host.clock.now += timeout
            raise OutcomeUnknown(f"it didn't end within {timeout:g} s")

        monkeypatch.setattr(host, "run", run)

    def test_a_script_that_hangs_is_ended_at_the_timeout(self, host, monkeypatch):
        self.hang(host, monkeypatch)
        with pytest.raises(IisError, match="couldn't be stopped: it is started after 5 s"):
            ensure_site(host.context(), service="smtp", id=1, state="stopped", timeout=5)
        assert host.clock.now == pytest.approx(1005, abs=0.1)

    def test_so_is_one_that_sets_auto_start(self, host, monkeypatch):
        self.hang(host, monkeypatch)
        host.when("put_property", Fault("unsupported", codes=[2150858771]))
        with pytest.raises(IisError, match="Couldn't set W3SVC/1/ServerAutoStart to False"):
            ensure_site(host.context(), id=1, auto_start=False, timeout=5)
        assert host.clock.now == pytest.approx(1005, abs=0.1)


def change_of(host, seconds=60.0):
    context = host.context()
    site = find_site_by_id(context, "web", 1)
    return SiteChange(context, site, Deadline.after(context, seconds, "pause the sites"))


class TestPausing:
    """What a drain and the probe do to a site: pause it, wait, and continue it whatever came between."""

    @pytest.mark.parametrize("slow", [0, 12])
    def test_methods_may_return_before_the_site_has_settled(self, host, slow):
        host.sites["W3SVC/1"].slow = slow
        change = change_of(host)
        change.carry_out((Order.PAUSE,))
        assert host.sites["W3SVC/1"].state == "paused"
        assert change.site.state is SiteState.PAUSED
        change.resume()
        assert host.sites["W3SVC/1"].state == "started"
        assert change.site.state is SiteState.STARTED
        assert orders(host) == ["Pause", "Continue"]

    def test_a_site_that_is_still_pausing_is_waited_for_and_then_continued(self, host):
        host.sites["W3SVC/1"].slow = 6
        change = change_of(host)
        change.begin(Order.PAUSE)
        change.resume()
        assert orders(host) == ["Pause", "Continue"]
        assert host.sites["W3SVC/1"].state == "started"

    @pytest.mark.parametrize("state", [STARTED, STOPPED])
    def test_a_site_that_somebody_else_brought_elsewhere_is_left_alone(self, host, state):
        change = change_of(host)
        change.carry_out((Order.PAUSE,))
        host.sites["W3SVC/1"].state = state
        change.resume()
        assert orders(host) == ["Pause"]
        assert host.sites["W3SVC/1"].state == state

    def test_a_method_that_the_host_doesnt_take_is_replaced_by_adsutil(self, host):
        change = change_of(host)
        change.carry_out((Order.PAUSE,))
        host.when("invoke Continue", Fault("unsupported", codes=[2150858771]))
        change.resume()
        assert host.changes()[-1].endswith("CONTINUE_SERVER W3SVC/1")
        assert host.sites["W3SVC/1"].state == "started"

    def test_a_continue_that_is_accepted_and_not_done_is_an_error_at_the_deadline(self, host):
        change = change_of(host, seconds=20)
        change.carry_out((Order.PAUSE,))
        host.order = lambda key, method: None
        with pytest.raises(IisError, match="couldn't be continued: it is paused after 20 s"):
            change.resume()
        assert host.clock.now == pytest.approx(1020, abs=1)

    def test_a_site_that_never_settles_is_an_error_at_the_deadline(self, host):
        change = change_of(host, seconds=20)
        host.sites["W3SVC/1"].state = 5
        with pytest.raises(IisError, match="still pausing after 20 s"):
            change.resume()
        assert host.clock.now == pytest.approx(1020, abs=1)


class TestAutoStart:
    def test_it_is_set_after_the_state_because_iis_sets_it_itself(self, host):
        outcome = ensure_site(host.context(), id=1, state="stopped", auto_start=True)
        assert host.sites["W3SVC/1"].auto_start
        assert outcome.values["auto_start"] is True
        assert host.changes() == ["invoke Stop W3SVC/1", "put_property IIsWebServerSetting ServerAutoStart=True"]

    def test_it_can_be_set_alone(self, host):
        outcome = ensure_site(host.context(), name="Shop", auto_start=False)
        assert outcome.changed
        assert outcome.before == {"W3SVC/2": {"state": "started", "auto_start": True}}
        assert outcome.after == {"W3SVC/2": {"state": "started", "auto_start": False}}
        assert not ensure_site(host.context(), name="Shop", auto_start=False).changed

    def test_what_iis_sets_by_itself_is_not_written(self, host):
        ensure_site(host.context(), id=1, state="stopped", auto_start=False)
        assert host.changes() == ["invoke Stop W3SVC/1"]


class TestSmtp:
    def test_an_smtp_server_is_stopped_by_adsutil_and_read_back(self, host):
        outcome = ensure_site(host.context(), service="smtp", id=1, state="stopped")
        assert outcome.values["state"] == "stopped"
        script = "D:\\Inetpub\\AdminScripts\\adsutil.vbs"
        assert host.changes() == [f"run cscript.exe //nologo {script} STOP_SERVER SmtpSvc/1"]

    def test_an_exit_code_of_zero_is_not_believed(self, host):
        host.script_answers = [CommandResult(0, "Server cannot be stopped in its current state", "")]
        with pytest.raises(IisError, match="couldn't be stopped: it is started after 9 s"):
            ensure_site(host.context(), service="smtp", id=1, state="stopped", timeout=9)

    def test_an_error_number_in_the_text_is_understood(self, host):
        host.sites["SmtpSvc/1"].state = STOPPED
        host.script_answers = [CommandResult(2, "ErrNumber: -2147024864 (0x80070020)", "")]
        with pytest.raises(IisError, match=r"ERROR_SHARING_VIOLATION.*another program"):
            ensure_site(host.context(), service="smtp", id=1, state="started")

    def test_a_host_that_gives_no_shell_is_named_at_once_with_its_answer(self, host):
        host.when("run cscript", Fault("quota", codes=[0x803381A6]))
        with pytest.raises(IisError, match=r"couldn't be stopped: .*gave no command shell, it answered .*0x803381A6"):
            ensure_site(host.context(), service="smtp", id=1, state="stopped")
        assert host.clock.now == 1000

    def test_a_missing_script_is_explained(self, host):
        host.script_found = False
        with pytest.raises(IisError, match=r"adsutil.vbs isn't in"):
            ensure_site(host.context(), service="smtp", id=1, state="stopped")
