# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restart of IIS that goes wrong: it ends in bounded time, says what runs, and brings back what it can."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.switches import Switches
from simulator.windows.service import Service, StartMode
from simulator.wire.profile import WireOptions

ALL = ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC", "SMTPSVC", "NntpSvc")
METHODS = ("iisreset", "scm")
TIMEOUT = 10


def restart(host, **options):
    return host.run("iis_service", **{"state": "restarted", "timeout": TIMEOUT, **options})


def processes(host, *names):
    return {name: host.process(name) for name in names}


# -- a service hangs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_service_that_hangs_in_stop_pending_ends_in_a_failure_that_says_what_runs(full, method):
    full.act("hang_service", name="MSFTPSVC")

    result = restart(full, method=method)

    assert result["failed"]
    assert "MSFTPSVC" in result["msg"]
    assert "stopping" in result["msg"]
    assert f"taskkill /F /PID {full.process('MSFTPSVC')}" in result["msg"]
    assert "Traceback" not in result["msg"]
    assert full.service("MSFTPSVC") == "Stop Pending"
    assert full.services("IISADMIN", "W3SVC", "HTTPFilter", "SMTPSVC", "NntpSvc") == ["Running"] * 5
    assert {key: state for key, state in full.sites().items() if not key.startswith("MSFTP")} == {
        "W3SVC/1": "started", "W3SVC/2": "started", "SmtpSvc/1": "started", "NntpSvc/1": "started",
    }  # fmt: skip
    assert result["services"]["msftpsvc"]["after"] == "stopping"
    assert result["services"]["w3svc"]["after"] == "started"


@pytest.mark.parametrize("method", METHODS)
def test_the_whole_of_a_hang_takes_no_longer_than_the_timeouts(full, method):
    full.act("hang_service", name="MSFTPSVC")
    began = full.time.monotonic()

    restart(full, method=method)

    assert full.time.monotonic() - began < 5 * TIMEOUT


@pytest.mark.parametrize("method", METHODS)
def test_a_service_that_hangs_already_is_no_reason_to_touch_the_others(full, method):
    full.act("hang_service", name="SMTPSVC")
    full.act("stop_service", name="SMTPSVC")
    before = processes(full, *ALL)
    full.forget()

    result = restart(full, method=method)

    assert result["failed"]
    assert not result["changed"]
    assert "SMTPSVC" in result["msg"]
    assert "Nothing was touched" in result["msg"]
    assert processes(full, *ALL) == before
    assert full.changes() == []


@pytest.mark.parametrize("method", METHODS)
def test_when_the_hang_is_over_the_next_run_restarts_everything(full, method):
    full.act("hang_service", name="MSFTPSVC")
    restart(full, method=method)
    full.act("release_service", name="MSFTPSVC")
    full.wait(5)

    result = restart(full, method=method)
    again = full.run("iis_service", state="started")

    assert not result.get("failed"), result["msg"]
    assert not again.get("failed"), again["msg"]
    assert full.services(*ALL) == ["Running"] * 6


def test_force_kills_what_hangs(full):
    full.act("hang_service", name="W3SVC")

    result = restart(full, force=True)

    assert not result.get("failed"), result["msg"]
    assert full.services(*ALL) == ["Running"] * 6
    assert full.iis["metabase"]["lost_changes"] == 0


@pytest.mark.parametrize("method", METHODS)
def test_a_stop_that_hangs_leaves_the_rest_as_it_is_and_says_so(full, method):
    full.act("hang_service", name="W3SVC")

    result = full.run("iis_service", state="stopped", method=method, timeout=TIMEOUT)

    assert result["failed"]
    assert "W3SVC" in result["msg"]
    assert f"taskkill /F /PID {full.process('W3SVC')}" in result["msg"]
    assert result["msg"].count("iisreset") == (1 if method == "iisreset" else 0)
    assert full.service("W3SVC") == "Stop Pending"
    assert result["services"]["w3svc"]["after"] == "stopping"
    for key, service in result["services"].items():
        truth = full.service(service["name"])
        assert {"started": "Running", "stopped": "Stopped", "stopping": "Stop Pending"}[service["after"]] == truth, key


# -- iisreset ----------------------------------------------------------------------------------------------------


def test_iisreset_disabled_fails_before_anything_is_touched_and_says_what_to_do(start):
    host = start(IisSpec(iisreset_disabled=True, unsaved_changes=3))
    before = processes(host, "IISADMIN", "W3SVC")

    result = restart(host, drain_timeout=30)

    assert result["failed"]
    assert not result["changed"]
    for words in ("IISReset is disabled", "800710D5", "iis_reset_access", "iisreset /enable", "use_scm"):
        assert words in result["msg"]
    assert "Restart IIS in IIS Manager fails as well" in result["msg"]
    assert "the recovery actions of IISADMIN" in result["msg"]
    assert result["recovery_failing"] == ["IISADMIN"]
    assert result["recovery_working"] == ["W3SVC"]
    assert processes(host, "IISADMIN", "W3SVC") == before
    assert host.site("W3SVC/1") == "started"
    assert host.iis["metabase"]["unsaved_changes"] == 3
    assert host.changes() == ["iisreset /STATUS"]


