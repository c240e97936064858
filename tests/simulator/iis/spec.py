# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is to have: services, sites, pools, isolation mode, and what is wrong with it from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.iis.kinds import Kind
from simulator.iis.switches import Switches


@dataclass(frozen=True)
class BindingSpec:
    """One of a site's bindings; an empty ``ip`` is "(All Unassigned)"."""

    port: int
    ip: str = ""
    host: str = ""
    secure: bool = False

    def text(self) -> str:
        """As the metabase holds it: ``IP:Port:Hostname``, secure ones ``IP:Port:``."""
        return f"{self.ip}:{self.port}:{'' if self.secure else self.host}"


@dataclass
class SiteSpec:
    """A site. ``state`` is started, stopped or paused; ``auto_start`` follows it unless given."""

    id: int
    name: str
    kind: Kind = Kind.WEB
    bindings: Sequence[BindingSpec] = ()
    state: str = "started"
    auto_start: bool | None = None
    pool: str = "DefaultAppPool"
    sessions: int = 0

    def starts_automatically(self) -> bool:
        """ServerAutoStart: false only for a site that was stopped by somebody (ms525858)."""
        return self.state != "stopped" if self.auto_start is None else self.auto_start


@dataclass
class PoolSpec:
    """An application pool."""

    name: str
    auto_start: bool = True


def default_sites() -> list[SiteSpec]:
    """What setup creates for the Web service."""
    return [SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),))]


@dataclass
class IisSpec:
    """IIS on one host.

    ``services`` are the installed ones beside IISADMIN and HTTPFilter; ``start_modes`` and ``stopped`` change them by
    name. ``iis5_mode`` is the configured isolation mode, ``running_iis5_mode`` the running one if it differs (the
    mode was changed and not yet restarted). ``iisreset_language`` is that of iisreset's texts (``en``, ``de``).
    """

    services: Sequence[Kind] = (Kind.WEB,)
    sites: Sequence[SiteSpec] = field(default_factory=default_sites)
    pools: Sequence[PoolSpec] = (PoolSpec("DefaultAppPool"),)
    iis5_mode: bool = False
    running_iis5_mode: bool | None = None
    edit_while_running: bool = False
    history: bool = True
    max_history_files: int = 10
    metabase_version: int = 243
    unsaved_changes: int = 0
    iisreset_disabled: bool = False
    iisreset_language: str = "en"
    start_modes: dict[str, str] = field(default_factory=dict)
    stopped: Sequence[str] = ()
    missing_counters: Sequence[str] = ()
    third_party_services: Sequence[str] = ()
    start_seconds: float = 1.0
    stop_seconds: float = 1.0
    switches: Switches = field(default_factory=Switches)

    def running_mode(self) -> bool:
        """Whether IIS 5.0 isolation mode runs."""
        return self.iis5_mode if self.running_iis5_mode is None else self.running_iis5_mode
