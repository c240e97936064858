# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: what goes wrong on the wire, and when."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from simulator.wire.service import Summary


class Effect(enum.Enum):
    """What happens to a request."""

    CUT_BEFORE = "cut_before"
    """The connection is cut before the request is processed."""
    CUT_AFTER = "cut_after"
    """The request is processed, then the connection is cut instead of an answer."""
    DELAY = "delay"
    """The request is processed, the answer waits for ``seconds`` of real time."""
    FAULT = "fault"
    """The answer is a fault with ``code``; the request is not processed."""
    FAULT_AFTER = "fault_after"
    """The request is processed, and the answer is a fault with ``code`` all the same."""
    STATUS = "status"
    """The answer is the HTTP ``status`` (503) without a body; the request is not processed."""
    STATUS_AFTER = "status_after"
    """The request is processed, and the answer is the HTTP ``status``: a proxy lost the host's (502, 504)."""
    TRUNCATE = "truncate"
    """The request is processed, and the answer is cut off in the middle of its (sealed) body."""


@dataclass
class Rule:
    """Which requests something happens to: those that match all that is given, from the ``nth`` of them on, ``count``
    times (0: for ever). Names compare without case; ``action`` is short (``Enumerate``, ``Invoke``, ``Command``, …)."""

    effect: Effect
    action: str = ""
    class_name: str = ""
    method: str = ""
    query: str = ""
    """A part of the WQL or of the command line."""
    nth: int = 1
    count: int = 1
    seconds: float = 0.0
    code: int = 2150858752
    text: str = ""
    status: int = 503
    seen: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def strikes(self, summary: Summary) -> bool:
        """Whether a request is one that something happens to; counts it."""
        for wanted, actual in (
            (self.action, summary.action),
            (self.class_name, summary.class_name),
            (self.method, summary.method),
        ):
            if wanted and wanted.casefold() != actual.casefold():
                return False
        if self.query.casefold() not in summary.query.casefold():
            return False
        self.seen += 1
        if self.seen < self.nth or (self.count and self.done >= self.count):
            return False
        self.done += 1
        return True

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Rule:
        """A rule from plain values; raises ValueError for names and effects that do not exist."""
        allowed = {each.name for each in fields(cls) if each.init}
        if unknown := set(values) - allowed:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        return cls(**{**values, "effect": Effect(values.get("effect"))})


@dataclass
class FaultPlan:
    """The rules of one host; the first that strikes decides."""

    rules: list[Rule] = field(default_factory=list)

    def add(self, rule: Rule) -> Rule:
        """Add a rule, and give it back for its counters."""
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """No more faults."""
        self.rules.clear()

    def strike(self, summary: Summary) -> Rule | None:
        """The rule for a request, if any."""
        return next((rule for rule in self.rules if rule.strikes(summary)), None)