def test_where_iisreset_is_disabled_the_scm_can_do_it(start):
    host = start(IisSpec(iisreset_disabled=True))
    before = processes(host, "IISADMIN", "W3SVC")

    result = restart(host, when_iisreset_disabled="use_scm")

    assert not result.get("failed"), result["msg"]
    assert result["method_used"] == "scm"
    assert any("IISReset is disabled" in words for words in result["warnings"])
    assert all(host.process(name) != process for name, process in before.items())
    assert host.iis["iisreset_disabled"], "nobody asked to enable it"


def test_check_mode_foretells_that_iisreset_is_disabled(start):
    host = start(IisSpec(iisreset_disabled=True))

    result = host.check("iis_service", state="restarted")

    assert result["failed"]
    assert "IISReset is disabled" in result["msg"]


def test_named_services_need_no_iisreset(start):
    host = start(IisSpec(iisreset_disabled=True))

    result = restart(host, name=["w3svc"])

    assert not result.get("failed"), result["msg"]
    assert host.commands() == []


def test_a_control_refused_once_is_tried_again(web):
    process = web.process("W3SVC")
    web.act("refuse_control_once")

    result = restart(web, method="iisreset")

    assert not result.get("failed"), result["msg"]
    assert web.process("W3SVC") != process
    assert sum("/RESTART" in line for line in web.commands()) == 2


def test_iisreset_can_leave_http_ssl_stopped_and_it_is_started(start):
    host = start(IisSpec(switches=Switches(iisreset_leaves_http_ssl_stopped=True)))

    result = restart(host, method="iisreset")

    assert not result.get("failed"), result["msg"]
    assert host.services("HTTPFilter", "W3SVC") == ["Running", "Running"]
    assert result["services"]["httpfilter"]["after"] == "started"


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_iisreset_prints_does_not_matter(start, language):
    host = start(IisSpec(iisreset_language=language))

    result = restart(host, method="iisreset")

    assert not result.get("failed"), result["msg"]
    assert "warnings" not in result


@pytest.mark.parametrize("code", [1053, 1067, 1068])
def test_a_service_that_iisreset_fails_to_start_is_started_after_it(full, code):
    full.act("fail_next_start", service="W3SVC", code=code)

    result = restart(full, method="iisreset")

    assert not result.get("failed"), result["msg"]
    assert any("iisreset /RESTART" in words and "exit code 1" in words for words in result["warnings"])
    assert full.services(*ALL) == ["Running"] * 6
    assert set(full.sites().values()) == {"started"}


def test_a_service_that_did_not_run_before_a_restart_need_not_run_after_it(full):
    full.act("stop_service", name="SMTPSVC")
    full.wait(10)
    full.act("hang_service", name="SMTPSVC", phase="starting")

    result = restart(full, method="iisreset", timeout=20)

    assert not result.get("failed"), result["msg"]
    assert full.services("W3SVC", "SMTPSVC") == ["Running", "Start Pending"]
    assert result["outage_seconds"] < 60
    assert any("SMTPSVC" in words and "didn't run before it" in words for words in result["warnings"])


@pytest.mark.parametrize(("code", "symbol"), [(1053, "0x8007041D"), (1067, "0x8007042B"), (1068, "0x8007042C")])
def test_a_service_that_the_scm_fails_to_start_is_reported_and_the_others_run(full, code, symbol):
    full.act("fail_next_start", service="W3SVC", code=code)

    result = restart(full, method="scm")

    assert result["failed"]
    assert result["changed"]
    assert "W3SVC (World Wide Web Publishing Service) was started, but stopped again" in result["msg"]
    assert symbol in result["msg"]
    assert "not running: W3SVC (stopped)" in result["msg"]
    assert result["services"]["w3svc"]["after"] == full.service("W3SVC").lower() == "stopped"
    assert full.services("IISADMIN", "MSFTPSVC", "SMTPSVC", "NntpSvc") == ["Running"] * 4

    assert restart(full, method="scm")["changed"]
    assert full.services("IISADMIN", "MSFTPSVC") == ["Running"] * 2


