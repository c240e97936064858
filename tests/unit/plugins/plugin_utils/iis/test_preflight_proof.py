# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof that everything runs that has to: what of it is waited for, and for how long."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.iis7_model import STARTED, STOPPED, UNKNOWN, Iis7Host, Pool7

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.preflight.options import Running
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.preflight.proof import what_is_down

STARTING = 0
LONG = 120.0
#: Seconds: the patience with what the host doesn't report, and a pause between two reads.
A_MOMENT = 6.0


@pytest.fixture(params=[True, False], ids=["wmi", "appcmd"])
def host(request) -> Iis7Host:
    host = Iis7Host(tools=request.param)
    host.pools["intranet"] = Pool7("Intranet")
    return host


def prove(host, *, sites=("W3SVC/1",), app_pools=("DefaultAppPool",)):
    """What is down, and the seconds that it took to find out."""
    began = host.clock.now
    return what_is_down(host.context(), Running(("w3svc",), sites, app_pools), LONG), host.clock.now - began


@pytest.mark.parametrize("state", [UNKNOWN, STARTING, STOPPED], ids=["unknown", "starting", "stopped"])
def test_what_nobody_asks_about_is_not_waited_for(host, state):
    host.sites[2].state = host.pools["intranet"].state = state
    assert prove(host) == ([], 0)


def test_what_has_to_run_and_is_not_reported_is_given_a_moment(host):
    host.sites[2].state = UNKNOWN
    trouble, seconds = prove(host, sites=("W3SVC/1", "W3SVC/2"))
    assert ["W3SVC/2" in words and "is unknown" in words for words in trouble] == [True]
    assert 3 <= seconds < A_MOMENT


def test_a_pool_that_has_to_run_and_is_not_reported_is_given_a_moment(host):
    host.pools["intranet"].state = UNKNOWN
    trouble, seconds = prove(host, app_pools=("INTRANET",))
    assert ["'INTRANET' has to run and is unknown" in words for words in trouble] == [True]
    assert 3 <= seconds < A_MOMENT


def test_what_is_reported_within_that_moment_runs(host):
    host.sites[1].state = host.pools["defaultapppool"].state = UNKNOWN
    began = host.clock.now

    def report(_line):
        if host.clock.now > began + 1:
            host.sites[1].state = host.pools["defaultapppool"].state = STARTED

    host.when("", report, times=999)
    trouble, seconds = prove(host)
    assert trouble == []
    assert 1 <= seconds < 3


@pytest.mark.parametrize("what", ["site", "pool"])
def test_what_has_to_run_and_is_on_its_way_is_given_all_of_the_time(host, what):
    moving = host.sites[1] if what == "site" else host.pools["defaultapppool"]
    moving.state = STARTING
    trouble, seconds = prove(host)
    assert ["is starting" in words for words in trouble] == [True]
    assert seconds >= LONG
    began = host.clock.now

    def arrive(_line):
        if host.clock.now > began + 60:
            moving.state = STARTED

    host.when("", arrive, times=999)
    trouble, seconds = prove(host)
    assert trouble == []
    assert 60 <= seconds < LONG
