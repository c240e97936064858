# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name in a WQL query stays a name."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.wql import quote, quote_time


def literal_at_start(wql):
    """Read a WQL string literal as WMI does: to the first quote that no backslash escapes."""
    match = re.match(r"'((?:[^'\\]|\\.)*)'", wql, re.DOTALL)
    assert match
    return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL), wql[match.end() :]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_a_literal_is_the_whole_text_and_nothing_but_the_text(text):
    assert literal_at_start(quote(text) + " OR Name='x'") == (text, " OR Name='x'")


def test_quote_and_backslash_are_escaped():
    assert quote("O'Neil\\x") == r"'O\'Neil\\x'"


def test_a_control_character_is_refused():
    with pytest.raises(ValueError, match=r"U\+0000"):
        quote("W3SVC\0")


def test_a_time_is_written_in_utc():
    moment = datetime(2026, 3, 1, 9, 0, 1, 250_000, timezone(timedelta(hours=1)))
    assert quote_time(moment) == "'20260301080001.250000+000'"
