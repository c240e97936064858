# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines for ``cmd /c``, which is what a WinRS shell makes of a command.

Two parsers read them: cmd.exe, for which ``&|<>^()`` mean something outside of quotes and ``%name%`` means
something everywhere, and the C run-time of the program, for which backslashes before a quote do. What can't
be said safely to both is refused, never sent half-quoted.
"""

from __future__ import annotations

import re

from ..text import check_text

_PROGRAM = re.compile(r"[A-Za-z0-9_.:\\~-]+", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9_.:/\\@+-]+", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f]")
#: Characters of a whole command line (win32: cmd.exe on Windows XP and later).
MAX_LENGTH = 8000


def quote_argument(argument: str) -> str:
    """Write one argument; raises ValueError for one that cmd.exe offers no way to write."""
    if _CONTROL.search(argument):
        raise ValueError(f"{argument!r} can't be a command argument: it contains a control character")
    if '"' in argument:
        raise ValueError(f"{argument!r} can't be a command argument: it contains a quotation mark")
    check_text(argument)
    if _PLAIN.fullmatch(argument):
        return argument
    backslashes = len(argument) - len(argument.rstrip("\\"))
    return f'"{argument}{chr(92) * backslashes}"'


def arguments_line(program: str, arguments: tuple[str, ...]) -> str:
    """Write the arguments of a program as one line.

    Raises ValueError for what can't be written: a program name that would need quotes, quotation marks,
    control characters, or two percent signs, between which cmd.exe would look for a variable.
    """
    if not _PROGRAM.fullmatch(program):
        raise ValueError(f"{program!r} can't be run: only a plain name or path without blanks can")
    line = " ".join(quote_argument(argument) for argument in arguments)
    if line.count("%") > 1:
        raise ValueError(f"{line!r} can't be a command line: cmd.exe would replace what is between percent signs")
    if len(program) + 1 + len(line) > MAX_LENGTH:
        raise ValueError(f"the command line of {program} is longer than {MAX_LENGTH} characters")
    return line
