# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the service control manager starts, stops and pauses services."""

from __future__ import annotations

import asyncio

import pytest

from simulator.clock import VirtualClock
from simulator.machine import Machine
from simulator.windows.codes import Win32
from simulator.windows.scm import Service, ServiceBehaviour, ServiceControlManager, ServiceState, StartMode


class Diary(ServiceBehaviour):
    """Writes down what happens to a service."""

    def __init__(self, entries: list[str], name: str, error: int = 0) -> None:
        self.entries = entries
        self.name = name
        self.error = error

    def before_start(self) -> int:
        self.entries.append(f"{self.name} starts")
        return self.error

    def on_started(self) -> None:
        self.entries.append(f"{self.name} runs")

    def on_stopping(self) -> None:
        self.entries.append(f"{self.name} stops")

    def on_stopped(self, killed: bool) -> None:
        self.entries.append(f"{self.name} {'died' if killed else 'stopped'}")

    def on_paused(self) -> None:
        self.entries.append(f"{self.name} paused")

    def on_continued(self) -> None:
        self.entries.append(f"{self.name} continued")


@pytest.fixture
def diary() -> list[str]:
    return []


@pytest.fixture
def scm(machine: Machine, diary: list[str]) -> ServiceControlManager:
    """Three services in a row: Upper needs Middle, Middle needs Lower; each takes two seconds either way."""
    for name, needs in (("Lower", ()), ("Middle", ("Lower",)), ("Upper", ("middle",))):
        machine.scm.add(
            Service(
                name,
                start_mode=StartMode.AUTO,
                depends_on=needs,
                accepts_pause=name != "Lower",
                image="C:\\shared.exe",
                start_seconds=2,
                stop_seconds=2,
                pause_seconds=1,
                behaviour=Diary(diary, name),
            )
        )
    return machine.scm


def states(scm: ServiceControlManager) -> list[str]:
    return [scm.get(name).state.value for name in ("Lower", "Middle", "Upper")]


@pytest.fixture
def running(scm: ServiceControlManager, clock: VirtualClock, diary: list[str]) -> ServiceControlManager:
    assert scm.start("Upper") == 0
    clock.advance(6)
    diary.clear()
    return scm


