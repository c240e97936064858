# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One time for a simulated host and for the controller that works on it.

A module waits in seconds: until a service has stopped, until IIS serves again after a reboot. In these scenarios
nobody waits for real. There is one time, the simulated host's, and only what happens moves it:

* when the module sleeps, time jumps by that much;
* when the module waits for an answer and the host has nothing left to do but to wait itself (for the end of iisreset,
  for a site to stop), time jumps to the moment that the host waits for;
* an operation takes ``OPERATION`` seconds besides.

What falls due on the way is done in order. The wall clock has no part in it: a slow machine, or one that others keep
busy, gives the same seconds as an idle one, and between modules time stands still.

The module reads the same time, so that its deadlines, its time-outs and the outage that it reports are in the host's
seconds, and so is the OperationTimeout that it sends along. What remains real are the time-outs of the HTTP library,
which no scenario exhausts: an answer that takes long in simulated time is there at once.

The seams are the two that the collection has for time (the Clock in the context of an action, and the arguments
``monotonic`` and ``sleep`` of WsManClient) and what a host asks of its clock while it serves a request. Nothing else
of the client is replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from typing import Any, TypeVar

from simulator.clock import VirtualClock

T = TypeVar("T")

#: Simulated seconds that an operation takes besides what the host waits for.
OPERATION = 0.1

#: When every scenario begins.
_EPOCH = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)

#: Real seconds after which a jump of simulated time has hung, on the slowest of machines.
_HUNG = 600.0

#: Hands a coroutine function to the thread of the fleet and waits for it so many seconds.
Call = Callable[[Callable[[], Awaitable[None]], float], Any]


async def _no_look() -> None:
    """Nothing to look after."""


class SharedTime(VirtualClock):
    """The time of one fleet and of the modules that run on it. All coroutines run in the fleet's event loop."""

    def __init__(self) -> None:
        super().__init__(_EPOCH)
        self.look: Callable[[], Awaitable[None]] = _no_look
        """What to do when something has happened: the fleet looks after its ports."""
        self.failure: Exception | None = None
        """What a machine's timer raised."""

    async def pass_by(self, seconds: float) -> None:
        """Let so many simulated seconds pass, from one timer to the next."""
        end = self._now + seconds
        while self._timers and self._timers[0].due <= end:
            await self._jump()
        self._run_until(end)

    async def serve(self, work: Awaitable[T], awaited: Callable[[], bool]) -> T:
        """Jump from timer to timer until the work is done, as long as the module waits for nothing else.

        When the connection is cut, time is the module's again: it notices, and sleeps or asks anew.
        """
        task = asyncio.ensure_future(work)
        try:
            await self.turns()
            while not task.done() and self._timers and awaited():
                await self._jump()
            result = await task
            await self.look()
        finally:
            task.cancel()
        if awaited():
            await self.pass_by(OPERATION)
        return result

    async def ends_within(self, task: asyncio.Future[Any], seconds: float) -> bool:
        """Wait for a task as long as a client does: here the client's seconds are simulated, too."""
        over = asyncio.Event()
        timer = self.call_later(seconds, over.set)
        task.add_done_callback(lambda _task: over.set())
        try:
            await over.wait()
        finally:
            timer.cancel()
        return task.done()

    async def _jump(self) -> None:
        """Go to the next timer, and let everything that waited for it get on."""
        waits = self._timers[0].callback is not None
        try:
            self._run_until(self._timers[0].due)
        except Exception as error:
            self.failure = error
            raise
        if waits:
            await self.turns()
            await self.look()


class ControllerClock:
    """The same time, as an action asks for it from its own thread (the Clock of ``_iis/context.py``)."""

    def __init__(self, time: SharedTime, call: Call) -> None:
        self._time = time
        self._call = call

    def monotonic(self) -> float:
        """Simulated seconds."""
        return self._time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass on the host."""
        self._call(lambda: self._time.pass_by(seconds), _HUNG)
