# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get, Put and Invoke: what is sent for an object, and what its answers mean."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from unit.plugins.plugin_utils.wsman.scripted import NAMESPACES, plain, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, ObjectPath

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
SITE = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})
SERVICE = ObjectPath("root/MicrosoftIISv2", "IIsWebServiceSetting", {"Name": "W3SVC"})
REGISTRY = ObjectPath("root/default", "StdRegProv")

SERVICE_ANSWER = plain(f"""
<p:IIsWebServiceSetting xmlns:p="{WMI}root/microsoftiisv2/IIsWebServiceSetting" xsi:type="p:IIsWebServiceSetting_Type">
 <p:AllowKeepAlive>true</p:AllowKeepAlive>
 <p:IIs5IsolationModeEnabled>true</p:IIs5IsolationModeEnabled>
 <p:InstallDate xsi:nil="true"/>
 <p:LastChange><cim:Datetime>2013-04-15T16:28:43.488171Z</cim:Datetime></p:LastChange>
 <p:InProcessIsapiApps>a.dll</p:InProcessIsapiApps>
 <p:InProcessIsapiApps>b.dll</p:InProcessIsapiApps>
 <p:Description></p:Description>
 <p:SetBy><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>
  <a:ReferenceParameters><w:ResourceURI>{WMI}root/cimv2/Win32_Service</w:ResourceURI>
   <w:SelectorSet><w:Selector Name="Name">IISADMIN</w:Selector></w:SelectorSet></a:ReferenceParameters></p:SetBy>
 <p:ServerBindings xmlns:q="{WMI}root/microsoftiisv2/ServerBinding" xsi:type="q:ServerBinding_Type">
  <q:Hostname></q:Hostname><q:IP></q:IP><q:Port>80</q:Port></p:ServerBindings>
</p:IIsWebServiceSetting>""")


def test_get_addresses_the_object_by_its_keys():
    host, channel = talk(SERVICE_ANSWER)
    host.get(SITE)
    assert channel.actions() == ["Get"]
    assert channel.header(0, "w:ResourceURI") == WMI + "root/MicrosoftIISv2/IIsWebServer"
    [selector] = channel.message(0).findall("s:Header/w:SelectorSet/w:Selector", NAMESPACES)
    assert (selector.get("Name"), selector.text) == ("Name", "W3SVC/1")
    assert len(channel.body(0)) == 0


def test_a_singleton_has_no_selectors():
    host, channel = talk(SERVICE_ANSWER)
    host.get(ObjectPath("root/cimv2", "Win32_OperatingSystem"))
    assert channel.message(0).find("s:Header/w:SelectorSet", NAMESPACES) is None


def test_get_reads_every_kind_of_value():
    host, _channel = talk(SERVICE_ANSWER)
    found = host.get(SERVICE)
    assert found.class_name == "IIsWebServiceSetting"
    assert found.boolean("IIs5IsolationModeEnabled") is True
    assert found.text("InstallDate") is None
    assert found.text("Description") == ""
    assert found.timestamp("LastChange") == datetime(2013, 4, 15, 16, 28, 43, 488171, tzinfo=timezone.utc)
    assert found.strings("InProcessIsapiApps") == ["a.dll", "b.dll"]
    assert found["SetBy"] == ObjectPath("root/cimv2", "Win32_Service", {"Name": "IISADMIN"})
    [binding] = found.instances("ServerBindings")
    assert binding.class_name == "ServerBinding"
    assert (binding.text("Port"), binding.text("IP")) == ("80", "")


def test_a_reference_may_be_wrapped_and_may_have_a_reference_as_key():
    inner = (
        "<a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{WMI}root/cimv2/Win32_Service</w:ResourceURI>"
        '<w:SelectorSet><w:Selector Name="Name">HTTP</w:Selector></w:SelectorSet>'
        "</a:ReferenceParameters></a:EndpointReference>"
    )
    host, _channel = talk(
        f'<p:X xmlns:p="{WMI}root/cimv2/X"><p:Ref><a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters>'
        "<w:ResourceURI>http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Win32_DependentService</w:ResourceURI>"
        '<w:SelectorSet><w:Selector Name="__cimnamespace">root\\cimv2</w:Selector>'
        f'<w:Selector Name="Antecedent">{inner}'
        "</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference></p:Ref></p:X>"
    )
    assert host.get(SITE)["Ref"] == ObjectPath(
        "root/cimv2", "Win32_DependentService", {"Antecedent": 'root/cimv2:Win32_Service.Name="HTTP"'}
    )


def test_get_wants_exactly_one_object():
    host, _channel = talk("")
    with pytest.raises(MalformedAnswer, match="0 objects"):
        host.get(SITE)


def test_an_object_that_does_not_exist_is_a_fault():
    host, _channel = talk(wsman_fault(2150858752))
    with pytest.raises(Fault) as caught:
        host.get(SITE)
    assert caught.value.has(2150858752)
    assert "ERROR_WSMAN_RESOURCE_NOT_FOUND, 0x80338000" in str(caught.value)


