# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a host answers, only the errors of the client leave the client, and only results leave the modules."""

from __future__ import annotations

import re
import time
import tracemalloc
from contextlib import suppress
from unittest.mock import MagicMock, patch

import pytest
from ansible.errors import AnsibleConnectionFailure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.plugins.plugin_utils.wsman.scripted import Time, envelope, wsman_fault

from ansible_collections.fleetops.iis.plugins.action import (
    iis_app_pool,
    iis_info,
    iis_isolation_mode,
    iis_metabase_backup,
    iis_metabase_save,
    iis_metabase_settings,
    iis_reset_access,
    iis_service,
    iis_site,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils import _action
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import MalformedAnswer, WsManError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.operations import enumeration
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath

from .conftest import CASES
from .hostile_channel import HostileChannel

ID = "uuid:1"
SITE = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})
ROW = "<w:XmlFragment><Name>W3SVC</Name><State>Running</State></w:XmlFragment>"

#: Good answers, to be spoilt.
GOOD = {
    "rows": f"<n:EnumerateResponse><w:Items>{ROW}</w:Items><w:EndOfSequence/></n:EnumerateResponse>",
    "more": "<n:EnumerateResponse><n:EnumerationContext>uuid:C</n:EnumerationContext></n:EnumerateResponse>",
    "pulled": f"<n:PullResponse><n:Items>{ROW}</n:Items><n:EndOfSequence/></n:PullResponse>",
    "object": '<p:IIsWebServer xmlns:p="urn:x"><p:ServerState>2</p:ServerState>'
    "<p:T><cim:Datetime>x</cim:Datetime></p:T></p:IIsWebServer>",
    "result": '<p:Stop_OUTPUT xmlns:p="urn:x"><p:ReturnValue>0</p:ReturnValue></p:Stop_OUTPUT>',
    "shell": "<rsp:Shell><rsp:ShellId>1-1</rsp:ShellId></rsp:Shell>",
    "command": "<rsp:CommandResponse><rsp:CommandId>2-2</rsp:CommandId></rsp:CommandResponse>",
    "output": '<rsp:ReceiveResponse><rsp:Stream Name="stdout">QQ==</rsp:Stream>'
    '<rsp:CommandState State="x/CommandState/Done">'
    "<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>",
    "fault": wsman_fault(2150858793, detail="code 0x80070094, -2147024748"),
}

OPERATIONS = {
    "query": lambda host: host.query("root/cimv2", "SELECT Name, State FROM Win32_Service"),
    "get": lambda host: host.get(SITE).timestamp("T"),
    "put": lambda host: host.put_property(SITE, "ServerState", 1),
    "invoke": lambda host: host.invoke(SITE, "Stop"),
    "run": lambda host: host.run("iisreset", "/STATUS", timeout=30),
}

_TOKENS = re.compile(rb"<[^>]*>|[^<]+")


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A good answer in which pieces are dropped, doubled, swapped or replaced, or that isn't one at all."""
    document = envelope(GOOD[draw(st.sampled_from(sorted(GOOD)))], relates_to=ID).encode()
    kind = draw(st.sampled_from(["good", "tokens", "bytes", "cut", "noise"]))
    if kind == "noise":
        return draw(st.binary(max_size=200))
    if kind == "cut":
        return document[: draw(st.integers(0, len(document)))]
    if kind == "bytes":
        spoilt_bytes = bytearray(document)
        for _time in range(draw(st.integers(1, 5))):
            spoilt_bytes[draw(st.integers(0, len(spoilt_bytes) - 1))] = draw(st.integers(0, 255))
        return bytes(spoilt_bytes)
    if kind == "tokens":
        tokens = _TOKENS.findall(document)
        for _time in range(draw(st.integers(1, 4))):
            at, other = draw(st.integers(0, len(tokens) - 1)), draw(st.integers(0, len(tokens) - 1))
            change = draw(st.sampled_from(["drop", "double", "swap", "text"]))
            if change == "drop":
                tokens[at] = b""
            elif change == "double":
                tokens[at] *= 2
            elif change == "swap":
                tokens[at], tokens[other] = tokens[other], tokens[at]
            else:
                tokens[at] = draw(st.text(st.characters(codec="utf-8"), max_size=20)).encode()
        return b"".join(tokens)
    return document


class Repeater:
    """Gives the answers in turn, and the last one for ever."""

    endpoint = "http://host.test:5985/wsman"
    operation_timeout = 20.0

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.sent = 0

    def send(self, document: bytes, timeout: float | None = None) -> bytes:
        self.sent += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def reset(self) -> None:
        pass


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_the_clients_own_errors_leave_the_client(name, request, record_property):
    tried = [0]

    @settings(max_examples=2000 if request.config.getoption("--everywhere") else 150, deadline=None, database=None)
    @given(st.lists(spoilt(), min_size=1, max_size=4))
    def attack(answers):
        tried[0] += 1
        clock, channel = Time(step=0.5), Repeater(answers)
        client = WsManClient(channel, new_id=lambda: ID, monotonic=clock.monotonic, sleep=clock.sleep)
        began = clock.now
        with suppress(WsManError):
            OPERATIONS[name](client)
        assert clock.now - began < 3 * enumeration.MAX_SECONDS
        assert channel.sent < 3000

    attack()
    record_property(CASES, ("Spoilt answers", tried[0], tried[0]))


