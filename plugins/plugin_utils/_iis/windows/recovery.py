# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the SCM does when a service fails: reading its recovery actions, and setting them.

They are in the registry (``FailureActions``, ``FailureCommand`` under the service's key), where they are only
read: the SCM keeps its own copy, so they are set with ``sc failure``.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..context import Context
from ..outcome import IisError, Word
from .programs import NoShell, run_program
from .registry import read_registry
from .services import Service

#: Seconds that sc.exe may take.
_SC_TIMEOUT = 60.0

#: SERVICE_FAILURE_ACTIONS as it is stored: reset period, two unused pointers, the number and the offset of actions.
_HEADER = struct.Struct("<5I")
_ACTION = struct.Struct("<II")


class RecoveryKind(Word):
    """SC_ACTION_TYPE (MS-SCMR 2.2.18), in the order of its numbers."""

    NONE = "none"
    RESTART = "restart"
    REBOOT = "reboot"
    RUN_COMMAND = "run_command"


_KINDS = tuple(RecoveryKind)
_SC_WORDS = {
    RecoveryKind.NONE: "",
    RecoveryKind.RESTART: "restart",
    RecoveryKind.REBOOT: "reboot",
    RecoveryKind.RUN_COMMAND: "run",
}


@dataclass(frozen=True)
class RecoveryAction:
    """What to do at one failure, ``delay`` seconds after it."""

    action: RecoveryKind
    delay: float = 0.0


@dataclass(frozen=True)
class Recovery:
    """A service's recovery actions: for the first failure, the second, and so on; the last one is repeated.

    ``reset_period`` is the number of seconds without a failure after which counting starts again.
    """

    actions: tuple[RecoveryAction, ...] = ()
    reset_period: int = 0
    command: str | None = None

    @property
    def runs_iisreset(self) -> bool:
        """Whether a failure of the service makes the SCM run iisreset."""
        runs = any(step.action is RecoveryKind.RUN_COMMAND for step in self.actions)
        return runs and "iisreset" in (self.command or "").lower()

    @property
    def recovers(self) -> bool:
        """Whether the SCM does anything at all."""
        return any(step.action is not RecoveryKind.NONE for step in self.actions)

    def as_values(self) -> dict[str, Any]:
        """The recovery under the names of options and return values."""
        return {
            "actions": [{"action": str(step.action), "delay": step.delay} for step in self.actions],
            "reset_period": self.reset_period,
            "command": self.command,
            "runs_iisreset": self.runs_iisreset,
        }


def read_recovery(context: Context, service: Service) -> Recovery:
    """Read a service's recovery actions, in two or three requests. A service without any has no actions."""
    key = f"SYSTEM\\CurrentControlSet\\Services\\{service.name}"
    blob = read_registry(context, "GetBinaryValue", key, "FailureActions")
    command: str | None = None
    for method in ("GetStringValue", "GetExpandedStringValue"):
        answer = read_registry(context, method, key, "FailureCommand")
        if answer is not None:
            command = answer.text("sValue") or None
            break
    if blob is None:
        return Recovery(command=command)
    return parse_failure_actions(bytes(int(number) & 0xFF for number in blob.strings("uValue")), command)


def parse_failure_actions(blob: bytes, command: str | None) -> Recovery:
    """Make a Recovery of the bytes of ``FailureActions``; what is cut off or unknown is left out."""
    if len(blob) < _HEADER.size:
        return Recovery(command=command)
    reset_period, _message, _command, count, offset = _HEADER.unpack_from(blob)
    start = offset if _HEADER.size <= offset < len(blob) else _HEADER.size
    usable = min(count, (len(blob) - start) // _ACTION.size)
    actions = []
    for index in range(usable):
        kind, delay = _ACTION.unpack_from(blob, start + index * _ACTION.size)
        if kind < len(_KINDS):
            actions.append(RecoveryAction(_KINDS[kind], delay / 1000))
    return Recovery(tuple(actions), reset_period, command)


def check_recovery(service: Service, wanted: Recovery) -> None:
    """Raise IisError for recovery actions that can't be meant."""
    if wanted.reset_period < 0 or any(step.delay < 0 for step in wanted.actions):
        raise IisError(f"The recovery actions of {service.title} have a negative number of seconds.")
    if wanted.command is None and any(step.action is RecoveryKind.RUN_COMMAND for step in wanted.actions):
        raise IisError(
            f"The recovery actions of {service.title} are to run a command, but it has none; name it with "
            "recovery.command."
        )


def differs(present: Recovery, wanted: Recovery) -> bool:
    """Whether setting ``wanted`` would change anything.

    A command that isn't given is left as it is; an empty one is none, which is how the host stores it.
    """
    if _comparable(present.actions) != _comparable(wanted.actions) or present.reset_period != wanted.reset_period:
        return True
    return wanted.command is not None and (present.command or "") != wanted.command


def set_recovery(context: Context, service: Service, wanted: Recovery) -> Recovery:
    """Set a service's recovery actions with ``sc failure`` and read them back. Raises IisError."""
    arguments = ["failure", service.name, "reset=", str(wanted.reset_period), "actions=", _sc_actions(wanted.actions)]
    if wanted.command is not None:
        arguments += ["command=", wanted.command]
    try:
        run = run_program(context, "sc", *arguments, timeout=_SC_TIMEOUT)
    except ValueError as unquotable:
        raise IisError(
            f"Couldn't set the recovery actions of {service.title}: the command can't be passed to the host "
            f"({unquotable}). Put it into a batch file on the host and name that."
        ) from unquotable
    except NoShell as refused:
        raise IisError(
            f"Couldn't set the recovery actions of {service.title}. {refused.message} Or leave out 'recovery'."
        ) from refused
    now = read_recovery(context, service)
    if differs(now, wanted):
        ended = replace(run, command="sc failure").words()
        raise IisError(
            f"Couldn't set the recovery actions of {service.title}: read back, they differ. {ended}.",
            values={"recovery": {service.key: now.as_values()}},
        )
    return now


def split_by_iisreset(context: Context, services: Sequence[Service]) -> tuple[list[str], list[str]]:
    """Name the services whose recovery runs iisreset, and those whose recovery works without it."""
    runs, others = [], []
    for service in services:
        recovery = read_recovery(context, service)
        if recovery.runs_iisreset:
            runs.append(service.name)
        elif recovery.recovers:
            others.append(service.name)
    return runs, others


def _comparable(actions: Sequence[RecoveryAction]) -> list[tuple[RecoveryKind, int]]:
    """Actions with their delays in milliseconds; doing nothing has none."""
    return [(step.action, 0 if step.action is RecoveryKind.NONE else round(step.delay * 1000)) for step in actions]


def _sc_actions(actions: Sequence[RecoveryAction]) -> str:
    """``restart/60000/run/0//0``: sc takes action and milliseconds in turn; no action is an empty word."""
    return "/".join(f"{_SC_WORDS[step.action]}/{round(step.delay * 1000)}" for step in actions)
