# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows host with IIS 7 or later as plain Python objects, for tests of the domain.

It has root/WebAdministration or not (``tools``), and appcmd.exe in any case. Like :mod:`.model_host` it knows only what
the domain uses; the simulator is the honest one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from unit.plugins.plugin_utils.iis import scm_model
from unit.plugins.plugin_utils.iis.model_host import READS, ModelHost
from unit.plugins.plugin_utils.iis.scm_model import ModelService
from unit.plugins.plugin_utils.iis.wql_model import select

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult, Instance, MethodResult

APPCMD = "C:\\Windows\\system32\\inetsrv\\appcmd.exe"
WORDS = ("Starting", "Started", "Stopping", "Stopped", "Unknown")
STARTED, STOPPED, UNKNOWN = 1, 3, 4

NOT_ELEVATED = CommandResult(
    1168,
    "ERROR ( message:Konfigurationsfehler\r\nDateiname: redirection.config\r\nZeilennummer: 0\r\n"
    "Beschreibung: Die Konfigurationsdatei kann nicht gelesen werden.\r\n. )\r\n",
    "",
)
NO_WAS = CommandResult(50, "ERROR ( message:Der WAS-Dienst ist nicht verfügbar. )\r\n", "")
LOST_WAS = CommandResult(1726, "ERROR ( hresult:800706be, message:Сбой при удаленном вызове процедуры.\r\n )\r\n", "")
NOT_RUNNING = CommandResult(1062, "ERROR ( hresult:80070426, message:Der Dienst wurde nicht gestartet.\r\n )\r\n", "")


@dataclass
class Site7:
    """A site. ``goes`` is the state it goes to when it is ordered about, None: where the order leads."""

    name: str
    id: int = 1
    bindings: str = "http/*:80:"
    state: int = STARTED
    auto_start: bool = True
    ftp_state: int = STARTED
    ftp_auto_start: bool = True
    fails: int = 0

    @property
    def protocols(self):
        return {binding.partition("/")[0] for binding in self.bindings.split(",")}


@dataclass
class Pool7:
    """An application pool and the process ids of its worker processes."""

    name: str
    state: int = STARTED
    auto_start: bool = True
    workers: list[int] = field(default_factory=list)
    fails: int = 0


def iis7_services():
    """WAS and its tree, and what stands beside it."""
    return [
        ModelService("RpcSs", accepts_pause=False, accepts_stop=False),
        ModelService("HTTP", driver=True),
        ModelService("WAS", ("RpcSs",), start_mode="Manual", display_name="Windows Process Activation Service"),
        ModelService("W3SVC", ("WAS", "HTTP"), display_name="World Wide Web Publishing Service", accepts_pause=False),
        ModelService("AppHostSvc", display_name="Application Host Helper Service"),
        ModelService("FTPSVC", display_name="Microsoft FTP Service"),
        ModelService("NetTcpActivator", ("WAS",), display_name="Net.Tcp Listener Adapter"),
        ModelService("NetPipeActivator", ("WAS",), display_name="Net.Pipe Listener Adapter"),
    ]


