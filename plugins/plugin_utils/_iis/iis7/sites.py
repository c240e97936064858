# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of IIS 7 and later: by root/WebAdministration where that is installed, else by appcmd.exe.

Starting and stopping one is for the moment: a restart of its service goes by serverAutoStart, which neither way writes
by itself. SMTP virtual servers of Windows Server 2008 to 2022 are in the metabase of IIS 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..._wsman.errors import Fault, MalformedAnswer
from ..._wsman.values import Instance
from ..._wsman.wql import quote
from .. import codes
from ..context import Context
from ..iis6.sites import Iis6Sites
from ..model.sites import Binding, Order, Site, SiteKind, SiteNamed, SiteSeen, SiteState
from ..outcome import IisError
from . import way
from . import web_administration as wmi
from .appcmd import LEAST, Appcmd, Noun, Verb
from .bindings import Pairs, bindings_of, has_kind, pairs_of_row, pairs_of_text
from .features import read_version
from .kinds import FTP, KINDS, SMTP, WEB
from .printed_names import exact_name, name_in_list
from .states import State, by_word
from .way import INSTALL_TOOLS, appcmd_of, either, has_wmi, is_not_callable, set_flag

_NO_PAUSE = (
    "IIS 7 and later can't pause sites. To let the clients of a host finish, take it out of its load balancer, and "
    "wait with drain_timeout of fleetops.iis.iis_service."
)

#: From so many sites on their states are read by one list of appcmd instead of a call for each.
_MANY = 12

_METABASE_SITES = Iis6Sites()


@dataclass(frozen=True)
class _Row:
    """A site as one of the ways shows it; ``bindings`` and ``state`` are None where they weren't read."""

    id: int
    name: str
    auto_start: bool | None
    bindings: Pairs | None = None
    state: SiteState | None = None


