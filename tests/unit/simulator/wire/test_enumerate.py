# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enumerate, Pull and Release: shapes, continuation, modes, filters."""

from __future__ import annotations

import pytest
from unit.simulator.wire.fakes import FakeMachine, TableProvider, service
from unit.simulator.wire.requests_xml import CIMV2, ENUM, IIS, NS, body_of, fault_code, local, select, send, wql
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WSManFaultError

from simulator.wire.profile import WINRM_1_1, Continuation
from simulator.wmi.model import CimType, Property, WmiClass

ALL = "SELECT * FROM Win32_Service"


def many(count: int = 130) -> FakeMachine:
    machine = FakeMachine()
    machine.services.rows = [service(f"svc{number:03}", Description="d" * 800) for number in range(count)]
    return machine


def test_whole_instances_carry_class_type_and_alphabetical_properties(host: Running) -> None:
    item = select(host.pywinrm(), "select * from win32_SERVICE where name='w3svc'")[0]
    assert item.tag == f"{{{CIMV2}/Win32_Service}}Win32_Service"
    assert item.get(f"{{{NS['xsi']}}}type") == "p:Win32_Service_Type"
    assert [local(node) for node in item] == [
        "AcceptPause", "Caption", "Description", "ExitCode", "InstallDate", "Name", "ProcessId", "Started", "StartMode",
        "StartName", "State",
    ]  # fmt: skip
    assert item[1].text == "W3SVC <service> & more"
    assert item[4].get(f"{{{NS['xsi']}}}nil") == "true"


def test_a_property_list_gives_fragments_without_namespaces(host: Running) -> None:
    item = select(host.pywinrm(), "SELECT state, NAME FROM Win32_Service WHERE Name = 'W3SVC'")[0]
    assert item.tag == f"{{{NS['w']}}}XmlFragment"
    assert [(node.tag, node.text) for node in item] == [("Name", "W3SVC"), ("State", "Running")]


def test_the_namespace_keeps_the_spelling_of_the_request(host: Running) -> None:
    item = select(host.pywinrm(), "SELECT * FROM IIsWebServer", IIS.replace("MicrosoftIISv2", "MICROSOFTIISV2"))[0]
    assert "/root/MICROSOFTIISV2/IIsWebServer}" in item.tag


def test_special_values(host: Running) -> None:
    first, second = select(host.pywinrm(), "SELECT * FROM IIsWebServerSetting", IIS)
    values = {local(node): node for node in first}
    bindings = [node for node in first if local(node) == "ServerBindings"]
    assert [node.get(f"{{{NS['xsi']}}}type") for node in bindings] == ["q:ServerBinding_Type"] * 2
    assert [(node.tag, node.text or "") for node in bindings[1]] == [
        (f"{{{IIS}/ServerBinding}}Hostname", "a&b"),
        (f"{{{IIS}/ServerBinding}}IP", "10.0.0.1"),
        (f"{{{IIS}/ServerBinding}}Port", "8080"),
    ]
    assert values["Changed"][0].tag == f"{{{NS['cim']}}}Datetime"
    assert values["Changed"][0].text == "2013-04-15T16:28:38.376625Z"
    assert [local(node) for node in values["Owner"]] == ["Address", "ReferenceParameters"]
    assert values["Owner"].findtext("a:ReferenceParameters/w:ResourceURI", "", NS) == f"{CIMV2}/Win32_Service"
    assert "ServerBindings" not in [local(node) for node in second], "a NULL array is absent"
    assert "Owner" in [local(node) for node in second], "a NULL scalar is nil"


def test_datetimes_in_fragments_lose_their_prefix(host: Running) -> None:
    item = select(host.pywinrm(), "SELECT Changed, ServerBindings FROM IIsWebServerSetting WHERE Name='W3SVC/1'", IIS)[
        0
    ]
    assert item[0][0].tag == "Datetime"
    assert [node.tag for node in item[1]] == ["Hostname", "IP", "Port"]


def test_references_and_objects_come_with_endpoint_references(host: Running) -> None:
    mode = "<w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>"
    item = select(host.pywinrm(), "SELECT * FROM IIsWebServer", IIS, extra=mode)[1]
    assert [local(node) for node in item] == ["IIsWebServer", "EndpointReference"]
    selectors = item.findall("a:EndpointReference/a:ReferenceParameters/w:SelectorSet/w:Selector", NS)
    assert [(node.get("Name"), node.text) for node in selectors] == [
        ("__cimnamespace", "root/MicrosoftIISv2"), ("Name", "W3SVC/2"),
    ]  # fmt: skip
    only = select(
        host.pywinrm(), "SELECT * FROM Win32_System", extra="<w:EnumerationMode>EnumerateEPR</w:EnumerationMode>"
    )
    assert [local(node) for node in only] == ["EndpointReference"]
    assert only[0].find("a:ReferenceParameters/w:SelectorSet", NS) is None, "a singleton has no selectors"


