# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a report of a run that goes on is written again."""

from __future__ import annotations

from dataclasses import dataclass

#: At most every so many seconds, and at most this share of the run's time.
_SECONDS = 2.0
_SHARE = 0.01


@dataclass
class Pace:
    """Keeps what the report costs in bounds. Moments in seconds of any clock that doesn't go back."""

    next: float = 0.0
    has_written: bool = False

    def is_due(self, now: float) -> bool:
        """Whether the report may be written now."""
        return now >= self.next

    def wrote(self, began: float, ended: float) -> None:
        """Note how long a write took: the next one waits a hundred times as long.

        The first doesn't count. Most of its time goes into what is needed once, and a host that begins its first task
        right after it would be shown as untouched for a quarter of a minute.
        """
        took = ended - began if self.has_written else 0.0
        self.has_written = True
        self.next = ended + max(_SECONDS, took / _SHARE)
