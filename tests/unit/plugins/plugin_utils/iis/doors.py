# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors of the modules with the modules' defaults, so that a test names only what it is about."""

from __future__ import annotations

from typing import Any

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import Outcome
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.pools import ensure as pools
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.pools import recycle
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites import ensure as sites
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.options import SiteOptions

SITE_DEFAULTS: dict[str, Any] = {
    "service": "web",
    "name": None,
    "id": None,
    "state": None,
    "auto_start": None,
    "timeout": 60.0,
}


def ensure_site(context: Context, **options: Any) -> Outcome:
    """Bring a site into a state, as iis_site does."""
    return sites.ensure_site(context, SiteOptions(**(SITE_DEFAULTS | options)))


def ensure_app_pool(
    context: Context, *, name: str, state: str, timeout: float = 60.0, lasting: bool | None = None
) -> Outcome:
    """Bring a pool into a state, as iis_app_pool does."""
    return pools.ensure_app_pool(context, name=name, state=state, timeout=timeout, lasting=lasting)


def recycle_app_pools(context: Context, *names: str, timeout: float = 60.0) -> Outcome:
    """Recycle several pools, as iis_app_pool does with ``names``."""
    return recycle.recycle_app_pools(context, names=names, timeout=timeout)
