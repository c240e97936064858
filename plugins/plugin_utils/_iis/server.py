# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a version of IIS has, as data and narrow protocols. ``versions.py`` finds out which one a host has.

A :class:`Server` is a constant: its stores keep nothing of a host, and every method of theirs is given the context of
the task. A new version of IIS fills in a :class:`Family`, a :class:`SiteStore`, a :class:`PoolStore`, a :class:`Keeper`
and a :class:`BackupStore`, and says in ``absent`` what it lacks. Its names, classes and programs are then said in its
own wing and nowhere else.

Every method may raise IisError, which explains itself, or any WsManError. One that finds that the host has no such IIS
raises :class:`Missing`, and only a method that reads does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from .context import Context
from .model.backups import Backup, NewBackup
from .model.isolation import IsolationMode, Mode
from .model.pools import Pool, PoolOrder, PoolState
from .model.sites import Binding, Order, Site, SiteKind, SiteNamed, SiteSeen, SiteState
from .outcome import IisError, Outcome, Word
from .waiting import Deadline
from .windows.services import Service
from .windows.system import System

#: Under this name the memory of a task has the Server of its host, once that is known.
SERVER = "server"


class Missing(IisError):
    """The host hasn't got what this version of IIS would have: a namespace, a class, a service.

    Why that is may take requests to find out, so ``words`` is called when the message is wanted: once it is known that
    no other version of IIS answers. Whoever wants the message may meet any WsManError.
    """

    def __init__(self, words: Callable[[], str]) -> None:
        self._words = words
        super().__init__("")

    @property
    def message(self) -> str:
        """Why the host hasn't got it, and what to do."""
        self.explain()
        return self._message

    @message.setter
    def message(self, message: str) -> None:
        self._message = message

    def explain(self) -> None:
        """Find out why. Raises any WsManError."""
        self._message = self._message or self._words()

    def __str__(self) -> str:
        return self.message


class OnlyCompatible(Missing):
    """The host has what this version of IIS has, but its Windows is a later one: it may be there for compatibility."""


class ServiceNotInstalled(Missing):
    """The host hasn't got the Windows service, so it has no sites of it."""


class ConfigurationUnreadable(IisError):
    """The configuration can't be read. What runs goes on with what it has loaded, but couldn't start again."""


class Feature(Word):
    """What one version of IIS has and another lacks."""

    METABASE_SETTINGS = "metabase_settings"
    ISOLATION_MODES = "isolation_modes"


@dataclass(frozen=True)
class Counter:
    """The performance counter of the sessions of a protocol (``http``), which a service (key) serves.

    A class of root/cimv2 without its prefix Win32_PerfRawData_; the numbers of its ``_Total`` are added up.
    """

    protocol: str
    service: str
    class_name: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class TlsCarrier:
    """A service (key) that speaks TLS for every user of HTTP.sys, WinRM over HTTPS included.

    ``lockout`` says why it must not be stopped over HTTPS and what to do instead; ``left_alone`` that a restart of
    everything leaves it alone, where it could be restarted only by cutting the connection.
    """

    service: str
    lockout: str
    left_alone: str


@dataclass(frozen=True)
class Family:
    """The Windows services of an IIS, as keys, by the part that they play.

    ``roots`` and what depends directly on them are ``all``: the first has to be
    installed, which is how this IIS is recognised among services, and while it is down IIS as a whole is; the others
    count where they are installed. Without the ``holder`` no site can be read; None where none is needed. A new process
    of the ``witness`` proves that IISReset did restart IIS. ``marks`` are services that no other IIS has.
    ``by_iisreset`` says whether IISReset is what restarts everything by default, or the service control manager.
    ``not_installed`` is the sentence for a host without the first root, ``no_pause`` the one that says why all of it
    can't be paused, where it can't.
    """

    roots: tuple[str, ...]
    holder: str | None
    witness: str
    tls: TlsCarrier | None
    counters: tuple[Counter, ...]
    by_iisreset: bool
    not_installed: str
    marks: frozenset[str] = frozenset()
    no_pause: str = ""

    @property
    def root(self) -> str:
        """The service without which there is no IIS."""
        return self.roots[0]


