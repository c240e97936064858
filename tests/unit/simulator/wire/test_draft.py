# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRM 0.5, which Server 2003 R2 comes with: the draft of WS-Management that MS-WSMAN describes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from unit.simulator.wire.requests_xml import (
    CIMV2,
    ENUM,
    NS,
    SHELL,
    SHELL_CMD,
    TRANSFER,
    body_of,
    envelope,
    local,
    select,
)
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WinRMTransportError, WSManFaultError
from winrm.protocol import Protocol

from simulator.wire.profile import WINRM_0_5, Foreign

MANAGEMENT = "http://schemas.xmlsoap.org/ws/2005/06/management"
BASE = "http://schemas.dmtf.org/wsman/2005/06/base"
FAULT = "http://schemas.microsoft.com/ws/2005/06/wsmanfault"
WMI = "http://schemas.microsoft.com/wsman/2005/06/wmi/root"
SERVICE = f"{WMI}/cimv2/Win32_Service"
SETTING = f"{WMI}/MicrosoftIISv2/IIsWebServerSetting"
THIS = "wsman:system/2005/06/this"
DRAFT = {**NS, "w": MANAGEMENT, "cim": BASE, "f": FAULT, "t": f"{MANAGEMENT}/this", "p": SERVICE}
IDENTIFY = (
    f'<s:Envelope xmlns:s="{NS["s"]}" xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<s:Header/><s:Body><i:Identify/></s:Body></s:Envelope>"
)


@pytest.fixture
def bare(start: Start) -> Running:
    return start(WINRM_0_5)


def ask(
    protocol: Protocol,
    action: str,
    uri: str,
    body: str = "",
    selectors: dict[str, str] | None = None,
    header: str = "",
    size: int = 51200,
) -> ET.Element:
    """The whole answer to a request of the draft."""
    sent = envelope(action, uri, body, selectors, header, size=size).replace(NS["w"], MANAGEMENT)
    return ET.fromstring(protocol.send_message(sent.replace(NS["cim"], BASE)))


def refused(protocol: Protocol, *request: object, **more: object) -> ET.Element:
    with pytest.raises(WSManFaultError) as caught:
        ask(protocol, *request, **more)  # type: ignore[arg-type]
    return ET.fromstring(caught.value.response)


# -- what it answers


def test_get_as_in_the_transcript(bare: Running) -> None:
    answer = ask(bare.pywinrm(), f"{TRANSFER}/Get", SERVICE, "", {"Name": "w3svc"})
    action = answer.find("s:Header/a:Action", DRAFT)
    assert action is not None
    assert action.get(f"{{{NS['s']}}}mustUnderstand") == "true"
    instance = body_of(answer)[0]
    assert instance.tag == f"{{{SERVICE}}}Win32_Service"
    assert instance.get(f"{{{NS['xsi']}}}type") is None
    assert instance.findtext("p:State", None, DRAFT) == "Running"
    location = instance[-1]
    assert location.tag == f"{{{BASE}}}Location"
    assert location.findtext("a:ReferenceParameters/w:ResourceURI", None, DRAFT) == SERVICE
    selectors = location.findall("a:ReferenceParameters/w:SelectorSet/w:Selector", DRAFT)
    assert [(node.get("Name"), node.text) for node in selectors] == [("Name", "W3SVC")]


def test_null_arrays_and_datetimes(bare: Running) -> None:
    sites = ("W3SVC/1", "W3SVC/2")
    answers = (ask(bare.pywinrm(), f"{TRANSFER}/Get", SETTING, "", {"Name": name}) for name in sites)
    first, second = (body_of(answer)[0] for answer in answers)
    assert first.findtext(".//cim:CIM_DateTimeString", None, DRAFT) == "20130415162838.376625+000"
    assert [node.get(f"{{{NS['xsi']}}}nil") for node in second if local(node) == "MimeTypes"] == ["true"]


