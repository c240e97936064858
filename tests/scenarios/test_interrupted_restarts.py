# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed while services are down: the next one knows what ran, and brings it back."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.switches import Switches
from simulator.windows.service import Service, StartMode

from .killing import killed_when

METHODS = ("iisreset", "scm")
SITES = [
    SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
    SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
    SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
]
#: What an iisreset that nobody watches any more takes at most, in simulated seconds.
BY_ITSELF = 70.0


def ftp_by_hand(start, **options):
    """A host whose FTP service doesn't start by itself, and runs."""
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP), sites=SITES, start_modes={"MSFTPSVC": "manual"}, **options))
    host.run("iis_service", name=["msftpsvc"], state="started")
    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "started", "MSFTPSVC/1": "started"}
    return host


def interrupt(host, method="iisreset", **options):
    """Restart all, and kill that when everything goes down. An iisreset goes on by itself."""
    with killed_when(lambda: resets(host) or host.services("IISADMIN", "MSFTPSVC", "W3SVC") == ["Stopped"] * 3):
        host.run("iis_service", state="restarted", method=method, **options)
    host.wait(BY_ITSELF)
    assert host.service("MSFTPSVC") == "Stopped"


def resets(host):
    """Whether iisreset /restart is under way, or was."""
    return any("/RESTART" in command for command in host.commands())


def up(host):
    return host.services("IISADMIN", "HTTPFilter", "W3SVC", "MSFTPSVC"), set(host.sites().values())


EVERYTHING = ["Running"] * 4, {"started"}


@pytest.mark.parametrize("again", METHODS)
@pytest.mark.parametrize("state", ["restarted", "started"])
@pytest.mark.parametrize("method", METHODS)
def test_a_service_that_does_not_start_by_itself_is_brought_back_by_the_next_run(start, method, state, again):
    host = ftp_by_hand(start)
    interrupt(host, method)

    result = host.run("iis_service", state=state, method=again)

    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert up(host) == EVERYTHING
    assert any("MSFTPSVC (FTP Publishing Service)" in words and "interrupted" in words for words in result["warnings"])
    assert host.run("iis_service", state="started")["changed"] is False
    assert "warnings" not in host.run("iis_service", state="started")


@pytest.mark.parametrize("state", ["restarted", "started"])
def test_http_ssl_that_iisreset_left_stopped_is_brought_back_by_the_next_run(start, state):
    host = ftp_by_hand(start, switches=Switches(iisreset_leaves_http_ssl_stopped=True))
    interrupt(host)
    assert host.services("W3SVC", "HTTPFilter") == ["Running", "Stopped"]
    host.act("switch", name="iisreset_leaves_http_ssl_stopped", value=False)

    result = host.run("iis_service", state=state)

    assert not result.get("failed"), result["msg"]
    assert up(host) == EVERYTHING


def test_a_service_that_cannot_be_brought_back_is_named(start):
    host = ftp_by_hand(start)
    interrupt(host)
    host.act("fail_next_start", service="MSFTPSVC", code=1053)

    result = host.run("iis_service", state="started")

    assert result["failed"]
    assert "MSFTPSVC (FTP Publishing Service)" in result["msg"]
    assert host.run("iis_service", state="started")["changed"], "it still is known to have run"
    assert up(host) == EVERYTHING


def test_a_site_that_cannot_be_brought_back_says_how_it_is_left_alone(start):
    host = ftp_by_hand(start)
    host.run("iis_site", id=2, auto_start=False)
    interrupt(host)
    host.fault(Rule(Effect.FAULT, action="Invoke", method="Start", code=5, count=0))

    failed = host.run("iis_service", name=["w3svc"], state="started")
    host.heal()
    host.run("iis_site", id=2, state="stopped")

    assert failed["failed"]
    assert "left alone once it is stopped with fleetops.iis.iis_site" in failed["msg"]
    assert host.run("iis_service", name=["w3svc"], state="started")["changed"] is False
    assert host.sites()["W3SVC/2"] == "stopped"


def test_the_service_of_another_product_is_brought_back_too(start):
    host = start(IisSpec())
    host.install(Service("Audit", start_mode=StartMode.MANUAL, depends_on=["W3SVC"]))
    with killed_when(lambda: resets(host)):
        host.run("iis_service", state="restarted")
    host.wait(BY_ITSELF)
    assert host.services("W3SVC", "Audit") == ["Running", "Stopped"]

    host.run("iis_service", state="started")

    assert host.services("W3SVC", "Audit") == ["Running", "Running"]


