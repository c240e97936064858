# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The W3SVC part of root\MicrosoftIISv2 on IIS 7 and later: IISADMIN maps it onto applicationHost.config.

Reads and the methods of pools are known from products and scripts (Zenoss, Centreon, StackExchange.Redis#392); backup
calls are ignored (iis-docs, metabase compatibility with IIS 7). Pause and Continue are gone, IIs5IsolationModeEnabled
too (iis/wmi-provider, mapping of IIS 6.0 classes). ASSUMED, where no switch has it otherwise: everything fails as on
IIS 6.0 while IISADMIN is down; the classes show no other property than these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from simulator.iis.codes import ERROR_NO_MORE_ITEMS, ERROR_PATH_NOT_FOUND, IisError
from simulator.iis.host import Iis
from simulator.iis.providers.base import ELEMENT, NAME, NAMESPACE, SERVER_METHODS, IisProvider, as_wmi_errors
from simulator.iis.providers.computer import ComputerProvider
from simulator.iis.providers.embedded import EMBEDDED
from simulator.iis.providers.pools import POOL
from simulator.iis7.apphost import Entry, SiteEntry, set_attribute
from simulator.iis7.codes import Refused
from simulator.iis7.host import Iis7
from simulator.iis7.sites import Half
from simulator.iis7.states import State
from simulator.iis7.switches import MappedStates
from simulator.wmi.model import CimType, Instance, Method, Property, Provider, WmiClass

_OLD_STATES = {State.STARTING: 1, State.STARTED: 2, State.STOPPING: 3, State.STOPPED: 4}
_NEW_STATES = {State.STARTED: 1, State.STARTING: 2, State.STOPPED: 3, State.STOPPING: 4}
"""Centreon's reading of AppPoolState."""
_SETTING = (Property("Caption"), Property("Description"), NAME, Property("SettingID"))


@contextmanager
def _as_iis_errors() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise IisError(error.code) from error


class _Mapped(IisProvider):
    """A class whose instances come from applicationHost.config."""

    def __init__(self, new: Iis7, old: Iis, wmi_class: WmiClass) -> None:
        self._new = new
        super().__init__(old, wmi_class, self._keys, self._read)

    def _keys(self) -> list[str]:
        raise NotImplementedError

    def _read(self, name: str) -> dict[str, Any]:
        raise NotImplementedError

    def _site(self, name: str) -> SiteEntry:
        for site in self._new.config.sites():
            if str(site.id) == name.rpartition("/")[2]:
                return site
        raise IisError(ERROR_PATH_NOT_FOUND)

    def _pool(self, name: str) -> Entry:
        pool = self._new.config.pool(name.rpartition("/")[2])
        if pool is None:
            raise IisError(ERROR_PATH_NOT_FOUND)
        return pool

    def _site_names(self) -> list[str]:
        return [f"W3SVC/{site.id}" for site in self._new.config.sites() if Half.HTTP.has(site)]

    def _pool_names(self) -> list[str]:
        return [f"W3SVC/AppPools/{pool.name}" for pool in self._new.config.pools()]

    def _site_state(self, site: SiteEntry) -> int:
        return self._number(self._new.web.state(site))

    def _number(self, state: State) -> int:
        table = _NEW_STATES if self._new.switches.mapped_states is MappedStates.CENTREON else _OLD_STATES
        return table.get(state, table[State.STOPPED])

    def _remember(self, kind: str, name: str, path: str, started: bool) -> None:
        """The mapper writes the auto start with a start or stop, or doesn't."""
        if self._new.switches.mapped_stop_persists:
            self._write(kind, name, path, started)

    def _write(self, kind: str, name: str, path: str, value: bool) -> None:
        with _as_iis_errors(), self._new.config.change() as root:
            config = self._new.config
            entry = config.site(name, root) if kind == "site" else config.pool(name, root)
            if entry is not None:
                set_attribute(entry.element, path, "true" if value else "false")


class MappedServer(_Mapped):
    """IIsWebServer."""

    def __init__(self, new: Iis7, old: Iis) -> None:
        own = (*ELEMENT, Property("ServerState", CimType.SINT32))
        super().__init__(new, old, WmiClass("IIsWebServer", own, SERVER_METHODS, bases=("CIM_LogicalElement",)))

    def _keys(self) -> list[str]:
        return self._site_names()

    def _read(self, name: str) -> dict[str, Any]:
        return {"ServerState": self._site_state(self._site(name))}

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start and Stop; Pause and Continue are refused."""
        site = self._site(name)
        if method not in ("Start", "Stop"):
            raise IisError(self._new.switches.mapped_pause_code)
        with _as_iis_errors():
            (self._new.web.start if method == "Start" else self._new.web.stop)(site)
        self._remember("site", site.name, "serverAutoStart", method == "Start")
        return {}


class MappedServerSetting(_Mapped):
    """IIsWebServerSetting, the properties that the web server has."""

    def __init__(self, new: Iis7, old: Iis) -> None:
        own = (
            *_SETTING,
            Property("AppPoolId"),
            Property("SecureBindings", CimType.OBJECT, array=True),
            Property("ServerAutoStart", CimType.BOOLEAN, writable=True),
            Property("ServerBindings", CimType.OBJECT, array=True),
            Property("ServerComment"),
            Property("ServerState", CimType.SINT32),
            Property("Win32Error", CimType.SINT32),
        )
        super().__init__(new, old, WmiClass("IIsWebServerSetting", own, bases=("IIsSetting", "CIM_Setting")))

    def _keys(self) -> list[str]:
        return self._site_names()

    def _read(self, name: str) -> dict[str, Any]:
        site = self._site(name)
        plain = [text.replace("*", "", 1) for protocol, text in site.bindings() if protocol == "http"]
        secure = [text.replace("*", "", 1) for protocol, text in site.bindings() if protocol == "https"]
        return {
            "AppPoolId": self._new.pool_of(site),
            "SecureBindings": [EMBEDDED["SecureBindings"].read(text) for text in secure],
            "ServerAutoStart": site.flag("serverAutoStart"),
            "ServerBindings": [EMBEDDED["ServerBindings"].read(text) for text in plain],
            "ServerComment": site.name,
            "ServerState": self._site_state(site),
            "Win32Error": 0,
        }

    async def put(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> Instance:
        """ServerAutoStart, written through to applicationHost.config."""
        with as_wmi_errors():
            self.iis.require_metabase()
            name = self.find(keys)
            if "ServerAutoStart" in changes:
                self._write("site", self._site(name).name, "serverAutoStart", bool(changes["ServerAutoStart"]))
        return self.get(keys)


class MappedPool(_Mapped):
    """IIsApplicationPool."""

    def __init__(self, new: Iis7, old: Iis) -> None:
        super().__init__(new, old, POOL)

    def _keys(self) -> list[str]:
        return self._pool_names()

    def _read(self, name: str) -> dict[str, Any]:
        return {}

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start, Stop, Recycle, EnumAppsInPool."""
        pool, pools = self._pool(name), self._new.pools
        if method == "EnumAppsInPool":
            users = [site.id for site in self._new.config.sites() if self._new.pool_of(site) == pool.name]
            return {"Applications": [f"/LM/W3SVC/{number}/ROOT/" for number in users]}
        with _as_iis_errors():
            {"Start": pools.start, "Stop": pools.stop, "Recycle": pools.recycle}[method](pool.name)
        if method != "Recycle":
            self._remember("pool", pool.name, "autoStart", method == "Start")
        return {}


class MappedPoolSetting(_Mapped):
    """IIsApplicationPoolSetting."""

    def __init__(self, new: Iis7, old: Iis) -> None:
        own = (
            *_SETTING,
            Property("AppPoolAutoStart", CimType.BOOLEAN, writable=True),
            Property("AppPoolState", CimType.SINT32),
        )
        super().__init__(new, old, WmiClass("IIsApplicationPoolSetting", own, bases=("IIsSetting", "CIM_Setting")))

    def _keys(self) -> list[str]:
        return self._pool_names()

    def _read(self, name: str) -> dict[str, Any]:
        pool = self._pool(name)
        state = self._number(self._new.pools.state(pool.name))
        return {"AppPoolAutoStart": pool.flag("autoStart"), "AppPoolState": state}


class MappedService(_Mapped):
    """IIsWebService: the row of W3SVC in Win32_Service, and GetCurrentMode, which has worker processes to tell of."""

    def __init__(self, new: Iis7, old: Iis, win32_service: Provider) -> None:
        self._win32 = win32_service
        inherited = win32_service.wmi_class
        properties = (NAME, *(entry for entry in inherited.properties if entry.name != "Name"))
        methods = (*inherited.methods, Method("GetCurrentMode"))
        bases = (inherited.name, *inherited.bases)
        super().__init__(new, old, WmiClass("IIsWebService", properties, methods, bases=bases))

    def _keys(self) -> list[str]:
        return ["W3SVC"]

    def _read(self, name: str) -> dict[str, Any]:
        return {key: value for key, value in self._win32.get({"Name": name}).values.items() if key != "Name"}

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """GetCurrentMode (deprecated: 1 is likely, a switch), or a method of Win32_Service."""
        if method == "GetCurrentMode":
            return {"ReturnValue": self._new.switches.mapped_current_mode}
        return await self._win32.invoke({"Name": name}, method, arguments)


class MappedInfo(_Mapped):
    """IIsWebInfo. ASSUMED: it has the version of this IIS."""

    def __init__(self, new: Iis7, old: Iis) -> None:
        versions = tuple(Property(f"{part}IIsVersionNumber", CimType.SINT32) for part in ("Major", "Minor"))
        super().__init__(new, old, WmiClass("IIsWebInfo", (*ELEMENT, *versions), bases=("CIM_LogicalElement",)))

    def _keys(self) -> list[str]:
        return ["W3SVC/Info"]

    def _read(self, name: str) -> dict[str, Any]:
        return dict(zip(("MajorIIsVersionNumber", "MinorIIsVersionNumber"), self._new.version, strict=True))


class MappedComputer(ComputerProvider):
    """IIsComputer: SaveData writes MetaBase.xml; calls about backups do nothing, and list nothing."""

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """One of the methods."""
        if method == "EnumBackups":
            raise IisError(ERROR_NO_MORE_ITEMS)
        if method in ("BackupWithPassword", "RestoreWithPassword", "DeleteBackup"):
            return {}
        return await super().call(name, method, arguments)


def register_mapped(new: Iis7, old: Iis) -> None:
    """Register the classes in place of those of IIS 6.0."""
    wmi = new.machine.wmi
    wmi.register(NAMESPACE, MappedComputer(old))
    for provider in (
        MappedServer(new, old),
        MappedServerSetting(new, old),
        MappedPool(new, old),
        MappedPoolSetting(new, old),
        MappedService(new, old, wmi.provider("root/cimv2", "Win32_Service")),
        MappedInfo(new, old),
    ):
        wmi.register(NAMESPACE, provider)
