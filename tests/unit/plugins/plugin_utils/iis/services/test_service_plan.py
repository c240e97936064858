# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of services, as a table of situations an administrator knows."""

from __future__ import annotations

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.plan import plan_services
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.steps import Desired, Method, WantedState
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.graph import ServiceGraph
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.services import Service, ServiceState, StartMode

NEEDS = {
    "w3svc": frozenset({"iisadmin", "httpfilter"}),
    "msftpsvc": frozenset({"iisadmin"}),
    "smtpsvc": frozenset({"iisadmin"}),
}
#: What IIS 6 hangs on.
ROOTS = ("iisadmin",)
ALL = ("iisadmin", "w3svc", "msftpsvc", "smtpsvc")


def graph(needs=None, **states):
    """``graph(w3svc="paused", smtpsvc="stopped manual")``; what isn't named is started and automatic."""
    services = {}
    for key in ("iisadmin", "httpfilter", "w3svc", "msftpsvc", "smtpsvc"):
        words = states.get(key, "started").split()
        services[key] = Service(
            name=key.upper(),
            display_name=key,
            state=ServiceState(words[0]),
            start_mode=StartMode(words[1]) if len(words) > 1 else StartMode.AUTO,
            accepts_pause=key != "iisadmin",
        )
    return ServiceGraph(services, NEEDS if needs is None else needs)


def steps(plan):
    assert not plan.refusals
    return [f"{step.action} {' '.join(step.services)}" for step in plan.steps]


def scm(state, *targets, everything=False, start_mode=None):
    return Desired(targets, WantedState(state) if state else None, everything, Method.SCM, start_mode, roots=ROOTS)


def reset(state):
    return Desired(ALL, WantedState(state), True, Method.IISRESET, roots=ROOTS)


@pytest.mark.parametrize(
    ("present", "desired", "expected"),
    [
        pytest.param({}, scm("started", "w3svc"), [], id="a started service stays as it is"),
        pytest.param({"w3svc": "paused"}, scm("started", "w3svc"), ["resume w3svc"], id="a paused one is resumed"),
        pytest.param(
            {"w3svc": "stopped", "httpfilter": "stopped manual"},
            scm("started", "w3svc"),
            ["start httpfilter", "start w3svc"],
            id="what a service needs is started before it",
        ),
        pytest.param(
            {},
            scm("stopped", "iisadmin"),
            ["stop msftpsvc smtpsvc w3svc", "stop iisadmin"],
            id="dependents are stopped first",
        ),
        pytest.param(
            {"smtpsvc": "stopped", "msftpsvc": "stopped manual"},
            scm("restarted", "iisadmin"),
            ["stop w3svc", "stop iisadmin", "start iisadmin", "start w3svc"],
            id="a restart starts again what ran and nothing else",
        ),
        pytest.param(
            {"w3svc": "stopped"}, scm("restarted", "w3svc"), ["start w3svc"], id="restarting a stopped one starts it"
        ),
        pytest.param(
            {"w3svc": "paused"},
            scm("restarted", "w3svc"),
            ["stop w3svc", "start w3svc"],
            id="restarting a paused one brings it back started",
        ),
        pytest.param(
            {"w3svc": "stopping"},
            scm("stopped", "w3svc"),
            ["wait w3svc"],
            id="a service that is stopping only has to be waited for",
        ),
        pytest.param(
            {"w3svc": "starting"},
            scm("stopped", "w3svc"),
            ["wait w3svc", "stop w3svc"],
            id="a service that is starting is waited for, then stopped",
        ),
        pytest.param(
            {"w3svc": "stopped disabled"},
            scm("started", "w3svc", start_mode=StartMode.MANUAL),
            ["set the start mode of w3svc", "start w3svc"],
            id="a disabled one is enabled first when that is asked for",
        ),
        pytest.param({}, scm("paused", "w3svc"), ["pause w3svc"], id="pause"),
        pytest.param(
            {"smtpsvc": "stopped"},
            scm("paused", *ALL, everything=True),
            ["pause msftpsvc w3svc"],
            id="pausing all leaves out what is stopped and what can't be paused",
        ),
        pytest.param(
            {"iisadmin": "stopped", "w3svc": "stopped", "msftpsvc": "stopped manual", "smtpsvc": "stopped disabled"},
            scm("started", *ALL, everything=True),
            ["start iisadmin", "start w3svc"],
            id="starting all means the automatic ones",
        ),
        pytest.param(
            {}, reset("restarted"), ["iisreset /restart " + " ".join(sorted(ALL))], id="iisreset restarts all"
        ),
        pytest.param(
            {"smtpsvc": "started manual"},
            reset("restarted"),
            ["iisreset /restart " + " ".join(sorted(ALL)), "start what iisreset leaves stopped: smtpsvc"],
            id="iisreset leaves a manual service down, so the SCM starts it again",
        ),
        pytest.param(
            {"smtpsvc": "stopped"},
            reset("restarted"),
            ["iisreset /restart iisadmin msftpsvc w3svc"],
            id="iisreset also starts an automatic service that an interrupted restart may have left stopped",
        ),
        pytest.param(
            {"smtpsvc": "stopped manual"},
            reset("restarted"),
            ["iisreset /restart iisadmin msftpsvc w3svc"],
            id="a manual service that is stopped stays so",
        ),
        pytest.param(
            {"iisadmin": "stopped", "w3svc": "stopped", "msftpsvc": "stopped manual", "smtpsvc": "stopped"},
            reset("restarted"),
            ["iisreset /start iisadmin smtpsvc w3svc"],
            id="restarting an IIS that is down starts it",
        ),
        pytest.param({}, reset("started"), [], id="all started: nothing to do"),
        pytest.param(
            {"w3svc": "paused", "smtpsvc": "stopped"},
            reset("started"),
            ["iisreset /start smtpsvc", "resume w3svc"],
            id="iisreset starts, the SCM resumes",
        ),
        pytest.param({"w3svc": "paused"}, reset("started"), ["resume w3svc"], id="only paused: no iisreset at all"),
        pytest.param({}, reset("stopped"), ["iisreset /stop " + " ".join(sorted(ALL))], id="iisreset stops all"),
    ],
)
def test_plan(present, desired, expected):
    assert steps(plan_services(graph(**present), desired)) == expected