@pytest.mark.parametrize("state", ["restarted", "started"])
def test_a_site_that_does_not_start_by_itself_is_brought_back_by_the_next_run(start, state):
    host = ftp_by_hand(start)
    host.run("iis_site", id=2, auto_start=False)
    interrupt(host)
    host.run("iis_service", name=["msftpsvc"], state="started")
    assert host.sites()["W3SVC/2"] == "stopped"

    foretold = host.check("iis_service", state=state)
    result = host.run("iis_service", state=state)

    assert foretold["changed"]
    assert foretold["sites"]["W3SVC/2"]["after"] == "started"
    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert up(host) == EVERYTHING
    assert host.iis["sites"]["W3SVC/2"]["auto_start"] is False
    assert host.run("iis_service", state="started")["changed"] is False


def test_a_switch_of_a_host_that_is_down_names_what_ran(start):
    host = ftp_by_hand(start)
    interrupt(host, "scm")
    assert host.service("IISADMIN") == "Stopped"

    result = host.run("iis_preflight", mode="iis5", gate=True)

    assert result["failed"]
    assert len(result["trouble"]) == 2
    assert "left down or paused httpfilter, iisadmin, msftpsvc, w3svc, MSFTPSVC/1" in result["trouble"][1]
    assert "fleetops.iis.iis_service: state=started" in result["trouble"][1]


def test_a_restart_of_another_service_forgets_nothing(start):
    host = ftp_by_hand(start)
    interrupt(host)

    restarted = host.run("iis_service", name=["iisadmin"], state="restarted")

    assert not restarted.get("failed"), restarted["msg"]
    assert host.service("MSFTPSVC") == "Stopped", "it was named by nobody"
    assert host.run("iis_preflight")["interrupted"]["services"] == ["msftpsvc"]
    host.run("iis_service", state="restarted")
    assert up(host) == EVERYTHING


def test_a_restart_of_named_services_is_refused_beforehand_where_it_leaves_others_down(start):
    host = ftp_by_hand(start)
    interrupt(host)

    result = host.run("iis_preflight", name=["w3svc"], gate=True)

    assert result["failed"]
    assert "left down or paused msftpsvc" in result["msg"]
    assert "fleetops.iis.iis_service: state=started" in result["msg"]
    assert host.run("iis_preflight", name=["msftpsvc"])["ready"], "it starts what was left down"


# -- a drain -------------------------------------------------------------------------------------------------------


def interrupt_a_drain(start):
    """A host with twenty clients that stay, whose restart was killed while it waited for them."""
    sites = [SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=20), SITES[1]]
    host = start(IisSpec(sites=sites))
    host.act("drain_rate", kind="web", per_second=0.0)
    with killed_when(lambda: list(host.sites().values()) == ["paused"] * 2):
        host.run("iis_service", state="restarted", drain_timeout=600)
    assert host.sites() == {"W3SVC/1": "paused", "W3SVC/2": "paused"}
    return host


@pytest.mark.parametrize("name", [["all"], ["w3svc"]], ids="-".join)
def test_sites_that_an_interrupted_drain_paused_are_continued(start, name):
    host = interrupt_a_drain(start)
    process = host.process("W3SVC")
    assert host.run("iis_preflight")["interrupted"]["sites"] == ["W3SVC/1", "W3SVC/2"]
    began = host.time.monotonic()

    result = host.run("iis_service", name=name, state="started")

    assert host.time.monotonic() - began < 10
    assert result["changed"]
    assert len(result["warnings"]) == 2
    assert "Web site 'Default Web Site' (W3SVC/1) is paused, and ran before" in result["warnings"][0]
    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "started"}
    assert host.process("W3SVC") == process
    assert host.run("iis_preflight")["interrupted"] is None


def test_a_site_whose_service_somebody_has_stopped_since_its_drain_is_left_alone(start):
    host = interrupt_a_drain(start)
    host.act("stop_service", name="W3SVC")
    host.wait(20)

    assert host.run("iis_preflight", mode="worker_process")["interrupted"] is None


def test_a_drain_whose_reboot_is_refused_is_known_until_its_sites_are_continued(start):
    host = start(IisSpec(sites=SITES[:1]))
    host.act("open_program", refuses_for_users=True)
    seen = []

    def is_refused():
        seen.extend([1] if any("shutdown" in command for command in host.commands()) else [])
        return len(seen) >= 4 and host.sites() == {"W3SVC/1": "paused"}

    with killed_when(is_refused):
        host.run("iis_service", state="rebooted", method="scm", timeout=60, drain_timeout=30)
    found = host.run("iis_preflight")
    host.run("iis_service", state="started")

    assert found["interrupted"]["sites"] == ["W3SVC/1"]
    assert host.sites() == {"W3SVC/1": "started"}


