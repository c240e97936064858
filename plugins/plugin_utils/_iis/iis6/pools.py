# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application pools of IIS 6.

They exist in worker process isolation mode only. A pool has methods in IIsApplicationPool (ms525600), and its state in
IIsApplicationPoolSetting (iiscnfg.h; used so by public administration scripts).
"""

from __future__ import annotations

from collections.abc import Callable

from ..._wsman.errors import MalformedAnswer
from ..._wsman.values import Instance, ObjectPath
from ..._wsman.wql import quote
from ..context import Context
from ..metabase.write import write_property
from ..model.pools import Pool, PoolOrder, PoolState
from .provider import IISV2, iis_query

_PREFIX = "W3SVC/AppPools/"

#: ``AppPoolState`` (iiscnfg.h).
_STATES = {
    1: PoolState.STARTING,
    2: PoolState.STARTED,
    3: PoolState.STOPPING,
    4: PoolState.STOPPED,
}


class Iis6Pools:
    """The application pools of a host with IIS 6; see :class:`~..server.PoolStore`."""

    sets_auto_start = True

    def read_all(self, context: Context) -> list[Pool]:
        """Read every application pool: one request."""
        return _query(context, "")

    def find(self, context: Context, name: str) -> Pool | None:
        """Read the pool of that name: one request."""
        return next(iter(_query(context, f" WHERE Name={quote(_PREFIX + name)}")), None)

    def read_state(self, context: Context, name: str) -> PoolState | None:
        """Read the state of the pool of that name: one request."""
        pool = self.find(context, name)
        if pool is not None and pool.state is None:
            raise MalformedAnswer(f"the application pool '{name}' has an AppPoolState that isn't one of 1 to 4")
        return pool.state if pool else None

    def started_by_hand(self, context: Context) -> list[Pool]:  # noqa: ARG002
        """It is left to IIS which pools run: no request."""
        return []

    def write_auto_start(
        self, context: Context, pool: Pool, value: bool, read: Callable[[], bool | None], *, timeout: float
    ) -> None:
        """Write AppPoolAutoStart (id 9028)."""
        path = ObjectPath(IISV2, "IIsApplicationPoolSetting", {"Name": _PREFIX + pool.name})
        write_property(context, path, "AppPoolAutoStart", value, read, timeout=timeout)

    def give(self, context: Context, pool: Pool, order: PoolOrder, *, timeout: float) -> None:  # noqa: ARG002
        """Call the method of that name. IIS takes as long over it as it takes."""
        context.host.invoke(ObjectPath(IISV2, "IIsApplicationPool", {"Name": _PREFIX + pool.name}), order.value)


def _query(context: Context, condition: str) -> list[Pool]:
    wql = f"SELECT Name, AppPoolState, AppPoolAutoStart FROM IIsApplicationPoolSetting{condition}"
    rows = iis_query(context, wql, "read the application pools")
    return [_pool(row) for row in rows if (row.text("Name") or "").lower().startswith(_PREFIX.lower())]


def _pool(row: Instance) -> Pool:
    return Pool(
        name=(row.text("Name") or "")[len(_PREFIX) :],
        state=_STATES.get(row.integer("AppPoolState") or 0),
        auto_start=row.boolean("AppPoolAutoStart"),
    )