def test_a_property_is_written_by_a_fragment_put():
    host, channel = talk("<w:XmlFragment><IIs5IsolationModeEnabled>false</IIs5IsolationModeEnabled></w:XmlFragment>")
    host.put_property(SERVICE, "IIs5IsolationModeEnabled", value=False)
    assert channel.actions() == ["Put"]
    fragment = channel.message(0).find("s:Header/w:FragmentTransfer", NAMESPACES)
    assert fragment.text == "IIs5IsolationModeEnabled"
    assert fragment.get(f"{{{NAMESPACES['s']}}}mustUnderstand") == "true"
    [value] = channel.body(0).find("w:XmlFragment", NAMESPACES)
    assert (value.tag, value.text) == ("IIs5IsolationModeEnabled", "false")


def test_a_method_is_invoked_on_the_object_with_a_body_even_without_arguments():
    host, channel = talk(f'<p:Start_OUTPUT xmlns:p="{WMI}root/MicrosoftIISv2/IIsWebServer"/>')
    result = host.invoke(SITE, "Start")
    assert result.return_value is None
    assert dict(result.outputs) == {}
    uri = WMI + "root/MicrosoftIISv2/IIsWebServer"
    assert channel.header(0, "a:Action") == uri + "/Start"
    assert channel.header(0, "w:ResourceURI") == uri
    [sent] = channel.body(0)
    assert sent.tag == f"{{{uri}}}Start_INPUT"
    assert channel.message(0).findtext(".//w:Selector", "", NAMESPACES) == "W3SVC/1"


def test_a_static_method_has_no_selectors_and_returns_repeated_out_parameters():
    host, channel = talk(
        f'<p:EnumKey_OUTPUT xmlns:p="{WMI}root/default/StdRegProv"><p:sNames>AddressBook</p:sNames>'
        "<p:sNames>Branding</p:sNames><p:ReturnValue>0</p:ReturnValue></p:EnumKey_OUTPUT>"
    )
    result = host.invoke(REGISTRY, "EnumKey", {"hDefKey": 2147483650, "sSubKeyName": "SOFTWARE\\Microsoft"})
    assert result.return_value == 0
    assert result.outputs.strings("sNames") == ["AddressBook", "Branding"]
    assert "ReturnValue" not in result.outputs
    assert channel.message(0).find("s:Header/w:SelectorSet", NAMESPACES) is None
    [sent] = channel.body(0)
    assert [element.text for element in sent] == ["2147483650", "SOFTWARE\\Microsoft"]


@pytest.mark.parametrize(("text", "value"), [("2147749893", 0x80041005), ("-1", -1)])
def test_a_return_value_that_is_not_zero_is_no_fault(text, value):
    host, _channel = talk(f'<p:M_OUTPUT xmlns:p="{WMI}root/x/Y"><p:ReturnValue>{text}</p:ReturnValue></p:M_OUTPUT>')
    assert host.invoke(SITE, "M").return_value == value


def test_a_return_value_that_is_a_text_stays_with_the_outputs():
    host, _channel = talk(
        f"<p:CreateNewSite_OUTPUT xmlns:p=\"{WMI}root/x/Y\"><p:ReturnValue>IIsWebServer='W3SVC/2'</p:ReturnValue>"
        "</p:CreateNewSite_OUTPUT>"
    )
    result = host.invoke(SERVICE, "CreateNewSite")
    assert result.return_value is None
    assert result.outputs.text("ReturnValue") == "IIsWebServer='W3SVC/2'"


def test_embedded_objects_and_references_are_arguments():
    host, channel = talk('<p:CreateNewSite_OUTPUT xmlns:p="urn:x"/>')
    binding = Instance({"IP": "", "Port": "81", "Hostname": ""}, "ServerBinding")
    host.invoke(SERVICE, "CreateNewSite", {"ServerBindings": [binding], "Parent": SITE})
    [sent] = channel.body(0)
    bindings, parent = sent
    assert bindings.get(f"{{{NAMESPACES['xsi']}}}type") == "e:ServerBinding_Type"
    assert [element.tag for element in bindings] == [
        f"{{{WMI}root/MicrosoftIISv2/ServerBinding}}{name}" for name in ("IP", "Port", "Hostname")
    ]
    assert parent.findtext("a:ReferenceParameters/w:ResourceURI", "", NAMESPACES).endswith("/IIsWebServer")


def test_two_results_of_one_method_are_no_result():
    host, _channel = talk('<p:A xmlns:p="urn:x"/><p:A xmlns:p="urn:x"/>')
    with pytest.raises(OutcomeUnknown, match="2 results"):
        host.invoke(SITE, "Start")


@pytest.mark.parametrize("bad", ["Start_INPUT/><x", "Start Stop", ""])
def test_a_method_name_is_a_name(bad):
    host, channel = talk()
    with pytest.raises(ValueError, match="not a WMI name"):
        host.invoke(SITE, bad)
    assert channel.sent == []


def test_every_message_has_its_own_id():
    host, channel = talk(SERVICE_ANSWER, SERVICE_ANSWER)
    host.get(SITE)
    host.get(SITE)
    ids = {channel.header(i, "a:MessageID") for i in (0, 1)}
    assert len(ids) == 2
    assert all(message_id.startswith("uuid:") and message_id == "uuid:" + message_id[5:].upper() for message_id in ids)
