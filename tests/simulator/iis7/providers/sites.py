# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site: its configuration, Start, Stop, GetState (iis/wmi-provider, site-class; microsoft/wmi for what was added).

The methods return nothing (but GetState); they change the runtime state only. ``ProtocolName`` is in the class
definition and in no document.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.iis7.apphost import HEAD, SiteEntry, section_of, set_attribute
from simulator.iis7.codes import ERROR_ALREADY_EXISTS, ERROR_NOT_SUPPORTED, Refused
from simulator.iis7.host import Iis7
from simulator.iis7.providers import embedded
from simulator.iis7.providers.attributes import ATTRIBUTE_METHODS, Attributes
from simulator.iis7.providers.base import Provider7, key
from simulator.iis7.setup import add_site
from simulator.iis7.sites import Half, Sites
from simulator.iis7.spec import Binding7, Site7
from simulator.iis7.states import State
from simulator.iis7.switches import ProtocolName, StateWhenDown
from simulator.windows.providers.base import not_found
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass

_PROTOCOL = (Property("ProtocolName"),)
SITE_CLASS = WmiClass(
    "Site",
    (
        Property("ApplicationDefaults", CimType.OBJECT),
        Property("Bindings", CimType.OBJECT, array=True, writable=True),
        Property("FtpServer", CimType.OBJECT),
        Property("Id", CimType.UINT32, writable=True),
        Property("Limits", CimType.OBJECT),
        Property("LogFile", CimType.OBJECT),
        Property("Name", key=True),
        Property("ServerAutoStart", CimType.BOOLEAN, writable=True),
        Property("TraceFailedRequestsLogging", CimType.OBJECT),
        Property("VirtualDirectoryDefaults", CimType.OBJECT),
    ),
    (
        Method("Start", _PROTOCOL, returns=False),
        Method("Stop", _PROTOCOL, returns=False),
        Method("GetState", _PROTOCOL),
        Method(
            "Create",
            (
                Property("Name"),
                Property("Bindings", CimType.OBJECT, array=True),
                Property("PhysicalPath"),
                Property("ServerAutoStart", CimType.BOOLEAN),
            ),
            returns=False,
            static=True,
        ),
        Method("RevertToParent", (Property("PropertyName"),), returns=False),
        *ATTRIBUTE_METHODS,
    ),
    bases=("ConfiguredObject", "Object"),
)
_POLL = 0.1


