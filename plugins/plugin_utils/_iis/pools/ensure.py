# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application pools: starting, stopping and recycling one, instead of restarting IIS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ..._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from .. import codes
from ..context import Context
from ..model.isolation import Mode
from ..model.pools import Pool, PoolOrder, PoolState
from ..naming import nearest, no_such
from ..outcome import IisError, Outcome, why_not_read
from ..sites.change import service_problem
from ..sites.read import kind_of
from ..versions import assumed
from ..waiting import PATIENCE, Deadline, TimedOut, wait_until
from .read import find_pool
from .recycle import NO_POOLS
from .workers import Workers, look_at_workers, process_words, see_replaced, workers_of

#: The order that brings a pool from a settled state into the wanted one, None where it is in it.
_PLANS: dict[tuple[PoolState, str], PoolOrder | None] = {
    (PoolState.STARTED, "started"): None,
    (PoolState.STARTED, "stopped"): PoolOrder.STOP,
    (PoolState.STARTED, "recycled"): PoolOrder.RECYCLE,
    (PoolState.STOPPED, "started"): PoolOrder.START,
    (PoolState.STOPPED, "stopped"): None,
}


def ensure_app_pool(context: Context, *, name: str, state: str, timeout: float, lasting: bool | None = None) -> Outcome:
    """Bring an application pool into a state within ``timeout`` seconds: started, stopped or recycled.

    ``recycled`` replaces the worker processes of a started pool, every time. ``lasting`` says whether a restart of IIS
    keeps the state; None leaves that to an IIS that does it by itself, and is true of any other. Raises IisError.
    """
    pool = _find(context, name)
    flag = _wanted_flag(context, pool, state, lasting)
    if pool.state is PoolState.STARTED and state == "started" and flag in (None, pool.auto_start):
        # IIS starts none in IIS 5.0 isolation mode, so the mode needn't be asked for.
        return _outcome(pool, pool.state, state, changed=False)
    deadline = Deadline.after(context, timeout, f"change the application pool '{pool.name}'")
    _refuse_iis5_mode(context, pool)
    now = _settle(context, pool, deadline)
    try:
        order = _PLANS[now, state]
    except KeyError:
        raise _failure(pool, now, "is stopped, and only a started pool can be recycled; start it instead") from None
    if order is None and flag in (None, pool.auto_start):
        return _outcome(pool, now, state, changed=False)
    end = order.result if order else now
    after = pool if flag is None else replace(pool, auto_start=flag)
    if order is None:
        if not context.check_mode:
            _keep(context, pool, flag, deadline)
        return _outcome(pool, end, state, changed=True, after=after)
    problem = service_problem(
        context, kind_of(assumed(context), "web"), timeout=0 if context.check_mode else deadline.left
    )
    if context.check_mode:
        if problem:
            context.operator.warn(f"As things are, the application pool '{pool.name}' couldn't be {state}: {problem}")
        return _outcome(pool, end, state, changed=True, after=after)
    if problem:
        raise _failure(pool, now, f"can't be {state}: {problem.rstrip('.')}")
    workers = _workers(context, pool) if order is PoolOrder.RECYCLE else {}
    lost = _give(context, pool, order, deadline)
    with _after(pool, order, taken=not lost):
        if order is PoolOrder.RECYCLE:
            _prove(context, pool, workers, deadline, lost)
        else:
            _see_state_of(context, pool, order, deadline, lost)
        _keep(context, pool, flag, deadline, changed=True)
    return _outcome(pool, end, state, changed=True, after=after)


def _wanted_flag(context: Context, pool: Pool, state: str, lasting: bool | None) -> bool | None:
    """What auto_start is to be in the end; None where it is left to IIS."""
    if state == "recycled" or (lasting is None and assumed(context).pools.sets_auto_start):
        return None
    return pool.auto_start if lasting is False else state == "started"


def _keep(context: Context, pool: Pool, flag: bool | None, deadline: Deadline, *, changed: bool = False) -> None:
    """Have auto_start as it is wanted. Raises IisError."""

    def read() -> bool | None:
        found = assumed(context).pools.find(context, pool.name)
        return found.auto_start if found else None

    if flag is None or (read() if changed else pool.auto_start) is flag:
        return
    try:
        timeout = max(PATIENCE, deadline.left)
        assumed(context).pools.write_auto_start(context, pool, flag, read, timeout=timeout)
    except IisError as error:
        now = _read(context, pool)
        raise _failure(
            pool, now, f"is {now.word}, but a restart won't keep that: {error.message.rstrip('.')}", changed=changed
        ) from error


def _give(context: Context, pool: Pool, order: PoolOrder, deadline: Deadline) -> str:
    """Give an order. Returns what messages say of an answer that was lost, or that refused what is so already."""
    try:
        assumed(context).pools.give(context, pool, order, timeout=deadline.left)
    except OutcomeUnknown as unknown:
        return f", and no answer came ({unknown})"
    except Fault as fault:
        now = _read(context, pool)
        answer = codes.describe_fault(fault)
        if now is not order.result or order is PoolOrder.RECYCLE:
            words = f"couldn't be {order.participle}: the host answered {answer}"
            if codes.is_access_denied(fault):
                words += f". {codes.USE_AN_ADMINISTRATOR}".rstrip(".")
            raise _failure(pool, now, words) from fault
        return f", and the host answered {answer}"
    return ""


