# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in messages."""

from __future__ import annotations

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.naming import listed, nearest, no_such


def test_the_most_similar_name_comes_first_whatever_its_case():
    assert nearest("shpo", ["Default", "SHOP", "Stop"], str)[0] == "SHOP"


def test_any_of_several_names_will_do():
    sites = [("Intranet", 1), ("Shop", 12), ("Shop 2", 3)]

    assert nearest("12", sites, lambda site: site[0], lambda site: str(site[1]))[0] == ("Shop", 12)


def test_equally_similar_things_keep_their_order():
    assert nearest("x", ["c", "a", "b"], str) == ["c", "a", "b"]


def test_a_list_is_cut_with_the_number_of_what_is_left_out():
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert listed(["a", "b"], most=2) == "a, b"
    assert listed([str(number) for number in range(25)]).endswith("18, 19 and 5 more")


def test_what_is_missing_is_said_with_what_is_there():
    assert no_such("pool 'x'", ["'a'", "'b'"]) == "There is no pool 'x' on this host. There are: 'a', 'b'."
    assert no_such("pool 'x'", []) == "There is no pool 'x' on this host. It has none at all."
