# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites: IIsWebServer, IIsFtpServer with Start, Stop, Pause, Continue; IIsSmtpServer, IIsNntpServer without methods.

The methods take nothing and return nothing (ms524894, ms525704): failure is the HRESULT of the call. The service
classes IIsXxxService are copies of Win32_Service with a little more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.iis.codes import ERROR_ALREADY_EXISTS, IisError
from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.providers.base import ELEMENT, NAME, SERVER_METHODS, IisProvider, number, text
from simulator.iis.providers.settings import from_wmi
from simulator.iis.schema import definition
from simulator.iis.setup import add_site
from simulator.iis.sites import Command
from simulator.iis.spec import SiteSpec
from simulator.iis.switches import CurrentMode
from simulator.wmi.model import CimType, Instance, Method, Property, Provider, WmiClass

_STATE = Property("ServerState", CimType.SINT32)
_HASH = Property("SSLCertHash", CimType.UINT8, array=True)
_OWN: dict[Kind, tuple[Property, ...]] = {
    Kind.WEB: (
        Property("AppIsolated", CimType.SINT32),
        Property("AppPackageID"),
        Property("AppPackageName"),
        Property("AppRoot"),
        _HASH,
    ),
    Kind.FTP: (),
    Kind.SMTP: (
        Property("DomainRouting", array=True),
        Property("LocalDomains", array=True),
        Property("SmtpServiceVersion", CimType.SINT32),
        _HASH,
    ),
    Kind.NNTP: (Property("NntpServiceVersion", CimType.SINT32), _HASH),
}


def server_class(kind: Kind) -> WmiClass:
    """IIsWebServer and its like (ms525545, ms525872, ms524936, ms524783)."""
    methods = SERVER_METHODS if kind in (Kind.WEB, Kind.FTP) else ()
    return WmiClass(
        kind.server_type,
        (*ELEMENT, _STATE, *_OWN[kind]),
        methods,
        bases=("CIM_LogicalElement", "CIM_ManagedSystemElement"),
    )


class ServerProvider(IisProvider):
    """Serves the sites of one protocol."""

    def __init__(self, iis: Iis, kind: Kind) -> None:
        self._kind = kind
        self._sites = iis.sites[kind]
        super().__init__(iis, server_class(kind), lambda: site_names(iis, kind), self._state)

    def _state(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = {"ServerState": int(self._sites.state(site_number(name)))}
        if self._kind is Kind.WEB:
            values.update(AppIsolated=2, AppPackageID="", AppPackageName="", AppRoot="")
        return values

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start, Stop, Pause, Continue. ASSUMED: the command is written to the site's key, which may be busy."""
        handle = await self.iis.handles.open_waiting(f"/LM/{name}", write=True)
        handle.close()
        await self._sites.command(site_number(name), Command[method.upper()])
        return {}


def site_names(iis: Iis, kind: Kind) -> list[str]:
    """W3SVC/1, W3SVC/2, ..."""
    return [f"{kind.key}/{site}" for site in iis.sites[kind].ids()]


def site_number(name: str) -> int:
    """2 from W3SVC/2."""
    return int(name.rpartition("/")[2])


_CREATE = Method(
    "CreateNewSite",
    inputs=(
        Property("ServerBindings", CimType.OBJECT, array=True),
        Property("ServerComment"),
        Property("PathOfRootVirtualDir"),
        Property("ServerId", CimType.SINT32),
    ),
)


class ServiceProvider(IisProvider):
    """IIsWebService, IIsFtpService, IIsSmtpService, IIsNntpService: one instance each."""

    def __init__(self, iis: Iis, kind: Kind, win32_service: Provider) -> None:
        self._kind = kind
        self._win32 = win32_service
        inherited = win32_service.wmi_class
        own = {Kind.WEB: (Method("GetCurrentMode"), _CREATE), Kind.FTP: (_CREATE,)}.get(kind, ())
        properties = (NAME, *(entry for entry in inherited.properties if entry.name != "Name"))
        wmi_class = WmiClass(
            kind.service_type, properties, (*inherited.methods, *own), bases=(inherited.name, *inherited.bases)
        )
        super().__init__(iis, wmi_class, lambda: [kind.key])

    def _service_keys(self) -> dict[str, str]:
        return {"Name": self._kind.service}

    def _instance(self, name: str) -> Instance:
        values = dict(self._win32.get(self._service_keys()).values)
        return Instance(self.wmi_class.name, {**values, "Name": name})

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """GetCurrentMode, CreateNewSite, or a method of Win32_Service."""
        if method == "GetCurrentMode":
            return {"ReturnValue": self._current_mode()}
        if method == "CreateNewSite":
            return {"ReturnValue": await self._create(arguments)}
        return await self._win32.invoke(self._service_keys(), method, arguments)

    def _current_mode(self) -> int:
        """1: worker process isolation, 0: IIS 5.0 (ms524684). With W3SVC stopped nobody knows: a switch. Another
        one has it answer what isn't so."""
        iis5 = self.iis.running_iis5_mode
        if self.iis.switches.current_mode_answer >= 0:
            return self.iis.switches.current_mode_answer
        if iis5 is None:
            rule = self.iis.switches.current_mode_when_stopped
            if rule is CurrentMode.FAULT:
                raise IisError(self.iis.switches.service_stopped_code)
            iis5 = self.iis.last_iis5_mode if rule is CurrentMode.LAST else self.iis.configured_iis5_mode()
        return 0 if iis5 else 1

    async def _create(self, arguments: Mapping[str, Any]) -> str:
        """A new site, stopped; the answer is its path. ASSUMED: without ServerId the lowest free number."""
        handle = await self.iis.handles.open_waiting(f"/LM/{self._kind.key}", write=True)
        try:
            taken = self.iis.sites[self._kind].ids()
            lowest = next(site for site in range(1, len(taken) + 2) if site not in taken)
            site = number(arguments, "serverid", 0) or lowest
            if site in taken:
                raise IisError(ERROR_ALREADY_EXISTS)
            spec = SiteSpec(site, text(arguments, "servercomment"), self._kind, state="stopped")
            add_site(self.iis.store.metabase, spec)
            path = self._kind.site_path(site)
            bindings = from_wmi(definition("ServerBindings"), arguments.get("serverbindings"))
            self.iis.store.metabase.set(path, "ServerBindings", bindings)
            if self.iis.store.metabase.find(f"{path}/ROOT") is not None:
                self.iis.store.metabase.set(f"{path}/ROOT", "Path", text(arguments, "pathofrootvirtualdir"))
        finally:
            handle.close()
        return f"{self._kind.server_type}='{self._kind.key}/{site}'"


def info_class(kind: Kind) -> WmiClass:
    """IIsWebInfo and its like (ms524869): the version, 6.0."""
    versions = (
        Property("MajorIIsVersionNumber", CimType.SINT32),
        Property("MinorIIsVersionNumber", CimType.SINT32),
    )
    return WmiClass(f"{kind.value.prefix}Info", (*ELEMENT, *versions), bases=("CIM_LogicalElement",))


def info_values(iis: Iis, name: str) -> dict[str, Any]:
    """The version numbers of a service's Info key (metabase id 1101, cc786613)."""
    get = iis.store.metabase.get
    path = f"/LM/{name}"
    return {entry: get(path, entry) for entry in ("MajorIIsVersionNumber", "MinorIIsVersionNumber")}
