# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the requests of a transcript to a simulated host like the recorded one, and lists where the two differ.

Answers to requests of one shape are compared together: a host may hand out the same rows in other portions. What a
host merely holds (values, how many rows) isn't compared; a query that has rows on one of the hosts only says nothing
about how rows look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.replay.assumed import Trace, line_of
from conformance.replay.dialogue import action_of
from conformance.replay.facts import Fact, facts_of, is_fault, output_of, rows_of, values_of
from conformance.replay.simulated import SimulatedHost, host_of
from conformance.replay.transcript import Exchange, Transcript


@dataclass(frozen=True)
class Difference:
    """Where the real host answered otherwise. ``line`` is the line of the simulator that assumed its answer."""

    kind: str
    shape: str
    what: str
    host: str
    simulator: str
    line: str

    def __str__(self) -> str:
        return (
            f"{self.kind}, {self.shape}: {self.what}\n  host:      {self.host}\n  simulator: {self.simulator}\n"
            f"  assumed:   {self.line}"
        )


@dataclass
class _Pair:
    """What both hosts answered to a request."""

    exchange: Exchange
    host: str
    own: str
    trace: Trace = field(default_factory=Trace)


@dataclass(frozen=True)
class _Held:
    """The texts that the rows of both hosts have, longest first."""

    host: Sequence[str]
    own: Sequence[str]


def compare(transcript: Transcript) -> list[Difference]:
    """Every difference between the host of a transcript and the simulator, in the order of the transcript."""
    groups: dict[tuple[str, str], list[_Pair]] = {}
    answered = list(_answered(transcript))
    held = _Held(values_of(pair.host for pair in answered), values_of(pair.own for pair in answered))
    for pair in answered:
        action = action_of(pair.exchange.request).rpartition("/")[2]
        groups.setdefault((pair.exchange.shape, "Enumerate" if action == "Pull" else action), []).append(pair)
    found = [
        difference
        for (shape, action), pairs in groups.items()
        for difference in (*_differences(f"{shape} ({action})", pairs), *_outputs(f"{shape} ({action})", pairs, held))
    ]
    return list(dict.fromkeys(found))


def _answered(transcript: Transcript) -> Iterator[_Pair]:
    with TemporaryDirectory() as folder:
        host = SimulatedHost(host_of(transcript), Path(folder))
        try:
            for exchange in transcript.exchanges:
                trace = Trace()
                with trace:
                    own = host.answer(exchange)
                if exchange.answer is not None:
                    yield _Pair(exchange, exchange.answer, own, trace)
        finally:
            host.close()


def _differences(shape: str, pairs: Sequence[_Pair]) -> Iterator[Difference]:
    both: list[_Pair] = []
    for pair in pairs:
        if is_fault(pair.host) == is_fault(pair.own):
            both.append(pair)
        else:
            yield _one_refused(shape, pair)
    host = frozenset[Fact]().union(*(facts_of(pair.host) for pair in both))
    own = frozenset[Fact]().union(*(facts_of(pair.own) for pair in both))
    if rows_of(host) != rows_of(own):
        host, own = (frozenset(fact for fact in facts if "/Items/" not in fact.what) for facts in (host, own))
    trace = Trace({line: 1 for pair in both for line in pair.trace.lines})
    told: set[str] = set()
    for what, kind in sorted({(fact.what, fact.kind) for fact in host ^ own}):
        if what.rpartition("/")[0] in told:
            told.add(what)  # the element above is missing already
            continue
        theirs, ours = _values(host, what, kind), _values(own, what, kind)
        if what.endswith("=") and not (theirs and ours):
            continue  # no value of this form there
        if not (theirs and ours):
            told.add(what)
        yield Difference(kind, shape, what, theirs or "nothing", ours or "nothing", _line(trace, kind, what, ours))


def _one_refused(shape: str, pair: _Pair) -> Difference:
    """One host refuses what the other does."""
    theirs, ours = (_codes(document) if is_fault(document) else "accepts" for document in (pair.host, pair.own))
    return Difference("code", shape, "fault", theirs, ours, line_of(pair.trace, re.findall(r"\d+", ours)))


def _outputs(shape: str, pairs: Sequence[_Pair], held: _Held) -> Iterator[Difference]:
    """What a program writes, line by line; in which order and how often is the host's own."""
    theirs, ours = (
        dict.fromkeys(_worded(line, values) for line in output_of(documents).split("\n"))
        for documents, values in (((p.host for p in pairs), held.host), ((p.own for p in pairs), held.own))
    )
    trace = Trace({line: 1 for pair in pairs for line in pair.trace.lines})
    only_there, only_here = (
        [line for line in one if line not in other] for one, other in ((theirs, ours), (ours, theirs))
    )
    for host, own in zip_longest(only_there, only_here, fillvalue="nothing"):
        yield Difference("text", shape, "output", host, own, line_of(trace, [], own))


def _worded(text: str, values: Sequence[str]) -> str:
    """A line without what is the host's own: what it holds, quoted words and numbers."""
    for value in values:
        text = text.replace(value, "…")
    return re.sub(r"\d+", "#", re.sub(r'"[^"]*"', '"…"', " ".join(text.split())))


def _codes(document: str) -> str:
    return ", ".join(sorted({fact.value for fact in facts_of(document) if fact.kind == "code"})) or "a fault"


def _values(facts: frozenset[Fact], what: str, kind: str) -> str:
    return ", ".join(sorted(fact.value for fact in facts if (fact.what, fact.kind) == (what, kind)))


def _line(trace: Trace, kind: str, what: str, ours: str) -> str:
    if kind == "text":
        return line_of(trace, [], ours)
    names = [name.strip("=@") for name in reversed(re.split(r"[/@]", what)) if name]
    if kind == "code":
        return line_of(trace, [*re.findall(r"\w+", ours), *names])
    return line_of(trace, ["true", *names] if ours.startswith("true") else names)
