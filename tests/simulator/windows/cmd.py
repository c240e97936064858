# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd.exe: runs what :mod:`cmd_parser` has read.

Not simulated: FOR, GOTO and batch files, delayed expansion. The exit code of ``cmd /c`` is that of the last command;
for a command that isn't found it is 1, while %ERRORLEVEL% is 9009 then (seen wherever a program is started through a
shell; the text is that of the real one).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping

from simulator.windows import cmd_builtins
from simulator.windows.cmd_environment import PATH_FOLDERS, default_environment, expand
from simulator.windows.cmd_parser import CmdSyntaxError, Group, If, Joined, Node, Redirection, Simple, parse
from simulator.windows.codes import Win32
from simulator.windows.console import Console
from simulator.windows.files import WindowsFileError, normalize
from simulator.windows.process import Machine, Process, Program, run_program

NOT_RECOGNIZED = 9009
"""%ERRORLEVEL% after a command that cmd.exe doesn't find (MSG_DIR_BAD_COMMAND_OR_FILE)."""

_NAME = re.compile(r'\s*(?:"([^"]*)"?|([^\s,;=/"]+)|(/?))')
_EXTENSIONS = ("", ".com", ".exe", ".bat", ".cmd", ".vbs")
Sink = Callable[[str, str], None]


