# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's way through a rollout: from the events of its tasks to a time line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .events import INCLUDES, MILESTONES, Mark, MarkKind, TaskEvent, TaskStatus
from .reading import ServiceReading, is_action, message, mode_change, parts, read_save, read_service

_MILESTONES = {kind.value: kind for kind in MILESTONES}
_MILESTONE_WORDS = {
    MarkKind.DRAINED: "Drained",
    MarkKind.OUT_OF_ROTATION: "Taken out of rotation",
    MarkKind.BACK_IN_ROTATION: "Back in rotation",
    MarkKind.VERIFIED: "Verified",
}
_VERDICTS = {MarkKind.VERIFIED, MarkKind.NOT_VERIFIED}
#: Gaps shorter than this many seconds, and drains, aren't worth drawing.
_SHORT = 1.0
_WELL = (TaskStatus.OK, TaskStatus.CHANGED)
_BAD = (TaskStatus.FAILED, TaskStatus.UNREACHABLE)


@dataclass(frozen=True)
class Outage:
    """A time in which services were down, in seconds of Unix time. ``end`` None: they still were at the end.

    ``exact``: the module measured it. Otherwise it is bounded by the tasks that saw it begin and end.
    """

    start: float
    end: float | None
    exact: bool
    services: tuple[str, ...] = ()

    @property
    def seconds(self) -> float | None:
        """How long it was; None while it isn't over."""
        return None if self.end is None else self.end - self.start


