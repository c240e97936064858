# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_preflight: what a change would meet, in few requests, with nothing touched; and the proof afterwards."""

from __future__ import annotations

import re

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.iis.switches import Switches
from simulator.windows.service import Service, StartMode

from .killing import killed_when

SITES = [
    SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=12),
    SiteSpec(2, "Intranet", bindings=(BindingSpec(8080),), state="stopped"),
    SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),), sessions=4),
]
FTP = IisSpec(services=(Kind.WEB, Kind.FTP), sites=SITES, iis5_mode=True)


def requests(host):
    return [entry.action for entry in host.journal() if entry.action not in ("Auth", "Identify", "Refused", "")]


def look(host, **options):
    """Run the module, see that it changed nothing, and give the result."""

    def state():
        return host.modes, host.truth()["services"], host.sites(), host.iis["metabase"], host.iis["sessions_cut"]

    before = state()
    host.forget()
    result = host.run("iis_preflight", **options)
    assert state() == before
    assert set(host.changes()) <= {"iisreset /STATUS"}
    assert result["changed"] is False
    assert not any("Would" in warning for warning in result.get("warnings", []))
    return result


# -- nothing to do -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["worker_process", "iis5"])
def test_where_the_mode_is_in_effect_it_takes_three_requests_and_no_shell(start, mode):
    host = start(IisSpec(iis5_mode=mode == "iis5"))

    result = look(host, mode=mode)

    assert requests(host) == ["Enumerate", "Enumerate", "Invoke"]
    assert (result["ready"], result["nothing_to_do"], result["trouble"]) == (True, True, [])
    assert (result["configured_mode"], result["running_mode"], result["restart_pending"]) == (mode, mode, False)
    assert result["costs"] is result["running"] is result["unsaved"] is result["iisreset_enabled"] is None
    assert result["msg"] == f"{mode} mode is in effect: there is nothing to do."


def test_a_mode_that_http_ssl_does_not_run_in_is_not_in_effect(start):
    host = start(IisSpec())
    host.run("iis_isolation_mode", mode="iis5")
    host.run("iis_service", name=["w3svc"], state="restarted")

    result = look(host, mode="iis5")

    assert host.modes == ("iis5", "iis5")
    assert (result["nothing_to_do"], result["ready"], result["restart_pending"]) == (False, True, True)
    assert result["costs"]["services"] == ["httpfilter", "iisadmin", "w3svc"]


# -- ready -------------------------------------------------------------------------------------------------------


def test_a_switch_says_what_it_costs_and_what_has_to_run_again(start):
    host = start(FTP)

    result = look(host, mode="worker_process")

    up = {"services": ["httpfilter", "iisadmin", "msftpsvc", "w3svc"], "sites": ["W3SVC/1", "MSFTPSVC/1"]}
    assert (result["ready"], result["nothing_to_do"], result["trouble"]) == (True, False, [])
    assert result["running"]["services"] == up["services"]
    assert set(result["running"]["sites"]) == set(up["sites"])
    assert result["costs"] == {**result["running"], "sessions": {"http": 12, "ftp": 4, "smtp": 0, "nntp": 0}}
    assert (result["configured_mode"], result["running_mode"], result["restart_pending"]) == ("iis5", "iis5", False)
    assert result["iisreset_enabled"] is True
    assert result["msg"].startswith("Ready to switch to worker_process mode. Would stop ")
    assert "cut 12 HTTP and 4 FTP sessions" in result["msg"]


@pytest.mark.parametrize("options", [{"mode": "worker_process"}, {}, {"method": "scm"}], ids=str)
def test_nothing_is_asked_twice(start, options):
    host = start(FTP)

    look(host, **options)

    asked = [entry for entry in host.journal() if entry.action in ("Enumerate", "Get", "Invoke", "Command")]
    questions = [(entry.resource_uri, entry.method, entry.query) for entry in asked]
    assert sorted(set(questions)) == sorted(questions)
    assert len(requests(host)) == (17 if options.get("method") == "scm" else 21)


