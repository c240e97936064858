# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole rollout: its hosts, its batches, what became of each, and the sum of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .events import Running, TaskEvent
from .timeline import Timeline, build


class HostStatus(str, Enum):
    """What became of a host, the most urgent first."""

    FAILED = "failed"
    UNREACHABLE = "unreachable"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"
    RUNNING = "running"
    WARNED = "warned"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    UNTOUCHED = "untouched"


_URGENCY = {status: number for number, status in enumerate(HostStatus)}


@dataclass
class Batch:
    """Hosts that were handled together. ``stopped``: the play ended in this batch, before it was through."""

    number: int
    hosts: Sequence[str]
    stopped: bool = False


@dataclass
class Play:
    """A play: Ansible's ``key`` for it, all its hosts as it began, and its batches so far."""

    key: str
    hosts: Sequence[str]
    batches: list[Batch] = field(default_factory=list)


@dataclass(frozen=True)
class Host:
    """A host and what became of it. ``task``: what runs, or ran at the end.

    ``batch`` None: its turn in a play never came, or comes later. It can have a time line of the plays before.
    """

    name: str
    status: HostStatus
    batch: int | None
    timeline: Timeline | None
    task: str = ""

    @property
    def has_row(self) -> bool:
        """Whether there is more to say of it than that its turn never came."""
        return self.timeline is not None or self.task != "" or self.status is not HostStatus.UNTOUCHED


@dataclass(frozen=True)
class About:
    """What a change record asks of a run. ``variables``: those of the command line; None hides a value."""

    user: str = ""
    controller: str = ""
    inventory: Sequence[str] = ()
    limit: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    job: str = ""


@dataclass
class Record:
    """What the callback gathers. Times in seconds of Unix time; ``ended`` None while the play runs.

    ``interrupted``: Ansible ended before the play did, by Ctrl-C for instance. ``running``: the task on each host.
    ``failed`` and ``unreachable`` are Ansible's own counts, which know what was rescued; without them the events
    decide. ``_turns``: how many events each host had when its last batch began.
    """

    title: str
    playbook: str
    started: float
    check: bool = False
    ended: float | None = None
    interrupted: bool = False
    about: About = field(default_factory=About)
    running: dict[str, Running] = field(default_factory=dict)
    plays: list[Play] = field(default_factory=list)
    events: dict[str, list[TaskEvent]] = field(default_factory=dict)
    failed: frozenset[str] | None = None
    unreachable: frozenset[str] | None = None
    _turns: dict[str, int] = field(default_factory=dict)
    _timelines: dict[str, tuple[bool, Timeline | None]] = field(default_factory=dict)

    @property
    def batches(self) -> Sequence[Batch]:
        """The batches of all plays."""
        return [batch for play in self.plays for batch in play.batches]

    def begin_batch(self, hosts: Sequence[str], expected: Iterable[str], play: str) -> None:
        """Note that a play, or its next batch, begins with these hosts.

        ``play`` is the play's key, ``expected`` are all its hosts. Those that it has as it begins count: one that joins
        the inventory later has no turn in it.
        """
        batch = Batch(len(self.batches) + 1, list(hosts))
        if not self.plays or self.plays[-1].key != play:
            self.plays.append(Play(play, list(expected)))
        self.plays[-1].batches.append(batch)
        for name in hosts:
            self._turns[name] = len(self.events.get(name, ()))
            self._timelines.pop(name, None)

    def stop_batch(self) -> None:
        """Note that the play ended in the batch that runs now."""
        if self.plays:
            self.plays[-1].batches[-1].stopped = True

    def add(self, event: TaskEvent) -> None:
        """Note an event."""
        self.events.setdefault(event.host, []).append(event)
        self.running.pop(event.host, None)
        self._timelines.pop(event.host, None)

    def timeline(self, host: str, *, over: bool) -> Timeline | None:
        """The time line of a host, made once for as long as nothing happens on it. ``over``: the play is, for it."""
        known = self._timelines.get(host)
        if known is None or known[0] is not over:
            line = build(self.events.get(host, ()), check=self.check, over=over, turn=self._turns.get(host, 0))
            known = self._timelines[host] = (over, line)
        return known[1]

    def is_cut(self, batch: Batch) -> bool:
        """Whether tasks of the batch may be left: the play goes on with it, or ended before it was through."""
        if batch.stopped:
            return True
        return batch is self.plays[-1].batches[-1] and (self.interrupted or self.ended is None)

    def turns(self) -> Mapping[str, Batch | None]:
        """Each host's batch: of several plays the last that it got through, or else the first that it didn't.

        None: a play has this host, and in none of its batches.
        """
        turns: dict[str, Batch | None] = {}
        for play in self.plays:
            batches = {name: batch for batch in play.batches for name in batch.hosts}
            for name in dict.fromkeys([*play.hosts, *batches]):
                before = turns.get(name)
                if name not in turns or (before is not None and not before.stopped):
                    turns[name] = batches.get(name)
        return turns


