# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going down and coming up again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.clock import VirtualClock
from simulator.machine import Machine
from simulator.windows.editions import SERVER_2003, SERVER_2008_R2, Edition
from simulator.windows.scm import Service, ServiceBehaviour, ServiceState, StartMode

from .conftest import GUEST, Run


def test_a_restart_takes_the_machine_away_for_a_while_and_brings_it_back(machine: Machine, clock: VirtualClock):
    seen: list[tuple[bool, float]] = []
    machine.on_power(lambda on: seen.append((on, clock.monotonic())))
    booted = machine.booted_at
    machine.reboot(5)
    clock.advance(5)
    assert not machine.listening, "WinRM is told to stop first"
    clock.advance(5)
    assert not machine.powered
    clock.advance(40)
    assert machine.listening
    assert [on for on, _when in seen] == [False, True]
    assert machine.booted_at > booted
    assert (machine.booted_at - machine.now()).total_seconds() > -40


def test_services_are_stopped_and_the_automatic_ones_come_back(machine: Machine, clock: VirtualClock):
    machine.scm.add(Service("Once", start_mode=StartMode.MANUAL, state=ServiceState.RUNNING))
    machine.scm.add(Service("Never", start_mode=StartMode.DISABLED, state=ServiceState.RUNNING))
    machine.reboot()
    clock.advance(60)
    assert machine.scm.get("Once").state is ServiceState.STOPPED
    assert machine.scm.get("Once").exit_code == 1077
    assert machine.scm.get("Never").state is ServiceState.STOPPED
    assert machine.scm.get("Spooler").state is ServiceState.RUNNING
    assert machine.processes.get(machine.scm.get("WinRM").pid) is not None


@pytest.mark.parametrize(("force", "told"), [(False, ["stopping", "stopped"]), (True, ["killed"])])
def test_only_pulling_the_plug_denies_services_their_stop(
    machine: Machine, clock: VirtualClock, force: bool, told: list[str]
):
    heard: list[str] = []

    class Listener(ServiceBehaviour):
        def on_stopping(self) -> None:
            heard.append("stopping")

        def on_stopped(self, killed: bool) -> None:
            heard.append("killed" if killed else "stopped")

    machine.scm.add(Service("Listener", state=ServiceState.RUNNING, stop_seconds=1, behaviour=Listener()))
    machine.reboot(force=force)
    clock.advance(10)
    assert heard == told


def test_a_service_that_hangs_delays_the_shutdown_by_twenty_seconds_at_most(machine: Machine, clock: VirtualClock):
    machine.scm.get("Spooler").hang("stopping")
    machine.reboot()
    clock.advance(19)
    assert machine.powered
    clock.advance(2)
    assert not machine.powered


def test_nothing_starts_while_the_machine_goes_down(machine: Machine, clock: VirtualClock):
    machine.scm.get("Spooler").hang("stopping")
    machine.reboot()
    clock.advance(5)
    assert machine.scm.start("W32Time") == 8


def test_a_second_shutdown_is_refused_and_the_first_can_be_called_off(machine: Machine, clock: VirtualClock, run: Run):
    assert run("shutdown /r /t 60").code == 0
    again = run("shutdown /r /t 0")
    assert (again.code, "1115" in again.err) == (1115, True)
    assert run("shutdown -a").code == 0
    clock.advance(120)
    assert machine.powered
    assert run("shutdown /a").code == 1116


def test_shutdown_restarts_in_thirty_seconds_unless_told_otherwise(machine: Machine, clock: VirtualClock, run: Run):
    run("shutdown /r /f")
    clock.advance(29)
    assert not machine.power.going_down
    clock.advance(5)
    assert not machine.powered


def test_a_program_that_is_open_holds_a_shutdown_on_server_2003_however_long_its_notice(
    machine: Machine, clock: VirtualClock, run: Run
):
    machine.control_actions["open_program"]("editor.exe")
    assert run("shutdown -r -t 5").code == 0
    clock.advance(120)
    assert (machine.listening, machine.power.going_down) == (True, False)
    machine.control_actions["close_program"]("editor.exe")
    clock.advance(60)
    assert machine.booted_at > machine.now() - timedelta(seconds=60)
    assert machine.power.closed_by_force == []


