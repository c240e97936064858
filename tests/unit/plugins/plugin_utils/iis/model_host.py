# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows host with IIS 6 as plain Python objects, for tests of the domain: no XML, no network, no time.

It implements the domain's WindowsHost. It knows only what the domain uses, and takes liberties with everything
else; the simulator is the honest one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from unit.plugins.plugin_utils.iis import scm_model
from unit.plugins.plugin_utils.iis.backup_model import MetaBack
from unit.plugins.plugin_utils.iis.program_model import SCRIPT, Programs
from unit.plugins.plugin_utils.iis.scm_model import ModelScm, ModelService, iis_services
from unit.plugins.plugin_utils.iis.site_model import (
    PAUSED,
    STARTED,
    STATE_NUMBERS,
    STOPPED,
    ModelSite,
    default_sites,
)
from unit.plugins.plugin_utils.iis.wql_model import select

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult, Instance, MethodResult

__all__ = ["METABASE", "PAUSED", "SCRIPT", "STARTED", "STOPPED", "Listener", "ModelHost", "ModelSite", "VirtualClock"]

METABASE = "D:\\WINNT\\system32\\inetsrv\\MetaBase.xml"
#: The methods that only read.
READS = {
    "EnumBackups",
    "GetBinaryValue",
    "GetCurrentMode",
    "GetDWORDValue",
    "GetExpandedStringValue",
    "GetMultiStringValue",
    "GetStringValue",
}
SITE_CLASSES = {
    "IIsWebServer": "w3svc",
    "IIsFtpServer": "msftpsvc",
    "IIsSmtpServer": "smtpsvc",
    "IIsNntpServer": "nntpsvc",
}
COUNTERS = {"W3SVC_": "http", "MSFTPSVC_": "ftp", "SMTPSVC_": "smtp", "NNTPSVC_": "nntp"}


