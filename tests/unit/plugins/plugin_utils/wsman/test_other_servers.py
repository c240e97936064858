# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes in which another server of Microsoft's, OMI, answers what WinRM answers; the standards allow each."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from unit.plugins.plugin_utils.wsman.scripted import NAMESPACES, envelope, plain, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.codes import is_access_denied
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, ObjectPath

CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
NIGHT = datetime(2026, 1, 2, 2, 4, 5, tzinfo=timezone.utc)
SITE = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})
REFERENCE = plain(f"""
<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>
<w:ResourceURI>{CIM}IIsWebServer</w:ResourceURI>
<w:SelectorSet><w:Selector Name="Name">W3SVC/1</w:Selector></w:SelectorSet></a:ReferenceParameters>""")


def answer(properties, name="IIsWebServer"):
    return f'<p:{name} xmlns:p="{CIM}{name}">{properties}</p:{name}>'


def rows(*items, context="", end=True):
    return (
        f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext>"
        f"<w:Items>{''.join(items)}</w:Items>{'<w:EndOfSequence/>' if end else ''}</n:EnumerateResponse>"
    )


@pytest.mark.parametrize(
    "read",
    [
        lambda: talk(answer(f"<p:Ref>{REFERENCE}</p:Ref>"))[0].get(SITE),
        lambda: talk(rows(answer(f"<p:Ref>{REFERENCE}</p:Ref>")))[0].query("root/MicrosoftIISv2", "SELECT * FROM X")[0],
        lambda: talk(answer(f"<p:Ref>{REFERENCE}</p:Ref>", "M_OUTPUT"))[0].ask(SITE, "M").outputs,
        lambda: talk(answer(f'<p:In xsi:type="p:X_Type"><p:Ref>{REFERENCE}</p:Ref></p:In>'))[0].get(SITE)["In"],
    ],
    ids=["Get", "Enumerate", "Invoke", "embedded"],
)
def test_a_reference_without_a_namespace_is_about_that_of_its_object_and_can_be_sent_back(read):
    reference = read()["Ref"]
    assert reference == SITE
    host, channel = talk(answer("", "M_OUTPUT"))
    host.ask(reference, "M", {"Other": reference})
    assert (
        channel.message(0)
        .findtext(".//a:ReferenceParameters/w:ResourceURI", "", NAMESPACES)
        .endswith("/wmi/root/MicrosoftIISv2/IIsWebServer")
    )


@pytest.mark.parametrize(
    ("child", "value"),
    [
        ("<cim:CIM_DateTime>20260102030405.000000+060</cim:CIM_DateTime>", NIGHT),
        ("<CIM_DateTime>20260102030405.5+060</CIM_DateTime>", "20260102030405.5+060"),
        (
            "<CIM_DateTime>00000001020304.500000:000</CIM_DateTime>",
            timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=500),
        ),
        ("<cim:Date>2026-01-02</cim:Date>", "2026-01-02"),
        ("<cim:Time>03:04:05</cim:Time>", "03:04:05"),
    ],
)
def test_every_choice_of_a_datetime_is_a_value_and_no_object(child, value):
    assert talk(answer(f"<p:When>{child}</p:When>"))[0].get(SITE)["When"] == value


def test_a_plain_text_is_a_time_as_well():
    found = talk(answer("<p:When>20260102030405.000000+060</p:When>"))[0].get(SITE)
    assert found.timestamp("When") == NIGHT


def test_booleans_in_capitals_and_a_null_for_an_empty_array():
    found = talk(answer('<p:Up>TRUE</p:Up><p:Down>FALSE</p:Down><p:List xsi:nil="true"/>'))[0].get(SITE)
    assert (found.boolean("Up"), found.boolean("Down"), found.strings("List")) == (True, False, [])


def test_outputs_that_are_null_and_a_return_value_that_comes_first():
    host, _channel = talk(answer('<p:ReturnValue>0</p:ReturnValue><p:Names xsi:nil="true"/>', "EnumKey"))
    result = host.ask(SITE, "EnumKey")
    assert (result.return_value, result.outputs.strings("Names")) == (0, [])


def test_an_end_that_comes_with_a_context_is_the_end():
    host, channel = talk(rows(answer("<p:Name>a</p:Name>"), context="7"))
    assert len(host.query("root/x", "SELECT * FROM X")) == 1
    assert channel.actions() == ["Enumerate"]


def test_a_context_that_never_changes_is_pulled_to_the_end():
    def pulled(name, end=""):
        items = f"<n:Items>{answer(f'<p:Name>{name}</p:Name>')}</n:Items>"
        return f"<n:PullResponse><n:EnumerationContext>7</n:EnumerationContext>{items}{end}</n:PullResponse>"

    host, channel = talk(rows(context="7", end=False), pulled("a"), pulled("b"), pulled("c", "<n:EndOfSequence/>"))
    assert [row.text("Name") for row in host.query("root/x", "SELECT * FROM X")] == ["a", "b", "c"]
    assert channel.actions() == ["Enumerate", "Pull", "Pull", "Pull"]


def fault(body, header=""):
    host, _channel = talk(envelope(body).replace("<s:Header>", f"<s:Header>{header}"))
    with pytest.raises(Fault) as caught:
        host.put_property(SITE, "ServerAutoStart", True)
    return caught.value


def test_an_error_is_known_by_its_mark_not_by_its_name():
    found = fault(
        plain(f"""
<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>
<s:Reason><s:Text>It failed.</s:Text></s:Reason><s:Detail>
<p:OMI_Error xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd" xmlns:p="{CIM}OMI_Error"
 b:IsCIM_Error="true">
<p:CIMStatusCode>1</p:CIMStatusCode><p:Message>It failed with error 112, it said.</p:Message>
<p:MessageID>OMI:MI_Result:1</p:MessageID></p:OMI_Error></s:Detail></s:Fault>""")
    )
    assert found.provider_text == "It failed with error 112, it said."
    assert found.has(112)


def bare(subcode, value="s:Sender"):
    return (
        f"<s:Fault><s:Code><s:Value>{value}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text>No.</s:Text></s:Reason></s:Fault>"
    )


def test_denied_access_without_a_number_is_denied_access():
    assert is_access_denied(fault(bare("w:AccessDenied")))
    assert fault(wsman_fault(2150859013, "No.", "w:AccessDenied")).codes == (2150859013,), "a number says more"


def test_a_header_that_is_not_understood_is_named():
    body = (
        "<s:Fault><s:Code><s:Value>s:MustUnderstand</s:Value></s:Code>"
        "<s:Reason><s:Text>Header not understood</s:Text></s:Reason></s:Fault>"
    )
    found = fault(body, header='<s:NotUnderstood qname="w:FragmentTransfer"/>')
    assert (str(found), found.codes) == ("Header not understood (w:FragmentTransfer)", ())


def test_an_embedded_object_is_still_one():
    inner = talk(answer('<p:B xsi:type="p:ServerBinding_Type"><p:Port>80</p:Port></p:B>'))[0].get(SITE)["B"]
    assert isinstance(inner, Instance)
    assert inner.class_name == "ServerBinding"
