# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, stopping, restarting, pausing and configuring the services of IIS: observe, plan, apply, verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..._wsman.errors import Fault
from .. import codes
from ..context import Context
from ..outage.outage import Outage
from ..outage.report import Report, pending_error, what_to_do
from ..outcome import IisError, Outcome
from ..versions import assumed
from ..waiting import Deadline
from ..windows.services import Service, ServiceState
from .apply import execute
from .lockout import tls_problem
from .options import ServiceOptions
from .recovering import RecoveryChange
from .report import Result, execution_error, refusal_error
from .situation import Situation, Survey
from .steps import Execution, Method, WantedState


def change_services(context: Context, options: ServiceOptions) -> Outcome:
    """Bring services into the wanted state, start mode and recovery. Raises IisError."""
    survey = Survey(context, options)
    at_first = survey.first_look()
    if options.everything and options.state == str(WantedState.PAUSED) and at_first.family.no_pause:
        raise IisError(f"Couldn't {options.attempt(())}: {at_first.family.no_pause}")
    if options.force and not options.by_iisreset(at_first.family):
        context.operator.warn(
            "force has no effect: it lets IISReset kill processes, and this IIS is restarted by the service control "
            "manager, which kills none. To have it so, say method=iisreset."
        )
    recovery = RecoveryChange(context, options.recovery, at_first.targets)
    deadline = Deadline.after(context, options.seconds, options.attempt(at_first.targets.values()))
    if at_first.plan.is_empty:
        return _services_stay(context, options, recovery, at_first, deadline)
    situation = survey.look_closer(at_first, deadline)
    if situation.plan.is_empty:
        return _services_stay(context, options, recovery, situation, deadline)
    _refuse_pending(context, situation, recovery, deadline)
    situation = survey.choose_method(situation)
    _refuse(context, situation, recovery, deadline.purpose)
    return _Change(context, options, situation, recovery).run(deadline)


def _services_stay(
    context: Context, options: ServiceOptions, recovery: RecoveryChange, situation: Situation, deadline: Deadline
) -> Outcome:
    """The end of a run that leaves the services as they are.

    It may have to set recovery actions, and to start sites that an interrupted run left down. Raises IisError.
    """
    needed = recovery.is_needed
    outage = Outage(context, _report(situation))
    result = Result(outage.report, recovery, steps=recovery.steps())
    if needed and not context.check_mode:
        recovery.carry_out()
    troubles = outage.noted_sites_back(_up(situation.graph.services), deadline) if options.starts else []
    sites = outage.report.sites
    result.steps += [f"start {site.title}" for site in sites.values()]
    if troubles:
        words = f"Couldn't {deadline.purpose}: {'; '.join(troubles)}. {what_to_do([])}"
        raise IisError(words, values=result.values(), changed=needed or bool(sites))
    if options.state:
        outage.end(situation.desired.targets)
    return result.outcome(needed or bool(sites))


def _up(services: Mapping[str, Service]) -> frozenset[str]:
    return frozenset(key for key, service in services.items() if service.state is ServiceState.STARTED)


def _refuse_pending(context: Context, situation: Situation, recovery: RecoveryChange, deadline: Deadline) -> None:
    if situation.plan.waits and not context.check_mode:
        values = Result(_report(situation), recovery).values()
        raise pending_error(deadline.purpose, situation.graph, deadline.seconds, values)


def _refuse(context: Context, situation: Situation, recovery: RecoveryChange, attempted: str) -> None:
    """Raise IisError for what can't be done, or would cut the connection; nothing has been touched so far."""
    values = Result(_report(situation), recovery).values()
    if situation.plan.refusals:
        raise refusal_error(attempted, situation.plan, values)
    problem = tls_problem(situation.family, situation.graph, situation.plan) if context.over_tls() else None
    if problem:
        raise IisError(f"Couldn't {attempted}: {problem}", values=values)


def _report(situation: Situation) -> Report:
    plan = situation.plan
    keys = frozenset({*situation.desired.targets, *plan.stops, *plan.runs})
    return Report(situation.graph.services, keys, plan.stops, plan.runs)


