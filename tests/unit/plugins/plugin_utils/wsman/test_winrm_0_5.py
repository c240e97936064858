# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRM 0.5, which Windows Server 2003 R2 comes with, speaks a draft of the protocol (MS-WSMAN): it is named."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.wsman.scripted import envelope, plain, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, UnsupportedConnection
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath

DRAFT = "http://schemas.xmlsoap.org/ws/2005/06/management"
SITE = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})
CODELESS = (
    "<s:Fault><s:Code><s:Value>{code}</s:Value></s:Code><s:Reason><s:Text>No.</s:Text></s:Reason><s:Detail/></s:Fault>"
)

#: MS-WSMAN 4.3, with its short code.
NO_RESOURCE = plain("""
<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:DestinationUnreachable</s:Value></s:Subcode></s:Code>
<s:Reason><s:Text xml:lang="en-US">The service cannot find the resource identified by the resource URI and selectors.
</s:Text></s:Reason><s:Detail><w:FaultDetail>wsman:faultDetail/ResourceNotFound</w:FaultDetail>
<f:WSManFault xmlns:f="http://schemas.microsoft.com/ws/2005/06/wsmanfault" Code="32768" Machine="http://localhost:80/wsman">
<f:Message>Not there.</f:Message></f:WSManFault></s:Detail></s:Fault>""")


def of_draft(body):
    """An envelope of the draft: all of its examples declare this prefix, used or not."""
    return envelope(body).replace("http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd", DRAFT)


@pytest.mark.parametrize(
    "answer",
    [
        of_draft(CODELESS.format(code="s:MustUnderstand")),
        of_draft(CODELESS.format(code="s:Sender")),
        envelope(NO_RESOURCE),
        of_draft(wsman_fault(32787, "Not supported.", "a:ActionNotSupported")),
        envelope(CODELESS.format(code="s:MustUnderstand")).replace(
            "<s:Header>", '<s:Header><s:NotUnderstood qname="w:ResourceURI"/>'
        ),
        envelope(CODELESS.format(code="s:MustUnderstand"), relates_to="").replace(
            "<s:Header>", '<s:Header><s:NotUnderstood qname="w:ResourceURI"/>'
        ),
    ],
    ids=["not understood", "no code", "no resource", "no action", "header", "header, related to nothing"],
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda host: host.query("root/cimv2", "SELECT Name FROM Win32_Service"),
        lambda host: host.get(SITE),
        lambda host: host.put_property(SITE, "ServerAutoStart", True),
        lambda host: host.run("iisreset", timeout=5),
    ],
    ids=["query", "get", "put", "run"],
)
def test_its_answer_is_recognised_and_the_remedy_named(answer, ask):
    host, channel = talk(answer)
    with pytest.raises(UnsupportedConnection) as caught:
        ask(host)
    for words in ("http://host.test:5985/wsman", "WinRM 0.5", "Server 2003 R2", "KB936059", "KB968930"):
        assert words in str(caught.value)
    assert len(channel.sent) == 1, "nothing else is tried"


def test_a_fragment_that_is_not_understood_says_nothing_of_the_version():
    answer = envelope(CODELESS.format(code="s:MustUnderstand")).replace(
        "<s:Header>", '<s:Header><s:NotUnderstood qname="w:FragmentTransfer"/>'
    )
    with pytest.raises(Fault, match="FragmentTransfer"):
        talk(answer)[0].put_property(SITE, "ServerAutoStart", True)
