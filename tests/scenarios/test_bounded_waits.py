# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``timeout`` bounds a task, however many sites or services don't obey."""

from __future__ import annotations

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

METHODS = ("iisreset", "scm")
#: What sites are given to be seen again, however little is left.
LEAST = 30
#: What reading, saving and counting may take on a slow machine.
BESIDES = 15


def many_sites(start, count, **spec):
    sites = [
        SiteSpec(number, f"S{number}", bindings=(BindingSpec(8000 + number),), **spec) for number in range(1, count + 1)
    ]
    return start(IisSpec(sites=sites))


def seconds_of(host, **options):
    began = host.time.monotonic()
    result = host.run("iis_service", **options)
    return host.time.monotonic() - began, result


@pytest.mark.parametrize("method", METHODS)
def test_sites_that_are_stuck_are_waited_for_together(start, method):
    host = many_sites(start, 3)
    host.act("switch", name="transition_seconds", value={"starting": 10_000.0})

    seconds, result = seconds_of(host, state="restarted", method=method, timeout=5)

    assert result["failed"]
    for number in (1, 2, 3):
        assert f"Web site 'S{number}' (W3SVC/{number}) is starting" in result["msg"]
    assert seconds < 2 * 5 + LEAST + BESIDES


def test_sites_that_are_started_by_hand_are_started_together(start):
    host = many_sites(start, 10, auto_start=False)
    host.act("switch", name="methods_return_at_once", value=True)
    host.act("switch", name="site_seconds", value=8.0)

    seconds, result = seconds_of(host, state="restarted", timeout=60)

    assert not result.get("failed"), result["msg"]
    assert set(host.sites().values()) == {"started"}
    assert not any(host.in_memory(f"/LM/W3SVC/{number}", "ServerAutoStart") for number in range(1, 11))
    assert seconds < 60


def test_one_site_that_can_not_start_does_not_keep_the_others_from_starting(start):
    host = many_sites(start, 3, auto_start=False)
    host.act("occupy_port", port=8001)

    seconds, result = seconds_of(host, state="restarted", timeout=60)

    assert result["failed"]
    assert "'S1'" in result["msg"]
    assert "'S2'" not in result["msg"]
    assert host.sites() == {"W3SVC/1": "stopped", "W3SVC/2": "started", "W3SVC/3": "started"}
    assert seconds < 60


def test_a_restore_waits_for_stuck_sites_together_as_well(start):
    host = many_sites(start, 3)
    host.run("iis_metabase_backup", name="before")
    host.act("switch", name="transition_seconds", value={"starting": 10_000.0})
    began = host.time.monotonic()

    result = host.run("iis_metabase_backup", name="before", state="restored", timeout=20)

    assert result["failed"]
    assert "was restored, but not everything runs" in result["msg"]
    assert host.time.monotonic() - began < 2 * 20 + LEAST + BESIDES


def test_a_drain_that_gives_up_ends_with_its_time_out(start):
    host = start(IisSpec(services=(Kind.WEB,)))
    host.act("add_sessions", kind="web", site=1, count=3)
    host.act("drain_rate", kind="web", per_second=0.0)

    seconds, result = seconds_of(host, state="restarted", drain_timeout=20)

    assert result["failed"]
    assert seconds < 20 + BESIDES
