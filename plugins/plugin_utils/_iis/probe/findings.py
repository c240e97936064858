# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a request shape ended on a host."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from .. import codes


class Status(str, Enum):
    """How a request shape ended."""

    HOLDS = "holds"
    REFUSED = "refused"
    UNEXPECTED = "unexpected"
    SKIPPED = "skipped"

    def __str__(self) -> str:
        return self.value


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


def _symbol(code: int) -> str | None:
    symbol, _space, number = codes.describe(code).partition(" (")
    return symbol if number else None