def test_the_next_drain_that_gives_up_continues_what_an_interrupted_one_paused(start):
    host = interrupt_a_drain(start)

    result = host.run("iis_service", state="restarted", drain_timeout=10)

    assert result["failed"]
    assert "The paused sites were continued." in result["msg"]
    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "started"}
    assert host.run("iis_preflight")["interrupted"] is None


def test_a_site_that_was_still_pausing_when_somebody_looked_is_continued(start):
    host = start(
        IisSpec(sites=SITES[:1], switches=Switches(transition_seconds={"pausing": 30.0}, methods_return_at_once=True))
    )
    with killed_when(lambda: list(host.sites().values()) == ["pausing"]):
        host.run("iis_service", state="restarted", drain_timeout=600)

    found = host.run("iis_preflight")
    assert host.sites() == {"W3SVC/1": "pausing"}
    host.wait(30)
    host.run("iis_service", state="started")

    assert found["interrupted"]["sites"] == ["W3SVC/1"]
    assert host.sites() == {"W3SVC/1": "started"}


def test_a_site_that_was_paused_on_purpose_since_stays_paused(start):
    host = interrupt_a_drain(start)
    host.run("iis_site", id=2, state="paused")

    host.run("iis_service", state="started")

    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "paused"}


def test_a_site_that_couldn_t_be_continued_is_continued_by_the_next_run(start):
    host = interrupt_a_drain(start)
    host.run("iis_service", state="started")
    host.fault(Rule(Effect.FAULT, action="Invoke", method="Continue", code=5, count=0))
    left = host.run("iis_service", state="restarted", drain_timeout=10)
    host.heal()
    assert "Still paused, as far as is known" in left["msg"]

    host.run("iis_service", state="started")

    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "started"}


def test_a_site_that_was_drained_and_whose_service_then_failed_is_brought_back(start):
    host = start(IisSpec(sites=[SITES[0], SiteSpec(2, "Shop", bindings=(BindingSpec(8080),), auto_start=False)]))
    host.run("iis_site", id=2, state="started", auto_start=False)
    host.fault(Rule(Effect.FAULT, action="Invoke", method="StartService", code=5, count=0))
    failed = host.run("iis_service", name=["w3svc"], state="restarted", drain_timeout=10)
    host.heal()
    assert failed["failed"]
    assert host.service("W3SVC") == "Stopped"

    host.run("iis_service", name=["w3svc"], state="started")

    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "started"}


# -- a save --------------------------------------------------------------------------------------------------------


def test_a_mode_that_is_not_saved_is_something_to_do(start):
    host = start(IisSpec())
    host.run("iis_service", name=["w3svc"], state="stopped")
    host.run("iis_service", name=["httpfilter"], state="stopped")
    host.run("iis_isolation_mode", mode="iis5")

    found = host.run("iis_preflight", mode="iis5")
    host.run("iis_metabase_save")

    assert (found["nothing_to_do"], found["unsaved"]) == (False, True)
    assert "didn't get it saved" in found["msg"]
    assert host.run("iis_preflight", mode="iis5")["nothing_to_do"]


@pytest.mark.parametrize("disabled", [False, True])
def test_where_only_a_save_is_missing_no_restart_is_foretold_or_needed(start, disabled):
    host = start(IisSpec(sites=SITES[:2], iisreset_disabled=disabled))
    host.run("iis_isolation_mode", mode="iis5")
    host.run("iis_isolation_mode", mode="worker_process")

    found = host.run("iis_preflight", mode="worker_process", gate=True)

    assert not found.get("failed"), found["msg"]
    assert (found["nothing_to_do"], found["unsaved"]) == (False, True)
    assert found["costs"]["services"] == []
    assert found["msg"] == (
        "worker_process mode is in effect. An earlier run changed the metabase and didn't get it saved."
    )


def test_a_mode_that_was_refused_leaves_nothing_to_be_saved(start):
    host = start(IisSpec())
    host.fault(Rule(Effect.FAULT, action="Put", code=5, count=0))
    assert host.run("iis_isolation_mode", mode="iis5")["failed"]
    host.heal()

    assert host.run("iis_preflight", mode="worker_process")["nothing_to_do"]


def test_a_save_before_a_reboot_that_is_refused_is_known(start):
    host = start(IisSpec())
    host.run("iis_isolation_mode", mode="iis5")
    host.act("open_program", refuses_for_users=True)

    refused = host.run("iis_service", state="rebooted", method="scm", timeout=60)

    assert refused["failed"]
    assert host.iis["metabase"]["memory_equals_disk"]
    assert host.run("iis_preflight", mode="iis5")["unsaved"] is None


# -- when nothing is brought back --------------------------------------------------------------------------------


