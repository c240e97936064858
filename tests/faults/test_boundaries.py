# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request of every operation is troubled in every way: nothing is lost, all is told, the next run converges."""

from __future__ import annotations

import itertools

import pytest

from simulator.faults import Effect, Rule

from .cases import Verdict, host_for, try_case, undisturbed
from .conftest import CASES
from .operations import OPERATIONS
from .troubles import Trouble

#: What ``make test`` tries: the operations whose loss would hurt most, and at each request of theirs the troubles after
#: which the client knows least.
_SHORT = {
    "site restart": (Trouble.CUT_AFTER, Trouble.DENIED, Trouble.KILLED_AFTER),
    "isolation mode": tuple(Trouble),
    "metabase save": (Trouble.CUT_BEFORE, Trouble.CUT_AFTER, Trouble.TIMED_OUT_DONE, Trouble.INTERNAL),
    "service start by scm": (Trouble.KILLED_AFTER,),
    "service restart by scm": (Trouble.KILLED_AFTER,),
    "metabase settings": (Trouble.CUT_AFTER, Trouble.DENIED, Trouble.KILLED_AFTER),
    "IIS 10 by WMI: site stop": (Trouble.CUT_AFTER, Trouble.KILLED_AFTER),
    "IIS 7.5 by appcmd: pool recycle": (Trouble.CUT_AFTER,),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "trouble" not in metafunc.fixturenames:
        return
    everywhere = metafunc.config.getoption("--everywhere")
    chosen = list(itertools.product(OPERATIONS, Trouble)) if everywhere else [
        (name, trouble) for name, troubles in _SHORT.items() for trouble in troubles
    ]  # fmt: skip
    metafunc.parametrize(
        ("name", "trouble"), chosen, ids=[f"{name}-{trouble.name.lower()}" for name, trouble in chosen]
    )


@pytest.mark.timeout(1800)
def test_trouble_at_every_request(name: str, trouble: Trouble, record_property) -> None:
    verdicts: dict[int, Verdict] = {}
    for number in itertools.count(1):
        verdict = try_case(name, number, trouble)
        if not verdict.reached:
            break
        verdicts[number] = verdict
    complaints = {number: verdict.complaints for number, verdict in verdicts.items() if verdict.complaints}

    record_property(CASES, ("Every request boundary", len(verdicts), len(verdicts) - len(complaints)))
    assert len(verdicts) >= min(undisturbed(name).requests, 3)
    assert not complaints, "\n".join(
        f"request {number}: {complaint} (it said: {verdicts[number].message})"
        for number, found in complaints.items()
        for complaint in found
    )


def test_a_host_that_refuses_to_tell_after_a_drain_is_left_with_no_site_paused() -> None:
    """Nothing was stopped, and why nobody can tell: the services run on as they did, and so do their sites."""
    drained = OPERATIONS["service restart, drained"]
    with host_for(drained) as host:
        drained.run(host)
        asked = [entry.class_name for entry in host.journal() if entry.action in ("Enumerate", "Invoke")]
    looks_before = asked[: asked.index("IIsComputer")].count("Win32_Service")
    with host_for(drained) as host:
        sites = host.sites()
        host.fault(Rule(Effect.FAULT, action="Enumerate", class_name="Win32_Service", nth=looks_before + 1, count=0))

        result = drained.run(host)[-1]

        assert result["failed"]
        assert host.service("W3SVC") == "Running"
        assert host.sites() == sites
