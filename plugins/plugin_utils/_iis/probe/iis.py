# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request shapes on root/MicrosoftIISv2: settings, states, bindings, pools, backups. All read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from ..._wsman.errors import WSMAN_RESOURCE_NOT_FOUND, Fault
from ..._wsman.values import Argument, MethodResult, ObjectPath
from ..._wsman.wql import quote
from .. import codes
from ..context import IISV2
from ..isolation.mode import SERVICE, SETTING
from ..metabase.call import COMPUTER
from ..sites.bindings import binding_columns
from ..sites.kinds import KINDS, SiteKind
from ..sites.states import SiteState
from .findings import Probe, Status, Unlike
from .windows import Windows

_POOL_COLUMNS = "SELECT Name, AppPoolState, AppPoolAutoStart FROM IIsApplicationPoolSetting"
_COMPUTER_SETTINGS = "EnableEditWhileRunning, EnableHistory, MaxHistoryFiles"

_SECOND_NAME = "EnumBackups-EnumIndex"
_LISTS: tuple[tuple[str, str, Mapping[str, Argument]], ...] = (
    ("EnumBackups-IndexIn", "EnumBackups", {"BackupLocation": "", "IndexIn": 0}),
    (_SECOND_NAME, "EnumBackups", {"BackupLocation": "", "EnumIndex": 0}),
    ("EnumHistory", "EnumHistory", {"MDHistoryLocation": "", "EnumIndex": 0}),
)


@dataclass
class StartedSites:
    """What the shapes that write need: a started site of each kind that has methods."""

    started: dict[str, int] = field(default_factory=dict)


def probe_iis(probe: Probe, windows: Windows) -> StartedSites:
    """Try everything that IIS's own provider is asked for."""
    found = StartedSites()
    if not windows.has("IISADMIN"):
        probe.skip("iis", "root/MicrosoftIISv2", "IISADMIN isn't installed")
        return found
    _service(probe, windows)
    probe.query("save-settings", IISV2, "SELECT Name, EnableEditWhileRunning FROM IIsComputerSetting WHERE Name='LM'")
    probe.query(
        "metabase-settings", IISV2, f"SELECT Name, {_COMPUTER_SETTINGS} FROM IIsComputerSetting WHERE Name='LM'"
    )
    for service in KINDS.values():
        if windows.has(service.windows_service):
            _sites(probe, service, found)
        else:
            probe.skip(f"{service.name}-sites", f"{service.server_class}", f"{service.windows_service} isn't installed")
    _pools(probe, windows)
    _lists(probe)
    return found


def _service(probe: Probe, windows: Windows) -> None:
    if not windows.has("W3SVC"):
        probe.skip("isolation-mode", str(SETTING), "W3SVC isn't installed")
        return
    probe.query("iis-version", IISV2, "SELECT Name, MajorIIsVersionNumber, MinorIIsVersionNumber FROM IIsWebInfo")
    probe.query(
        "isolation-mode",
        IISV2,
        "SELECT Name, IIs5IsolationModeEnabled FROM IIsWebServiceSetting WHERE Name='W3SVC'",
    )
    probe.get("get-web-service-setting", SETTING, ("Name", "IIs5IsolationModeEnabled"))
    if windows.runs("W3SVC"):
        probe.ask("running-mode", SERVICE, "GetCurrentMode", check=_is_mode)
    else:
        probe.skip("running-mode", f"GetCurrentMode of {SERVICE}", "W3SVC doesn't run")


def _is_mode(result: MethodResult) -> None:
    if result.return_value not in (0, 1):
        raise Unlike(f"returned {result.return_value}, neither 1 nor 0")