@dataclass
class Timeline:
    """What happened on a host. Times in seconds of Unix time.

    ``busy`` are the times in which tasks worked on the host, ``drains`` those in which a restart drained and saved
    before it stopped anything; both from and to.

    ``changed``: a task changed something, also one that failed after it had. ``gone``: the host didn't answer to its
    last task. ``left_down``: services are down that a failed task, forgiven or not, stopped or couldn't start.

    ``saved``, ``verified`` and ``in_rotation`` are None when nothing was said about them. ``verified_last``: that was
    in the last play, not in one before it that only looked. ``sessions`` were cut, or in a report of check mode would
    be. ``message`` and ``task`` are those of the last failure, which can be an ignored one where services stayed down.
    """

    started: float
    ended: float
    marks: list[Mark] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)
    drains: list[tuple[float, float]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    sessions: dict[str, int | None] | None = None
    saved: bool | None = None
    verified: bool | None = None
    verified_last: bool = False
    in_rotation: bool | None = None
    changed: bool = False
    left_down: bool = False
    failed: bool = False
    unreachable: bool = False
    gone: bool = False
    message: str = ""
    task: str = ""

    @property
    def outage_seconds(self) -> float | None:
        """The seconds of all outages that ended; None when there was none."""
        seconds = [outage.seconds for outage in self.outages if outage.seconds is not None]
        return sum(seconds) if seconds else None

    @property
    def is_through(self) -> bool:
        """Whether the host is known to be well and where it belongs, whatever tasks may have been left."""
        return self.verified is True and self.verified_last and self.in_rotation is not False

    @property
    def is_unwell(self) -> bool:
        """Whether the host isn't well, or wasn't returned, although the play went on: it rescued or ignored that."""
        not_returned = self.in_rotation is False and (self.failed or self.unreachable)
        return self.verified is False or self.left_down or not_returned

    @property
    def is_down(self) -> bool:
        """Whether services that ran before were down when the host was last seen."""
        return any(outage.end is None for outage in self.outages)


def build(events: Sequence[TaskEvent], *, check: bool = False, over: bool = True, turn: int = 0) -> Timeline | None:
    """The time line of one host's events, oldest first; None without any.

    ``check``: the whole run was in check mode, so what tasks foretell is what there is to tell. In a real run a task
    in check mode only reads. ``over``: no more tasks of the play follow. Otherwise a host isn't back whose last task is
    of a file that returns it to the load balancer: the next may be of that file, too. ``turn``: how many events were
    before the last play.
    """
    builder = _Builder(check)
    for event in events[:turn]:
        builder.add(event)
    builder.begin_play()
    for event in events[turn:]:
        builder.add(event)
    if over or not builder.in_hook:
        builder.come_back()
    return builder.timeline


class _Builder:
    def __init__(self, check: bool) -> None:
        self.check = check
        self.timeline: Timeline | None = None
        #: The tasks to which the host didn't answer, until it does.
        self.unanswered: list[str] = []
        self.down: dict[str, float] = {}
        #: When the last task ended that returned the host, until one follows that doesn't; whether these are from a
        #: file that was included for that; and the mark of the return.
        self.returning: float | None = None
        self.in_hook = False
        self.returned: Mark | None = None

    def begin_play(self) -> None:
        """The last play begins: what returned the host before has ended, and it has to be verified anew."""
        self.come_back()
        self.in_hook = False
        if self.timeline is not None:
            self.timeline.verified_last = False

    def add(self, event: TaskEvent) -> None:
        line = self.timeline
        if line is None:
            line = self.timeline = Timeline(event.started, event.ended)
        if not event.returns:
            self.come_back()
            self.in_hook = False
        line.ended = max(line.ended, event.ended)
        _extend(line.busy, event.started, event.ended)
        if self.check or not event.check:  # a task that only looks foretells what a later one costs
            line.warnings += [words for words in event.warnings if words not in line.warnings]
        self.add_answer(line, event)
        for part in parts(event):
            if is_action(part, "iis_service"):
                self.add_service(line, part)
            elif is_action(part, "iis_metabase_save"):
                self.add_save(line, part)
            elif part.status is TaskStatus.CHANGED and (self.check or not part.check):
                self.add_change(line, part)
        self.add_milestone(line, event)
        if event.status in _BAD:
            self.add_failure(line, event)
        line.changed |= event.status is TaskStatus.CHANGED and (self.check or not event.check)
        line.changed |= bool(event.result.get("changed")) and not event.check

    def add_answer(self, line: Timeline, event: TaskEvent) -> None:
        """The host answers or doesn't. Where that is forgiven and it answers later, it is a warning."""
        line.gone = event.status is TaskStatus.UNREACHABLE
        if line.gone:
            self.unanswered.append(event.task)
            return
        line.warnings += [f"The host didn't answer to: {task}." for task in dict.fromkeys(self.unanswered)]
        self.unanswered.clear()

    # -- services ------------------------------------------------------------------------------------------------

    def add_service(self, line: Timeline, event: TaskEvent) -> None:
        reading = read_service(event)
        if event.check:
            if self.check and event.status is TaskStatus.CHANGED:
                _count(line, reading.sessions)
                line.marks.append(Mark(event.ended, MarkKind.CHANGED, event.task))
            self.come_up(line, reading.up, event.ended)
            return
        if reading.saved:
            before_stop = event.ended - reading.outage if reading.outage is not None else event.started
            self.mark_saved(line, max(before_stop, event.started))
        elif reading.saved is False:
            self.mark_unsaved(line, event)
        if reading.went_down:
            _count(line, reading.sessions)
        self.add_outage(line, event, reading)
        if event.status not in _WELL and not reading.down.isdisjoint(self.down):
            self.leave_down(line, event)
        if event.status is TaskStatus.CHANGED and not reading.went_down:
            line.marks.append(Mark(event.ended, MarkKind.CHANGED, event.task))

    def add_outage(self, line: Timeline, event: TaskEvent, reading: ServiceReading) -> None:
        down = reading.ran & reading.down
        if reading.outage is not None:
            start = event.ended - reading.outage
            if start - event.started > _SHORT:
                line.drains.append((event.started, start))
            line.marks.append(Mark(start, MarkKind.WENT_DOWN, "Went down"))
            line.marks.append(Mark(event.ended, MarkKind.CAME_UP, "Everything that ran runs again"))
            line.outages.append(Outage(start, event.ended, exact=True))
        elif down:
            line.marks.append(Mark(event.started, MarkKind.WENT_DOWN, f"Went down: {_names(down)}"))
            self.down.update({name: event.started for name in down if name not in self.down})
            self.put_open_outage(line)
        elif reading.brought_back:
            line.marks.append(Mark(event.started, MarkKind.WENT_DOWN, "Went down"))
            line.marks.append(Mark(event.ended, MarkKind.CAME_UP, "Brought back"))
            line.outages.append(Outage(event.started, event.ended, exact=False))
        self.come_up(line, reading.up, event.ended)

    def come_up(self, line: Timeline, up: frozenset[str], when: float) -> None:
        """Services that had been seen down run again; the outage ends with the last of them."""
        seen = {name for name in up if name in self.down}
        if not seen:
            return
        start = min(self.down.values())
        names = tuple(sorted(self.down))
        for name in seen:
            del self.down[name]
        line.marks.append(Mark(when, MarkKind.CAME_UP, f"Runs again: {_names(seen)}"))
        if self.down:
            return
        line.left_down = False
        line.outages = [outage for outage in line.outages if outage.end is not None]
        line.outages.append(Outage(start, when, exact=False, services=names))

    def put_open_outage(self, line: Timeline) -> None:
        line.outages = [outage for outage in line.outages if outage.end is not None]
        start = min(self.down.values())
        line.outages.append(Outage(start, None, exact=False, services=tuple(sorted(self.down))))

    @staticmethod
    def leave_down(line: Timeline, event: TaskEvent) -> None:
        """A task failed, and services are down: where that was ignored, it is the reason why the host isn't well."""
        line.left_down = True
        if event.status is TaskStatus.IGNORED:
            line.message, line.task = message(event.result), event.task
            line.marks.append(Mark(event.ended, MarkKind.FAILED, f"Failed: {event.task}"))

    # -- everything else -----------------------------------------------------------------------------------------

    def add_save(self, line: Timeline, event: TaskEvent) -> None:
        saved = read_save(event)
        if saved:
            self.mark_saved(line, event.ended)
        elif saved is False:
            self.mark_unsaved(line, event)
        elif event.status is TaskStatus.CHANGED and not event.check:
            line.marks.append(Mark(event.ended, MarkKind.CHANGED, event.task))

    def add_change(self, line: Timeline, event: TaskEvent) -> None:
        if is_action(event, "iis_isolation_mode"):
            line.marks.append(Mark(event.ended, MarkKind.CHANGED, mode_change(event.result) or event.task))
        elif event.milestone not in _MILESTONES:
            line.marks.append(Mark(event.ended, MarkKind.CHANGED, event.task))

    def add_milestone(self, line: Timeline, event: TaskEvent) -> None:
        if self.check:
            return
        if event.returns:
            self.add_return(line, event)
        kind = _MILESTONES.get(event.milestone or "")
        well = event.status in _WELL
        if kind is None or kind is MarkKind.BACK_IN_ROTATION or (well and event.action in INCLUDES):
            return
        if kind is MarkKind.VERIFIED:
            line.verified = line.verified_last = well
            kind = MarkKind.VERIFIED if well else MarkKind.NOT_VERIFIED
        elif not well:
            return
        elif kind is MarkKind.OUT_OF_ROTATION:
            line.in_rotation, self.returned = False, None
        # Several tasks in a row make one milestone: the last counts.
        if line.marks and (line.marks[-1].kind is kind or {line.marks[-1].kind, kind} == _VERDICTS):
            line.marks.pop()
        line.marks.append(Mark(event.ended, kind, _MILESTONE_WORDS.get(kind, f"Not verified: {event.task}")))

    def add_return(self, line: Timeline, event: TaskEvent) -> None:
        """One of the tasks that return a host ended: it is back when the last of them went well."""
        if event.status in _WELL:
            if event.action in INCLUDES:
                line.in_rotation, self.returned, self.in_hook = False, None, True
            self.returning = event.ended
        elif event.status in _BAD:
            line.in_rotation, self.returning = False, None
            line.marks = [mark for mark in line.marks if mark is not self.returned]

    def come_back(self) -> None:
        """All tasks that return the host went well, if there were any."""
        line = self.timeline
        if line is None or self.returning is None:
            return
        if line.in_rotation and self.returned in line.marks:
            line.marks.remove(self.returned)
        self.returned = Mark(self.returning, MarkKind.BACK_IN_ROTATION, _MILESTONE_WORDS[MarkKind.BACK_IN_ROTATION])
        line.marks.append(self.returned)
        line.in_rotation, self.returning = True, None

    def add_failure(self, line: Timeline, event: TaskEvent) -> None:
        unreachable = event.status is TaskStatus.UNREACHABLE
        told = message(event.result)
        passed_on = line.failed and line.message in told  # what is known already, and said once more by a later task
        line.unreachable |= unreachable
        line.failed |= not unreachable
        if passed_on and line.message:
            return
        line.message, line.task = told, event.task
        if unreachable:
            line.marks.append(Mark(event.ended, MarkKind.UNREACHABLE, f"Unreachable: {event.task}"))
        elif not line.marks or line.marks[-1].kind is not MarkKind.NOT_VERIFIED:
            line.marks.append(Mark(event.ended, MarkKind.FAILED, f"Failed: {event.task}"))

    @staticmethod
    def mark_saved(line: Timeline, when: float) -> None:
        line.saved = True
        line.marks.append(Mark(when, MarkKind.SAVED, "Metabase saved"))

    @staticmethod
    def mark_unsaved(line: Timeline, event: TaskEvent) -> None:
        line.saved = False
        line.marks.append(Mark(event.ended, MarkKind.NOT_SAVED, "Metabase not saved"))


def _extend(spans: list[tuple[float, float]], start: float, end: float) -> None:
    """Add a span; one that begins where the last ended makes that one longer."""
    if spans and start - spans[-1][1] < _SHORT:
        spans[-1] = (spans[-1][0], max(spans[-1][1], end))
    else:
        spans.append((start, end))


def _count(line: Timeline, sessions: Mapping[str, int | None]) -> None:
    """Add up; a protocol that was never counted stays unknown."""
    if not sessions:
        return
    known = dict(line.sessions or {})
    for protocol, number in sessions.items():
        so_far = known.get(protocol)
        known[protocol] = so_far if number is None else (so_far or 0) + number
    line.sessions = known


def _names(services: Iterable[str]) -> str:
    return ", ".join(sorted(services))
