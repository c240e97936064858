# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WMI classes of Windows itself."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import VirtualClock
from simulator.machine import Machine
from simulator.windows.event_log import EventType
from simulator.windows.recovery import parse_blob
from simulator.windows.scm import ServiceState
from simulator.wmi.model import WmiError, WmiStatus

CAPTURES = Path(os.environ.get("IIS_CAPTURES", Path(__file__).parents[5] / "shared" / "captures")) / "server_2003"
HKLM = 0x80000002
SPOOLER = "SYSTEM\\CurrentControlSet\\Services\\Spooler"


def rows(machine: Machine, wql: str) -> list[dict[str, Any]]:
    return [dict(row.instance.values) for row in machine.wmi.query("root/cimv2", wql).rows]


@pytest.fixture
def invoke(machine: Machine, clock: VirtualClock):
    def _invoke(class_name: str, keys: Mapping[str, str] | None, method: str, **arguments: Any) -> Mapping[str, Any]:
        provider = machine.wmi.provider("root/cimv2", class_name)

        async def work() -> Mapping[str, Any]:
            return await clock.finish(provider.invoke(keys, method, arguments))

        return asyncio.run(work())

    return _invoke


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no recorded answers: set IIS_CAPTURES")
@pytest.mark.parametrize("class_name", ["Win32_Service", "Win32_OperatingSystem"])
def test_a_class_has_the_properties_of_a_recorded_host(machine: Machine, class_name: str):
    text = (CAPTURES / f"{class_name}_star_000.xml").read_text(encoding="utf-8")
    first = re.search(rf"<p:{class_name} .*?</p:{class_name}>", text, re.DOTALL)
    assert first is not None
    recorded = re.findall(r"<p:(\w+)[ >/]", first[0][len(f"<p:{class_name}") :])
    ours = [prop.name for prop in machine.wmi.provider("root/cimv2", class_name).wmi_class.properties]
    assert ours == recorded


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="no recorded answers: set IIS_CAPTURES")
def test_the_base_services_are_those_of_a_recorded_host(machine: Machine):
    text = (CAPTURES / "Win32_Service_star_000.xml").read_text(encoding="utf-8")
    recorded = {}
    for block in re.findall(r"<p:Win32_Service .*?</p:Win32_Service>", text, re.DOTALL):
        values = dict(re.findall(r"<p:(\w+)>([^<]*)</p:\w+>", block))
        recorded[values["Name"]] = values
    for values in rows(machine, "SELECT * FROM Win32_Service"):
        known = recorded.get(values["Name"])
        if known is None or values["Name"] in ("VSS", "wuauserv"):
            continue
        for name in ("DisplayName", "StartMode", "State", "ServiceType", "AcceptStop", "AcceptPause", "ExitCode"):
            assert str(values[name]).lower() == known[name].lower(), (values["Name"], name)


