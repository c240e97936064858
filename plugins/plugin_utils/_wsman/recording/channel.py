# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A channel that keeps what goes over it, and how long each answer took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import WsManError
from ..transport.channel import Channel


@dataclass(frozen=True)
class Exchanged:
    """One message and its answer. ``error`` names the exception when there is no answer; ``seconds`` is the wait.

    ``label`` says what it was sent for, in the words of whoever records. The documents are those inside of the
    encryption: what HTTP, TLS and message encryption add isn't in them, credentials neither.
    """

    label: str
    request: bytes
    answer: bytes | None
    error: str | None
    seconds: float


@dataclass
class Recording:
    """What went over a channel, in order. It outlives the channel."""

    exchanges: list[Exchanged] = field(default_factory=list)
    label: str = ""
    monotonic: Callable[[], float] = time.monotonic
    _began: int = 0

    def begin(self, label: str) -> None:
        """Say what the next messages are sent for."""
        self.label = label
        self._began = len(self.exchanges)

    def spent(self) -> tuple[int, int, int]:
        """Messages sent since :meth:`begin`, the bytes of these, and the bytes of their answers."""
        mine = self.exchanges[self._began :]
        return len(mine), sum(len(each.request) for each in mine), sum(len(each.answer or b"") for each in mine)


class RecordingChannel:
    """Sends over another channel and records it; see :class:`~.channel.Channel`."""

    def __init__(self, channel: Channel, recording: Recording) -> None:
        self._channel = channel
        self._recording = recording

    @property
    def endpoint(self) -> str:
        """The URL of the WS-Management service."""
        return self._channel.endpoint

    @property
    def operation_timeout(self) -> float:
        """Seconds that the host may take for one operation."""
        return self._channel.operation_timeout

    @property
    def is_later(self) -> bool:
        """Whether the host said that its Windows is later than Server 2003."""
        return self._channel.is_later

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        """Send an envelope and return the one that came back, a fault included."""
        began = self._recording.monotonic()
        answer: bytes | None = None
        failure: str | None = None
        try:
            answer = self._channel.send(envelope, timeout)
        except WsManError as error:
            failure = type(error).__name__
            raise
        finally:
            seconds = self._recording.monotonic() - began
            self._recording.exchanges.append(Exchanged(self._recording.label, envelope, answer, failure, seconds))
        return answer

    def reset(self) -> None:
        """Forget the session."""
        self._channel.reset()