class Iis7Sites:
    """The sites of a host with IIS 7 or later; see :class:`~..server.SiteStore`."""

    kinds: Mapping[str, SiteKind] = KINDS
    orders: Mapping[Order, str] = {
        Order.START: "",
        Order.STOP: "",
        Order.PAUSE: _NO_PAUSE,
        Order.CONTINUE: _NO_PAUSE,
    }
    drained = frozenset({"web"})
    sets_auto_start = False

    def read_all(self, context: Context, kind: SiteKind, *, bindings: bool = False) -> list[SiteSeen]:
        """Read every site of a kind: by WMI one request, and one for each state; by appcmd two runs.

        From a dozen sites on the states come from one run of appcmd, where the host gives a shell.
        """
        if kind is SMTP:
            return _METABASE_SITES.read_all(context, kind, bindings=bindings)

        def by_wmi() -> list[_Row]:
            rows = [row for row in _wmi_rows(context, kind, bindings=True) if has_kind(row.bindings or (), kind)]
            states = _listed_states(context) if len(rows) >= _MANY and kind is WEB else {}
            return [
                replace(row, state=states.get(row.id) or _wmi_state(context, kind, row.name) or SiteState.UNKNOWN)
                for row in rows
            ]

        def by_appcmd(appcmd: Appcmd) -> list[_Row]:
            automatic = {row.id for row in _appcmd_rows(appcmd, kind, **{_flag(kind): "true"})}
            rows = (row for row in _appcmd_rows(appcmd, kind) if has_kind(row.bindings or (), kind))
            return [replace(_named(context, appcmd, row), auto_start=row.id in automatic) for row in rows]

        rows = either(context, f"read the {kind.noun}s", by_wmi, by_appcmd)
        return [_seen(row, kind) for row in sorted(rows, key=lambda row: row.id)]

    def read_states(self, context: Context, kind: SiteKind) -> list[SiteSeen]:
        """Read the same without auto_start, which takes one run of appcmd instead of two."""
        if kind is SMTP:
            return _METABASE_SITES.read_states(context, kind)
        if has_wmi(context) is not False:
            return self.read_all(context, kind)
        rows = _appcmd_rows(appcmd_of(context), kind)
        return [_seen(row, kind) for row in rows if has_kind(row.bindings or (), kind)]

    def read_names(self, context: Context, kind: SiteKind) -> list[tuple[int, str]]:
        """Read the number and the name of every site of a kind: one request, or one run of appcmd."""
        if kind is SMTP:
            return _METABASE_SITES.read_names(context, kind)
        rows = either(
            context,
            f"read the {kind.noun}s",
            lambda: _wmi_rows(context, kind, bindings=True),
            lambda appcmd: [_named(context, appcmd, row) for row in _appcmd_rows(appcmd, kind)],
        )
        return sorted((row.id, row.name) for row in rows if has_kind(row.bindings or (), kind))

    def find(self, context: Context, kind: SiteKind, name: str) -> list[SiteNamed]:
        """Read the sites of that name: by WMI one request, without the state; by appcmd one run or two, with it."""
        if kind is SMTP:
            return _METABASE_SITES.find(context, kind, name)

        def by_appcmd(appcmd: Appcmd) -> list[_Row]:
            # Its output's encoding isn't certain. The name that was asked for is the one that it found.
            found = _appcmd_find(appcmd, kind, site_name=name)
            return found if name.isascii() else [replace(row, name=name) for row in found]

        rows = either(
            context,
            f"read the {kind.noun} '{name}'",
            lambda: _wmi_rows(context, kind, f" WHERE Name={quote(name)}"),
            by_appcmd,
        )
        for row in rows:
            _remember_name(context, row)
        return [SiteNamed(row.id, row.name, row.auto_start, row.state) for row in rows]

    def read_state(self, context: Context, kind: SiteKind, site_id: int) -> SiteState | None:
        """Read the state of one site: by WMI one request, two for one that wasn't read before; by appcmd one run."""
        if kind is SMTP:
            return _METABASE_SITES.read_state(context, kind, site_id)

        def by_wmi() -> SiteState | None:
            name = _known_name(context, site_id) or _wmi_name(context, site_id)
            return None if name is None else _wmi_state(context, kind, name)

        def by_appcmd(appcmd: Appcmd) -> SiteState | None:
            rows = _appcmd_rows(appcmd, kind, id=str(site_id))
            return rows[0].state if rows else None

        return either(context, f"read the state of the {kind.noun} {kind.key(site_id)}", by_wmi, by_appcmd)

    def with_setting(self, context: Context, site: Site) -> Site:
        """Read name and auto_start: one request, or one run or two of appcmd."""
        if site.kind is SMTP:
            return _METABASE_SITES.with_setting(context, site)
        rows = either(
            context,
            f"read the {site.title}",
            lambda: _wmi_rows(context, site.kind, f" WHERE Id={site.id}"),
            lambda appcmd: [
                replace(row, name=_known_name(context, row.id) or _exact_name(context, appcmd, row))
                for row in _appcmd_find(appcmd, site.kind, id=str(site.id))
            ],
        )
        for row in rows:
            _remember_name(context, row)
            return replace(site, name=row.name, auto_start=row.auto_start)
        return site

    def read_bindings(self, context: Context, kind: SiteKind, site_id: int | None = None) -> dict[int, list[Binding]]:
        """Read the bindings of one site, or of all sites of a kind: one request, or one run of appcmd."""
        if kind is SMTP:
            return _METABASE_SITES.read_bindings(context, kind, site_id)
        condition = "" if site_id is None else f" WHERE Id={site_id}"
        conditions = {} if site_id is None else {"id": str(site_id)}
        rows = either(
            context,
            "read the bindings",
            lambda: _wmi_rows(context, kind, condition, bindings=True),
            lambda appcmd: _appcmd_rows(appcmd, kind, **conditions),
        )
        return {row.id: list(bindings_of(row.bindings or (), kind)) for row in rows}

    def last_error(self, context: Context, site: Site) -> int:
        """This IIS keeps no code, but of an SMTP virtual server."""
        return _METABASE_SITES.last_error(context, site) if site.kind is SMTP else 0

    def why_unknown(self, context: Context, site: Site) -> str:
        """Say why a site whose service runs has no state that is known, as a sentence."""
        if site.kind is FTP:
            return _why_no_ftp(context)
        pairs = either(
            context,
            f"read the bindings of the {site.title}",
            lambda: _wmi_rows(context, WEB, f" WHERE Id={site.id}", bindings=True),
            lambda appcmd: _appcmd_rows(appcmd, WEB, id=str(site.id)),
        )
        if pairs and not has_kind(pairs[0].bindings or (), WEB):
            return "it has no HTTP binding, so it is no Web site; if it is an FTP site, use service=ftp."
        return (
            "IIS doesn't report its state. If it was added just now, run the task again; if that doesn't help, the "
            f"account's token may not be elevated on the host. {codes.USE_AN_ELEVATED_ACCOUNT}"
        )

    def give(self, context: Context, site: Site, order: Order, *, timeout: float) -> None:
        """Call the method of that name, or run appcmd where there is none or it can't be called, for the moment."""
        if site.kind is SMTP:
            _METABASE_SITES.give(context, site, order, timeout=timeout)
            return
        name = self._name_of(context, site)
        if site.kind is FTP:
            if not has_wmi(context):
                raise IisError(_why_no_ftp(context))
            _refuse_ignored_protocol(context, name)
            wmi.call(context, wmi.site_path(name), _METHODS[order], wmi.FTP)
            return

        def by_appcmd(appcmd: Appcmd) -> None:
            appcmd.order(_VERBS[order], Noun.SITE, name, timeout=max(LEAST, timeout))

        way.order(context, wmi.site_path(name), _METHODS[order], by_appcmd)

    def hint(self, context: Context, order: Order) -> str:  # noqa: ARG002
        """Nothing more than the code says."""
        return ""

    def write_auto_start(
        self, context: Context, site: Site, value: bool, read: Callable[[], bool | None], *, timeout: float
    ) -> None:
        """Write serverAutoStart: by a Put of that property alone, and by ``appcmd set site``."""
        if site.kind is SMTP:
            _METABASE_SITES.write_auto_start(context, site, value, read, timeout=timeout)
            return
        name = self._name_of(context, site)
        settings = {_ATTRIBUTES[site.kind]: str(value).lower()}

        def put() -> None:
            context.host.put_property(wmi.site_path(name), "ServerAutoStart", value)

        def set_by_appcmd() -> None:
            appcmd_of(context).order(Verb.SET, Noun.SITE, name, settings, timeout=max(LEAST, timeout))

        ways = {"Put of the property": put} if has_wmi(context) and site.kind is WEB else {}
        ways["appcmd.exe"] = set_by_appcmd
        what = f"set {_ATTRIBUTES[site.kind]} of the {site.title} to {str(value).lower()}"
        set_flag(what, value, read, ways)

    def _name_of(self, context: Context, site: Site) -> str:
        name = _known_name(context, site.id) or self.with_setting(context, site).name
        if name is None:
            raise IisError(f"the {site.title} is gone: it was deleted in the meantime.")
        return name


