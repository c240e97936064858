# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What root/cimv2 knows of IIS on every host, without a shell: states of pools, worker processes.

The counters are gauges, so the raw classes hold the plain number.
"""

from __future__ import annotations

import re

from ..._wsman.errors import Fault
from ..._wsman.wql import quote
from ..context import CIMV2, Context
from .states import State, by_counter

#: ``w3wp.exe -ap "Shop" -v "v4.0" …``
_POOL_OF_WORKER = re.compile(r'\s-ap\s+"([^"]*)"')


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


def read_workers(context: Context) -> dict[str, frozenset[int]] | None:
    """Read the process ids of the worker processes of each pool (name in lower case), in one request.

    None where a worker process shows no command line: the token isn't elevated.
    """
    wql = "SELECT ProcessId, CommandLine FROM Win32_Process WHERE Name='w3wp.exe'"
    workers: dict[str, set[int]] = {}
    for row in context.host.query(CIMV2, wql):
        found = _POOL_OF_WORKER.search(row.text("CommandLine") or "")
        process_id = row.integer("ProcessId")
        if found is None or process_id is None:
            return None
        workers.setdefault(found[1].lower(), set()).add(process_id)
    return {name: frozenset(ids) for name, ids in workers.items()}