@pytest.mark.parametrize(
    ("present", "desired", "reason"),
    [
        ({"w3svc": "stopped disabled"}, scm("started", "w3svc"), "W3SVC (w3svc) is disabled, so it can't be started"),
        ({"w3svc": "started disabled"}, scm("restarted", "w3svc"), "is running but disabled, so once stopped"),
        (
            {"w3svc": "stopped", "httpfilter": "stopped disabled"},
            scm("started", "w3svc"),
            "W3SVC needs HTTPFILTER (httpfilter), which is disabled",
        ),
        ({"w3svc": "stopped"}, scm("paused", "w3svc"), "is stopped, so it can't be paused; start it first"),
        ({}, scm("paused", "iisadmin"), "doesn't support being paused"),
        ({"w3svc": "unknown"}, scm("stopped", "w3svc"), "doesn't report the state of W3SVC"),
        (
            dict.fromkeys(ALL, "stopped"),
            scm("paused", *ALL, everything=True),
            "none of the Internet services is running and can be paused",
        ),
    ],
)
def test_refusals_give_the_reason_and_no_steps(present, desired, reason):
    plan = plan_services(graph(**present), desired)
    assert reason in "; ".join(plan.refusals)
    assert plan.steps == ()


@pytest.mark.parametrize(
    ("method", "tries", "effect"),
    [
        (Method.IISRESET, {"smtpsvc"}, "iisreset starts it as well"),
        (Method.SCM, set(), "a restart by the SCM leaves it so, state=started starts it"),
    ],
)
def test_iisreset_also_starts_what_is_automatic_but_only_what_ran_has_to_run(method, tries, effect):
    desired = Desired(ALL, WantedState.RESTARTED, everything=True, method=method, roots=ROOTS)
    plan = plan_services(graph(smtpsvc="stopped", msftpsvc="stopped manual"), desired)
    assert plan.runs == {"iisadmin", "w3svc"}
    assert plan.tries == tries
    assert plan.notes == (f"SMTPSVC (smtpsvc) is stopped, but set to start automatically; {effect}",)


def test_services_that_depend_on_each_other_in_a_circle_are_refused():
    circle = {"w3svc": frozenset({"httpfilter"}), "httpfilter": frozenset({"w3svc"})}
    plan = plan_services(graph(circle), scm("stopped", "w3svc"))
    assert "circular dependency among httpfilter, w3svc" in plan.refusals[0]