class TestServices:
    def test_a_service_as_wmi_shows_it(self, machine: Machine):
        (values,) = rows(machine, "SELECT * FROM Win32_Service WHERE Name='spooler'")
        assert values["State"] == "Running"
        assert values["PathName"] == "C:\\WINDOWS\\system32\\spoolsv.exe"
        assert values["ServiceType"] == "Own Process"
        assert values["SystemName"] == "WEB1"

    def test_drivers_are_a_class_of_their_own(self, machine: Machine):
        assert rows(machine, "SELECT * FROM Win32_Service WHERE Name='HTTP'") == []
        assert rows(machine, "SELECT State FROM Win32_SystemDriver WHERE Name='HTTP'")[0]["State"] == "Running"
        assert len(rows(machine, "SELECT Name FROM Win32_BaseService")) > 40

    def test_stop_returns_before_it_is_done(self, machine: Machine, clock: VirtualClock, invoke: Any):
        assert invoke("Win32_Service", {"Name": "SPOOLER"}, "StopService") == {"ReturnValue": 0}
        assert machine.scm.get("Spooler").state is ServiceState.STOP_PENDING
        clock.advance(1)
        assert machine.scm.get("Spooler").state is ServiceState.STOPPED

    def test_start_returns_when_the_dependencies_run(self, machine: Machine, clock: VirtualClock, invoke: Any):
        for name in ("SENS", "EventSystem"):
            machine.scm.stop(name)
            clock.advance(1)
        before = clock.monotonic()
        assert invoke("Win32_Service", {"Name": "SENS"}, "StartService") == {"ReturnValue": 0}
        assert machine.scm.get("EventSystem").state is ServiceState.RUNNING
        assert machine.scm.get("SENS").state is ServiceState.START_PENDING
        assert clock.monotonic() - before == 1

    @pytest.mark.parametrize(
        ("name", "method", "code"),
        [
            ("Alerter", "StartService", 14),
            ("RpcSs", "StopService", 4),
            ("lanmanworkstation", "StopService", 3),
            ("W32Time", "PauseService", 4),
            ("W32Time", "StartService", 10),
            ("Alerter", "ResumeService", 6),
            ("W32Time", "InterrogateService", 0),
        ],
    )
    def test_return_values(self, invoke: Any, name: str, method: str, code: int):
        assert invoke("Win32_Service", {"Name": name}, method) == {"ReturnValue": code}

    def test_change_start_mode(self, machine: Machine, invoke: Any):
        assert (
            invoke("Win32_Service", {"Name": "Spooler"}, "ChangeStartMode", StartMode="Automatic")["ReturnValue"] == 0
        )
        assert rows(machine, "SELECT StartMode FROM Win32_Service WHERE Name='Spooler'")[0]["StartMode"] == "Auto"
        assert invoke("Win32_Service", {"Name": "Spooler"}, "ChangeStartMode", StartMode="x")["ReturnValue"] == 21

    def test_method_names_are_case_sensitive_and_instances_must_exist(self, invoke: Any):
        with pytest.raises(WmiError) as caught:
            invoke("Win32_Service", {"Name": "Spooler"}, "stopservice")
        assert caught.value.hresult == WmiStatus.INVALID_METHOD
        with pytest.raises(WmiError) as caught:
            invoke("Win32_Service", {"Name": "nonsense"}, "StopService")
        assert caught.value.hresult == WmiStatus.NOT_FOUND

    def test_dependents_and_dependencies_by_association(self, machine: Machine):
        wql = "ASSOCIATORS OF {{Win32_Service.Name='{}'}} WHERE AssocClass=Win32_DependentService Role={}"
        dependents = {row["Name"] for row in rows(machine, wql.format("EventSystem", "Antecedent"))}
        assert dependents == {"BITS", "SENS"}
        needed = {row["Name"] for row in rows(machine, wql.format("WinRM", "Dependent"))}
        assert needed == {"RpcSs", "HTTP"}

    def test_all_dependencies_of_services_in_one_query(self, machine: Machine):
        found = rows(machine, "SELECT * FROM Win32_DependentService")
        declared = machine.wmi.provider("root/cimv2", "Win32_DependentService").wmi_class.properties
        assert {prop.name for prop in declared} == {"Antecedent", "Dependent", "TypeOfDependency"}
        pairs = {(row["Antecedent"].keys["Name"], row["Dependent"].keys["Name"]) for row in found}
        assert {("EventSystem", "BITS"), ("EventSystem", "SENS"), ("RpcSs", "WinRM"), ("HTTP", "WinRM")} <= pairs
        assert {row["Antecedent"].class_name for row in found} == {"Win32_Service", "Win32_SystemDriver"}
        assert len(found) == sum(len(machine.scm.dependencies(service)) for service in machine.scm)