class ShellExit(Exception):
    """``exit``: leaves the shell with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Shell:
    """One cmd.exe that runs one line."""

    def __init__(self, machine: Machine, console: Console, folder: str = "C:\\") -> None:
        self.machine = machine
        self.console = console
        self.folder = normalize(folder)
        self.error_level = 0

    async def run(self, line: str) -> int:
        """Run the line; the exit code of this cmd.exe."""
        texts = self.machine.texts
        try:
            node = parse(expand(line, self._variables()))
            return 0 if node is None else await self._run(node, self.console)
        except CmdSyntaxError as error:
            message = texts.get("cmd.unexpected", error.token) if error.token else texts.get("cmd.syntax")
            self.console.write_error(f"{message}\r\n")
            return 1
        except ShellExit as leaving:
            return leaving.code

    def _variables(self) -> dict[str, str]:
        return {"ERRORLEVEL": str(self.error_level), "CD": self.folder, **self.console.environment}

    # ------------------------------------------------------------------ nodes

    async def _run(self, node: Node, console: Console) -> int:
        if isinstance(node, Joined):
            return await self._joined(node, console)
        if isinstance(node, If):
            if self._holds(node) != node.negated:
                return await self._run(node.then, console)
            return 0 if node.otherwise is None else await self._run(node.otherwise, console)
        inner = node.body if isinstance(node, Group) else node
        if not node.redirections:
            return await (self._run(inner, console) if isinstance(node, Group) else self._simple(node.text, console))
        return await self._redirected(node, console)

    async def _joined(self, node: Joined, console: Console) -> int:
        if node.operator == "|":
            return await self._piped(node, console)
        code = await self._run(node.left, console)
        if (node.operator == "&&" and code) or (node.operator == "||" and not code):
            return code
        return await self._run(node.right, console)

    async def _piped(self, node: Joined, console: Console) -> int:
        reader = console.derived(_sink_of(console), keep_input=False)
        writer = console.derived(
            lambda stream, text: reader.stdin.put_nowait(text) if stream == "stdout" else console.write_error(text)
        )
        left = asyncio.ensure_future(self._run(node.left, writer))
        left.add_done_callback(lambda _done: reader.stdin.put_nowait(None))
        try:
            code = await self._run(node.right, reader)
            await left
        finally:
            left.cancel()
        return code

    def _holds(self, node: If) -> bool:
        if node.test == "exist":
            return self.machine.files.exists(self.path(node.operands[0]))
        if node.test == "errorlevel":
            return self.error_level >= _number(node.operands[0])
        if node.test == "defined":
            return node.operands[0].lower() in {name.lower() for name in self.console.environment}
        left, right = node.operands
        if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
            order = _number(left) - _number(right)
        else:
            order = (left > right) - (left < right)
        return {
            "equ": order == 0,
            "neq": order != 0,
            "lss": order < 0,
            "leq": order <= 0,
            "gtr": order > 0,
            "geq": order >= 0,
        }[node.test]

    # ------------------------------------------------------------------ redirections

    async def _redirected(self, node: Simple | Group, console: Console) -> int:
        sinks: dict[int, Sink] = {
            1: lambda _stream, text: console.write(text),
            2: lambda _stream, text: console.write_error(text),
        }
        written: list[tuple[Redirection, list[str]]] = []
        inner = console.derived(lambda stream, text: sinks[1 if stream == "stdout" else 2](stream, text))
        for redirection in node.redirections:
            if redirection.handle == 0:
                if not self._feed(redirection, inner, console):
                    return 1
            elif redirection.target.startswith("&"):
                sinks[redirection.handle] = sinks.get(_number(redirection.target[1:]), sinks[1])
            else:
                pieces: list[str] = []
                written.append((redirection, pieces))
                sinks[redirection.handle] = lambda _stream, text, pieces=pieces: pieces.append(text)  # type: ignore[misc]
                if not self._save(redirection, "", console):
                    return 1
        code = await (self._run(node.body, inner) if isinstance(node, Group) else self._simple(node.text, inner))
        for redirection, pieces in written:
            self._save(redirection, "".join(pieces), console)
        return code

    def _feed(self, redirection: Redirection, inner: Console, console: Console) -> bool:
        inner.stdin = asyncio.Queue()
        if redirection.target.lower() != "nul":
            try:
                inner.stdin.put_nowait(
                    self.machine.files.read(self.path(redirection.target)).decode("cp1252", "replace")
                )
            except WindowsFileError as error:
                self._refuse(error.code, console)
                return False
        inner.stdin.put_nowait(None)
        return True

    def _save(self, redirection: Redirection, text: str, console: Console) -> bool:
        if redirection.target.lower() == "nul":
            return True
        path, files = self.path(redirection.target), self.machine.files
        try:
            before = files.read(path) if redirection.append and files.exists(path) else b""
            files.write(path, before + text.encode("cp1252", "replace"))
        except WindowsFileError as error:
            self._refuse(error.code, console)
            return False
        return True

    def _refuse(self, code: int, console: Console) -> None:
        console.write_error(f"{self.machine.texts.system_error(code)}\r\n")
        self.error_level = 1

    def path(self, text: str) -> str:
        """A full path from what was typed, seen from the current folder."""
        bare = text.replace('"', "").replace("/", "\\")
        return normalize(bare if ":" in bare or bare.startswith("\\") else f"{self.folder}\\{bare}")

    # ------------------------------------------------------------------ commands

    async def _simple(self, text: str, console: Console) -> int:
        text = text.lstrip(" \t,;=")
        if not text:
            return 0
        builtin, rest = cmd_builtins.find(text)
        if builtin is not None:
            return await builtin(self, rest, console)
        match = _NAME.match(text)
        name = (match[1] if match[1] is not None else match[2] or "") if match else ""
        tail = text[match.end() :] if match else ""
        if name.rpartition("\\")[2].lower() in ("cmd", "cmd.exe"):
            self.error_level = await run_cmd_exe(self.machine, tail, console, self.folder)
            return self.error_level
        found = find_program(self.machine, name, self.folder)
        if found is None:
            return self._not_found(name, console)
        full_name, program = found
        argv = [full_name, *split_arguments(tail)]
        self.error_level = await run_program(self.machine, program, argv, console, text.strip())
        return self.error_level

    def _not_found(self, name: str, console: Console) -> int:
        folder = normalize(self.path(name)).rpartition("\\")[0]
        if "\\" in name and not self.machine.files.is_folder(folder) and not _on_path(folder):
            self._refuse(Win32.PATH_NOT_FOUND, console)
            return 1
        console.write_error(self.machine.texts.get("cmd.not_recognized", name) + "\r\n")
        self.error_level = NOT_RECOGNIZED
        return 1


async def run_cmd_exe(machine: Machine, tail: str, console: Console, folder: str) -> int:
    """``cmd.exe`` as a program, with what follows its name: /C and /K run the rest, after taking outer quotes off."""
    match = re.match(r"\s*(?:/[a-bd-jl-z](?::\w+)?\s*)*/[ck]", tail, re.IGNORECASE)
    if match is None:
        return 0
    rest = tail[match.end() :].lstrip()
    return await Shell(machine, console, folder).run(without_outer_quotes(rest, machine))


def without_outer_quotes(line: str, machine: Machine) -> str:
    """What ``cmd /?`` says of quotes after /C: kept only if exactly two enclose the name of a program, with a blank and
    nothing special inside; else a leading quote and the last one are taken off."""
    if not line.startswith('"'):
        return line
    inside = line[1:].partition('"')[0]
    if (
        line.count('"') == 2
        and not any(char in "&<>()@^|" for char in inside)
        and " " in inside
        and find_program(machine, inside, "C:\\") is not None
    ):
        return line
    last = line.rfind('"')
    return line[1:] if last == 0 else line[1:last] + line[last + 1 :]


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
    console.environment = {**default_environment(machine, console.account), **console.environment, **environment}
    if shell:
        work = Shell(machine, console, folder).run(command_line)
        return Process(machine, f'C:\\WINDOWS\\system32\\cmd.exe /C "{command_line}"', work)
    return Process(machine, command_line, create_process(machine, command_line, console, folder))


async def create_process(machine: Machine, command_line: str, console: Console, folder: str) -> int:
    """Start a program without cmd.exe: no operators, no %NAME%, no redirection. Exit code 2 if it isn't there."""
    argv = split_arguments(command_line)
    if not argv:
        return Win32.INVALID_PARAMETER
    if argv[0].rpartition("\\")[2].lower() in ("cmd", "cmd.exe"):
        match = _NAME.match(command_line)
        return await run_cmd_exe(machine, command_line[match.end() if match else 0 :], console, folder)
    found = find_program(machine, argv[0], folder)
    if found is None:
        console.write_error(machine.texts.system_error(Win32.FILE_NOT_FOUND) + "\r\n")
        return Win32.FILE_NOT_FOUND
    return await found[1](machine, [found[0], *argv[1:]], console)


