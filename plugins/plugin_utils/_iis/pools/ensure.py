# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application pools: starting, stopping and recycling one, instead of restarting IIS."""

from __future__ import annotations

from typing import Any

from ..._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from .. import codes
from ..context import Context
from ..model.isolation import Mode
from ..model.pools import Pool, PoolOrder, PoolState
from ..naming import nearest, no_such
from ..outcome import IisError, Outcome
from ..sites.change import service_problem
from ..sites.read import kind_of
from ..versions import assumed, consult
from ..waiting import Deadline, TimedOut, wait_until

#: The order that brings a pool from a settled state into the wanted one, None where it is in it.
_PLANS: dict[tuple[PoolState, str], PoolOrder | None] = {
    (PoolState.STARTED, "started"): None,
    (PoolState.STARTED, "stopped"): PoolOrder.STOP,
    (PoolState.STARTED, "recycled"): PoolOrder.RECYCLE,
    (PoolState.STOPPED, "started"): PoolOrder.START,
    (PoolState.STOPPED, "stopped"): None,
}


def ensure_app_pool(context: Context, *, name: str, state: str, timeout: float) -> Outcome:
    """Bring an application pool into a state within ``timeout`` seconds: started, stopped or recycled.

    ``recycled`` replaces the worker processes of a started pool, every time. Raises IisError.
    """
    pool = _find(context, name)
    if pool.state is PoolState.STARTED and state == "started":
        # IIS starts none in IIS 5.0 isolation mode, so the mode needn't be asked for.
        return _outcome(pool, pool.state, state, changed=False)
    deadline = Deadline.after(context, timeout, f"change the application pool '{pool.name}'")
    _refuse_iis5_mode(context, pool)
    now = _settle(context, pool, deadline)
    try:
        order = _PLANS[now, state]
    except KeyError:
        raise _failure(pool, now, "is stopped, and only a started pool can be recycled; start it instead") from None
    if order is None:
        return _outcome(pool, now, state, changed=False)
    problem = service_problem(
        context, kind_of(assumed(context), "web"), timeout=0 if context.check_mode else deadline.left
    )
    if context.check_mode:
        if problem:
            context.operator.warn(f"As things are, the application pool '{pool.name}' couldn't be {state}: {problem}")
        return _outcome(pool, order.result, state, changed=True)
    if problem:
        raise _failure(pool, now, f"can't be {state}: {problem.rstrip('.')}")
    _carry_out(context, pool, order, deadline)
    return _outcome(pool, order.result, state, changed=True)


def _carry_out(context: Context, pool: Pool, order: PoolOrder, deadline: Deadline) -> None:
    answer = ""
    try:
        assumed(context).pools.give(context, pool, order, timeout=deadline.left)
    except OutcomeUnknown as unknown:
        if order is PoolOrder.RECYCLE:
            words = f"may or may not have been recycled: no answer came ({unknown})"
            raise _failure(pool, pool.state, words) from unknown
        answer = f", and no answer came ({unknown})"
    except Fault as fault:
        now = _read(context, pool)
        if now is not order.result or order is PoolOrder.RECYCLE:
            words = f"couldn't be {order.participle}: the host answered {codes.describe_fault(fault)}"
            if codes.is_access_denied(fault):
                words += f". {codes.USE_AN_ADMINISTRATOR}".rstrip(".")
            raise _failure(pool, now, words) from fault
    try:
        wait_until(context, lambda: _read(context, pool), lambda seen: seen is order.result, deadline.left)
    except TimedOut as late:
        words = f"couldn't be {order.participle}: it is {late.last.word} after {deadline.seconds:g} s{answer}"
        raise _failure(pool, late.last, words, changed=late.last is not pool.state) from None


def _find(context: Context, name: str) -> Pool:
    if not name:
        raise IisError("name is empty: give the name of an application pool.")
    try:
        found = consult(context, lambda server: server.pools.find(context, name))
    except ValueError as error:
        raise IisError(f"No application pool can have the name {name!r}: {error}") from error
    if found is not None:
        return found
    names = nearest(name, [pool.name for pool in assumed(context).pools.read_all(context)], str)
    titles = [f"'{each}'" for each in names]
    raise IisError(no_such(f"application pool named '{name}'", titles), values={"app_pools": names})


def _refuse_iis5_mode(context: Context, pool: Pool) -> None:
    modes = assumed(context).isolation
    if modes is not None and modes.read_running(context) is Mode.IIS5:
        raise _failure(
            pool,
            pool.state,
            "can't be used: IIS runs in IIS 5.0 isolation mode on this host, in which application pools don't exist as "
            "processes. Change the mode with fleetops.iis.iis_isolation_mode, or restart the service W3SVC instead",
        )


def _read(context: Context, pool: Pool) -> PoolState:
    found = assumed(context).pools.find(context, pool.name)
    if found is None:
        raise IisError(f"The application pool '{pool.name}' is gone: it was deleted in the meantime.")
    if found.state is None:
        raise MalformedAnswer(f"the application pool '{pool.name}' is in no state that is known")
    return found.state


def _settle(context: Context, pool: Pool, deadline: Deadline) -> PoolState:
    if pool.state is not None and pool.state.is_settled:
        return pool.state
    try:
        return wait_until(context, lambda: _read(context, pool), lambda seen: seen.is_settled, deadline.left)
    except TimedOut as late:
        raise _failure(pool, late.last, f"is still {late.last.word} after {deadline.seconds:g} s") from None


def _failure(pool: Pool, now: PoolState | None, words: str, *, changed: bool = False) -> IisError:
    values = {**pool.as_values(), "state": now.word if now else None}
    return IisError(f"The application pool '{pool.name}' {words}.", values=values, changed=changed)


def _outcome(pool: Pool, end: PoolState, state: str, *, changed: bool) -> Outcome:
    before = pool.state.word if pool.state else None
    after: dict[str, Any] = {"state": end.word}
    if state == "recycled":
        after["recycled"] = True
    return Outcome(
        changed=changed,
        values={**pool.as_values(), "state": end.word, "state_before": before},
        before={pool.name: {"state": before}},
        after={pool.name: after},
    )
