# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get, Put and Invoke, and the faults of WMI."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypsrp.exceptions import WSManFaultError as PsrpFault
from pypsrp.wsman import SelectorSet, WSMan
from unit.simulator.wire.fakes import SETTING as SETTING_CLASS
from unit.simulator.wire.fakes import TableProvider
from unit.simulator.wire.requests_xml import CIMV2, IIS, NS, TRANSFER, body_of, envelope, fault_code, local, send
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from simulator.wire.profile import WINRM_1_1, ProviderFault
from simulator.wmi.model import Instance, WmiError

SERVICE = f"{CIMV2}/Win32_Service"
SETTING = f"{IIS}/IIsWebServerSetting"
SITE = {"Name": "W3SVC/1"}
FRAGMENT = '<w:FragmentTransfer s:mustUnderstand="true">{}</w:FragmentTransfer>'
UNKNOWN_ARGUMENT = f'<p:StopService_INPUT xmlns:p="{SERVICE}"><p:A>1</p:A></p:StopService_INPUT>'
STRANGE = '<q:Strange xmlns:q="http://x" s:mustUnderstand="true"/>'
XML_FRAGMENT = "<w:XmlFragment>{}</w:XmlFragment>"


def get(host: Running, uri: str = SERVICE, selectors: dict[str, str] | None = None, **more: Any) -> ET.Element:
    return body_of(send(host.pywinrm(), f"{TRANSFER}/Get", uri, "", selectors, **more))[0]


def put(
    host: Running, content: str, uri: str = SETTING, selectors: dict[str, str] | None = None, **more: Any
) -> ET.Element:
    name = uri.rpartition("/")[2]
    body = content if more else f'<p:{name} xmlns:p="{uri}">{content}</p:{name}>'
    return body_of(send(host.pywinrm(), f"{TRANSFER}/Put", uri, body, selectors or SITE, **more))[0]


def invoke(
    host: Running,
    method: str,
    content: str = "",
    uri: str = SERVICE,
    selectors: dict[str, str] | None = None,
    **more: Any,
) -> ET.Element:
    body = f'<p:{method}_INPUT xmlns:p="{uri}">{content}</p:{method}_INPUT>'
    return body_of(send(host.pywinrm(), f"{uri}/{method}", uri, body, selectors, **more))[0]


def refused(host: Running, *args: Any, **more: Any) -> WSManFaultError:
    with pytest.raises(WSManFaultError) as caught:
        send(host.pywinrm(), *args, **more)
    return caught.value


# -- Get


def test_get_by_keys_whatever_their_case(host: Running) -> None:
    node = get(host, selectors={"NAME": "w3svc"})
    assert node.tag == f"{{{SERVICE}}}Win32_Service"
    assert node.findtext(f"{{{SERVICE}}}State") == "Running"
    assert get(host, SERVICE.upper().replace("HTTP://SCHEMAS", "http://schemas"), {"Name": "W3SVC"}) is not None


def test_get_of_a_singleton_takes_no_selectors(host: Running) -> None:
    assert local(get(host, f"{CIMV2}/Win32_System")) == "Win32_System"
    assert fault_code(refused(host, f"{TRANSFER}/Get", f"{CIMV2}/Win32_System", "", {"Name": "x"})) == 2150858843


def test_get_of_a_fragment(host: Running) -> None:
    node = get(host, selectors={"Name": "W3SVC"}, header=FRAGMENT.format("State"))
    assert node.tag == f"{{{NS['w']}}}XmlFragment"
    assert [(child.tag, child.text) for child in node] == [("State", "Running")]
    second = get(host, SETTING, SITE, header=FRAGMENT.format("IIsWebServerSetting/MimeTypes[2]"))
    assert [child.text for child in second] == ["b"]


@pytest.mark.parametrize(
    ("uri", "selectors", "code"),
    [
        (SERVICE, {"Name": "Nothing"}, 2150858752),
        (f"{CIMV2}/Win32_Nothing", {"Name": "x"}, 2150858752),
        (f"{CIMV2}/Nowhere/Win32_Service", {"Name": "x"}, 2150858752),
        (SERVICE, None, 2150859002),
        (SERVICE, {"Name": "W3SVC", "Colour": "blue"}, 2150858843),
        (SERVICE, {"Name": "W3SVC", "NAME": "W3SVC"}, 2150858847),
        (SERVICE, {"Name": "W3SVC", "__cimnamespace": "root/other"}, 2150859067),
    ],
)
def test_get_refuses(host: Running, uri: str, selectors: dict[str, str] | None, code: int) -> None:
    assert fault_code(refused(host, f"{TRANSFER}/Get", uri, "", selectors)) == code


