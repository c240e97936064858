# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What root/cimv2 knows of the pools of IIS on every host, without a shell: their states.

The counters are gauges, so the raw classes hold the plain number.
"""

from __future__ import annotations

from ..._wsman.errors import Fault
from ..._wsman.wql import quote
from ..context import CIMV2, Context
from .states import State, by_counter


def read_pool_state(context: Context, name: str) -> State:
    """Read whether an application pool runs, by its counter; UNKNOWN where that isn't certain. One request."""
    wql = (
        "SELECT Name, CurrentApplicationPoolState FROM Win32_PerfRawData_APPPOOLCountersProvider_APPPOOLWAS "
        f"WHERE Name={quote(name)}"
    )
    try:
        rows = context.host.query(CIMV2, wql)
    except Fault:
        return State.UNKNOWN
    return by_counter(rows[0].integer("CurrentApplicationPoolState")) if len(rows) == 1 else State.UNKNOWN