def test_a_switch_costs_no_more_than_the_tasks_that_make_it_in_check_mode(start):
    host = start(FTP)
    for module, options in (
        ("iis_isolation_mode", {"mode": "worker_process"}),
        ("iis_metabase_save", {}),
        ("iis_service", {"state": "restarted"}),
    ):
        host.check(module, **options)
    three = len(requests(host))

    look(host, mode="worker_process")

    assert len(requests(host)) <= three
    assert len(requests(host)) <= 30


def test_a_restart_reads_a_pending_mode_too(start):
    host = start(IisSpec(iis5_mode=True, running_iis5_mode=False))

    result = look(host)

    assert (result["ready"], result["nothing_to_do"], result["restart_pending"]) == (True, False, True)
    assert result["msg"].startswith("Ready to restart. Would stop ")


def test_named_services_are_looked_at_without_iisreset(start):
    host = start(FTP)

    result = look(host, name=["msftpsvc"])

    assert host.commands() == []
    assert result["iisreset_enabled"] is None
    assert result["running"] == {"services": ["msftpsvc"], "sites": ["MSFTPSVC/1"]}
    assert result["costs"]["sessions"] == {"http": 0, "ftp": 4, "smtp": 0, "nntp": 0}


def test_a_counter_that_the_host_lacks_is_null(start):
    host = start(IisSpec(missing_counters=("W3SVC_WebService",)))

    result = look(host)

    assert result["ready"]
    assert result["costs"]["sessions"] == {"http": None, "ftp": 0, "smtp": 0, "nntp": 0}


def test_a_switch_where_w3svc_is_stopped_restarts_http_ssl_only(start):
    host = start(IisSpec(stopped=("W3SVC",)))

    result = look(host, mode="iis5")

    assert host.commands() == []
    assert result["ready"]
    assert result["costs"]["services"] == result["running"]["services"] == ["httpfilter"]


def test_a_switch_where_nothing_runs_that_has_a_mode_restarts_nothing(start):
    host = start(IisSpec())
    host.run("iis_service", name=["httpfilter"], state="stopped")
    assert host.services("W3SVC", "HTTPFilter") == ["Stopped", "Stopped"]

    result = look(host, mode="iis5")

    assert (result["ready"], result["nothing_to_do"], result["running_mode"]) == (True, False, None)
    assert result["costs"] == {
        "services": [], "sites": [], "sessions": {"http": 0, "ftp": 0, "smtp": 0, "nntp": 0}
    }  # fmt: skip
    assert result["running"] == {"services": [], "sites": []}


def test_a_service_of_another_product_is_among_the_costs(start):
    host = start(IisSpec())
    host.install(Service("Audit", start_mode=StartMode.AUTO, depends_on=["IISADMIN"]))

    assert "audit" in look(host)["costs"]["services"]


def test_the_sites_of_a_service_that_is_stopped_cost_nothing(start):
    host = start(FTP)
    host.run("iis_service", name=["w3svc"], state="stopped")

    assert look(host, method="scm")["running"] == {
        "services": ["httpfilter", "iisadmin", "msftpsvc"], "sites": ["MSFTPSVC/1"]
    }  # fmt: skip


# -- not ready ---------------------------------------------------------------------------------------------------


def test_iisreset_that_is_disabled_is_in_the_way_unless_the_scm_may_do_it(start):
    host = start(IisSpec(iis5_mode=True, iisreset_disabled=True))

    refused = look(host, mode="worker_process")
    left_to_the_scm = look(host, mode="worker_process", when_iisreset_disabled="use_scm")

    assert (refused["ready"], refused["iisreset_enabled"], refused["costs"]) == (False, False, None)
    assert len(refused["trouble"]) == 1
    assert "IISReset is disabled on this host" in refused["trouble"][0]
    assert "when_iisreset_disabled=use_scm" in refused["trouble"][0]
    assert (left_to_the_scm["ready"], left_to_the_scm["iisreset_enabled"]) == (True, False)
    assert left_to_the_scm["costs"]["services"] == ["httpfilter", "iisadmin", "w3svc"]


