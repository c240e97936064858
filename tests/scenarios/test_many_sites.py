# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with hundreds of sites, behind the limits of WinRM 1.1 (20 items a batch, 150 kB) and 2.0."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

COUNT = 400


@pytest.fixture(params=["winrm1.1", "winrm2.0"])
def crowded(request, start):
    sites = [
        SiteSpec(number, f"Customer {number}", bindings=(BindingSpec(10000 + number),))
        for number in range(1, COUNT + 1)
    ]
    sites[6].state = "stopped"
    return start(IisSpec(sites=sites), profile=request.param)


def test_every_site_is_listed(crowded):
    sites = crowded.run("iis_info", gather_subset=["sites"])["sites"]

    assert [site["id"] for site in sites] == list(range(1, COUNT + 1))
    assert Counter(site["state"] for site in sites) == {"started": COUNT - 1, "stopped": 1}
    assert all(site["bindings"] for site in sites)


def test_one_site_is_found_in_two_requests(crowded):
    crowded.forget()
    assert crowded.run("iis_site", name="Customer 399", state="started")["changed"] is False
    assert [entry.action for entry in crowded.journal() if entry.action != "Auth"] == ["Enumerate", "Enumerate"]

    assert crowded.run("iis_site", name="Customer 399", state="paused")["changed"] is True
    assert crowded.run("iis_site", id=399, state="paused")["changed"] is False


def test_a_site_that_is_not_there_is_told_with_those_most_like_it(crowded):
    result = crowded.run("iis_site", name="Custmer 250", state="started")

    assert result["failed"] is True
    assert "'Customer 250' (id 250)" in result["msg"]
    assert f"and {COUNT - 20} more" in result["msg"]


def test_a_restart_brings_all_of_them_back_and_the_stopped_one_stays_stopped(crowded):
    result = crowded.run("iis_service", state="restarted")

    assert not result.get("failed"), result
    after = Counter(site["after"] for site in result["sites"].values())
    assert after == {"started": COUNT - 1, "stopped": 1}
    assert result["sites"]["W3SVC/7"]["after"] == "stopped"
