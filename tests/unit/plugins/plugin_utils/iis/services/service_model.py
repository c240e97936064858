# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows Server 2003 host with IIS 6 as plain Python objects: what the domain of services asks of a host."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from unit.plugins.plugin_utils.iis.services.scm_model import (
    PAUSED,
    RUNNING,
    STOPPED,
    ModelScm,
    ModelService,
    VirtualClock,
)

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    Fault,
    HostUnreachable,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult, Instance, MethodResult

DISABLED_TEXT = "IISReset ist deaktiviert. (2147946709, 800710d5)"
TIMEOUT_TEXT = "Stop attempt failed.\nDer Dienst antwortete nicht rechtzeitig. (2147943453, 8007041d)"
BUSY_TEXT = "Restart attempt failed.\n(2147943461, 80070425)"

SITE_CLASSES = {"iiswebserver": "w3svc", "iisftpserver": "msftpsvc", "iissmtpserver": "smtpsvc"}
SITE_STATES = {"started": 2, "stopped": 4, "paused": 6}


def iis_services(**changes):
    """The services of a plain host: ``iis_services(smtpsvc={"state": STOPPED})``."""
    services = {
        "rpcss": ModelService("RpcSs", accepts_pause=False, accepts_stop=False),
        "http": ModelService("HTTP", driver=True),
        "iisadmin": ModelService("IISADMIN", ("RpcSs",), display_name="IIS Admin Service", accepts_pause=False),
        "httpfilter": ModelService("HTTPFilter", ("HTTP",), display_name="HTTP SSL"),
        "w3svc": ModelService(
            "W3SVC", ("RpcSs", "HTTPFilter", "IISADMIN"), display_name="World Wide Web Publishing Service"
        ),
        "msftpsvc": ModelService("MSFTPSVC", ("IISADMIN",), display_name="FTP Publishing Service"),
        "smtpsvc": ModelService("SMTPSVC", ("IISADMIN",), display_name="Simple Mail Transfer Protocol (SMTP)"),
    }
    for name, change in changes.items():
        if change is None:
            del services[name]
        elif isinstance(change, ModelService):
            services[name] = change
        else:
            for attribute, value in change.items():
                setattr(services[name], attribute, value)
    return list(services.values())


@dataclass
class ModelSite:
    key: str
    name: str
    state: str = "started"
    auto_start: bool = True
    broken: bool = False

    @property
    def service(self):
        return self.key.partition("/")[0].lower()


class Listener:
    def __init__(self):
        self.said: list[str] = []
        self.warnings: list[str] = []

    def progress(self, message):
        self.said.append(message)

    def warn(self, message):
        self.warnings.append(message)


