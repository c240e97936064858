# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens when the process of a service dies."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import VirtualClock
from simulator.machine import Console, Machine
from simulator.windows.recovery import INFINITE, ActionType, Recovery, RecoveryAction, parse_blob
from simulator.windows.scm import Service, ServiceState

INETINFO = "C:\\WINDOWS\\system32\\inetsrv\\inetinfo.exe"


@pytest.fixture
def inetinfo(machine: Machine) -> Machine:
    """Two services in one process, and one that depends on the first but lives elsewhere."""
    for name, needs, image in (
        ("Admin", (), INETINFO),
        ("Ftp", ("Admin",), INETINFO),
        ("Web", ("Admin",), "C:\\WINDOWS\\System32\\svchost.exe -k iissvcs"),
    ):
        machine.scm.add(Service(name, depends_on=needs, image=image, state=ServiceState.RUNNING, start_seconds=1))
    return machine


def test_every_service_of_the_process_goes_and_no_other(inetinfo: Machine):
    assert inetinfo.scm.kill("Admin") == ["Admin", "Ftp"]
    assert [inetinfo.scm.get(name).exit_code for name in ("Admin", "Ftp")] == [1067, 1067]
    assert inetinfo.scm.get("Web").state is ServiceState.RUNNING
    assert not inetinfo.processes.named("inetinfo.exe")


def test_terminating_the_process_is_the_same(inetinfo: Machine):
    (process,) = inetinfo.processes.named("inetinfo.exe")
    assert inetinfo.processes.kill(process.pid)
    assert inetinfo.scm.get("Ftp").exit_code == 1067


def test_a_hung_service_can_be_killed_and_started_again(inetinfo: Machine, clock: VirtualClock):
    scm = inetinfo.scm
    scm.get("Web").hang("stopping")
    scm.stop("Web")
    scm.kill("Web")
    assert scm.start("Web") == 0
    clock.advance(1)
    assert scm.get("Web").state is ServiceState.RUNNING
    scm.stop("Web")
    assert scm.get("Web").state is ServiceState.STOPPED, "the new process does not hang"


def test_a_hang_at_the_next_start_outlives_the_process(inetinfo: Machine, clock: VirtualClock):
    inetinfo.scm.get("Web").hang("starting")
    inetinfo.scm.kill("Web")
    inetinfo.scm.start("Web")
    clock.advance(600)
    assert inetinfo.scm.get("Web").state is ServiceState.START_PENDING


def test_without_recovery_actions_only_the_log_tells(inetinfo: Machine, clock: VirtualClock):
    inetinfo.scm.kill("Web")
    clock.advance(600)
    assert inetinfo.scm.get("Web").state is ServiceState.STOPPED
    (event,) = inetinfo.event_log.find(7034)
    assert event.message == "The Web service terminated unexpectedly.  It has done this 1 time(s)."


def test_a_service_is_restarted_after_its_delay(inetinfo: Machine, clock: VirtualClock):
    inetinfo.scm.get("Web").recovery = Recovery(0, (RecoveryAction(ActionType.RESTART, 5000),))
    inetinfo.scm.kill("Web")
    clock.advance(4.9)
    assert inetinfo.scm.get("Web").state is ServiceState.STOPPED
    clock.advance(1.2)
    assert inetinfo.scm.get("Web").state is ServiceState.RUNNING
    assert "Restart the service" in inetinfo.event_log.find(7031)[0].message


def test_the_caller_may_forbid_recovery(inetinfo: Machine, clock: VirtualClock):
    inetinfo.scm.get("Web").recovery = Recovery(0, (RecoveryAction(ActionType.RESTART),))
    inetinfo.scm.kill("Web", recover=False)
    clock.advance(60)
    assert inetinfo.scm.get("Web").state is ServiceState.STOPPED