@contextmanager
def _after(pool: Pool, order: PoolOrder, *, taken: bool) -> Iterator[None]:
    """What comes after an order: whatever fails in it says whose it was, and that IIS took it, if it did."""
    try:
        yield
    except IisError as error:
        error.values = {**pool.as_values(), "state": None, **error.values}
        error.changed = error.changed or taken
        raise
    except (Fault, MalformedAnswer) as trouble:
        words = f"was to be {order.participle}, and what came of it can't be seen: {why_not_read(trouble).rstrip('.')}"
        raise _failure(pool, None, words, changed=taken) from trouble


def _see_state_of(context: Context, pool: Pool, order: PoolOrder, deadline: Deadline, lost: str) -> None:
    try:
        wait_until(context, lambda: _read(context, pool), lambda seen: seen is order.result, deadline.left)
    except TimedOut as late:
        words = f"couldn't be {order.participle}: it is {late.last.word} after {deadline.seconds:g} s{lost}"
        raise _failure(pool, late.last, words, changed=late.last is not pool.state) from None


def _workers(context: Context, pool: Pool) -> Workers:
    """The worker processes of a pool that is to be recycled. Raises IisError where nothing could prove that."""
    try:
        return workers_of(look_at_workers(context), [pool.name])
    except IisError as error:
        raise _failure(pool, pool.state, f"can't be recycled: {error.message}") from error


def _prove(context: Context, pool: Pool, before: Workers, deadline: Deadline, lost: str) -> None:
    """See other worker processes than those of ``before``; a pool that had none starts one with the next request.

    IIS stops a pool whose new worker process can't start, so its state is read once more.
    """
    if any(before.values()):
        try:
            see_replaced(context, before, deadline.left)
        except TimedOut as late:
            ids = process_words(before[pool.name])
            words = f"wasn't recycled: {ids} was not replaced within {late.waited:.0f} s"
            raise _failure(pool, pool.state, f"{words}{lost or ', although IIS took the order'}") from None
    now = _settle(context, replace(pool, state=_read(context, pool)), deadline)
    if now is not PoolState.STARTED:
        words = f"is {now.word} now, after it was recycled: its new worker process may fail to start{lost}"
        raise _failure(pool, now, f"{words}. See the host's System event log", changed=True)


def _find(context: Context, name: str) -> Pool:
    if not name:
        raise IisError("name is empty: give the name of an application pool.")
    found = find_pool(context, name)
    if found is not None:
        return found
    names = nearest(name, [pool.name for pool in assumed(context).pools.read_all(context)], str)
    titles = [f"'{each}'" for each in names]
    raise IisError(no_such(f"application pool named '{name}'", titles), values={"app_pools": names})


def _refuse_iis5_mode(context: Context, pool: Pool) -> None:
    modes = assumed(context).isolation
    if modes is not None and modes.read_running(context) is Mode.IIS5:
        raise _failure(pool, pool.state, f"can't be used: {NO_POOLS}")


def _read(context: Context, pool: Pool) -> PoolState:
    state = assumed(context).pools.read_state(context, pool.name)
    if state is None:
        raise IisError(f"The application pool '{pool.name}' is gone: it was deleted in the meantime.")
    return state


def _settle(context: Context, pool: Pool, deadline: Deadline) -> PoolState:
    if pool.state is not None and pool.state.is_settled:
        return pool.state
    if pool.state is PoolState.UNKNOWN:
        return _see_state(context, pool, deadline)
    try:
        return wait_until(context, lambda: _read(context, pool), lambda seen: seen.is_settled, deadline.left)
    except TimedOut as late:
        raise _failure(pool, late.last, f"is still {late.last.word} after {deadline.seconds:g} s") from None


def _see_state(context: Context, pool: Pool, deadline: Deadline) -> PoolState:
    """Wait a moment for a pool without a state to have one. Raises IisError that says why it hasn't."""
    problem = service_problem(context, kind_of(assumed(context), "web"), timeout=deadline.left)
    if problem is None:
        try:
            wait = min(PATIENCE, deadline.left)
            state = wait_until(context, lambda: _read(context, pool), lambda seen: seen is not PoolState.UNKNOWN, wait)
        except TimedOut:
            problem = (
                "IIS doesn't report it. The account's token may not be elevated on the host. "
                f"{codes.USE_AN_ELEVATED_ACCOUNT}"
            )
        else:
            return _settle(context, replace(pool, state=state), deadline)
    raise _failure(pool, PoolState.UNKNOWN, f"has no state that is known: {problem.rstrip('.')}")


def _failure(pool: Pool, now: PoolState | None, words: str, *, changed: bool = False) -> IisError:
    values = {**pool.as_values(), "state": now.word if now else None}
    return IisError(f"The application pool '{pool.name}' {words}.", values=values, changed=changed)


def _outcome(pool: Pool, end: PoolState, state: str, *, changed: bool, after: Pool | None = None) -> Outcome:
    before = pool.state.word if pool.state else None
    flag = pool.auto_start if after is None else after.auto_start
    shown_before: dict[str, Any] = {"state": before}
    shown_after: dict[str, Any] = {"state": end.word}
    if state == "recycled":
        shown_after["recycled"] = True
    if flag is not pool.auto_start:
        shown_before["auto_start"], shown_after["auto_start"] = pool.auto_start, flag
    return Outcome(
        changed=changed,
        values={**pool.as_values(), "state": end.word, "state_before": before, "auto_start": flag},
        before={pool.name: shown_before},
        after={pool.name: shown_after},
    )
