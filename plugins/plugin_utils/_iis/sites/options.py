# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of iis_site."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SiteOptions:
    """The options of iis_site, under their names. ``timeout`` bounds the whole change, in seconds.

    The site is found by ``name`` or by ``id``. ``state`` is started, stopped, paused or restarted; ``auto_start`` is
    set after it, because IIS 6 itself sets it when a site is started or stopped. ``lasting`` says whether a restart of
    the service keeps the state; None leaves that to an IIS that does it by itself, and is true of any other.
    """

    service: str
    name: str | None
    id: int | None
    state: str | None
    auto_start: bool | None
    timeout: float
    lasting: bool | None = None

    @property
    def flag_of_state(self) -> bool | None:
        """The auto_start that makes the state last: stopped is False, started and restarted are True."""
        return None if self.state in (None, "paused") else self.state != "stopped"
