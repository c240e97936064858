# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment variables a command finds, and how %NAME% becomes their value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from simulator.windows.console import Account
from simulator.windows.process import Machine

PATH_FOLDERS = ("C:\\WINDOWS\\system32", "C:\\WINDOWS", "C:\\WINDOWS\\System32\\Wbem")
"""Where commands are looked for."""

_REFERENCE = re.compile(r"%([^%:]+)(?::(~[^%]*|[^%=]+=[^%]*))?%")


def default_environment(machine: Machine, account: Account) -> dict[str, str]:
    """The environment of a command that this account starts."""
    edition = machine.edition
    root = edition.root
    return {
        "ALLUSERSPROFILE": edition.all_users,
        "COMPUTERNAME": machine.name,
        "ComSpec": f"{root}\\system32\\cmd.exe",
        "NUMBER_OF_PROCESSORS": "1",
        "OS": "Windows_NT",
        "Path": ";".join(PATH_FOLDERS),
        "PATHEXT": ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH",
        "PROCESSOR_ARCHITECTURE": edition.architecture,
        "ProgramFiles": "C:\\Program Files",
        "PROMPT": "$P$G",
        "SystemDrive": "C:",
        "SystemRoot": root,
        "TEMP": f"{root}\\TEMP",
        "TMP": f"{root}\\TEMP",
        "USERDOMAIN": machine.name,
        "USERNAME": account.user,
        "USERPROFILE": f"{edition.profiles}\\{account.user}",
        "windir": root,
    }


def expand(line: str, variables: Mapping[str, str]) -> str:
    """Put values in place of %NAME%, %NAME:~start,length% and %NAME:old=new%.

    As at the prompt, and so with ``cmd /c``: a variable that isn't defined stays as it is written (``set /?``).
    """
    folded = {name.lower(): value for name, value in variables.items()}

    def value_of(match: re.Match[str]) -> str:
        value = folded.get(match[1].lower())
        if value is None:
            return match[0]
        return value if match[2] is None else _modified(value, match[2])

    return _REFERENCE.sub(value_of, line)


def _modified(value: str, modifier: str) -> str:
    if not modifier.startswith("~"):
        old, _equals, new = modifier.partition("=")
        return re.sub(re.escape(old), lambda _match: new, value, flags=re.IGNORECASE)
    numbers = [int(part) if re.fullmatch(r"-?\d+", part.strip()) else 0 for part in modifier[1:].split(",")]
    start = numbers[0] if numbers[0] >= 0 else max(0, len(value) + numbers[0])
    if len(numbers) < 2:
        return value[start:]
    length = numbers[1]
    return value[start : start + length] if length >= 0 else value[start:length]