@dataclass(frozen=True)
class Rollout:
    """What a report says. ``hosts`` come with the most urgent first, then in the order of the inventory."""

    title: str
    playbook: str
    check: bool
    started: float
    ended: float
    finished: bool
    interrupted: bool
    about: About
    hosts: Sequence[Host]
    batches: Sequence[Batch]

    def count(self, status: HostStatus) -> int:
        """How many hosts have this status."""
        return sum(host.status is status for host in self.hosts)

    @property
    def under_way(self) -> bool:
        """Whether the run goes on."""
        return not self.finished and not self.interrupted

    @property
    def done(self) -> int:
        """How many hosts need no more time in this run."""
        return len(self.hosts) - self.count(HostStatus.RUNNING) - self.count(HostStatus.UNTOUCHED)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the rate so far; None where there is no rate yet."""
        if not self.done or not self.under_way:
            return None
        return (self.ended - self.started) / self.done * (len(self.hosts) - self.done)

    @property
    def down(self) -> Sequence[Host]:
        """The hosts on which services that ran were down when last seen, but for those that are worked on."""
        return [
            host
            for host in self.hosts
            if host.timeline and host.timeline.is_down and host.status is not HostStatus.RUNNING
        ]

    @property
    def sessions(self) -> Mapping[str, int]:
        """How many sessions were cut on all hosts together, by protocol."""
        total: Counter[str] = Counter()
        for host in self.hosts:
            if host.timeline and host.timeline.sessions:
                total.update({name: number or 0 for name, number in host.timeline.sessions.items()})
        return dict(total)

    @property
    def longest_outage(self) -> tuple[str, float] | None:
        """The host with the longest outage, and its seconds."""
        outages = [
            (host.timeline.outage_seconds, host.name)
            for host in self.hosts
            if host.timeline and host.timeline.outage_seconds is not None
        ]
        if not outages:
            return None
        seconds, name = max(outages, key=lambda outage: outage[0])
        return name, seconds


def summarize(record: Record, now: float) -> Rollout:
    """Make the report's content of what was gathered; ``now`` in seconds of Unix time ends a play that still runs."""
    hosts = [_host(record, name, batch) for name, batch in record.turns().items()]
    hosts.sort(key=lambda host: _URGENCY[host.status])
    return Rollout(
        title=record.title,
        playbook=record.playbook,
        check=record.check,
        started=record.started,
        ended=now if record.ended is None else record.ended,
        finished=record.ended is not None and not record.interrupted,
        interrupted=record.interrupted,
        about=record.about,
        hosts=hosts,
        batches=record.batches,
    )


def _host(record: Record, name: str, batch: Batch | None) -> Host:
    line = record.timeline(name, over=batch is None or not record.is_cut(batch))
    running = record.running.get(name)
    return Host(
        name,
        _status(record, name, line, batch),
        batch.number if batch else None,
        line,
        running.task if running else "",
    )


def _status(record: Record, name: str, line: Timeline | None, batch: Batch | None) -> HostStatus:
    if line and (line.failed if record.failed is None else name in record.failed):
        return HostStatus.FAILED
    if line and (line.gone or name in (record.unreachable or ())):
        return HostStatus.UNREACHABLE
    ended = record.ended is not None
    if name in record.running and (record.interrupted or not ended):
        return HostStatus.INTERRUPTED if ended else HostStatus.RUNNING
    cut = batch is not None and record.is_cut(batch)
    if line is None:
        return HostStatus.UNTOUCHED if cut or batch is None else HostStatus.UNCHANGED
    if line.is_unwell and (ended or not cut):
        return HostStatus.FAILED
    if batch is None and not line.changed and line.in_rotation is not False:
        return HostStatus.UNTOUCHED
    if batch is None or (not line.is_through and (cut or line.in_rotation is False)):
        return HostStatus.STOPPED if ended or (batch is not None and batch.stopped) else HostStatus.RUNNING
    if line.warnings:
        return HostStatus.WARNED
    return HostStatus.CHANGED if line.changed else HostStatus.UNCHANGED