class _Change:
    """A change that has something to do, and can do it."""

    def __init__(
        self, context: Context, options: ServiceOptions, situation: Situation, recovery: RecoveryChange
    ) -> None:
        self.context = context
        self.options = options
        self.situation = situation
        self.plan = situation.plan
        self.recovery = recovery
        self.outage = Outage(context, _report(situation), options.attempt(situation.targets.values()))
        self.result = Result(self.outage.report, recovery)

    def run(self, deadline: Deadline) -> Outcome:
        for note in self.plan.notes:
            self.context.operator.warn(f"{note[0].upper()}{note[1:]}.")
        self.outage.warn_of_sites()
        if self.plan.stops:
            keeper = assumed(self.context).keeper
            if loss := keeper.losses(saved=self.options.save, forced=self.options.force):
                self.result.losses = {keeper.name: loss}
        if self.context.check_mode:
            return self.predict()
        self.carry_out(deadline)
        return self.result.outcome(True)

    @property
    def method(self) -> str:
        return str(Method.IISRESET if self.plan.uses_iisreset else Method.SCM)

    def predict(self) -> Outcome:
        graph, mode = self.situation.graph, self.options.start_mode
        after = {
            key: replace(
                service,
                state=self.plan.after.get(key, service.state),
                start_mode=mode if mode and key in self.situation.desired.targets else service.start_mode,
            )
            for key, service in graph.services.items()
        }
        self.outage.predict(after)
        self.result.method = self.method
        self.result.steps = [*self.recovery.steps(), *(step.words(graph) for step in self.plan.changes)]
        return replace(self.result.outcome(True), cost=self.outage.report.cost() if self.plan.stops else "")

    def carry_out(self, deadline: Deadline) -> None:
        self.recovery.carry_out()
        done = Execution(self.situation.graph, steps=self.recovery.steps())
        self.result.steps = done.steps
        deadline = self.prepare(deadline)
        is_well = False
        try:
            self.execute(done, deadline)
            if not done.changed:
                self.outage.call_off()
            elif done.failures:
                self.outage.release()
            sites = self.see_sites(deadline.later(self.options.seconds))
            is_well = not done.failures and not sites
        finally:
            if not is_well:
                self.outage.release()
        if not is_well:
            done.changed = done.changed or self.recovery.changed
            raise execution_error(deadline.purpose, done, self.plan, self.result, sites)
        if self.options.state:
            self.outage.end(self.situation.desired.targets)

    def prepare(self, deadline: Deadline) -> Deadline:
        if not self.plan.stops:
            return deadline
        try:
            return self.outage.prepare(self.options.drain, save_timeout=self.options.saving, deadline=deadline)
        except IisError as failure:
            failure.changed = failure.changed or self.recovery.changed
            failure.values = {**self.result.values(), **failure.values}
            raise

    def execute(self, done: Execution, deadline: Deadline) -> None:
        try:
            execute(
                self.context,
                self.situation,
                deadline,
                timeout=self.options.seconds,
                force=self.options.force,
                done=done,
                goes_down=self.outage.begin,
            )
        except Fault as fault:
            raise IisError(
                f"Couldn't {deadline.purpose}: on the way the host answered {codes.describe_fault(fault)}. The change "
                "may be half done. Run the task again: it starts by checking the host's state.",
                changed=True,
            ) from fault
        self.outage.see_services(done.graph.services)
        self.result.method = self.method if done.changed else None

    def see_sites(self, deadline: Deadline) -> list[str]:
        """See the sites of the services that run again, where the service that knows them runs."""
        services = self.outage.report.services_after
        up = _up(services)
        holder = self.situation.family.holder
        if holder in services and holder not in up:
            up = frozenset()
        troubles = self.outage.sites_as_before(self.plan.runs & up, deadline, only_automatic=False)
        if troubles or not self.options.starts:
            return troubles
        return self.outage.noted_sites_back(up, deadline)
