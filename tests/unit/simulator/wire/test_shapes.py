# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes in which Microsoft's OMI and the standards write what the captures of Server 2003 show in one way."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from unit.simulator.wire.fakes import FakeMachine, service
from unit.simulator.wire.requests_xml import (
    CIMV2,
    ENUM,
    IIS,
    NS,
    TRANSFER,
    WQL,
    body_of,
    fault_code,
    local,
    select,
    send,
)
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from simulator.wire.profile import Datetimes, ProviderFault, References
from simulator.wmi.model import WmiError

NIL = f"{{{NS['xsi']}}}nil"
SETTING = f"{IIS}/IIsWebServerSetting"
FRAGMENT = '<w:FragmentTransfer s:mustUnderstand="true">ServerAutoStart</w:FragmentTransfer>'
SITES = "SELECT * FROM IIsWebServerSetting"


def first_site(host: Running) -> dict[str, list[ET.Element]]:
    values: dict[str, list[ET.Element]] = {}
    for node in select(host.pywinrm(), SITES, IIS)[0]:
        values.setdefault(local(node), []).append(node)
    return values


def pages(protocol: Protocol, first: str) -> list[ET.Element]:
    """The answers of an enumeration of services, five at a time, up to the one that ends it."""
    answers = [body_of(send(protocol, f"{ENUM}/Enumerate", f"{CIMV2}/*", first))[0]]
    while answers[-1].find("w:EndOfSequence", NS) is None and answers[-1].find("n:EndOfSequence", NS) is None:
        context = answers[-1].findtext("n:EnumerationContext", None, NS)
        wanted = f"<n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>5</n:MaxElements>"
        answers.append(body_of(send(protocol, f"{ENUM}/Pull", f"{CIMV2}/*", f"<n:Pull>{wanted}</n:Pull>"))[0])
    return answers


def enumeration(optimised: bool) -> str:
    optimise = "<w:OptimizeEnumeration/><w:MaxElements>5</w:MaxElements>" if optimised else ""
    return f'<n:Enumerate>{optimise}<w:Filter Dialect="{WQL}">SELECT * FROM Win32_Service</w:Filter></n:Enumerate>'


def many(count: int) -> FakeMachine:
    machine = FakeMachine()
    machine.services.rows = [service(f"svc{number:03}") for number in range(count)]
    return machine


# -- values


def test_booleans_in_capitals(start: Start) -> None:
    assert first_site(start(upper_booleans=True))["ServerAutoStart"][0].text == "TRUE"
    assert first_site(start())["ServerAutoStart"][0].text == "true"


def test_null_arrays_as_nil(start: Start) -> None:
    host = start(nil_arrays=True)
    second = [node for node in select(host.pywinrm(), SITES, IIS)[1] if local(node) == "ServerBindings"]
    assert [node.get(NIL) for node in second] == ["true"]
    assert len(first_site(host)["MimeTypes"]) == 2
    host.machine.servers.results["EnumThings"] = {}
    body = f'<p:EnumThings_INPUT xmlns:p="{IIS}/IIsWebServer"/>'
    answer = body_of(
        send(host.pywinrm(), f"{IIS}/IIsWebServer/EnumThings", f"{IIS}/IIsWebServer", body, {"Name": "W3SVC/1"})
    )
    outputs = [(local(node), node.get(NIL)) for node in answer[0]]
    assert outputs == [("Things", "true"), ("Last", "true"), ("ReturnValue", "true")]


@pytest.mark.parametrize(
    ("shape", "inside", "text"),
    [
        (Datetimes.ELEMENT, f"{{{NS['cim']}}}Datetime", "2013-04-15T16:28:38.376625Z"),
        (Datetimes.TEXT, None, "2013-04-15T16:28:38.376625Z"),
        (Datetimes.CIM_DATETIME, f"{{{NS['cim']}}}CIM_DateTime", "20130415162838.376625+000"),
    ],
)
def test_datetimes(start: Start, shape: Datetimes, inside: str | None, text: str) -> None:
    (node,) = first_site(start(datetimes=shape))["Changed"]
    assert [child.tag for child in node] == [inside] * (inside is not None)
    assert "".join(node.itertext()) == text


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (Datetimes.ELEMENT, "P1DT2H3M4.5S"),
        (Datetimes.TEXT, "P1DT2H3M4.5S"),
        (Datetimes.CIM_DATETIME, "00000001020304.500000:000"),
    ],
)
def test_intervals(start: Start, shape: Datetimes, text: str) -> None:
    host = start(datetimes=shape)
    span = timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=500)
    host.machine.settings.rows[0]["Changed"] = span
    (node,) = first_site(host)["Changed"]
    assert "".join(node.itertext()) == text


def test_datetimes_of_methods_and_fragments(start: Start) -> None:
    host = start(datetimes=Datetimes.CIM_DATETIME)
    host.machine.servers.results["EnumThings"] = {"Last": datetime(2013, 4, 15, tzinfo=timezone.utc)}
    body = f'<p:EnumThings_INPUT xmlns:p="{IIS}/IIsWebServer"/>'
    answer = body_of(
        send(host.pywinrm(), f"{IIS}/IIsWebServer/EnumThings", f"{IIS}/IIsWebServer", body, {"Name": "W3SVC/1"})
    )
    assert answer.findtext(".//cim:CIM_DateTime", None, NS) == "20130415000000.000000+000"
    (item,) = select(host.pywinrm(), "SELECT Changed FROM IIsWebServerSetting WHERE Name='W3SVC/1'", IIS)
    assert item[0][0].tag == "CIM_DateTime"


