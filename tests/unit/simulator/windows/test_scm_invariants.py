# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is done to services, and in whatever order, some things always hold."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulator.clock import VirtualClock
from simulator.windows.event_log import EventLog
from simulator.windows.processes import ProcessTable
from simulator.windows.recovery import ActionType, Recovery, RecoveryAction
from simulator.windows.scm import Service, ServiceControlManager, ServiceState, StartMode
from simulator.windows.texts import TEXTS

NAMES = ("A", "B", "C", "D", "E")
names = st.sampled_from(NAMES)
PHASES = ("connecting", "starting", "stopping", "pausing", "continuing")


class Services(RuleBasedStateMachine):
    """Five services: B and C need A, D needs B and C, E is by itself; A, B and E share a process."""

    @initialize(seconds=st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=5, max_size=5))
    def install(self, seconds: list[float]) -> None:
        self.clock = VirtualClock()
        self.processes = ProcessTable(self.clock.now)
        self.scm = ServiceControlManager(self.clock, self.processes, EventLog(self.clock.now, TEXTS))
        self.killed = False
        needs = {"B": ("A",), "C": ("A",), "D": ("B", "C")}
        for name, takes in zip(NAMES, seconds, strict=True):
            image = "C:\\shared.exe" if name in "ABE" else f"C:\\{name}.exe"
            self.scm.add(
                Service(
                    name,
                    depends_on=needs.get(name, ()),
                    accepts_pause=True,
                    image=image,
                    start_mode=StartMode.MANUAL,
                    start_seconds=takes,
                    stop_seconds=takes,
                    pause_seconds=takes,
                )
            )

    @rule(name=names)
    def start(self, name: str) -> None:
        before = self.scm.get(name).state
        code = self.scm.start(name)
        assert (code == 10) == (before is not ServiceState.STOPPED)

    @rule(name=names)
    def stop(self, name: str) -> None:
        dependents_active = any(one.state is not ServiceState.STOPPED for one in self.scm.dependents(name))
        before = self.scm.get(name).state
        code = self.scm.stop(name)
        if before is ServiceState.STOPPED:
            assert code == 6
        elif before.pending:
            assert code == 5
        else:
            assert code == (3 if dependents_active else 0)

    @rule(name=names)
    def pause(self, name: str) -> None:
        self.scm.pause(name)

    @rule(name=names)
    def resume(self, name: str) -> None:
        self.scm.resume(name)

    @rule(name=names, mode=st.sampled_from(["Automatic", "Manual", "Disabled"]))
    def change_start_mode(self, name: str, mode: str) -> None:
        assert self.scm.change_start_mode(name, mode) == 0

    @rule(name=names, restart=st.booleans())
    def kill(self, name: str, restart: bool) -> None:
        self.killed = True
        delay = (RecoveryAction(ActionType.RESTART, 500),) if restart else ()
        self.scm.get(name).recovery = Recovery(0, delay)
        self.scm.kill(name)

    @rule(name=names, phase=st.sampled_from(PHASES))
    def hang(self, name: str, phase: str) -> None:
        self.scm.get(name).hang(phase)  # type: ignore[arg-type]

    @rule(name=names)
    def release(self, name: str) -> None:
        self.scm.release(name)

    @rule(seconds=st.sampled_from([0.5, 1.0, 5.0, 200.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def restart(self) -> None:
        self.scm.power_off()
        self.processes.clear()
        assert all(service.state is ServiceState.STOPPED for service in self.scm)
        self.processes.boot()
        self.scm.boot()
        self.killed = False

    @invariant()
    def a_service_runs_on_what_it_needs(self) -> None:
        for service in self.scm:
            if service.state is ServiceState.RUNNING and not self.killed:
                assert all(one.state is not ServiceState.STOPPED for one in self.scm.dependencies(service))

    @invariant()
    def a_running_service_has_a_process_and_a_stopped_one_has_none(self) -> None:
        for service in self.scm:
            if service.state in (ServiceState.RUNNING, ServiceState.PAUSED, ServiceState.STOP_PENDING):
                assert self.processes.get(service.pid) is not None
            if service.state is ServiceState.STOPPED:
                assert service.pid == 0

    @invariant()
    def only_pending_services_have_something_to_wait_for(self) -> None:
        for service in self.scm:
            if not service.state.pending:
                assert service.timer is None
                assert not service.waiting

    @invariant()
    def services_of_one_image_share_their_process(self) -> None:
        pids = {self.scm.get(name).pid for name in "ABE"} - {0}
        assert len(pids) <= 1

    @invariant()
    def controls_are_accepted_only_by_what_runs(self) -> None:
        for service in self.scm:
            if service.accept_stop:
                assert service.state in (ServiceState.RUNNING, ServiceState.PAUSED)


TestServices = Services.TestCase
TestServices.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
