# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker processes of application pools, as root/cimv2 shows them on every host: without a shell, without IIS.

IIS 6 and later start each with the name of its pool: ``w3wp.exe … -ap "Shop" …`` (iisapp.vbs of Server 2003 goes by it,
public process lists of later ones show it).
"""

from __future__ import annotations

import re

from ..context import CIMV2, Context

_POOL_OF_WORKER = re.compile(r'\s-ap\s+"([^"]*)"')


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
