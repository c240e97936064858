# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to IIS 7 from outside: what an administrator at the console, another program or bad luck would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.iis.surroundings import Surroundings
from simulator.iis7.apphost import SiteEntry, set_attribute
from simulator.iis7.host import Iis7
from simulator.iis7.states import State


class IisControl7(Surroundings):
    """The actions. Sites and pools are given by name; unknown ones raise KeyError, refusals Refused."""

    def __init__(self, iis: Iis7) -> None:
        super().__init__(iis)
        self._iis = iis

    def _site(self, name: str) -> SiteEntry:
        site = self._iis.config.site(name)
        if site is None:
            raise KeyError(name)
        return site

    # -- clients

    def request(self, site: str, seconds: float = 0.0, hang: bool = False) -> int:
        """A client asks for a page that takes so long, or for ever; the HTTP status, 0 if nobody listens."""
        return self._iis.request(site, seconds, hang=hang)

    def add_sessions(self, site: str, count: int, protocol: str = "http", keep_alive: bool = False) -> None:
        """So many clients connect to a site."""
        sites = self._iis.ftp if protocol == "ftp" else self._iis.web
        sites.sessions.add(self._site(site).id, count, keep_alive=keep_alive)

    # -- states

    def stop_site(self, site: str, protocol: str = "http", lasting: bool = False) -> None:
        """Somebody stops a site: a program, or (lasting) IIS Manager, which writes it down."""
        entry = self._site(site)
        sites = self._iis.ftp if protocol == "ftp" else self._iis.web
        if lasting:
            self.set_site(site, sites.half.auto_start, "false")
        sites.force(entry, State.STOPPED)

    def start_site(self, site: str, protocol: str = "http") -> None:
        """Somebody starts a site."""
        sites = self._iis.ftp if protocol == "ftp" else self._iis.web
        sites.start(self._site(site))

    def stop_pool(self, pool: str, lasting: bool = False) -> None:
        """Somebody stops a pool."""
        if lasting:
            self.set_pool(pool, "autoStart", "false")
        self._iis.pools.stop(pool)

    def start_pool(self, pool: str) -> None:
        """Somebody starts a pool."""
        self._iis.pools.start(pool)

    def crash_worker(self, pool: str) -> int:
        """The worker process of a pool crashes; its process id."""
        worker = next(worker for worker in self._iis.pools.workers() if worker.pool.lower() == pool.lower())
        self._iis.machine.processes.kill(worker.pid)
        return worker.pid

    def stick_site(self, site: str) -> None:
        """A site that gets stuck in its next transition."""
        self._iis.web.stick(self._site(site))

    # -- configuration

    def set_site(self, site: str, path: str, value: str) -> None:
        """Write an attribute of a site into applicationHost.config."""
        with self._iis.config.change() as root:
            entry = self._iis.config.site(site, root)
            if entry is None:
                raise KeyError(site)
            set_attribute(entry.element, path, value)

    def set_pool(self, pool: str, path: str, value: str) -> None:
        """Write an attribute of a pool into applicationHost.config."""
        with self._iis.config.change() as root:
            entry = self._iis.config.pool(pool, root)
            if entry is None:
                raise KeyError(pool)
            set_attribute(entry.element, path, value)

    def get_site(self, site: str, path: str) -> str:
        """What holds for a site."""
        return self._site(site).text(path)

    def get_pool(self, pool: str, path: str) -> str:
        """What holds for a pool."""
        entry = self._iis.config.pool(pool)
        if entry is None:
            raise KeyError(pool)
        return entry.text(path)

    def config_lock(self, locked: bool = True, seconds: float = 0.0) -> None:
        """Another program holds applicationHost.config open and lets nobody write; with ``seconds``, for so long."""
        files, path = self._iis.machine.files, self._iis.config.file
        if locked:
            files.lock(path)
        else:
            files.unlock(path)
        if locked and seconds:
            self._iis.machine.clock.call_later(seconds, lambda: files.unlock(path))

    def config_corrupt(self) -> None:
        """Cut applicationHost.config off in the middle."""
        path = self._iis.config.file
        data = self._iis.machine.files.read(path)
        self._iis.machine.files.write(path, data[: len(data) // 2])

    def config_refused(self, code: int = 1326) -> None:
        """The share of a shared configuration can't be reached any more, with that Win32 code; 0: it can again."""
        self._iis.config.refused = code

    # -- surroundings

    def break_rpc(self, times: int = 1) -> None:
        """So many runs of appcmd lose their connection to WAS (0x800706BE)."""
        self._iis.rpc_failures = times

    def switch(self, name: str, value: Any) -> None:
        """Change one of the uncertain answers."""
        current = getattr(self._iis.switches, name)
        setattr(self._iis.switches, name, type(current)(value))


_ACTIONS = tuple(name for name in dir(IisControl7) if not name.startswith("_"))


def control_actions(iis: Iis7) -> dict[str, Callable[..., Any]]:
    """The actions by name, for Machine.control_actions."""
    control = IisControl7(iis)
    return {name: getattr(control, name) for name in _ACTIONS}
