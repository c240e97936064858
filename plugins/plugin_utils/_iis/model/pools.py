# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an application pool is, whichever IIS has it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class PoolState(enum.Enum):
    """The state of an application pool. UNKNOWN is what the host doesn't report yet; it is never taken for stopped."""

    STARTING = "starting"
    STARTED = "started"
    STOPPING = "stopping"
    STOPPED = "stopped"
    UNKNOWN = "unknown"

    @property
    def word(self) -> str:
        """The state as the modules name it."""
        return self.value

    @property
    def is_settled(self) -> bool:
        """Whether the pool stays in this state until it is changed."""
        return self in (PoolState.STARTED, PoolState.STOPPED)


class PoolOrder(enum.Enum):
    """An order to a pool. The value is the verb that messages and methods have in common."""

    START = "Start"
    STOP = "Stop"
    RECYCLE = "Recycle"

    @property
    def result(self) -> PoolState:
        """The state that the order leads to."""
        return PoolState.STOPPED if self is PoolOrder.STOP else PoolState.STARTED

    @property
    def participle(self) -> str:
        """How a message says it: the pool couldn't be *started*."""
        return {"Start": "started", "Stop": "stopped", "Recycle": "recycled"}[self.value]


@dataclass(frozen=True)
class Pool:
    """An application pool. ``state`` is None when the host reports none that is known.

    ``is_named`` is False where ``name`` is what the host printed, and letters of the name are lost.
    """

    name: str
    state: PoolState | None
    auto_start: bool | None
    is_named: bool = True

    def as_values(self) -> dict[str, Any]:
        """The pool under the names that all modules use."""
        return {"name": self.name, "state": self.state.word if self.state else None, "auto_start": self.auto_start}