def find_program(machine: Machine, name: str, folder: str) -> tuple[str, Program] | None:
    """The program a name means, with its file name: by itself, found along the path, or with a folder on it."""
    head, _sep, base = name.replace("/", "\\").rpartition("\\")
    if head and not _on_path(normalize(head if ":" in head or head.startswith("\\") else f"{folder}\\{head}")):
        known = {key.lower(): key for key in machine.programs if "\\" in key}
        full = normalize(name).lower()
        key = next((known[full + extension] for extension in _EXTENSIONS if full + extension in known), None)
        return None if key is None else (key, machine.programs[key])
    for extension in _EXTENSIONS:
        program = machine.programs.get(base.lower() + extension)
        if program is not None:
            return base.lower() + extension, program
    return None


def _on_path(folder: str) -> bool:
    return folder.lower() in {known.lower() for known in PATH_FOLDERS}


def split_arguments(tail: str) -> list[str]:
    """Arguments as the C run-time library splits them (parsing C command-line arguments): blanks outside quotes part
    them, ``\\"`` is a quote, 2n backslashes before a quote are n."""
    arguments: list[str] = []
    current, quoted, started = "", False, False
    for match in re.finditer(r'(\\*)"|([ \t]+)|(\\+|[^\\" \t])', tail):
        if match[2] is not None and not quoted:
            if started:
                arguments.append(current)
            current, started = "", False
            continue
        started = True
        if match[1] is not None:
            current += "\\" * (len(match[1]) // 2)
            if len(match[1]) % 2:
                current += '"'
            else:
                quoted = not quoted
        else:
            current += match[0]
    if started:
        arguments.append(current)
    return arguments


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d+", text) else 0


def _sink_of(console: Console) -> Sink:
    return lambda stream, text: console.write(text) if stream == "stdout" else console.write_error(text)