@dataclass
class ModelHost:
    """Implements WindowsHost. ``asked`` is every request; ``lost`` are requests (a part of their text) to cut."""

    services: list[ModelService]
    sites: list[ModelSite] = field(default_factory=list)
    clock: VirtualClock = field(default_factory=VirtualClock)
    sessions: dict[str, list[int] | int] = field(default_factory=dict)
    iisreset_enabled: bool = True
    iisreset_works: bool = True
    iisreset_answers: list[CommandResult] = field(default_factory=list)
    recovery: dict[str, tuple[bytes, str | None]] = field(default_factory=dict)
    lost: dict[str, Exception] = field(default_factory=dict)
    unreachable: tuple[float, float] = (0.0, 0.0)
    boots_in: float | None = 60.0

    def __post_init__(self):
        self.scm = ModelScm(self.clock, self.services)
        self.asked: list[str] = []
        self.commands: list[str] = []
        self.reconnects = 0
        self.booted = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
        self.reboot_ends: float | None = None
        self.seen_states = dict(self.scm.states())

    # -- WindowsHost ---------------------------------------------------------------------------------------------

    def query(self, namespace, wql):
        self.note(f"query {wql}")
        match = re.match(r"ASSOCIATORS OF \{Win32_Service\.Name='(.+)'\} WHERE .* Role=(\w+)", wql)
        if match:
            return self.associators(*match.groups())
        class_name = re.search(r"FROM (\w+)", wql)[1].lower()
        if class_name == "win32_service":
            process = re.search(r"ProcessId=(\d+)", wql)
            if process:
                return [self.service_row(it) for it in self.services if it.process_id == int(process[1])]
            names = {name.lower() for name in re.findall(r"Name='([^']+)'", wql)}
            return [self.service_row(it) for it in self.scm.services.values() if it.name.lower() in names]
        if class_name == "win32_operatingsystem":
            return [Instance({"LastBootUpTime": self.booted, "Version": "5.2.3790"})]
        if class_name.startswith("win32_perf"):
            return self.counters(class_name)
        return self.site_rows(class_name, wql)

    def ask(self, path, method, arguments=None):
        return self.invoke(path, method, arguments)

    def invoke(self, path, method, arguments=None):
        self.note(f"invoke {path.class_name} {method}")
        name = path.keys.get("Name", "")
        if path.class_name == "Win32_Service":
            lost = self.lost.pop(f"{method} {name}", None)
            if isinstance(lost, HostUnreachable):
                raise lost
            answer = self.scm.call(name, method, arguments)
            if lost:
                raise lost
            return MethodResult(answer, Instance({}))
        if path.class_name == "StdRegProv":
            return self.registry(method, arguments)
        site = next(site for site in self.sites if site.key == name)
        if site.broken and method == "Start":
            raise Fault("taken", codes=[0x80070034])
        site.auto_start = {"Start": True, "Stop": False}.get(method, site.auto_start)
        site.state = {"Start": "started", "Stop": "stopped", "Pause": "paused", "Continue": "started"}[method]
        return MethodResult(None, Instance({}))

    def put_property(self, path, name, value):
        self.note(f"put {name}")
        next(site for site in self.sites if site.key == path.keys["Name"]).auto_start = value

    def run(self, program, *arguments, timeout):
        self.note(f"run {program}")
        command = " ".join((program, *arguments))
        self.commands.append(command)
        lost = self.lost.pop(command.split(" /TIMEOUT", maxsplit=1)[0], None)
        result = {"iisreset": self.iisreset, "sc": self.sc, "shutdown": self.shutdown}[program](*arguments)
        self.follow_services()
        if lost:
            raise lost
        return result

    def reconnect(self):
        self.reconnects += 1

    # -- parts ---------------------------------------------------------------------------------------------------

    def note(self, what):
        begin, end = self.unreachable
        if begin <= self.clock.now < end:
            raise HostUnreachable("connection refused")
        if self.reboot_ends is not None:
            if self.clock.now < self.reboot_ends:
                raise HostUnreachable("connection refused")
            self.boot()
        self.follow_services()
        self.asked.append(what)

    def follow_services(self):
        """A site is up only while its service is; it comes back when it is set to."""
        now = self.scm.states()
        for site in self.sites:
            before, after = self.seen_states.get(site.service), now.get(site.service)
            if after not in (RUNNING, PAUSED):
                site.state = "stopped"
            elif after == RUNNING and (before != RUNNING or site.service in self.bounced()):
                site.state = "started" if site.auto_start and not site.broken else "stopped"
        self.seen_states = dict(now)

    def bounced(self):
        """The services that went down and up again while nobody looked."""
        seen = {name.lower() for verb, name in self.scm.log if verb == "stopped"}
        self.scm.log = [(verb if verb != "stopped" else "was stopped", name) for verb, name in self.scm.log]
        return seen

    def service_row(self, service):
        self.scm.tick()
        return Instance(
            {
                "Name": service.name,
                "DisplayName": service.display_name or service.name,
                "State": service.state,
                "StartMode": service.start_mode,
                "AcceptPause": str(service.accepts_pause and service.state == RUNNING).lower(),
                "AcceptStop": str(service.accepts_stop and service.state == RUNNING).lower(),
                "ExitCode": str(service.exit_code),
                "ServiceSpecificExitCode": "0",
                "ProcessId": str(service.process_id),
            },
            "Win32_SystemDriver" if service.driver else "Win32_Service",
        )

    def associators(self, name, role):
        if role == "Antecedent":
            return [self.service_row(other) for other in self.scm.dependents(name)]
        return [self.service_row(self.scm[needed]) for needed in self.scm[name].needs]

    def counters(self, class_name):
        for protocol, part in {"http": "w3svc_", "ftp": "msftpsvc_", "smtp": "smtpsvc_", "nntp": "nntpsvc_"}.items():
            if part in class_name:
                if protocol not in self.sessions:
                    raise Fault("no such class", codes=[0x80041010])
                count = self.sessions[protocol]
                number = count.pop(0) if isinstance(count, list) and len(count) > 1 else count
                number = number[0] if isinstance(number, list) else number
                return [
                    Instance(
                        {
                            "CurrentConnections": str(number),
                            "InboundConnectionsCurrent": str(number),
                            "OutboundConnectionsCurrent": "0",
                        }
                    )
                ]
        raise AssertionError(class_name)

    def site_rows(self, class_name, wql):
        if self.scm["IISADMIN"].state != RUNNING:
            raise Fault("IISADMIN is down", codes=[0x80070426])
        service = SITE_CLASSES[class_name.removesuffix("setting")]
        wanted = re.search(r"Name='([^']+)'", wql)
        return [
            Instance(
                {
                    "Name": site.key,
                    "ServerComment": site.name,
                    "ServerAutoStart": str(site.auto_start).lower(),
                    "ServerState": str(SITE_STATES[site.state]),
                }
            )
            for site in self.sites
            if site.service == service and (not wanted or site.key == wanted[1])
        ]

    def registry(self, method, arguments):
        service = arguments["sSubKeyName"].rpartition("\\")[2].lower()
        blob, command = self.recovery.get(service, (b"", None))
        if method == "GetBinaryValue" and blob:
            return MethodResult(0, Instance({"uValue": [str(byte) for byte in blob]}))
        if method == "GetExpandedStringValue" and command:
            return MethodResult(0, Instance({"sValue": command}))
        return MethodResult(1, Instance({}))

    def iisreset(self, *switches):
        if self.iisreset_answers and switches[0] != "/STATUS":
            return self.iisreset_answers.pop(0)
        if switches[0] in ("/ENABLE", "/DISABLE"):
            self.iisreset_enabled = self.iisreset_works == (switches[0] == "/ENABLE")
            return CommandResult(0, "erledigt", "")
        if not self.iisreset_enabled:
            return CommandResult(1, DISABLED_TEXT, "")
        if switches[0] == "/STATUS":
            return CommandResult(0, "Status for IIS Admin Service ( IISADMIN ) : Running", "")
        if switches[0] == "/REBOOT":
            return self.shutdown()
        limit = next((int(switch[9:]) for switch in switches if switch.startswith("/TIMEOUT:")), 20)
        if switches[0] in ("/STOP", "/RESTART") and not self.scm.stop_tree(self.scm["IISADMIN"], limit):
            return CommandResult(1, TIMEOUT_TEXT, "")
        if switches[0] in ("/START", "/RESTART") and not self.scm.start_automatic():
            return CommandResult(1, "Start attempt failed. (2147943458, 80070422)", "")
        return CommandResult(0, "fertig", "")

    def sc(self, verb, name, *pairs):
        options = dict(zip(pairs[::2], pairs[1::2], strict=True))
        words = options["actions="].split("/") if options["actions="] else []
        kinds = {"": 0, "restart": 1, "reboot": 2, "run": 3}
        actions = b"".join(
            struct.pack("<II", kinds[kind], int(delay)) for kind, delay in zip(words[::2], words[1::2], strict=True)
        )
        old_command = self.recovery.get(name.lower(), (b"", None))[1]
        blob = struct.pack("<5I", int(options["reset="]), 0, 0, len(words) // 2, 20) + actions
        self.recovery[name.lower()] = (blob, options.get("command=", old_command))
        return CommandResult(0, "[SC] ChangeServiceConfig2 SUCCESS", "")

    def shutdown(self, *_switches):
        if self.boots_in is not None:
            self.reboot_ends = self.clock.now + self.boots_in
        return CommandResult(0, "", "")

    def boot(self):
        self.reboot_ends = None
        self.booted += timedelta(hours=5)
        for service in self.scm.services.values():
            service.state, service.process_id = STOPPED, 0
        for site in self.sites:
            site.state = "stopped"
        self.seen_states = dict(self.scm.states())
        for service in self.scm.services.values():
            if service.start_mode == "Auto" and service.state == STOPPED:
                self.scm.start(service)


def context_of(host, *, check_mode=False):
    return Context(host, host.clock, Listener(), check_mode)
