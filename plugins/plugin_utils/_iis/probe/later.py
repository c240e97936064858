# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of IIS 7 and later, by each way that the host has: its WMI classes, and its program in a shell.

Nothing is written there, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from ..context import Context
from ..iis7 import web_administration as wmi
from ..iis7.backups import Iis7Backups
from ..iis7.counters import read_pool_state
from ..iis7.features import Features, read_features
from ..iis7.kinds import FTP, WEB
from ..iis7.pools import Iis7Pools
from ..iis7.sites import Iis7Sites
from ..iis7.states import State
from ..iis7.way import by_appcmd_alone, has_wmi
from ..model.backups import Backup
from ..model.sites import Site, SiteKind, SiteState
from .attempts import Probe

_SITES = Iis7Sites()
_POOLS = Iis7Pools()
_BACKUPS = Iis7Backups()


@dataclass(frozen=True)
class Later:
    """What an IIS 7 or later has of its own; ``features`` are None where the registry doesn't tell them."""

    features: Features | None

    @property
    def has_metabase_classes(self) -> bool:
        """Whether the classes of IIS 6 may be there."""
        return self.features is None or self.features.wmi_compatibility

    @property
    def has_classes(self) -> bool:
        """Whether its own classes may be there."""
        return self.features is None or self.features.scripting_tools

    @property
    def has_scripts(self) -> bool:
        """Whether the scripts of IIS 6 may be there."""
        return self.features is None or self.features.legacy_scripts


def probe_features(probe: Probe) -> Later:
    """Read which features there are: what of them isn't there is no finding of its own any more."""
    return Later(probe.attempt(lambda: read_features(probe.context)))


def probe_later(probe: Probe, services: Collection[str]) -> None:
    """Read sites, pools and backups as the modules do; ``services`` are the keys of those that are installed."""
    _read_all(probe, probe.context, services)
    if has_wmi(probe.context):
        _read_all(probe, by_appcmd_alone(probe.context), services)


def _read_all(probe: Probe, context: Context, services: Collection[str]) -> None:
    for kind in (WEB, FTP):
        if kind.service_key in services:
            _read_sites(probe, context, kind)
    pools = probe.attempt(partial(_POOLS.read_all, context)) or []
    probe.attempt(partial(_POOLS.started_by_hand, context))
    for pool in pools[:1]:
        probe.attempt(partial(_POOLS.find, context, pool.name))
        probe.attempt(partial(_POOLS.read_state, context, pool.name))
        probe.attempt(partial(read_pool_state, context, pool.name))
    probe.attempt(partial(_BACKUPS.read_all, context))
    probe.attempt(partial(_BACKUPS.restoring, context, Backup("", 0), ""))


def _read_sites(probe: Probe, context: Context, kind: SiteKind) -> None:
    sites = probe.attempt(partial(_SITES.read_all, context, kind, bindings=True)) or []
    for read in (_SITES.read_states, _SITES.read_names, _SITES.read_bindings):
        probe.attempt(partial(read, context, kind))
    for seen in sites[:1]:
        site = Site(kind, seen.id, seen.name, seen.state or SiteState.UNKNOWN)
        probe.attempt(partial(_SITES.read_state, context, kind, site.id))
        probe.attempt(partial(_SITES.with_setting, context, site))
        probe.attempt(partial(_SITES.read_bindings, context, kind, site.id))
        if site.name:
            probe.attempt(partial(_SITES.find, context, kind, site.name))
            if has_wmi(context):
                _ask_for_no_protocol(probe, context, site.name)


def _ask_for_no_protocol(probe: Probe, context: Context, name: str) -> None:
    """Whether the host tells the FTP half of a site from its Web half: it has no state for a protocol of no site."""
    state = probe.attempt(partial(wmi.read_state, context, wmi.site_path(name), wmi.NO_PROTOCOL))
    words = "has none" if state in (None, State.UNKNOWN) else "has one, so ProtocolName doesn't count"
    probe.host.remark("ask GetState", f"asked for the state of a protocol that no site has, the host {words}")
