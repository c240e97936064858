# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in the shapes that real hosts sent (transcripts quoted from openwsman, OMI, WinRb and wazuh)."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.wsman.scripted import plain, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath

NOT_FOUND = plain("""
<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:DestinationUnreachable</s:Value></s:Subcode></s:Code>
<s:Reason><s:Text xml:lang="en-US">The WS-Management service cannot process the request. The service cannot find the
resource identified by the resource URI and selectors. </s:Text></s:Reason><s:Detail>
<w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI</w:FaultDetail>
<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858752" Machine="10.0.0.1">
 <f:Message>
 <f:ProviderFault provider="WMI Provider" path="C:\\Windows\\system32\\WsmWmiPl.dll">
  <f:WSManFault Code="2150859010" Machine="host.test">
   <f:Message>The WMI provider could not do it. </f:Message></f:WSManFault>
  <f:ExtendedError><p:__ExtendedStatus xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/__ExtendedStatus">
   <p:Description xsi:nil="true"/><p:Operation>GetObject</p:Operation>
   <p:ParameterInfo>Win32_Process.Handle="29"</p:ParameterInfo><p:ProviderName>CIMWin32</p:ProviderName>
   <p:StatusCode xsi:nil="true"/></p:__ExtendedStatus></f:ExtendedError></f:ProviderFault></f:Message></f:WSManFault>
</s:Detail></s:Fault>""")


def fault(body):
    host, _channel = talk(body)
    with pytest.raises(Fault) as caught:
        host.get(ObjectPath("root/cimv2", "Win32_Process", {"Handle": "29"}))
    return caught.value


def wmi_error(namespace):
    return plain(f"""
<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:QuotaLimit</s:Value></s:Subcode></s:Code>
<s:Reason><s:Text>The maximum number of concurrent shells has been exceeded.</s:Text></s:Reason><s:Detail>
<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:p="{namespace}" xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd">
<p:CIMStatusCode>27</p:CIMStatusCode><p:Message>Close existing shells or raise the quota.</p:Message>
<p:MessageID>HRESULT 0x803381a5</p:MessageID><p:error_Code>2150859173</p:error_Code>
<p:error_Type>HRESULT</p:error_Type></p:MSFT_WmiError></s:Detail></s:Fault>""")


def test_codes_come_from_the_outside_to_the_inside():
    found = fault(NOT_FOUND)
    assert found.codes == (2150858752, 2150859010)
    assert found.code == 2150859010
    assert found.reason.startswith(
        "The WS-Management service cannot process the request. The service cannot find the res"
    )
    assert found.provider_text == "The WMI provider could not do it."


def test_a_description_is_more_specific_than_any_message():
    text = NOT_FOUND.replace(
        '<p:Description xsi:nil="true"/>', "<p:Description>WDM specific return code: 4200</p:Description>"
    )
    found = fault(text)
    assert found.provider_text == "WDM specific return code: 4200"
    assert found.code == 4200


def test_a_status_code_that_is_there_counts():
    found = fault(NOT_FOUND.replace('<p:StatusCode xsi:nil="true"/>', "<p:StatusCode>2147749890</p:StatusCode>"))
    assert found.codes == (2150858752, 2150859010, 0x80041002)


@pytest.mark.parametrize(
    "namespace",
    [
        "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError",
        "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/standardcimv2/MSFT_WmiError",
    ],
)
def test_msft_wmierror_in_either_namespace(namespace):
    found = fault(wmi_error(namespace))
    assert found.codes == (2150859173,)
    assert found.provider_text == "Close existing shells or raise the quota."
    assert "ERROR_WSMAN_QUOTA_MAX_SHELLS" in str(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The path is busy (0x80070094).", 0x80070094),
        ("It failed with 2147942548 again", 2147942548),
        ("HRESULT = -2147024748", 0x80070094),
        ("Win32 error 148 happened", 148),
        ("error code: 5", 5),
    ],
)
def test_codes_in_texts_are_found(text, code):
    assert fault(wsman_fault(2150859010, "No.", detail=text)).codes == (2150859010, code)


@pytest.mark.parametrize("text", ["Version 6.0.3790", "see 10.68.240.26", "W3SVC/1", "property 12"])
def test_other_numbers_are_no_codes(text):
    assert fault(wsman_fault(2150859010, "No.", detail=text)).codes == (2150859010,)


def test_a_win32_error_and_its_hresult_are_the_same_code():
    found = fault(wsman_fault(5, "Access is denied.", "w:AccessDenied"))
    assert found.has(5)
    assert found.has(0x80070005)
    assert not found.has(0x80041003)


def test_the_english_reason_is_preferred():
    body = wsman_fault(5, "Access is denied.").replace(
        "<s:Reason>", '<s:Reason><s:Text xml:lang="de-DE">Zugriff verweigert</s:Text>'
    )
    assert fault(body).reason == "Access is denied."


def test_a_bare_fault_is_still_a_fault():
    found = fault("<s:Fault/>")
    assert (found.codes, found.code, found.provider_text) == ((), None, None)
    assert str(found) == "the host gave no reason"


def test_a_code_that_is_no_number_is_left_out():
    assert fault(wsman_fault(0).replace('Code="0"', 'Code="x"')).codes == ()
