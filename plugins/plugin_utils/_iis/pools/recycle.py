# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recycling several application pools at once instead of restarting services, and proving each.

A pool without a worker process has nothing to recycle: the next request starts one, which reads everything anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._wsman.errors import Fault, OutcomeUnknown
from .. import codes
from ..context import Context
from ..model.isolation import Mode
from ..model.pools import Pool, PoolOrder, PoolState
from ..naming import nearest, no_such
from ..outcome import IisError, Outcome, attempt
from ..sites.change import service_problem
from ..sites.read import kind_of
from ..versions import assumed, consult
from ..waiting import PATIENCE, Deadline, TimedOut, wait_until
from ..windows.workers import WorkersSeen
from .read import find_pool
from .workers import (
    Workers,
    look_at_workers,
    not_replaced,
    process_words,
    see_replaced,
    workers_now,
    workers_of,
)

#: The name that means every pool that runs.
ALL = "all"

NO_POOLS = (
    "IIS runs in IIS 5.0 isolation mode on this host, in which application pools don't exist as processes. Change the "
    "mode with fleetops.iis.iis_isolation_mode, or restart the service W3SVC instead"
)


@dataclass(frozen=True)
class Recycling:
    """The pools that are meant, all of them started, and the worker processes that each has."""

    pools: tuple[Pool, ...]
    workers: Workers

    @property
    def busy(self) -> tuple[Pool, ...]:
        """Those that have something to recycle."""
        return tuple(pool for pool in self.pools if self.workers[pool.name])

    @property
    def cost(self) -> str:
        """What it costs, as a sentence."""
        if not self.busy:
            return "No application pool has a worker process: there is nothing to recycle."
        pools = "pool" if len(self.busy) == 1 else "pools"
        return (
            f"Would recycle the application {pools} {_titles(self.busy)}. No connection is dropped and nothing has to "
            "be saved; session state that is kept in a worker process is lost."
        )

    def as_values(self, after: Workers | None) -> list[dict[str, Any]]:
        """The pools with their worker processes, as the module returns them; ``after`` is None where it isn't known."""
        return [
            {
                "name": pool.name,
                "processes_before": sorted(self.workers[pool.name]),
                "processes_after": None if after is None else sorted(after.get(pool.name, ())),
            }
            for pool in self.pools
        ]


def check_names(names: Sequence[str]) -> None:
    """Raise IisError for names that can't be meant, before anything is read from the host."""
    if not names or not all(names):
        raise IisError("A name is empty: name at least one application pool, or 'all' for every one that runs.")
    if ALL in names and len(set(names)) > 1:
        raise IisError("'all' already is every application pool that runs; name it or single ones.")


def plan_recycling(context: Context, names: Sequence[str], *, timeout: float) -> Recycling:
    """Read which pools are meant, and their worker processes. Raises IisError where one can't be recycled.

    W3SVC, and pools that are on their way to another state, are waited for, ``timeout`` seconds.
    """
    pools = consult(context, lambda server: server.pools.read_all(context))
    modes = assumed(context).isolation
    if modes is not None and modes.read_running(context) is Mode.IIS5:
        raise IisError(f"Application pools can't be recycled: {NO_POOLS}.")
    problem = service_problem(context, kind_of(assumed(context), "web"), timeout)
    if problem:
        raise IisError(f"Application pools can't be recycled: {problem.rstrip('.')}.")
    pools = _settled(context, pools, timeout)
    meant = [] if ALL in names else _named(context, pools, names)
    seen = look_at_workers(context)
    if ALL in names:
        meant = _those_that_run([*pools, *_not_listed(context, pools, seen)])
    try:
        workers = workers_of(seen, [pool.name for pool in meant])
    except IisError as error:
        raise IisError(f"Application pools can't be recycled: {error.message}.") from error
    return Recycling(tuple(meant), workers)


def recycle_app_pools(context: Context, *, names: Sequence[str], timeout: float) -> Outcome:
    """Recycle pools, or all that run, within ``timeout`` seconds, and prove each. Raises IisError.

    One that fails keeps no other from being recycled.
    """
    check_names(names)
    deadline = Deadline.after(context, timeout, "recycle application pools")
    plan = plan_recycling(context, names, timeout=0 if context.check_mode else deadline.left)
    if context.check_mode:
        return _outcome(plan, plan.as_values({}), cost=plan.cost if plan.busy else "")
    return _Run(context, plan, deadline).run()