def test_namespace_selector_is_accepted(host: Running) -> None:
    assert get(host, selectors={"__cimnamespace": "ROOT\\cimv2", "Name": "W3SVC"}) is not None


def test_relates_to_is_the_message_id_verbatim(host: Running) -> None:
    answer = send(host.pywinrm(), f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"}, message_id="uuid:ABCdef-1")
    assert answer.findtext("s:Header/a:RelatesTo", "", NS) == "uuid:ABCdef-1"
    assert [local(node) for node in answer[0]] == ["Action", "MessageID", "To", "RelatesTo"]


# -- the fault itself


def test_the_fault_of_an_instance_that_is_not_there(host: Running) -> None:
    error = refused(host, f"{TRANSFER}/Get", SERVICE, "", {"Name": "Nothing"})
    assert (error.code, error.fault_code, error.fault_subcode) == (500, "s:Sender", "a:DestinationUnreachable")
    root = ET.fromstring(error.response)
    fault = root.find("s:Body/s:Fault", NS)
    assert fault is not None
    assert fault.findtext("s:Detail/w:FaultDetail", "", NS).endswith("/faultDetail/InvalidResourceURI")
    outer = fault.find("s:Detail/f:WSManFault", NS)
    assert outer is not None
    assert outer.attrib == {"Code": "2150858752", "Machine": "127.0.9.1"}
    provider = outer.find("f:Message/f:ProviderFault", NS)
    assert provider is not None
    assert provider.attrib == {"provider": "WMI Provider", "path": r"%systemroot%\system32\WsmWmiPl.dll"}
    assert [local(node) for node in provider] == ["WSManFault", "ExtendedError"]
    assert provider[0].attrib == {"Code": "2150858752", "Machine": "WEB01"}
    status = provider[1][0]
    assert [local(node) for node in status] == [
        "Description",
        "Operation",
        "ParameterInfo",
        "ProviderName",
        "StatusCode",
    ]
    assert status[2].text == 'Win32_Service.Name="Nothing"'
    assert status[4].attrib == {f"{{{NS['xsi']}}}nil": "true"}


def test_winrm_1_1_has_no_extended_status(start: Start) -> None:
    host = start(WINRM_1_1)
    error = refused(host, f"{TRANSFER}/Get", SERVICE, "", {"Name": "Nothing"})
    assert "ExtendedError" not in error.response
    assert 'provider="WMIv1 plugin for Windows Remote Management "' in error.response


def test_pypsrp_reads_the_fault(host: Running) -> None:
    with WSMan(
        "127.0.9.1",
        port=host.thread.fleet.port,
        ssl=False,
        auth="ntlm",
        username="Administrator",
        password="s3cret Pa$$",
    ) as wsman:
        selectors = SelectorSet()
        selectors.add_option("Name", "W3SVC")
        assert wsman.get(SERVICE, selector_set=selectors)[0].tag == f"{{{SERVICE}}}Win32_Service"
        with pytest.raises(PsrpFault) as caught:
            wsman.get(f"{CIMV2}/Nothing", selector_set=selectors)
        assert caught.value.code == 2150858752


# -- Put


def test_a_whole_put_merges(host: Running) -> None:
    node = put(host, "<p:ServerComment>New &amp; better</p:ServerComment>")
    assert node.findtext(f"{{{SETTING}}}ServerComment") == "New & better"
    assert host.machine.settings.calls == [("put", SITE, {"ServerComment": "New & better"})]
    assert host.machine.settings.rows[0]["MaxConnections"] == -1


def test_what_get_gave_can_be_put_back(host: Running) -> None:
    answer = host.pywinrm().send_message(envelope(f"{TRANSFER}/Get", SETTING, "", SITE)).decode()
    body = answer.partition("<s:Body>")[2].partition("</s:Body>")[0].replace(">Default Web Site<", ">Renamed<")
    send(host.pywinrm(), f"{TRANSFER}/Put", SETTING, body, SITE)
    call = host.machine.settings.calls[0]
    assert call[2]["ServerComment"] == "Renamed"
    assert call[2]["ServerBindings"][1] == Instance(
        "ServerBinding", {"Hostname": "a&b", "IP": "10.0.0.1", "Port": "8080"}
    )
    assert "Win32Error" not in call[2], "what is not writable does not reach the provider"


def test_values_are_decoded_by_declared_type(host: Running) -> None:
    put(
        host,
        "<p:ServerAutoStart>false</p:ServerAutoStart><p:MaxConnections>7</p:MaxConnections>"
        '<p:MimeTypes>x</p:MimeTypes><p:ServerComment xsi:nil="true"/>',
    )
    assert host.machine.settings.calls[0][2] == {
        "ServerAutoStart": False, "MaxConnections": 7, "MimeTypes": ["x"], "ServerComment": None,
    }  # fmt: skip


def test_a_null_that_stays_null_is_no_change(host: Running) -> None:
    put(host, '<p:ServerComment xsi:nil="true"/><p:MaxConnections>7</p:MaxConnections>', selectors={"Name": "W3SVC/2"})
    host.machine.settings.rows[1]["ServerComment"] = None
    put(host, '<p:ServerComment xsi:nil="true"/><p:MaxConnections>8</p:MaxConnections>', selectors={"Name": "W3SVC/2"})
    assert [call[2] for call in host.machine.settings.calls] == [
        {"ServerComment": None, "MaxConnections": 7}, {"MaxConnections": 8},
    ]  # fmt: skip


def test_put_of_a_fragment(host: Running) -> None:
    body = XML_FRAGMENT.format("<ServerAutoStart>false</ServerAutoStart>")
    node = put(host, body, header=FRAGMENT.format("ServerAutoStart"))
    assert node.tag == f"{{{NS['w']}}}XmlFragment"
    assert node.findtext("ServerAutoStart") == "false"
    assert host.machine.settings.calls == [("put", SITE, {"ServerAutoStart": False})]
    put(host, XML_FRAGMENT.format("<MimeTypes>z</MimeTypes>"), header=FRAGMENT.format("MimeTypes[1]"))
    assert host.machine.settings.rows[0]["MimeTypes"] == ["z", "b"]


class ChoosyTable(TableProvider):
    """Takes no fragments, and notes what a whole Put gave."""

    supports_fragment_put = False

    async def put_whole(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        self.calls.append(("put_whole", dict(keys), dict(changes)))
        return self.get(keys)


def test_a_provider_may_refuse_fragments_and_have_its_own_rule_for_whole_puts(host: Running) -> None:
    provider = ChoosyTable(SETTING_CLASS, host.machine.settings.rows)
    host.call(lambda: host.machine.wmi.register("root/MicrosoftIISv2", provider))
    body = XML_FRAGMENT.format("<ServerAutoStart>false</ServerAutoStart>")
    error = refused(host, f"{TRANSFER}/Put", SETTING, body, SITE, header=FRAGMENT.format("ServerAutoStart"))
    assert (fault_code(error), error.fault_subcode) == (2150858818, "w:UnsupportedFeature")
    assert "/faultDetail/FragmentLevelAccess" in error.response
    put(host, "<p:ServerComment>Default Web Site</p:ServerComment><p:MaxConnections>7</p:MaxConnections>")
    given = {"ServerComment": "Default Web Site", "MaxConnections": 7}
    assert provider.calls == [("put_whole", SITE, given)], "what is given unchanged is given all the same"
    put(host, "")
    assert provider.calls[1] == ("put_whole", SITE, {}), "nothing given is a Put as well: the rest may be reset"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<p:serverComment>x</p:serverComment>", 2150858817),
        ("<p:Nothing>x</p:Nothing>", 2150858817),
        ("<ServerComment>x</ServerComment>", 2150858817),
        ("<p:ServerComment>x</p:ServerComment><p:ServerComment>y</p:ServerComment>", 2150858817),
        ("<p:MaxConnections>many</p:MaxConnections>", 2150858838),
        ("<p:MaxConnections>2147483648</p:MaxConnections>", 2150858838),
        ("<p:ServerAutoStart>maybe</p:ServerAutoStart>", 2150858838),
        ("<p:ServerBindings>:80:</p:ServerBindings>", 2150858838),
        ("<p:Name>W3SVC/9</p:Name>", 2150858989),
        ("<p:Win32Error>5</p:Win32Error>", 2150859010),
    ],
)
def test_put_refuses(host: Running, content: str, code: int) -> None:
    body = f'<p:IIsWebServerSetting xmlns:p="{SETTING}">{content}</p:IIsWebServerSetting>'
    assert fault_code(refused(host, f"{TRANSFER}/Put", SETTING, body, SITE)) == code
    assert host.machine.settings.calls == []


