# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One case: an operation, troubled at one request; what is true of the host after it, and after the next run."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from scenarios.conftest import address
from scenarios.in_process import Host, World

from simulator.iis.disk import InetsrvFolder

from .operation import Operation, failed
from .operations import OPERATIONS
from .troubles import Killed, Trouble, troubled

#: Simulated seconds that the host is left alone after the trouble: what goes on there by itself comes to its end.
_SETTLING = 70.0

#: Words that no message has: they are for programmers.
_FOREIGN = re.compile(r"Traceback|[Uu]nexpected|Exception|object at 0x|<class|NoneType|KeyError|None,", re.ASCII)

#: Words by which a message tells that the host's state isn't known.
_NOT_KNOWN = re.compile(r"may be half done|may or may not|went away|[Rr]un the task again", re.ASCII)

#: A host that drops what a program wrote and says that there is nothing yet can't be seen through: the module says then
#: what the host said.
_PERJURY = {(Trouble.TIMED_OUT_DONE, "Receive")}

_SERVICES = ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC", "WAS", "FTPSVC", "AppHostSvc")


@dataclass(frozen=True)
class State:
    """What of a host's state an operation is judged by."""

    services: Mapping[str, tuple[str, str]]
    sites: Mapping[str, tuple[str, bool]]
    pools: Mapping[str, Any]
    modes: tuple[str, str | None]
    settings: tuple[Any, ...]
    backups: frozenset[str]
    recovery: str
    iisreset_disabled: bool
    lost_changes: int


def state_of(host: Host) -> State:
    """Read the truth from inside the host."""
    truth = host.truth()
    iis = truth["iis"]
    installed = {name: truth["services"][name] for name in _SERVICES if name in truth["services"]}
    services = {name: (service["state"], service["start_mode"]) for name, service in installed.items()}
    if "metabase" not in iis:
        return _state_of_later(host, iis, services)
    names = ("EnableEditWhileRunning", "EnableHistory", "MaxHistoryFiles", "MaxBandwidth")
    loaded = iis["metabase"]["loaded"]
    return State(
        services,
        {key: (site["state"], site["auto_start"]) for key, site in iis["sites"].items()},
        dict(iis["pools"]),
        (iis["configured_mode"], iis["running_mode"]),
        tuple(host.in_memory("/LM", name) if loaded else None for name in names),
        frozenset(_backups(host)),
        repr(_service(host, "W3SVC").recovery),
        iis["iisreset_disabled"],
        iis["metabase"]["lost_changes"],
    )


def _state_of_later(host: Host, iis: Mapping[str, Any], services: Mapping[str, tuple[str, str]]) -> State:
    """The same of IIS 7 and later, whose configuration is a file: nothing is in memory that could be lost."""
    sites = {f"W3SVC/{it['id']}": (it["state"], it["auto_start"]) for it in iis["sites"].values() if it["state"]}
    ftp = [it for it in iis["sites"].values() if "ftp_state" in it]
    sites |= {f"FTPSVC/{it['id']}": (it["ftp_state"], it["ftp_auto_start"]) for it in ftp}
    return State(
        services,
        sites,
        {name: (pool["state"], pool["auto_start"]) for name, pool in iis["pools"].items()},
        ("worker_process", None),
        tuple(host.act("get_site", site=name, path="limits.maxBandwidth") for name in iis["sites"]),
        frozenset(iis["backups"]),
        repr(_service(host, "W3SVC").recovery),
        iis["iisreset_disabled"],
        0,
    )


def _workers(host: Host) -> dict[str, set[int]]:
    """The worker processes of each application pool, as far as the host's IIS tells them."""
    pools = host.iis["pools"].items()
    return {name: set(pool["workers"]) for name, pool in pools if not isinstance(pool, str)}


def _kept(host: Host, before: Mapping[str, set[int]]) -> frozenset[str]:
    """The pools that still have a worker process that they had before."""
    now = _workers(host)
    return frozenset(name for name, workers in before.items() if workers & now.get(name, set()))


def _service(host: Host, name: str) -> Any:
    return host._call(lambda: host._machine.scm.get(name))


def _backups(host: Host) -> set[str]:
    """The names of the backups in the MetaBack folder."""
    folder = host._call(lambda: host._machine.files.real_path(InetsrvFolder.path("MetaBack")))
    return {file.stem for file in folder.glob("*.MD*")} if folder.is_dir() else set()


def _actions(host: Host) -> list[str]:
    """What was asked so far, without authentication."""
    return [entry.action for entry in host.journal() if entry.action not in ("Auth", "Refused")]


@dataclass(frozen=True)
class Undisturbed:
    """An operation that nothing disturbed; ``kept`` are the pools whose worker processes it left alone."""

    requests: int
    actions: Sequence[str]
    final: State
    kept: frozenset[str]


@cache
def undisturbed(name: str) -> Undisturbed:
    """Run an operation in peace."""
    with host_for(OPERATIONS[name]) as host:
        workers = _workers(host)
        results = OPERATIONS[name].run(host)
        assert not failed(results[-1]), results[-1]["msg"]
        actions = _actions(host)
        host.wait(_SETTLING)
        final = state_of(host)
        assert final.lost_changes == 0
        return Undisturbed(len(actions), actions, final, _kept(host, workers))


