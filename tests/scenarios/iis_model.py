# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain model of IIS 6: what an administrator expects of services, sites, pools and modes, and of our modules.

There are no seconds in it, no pending states and no wire: every order is carried out at once. What a module refuses
raises :class:`Refused` and leaves everything as it was.

Sources: ms525858 (ServerAutoStart), ms525697 (the mode takes effect when W3SVC starts), MS-IISS <3> and <5> (what
IISReset stops and starts), the rules of iisweb.vbs (states of sites). ASSUMED, as the simulator does: sites pause and
continue with their service.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

STARTED, STOPPED, PAUSED = "started", "stopped", "paused"

#: What each service needs, and which have sites (the key of their only or first site).
NEEDS = {
    "iisadmin": (),
    "httpfilter": ("iisadmin",),
    "w3svc": ("iisadmin", "httpfilter"),
    "msftpsvc": ("iisadmin",),
    "smtpsvc": ("iisadmin",),
    "nntpsvc": ("iisadmin",),
}
OF_SERVICE = {"w3svc": ("W3SVC/1", "W3SVC/2"), "msftpsvc": ("MSFTPSVC/1",), "smtpsvc": ("SmtpSvc/1",),
              "nntpsvc": ("NntpSvc/1",)}  # fmt: skip
SERVICE_OF = {key: service for service, keys in OF_SERVICE.items() for key in keys}


class Refused(Exception):
    """A module refuses this."""


@dataclass
class Site:
    """A virtual server."""

    state: str = STARTED
    auto_start: bool = True


@dataclass
class Model:
    """One host with all services of IIS and one application pool."""

    services: dict[str, str] = field(default_factory=lambda: dict.fromkeys(NEEDS, STARTED))
    automatic: dict[str, bool] = field(default_factory=lambda: {name: name != "httpfilter" for name in NEEDS})
    sites: dict[str, Site] = field(default_factory=lambda: {key: Site() for key in SERVICE_OF})
    pool: str = STARTED
    pool_auto_start: bool = True
    configured: str = "worker_process"
    running: str | None = "worker_process"

    # -- IIS itself ------------------------------------------------------------------------------------------------

    def up(self, service: str) -> None:
        """The SCM starts a service, after what it needs; its sites come up by ServerAutoStart."""
        for needed in NEEDS[service]:
            self.up(needed)
        if self.services[service] != STOPPED:
            return
        self.services[service] = STARTED
        if service == "w3svc":
            self.running = self.configured
            self.pool = STARTED if self.running == "worker_process" and self.pool_auto_start else STOPPED
        for key in OF_SERVICE.get(service, ()):
            self.sites[key].state = STARTED if self.sites[key].auto_start else STOPPED

    def down(self, service: str) -> None:
        """The SCM stops a service, after everything that needs it; ServerAutoStart is left alone."""
        for other, needs in NEEDS.items():
            if service in needs:
                self.down(other)
        if self.services[service] == STOPPED:
            return
        self.services[service] = STOPPED
        if service == "w3svc":
            self.running, self.pool = None, STOPPED
        for key in OF_SERVICE.get(service, ()):
            self.sites[key].state = STOPPED

    def pause(self, service: str) -> None:
        """The SCM pauses a running service."""
        self.services[service] = PAUSED
        self._change_sites(service, STARTED, PAUSED)

    def resume(self, service: str) -> None:
        """The SCM continues a paused service."""
        self.services[service] = STARTED
        self._change_sites(service, PAUSED, STARTED)

    def _change_sites(self, service: str, before: str, after: str) -> None:
        for key in OF_SERVICE.get(service, ()):
            if self.sites[key].state == before:
                self.sites[key].state = after

    # -- iis_service -----------------------------------------------------------------------------------------------

    def service(self, names: Iterable[str], state: str, *, iisreset: bool = False) -> None:
        """The module, for named services or ``all``; ``iisreset`` starts whatever is automatic."""
        everything = tuple(names) == ("all",)
        targets = tuple(NEEDS) if everything else tuple(names)
        if state == "restarted":
            self._restarted(targets, everything, iisreset)
        else:
            getattr(self, f"_{state}")(targets, everything)

    def _started(self, targets: tuple[str, ...], everything: bool) -> None:
        wanted = {
            name
            for name in targets
            if not everything or self.automatic[name] or self.services[name] == PAUSED or name == "iisadmin"
        }
        resumed = {name for name in wanted if self.services[name] == PAUSED}
        for name in wanted:
            self.up(name)
        for name in resumed:
            self.resume(name)

    def _stopped(self, targets: tuple[str, ...], _everything: bool) -> None:
        for name in targets:
            self.down(name)

    def _restarted(self, targets: tuple[str, ...], everything: bool, iisreset: bool) -> None:
        ran = {name for name in NEEDS if self.services[name] != STOPPED}
        served = [key for key, site in self.sites.items() if site.state == STARTED]
        again = {name for name in ran if self._needs_any(name, targets)}
        if not everything:
            again |= set(targets)
        elif iisreset or self.services["iisadmin"] == STOPPED:
            again |= {name for name in targets if self.automatic[name]}
        for name in targets:
            self.down(name)
        for name in again:
            self.up(name)
        for key in served:  # sites that ran run again, even those that don't start by themselves
            if SERVICE_OF[key] in again:
                self.sites[key].state = STARTED

    def _paused(self, targets: tuple[str, ...], everything: bool) -> None:
        able = [name for name in targets if self.services[name] == STARTED and name != "iisadmin"]
        if everything:
            if not able and PAUSED not in (self.services[name] for name in targets):
                raise Refused
        elif any(self.services[name] != PAUSED and name not in able for name in targets):
            raise Refused
        for name in able:
            self.pause(name)

    def _needs_any(self, name: str, targets: tuple[str, ...]) -> bool:
        return name in targets or any(self._needs_any(needed, targets) for needed in NEEDS[name])

    # -- iis_site --------------------------------------------------------------------------------------------------

    def site(self, key: str, state: str) -> bool:
        """The module; whether it changes anything."""
        self._need_metabase()
        site = self.sites[key]
        if state == site.state:
            return False
        if site.state == STOPPED and state == PAUSED:
            raise Refused
        if self.services[SERVICE_OF[key]] != STARTED:
            raise Refused
        if state == "restarted" or (state == STARTED and site.state == STOPPED):
            site.auto_start = True
        elif state == STOPPED:
            site.auto_start = False
        site.state = STARTED if state == "restarted" else state
        return True

    def auto_start(self, key: str, value: bool) -> bool:
        """The module; whether it changes anything."""
        self._need_metabase()
        changes = self.sites[key].auto_start is not value
        self.sites[key].auto_start = value
        return changes

    # -- iis_app_pool, iis_isolation_mode, iis_metabase_save ----------------------------------------------------------

    def app_pool(self, state: str) -> bool:
        """The module; whether it changes anything."""
        self._need_metabase()
        if self.running == "iis5":
            raise Refused
        if state == self.pool:
            return False
        if (state == "recycled" and self.pool == STOPPED) or self.services["w3svc"] != STARTED:
            raise Refused
        if state != "recycled":
            self.pool, self.pool_auto_start = state, state == STARTED
        return True

    def isolation_mode(self, mode: str) -> bool:
        """The module; whether it says changed."""
        self._need_metabase()
        changes = mode != self.configured or self.running not in (None, mode)
        self.configured = mode
        return changes

    def _need_metabase(self) -> None:
        if self.services["iisadmin"] == STOPPED:
            raise Refused
