# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to IIS from outside: what an administrator at the console, another program or bad luck would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.iis.disk import InetsrvFolder
from simulator.iis.host import Iis
from simulator.iis.kinds import kind_named
from simulator.iis.schema import Value, definition, parse_value
from simulator.iis.sites import SiteState
from simulator.iis.store import METABASE
from simulator.iis.surroundings import Surroundings


class IisControl(Surroundings):
    """The actions. Sites are given as protocol (web, ftp, smtp, nntp) and number, paths as /LM/W3SVC/1.

    Unknown names raise KeyError, refusals IisError.
    """

    def __init__(self, iis: Iis) -> None:
        super().__init__(iis)
        self._iis = iis
        self._path = InetsrvFolder.path(METABASE)

    def metabase_set(self, path: str, name: str, value: bool | int | str | list[str]) -> None:
        """A change in IIS Manager, left unsaved."""
        self._iis.store.metabase.set(path, name, _value(name, value))

    def metabase_get(self, path: str, name: str) -> Any:
        """What holds at a key."""
        value = self._iis.store.metabase.get(path, name)
        return list(value) if isinstance(value, tuple) else value

    def metabase_save(self) -> bool:
        """Save now, as IIS Manager does; whether the file was written."""
        return self._iis.save_now()

    def metabase_lock(self, locked: bool = True, seconds: float = 0.0) -> None:
        """Another program holds MetaBase.xml open and lets nobody write (KB902161); with ``seconds``, for so long only,
        as a virus scanner does."""
        files = self._iis.machine.files
        if locked:
            files.lock(self._path)
        else:
            files.unlock(self._path)
        if locked and seconds:
            self._iis.machine.clock.call_later(seconds, lambda: files.unlock(self._path))

    def metabase_read_only(self, read_only: bool = True) -> None:
        """Set or clear the read-only attribute of MetaBase.xml."""
        self._iis.machine.files.set_read_only(self._path, read_only)

    def metabase_corrupt(self) -> None:
        """Cut MetaBase.xml off in the middle."""
        real = self._iis.machine.files.real_path(self._path)
        data = real.read_bytes()
        real.write_bytes(data[: len(data) // 2])

    def metabase_edit(self, old: str, new: str) -> None:
        """Edit MetaBase.xml with a text editor."""
        text = self._iis.machine.files.read(self._path).decode()
        if old not in text:
            raise KeyError(old)
        self._iis.machine.files.write(self._path, text.replace(old, new).encode())

    def metabase_hold(self, path: str = "/LM", seconds: float = 30.0) -> None:
        """Somebody keeps a key open for writing."""
        handle = self._iis.handles.open(path, write=True)
        self._iis.machine.clock.call_later(seconds, handle.close)

    def add_sessions(self, kind: str, site: int, count: int, keep_alive: bool = False) -> None:
        """So many clients connect to a site. Those that ``keep_alive`` stay until their ConnectionTimeout is over, from
        the moment on that the site is paused."""
        self._iis.sites[kind_named(kind)].sessions.add(site, count, keep_alive=keep_alive)

    def drain_rate(self, kind: str, per_second: float) -> None:
        """How many sessions of paused sites end per second."""
        self._iis.sites[kind_named(kind)].sessions.drain_per_second = per_second

    def site_state(self, kind: str, site: int, state: str) -> None:
        """Somebody else brought a site into a state."""
        sites = self._iis.sites[kind_named(kind)]
        wanted = SiteState[state.upper()]
        if wanted in (SiteState.STARTED, SiteState.STOPPED):
            self._iis.store.metabase.set(
                kind_named(kind).site_path(site), "ServerAutoStart", wanted is SiteState.STARTED
            )
        sites.force(site, wanted)

    def stick_site(self, kind: str, site: int) -> None:
        """A site that gets stuck in its next transition."""
        self._iis.sites[kind_named(kind)].stick(site)

    def switch(self, name: str, value: Any) -> None:
        """Change one of the uncertain answers."""
        current = getattr(self._iis.switches, name)
        setattr(self._iis.switches, name, type(current)(value))


_ACTIONS = (
    "metabase_set", "metabase_get", "metabase_save", "metabase_lock", "metabase_read_only", "metabase_corrupt",
    "metabase_edit", "metabase_hold", "add_sessions", "drain_rate", "occupy_port", "free_port", "disable_iisreset",
    "refuse_control_once", "fail_next_start", "site_state", "stick_site", "switch",
)  # fmt: skip


def control_actions(iis: Iis) -> dict[str, Callable[..., Any]]:
    """The actions by name, for Machine.control_actions."""
    control = IisControl(iis)
    return {name: getattr(control, name) for name in _ACTIONS}


def _value(name: str, value: bool | int | str | list[str]) -> Value:
    if isinstance(value, list):
        return tuple(value)
    return value if isinstance(value, (bool, int)) else parse_value(definition(name).type, value, name)
