# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sc.exe, net.exe and what cmd.exe does itself."""

from __future__ import annotations

import asyncio

import pytest

from simulator.clock import VirtualClock
from simulator.machine import Console, Machine
from simulator.windows.recovery import INFINITE, ActionType, Recovery, RecoveryAction
from simulator.windows.registry import RegistryType
from simulator.windows.scm import Service, ServiceState, StartMode

from .conftest import GUEST, OPERATOR, Run

SPOOLER = "SYSTEM\\CurrentControlSet\\Services\\Spooler"


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """With Alpha, and Beta that depends on it."""
    for name, needs in (("Alpha", ()), ("Beta", ("Alpha",))):
        machine.scm.add(
            Service(
                name,
                f"{name} Service",
                StartMode.AUTO,
                needs,
                accepts_pause=True,
                state=ServiceState.RUNNING,
                start_seconds=1,
                stop_seconds=1,
            )
        )
    return machine


class TestSc:
    def test_query_shows_the_state(self, run: Run):
        result = run("sc query W32Time")
        assert result.code == 0
        assert "        STATE              : 4  RUNNING \r\n" in result.out
        assert "(STOPPABLE,NOT_PAUSABLE,ACCEPTS_SHUTDOWN)" in result.out

    def test_query_lists_the_running_services_or_all(self, run: Run):
        assert "SERVICE_NAME: Alpha" in run("sc query").out
        assert "SERVICE_NAME: Alerter" not in run("sc query").out
        assert "SERVICE_NAME: Alerter" in run("sc query state= all").out

    def test_an_unknown_service_is_error_1060(self, run: Run):
        result = run("sc query nonsense")
        assert result.code == 1060
        assert "The specified service does not exist as an installed service." in result.out

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("sc stop Alpha", 1051),
            ("sc start Alpha", 1056),
            ("sc stop SamSs", 1052),
            ("sc stop Alerter", 1062),
            ("sc start Alerter", 1058),
            ("sc config Alpha start= sometimes", 1639),
            ("sc nonsense Alpha", 1639),
            ("sc \\\\other query Alpha", 1722),
            ("sc \\\\web1 query Alpha", 0),
            ("sc pause Alpha", 0),
        ],
    )
    def test_the_exit_code_is_the_win32_error(self, run: Run, line: str, code: int):
        assert run(line).code == code

    def test_stop_and_start_return_while_the_state_is_pending(self, run: Run, machine: Machine, clock: VirtualClock):
        assert "3  STOP_PENDING" in run("sc stop Beta").out
        clock.advance(1)
        assert "2  START_PENDING" in run("sc start Beta").out

    def test_only_administrators_change_anything(self, run: Run, machine: Machine):
        assert run("sc stop Beta", account=GUEST).code == 5
        assert run("sc query Beta", account=GUEST).code == 0

    def test_config_changes_the_start_mode(self, run: Run, machine: Machine):
        assert run("sc config Alpha start= disabled").out == "[SC] ChangeServiceConfig SUCCESS\r\n"
        assert machine.scm.get("Alpha").start_mode is StartMode.DISABLED
        assert "START_TYPE         : 4   DISABLED" in run("sc qc Alpha").out

    def test_failure_is_known_to_the_scm_and_the_registry_at_once(self, run: Run, machine: Machine):
        line = 'sc failure Spooler reset= INFINITE command= "iisreset.exe /fail=%1%" actions= run/1/restart/5000//0'
        assert run(line).code == 0
        assert machine.scm.get("Spooler").recovery == Recovery(
            INFINITE,
            (
                RecoveryAction(ActionType.RUN_COMMAND, 1),
                RecoveryAction(ActionType.RESTART, 5000),
                RecoveryAction(ActionType.NONE, 0),
            ),
            "iisreset.exe /fail=%1%",
        )
        command = machine.registry.value(SPOOLER, "FailureCommand")
        assert command is not None
        assert command.data == "iisreset.exe /fail=%1%"
        shown = run("sc qfailure Spooler").out
        assert "RESET_PERIOD (in seconds)    : INFINITE" in shown
        assert "RUN PROCESS -- Delay = 1 milliseconds." in shown

    def test_failure_wants_reset_and_actions_together(self, run: Run):
        assert run("sc failure Spooler actions= restart/1").code == 1639
        assert run("sc failure Spooler reset= 5").code == 1639
        assert run('sc failure Spooler reset= 0 actions= ""').code == 0


class TestRegistryAndScm:
    def test_the_registry_alone_does_not_change_the_recovery(self, machine: Machine, clock: VirtualClock):
        configured = machine.scm.get("Spooler").recovery
        key = machine.registry.open(SPOOLER)
        assert key is not None
        key.set("FailureActions", RegistryType.BINARY, Recovery().to_blob())
        assert machine.scm.get("Spooler").recovery == configured
        machine.reboot()
        clock.advance(60)
        assert machine.scm.get("Spooler").recovery == Recovery()

    def test_the_scm_writes_over_what_was_written_there(self, machine: Machine):
        key = machine.registry.open(SPOOLER)
        assert key is not None
        key.set("Start", RegistryType.DWORD, 4)
        assert key.delete("FailureActions")
        assert "failureactions" not in key.values()
        machine.scm.change_start_mode("Spooler", "Manual")
        assert key.values()["start"].data == 3
        assert "failureactions" in key.values()

    def test_values_of_others_stay(self, machine: Machine):
        key = machine.registry.open(SPOOLER + "\\Parameters", create=True)
        assert key is not None
        key.set("Answer", RegistryType.DWORD, 42)
        machine.scm.change_start_mode("Spooler", "Manual")
        value = machine.registry.value(SPOOLER.upper() + "\\PARAMETERS", "answer")
        assert value is not None
        assert value.data == 42


