# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results, and the tables that show them."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class Status(enum.Enum):
    """How a check ended."""

    OK = "ok"
    REFUSED = "refused as it should be"
    SKIPPED = "skipped"
    UNABLE = "not possible"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Result:
    """One check: which client, by which authentication, did what. ``detail`` is why it was skipped or what failed."""

    client: str
    auth: str
    operation: str
    status: Status
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What the result is of."""
        return self.client, self.auth, self.operation

    def line(self) -> str:
        """The result for the screen."""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.client:<22} {self.auth:<26} {self.operation:<44} {self.status.value}{detail}"


_INTRODUCTION = """\
# Conformance

What clients that know nothing of this project do with the simulated hosts, and what the client of this project makes of
answers that real hosts gave. This file is written by `make conformance` (`CONFORMANCE_WRITE=1 make conformance`) from
what it ran; the target fails when a result is no longer what is written here.

*ok*: the client got what is true inside the host. *refused as it should be*: the host refused, in the way that Windows
does. *skipped*: it wasn't tried; the reason is below the table. An empty field: that client can't do that. Clients come
from Debian 12 and PyPI, wsmancli 2.8 from source; the Kerberos realm is a KDC of its own on a loopback address.
"""


def document(results: Sequence[Result]) -> str:
    """The results as Markdown: a table for each client, operations down, authentication across."""
    parts = [_INTRODUCTION]
    for client in _ordered(result.client for result in results):
        mine = [result for result in results if result.client == client]
        parts += [f"\n## {client}\n\n", _table(mine), _notes(mine)]
    return "".join(parts)


def _table(results: Sequence[Result]) -> str:
    auths = _ordered(result.auth for result in results)
    shown = [result for result in results if result.status is not Status.UNABLE]
    cells = {(result.operation, result.auth): result.status.value for result in shown}
    lines = [f"| Operation | {' | '.join(auths)} |", f"|---|{'---|' * len(auths)}"]
    lines += [
        f"| {operation} | {' | '.join(cells.get((operation, auth), '') for auth in auths)} |"
        for operation in _ordered(result.operation for result in shown)
    ]
    return "\n".join(lines) + "\n"


def _notes(results: Sequence[Result]) -> str:
    """Why something was skipped or not possible: for each reason, what."""
    reasons: dict[tuple[Status, str], list[str]] = {}
    for result in results:
        if result.status in (Status.SKIPPED, Status.UNABLE):
            what = result.auth if result.operation == ALL else result.operation
            reasons.setdefault((result.status, result.detail), []).append(what)
    lines = [f"- {status.value}: {', '.join(_ordered(what))}: {why}\n" for (status, why), what in reasons.items()]
    return ("\n" if lines else "") + "".join(lines)


def _ordered(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def statuses(text: str) -> dict[tuple[str, str, str], str]:
    """What a document says, by client, authentication and operation."""
    found: dict[tuple[str, str, str], str] = {}
    client, auths = "", list[str]()
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("## "):
            client = line[3:].strip()
        elif line.startswith("| Operation |"):
            auths = cells[1:]
        elif line.startswith("| ") and client:
            said = zip(auths, cells[1:], strict=True)
            found.update({(client, auth, cells[0]): cell for auth, cell in said if cell})
    return found


def differences(text: str, results: Sequence[Result]) -> list[str]:
    """Where the results contradict a document. What was skipped this time contradicts nothing."""
    written = statuses(text)
    wrong = []
    for result in results:
        said = written.get(result.key, "nothing")
        if result.status not in (Status.SKIPPED, Status.UNABLE) and said != result.status.value:
            wrong.append(f"{result.client}, {result.auth}, {result.operation}: {result.status.value}; written: {said}")
    ran = {result.key for result in results}
    ran_clients = {(result.client, result.auth) for result in results if result.operation != ALL}
    gone = [key for key in written if key not in ran and key[:2] in ran_clients]
    return wrong + [f"{', '.join(key)}: no longer tried" for key in gone]


ALL = "all operations"
"""The operation of a result that stands for a whole client or way to authenticate that couldn't be tried."""


def plain(text: object) -> str:
    """One line of text for a table: no line feeds, no bars, not too long."""
    return re.sub(r"\s+", " ", str(text)).replace("|", "/").strip()[:200]
