# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of a host: reading them, and finding the one that is meant.

A site's description (ServerComment) and its state (ServerState) are in different classes, so a site by name takes
two requests and a site by number one.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ..._wsman.errors import Fault, MalformedAnswer
from ..._wsman.values import Instance
from ..._wsman.wql import quote
from ..context import IISV2, Context
from ..iis6.kinds import KINDS, SiteKind
from ..iis6.provider import explain_refusal, is_missing_class
from ..naming import nearest, no_such
from ..outcome import IisError
from ..windows.services import read_service, read_services
from .states import SiteState


@dataclass(frozen=True)
class Site:
    """One virtual server. ``name`` and ``auto_start`` are None when they were not read or are not set."""

    kind: SiteKind
    id: int
    name: str | None
    state: SiteState
    auto_start: bool | None = None

    @property
    def key(self) -> str:
        """The metabase key: ``W3SVC/1``."""
        return self.kind.key(self.id)

    @property
    def title(self) -> str:
        """What messages call it: ``Web site 'Shop' (W3SVC/3)``."""
        return f"{self.kind.noun} '{self.name}' ({self.key})" if self.name else f"{self.kind.noun} {self.key}"

    def as_values(self) -> dict[str, Any]:
        """The site under the names that all modules use."""
        return {
            "service": self.kind.name,
            "id": self.id,
            "name": self.name,
            "state": self.state.word,
            "auto_start": self.auto_start,
        }


@dataclass(frozen=True)
class SiteRows:
    """A site as the host shows it: a row of each of its two classes, which is empty where the host has none."""

    id: int
    setting: Instance
    server: Instance

    @property
    def state(self) -> SiteState | None:
        """The site's state, or None when the host gives none that makes sense."""
        try:
            return SiteState(self.server.integer("ServerState"))
        except (ValueError, MalformedAnswer):
            return None


class ServiceNotInstalled(IisError):
    """The host hasn't got the service, so it has no sites of it."""


def query_sites(context: Context, kind: SiteKind, wql: str) -> list[Instance]:
    """Query a class of a kind of sites. Raises ServiceNotInstalled, or another IisError that says why it can't be."""
    try:
        return context.host.query(IISV2, wql)
    except Fault as fault:
        if is_missing_class(fault) and kind.windows_service != "W3SVC":
            installed = read_services(context, ["W3SVC", kind.windows_service])
            if "w3svc" in installed and kind.service_key not in installed:
                raise ServiceNotInstalled(
                    f"There are no {kind.noun}s on this host: the service {kind.windows_service} isn't installed."
                ) from fault
        raise explain_refusal(context, fault, f"read the {kind.noun}s") from fault


def read_sites(context: Context, kinds: Iterable[SiteKind] = tuple(KINDS.values())) -> list[Site]:
    """Read every site of those kinds whose service is installed, two requests for each kind."""
    sites = []
    for kind in kinds:
        with suppress(ServiceNotInstalled):
            sites += _read_sites_of(context, kind)
    return sites


def read_site_states(context: Context, kinds: Iterable[SiteKind]) -> list[Site]:
    """Read the same sites without their names and whether they start by themselves: one request for each kind."""
    sites = []
    for kind in kinds:
        with suppress(ServiceNotInstalled):
            servers = _by_id(kind, _read_servers(context, kind))
            rows = [SiteRows(it, Instance({}), server) for it, server in sorted(servers.items())]
            sites += _as_sites(context, kind, rows)
    return sites


def read_rows(context: Context, kind: SiteKind, *columns: str) -> list[SiteRows]:
    """Read both rows of every site of a kind, by number, and these columns of its setting too: two requests.

    Raises ServiceNotInstalled or another IisError. A site of which something makes no sense is in the list.
    """
    settings = _by_id(kind, _read_settings(context, kind, "", "".join(f", {column}" for column in columns)))
    servers = _by_id(kind, _read_servers(context, kind))
    nothing = Instance({})
    return [SiteRows(it, settings.get(it, nothing), servers.get(it, nothing)) for it in sorted({*settings, *servers})]


def find_site_by_id(context: Context, kind: SiteKind, site_id: int) -> Site:
    """Find a site by its number in one request; its name isn't read. Raises IisError when there is none."""
    state = read_state(context, kind, site_id)
    if state is None:
        raise _unknown(context, kind, f"number {site_id}", str(site_id))
    return Site(kind, site_id, None, state)


