# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate and Pull, in every way that hosts bring an enumeration to its end."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.wsman.scripted import NAMESPACES, TIMED_OUT, Time, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable, MalformedAnswer
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost

WQL = "SELECT Name FROM Win32_Service"
END_W = "<w:EndOfSequence/>"
END_N = "<n:EndOfSequence/>"


def row(name):
    return f"<w:XmlFragment><Name>{name}</Name></w:XmlFragment>"


def first(context="", items=(), end="", items_element=True):
    inside = f"<w:Items>{''.join(map(row, items))}</w:Items>" if items_element else ""
    carried = f"<n:EnumerationContext>{context}</n:EnumerationContext>"
    return f"<n:EnumerateResponse>{carried}{inside}{end}</n:EnumerateResponse>"


def pulled(items, context=None, end=""):
    carried = "" if context is None else f"<n:EnumerationContext>{context}</n:EnumerationContext>"
    return f"<n:PullResponse>{carried}<n:Items>{''.join(map(row, items))}</n:Items>{end}</n:PullResponse>"


def names(host):
    return [found.text("Name") for found in host.query("root/cimv2", WQL)]


def test_the_query_is_one_optimised_enumerate_of_the_whole_namespace():
    host, channel = talk(first(items=["W3SVC"], end=END_W))
    assert names(host) == ["W3SVC"]
    assert channel.header(0, "w:ResourceURI") == "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*"
    assert channel.header(0, "w:MaxEnvelopeSize") == "153600"
    assert channel.header(0, "w:OperationTimeout") == "PT20S"
    assert channel.header(0, "a:To") == channel.endpoint
    request = channel.body(0).find("n:Enumerate", NAMESPACES)
    assert request.find("w:OptimizeEnumeration", NAMESPACES) is not None
    found = request.find("w:Filter", NAMESPACES)
    assert (found.text, found.get("Dialect")) == (WQL, "http://schemas.microsoft.com/wbem/wsman/1/WQL")


def test_special_characters_in_a_query_are_not_markup():
    host, channel = talk(first(end=END_W))
    host.query("root/cimv2", "SELECT * FROM A WHERE X < 5 AND Name = '</w:Filter>&'")
    assert (
        channel.body(0).findtext(".//w:Filter", "", NAMESPACES)
        == "SELECT * FROM A WHERE X < 5 AND Name = '</w:Filter>&'"
    )


@pytest.mark.parametrize(
    "answer",
    [
        first(items=["a", "b"], end=END_W),
        first(items=["a", "b"], end=END_N),
        first(items=["a", "b"]),  # an empty context is an end as well
        first(context="uuid:1", items=["a", "b"], end=END_W),
    ],
)
def test_everything_in_the_first_answer_takes_one_request(answer):
    host, channel = talk(answer)
    assert names(host) == ["a", "b"]
    assert len(channel.sent) == 1


def test_no_rows_are_an_empty_list():
    host, _channel = talk(first(end=END_W))
    assert names(host) == []


def test_one_first_and_then_as_many_as_fit():
    host, channel = talk(
        first("uuid:1", ["a"]),
        pulled(["b", "c"], "uuid:2"),
        pulled(["d", "e"], "uuid:3"),
        pulled(["f"], end=END_N),
    )
    assert names(host) == list("abcdef")
    contexts = [channel.body(i).findtext("n:Pull/n:EnumerationContext", "", NAMESPACES) for i in (1, 2, 3)]
    assert contexts == ["uuid:1", "uuid:2", "uuid:3"], "each context is used once"
    assert channel.body(1).findtext("n:Pull/n:MaxElements", "", NAMESPACES) == "32000"


def test_a_first_answer_may_carry_no_items():
    host, _channel = talk(first("uuid:1", items_element=False), pulled(["a"], end=END_W))
    assert names(host) == ["a"]


def test_a_pull_without_a_new_context_continues_the_old_one():
    host, channel = talk(first("uuid:1"), pulled(["a"]), pulled(["b"], ""))
    assert names(host) == ["a", "b"]
    assert channel.body(2).findtext("n:Pull/n:EnumerationContext", "", NAMESPACES) == "uuid:1"


def test_whole_instances_name_their_own_class():
    uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/ROOT/CIMV2"
    host, _channel = talk(
        "<n:EnumerateResponse><n:EnumerationContext/><w:Items>"
        f'<p:Win32_Service xmlns:p="{uri}/Win32_Service" xsi:type="p:Win32_Service_Type">'
        "<p:Name>a</p:Name></p:Win32_Service>"
        f'<p:Win32_TerminalService xmlns:p="{uri}/Win32_TerminalService"><p:Name>b</p:Name></p:Win32_TerminalService>'
        "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
    )
    rows = host.query("root/cimv2", "SELECT * FROM Win32_Service")
    assert [(found.class_name, found.text("Name")) for found in rows] == [
        ("Win32_Service", "a"),
        ("Win32_TerminalService", "b"),
    ]


