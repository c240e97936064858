# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs from an earlier rollout, by its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rollout import HostStatus, Rollout

#: The formats of the JSON that can be compared with.
FORMATS = (1, 2)

_TROUBLE = frozenset(
    status.value for status in (HostStatus.FAILED, HostStatus.UNREACHABLE, HostStatus.INTERRUPTED, HostStatus.STOPPED)
)
#: An outage that grew by less, in seconds, or by less than a quarter, is the same.
_GREW_SECONDS = 2.0
_GREW_SHARE = 1.25


class NotAReport(ValueError):
    """The file isn't the JSON of a report."""


@dataclass(frozen=True)
class Previous:
    """An earlier rollout: when it began (ISO 8601), and each host's status and seconds of outage."""

    title: str
    started: str
    hosts: Mapping[str, tuple[str, float | None]]


@dataclass(frozen=True)
class Comparison:
    """What is new and what is gone since the previous rollout. ``longer``: host, seconds then, seconds now.

    ``joined`` and ``left`` are hosts that only one of the two had. A host that wasn't reached this time is neither
    new nor gone.
    """

    previous: Previous
    broke: Sequence[str]
    recovered: Sequence[str]
    longer: Sequence[tuple[str, float, float]]
    joined: Sequence[str]
    left: Sequence[str]


def read_previous(path: Path) -> Previous:
    """Read an earlier report; of a folder the newest. Raises OSError, and NotAReport when there is none."""
    if not path.is_dir():
        return _read(path)
    for file in sorted(path.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True):
        try:
            return _read(file)
        except NotAReport:
            continue
    raise NotAReport("the folder has no JSON of a report")


def compare(rollout: Rollout, previous: Previous) -> Comparison:
    """Compare a rollout with an earlier one."""
    now = {host.name: host for host in rollout.hosts}
    then = previous.hosts
    both = [name for name in now if name in then]
    longer = []
    for name in both:
        line, before = now[name].timeline, then[name][1]
        after = line.outage_seconds if line else None
        if before is not None and after is not None and after > max(before * _GREW_SHARE, before + _GREW_SECONDS):
            longer.append((name, before, after))
    bad = {name for name in both if now[name].status.value in _TROUBLE}
    good = {name for name in both if now[name].status in (HostStatus.CHANGED, HostStatus.UNCHANGED, HostStatus.WARNED)}
    was_bad = {name for name in both if then[name][0] in _TROUBLE}
    return Comparison(
        previous=previous,
        broke=sorted(bad - was_bad),
        recovered=sorted(good & was_bad),
        longer=sorted(longer, key=lambda host: host[1] - host[2]),
        joined=sorted(set(now) - set(then)),
        left=sorted(set(then) - set(now)),
    )


def _read(path: Path) -> Previous:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["format"] not in FORMATS:
            raise NotAReport(f"its format {values['format']} is unknown here")
        hosts = {
            str(host["name"]): (str(host["status"]), _number(host.get("outage_seconds"))) for host in values["hosts"]
        }
        return Previous(str(values["title"]), str(values["started"]), hosts)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise NotAReport("it isn't the JSON of a report") from error


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None
