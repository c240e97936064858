# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which a play can use one of the roles, each as the play that somebody would write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Play = dict[str, Any]
Task = dict[str, Any]

#: A task that changes something without touching the host, and so notifies handlers.
_CHANGE: Task = {"ansible.builtin.debug": {"msg": "Something was changed"}, "changed_when": True}

#: The handlers that the documentation shows, as ``iis_isolation_mode`` notifies them.
_DOCUMENTED: list[Task] = [
    {"name": "Save the metabase", "fleetops.iis.iis_metabase_save": {}, "timeout": 0},
    {"name": "Reset IIS", "fleetops.iis.iis_service": {"state": "restarted"}, "timeout": 0},
]


@dataclass(frozen=True)
class Entry:
    """The entry of a role: its variables, and the keywords that the play's author puts on it."""

    role: str
    variables: Mapping[str, Any]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    #: The services to restart or the mode to set by an entry for one host and by another for the rest.
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The role as a play names it."""
        return f"fleetops.iis.{self.role}"


def roles(entry: Entry) -> Play:
    """Under ``roles:``."""
    return {"roles": [{"role": entry.full_name, "vars": dict(entry.variables), **entry.keywords}]}


def import_role(entry: Entry) -> Play:
    """A static import among the tasks."""
    return {"tasks": [_import(entry)]}


def include_role(entry: Entry) -> Play:
    """A dynamic include among the tasks."""
    return {"tasks": [_include(entry)]}


def loop(entry: Entry) -> Play:
    """A dynamic include in a loop. For isolation_mode first with the mode that the host has already."""
    name = next(iter(entry.others))
    values = [entry.others[name], entry.variables[name]]
    variables = {**entry.variables, name: "{{ item }}"}
    return {"tasks": [{**_include(Entry(entry.role, variables, entry.keywords)), "loop": values}]}


def twice(entry: Entry) -> Play:
    """Two entries with other variables and complementary conditions: what is last must not decide for both."""
    other = "inventory_hostname == 'web03'"
    mine = {**entry.keywords, "when": f"not ({other})"}
    return {
        "roles": [
            {"role": entry.full_name, "vars": dict(entry.variables), **mine},
            {"role": entry.full_name, "vars": {**entry.variables, **entry.others}, **entry.keywords, "when": other},
        ]
    }


def beside_the_example(entry: Entry) -> Play:
    """On web01 after the example of ``iis_isolation_mode`` with its handlers, which stay its own."""
    tasks = [_import(entry)]
    if not entry.keywords.get("check_mode"):  # handlers don't inherit it
        example: Task = {
            "name": "Configure worker process isolation mode",
            "fleetops.iis.iis_isolation_mode": {"mode": "worker_process"},
            "notify": [handler["name"] for handler in _DOCUMENTED],
            "when": "inventory_hostname == 'web01'",
            **entry.keywords,
        }
        tasks.insert(0, example)
    return {"tasks": tasks, "handlers": _DOCUMENTED}


def instead_of_its_handler(entry: Entry) -> Play:
    """Beside a handler of the play that has the name of the role's own, and listens where that listens."""
    handler: Task = {
        "name": f"{entry.role}: save the metabase, then reset IIS",
        "listen": f"{entry.role}_save_and_reset",
        "ansible.builtin.debug": {"msg": "The play's own handler"},
    }
    return {"tasks": [_include(entry)], "handlers": [handler]}


def after_a_failing_handler(entry: Entry) -> Play:
    """After a task that notified a handler of the play, which fails on web02."""
    handler: Task = {
        "name": "Reload something else",
        "ansible.builtin.fail": {"msg": "This handler of the play fails"},
        "when": "inventory_hostname == 'web02'",
    }
    tags = {name: value for name, value in entry.keywords.items() if name == "tags"}
    notifying = {"name": "Change something else", **_CHANGE, "notify": handler["name"], **tags}
    return {"tasks": [notifying, _import(entry)], "handlers": [handler]}


AFTER_A_FAILING_HANDLER = "after a handler that fails"
LOOP = "in a loop"
TWICE = "twice"

USES: Mapping[str, Callable[[Entry], Play]] = {
    "roles": roles,
    "import_role": import_role,
    "include_role": include_role,
    LOOP: loop,
    TWICE: twice,
    "beside the module's example": beside_the_example,
    "with its handler replaced": instead_of_its_handler,
    AFTER_A_FAILING_HANDLER: after_a_failing_handler,
}


def _import(entry: Entry) -> Task:
    return {
        "name": "Use the role",
        "ansible.builtin.import_role": {"name": entry.full_name},
        "vars": dict(entry.variables),
        **entry.keywords,
    }


def _include(entry: Entry) -> Task:
    # What its tasks shall have stands in ``apply``; the include itself takes tags and ignore_errors.
    apply = {"apply": dict(entry.keywords)} if entry.keywords else {}
    own = {name: value for name, value in entry.keywords.items() if name in ("tags", "ignore_errors")}
    return {
        "name": "Use the role",
        "ansible.builtin.include_role": {"name": entry.full_name, **apply},
        "vars": dict(entry.variables),
        **own,
    }
