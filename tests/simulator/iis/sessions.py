# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is connected to which site: the numbers behind the performance counters.

A started site keeps the sessions it was given: as many come as go. A paused one accepts no new connection while those
that are there end little by little; a stopped one cuts them. Sessions of keep-alive clients do not end little by
little: from the pause on they are idle, and IIS ends them when their ConnectionTimeout is over (ms525597: 120 seconds;
ASSUMED: a pause leaves them alone, and these clients have nothing more to ask).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.clock import Clock

#: Seconds (ms525597).
DEFAULT_CONNECTION_TIMEOUT = 120.0


@dataclass
class _Load:
    """Sessions of one site; ``draining_since`` is None while new ones may come. Times are simulated seconds."""

    count: int = 0
    kept_alive: int = 0
    total: int = 0
    peak: int = 0
    draining_since: float | None = None


class Sessions:
    """The sessions of one protocol service, by site number. ``idle_limit`` gives a site's ConnectionTimeout."""

    def __init__(self, clock: Clock, drain_per_second: float, idle_limit: Callable[[int], float]) -> None:
        self._clock = clock
        self._idle_limit = idle_limit
        self.drain_per_second = drain_per_second
        self._loads: dict[int, _Load] = {}
        self.cut_total = 0

    def _load(self, site: int) -> _Load:
        return self._loads.setdefault(site, _Load())

    def current(self, site: int) -> int:
        """Sessions open now."""
        return sum(self._open(site))

    def _open(self, site: int) -> tuple[int, int]:
        """Sessions that end little by little, and those of keep-alive clients."""
        load = self._load(site)
        if load.draining_since is None:
            return load.count, load.kept_alive
        seconds = self._clock.monotonic() - load.draining_since
        kept_alive = load.kept_alive if load.kept_alive and seconds < self._idle_limit(site) else 0
        return max(0, load.count - int(seconds * self.drain_per_second)), kept_alive

    def total(self, site: int) -> int:
        """Connection attempts since the service started."""
        return self._load(site).total

    def peak(self, site: int) -> int:
        """The most sessions there were at once."""
        return self._load(site).peak

    def add(self, site: int, count: int, *, keep_alive: bool = False) -> None:
        """So many clients connect, and keep their connections if they are such clients."""
        load = self._load(site)
        load.count, load.kept_alive = self._open(site)
        if keep_alive:
            load.kept_alive += count
        else:
            load.count += count
        load.total += count
        load.peak = max(load.peak, load.count + load.kept_alive)
        if load.draining_since is not None:
            load.draining_since = self._clock.monotonic()

    def drain(self, site: int) -> None:
        """The site accepts no more: what is there ends by and by."""
        load = self._load(site)
        if load.draining_since is None:
            load.draining_since = self._clock.monotonic()

    def accept(self, site: int) -> None:
        """The site accepts again."""
        load = self._load(site)
        load.count, load.kept_alive = self._open(site)
        load.draining_since = None

    def cut(self, site: int) -> int:
        """End all sessions of a site; how many were cut."""
        load = self._load(site)
        ended = self.current(site)
        load.count = load.kept_alive = 0
        load.draining_since = None
        self.cut_total += ended
        return ended

    def restart_counting(self) -> None:
        """The service starts: totals begin anew."""
        for load in self._loads.values():
            load.total = load.peak = 0
