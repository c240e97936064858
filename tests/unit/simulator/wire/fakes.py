# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small machine for tests of the wire: a few WMI classes and a few commands, nothing of Windows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from simulator.clock import Clock, RealClock
from simulator.windows.console import Account, Console
from simulator.wmi.model import (
    CimType,
    Instance,
    Method,
    ObjectPath,
    Property,
    WmiClass,
    WmiError,
    WmiStatus,
)
from simulator.wmi.repository import Repository

ADMINISTRATOR = Account("Administrator", "s3cret Pa$$")
OPERATOR = Account("Operator", "operate", admin=False)


class TableProvider:
    """Serves instances from a table, by their keys."""

    def __init__(self, wmi_class: WmiClass, rows: Sequence[dict[str, Any]]) -> None:
        self.wmi_class = wmi_class
        self.rows = [dict(row) for row in rows]
        self.calls: list[tuple[str, dict[str, str] | None, dict[str, Any]]] = []
        self.results: dict[str, Any] = {}

    def instances(self) -> Sequence[Instance]:
        return [Instance(self.wmi_class.name, row) for row in self.rows]

    def _find(self, keys: Mapping[str, str]) -> dict[str, Any]:
        for row in self.rows:
            if all(str(row[name]).casefold() == value.casefold() for name, value in keys.items()):
                return row
        raise WmiError(WmiStatus.NOT_FOUND, "Not found")

    def get(self, keys: Mapping[str, str]) -> Instance:
        return Instance(self.wmi_class.name, self._find(keys))

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        row = self._find(keys)
        self.calls.append(("put", dict(keys), dict(changes)))
        row.update(changes)
        return Instance(self.wmi_class.name, row)

    async def invoke(
        self, keys: Mapping[str, str] | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        self.calls.append((method, None if keys is None else dict(keys), dict(arguments)))
        result = self.results.get(method, {"ReturnValue": 0})
        if isinstance(result, Exception):
            raise result
        return dict(await result() if callable(result) else result)


SERVICE = WmiClass(
    "Win32_Service",
    [
        Property("Name", key=True),
        Property("AcceptPause", CimType.BOOLEAN),
        Property("Caption"),
        Property("Description"),
        Property("ExitCode", CimType.UINT32),
        Property("InstallDate", CimType.DATETIME),
        Property("ProcessId", CimType.UINT32),
        Property("Started", CimType.BOOLEAN),
        Property("StartMode"),
        Property("StartName"),
        Property("State"),
    ],
    [
        Method("StartService"),
        Method("StopService"),
        Method("ChangeStartMode", [Property("StartMode")]),
        Method("Create", [Property("Name")], static=True),
    ],
    bases=("Win32_BaseService", "CIM_Service"),
)
SETTING = WmiClass(
    "IIsWebServerSetting",
    [
        Property("Name", key=True),
        Property("ServerComment", writable=True),
        Property("ServerAutoStart", CimType.BOOLEAN, writable=True),
        Property("ServerBindings", CimType.OBJECT, array=True, writable=True),
        Property("MimeTypes", array=True, writable=True),
        Property("MaxConnections", CimType.SINT32, writable=True),
        Property("Win32Error", CimType.SINT32),
        Property("Changed", CimType.DATETIME),
        Property("Owner", CimType.REFERENCE),
    ],
)
SERVER = WmiClass(
    "IIsWebServer",
    [Property("Name", key=True), Property("ServerState", CimType.SINT32)],
    [
        Method("Start", returns=False),
        Method("EnumThings", outputs=[Property("Things", array=True), Property("Last", CimType.DATETIME)]),
    ],
)
SYSTEM = WmiClass(
    "Win32_System", [Property("Caption"), Property("Booted", CimType.DATETIME)], [Method("Reboot")], singleton=True
)


def service(name: str, state: str = "Running", **more: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "AcceptPause": False,
        "Caption": f"{name} <service> & more",
        "Description": "",
        "ExitCode": 0,
        "InstallDate": None,
        "ProcessId": 864 if state == "Running" else 0,
        "Started": state == "Running",
        "StartMode": "Auto",
        "StartName": r"NT AUTHORITY\LocalService",
        "State": state,
        **more,
    }


class FakeProcess:
    """A command of the fake machine."""

    def __init__(self, work: Any) -> None:
        self._task = asyncio.get_running_loop().create_task(work)

    def __await__(self) -> Generator[Any, None, int]:
        return self._wait().__await__()

    async def _wait(self) -> int:
        try:
            return await asyncio.shield(self._task)
        except asyncio.CancelledError:
            if self._task.cancelled():
                return -1073741510
            raise

    def terminate(self) -> None:
        self._task.cancel()


class FakeMachine:
    """A machine with two services, two web sites, and the commands echo, sleep, cat, fail, big."""

    def __init__(self, name: str = "WEB01", clock: Clock | None = None, accounts: Sequence[Account] = ()) -> None:
        self.name = name
        self.clock = clock or RealClock(time.monotonic)
        self.accounts = tuple(accounts) or (ADMINISTRATOR, OPERATOR)
        self.powered = True
        self.winrm_runs = True
        self.oem_code_page = 437
        self.wmi = Repository()
        self.services = TableProvider(SERVICE, [service("W3SVC"), service("IISADMIN"), service("Alerter", "Stopped")])
        self.settings = TableProvider(
            SETTING,
            [
                {
                    "Name": "W3SVC/1",
                    "ServerComment": "Default Web Site",
                    "ServerAutoStart": True,
                    "ServerBindings": [
                        Instance("ServerBinding", {"IP": "", "Port": "80", "Hostname": ""}),
                        Instance("ServerBinding", {"IP": "10.0.0.1", "Port": "8080", "Hostname": "a&b"}),
                    ],
                    "MimeTypes": ["a", "b"],
                    "MaxConnections": -1,
                    "Changed": datetime(2013, 4, 15, 16, 28, 38, 376625, tzinfo=timezone.utc),
                    "Owner": ObjectPath("root/cimv2", "Win32_Service", {"Name": "W3SVC"}),
                },
                {"Name": "W3SVC/2", "ServerComment": "Intranet", "ServerAutoStart": False, "MaxConnections": 5},
            ],
        )
        self.servers = TableProvider(
            SERVER, [{"Name": "W3SVC/1", "ServerState": 2}, {"Name": "W3SVC/2", "ServerState": 4}]
        )
        self.system = TableProvider(
            SYSTEM, [{"Caption": "Box", "Booted": datetime(2013, 3, 11, 21, 28, 4, tzinfo=timezone.utc)}]
        )
        self.wmi.register("root/cimv2", self.services)
        self.wmi.register("root/cimv2", self.system)
        self.wmi.register("root/MicrosoftIISv2", self.settings)
        self.wmi.register("root/MicrosoftIISv2", self.servers)
        self.wmi.register_association(
            "root/cimv2",
            "Win32_DependentService",
            "Antecedent",
            "Dependent",
            lambda: [(_path("IISADMIN"), _path("W3SVC"))],
        )
        self.lines: list[str] = []
        self.serves_tls = True
        self._listeners: list[Callable[[bool], None]] = []
        self.control_actions: dict[str, Callable[..., Any]] = {"power": self.power}

    @property
    def listening(self) -> bool:
        return self.powered and self.winrm_runs

    def power(self, on: bool) -> str:
        self.powered = on
        for listener in self._listeners:
            listener(on)
        return "on" if on else "off"

    def on_power(self, callback: Callable[[bool], None]) -> None:
        self._listeners.append(callback)

    def describe(self) -> Mapping[str, Any]:
        return {"name": self.name, "services": {row["Name"]: row["State"] for row in self.services.rows}}

    def start_command(
        self,
        command_line: str,
        console: Console,
        environment: Mapping[str, str] | None = None,
        *,
        shell: bool = True,
        folder: str = "C:\\",
    ) -> FakeProcess:
        self.lines.append(command_line)
        return FakeProcess(self._run(command_line, console, dict(environment or {})))

    async def _run(self, line: str, console: Console, environment: dict[str, str]) -> int:
        name, _blank, rest = line.partition(" ")
        if name == "echo":
            console.write(f"{rest}\r\n")
        elif name == "sleep":
            await asyncio.sleep(float(rest))
            console.write("slept\r\n")
        elif name == "cat":
            while (typed := await console.read_line()) is not None:
                console.write(f"[{typed}]\r\n")
        elif name == "big":
            console.write("x" * int(rest))
        elif name == "env":
            console.write(environment.get(rest, ""))
        else:
            console.write_error(f"'{name}' is not recognized\r\n")
            return 1
        return 0


def _path(name: str) -> ObjectPath:
    return ObjectPath("root/cimv2", "Win32_Service", {"Name": name})
