# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``start``, ``stop``, ``recycle``: what WAS and W3SVC are asked to do.

Nothing is written into the configuration: a state lasts until the services start anew. A site that is started or
stopped already is no error, nor is a pool that is started (a switch); a pool that is stopped already ends with 1062.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from simulator.iis7.codes import exit_code
from simulator.iis7.host import Iis7
from simulator.iis7.programs.appcmd.context import Context
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.programs.appcmd.grammar import Order
from simulator.iis7.states import State

_POLL = 0.1


async def start(context: Context, order: Order) -> int:
    """Start a site or a pool."""
    row = context.named(order)
    if order.kind == "site":
        site = context.iis.config.site(row.name)
        assert site is not None
        context.iis.web.start(site)
        await _settled(context.iis, lambda: context.iis.web.state(site), State.STARTING)
    else:
        context.iis.pools.start(row.name)
        await _settled(context.iis, lambda: context.iis.pools.state(row.name), State.STARTING)
    context.say("started", name=row.name)
    return 0


async def stop(context: Context, order: Order) -> int:
    """Stop a site or a pool. A pool's worker processes are waited for (a switch)."""
    row = context.named(order)
    if order.kind == "site":
        site = context.iis.config.site(row.name)
        assert site is not None
        context.iis.web.stop(site)
        await _settled(context.iis, lambda: context.iis.web.state(site), State.STOPPING)
    else:
        if context.iis.pools.state(row.name) is State.STOPPED:
            code = exit_code(context.iis.switches.pool_stopped_code)
            raise Failed("already_stopped", exit=code, tag=order.tag, name=row.name)
        context.iis.pools.stop(row.name)
        if context.iis.switches.appcmd_waits:
            await _settled(context.iis, lambda: context.iis.pools.state(row.name), State.STOPPING)
    context.say("stopped", name=row.name)
    return 0


async def recycle(context: Context, order: Order) -> int:
    """Recycle a pool; one without a worker process has nothing to do."""
    row = context.named(order)
    context.iis.pools.recycle(row.name)
    context.say("recycled", name=row.name)
    return 0


async def _settled(iis: Iis7, state: Callable[[], State], passing: State) -> None:
    """Wait until an object has left a state."""
    wait: Callable[[float], Awaitable[None]] = iis.machine.clock.sleep
    while state() is passing:
        await wait(_POLL)
