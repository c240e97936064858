# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A query that takes long, as a client meets it: an event log with hundreds of thousands of records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from unit.simulator.wire.requests_xml import CIMV2, ENUM, select, send, wql
from winrm.exceptions import WinRMOperationTimeoutError
from winrm.protocol import Protocol

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.scenario import HostSpec, place_host, placed

ALL = "SELECT RecordNumber FROM Win32_NTLogEvent WHERE EventCode=51228"
SPEED = 10.0


@pytest.fixture
def clock() -> RealClock:
    return RealClock(time.monotonic, SPEED)


@pytest.fixture
def host(clock: RealClock, tmp_path: Path) -> Iterator[Protocol]:
    """A host whose log of a year takes 15 seconds to be read."""
    slow = {"action": "slow_event_log", "seconds": 15, "days": 365}
    (spec,) = placed([HostSpec("web01", "127.0.9.3", iis=None, actions=[slow])])
    placement = place_host(spec, clock, tmp_path)
    account = placement.machine.accounts[0]
    with FleetThread(Fleet([placement], clock)) as thread:
        url = f"http://127.0.9.3:{thread.fleet.port}/wsman"
        yield Protocol(url, transport="ntlm", username=account.user, password=account.password)


def seconds_of(clock: RealClock, work: Callable[[], object]) -> float:
    clock.catch_up()
    before = clock.monotonic()
    work()
    clock.catch_up()
    return clock.monotonic() - before


def test_the_whole_log_takes_long_and_the_last_day_does_not(host: Protocol, clock: RealClock) -> None:
    select(host, "SELECT Name FROM Win32_OperatingSystem")  # the session stands
    assert seconds_of(clock, lambda: select(host, ALL)) >= 15
    day = f"{clock.now() - timedelta(days=1):%Y%m%d%H%M%S}.000000+000"
    assert seconds_of(clock, lambda: select(host, f"{ALL} AND TimeGenerated > '{day}'")) < 15


def test_a_query_that_outlives_its_operation_timeout_is_a_fault(host: Protocol, clock: RealClock) -> None:
    with pytest.raises(WinRMOperationTimeoutError):  # what pywinrm makes of 2150858793
        send(host, f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(ALL), timeout="PT5S")
