# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/iis7.md says of each assumption what a host does to which it doesn't apply, and names what shows that."""

from __future__ import annotations

import dataclasses
import re

import pytest
import stage
from unit.docs.test_fidelity import functions_of

from simulator.iis7.switches import Switches7
from simulator.wire.profile import WireOptions

TEXT = (stage.ROOT / "docs" / "iis7.md").read_text()
COLUMNS = ["assumption", "evidence", "if wrong", "shown by"]
SWITCHES = {field.name for of in (Switches7, WireOptions) for field in dataclasses.fields(of)}
FLIPPED = (stage.ROOT / "tests" / "scenarios" / "test_iis7.py").read_text()


def assumptions() -> list[dict[str, str]]:
    section = TEXT.partition("## If an assumption is wrong\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [dict(zip(COLUMNS, re.split(r" \| ", line.strip("| ")), strict=True)) for line in lines]


ROWS = assumptions()


def test_there_is_a_table():
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["assumption"][:60])
def test_what_is_named_is_there(row):
    named = re.findall(r"`([\w/.]+)::(test_\w+)`", row["shown by"])
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []
    switches = re.findall(r"`(\w+)`", row["shown by"].rpartition(";")[0])
    assert [name for name in switches if name not in SWITCHES] == []
    assert [name for name in switches if not re.search(rf"\b{name}\b", FLIPPED)] == [], "no scenario has it otherwise"
