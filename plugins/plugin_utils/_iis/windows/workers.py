# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker processes of application pools, as root/cimv2 shows them on every host: without a shell, without IIS.

IIS 6 and later start each with the name of its pool: ``w3wp.exe … -ap "Shop" …`` (iisapp.vbs of Server 2003 goes by it,
public process lists of later ones show it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..._wsman.errors import MalformedAnswer
from ..context import CIMV2, Context

_POOL_OF_WORKER = re.compile(r'\s-ap\s+"([^"]*)"')


@dataclass(frozen=True)
class WorkersSeen:
    """The worker processes (ids) of one moment, by the name of their pool as the command line has it.

    ``hidden`` are those that show no pool: Windows shows no command line of a process whose memory it can't read, such
    as one that is ending, and none at all to a token that isn't elevated.
    """

    pools: dict[str, frozenset[int]]
    hidden: frozenset[int] = frozenset()

    def of(self, name: str) -> frozenset[int]:
        """Those of one pool, whatever the case of its name."""
        return frozenset().union(*(ids for pool, ids in self.pools.items() if pool.lower() == name.lower()))


def read_workers(context: Context) -> WorkersSeen:
    """Read the worker processes of all pools, in one request."""
    wql = "SELECT ProcessId, CommandLine FROM Win32_Process WHERE Name='w3wp.exe'"
    pools: dict[str, set[int]] = {}
    hidden = set()
    for row in context.host.query(CIMV2, wql):
        found = _POOL_OF_WORKER.search(row.text("CommandLine") or "")
        process_id = row.integer("ProcessId")
        if process_id is None:
            raise MalformedAnswer(f"a worker process has no id: {row}")
        if found is None:
            hidden.add(process_id)
        else:
            pools.setdefault(found[1], set()).add(process_id)
    return WorkersSeen({name: frozenset(ids) for name, ids in pools.items()}, frozenset(hidden))
