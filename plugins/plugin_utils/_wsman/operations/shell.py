# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRS: one command in a shell of its own (MS-WSMV 3.1.4.5 to 3.1.4.12).

A shell per command, because WinRM 1.1 allows no second one in it. A Receive that the host answers with
OperationTimeout means "nothing yet, ask again"; a lost connection is taken up again within the deadline.
"""

from __future__ import annotations

import base64
import binascii
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

from ..errors import (
    WSMAN_OPERATION_TIMEDOUT,
    WSMAN_PROVIDER_FAILURE,
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
    WsManError,
)
from ..protocol.command_line import arguments_line
from ..protocol.envelope import Envelope
from ..protocol.namespaces import CMD_SHELL, COMMAND, CREATE, DELETE, RECEIVE, SIGNAL, TERMINATE
from ..protocol.xml_reader import child, children, descendants, text_of
from ..transport.channel import AnswerLost
from ..values import CommandResult
from .exchange import Exchange

#: UTF-8, asked for by number as chcp does.
_CODE_PAGE = "65001"
#: Seconds between attempts to reach a host that a command has cut off.
_PAUSE = 2.0
#: Seconds that the host is given for each step of cleaning up.
_CLEAN_UP_SECONDS = 10.0


class StartUnknown(OutcomeUnknown):
    """A program that was, or may have been, started, but can't be followed."""


class Shell:
    """Runs commands on a host, each in a new shell."""

    def __init__(
        self,
        exchange: Exchange,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._exchange = exchange
        self._monotonic = monotonic
        self._sleep = sleep

    def run(self, program: str, arguments: tuple[str, ...], timeout: float) -> CommandResult:
        """Run a program and wait for its end, at most ``timeout`` seconds; see ``WindowsHost.run``."""
        line = arguments_line(program, arguments)
        deadline = self._monotonic() + timeout
        # A shell by itself changes nothing: should its answer be lost, it dies idle.
        shell_id = self._exchange.read(self._create)
        leftovers = [self._in_shell(DELETE, shell_id)]
        try:
            command_id = self._start(shell_id, program, line)
            leftovers.insert(0, self._termination(shell_id, command_id))
            result = self._receive(shell_id, command_id, program, deadline)
            del leftovers[0]
            return result
        except StartUnknown:
            # Closing the shell would kill a program half-way that may well have been started; it dies idle.
            leftovers.clear()
            raise
        finally:
            self._clean_up(leftovers)

    def _create(self) -> str:
        envelope = Envelope(CREATE, CMD_SHELL)
        envelope.options({"WINRS_NOPROFILE": "FALSE", "WINRS_CODEPAGE": _CODE_PAGE})
        shell = ET.SubElement(envelope.body, "rsp:Shell")
        ET.SubElement(shell, "rsp:InputStreams").text = "stdin"
        ET.SubElement(shell, "rsp:OutputStreams").text = "stdout stderr"
        body = self._exchange.ask(envelope)
        for selector in descendants(body, "Selector"):
            if selector.get("Name") == "ShellId" and text_of(selector):
                return text_of(selector)
        for shell_id in descendants(body, "ShellId"):
            return text_of(shell_id)
        raise MalformedAnswer("the host created a shell but didn't say which")

    def _start(self, shell_id: str, program: str, line: str) -> str:
        envelope = self._in_shell(COMMAND, shell_id)
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
            if not fault.has(WSMAN_PROVIDER_FAILURE):
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
            envelope = self._in_shell(RECEIVE, shell_id)
            request = ET.SubElement(envelope.body, "rsp:Receive")
            ET.SubElement(request, "rsp:DesiredStream", CommandId=command_id).text = "stdout stderr"
            patience = max(1.0, min(self._exchange.operation_timeout, remaining))
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

    def _termination(self, shell_id: str, command_id: str) -> Envelope:
        envelope = self._in_shell(SIGNAL, shell_id)
        request = ET.SubElement(envelope.body, "rsp:Signal", CommandId=command_id)
        ET.SubElement(request, "rsp:Code").text = TERMINATE
        return envelope

    def _clean_up(self, leftovers: list[Envelope]) -> None:
        """End what is left, until the host is gone: a shell dies idle in any case."""
        for envelope in leftovers:
            if not self._reached(envelope):
                return

    def _reached(self, envelope: Envelope) -> bool:
        try:
            self._exchange.ask(envelope, operation_timeout=_CLEAN_UP_SECONDS)
        except HostUnreachable:
            self._exchange.reset()
            return False
        except WsManError:
            return True
        return True

    @staticmethod
    def _in_shell(action: str, shell_id: str) -> Envelope:
        envelope = Envelope(action, CMD_SHELL)
        envelope.selector("ShellId", shell_id)
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
    """Decode what a program wrote: UTF-8 as asked for, or the OEM code page when it cared for nothing."""
    try:
        return output.decode("utf-8-sig")
    except UnicodeDecodeError:
        return output.decode("cp437")