MODULES = [
    (iis_info, {"gather_subset": ["version", "services", "recovery", "sites", "isolation_mode", "metabase",
                                  "app_pools", "connections", "reset"]}),
    (iis_service, {"state": "restarted", "method": "scm", "timeout": 5, "drain_timeout": 5}),
    (iis_service, {"state": "restarted", "method": "iisreset", "timeout": 5}),
    (iis_service, {"state": "rebooted", "timeout": 60}),
    (iis_service, {"name": ["w3svc"], "start_mode": "manual", "recovery": {"actions": [{"action": "restart"}]}}),
    (iis_site, {"name": "Shop", "state": "restarted", "timeout": 5}),
    (iis_site, {"id": 1, "service": "smtp", "state": "stopped", "timeout": 5}),
    (iis_site, {"id": 1, "state": "started", "auto_start": True, "timeout": 5}),
    (iis_isolation_mode, {"mode": "iis5"}),
    (iis_metabase_save, {"timeout": 5, "backup": "nightly"}),
    (iis_metabase_settings, {"edit_while_running": True, "history": True, "max_history_files": 7}),
    (iis_metabase_backup, {"name": "nightly", "version": "next", "timeout": 5}),
    (iis_metabase_backup, {"name": "nightly", "state": "absent", "timeout": 5}),
    (iis_metabase_backup, {"name": "nightly", "state": "restored", "timeout": 5}),
    (iis_app_pool, {"name": "DefaultAppPool", "state": "recycled", "timeout": 5}),
    (iis_reset_access, {"state": "disabled"}),
]  # fmt: skip


@pytest.mark.parametrize(("module", "options"), MODULES, ids=lambda value: getattr(value, "__name__", "")[-20:])
def test_only_results_leave_the_modules(module, options, request, record_property):
    tried = [0]
    health = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

    @settings(
        max_examples=1000 if request.config.getoption("--everywhere") else 25,
        deadline=None, database=None, suppress_health_check=health,
    )  # fmt: skip
    @given(st.randoms(use_true_random=False))
    def attack(random):
        tried[0] += 1
        clock, channel = Time(), HostileChannel(random.choice)
        task = MagicMock(args=options, action="x", async_val=0, check_mode=False, diff=True, delegate_to=None)
        action = module.ActionModule(task, *(MagicMock() for _door in range(5)))
        with (
            patch.object(_action, "SystemClock", lambda: clock),
            patch.object(_action.IisAction, "_open_channel", lambda _self: channel),
            patch.object(
                _action, "WsManClient", lambda it, still: WsManClient(it, monotonic=clock.monotonic, sleep=clock.sleep)
            ),
        ):
            began = clock.now
            try:
                result = action.run(task_vars={"inventory_hostname": "web1"})
            except AnsibleConnectionFailure as unreachable:
                result = {"failed": True, "msg": str(unreachable)}
        if result.get("failed"):
            assert result["msg"].strip()
            assert "Traceback" not in result["msg"]
        assert clock.now - began < 2000

    attack()
    record_property(CASES, ("Hostile hosts", tried[0], tried[0]))


def test_an_enumeration_without_end_is_given_up_in_bounded_memory():
    row = f"<w:XmlFragment><Name>{'x' * 1000}</Name></w:XmlFragment>"
    first = envelope(GOOD["more"], relates_to=ID).encode()
    context = "<n:EnumerationContext>uuid:C</n:EnumerationContext>"
    body = f"<n:PullResponse>{context}<n:Items>{row * 2000}</n:Items></n:PullResponse>"
    channel = Repeater([first, envelope(body, relates_to=ID).encode()])
    tracemalloc.start()
    try:
        with pytest.raises(MalformedAnswer, match="never ends the list of"):
            WsManClient(channel, new_id=lambda: ID).query("root/cimv2", "SELECT Name FROM Win32_Service")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 150 * 1024 * 1024
    assert channel.sent < 20


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]><x>&f;</x>',
        b"<x>" * 200_000,
        b"<" + b"x" * 4_000_000,
        b"<x " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>",
        b"\xff\xfe" + "<x/>".encode("utf-16-le") * 2,
        b'<?xml version="1.0" encoding="no-such"?><x/>',
        b"",
    ],
    ids=[
        "entities",
        "external dtd",
        "external entity",
        "deep",
        "long name",
        "attributes",
        "utf-16",
        "encoding",
        "empty",
    ],
)
def test_documents_that_are_weapons(document):
    began = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(WsManError):
            WsManClient(Repeater([document]), new_id=lambda: ID).get(SITE)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 1024 * 1024
    assert time.monotonic() - began < 10
