# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running commands: a process that can be awaited and terminated, and the programs it starts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator, Mapping
from typing import TYPE_CHECKING, Any

from simulator.windows.console import Console

if TYPE_CHECKING:
    from simulator.machine import Machine, Program

CONTROL_C_EXIT = -1073741510
"""STATUS_CONTROL_C_EXIT (0xC000013A): the exit code of a console program that was interrupted."""

TERMINATED = 1
"""ASSUMED: the exit code of a process that somebody else terminated, as taskkill and the debugger give it."""


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


def run_process(
    machine: Machine,
    command_line: str,
    console: Console,
    environment: Mapping[str, str],
    *,
    shell: bool,
    folder: str,
) -> Process:
    """See :meth:`Machine.start_command`."""
    from simulator.windows.cmd import Shell, create_process, default_environment

    console.environment = {**default_environment(machine, console.account), **console.environment, **environment}
    if shell:
        work = Shell(machine, console, folder).run(command_line)
        return Process(machine, f'C:\\WINDOWS\\system32\\cmd.exe /C "{command_line}"', work)
    return Process(machine, command_line, create_process(machine, command_line, console, folder))


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
