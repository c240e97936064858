# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a program of Windows in a WinRS shell, and how it ended.

A program's own words are localised: they are shown, and nothing is concluded from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..._wsman.errors import Fault, OutcomeUnknown
from .. import codes
from ..context import Context
from ..outcome import IisError


class NoShell(IisError):
    """The host gave no command shell, so the program wasn't started. ``fault`` is what the host answered."""

    def __init__(self, command: str, fault: Fault) -> None:
        super().__init__(
            f"Couldn't run {command}: the host gave no command shell, it answered {codes.describe_fault(fault)}. "
            f"{codes.shell_advice(fault)}"
        )
        self.fault = fault


@dataclass(frozen=True)
class ProgramRun:
    """How a program ended.

    ``exit_code`` is unsigned, None when the end wasn't seen; ``text`` is what the program printed, in one line, or why
    its end wasn't seen. ``is_complete`` is False when an answer that may have carried a part of the text was lost.
    """

    command: str
    exit_code: int | None
    text: str
    is_complete: bool = True

    @property
    def code_words(self) -> str:
        """What the program's codes mean, where that is known."""
        return ""

    def words(self) -> str:
        """Say how it ended, for a message: ``sc ended with exit code 5, it printed "…"``."""
        if self.exit_code is None:
            return f"{self.command}: its end wasn't seen ({self.text})"
        code = f": {self.code_words}" if self.code_words else ""
        text = f', it printed "{self.text}"' if self.text else ""
        return f"{self.command} ended with exit code {self.exit_code}{code}{text}"


def run_program(context: Context, program: str, *arguments: str, timeout: float) -> ProgramRun:
    """Run a program to its end, for at most ``timeout`` seconds. A program that fails is an ordinary answer.

    Raises NoShell when it couldn't be started, ValueError for arguments that can't be quoted for cmd.exe, and
    HostUnreachable when the host couldn't be reached before it was started.
    """
    command = " ".join((program, *arguments))
    try:
        result = context.host.run(program, *arguments, timeout=timeout)
    except OutcomeUnknown as unknown:
        return ProgramRun(command, None, str(unknown), is_complete=False)
    except Fault as fault:
        raise NoShell(command, fault) from fault
    text = " ".join(f"{result.stdout}\n{result.stderr}".split())
    return ProgramRun(command, result.exit_code, text, result.output_complete)