@dataclass
class Iis7Host(ModelHost):
    """IIS 10 on a Windows of 2022. ``tools``: with root/WebAdministration. ``components`` are InetStp's."""

    services: list[ModelService] = field(default_factory=iis7_services)
    sites: list[Site7] = field(default_factory=lambda: [Site7("Default Web Site"), Site7("Shop", 2, "http/*:81:")])
    windows: str = "10.0.20348"
    tools: bool = False
    version: str = "Version 10.0"
    components: list[str] = field(default_factory=lambda: ["W3SVC", "ProcessModel"])
    install_path: str | None = "%windir%\\system32\\inetsrv"
    counters: bool = True
    ftp_sessions: int | None = None
    #: What root/WebAdministration answers to any query; 0: what it should.
    provider_fails: int = 0
    code_page: str | None = "1252"

    def __post_init__(self):
        sites, self.sites = self.sites, []
        super().__post_init__()
        self.sites = {site.id: site for site in sites}
        self.pools = {"defaultapppool": Pool7("DefaultAppPool", workers=[4711]), "shop": Pool7("Shop", STOPPED, False)}
        self.backups: list[str] = []
        self.appcmd_answers: list[CommandResult] = []
        self.next_worker = 5000

    def site(self, name):
        return next((site for site in self.sites.values() if site.name.lower() == name.lower()), None)

    def follow_services(self):
        """Restarts bring back what starts by itself, and forget what was stopped for the moment."""
        now = self.scm.states()
        bounced = self.scm.bounced()
        for key in ("w3svc", "ftpsvc"):
            if self.seen_states.get(key) != now.get(key) or key in bounced:
                self.reset(key, now.get(key) == scm_model.RUNNING)
        self.seen_states = dict(now)

    def reset(self, service, runs):
        for site in self.sites.values():
            if service == "ftpsvc":
                site.ftp_state = UNKNOWN if not runs else STARTED if site.ftp_auto_start else STOPPED
            else:
                site.state = UNKNOWN if not runs else STARTED if site.auto_start else STOPPED
        for pool in self.pools.values() if service == "w3svc" else ():
            pool.state = UNKNOWN if not runs else STARTED if pool.auto_start else STOPPED
            pool.workers = []

    # -- WindowsHost ---------------------------------------------------------------------------------------------

    def ask(self, path, method, arguments=None):
        assert method in {*READS, "GetState", "EnumValues", "GetDWORDValue"}, f"{method} changes something"
        line = f"ask {method} {path.keys.get('Name')}"
        return self._request(line, lambda: self.call(path, method, arguments or {}))

    def invoke(self, path, method, arguments=None):
        name = path.keys.get("Name")
        return self._request(f"invoke {method} {name}", lambda: self.call(path, method, arguments or {}))

    def run(self, program, *arguments, timeout):
        if program != APPCMD:
            return super().run(program, *arguments, timeout=timeout)
        return self._request(" ".join(("run appcmd", *arguments)), lambda: self.appcmd(*arguments))

    def _query(self, namespace, wql):
        if namespace == "root/MicrosoftIISv2" or (namespace == "root/WebAdministration" and not self.tools):
            raise Fault("no such namespace", codes=[2150858778, 0x8004100E])
        if namespace == "root/WebAdministration" and self.provider_fails:
            raise Fault("no answer of the provider", codes=[self.provider_fails])
        if namespace == "root/WebAdministration":
            return [Instance(row) for row in select(wql, self.configured_rows)[1]]
        return super()._query(namespace, wql)

    def call(self, path, method, arguments):
        if path.namespace == "root/MicrosoftIISv2":
            raise Fault("no such namespace", codes=[2150858778, 0x8004100E])
        if path.namespace != "root/WebAdministration":
            return super().call(path, method, arguments)
        if not self.tools:
            raise Fault("no such namespace", codes=[0x8004100E])
        name = path.keys["Name"]
        if path.class_name == "Site":
            site = self.site(name)
            if site is None:
                raise Fault("no such object", codes=[2150858752])
            is_ftp = arguments.get("ProtocolName") == "ftp"
            if arguments.get("ProtocolName", "http") not in site.protocols:
                raise Fault("no such object identifier", codes=[2150859010, 0x800710D8])
            if method == "GetState":
                return MethodResult(site.ftp_state if is_ftp else site.state, Instance({}))
            self.order_site(site, method, is_ftp=is_ftp)
        else:
            pool = self.pools.get(name.lower())
            if pool is None:
                raise Fault("no such object", codes=[2150858752])
            if method == "GetState":
                return MethodResult(pool.state, Instance({}))
            self.order_pool(pool, method)
        return MethodResult(None, Instance({}))

    def write(self, path, name, value):
        if path.class_name == "Site":
            assert name == "ServerAutoStart"
            self.site(path.keys["Name"]).auto_start = value
        else:
            assert name == "AutoStart"
            self.pools[path.keys["Name"].lower()].auto_start = value

    # -- IIS -----------------------------------------------------------------------------------------------------

    def order_site(self, site, method, *, is_ftp=False):
        service = "FTPSVC" if is_ftp else "W3SVC"
        if self.scm[service].state != scm_model.RUNNING:
            raise Fault("not active", codes=[0x80070426])
        if site.fails and method == "Start":
            raise Fault("in use", codes=[site.fails])
        state = STARTED if method == "Start" else STOPPED
        if is_ftp:
            site.ftp_state = state
        else:
            site.state = state

    def order_pool(self, pool, method):
        if self.scm["WAS"].state != scm_model.RUNNING:
            raise Fault("not active", codes=[0x80070426])
        if pool.fails:
            raise Fault("no", codes=[pool.fails])
        if method != "Start" and pool.state == STOPPED:
            raise Fault("not active", codes=[0x80070426])
        if method == "Recycle":
            pool.workers = [self.worker() for _each in pool.workers]
            return
        pool.state = STARTED if method == "Start" else STOPPED
        pool.workers = [] if method == "Stop" else pool.workers

    def worker(self):
        self.next_worker += 4
        return self.next_worker

    # -- rows ----------------------------------------------------------------------------------------------------

    def configured_rows(self, class_name):
        if class_name == "Site":
            return [
                {
                    "Name": site.name,
                    "Id": str(site.id),
                    "ServerAutoStart": str(site.auto_start).lower(),
                    "Bindings": [
                        Instance(dict(zip(("Protocol", "BindingInformation"), it.split("/", 1), strict=True)))
                        for it in site.bindings.split(",")
                    ],
                    "FtpServer": Instance({"ServerAutoStart": str(site.ftp_auto_start).lower()}),
                }
                for site in self.sites.values()
            ]
        return [{"Name": pool.name, "AutoStart": str(pool.auto_start).lower()} for pool in self.pools.values()]

    def file_rows(self):
        path = "C:\\Windows\\system32\\inetsrv\\config\\applicationHost.config"
        return [{"Name": path, "FileSize": str(self.file_size), "LastModified": self.file_time}]

    def system_rows(self):
        rows = super().system_rows()
        return [{**row, "CodeSet": self.code_page, "SystemDirectory": "C:\\Windows\\system32"} for row in rows]

    def counter_rows(self, class_name):
        if "FTPSVC_" in class_name:
            if self.ftp_sessions is None:
                raise Fault("no such class", codes=[0x80041010])
            return [{"Name": "_Total", "CurrentConnections": str(self.ftp_sessions)}]
        if not class_name.endswith("APPPOOLWAS"):
            return super().counter_rows(class_name)
        if not self.counters:
            raise Fault("no such class", codes=[0x80041010])
        numbers = {STARTED: "3", STOPPED: "5"}
        return [
            {"Name": pool.name, "CurrentApplicationPoolState": numbers.get(pool.state, "1")}
            for pool in self.pools.values()
        ]

    def process_rows(self):
        return [
            {
                "Name": "w3wp.exe",
                "ProcessId": str(number),
                "CommandLine": f'c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "{pool.name}" -v "v4.0" -m 0',
            }
            for pool in self.pools.values()
            for number in pool.workers
        ]

    def registry(self, method, arguments):
        if "InetStp" not in arguments["sSubKeyName"]:
            return super().registry(method, arguments)
        if method == "EnumValues":
            installed = [*self.components, *(["ManagementScriptingTools"] if self.tools else [])]
            return MethodResult(0, Instance({"sNames": installed, "Types": ["4"] * len(installed)}))
        if method == "GetDWORDValue":
            number = (self.version or "0").removeprefix("Version ").partition(".")[0]
            return MethodResult(0, Instance({"uValue": number}))
        value = {"VersionString": self.version, "InstallPath": self.install_path}[arguments["sValueName"]]
        if value is None:
            return MethodResult(2, Instance({}))
        if method == "GetExpandedStringValue":
            value = value.replace("%windir%", "C:\\Windows")
        return MethodResult(0, Instance({"sValue": value}))

    # -- appcmd --------------------------------------------------------------------------------------------------

    def appcmd(self, verb, noun, *switches):
        if self.appcmd_answers:
            return self.appcmd_answers.pop(0)
        settings = dict(switch[1:].partition(":")[::2] for switch in switches)
        if verb == "list":
            assert "xml" in settings
            del settings["xml"]
            return self.listed(noun, settings)
        name = settings.pop(f"{noun}.name")
        try:
            done = self.act(verb, noun, name, settings)
        except Fault as fault:
            return error(fault.code)
        return CommandResult(0, f'"{name}" wurde {verb}.', "") if done else error(0x80070490)

    def act(self, verb, noun, name, settings):
        if noun == "backup":
            there = name.lower() in map(str.lower, self.backups)
            if verb == "add" and there:
                raise Fault("there", codes=[0x800700B7])
            if verb == "add":
                self.backups.append(name)
            elif verb == "delete" and there:
                self.backups = [each for each in self.backups if each.lower() != name.lower()]
            return there or verb == "add"
        it = self.site(name) if noun == "site" else self.pools.get(name.lower())
        if it is None:
            return False
        if verb == "set":
            names = {
                "serverAutoStart": "auto_start",
                "autoStart": "auto_start",
                "ftpServer.serverAutoStart": "ftp_auto_start",
            }
            for key, value in settings.items():
                setattr(it, names[key], {"true": True, "false": False}[value])
        elif noun == "site":
            if "http" not in it.protocols:
                raise Fault("FTP only", codes=[0x800710D8])
            self.order_site(it, verb.capitalize())
        else:
            self.order_pool(it, verb.capitalize())
        return True

    def listed(self, noun, settings):
        found = [
            row
            for row in self.appcmd_rows(noun)
            if all(row[key.lower()].lower() == value.lower() for key, value in settings.items())
        ]
        if not found:
            return CommandResult(1, "", "")
        shown = [" ".join(f'{key}="{escaped(value)}"' for key, value in row["shown"].items()) for row in found]
        items = "\r\n".join(f"    <{noun.upper()} {attributes} />" for attributes in shown)
        return CommandResult(0, f'<?xml version="1.0" encoding="UTF-8"?>\r\n<appcmd>\r\n{items}\r\n</appcmd>\r\n', "")

    def appcmd_rows(self, noun):
        if noun == "site":
            for site in self.sites.values():
                state = WORDS[site.state if "http" in site.protocols else UNKNOWN]
                shown = {"SITE.NAME": site.name, "SITE.ID": str(site.id), "bindings": site.bindings, "state": state}
                yield {
                    "site.name": site.name,
                    "id": str(site.id),
                    "serverautostart": str(site.auto_start),
                    "ftpserver.serverautostart": str(site.ftp_auto_start),
                    "state": state,
                    "shown": shown,
                }
        elif noun == "apppool":
            for pool in self.pools.values():
                shown = {
                    "APPPOOL.NAME": pool.name,
                    "PipelineMode": "Integrated",
                    "RuntimeVersion": "v4.0",
                    "state": WORDS[pool.state],
                }
                yield {
                    "apppool.name": pool.name,
                    "autostart": str(pool.auto_start),
                    "state": shown["state"],
                    "shown": shown,
                }
        elif noun == "backup":
            for name in self.backups:
                yield {"backup.name": name, "shown": {"BACKUP.NAME": name}}


def error(code):
    exit_code = code & 0xFFFF if code >> 16 == 0x8007 else code
    return CommandResult(exit_code, f"ERROR ( hresult:{code:08x}, message:Fehler beim Ausführen.\r\n )\r\n", "")


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
