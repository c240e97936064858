# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of names in messages: what there is when something isn't found, the most similar first, and never too long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")

#: How many names a message lists at most; the result of a task has them all.
LISTED = 20


def nearest(wanted: str, there: Iterable[T], *names: Callable[[T], str]) -> list[T]:
    """Order things by how similar any of their names is to ``wanted``, ignoring case; equals keep their order."""
    folded = wanted.casefold()

    def likeness(thing: T) -> float:
        return max(SequenceMatcher(None, folded, name(thing).casefold()).ratio() for name in names)

    return sorted(there, key=likeness, reverse=True)


def listed(titles: Sequence[str], most: int = LISTED) -> str:
    """Join names for a message: ``W3SVC/1, W3SVC/2 and 3 more``."""
    more = f" and {len(titles) - most} more" if len(titles) > most else ""
    return ", ".join(titles[:most]) + more


def no_such(what: str, titles: Sequence[str]) -> str:
    """Say that something isn't there and what is: ``There is no Web site 'x' on this host. There are: …``."""
    there = f"There are: {listed(titles)}." if titles else "It has none at all."
    return f"There is no {what} on this host. {there}"
