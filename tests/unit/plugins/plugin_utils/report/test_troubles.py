# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts in trouble by their reason, and a rollout beside the one before."""

from __future__ import annotations

import json

import pytest
from report_check.fleet import record

from ansible_collections.fleetops.iis.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.compare import NotAReport, compare, read_previous
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.html import anchor, to_html
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.rollout import summarize
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.troubles import Need, again, troubles
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.words import headline


def test_three_causes_are_three_groups_with_what_needs_a_person_now_first():
    groups = troubles(summarize(record(), 0.0))

    assert [(group.need, len(group.hosts)) for group in groups] == [
        (Need.DOWN, 20),
        (Need.OUT_OF_ROTATION, 15),
        (Need.REFUSED, 25),
    ]
    assert groups[0].limit.startswith("web0009,web0059")


def test_hosts_of_one_reason_are_one_card_with_links_to_each():
    page = to_html(summarize(record(), 0.0))

    assert page.count('<article class="card') == 3
    assert page.count("503 and not [200]: http://web0013/health</p>\n<p") == 1
    assert 'href="#host-web0083"' in page
    assert 'id="host-web0083"' in page


def test_a_run_that_goes_on_shows_its_batch_its_rate_and_what_is_left():
    made = record(100, 20, reached=50)
    rollout = summarize(made, made.started + 60.0)
    page = to_html(rollout)

    assert rollout.under_way
    assert headline(rollout)[0].startswith(f"Under way: {rollout.done} of 100 hosts done, ")
    assert rollout.seconds_left == pytest.approx(60.0 / rollout.done * (100 - rollout.done))
    assert "Batch 3" in page
    assert 'data-refresh="5"' in page


def test_only_hosts_that_were_reached_and_are_not_done_are_run_again():
    names = again(summarize(record(100, 20), 0.0))
    assert "web0007" in names
    assert "web0001" not in names


def test_a_name_that_is_no_anchor_gets_one():
    assert anchor("web01.example") == "host-web01.example"
    assert " " not in anchor("a name")
    assert anchor("a name") != anchor("a-name")


def test_the_same_rollout_twice_has_nothing_new(tmp_path):
    (tmp_path / "one.json").write_text(to_json(summarize(record(100, 20), 0.0)))

    found = compare(summarize(record(100, 20), 0.0), read_previous(tmp_path / "one.json"))

    assert not any((found.broke, found.recovered, found.longer, found.joined, found.left))


def test_longer_outages_new_failures_and_other_hosts_are_found(tmp_path):
    before = json.loads(to_json(summarize(record(100, 20, slow=0.5), 0.0)))
    hosts = {host["name"]: host for host in before["hosts"]}
    hosts["web0007"]["status"] = "changed"
    hosts["web0002"]["status"] = "unreachable"
    hosts["web0003"]["name"] = "old"
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "before.json").write_text(json.dumps(before))

    found = compare(summarize(record(100, 20), 0.0), read_previous(tmp_path))

    assert (found.broke, found.recovered) == (["web0007"], ["web0002"])
    assert (found.joined, found.left) == (["web0003"], ["old"])
    assert ("web0004", 4.0, 8.0) in found.longer


def test_a_folder_without_a_report_is_none(tmp_path):
    with pytest.raises(NotAReport):
        read_previous(tmp_path)
