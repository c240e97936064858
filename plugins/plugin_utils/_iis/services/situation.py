# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of iis_service finds: the services, what they need and what needs them, and the way to what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .. import codes
from ..context import Context, Note
from ..outcome import IisError
from ..server import Family
from ..versions import recognise_by_services
from ..waiting import Deadline
from ..windows.control import settle_services
from ..windows.dependencies import Dependencies
from ..windows.graph import ServiceGraph, read_graph, refresh
from ..windows.programs import NoShell
from ..windows.services import Service, ServiceState, read_named_services, read_services
from .internet import read_internet_services
from .options import USE_SCM, ServiceOptions
from .plan import plan_services
from .reset_access import may_use_iisreset
from .steps import Desired, Method, Plan, WantedState

_SCM = "the service control manager"


@dataclass(frozen=True)
class Situation:
    """Services as they are, by the parts that they play, what is wanted of them, and the way there."""

    family: Family
    graph: ServiceGraph
    desired: Desired
    plan: Plan

    @property
    def targets(self) -> dict[str, Service]:
        """The services that are meant, by key."""
        return {key: self.graph.services[key] for key in self.desired.targets}


class Survey:
    """Looks at the services of a host, from afar and then more closely. Nothing is changed."""

    def __init__(self, context: Context, options: ServiceOptions) -> None:
        self._context = context
        self._options = options
        self._dependencies = Dependencies(context)

    def first_look(self) -> Situation:
        """The services that are meant, by themselves: that is enough to see that there is nothing to do.

        One request for named services, two for all.
        """
        options = self._options
        noted = Note()
        if options.everything:
            family, services = read_internet_services(self._dependencies, with_tls=self._restarts_everything)
            services = self._without_tls(family, services)
            noted = self._context.notes.read() if options.starts else noted
            services |= self._left_down(noted.services - services.keys())
            targets = tuple(services)
        else:
            services = read_named_services(self._context, options.name)
            family = recognise_by_services(self._context, services).family
            targets = tuple(dict.fromkeys(options.name))
        return _planned(family, ServiceGraph(services), options.desired(targets, noted, family))

    def look_closer(self, situation: Situation, deadline: Deadline) -> Situation:
        """Read what depends on what, and plan from settled states: wait for services that are on their way somewhere.

        The plan still waits for those that aren't there at the deadline, and in check mode for any.
        """
        situation = self._with_dependencies(situation, situation.graph.services)
        while situation.plan.waits and not self._context.check_mode and deadline.left > 0:
            words = situation.plan.steps[0].words(situation.graph)
            self._context.operator.progress(f"{words[0].upper()}{words[1:]}")
            settle_services(self._context, situation.graph, situation.plan.waits, deadline)
            services = refresh(self._context, situation.graph).services
            situation = self._with_dependencies(situation, services)
        return situation

    def choose_method(self, situation: Situation) -> Situation:
        """Ask whether IISReset can be used before it is relied on, and leave the work to the SCM if not and it may.

        Raises IisError.
        """
        if not situation.plan.uses_iisreset or self._may_use_iisreset(situation.targets):
            return situation
        if self._options.force:
            self._context.operator.warn(f"{_SCM[0].upper()}{_SCM[1:]} kills nothing, so force has no effect.")
        return _planned(situation.family, situation.graph, replace(situation.desired, method=Method.SCM))

    def _left_down(self, noted: frozenset[str]) -> dict[str, Service]:
        """Those of the services that an interrupted run noted which are stopped, beside the Internet services."""
        services = read_services(self._context, sorted(noted)) if noted else {}
        return {key: it for key, it in services.items() if it.state.settles_as is ServiceState.STOPPED}

    @property
    def _restarts_everything(self) -> bool:
        return self._options.state == str(WantedState.RESTARTED)

    def _without_tls(self, family: Family, services: dict[str, Service]) -> dict[str, Service]:
        """Leave out what carries TLS where it is no Internet service of this host, and can't or needn't be restarted.

        A restart of everything includes HTTP SSL, because it holds the isolation mode that it was started in
        (ms525697). It depends on IISADMIN (KB969864); where it doesn't, it is left alone if it is stopped or carries
        the connection.
        """
        key = family.tls.service if family.tls else ""
        if key not in services or key in self._dependencies.dependents(services[family.root].name):
            return services
        runs = services[key].state.settles_as is not ServiceState.STOPPED
        if runs and not self._context.over_tls():
            return services
        if runs and family.tls:
            self._context.operator.warn(family.tls.left_alone)
        return {other: service for other, service in services.items() if other != key}

    def _with_dependencies(self, situation: Situation, services: Mapping[str, Service]) -> Situation:
        targets = situation.desired.targets
        graph = read_graph(
            self._dependencies,
            services,
            downwards=targets if self._options.stops else (),
            upwards=targets if self._options.starts else (),
        )
        return _planned(situation.family, graph, situation.desired)

    def _may_use_iisreset(self, services: Mapping[str, Service]) -> bool:
        attempted = self._options.attempt(services.values())
        use_scm = self._options.when_iisreset_disabled == USE_SCM
        try:
            return may_use_iisreset(self._context, services, attempted, otherwise=_SCM if use_scm else None)
        except NoShell as refused:
            if not use_scm:
                raise IisError(
                    f"Couldn't {attempted}: IISReset needs a command shell. Nothing was touched. {refused.message} Or "
                    f"let {_SCM} do the work, which needs none: when_iisreset_disabled=use_scm, or method=scm."
                ) from refused
            answer = codes.describe_fault(refused.fault)
            self._context.operator.warn(
                f"IISReset can't be run, because the host gave no command shell ({answer}); {_SCM} is used instead."
            )
            return False


def _planned(family: Family, graph: ServiceGraph, desired: Desired) -> Situation:
    return Situation(family, graph, desired, plan_services(graph, desired))
