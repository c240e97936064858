# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and the outcome in words."""

from __future__ import annotations

from collections.abc import Mapping

from .rollout import HostStatus, Rollout
from .troubles import Need, Trouble

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


#: A sign, a word, and what it means. No status is shown by its colour alone.
_STATUSES: Mapping[HostStatus, tuple[str, str, str]] = {
    HostStatus.FAILED: ("✕", "Failed", "A task failed. Look at this host."),
    HostStatus.UNREACHABLE: ("?", "Unreachable", "The host didn't answer."),
    HostStatus.INTERRUPTED: ("!", "Interrupted", "The run ended while a task was running: the host may be half-way."),
    HostStatus.STOPPED: ("‖", "Stopped", "In order so far, but the play ended before its turn was over."),
    HostStatus.RUNNING: ("▸", "Under way", "Tasks are running, or more of them follow."),
    HostStatus.WARNED: ("⚠", "Done, with a warning", "Nothing failed, but a task warns."),
    HostStatus.CHANGED: ("✓", "Done", "Changed, and nothing failed."),
    HostStatus.UNCHANGED: ("=", "Nothing to do", "Already as it should be."),
    HostStatus.UNTOUCHED: ("·", "Not touched", "Its turn never came: nothing was changed on it."),
}
_IN_CHECK_MODE: Mapping[HostStatus, tuple[str, str, str]] = {
    HostStatus.FAILED: ("✕", "Would fail", "A task failed in check mode."),
    HostStatus.STOPPED: ("‖", "Not looked at to the end", "The play ended before its turn was over."),
    HostStatus.INTERRUPTED: ("!", "Not looked at to the end", "The run ended before its turn was over."),
    HostStatus.WARNED: (
        "⚠",
        "Would change, with a warning",
        "Nothing was touched. The warnings say what it would cost.",
    ),
    HostStatus.CHANGED: ("△", "Would change", "Nothing was touched."),
    HostStatus.UNTOUCHED: ("·", "Not looked at", "Its turn never came."),
}
_WAITS = ("·", "Waits", "Its turn comes later.")
_NEEDS: Mapping[Need, str] = {
    Need.DOWN: "still down",
    Need.INTERRUPTED: "interrupted on the way",
    Need.OUT_OF_ROTATION: "out of rotation",
    Need.UNREACHABLE: "unreachable",
    Need.FAILED: "failed after a change",
    Need.REFUSED: "failed, untouched",
}


def status(which: HostStatus, rollout: Rollout) -> tuple[str, str, str]:
    """A sign, a word and the meaning of a status, as they are true in this run."""
    if which is HostStatus.UNTOUCHED and rollout.under_way:
        return _WAITS
    return (rollout.check and _IN_CHECK_MODE.get(which)) or _STATUSES[which]


def status_words(which: HostStatus, rollout: Rollout) -> str:
    """The word for a status."""
    return status(which, rollout)[1]


def meaning(which: HostStatus, rollout: Rollout) -> str:
    """What a status means."""
    return status(which, rollout)[2]


def needs(trouble: Trouble) -> str:
    """``3 hosts still down``."""
    return f"{hosts(len(trouble.hosts))} {_NEEDS[trouble.need]}"


def headline(rollout: Rollout) -> tuple[str, str]:
    """The outcome in a few words, and a sentence that says the rest."""
    count = {which: rollout.count(which) for which in HostStatus}
    total, changed, warned = len(rollout.hosts), count[HostStatus.CHANGED], count[HostStatus.WARNED]
    would = "would be" if rollout.check else "was" if changed == 1 else "were"
    rest = _listed(
        [
            f"{hosts(changed)} {would} changed" if changed else "",
            _some(
                warned, "would be changed, with a warning" if rollout.check else f"{_was(warned)} done with a warning"
            ),
            _some(count[HostStatus.UNCHANGED], "had nothing to do"),
            _some(count[HostStatus.STOPPED], f"{_was(count[HostStatus.STOPPED])} stopped on the way"),
            _some(
                count[HostStatus.UNTOUCHED],
                "still wait" if rollout.under_way else f"{_was(count[HostStatus.UNTOUCHED])} not touched",
            ),
        ]
    )
    if not total:
        return "No hosts", ""
    if rollout.under_way:
        return ", ".join([f"Under way: {rollout.done} of {hosts(total)} done", *_trouble(count)]), rest
    trouble = _listed(_trouble(count, f" of {hosts(total)}"))
    if rollout.interrupted:
        return f"Interrupted{': ' if trouble else ''}{trouble}", rest
    if trouble:
        ended_early = any(batch.stopped for batch in rollout.batches)
        return (f"Stopped: {trouble}" if ended_early else trouble[0].upper() + trouble[1:]), rest
    if rollout.check:
        return "Check mode: nothing was touched", rest
    if count[HostStatus.STOPPED] or count[HostStatus.UNTOUCHED]:
        return "Ended early", rest
    return ("Done, with warnings" if count[HostStatus.WARNED] else "All is well"), rest


def _trouble(count: Mapping[HostStatus, int], of_all: str = "") -> list[str]:
    """``1 of 6 hosts failed``, ``2 unreachable``; nothing where there is none."""
    words = {HostStatus.FAILED: "failed", HostStatus.UNREACHABLE: "unreachable", HostStatus.INTERRUPTED: "interrupted"}
    found = [(count[which], word) for which, word in words.items() if count[which]]
    return [f"{number}{'' if place else of_all} {word}" for place, (number, word) in enumerate(found)]


def _some(number: int, words: str) -> str:
    return f"{hosts(number)} {words}" if number else ""


def hosts(number: int) -> str:
    """``1 host``, ``2 hosts``."""
    return f"{number} host" if number == 1 else f"{number} hosts"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _listed(words: list[str]) -> str:
    given = [word for word in words if word]
    return ", ".join(given[:-1]) + (" and " if len(given) > 1 else "") + given[-1] if given else ""
