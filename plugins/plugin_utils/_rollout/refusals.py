# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a playbook of the collection refuses to begin: mistakes that can be seen before any host is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

MODES = ("worker_process", "iis5")

#: The variables of each playbook beside those of its roles; docs/playbooks.md lists them.
PLAYBOOKS: Mapping[str, Collection[str]] = {
    "isolation_mode": ("iis_hosts", "mode", "batch", "max_fail"),
    "safe_restart": ("iis_hosts", "batch", "max_fail"),
    "preflight": ("iis_hosts", "mode", "app_pools", "method", "when_iisreset_disabled", "gate"),
    "health_check": ("iis_hosts",),
    "probe": ("iis_hosts", "folder", "shell", "writes", "redact"),
}

#: The roles of each playbook. Each of their variables can be given to it.
ROLES: Mapping[str, Collection[str]] = {
    "isolation_mode": ("isolation_mode", "health_check"),
    "safe_restart": ("safe_restart", "health_check"),
    "preflight": (),
    "health_check": ("health_check",),
    "probe": (),
}

#: What the keywords of a play are made of, which see nothing of the inventory.
OF_THE_PLAY = ("iis_hosts", "batch", "max_fail")

#: What every playbook takes beside.
_EVERYWHERE = ("iis_progress",)

#: What preflight passes over, so that a pipeline can give the same variables to it and to the rollout.
_PASSED_OVER = {"preflight": ("batch", "max_fail")}

#: Names of other playbooks and roles that a playbook has by another name.
_INSTEAD: Mapping[str, Mapping[str, str]] = {
    "safe_restart": {"app_pools": "safe_restart_app_pools, with safe_restart_what=pools"},
    "isolation_mode": {"method": "isolation_mode_reset_method"},
    "preflight": {
        "isolation_mode_wanted": "mode",
        "isolation_mode_reset_method": "method",
        "isolation_mode_when_iisreset_disabled": "when_iisreset_disabled",
        "safe_restart_what": "app_pools",
        "safe_restart_app_pools": "app_pools",
        "safe_restart_method": "method",
        "safe_restart_when_iisreset_disabled": "when_iisreset_disabled",
    },
}

#: Options and keywords of Ansible that are given as variables by mistake, with what there is.
_CONFUSED: Mapping[str, str] = {
    "hosts": "-e iis_hosts=… and the option --limit choose the hosts",
    "host": "-e iis_hosts=… and the option --limit choose the hosts",
    "limit": "the option --limit and -e iis_hosts=… choose the hosts",
    "serial": "-e batch=… is how many hosts go at a time, where a playbook goes in batches",
    "max_fail_percentage": "-e max_fail=… is how much of a batch may fail, where a playbook goes in batches",
    "forks": "the option --forks is how many hosts Ansible works on at once",
    "tags": "the playbooks have no tags",
    "check": "the option --check is the check mode",
}

#: What Ansible's ``serial`` takes, and its ``max_fail_percentage``, which may have decimals.
_SIZE = re.compile(r"[1-9][0-9]*%?")
_PERCENTAGE = re.compile(r"([0-9]{1,2}(\.[0-9]+)?|100(\.0+)?)%?")

#: How alike a misspelt name has to be to one that exists.
_LIKENESS = 0.8


@dataclass(frozen=True)
class Request:
    """What a playbook was started with.

    ``given`` are the variables of the command line; ``variables`` has the values of those that are the playbook's own.
    ``roles`` has the variables of each role of the collection by the role's name, ``matched`` the hosts that
    ``pattern`` and ``--limit`` choose. ``together`` are the playbooks of the collection that run one after the
    other with these variables, or nothing where plays of the user's own run with them too.
    ``inventory`` are variables of the playbook that only the inventory sets, with the group or host it sets them for.
    """

    playbook: str
    given: Mapping[str, Any]
    variables: Mapping[str, Any]
    roles: Mapping[str, Collection[str]]
    matched: Sequence[str]
    pattern: str = "all"
    limit: str | None = None
    tags: Sequence[str] = ("all",)
    together: Collection[str] | None = ()
    inventory: Mapping[str, str] = field(default_factory=dict)


def refusal(request: Request) -> str | None:
    """Say in one sentence why the playbook can't begin, or nothing."""
    checks = (_tags, _unknown_variable, _mode, _batch, _max_fail, _hosts, _inventory)
    return next((words for check in checks if (words := check(request))), None)


def _tags(request: Request) -> str | None:
    if {"all", "always"} & set(request.tags):
        return None
    return (
        f"The playbook {request.playbook} has no tags: with --tags {','.join(request.tags)} it would do nothing. "
        "Leave the option out."
    )