def test_associators(host: Running) -> None:
    query = "ASSOCIATORS OF {Win32_Service.Name='IISADMIN'} WHERE AssocClass=Win32_DependentService Role=Antecedent"
    assert [item.findtext(f"{{{CIMV2}/Win32_Service}}Name") for item in select(host.pywinrm(), query)] == ["W3SVC"]
    back = query.replace("Role=Antecedent", "Role=Dependent")
    assert select(host.pywinrm(), back) == []
    links = select(host.pywinrm(), "REFERENCES OF {Win32_Service='W3SVC'}")
    assert [local(node) for node in links[0]] == ["Antecedent", "Dependent"]


def test_associators_can_be_refused_where_their_class_answers_a_select(start: Start) -> None:
    protocol = start(refuse_associators=True).pywinrm()
    for query in ("ASSOCIATORS OF {Win32_Service='IISADMIN'}", "references of {Win32_Service='IISADMIN'}"):
        with pytest.raises(WSManFaultError) as caught:
            select(protocol, query)
        assert (fault_code(caught.value), caught.value.fault_subcode) == (2150858778, "n:CannotProcessFilter")
    (link,) = select(protocol, "SELECT * FROM Win32_DependentService")
    ends = [node.findtext(".//w:Selector[@Name='Name']", None, NS) for node in link]
    assert ends == ["IISADMIN", "W3SVC"]


def test_everything_at_once_as_the_captures_of_2003(start: Start) -> None:
    host = start(machine=many(80))
    assert len(select(host.pywinrm(), ALL)) == 80
    assert host.journal.actions() == ["Enumerate"]


def test_more_than_an_envelope_continues(start: Start) -> None:
    host = start(machine=many())
    assert len({item.findtext(f"{{{CIMV2}/Win32_Service}}Name") for item in select(host.pywinrm(), ALL)}) == 130
    assert host.journal.actions() == ["Enumerate", "Pull"]


def test_one_item_then_pulls_of_half_an_envelope(start: Start) -> None:
    host = start(machine=many(), continuation=Continuation.ONE_THEN_PULLS)
    assert len(select(host.pywinrm(), ALL)) == 130
    assert host.journal.actions() == ["Enumerate", "Pull", "Pull", "Pull"]
    sizes = [entry.bytes_out for entry in host.journal.requests()]
    assert sizes[0] < 4000
    assert all(size < 78_000 for size in sizes)
    assert sizes[1] > 70_000


def test_one_item_that_is_all_ends_at_once(start: Start) -> None:
    host = start(continuation=Continuation.ONE_THEN_PULLS)
    assert len(select(host.pywinrm(), "SELECT * FROM Win32_System")) == 1
    assert host.journal.actions() == ["Enumerate"]


def test_a_first_answer_without_items(start: Start) -> None:
    host = start(continuation=Continuation.FIRST_EMPTY)
    assert len(select(host.pywinrm(), ALL)) == 3
    assert host.journal.actions() == ["Enumerate", "Pull"]
    assert select(host.pywinrm(), "SELECT * FROM Win32_Service WHERE Name='x'") == []


def test_winrm_1_1_hands_out_20_items_at_a_time(start: Start) -> None:
    host = start(WINRM_1_1, machine=many(50))
    assert len(select(host.pywinrm(), ALL)) == 50
    assert host.journal.actions() == ["Enumerate", "Pull", "Pull"]


def test_not_optimised(host: Running) -> None:
    assert len(select(host.pywinrm(), ALL, optimized=False)) == 3
    assert host.journal.actions() == ["Enumerate", "Pull"]


def test_a_context_is_good_for_one_pull_and_can_be_released(host: Running) -> None:
    protocol = host.pywinrm()

    def begin() -> str:
        body = body_of(send(protocol, f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL, optimized=False)))
        return str(body.findtext("n:EnumerateResponse/n:EnumerationContext", "", NS))

    def pull(context: str) -> None:
        request = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>"
        send(protocol, f"{ENUM}/Pull", f"{CIMV2}/*", request)

    context = begin()
    pull(context)
    with pytest.raises(WSManFaultError) as caught:
        pull(context)
    assert fault_code(caught.value) == 2150858779
    context = begin()
    send(
        protocol,
        f"{ENUM}/Release",
        f"{CIMV2}/*",
        f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>",
    )
    with pytest.raises(WSManFaultError):
        pull(context)


def test_without_max_elements_a_pull_gives_one_item(host: Running) -> None:
    protocol = host.pywinrm()
    body = body_of(send(protocol, f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL, optimized=False)))
    context = body.findtext("n:EnumerateResponse/n:EnumerationContext", "", NS)
    request = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext></n:Pull>"
    body = body_of(send(protocol, f"{ENUM}/Pull", f"{CIMV2}/*", request))
    assert len(body.findall("n:PullResponse/n:Items/*", NS)) == 1
    assert body.findtext("n:PullResponse/n:EnumerationContext", "", NS) != context


