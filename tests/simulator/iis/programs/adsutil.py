# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""adsutil.vbs: GET, SET, ENUM and the commands for sites.

The texts are those of the public script. Exit codes: 0, 2 for a mistake in the call, 0x80005006 for a property that is
not set, else Err.Number.
"""

from __future__ import annotations

from simulator.iis.adsi import AdsiObject
from simulator.iis.codes import E_ADS_PROPERTY_NOT_SET, IisError, hresult, signed
from simulator.iis.host import Iis
from simulator.iis.programs.cscript import Script
from simulator.iis.schema import DataType, PropertyDef, Value, parse_value
from simulator.iis.sites import Command
from simulator.windows.console import Console

GENERAL_FAILURE = 2
_WIDTH = 32
_KNOWN_ERRORS = {
    hresult(3): "The path requested could not be found.",
    hresult(5): "Access is denied for the requested path or property.",
    hresult(148): "The requested path is being used by another application.",
}
_VERBS = {
    "START_SERVER": (Command.START, "START", "STARTED"),
    "STOP_SERVER": (Command.STOP, "STOP", "STOPPED"),
    "PAUSE_SERVER": (Command.PAUSE, "PAUSE", "PAUSED"),
    "CONTINUE_SERVER": (Command.CONTINUE, "CONTINUE", "CONTINUED"),
}


class _Quit(Exception):
    """WScript.Quit."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def sanitize(path: str) -> str:
    """As the script's SanitizePath: blanks off, backslashes turned, one slash off either end."""
    text = path.strip(" ").replace("\\", "/")
    return text.removeprefix("/").removesuffix("/")


