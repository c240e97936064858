# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever watches a slow host sees what goes on: no silence is much longer than 15 seconds."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action_host
from simulator.iis.spec import IisSpec

#: Seconds of silence that nobody minds: 15, and the longest that a host may take to answer "nothing yet" after them.
SILENCE = 31


@pytest.fixture
def watched(start, monkeypatch):
    """A slow host, and what was shown with the second when it was."""
    host = start(IisSpec(start_seconds=25.0, stop_seconds=25.0), off_seconds=60.0)
    shown = []
    monkeypatch.setattr(_action_host.display, "display", lambda line: shown.append((host.time.now().timestamp(), line)))
    return host, shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"state": "restarted", "method": "iisreset"}, "iisreset"),
        ({"state": "restarted", "method": "scm"}, " is stopping"),
        ({"state": "rebooted", "timeout": 600}, "trying to reach the host again: 1"),
    ],
    ids=["iisreset", "scm", "reboot"],
)
def test_no_silence_is_long(watched, options, said):
    host, shown = watched
    began = host.time.now().timestamp()

    result = host.run("iis_service", **{"timeout": 300, **options})

    assert not result.get("failed"), result
    times = [began, *(second for second, _line in shown), host.time.now().timestamp()]
    silences = [after - before for before, after in itertools.pairwise(times)]
    assert times[-1] - began > 50
    assert max(silences) < SILENCE, shown
    assert [line for _second, line in shown if said in line and "so far" in line], shown


def test_a_reboot_does_not_stand_at_the_save(watched):
    host, shown = watched
    host.run("iis_service", state="rebooted", timeout=600)
    lines = [line.removeprefix("[web01] ") for _second, line in shown]
    assert lines[:2] == ["Saving the metabase", "Rebooting the host"]
    assert not [line for line in lines if line.startswith("Saving the metabase: ")]