def test_an_item_that_fits_no_envelope_is_a_fault(host: Running) -> None:
    host.call(lambda: host.machine.services.rows[0].update(Description="x" * 9000))
    with pytest.raises(WSManFaultError) as caught:
        send(host.pywinrm(), f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL), size=9000)
    assert fault_code(caught.value) == 2150858824


@pytest.mark.parametrize(
    ("uri", "body", "code"),
    [
        (f"{CIMV2}/*", wql("SELECT * FROM Win32_Nothing"), 2150858778),
        (f"{CIMV2}/*", wql("SELECT * FROM Win32_Service WHERE Name='a' OR 'b'='b' --"), 2150858778),
        (f"{CIMV2}/*", wql("SELECT Nothing FROM Win32_Service"), 2150858778),
        (f"{CIMV2}/*", wql("ASSOCIATORS OF {Win32_Service.Name='x'}"), 2150858752),
        (f"{CIMV2}/Win32_Service", wql(ALL), 2150859003),
        (f"{CIMV2}/*", "<n:Enumerate/>", 2150858778),
        (f"{CIMV2}/*", '<n:Enumerate><w:Filter Dialect="http://x">a</w:Filter></n:Enumerate>', 2150858777),
        (f"{CIMV2}/Win32_Service", '<n:Enumerate><w:Filter Dialect="http://x">a</w:Filter></n:Enumerate>', 2150858777),
        (f"{CIMV2}x/*", wql(ALL), 2150858752),
        (f"{CIMV2}/*", wql(ALL, "<w:EnumerationMode>Everything</w:EnumerationMode>"), 2150858886),
        (f"{CIMV2}/*", wql(ALL, max_elements=0), 2150858799),
        (f"{CIMV2}/*", "", 2150858791),
        (f"{CIMV2}/*", "<n:Pull/>", 2150858791),
        ("http://schemas.example/x", wql(ALL), 2150858811),
    ],
)  # fmt: skip
def test_what_is_refused(host: Running, uri: str, body: str, code: int) -> None:
    with pytest.raises(WSManFaultError) as caught:
        send(host.pywinrm(), f"{ENUM}/Enumerate", uri, body)
    assert fault_code(caught.value) == code
    assert host.journal.requests()[-1].fault_code == code


def test_enumerating_with_keys_is_refused(host: Running) -> None:
    with pytest.raises(WSManFaultError) as caught:
        send(host.pywinrm(), f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL), {"Name": "W3SVC"})
    assert fault_code(caught.value) == 2150859016


def test_a_class_can_be_enumerated_without_wql(host: Running) -> None:
    body = "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>10</w:MaxElements></n:Enumerate>"
    answer = body_of(send(host.pywinrm(), f"{ENUM}/Enumerate", f"{CIMV2}/cim_service", body))
    assert len(answer.findall("n:EnumerateResponse/w:Items/*", NS)) == 3, "subclasses are included"


def test_the_selector_filter(host: Running) -> None:
    wanted = {"StartName": "nt authority\\localservice", "State": "stopped"}
    chosen = "".join(f'<w:Selector Name="{name}">{value}</w:Selector>' for name, value in wanted.items())
    dialect = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
    filtered = f'<w:Filter Dialect="{dialect}"><w:SelectorSet>{chosen}</w:SelectorSet></w:Filter>'
    body = f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>10</w:MaxElements>{filtered}</n:Enumerate>"
    answer = body_of(send(host.pywinrm(), f"{ENUM}/Enumerate", f"{CIMV2}/Win32_Service", body))
    assert [node.text for node in answer.iter(f"{{{CIMV2}/Win32_Service}}Name")] == ["Alerter"]


def test_open_enumerations_count_against_the_quota(host: Running) -> None:
    protocol = host.pywinrm()
    for _time in range(15):
        send(protocol, f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL, optimized=False))
    with pytest.raises(WSManFaultError) as caught:
        send(protocol, f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL, optimized=False))
    assert fault_code(caught.value) == 2150859174


def test_subclasses_come_as_their_own_class(host: Running) -> None:
    properties = [Property("Name", key=True), Property("TotalSessions", CimType.UINT32)]
    subclass = WmiClass("Win32_TerminalService", properties, bases=("Win32_Service",))
    provider = TableProvider(subclass, [{"Name": "TermService", "TotalSessions": 1}])
    host.call(lambda: host.machine.wmi.register("root/cimv2", provider))
    tags = [item.tag for item in select(host.pywinrm(), ALL)]
    assert tags[-1] == f"{{{CIMV2}/Win32_TerminalService}}Win32_TerminalService"
