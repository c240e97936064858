# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which service needs which: the part of a host's dependency graph that a change of state touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..context import Context
from .dependencies import Dependencies
from .services import Service, ServiceState, read_services


@dataclass(frozen=True)
class ServiceGraph:
    """Services by key, and for each the keys of those that it needs, as far as they were read."""

    services: Mapping[str, Service]
    needs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def needs_of(self, key: str) -> frozenset[str]:
        """The services that this one depends on directly."""
        return self.needs.get(key, frozenset())

    def dependents_of(self, key: str) -> frozenset[str]:
        """The services that depend directly on this one."""
        return frozenset(other for other in self.services if key in self.needs_of(other))

    def with_dependents(self, keys: Iterable[str]) -> frozenset[str]:
        """These services and everything that depends on them, however far away."""
        return self._closure(keys, up=False)

    def with_antecedents(self, keys: Iterable[str]) -> frozenset[str]:
        """These services and everything that they depend on, however far away."""
        return self._closure(keys, up=True)

    def start_order(self, keys: Iterable[str]) -> list[tuple[str, ...]]:
        """Put services into waves: each needs only services of earlier waves, or none of these.

        Raises ValueError when they depend on each other in a circle, which Windows doesn't allow.
        """
        left = set(keys)
        waves: list[tuple[str, ...]] = []
        while left:
            wave = sorted(key for key in left if not self.with_antecedents([key]) & left - {key})
            if not wave:
                raise ValueError(f"circular dependency among {', '.join(sorted(left))}")
            waves.append(tuple(wave))
            left.difference_update(wave)
        return waves

    def stop_order(self, keys: Iterable[str]) -> list[tuple[str, ...]]:
        """Put services into waves: everything that depends on one is in an earlier wave."""
        left = set(keys)
        waves: list[tuple[str, ...]] = []
        while left:
            wave = sorted(key for key in left if not self.with_dependents([key]) & left - {key})
            if not wave:
                raise ValueError(f"circular dependency among {', '.join(sorted(left))}")
            waves.append(tuple(wave))
            left.difference_update(wave)
        return waves

    def updated(self, fresh: Mapping[str, Service]) -> ServiceGraph:
        """The same graph with newer states of some services."""
        return ServiceGraph({**self.services, **fresh}, self.needs)

    def _closure(self, keys: Iterable[str], *, up: bool) -> frozenset[str]:
        seen: set[str] = set()
        todo = [key for key in keys if key in self.services]
        while todo:
            key = todo.pop()
            if key not in seen:
                seen.add(key)
                near = self.needs_of(key) if up else self.dependents_of(key)
                todo.extend(other for other in near if other in self.services)
        return frozenset(seen)


def read_graph(
    dependencies: Dependencies, known: Mapping[str, Service], *, downwards: Iterable[str], upwards: Iterable[str]
) -> ServiceGraph:
    """Read what depends on ``downwards`` to the last service, and what ``upwards`` needs as far as that is stopped.

    One request per service followed. A service that runs has what it needs, so nothing above it is read.
    """
    services = dict(known)
    needs: dict[str, set[str]] = {}
    todo, seen = list(downwards), set[str]()
    while todo:
        key = todo.pop(0)
        if key in seen:
            continue
        seen.add(key)
        for other, service in dependencies.dependents(services[key].name).items():
            services.setdefault(other, service)
            needs.setdefault(other, set()).add(key)
            todo.append(other)
    todo, seen = list(upwards), set()
    while todo:
        key = todo.pop(0)
        if key in seen or services[key].state.settles_as is not ServiceState.STOPPED:
            continue
        seen.add(key)
        for other, service in dependencies.antecedents(services[key].name).items():
            services.setdefault(other, service)
            needs.setdefault(key, set()).add(other)
            todo.append(other)
    return ServiceGraph(services, {key: frozenset(value) for key, value in needs.items()})


def refresh(context: Context, graph: ServiceGraph) -> ServiceGraph:
    """Read the states of all services of a graph again, in one request."""
    names = [service.name for service in graph.services.values()]
    return graph.updated(read_services(context, names))
