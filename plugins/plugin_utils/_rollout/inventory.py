# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the inventory that a playbook can't see: keywords of a play are read before there is any host.

Ansible doesn't give a play its inventory, only the names of groups and hosts. So what sets variables without running a
program is read once more: vars plugins (group_vars, host_vars), which keep what they have read for the run, and
inventory files, where they hold one of the names at all. Scripts and inventory plugins aren't asked again.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager
from ansible.plugins.loader import inventory_loader
from ansible.vars.plugins import get_vars_from_inventory_sources, get_vars_from_path

#: Formats of inventory files, in the order in which Ansible tries them.
_FORMATS = ("ansible.builtin.yaml", "ansible.builtin.ini", "ansible.builtin.toml")

#: What the text of another format leads to.
_OTHER_FORMAT = (AnsibleError, AttributeError, KeyError, TypeError, ValueError)

#: When Ansible runs a vars plugin: which of them is a setting of the user's.
_STAGES = ("inventory", "task")


def set_in_inventory(
    names: Collection[str], hosts: Collection[str], manager: InventoryManager, sources: Sequence[str], folder: str
) -> dict[str, str]:
    """Return which of these variables the inventory sets for these hosts, each with the group or host it is set for.

    ``manager`` has the hosts and groups, ``sources`` are the inventories of the command line, ``folder`` is the
    playbook's. Raises AnsibleError where a file of variables can't be read.
    """
    members = set(hosts)
    groups = [name for name, group in manager.groups.items() if members & {host.name for host in group.get_hosts()}]
    entities = [manager.groups[name] for name in groups] + [manager.hosts[name] for name in hosts]
    found: dict[str, str] = {}
    for path in _files(sources, names):
        data = _parsed(path, manager._loader)
        for kind, wanted, there in (("group", groups, data.groups), ("host", hosts, data.hosts)):
            for name in wanted:
                if name in there:
                    _note(found, names, there[name].vars, f"the {kind} {name}")
    # All at once, as one of a thousand hosts rarely has such a variable; then one by one, to say which has.
    if set(names) & set(_by_plugins(manager._loader, sources, folder, entities)):
        for entity in entities:
            kind = "group" if manager.groups.get(entity.name) is entity else "host"
            _note(found, names, _by_plugins(manager._loader, sources, folder, [entity]), f"the {kind} {entity.name}")
    return found


def _note(found: dict[str, str], names: Iterable[str], variables: Collection[str], place: str) -> None:
    for name in names:
        if name in variables:
            found.setdefault(name, place)


def _by_plugins(loader: Any, sources: Sequence[str], folder: str, entities: list[Any]) -> set[str]:
    found: set[str] = set()
    for stage in _STAGES:
        found |= set(get_vars_from_inventory_sources(loader, sources, entities, stage))
        found |= set(get_vars_from_path(loader, folder, entities, stage))
    return found


def _files(sources: Sequence[str], names: Iterable[str]) -> Iterator[Path]:
    """Yield the inventory files whose text has one of the names, without programs."""
    words = [name.encode() for name in names]
    for source in map(Path, sources):
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if not path.is_file() or {"group_vars", "host_vars"} & set(path.relative_to(source.parent).parts):
                continue
            text = path.read_bytes()
            program = text.startswith(b"#!") and os.access(path, os.X_OK)
            if not program and any(word in text for word in words):
                yield path


def _parsed(path: Path, loader: Any) -> InventoryData:
    for name in _FORMATS:
        data = InventoryData()
        plugin = inventory_loader.get(name)
        with suppress(*_OTHER_FORMAT):
            if plugin.verify_file(str(path)):
                plugin.parse(data, loader, str(path), cache=False)
                return data
    return InventoryData()