@pytest.mark.parametrize("inside", ["", "<w:OptimizeEnumeration/><w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"])
def test_enumerate_and_pull(bare: Running, inside: str) -> None:
    protocol = bare.pywinrm()
    answer = body_of(ask(protocol, f"{ENUM}/Enumerate", SERVICE, f"<n:Enumerate>{inside}</n:Enumerate>"))
    assert [local(node) for node in answer[0]] == ["EnumerationContext"], "it ignores the wish for items at once"
    names: list[str | None] = []
    for _time in range(3):
        context = answer.findtext(".//n:EnumerationContext", None, DRAFT)
        pull = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>"
        answer = body_of(ask(protocol, f"{ENUM}/Pull", SERVICE, pull))
        names += [node.findtext("p:Name", None, DRAFT) for node in answer.iter(f"{{{SERVICE}}}Win32_Service")]
    assert sorted(map(str, names)) == ["Alerter", "IISADMIN", "W3SVC"]
    assert answer.find("n:PullResponse/n:EndOfSequence", DRAFT) is not None


def test_put_and_invoke(bare: Running) -> None:
    content = f'<q:ServerAutoStart>false</q:ServerAutoStart><cim:Location xmlns:cim="{BASE}"/>'
    body = f'<q:IIsWebServerSetting xmlns:q="{SETTING}">{content}</q:IIsWebServerSetting>'
    ask(bare.pywinrm(), f"{TRANSFER}/Put", SETTING, body, {"Name": "W3SVC/1"})
    assert bare.machine.settings.calls == [("put", {"Name": "W3SVC/1"}, {"ServerAutoStart": False})]
    body = f'<q:StopService_INPUT xmlns:q="{SERVICE}"/>'
    answer = ask(bare.pywinrm(), f"{SERVICE}/StopService", SERVICE, body, {"Name": "W3SVC"})
    assert answer.findtext("s:Header/a:Action", None, DRAFT) == f"{SERVICE}/StopServiceResponse"
    assert body_of(answer).findtext("p:StopService_OUTPUT/p:ReturnValue", None, DRAFT) == "0"


def test_what_it_says_of_itself(bare: Running) -> None:
    answer = body_of(ask(bare.pywinrm(), f"{TRANSFER}/Get", THIS))
    assert answer.findtext("t:This/t:Vendor", None, DRAFT) == "Microsoft Corporation"
    assert answer.findtext("t:This/t:Version", None, DRAFT) == "OS: 5.2.3790 SP: 2.0 Stack: 1.0"
    config = body_of(ask(bare.pywinrm(), f"{TRANSFER}/Get", "wsman:microsoft.com/wsman/2005/06/config"))
    assert [local(node) for node in config[0]] == ["MaxEnvelopeSizekb", "MaxTimeoutms", "MaxBatchItems", "Service"]
    assert config[0][0].text == "50"


def test_identify(start: Start) -> None:
    answer = ET.fromstring(start(WINRM_0_5).pywinrm().send_message(IDENTIFY))
    assert answer.findtext("s:Body/t:This/t:Vendor", None, DRAFT) == "Microsoft Corporation"
    with pytest.raises(WSManFaultError) as caught:
        start(WINRM_0_5, draft_identify=False).pywinrm().send_message(IDENTIFY)
    assert caught.value.fault_subcode == "a:MessageInformationHeaderRequired"


# -- what it refuses


def test_a_fault_as_in_the_transcript(bare: Running) -> None:
    answer = refused(bare.pywinrm(), f"{TRANSFER}/Get", f"{WMI}/cimv2/win32_servic", "", {"Name": "x"})
    detail = answer.find("s:Body/s:Fault/s:Detail", DRAFT)
    assert detail is not None
    assert detail.findtext("w:FaultDetail", "", DRAFT).startswith("wsman:faultDetail/")
    assert [node.get("Code") for node in detail.iter(f"{{{FAULT}}}WSManFault")] == ["32768", "32768"]
    provider = detail.find(".//f:ProviderFault", DRAFT)
    assert provider is not None
    assert provider.get("providerId") == "D9A2A039-A4B3-4A70-8CB9-8D7714EAD776"


@pytest.mark.parametrize("filter_name", ["w:Filter", "n:Filter"])
def test_no_filter(bare: Running, filter_name: str) -> None:
    body = f"<n:Enumerate><{filter_name}>x</{filter_name}></n:Enumerate>"
    answer = refused(bare.pywinrm(), f"{ENUM}/Enumerate", SERVICE, body)
    assert answer.findtext(".//s:Subcode/s:Value", None, DRAFT) == "n:FilteringNotSupported"


