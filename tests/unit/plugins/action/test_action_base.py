# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions: from a task to a result, with a fake connection and no host."""

from __future__ import annotations

import math
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action, _action_host
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError, Outcome
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import (
    CommandResult,
    Instance,
    MethodResult,
    ObjectPath,
)


class Sample(_action.IisAction):
    ARGUMENT_SPEC = {
        "name": {"type": "list", "elements": "str", "default": ["all"]},
        "count": {"type": "int"},
        "state": {"choices": ["started", "stopped"]},
        "id": {"type": "int"},
        "timeout": {"type": "float"},
        "drain_timeout": {"type": "int"},
    }
    SECONDS = {"timeout": 1, "drain_timeout": 0}
    MUTUALLY_EXCLUSIVE = [("count", "id")]
    REQUIRED_ONE_OF = [("state", "count")]

    work = staticmethod(lambda options, context: Outcome(False, {"seen": options}))

    def perform(self, options, context):
        return type(self).work(options, context)


class Channel:
    endpoint = "http://host.test:5985/wsman"


@pytest.fixture
def opened(monkeypatch):
    """The connections that were opened, and a host behind them."""
    seen = []
    monkeypatch.setattr(_action, "open_channel", lambda connection: seen.append(connection) or Channel())
    monkeypatch.setattr(_action, "WsManClient", lambda channel, still: FakeClient())
    return seen


class FakeClient:
    def query(self, namespace, wql, *, limit=None):
        return [Instance({"Name": "x"})]

    def put_property(self, path, name, value):
        return None

    def invoke(self, path, method, arguments=None):
        return MethodResult(0, Instance({}))

    def run(self, program, *arguments, timeout):
        return CommandResult(0, "", "")

    def reconnect(self):
        return None


def run(work=None, *, check_mode=False, diff=False, async_val=0, delegate_to=None, variables=None, **arguments):
    task = MagicMock(
        args=arguments or {"state": "started"},
        action="iis_sample",
        resolved_action="fleetops.iis.iis_sample",
        async_val=async_val,
        check_mode=check_mode,
        diff=diff,
        delegate_to=delegate_to,
    )
    action = Sample(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    Sample.work = staticmethod(work or (lambda options, context: Outcome(False, {"seen": options})))
    action._templar.template = lambda value: value
    return action.run(task_vars={"inventory_hostname": "web1", **(variables or {})})


def raising(error):
    def work(options, context):
        raise error

    return work


class TestArguments:
    def test_defaults_and_types_are_applied(self, opened):
        seen = run(count="3", name="a,b")["seen"]
        given = {name: value for name, value in seen.items() if value is not None}
        assert given == {"name": ["a", "b"], "count": 3}

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({"state": "gone"}, "value of state must be one of: started, stopped, got: gone"),
            ({"count": "many"}, "unable to convert to int"),
            ({"count": 1, "id": 2}, "mutually exclusive"),
            ({"name": "x"}, "one of the following is required: state, count"),
            ({"count": 1, "timeout": 0}, "timeout has to be at least 1 second, not 0."),
            ({"count": 1, "timeout": -0.5}, "timeout has to be at least 1 second, not -0.5."),
            ({"count": 1, "drain_timeout": -5}, "drain_timeout has to be at least 0 seconds, not -5."),
            ({"count": 1, "timeout": math.inf}, "timeout has to be a number of seconds, not inf."),
            ({"count": 1, "timeout": math.nan}, "timeout has to be a number of seconds, not nan."),
            ({"count": 1, "drain_timeout": 10**309}, "drain_timeout has to be a number of seconds, not 1000"),
            ({"count": 1, "drain_timeout": math.inf}, "A number is too large: cannot convert"),
        ],
    )
    def test_a_wrong_argument_fails_before_the_host_is_touched(self, opened, arguments, words):
        result = run(raising(AssertionError("performed")), **arguments)
        assert result["failed"]
        assert words in result["msg"]
        assert opened == []

    def test_the_least_of_a_time_out_is_enough(self, opened):
        seen = run(count=1, timeout=1, drain_timeout=0)["seen"]
        assert (seen["timeout"], seen["drain_timeout"]) == (1.0, 0)

    def test_an_unknown_argument_is_reported_with_the_modules_full_name(self, opened):
        message = run(state="started", colour="red")["msg"]
        assert message.startswith("Unsupported parameters for (fleetops.iis.iis_sample) module: colour")
        assert "ansible_collections" not in message

    def test_a_misspelt_argument_comes_before_what_is_missing_without_it(self, opened):
        message = run(statee="started")["msg"]
        assert message.startswith("Unsupported parameters for (fleetops.iis.iis_sample) module: statee")
        assert message.endswith("one of the following is required: state, count")

    def test_async_is_refused(self, opened):
        with pytest.raises(AnsibleActionFail, match=r"async is not supported|does not support async"):
            run(async_val=10)


