# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring the metabase from a backup, and seeing IIS run again with it.

IIS stops every service that depends on IISADMIN, replaces the metabase and starts them again (ms525448). What ran
before has to run afterwards; which sites there are, and which of them start, is what the backup says. An IIS that is
down, maybe because it can't start with its configuration, runs afterwards: what starts automatically, and what an
interrupted run left down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..context import Context
from ..model.backups import Backup
from ..outage.outage import SITES_BACK, Outage
from ..outage.report import Report, pending_error
from ..outage.sites_back import Sites, missing, running
from ..outcome import IisError, Outcome
from ..server import Restoring
from ..versions import assumed
from ..waiting import Deadline, TimedOut, patiently, wait_until
from ..windows.control import START, move_services, settle_services, wait_for_services
from ..windows.dependencies import Dependencies
from ..windows.graph import ServiceGraph, read_graph, refresh
from ..windows.services import Service, ServiceState, StartMode, read_named_services

#: Seconds that services are given to come back by themselves: IIS starts what it stopped. Then they are helped.
COMES_BACK = 20.0


def restore_backup(context: Context, backup: Backup, *, password: str, timeout: float) -> Outcome:
    """Restore the metabase, then verify services, sites and the file on the disk. Always a change. Raises IisError.

    ``timeout`` in seconds holds until the services go down, and again until services and sites run. In check mode the
    cost is a warning, and nothing is touched.
    """
    attempted = f"restore the metabase backup {backup.title}"
    deadline = Deadline.after(context, timeout, attempted)
    graph = _read_services(context, backup, deadline)
    restoring = assumed(context).backups.restoring(context, backup, attempted)
    return _Restore(context, backup, graph, deadline).run(restoring, password)


def _read_services(context: Context, backup: Backup, deadline: Deadline) -> ServiceGraph:
    """Read the root of IIS and all that depends on it, once nothing is on its way any more. Raises IisError."""
    key = assumed(context).family.root
    graph = read_graph(Dependencies(context), read_named_services(context, [key]), downwards=[key], upwards=())
    pending = [key for key, service in graph.services.items() if service.state.is_pending]
    graph = graph.updated(settle_services(context, graph, pending, deadline))
    values = _values(backup, Report(graph.services, frozenset(graph.services)))
    if any(service.state.is_pending for service in graph.services.values()):
        raise pending_error(deadline.purpose, graph, deadline.seconds, values)
    root = graph.services[key]
    can_be_down = not assumed(context).backups.needs_root
    if root.state is not ServiceState.STARTED and not (can_be_down and root.state is ServiceState.STOPPED):
        raise IisError(
            f"Couldn't {deadline.purpose}: {root.name} is {root.state}. Nothing was touched. Start it first, for "
            "instance with fleetops.iis.iis_service.",
            values=values,
        )
    return graph


def _values(backup: Backup, report: Report) -> dict[str, Any]:
    return {"backup": backup.as_values(), **report.values()}


