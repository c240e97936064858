# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of IIS 6, through root/MicrosoftIISv2, and through adsutil.vbs where that can't give an order.

A site's description (ServerComment) and its state (ServerState) are in different classes, so a site by name takes
two requests and a site by number one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ..._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from ..._wsman.values import Instance
from ..._wsman.wql import quote
from .. import codes
from ..context import Context
from ..metabase.write import write_property
from ..model.sites import Binding, Order, Site, SiteKind, SiteNamed, SiteSeen, SiteState
from ..outcome import IisError
from ..server import ServiceNotInstalled
from ..waiting import PATIENCE
from ..windows.services import read_services
from ..windows.system import is_newer_than_2003
from .adsutil import run_adsutil
from .bindings import binding_columns, parse_bindings
from .kinds import KINDS, Iis6Kind
from .provider import IISV2, explain_refusal, require_own_windows

#: ``ServerState`` of a site (metabase id 1016, ms524905).
_STATES = {
    1: SiteState.STARTING,
    2: SiteState.STARTED,
    3: SiteState.STOPPING,
    4: SiteState.STOPPED,
    5: SiteState.PAUSING,
    6: SiteState.PAUSED,
    7: SiteState.CONTINUING,
}

_HRESULT = re.compile(r"0x(8[0-9a-fA-F]{7})\b")


class Iis6Sites:
    """The sites of a host with IIS 6; see :class:`~..server.SiteStore`."""

    kinds: Mapping[str, SiteKind] = KINDS
    orders: Mapping[Order, str] = dict.fromkeys(Order, "")
    drained = frozenset({"web", "ftp"})
    sets_auto_start = True  # ms525858

    def read_all(self, context: Context, kind: SiteKind, *, bindings: bool = False) -> list[SiteSeen]:
        """Read both rows of every site of a kind: two requests."""
        ours = KINDS[kind.name]
        columns = f", {binding_columns(kind)}" if bindings else ""
        settings = _by_id(kind, _read_settings(context, ours, columns=columns))
        servers = _by_id(kind, _read_servers(context, ours))
        nothing = Instance({})
        return [_seen(it, settings.get(it, nothing), servers.get(it, nothing)) for it in sorted({*settings, *servers})]

    def read_states(self, context: Context, kind: SiteKind) -> list[SiteSeen]:
        """Read the row that has the state: one request."""
        servers = _by_id(kind, _read_servers(context, KINDS[kind.name]))
        return [_seen(it, Instance({}), server) for it, server in sorted(servers.items())]

    def read_names(self, context: Context, kind: SiteKind) -> list[tuple[int, str]]:
        """Read the number and the description of every site: one request."""
        rows = _read_settings(context, KINDS[kind.name])
        return sorted((_id(kind, row), row.text("ServerComment") or "") for row in rows)

    def find(self, context: Context, kind: SiteKind, name: str) -> list[SiteNamed]:
        """Read the sites of that description: one request. Their states are in another class."""
        rows = _read_settings(context, KINDS[kind.name], f" WHERE ServerComment={quote(name)}")
        return [
            SiteNamed(_id(kind, row), row.text("ServerComment") or "", row.boolean("ServerAutoStart")) for row in rows
        ]

    def read_state(self, context: Context, kind: SiteKind, site_id: int) -> SiteState | None:
        """Read the state of one site: one request."""
        ours = KINDS[kind.name]
        wql = f"SELECT Name, ServerState FROM {ours.server_class} WHERE Name={quote(kind.key(site_id))}"
        for row in _query(context, ours, wql):
            number = row.integer("ServerState")
            if number not in _STATES:
                raise MalformedAnswer(f"{row.text('Name')} has ServerState {number}, which isn't one of 1 to 7")
            return _STATES[number]
        return None

    def with_setting(self, context: Context, site: Site) -> Site:
        """Read name and auto_start: one request."""
        for row in _read_settings(context, KINDS[site.kind.name], f" WHERE Name={quote(site.key)}"):
            return replace(site, name=row.text("ServerComment"), auto_start=row.boolean("ServerAutoStart"))
        return site

    def read_bindings(self, context: Context, kind: SiteKind, site_id: int | None = None) -> dict[int, list[Binding]]:
        """Read the bindings of one site, or of all sites of a kind: one request."""
        condition = "" if site_id is None else f" WHERE Name={quote(kind.key(site_id))}"
        setting_class = KINDS[kind.name].setting_class
        rows = context.host.query(IISV2, f"SELECT Name, {binding_columns(kind)} FROM {setting_class}{condition}")
        return {number: parse_bindings(row) for number, row in _by_id(kind, rows).items()}

    def last_error(self, context: Context, site: Site) -> int:
        """Read Win32Error (metabase id 1099): one request."""
        wql = f"SELECT Name, Win32Error FROM {KINDS[site.kind.name].setting_class} WHERE Name={quote(site.key)}"
        return next((row.integer("Win32Error") or 0 for row in context.host.query(IISV2, wql)), 0)

    def give(self, context: Context, site: Site, order: Order, *, timeout: float) -> None:
        """Call the method of that name, or run adsutil.vbs where there is none or it can't be called."""
        kind = KINDS[site.kind.name]
        if not kind.has_methods:
            _run_script(context, site, order, timeout)
            return
        try:
            context.host.invoke(kind.server(site.id), order.value)
        except Fault as fault:
            if not fault.has(*codes.NOT_CALLABLE) or is_newer_than_2003(context):
                raise
            answer = codes.describe_fault(fault)
            context.operator.progress(f"The host doesn't take {order.value} ({answer}), trying adsutil.vbs")
            try:
                _run_script(context, site, order, timeout)
            except IisError as error:
                raise IisError(f"the host answered {answer}. {error.message}") from error

    def why_unknown(self, context: Context, site: Site) -> str:  # noqa: ARG002
        """A site of IIS 6 always has a state."""
        return "IIS doesn't report its state."

    def hint(self, context: Context, order: Order) -> str:
        """A newer IIS that has these classes, too, can't do all that they offer."""
        if order is Order.PAUSE and is_newer_than_2003(context):
            return "IIS 7 and later can't pause sites."
        return ""

    def write_auto_start(
        self, context: Context, site: Site, value: bool, read: Callable[[], bool | None], *, timeout: float
    ) -> None:
        """Write ServerAutoStart."""
        path = KINDS[site.kind.name].setting(site.id)
        write_property(context, path, "ServerAutoStart", value, read, timeout=timeout)


