# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRS: one command in a shell of its own (MS-WSMV 3.1.4.5 to 3.1.4.12).

A shell per command, because WinRM 1.1 allows no second one in it. A Receive that the host answers with
OperationTimeout means "nothing yet, ask again"; after a lost connection the host is asked again until the deadline.
"""

from __future__ import annotations

import base64
import binascii
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

from ..errors import (
    OPERATION_ABORTED,
    WSMAN_OPERATION_TIMEDOUT,
    WSMAN_PROVIDER_FAILURE,
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
)
from ..protocol.command_line import arguments_line
from ..protocol.envelope import Envelope
from ..protocol.namespaces import COMMAND, RECEIVE, SIGNAL, TERMINATE
from ..protocol.xml_reader import child, children, descendants, text_of
from ..transport.channel import AnswerLost
from ..values import CommandResult
from .exchange import Exchange
from .shell_opening import CODE_PAGE, ShellOpener, in_shell

#: Seconds that the host may take to answer "nothing yet" while a program runs, so that whoever watches hears of it.
_LONGEST_SILENCE = 15.0
#: Seconds between attempts to reach a host that a command has cut off.
_PAUSE = 2.0


class StartUnknown(OutcomeUnknown):
    """A program that was, or may have been, started, but can't be followed."""


class Shell:
    """Runs commands on a host, each in a new shell. ``still`` is called again and again while one runs."""

    def __init__(
        self,
        exchange: Exchange,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        still: Callable[[], None] = lambda: None,
    ) -> None:
        self._exchange = exchange
        self._shells = ShellOpener(exchange, monotonic)
        self._monotonic = monotonic
        self._sleep = sleep
        self._still = still

    def run(self, program: str, arguments: tuple[str, ...], timeout: float) -> CommandResult:
        """Run a program and wait for its end, at most ``timeout`` seconds; see ``WindowsHost.run``."""
        line = arguments_line(program, arguments)
        deadline = self._monotonic() + timeout
        shell_id = self._shells.open(timeout)
        ending: list[Envelope] = []
        is_left = False
        try:
            command_id = self._start(shell_id, program, line)
            ending.append(_termination(shell_id, command_id))
            result = self._receive(shell_id, command_id, program, deadline)
            ending.clear()
            return result
        except StartUnknown:
            # Closing the shell would kill a program that may well have been started; it ends with its Lifetime.
            is_left = True
            raise
        finally:
            if not is_left:
                self._shells.close(shell_id, *ending)

    def _start(self, shell_id: str, program: str, line: str) -> str:
        envelope = in_shell(COMMAND, shell_id)
        envelope.options({"WINRS_CONSOLEMODE_STDIN": "TRUE", "WINRS_SKIP_CMD_SHELL": "FALSE"})
        command = ET.SubElement(envelope.body, "rsp:CommandLine")
        ET.SubElement(command, "rsp:Command").text = program
        if line:
            ET.SubElement(command, "rsp:Arguments").text = line
        try:
            body = self._exchange.change(envelope, f"running {program}")
        except OutcomeUnknown as unknown:
            raise StartUnknown(str(unknown)) from unknown
        except Fault as fault:
            # Aborted is what a service that is told to stop answers: it may be this program that has it stop.
            if not fault.has(WSMAN_PROVIDER_FAILURE, OPERATION_ABORTED):
                raise
            raise StartUnknown(f"running {program}: the host failed while starting it: {fault}") from fault
        for command_id in descendants(body, "CommandId"):
            return text_of(command_id)
        raise StartUnknown(f"running {program}: the host started it but gave it no id")

    def _receive(self, shell_id: str, command_id: str, program: str, deadline: float) -> CommandResult:
        output: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        complete = True
        while True:
            remaining = deadline - self._monotonic()
            if remaining <= 0:
                raise OutcomeUnknown(f"running {program}: it didn't end in time and was terminated")
            envelope = in_shell(RECEIVE, shell_id)
            envelope.options({"WSMAN_CMDSHELL_OPTION_KEEPALIVE": "TRUE"})
            request = ET.SubElement(envelope.body, "rsp:Receive")
            ET.SubElement(request, "rsp:DesiredStream", CommandId=command_id).text = "stdout stderr"
            patience = max(1.0, min(self._exchange.operation_timeout, remaining, _LONGEST_SILENCE))
            self._still()
            try:
                response = child(self._exchange.ask(envelope, operation_timeout=patience), "ReceiveResponse")
                exit_code = _collect(response, output)
            except Fault as fault:
                if fault.has(WSMAN_OPERATION_TIMEDOUT):
                    continue
                raise OutcomeUnknown(f"running {program}: the host lost track of it: {fault}") from fault
            except AuthenticationRefused as error:
                raise OutcomeUnknown(f"running {program}: {error}") from error
            except HostUnreachable as error:
                complete = complete and not isinstance(error, AnswerLost)
                self._exchange.reset()
                self._sleep(min(_PAUSE, remaining))
                continue
            except MalformedAnswer as error:
                raise OutcomeUnknown(f"running {program}: {error}") from error
            if exit_code is not None:
                stdout, stderr = (_decode(b"".join(output[name])) for name in ("stdout", "stderr"))
                return CommandResult(exit_code, stdout, stderr, complete)


def _termination(shell_id: str, command_id: str) -> Envelope:
    envelope = in_shell(SIGNAL, shell_id)
    request = ET.SubElement(envelope.body, "rsp:Signal", CommandId=command_id)
    ET.SubElement(request, "rsp:Code").text = TERMINATE
    return envelope


def _collect(response: ET.Element | None, output: dict[str, list[bytes]]) -> int | None:
    """Take the output of one answer; return the exit code once the command is done, unsigned."""
    if response is None:
        raise MalformedAnswer("the host gave no ReceiveResponse")
    try:
        for stream in children(response, "Stream"):
            output.setdefault(stream.get("Name", ""), []).append(base64.b64decode(text_of(stream)))
        state = child(response, "CommandState")
        if state is None or not state.get("State", "").endswith("/CommandState/Done"):
            return None
        return int(text_of(child(state, "ExitCode"))) & 0xFFFFFFFF
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswer(f"the host reported a command in a way that can't be read: {error}") from error


def _decode(output: bytes) -> str:
    """Decode what a program wrote: UTF-8 if it is that, else the code page of the console, which has every byte."""
    try:
        return output.decode("utf-8-sig")
    except UnicodeDecodeError:
        return output.decode(f"cp{CODE_PAGE}")
