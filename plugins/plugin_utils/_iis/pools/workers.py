# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of a recycling: the worker processes that a pool had are gone, or another has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..context import Context
from ..outcome import IisError
from ..waiting import wait_until
from ..windows.workers import read_workers

#: The worker processes (ids) of pools, by the pool's name.
Workers = dict[str, frozenset[int]]


def read_workers_of(context: Context, names: Iterable[str]) -> Workers:
    """Read the worker processes of pools, in one request. Raises IisError where they can't be told apart."""
    workers = read_workers(context)
    if workers is None:
        raise IisError(
            "worker processes (w3wp.exe) on this host don't show which application pool they are of, so nothing could "
            "prove that one was recycled. The account's token may not be elevated there: use a domain account that is "
            "a member of the host's Administrators group, or the built-in Administrator"
        )
    return {name: workers.get(name.lower(), frozenset()) for name in names}


def not_replaced(before: Mapping[str, frozenset[int]], now: Mapping[str, frozenset[int]]) -> list[str]:
    """The pools that have the worker processes they had before, all or fewer of them, and no other."""
    return [name for name, ids in before.items() if now[name] and now[name] <= ids]


def see_replaced(context: Context, before: Mapping[str, frozenset[int]], timeout: float) -> Workers:
    """Wait ``timeout`` seconds until every pool has others, or none. Raises TimedOut with those that were seen last."""
    return wait_until(
        context, lambda: read_workers_of(context, before), lambda now: not not_replaced(before, now), timeout
    )


def process_words(ids: Iterable[int]) -> str:
    """Name worker processes: ``its worker process (4711)``."""
    return f"its worker process ({', '.join(map(str, sorted(ids)))})"
