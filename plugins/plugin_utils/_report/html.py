# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for people: one page, made of the templates, report.css and report.js. It needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from .compare import Comparison
from .events import Mark, MarkKind
from .rollout import Host, HostStatus, Rollout
from .timeline import Timeline
from .troubles import again, troubles
from .words import headline, hosts, needs, seconds, sessions, status

_FOLDER = Path(__file__).parent

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


#: An anchor is made of a name like this; others are numbered.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
#: How often, in seconds, an open page of a run that goes on loads itself again.
REFRESH = 5


@dataclass(frozen=True)
class Piece:
    """A part of a time line, in seconds from where it begins."""

    left: float
    width: float
    name: str
    sign: str = ""


def to_html(
    rollout: Rollout, comparison: Comparison | None = None, row: Callable[[Host, Rollout], str] | None = None
) -> str:
    """The page. ``row`` makes the rows of a host, :func:`host_rows` by default."""
    axis = max((_length(host.timeline) for host in rollout.hosts if host.timeline), default=0.0) or 1.0
    return _template("report.html.j2").render(
        rollout=rollout,
        headline=headline(rollout),
        statuses={which: status(which, rollout) for which in HostStatus},
        counts={which: rollout.count(which) for which in HostStatus},
        troubles=troubles(rollout),
        again=again(rollout),
        comparison=comparison,
        known={host.name for host in rollout.hosts if host.has_row},
        needs=needs,
        groups=_groups(rollout),
        axis=axis,
        ticks=_ticks(axis),
        refresh=REFRESH,
        rows=Markup("\n").join(
            Markup((row or host_rows)(host, rollout))  # noqa: S704 - made by a template that escapes
            for host in rollout.hosts
            if host.has_row
        ),
        css=Markup(_read("report.css")),  # noqa: S704 - our own file
        js=Markup(_read("report.js")),  # noqa: S704 - our own file
    )


def host_rows(host: Host, rollout: Rollout) -> str:
    """The two rows of one host: what is seen of it, and what can be opened."""
    sign, word, _meaning = status(host.status, rollout)
    return _template("row.html.j2").render(host=host, line=host.timeline, sign=sign, word=word, check=rollout.check)


def anchor(name: str) -> str:
    """The anchor of a host: its name, where an address can hold that."""
    return (
        f"host-{name}"
        if _PLAIN_NAME.fullmatch(name)
        else f"other-{sha256(name.encode(errors='replace')).hexdigest()[:12]}"
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=DictLoader({name: _read(name) for name in ("report.html.j2", "row.html.j2", "parts.html.j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(seconds=seconds, sessions=sessions, clock=_clock, day=_day, anchor=anchor, hosts=hosts)
    environment.globals.update(pieces=_pieces, in_words=_in_words)
    return environment.get_template(name)


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
        groups.append(("Waits" if rollout.under_way else "Never began", False, members[None]))
    return groups


def _by_name(hosts: Sequence[Host], rollout: Rollout) -> Sequence[Host]:
    """The hosts of a batch in the order in which the batch has them."""
    order = {name: place for batch in rollout.batches for place, name in enumerate(batch.hosts)}
    return sorted(hosts, key=lambda host: order.get(host.name, 0))


# -- time lines --------------------------------------------------------------------------------------------------------


def _length(line: Timeline) -> float:
    return line.ended - line.started


def _pieces(line: Timeline) -> Sequence[Piece]:
    """What is drawn: when tasks worked on the host, drains, outages, marks."""

    def span(start: float, end: float, name: str) -> Piece:
        left = max(start, line.started)
        return Piece(round(left - line.started, 2), round(max(end - left, 0.0), 2), name)

    pieces = [span(start, end, "ran") for start, end in line.busy]
    pieces += [span(start, end, "drain") for start, end in line.drains]
    for outage in line.outages:
        end = line.ended if outage.end is None else outage.end
        pieces.append(span(outage.start, end, "down" if outage.end is not None else "down open"))
    shown = [mark for mark in line.marks if mark.kind in _PLACED_MARKS]
    marks = [
        Piece(span(mark.time, mark.time, "").left, 0.0, mark.kind.value, _SIGNS[mark.kind]) for mark in _last(shown)
    ]
    return [*pieces, *marks]


def _last(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Of each kind the last: an earlier save or failure lies under it, and is in the list."""
    last = {mark.kind: mark for mark in marks}
    return sorted(last.values(), key=lambda mark: mark.time)


def _ticks(axis: float) -> Sequence[tuple[float, str]]:
    """Some round numbers of seconds along the axis: place in percent, label."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
    step = next((step for step in steps if axis / step <= 6), steps[-1])
    return [(round(number * step / axis * 100, 2), seconds(number * step)) for number in range(int(axis // step) + 1)]


def _in_words(line: Timeline) -> str:
    """The time line in words, for those who don't see it."""
    words = [f"{mark.text} after {seconds(mark.time - line.started)}" for mark in line.marks]
    return "; ".join(words) or "nothing happened that is worth a mark"


def _clock(moment: float) -> str:
    """The time of day where the controller is."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S")


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