@dataclass(frozen=True)
class Verdict:
    """How a case went: whether the request was there at all, and what was not as it should be."""

    reached: bool
    complaints: Sequence[str]
    message: str


def try_case(name: str, number: int, trouble: Trouble) -> Verdict:
    """Trouble one request of an operation, look at the host, run the operation again, and look once more."""
    operation, expected = OPERATIONS[name], undisturbed(name)
    with host_for(operation) as host:
        before, workers = state_of(host), _workers(host)
        results: list[dict[str, Any]] = []
        with troubled(host, number, trouble) as counter:
            try:
                results = operation.run(host)
            except Killed:
                pass
            except Exception as error:  # noqa: BLE001 - whatever leaves a module is the finding
                return Verdict(True, [f"{type(error).__name__} left the module: {error}"], "")
        if counter[0] < number:
            return Verdict(False, [], "")
        action = "".join(_actions(host)[number - 1 : number])
        host.wait(_SETTLING)
        after = state_of(host)
        complaints = _look(before, after, expected.final, results, trouble, action)
        if not trouble.kills:
            complaints += _listen(results[-1])
            if not failed(results[-1]):
                kept = sorted(_kept(host, workers) - expected.kept)
                complaints += [f"success, but the worker processes of {pool} are the old ones" for pool in kept]
        again = operation.run(host)
        host.wait(_SETTLING)
        if failed(again[-1]):
            complaints.append(f"the next run fails: {again[-1]['msg']}")
        final = state_of(host)
        if trouble is Trouble.REBOOTED:
            # What was configured is in effect then.
            pools = expected.final.pools if operation.kind == "iis6" else final.pools
            final = replace(final, modes=(final.modes[0], expected.final.modes[1]), pools=pools)
            if operation.not_at_boot:
                final = _as_if_it_ran(final, expected.final)
        complaints += [f"after the next run: {difference}" for difference in _differences(expected.final, final)]
        return Verdict(True, complaints, str(results[-1].get("msg", "")) if results else "")


def _as_if_it_ran(state: State, goal: State) -> State:
    """A state after a reboot, but for what isn't started by one: how it is started is compared, not whether it runs."""
    services = {key: (goal.services[key][0], mode) for key, (_state, mode) in state.services.items()}
    sites = {key: (goal.sites[key][0], auto_start) for key, (_state, auto_start) in state.sites.items()}
    return replace(state, services=services, sites=sites)


@contextmanager
def host_for(operation: Operation, **options: Any) -> Iterator[Host]:
    """A host of the operation's own, as it is before it; the options are those of HostSpec."""
    spec = operation.host("web01", address=address(), **options)
    with tempfile.TemporaryDirectory(prefix="faults") as folder, World(Path(folder), [spec]) as world:
        operation.arrange(world.hosts[0])
        world.hosts[0].forget()
        yield world.hosts[0]


def _look(
    before: State, after: State, goal: State, results: Sequence[Mapping[str, Any]], trouble: Trouble, action: str
) -> list[str]:
    """Is the host in a state that the documentation describes, and that the message tells?"""
    complaints = []
    if after.lost_changes:
        complaints.append(f"{after.lost_changes} unsaved changes were lost")
    if trouble.kills or trouble is Trouble.REBOOTED:
        return complaints
    result = results[-1]
    changed = any(each["changed"] for each in results) or (trouble, action) in _PERJURY
    if not failed(result):
        return [*complaints, *(f"success, but {difference}" for difference in _differences(goal, after))]
    told = _told(result)
    unknown = bool(_NOT_KNOWN.search(told))
    for key, (state, _mode) in before.services.items():
        now = after.services[key][0]
        if state == "Running" and now != state and goal.services[key][0] == state and not unknown and key not in told:
            complaints.append(f"{key} is {now}, and nobody says so")
    for key in before.sites.keys() & after.sites.keys() & goal.sites.keys():
        state, now = before.sites[key][0], after.sites[key][0]
        if now in (state, goal.sites[key][0]):
            continue
        if now == "paused" and key not in told:
            complaints.append(f"{key} was left paused, and nobody says so")
        elif key not in told and not unknown:
            complaints.append(f"{key} is {now}, and nobody says so")
    if not changed and after != before and not unknown:
        complaints.append(f"not changed, it says, but {'; '.join(_differences(before, after))}")
    return complaints


def _told(result: Mapping[str, Any]) -> str:
    down = [service["name"] for service in result.get("services", {}).values() if service.get("after") != "started"]
    sites = [key for key, site in result.get("sites", {}).items() if site.get("after") != "started"]
    return " ".join([str(result.get("msg", "")), *result.get("warnings", []), *down, *sites])


def _listen(result: Mapping[str, Any]) -> list[str]:
    if not failed(result):
        return []
    message = str(result.get("msg", ""))
    if not message.strip():
        return ["it fails without a word"]
    foreign = _FOREIGN.search(message)
    return [f"a message for programmers ({foreign[0]}): {message}"] if foreign else []


def _differences(wanted: State, actual: State) -> list[str]:
    names = [name for name in State.__dataclass_fields__ if getattr(wanted, name) != getattr(actual, name)]
    return [f"{name} is {getattr(actual, name)}, not {getattr(wanted, name)}" for name in names]
