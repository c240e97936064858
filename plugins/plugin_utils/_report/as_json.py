# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for pipelines: the same content as the page, as JSON. docs/fleets.md describes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .compare import Comparison
from .rollout import Host, HostStatus, Rollout
from .timeline import Outage, Timeline
from .troubles import again, troubles

FORMAT = 2
"""Grows when a reader of an earlier format could misunderstand a report."""


def to_json(rollout: Rollout, comparison: Comparison | None = None, text: Callable[[Host], str] | None = None) -> str:
    """The report as JSON text, one line for each host. ``text`` makes that line, :func:`host_text` by default."""
    values = {**as_values(rollout, comparison), "hosts": []}
    head = json.dumps(values, indent=2, ensure_ascii=False).removesuffix("[]\n}")
    hosts = ",\n".join("    " + (text or host_text)(host) for host in rollout.hosts)
    return f"{head}[\n{hosts}\n  ]\n}}\n"


def as_values(rollout: Rollout, comparison: Comparison | None = None) -> dict[str, Any]:
    """The report as plain values, without the hosts."""
    longest = rollout.longest_outage
    about = rollout.about
    return {
        "format": FORMAT,
        "title": rollout.title,
        "playbook": rollout.playbook,
        "check_mode": rollout.check,
        "started": moment(rollout.started),
        "ended": moment(rollout.ended),
        "seconds": round(rollout.ended - rollout.started, 1),
        "finished": rollout.finished,
        "interrupted": rollout.interrupted,
        "run": {
            "user": about.user,
            "controller": about.controller,
            "inventory": list(about.inventory),
            "limit": about.limit or None,
            "variables": dict(about.variables),
            "versions": dict(about.versions),
            "job": about.job or None,
        },
        "summary": {
            "hosts": len(rollout.hosts),
            **{status.value: rollout.count(status) for status in HostStatus},
            "still_down": [host.name for host in rollout.down],
            "sessions_cut": dict(rollout.sessions),
            "longest_outage": None if longest is None else {"host": longest[0], "seconds": round(longest[1], 1)},
            "run_again": list(again(rollout)),
        },
        "troubles": [
            {
                "need": trouble.need.value,
                "task": trouble.task or None,
                "message": trouble.message or None,
                "hosts": [host.name for host in trouble.hosts],
            }
            for trouble in troubles(rollout)
        ],
        "compared": None if comparison is None else _compared(comparison),
        "batches": [
            {"number": batch.number, "hosts": list(batch.hosts), "stopped": batch.stopped} for batch in rollout.batches
        ],
    }


def _compared(comparison: Comparison) -> dict[str, Any]:
    return {
        "title": comparison.previous.title,
        "started": comparison.previous.started,
        "broke": list(comparison.broke),
        "recovered": list(comparison.recovered),
        "longer": [
            {"host": name, "before": round(before, 1), "seconds": round(after, 1)}
            for name, before, after in comparison.longer
        ],
        "joined": list(comparison.joined),
        "left": list(comparison.left),
    }


def moment(seconds: float) -> str:
    """A moment in ISO 8601, UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")


def host_text(host: Host) -> str:
    """A host as one line of JSON."""
    return json.dumps(_host(host), ensure_ascii=False)


def _host(host: Host) -> dict[str, Any]:
    values: dict[str, Any] = {"name": host.name, "status": host.status.value, "batch": host.batch}
    if host.task:
        values["task"] = host.task
    return {**values, **(_timeline(host.timeline) if host.timeline else {})}


def _timeline(line: Timeline) -> Mapping[str, Any]:
    seconds = line.outage_seconds
    return {
        "started": moment(line.started),
        "ended": moment(line.ended),
        "failed_task": line.task or None,
        "message": line.message or None,
        "warnings": line.warnings,
        "changed": line.changed,
        "saved": line.saved,
        "verified": line.verified,
        "in_rotation": line.in_rotation,
        "still_down": line.is_down,
        "outage_seconds": None if seconds is None else round(seconds, 1),
        "outages": [_outage(outage) for outage in line.outages],
        "sessions_cut": line.sessions,
        "moments": [{"time": moment(mark.time), "kind": mark.kind.value, "text": mark.text} for mark in line.marks],
    }


def _outage(outage: Outage) -> Mapping[str, Any]:
    return {
        "from": moment(outage.start),
        "to": None if outage.end is None else moment(outage.end),
        "seconds": None if outage.seconds is None else round(outage.seconds, 1),
        "exact": outage.exact,
        "services": list(outage.services),
    }
