# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying one request shape after the other on a host, and keeping how each ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

from ..._wsman.errors import (
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
    UnsupportedConnection,
)
from ..._wsman.values import Argument, CommandResult, Instance, MethodResult, ObjectPath
from .. import codes
from ..context import CIMV2, Context
from ..outcome import IisError

T = TypeVar("T")

#: Seconds that a command may take.
COMMAND_TIMEOUT = 60.0


class Status(str, Enum):
    """How a request shape ended."""

    HOLDS = "holds"
    REFUSED = "refused"
    UNEXPECTED = "unexpected"
    SKIPPED = "skipped"

    def __str__(self) -> str:
        return self.value


class Unlike(Exception):
    """The host answered, but not what the collection expects."""


class Meter(Protocol):
    """Counts what goes over the wire."""

    def begin(self, label: str) -> None:
        """Say what the next messages are sent for."""

    def spent(self) -> tuple[int, int, int]:
        """Messages sent since :meth:`begin`, the bytes of these, and the bytes of their answers."""


@dataclass(frozen=True)
class Finding:
    """How one shape ended. ``codes`` are those of the fault, outermost first; ``seconds`` is what it took in all."""

    shape: str
    request: str
    status: Status
    detail: str = ""
    codes: tuple[int, ...] = ()
    seconds: float = 0.0
    spent: tuple[int, int, int] = (0, 0, 0)

    def as_values(self) -> dict[str, Any]:
        """The finding under the names of the module's return values."""
        code = self.codes[-1] if self.codes else None
        requests, sent, received = self.spent
        return {
            "shape": self.shape,
            "request": self.request,
            "status": str(self.status),
            "detail": self.detail,
            "code": None if code is None else f"0x{code:08X}",
            "symbol": None if code is None else _symbol(code),
            "codes": list(self.codes),
            "seconds": round(self.seconds, 3),
            "requests": requests,
            "bytes_sent": sent,
            "bytes_received": received,
        }


#: How a column is read; one that isn't named here is a text.
_TYPES: Mapping[str, Callable[[Instance, str], object]] = {
    **dict.fromkeys(
        ("AcceptPause", "AcceptStop", "Writeable", "ServerAutoStart", "AppPoolAutoStart"), Instance.boolean
    ),
    "IIs5IsolationModeEnabled": Instance.boolean,
    **dict.fromkeys(("LastModified", "TimeGenerated", "LastBootUpTime"), Instance.timestamp),
    **dict.fromkeys(("ServerBindings", "SecureBindings"), Instance.instances),
    **dict.fromkeys(
        (
            *("ExitCode", "ServiceSpecificExitCode", "ProcessId", "FileSize", "RecordNumber", "ServerState"),
            *("AppPoolState", "Win32Error", "MajorIIsVersionNumber", "MinorIIsVersionNumber", "EnableHistory"),
            *("EnableEditWhileRunning", "MaxHistoryFiles", "CurrentConnections", "InboundConnectionsCurrent"),
            "OutboundConnectionsCurrent",
        ),
        Instance.integer,
    ),
}
#: An array that is NULL isn't in an answer at all.
_ARRAYS = frozenset({"ServerBindings", "SecureBindings"})


