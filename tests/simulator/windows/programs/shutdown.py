# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""shutdown.exe: /r /s /a /l /i /f /t /m /c /d, switches with ``/`` or ``-``.

A delay implies /f since Windows 6.0 (windows-commands/shutdown), not on Server 2003. Exit codes are Win32 errors
(ASSUMED from the number it prints in brackets). Without /t it waits 30 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.windows.codes import Win32
from simulator.windows.console import Console
from simulator.windows.process import Machine

DEFAULT_DELAY = 30
_LONGEST_DELAY = 600
"""Seconds, "xxx" of the usage text of Server 2003 allows 0 to 600."""


@dataclass
class _Wish:
    verb: str = ""
    delay: int = DEFAULT_DELAY
    computer: str = ""
    force: bool = False


async def shutdown(machine: Machine, argv: list[str], console: Console) -> int:
    """0, or 1 for arguments it doesn't understand, or a Win32 error."""
    wish = _read(argv[1:])
    if wish is None or not wish.verb:
        console.write(machine.texts.get("shutdown.usage") + "\r\n")
        return 1 if wish is None else 0
    target = wish.computer.lstrip("\\").lower()
    if target and target not in (machine.name.lower(), "localhost", "127.0.0.1", machine.address):
        return _refuse(machine, console, Win32.BAD_NETPATH)
    if not console.account.privileged:
        return _refuse(machine, console, Win32.ACCESS_DENIED)
    user = f"{machine.name}\\{console.account.user}"
    closes = wish.force or (wish.delay > 0 and machine.edition.version >= (6, 0))
    if wish.verb == "a":
        code = machine.power.abort()
    elif wish.verb == "r":
        code = machine.power.reboot(wish.delay, closes_programs=closes, user=user)
    elif wish.verb == "s":
        code = machine.power.shut_down(wish.delay, closes_programs=closes, user=user)
    else:
        code = Win32.SUCCESS
    return _refuse(machine, console, code) if code else 0


def _read(words: list[str]) -> _Wish | None:
    wish = _Wish()
    rest = iter(words)
    for word in rest:
        switch = word[1:].lower() if word[:1] in ("/", "-") else ""
        if switch in ("r", "s", "a", "l", "i"):
            wish.verb = switch
        elif switch == "t":
            seconds = next(rest, "")
            if not seconds.isdigit() or int(seconds) > _LONGEST_DELAY:
                return None
            wish.delay = int(seconds)
        elif switch == "m":
            wish.computer = next(rest, "")
        elif switch in ("c", "d"):
            next(rest, "")
        elif switch == "f":
            wish.force = True
        else:
            return None
    return wish


def _refuse(machine: Machine, console: Console, code: int) -> int:
    text = machine.texts.system_error(code)
    console.write_error(machine.texts.get("shutdown.code", text, str(code)) + "\r\n")
    return code
