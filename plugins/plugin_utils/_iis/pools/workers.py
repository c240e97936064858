# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a recycling: the worker processes that a pool had are gone, or another has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import codes
from ..context import Context
from ..outcome import IisError
from ..waiting import PATIENCE, TimedOut, wait_until
from ..windows.workers import WorkersSeen, read_workers

#: The worker processes (ids) of pools, by the pool's name.
Workers = dict[str, frozenset[int]]


def look_at_workers(context: Context) -> WorkersSeen:
    """Read all worker processes. Those that don't show their pool are given a moment to be gone, or to show it."""
    try:
        return wait_until(context, lambda: read_workers(context), lambda seen: not seen.hidden, PATIENCE)
    except TimedOut as late:
        last: WorkersSeen = late.last
        return last


def workers_of(seen: WorkersSeen, names: Iterable[str]) -> Workers:
    """Those of pools. Raises IisError where a pool may have some that don't show whose they are."""
    workers = {name: seen.of(name) for name in names}
    if not seen.hidden or all(workers.values()):
        return workers
    if not seen.pools:
        raise IisError(
            "worker processes (w3wp.exe) on this host don't show which application pool they are of, so nothing could "
            "prove that one was recycled. The account's token may not be elevated there. "
            f"{codes.USE_AN_ELEVATED_ACCOUNT.rstrip('.')}"
        )
    which = next(name for name, ids in workers.items() if not ids)
    raise IisError(
        f"the worker process {_numbers(seen.hidden)} doesn't show which application pool it is of, so nothing "
        f"could prove that '{which}' was recycled. It may be ending: run the task again when it is gone"
    )


def workers_now(before: Mapping[str, frozenset[int]], seen: WorkersSeen) -> Workers:
    """Those of pools whose former ones are known: one that doesn't show its pool any more is still of the same."""
    return {name: seen.of(name) | (seen.hidden & ids) for name, ids in before.items()}


def not_replaced(before: Mapping[str, frozenset[int]], now: Mapping[str, frozenset[int]]) -> list[str]:
    """The pools that have the worker processes they had before, all or fewer of them, and no other."""
    return [name for name, ids in before.items() if now[name] and now[name] <= ids]


def see_replaced(context: Context, before: Mapping[str, frozenset[int]], timeout: float) -> Workers:
    """Wait ``timeout`` seconds until every pool has others, or none. Raises TimedOut with those that were seen last."""
    return wait_until(
        context,
        lambda: workers_now(before, read_workers(context)),
        lambda now: not not_replaced(before, now),
        timeout,
    )


def process_words(ids: Iterable[int]) -> str:
    """Name worker processes: ``its worker process (4711)``."""
    return f"its worker process {_numbers(ids)}"


def _numbers(ids: Iterable[int]) -> str:
    return f"({', '.join(map(str, sorted(ids)))})"