@pytest.mark.parametrize(
    ("shape", "uri", "selectors"),
    [
        (References.WITH_NAMESPACE, f"{CIMV2}/Win32_Service", ["__cimnamespace", "Name"]),
        (References.WITHOUT_NAMESPACE, f"{CIMV2}/Win32_Service", ["Name"]),
        (References.CIM_SCHEMA, "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Win32_Service", ["Name"]),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_references(start: Start, shape: References, uri: str, selectors: list[str], wrapped: bool) -> None:
    (owner,) = first_site(start(references=shape, wrapped_references=wrapped))["Owner"]
    assert [local(node) for node in owner] == (["EndpointReference"] if wrapped else ["Address", "ReferenceParameters"])
    parameters = next(owner.iter(f"{{{NS['a']}}}ReferenceParameters"))
    assert parameters.findtext("w:ResourceURI", None, NS) == uri
    assert [node.get("Name") for node in parameters.iter(f"{{{NS['w']}}}Selector")] == selectors


# -- enumerations


@pytest.mark.parametrize("optimised", [False, True])
def test_a_context_that_stays_the_same(start: Start, optimised: bool) -> None:
    protocol = start(machine=many(12), same_context=True).pywinrm()
    answers = pages(protocol, enumeration(optimised))
    contexts = [answer.findtext("n:EnumerationContext", "", NS) for answer in answers]
    assert len(set(contexts[:-1])) == 1
    assert contexts[0]
    assert contexts[-1] == ""
    assert len({node.text for answer in answers for node in answer.iter(f"{{{CIMV2}/Win32_Service}}Name")}) == 12


@pytest.mark.parametrize("count", [3, 12])
@pytest.mark.parametrize("same", [False, True])
def test_a_context_together_with_the_end(start: Start, same: bool, count: int) -> None:
    protocol = start(machine=many(count), same_context=same, context_at_end=True).pywinrm()
    answers = pages(protocol, enumeration(optimised=True))
    context = answers[-1].findtext("n:EnumerationContext", "", NS)
    assert context
    wanted = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>"
    with pytest.raises(WSManFaultError) as caught:
        send(protocol, f"{ENUM}/Pull", f"{CIMV2}/*", wanted)
    assert fault_code(caught.value) == 2150858779
    assert sum(1 for answer in answers for _node in answer.iter(f"{{{CIMV2}/Win32_Service}}Name")) == count


def test_empty_items_where_none_were_asked_for(start: Start) -> None:
    answers = pages(start(empty_items=True).pywinrm(), enumeration(optimised=False))
    items = answers[0].find("w:Items", NS)
    assert items is not None
    assert len(items) == 0
    assert len(answers) == 2
    assert pages(start().pywinrm(), enumeration(optimised=False))[0].find("w:Items", NS) is None


# -- faults


def refused(protocol: Protocol, *request: Any, **more: Any) -> WSManFaultError:
    with pytest.raises(WSManFaultError) as caught:
        send(protocol, *request, **more)
    return caught.value


@pytest.mark.parametrize("action", ["Get", "Put"])
def test_a_server_without_fragments_does_not_understand_their_header(start: Start, action: str) -> None:
    host = start(fragment_transfer=False)
    body = "<w:XmlFragment><ServerAutoStart>false</ServerAutoStart></w:XmlFragment>" if action == "Put" else ""
    error = refused(host.pywinrm(), f"{TRANSFER}/{action}", SETTING, body, {"Name": "W3SVC/1"}, FRAGMENT)
    assert (error.fault_code, error.fault_subcode, error.wsman_fault_code) == ("s:MustUnderstand", None, None)
    block = ET.fromstring(error.response).find("s:Header/s:NotUnderstood", NS)
    assert block is not None
    assert block.get("qname") == "wsman:FragmentTransfer"
    assert f'xmlns:wsman="{NS["w"]}"' in error.response
    assert host.machine.settings.calls == []


@pytest.mark.parametrize("shape", ProviderFault)
def test_errors_of_wmi_as_errors_of_cim(start: Start, shape: ProviderFault) -> None:
    host = start(cim_errors=True, provider_fault=shape)
    host.machine.servers.results["EnumThings"] = WmiError(0x80070094, "Busy")
    body = f'<p:EnumThings_INPUT xmlns:p="{IIS}/IIsWebServer"/>'
    server = f"{IIS}/IIsWebServer"
    for request, subcode, status, message in (
        ((f"{TRANSFER}/Get", SETTING, "", {"Name": "W3SVC/9"}), "a:DestinationUnreachable", "6", "Not found"),
        ((f"{server}/EnumThings", server, body, {"Name": "W3SVC/1"}), "w:InternalError", "1", "Busy"),
    ):
        error = refused(host.pywinrm(), *request)
        assert (error.fault_subcode, error.wsman_fault_code) == (subcode, None)
        (detail,) = ET.fromstring(error.response).findall("s:Body/s:Fault/s:Detail/*", NS)
        space = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/OMI_Error}"
        assert detail.tag == f"{space}OMI_Error"
        assert detail.get("{http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd}IsCIM_Error") == "true"
        assert (detail.findtext(f"{space}CIMStatusCode"), detail.findtext(f"{space}Message")) == (status, message)
        assert detail.findtext(f"{space}MessageID") == f"OMI:MI_Result:{status}"
        assert "80070094" not in error.response
