# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows host with IIS 6 as plain Python objects, for tests of the domain: no XML, no network, no time.

It implements the domain's WindowsHost. It knows only what the domain uses, and takes liberties with everything
else; the simulator is the honest one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import (
    CommandResult,
    Instance,
    MethodResult,
    ObjectPath,
)

METABASE = "D:\\WINNT\\system32\\inetsrv\\MetaBase.xml"
SCRIPT = "D:\\Inetpub\\AdminScripts\\adsutil.vbs"
STARTED, STOPPED, PAUSED = 2, 4, 6
METHODS = {"Start": STARTED, "Stop": STOPPED, "Pause": PAUSED, "Continue": STARTED}
ALLOWED = {"Start": {STOPPED}, "Stop": {STARTED}, "Pause": {STARTED}, "Continue": {PAUSED}}
DUP_NAME = 0x80070034


class VirtualClock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0, "waiting no time at all would never end"
        self.now += seconds


class Listener:
    """An operator who remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.warnings: list[str] = []

    def progress(self, message: str) -> None:
        self.said.append(message)

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@dataclass
class ModelSite:
    """A virtual server. ``way`` holds states that are read before ``state`` is reached."""

    name: str | None
    state: int = STARTED
    auto_start: bool = True
    bindings: list[str] = field(default_factory=lambda: [":80:"])
    secure: list[str] = field(default_factory=list)
    win32_error: int = 0
    way: list[int] = field(default_factory=list)

    def read_state(self) -> int:
        return self.way.pop(0) if self.way else self.state


class ModelHost:
    """IIS 6 on a Server 2003 whose Windows is in D:\\WINNT."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.operator = Listener()
        self.requests: list[str] = []
        self.windows = "5.2.3790"
        self.services = {name: ["Running", "Auto"] for name in ("IISADMIN", "W3SVC", "MSFTPSVC", "SMTPSVC", "NntpSvc")}
        self.sites: dict[str, ModelSite] = {
            "W3SVC/1": ModelSite("Default Web Site"),
            "W3SVC/2": ModelSite("Shop", bindings=["10.0.0.1:8080:shop.example"], secure=["10.0.0.1:443:"]),
            "MSFTPSVC/1": ModelSite("Default FTP Site", bindings=[":21:"]),
            "SmtpSvc/1": ModelSite("Default SMTP Virtual Server", bindings=[":25:"]),
        }
        self.pools = {"DefaultAppPool": STARTED, "Shop": STOPPED}
        self.iis5_configured = True
        self.iis5_running = True
        self.dirty = False
        self.edit_while_running = 0
        self.file_writeable = True
        self.file_size = 50_000
        self.file_time = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
        self.file_locked = False
        self.events: list[tuple[int, str]] = [(7, "An old failure.")]
        self.backups: dict[str, list[int]] = {}
        self.index_name = "IndexIn"
        self.script_found = True
        self.put_alone_works = True
        self.put_whole_works = True
        self.script_answers: list[CommandResult] = []
        self.hooks: list[tuple[re.Pattern[str], Callable[[str], None]]] = []

    # --- for tests -------------------------------------------------------------------------------

    def context(self, check_mode: bool = False) -> Context:
        return Context(self, self.clock, self.operator, check_mode)

    def when(self, pattern: str, do: Callable[[str], None] | Exception, times: int = 1) -> None:
        """Do something, or raise, at the next request whose line in ``requests`` matches."""

        def act(line: str) -> None:
            nonlocal times
            if times > 0:
                times -= 1
                if isinstance(do, Exception):
                    raise do
                do(line)

        self.hooks.append((re.compile(pattern), act))

    def service_of(self, key: str) -> str:
        prefix = key.split("/", maxsplit=1)[0].lower()
        return {"w3svc": "W3SVC", "msftpsvc": "MSFTPSVC", "smtpsvc": "SMTPSVC", "nntpsvc": "NntpSvc"}[prefix]

    def changes(self) -> list[str]:
        return [
            line for line in self.requests if not line.startswith(("SELECT", "ASSOCIATORS", "invoke GetCurrentMode"))
        ]

    # --- WindowsHost -----------------------------------------------------------------------------

    def query(self, namespace: str, wql: str) -> list[Instance]:
        self._request(wql)
        if wql.startswith("ASSOCIATORS OF {Win32_Service.Name='IISADMIN'}"):
            return [Instance(row, "Win32_Service") for row in self._services() if row["Name"] != "IISADMIN"]
        select = re.fullmatch(r"SELECT ([\w, ]+) FROM (\w+)(?: WHERE (.*))?", wql, re.DOTALL)
        assert select is not None, f"not a WQL query: {wql}"
        columns = select[1].split(", ")
        assert namespace == ("root/MicrosoftIISv2" if select[2].startswith("IIs") else "root/cimv2")
        alternatives = parse_where(select[3] or "")
        rows = [
            row
            for row in self._rows(select[2])
            if any(all(same(row[name], value) for name, value in conditions) for conditions in alternatives)
        ]
        return [Instance({name: row.get(name) for name in columns}) for row in rows]

    def get(self, path: ObjectPath) -> Instance:
        raise NotImplementedError

    def put_property(self, path: ObjectPath, name: str, value: Any) -> None:
        self._request(f"put_property {path.class_name} {name}={value}")
        if not self.put_alone_works:
            raise Fault("unsupported", codes=[2150858771])
        self._write(path, name, value)

    def put(self, path: ObjectPath, properties: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def put_back(self, path: ObjectPath, changes: Mapping[str, Any]) -> None:
        self._request(f"put_back {path.class_name} {dict(changes)}")
        if self.put_whole_works:
            for name, value in changes.items():
                self._write(path, name, value)

    def ask(self, path: ObjectPath, method: str, arguments: Mapping[str, Any] | None = None) -> MethodResult:
        return self.invoke(path, method, arguments)

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Any] | None = None) -> MethodResult:
        self._request(f"invoke {method} {path.keys.get('Name')}")
        if method == "GetCurrentMode":
            if self.services["W3SVC"][0] == "Stopped":
                raise Fault("not active", codes=[2150859010, 0x80070426])
            return MethodResult(0 if self.iis5_running else 1, Instance({}))
        if method == "SaveData":
            self.save()
        elif method == "BackupWithPassword":
            versions = self.backups.setdefault((arguments or {})["BackupLocation"], [])
            versions.append(len(versions))
        elif method == "EnumBackups":
            versions = self.backups.get((arguments or {})["BackupLocation"], [])
            if self.index_name not in (arguments or {}):
                raise Fault("not the schema", codes=[2150858817])
            index = (arguments or {})[self.index_name]
            if index >= len(versions):
                raise Fault("no more", codes=[0x80070103])
            return MethodResult(None, Instance({"BackupVersionOut": str(versions[index])}))
        elif path.class_name == "IIsApplicationPool":
            self.pools[path.keys["Name"].removeprefix("W3SVC/AppPools/")] = STOPPED if method == "Stop" else STARTED
        else:
            self.order(path.keys["Name"], method)
        return MethodResult(None, Instance({}))

    def run(self, program: str, *arguments: str, timeout: float) -> CommandResult:
        self._request(f"run {program} {' '.join(arguments)}")
        assert arguments[:2] == ("//nologo", SCRIPT)
        if self.script_answers:
            return self.script_answers.pop(0)
        verb, target, *value = arguments[2:]
        if verb == "SET":
            key, name = target.rsplit("/", 1)
            self._write(ObjectPath("", "", {"Name": key}), name, value[0] == "TRUE")
        else:
            self.order(target, verb.removesuffix("_SERVER").capitalize())
        return CommandResult(0, "done", "")

    def reconnect(self) -> None:
        self._request("reconnect")

    # --- IIS -------------------------------------------------------------------------------------

    def save(self) -> None:
        if self.file_locked:
            self.events.append((len(self.events) + 100, "An error occurred while saving. ErrorCode : 0x80070020"))
        elif self.dirty:
            self.dirty = False
            self.file_size += 12
            self.file_time += timedelta(seconds=90)

    def order(self, key: str, method: str) -> None:
        site = self.sites[key]
        site.win32_error = 0
        if self.services[self.service_of(key)][0] != "Running":
            raise Fault("not active", codes=[0x80070426])
        if site.state not in ALLOWED[method]:
            raise Fault("wrong state", codes=[0x80070425])
        if method == "Start" and self.clashes(key):
            site.win32_error = DUP_NAME & 0xFFFF
            raise Fault("dup", codes=[2150859010, DUP_NAME])
        site.state = METHODS[method]
        if method in ("Start", "Stop"):
            site.auto_start = method == "Start"
        self.dirty = True

    def clashes(self, key: str) -> bool:
        mine = self.sites[key]
        return any(
            other is not mine and other.state != STOPPED and set(other.bindings) & set(mine.bindings)
            for other_key, other in self.sites.items()
            if self.service_of(other_key) == self.service_of(key)
        )

    def _request(self, line: str) -> None:
        self.requests.append(line)
        for pattern, act in self.hooks:
            if pattern.search(line):
                act(line)

    def _write(self, path: ObjectPath, name: str, value: bool) -> None:
        if name == "IIs5IsolationModeEnabled":
            self.iis5_configured = value
        else:
            assert name == "ServerAutoStart"
            self.sites[path.keys["Name"]].auto_start = value
        self.dirty = True

    def _rows(self, class_name: str) -> list[dict[str, Any]]:
        prefixes = {"IIsWeb": "w3svc/", "IIsFtp": "msftpsvc/", "IIsSmt": "smtpsvc/", "IIsNnt": "nntpsvc/"}
        if re.fullmatch(r"IIs\w+Server(Setting)?", class_name):
            mine = [key for key in self.sites if key.lower().startswith(prefixes[class_name[:6]])]
            row = self._setting if class_name.endswith("Setting") else self._server
            return [row(key) for key in mine]
        return {
            "Win32_OperatingSystem": self._system,
            "Win32_Service": self._services,
            "IIsWebInfo": lambda: [{"Name": "W3SVC/Info", "MajorIIsVersionNumber": "6", "MinorIIsVersionNumber": "0"}],
            "Win32_PerfRawData_W3SVC_WebService": lambda: [{"Name": "_Total", "CurrentConnections": "12"}],
            "IIsApplicationPoolSetting": lambda: [
                {"Name": f"W3SVC/AppPools/{name}", "AppPoolState": str(state), "AppPoolAutoStart": "true"}
                for name, state in self.pools.items()
            ],
            "CIM_DataFile": self._files,
            "Win32_NTLogEvent": self._events,
            "IIsComputerSetting": lambda: [
                {
                    "Name": "LM",
                    "EnableEditWhileRunning": str(self.edit_while_running),
                    "EnableHistory": "1",
                    "MaxHistoryFiles": "10",
                }
            ],
            "IIsWebServiceSetting": lambda: [
                {"Name": "W3SVC", "IIs5IsolationModeEnabled": str(self.iis5_configured).lower()}
            ],
        }.get(class_name, list)()

    def _services(self) -> list[dict[str, Any]]:
        return [{"Name": name, "State": state, "StartMode": mode} for name, (state, mode) in self.services.items()]

    def _server(self, key: str) -> dict[str, Any]:
        return {"Name": key, "ServerState": str(self.sites[key].read_state())}

    def _setting(self, key: str) -> dict[str, Any]:
        site = self.sites[key]
        return {
            "Name": key,
            "ServerComment": site.name,
            "ServerAutoStart": str(site.auto_start).lower(),
            "Win32Error": str(site.win32_error),
            "ServerBindings": [embedded(text) for text in site.bindings],
            "SecureBindings": [embedded(text) for text in site.secure],
        }

    def _system(self) -> list[dict[str, Any]]:
        return [{"Version": self.windows, "SystemDirectory": "D:\\WINNT\\system32"}]

    def _files(self) -> list[dict[str, Any]]:
        files: list[dict[str, Any]] = [
            {
                "Name": METABASE,
                "FileSize": str(self.file_size),
                "LastModified": self.file_time,
                "Writeable": str(self.file_writeable).lower(),
                "Path": "\\winnt\\system32\\inetsrv\\",
                "FileName": "MetaBase",
                "Extension": "xml",
            }
        ]
        if self.script_found:
            folder = "\\inetpub\\adminscripts\\"
            files.append({"Name": SCRIPT, "Path": folder, "FileName": "adsutil", "Extension": "vbs"})
        return files

    def _events(self) -> list[dict[str, Any]]:
        when = datetime(2026, 3, 1, tzinfo=timezone.utc)
        return [
            {
                "Logfile": "System",
                "EventCode": "51228",
                "RecordNumber": str(number),
                "TimeGenerated": when,
                "Message": text,
            }
            for number, text in self.events
        ]