def test_put_refuses_other_bodies(host: Running) -> None:
    assert fault_code(refused(host, f"{TRANSFER}/Put", SETTING, "", SITE)) == 2150858791
    wrong_case = f'<p:iiswebserversetting xmlns:p="{SETTING}"/>'
    assert fault_code(refused(host, f"{TRANSFER}/Put", SETTING, wrong_case, SITE)) == 2150858817
    wrong_namespace = '<p:IIsWebServerSetting xmlns:p="http://x"/>'
    assert fault_code(refused(host, f"{TRANSFER}/Put", SETTING, wrong_namespace, SITE)) == 2150858840
    for path in ("Nothing", "serverautostart", "ServerAutoStart[1]", "MimeTypes[9]", "", "ServerComment/text()"):
        body = XML_FRAGMENT.format("<ServerAutoStart>false</ServerAutoStart>")
        error = refused(host, f"{TRANSFER}/Put", SETTING, body, SITE, header=FRAGMENT.format(path))
        assert fault_code(error) in (2150858899, 2150858817), path


def test_there_is_no_create_and_no_delete_for_wmi_classes(host: Running) -> None:
    for action in ("Create", "Delete"):
        assert fault_code(refused(host, f"{TRANSFER}/{action}", SETTING, "", SITE)) == 2150858771


