# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iisreset.exe: options, texts and exit codes (reference of KB:Q202013, KB:Q321674, KB:Q268473, /?).

ASSUMED: the exit code is 0 or 1 (KB:Q202013 knows only failure and success), but for a switch; when the stop of a
restart fails nothing is started; ``/fail=n``, with which the recovery action of IISADMIN calls it, restarts; /ENABLE
and /DISABLE write a flag of the machine and so work while the interface is disabled.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from simulator.iis.codes import RPC_S_SERVER_UNAVAILABLE, IisError
from simulator.iis.programs.reset_texts import reset_texts
from simulator.windows.console import Console
from simulator.windows.process import Machine, Program
from simulator.windows.service import Service

_VERBS = ("restart", "start", "stop", "reboot", "status", "enable", "disable")
#: Seconds (iisreset /?). For /START nothing is documented: ASSUMED as for a restart.
_DEFAULT_TIMEOUT = {"restart": 20.0, "start": 20.0, "stop": 60.0, "reboot": 0.0}


class BadOption(Exception):
    """An option that iisreset does not know."""


@dataclass
class Options:
    """What the command line asks for. ``timeout`` None: the verb's default, in seconds."""

    verb: str = "restart"
    force: bool = True
    reboot_on_error: bool = False
    timeout: float | None = None
    computer: str = ""
    help: bool = False


def parse_options(arguments: list[str]) -> Options:
    """Read the arguments after the program's name. Raises BadOption."""
    options = Options()
    for argument in arguments:
        if argument[:1] not in ("/", "-"):
            options.computer = argument.lstrip("\\")
            continue
        word = argument[1:].lower()
        if word in _VERBS:
            options.verb = word
        elif word == "noforce":
            options.force = False
        elif word == "rebootonerror":
            options.reboot_on_error = True
        elif word in ("?", "help"):
            options.help = True
        elif match := re.fullmatch(r"timeout:(\d+)", word):
            options.timeout = float(match[1])
        elif not re.fullmatch(r"fail=\d*", word):
            raise BadOption(argument)
    return options


class ResetHost(Protocol):
    """What the program needs of IIS on a host."""

    iisreset_language: str
    iisreset_disabled: bool

    @property
    def machine(self) -> Machine:
        """Its machine."""

    @property
    def switches(self) -> StatusCode:
        """What no source says."""


class StatusCode(Protocol):
    """See :class:`simulator.iis.switches.Switches`."""

    iisreset_status_code: int


class Resets(Protocol):
    """The reset service of a version of Windows. Refusals are IisError."""

    def require_reboot(self) -> None:
        """Raise unless it would restart the machine."""

    def status(self) -> list[Service]:
        """The Internet services."""

    async def stop(self, timeout: float, force: bool) -> None:
        """Stop them within so many seconds."""

    async def start(self, timeout: float) -> None:
        """Start them within so many seconds."""


class _Run:
    """One run of the program."""

    def __init__(self, iis: ResetHost, service: Resets, options: Options, console: Console) -> None:
        self._iis = iis
        self._options = options
        self._console = console
        self._texts = reset_texts(iis.iisreset_language)
        self._service = service
        default = _DEFAULT_TIMEOUT.get(options.verb, 0.0)
        self._timeout = default if options.timeout is None else options.timeout

    def say(self, key: str, **values: str) -> None:
        self._console.write(self._texts[key].format(**values) + "\r\n")

    def say_error(self, error: IisError) -> None:
        text = self._texts.get(f"system {error.hresult:08x}", error.text)
        self.say("error", text=text, decimal=str(error.hresult), hex=f"{error.hresult:x}")

    async def run(self) -> int:
        if self._options.help:
            self.say("usage")
            return 0
        self._console.write("\r\n")
        if not self._console.account.privileged:
            self.say("access_denied")
            return 1
        computer = self._options.computer.lower()
        try:
            if computer not in ("", "localhost", ".", "127.0.0.1", self._iis.machine.name.lower()):
                raise IisError(RPC_S_SERVER_UNAVAILABLE)
            await getattr(self, f"_{self._options.verb}")()
        except IisError as error:
            return self._failed(error)
        return self._iis.switches.iisreset_status_code if self._options.verb == "status" else 0

    def _failed(self, error: IisError) -> int:
        self.say(f"{self._options.verb}_failed")
        self.say_error(error)
        if self._options.reboot_on_error:
            with suppress(IisError):
                self._service.require_reboot()
                self.say("rebooting")
                self._iis.machine.power.reboot()
        return 1

    async def _restart(self) -> None:
        await self._stop_all()
        self.say("attempting_start")
        await self._service.start(self._timeout or _DEFAULT_TIMEOUT["start"])
        self.say("restarted")

    async def _stop(self) -> None:
        await self._stop_all()

    async def _stop_all(self) -> None:
        self.say("attempting_stop")
        await self._service.stop(self._timeout, self._options.force)
        self.say("stopped")

    async def _start(self) -> None:
        self.say("attempting_start")
        await self._service.start(self._timeout)
        self.say("started")

    async def _reboot(self) -> None:
        self.say("attempting_reboot")
        self._service.require_reboot()
        self.say("rebooting")
        # dwForceAppsClosed of IIisServiceControl::Reboot (ms525689); ASSUMED: it is what /NOFORCE clears.
        self._iis.machine.power.reboot(self._timeout, closes_programs=self._options.force)

    async def _status(self) -> None:
        for service in self._service.status():
            self.say(
                "status",
                display=service.display_name,
                name=service.name,
                state=self._texts[service.state.value],
            )

    async def _enable(self) -> None:
        self._iis.iisreset_disabled = False
        self.say("enabled")

    async def _disable(self) -> None:
        self._iis.iisreset_disabled = True
        self.say("disabled")


def iisreset(iis: ResetHost, service: Resets) -> Program:
    """The program for a machine."""

    async def program(machine: Machine, argv: list[str], console: Console) -> int:
        try:
            options = parse_options(argv[1:])
        except BadOption as bad:
            texts = reset_texts(iis.iisreset_language)
            console.write(texts["bad_option"].format(option=bad) + "\r\n" + texts["usage"] + "\r\n")
            return 1
        return await _Run(iis, service, options, console).run()

    return program