def test_check_mode_foretells_it_and_keeps_what_is_known(start):
    host = ftp_by_hand(start)
    interrupt(host)

    foretold = host.check("iis_service", state="started")

    assert foretold["changed"]
    assert foretold["services"]["msftpsvc"]["after"] == "started"
    assert host.service("MSFTPSVC") == "Stopped"
    host.run("iis_service", state="started")
    assert up(host) == EVERYTHING


@pytest.mark.parametrize("name", [["msftpsvc"], ["all"]], ids="-".join)
def test_a_service_that_was_stopped_on_purpose_since_stays_stopped(start, name):
    host = ftp_by_hand(start)
    interrupt(host)
    host.run("iis_service", name=name, state="stopped")

    result = host.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert host.services("W3SVC", "MSFTPSVC") == ["Running", "Stopped"]


def test_a_site_that_was_stopped_on_purpose_since_stays_stopped(start):
    host = ftp_by_hand(start)
    interrupt(host)
    host.run("iis_site", id=2, state="stopped")

    host.run("iis_service", state="restarted")

    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "stopped", "MSFTPSVC/1": "started"}


def test_a_service_that_somebody_disabled_since_is_left_alone(start):
    host = ftp_by_hand(start)
    interrupt(host)
    host.run("iis_service", name=["msftpsvc"], start_mode="disabled")

    result = host.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert host.services("W3SVC", "MSFTPSVC") == ["Running", "Stopped"]


def test_what_ran_days_ago_is_not_brought_back(start, monkeypatch):
    host = ftp_by_hand(start)
    interrupt(host)
    monkeypatch.setattr("ansible_collections.fleetops.iis.plugins.plugin_utils._action_notes.SECONDS_THAT_COUNT", 0.0)

    assert host.run("iis_service", state="started")["changed"] is False
    assert host.service("MSFTPSVC") == "Stopped"


def test_a_run_that_ends_well_leaves_nothing_to_be_known(start):
    host = ftp_by_hand(start)
    host.run("iis_service", state="restarted")
    host.act("stop_service", name="MSFTPSVC")

    host.run("iis_service", state="restarted")

    assert host.services("W3SVC", "MSFTPSVC") == ["Running", "Stopped"]


def test_a_restart_that_was_refused_leaves_nothing_to_be_known(start):
    host = ftp_by_hand(start)
    host.act("metabase_read_only")
    assert host.run("iis_service", state="restarted")["failed"]
    host.act("metabase_read_only", read_only=False)
    host.act("stop_service", name="MSFTPSVC")

    assert host.run("iis_service", state="started")["changed"] is False


# -- a reboot, a restore -----------------------------------------------------------------------------------------


def test_a_restore_that_was_killed_is_followed_by_everything_that_ran(start):
    host = ftp_by_hand(start)
    host.run("iis_metabase_backup", name="before")
    with killed_when(lambda: any(entry.method == "RestoreWithPassword" for entry in host.journal())):
        host.run("iis_metabase_backup", name="before", state="restored")
    host.wait(BY_ITSELF)
    host.act("stop_service", name="MSFTPSVC")

    host.run("iis_service", state="started")

    assert up(host) == EVERYTHING


# -- the preflight -----------------------------------------------------------------------------------------------


def test_a_preflight_reports_what_an_interrupted_restart_left_down(start):
    host = ftp_by_hand(start)
    host.run("iis_site", id=2, auto_start=False)
    interrupt(host)

    result = host.run("iis_preflight", mode="worker_process")

    assert (result["ready"], result["nothing_to_do"], result["trouble"]) == (True, False, [])
    assert result["interrupted"].pop("since").endswith("+00:00")
    assert result["interrupted"] == {"services": ["msftpsvc"], "sites": ["MSFTPSVC/1", "W3SVC/2"]}
    assert "msftpsvc" in result["running"]["services"]
    assert {"W3SVC/1", "W3SVC/2", "MSFTPSVC/1"} == set(result["running"]["sites"])
    assert "MSFTPSVC" in result["msg"]
    host.run("iis_service", state="restarted")
    proof = host.run("iis_preflight", mode="worker_process", running=result["running"])
    assert proof["ready"], proof["trouble"]
    assert proof["interrupted"] is None
    assert host.run("iis_preflight", mode="worker_process")["nothing_to_do"]


def test_a_preflight_that_finds_everything_running_again_asks_only_once(start):
    host = ftp_by_hand(start)
    interrupt(host)
    host.act("start_service", name="MSFTPSVC")
    host.wait(5)
    assert host.run("iis_preflight", mode="worker_process")["nothing_to_do"]
    host.forget()

    assert host.run("iis_preflight", mode="worker_process")["interrupted"] is None

    assert len([entry for entry in host.journal() if entry.action in ("Enumerate", "Invoke")]) == 3
