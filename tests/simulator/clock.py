# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated host's time.

A machine never reads the wall clock: it asks its Clock, and schedules what takes time (a service that is
Start Pending for two seconds, the metabase flush after sixty) on it. ``RealClock`` runs with the event loop,
optionally faster; ``VirtualClock`` moves only when a test says so.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

T = TypeVar("T")

_TURNS = 25
"""Turns of the event loop after which everything that could get on has got on: the longest chain of tasks that wait
for each other (a program, its shell, its process, the command, the answer) is shorter."""


@dataclass(order=True)
class Timer:
    """A callback that is due at a time; ``cancel()`` makes it nothing."""

    due: float
    order: int
    callback: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Forget the callback."""
        self.callback = None


class Clock:
    """Simulated seconds since the clock was made, and a calendar that starts at ``epoch`` (UTC)."""

    def __init__(self, epoch: datetime | None = None) -> None:
        self._epoch = epoch or datetime.now(timezone.utc)
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._now = 0.0

    def monotonic(self) -> float:
        """Simulated seconds since the clock was made."""
        return self._now

    def now(self) -> datetime:
        """The simulated date and time, aware, in UTC."""
        return self._epoch + timedelta(seconds=self.monotonic())

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call back when so many simulated seconds have passed; 0 means at the next catch-up."""
        timer = Timer(self.monotonic() + max(0.0, seconds), next(self._order), callback)
        heapq.heappush(self._timers, timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait simulated seconds inside a running event loop."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: None if done.done() else done.set_result(None))
        try:
            await done
        finally:
            timer.cancel()

    async def serve(self, work: Awaitable[T], awaited: Callable[[], bool]) -> T:
        """Do what a client's request asks; ``awaited`` tells whether the client still waits for the answer.

        Time goes its way meanwhile. A clock that moves only on demand has to move here, or nothing gets done.
        """
        return await work

    async def ends_within(self, task: asyncio.Future[Any], seconds: float) -> bool:
        """Wait for a task as long as a client does, in the client's seconds: real ones. Whether it has ended."""
        done, _pending = await asyncio.wait({task}, timeout=seconds)
        return bool(done)

    def _run_until(self, moment: float) -> None:
        while self._timers and self._timers[0].due <= moment:
            timer = heapq.heappop(self._timers)
            self._now = max(self._now, timer.due)
            if timer.callback is not None:
                timer.callback()
        self._now = max(self._now, moment)


class VirtualClock(Clock):
    """Time that stands still until it is advanced."""

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, running everything that falls due, in order."""
        self._run_until(self._now + seconds)

    @staticmethod
    async def turns() -> None:
        """Give everything its turn that waits for nothing else, so that only timers are left, or real sockets."""
        for _turn in range(_TURNS):
            await asyncio.sleep(0)

    async def finish(self, work: Awaitable[T], limit: float = 3600.0) -> T:
        """Let time pass, from one timer to the next, until the work is done; its result.

        Raises TimeoutError if it isn't after ``limit`` simulated seconds, or if nothing is left to wait for.
        """
        task = asyncio.ensure_future(work)
        deadline = self._now + limit
        while True:
            await self.turns()
            if task.done():
                return task.result()
            if not self._timers or self._timers[0].due > deadline:
                task.cancel()
                raise TimeoutError
            self._run_until(self._timers[0].due)


class RealClock(Clock):
    """Time that follows the event loop, ``speed`` simulated seconds for each real one.

    Lazy: timers run in :meth:`catch_up`, which the server calls before each request and on a tick.
    """

    def __init__(self, monotonic: Callable[[], float], speed: float = 1.0, epoch: datetime | None = None) -> None:
        super().__init__(epoch)
        self._source = monotonic
        self._start = monotonic()
        self.speed = speed

    def catch_up(self) -> None:
        """Run everything that has fallen due."""
        self._run_until((self._source() - self._start) * self.speed)
