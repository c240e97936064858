# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application pools of a host, as read.

They exist in worker process isolation mode only. A pool has methods in IIsApplicationPool, and its state in
IIsApplicationPoolSetting (iiscnfg.h; used so by public administration scripts).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from ..._wsman.values import Instance, ObjectPath
from ..._wsman.wql import quote
from ..context import IISV2, Context
from ..iis6.provider import iis_query

_PREFIX = "W3SVC/AppPools/"


class PoolState(enum.Enum):
    """``AppPoolState`` (iiscnfg.h)."""

    STARTING = 1
    STARTED = 2
    STOPPING = 3
    STOPPED = 4

    @property
    def word(self) -> str:
        """The state as the modules name it."""
        return self.name.lower()

    @property
    def is_settled(self) -> bool:
        """Whether the pool stays in this state until it is changed."""
        return self in (PoolState.STARTED, PoolState.STOPPED)


@dataclass(frozen=True)
class Pool:
    """An application pool. ``state`` is None when the host reports none that is known."""

    name: str
    state: PoolState | None
    auto_start: bool | None

    @property
    def path(self) -> ObjectPath:
        """The object that has the pool's methods."""
        return ObjectPath(IISV2, "IIsApplicationPool", {"Name": _PREFIX + self.name})

    def as_values(self) -> dict[str, Any]:
        """The pool under the names that all modules use."""
        return {"name": self.name, "state": self.state.word if self.state else None, "auto_start": self.auto_start}


def read_pools(context: Context) -> list[Pool]:
    """Read every application pool in one request, in the host's order."""
    return _query_pools(context, "")


def find_pool(context: Context, name: str) -> Pool | None:
    """Read the pool of that name in one request, or None when there is none.

    Raises IisError, and ValueError for what can't be a name.
    """
    return next(iter(_query_pools(context, f" WHERE Name={quote(_PREFIX + name)}")), None)


def _query_pools(context: Context, condition: str) -> list[Pool]:
    wql = f"SELECT Name, AppPoolState, AppPoolAutoStart FROM IIsApplicationPoolSetting{condition}"
    rows = iis_query(context, wql, "read the application pools")
    return [_pool(row) for row in rows if (row.text("Name") or "").lower().startswith(_PREFIX.lower())]


def _pool(row: Instance) -> Pool:
    number = row.integer("AppPoolState")
    known = number in {state.value for state in PoolState}
    return Pool(
        name=(row.text("Name") or "")[len(_PREFIX) :],
        state=PoolState(number) if known else None,
        auto_start=row.boolean("AppPoolAutoStart"),
    )
