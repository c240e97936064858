# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a virtual server of IIS 6, and the way from one to another. Pure: nothing here asks a host."""

from __future__ import annotations

import enum


class SiteState(enum.Enum):
    """``ServerState`` of a site (metabase id 1016, ms524905)."""

    STARTING = 1
    STARTED = 2
    STOPPING = 3
    STOPPED = 4
    PAUSING = 5
    PAUSED = 6
    CONTINUING = 7

    @property
    def word(self) -> str:
        """The state as the modules name it: ``started``."""
        return self.name.lower()

    @property
    def settled(self) -> bool:
        """Whether the site stays in this state until somebody changes it."""
        return self in (SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED)


class Step(enum.Enum):
    """An order to a site. The value is the WMI method of IIsWebServer and IIsFtpServer."""

    START = "Start"
    STOP = "Stop"
    PAUSE = "Pause"
    CONTINUE = "Continue"

    @property
    def result(self) -> SiteState:
        """The state that the order leads to."""
        return _RESULTS[self]

    @property
    def participle(self) -> str:
        """How a message says it: the site can't be *started*."""
        return _PARTICIPLES[self]


class Wanted(enum.Enum):
    """The values of the module's option ``state``."""

    STARTED = "started"
    STOPPED = "stopped"
    PAUSED = "paused"
    RESTARTED = "restarted"


class NoWay(Exception):
    """The wanted state can't be reached from the present one; the text says why."""


_RESULTS = {
    Step.START: SiteState.STARTED,
    Step.STOP: SiteState.STOPPED,
    Step.PAUSE: SiteState.PAUSED,
    Step.CONTINUE: SiteState.STARTED,
}
_PARTICIPLES = {Step.START: "started", Step.STOP: "stopped", Step.PAUSE: "paused", Step.CONTINUE: "continued"}

#: From each settled state to each wanted one. A paused site is continued before it is stopped: iisweb.vbs
#: refuses to stop a paused one, and what the provider does is not documented.
_PLANS: dict[tuple[SiteState, Wanted], tuple[Step, ...]] = {
    (SiteState.STARTED, Wanted.STARTED): (),
    (SiteState.STARTED, Wanted.STOPPED): (Step.STOP,),
    (SiteState.STARTED, Wanted.PAUSED): (Step.PAUSE,),
    (SiteState.STARTED, Wanted.RESTARTED): (Step.STOP, Step.START),
    (SiteState.STOPPED, Wanted.STARTED): (Step.START,),
    (SiteState.STOPPED, Wanted.STOPPED): (),
    (SiteState.STOPPED, Wanted.RESTARTED): (Step.START,),
    (SiteState.PAUSED, Wanted.STARTED): (Step.CONTINUE,),
    (SiteState.PAUSED, Wanted.STOPPED): (Step.CONTINUE, Step.STOP),
    (SiteState.PAUSED, Wanted.PAUSED): (),
    (SiteState.PAUSED, Wanted.RESTARTED): (Step.CONTINUE, Step.STOP, Step.START),
}


def plan_steps(now: SiteState, wanted: Wanted) -> tuple[Step, ...]:
    """The orders that lead from a settled state to the wanted one. Raises NoWay."""
    if not now.settled:
        raise NoWay(f"it is still {now.word}")
    try:
        return _PLANS[now, wanted]
    except KeyError:
        raise NoWay(f"it is {now.word}, and only a started site can be paused; start it first") from None


def auto_start_after(steps: tuple[Step, ...], before: bool | None) -> bool | None:
    """What ServerAutoStart becomes by itself: starting a site sets it, stopping it clears it (ms525858)."""
    for step in reversed(steps):
        if step is Step.START:
            return True
        if step is Step.STOP:
            return False
    return before
