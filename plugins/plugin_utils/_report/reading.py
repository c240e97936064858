# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the result of a task: only what is listed here ever gets into a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .events import TaskEvent, TaskStatus

_COLLECTION = "fleetops.iis."
#: The modules of which more is read than the message.
_READ = ("iis_service", "iis_metabase_save", "iis_isolation_mode")
HIDDEN = "The message is hidden, because the task sets no_log."

_RUNNING = frozenset({"started", "paused", "starting", "continuing", "pausing"})
_DOWN = frozenset({"stopped", "stopping"})
_PROTOCOLS = ("http", "ftp", "smtp", "nntp")

#: A user and password in a URL.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
#: A message longer than this is cut: a report is read by people.
_LONGEST = 4000


@dataclass(frozen=True)
class ServiceReading:
    """What a result of iis_service tells. ``ran`` and ``down`` are services: before the task, and as it left them."""

    ran: frozenset[str] = frozenset()
    down: frozenset[str] = frozenset()
    up: frozenset[str] = frozenset()
    outage: float | None = None
    brought_back: bool = False
    sessions: Mapping[str, int | None] = field(default_factory=dict)
    saved: bool | None = None

    @property
    def went_down(self) -> bool:
        """Whether services stopped, whatever became of them."""
        return self.outage is not None or self.brought_back or bool(self.ran & self.down)


def is_action(event: TaskEvent, name: str) -> bool:
    """Whether the task ran this module of the collection."""
    return event.action == _COLLECTION + name


def parts(event: TaskEvent) -> Sequence[TaskEvent]:
    """One event for each item of a loop whose results are read; any other event is its only part.

    Nothing tells when an item began and ended, but that was before the services of a later one went down. So outages
    follow each other, and nothing is said of drains.
    """
    items = event.result.get("results")
    if not isinstance(items, list) or not any(is_action(event, name) for name in _READ):
        return [event]
    found: list[TaskEvent] = []
    ended = event.ended
    for item in reversed(items):
        if not isinstance(item, Mapping) or item.get("skipped"):
            continue
        outage = _number(item.get("outage_seconds"))
        down = event.started if outage is None else max(event.started, ended - outage)
        found.insert(0, replace(event, status=_item_status(event, item), started=down, ended=ended, result=item))
        ended = ended if outage is None else down
    return found


def _item_status(event: TaskEvent, item: Mapping[str, Any]) -> TaskStatus:
    if item.get("unreachable"):
        return TaskStatus.UNREACHABLE
    if item.get("failed"):
        return TaskStatus.IGNORED if event.status is TaskStatus.IGNORED else TaskStatus.FAILED
    return TaskStatus.CHANGED if item.get("changed") else TaskStatus.OK


def message(result: Mapping[str, Any]) -> str:
    """What a failed task says, without what must not be told."""
    if "censored" in result or result.get("_ansible_no_log"):
        return HIDDEN
    words = list(_messages(result))
    text = _CREDENTIALS.sub("***@", "\n".join(dict.fromkeys(words)))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _messages(result: Mapping[str, Any]) -> Iterator[str]:
    items = result.get("results")
    failed = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    for item in failed:
        if item.get("failed") or item.get("unreachable"):
            yield message(item)
    if not any(item.get("failed") or item.get("unreachable") for item in failed):
        text = result.get("msg")
        yield text.strip() if isinstance(text, str) else "" if text is None else str(text)


def read_service(event: TaskEvent) -> ServiceReading:
    """Read a result of iis_service."""
    result = event.result
    services = _mapping(result.get("services"))
    states = {key: _mapping(value) for key, value in services.items()}
    seen = "before" if event.check else "after"
    return ServiceReading(
        ran=frozenset(_name(key, value) for key, value in states.items() if value.get("before") in _RUNNING),
        down=frozenset(_name(key, value) for key, value in states.items() if value.get(seen) in _DOWN),
        up=frozenset(_name(key, value) for key, value in states.items() if value.get(seen) in _RUNNING),
        outage=_number(result.get("outage_seconds")),
        brought_back=bool(result.get("brought_back")),
        sessions=_sessions(result.get("sessions_cut")),
        saved=_saved(event),
    )


def read_save(event: TaskEvent) -> bool | None:
    """Whether a task of iis_metabase_save saved the metabase; None when nothing was to be saved, or nothing is told."""
    if event.check or event.status is TaskStatus.UNREACHABLE:
        return None
    if event.status in (TaskStatus.FAILED, TaskStatus.IGNORED):
        return False
    return None if "censored" in event.result or _has_nothing_to_save(event.result) else True


def _saved(event: TaskEvent) -> bool | None:
    """Whether the metabase was saved; None when it wasn't to be.

    A task that fails because of the save stops nothing, so it has nothing to tell about bringing services back.
    """
    save = _mapping(event.result.get("save"))
    if event.check or not save or _has_nothing_to_save(save):
        return None
    return event.status not in (TaskStatus.FAILED, TaskStatus.IGNORED) or "brought_back" in event.result


def _has_nothing_to_save(save: Mapping[str, Any]) -> bool:
    """Whether there is no metabase in memory, as on IIS 7 and later."""
    return save.get("needed") is False


def mode_change(result: Mapping[str, Any]) -> str:
    """Say how the isolation mode was changed; empty where the result is hidden."""
    before, after = result.get("configured_mode_before"), result.get("configured_mode")
    return f"Isolation mode {before} → {after}" if before and after else ""


def _sessions(value: Any) -> dict[str, int | None]:
    counts = _mapping(value)
    return {
        protocol: counts[protocol] if isinstance(counts[protocol], int) else None
        for protocol in _PROTOCOLS
        if protocol in counts
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _name(key: str, service: Mapping[str, Any]) -> str:
    return str(service.get("name", key))
