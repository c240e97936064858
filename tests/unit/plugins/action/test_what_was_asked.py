# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that fails after it changed something says what it had asked for, whatever it could see of it."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.fleetops.iis.plugins.action import iis_probe, iis_service
from ansible_collections.fleetops.iis.plugins.plugin_utils import _action
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError, Outcome
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
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

SITE = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})


class Host:
    """Does what it is asked for, until it is asked to tell something."""

    def __init__(self, trouble):
        self.trouble = trouble

    def invoke(self, path, method, arguments=None):
        if method == "Lost":
            raise OutcomeUnknown("cut")
        if method in ("Broken", "Refused"):
            raise Fault("An error was encountered inside the plugin.", codes=[2150858755 if method == "Broken" else 5])
        return MethodResult(None, Instance({}))

    def ask(self, path, method, arguments=None):
        return MethodResult(1, Instance({}))

    def put_property(self, path, name, value):
        pass

    def run(self, program, *arguments, timeout):
        return CommandResult(0, "", "")

    def query(self, namespace, wql, *, limit=None):
        raise self.trouble


def run(trouble, *work):
    class Sample(_action.IisAction):
        def perform(self, options, context):
            for step in work:
                step(context.host)
            context.host.query("root/cimv2", "SELECT Name FROM Win32_Service")
            return Outcome(False)

        def _connect(self):
            return Host(trouble)

    task = MagicMock(args={}, action="sample", async_val=0, check_mode=False, diff=False, delegate_to=None)
    return Sample(task, *(MagicMock() for _door in range(5))).run(task_vars={"inventory_hostname": "web1"})


def stop(host):
    host.invoke(SITE, "Stop")


def lost(host):
    with pytest.raises(OutcomeUnknown):
        host.invoke(SITE, "Lost")


DENIED = Fault("Access is denied.", codes=[5])
ASKED = "Before that, the host was asked for: "


@pytest.mark.parametrize("trouble", [DENIED, MalformedAnswer("rubbish")])
def test_a_failure_after_a_change_names_the_change(trouble):
    result = run(trouble, stop)
    assert result["failed"]
    assert result["changed"]
    assert f"{ASKED}Stop of IIsWebServer W3SVC/1. " in result["msg"]
    assert "Run the task again" in result["msg"]


def test_so_does_a_host_that_goes_away():
    with pytest.raises(AnsibleConnectionFailure, match=f"gone.* {ASKED}Stop of"):
        run(HostUnreachable("gone"), stop)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda host: host.put_property(SITE, "ServerAutoStart", False), "write ServerAutoStart of IIsWebServer"),
        (lambda host: host.run("iisreset", "/DISABLE", timeout=1), "iisreset /DISABLE"),
        (lost, "Lost of IIsWebServer W3SVC/1"),
    ],
)
def test_every_kind_of_change_is_named(work, words):
    assert f"{ASKED}{words}" in run(DENIED, work)["msg"]


@pytest.mark.parametrize(
    "work",
    [
        lambda host: host.ask(SITE, "GetCurrentMode"),
        lambda host: host.run("iisreset", "/STATUS", timeout=1),
        lambda host: None,
    ],
)
def test_what_only_reads_is_no_change(work):
    result = run(DENIED, work)
    assert not result["changed"]
    assert ASKED not in result["msg"]


@pytest.mark.parametrize(("method", "made"), [("Broken", True), ("Refused", False)])
def test_a_change_in_which_the_provider_broke_down_may_have_been_made(method, made):
    result = run(DENIED, lambda host: host.invoke(SITE, method))
    assert (ASKED in result["msg"]) is made
    assert result["changed"] is made


def test_a_module_that_tells_by_itself_what_it_changed_is_not_interrupted():
    def give_up(host):
        raise IisError("Couldn't: half of it is done.", changed=True)

    assert run(DENIED, stop, give_up)["msg"] == "Couldn't: half of it is done."


def test_a_failure_that_saw_what_came_of_the_change_says_only_that():
    def give_up(host):
        raise IisError("The site went back to started.")

    result = run(DENIED, stop, give_up)
    assert (result["changed"], result["msg"]) == (False, "The site went back to started.")


@pytest.mark.parametrize("value", [False, 7, [1], ["x"], "no dictionary", 1.5])
def test_an_option_with_suboptions_of_the_wrong_type_is_a_failure_and_no_traceback(value):
    """ansible-core's validator raises TypeError for some of these."""
    arguments = {"state": "started", "recovery": value}
    task = MagicMock(args=arguments, action="x", async_val=0, check_mode=True, diff=False, delegate_to=None)
    action = iis_service.ActionModule(task, *(MagicMock() for _mock in range(5)))
    result = action.run(task_vars={"inventory_hostname": "web1"})
    assert result["failed"]
    assert "recovery" in result["msg"]


def test_a_transcript_of_a_delegated_probe_hides_the_name_of_the_host_that_was_probed(monkeypatch):
    hidden = []
    monkeypatch.setattr(
        iis_probe.ActionModule, "perform", lambda self, *_: hidden.extend(self._hosts) or Outcome(False)
    )
    task = MagicMock(args={}, action="x", async_val=0, check_mode=False, diff=False, delegate_to="web2")
    iis_probe.ActionModule(task, *(MagicMock() for _door in range(5))).run(
        task_vars={"inventory_hostname": "localhost"}
    )
    assert hidden == ["web2"]
