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


@dataclass(frozen=True)
class Entry:
    """The entry of a role: its variables, and the keywords that the play's author puts on it."""

    role: str
    variables: Mapping[str, Any]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    apply: Mapping[str, Any] = field(default_factory=dict)
    #: The services to restart or the modes to set by an entry for one host and by another for the rest.
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
    """A dynamic include in a loop: first with what the host has already, then with what it shall get."""
    name = next(iter(entry.variables))
    values = [entry.others[name], entry.variables[name]]
    variables = {**entry.variables, name: "{{ item }}"}
    return {"tasks": [{**_include(Entry(entry.role, variables, entry.keywords, entry.apply)), "loop": values}]}


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


def beside_own_handlers(entry: Entry) -> Play:
    """An import beside handlers of the play that bear every name that an example has, and the role's own."""
    names = ["Save the metabase", "Reset IIS", f"{entry.role}: save the metabase, then reset IIS"]
    return {
        "tasks": [_import(entry)],
        "handlers": [{"name": name, "ansible.builtin.debug": {"msg": "The play's own handler"}} for name in names],
    }


def after_a_failing_handler(entry: Entry) -> Play:
    """After a task that notified a handler of the play, which fails on web02."""
    handler: Task = {
        "name": "Reload something else",
        "ansible.builtin.fail": {"msg": "This handler of the play fails"},
        "when": "inventory_hostname == 'web02'",
    }
    notifying = {"name": "Change something else", **_CHANGE, "notify": "Reload something else"}
    return {"tasks": [notifying, _import(entry)], "handlers": [handler]}


USES: Mapping[str, Callable[[Entry], Play]] = {
    "roles": roles,
    "import_role": import_role,
    "include_role": include_role,
    "include_role in a loop": loop,
    "twice, complementary when": twice,
    "beside handlers of the same names": beside_own_handlers,
    "after a handler that fails": after_a_failing_handler,
}


def _import(entry: Entry) -> Task:
    return {
        "name": "Use the role",
        "ansible.builtin.import_role": {"name": entry.full_name},
        "vars": dict(entry.variables),
        **entry.keywords,
    }


def _include(entry: Entry) -> Task:
    arguments: dict[str, Any] = {"name": entry.full_name}
    # What stands on an include holds for the include itself; what its tasks shall have stands in ``apply``.
    apply = {**entry.keywords, **entry.apply}
    if apply:
        arguments["apply"] = apply
    return {
        "name": "Use the role",
        "ansible.builtin.include_role": arguments,
        "vars": dict(entry.variables),
        **entry.keywords,
    }
