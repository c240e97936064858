# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role leaves in a play bears the role's name, and no example has such a name: nobody replaces it by copying."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import stage
import yaml
from documentation.blocks import all_blocks, examples

ROLES = sorted(folder.name for folder in (stage.ROOT / "roles").iterdir())


def tasks_of(content: Any) -> Iterator[dict[str, Any]]:
    """Every task of a file or a play, those of blocks included."""
    for task in content or []:
        yield task
        for part in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers"):
            yield from tasks_of(task.get(part))


def tasks(role: str) -> list[dict[str, Any]]:
    files = sorted((stage.ROOT / "roles" / role).glob("[th]a*/*.yml"))
    return [task for path in files for task in tasks_of(yaml.safe_load(path.read_text(encoding="utf-8")))]


def names(task: dict[str, Any]) -> set[str]:
    """What a task leaves in the play: facts, a registered variable, and of a handler its name and topics."""
    listen = task.get("listen", [])
    facts = {name for name in task.get("ansible.builtin.set_fact", {}) if name != "cacheable"}
    topics = {listen} if isinstance(listen, str) else set(listen)
    registered = {task["register"]} if "register" in task else set()
    return facts | topics | registered | ({task["name"]} if topics else set())


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_leaves_in_a_play_bears_its_name(role):
    left = {name for task in tasks(role) for name in names(task)}

    assert left
    assert {name for name in left if not re.match(rf"{role}(_|: )", name)} == set()


@pytest.mark.parametrize("block", [block for block in [*examples(), *all_blocks()] if block.plays], ids=str)
def test_no_example_bears_a_name_that_a_role_leaves(block):
    of_roles = {name for role in ROLES for task in tasks(role) for name in names(task)}
    shown = set()
    for task in tasks_of(block.plays):
        notified = task.get("notify", [])
        shown |= names(task) | ({notified} if isinstance(notified, str) else set(notified)) | {str(task.get("name"))}

    assert shown & of_roles == set()


def test_the_handler_of_the_role_is_one_task():
    path = stage.ROOT / "roles" / "isolation_mode" / "handlers" / "main.yml"
    (handler,) = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert handler["fleetops.iis.iis_service"]["state"] == "restarted"
    assert handler["fleetops.iis.iis_service"]["save"] is True
    assert (handler["ignore_errors"], handler["any_errors_fatal"], handler["timeout"]) == (True, False, 0)
