# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that is killed in the middle of a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import Channel


class Killed(BaseException):
    """The controller's process is gone."""


class _Dying:
    """A channel that reads no answer and sends nothing any more once a condition holds."""

    def __init__(self, channel: Channel, condition: Callable[[], bool]) -> None:
        self._channel = channel
        self._condition = condition
        self._is_dead = False

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        answer = b"" if self._is_dead else self._channel.send(envelope, timeout)
        self._is_dead = self._is_dead or self._condition()
        if self._is_dead:
            raise Killed
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)


@contextmanager
def killed_when(condition: Callable[[], bool]) -> Iterator[None]:
    """Kill the controller as soon as a condition holds; the test fails if it never does."""
    real = _action.IisAction._open_channel
    dying = patch.object(_action.IisAction, "_open_channel", lambda action: _Dying(real(action), condition))
    with dying, pytest.raises(Killed):
        yield
