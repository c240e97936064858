# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request shapes on root/cimv2 and root/default: services, files, events, counters, the registry. All read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from ..._wsman.errors import WSMAN_CANNOT_PROCESS_FILTER
from ..._wsman.values import Argument, Instance, MethodResult, ObjectPath
from ..._wsman.wql import quote
from .. import codes
from ..context import CIMV2, DEFAULT
from ..metabase.disk import SAVE_FAILED_EVENT, locate_metabase
from ..outcome import IisError
from ..windows.services import SERVICE_NAMES
from ..windows.system import System
from .findings import Probe, Unlike

_HKEY_LOCAL_MACHINE = 0x80000002
_BACKUPS = "\\MetaBack\\"

#: Services with performance counters: class and columns, as in :mod:`~.sessions`.
_COUNTERS = {
    "w3svc": ("W3SVC_WebService", "CurrentConnections"),
    "msftpsvc": ("MSFTPSVC_FTPService", "CurrentConnections"),
    "smtpsvc": ("SMTPSVC_SMTPServer", "InboundConnectionsCurrent, OutboundConnectionsCurrent"),
    "nntpsvc": ("NNTPSVC_NNTPServer", "CurrentConnections"),
}


@dataclass
class Windows:
    """What the later shapes need to know: the services by lower-case name, as rows of Win32_Service."""

    services: dict[str, Instance] = field(default_factory=dict)
    adsutil: str | None = None

    def has(self, service: str) -> bool:
        """Whether a service is installed."""
        return service.lower() in self.services

    def runs(self, service: str) -> bool:
        """Whether a service runs."""
        row = self.services.get(service.lower())
        return row is not None and row.text("State") == "Running"


def probe_windows(probe: Probe) -> Windows:
    """Try everything that doesn't need IIS's own provider."""
    found = Windows()
    _services(probe, found)
    _files(probe, found)
    probe.query(
        "events",
        CIMV2,
        "SELECT RecordNumber, TimeGenerated, Message FROM Win32_NTLogEvent "
        f"WHERE Logfile='System' AND EventCode={SAVE_FAILED_EVENT}",
        at_least=0,
    )
    _counters(probe, found)
    _registry(probe, found)
    probe.refusal(
        "missing-class",
        "SELECT Name FROM Win32_ThereIsNoSuchClass",
        lambda: probe.context.host.query(CIMV2, "SELECT Name FROM Win32_ThereIsNoSuchClass"),
        (WSMAN_CANNOT_PROCESS_FILTER, codes.WBEM_INVALID_CLASS),
    )
    return found


def _services(probe: Probe, found: Windows) -> None:
    condition = " OR ".join(f"Name={quote(name)}" for name in SERVICE_NAMES.values())
    rows = probe.query(
        "services",
        CIMV2,
        "SELECT Name, DisplayName, State, StartMode, AcceptPause, AcceptStop, ExitCode, ServiceSpecificExitCode, "
        f"ProcessId FROM Win32_Service WHERE {condition}",
    )
    found.services.update({(row.text("Name") or "").lower(): row for row in rows})
    running = [row.text("ProcessId") for row in rows if row.integer("ProcessId")]
    by_process = f"SELECT Name FROM Win32_Service WHERE ProcessId={running[0] if running else 0}"
    if running:
        probe.query("services-of-a-process", CIMV2, by_process)
    else:
        probe.skip("services-of-a-process", by_process, "none of the services runs")
    for shape, name, role in (("dependents", "IISADMIN", "Antecedent"), ("antecedents", "W3SVC", "Dependent")):
        wql = f"ASSOCIATORS OF {{Win32_Service.Name={quote(name)}}} WHERE AssocClass=Win32_DependentService Role={role}"
        if found.has(name):
            probe.attempt(shape, wql, partial(_associated, probe, wql), lambda rows: f"{len(rows)} objects")
        else:
            probe.skip(shape, wql, f"{name} isn't installed")
    path = ObjectPath(CIMV2, "Win32_Service", {"Name": "IISADMIN"})
    if found.has("IISADMIN"):
        probe.get("get-service", path, ("Name", "State", "StartMode"))
    else:
        probe.skip("get-service", f"Get {path}", "IISADMIN isn't installed")


def _associated(probe: Probe, wql: str) -> list[Instance]:
    rows = probe.context.host.query(CIMV2, wql)
    for row in rows:
        if row.class_name is None or "Name" not in row:
            raise Unlike("an object without its class or its Name")
    return rows


def _files(probe: Probe, found: Windows) -> None:
    rows = probe.query(
        "windows", CIMV2, "SELECT Version, Caption, CSDVersion, SystemDirectory FROM Win32_OperatingSystem"
    )
    probe.query("boot-time", CIMV2, "SELECT LastBootUpTime FROM Win32_OperatingSystem")
    directory = rows[0].text("SystemDirectory") if rows else None
    wql = "SELECT Name, FileSize, LastModified, Writeable FROM CIM_DataFile WHERE Name="
    try:
        path = locate_metabase(System(directory=directory))
    except IisError as unknown:
        probe.skip("metabase-file", wql, unknown.message)
    else:
        probe.query("metabase-file", CIMV2, wql + quote(path))
        drive, _colon, folder = path.rpartition("\\")[0].partition(":")
        probe.query(
            "backup-files",
            CIMV2,
            f"SELECT Name FROM CIM_DataFile WHERE Drive={quote(drive + ':')} AND Path={quote(folder + _BACKUPS)}",
            at_least=0,
        )
    scripts = probe.query(
        "adsutil",
        CIMV2,
        "SELECT Name FROM CIM_DataFile "
        f"WHERE Path={quote(chr(92) + 'inetpub' + chr(92) + 'adminscripts' + chr(92))} AND FileName='adsutil' "
        "AND Extension='vbs'",
        at_least=0,
    )
    found.adsutil = next((name for row in scripts if (name := row.text("Name"))), None)


def _counters(probe: Probe, found: Windows) -> None:
    for service, (class_name, columns) in _COUNTERS.items():
        for family in ("Win32_PerfRawData", "Win32_PerfFormattedData"):
            shape = f"counter-{service}" + ("-formatted" if family.endswith("FormattedData") else "")
            wql = f"SELECT {columns} FROM {family}_{class_name} WHERE Name='_Total'"
            if found.runs(service):
                probe.query(shape, CIMV2, wql)
            else:
                probe.skip(shape, wql, f"{SERVICE_NAMES[service]} doesn't run")


def _registry(probe: Probe, found: Windows) -> None:
    path = ObjectPath(DEFAULT, "StdRegProv")
    for method, value, output in (
        ("GetBinaryValue", "FailureActions", "uValue"),
        ("GetStringValue", "FailureCommand", "sValue"),
        ("GetExpandedStringValue", "FailureCommand", "sValue"),
    ):

        def check(result: MethodResult, output: str = output) -> None:
            if result.return_value is None:
                raise Unlike("no ReturnValue")
            if result.return_value == 0 and output not in result.outputs:
                raise Unlike(f"ReturnValue 0, but no {output}")

        arguments: dict[str, Argument] = {
            "hDefKey": _HKEY_LOCAL_MACHINE,
            "sSubKeyName": "SYSTEM\\CurrentControlSet\\Services\\IISADMIN",
            "sValueName": value,
        }
        if found.has("IISADMIN"):
            probe.ask(f"registry-{method}", path, method, arguments, check=check)
        else:
            probe.skip(f"registry-{method}", f"{method} of {path}", "IISADMIN isn't installed")