_METHODS = {Order.START: wmi.Method.START, Order.STOP: wmi.Method.STOP}
_VERBS = {Order.START: Verb.START, Order.STOP: Verb.STOP}
#: What the flag is called in the configuration.
_ATTRIBUTES = {WEB: "serverAutoStart", FTP: "ftpServer.serverAutoStart"}


# -- by WMI ----------------------------------------------------------------------------------------------------------


def _wmi_rows(context: Context, kind: SiteKind, condition: str = "", *, bindings: bool = False) -> list[_Row]:
    if kind is FTP:
        # The flag of the FTP half is in an embedded object.
        wql = f"SELECT Name, Id, FtpServer, Bindings FROM Site{condition}"
    elif bindings:
        wql = f"SELECT Name, Id, ServerAutoStart, Bindings FROM Site{condition}"
    else:
        wql = f"SELECT Name, Id, ServerAutoStart FROM Site{condition}"
    return [_wmi_row(kind, row) for row in wmi.query(context, wql)]


def _wmi_row(kind: SiteKind, row: Instance) -> _Row:
    name, number = row.text("Name"), row.integer("Id")
    if name is None or number is None:
        raise MalformedAnswer(f"a {kind.noun} has no name or no number: {row}")
    flag = row.boolean("ServerAutoStart") if kind is WEB else _ftp_flag(row)
    return _Row(number, name, flag, pairs_of_row(row))


def _ftp_flag(row: Instance) -> bool | None:
    ftp = row.get("FtpServer")
    return ftp.boolean("ServerAutoStart") if isinstance(ftp, Instance) else None


def _wmi_name(context: Context, site_id: int) -> str | None:
    for row in _wmi_rows(context, WEB, f" WHERE Id={site_id}"):
        return _remember_name(context, row)
    return None


def _wmi_state(context: Context, kind: SiteKind, name: str) -> SiteState | None:
    try:
        state = wmi.read_state(context, wmi.site_path(name), wmi.FTP if kind is FTP else None)
    except Fault as fault:
        if kind is FTP or not is_not_callable(fault):
            raise
        rows = _appcmd_rows(appcmd_of(context), kind, site_name=name)
        return rows[0].state if rows else None
    return None if state is None else _site_state(state)