class TestSystem:
    def test_the_operating_system(self, machine: Machine, clock: VirtualClock):
        machine.clock_skew = 120
        row = machine.wmi.get("root/cimv2", "Win32_OperatingSystem", {})
        values = row.instance.values
        assert values["Version"] == "5.2.3790"
        assert values["CSName"] == "WEB1"
        assert values["LocalDateTime"] - clock.now() == timedelta(seconds=120)
        assert values["LastBootUpTime"] == clock.now() - timedelta(days=1)

    def test_reboot_by_wmi(self, machine: Machine, clock: VirtualClock, invoke: Any):
        assert invoke("Win32_OperatingSystem", None, "Reboot")["ReturnValue"] == 0
        assert invoke("Win32_OperatingSystem", None, "Win32Shutdown", Flags=6)["ReturnValue"] == 1115
        clock.advance(5)
        assert not machine.powered

    def test_computer_and_time_zone(self, machine: Machine):
        assert rows(machine, "SELECT Name FROM Win32_ComputerSystem")[0]["Name"] == "WEB1"
        assert rows(machine, "SELECT Bias FROM Win32_TimeZone")[0]["Bias"] == 0

    def test_processes(self, machine: Machine, invoke: Any):
        (spooler,) = rows(machine, "SELECT * FROM Win32_Process WHERE Name='spoolsv.exe'")
        assert spooler["ProcessId"] == machine.scm.get("Spooler").pid
        assert invoke("Win32_Process", {"Handle": spooler["Handle"]}, "Terminate") == {"ReturnValue": 0}
        assert machine.scm.get("Spooler").exit_code == 1067
        (lsass,) = rows(machine, "SELECT * FROM Win32_Process WHERE Name='lsass.exe'")
        assert invoke("Win32_Process", {"Handle": lsass["Handle"]}, "Terminate") == {"ReturnValue": 2}


def test_events_are_found_by_code_source_and_time(machine: Machine, clock: VirtualClock):
    machine.event_log.write("IIS Log", 51228, EventType.ERROR, ("a", "b"), message="An error occurred")
    clock.advance(60)
    since = clock.now()
    machine.event_log.write("IIS Log", 51228, EventType.ERROR, message="Another one")
    wql = (
        "SELECT RecordNumber, Message, Type, InsertionStrings FROM Win32_NTLogEvent "
        f"WHERE Logfile='System' AND EventCode=51228 AND TimeGenerated>='{since:%Y%m%d%H%M%S}.000000+000'"
    )
    (event,) = rows(machine, wql)
    assert (event["RecordNumber"], event["Message"], event["Type"]) == (2, "Another one", "error")
    assert event["InsertionStrings"] is None
    first = machine.wmi.get("root/cimv2", "Win32_NTLogEvent", {"Logfile": "System", "RecordNumber": "1"})
    assert first.instance.values["InsertionStrings"] == ["a", "b"]
    assert first.instance.values["EventIdentifier"] == 0xC0000000 | 51228


@pytest.mark.parametrize(
    ("where", "seconds"),
    [
        ("", 730),
        ("WHERE EventCode=51228", 730),
        ("WHERE TimeGenerated < '{day}'", 730),
        ("WHERE NOT TimeGenerated > '{day}'", 730),
        ("WHERE TimeGenerated > '{day}'", 2),
        ("WHERE '{day}' <= timegenerated AND EventCode=51228", 2),
        ("WHERE EventCode=51228 AND (TimeWritten >= '{day}' AND TimeGenerated >= '{year}')", 2),
        ("WHERE TimeGenerated >= '{day}' OR TimeGenerated = '{week}'", 14),
        ("WHERE TimeGenerated >= '{day}' OR EventCode=51228", 730),
        ("WHERE TimeGenerated >= '{later}'", 0),
        ("WHERE Nonsense", 0),
    ],
)
def test_a_large_event_log_takes_as_long_as_a_query_looks_back(
    machine: Machine, clock: VirtualClock, where: str, seconds: float
):
    machine.control_actions["slow_event_log"](seconds=730, days=365)
    days = {"later": -1, "day": 1, "week": 7, "year": 500}
    moments = {name: f"{clock.now() - timedelta(days=back):%Y%m%d%H%M%S}.000000+000" for name, back in days.items()}
    wql = "SELECT * FROM Win32_NTLogEvent " + where.format(**moments)
    assert machine.wmi.seconds("root/cimv2", wql) == pytest.approx(seconds)
    assert machine.wmi.seconds("root/cimv2", "SELECT * FROM Win32_Service") == 0


