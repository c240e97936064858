# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which facts are gathered, and which of them are returned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from ..context import Context
from ..outcome import IisError, Outcome, attempt
from . import network, windows
from .source import Source

#: By the names that ansible.windows.setup has for them, and ``iis``.
SUBSETS: Mapping[str, Callable[[Source], dict[str, Any]]] = {
    "distribution": windows.distribution,
    "platform": windows.platform,
    "date_time": windows.date_time,
    "memory": windows.memory,
    "processor": windows.processor,
    "uptime": windows.uptime,
    "addresses": network.addresses,
    "interfaces": network.interfaces,
    "windows_domain": windows.windows_domain,
    "iis": windows.iis,
}

#: More than one subset, by one name.
GROUPS: Mapping[str, frozenset[str]] = {
    "all": frozenset(SUBSETS),
    "min": frozenset({"distribution", "platform", "date_time"}),
    "hardware": frozenset({"memory", "processor", "uptime"}),
    "network": frozenset({"addresses", "interfaces", "windows_domain"}),
    "all_ipv4_addresses": frozenset({"addresses"}),
    "all_ipv6_addresses": frozenset({"addresses"}),
}


def gather_facts(context: Context, *, subsets: Sequence[str], patterns: Collection[str], limit: float) -> Outcome:
    """Gather facts; a subset that can't be read is left out, with a warning that says why.

    ``patterns`` are shell patterns of the names that are wanted, with or without ``ansible_``; none: all. ``limit``
    are the seconds that the host has for each query. Raises IisError when nothing can be read.
    """
    chosen, unknown = choose(subsets)
    if unknown:
        context.operator.warn(
            f"There are no facts {', '.join(unknown)} of these hosts: gather_subset knows "
            f"{', '.join(sorted({*SUBSETS, *GROUPS}))}."
        )
    source = Source(context, limit)
    failures: list[str] = []
    facts: dict[str, Any] = {}
    read = 0
    for name in chosen:
        found = attempt(partial(SUBSETS[name], source), failures)
        if found is not None:
            read += 1
            facts.update(found)
    if failures and not read:
        raise IisError(f"Couldn't gather facts: {failures[0]}")
    for failure in dict.fromkeys(failures):
        context.operator.warn(f"Some facts are missing: {failure}")
    return Outcome(changed=False, values={"ansible_facts": {k: v for k, v in facts.items() if _wanted(k, patterns)}})


def choose(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the subsets that ``gather_subset`` asks for, and the words that it doesn't know.

    As for every host: what is named comes with the minimum, ``!`` takes away, ``!all`` leaves the minimum, ``!min``
    takes that as well. Nothing but exclusions means everything else.
    """
    named: set[str] = set()
    removed: set[str] = set()
    unknown: list[str] = []
    for word in words:
        name = word.removeprefix("!")
        subsets = GROUPS.get(name, frozenset({name}) & GROUPS["all"])
        if word == "!all":
            removed |= GROUPS["all"] - GROUPS["min"]
        elif word.startswith("!"):
            removed |= subsets
        elif not subsets:
            unknown.append(word)
        elif word != "all":
            named |= subsets
    everything = "all" in words or not named
    wanted = ((GROUPS["all"] if everything else named | GROUPS["min"]) - removed) | named
    return [name for name in SUBSETS if name in wanted], unknown


def _wanted(name: str, patterns: Collection[str]) -> bool:
    return not patterns or any(
        fnmatchcase(name, pattern) or fnmatchcase(name.removeprefix("ansible_"), pattern) for pattern in patterns
    )