def embedded(text: str) -> Instance:
    """A ServerBinding or SecureBinding from ``ip:port:host``."""
    ip, port, host = text.split(":")
    return Instance({"IP": ip, "Port": port, "Hostname": host})


def parse_conditions(text: str) -> list[tuple[str, str]]:
    """Take the conditions of a WHERE clause without OR."""
    (conditions,) = parse_where(text)
    return conditions


def parse_where(text: str) -> list[list[tuple[str, str]]]:
    """Split ``A='x' AND B=1 OR C='y'`` the way WMI reads it, so that a name that escapes its quotes shows."""
    alternatives: list[list[tuple[str, str]]] = [[]]
    at = 0
    pattern = re.compile(r"(\w+)=(?:'((?:[^'\\]|\\.)*)'|(\d+))( AND | OR |$)", re.DOTALL)
    while at < len(text):
        match = pattern.match(text, at)
        assert match is not None, f"not a condition: {text[at:]}"
        value = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2], flags=re.DOTALL)
        alternatives[-1].append((match[1], value))
        if match[4] == " OR ":
            alternatives.append([])
        at = match.end()
    return alternatives


def same(mine: Any, wanted: str) -> bool:
    """Compare as WQL does: without case, and NULL equals nothing."""
    return mine is not None and str(mine).casefold() == wanted.casefold()