class SiteStore(Protocol):
    """The sites of a host. A ``kind`` is always one of :attr:`kinds`."""

    @property
    def kinds(self) -> Mapping[str, SiteKind]:
        """The kinds of sites that this IIS may have, by name."""

    @property
    def orders(self) -> Mapping[Order, str]:
        """Each order: an empty text where sites take it, or the sentence that says why not, and what to do instead."""

    @property
    def sets_auto_start(self) -> bool:
        """Whether this IIS sets auto_start itself: starting a site makes it start with its service, stopping it not."""

    @property
    def drained(self) -> frozenset[str]:
        """The names of the kinds whose clients can be waited for before an outage."""

    def read_all(self, context: Context, kind: SiteKind, *, bindings: bool = False) -> list[SiteSeen]:
        """Read every site of a kind, by number, and where it listens if that is asked for.

        Raises ServiceNotInstalled, Missing, or another IisError. A site of which something makes no sense is listed.
        """

    def read_states(self, context: Context, kind: SiteKind) -> list[SiteSeen]:
        """Read the same sites without their names and settings, where that takes fewer requests."""

    def read_names(self, context: Context, kind: SiteKind) -> list[tuple[int, str]]:
        """Read the number and the name ("" where it has none) of every site of a kind, for a message."""

    def find(self, context: Context, kind: SiteKind, name: str) -> list[SiteNamed]:
        """Read the sites of that name, which the host compares without case. Raises ValueError for no possible name."""

    def read_state(self, context: Context, kind: SiteKind, site_id: int) -> SiteState | None:
        """Read the state of one site, or None when there is no such site."""

    def with_setting(self, context: Context, site: Site) -> Site:
        """Read the name and auto_start of a site that was found by number; as it was where there is no such site."""

    def read_bindings(self, context: Context, kind: SiteKind, site_id: int | None = None) -> dict[int, list[Binding]]:
        """Read where one site listens, or all sites of a kind, by site number. May raise Fault."""

    def last_error(self, context: Context, site: Site) -> int:
        """Read the code of why the site's last change of state failed; 0 if it didn't, or this IIS doesn't keep it."""

    def give(self, context: Context, site: Site, order: Order, *, timeout: float) -> None:
        """Give an order of :attr:`orders`, within ``timeout`` seconds, not waiting for what becomes of it.

        Raises Fault with the host's codes when it refuses, OutcomeUnknown when no answer came, IisError otherwise.
        """

    def why_unknown(self, context: Context, site: Site) -> str:
        """Say why the state of a site whose service runs isn't known, as the end of a sentence."""

    def hint(self, context: Context, order: Order) -> str:
        """What more there is to say of an order that was refused, as a sentence, or nothing."""

    def write_auto_start(
        self, context: Context, site: Site, value: bool, read: Callable[[], bool | None], *, timeout: float
    ) -> None:
        """Set auto_start, within ``timeout`` seconds, until ``read`` returns that value. Raises IisError."""


class PoolStore(Protocol):
    """The application pools of a host."""

    def read_all(self, context: Context) -> list[Pool]:
        """Read every application pool, in the host's order; see also ``is_named`` of :class:`~.model.pools.Pool`."""

    def find(self, context: Context, name: str) -> Pool | None:
        """Read the pool of that name, or None when there is none. Raises ValueError for what can't be a name."""

    def give(self, context: Context, pool: Pool, order: PoolOrder, *, timeout: float) -> None:
        """Give an order, within ``timeout`` seconds, not waiting for what it leads to.

        Raises Fault, OutcomeUnknown or IisError.
        """

    def read_state(self, context: Context, name: str) -> PoolState | None:
        """Read the state of the pool of that name, or None when there is none. May raise MalformedAnswer."""

    def started_by_hand(self, context: Context) -> list[Pool]:
        """Read the pools that run although auto_start is off, so that a restart of IIS leaves them stopped."""

    @property
    def sets_auto_start(self) -> bool:
        """Whether it is left to this IIS whether a pool that was started or stopped stays so over a restart."""

    def write_auto_start(
        self, context: Context, pool: Pool, value: bool, read: Callable[[], bool | None], *, timeout: float
    ) -> None:
        """Set auto_start, within ``timeout`` seconds, until ``read`` returns that value. Raises IisError."""


class Saved(Protocol):
    """What a save did."""

    @property
    def changed(self) -> bool:
        """Whether anything was written to disk."""

    def as_values(self) -> dict[str, Any]:
        """The same under the names of the return values of iis_metabase_save, ``before`` and ``after`` among them."""


