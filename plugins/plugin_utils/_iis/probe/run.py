# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying on a host every request shape that the collection relies on."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..context import Context
from ..outcome import Outcome
from .findings import Finding, Meter, Probe, Status
from .iis import probe_iis
from .shell import probe_shell
from .windows import probe_windows
from .writes import probe_writes


class Run:
    """One run of the probe; the findings so far are there even when it ends early."""

    def __init__(self, context: Context, meter: Meter) -> None:
        self._probe = Probe(context, meter)
        self._check_mode = context.check_mode

    @property
    def findings(self) -> list[Finding]:
        """How each shape ended, in the order in which they were tried."""
        return self._probe.findings

    def carry_out(self, *, shell: bool, writes: bool) -> None:
        """Try everything: what reads always, what needs a command shell or writes when it is asked for.

        In check mode nothing is written. Raises HostUnreachable when the host can't be reached.
        """
        windows = probe_windows(self._probe)
        sites = probe_iis(self._probe, windows)
        probe_shell(self._probe, windows, allowed=shell)
        why = "" if writes else "writes, or changes and takes back: ask for it with writes=true"
        if writes and self._check_mode:
            why = "check mode"
        probe_writes(self._probe, windows, sites, refused_because=why)

    def outcome(self, *, wrote: bool) -> Outcome:
        """The findings as the result of the module."""
        counts = Counter(finding.status for finding in self.findings)
        numbers = {str(status): counts[status] for status in Status}
        values: dict[str, Any] = {
            "shapes": [finding.as_values() for finding in self.findings],
            "counts": numbers,
            "msg": ", ".join(f"{number} {status}" for status, number in numbers.items()),
        }
        return Outcome(changed=wrote and not self._check_mode, values=values)
