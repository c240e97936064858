# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites that go down and come up with their services.

A site that was started comes back when its service does, because ServerAutoStart is set (ms525858), unless that was
cleared since. A paused one comes back started or stopped, by ServerAutoStart too: pausing isn't remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..._wsman.errors import Fault
from ..context import Context
from ..model.sites import Order, Site, SiteState
from ..outcome import IisError
from ..sites.change import SiteChange
from ..sites.ensure import ensure_site
from ..sites.options import SiteOptions
from ..sites.read import read_sites_of, read_states_of
from ..sites.states import WantedSiteState, plan_orders
from ..waiting import Deadline, TimedOut, patiently, wait_until

_RUNS = frozenset({SiteState.STARTED, SiteState.STARTING, SiteState.CONTINUING})

Sites = dict[str, Site]


@dataclass(frozen=True)
class SitesBack:
    """The sites as they were read last, and what keeps any of them from being as before, in words."""

    sites: Sites
    troubles: tuple[str, ...] = ()


def running(sites: Mapping[str, Site]) -> Sites:
    """Those of the sites that serve, or are about to."""
    return {key: site for key, site in sites.items() if site.state in _RUNS}


def pauses_ended(sites: Mapping[str, Site], services: Collection[str]) -> list[str]:
    """Say of each paused site of services (keys) that restart what becomes of it."""
    return [
        f"{site.title} is paused; a restart ends the pause, it comes back "
        f"{'stopped' if site.auto_start is False else 'started'}."
        for site in of_services(sites, services).values()
        if site.state is SiteState.PAUSED
    ]


def not_verified(sites: Mapping[str, Site], services: Collection[str]) -> list[str]:
    """Say of the sites of services (keys) whose state isn't known that nothing can bring them back, in one sentence."""
    unknown = [site.title for site in of_services(sites, services).values() if site.state is SiteState.UNKNOWN]
    if not unknown:
        return []
    return [
        f"The host doesn't tell the state of {', '.join(unknown)}, so it won't be verified after the restart. What "
        "starts with its service comes back."
    ]


def after_restart(site: Site) -> Site:
    """The site as a restart of its service leaves it: one that ran is brought back, a pause is over."""
    if site.state is SiteState.UNKNOWN:
        return site
    if site.state in _RUNS or (site.state is SiteState.PAUSED and site.auto_start is not False):
        return replace(site, state=SiteState.STARTED)
    return replace(site, state=SiteState.STOPPED)


def of_services(sites: Mapping[str, Site], services: Collection[str]) -> Sites:
    """Those of the sites that belong to the services (keys)."""
    return {key: site for key, site in sites.items() if _service(site) in services}


def bring_sites_back(
    context: Context,
    services: Collection[str],
    expected: Mapping[str, Site],
    deadline: Deadline,
    known: Mapping[str, Site],
) -> SitesBack:
    """See the expected ones of the sites of services (keys) started, and start those that don't come by themselves.

    They are waited for together: half of the time for those that are set to start with their service to do so. A site
    that isn't set to is started, and its setting left as it was; one that is paused is continued. Right after IISADMIN
    was restarted its WMI provider may refuse to answer; that is waited out. Where all sites are ``known``, only their
    states are read.
    """
    if not services:
        return SitesBack({})
    coming = {
        key: site
        for key, site in expected.items()
        if site.auto_start is not False and site.state not in (SiteState.PAUSING, SiteState.PAUSED)
    }
    now = _wait_for(context, services, coming, deadline, known, patience=deadline.left / 2)
    if now.troubles or not missing(expected, now.sites):
        return now
    troubles = _start(context, expected, now.sites, deadline)
    moving = {key: site for key, site in expected.items() if key in now.sites and key not in troubles}
    again = _wait_for(context, services, moving, deadline, known, patience=deadline.left)
    others = {key: site for key, site in expected.items() if key not in troubles}
    return SitesBack(again.sites, again.troubles or (*troubles.values(), *missing(others, again.sites)))


def missing(expected: Mapping[str, Site], now: Mapping[str, Site]) -> list[str]:
    """Name the sites that should be started and aren't, with the state that each is in."""
    return [
        f"{site.title} is {now[key].state.word if key in now else 'gone'}"
        for key, site in expected.items()
        if key not in now or now[key].state is not SiteState.STARTED
    ]


def _wait_for(
    context: Context,
    services: Collection[str],
    coming: Mapping[str, Site],
    deadline: Deadline,
    known: Mapping[str, Site],
    *,
    patience: float,
) -> SitesBack:
    """Read the sites of services until all that are coming are there, or ``patience`` seconds have passed.

    Until the sites can be read at all, the deadline is what counts.
    """
    patient_until = context.clock.monotonic() + patience

    def read() -> SitesBack:
        try:
            return SitesBack(patiently(context, deadline, lambda: _read_again(context, services, known)))
        except (Fault, IisError) as trouble:
            return SitesBack({}, (f"the sites can't be read ({trouble})",))

    def complete(now: SitesBack) -> bool:
        is_late = context.clock.monotonic() >= patient_until
        return not now.troubles and (is_late or not missing(coming, now.sites))

    try:
        return wait_until(context, read, complete, deadline.left)
    except TimedOut as late:
        last: SitesBack = late.last
        return last


def _read_again(context: Context, services: Collection[str], known: Mapping[str, Site]) -> Sites:
    now = read_states_of(context, services) if known else {}
    if not now or now.keys() - known.keys():
        return read_sites_of(context, services)
    return {key: replace(known[key], state=site.state) for key, site in now.items()}


def _start(
    context: Context, expected: Mapping[str, Site], now: Mapping[str, Site], deadline: Deadline
) -> dict[str, str]:
    """Order all sites that are down to start, then see each of them start. Returns by key why any couldn't."""
    begun: list[tuple[str, SiteChange, Order]] = []
    troubles: dict[str, str] = {}
    for key in expected:
        if key in now and now[key].state.is_settled:
            change = SiteChange(context, now[key], deadline)
            for order in plan_orders(now[key].state, WantedSiteState.STARTED):
                try:
                    change.begin(order)
                except IisError as failure:
                    troubles[key] = failure.message.rstrip(".")
                else:
                    begun.append((key, change, order))
    for key, change, order in begun:
        try:
            change.finish(order)
            _keep_auto_start(context, expected[key], deadline, order)
        except IisError as failure:
            troubles[key] = failure.message.rstrip(".")
    return troubles


def _keep_auto_start(context: Context, site: Site, deadline: Deadline, order: Order) -> None:
    """IIS sets ServerAutoStart of a site that is started (ms525858). Raises IisError."""
    if site.auto_start is False:
        ensure_site(
            context,
            SiteOptions(
                service=site.kind.name,
                name=None,
                id=site.id,
                state=None,
                auto_start=False,
                timeout=deadline.left,
            ),
        )
    elif order is Order.START:
        context.operator.warn(f"{site.title} did not come back by itself, although it is set to; it was started.")


def _service(site: Site) -> str:
    return site.kind.service_key
