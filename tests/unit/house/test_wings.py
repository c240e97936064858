# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports go one way: each wing sees those that it may, and nothing else."""

from __future__ import annotations

import re

import stage
from unit.house.test_metadata import imports
from unit.house.wings import PLUGINS, WINGS, imported, owner

FILES = sorted(PLUGINS.rglob("*.py"))


def test_every_file_belongs_to_a_wing():
    assert [str(path.relative_to(PLUGINS)) for path in FILES if owner(path) is None] == []


def test_every_wing_is_there():
    owners = {owner(path) for path in FILES}
    assert [wing.path for wing in WINGS if wing not in owners] == []


def test_a_wing_sees_only_wings_above_it_in_the_table():
    above: set[str] = set()
    for wing in WINGS:
        assert set(wing.sees) <= above, wing.path
        above.add(wing.path)


def test_every_wing_imports_only_what_it_may_see():
    wrong = []
    for path in FILES:
        mine = owner(path)
        assert mine is not None
        for target in imported(path):
            theirs = owner(target)
            if theirs is not mine and (theirs is None or theirs.path not in mine.sees):
                wrong.append(f"{path.relative_to(PLUGINS)} imports {target.relative_to(PLUGINS)}")
    assert wrong == []


def test_a_wing_may_see_nothing_that_it_does_not_use():
    used: dict[str, set[str]] = {wing.path: set() for wing in WINGS}
    for path in FILES:
        mine = owner(path)
        used[mine.path] |= {theirs.path for target in imported(path) if (theirs := owner(target)) is not None}
    # What a wing stands on, it stands on through the wings between, too.
    for wing in WINGS:
        for name in tuple(used[wing.path]):
            used[wing.path] |= used[name]
    assert {
        wing.path: sorted(set(wing.sees) - used[wing.path]) for wing in WINGS if set(wing.sees) - used[wing.path]
    } == {}


def test_the_architecture_page_draws_this_table():
    page = (stage.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`|]+)` \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    drawn = [(wing.path, wing.about, ", ".join(f"`{name}`" for name in wing.sees) or "nothing") for wing in WINGS]
    assert rows == drawn


def test_the_domain_knows_neither_xml_nor_ansible_nor_winrm():
    domain = imports(PLUGINS / "plugin_utils" / "_iis")
    assert [use for use in domain if use[1].split(".")[0] in {"ansible", "xml", "winrm", "pypsrp", "requests"}] == []


def test_the_wire_knows_nothing_of_ansible_but_its_connections():
    wire = imports(PLUGINS / "plugin_utils" / "_wsman")
    assert {path for path, name in wire if name.split(".")[0] == "ansible"} <= {
        "plugins/plugin_utils/_wsman/transport/open.py"
    }
