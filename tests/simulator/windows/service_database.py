# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of a machine by name, and who depends on whom."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.windows.service import Service


class ServiceDatabase:
    """Names compare without case; services come in the order of their names."""

    def __init__(self) -> None:
        self._services: dict[str, Service] = {}

    def __iter__(self) -> Iterator[Service]:
        return iter(list(self._services.values()))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._services

    def _store(self, service: Service) -> None:
        self._services[service.name.lower()] = service
        self._services = dict(sorted(self._services.items()))

    def find(self, name: str) -> Service | None:
        """The service of this name, or None."""
        return self._services.get(name.lower())

    def get(self, name: str) -> Service:
        """The service of this name; KeyError if it isn't installed."""
        return self._services[name.lower()]

    def named(self, display_name: str) -> Service | None:
        """The service of this display name or key name, as ``net start`` looks it up."""
        wanted = display_name.lower()
        for service in self._services.values():
            if service.display_name.lower() == wanted:
                return service
        return self.find(display_name)

    def dependencies(self, service: Service) -> list[Service]:
        """The installed services that this one declares a dependency on."""
        return [found for name in service.depends_on if (found := self.find(name)) is not None]

    def dependents(self, name: str) -> list[Service]:
        """The services that directly declare a dependency on this one, by name."""
        wanted = name.lower()
        return [service for service in self if any(entry.lower() == wanted for entry in service.depends_on)]

    def all_dependents(self, name: str) -> list[Service]:
        """Everything that needs this service, directly or not; those to be stopped first come first."""
        found: list[Service] = []
        self._collect_dependents(self.get(name), found, [])
        return found

    def _collect_dependents(self, service: Service, found: list[Service], path: list[Service]) -> None:
        for dependent in self.dependents(service.name):
            if dependent not in found and dependent not in path:
                self._collect_dependents(dependent, found, [*path, service])
                found.append(dependent)
