# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The associations of root/WebAdministration, with the roles Container and Element (microsoft/wmi)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.iis7.host import Iis7
from simulator.iis7.providers.base import NAMESPACE
from simulator.wmi.model import ObjectPath

Pair = tuple[ObjectPath, ObjectPath]


def _path(class_name: str, **keys: str) -> ObjectPath:
    return ObjectPath(NAMESPACE, class_name, keys)


class Links:
    """The pairs of one host."""

    def __init__(self, iis: Iis7) -> None:
        self._iis = iis

    def server_sites(self) -> Iterator[Pair]:
        """ServerContainsSite."""
        for site in self._iis.config.sites():
            yield _path("Server"), _path("Site", Name=site.name)

    def server_pools(self) -> Iterator[Pair]:
        """ServerContainsApplicationPool."""
        for pool in self._iis.config.pools():
            yield _path("Server"), _path("ApplicationPool", Name=pool.name)

    def site_applications(self) -> Iterator[Pair]:
        """SiteContainsApplication."""
        for site in self._iis.config.sites():
            for application in site.applications():
                path = application.get("path", "/")
                yield _path("Site", Name=site.name), _path("Application", SiteName=site.name, Path=path)

    def pool_applications(self) -> Iterator[Pair]:
        """ApplicationPoolContainsApplication."""
        for site in self._iis.config.sites():
            for application in site.applications():
                path, pool = application.get("path", "/"), application.get("applicationPool", "DefaultAppPool")
                yield _path("ApplicationPool", Name=pool), _path("Application", SiteName=site.name, Path=path)

    def pool_processes(self) -> Iterator[Pair]:
        """ApplicationPoolContainsProcess."""
        for worker in self._iis.pools.workers():
            yield (
                _path("ApplicationPool", Name=worker.pool),
                _path("WorkerProcess", ProcessId=str(worker.pid)),
            )


def register_associations(iis: Iis7) -> None:
    """Register them."""
    links = Links(iis)
    for name, pairs in (
        ("ServerContainsSite", links.server_sites),
        ("ServerContainsApplicationPool", links.server_pools),
        ("SiteContainsApplication", links.site_applications),
        ("ApplicationPoolContainsApplication", links.pool_applications),
        ("ApplicationPoolContainsProcess", links.pool_processes),
    ):
        iis.machine.wmi.register_association(
            NAMESPACE, name, "Container", "Element", pairs, bases=("ObjectContainerAssociation",)
        )
