# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of iis_preflight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..model.isolation import IsolationMode, Mode
from ..outage.drain import DrainOptions
from ..services.options import SERVICE_TIMEOUT, ServiceOptions
from ..services.steps import Method, WantedState


@dataclass(frozen=True)
class Running:
    """Services (keys), sites (metabase keys) and application pools that run, and have to run again after a change."""

    services: tuple[str, ...]
    sites: tuple[str, ...]
    app_pools: tuple[str, ...] = ()

    def as_values(self) -> dict[str, list[str]]:
        """The same as the module returns it."""
        pools = {"app_pools": list(self.app_pools)} if self.app_pools else {}
        return {"services": list(self.services), "sites": list(self.sites), **pools}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not self.services and not self.sites

    def joined(self, other: Running) -> Running:
        """Both."""
        return Running(
            tuple(dict.fromkeys((*self.services, *other.services))),
            tuple(dict.fromkeys((*self.sites, *other.sites))),
            tuple(dict.fromkeys((*self.app_pools, *other.app_pools))),
        )

    @classmethod
    def of(cls, values: Mapping[str, Sequence[str] | None]) -> Running:
        """The opposite."""
        return cls(*(tuple(values.get(name) or ()) for name in ("services", "sites", "app_pools")))


@dataclass(frozen=True)
class PreflightOptions:
    """The options of iis_preflight, under their names. Times in seconds. ``app_pools`` is None for a restart.

    ``trouble`` is what is in the way on the controller.
    """

    mode: Mode | None
    name: tuple[str, ...]
    method: str
    when_iisreset_disabled: str
    save_timeout: float
    timeout: int | None
    running: Running | None
    gate: bool
    drain: DrainOptions | None = None
    app_pools: tuple[str, ...] | None = None
    trouble: tuple[str, ...] = ()

    @property
    def patience(self) -> float:
        """How long services and sites are waited for that are on their way."""
        return SERVICE_TIMEOUT if self.timeout is None else self.timeout

    def restart(self, isolation: IsolationMode | None) -> ServiceOptions | None:
        """The restart to look at, as iis_service takes it; None where a change of the mode needs none.

        Where W3SVC is stopped such a change needs no more than HTTP SSL restarted, and iisreset would start W3SVC.
        """
        name, method = self.name, self.method
        if self.mode and isolation and isolation.running is None:
            name, method = tuple(replace(isolation, configured=self.mode).services_to_restart), str(Method.SCM)
            if not name:
                return None
        return ServiceOptions(
            name=name,
            state=str(WantedState.RESTARTED),
            method=method,
            when_iisreset_disabled=self.when_iisreset_disabled,
            save=True,
            save_timeout=self.save_timeout,
            force=False,
            timeout=self.timeout,
            drain=self.drain,
            start_mode=None,
            recovery=None,
        )
