# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/guarantees.md names tests that exist, and the mutants still apply to the code."""

from __future__ import annotations

import re

import pytest

from .mutants import MUTANTS, ROOT

GUARANTEES = ROOT / "docs" / "guarantees.md"
_LINK = re.compile(r"\[`(test_\w+\.py)(?:::(test_\w+))?`\]\(\.\./([^)]+)\)")


def test_every_test_that_is_named_exists():
    named = _LINK.findall(GUARANTEES.read_text(encoding="utf-8"))
    assert len(named) > 20
    for file, function, path in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert path.endswith(f"/{file}")
        assert not function or f"def {function}(" in text, f"{path} has no {function}"


def test_every_promise_names_a_test():
    rows = [line for line in GUARANTEES.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    promises = [line for line in rows if line.rstrip().endswith(") |")]
    assert len(promises) == sum(1 for line in rows if "](../tests" in line)


def test_the_number_of_mutants_is_the_one_that_is_told():
    assert f"makes {len(MUTANTS)} mistakes" in GUARANTEES.read_text(encoding="utf-8")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_applies_and_its_test_exists(mutant):
    assert mutant.place(ROOT).read_text(encoding="utf-8").count(mutant.old) == 1
    assert mutant.test_in(ROOT).endswith(mutant.test)
