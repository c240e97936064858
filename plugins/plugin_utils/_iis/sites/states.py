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
    def is_settled(self) -> bool:
        """Whether the site stays in this state until it is changed."""
        return self in (SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED)


class Order(enum.Enum):
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


class WantedSiteState(enum.Enum):
    """The values of the module's option ``state``."""

    STARTED = "started"
    STOPPED = "stopped"
    PAUSED = "paused"
    RESTARTED = "restarted"


class NoWay(Exception):
    """The wanted state can't be reached from the present one; the text says why."""


_RESULTS = {
    Order.START: SiteState.STARTED,
    Order.STOP: SiteState.STOPPED,
    Order.PAUSE: SiteState.PAUSED,
    Order.CONTINUE: SiteState.STARTED,
}
_PARTICIPLES = {Order.START: "started", Order.STOP: "stopped", Order.PAUSE: "paused", Order.CONTINUE: "continued"}

#: From each settled state to each wanted one. A paused site is continued before it is stopped: iisweb.vbs
#: refuses to stop a paused one, and what the provider does is not documented.
_PLANS: dict[tuple[SiteState, WantedSiteState], tuple[Order, ...]] = {
    (SiteState.STARTED, WantedSiteState.STARTED): (),
    (SiteState.STARTED, WantedSiteState.STOPPED): (Order.STOP,),
    (SiteState.STARTED, WantedSiteState.PAUSED): (Order.PAUSE,),
    (SiteState.STARTED, WantedSiteState.RESTARTED): (Order.STOP, Order.START),
    (SiteState.STOPPED, WantedSiteState.STARTED): (Order.START,),
    (SiteState.STOPPED, WantedSiteState.STOPPED): (),
    (SiteState.STOPPED, WantedSiteState.RESTARTED): (Order.START,),
    (SiteState.PAUSED, WantedSiteState.STARTED): (Order.CONTINUE,),
    (SiteState.PAUSED, WantedSiteState.STOPPED): (Order.CONTINUE, Order.STOP),
    (SiteState.PAUSED, WantedSiteState.PAUSED): (),
    (SiteState.PAUSED, WantedSiteState.RESTARTED): (Order.CONTINUE, Order.STOP, Order.START),
}


def plan_orders(now: SiteState, wanted: WantedSiteState) -> tuple[Order, ...]:
    """The orders that lead from a settled state to the wanted one. Raises NoWay."""
    if not now.is_settled:
        raise NoWay(f"it is still {now.word}")
    try:
        return _PLANS[now, wanted]
    except KeyError:
        raise NoWay(f"it is {now.word}, and only a started site can be paused; start it first") from None


def auto_start_after(orders: tuple[Order, ...], before: bool | None) -> bool | None:
    """What ServerAutoStart becomes by itself: starting a site sets it, stopping it clears it (ms525858)."""
    for order in reversed(orders):
        if order is Order.START:
            return True
        if order is Order.STOP:
            return False
    return before
