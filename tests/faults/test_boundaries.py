# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request of every operation is troubled in every way: nothing is lost, all is told, the next run converges."""

from __future__ import annotations

import itertools

import pytest

from .cases import Verdict, try_case, undisturbed
from .conftest import CASES
from .operations import OPERATIONS
from .troubles import Trouble

#: What ``make test`` tries: the operations whose loss would hurt most, and at each request of theirs the troubles after
#: which the client knows least.
_SHORT = {
    "site restart": (Trouble.CUT_AFTER, Trouble.DENIED, Trouble.KILLED_AFTER),
    "isolation mode": tuple(Trouble),
    "metabase save": (Trouble.CUT_BEFORE, Trouble.CUT_AFTER, Trouble.TIMED_OUT_DONE, Trouble.INTERNAL),
    "service restart by scm": (Trouble.KILLED_AFTER,),
    "metabase settings": (Trouble.CUT_AFTER, Trouble.DENIED, Trouble.KILLED_AFTER),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
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
