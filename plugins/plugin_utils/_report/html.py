# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for people: one page, report.html.j2, with report.css and report.js in it. It needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from .events import Mark, MarkKind
from .rollout import Host, HostStatus, Rollout
from .timeline import Timeline
from .words import headline, seconds, sessions

_FOLDER = Path(__file__).parent

#: A sign, a word, and what it means. No status is told by its colour alone.
STATUSES: Mapping[HostStatus, tuple[str, str, str]] = {
    HostStatus.FAILED: ("✕", "Failed", "A task failed. Look at this host."),
    HostStatus.UNREACHABLE: ("?", "Unreachable", "The host didn't answer."),
    HostStatus.STOPPED: ("‖", "Stopped", "In order so far, but the play ended before its turn was over."),
    HostStatus.CHANGED: ("✓", "Done", "Changed, and nothing failed."),
    HostStatus.UNCHANGED: ("=", "Nothing to do", "Already as it should be."),
    HostStatus.UNTOUCHED: ("", "Not touched", "Its turn never came: nothing was sent to it."),
}

#: The marks that have a sign of their own on a time line; the others are in the list of what happened.
_SIGNS: Mapping[MarkKind, str] = {
    MarkKind.SAVED: "S",
    MarkKind.VERIFIED: "✓",
    MarkKind.NOT_SAVED: "✕",
    MarkKind.NOT_VERIFIED: "✕",
    MarkKind.FAILED: "✕",
    MarkKind.UNREACHABLE: "?",
}
_PLACED_MARKS = tuple(_SIGNS)


@dataclass(frozen=True)
class Piece:
    """A part of a time line, in percent of its axis."""

    left: float
    width: float
    name: str
    sign: str = ""


def to_html(rollout: Rollout) -> str:
    """The page."""
    axis = max((_length(host.timeline) for host in rollout.hosts if host.timeline), default=0.0) or 1.0
    return _template().render(
        rollout=rollout,
        headline=headline(rollout),
        statuses=STATUSES,
        counts={status: rollout.count(status) for status in HostStatus},
        groups=_groups(rollout),
        ticks=_ticks(axis),
        pieces=lambda line: _pieces(line, axis),
        told=_told,
        css=Markup(_read("report.css")),  # noqa: S704 - our own file
        js=Markup(_read("report.js")),  # noqa: S704 - our own file
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=DictLoader({"report": _read("report.html.j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(seconds=seconds, sessions=sessions, clock=_clock, day=_day)
    return environment.get_template("report")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _groups(rollout: Rollout) -> Sequence[tuple[str, bool, Sequence[Host]]]:
    """The hosts by batch, in the order of the batches: a label, whether the play stopped there, the hosts."""
    members: dict[int | None, list[Host]] = {}
    for host in rollout.hosts:
        members.setdefault(host.batch, []).append(host)
    stopped = {batch.number: batch.stopped for batch in rollout.batches}
    numbers = sorted(number for number in members if number is not None)
    groups = [(f"Batch {number}", stopped[number], _by_name(members[number], rollout)) for number in numbers]
    if None in members:
        groups.append(("Never began", False, members[None]))
    return groups


def _by_name(hosts: Sequence[Host], rollout: Rollout) -> Sequence[Host]:
    """The hosts of a batch in the order in which the batch has them."""
    order = {name: place for batch in rollout.batches for place, name in enumerate(batch.hosts)}
    return sorted(hosts, key=lambda host: order.get(host.name, 0))


# -- time lines --------------------------------------------------------------------------------------------------------


def _length(line: Timeline) -> float:
    return line.ended - line.started


def _pieces(line: Timeline, axis: float) -> Sequence[Piece]:
    """What is drawn: the time that the host took, its outages, its marks."""

    def place(moment: float) -> float:
        return round(max(0.0, min(100.0, (moment - line.started) / axis * 100)), 2)

    pieces = [Piece(0.0, place(line.ended), "ran")]
    for outage in line.outages:
        left = place(outage.start)
        end = place(line.ended if outage.end is None else outage.end)
        pieces.append(Piece(left, round(max(end - left, 0.4), 2), "down" if outage.end is not None else "down open"))
    shown = [mark for mark in line.marks if mark.kind in _PLACED_MARKS]
    return [*pieces, *(Piece(place(mark.time), 0.0, mark.kind.value, _SIGNS[mark.kind]) for mark in _last(shown))]


def _last(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Of each kind the last: an earlier save or failure lies under it or is told in the list."""
    last = {mark.kind: mark for mark in marks}
    return sorted(last.values(), key=lambda mark: mark.time)


def _ticks(axis: float) -> Sequence[tuple[float, str]]:
    """Some round numbers of seconds along the axis: place in percent, label."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
    step = next((step for step in steps if axis / step <= 6), steps[-1])
    return [(round(number * step / axis * 100, 2), seconds(number * step)) for number in range(int(axis // step) + 1)]


def _told(line: Timeline) -> str:
    """The time line in words, for those who don't see it."""
    words = [f"{mark.text} after {seconds(mark.time - line.started)}" for mark in line.marks]
    return "; ".join(words) or "nothing happened that is worth a mark"


def _clock(moment: float) -> str:
    """The time of day where the controller is."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S")


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
