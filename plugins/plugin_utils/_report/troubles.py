# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that need a person, grouped by their reason, the most urgent first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .events import MarkKind
from .rollout import Host, HostStatus, Rollout


class Need(str, Enum):
    """What a host needs a person for, the most urgent first."""

    DOWN = "still_down"
    INTERRUPTED = "interrupted"
    OUT_OF_ROTATION = "out_of_rotation"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    REFUSED = "refused"


_URGENCY = {need: number for number, need in enumerate(Need)}

#: What differs between hosts that failed for the same reason: how long something took.
_DURATION = re.compile(r"\b\d+(?:\.\d+)?(?= s\b)")
_INTERRUPTED = (
    "The run ended while this task was running. Run the same playbook again, on the same controller as the same "
    "user: it starts what ran before. Within 24 hours it knows that also of what doesn't start automatically."
)
_OUT = "The run ended before this host was returned to the load balancer. Run the same playbook again."


@dataclass(frozen=True)
class Trouble:
    """Hosts in trouble for the same reason. ``message`` and ``task`` are those of the first host."""

    need: Need
    task: str
    message: str
    hosts: Sequence[Host]

    @property
    def limit(self) -> str:
        """The hosts as Ansible's ``--limit`` takes them."""
        return ",".join(host.name for host in self.hosts)


def troubles(rollout: Rollout) -> Sequence[Trouble]:
    """The groups, the most urgent first, then the largest."""
    groups: dict[tuple[Need, str, str], list[Host]] = {}
    for host in rollout.hosts:
        need = _need(host)
        if need is not None:
            groups.setdefault((need, _task(host), _reason(host, need)), []).append(host)
    made = [
        Trouble(need, task, _message(hosts[0], need), tuple(sorted(hosts, key=lambda host: host.name)))
        for (need, task, _reason), hosts in groups.items()
    ]
    return sorted(made, key=lambda trouble: (_URGENCY[trouble.need], -len(trouble.hosts)))


def again(rollout: Rollout) -> Sequence[str]:
    """The hosts that have to be run again, because they were reached and aren't done."""
    unfinished = (HostStatus.FAILED, HostStatus.UNREACHABLE, HostStatus.INTERRUPTED, HostStatus.STOPPED)
    return sorted(host.name for host in rollout.hosts if host.status in unfinished)


def _need(host: Host) -> Need | None:
    line = host.timeline
    if host.status is HostStatus.RUNNING:
        return None
    if line and line.is_down:
        return Need.DOWN
    if host.status is HostStatus.INTERRUPTED:
        return Need.INTERRUPTED
    bad = host.status in (HostStatus.FAILED, HostStatus.UNREACHABLE)
    if line and line.in_rotation is False and (bad or host.status is HostStatus.STOPPED):
        return Need.OUT_OF_ROTATION
    if host.status is HostStatus.UNREACHABLE:
        return Need.UNREACHABLE
    if host.status is HostStatus.FAILED:
        return Need.FAILED if line and line.changed else Need.REFUSED
    return None


def _task(host: Host) -> str:
    """The task that the message is from."""
    return host.timeline.task if host.timeline and host.timeline.message else host.task


def _message(host: Host, need: Need) -> str:
    if host.timeline and host.timeline.message:
        return host.timeline.message
    if host.status is HostStatus.INTERRUPTED:
        return _INTERRUPTED
    if need is Need.OUT_OF_ROTATION:
        return _OUT
    unverified = (
        [mark.text for mark in host.timeline.marks if mark.kind is MarkKind.NOT_VERIFIED] if host.timeline else []
    )
    return unverified[-1] if unverified else ""


def _reason(host: Host, need: Need) -> str:
    """The message without what differs from host to host: its name, and how long things took."""
    text = re.sub(rf"(?<![\w.-]){re.escape(host.name)}(?![\w-])", "", _message(host, need))
    return _DURATION.sub("", text)