def test_a_host_without_shells_is_named_and_asked_for_one_once(start):
    host = start(IisSpec())
    refusal = host.fault(Rule(Effect.FAULT, action="Create", count=0, code=2150859180))

    result = look(host)

    assert (result["ready"], result["iisreset_enabled"]) == (False, None)
    assert "IISReset needs a command shell" in result["trouble"][0]
    assert refusal.done == 1
    assert look(host, method="scm")["ready"]


def test_a_metabase_that_cannot_be_written_is_in_the_way(start):
    host = start(IisSpec())
    host.act("metabase_read_only")

    result = look(host)

    assert (result["ready"], len(result["trouble"])) == (False, 1)
    assert "is write-protected (read-only)" in result["trouble"][0]
    assert "attrib -r" in result["trouble"][0]
    assert result["costs"]["services"] == ["httpfilter", "iisadmin", "w3svc"]


def test_after_a_save_that_failed_memory_is_known_to_hold_what_the_file_lacks(start):
    host = start(IisSpec())
    assert look(host)["unsaved"] is None
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=4711)
    host.act("metabase_lock")
    host.wait(2)
    assert host.run("iis_metabase_save", timeout=1)["failed"]
    host.act("metabase_lock", locked=False)

    assert look(host)["unsaved"] is True


def test_everything_that_is_in_the_way_is_reported_at_once(start):
    host = start(IisSpec(iisreset_disabled=True))
    host.act("metabase_read_only")

    result = look(host)

    assert ["write-protected" in words or "IISReset is disabled" in words for words in result["trouble"]] == [True] * 2
    assert result["msg"] == " ".join(result["trouble"])


def test_a_service_that_is_disabled_and_could_not_be_started_again_is_in_the_way(start):
    host = start(IisSpec())
    host.run("iis_service", name=["w3svc"], start_mode="disabled")

    result = look(host)

    assert not result["ready"]
    assert "running but disabled" in result["trouble"][0]


def test_while_iisadmin_is_stopped_a_mode_cannot_be_read_and_iis_can_be_restarted(start):
    host = start(IisSpec(stopped=("W3SVC", "HTTPFilter", "IISADMIN")))

    switch, restart = look(host, mode="iis5"), look(host)

    assert (switch["ready"], switch["configured_mode"], len(switch["trouble"])) == (False, None, 1)
    assert "IISADMIN" in switch["trouble"][0]
    assert (restart["ready"], restart["configured_mode"], restart["unsaved"]) == (True, None, False)
    assert restart["running"] == {"services": [], "sites": []}


@pytest.mark.parametrize("options", [{}, {"mode": "iis5"}], ids=str)
def test_a_host_without_iis_is_named_once(start, options):
    host = start(no_iis=True)

    result = host.run("iis_preflight", **options)

    assert (result["ready"], len(result["trouble"])) == (False, 1)
    assert "IIS isn't installed on this host" in result["trouble"][0]


def test_an_account_that_may_read_nothing_is_in_the_way(start):
    host = start(IisSpec())
    host.fault(Rule(Effect.FAULT, action="Enumerate", count=0, code=5))

    result = look(host)

    assert not result["ready"]
    assert "ERROR_ACCESS_DENIED" in result["msg"]


def test_a_host_that_cannot_be_reached_is_unreachable(start):
    host = start(IisSpec())
    host.act("switch_off")

    assert host.run("iis_preflight")["unreachable"]


def test_the_gate_fails_the_host_with_what_is_in_the_way_and_all_that_was_found(start):
    host = start(IisSpec(iisreset_disabled=True))

    closed, opened = look(host, gate=True), look(host, gate=True, method="scm")

    assert closed["failed"]
    assert closed["msg"] == " ".join(closed["trouble"])
    assert (closed["ready"], closed["iisreset_enabled"]) == (False, False)
    assert not opened.get("failed")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": ["w3svc"], "method": "iisreset"}, "method=iisreset acts on all Internet services"),
        ({"drain_timeout": 5, "drain_connections": -1}, "drain_connections can't be negative"),
        ({"drain_timeout": -1}, "drain_timeout has to be at least 0 seconds, not -1"),
    ],
)
def test_options_that_make_no_sense_fail_before_anything_is_asked(web, options, words):
    result = web.run("iis_preflight", **options)

    assert result["failed"]
    assert words in result["msg"]
    assert web.journal() == []


