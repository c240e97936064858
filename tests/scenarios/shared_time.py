# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One time for a simulated host and for the controller that works on it.

A module waits in seconds: until a service has stopped, until IIS serves again after a reboot. In these scenarios
nobody waits for real. There is one time, the simulated host's, and it passes in two ways only:

* when the module sleeps, time jumps by that much, running everything on the host that falls due meanwhile, in order;
* while a module runs, time goes on little by little (``STEP`` simulated seconds for each ``PULSE`` real ones), because
  a module also waits for answers that come when the host has got so far: the end of iisreset, a method of a site.

The module reads the same time, so that its deadlines, its time-outs and the outage that it reports are in the host's
seconds. Between modules time stands still: what a test arranges stays as it is. What remains real are the time-outs of
the HTTP library and the wait of a host for the output of a command (OperationTimeout), which no scenario exhausts.

The seams are the two that the collection has for time: the Clock in the context of an action, and the arguments
``monotonic`` and ``sleep`` of WsManClient. Nothing else of the client is replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from simulator.clock import VirtualClock

#: Real seconds between two steps, and the simulated seconds of a step.
PULSE = 0.002
STEP = 0.2

#: Turns of the event loop in which what waited for a timer gets on, before time does.
_TURNS = 25

#: Hands a coroutine function to the thread of the fleet and waits for it.
Call = Callable[[Callable[[], Awaitable[None]]], Any]


class SharedTime(VirtualClock):
    """The time of one fleet and of the modules that run on it."""

    def __init__(self) -> None:
        super().__init__()
        self._working = 0

    async def pass_by(self, seconds: float) -> None:
        """Let so many simulated seconds pass, from one timer to the next. In the fleet's event loop."""
        end = self._now + seconds
        while self._timers and self._timers[0].due <= end:
            alive = self._timers[0].callback is not None
            self._run_until(self._timers[0].due)
            if alive:
                await self._turns()
        self._run_until(end)

    async def pulse(self) -> None:
        """Let time go on while a module works. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(PULSE)
            if self._working:
                await self.pass_by(STEP)

    @contextmanager
    def working(self) -> Iterator[None]:
        """A module works meanwhile."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    @staticmethod
    async def _turns() -> None:
        for _turn in range(_TURNS):
            await asyncio.sleep(0)


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
        self._call(lambda: self._time.pass_by(seconds))