class TestStart:
    def test_dependencies_are_started_first(self, scm: ServiceControlManager, clock: VirtualClock, diary: list[str]):
        assert scm.start("upper") == 0
        assert states(scm) == ["Start Pending"] * 3
        clock.advance(3)
        assert states(scm) == ["Running", "Start Pending", "Start Pending"]
        clock.advance(3)
        assert states(scm) == ["Running"] * 3
        assert diary == ["Lower starts", "Lower runs", "Middle starts", "Middle runs", "Upper starts", "Upper runs"]

    def test_a_service_that_isnt_stopped_is_already_running(self, running: ServiceControlManager):
        assert running.start("Upper") == 10
        running.stop("Upper")
        assert running.get("Upper").state is ServiceState.STOP_PENDING
        assert running.start("Upper") == 10

    def test_a_disabled_service_is_refused(self, scm: ServiceControlManager):
        scm.change_start_mode("Lower", "Disabled")
        assert scm.start("Lower") == 14

    def test_a_disabled_dependency_fails_the_start(self, scm: ServiceControlManager, machine: Machine):
        scm.change_start_mode("Lower", "Disabled")
        assert scm.start("Upper") == 13
        assert states(scm) == ["Stopped"] * 3
        assert [event.strings[0] for event in machine.event_log.find(7001)] == ["Middle", "Upper"]

    def test_a_dependency_that_isnt_installed_fails_the_start(self, scm: ServiceControlManager):
        scm.add(Service("Orphan", depends_on=("Nobody",)))
        assert scm.start("Orphan") == 12

    def test_services_that_need_each_other_are_refused(self, scm: ServiceControlManager):
        scm.add(Service("Hen", depends_on=("Egg",)))
        scm.add(Service("Egg", depends_on=("Hen",)))
        assert scm.start("Egg") == 18
        assert [service.name for service in scm.all_dependents("Egg")] == ["Hen"]

    def test_a_service_that_cannot_start_stops_with_its_error(
        self, scm: ServiceControlManager, clock: VirtualClock, machine: Machine, diary: list[str]
    ):
        scm.get("Middle").behaviour = Diary(diary, "Middle", error=2)
        assert scm.start("Upper") == 0
        clock.advance(10)
        assert states(scm) == ["Running", "Stopped", "Stopped"]
        assert scm.get("Middle").exit_code == 2
        assert scm.get("Upper").exit_code == Win32.SERVICE_DEPENDENCY_FAIL
        (event,) = machine.event_log.find(7023)
        assert "cannot find the file" in event.message
        assert "Upper starts" not in diary

    def test_a_service_that_was_never_started_says_so(self, scm: ServiceControlManager):
        assert scm.get("Upper").exit_code == 1077

    def test_a_process_that_does_not_connect_times_out_after_30_seconds(
        self, scm: ServiceControlManager, clock: VirtualClock, machine: Machine
    ):
        scm.get("Lower").hang("connecting")

        async def start() -> int:
            return await clock.finish(scm.start_and_wait("Lower"))

        assert asyncio.run(start()) == 7
        assert clock.monotonic() == 30
        assert scm.get("Lower").state is ServiceState.STOPPED
        assert scm.get("Lower").exit_code == 1053
        assert len(machine.event_log.find(7009)) == len(machine.event_log.find(7000)) == 1

    def test_the_caller_of_start_hears_of_a_dependency_that_fails_later(
        self, scm: ServiceControlManager, clock: VirtualClock, diary: list[str]
    ):
        scm.get("Lower").behaviour = Diary(diary, "Lower", error=5)

        async def start() -> int:
            return await clock.finish(scm.start_and_wait("Middle"))

        assert asyncio.run(start()) == 13

    def test_a_dependency_that_hangs_fails_its_dependents_in_the_end(
        self, scm: ServiceControlManager, clock: VirtualClock
    ):
        scm.get("Lower").hang("starting")
        scm.start("Middle")
        clock.advance(600)
        assert states(scm) == ["Start Pending", "Stopped", "Stopped"]


class TestStop:
    def test_running_dependents_refuse_it(self, running: ServiceControlManager, clock: VirtualClock):
        assert running.stop("Lower") == 3
        running.stop("Upper")
        assert running.stop("Middle") == 3, "Upper is still stopping"
        clock.advance(2)
        assert running.stop("Middle") == 0

    def test_it_takes_its_time(self, running: ServiceControlManager, clock: VirtualClock, diary: list[str]):
        assert running.stop("Upper") == 0
        assert running.get("Upper").state is ServiceState.STOP_PENDING
        clock.advance(2)
        assert running.get("Upper").state is ServiceState.STOPPED
        assert diary == ["Upper stops", "Upper stopped"]

    def test_a_stopped_service_is_not_active(self, scm: ServiceControlManager):
        assert scm.stop("Upper") == scm.pause("Upper") == scm.resume("Upper") == scm.interrogate("Upper") == 6

    @pytest.mark.parametrize("phase", ["starting", "stopping"])
    def test_no_control_is_accepted_in_a_pending_state(
        self, scm: ServiceControlManager, clock: VirtualClock, phase: str
    ):
        scm.start("Lower")
        if phase == "stopping":
            clock.advance(2)
            scm.stop("Lower")
        assert scm.stop("Lower") == scm.pause("Lower") == scm.resume("Lower") == 5
        assert scm.interrogate("Lower") == 0

    def test_what_does_not_take_the_control_refuses_it(self, machine: Machine):
        assert machine.scm.stop("SamSs") == 4
        assert machine.scm.pause("W32Time") == 4

    def test_a_service_that_hangs_stays_pending_until_it_is_released(
        self, running: ServiceControlManager, clock: VirtualClock
    ):
        running.get("Upper").hang("stopping")
        assert running.stop("Upper") == 0
        clock.advance(3600)
        assert running.get("Upper").state is ServiceState.STOP_PENDING
        running.release("Upper")
        clock.advance(2)
        assert running.get("Upper").state is ServiceState.STOPPED

    def test_a_service_may_hang_half_way(self, running: ServiceControlManager, clock: VirtualClock):
        running.stop("Upper")
        clock.advance(1)
        running.get("Upper").hang("stopping")
        clock.advance(3600)
        assert running.get("Upper").state is ServiceState.STOP_PENDING

    def test_the_process_ends_with_its_last_service(
        self, running: ServiceControlManager, clock: VirtualClock, machine: Machine
    ):
        pid = running.get("Upper").pid
        assert {running.get(name).pid for name in ("Lower", "Middle")} == {pid}
        for name in ("Upper", "Middle"):
            running.stop(name)
            clock.advance(2)
        assert machine.processes.get(pid) is not None
        running.stop("Lower")
        clock.advance(2)
        assert machine.processes.get(pid) is None
        assert running.get("Lower").pid == 0

    def test_stopping_http_ssl_leaves_lsass_alone(self, machine: Machine, clock: VirtualClock):
        machine.scm.stop("HTTPFilter")
        clock.advance(5)
        assert len(machine.processes.named("lsass.exe")) == 1


