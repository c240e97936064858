# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and the outcome in words."""

from __future__ import annotations

from collections.abc import Mapping

from .rollout import HostStatus, Rollout

_PROTOCOLS = {"http": "HTTP", "ftp": "FTP", "smtp": "SMTP", "nntp": "NNTP"}


def seconds(number: float | None) -> str:
    """``8.4 s``, ``2 min 5 s``, ``1 h 3 min``; a dash for None."""
    if number is None:
        return "—"
    if number < 59.95:
        return f"{number:.1f}".removesuffix(".0") + " s"
    whole = round(number)
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = round(number / 60)
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def sessions(counts: Mapping[str, int | None] | None) -> str:
    """``12 HTTP, 1 FTP``; ``none`` when all are zero; a dash when nothing was counted."""
    known = {name: number for name, number in (counts or {}).items() if number is not None}
    if not known:
        return "—"
    return ", ".join(f"{number} {_PROTOCOLS.get(name, name)}" for name, number in known.items() if number) or "none"


def headline(rollout: Rollout) -> tuple[str, str]:
    """The outcome in a few words, and a sentence that says the rest."""
    total = len(rollout.hosts)
    failed, unreachable = rollout.count(HostStatus.FAILED), rollout.count(HostStatus.UNREACHABLE)
    untouched, stopped = rollout.count(HostStatus.UNTOUCHED), rollout.count(HostStatus.STOPPED)
    changed, unchanged = rollout.count(HostStatus.CHANGED), rollout.count(HostStatus.UNCHANGED)
    ended_early = any(batch.stopped for batch in rollout.batches)
    would = "would be" if rollout.check else "were"
    rest = [
        f"{_hosts(changed)} {would if changed != 1 or rollout.check else 'was'} changed" if changed else "",
        f"{_hosts(unchanged)} had nothing to do" if unchanged else "",
        f"{_hosts(stopped)} {_was(stopped)} stopped on the way" if stopped else "",
        f"{_hosts(untouched)} {_was(untouched)} not touched" if untouched else "",
    ]
    sentence = _listed([words for words in rest if words])
    if not total:
        return "No hosts", ""
    if failed or unreachable:
        trouble = _listed(
            [
                f"{failed} of {_hosts(total)} failed" if failed else "",
                f"{unreachable} unreachable" if failed and unreachable else "",
                f"{unreachable} of {_hosts(total)} unreachable" if unreachable and not failed else "",
            ]
        )
        return (f"Stopped: {trouble}" if ended_early else trouble[0].upper() + trouble[1:]), sentence
    if not rollout.finished:
        return "Under way", sentence
    if rollout.check:
        return "Check mode: nothing was touched", sentence
    return ("All is well" if not stopped and not untouched else "Ended early"), sentence


def _hosts(number: int) -> str:
    return f"{number} host" if number == 1 else f"{number} hosts"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _listed(words: list[str]) -> str:
    given = [word for word in words if word]
    return ", ".join(given[:-1]) + (" and " if len(given) > 1 else "") + given[-1] if given else ""