def _refuse_ignored_protocol(context: Context, name: str) -> None:
    """Raise IisError where the methods would act on the site's Web half, because they don't know their parameter.

    It is known from the class's definition only. A host that takes it has no state for a protocol that isn't there.
    """
    version = read_version(context)
    if version is not None and version < (7, 5):
        raise IisError(_why_no_ftp(context))
    try:
        state = wmi.read_state(context, wmi.site_path(name), wmi.NO_PROTOCOL)
    except Fault:
        return
    if state not in (None, State.UNKNOWN):
        raise IisError(
            "the host's root\\WebAdministration doesn't tell the FTP half of a site from its Web half. Control the "
            "service FTPSVC with fleetops.iis.iis_service, or the site with IIS Manager."
        )


# -- by appcmd -------------------------------------------------------------------------------------------------------


def _appcmd_find(appcmd: Appcmd, kind: SiteKind, **conditions: str) -> list[_Row]:
    """List sites with their flag, which is no column of the list: it is what they are asked for by, first for true."""
    automatic = _appcmd_rows(appcmd, kind, **conditions, **{_flag(kind): "true"})
    if automatic:
        return [replace(row, auto_start=True) for row in automatic]
    return [replace(row, auto_start=False) for row in _appcmd_rows(appcmd, kind, **conditions)]


def _appcmd_rows(appcmd: Appcmd, kind: SiteKind, **conditions: str) -> list[_Row]:
    return [_appcmd_row(kind, row) for row in appcmd.list(Noun.SITE, **conditions)]


def _appcmd_row(kind: SiteKind, row: Mapping[str, str]) -> _Row:
    number = row.get("SITE.ID", "")
    if not number.isdigit() or "SITE.NAME" not in row:
        raise MalformedAnswer(f"appcmd.exe listed a site without a number or a name: {dict(row)}")
    # What it prints of a site that speaks both is the state of the Web half.
    state = _site_state(by_word(row.get("state"))) if kind is WEB else SiteState.UNKNOWN
    return _Row(int(number), row["SITE.NAME"], None, pairs_of_text(row.get("bindings", "")), state)


def _flag(kind: SiteKind) -> str:
    return _ATTRIBUTES[kind].replace(".", "_")


def _listed_states(context: Context) -> dict[int, SiteState]:
    """The states by number, as far as appcmd lists them: none without a shell, or where a list breaks off."""
    try:
        return {row.id: row.state for row in _appcmd_rows(appcmd_of(context), WEB) if row.state}
    except (IisError, MalformedAnswer):
        return {}


def _exact_name(context: Context, appcmd: Appcmd, row: _Row) -> str:
    """The name of a site. Raises IisError where it can't be read."""
    name = exact_name(context, row.name, _finds(appcmd, row))
    if name is None:
        raise IisError(
            f"The name of the site number {row.id} can't be read from what appcmd.exe prints ('{row.name}'). Give the "
            "site by name instead of id."
        )
    return name


def _named(context: Context, appcmd: Appcmd, row: _Row) -> _Row:
    """A row of a list with its name as it is, as far as that can be read."""
    return replace(row, name=name_in_list(context, row.name, _finds(appcmd, row)) or row.name)


def _finds(appcmd: Appcmd, row: _Row) -> Callable[[str], bool]:
    return lambda name: [each.id for each in _appcmd_rows(appcmd, WEB, site_name=name)] == [row.id]


# -- words -----------------------------------------------------------------------------------------------------------


def _why_no_ftp(context: Context) -> str:
    if has_wmi(context):
        return (
            "IIS doesn't report its state as an FTP site. Either it has no FTP binding, or this IIS has no way to FTP "
            "sites (IIS 7.0 has none). The service FTPSVC is controlled by fleetops.iis.iis_service."
        )
    return (
        "appcmd.exe has no way to the state of an FTP site, so it can't be seen, started or stopped. Either "
        f"{INSTALL_TOOLS}, or control the service FTPSVC with fleetops.iis.iis_service."
    )


def _site_state(state: State) -> SiteState:
    return SiteState(state.word)


def _seen(row: _Row, kind: SiteKind) -> SiteSeen:
    return SiteSeen(
        id=row.id,
        name=row.name,
        state=row.state,
        auto_start=row.auto_start,
        bindings=bindings_of(row.bindings or (), kind),
    )


def _remember_name(context: Context, row: _Row) -> str:
    return context.memory.keep(f"iis7: the name of site {row.id}", row.name)


def _known_name(context: Context, site_id: int) -> str | None:
    name: str | None = context.memory.recall(f"iis7: the name of site {site_id}")
    return name
