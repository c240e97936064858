# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything there is to know of IIS on a host, read-only, in as few requests as there are classes to read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from .._wsman.errors import Fault
from .context import Context
from .isolation.read import read_isolation_mode
from .model.sites import SiteKind
from .outage.sessions import read_sessions
from .outcome import IisError, Outcome, attempt
from .server import Server, ServiceNotInstalled
from .services.iisreset import is_enabled
from .versions import assumed, consult, recognise_by_services, roots
from .windows.dependencies import Dependencies
from .windows.recovery import read_recovery
from .windows.services import SERVICE_NAMES, Service, ServiceState, read_services
from .windows.system import System, read_system


def gather_info(context: Context, *, subsets: Collection[str]) -> Outcome:
    """Read the subsets, each under its own name; one that can't be read is None, with a warning that says why.

    Raises IisError when none of them can be read.
    """
    values: dict[str, Any] = {}
    failures: list[str] = []
    source = Source(context)
    for name, read in SUBSETS.items():
        if name in subsets:
            values[name] = attempt(partial(read, source), failures)
    if failures and all(value is None for value in values.values()):
        raise IisError(failures[0], values=values)
    for failure in failures:
        context.operator.warn(failure)
    return Outcome(changed=False, values=values)


@dataclass(frozen=True)
class Source:
    """Where the subsets are read from: the host, and what more than one of them needs, read once."""

    context: Context

    @cached_property
    def system(self) -> System:
        """Windows itself."""
        return read_system(self.context)

    @cached_property
    def services(self) -> dict[str, Service]:
        """Those services of IIS that are installed."""
        return read_services(self.context, list(dict.fromkeys([*SERVICE_NAMES, *roots()])))

    @cached_property
    def server(self) -> Server:
        """The IIS whose services these are."""
        return recognise_by_services(self.context, self.services)

    def may_have(self, kind: SiteKind) -> bool:
        """Whether there may be such sites: their service is installed, or the host doesn't let its services be read."""
        try:
            return kind.service_key in self.services
        except Fault:
            return True


def _version(source: Source) -> dict[str, Any]:
    version = consult(source.context, lambda server: server.read_version(source.context))
    system = source.system
    return {
        "iis": version,
        "windows": system.version,
        "windows_name": system.name,
        "service_pack": system.service_pack,
        "features": assumed(source.context).read_features(source.context),
    }


def _services(source: Source) -> dict[str, Any]:
    services = source.services
    dependencies = Dependencies(source.context)
    for root in source.server.family.roots:
        if root in services:
            services = {**dependencies.dependents(services[root].name), **services}
    return {
        key: {
            "name": service.name,
            "display_name": service.display_name,
            "state": str(service.state),
            "start_mode": str(service.start_mode),
        }
        for key, service in sorted(services.items())
    }


def _recovery(source: Source) -> dict[str, Any]:
    return {key: read_recovery(source.context, service).as_values() for key, service in sorted(source.services.items())}


def _sites(source: Source) -> list[dict[str, Any]]:
    def read(server: Server) -> list[dict[str, Any]]:
        sites: list[dict[str, Any]] = []
        for kind in server.sites.kinds.values():
            # Asked in any case for Web sites: why there are none is an error that explains itself.
            if kind.name == "web" or source.may_have(kind):
                with suppress(ServiceNotInstalled):
                    sites += _sites_of(source.context, server, kind)
        return sites

    return consult(source.context, read)


def _sites_of(context: Context, server: Server, kind: SiteKind) -> list[dict[str, Any]]:
    """Every site; what is missing or makes no sense is null, so that a broken site is seen, and spoils no list."""
    return [
        {
            "service": kind.name,
            "id": site.id,
            "name": site.name,
            "state": site.state.word if site.state else None,
            "auto_start": site.auto_start,
            "bindings": [binding.as_values() for binding in site.bindings],
        }
        for site in server.sites.read_all(context, kind, bindings=True)
    ]


def _isolation_mode(source: Source) -> dict[str, Any]:
    return read_isolation_mode(source.context, source.services).as_values()


def _metabase(source: Source) -> dict[str, Any] | None:
    """The metabase, or None for an IIS that has none."""

    def describe(server: Server) -> dict[str, Any] | None:
        return server.metabase.describe(source.context, source.system) if server.metabase else None

    return consult(source.context, describe)


def _app_pools(source: Source) -> list[dict[str, Any]]:
    pools = consult(source.context, lambda server: server.pools.read_all(source.context))
    pools = sorted(pools, key=lambda pool: pool.name.casefold())
    for pool in pools:
        if not pool.is_named:
            source.context.operator.warn(
                f"The name of an application pool can't be read from what the host lists ('{pool.name}'). It can be "
                "with the Windows feature IIS Management Scripts and Tools (Web-Scripting-Tools)."
            )
    return [pool.as_values() for pool in pools]


def _connections(source: Source) -> dict[str, Any]:
    serving = {counter.protocol: counter.service for counter in source.server.family.counters}
    running = [key for key, service in source.services.items() if service.state is not ServiceState.STOPPED]
    sessions = read_sessions(source.context, running)
    return {name: count if serving.get(name) in source.services else None for name, count in sessions.items()}


def _reset(source: Source) -> dict[str, Any]:
    return {"enabled": is_enabled(source.context)}


#: What can be asked for, in the order of the result.
SUBSETS: dict[str, Callable[[Source], Any]] = {
    "version": _version,
    "services": _services,
    "recovery": _recovery,
    "sites": _sites,
    "isolation_mode": _isolation_mode,
    "metabase": _metabase,
    "app_pools": _app_pools,
    "connections": _connections,
    "reset": _reset,
}

#: What is read when nothing is asked for: all but what takes many requests or a command shell.
DEFAULT_SUBSETS = [name for name in SUBSETS if name not in ("recovery", "reset")]