class _Run:
    """One run of the script."""

    def __init__(self, iis: Iis, console: Console) -> None:
        self._iis = iis
        self._console = console

    def echo(self, line: str = "") -> None:
        self._console.write(line + "\r\n")

    def quit_with(self, error: IisError, line: str) -> _Quit:
        """ReportError, the script's own line, and Err.Number as the exit code."""
        number = signed(error.hresult)
        self.echo(_KNOWN_ERRORS.get(error.hresult, error.text))
        self.echo(f"ErrNumber: {number} (0x{error.hresult:X})")
        self.echo(line)
        return _Quit(error.hresult)

    def bind(self, path: str, line: str) -> AdsiObject:
        try:
            return AdsiObject(self._iis, path)
        except IisError as error:
            raise self.quit_with(error, line + path) from error

    async def run(self, arguments: list[str]) -> None:
        args = [word for word in arguments if not word.lower().startswith("-s:")]
        if not args:
            self._usage()
            raise _Quit(GENERAL_FAILURE)
        verb = args[0].upper()
        if verb in _VERBS:
            await self._control(verb, args[1:])
        elif verb == "GET":
            self._get(args[1:])
        elif verb == "SET":
            await self._set(args[1:])
        elif verb == "ENUM":
            self._enum(args[1:])
        else:
            self.echo(f"Command not recognized: {args[0]}")
            self.echo('For help, just type "Cscript.exe adsutil.vbs".')
            raise _Quit(GENERAL_FAILURE)

    def _usage(self) -> None:
        self.echo()
        self.echo("Usage:")
        self.echo("      ADSUTIL.VBS <cmd> [<path> [<value>]]")

    def _needs(self, right: bool, verb: str) -> None:
        if not right:
            self.echo(f"Error: Wrong number of Args for the {verb} command")
            raise _Quit(GENERAL_FAILURE)

    async def _control(self, verb: str, args: list[str]) -> None:
        self._needs(len(args) == 1, verb)
        command, name, done = _VERBS[verb]
        path = sanitize(args[0])
        target = self.bind(path, "Error trying to open the object: ")
        await self._command(target, command, f"Error trying to {name} the server: {path}")
        self.echo(f"Server {path} Successfully {done}")

    async def _command(self, target: AdsiObject, command: Command, line: str) -> None:
        try:
            await target.control(command)
        except IisError as error:
            raise self.quit_with(error, line) from error

    def _get(self, args: list[str]) -> None:
        self._needs(len(args) == 1, "GET")
        path, _slash, name = sanitize(args[0]).rpartition("/")
        target = self.bind(path, "Error Trying To GET the Object (GetObject Failed): ")
        try:
            definition = target.definition(name)
        except IisError as error:
            raise self.quit_with(error, f"Error Trying To GET the Schema of the property: {name}") from error
        if not target.is_set(name):
            self.echo(f'The parameter "{name}" is not set at this node.')
            raise _Quit(E_ADS_PROPERTY_NOT_SET)
        self._show(name, definition, target.get(name))

    def _show(self, name: str, definition: PropertyDef, value: Value) -> None:
        head = f"{name:<{_WIDTH}}: ({definition.type.syntax.upper()}) "
        if isinstance(value, tuple):
            self.echo(f"{head} ({len(value)} Items)")
            for line in value:
                self.echo(f'  "{line}"')
        elif definition.secure:
            self.echo(f'{head}"**********"')
        elif definition.type in (DataType.STRING, DataType.EXPANDSZ):
            self.echo(f'{head}"{value}"')
        else:
            self.echo(f"{head}{value}")

    async def _set(self, args: list[str]) -> None:
        self._needs(len(args) >= 2, "SET")
        path, _slash, name = sanitize(args[0]).rpartition("/")
        if name.upper() == "SERVERCOMMAND":
            await self._server_command(path, args[1])
            return
        if name.upper() == "APPPOOLCOMMAND":
            self._pool_command(path, args[1])
            return
        target = self.bind(path, "Error Trying To Get the Object: ")
        try:
            definition = target.definition(name)
            value = tuple(args[1:]) if definition.type is DataType.MULTISZ else _typed(definition, args[1])
            await target.set(name, value)
        except IisError as error:
            raise self.quit_with(error, f"Error Trying To SET the Property: {name}") from error
        head = f"{name:<{_WIDTH}}: ({definition.type.syntax.upper()}) "
        if isinstance(value, tuple):
            self.echo(head + " ".join(f'"{line}"' for line in value) + " ")
        elif definition.type is DataType.STRING:
            self.echo(f'{head}"{value if not definition.secure else "*" * 10}"')
        else:
            self.echo(f"{head}{value}")

    async def _server_command(self, path: str, number: str) -> None:
        target = self.bind(path, "Error Trying To Get the Object: ")
        if not target.is_web_server:
            self.echo("Can't set ServerCommand on a non-IIsWebServer object.")
            raise _Quit(GENERAL_FAILURE)
        for command, name, done in _VERBS.values():
            if number == str(int(command)):
                await self._command(target, command, f"Error Trying To {name.capitalize()} the server: {path}")
                self.echo(f"Server {path} Successfully {done}")
                return
        self.echo(f"Invalid ServerCommand: {number}")
        raise _Quit(GENERAL_FAILURE)

    def _pool_command(self, path: str, number: str) -> None:
        target = self.bind(path, "Error Trying To Get the Object: ")
        if target.key.key_type != "IIsApplicationPool":
            self.echo("Can't set AppPoolCommand on a non-IIsApplicationPool object.")
            raise _Quit(GENERAL_FAILURE)
        commands = {"1": (self._iis.pools.start, "Start", "STARTED"), "2": (self._iis.pools.stop, "Stop", "STOPPED")}
        if number not in commands:
            self.echo(f"Invalid AppPoolCommand: {number}")
            raise _Quit(GENERAL_FAILURE)
        act, verb, done = commands[number]
        try:
            act(target.key.name)
        except IisError as error:
            raise self.quit_with(error, f"Error Trying To {verb} the application pool: {path}") from error
        self.echo(f"Application pool {path} Successfully {done}")

    def _enum(self, args: list[str]) -> None:
        paths_only = any(word.upper() == "/P" for word in args)
        words = [word for word in args if word.upper() != "/P"]
        self._needs(len(words) <= 1, "ENUM")
        path = sanitize(words[0]) if words else ""
        target = self.bind(path, "Error Trying To ENUM the Object (GetObject Failed): ")
        if not paths_only:
            for name in sorted(["KeyType", *target.key.values]):
                self._show(name, target.definition(name), target.get(name))
        for child in target.key.children.values():
            self.echo(f"[/{path + '/' if path else ''}{child.name}]")
        self.echo()


def _typed(definition: PropertyDef, text: str) -> Value:
    try:
        return parse_value(definition.type, text)
    except ValueError as error:
        # VBScript's CBool and CLng: "Type mismatch", run-time error 13.
        raise IisError(0x800A000D, "Type mismatch") from error


def adsutil(iis: Iis) -> Script:
    """The script for a host."""

    async def script(arguments: list[str], console: Console) -> int:
        try:
            await _Run(iis, console).run(arguments)
        except _Quit as leaving:
            return leaving.code
        return 0

    return script