def _unknown_variable(request: Request) -> str | None:
    of_the_user = request.together is None
    playbooks = PLAYBOOKS if request.together is None else {request.playbook, *request.together}
    known = {name for playbook in playbooks for name in _variables(playbook, request.roles)}
    if of_the_user:
        known |= {name for names in request.roles.values() for name in names}
    for name in request.given:
        if name in known or _is_of_a_common_set(request, name):
            continue
        # Variables of plays of the user's own may have any name, so only what looks like a slip is one.
        hint = None if of_the_user else _pointer(request, name)
        if hint is None:
            near = get_close_matches(name, sorted(known), 1, _LIKENESS)
            if not near and not any(name.startswith(f"{role}_") for role in request.roles):
                continue
            hint = f"Did you mean {near[0]}?" if near else "docs/playbooks.md lists those that there are."
        return f"The playbook {request.playbook} has no variable {name}. {hint}"
    return None


def _variables(playbook: str, roles: Mapping[str, Collection[str]]) -> set[str]:
    own = {*PLAYBOOKS[playbook], *_EVERYWHERE, *_PASSED_OVER.get(playbook, ())}
    own |= {name for role in ROLES[playbook] for name in roles.get(role, ())}
    if playbook in _PASSED_OVER:
        own |= {name for names in roles.values() for name in names} - set(_INSTEAD[playbook])
    return own


def _is_of_a_common_set(request: Request, name: str) -> bool:
    """Whether it is one of another role, of which something was given for a role of this playbook as well.

    So somebody keeps the variables of several playbooks together, and forgot none of this one.
    """
    mine = ROLES[request.playbook]
    for role, names in request.roles.items():
        if name in names and role not in mine:
            given = [one.removeprefix(f"{role}_") for one in request.given if one in names]
            return any(f"{own}_{one}" in request.given for own in mine for one in given)
    return False


def _pointer(request: Request, name: str) -> str | None:
    """What to give instead of a name that is one somewhere else, for somebody who took it for one of this playbook."""
    mine = [f"{role}_{name}" for role in ROLES[request.playbook] if f"{role}_{name}" in request.roles.get(role, ())]
    if instead := _INSTEAD.get(request.playbook, {}).get(name) or " or ".join(mine):
        return f"For this playbook it is {instead}."
    if name in _CONFUSED:
        return f"It would do nothing: {_CONFUSED[name]}."
    if playbooks := [playbook for playbook, names in PLAYBOOKS.items() if name in names]:
        return f"It is one of {' and '.join(playbooks)}."
    for role, names in request.roles.items():
        if name in names:
            return f"It is one of the role {role}, which this playbook doesn't use."
        if f"{role}_{name}" in names:
            return f"There is {role}_{name}, of the role {role}, which this playbook doesn't use."
    return None


def _mode(request: Request) -> str | None:
    mode = request.variables.get("mode")
    if mode is None:
        if request.playbook != "isolation_mode":
            return None
        return "Say which isolation mode IIS shall run in: -e mode=worker_process or -e mode=iis5."
    if "mode" in PLAYBOOKS[request.playbook] and mode not in MODES:
        return f"mode is {mode!r}. It must be worker_process or iis5."
    return None


def _batch(request: Request) -> str | None:
    """Refuse what Ansible would take for all hosts at once (0, and no size at all), and what its int() doesn't read."""
    if "batch" not in PLAYBOOKS[request.playbook]:
        return None
    batch = request.variables.get("batch", 1)
    sizes = batch if isinstance(batch, list) else [batch]
    if sizes and all(_SIZE.fullmatch(str(size)) for size in sizes):
        return None
    parts = re.split(r"[\s,]+", batch.strip("[] ").replace('"', "").replace("'", "")) if isinstance(batch, str) else []
    if len(parts) > 1 and all(_SIZE.fullmatch(part) for part in parts):
        meant = json.dumps({"batch": [part if part.endswith("%") else int(part) for part in parts]})
        return f"batch is {batch!r}. Give a list as -e '{meant}'."
    return (
        f"batch is {batch!r}. It must be a whole number of hosts from 1, a whole percentage from 1%, or a list of "
        "them: Ansible takes 0 for all hosts at once."
    )


def _max_fail(request: Request) -> str | None:
    value = request.variables.get("max_fail", 0)
    if "max_fail" not in PLAYBOOKS[request.playbook] or _PERCENTAGE.fullmatch(str(value)):
        return None
    return f"max_fail is {value!r}. It must be a percentage from 0 to 100."


def _hosts(request: Request) -> str | None:
    pattern = request.pattern
    if not pattern.strip(", "):
        return "iis_hosts is empty. Say which hosts of the inventory, or leave it out for all."
    if request.matched:
        return None
    limit = f" with --limit {request.limit}" if request.limit else ""
    return f"No host of the inventory matches iis_hosts={pattern}{limit}. Nothing was done."


def _inventory(request: Request) -> str | None:
    for name, place in request.inventory.items():
        return (
            f"{name} is set in the inventory, for {place}, where Ansible doesn't read it for a play. "
            f"Give it with -e {name}=…, or under vars of an import_playbook."
        )
    return None