@pytest.mark.parametrize("method", METHODS)
def test_a_web_service_that_never_starts_again_fails_and_the_others_run(full, method):
    full.act("hang_service", name="W3SVC", phase="starting")

    result = restart(full, method=method)

    assert result["failed"]
    assert "W3SVC" in result["msg"]
    assert full.service("W3SVC") == "Start Pending"
    assert full.services("IISADMIN", "MSFTPSVC", "SMTPSVC", "NntpSvc") == ["Running"] * 4


def test_a_host_without_a_shell_can_still_be_restarted_by_the_scm(start):
    host = start(wire=WireOptions(allow_remote_shell=False))

    refused = restart(host, method="iisreset")
    done = restart(host, method="scm")

    assert refused["failed"]
    assert "method" in refused["msg"]
    assert not done.get("failed"), done["msg"]


# -- the connection ----------------------------------------------------------------------------------------------

CUTS = {
    "before the command": Rule(Effect.CUT_BEFORE, action="Command", query="/RESTART"),
    "after the command": Rule(Effect.CUT_AFTER, action="Command", query="/RESTART"),
    "by a proxy after the command": Rule(Effect.STATUS_AFTER, action="Command", query="/RESTART", status=502),
    "at its first answer": Rule(Effect.CUT_AFTER, action="Receive", nth=3),
    "in the middle of an answer": Rule(Effect.TRUNCATE, action="Receive", nth=3),
    "while the services are read again": Rule(Effect.CUT_AFTER, action="Enumerate", query="Win32_Service", nth=4),
    "for a while": Rule(Effect.CUT_BEFORE, action="Receive", nth=3, count=3),
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_connection_cut_during_iisreset_ends_in_a_restart_or_in_the_truth(full, cut):
    before = processes(full, "IISADMIN", "W3SVC")
    rule = CUTS[cut]
    rule.seen = rule.done = 0
    full.fault(rule)

    result = restart(full, method="iisreset", timeout=60)

    assert rule.done, "the fault didn't strike"
    if cut == "before the command":
        restarted = full.process("IISADMIN") != before["IISADMIN"]
        assert bool(result.get("failed") or result.get("unreachable")) is not restarted
    else:
        assert not result.get("failed"), result["msg"]
        assert full.process("IISADMIN") != before["IISADMIN"]
        assert full.process("W3SVC") != before["W3SVC"]
    full.wait(60)
    assert full.services(*ALL) == ["Running"] * 6
    assert set(full.sites().values()) == {"started"}


SCM_CUTS = {
    "before the first stop": Rule(Effect.CUT_BEFORE, action="Invoke", method="StopService"),
    "after the first stop": Rule(Effect.CUT_AFTER, action="Invoke", method="StopService"),
    "after the last stop": Rule(Effect.CUT_AFTER, action="Invoke", method="StopService", nth=6),
    "before the first start": Rule(Effect.CUT_BEFORE, action="Invoke", method="StartService"),
    "after the first start": Rule(Effect.CUT_AFTER, action="Invoke", method="StartService"),
    "after every start": Rule(Effect.CUT_AFTER, action="Invoke", method="StartService", count=0),
    "twice in a row": Rule(Effect.CUT_AFTER, action="Enumerate", query="Win32_Service", nth=10, count=2),
    "for a while": Rule(Effect.CUT_BEFORE, action="Enumerate", query="Win32_Service", nth=10, count=8),
}


@pytest.mark.parametrize("cut", SCM_CUTS)
def test_a_connection_cut_while_the_scm_restarts_ends_in_a_restart(full, cut):
    before = processes(full, "IISADMIN", "W3SVC")
    rule = SCM_CUTS[cut]
    rule.seen = rule.done = 0
    full.fault(rule)

    result = restart(full, method="scm", timeout=60)

    assert rule.done, "the fault didn't strike"
    assert not result.get("failed"), result["msg"]
    assert not result.get("unreachable"), result["msg"]
    assert all(full.process(name) != process for name, process in before.items())
    assert full.services(*ALL) == ["Running"] * 6
    assert set(full.sites().values()) == {"started"}


def test_iisreset_over_tls_outlives_the_restart_of_http_ssl(start, tls):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP)), wire=WireOptions(tls=tls))
    process = host.process("W3SVC")

    result = restart(host, timeout=60)

    assert not result.get("failed"), result["msg"]
    assert not result.get("unreachable"), result["msg"]
    assert host.services("IISADMIN", "HTTPFilter", "W3SVC", "MSFTPSVC") == ["Running"] * 4
    assert host.process("W3SVC") != process
    assert 0 in {entry.status for entry in host.journal()} or len({entry.connection for entry in host.journal()}) > 1


