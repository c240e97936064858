# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services of IIS: observe, plan, apply, verify (module iis_service)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..._wsman.errors import Fault
from .. import codes
from ..context import Context
from ..outage.prepare import Preparation, read_stake
from ..outage.sessions import read_sessions
from ..outage.sites_back import bring_sites_back, of_services, pauses_ended, running
from ..outcome import IisError, Outcome
from ..waiting import Deadline
from ..windows.control import settle_services
from ..windows.dependencies import Dependencies, read_internet_services
from ..windows.graph import ServiceGraph, read_graph
from ..windows.programs import NoShell
from ..windows.recovery import Recovery, check_recovery, differs, read_recovery, set_recovery
from ..windows.services import IISADMIN, Service, read_named_services
from .apply import Execution, execute
from .lockout import tls_problem
from .options import USE_SCM, ServiceOptions, check_options
from .plan import plan_services
from .reboot import ensure_rebooted
from .report import (
    Report,
    attempt_words,
    cost_words,
    execution_error,
    pending_error,
    refusal_error,
)
from .reset_access import may_use_iisreset
from .steps import Desired, Method, Plan

_SERVICE_LOSSES = {
    True: "saved before anything stops",
    False: "not saved first: IISADMIN writes it when it stops cleanly",
}
_FORCED = "; force kills what doesn't stop in time, and what memory holds unsaved is lost then"


def ensure_service(context: Context, options: ServiceOptions) -> Outcome:
    """Bring services into the wanted state, start mode and recovery. Raises IisError.

    One request for named services, two for all, when there is nothing to do.
    """
    check_options(options)
    if options.reboots:
        return ensure_rebooted(context, options)
    return _Run(context, options).ensure()


@dataclass(frozen=True)
class _Situation:
    graph: ServiceGraph
    desired: Desired
    plan: Plan


