# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a change: everything that has to run does run, read anew from the host."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..context import Context, Note
from ..interruptions import service_of
from ..model.isolation import W3SVC, IsolationMode, Mode
from ..model.pools import PoolState
from ..model.sites import SiteState
from ..outage.sites_back import Sites
from ..pools.read import find_pool
from ..sites.read import read_sites_of, read_states_of
from ..versions import consult
from ..waiting import PATIENCE, TimedOut, wait_until
from ..windows.services import CORE_SERVICES, SERVICE_NAMES, Service, ServiceState, StartMode, read_services
from .options import Running


def mode_not_in_effect(isolation: IsolationMode, wanted: Mode) -> list[str]:
    """Say, with the remedy, why a mode isn't in effect; nothing where it is."""
    if isolation.configured is not wanted:
        return [
            f"{isolation.configured.value} mode is configured, not {wanted.value} mode. Configure it with "
            f"fleetops.iis.iis_isolation_mode: mode={wanted.value}."
        ]
    names = [SERVICE_NAMES[key] for key in isolation.services_to_restart]
    if not names:
        return []
    return [
        f"{wanted.value} mode is configured, but not in effect: {' and '.join(names)} still "
        f"{'runs' if len(names) == 1 else 'run'} in the other mode. Restart IIS with fleetops.iis.iis_service: "
        "state=restarted."
    ]


def read_proven_services(context: Context, keys: Iterable[str]) -> dict[str, Service]:
    """Read services (keys), and those that show the isolation mode, in one request."""
    return read_services(context, tuple(dict.fromkeys((*CORE_SERVICES, *keys))))


def what_is_down(context: Context, running: Running, timeout: float) -> list[str]:
    """Name, with the remedy, what doesn't run of what has to.

    What of it is on its way is waited for, ``timeout`` seconds. What the host doesn't report is given a moment: it may
    never do so, as of a site without an HTTP binding.
    """
    quiet_since: float | None = None

    def is_over(seen: _Seen) -> bool:
        nonlocal quiet_since
        now = context.clock.monotonic()
        if seen.is_moving(running):
            quiet_since = None
            return False
        quiet_since = now if quiet_since is None else quiet_since
        return not seen.is_unreported(running) or now - quiet_since >= PATIENCE

    try:
        seen = wait_until(context, lambda: _Seen.read(context, running), is_over, timeout)
    except TimedOut as late:
        seen = late.last
    troubles = [seen.service_trouble(key) for key in running.services]
    troubles += [seen.site_trouble(key) for key in running.sites if service_of(key) not in seen.down]
    if W3SVC not in seen.down:
        troubles += [seen.pool_trouble(name) for name in running.app_pools]
    return [trouble for trouble in troubles if trouble]


def still_down(context: Context, note: Note) -> Running:
    """What of a note is stopped or paused, but for what is gone, or was disabled since. Nothing is waited for.

    A site that a drain paused, and whose service somebody has stopped since, isn't down because of the drain.
    """
    services = note.services.union(map(service_of, note.sites))
    seen = _Seen.read(context, Running(tuple(sorted(services)), tuple(sorted(note.sites))))
    down = {
        key
        for key in seen.down & note.services
        if key in seen.services and seen.services[key].start_mode is not StartMode.DISABLED
    }
    sites = {key for key in note.sites & seen.sites.keys() if seen.sites[key].state.is_out}
    sites |= {key for key in note.sites if service_of(key) in down}
    return Running(tuple(sorted(down)), tuple(sorted(sites)))


def _read_sites(context: Context, keys: Collection[str], services: Collection[str]) -> Sites:
    """Read the states of the sites of services; also the names where a site (key) is down, which messages say."""
    sites = read_states_of(context, services)
    if all(key in sites and sites[key].state is SiteState.STARTED for key in keys):
        return sites
    return read_sites_of(context, services)


def _read_pools(context: Context, running: Running, down: Collection[str]) -> dict[str, PoolState | None]:
    """Read the states of all application pools, by name without case, where any has to run that can.

    One that isn't listed is asked for: a list may show its name otherwise.
    """
    if not running.app_pools or W3SVC in down:
        return {}
    pools = consult(context, lambda server: server.pools.read_all(context))
    states = {pool.name.casefold(): pool.state for pool in pools if pool.is_named}
    for name in running.app_pools:
        if name.casefold() not in states:
            found = find_pool(context, name)
            states |= {name.casefold(): found.state} if found else {}
    return states


@dataclass(frozen=True)
class _Seen:
    """What was read of services, sites and application pools. Those of services that are ``down`` are down with them.

    ``pools`` has their states, by name without case.
    """

    services: dict[str, Service]
    down: frozenset[str]
    sites: Sites
    pools: dict[str, PoolState | None]

    @classmethod
    def read(cls, context: Context, running: Running) -> _Seen:
        read = read_proven_services(context, running.services) if running.services else {}
        services = {key: it for key, it in read.items() if key in running.services}
        down = frozenset(
            key for key in running.services if key not in services or services[key].state is not ServiceState.STARTED
        )
        sites = _read_sites(context, running.sites, {service_of(key) for key in running.sites} - down)
        return cls(services, down, sites, _read_pools(context, running, down))

    def is_moving(self, running: Running) -> bool:
        """Whether anything of what has to run is on its way to another state."""
        services = any(service.state.is_pending for service in self.services.values())
        sites = any(not (it.is_settled or it is SiteState.UNKNOWN) for it in self._site_states(running))
        pools = any(it in (PoolState.STARTING, PoolState.STOPPING) for it in self._pool_states(running))
        return services or sites or pools

    def is_unreported(self, running: Running) -> bool:
        """Whether the host doesn't say in which state something is that has to run."""
        sites = SiteState.UNKNOWN in self._site_states(running)
        return sites or any(state in (None, PoolState.UNKNOWN) for state in self._pool_states(running))

    def _site_states(self, running: Running) -> list[SiteState]:
        return [self.sites[key].state for key in running.sites if key in self.sites]

    def _pool_states(self, running: Running) -> list[PoolState | None]:
        names = map(str.casefold, running.app_pools)
        return [self.pools[name] for name in names if name in self.pools]

    def service_trouble(self, key: str) -> str:
        if key not in self.down:
            return ""
        if key not in self.services:
            return f"The service {key}, which has to run, isn't installed on the host."
        service = self.services[key]
        remedy = f"with fleetops.iis.iis_service: name={key} state=started" if key in SERVICE_NAMES else "on the host"
        return f"{service.title} has to run and is {service.state}. Start it {remedy}."

    def site_trouble(self, key: str) -> str:
        if key not in self.sites:
            return f"The site {key}, which has to run, is gone."
        site = self.sites[key]
        if site.state is SiteState.STARTED:
            return ""
        return (
            f"{site.title} has to run and is {site.state.word}. Start it with fleetops.iis.iis_site: "
            f"service={site.kind.name} id={site.id} state=started."
        )

    def pool_trouble(self, name: str) -> str:
        if name.casefold() not in self.pools:
            return f"The application pool '{name}', which has to run, is gone."
        state = self.pools[name.casefold()]
        if state is PoolState.STARTED:
            return ""
        return (
            f"The application pool '{name}' has to run and is {state.word if state else 'in no known state'}. Start it "
            f"with fleetops.iis.iis_app_pool: name='{name}' state=started."
        )
