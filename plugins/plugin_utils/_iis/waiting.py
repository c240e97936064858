# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a host to reach a state, with an end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .context import Context

T = TypeVar("T")

#: Seconds between the first two reads; the pause grows by half until it reaches SLOWEST_PAUSE.
FIRST_PAUSE = 0.25
SLOWEST_PAUSE = 2.0
#: Less than this is no time: rounding leaves such rests.
SHORTEST_PAUSE = 0.001


class TimedOut(Exception):
    """What was waited for didn't happen in time.

    ``last`` is what was read last, ``waited`` the seconds that went by.
    """

    def __init__(self, last: Any, waited: float) -> None:
        super().__init__(f"not reached within {waited:.1f} s")
        self.last = last
        self.waited = waited


def wait_until(
    context: Context,
    read: Callable[[], T],
    done: Callable[[T], bool],
    timeout: float,
    interval: float | None = None,
) -> T:
    """Read until ``done`` accepts what was read, and return that.

    Reads at once, then every ``interval`` seconds (by default 0.25 s, growing to 2 s) and once more at the
    deadline, so even ``timeout=0`` reads once. Raises TimedOut with what was read last; whatever ``read``
    raises passes through.
    """
    began = context.clock.monotonic()
    pause = FIRST_PAUSE if interval is None else interval
    while True:
        last = read()
        if done(last):
            return last
        waited = context.clock.monotonic() - began
        left = timeout - waited
        if left < SHORTEST_PAUSE:
            raise TimedOut(last, waited)
        context.clock.sleep(min(pause, left))
        if interval is None:
            pause = min(pause * 1.5, SLOWEST_PAUSE)