class VirtualClock:
    """Time that passes only when somebody waits."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0, "waiting no time at all would never end"
        self.now += seconds


class Listener:
    """An operator who remembers what was said."""

    def __init__(self):
        self.said: list[str] = []
        self.warnings: list[str] = []

    def progress(self, message, reason=""):
        self.said.append(f"{message} ({reason})" if reason else message)

    def still(self, detail=""):
        """Nobody waits here."""

    def warn(self, message):
        self.warnings.append(message)


@dataclass
class ModelHost(Programs):
    """IIS 6 on a Server 2003 whose Windows is in D:\\WINNT. ``requests`` has a line for everything it was asked.

    ``sessions`` holds what the counters of a protocol read, or a list of what they read one time after another.
    ``unreachable`` is a span of time, ``boots_in`` how long a reboot takes (None: it never begins).
    """

    services: list[ModelService] = field(
        default_factory=lambda: iis_services(nntpsvc=ModelService("NntpSvc", ("IISADMIN",)))
    )
    sites: dict[str, ModelSite] = field(default_factory=default_sites)  # given as a list
    clock: VirtualClock = field(default_factory=VirtualClock)
    windows: str | None = "5.2.3790"
    sessions: dict[str, list[int] | int] = field(default_factory=lambda: {"http": 12})
    iisreset_enabled: bool = True
    iisreset_works: bool = True
    iisreset_answers: list[CommandResult] = field(default_factory=list)
    shutdown_answers: list[CommandResult] = field(default_factory=list)
    script_answers: list[CommandResult] = field(default_factory=list)
    script_found: bool = True
    put_works: bool = True
    recovery: dict[str, tuple[bytes, str | None]] = field(default_factory=dict)
    unreachable: tuple[float, float] = (0.0, 0.0)
    boots_in: float | None = 60.0
    booted_is_known: bool = True
    tells_the_time: bool = True
    metaback: MetaBack = field(default_factory=MetaBack)
    edit_while_running: int = 0
    dirty: bool = False
    file_writeable: bool = True
    file_size: int = 50_000
    file_time: datetime = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
    file_locked: bool = False

    def __post_init__(self):
        self.operator = Listener()
        self.requests: list[str] = []
        self.hooks = []
        self.scm = ModelScm(self.clock, self.services)
        self.sites = {site.key: site for site in self.sites}
        self.pools = {"DefaultAppPool": STARTED, "Shop": STOPPED}
        self.manual_pools: set[str] = set()
        self.iis5_configured = self.iis5_running = False
        self.current_mode: MethodResult | None = None  # what GetCurrentMode answers, if not the truth
        self.worker_processes = 1
        self.recycled = 0
        self.events: list[tuple[int, datetime, str]] = [(7, self.file_time - timedelta(hours=8), "An old failure.")]
        self.iisadmin_began: datetime | None = self.file_time - timedelta(days=3)
        self.error_copies: dict[str, datetime] = {}  # copies of edits that IIS rejected, by name
        self.booted = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
        self.uptime = 3 * 86400.0  # when it was made, or last booted
        self.up_since = self.clock.now
        self.clock_is_off = timedelta(0)  # what was set without LastBootUpTime moving along
        self.reboot_ends: float | None = None
        self.seen_states = dict(self.scm.states())

    # -- for tests -----------------------------------------------------------------------------------------------

    def context(self, check_mode=False):
        """What one run of a module is given. ``operator`` is that of the last one."""
        self.operator = Listener()
        return Context(self, self.clock, self.operator, check_mode)

    def add(self, *sites):
        self.sites.update({site.key: site for site in sites})

    def when(self, pattern, do, *, times=1, after=False):
        """Do something, or raise, at the next request whose line matches: before the host acts, or after it did."""

        def act(line):
            nonlocal times
            if times > 0:
                times -= 1
                if isinstance(do, Exception):
                    raise do
                do(line)

        self.hooks.append((re.compile(pattern), act, after))

    def set_clock(self, by, *, boot_time_follows=True):
        """Set the running clock ahead by so many seconds."""
        if boot_time_follows:
            self.booted += timedelta(seconds=by)
        else:
            self.clock_is_off += timedelta(seconds=by)

    def local_time(self):
        return self.booted + timedelta(seconds=self.uptime + self.clock.now - self.up_since) + self.clock_is_off

    def run_in_iis5_mode(self):
        """Everything runs as IIS 5.0 did it: HTTP SSL in inetinfo.exe with IISADMIN, and no w3wp.exe."""
        self.iis5_configured = self.iis5_running = True
        self.scm["HTTPFilter"].process_id = self.scm["IISADMIN"].process_id
        self.worker_processes = 0

    def changes(self):
        """The requests that may change something."""
        return [line for line in self.requests if not line.startswith(("SELECT", "ASSOCIATORS", "ask"))]

    @property
    def commands(self):
        """The command lines that were run."""
        return [line.removeprefix("run ") for line in self.requests if line.startswith("run ")]

    # -- WindowsHost ---------------------------------------------------------------------------------------------

    def query(self, namespace, wql, *, limit=None):
        assert (limit is not None) == ("Win32_NTLogEvent" in wql), "a log may be large"
        return self._request(wql, lambda: self._query(namespace, wql))

    def get(self, path):
        raise NotImplementedError

    def put_property(self, path, name, value):
        def put():
            if not self.put_works:
                raise Fault("unsupported", codes=[2150858771])
            self.write(path, name, value)

        self._request(f"put_property {path.class_name} {name}={value}", put)

    def ask(self, path, method, arguments=None):
        assert method in READS, f"{method} changes something"
        line = f"ask {method} {path.keys.get('Name')}"
        return self._request(line, lambda: self.call(path, method, arguments or {}))

    def invoke(self, path, method, arguments=None):
        assert method not in READS, f"{method} only reads"
        line = f"invoke {method} {path.keys.get('Name')}"
        return self._request(line, lambda: self.call(path, method, arguments or {}))

    def run(self, program, *arguments, timeout):
        do = getattr(self, program.removesuffix(".exe"))
        return self._request(" ".join(("run", program, *arguments)), lambda: do(*arguments))

    def reconnect(self):
        self.requests.append("reconnect")

    # -- what is done with a request -----------------------------------------------------------------------------

    def _request(self, line, do):
        begin, end = self.unreachable
        if begin <= self.clock.now < end:
            raise HostUnreachable("connection refused")
        if self.reboot_ends is not None:
            if self.clock.now < self.reboot_ends:
                raise HostUnreachable("connection refused")
            self.boot()
        self.follow_services()
        self.requests.append(line)
        self._call_hooks(line, after=False)
        answer = do()
        self.follow_services()
        self._call_hooks(line, after=True)
        return answer

    def _call_hooks(self, line, *, after):
        for pattern, act, acts_after in self.hooks:
            if acts_after == after and pattern.search(line):
                act(line)

    def _query(self, namespace, wql):
        associators = re.match(r"ASSOCIATORS OF \{Win32_Service\.Name='(.+)'\} WHERE .* Role=(\w+)", wql)
        if associators:
            name, role = associators.groups()
            needs = (self.scm[needed] for needed in self.scm[name].needs)
            found = self.scm.dependents(name) if role == "Antecedent" else needs
            return [Instance(service_row(it), "Win32_SystemDriver" if it.driver else "Win32_Service") for it in found]
        class_name, rows = select(wql, self.rows)
        assert namespace == ("root/MicrosoftIISv2" if class_name.startswith("IIs") else "root/cimv2")
        return [Instance(row) for row in rows]

    def call(self, path, method, arguments):
        name = path.keys.get("Name", "")
        if path.class_name == "Win32_Service":
            return MethodResult(self.scm.call(name, method, arguments), Instance({}))
        if path.class_name == "StdRegProv":
            return self.registry(method, arguments)
        if method == "GetCurrentMode":
            if self.scm["W3SVC"].state == scm_model.STOPPED:
                raise Fault("not active", codes=[2150859010, 0x80070426])
            return self.current_mode or MethodResult(0 if self.iis5_running else 1, Instance({}))
        if path.class_name == "IIsComputer" and method != "SaveData":
            assert name == "LM"
            return self.metaback.invoke(method, arguments)
        if method == "SaveData":
            self.save()
        elif path.class_name == "IIsApplicationPool":
            self.pools[name.removeprefix("W3SVC/AppPools/")] = STOPPED if method == "Stop" else STARTED
            self.recycled += method == "Recycle"
        else:
            self.order(name, method)
        return MethodResult(None, Instance({}))

    def write(self, path, name, value):
        if name == "IIs5IsolationModeEnabled":
            self.iis5_configured = value
        elif name == "AppPoolAutoStart":
            pool = path.keys["Name"].removeprefix("W3SVC/AppPools/")
            self.manual_pools = self.manual_pools - {pool} if value else self.manual_pools | {pool}
        else:
            assert name == "ServerAutoStart"
            self.sites[path.keys["Name"]].auto_start = value
        self.dirty = True

    def registry(self, method, arguments):
        service = arguments["sSubKeyName"].rpartition("\\")[2].lower()
        blob, command = self.recovery.get(service, (b"", None))
        if method == "GetBinaryValue" and blob:
            return MethodResult(0, Instance({"uValue": [str(byte) for byte in blob]}))
        if method == "GetExpandedStringValue" and command:
            return MethodResult(0, Instance({"sValue": command}))
        return MethodResult(1, Instance({}))

    # -- IIS -----------------------------------------------------------------------------------------------------

    def save(self):
        if self.file_locked:
            number, when = len(self.events) + 100, self.file_time + timedelta(seconds=60)
            self.events.append((number, when, "An error occurred while saving. ErrorCode : 0x80070020"))
        elif self.dirty:
            self.dirty = False
            self.file_size += 12
            self.file_time += timedelta(seconds=90)

    def order(self, key, method):
        site = self.sites[key]
        if self.scm[site.service].state != scm_model.RUNNING:
            raise Fault("not active", codes=[0x80070426])
        site.order(method, [other for other in self.sites.values() if other.service == site.service])
        self.dirty = True

    def follow_services(self):
        """A site is up only while its service is; it comes back when it is set to."""
        now = self.scm.states()
        bounced = self.scm.bounced()
        for site in self.sites.values():
            site.follow(self.seen_states.get(site.service), now.get(site.service), site.service in bounced)
        self.seen_states = dict(now)

    def boot(self):
        booted = self.local_time() - timedelta(seconds=self.clock.now - self.reboot_ends)
        self.booted, self.uptime, self.up_since = booted - self.clock_is_off, 0.0, self.reboot_ends
        self.reboot_ends = None
        for service in self.scm.services.values():
            service.state, service.process_id = scm_model.STOPPED, 0
        self.follow_services()
        for service in self.scm.services.values():
            if service.start_mode == "Auto" and service.state == scm_model.STOPPED:
                self.scm.start(service)

    # -- rows ----------------------------------------------------------------------------------------------------

    def rows(self, class_name):
        if class_name.startswith("IIs"):
            return self.iis_rows(class_name)
        if class_name.startswith("Win32_Perf"):
            return self.counter_rows(class_name)
        return {
            "Win32_OperatingSystem": self.system_rows,
            "Win32_Service": lambda: [service_row(it) for it in self.scm.services.values() if not it.driver],
            "CIM_DataFile": self.file_rows,
            "Win32_NTLogEvent": self.event_rows,
            "Win32_Process": self.process_rows,
        }[class_name]()

    def iis_rows(self, class_name):
        if "IISADMIN" in self.scm and self.scm["IISADMIN"].state != scm_model.RUNNING:
            raise Fault("IISADMIN is down", codes=[0x80070426])
        service = SITE_CLASSES.get(class_name.removesuffix("Setting"))
        if service:
            row = ModelSite.setting_row if class_name.endswith("Setting") else ModelSite.row
            return [row(site) for site in self.sites.values() if site.service == service]
        return {
            "IIsWebInfo": lambda: [{"Name": "W3SVC/Info", "MajorIIsVersionNumber": "6", "MinorIIsVersionNumber": "0"}],
            "IIsApplicationPoolSetting": self.pool_rows,
            "IIsComputerSetting": self.computer_rows,
            "IIsWebServiceSetting": lambda: [
                {"Name": "W3SVC", "IIs5IsolationModeEnabled": str(self.iis5_configured).lower()}
            ],
        }[class_name]()

    def pool_rows(self):
        return [
            {
                "Name": f"W3SVC/AppPools/{name}",
                "AppPoolState": STATE_NUMBERS[state],
                "AppPoolAutoStart": str(name not in self.manual_pools).lower(),
            }
            for name, state in self.pools.items()
        ]

    def computer_rows(self):
        return [
            {
                "Name": "LM",
                "EnableEditWhileRunning": str(self.edit_while_running),
                "EnableHistory": "1",
                "MaxHistoryFiles": "10",
            }
        ]

    def counter_rows(self, class_name):
        protocol = next(name for part, name in COUNTERS.items() if part in class_name.upper())
        if protocol not in self.sessions:
            raise Fault("no such class", codes=[0x80041010])
        count = self.sessions[protocol]
        if isinstance(count, list):
            count = count.pop(0) if len(count) > 1 else count[0]
        return [
            {
                "Name": "_Total",
                "CurrentConnections": str(count),
                "InboundConnectionsCurrent": str(count),
                "OutboundConnectionsCurrent": "0",
            }
        ]

    def system_rows(self):
        return [
            {
                "Version": self.windows,
                "SystemDirectory": "D:\\WINNT\\system32",
                "LastBootUpTime": self.booted if self.booted_is_known else None,
                "LocalDateTime": self.local_time() if self.tells_the_time else None,
            }
        ]

    def file_rows(self):
        files = [
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
        folder = "\\WINNT\\system32\\inetsrv\\History\\"
        for name, made_at in self.error_copies.items():
            files.append({"Name": f"d:{folder}{name}".lower(), "Path": folder, "LastModified": made_at})
        return [{"Drive": "d:", "FileName": "", "Extension": "", **row} for row in files]

    def process_rows(self):
        workers = [
            {
                "Name": "w3wp.exe",
                "Handle": str(9000 + 100 * self.recycled + number),
                "CommandLine": 'c:\\winnt\\system32\\inetsrv\\w3wp.exe -a \\\\.\\pipe\\iisipm -ap "DefaultAppPool"',
            }
            for number in range(self.worker_processes)
        ]
        admin = self.scm["IISADMIN"].process_id
        inetinfo = {"Name": "inetinfo.exe", "Handle": str(admin), "CreationDate": self.iisadmin_began}
        return [{**row, "ProcessId": row["Handle"]} for row in (inetinfo, *workers)]

    def event_rows(self):
        return [
            {
                "Logfile": "System",
                "EventCode": "51228",
                "RecordNumber": str(number),
                "TimeGenerated": when.replace(microsecond=0),
                "Message": text,
            }
            for number, when, text in self.events
        ]


def service_row(service):
    return {
        "Name": service.name,
        "DisplayName": service.display_name or service.name,
        "State": service.state,
        "StartMode": service.start_mode,
        "AcceptPause": str(service.accepts_pause and service.state == scm_model.RUNNING).lower(),
        "AcceptStop": str(service.accepts_stop and service.state == scm_model.RUNNING).lower(),
        "ExitCode": str(service.exit_code),
        "ServiceSpecificExitCode": "0",
        "ProcessId": str(service.process_id),
    }
