# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of a play the inventory sets, where Ansible doesn't read them."""

from __future__ import annotations

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from ansible_collections.fleetops.iis.plugins.plugin_utils._rollout.inventory import set_in_inventory

NAMES = ("iis_hosts", "batch", "max_fail")
HOSTS = "web:\n  hosts: {web01: , web02: }\ndb:\n  hosts: {db01: }\n"


def found(folder, files, hosts=("web01", "web02"), source="hosts.yml", playbook="elsewhere"):
    """What is found for these hosts in these files; the hosts and groups are known, as they are to a lookup."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    manager = InventoryManager(DataLoader(), parse=False)
    for group, members in {"all": ["web01", "web02", "db01"], "web": ["web01", "web02"], "db": ["db01"]}.items():
        manager.add_group(group)
        for member in members:
            manager.add_host(member, group=group)
    return set_in_inventory(NAMES, hosts, manager, [str(folder / source)], str(folder / playbook))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"hosts.yml": HOSTS}, {}),
        ({"hosts.yml": HOSTS + "  vars: {batch: 4}\n"}, {}),
        ({"hosts.yml": HOSTS + "all:\n  vars: {batch: 4, max_fail: 5}\n"}, {"batch": "all", "max_fail": "all"}),
        ({"hosts.yml": "web:\n  hosts:\n    web01: {iis_hosts: web}\n"}, {"iis_hosts": "web01"}),
        ({"hosts.yml": "web:\n  hosts:\n    web01: {note: no batch}\n"}, {}),
        ({"hosts.yml": HOSTS, "group_vars/all.yml": "batch: 4\n"}, {"batch": "all"}),
        ({"hosts.yml": HOSTS, "group_vars/web/rollout.yml": "batch: 4\n"}, {"batch": "web"}),
        ({"hosts.yml": HOSTS, "group_vars/db.yml": "batch: 4\n"}, {}),
        ({"hosts.yml": HOSTS, "host_vars/web02.yml": "max_fail: 4\n"}, {"max_fail": "web02"}),
        ({"hosts.yml": HOSTS, "elsewhere/group_vars/web.yml": "batch: 4\n"}, {"batch": "web"}),
        ({"hosts.yml": "plugin: some.inventory.plugin\ncompose: {batch: 4}\n"}, {}),
    ],
)
def test_what_the_inventory_sets_for_the_hosts_is_found(tmp_path, files, expected):
    told = found(tmp_path, files)
    assert {name: place.split()[-1] for name, place in told.items()} == expected


def test_ini_files_and_folders_are_read_too(tmp_path):
    files = {"all/hosts": "[web]\nweb01 batch=4\nweb02\n\n[web:vars]\nmax_fail=5\n", "all/group_vars/web.yml": "a: 1\n"}
    assert found(tmp_path, files, source="all") == {"batch": "the host web01", "max_fail": "the group web"}


def test_no_program_is_run_again(tmp_path):
    (tmp_path / "hosts.yml").write_text(f"#!/bin/sh\n# batch\ntouch {tmp_path}/ran\n")
    (tmp_path / "hosts.yml").chmod(0o755)
    assert found(tmp_path, {}) == {}
    assert not (tmp_path / "ran").exists()


def test_hosts_on_the_command_line_have_no_variables(tmp_path):
    assert found(tmp_path, {}, source="web01,web02,") == {}
