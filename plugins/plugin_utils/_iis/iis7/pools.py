# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application pools of IIS 7 and later: by root/WebAdministration where that is installed, else by appcmd.exe.

Starting and stopping one is for the moment: a restart of WAS goes by autoStart, which neither way writes by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..._wsman.errors import Fault, MalformedAnswer
from ..._wsman.values import Instance
from ..._wsman.wql import quote
from .. import codes
from ..context import Context
from ..model.pools import Pool, PoolOrder, PoolState
from ..waiting import Deadline
from . import way
from . import web_administration as wmi
from .appcmd import LEAST, Appcmd, Noun, Verb
from .counters import read_pool_state
from .printed_names import exact_name, name_in_list
from .states import State, by_word
from .way import appcmd_of, either, has_wmi, is_not_callable, set_flag

_METHODS = {
    PoolOrder.START: wmi.Method.START,
    PoolOrder.STOP: wmi.Method.STOP,
    PoolOrder.RECYCLE: wmi.Method.RECYCLE,
}
_VERBS = {PoolOrder.START: Verb.START, PoolOrder.STOP: Verb.STOP, PoolOrder.RECYCLE: Verb.RECYCLE}

#: Seconds between two tries to start a pool whose worker processes are still ending.
_RETRY_PAUSE = 2.0


class Iis7Pools:
    """The application pools of a host with IIS 7 or later; see :class:`~..server.PoolStore`."""

    sets_auto_start = False

    def read_all(self, context: Context) -> list[Pool]:
        """Read every pool: by WMI one request, and one for each state; by appcmd two runs.

        Names that aren't plain take one or two runs more, however many they are.
        """

        def by_appcmd(appcmd: Appcmd) -> list[Pool]:
            automatic = {row.get("APPPOOL.NAME") for row in appcmd.list(Noun.POOL, autoStart="true")}
            rows = appcmd.list(Noun.POOL)
            pools = [_listed(row, row.get("APPPOOL.NAME") in automatic) for row in rows]
            return [_named(context, appcmd, pool, name_in_list) for pool in pools]

        return either(
            context,
            "read the application pools",
            lambda: [
                _of_row(context, row) for row in wmi.query(context, "SELECT Name, AutoStart FROM ApplicationPool")
            ],
            by_appcmd,
        )

    def find(self, context: Context, name: str) -> Pool | None:
        """Read the pool of that name: by WMI two requests, by appcmd one run or two."""

        def by_wmi() -> Pool | None:
            for row in wmi.query(context, f"SELECT Name, AutoStart FROM ApplicationPool WHERE Name={quote(name)}"):
                return _of_row(context, row)
            return None

        def by_appcmd(appcmd: Appcmd) -> Pool | None:
            for flag in (True, False):
                for row in appcmd.list(Noun.POOL, apppool_name=name, autoStart=str(flag).lower()):
                    # Its output's encoding isn't certain. The name that was asked for is the one that it found.
                    printed = row.get("APPPOOL.NAME", "")
                    return _listed({**row, "APPPOOL.NAME": printed if name.isascii() else name}, flag)
            return None

        return either(context, f"read the application pool '{name}'", by_wmi, by_appcmd)

    def read_state(self, context: Context, name: str) -> PoolState | None:
        """Read the state of the pool of that name, or None when it is gone: one request, or a run of appcmd.

        Without WMI the counter is asked first: it needs no shell, and says that a pool runs or doesn't, no more.
        """

        def by_appcmd(appcmd: Appcmd) -> State | None:
            counted = read_pool_state(context, name)
            if counted is not State.UNKNOWN:
                return counted
            for row in appcmd.list(Noun.POOL, apppool_name=name):
                return by_word(row.get("state"))
            return None

        state = _wmi_state(context, name) if has_wmi(context) else by_appcmd(appcmd_of(context))
        return None if state is None else PoolState(state.word)

    def started_by_hand(self, context: Context) -> list[Pool]:
        """Read them: by WMI one request, and one for each pool without autoStart; by appcmd one run.

        By appcmd a name that isn't plain takes one run or two more.
        """

        def by_wmi() -> list[Pool]:
            rows = wmi.query(context, "SELECT Name, AutoStart FROM ApplicationPool")
            pools = [_of_row(context, row) for row in rows if row.boolean("AutoStart") is False]
            return [pool for pool in pools if pool.state is PoolState.STARTED]

        def by_appcmd(appcmd: Appcmd) -> list[Pool]:
            rows = appcmd.list(Noun.POOL, autoStart="false", state="Started")
            return [_named(context, appcmd, _listed(row, False), exact_name) for row in rows]

        return either(context, "read the application pools", by_wmi, by_appcmd)

    def give(self, context: Context, pool: Pool, order: PoolOrder, *, timeout: float) -> None:
        """Call the method of that name, or run appcmd where there is none or it can't be called, for the moment.

        A pool whose worker processes are still ending doesn't take a start (0x80070425), so it is tried again.
        """
        deadline = Deadline.after(context, timeout, f"{order.value.lower()} the application pool '{pool.name}'")

        def by_appcmd(appcmd: Appcmd) -> None:
            appcmd.order(_VERBS[order], Noun.POOL, pool.name, timeout=max(LEAST, deadline.left))

        while True:
            try:
                way.order(context, wmi.pool_path(pool.name), _METHODS[order], by_appcmd)
            except Fault as fault:
                if not fault.has(codes.SERVICE_CANNOT_ACCEPT_CTRL) or deadline.left <= 0:
                    raise
            else:
                return
            context.clock.sleep(min(_RETRY_PAUSE, max(deadline.left, 0.1)))

    def write_auto_start(
        self, context: Context, pool: Pool, value: bool, read: Callable[[], bool | None], *, timeout: float
    ) -> None:
        """Write autoStart: by a Put of that property alone, and by ``appcmd set apppool``."""
        settings = {"autoStart": str(value).lower()}

        def put() -> None:
            context.host.put_property(wmi.pool_path(pool.name), "AutoStart", value)

        def set_by_appcmd() -> None:
            appcmd_of(context).order(Verb.SET, Noun.POOL, pool.name, settings, timeout=max(LEAST, timeout))

        ways = {"Put of the property": put} if has_wmi(context) else {}
        ways["appcmd.exe"] = set_by_appcmd
        set_flag(f"set autoStart of the application pool '{pool.name}' to {str(value).lower()}", value, read, ways)


