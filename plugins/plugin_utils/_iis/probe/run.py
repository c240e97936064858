# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying on a host every request shape that the collection relies on."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..context import Context
from ..outcome import Outcome
from .attempts import Probe
from .dialects import dialects_of
from .findings import Finding, Meter, Status
from .reads import probe_reads
from .writes import probe_writes


class Run:
    """One run of the probe; the findings so far are there even when it ends early.

    ``shell`` says whether programs may be run, ``writes`` whether writes are tried.
    """

    def __init__(self, context: Context, meter: Meter, *, shell: bool, writes: bool) -> None:
        self.dialects: list[str] = []
        """The namespaces by which IIS can be reached, once the reads are done."""
        self._probe = Probe(context, meter, may_run=shell)
        self._refused_because = ""
        if not writes:
            self._refused_because = "writes, or changes and takes back: ask for it with writes=true"
        elif context.check_mode:
            self._refused_because = "check mode"

    @property
    def findings(self) -> list[Finding]:
        """How each shape ended, in the order in which they were tried."""
        return self._probe.host.findings

    def carry_out(self) -> None:
        """Try everything. Raises HostUnreachable when the host can't be reached."""
        found = probe_reads(self._probe)
        self.dialects = dialects_of(self.findings)
        probe_writes(self._probe, found, refused_because=self._refused_because)

    def outcome(self) -> Outcome:
        """The findings as the result of the module."""
        counts = Counter(finding.status for finding in self.findings)
        numbers = {str(status): counts[status] for status in Status}
        values: dict[str, Any] = {
            "shapes": [finding.as_values() for finding in self.findings],
            "counts": numbers,
            "dialects": self.dialects,
            "msg": ", ".join(f"{number} {status}" for status, number in numbers.items()),
        }
        return Outcome(changed=self._probe.host.wrote, values=values)
