# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going on when a restart cuts the connection that it is watched through.

HTTPFilter serves TLS for every user of HTTP.sys on Server 2003, WinRM over HTTPS included, and a reboot cuts
everything: while such a change is under way a lost connection is expected, and made anew until a deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from .._wsman.errors import Fault, HostUnreachable
from .context import Context

T = TypeVar("T")

#: Seconds between two tries to reach a host again.
RECONNECT_PAUSE = 2.0

#: How often a host that is busy, at its limits or out of order may refuse one and the same request.
_MOST_REFUSALS = 4


@dataclass(frozen=True)
class Deadline:
    """A point on the controller's clock, and what has to be done by then: ``restart W3SVC``."""

    context: Context
    at: float
    purpose: str

    @classmethod
    def after(cls, context: Context, seconds: float, purpose: str) -> Deadline:
        """Set a deadline ``seconds`` from now."""
        return cls(context, context.clock.monotonic() + seconds, purpose)

    @property
    def left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self.at - self.context.clock.monotonic())


def patiently(context: Context, deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Do something that is safe to repeat when the host could not be reached, until it works or time is up.

    Raises HostUnreachable, saying what was under way, when the host can't be reached at the deadline.
    """
    told = False
    while True:
        answer = _try(attempt)
        if not isinstance(answer, HostUnreachable):
            return answer
        if deadline.left <= 0:
            raise HostUnreachable(
                f"The connection was lost while trying to {deadline.purpose}, and the host could not be reached again "
                f"in time ({answer}). What had been begun may be half done: run the task again when the host answers."
            ) from answer
        if not told:
            context.operator.progress(f"The connection is lost; trying to reach the host again ({answer})")
            told = True
        context.clock.sleep(min(RECONNECT_PAUSE, deadline.left))
        context.host.reconnect()


def persistently(context: Context, deadline: Deadline, attempt: Callable[[], T]) -> T:
    """Read something while services are down: refusals are borne, too, for giving up would leave them down.

    Raises Fault when the host refuses again and again or the deadline is there; see also :func:`patiently`.
    """
    refusals = 0
    while True:
        try:
            return patiently(context, deadline, attempt)
        except Fault as fault:
            refusals += 1
            if refusals >= _MOST_REFUSALS or deadline.left <= 0:
                raise
            context.operator.progress(f"The host refused to tell; asking again ({fault})")
            context.clock.sleep(min(RECONNECT_PAUSE, deadline.left))


def _try(attempt: Callable[[], T]) -> T | HostUnreachable:
    try:
        return attempt()
    except HostUnreachable as lost:
        return lost
