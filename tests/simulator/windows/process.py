# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running commands: a process that can be awaited and terminated, the programs it starts, and what these see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from datetime import datetime
from typing import Any, Protocol

from simulator.clock import Clock
from simulator.windows.console import Console
from simulator.windows.editions import Edition
from simulator.windows.event_log import EventLog
from simulator.windows.files import FileSystem
from simulator.windows.processes import ProcessTable
from simulator.windows.registry import Registry
from simulator.windows.scm import ServiceControlManager
from simulator.windows.services_hive import ServicesHive
from simulator.windows.texts import Texts
from simulator.wmi.repository import Repository

CONTROL_C_EXIT = -1073741510
"""STATUS_CONTROL_C_EXIT (0xC000013A): the exit code of a console program that was interrupted."""

TERMINATED = 1
"""ASSUMED: the exit code of a process that somebody else terminated, as taskkill and the debugger give it."""


class PowerSwitch(Protocol):
    """Turns a machine off and on; the answers are Win32 errors, times are in seconds."""

    open_programs: list[str]
    refuses_for_users: bool

    def reboot(self, delay: float = 0.0, *, force: bool = False, closes_programs: bool = True, user: str = ...) -> int:
        """Restart."""

    def shut_down(self, delay: float = 0.0, *, closes_programs: bool = True, user: str = ...) -> int:
        """Switch off."""

    def abort(self) -> int:
        """Call off what has not begun."""

    def switch_on(self) -> None:
        """Boot."""


class Machine(Protocol):
    """A machine as its parts, programs and WMI providers see it; :class:`simulator.machine.Machine` is one."""

    name: str
    address: str
    clock: Clock
    clock_skew: float
    domain: str
    kb932370: bool
    booted_at: datetime
    edition: Edition
    processes: ProcessTable
    event_log: EventLog
    files: FileSystem
    scm: ServiceControlManager
    registry: Registry
    services_hive: ServicesHive
    programs: dict[str, Program]
    system: dict[str, Any]
    texts: Texts
    wmi: Repository

    @property
    def power(self) -> PowerSwitch:
        """Its power."""

    def now(self) -> datetime:
        """What it believes the time to be, aware, in UTC."""

    def start_command(
        self,
        command_line: str,
        console: Console,
        environment: Mapping[str, str] | None = None,
        *,
        shell: bool = True,
        folder: str = "C:\\",
    ) -> Process:
        """Start a command line."""


Program = Callable[[Machine, list[str], Console], Awaitable[int]]
"""A program: it gets the machine, its arguments (its own name first) and its console, and returns its exit code."""


class Process:
    """A running command. ``await process`` waits for its exit code, a signed 32-bit number."""

    def __init__(self, machine: Machine, command_line: str, work: Coroutine[Any, Any, int]) -> None:
        self._machine = machine
        self._code_if_cancelled = CONTROL_C_EXIT
        self._task = asyncio.get_running_loop().create_task(self._run(work))
        self.exit_code: int | None = None
        """The exit code, None while it runs."""
        entry = machine.processes.spawn(command_line, on_kill=lambda: self.terminate(TERMINATED))
        self.pid = entry.pid

    def __await__(self) -> Generator[Any, None, int]:
        return self.wait().__await__()

    async def wait(self) -> int:
        """Wait for the exit code. Cancelling the wait leaves the process running."""
        return await asyncio.shield(self._task)

    def terminate(self, exit_code: int = CONTROL_C_EXIT) -> None:
        """End the process and what it started; it is over at the loop's next turn."""
        self._code_if_cancelled = exit_code
        self._task.cancel()

    async def _run(self, work: Coroutine[Any, Any, int]) -> int:
        try:
            code = signed(await work)
        except asyncio.CancelledError:
            code = signed(self._code_if_cancelled)
        finally:
            work.close()
            self._machine.processes.end(self.pid)
        self.exit_code = code
        return code


async def run_program(machine: Machine, program: Program, argv: list[str], console: Console, command_line: str) -> int:
    """Run one program as a process of its own; its exit code, signed."""
    task = asyncio.ensure_future(program(machine, argv, console))
    entry = machine.processes.spawn(command_line, name=argv[0].rpartition("\\")[2], on_kill=lambda: _cancel(task))
    try:
        return signed(await asyncio.shield(task))
    except asyncio.CancelledError:
        if task.cancelled():
            return TERMINATED
        task.cancel()
        raise
    finally:
        machine.processes.end(entry.pid)


def _cancel(task: asyncio.Future[int]) -> None:
    task.cancel()


def signed(code: int) -> int:
    """An exit code as a signed 32-bit number, as %ERRORLEVEL% shows it."""
    code &= 0xFFFFFFFF
    return code - 0x100000000 if code & 0x80000000 else code
