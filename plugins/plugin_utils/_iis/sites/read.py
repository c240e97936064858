# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of a host: reading them, and finding the one that is meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress

from ..context import Context
from ..model.sites import Site, SiteKind, SiteNamed, SiteSeen, SiteState
from ..naming import nearest, no_such
from ..outcome import IisError
from ..server import Server, ServiceNotInstalled
from ..versions import assumed, consult
from ..windows.services import read_service


def read_sites(context: Context, *names: str) -> list[Site]:
    """Read every site of the kinds of those names, or of all, whose service is installed."""

    def read(server: Server) -> list[Site]:
        return _read(context, server, (kind for kind in server.sites.kinds.values() if not names or kind.name in names))

    return consult(context, read)


def read_sites_of(context: Context, services: Iterable[str]) -> dict[str, Site]:
    """Read the sites of services (keys), by key."""
    wanted = frozenset(services)
    return consult(context, lambda server: _by_key(_read(context, server, _kinds_of(server, wanted))))


def read_states_of(context: Context, services: Iterable[str]) -> dict[str, Site]:
    """Read the same sites without their names and settings, where that takes fewer requests."""
    wanted = frozenset(services)
    return consult(context, lambda server: _by_key(_read(context, server, _kinds_of(server, wanted), states_only=True)))


def find_site_by_id(context: Context, service: str, site_id: int) -> Site:
    """Find a site of a kind ("web") by its number; its name isn't read. Raises IisError when there is none."""

    def find(server: Server) -> Site:
        kind = kind_of(server, service)
        if site_id < 1:
            raise IisError(f"There is no {kind.noun} number {site_id}: the numbers of sites begin with 1.")
        state = server.sites.read_state(context, kind, site_id)
        if state is None:
            raise _unknown(context, server, kind, f"number {site_id}", str(site_id))
        return Site(kind, site_id, None, state)

    return consult(context, find)


def find_site_by_name(context: Context, service: str, name: str) -> Site:
    """Find a site of a kind ("web") by its name. Raises IisError when there is none, or more than one.

    The host compares without case; among sites whose names differ in case only, the exact one is meant.
    """

    def find(server: Server) -> Site:
        kind = kind_of(server, service)
        found = _the_one(context, server, kind, name)
        state = found.state or server.sites.read_state(context, kind, found.id)
        if state is None:
            raise _unknown(context, server, kind, f"named '{name}'", name)
        return Site(kind, found.id, found.name, state, found.auto_start)

    return consult(context, find)


def kind_of(server: Server, service: str) -> SiteKind:
    """The kind of sites of that name. Raises IisError where this IIS has no such sites."""
    try:
        return server.sites.kinds[service]
    except KeyError:
        raise IisError(f"{server.name} {server.has} no sites of the kind '{service}'.") from None


def read_state(context: Context, site: Site) -> SiteState | None:
    """Read the state of a site, or None when it is gone."""
    return assumed(context).sites.read_state(context, site.kind, site.id)


def with_setting(context: Context, site: Site) -> Site:
    """Add the name and auto_start of a site that was found by number."""
    return assumed(context).sites.with_setting(context, site)


def _kinds_of(server: Server, services: Collection[str]) -> list[SiteKind]:
    of_service = {kind.service_key: kind for kind in server.sites.kinds.values()}
    return [of_service[key] for key in sorted(services) if key in of_service]


def _by_key(sites: Iterable[Site]) -> dict[str, Site]:
    return {site.key: site for site in sites}


def _read(context: Context, server: Server, kinds: Iterable[SiteKind], *, states_only: bool = False) -> list[Site]:
    read = server.sites.read_states if states_only else server.sites.read_all
    sites = []
    for kind in kinds:
        with suppress(ServiceNotInstalled):
            sites += _those_that_make_sense(context, kind, read(context, kind))
    return sites


def _the_one(context: Context, server: Server, kind: SiteKind, name: str) -> SiteNamed:
    try:
        found = server.sites.find(context, kind, name)
    except ValueError as error:
        raise IisError(f"No site can have the name {name!r}: {error}") from error
    if len(found) > 1:
        exact = [site for site in found if site.name == name]
        found = exact if len(exact) == 1 else found
    if not found:
        raise _unknown(context, server, kind, f"named '{name}'", name)
    if len(found) > 1:
        ids = sorted(site.id for site in found)
        raise IisError(
            f"There are {len(found)} {kind.noun}s named '{name}' on this host, with the numbers "
            f"{', '.join(map(str, ids))}. Say which one is meant with 'id' instead of 'name'.",
            values={"service": kind.name, "ids": ids},
        )
    return found[0]


def _those_that_make_sense(context: Context, kind: SiteKind, seen: Iterable[SiteSeen]) -> list[Site]:
    sites = []
    for site in seen:
        if site.state is None:
            context.operator.warn(f"{kind.noun} {kind.key(site.id)} is left out: {site.trouble}.")
        else:
            sites.append(Site(kind, site.id, site.name, site.state, site.auto_start))
    return sites


def _unknown(context: Context, server: Server, kind: SiteKind, which: str, like: str) -> IisError:
    there = server.sites.read_names(context, kind)
    there = nearest(like, there, lambda site: site[1], lambda site: str(site[0]))
    values = {"service": kind.name, "sites": [{"id": number, "name": name} for number, name in there]}
    if not there and read_service(context, kind.windows_service) is None:
        message = f"There is no {kind.noun} {which} on this host. The service {kind.windows_service} isn't installed."
        return IisError(message, values=values)
    titles = [f"'{name}' (id {number})" for number, name in there]
    return IisError(no_such(f"{kind.noun} {which}", titles), values=values)
