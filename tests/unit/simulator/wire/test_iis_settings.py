# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of the IIS provider, as a client meets them on the wire."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from unit.simulator.wire.requests_xml import IIS, NS, TRANSFER, body_of, envelope, fault_code, send
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.iis.spec import IisSpec
from simulator.iis.switches import PutRule, Switches
from simulator.scenario import HostSpec, place_host, placed

SETTING = f"{IIS}/IIsWebServerSetting"
SITE = {"Name": "W3SVC/1"}
HEADER = '<w:FragmentTransfer s:mustUnderstand="true">MaxConnections</w:FragmentTransfer>'
MISSING = 2150859038
UNSUPPORTED = 2150858818

Connect = Callable[..., Protocol]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """Start a host with these switches and connect pywinrm to it."""
    with ExitStack() as stack:

        def run(**switches: Any) -> Protocol:
            clock = RealClock(time.monotonic)
            spec = HostSpec("web01", "127.0.9.2", iis=IisSpec(switches=Switches(**switches)))
            placements = [place_host(each, clock, tmp_path) for each in placed([spec])]
            fleet = stack.enter_context(FleetThread(Fleet(placements, clock))).fleet
            account = placements[0].machine.accounts[0]
            url = f"http://127.0.9.2:{fleet.port}/wsman"
            return Protocol(url, transport="ntlm", username=account.user, password=account.password)

        yield run


def get(host: Protocol) -> dict[str, str]:
    node = body_of(send(host, f"{TRANSFER}/Get", SETTING, "", SITE))[0]
    return {child.tag.rpartition("}")[2]: child.text or "" for child in node}


def put_fragment(host: Protocol, value: int) -> None:
    body = f"<w:XmlFragment><MaxConnections>{value}</MaxConnections></w:XmlFragment>"
    send(host, f"{TRANSFER}/Put", SETTING, body, SITE, header=HEADER)


def put(host: Protocol, content: str) -> None:
    body = f'<p:IIsWebServerSetting xmlns:p="{SETTING}">{content}</p:IIsWebServerSetting>'
    send(host, f"{TRANSFER}/Put", SETTING, body, SITE)


def everything(host: Protocol) -> str:
    """The body of a Put with all non-array properties, as a Get gave them."""
    node = body_of(send(host, f"{TRANSFER}/Get", SETTING, "", SITE))[0]
    names = [child.tag for child in node]
    single = [child for child in node if names.count(child.tag) == 1 and not len(child)]
    nil = f"{{{NS['xsi']}}}nil"
    return "".join(
        f"<p:{name} xsi:nil='true'/>" if child.get(nil) else f"<p:{name}>{child.text or ''}</p:{name}>"
        for child in single
        for name in [child.tag.rpartition("}")[2]]
    )


def test_a_whole_put_can_merge(connect: Connect) -> None:
    host = connect(put_rule=PutRule.MERGE)
    put_fragment(host, 5)
    put(host, "<p:ServerComment>x</p:ServerComment>")
    assert (get(host)["MaxConnections"], get(host)["ServerComment"]) == ("5", "x")


def test_fragments_can_be_unsupported(connect: Connect) -> None:
    host = connect(fragment_put=False)
    with pytest.raises(WSManFaultError) as caught:
        put_fragment(host, 5)
    assert fault_code(caught.value) == UNSUPPORTED
    put(host, "<p:MaxConnections>5</p:MaxConnections>")
    assert get(host)["MaxConnections"] == "5"


def test_a_whole_put_can_need_all_properties(connect: Connect) -> None:
    host = connect(put_rule=PutRule.NEEDS_ALL)
    with pytest.raises(WSManFaultError) as caught:
        put(host, "<p:ServerComment>x</p:ServerComment>")
    assert fault_code(caught.value) == MISSING
    put(host, everything(host).replace(">Default Web Site<", ">x<"))
    assert get(host)["ServerComment"] == "x"
    put_fragment(host, 5)
    assert get(host)["MaxConnections"] == "5"


def test_as_a_rule_fragments_are_taken_and_a_whole_put_resets_what_it_omits(connect: Connect) -> None:
    host = connect()
    put_fragment(host, 5)
    put(host, "<p:ServerComment>x</p:ServerComment>")
    assert (get(host)["MaxConnections"], get(host)["ServerComment"]) == ("-1", "x")


def test_a_whole_put_of_what_a_get_gave_loses_nothing(connect: Connect) -> None:
    host = connect()
    read = envelope(f"{TRANSFER}/Get", SETTING, "", SITE)

    def instance() -> str:
        found = re.search("<p:IIsWebServerSetting.*</p:IIsWebServerSetting>", host.send_message(read).decode())
        assert found is not None
        return found.group()

    before = instance()
    assert all(f"<p:{name} " in before for name in ("ServerBindings", "ScriptMaps", "HttpErrors", "HttpCustomHeaders"))
    send(host, f"{TRANSFER}/Put", SETTING, before, SITE)
    assert instance() == before