class TestPause:
    def test_pause_and_continue(self, running: ServiceControlManager, clock: VirtualClock, diary: list[str]):
        assert running.pause("Upper") == 0
        assert running.get("Upper").state is ServiceState.PAUSE_PENDING
        clock.advance(1)
        assert running.get("Upper").state is ServiceState.PAUSED
        assert running.pause("Upper") == 24
        assert running.resume("Upper") == 0
        clock.advance(1)
        assert running.get("Upper").state is ServiceState.RUNNING
        assert diary == ["Upper paused", "Upper continued"]

    def test_a_paused_service_is_running_to_its_dependents_and_to_start(
        self, running: ServiceControlManager, clock: VirtualClock
    ):
        running.pause("Middle")
        clock.advance(1)
        assert running.start("Middle") == 10
        running.stop("Upper")
        clock.advance(2)
        assert running.start("Upper") == 0

    def test_accepted_controls_mean_something_only_while_it_runs(
        self, running: ServiceControlManager, clock: VirtualClock
    ):
        upper = running.get("Upper")
        assert (upper.accept_stop, upper.accept_pause) == (True, True)
        running.stop("Upper")
        assert (upper.accept_stop, upper.accept_pause) == (False, False)
        clock.advance(2)
        assert (upper.accept_stop, upper.accept_pause) == (False, False)


class TestStartMode:
    @pytest.mark.parametrize(("word", "mode"), [("Automatic", "Auto"), ("Manual", "Manual"), ("Disabled", "Disabled")])
    def test_it_reads_other_than_it_is_written(self, scm: ServiceControlManager, word: str, mode: str):
        assert scm.change_start_mode("Upper", word) == 0
        assert scm.get("Upper").start_mode.value == mode

    @pytest.mark.parametrize("word", ["", "Sometimes", "Boot"])
    def test_other_words_are_refused(self, scm: ServiceControlManager, word: str):
        assert scm.change_start_mode("Upper", word) == 21

    def test_disabling_leaves_a_running_service_running(self, running: ServiceControlManager):
        running.change_start_mode("Upper", "Disabled")
        assert running.get("Upper").state is ServiceState.RUNNING

    def test_the_system_log_tells(self, scm: ServiceControlManager, machine: Machine):
        scm.change_start_mode("Upper", "Manual")
        (event,) = machine.event_log.find(7040)
        assert event.message == "The start type of the Upper service was changed from auto start to demand start."
