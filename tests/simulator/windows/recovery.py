# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the SCM does when a service's process dies: the recovery configuration and its registry form.

``FailureActions`` is a REG_BINARY: five little-endian DWORDs (reset period in seconds, two unused pointers, the
number of actions, the offset 0x14 of the actions) and then, for each action, its type and its delay in
milliseconds (ASSUMED from field practice: the layout of SERVICE_FAILURE_ACTIONS in winsvc.h, its pointers stored as
flags).
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass

INFINITE = 0xFFFFFFFF
"""A reset period that never ends."""


class ActionType(enum.IntEnum):
    """SC_ACTION_TYPE (MS-SCMR 2.2.19)."""

    NONE = 0
    RESTART = 1
    REBOOT = 2
    RUN_COMMAND = 3


@dataclass(frozen=True)
class RecoveryAction:
    """One action, ``delay`` milliseconds after the failure."""

    type: ActionType
    delay: int = 0


@dataclass(frozen=True)
class Recovery:
    """SERVICE_FAILURE_ACTIONS: ``reset_seconds`` without a failure bring the count back to zero."""

    reset_seconds: int = 0
    actions: tuple[RecoveryAction, ...] = ()
    command: str = ""
    reboot_message: str = ""

    def action_for(self, failures: int) -> RecoveryAction:
        """The action for the n-th failure; the last one repeats (SERVICE_FAILURE_ACTIONS, remarks)."""
        if not self.actions:
            return RecoveryAction(ActionType.NONE)
        return self.actions[min(failures, len(self.actions)) - 1]

    def to_blob(self) -> bytes:
        """The registry value ``FailureActions``."""
        head = struct.pack(
            "<5I",
            self.reset_seconds,
            1 if self.reboot_message else 0,
            1 if self.command else 0,
            len(self.actions),
            0x14,
        )
        return head + b"".join(struct.pack("<2I", action.type, action.delay) for action in self.actions)


NO_RECOVERY = Recovery()


def parse_blob(blob: bytes) -> tuple[int, tuple[RecoveryAction, ...]]:
    """Reset period and actions of a ``FailureActions`` value; a damaged value configures nothing."""
    if len(blob) < 20:
        return 0, ()
    reset, _message, _command, count, _offset = struct.unpack_from("<5I", blob)
    actions: list[RecoveryAction] = []
    for index in range(count):
        start = 20 + 8 * index
        if start + 8 > len(blob):
            break
        kind, delay = struct.unpack_from("<2I", blob, start)
        if kind not in ActionType.__members__.values():
            break
        actions.append(RecoveryAction(ActionType(kind), delay))
    return reset, tuple(actions)
