# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that appcmd lists, each with its line, its attributes and its element of the configuration.

Forms: sous-chefs/iis and azure-pipelines tests (sites, pools), "Getting started with AppCmd.exe" (applications, virtual
directories, requests, backups), field notes (worker processes; ``APPPOOL.NAME`` of applications in XML).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.iis7.apphost import Entry
from simulator.iis7.codes import E_NOTIMPL
from simulator.iis7.host import Iis7
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.sites import Half
from simulator.iis7.states import State


@dataclass
class Row:
    """One object. ``attributes`` as in XML, ``line`` what follows tag and name in text, ``entry`` its configuration."""

    tag: str
    name: str
    line: str
    attributes: dict[str, str]
    element: ET.Element | None = None
    entry: Entry | None = None
    long: int = 0
    """How many bindings its line has to hold."""

    def value(self, name: str) -> str | None:
        """An attribute by name, of the object or of its configuration; None if there is none of this name."""
        wanted = name.lower()
        if wanted in ("name", f"{self.tag.lower()}.name"):
            return self.name
        for known, value in self.attributes.items():
            if wanted in (known.lower(), known.lower().removeprefix(f"{self.tag.lower()}.")):
                return value
        path = None if self.entry is None else self.entry.spelled(name)
        if path is not None and self.entry is not None:
            return self.entry.text(path)
        return None if self.element is None else self.element.get(name)


class Rows:
    """Makes the rows of a host. ``known``: whether states can be had."""

    def __init__(self, iis: Iis7, *, known: bool = True) -> None:
        self._iis = iis
        self._known = known

    def of(self, kind: str) -> Iterator[Row]:
        """All objects of a kind."""
        maker = {
            "site": self._sites,
            "apppool": self._pools,
            "app": self._applications,
            "vdir": self._directories,
            "wp": self._workers,
            "request": self._requests,
            "backup": self._backups,
        }[kind]
        return maker()

    def _sites(self) -> Iterator[Row]:
        for site in self._iis.config.sites():
            pairs = [f"{protocol}/{information}" for protocol, information in site.bindings()]
            bindings = ",".join(pairs)
            state = self._iis.web.state(site) if self._known else State.UNKNOWN
            word = state.word if Half.HTTP.has(site) else self._ftp_word()
            yield Row(
                "SITE",
                site.name,
                f"id:{site.id},bindings:{bindings},state:{word}",
                {"SITE.NAME": site.name, "SITE.ID": str(site.id), "bindings": bindings, "state": word},
                site.element,
                site,
                len(pairs),
            )

    def _ftp_word(self) -> str:
        """W3SVC doesn't know a site without an HTTP binding (by recall; a switch has it otherwise)."""
        return self._iis.switches.ftp_listed_state if self._iis.running("W3SVC") and self._known else "Unknown"

    def _pools(self) -> Iterator[Row]:
        for pool in self._iis.config.pools():
            state = (self._iis.pools.state(pool.name) if self._known else State.UNKNOWN).word
            version, mode = pool.text("managedRuntimeVersion"), pool.text("managedPipelineMode")
            yield Row(
                "APPPOOL",
                pool.name,
                f"MgdVersion:{version},MgdMode:{mode},state:{state}",
                {"APPPOOL.NAME": pool.name, "PipelineMode": mode, "RuntimeVersion": version, "state": state},
                pool.element,
                pool,
            )

    def _applications(self) -> Iterator[Row]:
        for site in self._iis.config.sites():
            for application in site.applications():
                path = application.get("path", "/")
                pool = application.get("applicationPool", "DefaultAppPool")
                name = f"{site.name}{path}"
                attributes = {"path": path, "APP.NAME": name, "APPPOOL.NAME": pool, "SITE.NAME": site.name}
                yield Row("APP", name, f"applicationPool:{pool}", attributes, application)

    def _directories(self) -> Iterator[Row]:
        for site in self._iis.config.sites():
            for application in site.applications():
                for directory in application.findall("virtualDirectory"):
                    path = directory.get("path", "/")
                    name = f"{site.name}{application.get('path', '/').rstrip('/')}{path}"
                    place = directory.get("physicalPath", "")
                    attributes = {
                        "VDIR.NAME": name,
                        "physicalPath": place,
                        "path": path,
                        "APP.NAME": f"{site.name}{application.get('path', '/')}",
                    }
                    yield Row("VDIR", name, f"physicalPath:{place}", attributes, directory)

    def _workers(self) -> Iterator[Row]:
        for worker in self._iis.pools.workers():
            attributes = {"WP.NAME": str(worker.pid), "APPPOOL.NAME": worker.pool}
            yield Row("WP", str(worker.pid), f"applicationPool:{worker.pool}", attributes)

    def _requests(self) -> Iterator[Row]:
        if not self._iis.request_monitor:
            raise Failed("execution_failed", E_NOTIMPL)
        now = self._iis.machine.clock.monotonic()
        for worker in self._iis.pools.workers():
            for number in range(worker.active(now)):
                name = f"f{worker.pid:07x}8{number:07x}"
                yield Row(
                    "REQUEST",
                    name,
                    "url:GET /,time:0 msec,client:192.0.2.7,stage:ExecuteRequestHandler,module:ManagedPipelineHandler",
                    {"REQUEST.NAME": name, "WP.NAME": str(worker.pid), "APPPOOL.NAME": worker.pool, "Url": "/"},
                )

    def _backups(self) -> Iterator[Row]:
        for name in [*self._iis.files.backups(), *self._iis.files.snapshots()]:
            yield Row("BACKUP", name, "", {"BACKUP.NAME": name})
