# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outage of services: what goes down with them, what that costs, and the way back.

iis_service, a reboot and the restore of a backup take services down in different ways. What comes before and after is
the same: look at sites and sessions, drain, save, act, and see the sites again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..._wsman.errors import Fault, OutcomeUnknown
from ..context import Context
from ..interruptions import forget, keep, note_outage, ran_before, service_of
from ..model.isolation import W3SVC
from ..model.pools import Pool, PoolOrder, PoolState
from ..model.sites import SiteState
from ..outcome import IisError, attempt
from ..server import ConfigurationUnreadable
from ..sites.read import read_sites_of
from ..versions import assumed, consult
from ..waiting import Deadline, TimedOut, patiently, wait_until
from ..windows.services import Service, ServiceState
from .drain import Drain, DrainOptions
from .report import Report
from .sessions import read_sessions
from .sites_back import Sites, after_restart, bring_sites_back, not_verified, of_services, pauses_ended, running

#: Seconds that sites are given to be seen again, however little is left of a time-out.
SITES_BACK = 30.0


class Outage:
    """Services that go down. ``report`` is what there is to report of it so far."""

    def __init__(self, context: Context, report: Report, attempted: str | None = None) -> None:
        """Read what is at stake: the sites of the services that go down, and the sessions of their clients.

        IIS 6 can only read its sites while IISADMIN runs, which holds them. A provider that doesn't answer is no
        reason not to restart, it may be the reason for it: that is a warning. A configuration that can't be read is:
        services that are to run again, for what is ``attempted``, couldn't start with it. Raises IisError.
        """
        self.report = report
        self._context = context
        self._drain = Drain(context)
        self._began: float | None = None
        #: What a run that was interrupted left to be brought back, and what is noted right before this outage begins.
        self._noted = self._before = context.notes.read()
        #: Application pools that run, and that a restart wouldn't bring back.
        self._pools: list[Pool] = []
        #: Why the sites couldn't be read, or nothing.
        self._unread = ""
        #: Why no service could read its configuration at a start, or nothing.
        self._unreadable = ""
        if not report.stops:
            return
        holder = report.services.get(assumed(context).family.holder or "")
        if holder is None or holder.state.is_up:
            failures: list[str] = []
            attempt(self._read_sites, failures)
            self._unread = " ".join(failures)
        if self._unreadable and attempted and report.stops & report.runs:
            raise IisError(
                f"Couldn't {attempted}: what runs goes on with the configuration that it has loaded, but couldn't "
                f"start again once it is stopped. {self._unreadable} Nothing was stopped."
            )
        if self._unread:
            context.operator.warn(
                f"The sites can't be read, so they won't be verified after the restart: {self._unread}"
            )
        self._refuse_to_lose_pools()
        # After the sites, by which a later IIS is recognised: it counts its sessions of FTP elsewhere.
        report.sessions = read_sessions(context, report.stops)

    def _read_sites(self) -> None:
        try:
            self.report.sites = read_sites_of(self._context, self.report.stops)
            if self.report.stops & {W3SVC, assumed(self._context).family.holder}:
                self._pools = assumed(self._context).pools.started_by_hand(self._context)
        except ConfigurationUnreadable as failure:
            self._unreadable = failure.message
            raise

    def _refuse_to_lose_pools(self) -> None:
        """Raise IisError where a pool runs that a restart leaves stopped, and that couldn't be told to start again."""
        lost = next((pool for pool in self._pools if not pool.is_named), None)
        if lost and W3SVC in self.report.runs:
            raise IisError(
                f"The application pool that the host lists as '{lost.name}' was started by hand, and its name can't be "
                "read from that: once IIS stops, it couldn't be started again. Have it start by itself (auto_start) or "
                "install the Windows feature IIS Management Scripts and Tools (Web-Scripting-Tools) on the host. "
                "Nothing was stopped."
            )

    def warn_of_sites(self) -> None:
        """Warn of sites that won't be as before: a restart ends a pause, and what isn't known can't be brought back."""
        back = self.report.stops & self.report.runs
        served = {key for key in back if self.report.services[key].state.is_up}
        sites = {key: site for key, site in self.report.sites.items() if key not in self._noted.sites}
        for words in (
            *pauses_ended(sites, back),
            *not_verified(self.report.sites, served),
        ):
            self._context.operator.warn(words)

    def prepare(self, drain: DrainOptions | None, *, save_timeout: float | None, deadline: Deadline) -> Deadline:
        """Drain the sites, then save the metabase. When either fails, nothing stays paused. Raises IisError.

        ``save_timeout`` bounds the save, in seconds; None saves nothing. Returns the deadline, as much later as
        draining took: that has a time-out of its own.
        """
        began = self._context.clock.monotonic()
        left = (site for key, site in self.report.sites.items() if key in self._noted.sites)
        self._drain.adopt([site for site in left if site.state in (SiteState.PAUSING, SiteState.PAUSED)])
        try:
            if drain:
                self._drain.drain(self.report.stops, self.report.sites, drain, unread=self._unread)
                deadline = deadline.later(self._context.clock.monotonic() - began)
            if save_timeout is not None:
                # Draining takes minutes: what was read before it is no longer fresh.
                self._save(min(deadline.left, save_timeout), None if drain else self.report.services)
        except IisError as failure:
            words = f"{failure.message} {self.call_off()}".rstrip()
            raise IisError(words, values=failure.values, changed=failure.changed) from failure
        except BaseException:
            self.release()
            raise
        if drain:
            self.report.sessions = read_sessions(self._context, self.report.stops)
        return deadline

    def release(self) -> str:
        """Continue what the drain paused, where the services didn't go down. Returns what was seen, as a sentence."""
        return self._drain.release()

    def call_off(self) -> str:
        """Nothing goes down after all: no session is cut, the sites are as they were; see also :meth:`release`."""
        if self._began is not None:
            keep(self._context, self._before)
        self._began = None
        self.report.sessions, self.report.sites_after = None, {}
        return self.release()

    def begin(self, *, sites_return: bool = True) -> None:
        """The services go down now, and what their sites are is to be seen.

        What has to run again is noted first, for the next run if this one is interrupted.
        """
        if self._began is None:
            back = self.report.stops & self.report.runs
            sites = of_services(running(self.report.sites), back) if sites_return else ()
            self._before = self._context.notes.read()
            note_outage(self._context, stops=self.report.stops, services=back, sites=sites)
            self._began = self._context.clock.monotonic()
            self.report.sites_after = dict.fromkeys(self.report.sites)

    def end(self, services: Collection[str]) -> None:
        """Everything is as it was asked for: services (keys), and what had to run with them."""
        forget(self._context, services=self.report.runs.union(services))
        if self._began is not None and self.report.runs:
            self.report.seconds = self._context.clock.monotonic() - self._began

    def see_services(self, services: Mapping[str, Service]) -> None:
        """Take the services as they were read last."""
        self.report.services_after = dict(services)

    def sites_as_before(self, services: Collection[str], deadline: Deadline, *, only_automatic: bool) -> list[str]:
        """See the sites that served before run again with their services (keys), as far as they were read before.

        ``only_automatic``: only those that are set to start by themselves. Returns what keeps any from running.
        """
        serving = of_services(running(self.report.sites), services)
        expected = {key: site for key, site in serving.items() if site.auto_start is not False or not only_automatic}
        with_sites = {site.kind.service_key for site in self.report.sites.values()}
        by_hand = W3SVC in services and not only_automatic
        troubles = self._pools_back(deadline.at_least(SITES_BACK)) if by_hand else []
        return troubles + self.sites_back(with_sites & set(services), expected, deadline, self.report.sites)

    def _pools_back(self, deadline: Deadline) -> list[str]:
        """Start the application pools that ran, and don't by themselves. Returns what keeps any from it, in words."""
        store, troubles = assumed(self._context).pools, []

        for pool in self._pools:

            def runs(name: str = pool.name) -> bool:
                return store.read_state(self._context, name) is PoolState.STARTED

            try:
                if not patiently(self._context, deadline, runs):
                    store.give(self._context, pool, PoolOrder.START, timeout=deadline.left)
                    wait_until(self._context, runs, bool, deadline.left)
            except (Fault, IisError, OutcomeUnknown, TimedOut) as trouble:
                troubles.append(f"the application pool '{pool.name}', which ran, couldn't be started ({trouble})")
        return troubles

    def noted_sites_back(self, services: Collection[str], deadline: Deadline) -> list[str]:
        """Start the sites of services (keys) that an interrupted run left down; in check mode, only report them.

        Returns what keeps any from running, in words.
        """
        noted = sorted(key for key in self._noted.sites if service_of(key) in services)
        with_sites = frozenset(map(service_of, noted))
        now = bring_sites_back(self._context, with_sites, {}, deadline.at_least(SITES_BACK), {})
        down = {key: now.sites[key] for key in noted if key in now.sites and now.sites[key].state.is_out}
        for key, site in down.items():
            self._context.operator.warn(f"{site.title} is {site.state.word}, and {ran_before(self._noted)}.")
            self.report.sites.setdefault(key, site)
            self.report.sites_after[key] = replace(site, state=SiteState.STARTED)
        if down and not self._context.check_mode:
            now = bring_sites_back(self._context, with_sites, down, deadline.at_least(SITES_BACK), now.sites)
            self.report.sites_after.update({key: now.sites.get(key) for key in down})
            if now.troubles:
                return [
                    *now.troubles,
                    "a site that need not run any more is left alone once it is stopped with fleetops.iis.iis_site",
                ]
        return [*now.troubles]

    def sites_back(
        self, services: Collection[str], expected: Sites, deadline: Deadline, known: Sites | None = None
    ) -> list[str]:
        """See the expected ones of the sites of services (keys) run, and start those that don't.

        ``known`` are sites whose names and settings need not be read again.
        Returns what keeps any from running, in words.
        """
        now = bring_sites_back(self._context, services, expected, deadline.at_least(SITES_BACK), known or {})
        self.report.sites_after.update(now.sites)
        for key, site in self.report.sites.items():
            service = self.report.services_after.get(site.kind.service_key)
            if key not in now.sites and service is not None and service.state is ServiceState.STOPPED:
                self.report.sites_after[key] = replace(site, state=SiteState.STOPPED)
        return list(now.troubles)

    def predict(self, services: Mapping[str, Service]) -> None:
        """Report what would be, for check mode: the services as they would be, and with them their sites."""
        self.see_services(services)
        for key, site in self.report.sites.items():
            runs = services[site.kind.service_key].state is ServiceState.STARTED
            self.report.sites_after[key] = after_restart(site) if runs else replace(site, state=SiteState.STOPPED)
            if runs and key in self._noted.sites:
                self.report.sites_after[key] = replace(site, state=SiteState.STARTED)

    def _save(self, timeout: float, services: Mapping[str, Service] | None) -> None:
        try:
            saved = consult(
                self._context, lambda server: server.keeper.save(self._context, timeout=timeout, services=services)
            )
        except IisError as failure:
            raise IisError(
                f"{assumed(self._context).keeper.not_saved} {failure.message}",
                values={"save": {"changed": False, **failure.values, "msg": failure.message}},
            ) from failure
        self.report.save = {"changed": saved.changed, **saved.as_values()}