def test_a_context_that_brings_nothing_for_ever_is_given_up_and_released():
    host, channel = talk(first("uuid:0"), *[pulled([], f"uuid:{n}") for n in range(1, 40)])
    with pytest.raises(MalformedAnswer, match="never ends the list of: SELECT"):
        names(host)
    assert len(channel.sent) < 40
    assert channel.actions()[-1] == "Release"
    assert channel.body(-1).findtext("n:Release/n:EnumerationContext", "", NAMESPACES).startswith("uuid:")


def test_a_context_that_repeats_itself_for_ever_ends_at_the_deadline():
    host, channel = talk(first("uuid:0"), *[pulled(["a"], "uuid:0")] * 100, time=Time(step=60.0))
    with pytest.raises(MalformedAnswer, match="never ends the list of: SELECT"):
        names(host)
    assert len(channel.sent) < 15


def test_a_failing_release_hides_nothing():
    host, _channel = talk(first("uuid:0"), *[pulled([], "uuid:0")] * 20, wsman_fault(2150858779))
    with pytest.raises(MalformedAnswer):
        names(host)


def test_an_answer_without_context_and_end_is_not_taken_for_complete():
    host, _channel = talk("<n:EnumerateResponse><w:Items/></n:EnumerateResponse>")
    with pytest.raises(MalformedAnswer, match="neither ended nor continued"):
        names(host)


def test_an_answer_to_something_else_is_refused():
    host, _channel = talk("<n:PullResponse/>")
    with pytest.raises(MalformedAnswer, match="no EnumerateResponse"):
        names(host)


def test_a_query_cut_off_while_pulling_is_done_again_from_the_start():
    host, channel = talk(first("uuid:1", ["a"]), AnswerLost("cut"), first("uuid:2", ["a"]), pulled(["b"], end=END_N))
    assert names(host) == ["a", "b"]
    assert channel.actions() == ["Enumerate", "Pull", "Enumerate", "Pull"]
    assert channel.resets == 1


def test_a_lost_context_is_asked_for_again():
    host, channel = talk(first("uuid:1", ["a"]), wsman_fault(2150858779), first(items=["a", "b"], end=END_W))
    assert names(host) == ["a", "b"]
    assert channel.resets == 0


def test_a_query_that_times_out_twice_is_a_fault():
    host, channel = talk(TIMED_OUT, TIMED_OUT)
    with pytest.raises(Fault) as caught:
        names(host)
    assert caught.value.has(2150858793)
    assert len(channel.sent) == 2


def test_a_query_that_timed_out_is_given_the_longest_time_that_hosts_grant_and_no_other_one():
    host, channel = talk(TIMED_OUT, first("uuid:1", ["a"]), pulled(["b"], end=END_N), first(items=["a"], end=END_W))
    assert names(host) == ["a", "b"]
    assert names(host) == ["a"]
    timeouts = [channel.header(index, "w:OperationTimeout") for index in range(4)]
    assert timeouts == ["PT20S", "PT60S", "PT60S", "PT20S"]
    assert channel.timeouts == [None, 70.0, 70.0, None]


def test_a_query_with_a_limit_of_its_own_is_not_asked_again_when_it_timed_out():
    host, channel = talk(wsman_fault(2150858793))
    with pytest.raises(Fault, match="0x80338029"):
        host.query("root/cimv2", "SELECT Message FROM Win32_NTLogEvent", limit=30.0)
    assert channel.actions() == ["Enumerate"]
    assert channel.header(0, "w:OperationTimeout") == "PT30S"


def test_a_query_cut_off_twice_is_unreachable():
    host, channel = talk(AnswerLost("cut"), AnswerLost("cut again"))
    with pytest.raises(HostUnreachable, match="cut again"):
        names(host)
    assert len(channel.sent) == 2


@pytest.mark.parametrize("namespace", ["", "root/ci mv2", "root/cimv2/*", "../root", "root//cimv2"])
def test_a_namespace_that_is_none_is_refused(namespace):
    host, channel = talk()
    with pytest.raises(ValueError, match="not a WMI namespace"):
        host.query(namespace, WQL)
    assert channel.sent == []


def test_a_namespace_may_be_written_with_backslashes():
    host, channel = talk(first(end=END_W))
    host.query("root\\MicrosoftIISv2", WQL)
    assert channel.header(0, "w:ResourceURI").endswith("/wmi/root/MicrosoftIISv2/*")