# -- Invoke


def test_invoke_answers_with_its_return_value(host: Running) -> None:
    host.machine.services.results["StopService"] = {"ReturnValue": 5}
    node = invoke(host, "StopService", selectors={"Name": "W3SVC"})
    assert node.tag == f"{{{SERVICE}}}StopService_OUTPUT"
    assert [(local(child), child.text) for child in node] == [("ReturnValue", "5")]
    assert f"{{{NS['xsi']}}}type" not in node.attrib
    assert host.machine.services.calls == [("StopService", {"Name": "W3SVC"}, {})]
    entry = host.journal.requests()[-1]
    assert (entry.action, entry.class_name, entry.method) == ("Invoke", "Win32_Service", "StopService")


def test_arguments_and_outputs(host: Running) -> None:
    invoke(host, "ChangeStartMode", "<p:StartMode>Manual</p:StartMode>", selectors={"Name": "W3SVC"})
    assert host.machine.services.calls[-1] == ("ChangeStartMode", {"Name": "W3SVC"}, {"StartMode": "Manual"})
    host.machine.servers.results["EnumThings"] = {"Things": ["a", "b"], "ReturnValue": -2147217403}
    node = invoke(host, "EnumThings", uri=f"{IIS}/IIsWebServer", selectors=SITE)
    assert [local(child) for child in node] == ["Things", "Things", "Last", "ReturnValue"]
    assert node[3].text == "2147749893", "an HRESULT is an unsigned number"


def test_a_method_without_return_value(host: Running) -> None:
    assert list(invoke(host, "Start", uri=f"{IIS}/IIsWebServer", selectors=SITE)) == []


def test_static_and_singleton_methods_take_no_selectors(host: Running) -> None:
    invoke(host, "Create", "<p:Name>x</p:Name>")
    assert host.machine.services.calls == [("Create", None, {"Name": "x"})]
    invoke(host, "Reboot", uri=f"{CIMV2}/Win32_System")
    assert host.machine.system.calls == [("Reboot", {}, {})]


@pytest.mark.parametrize(
    ("method", "body", "selectors", "code"),
    [
        ("stopservice", None, {"Name": "W3SVC"}, 2150858771),
        ("Nothing", None, {"Name": "W3SVC"}, 2150858771),
        ("StopService", "", {"Name": "W3SVC"}, 2150858791),
        ("StopService", f'<p:STOPSERVICE_INPUT xmlns:p="{SERVICE}"/>', {"Name": "W3SVC"}, 2150858817),
        ("StopService", None, None, 2150859002),
        ("StopService", None, {"Name": "x"}, 2150858752),
        ("StopService", UNKNOWN_ARGUMENT, {"Name": "W3SVC"}, 2150858817),
    ],
)  # fmt: skip
def test_invoke_refuses(
    host: Running, method: str, body: str | None, selectors: dict[str, str] | None, code: int
) -> None:
    given = f'<p:{method}_INPUT xmlns:p="{SERVICE}"/>' if body is None else body
    assert fault_code(refused(host, f"{SERVICE}/{method}", SERVICE, given, selectors)) == code
    assert host.machine.services.calls == []