def _query(context: Context, kind: Iis6Kind, wql: str) -> list[Instance]:
    """Query a class of a kind of sites. Raises ServiceNotInstalled, or another IisError that says why it can't be."""
    try:
        rows = context.host.query(IISV2, wql)
    except Fault as fault:
        if codes.is_missing_class(fault) and kind.windows_service != "W3SVC":
            installed = read_services(context, ["W3SVC", kind.windows_service])
            if "w3svc" in installed and kind.service_key not in installed:
                words = f"There are no {kind.noun}s on this host: the service {kind.windows_service} isn't installed."
                raise ServiceNotInstalled(lambda: words) from fault
        raise explain_refusal(context, fault, f"read the {kind.noun}s") from fault
    if not rows or kind.name == "web":  # others that there are on a later Windows are in the metabase there, too
        require_own_windows(context, f"read the {kind.noun}s")
    return rows


def _read_settings(context: Context, kind: Iis6Kind, condition: str = "", columns: str = "") -> list[Instance]:
    wql = f"SELECT Name, ServerComment, ServerAutoStart{columns} FROM {kind.setting_class}{condition}"
    return _query(context, kind, wql)


def _read_servers(context: Context, kind: Iis6Kind) -> list[Instance]:
    return _query(context, kind, f"SELECT Name, ServerState FROM {kind.server_class}")


def _by_id(kind: SiteKind, rows: Iterable[Instance]) -> dict[int, Instance]:
    """The rows by the number of their site, without those whose key is that of something else."""
    return {number: row for row in rows if (number := kind.id_of(row.text("Name") or "")) is not None}


def _id(kind: SiteKind, row: Instance) -> int:
    key = row.text("Name") or ""
    site_id = kind.id_of(key)
    if site_id is None:
        raise MalformedAnswer(f"a {kind.noun} is named '{key}', which isn't of the form {kind.prefix}/number")
    return site_id


def _seen(site_id: int, setting: Instance, server: Instance) -> SiteSeen:
    """A site of both its rows; one that the host doesn't show is empty."""
    try:
        state = _STATES.get(server.integer("ServerState") or 0)
    except MalformedAnswer:
        state = None
    return SiteSeen(
        id=site_id,
        name=setting.text("ServerComment"),
        state=state,
        auto_start=setting.boolean("ServerAutoStart"),
        bindings=tuple(parse_bindings(setting)),
        trouble="" if state else f"its ServerState is {server.get('ServerState')!r}, which isn't one of 1 to 7",
    )


def _run_script(context: Context, site: Site, order: Order, timeout: float) -> None:
    run = run_adsutil(context, f"{order.name}_SERVER", site.key, timeout=max(PATIENCE, timeout))
    if run.exit_code is None:
        raise OutcomeUnknown(run.words())
    if run.exit_code != 0:
        raise Fault(run.words(), codes=_codes_of(run.exit_code, run.text))


def _codes_of(exit_code: int, text: str) -> list[int]:
    """The HRESULTs of a failed adsutil.vbs: it prints them, and its exit code is one, or 2 for a failure of its own."""
    found = {int(digits, 16) for digits in _HRESULT.findall(text)}
    return sorted(found | ({exit_code} if exit_code >= 0x80000000 else set()))
