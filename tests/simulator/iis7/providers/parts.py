# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other classes of root/WebAdministration: applications, directories, worker processes, requests, sections, Server.

Keys and properties: microsoft/wmi, server2019/root/webadministration.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from simulator.iis7.apphost import HEAD, Entry, SiteEntry, section_of
from simulator.iis7.host import Iis7
from simulator.iis7.providers import embedded
from simulator.iis7.providers.base import Provider7, key
from simulator.iis7.schema import POOL, SITE
from simulator.iis7.setup import REDIRECTION
from simulator.windows.providers.base import not_found
from simulator.wmi.model import CimType, Instance, Method, Property, WmiClass

APPLICATION_CLASS = WmiClass(
    "Application",
    (
        Property("ApplicationPool"),
        Property("EnabledProtocols"),
        Property("Path", key=True),
        Property("PreloadEnabled", CimType.BOOLEAN),
        Property("ServiceAutoStartEnabled", CimType.BOOLEAN),
        Property("ServiceAutoStartProvider"),
        Property("SiteName", key=True),
        Property("VirtualDirectoryDefaults", CimType.OBJECT),
    ),
    bases=("ConfiguredObject", "Object"),
)


class ApplicationProvider(Provider7):
    """Application."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis, APPLICATION_CLASS)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Of all sites."""
        for site in self.iis.config.sites():
            for application in site.applications():
                yield {
                    "ApplicationPool": application.get("applicationPool", "DefaultAppPool"),
                    "EnabledProtocols": application.get("enabledProtocols", "http"),
                    "Path": application.get("path", "/"),
                    "PreloadEnabled": application.get("preloadEnabled") == "true",
                    "ServiceAutoStartEnabled": False,
                    "ServiceAutoStartProvider": "",
                    "SiteName": site.name,
                    "VirtualDirectoryDefaults": embedded.directory_defaults(),
                }


DIRECTORY_CLASS = WmiClass(
    "VirtualDirectory",
    (
        Property("AllowSubDirConfig", CimType.BOOLEAN),
        Property("ApplicationPath", key=True),
        Property("LogonMethod", CimType.SINT32),
        Property("Password"),
        Property("Path", key=True),
        Property("PhysicalPath"),
        Property("SiteName", key=True),
        Property("UserName"),
    ),
    bases=("ConfiguredObject", "Object"),
)


class DirectoryProvider(Provider7):
    """VirtualDirectory."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis, DIRECTORY_CLASS)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Of all applications."""
        clear = self.iis.switches.clear_passwords
        for site in self.iis.config.sites():
            for application in site.applications():
                for directory in application.findall("virtualDirectory"):
                    yield {
                        "AllowSubDirConfig": True,
                        "ApplicationPath": application.get("path", "/"),
                        "LogonMethod": 3,
                        "Password": directory.get("password", "") if clear else "",
                        "Path": directory.get("path", "/"),
                        "PhysicalPath": directory.get("physicalPath", ""),
                        "SiteName": site.name,
                        "UserName": directory.get("userName", ""),
                    }


WORKER_CLASS = WmiClass(
    "WorkerProcess",
    (Property("AppPoolName"), Property("Guid"), Property("ProcessId", CimType.UINT32, key=True)),
    (
        Method("GetState"),
        Method(
            "GetExecutingRequests",
            outputs=(Property("OutputElement", CimType.OBJECT, array=True),),
            returns=False,
        ),
    ),
    bases=("Object",),
)


