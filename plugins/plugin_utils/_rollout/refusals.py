# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a playbook of the collection refuses to begin: mistakes that can be seen before any host is asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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

#: How alike a misspelt name has to be to one that exists.
_LIKENESS = 0.8


@dataclass(frozen=True)
class Request:
    """What a playbook was started with.

    ``given`` are the variables of the command line; ``variables`` has the values of those that are the playbook's own.
    ``roles`` has the variables of each role of the collection by the role's name, ``matched`` the hosts that
    ``iis_hosts`` and ``--limit`` choose.
    """

    playbook: str
    given: Mapping[str, Any]
    variables: Mapping[str, Any]
    roles: Mapping[str, Collection[str]]
    matched: Sequence[str]
    limit: str | None = None
    tags: Sequence[str] = ("all",)


def refusal(request: Request) -> str | None:
    """Say in one sentence why the playbook can't begin, or nothing."""
    checks = (_tags, _unknown_variable, _mode, _batch, _max_fail, _hosts)
    return next((words for check in checks if (words := check(request))), None)


def _tags(request: Request) -> str | None:
    if {"all", "always"} & set(request.tags):
        return None
    return (
        f"The playbook {request.playbook} has no tags: with --tags {','.join(request.tags)} it would do nothing. "
        "Leave the option out."
    )


def _unknown_variable(request: Request) -> str | None:
    own = set(PLAYBOOKS[request.playbook])
    of_roles = {name for names in request.roles.values() for name in names}
    for name in request.given:
        if name in own | of_roles:
            continue
        near = get_close_matches(name, sorted(own | of_roles), 1, _LIKENESS)
        if near or any(name.startswith(f"{role}_") for role in request.roles):
            hint = f" Did you mean {near[0]}?" if near else " docs/playbooks.md lists those that there are."
            return f"The playbook {request.playbook} has no variable {name}.{hint}"
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
    if "batch" not in PLAYBOOKS[request.playbook]:
        return None
    batch = request.variables.get("batch", 1)
    for size in batch if isinstance(batch, list) else [batch]:
        number = re.fullmatch(r"(\d+(?:\.\d+)?)%?", str(size).strip())
        if number is None or float(number[1]) <= 0:
            return (
                f"batch is {batch!r}. It must be a number of hosts from 1, a percentage above 0%, or a list of them: "
                "Ansible takes 0 for all hosts at once."
            )
    return None


def _max_fail(request: Request) -> str | None:
    value = request.variables.get("max_fail", 0)
    if "max_fail" not in PLAYBOOKS[request.playbook] or re.fullmatch(r"(\d{1,2}|100)%?", str(value).strip()):
        return None
    return f"max_fail is {value!r}. It must be a percentage from 0 to 100."


def _hosts(request: Request) -> str | None:
    if request.matched:
        return None
    pattern = request.variables.get("iis_hosts", "all")
    limit = f" with --limit {request.limit}" if request.limit else ""
    return f"No host of the inventory matches iis_hosts={pattern}{limit}. Nothing was done."
