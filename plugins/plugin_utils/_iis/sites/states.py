# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a site from one state to another. Pure: nothing here asks a host."""

from __future__ import annotations

import enum

from ..model.sites import Order, SiteState


class WantedSiteState(enum.Enum):
    """The values of the module's option ``state``."""

    STARTED = "started"
    STOPPED = "stopped"
    PAUSED = "paused"
    RESTARTED = "restarted"


class NoWay(Exception):
    """The wanted state can't be reached from the present one; the text says why."""


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