def test_a_service_that_somebody_else_started_cannot_be_restarted(inetinfo: Machine, clock: VirtualClock):
    inetinfo.scm.get("Web").recovery = Recovery(0, (RecoveryAction(ActionType.RESTART, 5000),))
    inetinfo.scm.kill("Web")
    inetinfo.scm.start("Web")
    clock.advance(10)
    (event,) = inetinfo.event_log.find(7032)
    assert event.message.endswith("An instance of the service is already running.")


@pytest.mark.parametrize(
    ("failures", "pause", "expected"),
    [(1, 0, "RESTART"), (2, 0, "REBOOT"), (3, 0, "NONE"), (7, 0, "NONE"), (2, 3600, "RESTART")],
)
def test_each_failure_has_its_action_and_the_count_is_forgotten(
    inetinfo: Machine, clock: VirtualClock, failures: int, pause: float, expected: str
):
    actions = (RecoveryAction(ActionType.RESTART), RecoveryAction(ActionType.REBOOT, 10**9))
    inetinfo.scm.get("Web").recovery = Recovery(1800, (*actions, RecoveryAction(ActionType.NONE)))
    for _time in range(failures):
        if inetinfo.scm.get("Web").state is ServiceState.STOPPED:
            inetinfo.scm.start("Web")
            clock.advance(1)
        clock.advance(pause)
        inetinfo.scm.kill("Web")
        clock.advance(0)
    last = [event for event in inetinfo.event_log if event.code in (7031, 7034)][-1]
    assert last.code == (7034 if expected == "NONE" else 7031)
    if last.code == 7031:
        assert ActionType(int(last.strings[3])).name == expected


def test_a_program_is_run_with_the_count_of_failures(inetinfo: Machine, clock: VirtualClock):
    seen: list[list[str]] = []

    async def program(machine: Machine, argv: list[str], console: Console) -> int:
        seen.append([*argv, console.account.user])
        return 0

    inetinfo.programs["iisreset.exe"] = program
    recovery = Recovery(INFINITE, (RecoveryAction(ActionType.RUN_COMMAND, 1),), "iisreset.exe /fail=%1%")

    async def crash_twice() -> None:
        inetinfo.scm.get("Web").recovery = recovery
        for _time in range(2):
            inetinfo.scm.kill("Web")
            clock.advance(1)
            inetinfo.scm.start("Web")
            clock.advance(1)
            await clock.turns()

    asyncio.run(crash_twice())
    assert seen == [["iisreset.exe", "/fail=1", "SYSTEM"], ["iisreset.exe", "/fail=2", "SYSTEM"]]


def test_recovery_may_restart_the_machine(inetinfo: Machine, clock: VirtualClock):
    inetinfo.scm.get("Web").recovery = Recovery(0, (RecoveryAction(ActionType.REBOOT, 1000),))
    inetinfo.scm.kill("Web")
    clock.advance(30)
    assert not inetinfo.powered


def test_without_lsass_the_system_restarts_in_a_minute(machine: Machine, clock: VirtualClock):
    assert "SamSs" in machine.scm.kill("HTTPFilter")
    clock.advance(59)
    assert machine.powered
    clock.advance(25)
    assert not machine.powered


actions = st.builds(RecoveryAction, st.sampled_from(ActionType), st.integers(0, 2**32 - 1))


@given(st.integers(0, 2**32 - 1), st.lists(actions, max_size=5).map(tuple))
def test_the_blob_in_the_registry_says_what_is_configured(reset: int, configured: tuple[RecoveryAction, ...]):
    assert parse_blob(Recovery(reset, configured).to_blob()) == (reset, configured)


@given(st.binary(max_size=64))
def test_a_damaged_blob_is_harmless(blob: bytes):
    reset, found = parse_blob(blob)
    assert 0 <= reset <= INFINITE
    assert len(found) <= 8


def test_the_blob_has_the_documented_layout():
    blob = Recovery(86400, (RecoveryAction(ActionType.RUN_COMMAND, 1),), "iisreset.exe").to_blob()
    assert struct.unpack("<7I", blob) == (86400, 0, 1, 1, 20, 3, 1)