# -- the proof ---------------------------------------------------------------------------------------------------


def test_a_switch_is_proved_by_what_ran_before(start):
    host = start(FTP)
    before = look(host, mode="worker_process", gate=True)
    host.run("iis_isolation_mode", mode="worker_process")
    host.run("iis_service", state="restarted")

    proof = look(host, mode="worker_process", running=before["running"], gate=True)

    assert not proof.get("failed"), proof["msg"]
    assert (proof["ready"], proof["nothing_to_do"], proof["trouble"]) == (True, True, [])
    assert proof["running"] == before["running"]
    assert host.commands() == []
    assert len(requests(host)) == 5  # two for the mode, one for the services, one for each kind of sites
    assert proof["msg"] == "Everything runs that has to run, and worker_process mode is in effect."


@pytest.mark.parametrize(
    ("done", "words"),
    [
        ([], "iis5 mode is configured, not worker_process mode"),
        (["set"], "W3SVC and HTTPFilter still run in the other mode"),
        (["set", "w3svc"], "HTTPFilter still runs in the other mode"),
    ],
    ids=["not set", "not restarted", "HTTP SSL not restarted"],
)
def test_a_mode_that_is_not_in_effect_is_no_proof(start, done, words):
    host = start(FTP)
    before = look(host, mode="worker_process")
    if "set" in done:
        host.run("iis_isolation_mode", mode="worker_process")
    if "w3svc" in done:
        host.run("iis_service", name=["w3svc"], state="restarted")

    proof = look(host, mode="worker_process", running=before["running"], gate=True)

    assert proof["failed"]
    assert words in proof["msg"]


def test_a_service_and_a_site_that_are_down_are_named_with_the_way_back(start):
    host = start(FTP)
    before = look(host)
    host.act("site_state", kind="web", site=1, state="stopped")
    host.run("iis_service", name=["msftpsvc"], state="stopped")

    proof = look(host, running=before["running"])

    assert proof["ready"] is False
    assert [words.partition(".")[0] for words in proof["trouble"]] == [
        "MSFTPSVC (FTP Publishing Service) has to run and is stopped",
        "Web site 'Default Web Site' (W3SVC/1) has to run and is stopped",
    ]
    assert "fleetops.iis.iis_service: name=msftpsvc state=started" in proof["trouble"][0]
    assert "fleetops.iis.iis_site: service=web id=1 state=started" in proof["trouble"][1]


def test_what_is_still_starting_is_waited_for(start):
    host = start(IisSpec(switches=Switches(site_seconds=8.0, methods_return_at_once=True)))
    before = look(host)["running"]
    host.act("site_state", kind="web", site=1, state="stopped")
    host.run("iis_site", id=1, state="started", timeout=1)
    assert host.site("W3SVC/1") == "starting"
    host.forget()

    proof = host.run("iis_preflight", running=before)

    assert proof["ready"], proof["msg"]
    assert host.site("W3SVC/1") == "started"


def test_what_is_gone_is_no_proof(start):
    host = start(IisSpec())

    proof = look(host, running={"services": ["msftpsvc", "w3svc"], "sites": ["W3SVC/1", "W3SVC/77"]})

    assert proof["trouble"] == [
        "The service msftpsvc, which has to run, isn't installed on the host.",
        "The site W3SVC/77, which has to run, is gone.",
    ]


# -- application pools -------------------------------------------------------------------------------------------


POOLS = IisSpec(
    services=(Kind.WEB, Kind.FTP), sites=SITES, pools=(PoolSpec("DefaultAppPool"), PoolSpec("Shop", auto_start=False))
)


def test_recycling_costs_no_client_and_saves_nothing(start):
    host = start(POOLS)

    result = look(host, app_pools=["all"], gate=True)

    assert not result.get("failed"), result["msg"]
    assert result["costs"]["app_pools"] == ["DefaultAppPool"]
    assert (result["costs"]["services"], result["costs"]["sites"]) == ([], [])
    assert set(result["costs"]["sessions"].values()) == {0}
    assert result["running"] == {"services": ["w3svc"], "sites": ["W3SVC/1"], "app_pools": ["DefaultAppPool"]}
    assert (result["unsaved"], result["iisreset_enabled"], result["nothing_to_do"]) == (None, None, False)
    assert "No connection is dropped" in result["msg"]
    assert "session state that is kept in a worker process is lost" in result["msg"]
    assert host.commands() == []
    assert "iisreset" not in result["msg"].lower()