class WorkerProvider(Provider7):
    """WorkerProcess."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis, WORKER_CLASS)
        self.calls = {"GetState": self._get_state, "GetExecutingRequests": self._requests}

    def rows(self) -> Iterator[dict[str, Any]]:
        """All of them; none while WAS is down (ASSUMED: no error)."""
        for worker in self.iis.pools.workers():
            yield {"AppPoolName": worker.pool, "Guid": worker.guid, "ProcessId": worker.pid}

    async def _get_state(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        for worker in self.iis.pools.workers():
            if str(worker.pid) == key(keys, "ProcessId"):
                return {"ReturnValue": int(worker.state)}
        raise not_found()

    async def _requests(self, keys: Mapping[str, str], _arguments: Mapping[str, Any]) -> dict[str, Any]:
        """NULL when nothing runs, and (ASSUMED) without the role service Request Monitor."""
        now = self.iis.machine.clock.monotonic()
        found = [
            Instance("HttpRequest", {"GUID": f"f{worker.pid:07x}8{number:07x}", "Url": "/", "Verb": "GET"})
            for worker in self.iis.pools.workers()
            if str(worker.pid) == key(keys, "ProcessId") and self.iis.request_monitor
            for number in range(worker.active(now))
        ]
        return {"OutputElement": found or None}


SERVER_CLASS = WmiClass(
    "Server",
    tuple(
        Property(name, CimType.OBJECT)
        for name in ("ApplicationDefaults", "ApplicationPoolDefaults", "SiteDefaults", "VirtualDirectoryDefaults")
    ),
    bases=("ConfiguredObject", "Object"),
    singleton=True,
)


class ServerProvider7(Provider7):
    """Server: a singleton with the defaults."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis, SERVER_CLASS)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The one there is."""
        root = self.iis.config.root()
        pool = Entry(section_of(root, f"{HEAD}/applicationPools/applicationPoolDefaults"), None, POOL)
        site = SiteEntry(section_of(root, f"{HEAD}/sites/siteDefaults"), None, SITE)
        pool_values = {
            "AutoStart": pool.flag("autoStart"),
            "ManagedRuntimeVersion": pool.text("managedRuntimeVersion"),
            "QueueLength": pool.number("queueLength"),
        }
        site_values = {"Limits": embedded.site_limits(site), "ServerAutoStart": site.flag("serverAutoStart")}
        yield {
            "ApplicationDefaults": embedded.application_defaults(),
            "ApplicationPoolDefaults": Instance("ApplicationPoolElementDefaults", pool_values),
            "SiteDefaults": Instance("SiteElementDefaults", site_values),
            "VirtualDirectoryDefaults": embedded.directory_defaults(),
        }


def _section_class(name: str, *own: Property) -> WmiClass:
    return WmiClass(
        name,
        (Property("Location", key=True), Property("Path", key=True), *own),
        bases=("ConfigurationSectionWithCollection", "ConfigurationSection"),
    )


class HistoryProvider(Provider7):
    """ConfigurationHistorySection. Its Location is empty."""

    def __init__(self, iis: Iis7) -> None:
        own = (
            Property("Enabled", CimType.BOOLEAN),
            Property("HistoryPath"),
            Property("MaxHistories", CimType.UINT32),
            Property("Period", CimType.DATETIME),
        )
        super().__init__(iis, _section_class("ConfigurationHistorySection", *own))

    def rows(self) -> Iterator[dict[str, Any]]:
        """The section of this host."""
        history = self.iis.config.history()
        yield {
            "Enabled": history.flag("enabled"),
            "HistoryPath": history.text("path"),
            "Location": "",
            "MaxHistories": history.number("maxHistories"),
            "Path": "MACHINE/WEBROOT/APPHOST",
            "Period": timedelta(seconds=history.seconds("period")),
        }


class RedirectionProvider(Provider7):
    """ConfigurationRedirectionSection, of redirection.config."""

    def __init__(self, iis: Iis7) -> None:
        own = (Property("Enabled", CimType.BOOLEAN), *map(Property, ("Password", "RedirectionPath", "UserName")))
        super().__init__(iis, _section_class("ConfigurationRedirectionSection", *own))

    def rows(self) -> Iterator[dict[str, Any]]:
        """The section of this host. ASSUMED: its path is MACHINE/REDIRECTION."""
        root = ET.fromstring(self.iis.machine.files.read(REDIRECTION))
        section = section_of(root, "configurationRedirection")
        yield {
            "Enabled": section.get("enabled") == "true",
            "Location": "",
            "Password": "",
            "Path": "MACHINE/REDIRECTION",
            "RedirectionPath": section.get("path", ""),
            "UserName": section.get("userName", ""),
        }