class TestNet:
    def test_stop_and_start_wait_until_it_is_done(self, run: Run, machine: Machine):
        assert run("net stop beta").out == (
            "The Beta Service service is stopping.\r\nThe Beta Service service was stopped successfully.\r\n\r\n"
        )
        assert run('net start "Beta Service"').out == (
            "The Beta Service service is starting.\r\nThe Beta Service service was started successfully.\r\n\r\n"
        )

    def test_dependents_are_stopped_when_that_is_agreed(self, run: Run, machine: Machine):
        assert run("net stop Alpha /y").code == 0
        assert machine.scm.get("Beta").state is ServiceState.STOPPED
        run("net start Beta")
        assert machine.scm.get("Alpha").state is ServiceState.RUNNING
        assert run("echo y| net stop Alpha", stdin=None).code == 0

    def test_dependents_stay_when_nobody_agrees(self, run: Run, machine: Machine):
        result = run("net stop Alpha")
        assert result.code == 2
        assert "   Beta Service\r\n" in result.out
        assert machine.scm.get("Alpha").state is ServiceState.RUNNING

    def test_it_asks_as_long_as_the_input_is_open(self, machine: Machine, clock: VirtualClock):
        async def main() -> int | None:
            process = machine.start_command("net stop Alpha", Console(account=OPERATOR))
            for _time in range(10):
                await asyncio.sleep(0)
                clock.advance(60)
            code = process.exit_code
            process.terminate()
            await process
            return code

        assert asyncio.run(main()) is None

    @pytest.mark.parametrize(
        ("line", "number"),
        [
            ("net start Alpha", "2182"),
            ("net stop Alerter", "3521"),
            ("net start nonsense", "2185"),
            ("net start Alerter", "1058"),
            ("net pause SamSs", "2191"),
            ("net pause Alerter", "3521"),
        ],
    )
    def test_every_failure_is_exit_code_2_and_has_its_number(self, run: Run, line: str, number: str):
        result = run(line)
        assert result.code == 2
        assert number in result.err

    def test_pause_and_continue(self, run: Run, machine: Machine):
        assert run("net pause Alpha").out == "The Alpha Service service was paused successfully.\r\n\r\n"
        assert machine.scm.get("Alpha").state is ServiceState.PAUSED
        assert run("net continue Alpha").out == "The Alpha Service service was continued successfully.\r\n\r\n"

    def test_a_hung_service_is_given_up(self, run: Run, machine: Machine, clock: VirtualClock):
        machine.scm.get("Beta").hang("stopping")
        result = run("net stop Beta")
        assert result.code == 2
        assert "could not be stopped" in result.err
        assert "2189" in run("net stop Beta").err

    def test_a_failed_start_is_explained(self, run: Run, machine: Machine):
        run("net stop Beta")
        machine.scm.get("Beta").hang("connecting")
        result = run("net start Beta")
        assert "System error 1053" in result.err

    def test_it_lists_what_is_started(self, run: Run):
        assert "   Beta Service\r\n" in run("net start").out

    def test_only_administrators(self, run: Run):
        assert "System error 5 has occurred." in run("net stop Beta", account=GUEST).err


class TestBuiltins:
    def test_ver(self, run: Run):
        assert run("ver").out == "\r\nMicrosoft Windows [Version 5.2.3790]\r\n"

    def test_echo(self, run: Run):
        assert run("echo  a  b").out == " a  b\r\n"
        assert run("echo.").out == "\r\n"
        assert run("echo").out == "ECHO is on.\r\n"

    def test_folders(self, run: Run, machine: Machine):
        assert run("md C:\\new & cd C:\\new & echo x> a.txt & dir /b").out == "a.txt\r\n"
        assert "1 File(s)" in run("dir C:\\new").out
        assert run("cd").out == "C:\\\r\n"
        assert run("cd C:\\missing").code == 1
        assert run("md C:\\new").code == 1
        assert run("del C:\\new\\a.txt & if not exist C:\\new\\a.txt echo gone").out == "gone\r\n"
        assert "Could Not Find" in run("del C:\\new\\a.txt").err

    def test_start_does_not_wait(self, machine: Machine, clock: VirtualClock):
        async def main() -> tuple[int, bool]:
            process = machine.start_command('start "" net stop Beta', Console(account=OPERATOR))
            code = await process
            pending = machine.scm.get("Beta").state is not ServiceState.STOPPED
            for _time in range(20):
                await asyncio.sleep(0)
                clock.advance(1)
            return code, pending

        assert asyncio.run(main()) == (0, True)
        assert machine.scm.get("Beta").state is ServiceState.STOPPED