class Keeper(Protocol):
    """What keeps the configuration from being lost in an outage."""

    @property
    def name(self) -> str:
        """What is kept, as messages and diffs name it: ``metabase``."""

    @property
    def not_saved(self) -> str:
        """The sentence with which an outage is called off because of a save that failed, whose message follows."""

    def save(
        self,
        context: Context,
        *,
        timeout: float,
        backup: str | None = None,
        services: Mapping[str, Service] | None = None,
    ) -> Saved:
        """Have everything on disk that memory holds, within ``timeout`` seconds, and prove it.

        ``backup`` names a backup to make first, ``services`` are services of the host that were just read. In check
        mode nothing is saved, and what would make it fail is raised.
        """

    def is_unsaved(self, context: Context, *, timeout: float) -> bool | None:
        """Whether memory is known to hold what the disk lacks; None where that can't be known. Changes nothing.

        Raises IisError for what would make a save fail.
        """

    def losses(self, *, saved: bool, forced: bool) -> str:
        """Say for diff mode what an outage means for what is in memory; nothing where nothing is kept there.

        ``saved`` says that it is saved first, ``forced`` that services may be killed.
        """


class Restoring(Protocol):
    """One restore of a backup, which hasn't begun yet."""

    def order(self, deadline: Deadline, password: str, is_seen: Callable[[], bool]) -> None:
        """Have IIS restore it. After a lost answer ``is_seen`` waits for what a restore does. Raises IisError."""

    def has_written(self) -> bool:
        """Whether the configuration on the disk is another than before."""


class BackupStore(Protocol):
    """The backups that IIS makes of its own configuration."""

    @property
    def needs_root(self) -> bool:
        """Whether the root of the services has to run for a restore, as what carries it out."""

    def read_all(self, context: Context, name: str = "") -> list[Backup]:
        """List the backups of a name, or all, by name and version."""

    def check(self, new: NewBackup, before: Collection[Backup]) -> None:
        """Refuse a backup that this IIS can't have beside those of its name. Raises IisError."""

    def make(
        self, context: Context, new: NewBackup, before: Collection[Backup], *, timeout: float
    ) -> tuple[Backup, list[Backup]]:
        """Make a backup, and return it, seen in the list, with all of its name; ``before`` are those as they are."""

    def delete(self, context: Context, backup: Backup, *, timeout: float) -> None:
        """Delete one backup. One that is gone already is no error."""

    def restoring(self, context: Context, backup: Backup, attempted: str) -> Restoring:
        """Look whether a backup can be restored ("Couldn't {attempted}: ..."). Nothing is changed. Raises IisError."""


class Metabase(Protocol):
    """The settings of a metabase: what the module iis_metabase_settings and iis_info know of it."""

    def describe(self, context: Context, system: System) -> dict[str, Any]:
        """Read its file and its settings, under the names of iis_info."""

    def ensure_settings(
        self, context: Context, *, edit_while_running: bool | None, history: bool | None, max_history_files: int | None
    ) -> Outcome:
        """Bring the settings that are given (not None) to these values, leaving the others alone."""


class IsolationModes(Protocol):
    """The isolation mode of an IIS that has more than one."""

    def read(self, context: Context, services: Mapping[str, Service] | None = None) -> IsolationMode:
        """Read what is configured and what runs; ``services`` are those of IIS, where they have been read already."""

    def read_running(self, context: Context) -> Mode | None:
        """Read the mode that the Web service runs in, None while it doesn't."""

    def check(self, context: Context) -> None:
        """Raise IisError where no other mode can be configured."""

    def configure(self, context: Context, mode: Mode) -> None:
        """Configure a mode, in memory, and read it back."""


@dataclass(frozen=True)
class Server:
    """What a version of IIS has.

    ``read_version`` reads it as text: ``6.0``; ``read_features`` which of its optional features are installed, by their
    names in iis_info, or None for an IIS that has none. ``has`` is the verb that goes with ``name``.
    """

    name: str
    family: Family
    read_version: Callable[[Context], str | None]
    sites: SiteStore
    pools: PoolStore
    keeper: Keeper
    backups: BackupStore
    metabase: Metabase | None = None
    isolation: IsolationModes | None = None
    absent: Mapping[Feature, str] = field(default_factory=dict)
    read_features: Callable[[Context], dict[str, bool] | None] = lambda _context: None
    has: str = "has"

    def refuse(self, feature: Feature) -> NoReturn:
        """Raise IisError with the sentence for a feature that this IIS lacks."""
        raise IisError(self.absent[feature])