class TestResults:
    def test_an_outcome_becomes_a_result(self, opened):
        result = run(lambda options, context: Outcome(True, {"state": "started"}, {"a": 1}, {"a": 2}))
        assert result == {"changed": True, "state": "started"}

    def test_diff_mode_shows_before_and_after(self, opened):
        result = run(lambda options, context: Outcome(True, {}, {"a": 1}, {"a": 2}), diff=True)
        assert result["diff"] == {"before": {"a": 1}, "after": {"a": 2}}

    def test_without_a_difference_there_is_no_diff(self, opened):
        assert "diff" not in run(diff=True)

    def test_check_mode_reaches_the_domain(self, opened):
        for check_mode in (True, False):
            result = run(lambda options, context: Outcome(False, {"seen": context.check_mode}), check_mode=check_mode)
            assert result["seen"] is check_mode

    def test_warnings_are_kept_once(self, opened):
        def work(options, context):
            context.operator.warn("mind the gap")
            context.operator.warn("mind the gap")
            return Outcome(False)

        assert run(work)["warnings"] == ["web1: mind the gap"]

    def test_what_it_would_cost_is_a_warning(self, opened):
        result = run(lambda options, context: Outcome(True, cost="Would stop W3SVC."), check_mode=True)
        assert result["warnings"] == ["web1: Would stop W3SVC."]

    def test_progress_is_shown_with_the_hosts_name(self, opened, monkeypatch):
        shown = []
        monkeypatch.setattr(_action_host.display, "display", shown.append)
        run(lambda options, context: context.operator.progress("waiting") or Outcome(False))
        assert shown == ["[web1] waiting"]

    def test_a_delegated_task_names_the_host_that_it_works_on(self, opened, monkeypatch):
        shown, logged = [], []
        monkeypatch.setattr(_action_host.display, "display", shown.append)
        monkeypatch.setattr(_action_host.display, "vvv", lambda message, host: logged.append(host))

        def work(options, context):
            context.operator.progress("waiting")
            context.operator.warn("mind the gap")
            context.host.query("root/cimv2", "SELECT Name FROM Win32_Service")
            return Outcome(False)

        assert run(work, delegate_to="web2")["warnings"] == ["web2: mind the gap"]
        assert (shown, set(logged)) == (["[web2] waiting"], {"web2"})

    @pytest.mark.parametrize("wish", [False, "false", "no"])
    def test_progress_can_be_switched_off(self, opened, monkeypatch, wish):
        shown = []
        monkeypatch.setattr(_action_host.display, "display", shown.append)
        run(
            lambda options, context: context.operator.progress("waiting") or Outcome(False),
            variables={"iis_progress": wish},
        )
        assert shown == []

    @pytest.mark.parametrize("callback", ["ansible.posix.json", "oneline"])
    def test_programs_that_read_the_screen_see_no_progress(self, opened, monkeypatch, callback):
        shown = []
        monkeypatch.setattr(_action_host.display, "display", shown.append)
        monkeypatch.setattr(_action.constants.config, "get_config_value", lambda name: callback)
        run(lambda options, context: context.operator.progress("waiting") or Outcome(False))
        assert shown == []

    def test_progress_is_shown_again_every_15_seconds(self, monkeypatch):
        shown, now = [], [0.0]
        monkeypatch.setattr(_action_host.display, "display", shown.append)
        operator = _action_host.TaskOperator("web1", [], monotonic=lambda: now[0])
        operator.still()
        operator.progress("Restart")
        for second in range(1, 40):
            now[0] = float(second)
            operator.still("W3SVC is stopping")
        assert shown == [
            "[web1] Restart",
            "[web1] Restart: 15 s so far, W3SVC is stopping",
            "[web1] Restart: 30 s so far, W3SVC is stopping",
        ]