class TestStdRegProv:
    def test_it_is_in_both_namespaces(self, machine: Machine):
        assert machine.wmi.provider("root/default", "StdRegProv") is machine.wmi.provider("root/cimv2", "stdregprov")

    def test_the_configuration_of_a_service(self, invoke: Any):
        def value(method: str, name: str) -> Mapping[str, Any]:
            return invoke("StdRegProv", None, method, hDefKey=HKLM, sSubKeyName=SPOOLER, sValueName=name)

        assert value("GetDWORDValue", "Start") == {"ReturnValue": 0, "uValue": 2}
        assert value("GetMultiStringValue", "DependOnService") == {"ReturnValue": 0, "sValue": ["RpcSs"]}
        assert value("GetExpandedStringValue", "ImagePath")["sValue"].endswith("spoolsv.exe")
        blob = value("GetBinaryValue", "FailureActions")["uValue"]
        assert len(parse_blob(bytes(blob))[1]) == 2
        assert value("GetStringValue", "FailureCommand") == {"ReturnValue": 2}
        assert value("GetStringValue", "Start")["ReturnValue"] == WmiStatus.TYPE_MISMATCH

    def test_the_hive_may_be_left_out_or_come_as_text(self, invoke: Any):
        for hive in ({}, {"hDefKey": None}, {"hDefKey": str(HKLM)}):
            found = invoke("StdRegProv", None, "EnumKey", sSubKeyName="SYSTEM\\CurrentControlSet\\Services", **hive)
            assert "Spooler" in found["sNames"]
        assert invoke("StdRegProv", None, "EnumKey", hDefKey=0x80000001, sSubKeyName="Software")["ReturnValue"] == 2

    @pytest.mark.parametrize(
        ("kind", "output", "data"),
        [
            ("String", "sValue", "text"),
            ("ExpandedString", "sValue", "plain"),
            ("DWORD", "uValue", 7),
            ("Binary", "uValue", [1, 2, 255]),
            ("MultiString", "sValue", ["a", "b"]),
        ],
    )
    def test_what_is_set_can_be_read(self, invoke: Any, kind: str, output: str, data: Any):
        where = {"hDefKey": HKLM, "sSubKeyName": "SOFTWARE\\Test", "sValueName": "Name"}
        assert invoke("StdRegProv", None, f"Set{kind}Value", **where, **{output: data})["ReturnValue"] == 2
        assert invoke("StdRegProv", None, "CreateKey", hDefKey=HKLM, sSubKeyName="SOFTWARE\\Test")["ReturnValue"] == 0
        assert invoke("StdRegProv", None, f"Set{kind}Value", **where, **{output: data})["ReturnValue"] == 0
        assert invoke("StdRegProv", None, f"Get{kind}Value", **where) == {"ReturnValue": 0, output: data}
        listed = invoke("StdRegProv", None, "EnumValues", hDefKey=HKLM, sSubKeyName="SOFTWARE\\Test")
        assert listed["sNames"] == ["Name"]
        assert invoke("StdRegProv", None, "DeleteValue", **where)["ReturnValue"] == 0
        assert invoke("StdRegProv", None, "DeleteValue", **where)["ReturnValue"] == 2

    def test_variables_are_expanded(self, machine: Machine, invoke: Any):
        where = {"sSubKeyName": "SOFTWARE", "sValueName": "P"}
        invoke("StdRegProv", None, "CreateKey", sSubKeyName="SOFTWARE")
        invoke("StdRegProv", None, "SetExpandedStringValue", **where, sValue="%SystemRoot%\\x %Nothing%")
        assert invoke("StdRegProv", None, "GetExpandedStringValue", **where)["sValue"] == "C:\\WINDOWS\\x %Nothing%"
