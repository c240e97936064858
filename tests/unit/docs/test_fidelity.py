# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/fidelity.md says of every exchange what it rests on, and of every assumption what happens if it is wrong."""

from __future__ import annotations

import ast
import functools
import re

import pytest
import stage
from unit.docs import requests

TEXT = (stage.ROOT / "docs" / "fidelity.md").read_text()
COLUMNS = ["Exchange", "What we expect", "Evidence", "If that is wrong", "Test"]
KINDS = ("capture", "specification", "client", "document", "assumption", "as above")


def table_rows() -> list[dict[str, str]]:
    found = []
    for line in TEXT.splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| Exchange")):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == len(COLUMNS), line
            found.append(dict(zip(COLUMNS, cells, strict=True)))
    return found


ROWS = table_rows()
CODE = {code for row in ROWS for code in re.findall(r"`([^`]+)`", row["Exchange"])}


@functools.cache
def functions_of(path: str) -> set[str]:
    file = stage.ROOT / "tests" / path
    if not file.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_there_are_tables():
    assert len(ROWS) > 50
    assert TEXT.count("| Exchange |") == len(re.findall(r"^## ", TEXT, re.MULTILINE))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Exchange"][:60])
def test_every_test_that_is_named_exists(row):
    named = re.findall(r"`([\w/.]+)::(test_\w+)`", row["Test"])
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Exchange"][:60])
def test_every_line_says_what_it_rests_on(row):
    assert row["Evidence"].startswith(KINDS)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "assumption" in row["Evidence"]], ids=lambda row: row["Exchange"][:60]
)
def test_no_assumption_is_without_another_way(row):
    assert len(row["If that is wrong"]) > 10


@pytest.mark.parametrize("pattern", sorted(requests.queries()))
def test_every_query_is_in_the_tables(pattern):
    assert [code for code in CODE if re.fullmatch(pattern, code)], (
        f"no line of docs/fidelity.md has a query like {pattern}"
    )


@pytest.mark.parametrize("query", sorted(code for code in CODE if code.startswith(("SELECT ", "ASSOCIATORS "))))
def test_every_query_in_the_tables_is_sent(query):
    assert [pattern for pattern in requests.queries() if re.fullmatch(pattern, query)], (
        "docs/fidelity.md: nobody asks it"
    )


@pytest.mark.parametrize("method", sorted(requests.methods()))
def test_every_method_is_in_the_tables(method):
    assert method in CODE, f"no line of docs/fidelity.md has the method {method}"


@pytest.mark.parametrize("name", sorted(requests.written_properties()))
def test_every_write_is_in_the_tables(name):
    lines = [row for row in ROWS if row["Exchange"].startswith("fragment Put") and f"`{name}`" in row["Exchange"]]
    assert lines, f"no line of docs/fidelity.md has a fragment Put of {name}"


@pytest.mark.parametrize("run", sorted(requests.appcmd_runs()))
def test_every_run_of_appcmd_is_in_the_tables(run):
    assert [code for code in CODE if re.search(rf"\bappcmd\.exe {run}\b", code)], (
        f"no line of docs/fidelity.md has 'appcmd.exe {run}'"
    )


def test_the_runs_of_appcmd_are_found():
    assert {"list site", "stop site", "recycle apppool", "set apppool", "restore backup"} <= requests.appcmd_runs()


@pytest.mark.parametrize("program", sorted(requests.programs()))
def test_every_command_is_in_the_tables(program):
    lines = [code for code in CODE if re.fullmatch(program, code.split()[0])]
    assert lines, f"no line of docs/fidelity.md has the program {program}"