@pytest.mark.parametrize(
    ("edition", "line", "code", "closed"),
    [
        (SERVER_2003, "shutdown -r -t 0 -f", 0, ["editor.exe"]),
        (SERVER_2008_R2, "shutdown -r -t 5", 0, ["editor.exe"]),
        (SERVER_2008_R2, "shutdown -r -t 0 -f", 0, ["editor.exe"]),
        (SERVER_2008_R2, "shutdown -r -t 0", 1191, []),
    ],
)
def test_a_shutdown_by_force_closes_programs_and_so_does_a_notice_since_server_2008(
    machine: Machine, clock: VirtualClock, run: Run, edition: Edition, line: str, code: int, closed: list[str]
):
    machine.edition = edition
    machine.power.refuses_for_users = edition.version >= (6, 0)
    machine.control_actions["open_program"]("editor.exe")
    assert run(line).code == code
    clock.advance(120)
    assert machine.power.closed_by_force == closed
    assert machine.power.open_programs == ([] if closed else ["editor.exe"])


def test_a_shutdown_need_not_be_refused_for_users_but_waits_for_them_and_can_be_called_off(
    machine: Machine, clock: VirtualClock, run: Run
):
    machine.edition = SERVER_2008_R2
    machine.control_actions["open_program"](refuses_for_users=False)
    assert run("shutdown /r /t 0").code == 0
    clock.advance(120)
    assert machine.listening
    assert run("shutdown /a").code == 0
    machine.control_actions["close_program"]()
    clock.advance(120)
    assert machine.booted_at < machine.now() - timedelta(seconds=200)


@pytest.mark.parametrize("follows", [True, False])
def test_a_clock_that_is_set_takes_the_boot_time_along_or_not(machine: Machine, clock: VirtualClock, follows: bool):
    booted, now = machine.booted_at, machine.now()
    machine.control_actions["set_clock"](by=60, boot_time_follows=follows, after=10)
    clock.advance(9)
    assert (machine.booted_at, machine.now()) == (booted, now + timedelta(seconds=9))
    clock.advance(1)
    assert machine.now() == now + timedelta(seconds=70)
    assert machine.booted_at == booted + timedelta(seconds=60 if follows else 0)


def test_only_administrators_of_this_machine_shut_it_down(machine: Machine, run: Run):
    denied = run("shutdown /r /t 0", account=GUEST)
    assert (denied.code, denied.err) == (5, "Access is denied.(5)\r\n")
    assert run("shutdown /r /t 0 /m \\\\other").code == 53
    assert run("shutdown /r /t 0 /m \\\\WEB1").code == 0


def test_a_machine_that_was_shut_down_stays_off_until_somebody_switches_it_on(machine: Machine, clock: VirtualClock):
    machine.control_actions["switch_off"]()
    clock.advance(3600)
    assert not machine.powered
    machine.control_actions["switch_on"]()
    clock.advance(10)
    assert machine.listening


def test_the_log_tells_of_it(machine: Machine, clock: VirtualClock, run: Run):
    run("shutdown /r /t 0")
    clock.advance(60)
    (event,) = machine.event_log.find(1074)
    assert "restart of computer WEB1 on behalf of user WEB1\\operator" in event.message
    assert [len(machine.event_log.find(code)) for code in (6006, 6009, 6005)] == [1, 1, 1]


def test_a_registry_change_reaches_the_scm_at_boot(machine: Machine, clock: VirtualClock):
    path = "SYSTEM\\CurrentControlSet\\Services\\Spooler"
    machine.control_actions["set_registry_dword"](path, "Start", 4)
    assert machine.scm.get("Spooler").start_mode is StartMode.AUTO
    machine.reboot()
    clock.advance(60)
    assert machine.scm.get("Spooler").start_mode is StartMode.DISABLED
    assert machine.scm.get("Spooler").state is ServiceState.STOPPED