def test_recycling_is_ready_where_iisreset_is_disabled_and_the_metabase_cannot_be_saved(start):
    host = start(POOLS)
    host.run("iis_reset_access", state="disabled")
    host.act("metabase_read_only", read_only=True)

    assert look(host, app_pools=["all"])["ready"] is True
    assert look(host)["ready"] is False


@pytest.mark.parametrize(
    ("spec", "names", "words"),
    [
        (FTP, ["all"], r"Application pools can't be recycled: IIS runs in IIS 5\.0 isolation mode.*iis_isolation_mode"),
        (POOLS, ["DefaultAppPool", "Shop"], r"'Shop' is stopped, and only a started pool can be recycled"),
        (POOLS, ["Shp"], r"no application pool named 'Shp'.*'Shop'"),
    ],
    ids=["IIS 5.0 isolation mode", "stopped", "missing"],
)
def test_pools_that_cannot_be_recycled_are_in_the_way(start, spec, names, words):
    result = look(start(spec), app_pools=names, gate=True)

    assert result["failed"]
    assert (result["ready"], result["costs"]) == (False, None)
    assert re.search(words, result["msg"])


def test_a_stopped_service_is_in_the_way_of_recycling(start):
    host = start(POOLS)
    host.run("iis_service", name=["w3svc"], state="stopped")

    result = look(host, app_pools=["all"])

    assert result["ready"] is False
    assert "the service W3SVC isn't running" in result["msg"]


def test_a_recycling_is_proved_by_pools_and_sites(start):
    host = start(POOLS)
    before = look(host, app_pools=["all"])
    host.run("iis_app_pool", names=["all"], state="recycled")
    assert look(host, running=before["running"])["ready"] is True
    host.run("iis_app_pool", name="DefaultAppPool", state="stopped")

    proof = look(host, running=before["running"], gate=True)

    assert proof["failed"]
    assert "The application pool 'DefaultAppPool' has to run and is stopped." in proof["msg"]
    gone = look(host, running={"services": [], "sites": [], "app_pools": ["Gone"]})
    assert gone["trouble"] == ["The application pool 'Gone', which has to run, is gone."]


def test_what_an_interrupted_restart_left_down_is_in_the_way_of_recycling(start):
    host = start(FTP)
    with killed_when(lambda: host.service("MSFTPSVC") == "Stopped"):
        host.run("iis_service", name=["msftpsvc"], state="restarted")

    result = host.run("iis_preflight", app_pools=["all"])

    assert result["interrupted"]["services"] == ["msftpsvc"]
    assert "was interrupted, and left down or paused" in result["msg"]
    assert "iis_service: state=started" in result["msg"]


def test_a_service_that_hangs_on_its_way_is_in_the_way(start):
    host = start(IisSpec(services=(Kind.WEB, Kind.SMTP)))
    host.act("hang_service", name="SMTPSVC")
    host.act("stop_service", name="SMTPSVC")
    began = host.time.monotonic()

    result = host.run("iis_preflight", timeout=60)

    assert not result["ready"]
    assert "SMTPSVC" in result["trouble"][0]
    assert "still is stopping after 60 s" in result["trouble"][0]
    assert "Nothing was touched" in result["trouble"][0]
    assert host.time.monotonic() - began < 70


def test_a_service_that_is_on_its_way_is_waited_for(start):
    host = start(IisSpec(services=(Kind.WEB, Kind.SMTP)))
    host.act("slow_service", name="SMTPSVC", start=20.0)
    host.act("stop_service", name="SMTPSVC")
    host.wait(10)
    host.act("start_service", name="SMTPSVC")

    result = host.run("iis_preflight")

    assert result["ready"]
    assert host.service("SMTPSVC") == "Running"
    assert "smtpsvc" in result["running"]["services"]
