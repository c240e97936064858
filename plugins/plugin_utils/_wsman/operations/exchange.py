# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request and answer, and what is done when the answer doesn't come."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TypeVar

from ..errors import (
    WSMAN_INVALID_ENUMERATION_CONTEXT,
    WSMAN_OPERATION_TIMEDOUT,
    AuthenticationRefused,
    Fault,
    MalformedAnswer,
    OutcomeUnknown,
)
from ..protocol.answer import read_answer
from ..protocol.envelope import Envelope
from ..transport.channel import AnswerLost, Channel, SessionSpoiled

_T = TypeVar("_T")

#: Seconds that a host grants one operation at most, by default (MaxTimeoutms, MS-WSMV 2.2.4.10).
LONGEST_OPERATION = 60.0


def new_message_id() -> str:
    """A fresh message id, in the form that Windows clients use."""
    return f"uuid:{str(uuid.uuid4()).upper()}"


class Exchange:
    """Sends envelopes over a channel, and knows which may be sent again.

    * What the host certainly didn't process (HTTP 400, or HTTP 401 in a session that had worked) is sent once more
      in a new session, whatever it is.
    * A *read* whose answer was lost, or that the host gave up on (OperationTimeout), is done once more; in the latter
      case with the longest timeout that hosts grant: a query of a large event log takes its time.
    * A *change* whose answer was lost is never repeated: OutcomeUnknown.
    """

    def __init__(self, channel: Channel, new_id: Callable[[], str] = new_message_id) -> None:
        self._channel = channel
        self._new_id = new_id
        self._established = False
        self._patience = 0.0
        self.received = 0
        """Bytes of all answers so far."""

    @property
    def operation_timeout(self) -> float:
        """Seconds that the host may take for one operation."""
        return max(self._channel.operation_timeout, self._patience)

    def ask(self, envelope: Envelope, *, operation_timeout: float | None = None) -> ET.Element:
        """Send an envelope once (see above) and return the body of the answer.

        With ``operation_timeout`` (seconds) the answer is waited for that long and ten seconds more.
        """
        try:
            return self._send(envelope, operation_timeout)
        except SessionSpoiled:
            self.reset()
        except AuthenticationRefused:
            if not self._established:
                raise
            self.reset()
        return self._send(envelope, operation_timeout)

    def read(self, operation: Callable[[], _T], *, patiently: bool = True) -> _T:
        """Carry out an operation that changes nothing, if need be twice.

        One that is not done ``patiently`` isn't repeated when the host gave up on it.
        """
        try:
            return operation()
        except AnswerLost:
            self.reset()
        except Fault as fault:
            if fault.has(WSMAN_OPERATION_TIMEDOUT) and patiently:
                self._patience = LONGEST_OPERATION
            elif not fault.has(WSMAN_INVALID_ENUMERATION_CONTEXT):
                raise
        try:
            return operation()
        finally:
            self._patience = 0.0

    def change(self, envelope: Envelope, what: str) -> ET.Element:
        """Send an envelope that changes something; ``what`` names the change in messages."""
        try:
            return self.ask(envelope)
        except AnswerLost as error:
            self.reset()
            raise OutcomeUnknown(f"{what}: the request was sent, but the answer never came: {error}") from error
        except MalformedAnswer as error:
            self.reset()
            raise OutcomeUnknown(f"{what}: the answer of the host makes no sense: {error}") from error
        except Fault as fault:
            if not fault.has(WSMAN_OPERATION_TIMEDOUT):
                raise
            raise OutcomeUnknown(
                f"{what}: the host didn't finish within {self.operation_timeout:g} seconds and may still be working"
            ) from fault

    def reset(self) -> None:
        """Forget the session."""
        self._established = False
        self._channel.reset()

    def _send(self, envelope: Envelope, operation_timeout: float | None) -> ET.Element:
        if operation_timeout is None and self._patience:
            operation_timeout = self.operation_timeout
        message_id = self._new_id()
        document = envelope.to_bytes(
            to=self._channel.endpoint,
            message_id=message_id,
            operation_timeout=self.operation_timeout if operation_timeout is None else operation_timeout,
        )
        answer = self._channel.send(document, None if operation_timeout is None else operation_timeout + 10)
        self._established = True
        self.received += len(answer)
        return read_answer(answer, message_id=message_id, endpoint=self._channel.endpoint)
