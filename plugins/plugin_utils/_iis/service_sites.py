# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites that go down and come up with their services.

A site that was started comes back when its service does, because ServerAutoStart is set (ms525858). A paused one
comes back started or stopped, by ServerAutoStart too: pausing isn't remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .._wsman.errors import Fault
from .host import Context
from .outcome import IisError
from .patience import Deadline, patiently
from .site_services import SERVICES
from .site_states import SiteState
from .sites import Site, read_sites
from .waiting import TimedOut, wait_until

_SITE_KINDS = {kind.windows_service.lower(): name for name, kind in SERVICES.items()}
_RUNS = frozenset({SiteState.STARTED, SiteState.STARTING, SiteState.CONTINUING})

Sites = dict[str, Site]


@dataclass(frozen=True)
class SitesRead:
    """The sites as they were read last, and why they could not be read, if so."""

    sites: Sites
    trouble: str = ""


def read_sites_of(context: Context, services: Collection[str]) -> Sites:
    """Read the sites of services (keys), by metabase key, two requests for each service that has sites."""
    kinds = [_SITE_KINDS[key] for key in sorted(services) if key in _SITE_KINDS]
    return {site.key: site for site in read_sites(context, kinds)} if kinds else {}


def running(sites: Mapping[str, Site]) -> Sites:
    """Those of the sites that serve, or are about to."""
    return {key: site for key, site in sites.items() if site.state in _RUNS}


def of_services(sites: Mapping[str, Site], services: Collection[str]) -> Sites:
    """Those of the sites that belong to the services (keys)."""
    return {key: site for key, site in sites.items() if site.kind.windows_service.lower() in services}


def wait_for_sites(context: Context, expected: Mapping[str, Site], deadline: Deadline) -> SitesRead:
    """Wait until all these sites are started again, and return all sites of their services as last read.

    Right after IISADMIN was restarted its WMI provider may refuse to answer; that is waited out too.
    """
    services = frozenset(site.kind.windows_service.lower() for site in expected.values())
    if not services:
        return SitesRead({})

    def read() -> SitesRead:
        try:
            return SitesRead(patiently(context, deadline, lambda: read_sites_of(context, services)))
        except (Fault, IisError) as trouble:
            return SitesRead({}, str(trouble))

    def complete(now: SitesRead) -> bool:
        return not now.trouble and not missing(expected, now.sites)

    try:
        return wait_until(context, read, complete, deadline.left)
    except TimedOut as late:
        last: SitesRead = late.last
        return last


def missing(expected: Mapping[str, Site], now: Mapping[str, Site]) -> list[str]:
    """Name the sites that should be started and aren't, with the state that each is in."""
    return [
        f"{site.title} is {now[key].state.word if key in now else 'gone'}"
        for key, site in expected.items()
        if key not in now or now[key].state is not SiteState.STARTED
    ]
