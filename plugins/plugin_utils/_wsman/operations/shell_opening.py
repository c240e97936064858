# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening WinRS shells, of which WinRM 1.1 grants a user two (MS-WSMV <34>), and closing each of them.

A shell whose answer is lost is nobody's: its id isn't known. With WinRM 1.1 it would stay open for eight hours, since
shells there don't end when they are idle unless a Receive asks for it (MS-WSMV <23>, <119>). So every shell is given a
Lifetime, and a lost one is looked for before another is opened.
"""

from __future__ import annotations

import math
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable

from ..errors import (
    WSMAN_ACTION_NOT_SUPPORTED,
    WSMAN_OPERATION_TIMEDOUT,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    WsManError,
)
from ..protocol.envelope import Envelope
from ..protocol.namespaces import CMD_SHELL, CREATE, DELETE
from ..protocol.xml_reader import descendants, text_of
from ..timestamps import parse_interval
from ..transport.channel import AnswerLost
from ..values import Instance
from .enumeration import Enumeration
from .exchange import Exchange

#: The console's code page. In one of 65001, UTF-8, Windows before 6.1 runs no batch file, and perhaps no program
#: (WinRb/WinRM#173, #232). Every Windows has 437.
CODE_PAGE = 437

_STREAMS = {"InputStreams": "stdin", "OutputStreams": "stdout stderr"}
#: Seconds that a shell outlives the time of its program: one that can't be followed any more is not cut off half-way.
_GRACE = 300
#: Seconds within which the Lifetime is chosen at random, so that a shell is known again by what is left of it.
_SPREAD = 300
#: Seconds by which the clocks of the host and the controller, and rounding, may make that differ.
_TOLERANCE = 2.0
#: Seconds that the host is given for each step of cleaning up.
_CLEAN_UP_SECONDS = 10.0


class ShellOpener:
    """Opens shells on a host and closes them, so that none is left that this client could have closed."""

    def __init__(self, exchange: Exchange, monotonic: Callable[[], float]) -> None:
        self._exchange = exchange
        self._monotonic = monotonic
        self._owed: list[str] = []

    def open(self, seconds: float) -> str:
        """Open a shell for a program that may take so many seconds; return its id.

        A lost answer is asked for again when the shell that it was about is found and closed, or certainly wasn't
        opened, or will end by itself soon. Raises Fault when the host grants no shell.
        """
        try:
            return self._open(seconds)
        except Fault as fault:
            if not (fault.exceeds_quota and self._close_owed()):
                raise
        return self._open(seconds)

    def close(self, shell_id: str, *first: Envelope) -> None:
        """Send what comes first, then close the shell; one that can't be closed now is closed when it is in the way."""
        if not all(self._reached(envelope) for envelope in (*first, _deletion(shell_id))):
            self._owed.append(shell_id)

    def _open(self, seconds: float) -> str:
        lifetime = math.ceil(seconds) + _GRACE + secrets.randbelow(_SPREAD)
        began = self._monotonic()
        try:
            return self._create(lifetime)
        except (AnswerLost, Fault) as lost:
            if isinstance(lost, Fault) and not lost.has(WSMAN_OPERATION_TIMEDOUT):
                raise
            self._exchange.reset()
            self._close_lost(lifetime, began, lost)
        try:
            return self._create(lifetime)
        except AnswerLost as lost:
            self._exchange.reset()
            self._close_lost(lifetime, began, lost)
            raise

    def _create(self, lifetime: int) -> str:
        envelope = Envelope(CREATE, CMD_SHELL)
        envelope.options({"WINRS_NOPROFILE": "FALSE", "WINRS_CODEPAGE": str(CODE_PAGE)})
        shell = ET.SubElement(envelope.body, "rsp:Shell")
        ET.SubElement(shell, "rsp:Lifetime").text = f"PT{lifetime}.000S"
        for name, value in _STREAMS.items():
            ET.SubElement(shell, f"rsp:{name}").text = value
        body = self._exchange.ask(envelope)
        for selector in descendants(body, "Selector"):
            if selector.get("Name", "").lower() == "shellid" and text_of(selector):
                return text_of(selector)
        for shell_id in descendants(body, "ShellId"):
            return text_of(shell_id)
        raise MalformedAnswer("the host created a shell but didn't say which")

    def _close_lost(self, lifetime: int, began: float, lost: WsManError) -> None:
        """Close the shell whose answer was lost, if there is one.

        WinRM 1.1 lists shells at the URI of the command shell (MS-WSMV <114>), without their owners (<104>). Ours is
        the only one that runs nothing and has just so much left of its Lifetime (<105>). WinRM 2.0 and later refuse
        the URI: there shells end when they are idle, and an account has five or more of them.
        """
        try:
            shells = self._exchange.read(
                lambda: Enumeration(self._exchange, CMD_SHELL, monotonic=self._monotonic).rows()
            )
        except Fault as fault:
            if fault.has(WSMAN_ACTION_NOT_SUPPORTED):
                return
            raise _lost_for_good(lifetime, lost) from fault
        least = lifetime - (self._monotonic() - began) - _TOLERANCE
        idle = {_text(shell, "ShellId"): _lifetime_left(shell) for shell in shells if _may_be_ours(shell)}
        ours = [shell_id for shell_id, left in idle.items() if left is not None and least <= left <= lifetime]
        if len(ours) > 1 or None in idle.values():
            raise _lost_for_good(lifetime, lost)
        for shell_id in ours:
            self.close(shell_id)

    def _close_owed(self) -> bool:
        """Close the shells of this client that couldn't be closed before; say whether there was one."""
        owed, self._owed = self._owed, []
        for shell_id in owed:
            self.close(shell_id)
        return bool(owed)

    def _reached(self, envelope: Envelope) -> bool:
        try:
            self._exchange.ask(envelope, operation_timeout=_CLEAN_UP_SECONDS)
        except HostUnreachable:
            self._exchange.reset()
            return False
        except WsManError:
            return True
        return True


def in_shell(action: str, shell_id: str) -> Envelope:
    """A message to a shell."""
    envelope = Envelope(action, CMD_SHELL)
    envelope.selector("ShellId", shell_id)
    return envelope


def _deletion(shell_id: str) -> Envelope:
    return in_shell(DELETE, shell_id)


def _may_be_ours(shell: Instance) -> bool:
    """Whether a shell runs nothing, and has the streams that we ask for."""
    command = shell.get("CommandLine")
    runs = command if isinstance(command, str) else _text(command, "Command") if isinstance(command, Instance) else ""
    return not runs.strip() and all(_text(shell, name) == value for name, value in _STREAMS.items())


def _lifetime_left(shell: Instance) -> float | None:
    left = parse_interval(_text(shell, "Lifetime"))
    return None if left is None else left.total_seconds()


def _text(row: Instance, name: str) -> str:
    value = row.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _lost_for_good(lifetime: int, lost: WsManError) -> HostUnreachable:
    return HostUnreachable(
        f"a command shell may have been opened, but its answer was lost ({lost}). Nothing was run. A shell that was "
        f"left behind ends by itself after {lifetime // 60} minutes, or when the service Windows Remote Management is "
        "restarted"
    )
