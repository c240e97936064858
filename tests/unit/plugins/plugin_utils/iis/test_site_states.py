# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a site, from any state to any other."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.sites import Order, SiteState
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.states import (
    NoWay,
    WantedSiteState,
    auto_start_after,
    plan_orders,
)

SETTLED = [SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED]
END = {
    WantedSiteState.STARTED: SiteState.STARTED,
    WantedSiteState.STOPPED: SiteState.STOPPED,
    WantedSiteState.PAUSED: SiteState.PAUSED,
    WantedSiteState.RESTARTED: SiteState.STARTED,
}
#: What iisweb.vbs allows: the states from which it gives each order.
ALLOWED = {
    Order.START: {SiteState.STOPPED},
    Order.STOP: {SiteState.STARTED},
    Order.PAUSE: {SiteState.STARTED},
    Order.CONTINUE: {SiteState.PAUSED},
}


NO_WAY = (SiteState.STOPPED, WantedSiteState.PAUSED)


@given(st.sampled_from(SETTLED), st.sampled_from(list(WantedSiteState)))
def test_a_plan_reaches_the_wanted_state_by_allowed_orders(now, wanted):
    assume((now, wanted) != NO_WAY)
    for step in plan_orders(now, wanted):
        assert now in ALLOWED[step]
        now = step.result
    assert now is END[wanted]


def test_only_a_stopped_site_cannot_be_paused():
    with pytest.raises(NoWay, match="start it first"):
        plan_orders(*NO_WAY)


@pytest.mark.parametrize("wanted", [WantedSiteState.STARTED, WantedSiteState.STOPPED, WantedSiteState.PAUSED])
def test_a_site_that_is_as_wanted_is_left_alone(wanted):
    assert plan_orders(END[wanted], wanted) == ()


@pytest.mark.parametrize("now", SETTLED)
def test_restarted_always_starts_the_site_anew(now):
    assert plan_orders(now, WantedSiteState.RESTARTED)[-1] is Order.START


@pytest.mark.parametrize("now", [state for state in SiteState if state not in SETTLED])
@pytest.mark.parametrize("wanted", list(WantedSiteState))
def test_a_site_on_its_way_is_never_given_an_order(now, wanted):
    with pytest.raises(NoWay, match="still"):
        plan_orders(now, wanted)


@pytest.mark.parametrize(
    ("steps", "before", "after"),
    [
        ((), True, True),
        ((), None, None),
        ((Order.STOP,), True, False),
        ((Order.START,), False, True),
        ((Order.STOP, Order.START), False, True),
        ((Order.CONTINUE, Order.STOP), True, False),
        ((Order.PAUSE,), True, True),
        ((Order.CONTINUE,), False, False),
    ],
)
def test_iis_sets_auto_start_with_the_state(steps, before, after):
    assert auto_start_after(steps, before) is after
