# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many clients are connected to the services of IIS: what a restart cuts.

From the performance counter classes of root/cimv2. A host may lack a class (WMI builds them from the counters
that it finds): such a count is unknown (None), never a failure.
"""

from __future__ import annotations

from collections.abc import Collection

from ..._wsman.errors import Fault, MalformedAnswer
from ..context import CIMV2, Context
from ..server import Counter
from ..versions import assumed

Sessions = dict[str, "int | None"]

#: What the results name, whether an IIS has it or not.
_PROTOCOLS = ("http", "ftp", "smtp", "nntp")


def read_sessions(context: Context, services: Collection[str]) -> Sessions:
    """Count the sessions of those of the services (keys) that serve clients, in a request or two each.

    The answer has all of ``http``, ``ftp``, ``smtp`` and ``nntp``: 0 for a service that isn't asked about or that
    this IIS doesn't have, None where the host has no such counter.
    """
    sessions: Sessions = dict.fromkeys(_PROTOCOLS, 0)
    for counter in assumed(context).family.counters:
        if counter.service in services:
            sessions[counter.protocol] = _count(context, counter)
    return sessions


def total(sessions: Sessions) -> int | None:
    """Add up what is known; None when nothing is."""
    known = [number for number in sessions.values() if number is not None]
    return sum(known) if known else None


def describe_sessions(sessions: Sessions) -> str:
    """Say the counts: ``12 HTTP and 3 FTP sessions (not counted: SMTP)``, or ``no sessions``."""
    counts = [f"{number} {protocol.upper()}" for protocol, number in sessions.items() if number]
    unknown = [protocol.upper() for protocol, number in sessions.items() if number is None]
    words = f"{' and '.join(counts)} session{'' if total(sessions) == 1 else 's'}" if counts else ""
    if unknown:
        words = words or "an unknown number of sessions"
        return f"{words} (not counted: {', '.join(unknown)})"
    return words or "no sessions"


def _count(context: Context, counter: Counter) -> int | None:
    for family in ("Win32_PerfRawData", "Win32_PerfFormattedData"):
        wql = f"SELECT {', '.join(counter.properties)} FROM {family}_{counter.class_name} WHERE Name='_Total'"
        try:
            rows = context.host.query(CIMV2, wql)
        except Fault:
            continue
        for row in rows:
            try:
                numbers = [row.integer(name) for name in counter.properties]
            except MalformedAnswer:
                return None
            known = [number for number in numbers if number is not None]
            return sum(known) if known else None
    return None
