# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WQL that the domain sends, read the way WMI reads it, so that a name that escapes its quotes shows."""

from __future__ import annotations

import re
from datetime import datetime, timezone


def select(wql, rows_of):
    """Return the columns asked for of each row of ``rows_of(class_name)`` that meets the conditions."""
    parts = re.fullmatch(r"SELECT ([\w, ]+) FROM (\w+)(?: WHERE (.*))?", wql, re.DOTALL)
    assert parts is not None, f"not a WQL query: {wql}"
    columns, class_name, where = parts[1].split(", "), parts[2], parse_where(parts[3] or "")
    return class_name, [
        {name: row.get(name) for name in columns}
        for row in rows_of(class_name)
        if any(all(holds(row, name, value) for name, value in conditions) for conditions in where)
    ]


def parse_conditions(text):
    """Take the conditions of a WHERE clause without OR."""
    (conditions,) = parse_where(text)
    return conditions


def parse_where(text):
    """Split ``A='x' AND B=1 OR C>='y'`` into alternatives of (name, value) pairs; the last name here is ``C>``."""
    alternatives = [[]]
    at = 0
    pattern = re.compile(r"(\w+>?)=(?:'((?:[^'\\]|\\.)*)'|(\d+))( AND | OR |$)", re.DOTALL)
    while at < len(text):
        match = pattern.match(text, at)
        assert match is not None, f"not a condition: {text[at:]}"
        value = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2], flags=re.DOTALL)
        alternatives[-1].append((match[1], value))
        if match[4] == " OR ":
            alternatives.append([])
        at = match.end()
    return alternatives


def holds(row, name, value):
    """Compare a column with a literal; ``>=`` is for times in the DMTF form only."""
    if name.endswith(">"):
        return row[name[:-1]] >= datetime.strptime(value, "%Y%m%d%H%M%S.%f+000").replace(tzinfo=timezone.utc)
    return same(row[name], value)


def same(mine, wanted):
    """Compare as WQL does: without case, and NULL equals nothing."""
    return mine is not None and str(mine).casefold() == wanted.casefold()
