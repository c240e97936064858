# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draining: whoever is connected counts, no site stays paused, and only what was seen is reported."""

from __future__ import annotations

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.switches import Switches
from simulator.machine import Account

METHODS = ("iisreset", "scm")


@pytest.fixture
def busy(start):
    """A host with 200 HTTP sessions that don't end by themselves, and 2 FTP sessions that do."""

    def start_busy(web="started", denied_namespaces=(), **switches):
        host = start(
            IisSpec(
                services=(Kind.WEB, Kind.FTP),
                sites=[
                    SiteSpec(
                        1, "Default Web Site", bindings=(BindingSpec(80),), state=web, auto_start=True, sessions=200
                    ),
                    SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),), sessions=2),
                ],
                switches=Switches(**switches),
            ),
            accounts=[Account("operator", "Geheim-4711", denied_namespaces=denied_namespaces)],
        )
        host.act("drain_rate", kind="web", per_second=0.0)
        return host

    return start_busy


def drain(host, **options):
    return host.run("iis_service", **{"state": "restarted", "drain_timeout": 15, **options})


def paused(host):
    return [key for key, state in host.sites().items() if state != "started"]


# -- what counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_clients_of_sites_that_were_paused_already_are_waited_for(busy, method):
    host = busy(web="paused")
    process = host.process("W3SVC")

    result = drain(host, method=method)

    assert result["failed"]
    assert "200 HTTP sessions left" in result["msg"]
    assert host.process("W3SVC") == process
    assert host.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}
    assert host.site("W3SVC/1") == "paused", "somebody else paused it"


def test_clients_of_sites_of_one_service_that_goes_down_alone_are_waited_for(busy):
    host = busy(web="paused")

    assert drain(host, name=["w3svc"])["failed"]
    assert not drain(host, name=["msftpsvc"]).get("failed")
    assert host.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}


def test_a_second_run_after_one_that_was_killed_in_its_drain_waits_as_well(busy):
    host = busy()
    host.act("site_state", kind="web", site=1, state="paused")

    result = drain(host)

    assert result["failed"]
    assert host.iis["sessions_cut"]["W3SVC"] == 0


def test_a_host_without_a_site_that_could_be_paused_is_waited_for(busy):
    host = busy(web="paused")
    host.act("site_state", kind="ftp", site=1, state="stopped")

    assert "200 HTTP sessions left" in drain(host)["msg"]


def test_clients_of_paused_sites_that_leave_are_seen_to_leave(busy):
    host = busy(web="paused")
    host.act("drain_rate", kind="web", per_second=20.0)

    result = drain(host)

    assert not result.get("failed"), result["msg"]
    assert host.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}


def test_a_keep_alive_client_that_is_idle_is_gone_after_the_connection_timeout(start):
    host = start()
    host.act("add_sessions", kind="web", site=1, count=1, keep_alive=True)

    too_short = drain(host, drain_timeout=60)
    long_enough = drain(host, drain_timeout=150)

    assert too_short["failed"]
    assert "1 HTTP session left" in too_short["msg"]
    assert not long_enough.get("failed"), long_enough["msg"]
    assert host.iis["sessions_cut"]["W3SVC"] == 0


# -- the way back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [False, True])
def test_a_site_that_still_is_pausing_is_waited_for_and_continued(busy, at_once):
    host = busy(transition_seconds={"pausing": 6.0}, methods_return_at_once=at_once)

    result = drain(host, drain_timeout=2)

    assert result["failed"]
    assert result["msg"].endswith("The paused sites were continued.")
    assert not result["changed"]
    host.wait(30)
    assert paused(host) == []


def test_a_save_that_fails_while_a_site_is_pausing_leaves_it_running(busy):
    host = busy(transition_seconds={"W3SVC/1 pausing": 6.0}, methods_return_at_once=True)
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=5)
    host.act("metabase_lock")

    result = drain(host, drain_timeout=1, drain_on_timeout="proceed", timeout=5)

    assert result["failed"]
    assert "Nothing was stopped" in result["msg"]
    host.wait(30)
    assert paused(host) == []


def test_a_site_that_can_not_be_continued_is_named_and_no_more_is_claimed(busy):
    host = busy(methods_return_at_once=True)
    host.act("stick_site", kind="web", site=1)

    result = drain(host, drain_timeout=2)

    assert result["failed"]
    assert "were continued" not in result["msg"]
    assert "Still paused, as far as is known: Web site 'Default Web Site' (W3SVC/1)" in result["msg"]
    assert any("W3SVC/1" in words for words in result["warnings"])


def test_a_site_is_paused_by_its_script_where_the_method_can_not_be_called(busy):
    host = busy(refused_methods={"Pause": 0x8004102E, "Continue": 0x8004102E})

    result = drain(host, drain_timeout=10)

    assert result["failed"]
    assert result["msg"].endswith("The paused sites were continued.")
    assert any("PAUSE_SERVER W3SVC/1" in command for command in host.commands())
    assert paused(host) == []


# -- where nothing can be paused ---------------------------------------------------------------------------------


def test_a_drain_that_could_pause_nothing_says_why(busy):
    host = busy(denied_namespaces=("root/MicrosoftIISv2",))

    result = drain(host)

    assert result["failed"]
    assert "200 HTTP and 2 FTP sessions left" in result["msg"]
    assert "No site was paused: " in result["msg"]
    assert "ERROR_WSMAN_WMI_SVC_ACCESS_DENIED" in result["msg"]
    assert host.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}
