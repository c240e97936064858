# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that cmd.exe carries out itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from simulator.windows.codes import Win32
from simulator.windows.console import Console
from simulator.windows.files import WindowsFileError, normalize

if TYPE_CHECKING:
    from simulator.windows.cmd import Shell

Builtin = Callable[["Shell", str, Console], Awaitable[int]]

_WORD = re.compile(r"[A-Za-z]+")


def find(text: str) -> tuple[Builtin | None, str]:
    """The built-in command that a text begins with, and what follows its name: ``echo.`` and ``cd\\`` count."""
    match = _WORD.match(text)
    if match is None:
        return None, text
    builtin = _BUILTINS.get(match[0].lower())
    following = text[match.end() : match.end() + 1]
    if builtin is None or (following and following not in ' \t,;=./\\:([+"'):
        return None, text
    if following == "." and text[match.end() + 1 :].lower().startswith(("exe", "com", "bat", "cmd")):
        return None, text
    return builtin, text[match.end() :]


async def _echo(shell: Shell, rest: str, console: Console) -> int:
    text = rest[1:]
    if not rest.strip():
        console.write(shell.machine.texts.get("cmd.echo_is_on") + "\r\n")
    elif text.strip().lower() not in ("on", "off"):
        console.write(f"{text}\r\n")
    return 0


async def _exit(shell: Shell, rest: str, console: Console) -> int:
    from simulator.windows.cmd import ShellExit

    match = re.match(r"\s*(?:/b\b)?\s*(-?\d+)?", rest, re.IGNORECASE)
    code = match[1] if match else None
    raise ShellExit(shell.error_level if code is None else int(code))


async def _ver(shell: Shell, rest: str, console: Console) -> int:
    console.write(f"\r\n{shell.machine.texts.get('cmd.version')}\r\n")
    return 0


async def _type(shell: Shell, rest: str, console: Console) -> int:
    path = rest.strip()
    if not path:
        return _fail(shell, console, shell.machine.texts.get("cmd.syntax"))
    try:
        console.write(shell.machine.files.read(shell.path(path)).decode("cp1252", "replace"))
    except WindowsFileError as error:
        return _refuse(shell, console, error.code)
    return 0


async def _cd(shell: Shell, rest: str, console: Console) -> int:
    target = re.sub(r"^\s*/d\b", "", rest, flags=re.IGNORECASE).strip()
    if not target:
        console.write(f"{shell.folder}\r\n")
        return 0
    folder = shell.path(target)
    if folder != "C:\\" and not shell.machine.files.is_folder(folder):
        return _refuse(shell, console, Win32.PATH_NOT_FOUND)
    shell.folder = folder
    return 0


async def _set(shell: Shell, rest: str, console: Console) -> int:
    name, equals, value = rest.strip().strip('"').partition("=")
    environment = console.environment
    known = {key.lower(): key for key in environment}
    if equals:
        environment.pop(known.get(name.lower(), ""), None)
        if value:
            environment[name] = value
        return 0
    matching = [key for key in sorted(environment, key=str.lower) if key.lower().startswith(name.lower())]
    if not matching:
        return _fail(shell, console, shell.machine.texts.get("cmd.not_defined", name))
    for key in matching:
        console.write(f"{key}={environment[key]}\r\n")
    return 0


async def _rem(shell: Shell, rest: str, console: Console) -> int:
    return 0


async def _delete(shell: Shell, rest: str, console: Console) -> int:
    path = re.sub(r"(?:^|\s)/[a-z]\b", " ", rest, flags=re.IGNORECASE).strip()
    full = shell.path(path)
    try:
        shell.machine.files.delete(full)
    except WindowsFileError as error:
        if error.code == Win32.FILE_NOT_FOUND:
            console.write_error(shell.machine.texts.get("cmd.could_not_find", full) + "\r\n")
            return 0
        console.write_error(f"{full}\r\n")
        return _refuse(shell, console, error.code)
    return 0


async def _make_folder(shell: Shell, rest: str, console: Console) -> int:
    path = rest.strip().replace('"', "")
    try:
        shell.machine.files.make_folder(shell.path(path))
    except WindowsFileError:
        return _fail(shell, console, shell.machine.texts.get("cmd.already_exists", path))
    return 0


async def _dir(shell: Shell, rest: str, console: Console) -> int:
    """``dir [/b] [folder or file]``."""
    switches = re.findall(r"(?:^|\s)/([a-z]+)", rest.lower())
    target = re.sub(r"(?:^|\s)/[a-z:]+", " ", rest, flags=re.IGNORECASE).strip()
    files, texts = shell.machine.files, shell.machine.texts
    path = shell.path(target) if target else shell.folder
    if not files.exists(path):
        return _fail(shell, console, texts.get("cmd.file_not_found"))
    entries = files.list(path) if files.is_folder(path) else [files.info(path)]
    if "b" in switches:
        for entry in entries:
            console.write(entry.path.rpartition("\\")[2] + "\r\n")
        return 0
    folder = path if files.is_folder(path) else normalize(path).rpartition("\\")[0]
    console.write(texts.get("cmd.dir_head", folder))
    for entry in entries:
        stamp = entry.modified.strftime("%m/%d/%Y  %I:%M %p")
        size = "<DIR>         " if entry.folder else f"{entry.size:>14,}"
        console.write(f"{stamp}    {size} {entry.path.rpartition(chr(92))[2]}\r\n")
    count = sum(not entry.folder for entry in entries)
    total = sum(entry.size for entry in entries)
    console.write(texts.get("cmd.dir_tail", f"{count:>16}", f"{total:>14,}"))
    return 0


async def _start(shell: Shell, rest: str, console: Console) -> int:
    """``start ["title"] [/switches] command``: a process of its own, nobody waits for it."""
    match = re.match(r'\s*(?:"[^"]*"\s*)?((?:/\w+\s*)*)(.*)', rest, re.DOTALL)
    command = match[2].strip() if match else ""
    if command:
        nowhere = Console(lambda _stream, _text: None, console.account, console.environment)
        shell.machine.start_command(command, nowhere, folder=shell.folder)
    return 0


def _refuse(shell: Shell, console: Console, code: int) -> int:
    return _fail(shell, console, shell.machine.texts.system_error(code))


def _fail(shell: Shell, console: Console, text: str) -> int:
    console.write_error(f"{text}\r\n")
    shell.error_level = 1
    return 1


_BUILTINS: dict[str, Builtin] = {
    "cd": _cd,
    "chdir": _cd,
    "del": _delete,
    "dir": _dir,
    "echo": _echo,
    "erase": _delete,
    "exit": _exit,
    "md": _make_folder,
    "mkdir": _make_folder,
    "rem": _rem,
    "set": _set,
    "start": _start,
    "type": _type,
    "ver": _ver,
}