def _of_row(context: Context, row: Instance) -> Pool:
    name = row.text("Name")
    if name is None:
        raise MalformedAnswer(f"an application pool has no name: {row}")
    state = _wmi_state(context, name) or State.UNKNOWN
    return Pool(name, PoolState(state.word), row.boolean("AutoStart"))


def _listed(row: Mapping[str, str], auto_start: bool) -> Pool:
    if "APPPOOL.NAME" not in row:
        raise MalformedAnswer(f"appcmd.exe listed an application pool without a name: {dict(row)}")
    return Pool(row["APPPOOL.NAME"], PoolState(by_word(row.get("state")).word), auto_start)


def _named(
    context: Context,
    appcmd: Appcmd,
    pool: Pool,
    read: Callable[[Context, str, Callable[[str], bool]], str | None],
) -> Pool:
    """A pool of a list with its name as it is, where that can be read."""
    name = read(context, pool.name, lambda name: _prints(appcmd, name) == [pool.name])
    return replace(pool, is_named=False) if name is None else replace(pool, name=name)


def _prints(appcmd: Appcmd, name: str) -> list[str | None]:
    """What appcmd prints of the names of the pools that are found by one."""
    return [row.get("APPPOOL.NAME") for row in appcmd.list(Noun.POOL, apppool_name=name)]


def _wmi_state(context: Context, name: str) -> State | None:
    try:
        return wmi.read_state(context, wmi.pool_path(name))
    except Fault as fault:
        if not is_not_callable(fault):
            raise
    for row in appcmd_of(context).list(Noun.POOL, apppool_name=name):
        return by_word(row.get("state"))
    return None