class _Run:
    def __init__(self, context: Context, options: ServiceOptions) -> None:
        self.context = context
        self.options = options
        self.dependencies = Dependencies(context)
        self.changed = False
        self.recovery: dict[str, tuple[Recovery, Recovery]] = {}

    def ensure(self) -> Outcome:
        observed = self.observe()
        self.read_recovery(observed)
        desired = self.options.desired(self.targets(observed))
        at_first = plan_services(ServiceGraph(observed), desired)
        if not at_first.steps and not at_first.refusals:
            return self.finish_recovery(self.report(observed, desired.targets))
        situation = self.settle(observed)
        report = self.begin_report(situation)
        if not situation.plan.changes:
            report.after = {key: service.state for key, service in situation.graph.services.items()}
            return self.finish_recovery(report)
        situation = self.check_iisreset(situation)
        self.refuse_lockout(situation)
        plan = situation.plan
        report.method = "iisreset" if plan.uses_iisreset else "scm"
        report.steps += [step.words(situation.graph) for step in plan.changes]
        report.keys = {*report.keys, *plan.stops, *plan.runs}
        stake = read_stake(self.context, plan.stops, iisadmin_runs=self.iisadmin_runs(situation))
        report.sites_before, report.sessions = stake.sites, stake.sessions
        report.restarted = plan.stops & plan.runs
        for note in (*plan.notes, *pauses_ended(stake.sites, report.restarted)):
            self.context.operator.warn(f"{note[0].upper()}{note[1:]}.")
        if plan.stops:
            report.losses = _SERVICE_LOSSES[self.options.save] + (_FORCED if self.options.force else "")
        if self.context.check_mode:
            return self.predict(situation, report)
        return self.carry_out(situation, report)

    # -- observe and plan ----------------------------------------------------------------------------------------

    def observe(self) -> dict[str, Service]:
        if self.options.everything:
            return read_internet_services(self.dependencies)
        return read_named_services(self.context, self.options.name)

    def targets(self, observed: Mapping[str, Service]) -> tuple[str, ...]:
        return tuple(observed) if self.options.everything else tuple(dict.fromkeys(self.options.name))

    def plan(self, observed: dict[str, Service]) -> _Situation:
        targets = self.targets(observed)
        graph = read_graph(
            self.dependencies,
            observed,
            downwards=targets if self.options.stops else (),
            upwards=targets if self.options.starts else (),
        )
        desired = self.options.desired(targets)
        return _Situation(graph, desired, plan_services(graph, desired))

    def settle(self, observed: dict[str, Service]) -> _Situation:
        """Plan from settled states: wait until what is on its way has arrived, then look again."""
        attempted = self.attempted(observed)
        situation = self.plan(observed)
        deadline = Deadline.after(self.context, self.options.seconds, attempted)
        while situation.plan.waits and not self.context.check_mode:
            words = situation.plan.steps[0].words(situation.graph)
            self.context.operator.progress(f"{words[0].upper()}{words[1:]}")
            fresh = settle_services(self.context, situation.graph, situation.plan.waits, deadline)
            if any(service.state.is_pending for service in fresh.values()):
                graph = situation.graph.updated(fresh)
                report = self.begin_report(situation)
                raise pending_error(attempted, graph, self.options.seconds, report.values())
            situation = self.plan(self.observe())
        if situation.plan.refusals:
            raise refusal_error(attempted, situation.plan, self.begin_report(situation).values())
        return situation

    def check_iisreset(self, situation: _Situation) -> _Situation:
        """Ask whether IISReset is enabled before it is relied on; nothing has been touched so far."""
        if not situation.plan.uses_iisreset:
            return situation
        services = {key: situation.graph.services[key] for key in situation.desired.targets}
        if self.may_use_iisreset(services):
            return situation
        if self.options.force:
            self.context.operator.warn("The service control manager kills nothing, so force has no effect.")
        desired = replace(situation.desired, method=Method.SCM)
        plan = plan_services(situation.graph, desired)
        if plan.refusals:
            raise refusal_error(self.attempted(services), plan, self.begin_report(situation).values())
        return _Situation(situation.graph, desired, plan)

    def may_use_iisreset(self, services: Mapping[str, Service]) -> bool:
        attempted = self.attempted(services)
        scm = "the service control manager"
        use_scm = self.options.when_iisreset_disabled == USE_SCM
        try:
            return may_use_iisreset(self.context, services, attempted, otherwise=scm if use_scm else None)
        except NoShell as refused:
            if not use_scm:
                raise IisError(
                    f"Couldn't {attempted}: IISReset needs a command shell. Nothing was touched. {refused.message} Or "
                    f"let {scm} do the work, which needs none: when_iisreset_disabled=use_scm, or method=scm."
                ) from refused
            answer = codes.describe_fault(refused.fault)
            self.context.operator.warn(
                f"IISReset can't be run, because the host gave no command shell ({answer}); {scm} is used instead."
            )
            return False

    def refuse_lockout(self, situation: _Situation) -> None:
        """Don't stop what carries the connection; nothing has been touched so far."""
        problem = tls_problem(situation.graph, situation.plan) if self.context.over_tls() else None
        if problem:
            services = {key: situation.graph.services[key] for key in situation.desired.targets}
            raise IisError(
                f"Couldn't {self.attempted(services)}: {problem}", values=self.begin_report(situation).values()
            )

    # -- apply and verify ----------------------------------------------------------------------------------------

    def predict(self, situation: _Situation, report: Report) -> Outcome:
        report.after = situation.plan.after
        report.start_modes = {key: str(self.options.start_mode) for key in self.mode_changes(situation)}
        down = {key for key in situation.plan.stops if key not in situation.plan.runs}
        report.sites_after = {
            key: "stopped" if site.kind.service_key in down else site.state.word
            for key, site in report.sites_before.items()
        }
        if situation.plan.stops:
            self.context.operator.warn(cost_words(report, situation.plan))
        return report.outcome(True)

    def carry_out(self, situation: _Situation, report: Report) -> Outcome:
        context, options, plan = self.context, self.options, situation.plan
        attempted = self.attempted({key: situation.graph.services[key] for key in situation.desired.targets})
        self.set_recovery(situation.graph.services)
        preparation = Preparation(context)
        try:
            if plan.stops:
                preparation.prepare(
                    dict(report.sites_before), options.drain, save_first=options.save, timeout=options.seconds
                )
        except IisError as failure:
            failure.changed = failure.changed or self.changed
            failure.values = {**report.values(), **failure.values}
            raise
        report.save = preparation.saved
        if options.drain:
            report.sessions = read_sessions(context, plan.stops)
        succeeded = False
        try:
            done = self.execute(situation, attempted)
            failing_sites = self.verify_sites(done, plan, report)
            self.tell_states(done, report)
            succeeded = not done.failures and not failing_sites
        finally:
            if not succeeded:
                preparation.release()
        if not succeeded:
            raise execution_error(attempted, done, plan, report, failing_sites)
        if done.down_since is not None and plan.runs:
            report.outage = context.clock.monotonic() - done.down_since
        return report.outcome(True)

    def execute(self, situation: _Situation, attempted: str) -> Execution:
        options = self.options
        try:
            done = execute(
                self.context,
                situation.graph,
                situation.plan,
                situation.desired,
                timeout=options.seconds,
                force=options.force,
            )
        except Fault as fault:
            raise IisError(
                f"Couldn't {attempted}: on the way the host answered {codes.describe_fault(fault)}. What had been "
                "begun may be half done; run the task again, it looks at the host's state first.",
                changed=True,
            ) from fault
        done.changed = done.changed or self.changed
        return done

    def verify_sites(self, done: Execution, plan: Plan, report: Report) -> list[str]:
        up = {key for key, service in done.graph.services.items() if str(service.state) == "started"}
        down = {key for key, service in done.graph.services.items() if str(service.state) == "stopped"}
        readable = IISADMIN not in done.graph.services or IISADMIN in up
        expected = of_services(running(report.sites_before), plan.runs & up) if readable else {}
        deadline = Deadline.after(self.context, self.options.seconds, "see the sites again")
        now = bring_sites_back(self.context, expected, deadline)
        for key, site in report.sites_before.items():
            if key in now.sites:
                report.sites_after = {**report.sites_after, key: now.sites[key].state.word}
            elif site.kind.service_key in down:
                report.sites_after = {**report.sites_after, key: "stopped"}
        return list(now.troubles)

    def tell_states(self, done: Execution, report: Report) -> None:
        report.after = {key: service.state for key, service in done.graph.services.items()}
        report.start_modes = {key: str(service.start_mode) for key, service in done.graph.services.items()}

    # -- recovery ------------------------------------------------------------------------------------------------

    def read_recovery(self, observed: Mapping[str, Service]) -> None:
        wanted = self.options.recovery
        if wanted is None:
            return
        for key in self.targets(observed):
            now = read_recovery(self.context, observed[key])
            after = replace(wanted, command=now.command) if wanted.command is None else wanted
            check_recovery(observed[key], after)
            self.recovery[key] = (now, after if differs(now, wanted) else now)

    def set_recovery(self, services: Mapping[str, Service]) -> None:
        wanted = self.options.recovery
        for key, (before, after) in self.recovery.items():
            if before is after or wanted is None:
                continue
            try:
                self.recovery[key] = (before, set_recovery(self.context, services[key], wanted))
            except IisError as failure:
                failure.changed = self.changed
                raise
            self.changed = True

    def finish_recovery(self, report: Report) -> Outcome:
        """The end of a run that has nothing to do but, maybe, to set recovery actions."""
        changes = any(before is not after for before, after in self.recovery.values())
        if changes and not self.context.check_mode:
            self.set_recovery(report.before)
        return report.outcome(changes)

    # -- parts ---------------------------------------------------------------------------------------------------

    def begin_report(self, situation: _Situation) -> Report:
        return self.report(situation.graph.services, situation.desired.targets)

    def report(self, services: Mapping[str, Service], targets: tuple[str, ...]) -> Report:
        changing = [services[key].name for key, (before, after) in self.recovery.items() if before is not after]
        steps = [f"set the recovery actions of {', '.join(changing)}"] if changing else []
        return Report(services, targets, steps=steps, recovery=self.recovery)

    def attempted(self, services: Mapping[str, Service]) -> str:
        return attempt_words(self.options.state, services.values(), self.options.everything)

    def mode_changes(self, situation: _Situation) -> list[str]:
        mode = self.options.start_mode
        services = situation.graph.services
        return [key for key in situation.desired.targets if mode and services[key].start_mode is not mode]

    @staticmethod
    def iisadmin_runs(situation: _Situation) -> bool:
        """IISADMIN runs when it is seen to; when it isn't among the services read, that is found out by asking."""
        service = situation.graph.services.get(IISADMIN)
        return service is None or str(service.state) == "started"