def test_an_action_of_another_class_is_refused(host: Running) -> None:
    body = f'<p:Start_INPUT xmlns:p="{SERVICE}"/>'
    assert fault_code(refused(host, f"{IIS}/IIsWebServer/Start", SERVICE, body, {"Name": "W3SVC"})) == 2150858801


@pytest.mark.parametrize(
    ("shape", "outer", "inner", "text"),
    [
        (ProviderFault.INNER_CODE, 2150859010, 2147942452, "A duplicate name exists. "),
        (ProviderFault.OUTER_CODE, 2147942452, 2147942452, "A duplicate name exists. "),
        (ProviderFault.TEXT, 2150859010, 2150859010, "A duplicate name exists. (0x80070034) "),
        (ProviderFault.GENERIC, 2150859010, 2150859010, "A duplicate name exists. "),
    ],
)
def test_the_shapes_of_a_provider_s_failure(
    start: Start, shape: ProviderFault, outer: int, inner: int, text: str
) -> None:
    host = start(provider_fault=shape)
    host.machine.servers.results["Start"] = WmiError(0x80070034, "A duplicate name exists.")
    with pytest.raises(WSManFaultError) as caught:
        invoke(host, "Start", uri=f"{IIS}/IIsWebServer", selectors=SITE)
    assert fault_code(caught.value) == outer
    node = ET.fromstring(caught.value.response).find(".//f:ProviderFault/f:WSManFault", NS)
    assert node is not None
    assert (node.get("Code"), node.findtext("f:Message", "", NS)) == (str(inner), text)


def test_an_operation_that_takes_too_long_goes_on(host: Running) -> None:
    gate = asyncio.Event()
    finished = threading.Event()

    async def slow() -> dict[str, int]:
        await gate.wait()
        finished.set()
        return {"ReturnValue": 0}

    host.machine.services.results["StopService"] = slow
    with pytest.raises(WinRMOperationTimeoutError):
        invoke(host, "StopService", selectors={"Name": "W3SVC"}, timeout="PT1S")
    assert not finished.is_set()
    host.call(gate.set)
    assert finished.wait(60)


# -- headers


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"timeout": "PT-1S"}, 2150858767),
        ({"timeout": "soon"}, 2150858767),
        ({"header": FRAGMENT.format("State").replace("true", "false")}, 2150858767),
        ({"header": FRAGMENT.format("/Win32_Service/State")}, 2150858778),
        ({"size": 512000}, 2150858823),
        ({"size": 100}, 2150858878),
    ],
)
def test_headers_that_are_refused(host: Running, more: dict[str, Any], code: int) -> None:
    assert fault_code(refused(host, f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"}, **more)) == code


def test_what_is_not_understood_is_named_without_a_code(host: Running) -> None:
    error = refused(host, f"{TRANSFER}/Get", SERVICE, "", {"Name": "W3SVC"}, header=STRANGE)
    assert (error.fault_code, error.wsman_fault_code) == ("s:MustUnderstand", None)
    answer = ET.fromstring(error.response)
    block = answer.find("s:Header/s:NotUnderstood", NS)
    assert block is not None
    assert block.get("qname") == "wsman:Strange"
    assert 'xmlns:wsman="http://x"' in error.response
    assert answer.find("s:Body/s:Fault/s:Detail", NS) is None


def test_headers_that_need_not_be_understood(host: Running) -> None:
    header = (
        '<q:Strange xmlns:q="http://x" s:mustUnderstand="false"/><q:Other xmlns:q="http://x" mustUnderstand="true"/>'
    )
    assert get(host, selectors={"Name": "W3SVC"}, header=header) is not None


@pytest.mark.parametrize("rubbish", ["<no", "<a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_is_no_envelope(host: Running, rubbish: str) -> None:
    with pytest.raises(WSManFaultError) as caught:
        host.pywinrm().send_message(rubbish)
    assert fault_code(caught.value) == 2150858819
