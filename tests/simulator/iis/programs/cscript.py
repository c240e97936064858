# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cscript.exe: the Windows Script Host of Server 2003 (5.6). Runs the scripts of :mod:`.scripts`, and no others.

``//`` options are the host's own; the first other argument is the script. It prints its logo unless told not to.
ASSUMED: a script that isn't in the current folder is looked for in system32.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from simulator.iis.codes import signed
from simulator.windows.cmd_environment import PATH_FOLDERS
from simulator.windows.console import Console
from simulator.windows.process import Machine, Program

#: A script: gets its arguments and the console, returns its exit code (an HRESULT, or a small number).
Script = Callable[[list[str], Console], Awaitable[int]]

_LOGO = (
    "Microsoft (R) Windows Script Host Version 5.6\r\n"
    "Copyright (C) Microsoft Corporation 1996-2001. All rights reserved.\r\n\r\n"
)


def cscript(scripts: Mapping[str, Script]) -> Program:
    """The program; ``scripts`` by lower-case file name."""

    async def program(machine: Machine, argv: list[str], console: Console) -> int:
        options = [word.lower() for word in argv[1:] if word.startswith("//")]
        words = [word for word in argv[1:] if not word.startswith("//")]
        if "//nologo" not in options:
            console.write(_LOGO)
        if not words:
            console.write("Usage: CScript scriptname.extension [option...] [arguments...]\r\n")
            return 0
        path = _find(machine, words[0], console.environment.get("CD", "C:\\"))
        if path is None:
            console.write(f'Input Error: Can not find script file "{words[0]}".\r\n')
            return 1
        script = scripts.get(path.rpartition("\\")[2].lower())
        if script is None:
            console.write(f'Input Error: There is no script engine for file "{path}".\r\n')
            return 1
        return signed(await script(words[1:], console))

    return program


def _find(machine: Machine, name: str, folder: str) -> str | None:
    path = name.replace("/", "\\")
    candidates = [path] if ":" in path or path.startswith("\\") else [f"{folder.rstrip(chr(92))}\\{path}"]
    if "\\" not in path:
        candidates += [f"{known}\\{path}" for known in PATH_FOLDERS]
    return next((found for found in candidates if machine.files.exists(found)), None)