LOCKING_OUT = {
    "all by the SCM": {"state": "restarted", "method": "scm"},
    "HTTP SSL": {"state": "restarted", "name": ["httpfilter"]},
    "HTTP SSL for good": {"state": "stopped", "name": ["httpfilter"]},
    "IISADMIN": {"state": "restarted", "name": ["iisadmin"]},
    "everything for good": {"state": "stopped"},
}


@pytest.mark.parametrize("options", LOCKING_OUT.values(), ids=LOCKING_OUT)
def test_what_would_cut_the_tls_that_it_needs_is_refused(start, tls, options):
    host = start(wire=WireOptions(tls=tls))

    foretold, result = host.check("iis_service", **options), host.run("iis_service", **options)

    for answer in (foretold, result):
        assert answer["failed"], answer
        assert "HTTPS" in answer["msg"]
        assert "Nothing was touched" in answer["msg"]
    assert host.services("IISADMIN", "HTTPFilter", "W3SVC") == ["Running"] * 3
    assert not any(change.startswith(("Stop", "SaveData")) for change in host.changes())


def test_a_web_service_alone_is_restarted_over_tls(start, tls):
    host = start(wire=WireOptions(tls=tls))

    assert restart(host, name=["w3svc"])["changed"]
    assert host.services("HTTPFilter", "W3SVC") == ["Running", "Running"]


# -- services of other products, and unusual ones ------------------------------------------------------------------


def third_party(name, *needs, **options):
    options = {"start_mode": StartMode.AUTO, "start_seconds": 1.0, "stop_seconds": 1.0, **options}
    return Service(name, name, depends_on=needs, image=rf"C:\{name}.exe", shared_process=False, **options)


@pytest.mark.parametrize("method", METHODS)
def test_services_of_other_products_run_again(full, method):
    full.install(third_party("Portal", "IISADMIN"), third_party("Agent", "W3SVC"), third_party("Sub", "Agent"))
    before = processes(full, "Portal", "Agent", "Sub")

    result = restart(full, method=method, timeout=60)

    assert not result.get("failed"), result["msg"]
    assert full.services("Portal", "Agent", "Sub") == ["Running"] * 3
    assert result["services"]["agent"]["before"] == result["services"]["agent"]["after"] == "started"
    assert full.services(*ALL) == ["Running"] * 6
    assert before


@pytest.mark.parametrize("method", METHODS)
def test_a_service_that_is_started_manually_but_ran_runs_again(start, method):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP)))
    host.act("set_start_mode", name="MSFTPSVC", mode="Manual")

    result = restart(host, method=method)

    assert not result.get("failed"), result["msg"]
    assert host.services("MSFTPSVC", "W3SVC") == ["Running", "Running"]


@pytest.mark.parametrize("method", METHODS)
def test_a_service_that_was_stopped_on_purpose_stays_stopped(start, method):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP), start_modes={"MSFTPSVC": "manual"}, stopped=("MSFTPSVC",)))

    result = restart(host, method=method)

    assert not result.get("failed"), result["msg"]
    assert host.services("MSFTPSVC", "W3SVC", "IISADMIN") == ["Stopped", "Running", "Running"]


@pytest.mark.parametrize("method", METHODS)
def test_a_running_service_that_is_disabled_is_not_stopped_as_it_could_not_be_started_again(start, method):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP)))
    host.act("set_start_mode", name="MSFTPSVC", mode="Disabled")
    before = processes(host, "IISADMIN", "W3SVC", "MSFTPSVC")

    result = restart(host, method=method)

    assert result["failed"]
    assert "disabled" in result["msg"]
    assert processes(host, "IISADMIN", "W3SVC", "MSFTPSVC") == before


def test_sites_come_back_as_they_were(start):
    sites = [
        SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
        SiteSpec(2, "Stopped", bindings=(BindingSpec(81),), state="stopped"),
        SiteSpec(3, "By hand", bindings=(BindingSpec(82),), auto_start=False),
        SiteSpec(4, "Paused", bindings=(BindingSpec(83),), state="paused"),
    ]
    host = start(IisSpec(sites=sites))

    result = restart(host)

    assert not result.get("failed"), result["msg"]
    assert host.sites()["W3SVC/1"] == "started"
    assert host.sites()["W3SVC/2"] == "stopped"
    assert host.sites()["W3SVC/3"] == "started"
    assert host.in_memory("/LM/W3SVC/3", "ServerAutoStart") is False
    assert result["sites"]["W3SVC/4"] == {"name": "Paused", "before": "paused", "after": host.sites()["W3SVC/4"]}


def test_a_site_that_does_not_come_back_is_a_failure_that_names_it(start):
    sites = [
        SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
        SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
    ]
    host = start(IisSpec(sites=sites))
    host.act("occupy_port", port=8080)

    result = restart(host)

    assert result["failed"]
    assert "Shop" in result["msg"]
    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "stopped"}
