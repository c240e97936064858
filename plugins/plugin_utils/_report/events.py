# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report is made of: what happened on which host, in plain values. Knows nothing of Ansible's objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class TaskStatus(str, Enum):
    """How a task ended on a host."""

    OK = "ok"
    CHANGED = "changed"
    FAILED = "failed"
    IGNORED = "ignored"
    UNREACHABLE = "unreachable"


class MarkKind(str, Enum):
    """What a moment on a host's time line means. A task's milestone is one of the first four by its value."""

    DRAINED = "drained"
    OUT_OF_ROTATION = "out_of_rotation"
    BACK_IN_ROTATION = "back_in_rotation"
    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    SAVED = "saved"
    NOT_SAVED = "not_saved"
    CHANGED = "changed"
    WENT_DOWN = "went_down"
    CAME_UP = "came_up"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


MILESTONES = (MarkKind.DRAINED, MarkKind.OUT_OF_ROTATION, MarkKind.BACK_IN_ROTATION, MarkKind.VERIFIED)
"""What a task can say of itself with the variable ``rollout_milestone``."""

#: Tasks that only read other tasks: what those are for hasn't happened when these end.
INCLUDES = frozenset(
    f"{prefix}include_{what}" for prefix in ("", "ansible.builtin.", "ansible.legacy.") for what in ("tasks", "role")
)


@dataclass(frozen=True)
class TaskEvent:
    """One task that ended on one host.

    ``started`` and ``ended`` in seconds of Unix time, by the controller's clock. ``action`` is the full name of the
    module. ``check``: it changed nothing, because it ran in check mode. ``result`` is what the callback was given: for
    a task with ``no_log`` it is censored. ``warnings`` are its warnings, without the name of the host.

    ``milestone`` is what the task says of itself, or else the innermost of the blocks and includes around it;
    ``around`` is what the others of these say.
    """

    host: str
    task: str
    action: str
    status: TaskStatus
    started: float
    ended: float
    check: bool = False
    milestone: str | None = None
    around: tuple[str, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def returns(self) -> bool:
        """Whether it is one of the tasks that return the host to the load balancer."""
        return MarkKind.BACK_IN_ROTATION.value in (self.milestone, *self.around)


@dataclass(frozen=True)
class Running:
    """A task that began on a host and hasn't ended. ``since`` in seconds of Unix time."""

    task: str
    since: float


@dataclass(frozen=True)
class Mark:
    """A moment on a host's time line. ``time`` in seconds of Unix time."""

    time: float
    kind: MarkKind
    text: str