@dataclass
class _Run:
    """A recycling under way. ``failures`` says by name what went wrong, ``lost`` whose answer never came.

    ``taken`` are the pools whose order IIS took, ``unseen`` is why what came of the orders can't be seen, as sentences.
    """

    context: Context
    plan: Recycling
    deadline: Deadline
    failures: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def run(self) -> Outcome:
        for pool in self.plan.busy:
            self.give(pool)
        given = {pool.name: self.plan.workers[pool.name] for pool in self.plan.busy if pool.name not in self.failures}
        after = attempt(lambda: self.prove(given), self.unseen)
        if after is not None:
            attempt(self.see_states, self.unseen)
        values = self.plan.as_values(after)
        if self.failures or self.unseen:
            raise self.error(values, proven=after is not None)
        return _outcome(self.plan, values)

    def give(self, pool: Pool) -> None:
        self.context.operator.progress(f"Recycling the application pool '{pool.name}'")
        try:
            timeout = max(PATIENCE, self.deadline.left)
            assumed(self.context).pools.give(self.context, pool, PoolOrder.RECYCLE, timeout=timeout)
        except OutcomeUnknown as unknown:
            self.lost[pool.name] = f", and no answer came ({unknown})"
        except Fault as fault:
            denied = f". {codes.USE_AN_ADMINISTRATOR}".rstrip(".") if codes.is_access_denied(fault) else ""
            self.failures[pool.name] = f"the host answered {codes.describe_fault(fault)}{denied}"
        except IisError as error:
            self.failures[pool.name] = error.message.rstrip(".")
        else:
            self.taken.append(pool.name)

    def prove(self, given: Workers) -> Workers:
        """See other worker processes than before; those of all pools are returned."""
        try:
            see_replaced(self.context, given, max(PATIENCE, self.deadline.left))
        except TimedOut as late:
            for name in not_replaced(given, late.last):
                words = f"{process_words(given[name])} was not replaced within {late.waited:.0f} s"
                self.failures[name] = f"{words}{self.lost.get(name, '')}"
        return workers_now(self.plan.workers, look_at_workers(self.context))

    def see_states(self) -> None:
        """A pool whose new worker process can't start is stopped by IIS."""
        listed = _settled(self.context, assumed(self.context).pools.read_all(self.context), PATIENCE)
        by_name = {pool.name: pool for pool in listed if pool.is_named}
        for name in [name for name in self.plan.workers if name not in self.failures]:
            pool = by_name.get(name) or find_pool(self.context, name)
            if pool is None:
                self.failures[name] = "it is gone now: it was deleted in the meantime"
            elif pool.state is not PoolState.STARTED:
                self.failures[name] = f"it is {pool.state.word if pool.state else 'in no known state'} now"

    def error(self, values: list[dict[str, Any]], *, proven: bool) -> IisError:
        done = [pool for pool in self.plan.busy if pool.name not in self.failures]
        words = []
        if self.failures:
            reasons = "; ".join(f"'{name}': {reason}" for name, reason in self.failures.items())
            words.append(f"Not every application pool could be recycled. {reasons}.")
        if self.unseen:
            words += ["What came of a recycling can't be seen.", *self.unseen]
        if done:
            words.append(f"{'Recycled' if proven else 'Told to recycle'}: {_titles(done)}.")
        changed = bool(self.taken) or (proven and bool(done))
        return IisError(" ".join(words), values={"recycled": values}, changed=changed)


def _settled(context: Context, pools: list[Pool], timeout: float) -> list[Pool]:
    """The pools once none is on its way to another state; after ``timeout`` seconds, as they are."""
    if not _moving(pools):
        return pools
    store = assumed(context).pools
    try:
        return wait_until(context, lambda: store.read_all(context), lambda seen: not _moving(seen), timeout)
    except TimedOut as late:
        last: list[Pool] = late.last
        return last


def _moving(pools: Sequence[Pool]) -> bool:
    return any(pool.state in (PoolState.STARTING, PoolState.STOPPING) for pool in pools)


def _those_that_run(pools: Sequence[Pool]) -> list[Pool]:
    for pool in pools:
        if pool.state in (None, PoolState.UNKNOWN):
            raise IisError(f"The application pool '{pool.name}' has no state that is known, so it can't be recycled.")
    return [pool for pool in pools if pool.state is PoolState.STARTED and pool.is_named]


def _not_listed(context: Context, pools: Sequence[Pool], seen: WorkersSeen) -> list[Pool]:
    """Pools that have worker processes and aren't listed, since their names were printed otherwise.

    What isn't there at all was deleted, and its worker processes are ending.
    """
    listed = {pool.name.lower() for pool in pools if pool.is_named}
    found = [find_pool(context, name) for name in seen.pools if name.lower() not in listed]
    return [pool for pool in found if pool]


def _named(context: Context, pools: Sequence[Pool], names: Sequence[str]) -> list[Pool]:
    by_name = {pool.name.casefold(): pool for pool in pools if pool.is_named}
    meant = []
    for name in dict.fromkeys(map(str.casefold, names)):
        given = next(each for each in names if each.casefold() == name)
        pool = by_name.get(name) or find_pool(context, given)
        if pool is None:
            there = nearest(given, [pool.name for pool in pools], str)
            titles = [f"'{each}'" for each in there]
            raise IisError(no_such(f"application pool named '{given}'", titles), values={"app_pools": there})
        if pool.state is not PoolState.STARTED:
            state = pool.state.word if pool.state else "in no known state"
            raise IisError(
                f"The application pool '{pool.name}' is {state}, and only a started pool can be recycled. Start it "
                "with fleetops.iis.iis_app_pool, or leave it out. Nothing was recycled."
            )
        meant.append(pool)
    return meant


def _titles(pools: Sequence[Pool]) -> str:
    return ", ".join(f"'{pool.name}'" for pool in pools)


def _outcome(plan: Recycling, values: list[dict[str, Any]], cost: str = "") -> Outcome:
    before: dict[str, Any] = {pool.name: {"state": PoolState.STARTED.word} for pool in plan.busy}
    return Outcome(
        changed=bool(plan.busy),
        values={"recycled": values},
        before=before,
        after={name: {**state, "recycled": True} for name, state in before.items()},
        cost=cost,
    )
