# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen to one request, and to whoever sent it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from scenarios.in_process import Host

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import Channel
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.open import (
    open_channel as open_real_channel,
)
from simulator.faults import Effect, Rule

#: Seconds that the client waits for an answer that is late, and how late it is.
_IMPATIENCE = 0.5
_LATE = 1.0

_ACCESS_DENIED = 5
_BUSY = 170
_PATH_BUSY = 0x80070094
_TIMED_OUT = 2150858793
_QUOTA = 2150859174
_INTERNAL = 2150858755


class Killed(BaseException):
    """The controller's process is gone: nobody catches this, and nothing is sent any more."""


class Trouble(enum.Enum):
    """What happens to the request."""

    CUT_BEFORE = "connection cut before the request is processed"
    CUT_AFTER = "connection cut after the request was processed"
    TRUNCATED = "answer cut off in the middle"
    LATE = "answer later than the operation timeout"
    DENIED = "fault: access denied"
    TIMED_OUT = "fault: timed out, nothing done"
    TIMED_OUT_DONE = "fault: timed out, done all the same"
    QUOTA = "fault: quota"
    BUSY = "fault: busy"
    PATH_BUSY = "fault: metabase path busy"
    INTERNAL = "fault: internal error, nothing done"
    INTERNAL_DONE = "fault: internal error, done all the same"
    UNAVAILABLE = "HTTP 503"
    GATEWAY = "HTTP 504, done all the same"
    REBOOTED = "the machine reboots by itself"
    KILLED_BEFORE = "controller killed before it sends"
    KILLED_AFTER = "controller killed before the answer"

    @property
    def kills(self) -> bool:
        """Whether nobody is left to tell anything."""
        return self in (Trouble.KILLED_BEFORE, Trouble.KILLED_AFTER)


_RULES = {
    Trouble.CUT_BEFORE: (Effect.CUT_BEFORE, {}),
    Trouble.CUT_AFTER: (Effect.CUT_AFTER, {}),
    Trouble.TRUNCATED: (Effect.TRUNCATE, {}),
    Trouble.LATE: (Effect.DELAY, {"seconds": _LATE}),
    Trouble.DENIED: (Effect.FAULT, {"code": _ACCESS_DENIED}),
    Trouble.TIMED_OUT: (Effect.FAULT, {"code": _TIMED_OUT}),
    Trouble.TIMED_OUT_DONE: (Effect.FAULT_AFTER, {"code": _TIMED_OUT}),
    Trouble.QUOTA: (Effect.FAULT, {"code": _QUOTA}),
    Trouble.BUSY: (Effect.FAULT, {"code": _BUSY}),
    Trouble.PATH_BUSY: (Effect.FAULT, {"code": _PATH_BUSY}),
    Trouble.INTERNAL: (Effect.FAULT, {"code": _INTERNAL}),
    Trouble.INTERNAL_DONE: (Effect.FAULT_AFTER, {"code": _INTERNAL}),
    Trouble.UNAVAILABLE: (Effect.STATUS, {"status": 503}),
    Trouble.GATEWAY: (Effect.STATUS_AFTER, {"status": 504}),
}


class _Channel:
    """A channel that counts what is sent, over all tasks of an operation, and troubles one of the messages."""

    def __init__(self, host: Host, channel: Channel, counter: list[int], number: int, trouble: Trouble) -> None:
        self._host = host
        self._channel = channel
        self._counter = counter
        self._number = number
        self._trouble = trouble

    @property
    def endpoint(self) -> str:
        return self._channel.endpoint

    @property
    def operation_timeout(self) -> float:
        return self._channel.operation_timeout

    @property
    def is_later(self) -> bool:
        return self._channel.is_later

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        self._counter[0] += 1
        struck = self._counter[0] == self._number
        if self._trouble.kills and self._counter[0] > self._number:
            raise Killed
        if struck and self._trouble is Trouble.KILLED_BEFORE:
            raise Killed
        if struck and self._trouble is Trouble.REBOOTED:
            self._host.act("reboot")
        answer = self._channel.send(envelope, _IMPATIENCE if struck and self._trouble is Trouble.LATE else timeout)
        if struck and self._trouble is Trouble.KILLED_AFTER:
            raise Killed
        return answer

    def reset(self) -> None:
        self._channel.reset()


@contextmanager
def troubled(host: Host, number: int, trouble: Trouble) -> Iterator[list[int]]:
    """Let this happen to the ``number``-th request of what runs meanwhile; gives the count of requests so far."""
    counter = [0]
    rule = _RULES.get(trouble)
    if rule is not None:
        effect, values = rule
        host.fault(Rule(effect, nth=number, **values))  # type: ignore[arg-type]

    def open_channel(action: _action.IisAction) -> Channel:
        return _Channel(host, open_real_channel(action._connection), counter, number, trouble)

    with patch.object(_action.IisAction, "_open_channel", open_channel):
        try:
            yield counter
        finally:
            host.heal()