class Probe:
    """The shapes tried so far on one host."""

    def __init__(self, context: Context, meter: Meter) -> None:
        self.context = context
        self.findings: list[Finding] = []
        self._meter = meter

    def query(self, shape: str, namespace: str, wql: str, *, at_least: int = 1) -> list[Instance]:
        """Run a query that names its columns; it holds when at least so many rows have all of them, well typed."""
        columns = wql.removeprefix("SELECT ").partition(" FROM ")[0].split(", ")

        def ask() -> list[Instance]:
            rows = self.context.host.query(namespace, wql)
            if len(rows) < at_least:
                raise Unlike(_count(rows))
            for row in rows:
                _check_row(row, columns)
            return rows

        return self.attempt(shape, wql, ask, _count) or []

    def get(self, shape: str, path: ObjectPath, expected: Sequence[str]) -> Instance | None:
        """Read a whole object; it holds when these properties are there."""

        def ask() -> Instance:
            instance = self.context.host.get(path)
            missing = [name for name in expected if name not in instance]
            if missing:
                raise Unlike(f"without {', '.join(missing)}")
            return instance

        return self.attempt(shape, f"Get {path}", ask, lambda instance: f"{len(instance)} properties")

    def ask(
        self,
        shape: str,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Argument] | None = None,
        *,
        check: Callable[[MethodResult], object] = lambda result: result,
    ) -> MethodResult | None:
        """Call a method that only reads; ``check`` raises Unlike for a result that isn't as expected."""

        def ask() -> MethodResult:
            result = self.context.host.ask(path, method, arguments)
            check(result)
            return result

        return self.attempt(shape, f"{method} of {path}", ask, tell_result)

    def run(self, shape: str, program: str, *arguments: str) -> CommandResult | None:
        """Run a program that changes nothing in a shell; how it ends doesn't matter, only that it does."""
        return self.attempt(
            shape,
            " ".join((program, *arguments)),
            lambda: self.context.host.run(program, *arguments, timeout=COMMAND_TIMEOUT),
            lambda result: f"exit code {result.exit_code}, {len(result.stdout)} characters",
        )

    def refusal(self, shape: str, request: str, ask: Callable[[], object], expected: Sequence[int]) -> None:
        """Ask for what isn't there; it holds when the host refuses with one of the expected codes."""
        began = self._begin(shape)
        try:
            ask()
        except Fault as fault:
            holds = fault.has(*expected)
            status = Status.HOLDS if holds else Status.UNEXPECTED
            self._end(shape, request, status, f"refused: {codes.describe_fault(fault)}", began, fault.codes)
        except (MalformedAnswer, OutcomeUnknown, HostUnreachable) as trouble:
            self._trouble(shape, request, trouble, began)
        else:
            self._end(shape, request, Status.UNEXPECTED, "not refused", began)

    def attempt(
        self, shape: str, request: str, ask: Callable[[], T], tell: Callable[[T], str] | None = None
    ) -> T | None:
        """Try one shape and keep how it ended. Returns the answer, or None when the shape doesn't hold.

        Raises HostUnreachable when the host can't be reached at all.
        """
        began = self._begin(shape)
        try:
            answer = ask()
        except Fault as fault:
            self._end(shape, request, Status.REFUSED, codes.describe_fault(fault), began, fault.codes)
        except (MalformedAnswer, OutcomeUnknown, HostUnreachable) as trouble:
            self._trouble(shape, request, trouble, began)
        except (Unlike, IisError) as different:
            self._end(shape, request, Status.UNEXPECTED, str(different), began)
        else:
            self._end(shape, request, Status.HOLDS, tell(answer) if tell else "", began)
            return answer
        return None

    def skip(self, shape: str, request: str, why: str) -> None:
        """Leave a shape out, and say why."""
        self.findings.append(Finding(shape, request, Status.SKIPPED, why))

    def _begin(self, shape: str) -> float:
        self._meter.begin(shape)
        return self.context.clock.monotonic()

    def _end(
        self, shape: str, request: str, status: Status, detail: str, began: float, fault: tuple[int, ...] = ()
    ) -> None:
        seconds = self.context.clock.monotonic() - began
        self.findings.append(Finding(shape, request, status, detail, fault, seconds, self._meter.spent()))

    def _trouble(self, shape: str, request: str, trouble: Exception, began: float) -> None:
        """Keep a lost or senseless answer as a finding, if the host still answers anything; else raise."""
        self._end(shape, request, Status.UNEXPECTED, f"{type(trouble).__name__}: {trouble}", began)
        if isinstance(trouble, HostUnreachable):
            if len(self.findings) == 1 or isinstance(trouble, (AuthenticationRefused, UnsupportedConnection)):
                raise trouble
            self._meter.begin("reconnect")
            self.context.host.reconnect()
            try:
                self.context.host.query(CIMV2, "SELECT Version FROM Win32_OperatingSystem")
            except (Fault, MalformedAnswer):
                return


def tell_result(result: MethodResult) -> str:
    """Say what a method gave back."""
    returned = "no return value" if result.return_value is None else f"returned {result.return_value}"
    outputs = ", ".join(result.outputs)
    return f"{returned}, outputs {outputs}" if outputs else returned


def _count(rows: Sequence[Instance]) -> str:
    return f"{len(rows)} row" + ("" if len(rows) == 1 else "s")


def _symbol(code: int) -> str | None:
    symbol, _space, number = codes.describe(code).partition(" (")
    return symbol if number else None


def _check_row(row: Instance, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in row and column not in _ARRAYS]
    if missing:
        raise Unlike(f"a row without {', '.join(missing)}")
    for column in columns:
        _TYPES.get(column, Instance.text)(row, column)
