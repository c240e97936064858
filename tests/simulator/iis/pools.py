# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application pools and the processes that answer requests (iiscnfg.h MD_APPPOOL_*; table 2.4 of the resource kit).

In worker process isolation mode each started pool with a started site has a w3wp.exe (ASSUMED: from the start, not
from the first request); in IIS 5.0 isolation mode there are no pools, and pooled applications live in a dllhost.exe.

ASSUMED: starting and stopping a pool rewrites AppPoolAutoStart, as with sites; pools change state at once; the methods
fail while W3SVC is stopped or the mode is IIS 5.0; a pool that is stopped can't be recycled.
"""

from __future__ import annotations

import enum

from simulator.clock import Clock
from simulator.iis.codes import ERROR_PATH_NOT_FOUND, ERROR_SERVICE_NOT_ACTIVE, IisError
from simulator.iis.sites import Sites, SiteState
from simulator.iis.store import MetabaseStore
from simulator.iis.switches import Switches
from simulator.windows.processes import ProcessTable

POOLS = "/LM/W3SVC/AppPools"
_W3WP = r'c:\windows\system32\inetsrv\w3wp.exe -a \\.\pipe\iisipm -t 20 -ap "{pool}"'
_DLLHOST = r"C:\WINDOWS\system32\dllhost.exe /Processid:{3D14228D-FBE1-11D0-995D-00C04FD919C1}"


class PoolState(enum.IntEnum):
    """AppPoolState (iiscnfg.h)."""

    STARTING = 1
    STARTED = 2
    STOPPING = 3
    STOPPED = 4


class Pools:
    """The application pools of one host. ``mode`` is W3SVC's running isolation mode, None while it is stopped."""

    def __init__(
        self, clock: Clock, store: MetabaseStore, sites: Sites, processes: ProcessTable, switches: Switches
    ) -> None:
        self._clock = clock
        self._refresh_due = False
        self._store = store
        self._sites = sites
        self._processes = processes
        self._switches = switches
        self._started: set[str] = set()
        self._workers: dict[str, int] = {}
        self._dllhost = 0
        self.iis5_mode: bool | None = None
        self.recycled: dict[str, int] = {}

    def names(self) -> list[str]:
        """The pools in the metabase."""
        key = self._store.metabase.find(POOLS)
        return [child.name for child in key.children.values()] if key is not None else []

    def state(self, pool: str) -> PoolState:
        """A pool's state."""
        return PoolState.STARTED if pool.lower() in self._started else PoolState.STOPPED

    def workers(self, pool: str) -> list[int]:
        """The process ids of a pool's worker processes."""
        worker = self._workers.get(pool.lower())
        return [] if worker is None else [worker]

    def applications(self, pool: str) -> list[str]:
        """The applications of a pool, as EnumAppsInPool lists them: ``/LM/W3SVC/1/ROOT/``."""
        get = self._store.metabase.get
        sites = [self._sites.kind.site_path(site) for site in self._sites.ids()]
        return [f"{path}/ROOT/" for path in sites if str(get(path, "AppPoolId")).lower() == pool.lower()]

    def start(self, pool: str) -> None:
        """Start. Raises IisError."""
        self._check(pool)
        self._started.add(pool.lower())
        self._store.metabase.set(f"{POOLS}/{pool}", "AppPoolAutoStart", True)
        self.refresh()

    def stop(self, pool: str) -> None:
        """Stop. Raises IisError."""
        self._check(pool)
        self._started.discard(pool.lower())
        self._store.metabase.set(f"{POOLS}/{pool}", "AppPoolAutoStart", False)
        self.refresh()

    def recycle(self, pool: str) -> None:
        """A new worker process takes over, the old one ends. Raises IisError."""
        self._check(pool)
        if pool.lower() not in self._started:
            raise IisError(ERROR_SERVICE_NOT_ACTIVE)
        self.recycled[pool] = self.recycled.get(pool, 0) + 1
        self._processes.end(self._workers.pop(pool.lower(), 0))
        self.refresh()

    def _check(self, pool: str) -> None:
        if pool.lower() not in (name.lower() for name in self.names()):
            raise IisError(ERROR_PATH_NOT_FOUND)
        if self.iis5_mode is not False:
            raise IisError(self._switches.pools_unavailable_code)

    def service_started(self, iis5_mode: bool) -> None:
        """W3SVC runs in a mode: pools come up by AppPoolAutoStart."""
        self.iis5_mode = iis5_mode
        if iis5_mode:
            self._dllhost = self._processes.spawn(_DLLHOST).pid
        else:
            get = self._store.metabase.get
            self._started = {pool.lower() for pool in self.names() if get(f"{POOLS}/{pool}", "AppPoolAutoStart")}
        self.refresh()

    def service_stopped(self) -> None:
        """W3SVC is gone, with all that served for it."""
        self.iis5_mode = None
        self._started.clear()
        self._processes.end(self._dllhost)
        self._dllhost = 0
        for worker in self._workers.values():
            self._processes.end(worker)
        self._workers.clear()
        self.refresh()

    def refresh_soon(self) -> None:
        """Bring the processes in line at the clock's next turn; many sites may change state at once."""
        if not self._refresh_due:
            self._refresh_due = True
            self._clock.call_later(0.0, self.refresh)

    def refresh(self) -> None:
        """Bring the worker processes and the volatile AppPoolState in line with pools and sites."""
        self._refresh_due = False
        if not self._store.loaded:
            return  # W3SVC serves on while inetinfo.exe is gone (cc781553)
        used = self._in_use() if self._started else set()
        needed = {pool.lower(): pool for pool in self.names() if pool.lower() in self._started & used}
        for folded in list(self._workers):
            if folded not in needed:
                self._processes.end(self._workers.pop(folded))
        for folded, pool in needed.items():
            if folded not in self._workers:
                self._spawn(folded, pool)
        for pool in self.names():
            self._store.metabase.set(f"{POOLS}/{pool}", "AppPoolState", int(self.state(pool)))

    def _spawn(self, folded: str, pool: str) -> None:
        def killed() -> None:
            self._workers.pop(folded, None)
            self.refresh()

        self._workers[folded] = self._processes.spawn(_W3WP.format(pool=pool), on_kill=killed).pid

    def _in_use(self) -> set[str]:
        get = self._store.metabase.get
        return {
            str(get(self._sites.kind.site_path(site), "AppPoolId")).lower()
            for site in self._sites.ids()
            if self._sites.state(site) is SiteState.STARTED
        }
