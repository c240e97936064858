# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites that go down and come up with their services.

A site that was started comes back when its service does, because ServerAutoStart is set (ms525858), unless somebody
cleared that since. A paused one comes back started or stopped, by ServerAutoStart too: pausing isn't remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..._wsman.errors import Fault
from ..context import Context
from ..outcome import IisError
from ..sites.ensure import ensure_site
from ..sites.kinds import KINDS
from ..sites.options import SiteOptions
from ..sites.read import Site, read_sites
from ..sites.states import SiteState
from ..waiting import Deadline, TimedOut, patiently, wait_until

_SITE_KINDS = {kind.service_key: kind for kind in KINDS.values()}
_RUNS = frozenset({SiteState.STARTED, SiteState.STARTING, SiteState.CONTINUING})

#: Seconds that starting one site may take.
_SITE_TIMEOUT = 60.0

Sites = dict[str, Site]


@dataclass(frozen=True)
class SitesBack:
    """The sites as they were read last, and what keeps any of them from being as before, in words."""

    sites: Sites
    troubles: tuple[str, ...] = ()


def read_sites_of(context: Context, services: Collection[str]) -> Sites:
    """Read the sites of services (keys), by metabase key, two requests for each service that has sites."""
    kinds = [_SITE_KINDS[key] for key in sorted(services) if key in _SITE_KINDS]
    return {site.key: site for site in read_sites(context, kinds)} if kinds else {}


def running(sites: Mapping[str, Site]) -> Sites:
    """Those of the sites that serve, or are about to."""
    return {key: site for key, site in sites.items() if site.state in _RUNS}


def pauses_ended(sites: Mapping[str, Site], services: Collection[str]) -> list[str]:
    """Say of each paused site of services (keys) that restart what becomes of it."""
    return [
        f"{site.title} is paused; a restart ends the pause, it comes back "
        f"{'stopped' if site.auto_start is False else 'started'}"
        for site in of_services(sites, services).values()
        if site.state is SiteState.PAUSED
    ]


def of_services(sites: Mapping[str, Site], services: Collection[str]) -> Sites:
    """Those of the sites that belong to the services (keys)."""
    return {key: site for key, site in sites.items() if _service(site) in services}


def bring_sites_back(context: Context, expected: Mapping[str, Site], deadline: Deadline) -> SitesBack:
    """See all these sites started again, and start those that don't come by themselves.

    A site that runs although it isn't set to start automatically is started, and its setting left as it was. Right
    after IISADMIN was restarted its WMI provider may refuse to answer; that is waited out.
    """
    if not expected:
        return SitesBack({})
    coming = {key: site for key, site in expected.items() if site.auto_start is not False}
    now = _wait_for(context, frozenset(_service(site) for site in expected.values()), coming, deadline)
    if now.troubles or not missing(expected, now.sites):
        return now
    troubles = []
    for key, site in expected.items():
        if key in now.sites and now.sites[key].state is not SiteState.STARTED:
            trouble = _start(context, site, comes_by_itself=key in coming)
            troubles += [trouble] if trouble else []
    again = _wait_for(context, frozenset(_service(site) for site in expected.values()), {}, deadline)
    return SitesBack(again.sites, again.troubles or tuple(troubles or missing(expected, again.sites)))


def missing(expected: Mapping[str, Site], now: Mapping[str, Site]) -> list[str]:
    """Name the sites that should be started and aren't, with the state that each is in."""
    return [
        f"{site.title} is {now[key].state.word if key in now else 'gone'}"
        for key, site in expected.items()
        if key not in now or now[key].state is not SiteState.STARTED
    ]


def _wait_for(context: Context, services: Collection[str], coming: Mapping[str, Site], deadline: Deadline) -> SitesBack:
    """Read the sites of services until they can be read and all that are coming are there, or time is up."""

    def read() -> SitesBack:
        try:
            return SitesBack(patiently(context, deadline, lambda: read_sites_of(context, services)))
        except (Fault, IisError) as trouble:
            return SitesBack({}, (f"the sites can't be read ({trouble})",))

    def complete(now: SitesBack) -> bool:
        return not now.troubles and not missing(coming, now.sites)

    try:
        return wait_until(context, read, complete, deadline.left)
    except TimedOut as late:
        last: SitesBack = late.last
        return last


def _start(context: Context, site: Site, *, comes_by_itself: bool) -> str:
    """Start a site that didn't come back. Returns why it couldn't be, or nothing."""
    try:
        ensure_site(
            context,
            SiteOptions(
                service=site.kind.name,
                name=None,
                id=site.id,
                state="started",
                auto_start=site.auto_start,
                timeout=_SITE_TIMEOUT,
            ),
        )
    except IisError as failure:
        return failure.message.rstrip(".")
    if comes_by_itself:
        context.operator.warn(f"{site.title} did not come back by itself, although it is set to; it was started.")
    return ""


def _service(site: Site) -> str:
    return site.kind.service_key
