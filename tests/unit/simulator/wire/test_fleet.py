# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several hosts in one fleet, and the time they share."""

from __future__ import annotations

import time

import pytest
import yaml
from unit.simulator.wire.fakes import FakeMachine
from unit.simulator.wire.requests_xml import select
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from simulator.clock import RealClock, VirtualClock
from simulator.fleet import Fleet, FleetThread
from simulator.windows.console import Account
from simulator.wire.profile import WINRM_2_0, WireOptions
from simulator.wire.site import Placement

QUERY = "SELECT Name FROM Win32_Service"


def place(machine: FakeMachine, number: int) -> Placement:
    return Placement(machine, f"127.0.9.{number}", WINRM_2_0, WireOptions())


def test_each_host_has_its_own_address_and_accounts() -> None:
    clock = VirtualClock()
    first = FakeMachine("WEB01", clock, [Account("admin", "one")])
    second = FakeMachine("WEB02", clock, [Account("admin", "two")])
    with FleetThread(Fleet([place(first, 11), place(second, 12)], clock)) as running:
        inventory = yaml.safe_load(running.fleet.inventory())["web"]
        assert inventory["vars"]["ansible_port"] == running.fleet.port
        for name, password in (("web01", "one"), ("web02", "two")):
            host = inventory["hosts"][name]
            assert host["ansible_password"] == password
            url = f"http://{host['ansible_host']}:{running.fleet.port}/wsman"
            assert select(Protocol(url, transport="ntlm", username="admin", password=password), QUERY)
            other = "two" if password == "one" else "one"
            with pytest.raises(InvalidCredentialsError):
                select(Protocol(url, transport="ntlm", username="admin", password=other), QUERY)
        assert running.fleet.journal("web01").actions() == ["Enumerate"]


def test_real_time_passes_by_itself() -> None:
    clock = RealClock(time.monotonic, speed=100.0)
    rung: list[float] = []
    with FleetThread(Fleet([place(FakeMachine(clock=clock), 13)], clock)) as running:
        running.call(lambda: clock.call_later(5.0, lambda: rung.append(clock.monotonic())))
        deadline = time.monotonic() + 60
        while not rung and time.monotonic() < deadline:
            time.sleep(0.01)
    assert rung


def test_a_broken_timer_does_not_stop_time_in_silence() -> None:
    clock = RealClock(time.monotonic)
    thread = FleetThread(Fleet([place(FakeMachine(clock=clock), 14)], clock))
    told: list[str] = []

    def broken() -> None:
        raise ZeroDivisionError

    thread.__enter__()
    thread.call(lambda: thread.loop.set_exception_handler(lambda _loop, context: told.append(context["message"])))
    thread.call(lambda: clock.call_later(0.0, broken))
    deadline = time.monotonic() + 60
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told == ["simulated time has stopped"]
    with pytest.raises(ZeroDivisionError):
        thread.__exit__(None, None, None)
