# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIsApplicationPool: Start, Stop, Recycle, EnumAppsInPool (ms525600).

Its state is ``AppPoolState`` of IIsApplicationPoolSetting. The methods answer without a value; EnumAppsInPool returns
the applications in an out parameter (ASSUMED name: Applications).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.iis.host import Iis
from simulator.iis.providers.base import ELEMENT, IisProvider
from simulator.wmi.model import Method, Property, WmiClass

POOL = WmiClass(
    "IIsApplicationPool",
    ELEMENT,
    (
        Method("Start", returns=False),
        Method("Stop", returns=False),
        Method("Recycle", returns=False),
        Method("EnumAppsInPool", outputs=(Property("Applications", array=True),), returns=False),
    ),
    bases=("CIM_LogicalElement",),
)


def pool_names(iis: Iis) -> list[str]:
    """W3SVC/AppPools/DefaultAppPool, ..."""
    return [f"W3SVC/AppPools/{pool}" for pool in iis.pools.names()]


class PoolProvider(IisProvider):
    """Serves the application pools."""

    def __init__(self, iis: Iis) -> None:
        super().__init__(iis, POOL, lambda: pool_names(iis))

    async def call(self, name: str, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """One of the methods."""
        pools = self.iis.pools
        pool = name.rpartition("/")[2]
        if method == "EnumAppsInPool":
            return {"Applications": pools.applications(pool)}
        actions = {"Start": pools.start, "Stop": pools.stop, "Recycle": pools.recycle}
        handle = await self.iis.handles.open_waiting(f"/LM/{name}", write=True)
        handle.close()
        actions[method](pool)
        return {}