@pytest.mark.parametrize("name", ["FragmentTransfer", "OptionSet", "RequestEPR"])
def test_headers_that_it_ignores_unless_they_must_be_understood(bare: Running, name: str) -> None:
    request = (f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"})
    assert local(body_of(ask(bare.pywinrm(), *request, f"<w:{name}>State</w:{name}>"))[0]) == "Win32_Service"
    answer = refused(bare.pywinrm(), *request, f'<w:{name} s:mustUnderstand="true">State</w:{name}>')
    assert answer.findtext(".//s:Code/s:Value", None, DRAFT) == "s:MustUnderstand"
    block = answer.find("s:Header/s:NotUnderstood", DRAFT)
    assert block is not None
    assert block.get("qname") == f"wsman:{name}"


def test_the_language_of_an_answer_cannot_be_insisted_on(bare: Running) -> None:
    header = '<w:Locale xml:lang="de" s:mustUnderstand="true"/>'
    answer = refused(bare.pywinrm(), f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"}, header)
    assert answer.findtext(".//w:FaultDetail", None, DRAFT) == "wsman:faultDetail/Locale"


@pytest.mark.parametrize("uri", [SHELL_CMD, f"{CIMV2}/Win32_Service"])
def test_resources_of_the_later_protocol_are_not_there(bare: Running, uri: str) -> None:
    body = f'<r:Shell xmlns:r="{SHELL}"/>'
    answer = refused(bare.pywinrm(), f"{TRANSFER}/Create", uri, body)
    assert answer.findtext(".//s:Subcode/s:Value", None, DRAFT) == "a:DestinationUnreachable"


def test_sizes(bare: Running) -> None:
    ask(bare.pywinrm(), f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"}, size=153600)
    answer = refused(bare.pywinrm(), f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"}, size=8000)
    assert answer.findtext(".//s:Subcode/s:Value", None, DRAFT) == "w:EncodingLimit"
    with pytest.raises(WinRMTransportError) as caught:
        ask(bare.pywinrm(), f"{TRANSFER}/Get", SERVICE, "x" * 60_000, {"Name": "W3SVC"})
    assert caught.value.code == 413


# -- requests of the later protocol


def test_a_later_request_is_not_understood(bare: Running) -> None:
    with pytest.raises(WSManFaultError) as caught:
        select(bare.pywinrm(), "SELECT * FROM Win32_Service")
    error = caught.value
    assert (error.fault_code, error.wsman_fault_code) == ("s:MustUnderstand", None)
    block = ET.fromstring(error.response).find("s:Header/s:NotUnderstood", NS)
    assert block is not None
    assert block.get("qname") == "wsman:ResourceURI"
    assert f'xmlns:wsman="{NS["w"]}"' in error.response, "named as the request named it"


def test_if_nothing_must_be_understood_the_resource_is_missing(bare: Running) -> None:
    with pytest.raises(WSManFaultError) as caught:
        bare.pywinrm().open_shell()
    assert caught.value.fault_subcode == "a:DestinationUnreachable", "pywinrm marks no header in SOAP's own words"
    assert caught.value.wsman_fault_code is None, "its code is in another namespace"
    detail = ET.fromstring(caught.value.response).find(".//f:WSManFault", DRAFT)
    assert detail is not None
    assert detail.get("Code") == str(0x803B)


@pytest.mark.parametrize(
    ("answer", "code", "subcode"),
    [
        (Foreign.NOT_UNDERSTOOD, "s:MustUnderstand", None),
        (Foreign.UNREACHABLE, "s:Sender", "a:DestinationUnreachable"),
        (Foreign.ACTION_NOT_SUPPORTED, "s:Sender", "a:ActionNotSupported"),
    ],
)
def test_other_answers_to_a_later_request(start: Start, answer: Foreign, code: str, subcode: str | None) -> None:
    protocol = start(WINRM_0_5, foreign=answer).pywinrm()
    for request in (lambda: select(protocol, "SELECT * FROM Win32_Service"), protocol.open_shell):
        with pytest.raises(WSManFaultError) as caught:
            request()
        assert (caught.value.fault_code, caught.value.fault_subcode) == (code, subcode)


def test_perhaps_it_unseals_nothing(start: Start) -> None:
    host = start(WINRM_0_5, draft_sealing=False, allow_basic=True, allow_unencrypted=True)
    with pytest.raises(WinRMTransportError) as caught:
        ask(host.pywinrm(), f"{TRANSFER}/Get", THIS)
    assert caught.value.code == 400
    assert body_of(ask(host.pywinrm("plaintext"), f"{TRANSFER}/Get", THIS)) is not None
