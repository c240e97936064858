# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a host, with an end: until it reaches a state, and until it can be reached again.

HTTPFilter serves TLS for every user of HTTP.sys on Server 2003, WinRM over HTTPS included, and a reboot cuts
everything: while such a change is under way a lost connection is expected, and opened again until a deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .._wsman.errors import Fault, HostUnreachable
from .context import Context

T = TypeVar("T")

#: Seconds between the first two reads; the pause grows by half until it reaches SLOWEST_PAUSE.
FIRST_PAUSE = 0.25
SLOWEST_PAUSE = 2.0
#: Less than this is no time: rounding leaves such rests.
SHORTEST_PAUSE = 0.001

#: Seconds within which whatever was ordered to move begins to; after them it is worth asking why it doesn't.
PATIENCE = 3.0

#: Seconds between two tries to reach a host again.
RECONNECT_PAUSE = 2.0


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
    words: Callable[[T], str] = lambda _last: "",
) -> T:
    """Read until ``done`` accepts what was read, and return that.

    Reads at once, then every ``interval`` seconds (by default 0.25 s, growing to 2 s) and once more at the
    deadline, so even ``timeout=0`` reads once. ``words`` says for the operator what was read. Raises TimedOut with
    what was read last; whatever ``read`` raises passes through.
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
        context.operator.still(words(last))
        if interval is None:
            pause = min(pause * 1.5, SLOWEST_PAUSE)


@dataclass(frozen=True)
class Deadline:
    """A point on the controller's clock, and what has to be done by then: ``restart W3SVC``, within ``seconds``."""

    context: Context
    at: float
    purpose: str
    seconds: float

    @classmethod
    def after(cls, context: Context, seconds: float, purpose: str) -> Deadline:
        """Set a deadline ``seconds`` from now."""
        return cls(context, context.clock.monotonic() + seconds, purpose, seconds)

    @property
    def left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self.at - self.context.clock.monotonic())

    def later(self, seconds: float) -> Deadline:
        """The same, that many seconds later."""
        return Deadline(self.context, self.at + seconds, self.purpose, self.seconds + seconds)

    def at_least(self, seconds: float) -> Deadline:
        """The same, but never fewer seconds away than this: for what must be tried however late it is."""
        return self if self.left >= seconds else Deadline.after(self.context, seconds, self.purpose)


def patiently(context: Context, deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Do something that is safe to repeat when the host could not be reached, until it works or time is up.

    Raises HostUnreachable, saying what was under way, when the host can't be reached at the deadline.
    """
    is_reported = False
    while True:
        answer = _try(attempt)
        if not isinstance(answer, HostUnreachable):
            return answer
        if deadline.left <= 0:
            raise HostUnreachable(
                f"The connection was lost while trying to {deadline.purpose}, and the host could not be reached again "
                f"in time ({answer}). What had been begun may be half done: run the task again when the host answers."
            ) from answer
        if not is_reported:
            context.operator.progress("The connection is lost; trying to reach the host again", str(answer))
            is_reported = True
        context.clock.sleep(min(RECONNECT_PAUSE, deadline.left))
        context.operator.still()
        context.host.reconnect()


def persistently(context: Context, deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Read something while services are down; retries refusals as well: giving up would leave the services down.

    Raises Fault when the host still refuses at the deadline; see also :func:`patiently`.
    """
    while True:
        try:
            return patiently(context, deadline, attempt)
        except Fault as fault:
            if deadline.left <= 0:
                raise
            context.operator.progress(f"The host refused to answer; asking again ({fault})")
            context.clock.sleep(min(RECONNECT_PAUSE, deadline.left))


def _try(attempt: Callable[[], T]) -> T | HostUnreachable:
    try:
        return attempt()
    except HostUnreachable as lost:
        return lost