class SiteProvider(Provider7):
    """Serves the sites: every site of applicationHost.config, those without an HTTP binding too."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis, SITE_CLASS)
        attributes = Attributes(iis)
        self.calls = {
            "Start": self._start,
            "Stop": self._stop,
            "GetState": self._get_state,
            "Create": self._create,
            "RevertToParent": self._revert,
            "GetAttribute": attributes.get,
            "SetAttribute": attributes.set,
            "ClearAttribute": attributes.clear,
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """The sites, in the file's order."""
        for site in self.iis.config.sites():
            yield {
                "ApplicationDefaults": embedded.application_defaults(),
                "Bindings": embedded.bindings(site, ssl_flags=self.iis.version >= (8, 0)),
                "FtpServer": embedded.ftp_server(site),
                "Id": site.id,
                "Limits": embedded.site_limits(site),
                "LogFile": embedded.site_log(site),
                "Name": site.name,
                "ServerAutoStart": site.flag("serverAutoStart"),
                "TraceFailedRequestsLogging": embedded.tracing(site),
                "VirtualDirectoryDefaults": embedded.directory_defaults(),
            }

    def _site(self, keys: Mapping[str, str], root: ET.Element | None = None) -> SiteEntry:
        site = self.iis.config.site(key(keys, "Name"), root)
        if site is None:
            raise not_found()
        return site

    def write(self, keys: Mapping[str, str], changes: Mapping[str, Any]) -> None:
        """ServerAutoStart, Id, Bindings."""
        with self.iis.config.change() as root:
            site = self._site(keys, root)
            for name, value in changes.items():
                if name == "ServerAutoStart":
                    set_attribute(site.element, "serverAutoStart", "true" if value else "false")
                elif name == "Id":
                    site.element.set("id", str(value))
                elif name == "Bindings":
                    _write_bindings(site, value or [])

    # -- state

    def _half(self, site: SiteEntry, arguments: Mapping[str, Any]) -> Sites:
        """Whose state is meant. Without ProtocolName it is the HTTP half (ASSUMED for a site that has both)."""
        wanted = str(arguments.get("ProtocolName") or "").lower()
        rule = self.iis.switches.protocol_name
        if not wanted or wanted in Half.HTTP.value or rule is ProtocolName.IGNORED:
            return self.iis.web
        if rule is ProtocolName.REFUSED or wanted not in Half.FTP.value:
            raise Refused(ERROR_NOT_SUPPORTED, site.name)
        return self.iis.ftp

    async def _start(self, keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        site = self._site(keys)
        sites = self._reachable(site, arguments)
        sites.start(site)
        return await self._settled(sites, site, State.STARTING, started=True)

    async def _stop(self, keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        site = self._site(keys)
        sites = self._reachable(site, arguments)
        sites.stop(site)
        return await self._settled(sites, site, State.STOPPING, started=False)

    def _reachable(self, site: SiteEntry, arguments: Mapping[str, Any]) -> Sites:
        sites = self._half(site, arguments)
        if sites is self.iis.web and not self.iis.running("WAS"):
            raise Refused(self.iis.switches.was_down_code)
        return sites

    async def _settled(self, sites: Sites, site: SiteEntry, passing: State, *, started: bool) -> dict[str, Any]:
        if self.iis.switches.wmi_stop_persists:
            with self.iis.config.change() as root:
                entry = self._site({"Name": site.name}, root)
                set_attribute(entry.element, sites.half.auto_start, "true" if started else "false")
        while not self.iis.switches.methods_return_at_once and sites.state(site) is passing:
            await self.iis.machine.clock.sleep(_POLL)
        return {}

    async def _get_state(self, keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        site = self._site(keys)
        sites = self._half(site, arguments)
        down = sites is self.iis.web and not (self.iis.running("WAS") and self.iis.running("W3SVC"))
        if down and self.iis.switches.state_when_down is StateWhenDown.FAULT:
            raise Refused(self.iis.switches.was_down_code)
        if not down and not sites.half.has(site) and self.iis.switches.ftp_state_code:
            raise Refused(self.iis.switches.ftp_state_code, site.name)
        return {"ReturnValue": int(sites.state(site))}

    # -- configuration

    async def _create(self, _keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        name = str(arguments.get("Name") or "")
        if self.iis.config.site(name) is not None:
            raise Refused(ERROR_ALREADY_EXISTS, name)
        taken = [site.id for site in self.iis.config.sites()]
        number = next(n for n in range(1, len(taken) + 2) if n not in taken)
        auto_start = arguments.get("ServerAutoStart")
        spec = Site7(
            number,
            name,
            [_binding(entry) for entry in arguments.get("Bindings") or []],
            auto_start=True if auto_start is None else bool(auto_start),
            path=str(arguments.get("PhysicalPath") or ""),
        )
        with self.iis.config.change() as root:
            add_site(section_of(root, f"{HEAD}/sites"), spec)
        return {}

    async def _revert(self, keys: Mapping[str, str], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """One property goes back to the defaults; without a name all of them do."""
        wanted = str(arguments.get("PropertyName") or "")
        with self.iis.config.change() as root:
            element = self._site(keys, root).element
            names = [wanted] if wanted else [name for name in element.attrib if name not in ("name", "id")]
            for name in names:
                element.attrib.pop(name[:1].lower() + name[1:], None)
        return {}


def _binding(entry: Instance) -> Binding7:
    values = {name.lower(): str(value or "") for name, value in entry.values.items()}
    return Binding7(values.get("bindinginformation", ""), values.get("protocol", ""))


def _write_bindings(site: SiteEntry, entries: list[Instance]) -> None:
    bindings = site.element.find("bindings")
    if bindings is None:
        bindings = ET.SubElement(site.element, "bindings")
    for old in list(bindings):
        bindings.remove(old)
    for entry in entries:
        binding = _binding(entry)
        ET.SubElement(bindings, "binding", protocol=binding.protocol, bindingInformation=binding.information)