class TestFailures:
    def test_an_iis_error_is_a_failure_with_its_values(self, opened):
        result = run(raising(IisError("it won't", values={"state": "stopped"}, changed=True)))
        assert result == {"failed": True, "changed": True, "msg": "it won't", "state": "stopped"}

    @pytest.mark.parametrize("error", [HostUnreachable("refused"), AuthenticationRefused("wrong password")])
    def test_a_host_that_cannot_be_reached_is_unreachable(self, opened, error):
        with pytest.raises(AnsibleConnectionFailure, match=str(error)):
            run(raising(error))

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (Fault("no", codes=[0x80070094]), "ERROR_PATH_BUSY (0x80070094)"),
            (MalformedAnswer("not XML"), "can't be understood: not XML"),
            (OutcomeUnknown("the connection was cut"), "may or may not have been made"),
        ],
    )
    def test_whatever_the_wire_says_is_a_plain_failure(self, opened, error, words):
        result = run(raising(error))
        assert result["failed"]
        assert result["changed"] is False
        assert words in result["msg"]
        assert "Traceback" not in result["msg"]


class TestSession:
    def test_the_session_is_opened_once_when_it_is_first_used(self, opened):
        def work(options, context):
            assert opened == []
            context.host.query("root/cimv2", "SELECT Name FROM Win32_Service")
            context.host.query("root/cimv2", "SELECT Name FROM Win32_Service")
            return Outcome(False)

        run(work)
        assert len(opened) == 1

    def test_dropping_a_session_that_was_never_opened_opens_none(self, opened):
        run(lambda options, context: context.host.reconnect() or Outcome(False))
        assert opened == []

    def test_verbosity_shows_refusals(self, opened, monkeypatch):
        lines = []
        monkeypatch.setattr(_action_host.display, "vvv", lambda message, host: lines.append(message))
        monkeypatch.setattr(FakeClient, "query", MagicMock(side_effect=Fault("busy", codes=[0x80070094])))
        run(lambda options, context: context.host.query("root/cimv2", "SELECT Name FROM X"))
        monkeypatch.setattr(FakeClient, "query", MagicMock(side_effect=OutcomeUnknown("cut")))
        run(lambda options, context: context.host.query("root/cimv2", "SELECT Name FROM X"))
        assert lines[1] == "WS-Man: -> ERROR_PATH_BUSY (0x80070094): busy"
        assert lines[3] == "WS-Man: -> OutcomeUnknown: cut"

    def test_verbosity_shows_requests_but_no_values(self, opened, monkeypatch):
        lines = []
        monkeypatch.setattr(_action_host.display, "vvv", lambda message, host: lines.append((host, message)))
        path = ObjectPath("root/MicrosoftIISv2", "IIsComputer", {"Name": "LM"})

        def work(options, context):
            context.host.query("root/cimv2", "SELECT Name FROM Win32_Service")
            context.host.invoke(path, "BackupWithPassword", {"Password": "s3cret"})
            context.host.put_property(path, "WAMUserPass", "s3cret")
            context.host.run("iisreset", "/status", timeout=5)
            return Outcome(False)

        run(work)
        assert {host for host, _line in lines} == {"web1"}
        assert [line for _host, line in lines] == [
            "WS-Man: Enumerate root/cimv2: SELECT Name FROM Win32_Service",
            "WS-Man: -> 1 row",
            'WS-Man: Invoke root/MicrosoftIISv2:IIsComputer.Name="LM" BackupWithPassword(Password)',
            "WS-Man: -> returned 0",
            'WS-Man: Put root/MicrosoftIISv2:IIsComputer.Name="LM" WAMUserPass',
            "WS-Man: Run iisreset /status (at most 5 s)",
            "WS-Man: -> exit code 0",
        ]
