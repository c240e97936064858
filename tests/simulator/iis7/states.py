# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of sites, pools and worker processes.

``GetState`` and the interfaces below it number them so (iis/wmi-provider: site-getstate-method,
applicationpool-getstate-method); appcmd prints the names.
"""

from __future__ import annotations

import enum


class State(enum.IntEnum):
    """The state of a site or of an application pool. There is no paused one."""

    STARTING = 0
    STARTED = 1
    STOPPING = 2
    STOPPED = 3
    UNKNOWN = 4

    @property
    def word(self) -> str:
        """As appcmd prints it, in every language."""
        return self.name.capitalize()


class WorkerState(enum.IntEnum):
    """The state of a worker process (workerprocess-getstate-method)."""

    STARTING = 0
    RUNNING = 1
    STOPPING = 2
    UNKNOWN = 3