class _Restore:
    """A restore that can be made. ``deadline`` is for IIS to take it up; services and sites have as long again."""

    def __init__(self, context: Context, backup: Backup, graph: ServiceGraph, deadline: Deadline) -> None:
        self.context = context
        self.backup = backup
        self.graph = graph
        self.deadline = deadline
        self.runs_by = deadline.later(deadline.seconds)
        self.root = assumed(context).family.root
        up = frozenset(key for key, it in graph.services.items() if it.state is ServiceState.STARTED)
        #: What is down with its root, and is started afterwards.
        self.starts = frozenset() if self.root in up else self.to_start()
        self.runs = up | self.starts
        self.stops = up - {self.root}
        self.outage = Outage(context, Report(graph.services, self.runs, self.stops, self.stops | self.starts))
        self.report = self.outage.report

    def run(self, restoring: Restoring, password: str) -> Outcome:
        if self.context.check_mode:
            if self.starts:
                run = {key: replace(self.graph.services[key], state=ServiceState.STARTED) for key in self.starts}
                self.outage.see_services({**self.graph.services, **run})
            cost = f"To {self.deadline.purpose} would cost something. {self.report.cost()}" if self.stops else ""
            return replace(self.outcome(), cost=cost)
        self.context.operator.progress(f"Restoring the metabase backup {self.backup.title}")
        if not self.is_down:
            self.outage.begin(sites_return=False)  # which sites run is what the backup says
        try:
            restoring.order(self.deadline, password, lambda: self.is_seen(restoring))
        except IisError as failure:
            raise self.refused(failure) from failure
        troubles = self.see_services() or self.see_sites()
        if troubles:
            raise IisError(
                f"The metabase backup {self.backup.title} was restored, but not everything runs: "
                f"{'; '.join(troubles)}. Check the host's System event log.",
                values=self.values(),
                changed=True,
            )
        self.outage.end(self.graph.services)
        self.save()
        return self.outcome()

    @property
    def is_down(self) -> bool:
        """Whether IIS as a whole was down before."""
        return self.graph.services[self.root].state is ServiceState.STOPPED

    def to_start(self) -> frozenset[str]:
        """What starts automatically, or ran before an interrupted run, with what it needs of these services."""
        noted = self.context.notes.read().services
        wanted = (key for key, it in self.graph.services.items() if key in noted or it.start_mode is StartMode.AUTO)
        return self.graph.with_antecedents(wanted)

    # -- the restore itself --------------------------------------------------------------------------------------

    def refused(self, failure: IisError) -> IisError:
        """The failure for a restore that IIS refused: before it stopped anything, or on the way."""
        moved = self.has_moved(refresh(self.context, self.graph).services)
        troubles = self.see_services() if moved or not self.is_down else []
        words = "IIS is down as before." if self.is_down else "The services run as before."
        if not moved:
            self.outage.call_off()
        else:
            words = (
                "Services had stopped by then, so the configuration in memory may be that of the backup already. "
                + (f"Now {'; '.join(troubles)}." if troubles else "They run again.")
                + " Fix the cause and restore again."
            )
        values = self.values()
        return IisError(
            f"{failure.message} {words}", values={name: values[name] for name in ("backup", "services")}, changed=moved
        )

    def has_moved(self, now: Mapping[str, Service]) -> bool:
        """Whether a service has another state or another process than before."""
        before = self.graph.services
        return any(
            (service.state, service.process_id) != (before[key].state, before[key].process_id)
            for key, service in now.items()
        )

    def is_seen(self, restoring: Restoring) -> bool:
        """After a lost answer: wait for what a restore does, services that go down and a new file."""

        def moved() -> bool:
            now = patiently(self.context, self.deadline, lambda: refresh(self.context, self.graph))
            if self.has_moved(now.services):
                return True
            return patiently(self.context, self.deadline, restoring.has_written)

        try:
            return wait_until(self.context, moved, bool, self.deadline.left)
        except TimedOut:
            return False

    # -- afterwards ----------------------------------------------------------------------------------------------

    def see_services(self) -> list[str]:
        """Wait until all services that ran run again, start those that stay down, and return which can't be."""
        names = [service.name for service in self.graph.services.values()]
        seconds = 0.0 if self.is_down else min(COMES_BACK, self.runs_by.left / 2)
        patience = Deadline.after(self.context, seconds, self.runs_by.purpose)
        now = wait_for_services(self.context, names, lambda seen: not self.down(seen), patience)
        failures: dict[str, str] = {}
        for wave in self.graph.start_order(self.down(now)):
            failures.update(move_services(self.context, self.graph, wave, START, self.runs_by).failures)
        now = dict(patiently(self.context, self.runs_by, lambda: refresh(self.context, self.graph)).services)
        self.outage.see_services(now)
        return [f"{now[key].title} {words}" for key, words in sorted(failures.items())]

    def down(self, now: Mapping[str, Service]) -> list[str]:
        return [key for key in sorted(self.runs) if key not in now or now[key].state is not ServiceState.STARTED]

    def see_sites(self) -> list[str]:
        """See every site run that the restored metabase starts automatically."""
        services = self.runs - {self.root}
        troubles = self.outage.sites_back(services, {}, self.runs_by)
        sites = {key: site for key, site in self.report.sites_after.items() if site and site.auto_start is not False}
        if not troubles and missing(sites, sites):
            troubles = self.outage.sites_back(services, sites, self.runs_by)
        self.warn_of_losses()
        return troubles

    def warn_of_losses(self) -> None:
        """Warn of sites that served before and don't any more, because the backup says so."""
        now: Sites = {key: site for key, site in self.report.sites_after.items() if site}
        lost = missing({key: site for key, site in running(self.report.sites).items() if key not in running(now)}, now)
        if lost:
            self.context.operator.warn(
                f"Sites that served before don't any more, as the metabase backup {self.backup.title} has it: "
                f"{', '.join(lost)}."
            )

    def save(self) -> None:
        """Have on the disk what was restored, so that no restart can bring back what was before."""
        try:
            saved = assumed(self.context).keeper.save(self.context, timeout=self.runs_by.at_least(SITES_BACK).left)
        except IisError as failure:
            raise IisError(
                f"The metabase backup {self.backup.title} was restored and IIS runs with it, but {failure.message}",
                values={**self.values(), **failure.values},
                changed=True,
            ) from failure
        self.report.save = {"changed": saved.changed, **saved.as_values()}

    # -- words ---------------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        return _values(self.backup, self.report)

    def outcome(self) -> Outcome:
        was, now = self.report.services_diff()
        before: dict[str, Any] = {"metabase": "as configured", "services": was}
        after: dict[str, Any] = {"metabase": f"restored from the backup {self.backup.title}", "services": now}
        if self.report.sites_after:
            before["sites"] = {key: site.state.word for key, site in self.report.sites.items()}
            after["sites"] = {key: site.state.word for key, site in self.report.sites_after.items() if site}
        return Outcome(True, self.values(), before, after)
