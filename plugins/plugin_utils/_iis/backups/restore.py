# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring the metabase from a backup, and seeing IIS run again with it.

IIS stops every service that depends on IISADMIN, replaces the metabase and starts them again (ms525448). What ran
before has to run afterwards; which sites there are, and which of them start, is what the backup says.
"""

from __future__ import annotations

from typing import Any

from ..._wsman.errors import Fault, OutcomeUnknown
from .. import codes
from ..context import Context
from ..metabase.backups import Backup
from ..metabase.call import COMPUTER, call_when_free
from ..metabase.disk import MetabaseFile, locate_metabase, read_metabase_file
from ..metabase.save import save
from ..outage.prepare import read_stake
from ..outage.sites_back import Sites, bring_sites_back, missing, read_sites_of, running
from ..outcome import IisError, Outcome
from ..services.report import Report, cost_words, pending_error
from ..services.steps import Plan
from ..waiting import Deadline, TimedOut, patiently, wait_until
from ..windows.control import START, move_services, settle_services
from ..windows.dependencies import Dependencies
from ..windows.graph import ServiceGraph, read_graph, refresh
from ..windows.services import IISADMIN, ServiceState, read_named_services
from ..windows.system import read_system

#: Seconds that services are given to come back by themselves: IIS starts what it stopped. Then they are helped.
COMES_BACK = 20.0


def restore_backup(context: Context, backup: Backup, *, password: str, timeout: float) -> Outcome:
    """Restore the metabase, then verify services, sites and the file on the disk. Always a change. Raises IisError.

    ``timeout`` in seconds holds for a busy metabase, and again until services and sites run. In check mode the
    cost is told as a warning, and nothing is touched.
    """
    return _Restore(context, backup, timeout).run(password)


class _Restore:
    def __init__(self, context: Context, backup: Backup, timeout: float) -> None:
        self.context = context
        self.backup = backup
        self.timeout = timeout
        self.attempted = f"restore the metabase backup {backup.title}"

    def run(self, password: str) -> Outcome:
        graph = self.read_services()
        file = self.read_file()
        if not file.writeable:
            raise IisError(
                f"Couldn't {self.attempted}: {file.path} is write-protected (read-only), so IIS couldn't bring to disk "
                f"what it restores. Nothing was touched. Clear the attribute on the host: attrib -r {file.path}",
                values={"backup": self.backup.as_values()},
            )
        runs = frozenset(key for key, it in graph.services.items() if it.state is ServiceState.STARTED)
        stops = runs - {IISADMIN}
        stake = read_stake(self.context, stops, iisadmin_runs=True)
        report = Report(
            graph.services, runs, sites_before=stake.sites, sessions=stake.sessions, restarted=frozenset(stops)
        )
        cost = cost_words(report, Plan(stops=stops, runs=stops)) if stops else ""
        if self.context.check_mode:
            if cost:
                self.context.operator.warn(f"To {self.attempted} would cost something. {cost}")
            return self.outcome(report, {}, {})
        self.context.operator.progress(f"Restoring the metabase backup {self.backup.title}")
        began = self.context.clock.monotonic()
        try:
            self.order(graph, file, password)
        except IisError as failure:
            raise self.refused(failure, graph, runs, report) from failure
        troubles = self.see_services(graph, runs, report)
        sites: Sites = {}
        if not troubles:
            sites, troubles = self.see_sites(stops, report)
        if troubles:
            raise IisError(
                f"The metabase backup {self.backup.title} was restored, but not everything runs: "
                f"{'; '.join(troubles)}. Look into the System event log of the host.",
                values=self.values(report, sites),
                changed=True,
            )
        report.outage = self.context.clock.monotonic() - began if stops else None
        self.save(report, sites)
        return self.outcome(report, sites, {key: site.state.word for key, site in sites.items()})

    # -- before --------------------------------------------------------------------------------------------------

    def read_services(self) -> ServiceGraph:
        """Read IISADMIN and all that depends on it, once nothing is on its way any more."""
        admin = read_named_services(self.context, [IISADMIN])
        graph = read_graph(Dependencies(self.context), admin, downwards=[IISADMIN], upwards=())
        deadline = Deadline.after(self.context, self.timeout, self.attempted)
        pending = [key for key, service in graph.services.items() if service.state.is_pending]
        graph = graph.updated(settle_services(self.context, graph, pending, deadline))
        report = Report(graph.services, tuple(graph.services))
        if any(service.state.is_pending for service in graph.services.values()):
            raise pending_error(self.attempted, graph, self.timeout, self.values(report, {}))
        if graph.services[IISADMIN].state is not ServiceState.STARTED:
            raise IisError(
                f"Couldn't {self.attempted}: IISADMIN is {graph.services[IISADMIN].state}. Nothing was touched. Start "
                "it first, for instance with fleetops.iis.iis_service.",
                values=self.values(report, {}),
            )
        return graph

    # -- the restore itself --------------------------------------------------------------------------------------

    def order(self, graph: ServiceGraph, before: MetabaseFile, password: str) -> None:
        lost: list[OutcomeUnknown] = []

        def call() -> bool:
            try:
                self.context.host.invoke(
                    COMPUTER,
                    "RestoreWithPassword",
                    {
                        "BackupLocation": self.backup.name,
                        "BackupVersion": self.backup.version,
                        "BackupFlags": 0,
                        "Password": password,
                    },
                )
            except OutcomeUnknown as unknown:
                lost.append(unknown)
            return True

        call_when_free(self.context, self.attempted, call, self.timeout, repeatable=False)
        if lost and not self.is_seen(graph, before):
            raise IisError(
                f"Couldn't {self.attempted}: its answer got lost ({lost[0]}), and in {self.timeout:g} s neither did a "
                "service stop nor was MetaBase.xml written. Run the task again."
            )

    def refused(self, failure: IisError, graph: ServiceGraph, runs: frozenset[str], report: Report) -> IisError:
        """The failure for a restore that IIS refused: before it stopped anything, or on the way."""
        moved = self.has_moved(graph, refresh(self.context, graph))
        troubles = self.see_services(graph, runs, report)
        words = "The services run as before."
        if moved:
            words = (
                "Services had stopped by then, so the configuration in memory may be that of the backup already. "
                + (f"Now {'; '.join(troubles)}." if troubles else "They run again.")
                + " Put the cause right and restore again."
            )
        told = self.values(report, {})
        values = {name: told[name] for name in ("backup", "services")}
        return IisError(f"{failure.message} {words}", values=values, changed=moved)

    @staticmethod
    def has_moved(before: ServiceGraph, now: ServiceGraph) -> bool:
        """Whether a service has another state or another process than before."""
        was = {key: (service.state, service.process_id) for key, service in before.services.items()}
        return any((service.state, service.process_id) != was[key] for key, service in now.services.items())

    def is_seen(self, graph: ServiceGraph, before: MetabaseFile) -> bool:
        """After a lost answer: wait for what a restore does, services that go down and a metabase file written anew."""
        deadline = Deadline.after(self.context, self.timeout, self.attempted)

        def moved() -> bool:
            now = patiently(self.context, deadline, lambda: refresh(self.context, graph))
            if self.has_moved(graph, now):
                return True
            return patiently(self.context, deadline, self.read_file).moved_on_from(before)

        try:
            return wait_until(self.context, moved, bool, self.timeout)
        except TimedOut:
            return False

    def read_file(self) -> MetabaseFile:
        return read_metabase_file(self.context, locate_metabase(read_system(self.context)))

    # -- afterwards ----------------------------------------------------------------------------------------------

    def see_services(self, graph: ServiceGraph, runs: frozenset[str], report: Report) -> list[str]:
        """Wait until all services that ran run again, start those that stay down, and tell which can't be."""
        deadline = Deadline.after(self.context, self.timeout, "see IIS run again")

        def read() -> ServiceGraph:
            return patiently(self.context, deadline, lambda: refresh(self.context, graph))

        def settled(now: ServiceGraph) -> bool:
            return not self.down(now, runs)

        try:
            now = wait_until(self.context, read, settled, min(COMES_BACK, deadline.left / 2))
        except TimedOut as late:
            now = late.last
        failures: dict[str, str] = {}
        for wave in graph.start_order(self.down(now, runs)):
            failures.update(move_services(self.context, graph, wave, START, deadline).failures)
        now = read()
        report.after = {key: service.state for key, service in now.services.items()}
        return [f"{now.services[key].title} {words}" for key, words in sorted(failures.items())]

    @staticmethod
    def down(now: ServiceGraph, runs: frozenset[str]) -> list[str]:
        return [key for key in sorted(runs) if now.services[key].state is not ServiceState.STARTED]

    def see_sites(self, services: frozenset[str], report: Report) -> tuple[Sites, list[str]]:
        """See every site run that the restored metabase starts automatically."""
        deadline = Deadline.after(self.context, self.timeout, "see the sites again")

        def read() -> Sites | IisError:
            try:
                return patiently(self.context, deadline, lambda: read_sites_of(self.context, services))
            except Fault as fault:
                return IisError(f"the sites can't be read: the host answered {codes.describe_fault(fault)}")
            except IisError as trouble:
                return trouble

        try:
            sites = wait_until(self.context, read, lambda seen: not isinstance(seen, IisError), deadline.left)
        except TimedOut as late:
            sites = late.last
        if isinstance(sites, IisError):
            return {}, [sites.message.rstrip(".")]
        expected = {key: site for key, site in sites.items() if site.auto_start is not False}
        troubles: tuple[str, ...] = ()
        if missing(expected, sites):
            back = bring_sites_back(self.context, expected, deadline)
            sites, troubles = {**sites, **back.sites}, back.troubles
        self.tell_losses(sites, report)
        return sites, list(troubles)

    def tell_losses(self, sites: Sites, report: Report) -> None:
        """Warn of sites that served before and don't any more, because the backup says so."""
        served = running(report.sites_before)
        lost = [
            f"{site.title} is {sites[key].state.word if key in sites else 'gone'}"
            for key, site in served.items()
            if key not in running(sites)
        ]
        if lost:
            self.context.operator.warn(
                f"Sites that served before don't any more, as the metabase backup {self.backup.title} has it: "
                f"{', '.join(lost)}."
            )

    def save(self, report: Report, sites: Sites) -> None:
        """Have on the disk what was restored, so that no restart can bring back what was before."""
        try:
            saved = save(self.context, timeout=self.timeout)
        except IisError as failure:
            raise IisError(
                f"The metabase backup {self.backup.title} was restored and IIS runs with it, but {failure.message}",
                values={**self.values(report, sites), **failure.values},
                changed=True,
            ) from failure
        report.save = {"changed": saved.changed, **saved.as_values()}

    # -- words ---------------------------------------------------------------------------------------------------

    def values(self, report: Report, sites: Sites) -> dict[str, Any]:
        told = report.values()
        names = ("services", "sites", "sessions_cut", "outage_seconds", "save")
        values = {name: told[name] for name in names}
        values["sites"] = {
            key: {
                "name": (sites.get(key) or report.sites_before[key]).name,
                "before": report.sites_before[key].state.word if key in report.sites_before else None,
                "after": sites[key].state.word if key in sites else None,
            }
            for key in sorted({*report.sites_before, *sites})
        }
        return {"backup": self.backup.as_values(), **values}

    def outcome(self, report: Report, sites: Sites, after: dict[str, str]) -> Outcome:
        shown = report.outcome(True)
        shown.before = {"metabase": "as configured", **shown.before}
        shown.after = {"metabase": f"restored from the backup {self.backup.title}", **shown.after}
        if after:
            shown.before["sites"] = {key: site.state.word for key, site in report.sites_before.items()}
            shown.after["sites"] = after
        return Outcome(True, self.values(report, sites), shown.before, shown.after)
