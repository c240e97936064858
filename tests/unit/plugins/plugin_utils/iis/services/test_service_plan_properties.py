# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every plan: from any states, start modes and dependencies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis6.provider import IISADMIN
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.plan import plan_services
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.steps import (
    Action,
    Desired,
    Method,
    WantedState,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.graph import ServiceGraph
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.services import (
    Service,
    ServiceState,
    StartMode,
)

STARTED, STOPPED, PAUSED = ServiceState.STARTED, ServiceState.STOPPED, ServiceState.PAUSED
PEERS = ("httpfilter", "w3svc", "msftpsvc", "smtpsvc", "nntpsvc", "thirdparty")
MODES = (StartMode.AUTO, StartMode.MANUAL, StartMode.DISABLED)


@st.composite
def graphs(draw):
    """Hosts with IIS: any dependencies without a circle, any states, modes and capabilities."""
    keys = [IISADMIN, *draw(st.lists(st.sampled_from(PEERS), unique=True))]
    order = draw(st.permutations(keys))
    needs = {
        key: frozenset(draw(st.sets(st.sampled_from(order[:i])))) if i else frozenset() for i, key in enumerate(order)
    }
    services = {
        key: Service(
            name=key.upper(),
            display_name=key,
            state=draw(st.sampled_from(ServiceState)),
            start_mode=draw(st.sampled_from(MODES)),
            accepts_stop=draw(st.integers(0, 9)) > 0,
            accepts_pause=draw(st.booleans()),
        )
        for key in keys
    }
    return ServiceGraph(services, needs)


@st.composite
def requests(draw):
    graph = draw(graphs())
    everything = draw(st.booleans())
    if everything:
        targets = (IISADMIN, *sorted(graph.dependents_of(IISADMIN)))
    else:
        targets = tuple(draw(st.lists(st.sampled_from(sorted(graph.services)), min_size=1, unique=True)))
    state = draw(st.sampled_from(WantedState))
    method = draw(st.sampled_from(Method)) if everything and state is not WantedState.PAUSED else Method.SCM
    mode = None if everything else draw(st.sampled_from([None, *MODES]))
    return graph, Desired(targets, state, everything, method, mode, roots=(IISADMIN,))


class World:
    """Carries a plan out as Windows would, and fails where Windows would refuse."""

    def __init__(self, graph, desired):
        self.graph = graph
        self.desired = desired
        self.state = {key: service.state.settles_as for key, service in graph.services.items()}
        self.mode = {key: service.start_mode for key, service in graph.services.items()}
        self.stopped, self.started = [], []

    def stop(self, key):
        running = [other for other in self.graph.dependents_of(key) if self.state[other] is not STOPPED]
        assert not running, f"{key} stopped before its dependents {running}"
        if self.state[key] is not STOPPED:
            self.state[key] = STOPPED
            self.stopped.append(key)

    def start(self, key):
        assert self.mode[key] is not StartMode.DISABLED, f"{key} started although disabled"
        if self.state[key] is STOPPED:
            for needed in self.graph.needs_of(key):
                if self.state[needed] is STOPPED:
                    self.start(needed)
            self.state[key] = STARTED
            self.started.append(key)

    def iisreset_stop(self):
        for wave in self.graph.stop_order(self.graph.with_dependents(self.desired.targets)):
            for key in wave:
                self.stop(key)

    def iisreset_start(self):
        for key in self.desired.targets:
            if self.mode[key] is StartMode.AUTO:
                self.start(key)

    def do(self, step):
        for key in step.services:
            if step.action is Action.SET_START_MODE:
                self.mode[key] = self.desired.start_mode
            elif step.action is Action.STOP:
                self.stop(key)
            elif step.action in (Action.START, Action.START_REST):
                self.start(key)
            elif step.action is Action.PAUSE:
                assert self.state[key] is STARTED
                self.state[key] = PAUSED
            elif step.action is Action.RESUME:
                assert self.state[key] is PAUSED
                self.state[key] = STARTED
        if step.action in (Action.IISRESET_STOP, Action.IISRESET_RESTART):
            self.iisreset_stop()
        if step.action in (Action.IISRESET_START, Action.IISRESET_RESTART):
            self.iisreset_start()


def carried_out(graph, desired):
    plan = plan_services(graph, desired)
    world = World(graph, desired)
    for step in plan.steps:
        world.do(step)
    return plan, world


def asked_for(graph, desired, world):
    """The targets that have to run when ``started`` is asked for."""
    if not desired.everything:
        return set(desired.targets)
    automatic = {key for key in desired.targets if world.mode[key] is StartMode.AUTO}
    paused = {key for key in desired.targets if graph.services[key].state.settles_as is PAUSED}
    return {IISADMIN} | automatic | paused


@given(requests())
def test_a_plan_reaches_the_wanted_state_or_says_why_not(request_):
    graph, desired = request_
    plan, world = carried_out(graph, desired)
    if plan.refusals:
        assert all(plan.refusals)
        assert not plan.steps
        return
    before = {key: service.state.settles_as for key, service in graph.services.items()}
    if desired.state is WantedState.STARTED:
        assert all(world.state[key] is STARTED for key in asked_for(graph, desired, world))
        assert not world.stopped
    elif desired.state is WantedState.STOPPED:
        assert all(world.state[key] is STOPPED for key in desired.targets)
        assert not world.started
    elif desired.state is WantedState.RESTARTED:
        ran = {key for key in graph.with_dependents(desired.targets) if before[key] is not STOPPED}
        assert ran == set(world.stopped)
        assert all(world.state[key] is STARTED for key in ran)
        if not desired.everything:
            assert all(world.state[key] is STARTED for key in desired.targets)
    elif desired.everything:
        assert PAUSED in world.state.values()
    else:
        assert all(world.state[key] is PAUSED for key in desired.targets)
    if desired.start_mode:
        assert all(world.mode[key] is desired.start_mode for key in desired.targets)
    assert {key: world.state[key] for key in plan.after} == dict(plan.after)


@given(requests())
def test_iisadmin_is_never_stopped_before_what_depends_on_it(request_):
    graph, desired = request_
    _plan, world = carried_out(graph, desired)
    if IISADMIN in world.stopped:
        position = world.stopped.index(IISADMIN)
        assert not graph.with_dependents([IISADMIN]) - {IISADMIN} & set(world.stopped[position:])


@given(requests())
def test_a_restart_starts_nothing_that_did_not_run_and_was_not_asked_for(request_):
    graph, desired = request_
    plan, world = carried_out(graph, desired)
    if desired.state is not WantedState.RESTARTED or plan.refusals:
        return
    allowed = set(world.stopped)
    if not desired.everything:
        allowed |= set(desired.targets)
    elif graph.services[IISADMIN].state.settles_as is STOPPED or plan.uses_iisreset:
        # iisreset starts what is automatic, and an IIS that is down as a whole is started as a whole
        allowed |= {key for key in desired.targets if world.mode[key] is StartMode.AUTO} | {IISADMIN}
    needed = graph.with_antecedents(allowed)
    assert set(world.started) <= needed
    assert all(key in allowed or graph.services[key].state.settles_as is STOPPED for key in world.started)


@given(requests())
def test_a_restart_always_does_something_and_the_idempotent_states_only_once(request_):
    graph, desired = request_
    plan, world = carried_out(graph, desired)
    if plan.refusals:
        return
    if desired.state is WantedState.RESTARTED:
        assert plan.changes
        return
    settled = ServiceGraph(
        {
            key: Service(
                service.name,
                service.display_name,
                world.state[key],
                world.mode[key],
                service.accepts_stop,
                service.accepts_pause,
            )
            for key, service in graph.services.items()
        },
        graph.needs,
    )
    again = plan_services(settled, desired)
    assert not again.steps
    assert not again.refusals


@given(requests())
def test_pending_services_that_matter_are_waited_for_first(request_):
    graph, desired = request_
    plan = plan_services(graph, desired)
    for index, step in enumerate(plan.steps):
        assert (step.action is Action.WAIT) == (index == 0 and bool(plan.waits))
    touched = {key for step in plan.changes for key in step.services}
    assert {key for key in touched if graph.services[key].state.is_pending} <= set(plan.waits)