def find_site_by_name(context: Context, kind: SiteKind, name: str) -> Site:
    """Find a site by its description in two requests. Raises IisError when there is none, or more than one.

    The host compares without case; among sites whose names differ in case only, the exact one is meant.
    """
    rows = _read_settings(context, kind, f" WHERE ServerComment={_literal(name)}")
    if len(rows) > 1:
        exact = [row for row in rows if row.text("ServerComment") == name]
        rows = exact if len(exact) == 1 else rows
    if not rows:
        raise _unknown(context, kind, f"named '{name}'", name)
    if len(rows) > 1:
        ids = sorted(_id(kind, row) for row in rows)
        raise IisError(
            f"There are {len(rows)} {kind.noun}s named '{name}' on this host, with the numbers "
            f"{', '.join(map(str, ids))}. Say which one is meant with 'id' instead of 'name'.",
            values={"service": kind.name, "ids": ids},
        )
    site_id = _id(kind, rows[0])
    state = read_state(context, kind, site_id)
    if state is None:
        raise _unknown(context, kind, f"named '{name}'", name)
    return Site(kind, site_id, rows[0].text("ServerComment"), state, rows[0].boolean("ServerAutoStart"))


def read_state(context: Context, kind: SiteKind, site_id: int) -> SiteState | None:
    """Read the state of one site, or None when there is no such site."""
    wql = f"SELECT Name, ServerState FROM {kind.server_class} WHERE Name={quote(kind.key(site_id))}"
    for row in query_sites(context, kind, wql):
        return _state(row)
    return None


def read_last_error(context: Context, site: Site) -> int:
    """Read why the site's last change of state failed: Win32Error (metabase id 1099), 0 if it didn't."""
    wql = f"SELECT Name, Win32Error FROM {site.kind.setting_class} WHERE Name={quote(site.key)}"
    return next((row.integer("Win32Error") or 0 for row in context.host.query(IISV2, wql)), 0)


def with_setting(context: Context, site: Site) -> Site:
    """Add the name and auto_start of a site that was found by number: one request."""
    for row in _read_settings(context, site.kind, f" WHERE Name={quote(site.key)}"):
        return replace(site, name=row.text("ServerComment"), auto_start=row.boolean("ServerAutoStart"))
    return site


def _read_sites_of(context: Context, kind: SiteKind) -> list[Site]:
    return _as_sites(context, kind, read_rows(context, kind))


def _as_sites(context: Context, kind: SiteKind, all_rows: Iterable[SiteRows]) -> list[Site]:
    sites = []
    for rows in all_rows:
        if rows.state is None:
            broken = f"its ServerState is {rows.server.get('ServerState')!r}, which isn't one of 1 to 7"
            context.operator.warn(f"{kind.noun} {kind.key(rows.id)} is left out: {broken}.")
            continue
        name, auto_start = rows.setting.text("ServerComment"), rows.setting.boolean("ServerAutoStart")
        sites.append(Site(kind, rows.id, name, rows.state, auto_start))
    return sites


def _read_servers(context: Context, kind: SiteKind) -> list[Instance]:
    return query_sites(context, kind, f"SELECT Name, ServerState FROM {kind.server_class}")


def _read_settings(context: Context, kind: SiteKind, condition: str, columns: str = "") -> list[Instance]:
    wql = f"SELECT Name, ServerComment, ServerAutoStart{columns} FROM {kind.setting_class}{condition}"
    return query_sites(context, kind, wql)


def _by_id(kind: SiteKind, rows: Iterable[Instance]) -> dict[int, Instance]:
    """The rows by the number of their site, without those whose key is that of something else."""
    return {number: row for row in rows if (number := kind.id_of(row.text("Name") or "")) is not None}


def _id(kind: SiteKind, row: Instance) -> int:
    key = row.text("Name") or ""
    site_id = kind.id_of(key)
    if site_id is None:
        raise MalformedAnswer(f"a {kind.noun} is named '{key}', which isn't of the form {kind.prefix}/number")
    return site_id


def _state(row: Instance) -> SiteState:
    number = row.integer("ServerState")
    try:
        return SiteState(number)
    except ValueError:
        raise MalformedAnswer(f"{row.text('Name')} has ServerState {number}, which isn't one of 1 to 7") from None


def _literal(name: str) -> str:
    try:
        return quote(name)
    except ValueError as error:
        raise IisError(f"No site can have the name {name!r}: {error}") from error


def _unknown(context: Context, kind: SiteKind, which: str, like: str) -> IisError:
    rows = _read_settings(context, kind, "")
    there = sorted((_id(kind, row), row.text("ServerComment") or "") for row in rows)
    there = nearest(like, there, lambda site: site[1], lambda site: str(site[0]))
    values = {"service": kind.name, "sites": [{"id": number, "name": name} for number, name in there]}
    if not there and read_service(context, kind.windows_service) is None:
        message = f"There is no {kind.noun} {which} on this host. The service {kind.windows_service} isn't installed."
        return IisError(message, values=values)
    titles = [f"'{name}' (id {number})" for number, name in there]
    return IisError(no_such(f"{kind.noun} {which}", titles), values=values)