def _sites(probe: Probe, service: SiteKind, found: StartedSites) -> None:
    kind, server, setting = service.name, service.server_class, service.setting_class
    states = probe.query(f"{kind}-states", IISV2, f"SELECT Name, ServerState FROM {server}", at_least=0)
    columns = "Name, ServerComment, ServerAutoStart"
    rows = probe.query(f"{kind}-settings", IISV2, f"SELECT {columns} FROM {setting}", at_least=0)
    probe.query(
        f"{kind}-settings-and-bindings",
        IISV2,
        f"SELECT {columns}, {binding_columns(service)} FROM {setting}",
        at_least=0,
    )
    numbers = sorted(
        (number, row.text("ServerState"))
        for row in states
        if (number := service.id_of(row.text("Name") or "")) is not None
    )
    if not numbers:
        probe.skip(f"{kind}-site", f"{server} of one site", "there is none")
        return
    key = service.key(numbers[0][0])
    probe.query(f"{kind}-state", IISV2, f"SELECT Name, ServerState FROM {server} WHERE Name={quote(key)}")
    probe.query(f"{kind}-setting", IISV2, f"SELECT {columns} FROM {setting} WHERE Name={quote(key)}")
    probe.query(f"{kind}-error", IISV2, f"SELECT Name, Win32Error FROM {setting} WHERE Name={quote(key)}")
    probe.query(
        f"{kind}-bindings", IISV2, f"SELECT Name, {binding_columns(service)} FROM {setting} WHERE Name={quote(key)}"
    )
    comment = next((text for row in rows if row.text("Name") == key and (text := row.text("ServerComment"))), None)
    if comment:
        wql = f"SELECT {columns} FROM {setting} WHERE ServerComment={quote(comment)}"
        probe.query(f"{kind}-by-name", IISV2, wql)
    probe.get(f"{kind}-get", service.server(numbers[0][0]), ("Name", "ServerState"))
    started = [number for number, state in numbers if state == str(SiteState.STARTED.value)]
    if started:
        found.started[kind] = started[0]


def _pools(probe: Probe, windows: Windows) -> None:
    if not windows.has("W3SVC"):
        probe.skip("pools", _POOL_COLUMNS, "W3SVC isn't installed")
        return
    pools = probe.query("pools", IISV2, _POOL_COLUMNS, at_least=0)
    name = next((name for row in pools if (name := row.text("Name"))), None)
    if name:
        probe.query("pool", IISV2, f"{_POOL_COLUMNS} WHERE Name={quote(name)}")


def _lists(probe: Probe) -> None:
    """The end of a list comes as an HRESULT: these show where in a fault the host puts one.

    The index of EnumBackups is named in two ways by the documents, so the second is tried when the first is refused.
    """
    for shape, method, arguments in _LISTS:
        if shape == _SECOND_NAME and probe.findings[-1].status is Status.HOLDS:
            continue
        first = probe.attempt(shape, f"{method} of {COMPUTER}, index 0", partial(_first, probe, method, arguments), str)
        if first is not None:
            beyond = {name: 9999 if value == 0 else value for name, value in arguments.items()}
            probe.refusal(
                f"{shape}-end",
                f"{method} of {COMPUTER}, index 9999",
                partial(probe.context.host.invoke, COMPUTER, method, beyond),
                (codes.NO_MORE_ITEMS, codes.MD_DATA_NOT_FOUND),
            )
    missing = ObjectPath(IISV2, "IIsWebServer", {"Name": "W3SVC/0"})
    probe.refusal(
        "missing-object",
        f"Get {missing}",
        lambda: probe.context.host.get(missing),
        (WSMAN_RESOURCE_NOT_FOUND, codes.WBEM_NOT_FOUND, codes.PATH_NOT_FOUND),
    )


def _first(probe: Probe, method: str, arguments: Mapping[str, Argument]) -> str:
    """The first row of a list. A list without any is refused at once, with the code that ends it."""
    try:
        result = probe.context.host.ask(COMPUTER, method, arguments)
    except Fault as fault:
        if fault.has(codes.NO_MORE_ITEMS, codes.MD_DATA_NOT_FOUND):
            return f"empty: {codes.describe_fault(fault)}"
        raise
    return f"outputs {', '.join(result.outputs)}"
