# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a site into a state: observe, plan, carry out, verify."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..context import Context
from ..interruptions import forget
from ..model.sites import Order, Site
from ..outcome import IisError, Outcome
from ..versions import assumed
from ..waiting import PATIENCE, Deadline
from .change import SiteChange, service_problem
from .options import SiteOptions
from .read import find_site_by_id, find_site_by_name, with_setting
from .states import NoWay, WantedSiteState, auto_start_after, plan_orders


def ensure_site(context: Context, options: SiteOptions) -> Outcome:
    """Bring a site into a state within a time. Raises IisError."""
    site = _find(context, options)
    if site.auto_start is None and _concerns_flag(context, options):
        site = with_setting(context, site)
    auto_start = _wanted_flag(context, options, site)
    deadline = Deadline.after(context, options.timeout, f"change the {site.title}")
    change = SiteChange(context, site, deadline)
    orders = _plan(change, options.state)
    now = change.site
    flag_left = _flag_after(context, orders, now.auto_start)
    must_write_flag = auto_start is not None and auto_start is not flag_left
    if options.state:
        forget(context, sites=[site.key])  # of its state that counts which is asked for now
    if not orders and not must_write_flag:
        return _outcome(site, now, orders, changed=False)
    if now.name is None:
        now = with_setting(context, now)
    if context.check_mode:
        return _predict(context, site, now, orders, auto_start)
    if orders:
        change.site = now
        change.check_service(orders[0])
        change.carry_out(orders)
    if auto_start is not None:
        _set_auto_start(context, change, auto_start, deadline)
        if not assumed(context).sites.sets_auto_start:
            return _outcome(site, change.site, orders, changed=True)  # which was read as it is now
    return _outcome(site, with_setting(context, change.site), orders, changed=True)


def _concerns_flag(context: Context, options: SiteOptions) -> bool:
    """Whether more than the state is to be seen to, so that auto_start has to be read."""
    if options.auto_start is not None:
        return True
    if options.flag_of_state is None:
        return False
    return options.lasting is not None or not assumed(context).sites.sets_auto_start


def _wanted_flag(context: Context, options: SiteOptions, site: Site) -> bool | None:
    """What auto_start is to be in the end; None where it is left to IIS."""
    if options.auto_start is not None or not _concerns_flag(context, options):
        return options.auto_start
    return site.auto_start if options.lasting is False else options.flag_of_state


def _flag_after(context: Context, orders: tuple[Order, ...], before: bool | None) -> bool | None:
    return auto_start_after(orders, before) if assumed(context).sites.sets_auto_start else before


def _find(context: Context, options: SiteOptions) -> Site:
    if options.id is not None:
        return find_site_by_id(context, options.service, options.id)
    if not options.name:
        raise IisError("name is empty: give the name of a site, or its number as id.")
    return find_site_by_name(context, options.service, options.name)


def _plan(change: SiteChange, state: str | None) -> tuple[Order, ...]:
    if state is None:
        return ()
    change.settle()
    wanted = WantedSiteState(state)
    if wanted is WantedSiteState.PAUSED:
        change.check_order(Order.PAUSE)
    try:
        return plan_orders(change.site.state, wanted)
    except NoWay as no_way:
        raise change.failure(f"The {change.site.title} can't be {state}: {no_way}.") from no_way


def _predict(context: Context, site: Site, now: Site, orders: tuple[Order, ...], auto_start: bool | None) -> Outcome:
    problem = service_problem(context, now.kind, timeout=0) if orders else None
    if problem:
        context.operator.warn(f"As things are now, the {now.title} couldn't be {orders[0].participle}: {problem}")
    flag = _flag_after(context, orders, now.auto_start) if auto_start is None else auto_start
    after = replace(now, state=orders[-1].result if orders else now.state, auto_start=flag)
    return _outcome(site, after, orders, changed=True)


def _set_auto_start(context: Context, change: SiteChange, auto_start: bool, deadline: Deadline) -> None:
    def read() -> bool | None:
        change.site = with_setting(context, change.site)
        return change.site.auto_start

    store = assumed(context).sites
    # A flag that is to stay is read again: an order may have changed it.
    may_be_so = store.sets_auto_start or change.site.auto_start is auto_start
    if may_be_so and read() is auto_start:
        return
    try:
        store.write_auto_start(context, change.site, auto_start, read, timeout=max(PATIENCE, deadline.left))
    except IisError as error:
        raise change.failure(error.message) from error


def _outcome(before: Site, after: Site, orders: tuple[Order, ...], *, changed: bool) -> Outcome:
    restarted = len(orders) > 1 and orders[-1] is Order.START
    shown_before: dict[str, Any] = {"state": before.state.word}
    shown_after: dict[str, Any] = {"state": after.state.word}
    if restarted:
        shown_after["restarted"] = True
    if after.auto_start is not None and before.auto_start is not None:
        shown_before["auto_start"] = before.auto_start
        shown_after["auto_start"] = after.auto_start
    return Outcome(
        changed=changed,
        values={**after.as_values(), "state_before": before.state.word},
        before={after.key: shown_before},
        after={after.key: shown_after},
    )
