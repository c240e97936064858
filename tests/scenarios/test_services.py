# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iis_service promises beside the restart itself: drain, save, reboot, recovery, start modes, idempotence."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.windows.service import Service, StartMode
from simulator.wire.profile import WireOptions

METHODS = ("iisreset", "scm")
ALL = ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC", "SMTPSVC", "NntpSvc")


@pytest.fixture
def busy(start):
    """A host with clients: 20 HTTP sessions on two sites, 4 FTP sessions."""
    return start(
        IisSpec(
            services=(Kind.WEB, Kind.FTP),
            sites=[
                SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=12),
                SiteSpec(2, "Shop", bindings=(BindingSpec(8080),), sessions=8),
                SiteSpec(3, "Paused", bindings=(BindingSpec(8081),), state="paused"),
                SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),), sessions=4),
            ],
        )
    )


def drain(host, **options):
    return host.run("iis_service", **{"state": "restarted", "drain_timeout": 60, **options})


# -- sessions and drain ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_the_sessions_that_are_cut_are_told(busy, method):
    result = busy.run("iis_service", state="restarted", method=method)

    assert result["sessions_cut"] == {"http": 20, "ftp": 4, "smtp": 0, "nntp": 0}
    assert busy.iis["sessions_cut"] == {"W3SVC": 20, "MSFTPSVC": 4}


def test_check_mode_warns_of_the_sessions_and_cuts_none(busy):
    result = busy.check("iis_service", state="restarted", drain_timeout=60)

    assert result["changed"]
    warning = " ".join(result["warnings"])
    assert "20 HTTP and 4 FTP sessions" in warning
    assert "Default Web Site" in warning
    assert busy.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}
    assert busy.changes() == ["iisreset /STATUS"]


def test_an_unknown_number_of_sessions_is_null(start):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP), missing_counters=("W3SVC_WebService",)))

    result = host.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert result["sessions_cut"] == {"http": None, "ftp": 0, "smtp": 0, "nntp": 0}


@pytest.mark.parametrize("method", METHODS)
def test_a_drain_cuts_nobody_and_shows_its_progress(busy, capsys, method):
    result = drain(busy, method=method)

    assert not result.get("failed"), result["msg"]
    assert busy.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}
    shown = capsys.readouterr().out
    assert "[web01] Draining: paused 3 site(s)" in shown
    assert "HTTP" in shown
    assert busy.sites()["W3SVC/1"] == busy.sites()["W3SVC/2"] == busy.sites()["MSFTPSVC/1"] == "started"


@pytest.mark.parametrize("method", METHODS)
def test_a_drain_that_gives_up_stops_nothing_and_leaves_no_site_paused(busy, method):
    busy.act("drain_rate", kind="web", per_second=0.0)
    sites = busy.sites()
    process = busy.process("W3SVC")

    result = drain(busy, method=method)

    assert result["failed"]
    assert "20 HTTP" in result["msg"]
    assert "drain_on_timeout" in result["msg"]
    assert busy.sites() == sites
    assert busy.process("W3SVC") == process
    assert busy.iis["sessions_cut"] == {"W3SVC": 0, "MSFTPSVC": 0}


def test_a_drain_that_goes_on_cuts_what_is_left_and_says_so(busy):
    busy.act("drain_rate", kind="web", per_second=0.0)

    result = drain(busy, drain_on_timeout="proceed")

    assert not result.get("failed"), result["msg"]
    assert any("Draining ended" in words for words in result["warnings"])
    assert busy.iis["sessions_cut"]["W3SVC"] == 20
    assert busy.sites()["W3SVC/1"] == "started"


def test_few_enough_sessions_need_not_be_waited_for(busy):
    busy.act("drain_rate", kind="web", per_second=0.0)

    result = drain(busy, drain_connections=24)

    assert not result.get("failed"), result["msg"]


def test_a_site_that_was_paused_before_is_not_continued_when_the_drain_gives_up(busy):
    busy.act("drain_rate", kind="ftp", per_second=0.0)

    assert drain(busy)["failed"]

    assert busy.site("W3SVC/3") == "paused"


@pytest.mark.parametrize("method", METHODS)
def test_a_save_that_fails_after_a_drain_leaves_no_site_paused(busy, method):
    busy.act("metabase_set", path="/LM", name="MaxBandwidth", value=5)
    busy.act("metabase_lock")
    sites = busy.sites()

    result = drain(busy, method=method, timeout=5)

    assert result["failed"]
    assert "Nothing was stopped" in result["msg"]
    assert busy.sites() == sites


def test_a_stop_that_fails_after_a_drain_leaves_no_site_paused(busy):
    busy.act("hang_service", name="MSFTPSVC")

    result = drain(busy, method="scm", timeout=5)

    assert result["failed"]
    assert busy.sites()["W3SVC/1"] == busy.sites()["W3SVC/2"] == "started"


def test_a_connection_lost_while_draining_leaves_no_site_paused(busy):
    sites = busy.sites()
    cut = busy.fault(Rule(Effect.CUT_BEFORE, action="Enumerate", query="W3SVC_WebService", nth=2, count=0))

    result = drain(busy)

    assert cut.done
    assert result["unreachable"]
    assert busy.sites() == sites


def test_a_reboot_does_not_warn_of_what_starts_because_something_else_needs_it(web):
    result = web.run("iis_service", state="rebooted")

    assert web.service("HTTPFilter") == "Running"
    assert not [words for words in result.get("warnings", []) if "HTTPFilter" in words]


# -- save first --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("state", ["restarted", "stopped", "rebooted"])
def test_if_the_save_fails_nothing_is_stopped(start, state, method):
    host = start(IisSpec(unsaved_changes=2))
    host.act("fill_disk")
    before = host.process("W3SVC"), host.process("IISADMIN"), host.truth()["booted_at"]

    result = host.run("iis_service", state=state, method=method)
    host.wait(60)

    assert result["failed"]
    assert "Nothing was stopped" in result["msg"]
    assert "save" in result
    assert (host.process("W3SVC"), host.process("IISADMIN"), host.truth()["booted_at"]) == before


@pytest.mark.parametrize("method", METHODS)
def test_what_was_saved_is_in_the_result(start, method):
    host = start(IisSpec(unsaved_changes=2))

    result = host.run("iis_service", state="restarted", method=method)

    assert result["save"]["changed"]
    assert result["save"]["path"].endswith("MetaBase.xml")
    assert host.on_disk("/LM", "MaxBandwidth") == "1000001"


# -- reboot ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("profile", ["winrm1.1", "winrm2.0"])
def test_a_rebooted_host_is_back_when_the_task_ends(start, method, profile):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP), unsaved_changes=1), profile=profile)
    booted = host.truth()["booted_at"]

    result = host.run("iis_service", state="rebooted", method=method)

    assert not result.get("failed"), result["msg"]
    assert not result.get("unreachable"), result["msg"]
    assert host.truth()["booted_at"] > booted
    assert host.services("IISADMIN", "W3SVC", "MSFTPSVC") == ["Running"] * 3
    assert host.site("W3SVC/1") == "started"
    assert result["method_used"] == {"iisreset": "iisreset", "scm": "shutdown"}[method]
    assert result["changed"]
    assert result["outage_seconds"] >= 30
    assert host.iis["metabase"]["lost_changes"] == 0


@pytest.mark.parametrize("by", [5.0, -5.0, 7200.0, -7200.0])
@pytest.mark.parametrize("follows", [True, False])
def test_a_host_whose_clock_is_set_has_not_rebooted(start, by, follows):
    host = start(uptime=20.0)
    host.act("open_program")
    host.act("set_clock", by=by, boot_time_follows=follows, after=15.0)
    process = host.process("W3SVC")

    result = host.run("iis_service", state="rebooted", timeout=60)

    assert result["failed"]
    assert "ordered to reboot, but has not done so" in result["msg"]
    assert host.truth()["open_programs"] == ["notepad.exe"]
    assert host.process("W3SVC") == process


@pytest.mark.parametrize("by", [5.0, -5.0, 7200.0, -7200.0])
def test_a_host_whose_clock_is_set_while_it_reboots_has_rebooted(start, by):
    host = start(uptime=20.0)
    process = host.process("W3SVC")
    host.act("set_clock", by=by, after=15.0)

    result = host.run("iis_service", state="rebooted", timeout=300)

    assert result["changed"], result["msg"]
    assert not result.get("failed"), result["msg"]
    assert host.process("W3SVC") != process
    assert host.site("W3SVC/1") == "started"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("force", [True, False])
def test_a_reboot_closes_programs_only_by_force(start, method, force):
    host = start()
    host.act("open_program")

    result = host.run("iis_service", state="rebooted", method=method, force=force, timeout=100)

    assert host.truth()["closed_by_force"] == (["notepad.exe"] if force else [])
    assert bool(result.get("failed")) is not force


def test_a_service_that_did_not_run_before_the_reboot_need_not_run_after_it(start):
    host = start(IisSpec(services=(Kind.WEB, Kind.SMTP)))
    host.act("stop_service", name="SMTPSVC")
    host.wait(10)
    host.act("hang_service", name="SMTPSVC", phase="starting")

    result = host.run("iis_service", state="rebooted")

    assert not result.get("failed"), result["msg"]
    assert host.services("W3SVC", "SMTPSVC") == ["Running", "Start Pending"]
    assert host.site("W3SVC/1") == "started"
    assert result["outage_seconds"] < 120
    assert any("SMTPSVC" in words and "didn't run before it" in words for words in result["warnings"])


def test_a_host_that_does_not_come_back_is_unreachable(start):
    host = start(off_seconds=100_000.0)

    result = host.run("iis_service", state="rebooted", timeout=300)

    assert result["unreachable"]
    assert "ordered to reboot" in result["msg"]


def test_iisreset_disabled_keeps_the_host_from_being_rebooted(start):
    host = start(IisSpec(iisreset_disabled=True))
    booted = host.truth()["booted_at"]

    refused = host.run("iis_service", state="rebooted")
    assert refused["failed"]
    assert "IISReset is disabled" in refused["msg"]
    assert host.truth()["booted_at"] == booted

    done = host.run("iis_service", state="rebooted", when_iisreset_disabled="use_scm")
    assert done["method_used"] == "shutdown"
    assert host.truth()["booted_at"] > booted


def test_iis_that_does_not_come_up_after_the_reboot_is_reported(web):
    web.act("hang_service", name="W3SVC", phase="starting")

    result = web.run("iis_service", state="rebooted", timeout=200)

    assert result["failed"]
    assert "has rebooted" in result["msg"]
    assert "W3SVC (World Wide Web Publishing Service) is starting" in result["msg"]


def test_a_reboot_in_check_mode_is_none(web):
    booted = web.truth()["booted_at"]

    result = web.check("iis_service", state="rebooted")
    web.wait(120)

    assert result["changed"]
    assert any("reboot" in words for words in result["warnings"])
    assert web.truth()["booted_at"] == booted


# -- recovery ----------------------------------------------------------------------------------------------------

RECOVERY = {"actions": [{"action": "restart", "delay": 5}, {"action": "none"}], "reset_period": 3600}


def test_recovery_is_set_once(web):
    first = web.run("iis_service", name=["w3svc"], recovery=RECOVERY)
    second = web.run("iis_service", name=["w3svc"], recovery=RECOVERY)

    assert first["changed"]
    assert not second["changed"]
    assert second["recovery"]["w3svc"]["reset_period"] == 3600
    assert second["recovery"]["w3svc"]["actions"][0] == {"action": "restart", "delay": 5.0}


def test_recovery_is_set_to_what_the_scm_really_does(web):
    web.run("iis_service", name=["w3svc"], recovery={"actions": [{"action": "restart", "delay": 5}]})

    web.act("kill_service", name="W3SVC")
    assert web.service("W3SVC") == "Stopped"
    web.wait(20)

    assert web.service("W3SVC") == "Running"


def test_check_mode_sets_no_recovery(web):
    result = web.check("iis_service", name=["w3svc"], recovery=RECOVERY)

    assert result["changed"]
    assert not any("failure" in line for line in web.commands())


def test_a_recovery_command_is_data(web):
    command = r'cmd /c "echo %COMPUTERNAME% & net stop w3svc" > C:\log.txt'

    result = web.run(
        "iis_service", name=["w3svc"], recovery={"actions": [{"action": "run_command", "delay": 1}], "command": command}
    )

    assert result["failed"]
    assert "can't be passed" in result["msg"]
    assert not result["changed"]
    assert web.service("W3SVC") == "Running"
    assert web.commands() == []


def test_a_recovery_command_with_what_cmd_would_heed_arrives_as_it_is(web):
    command = r"C:\tools\restart.cmd /log 100% & net stop w3svc | more > C:\log.txt ^"

    result = web.run(
        "iis_service", name=["w3svc"], recovery={"actions": [{"action": "run_command", "delay": 1}], "command": command}
    )
    web.wait(10)

    assert not result.get("failed"), result["msg"]
    assert result["recovery"]["w3svc"]["command"] == command
    assert web.service("W3SVC") == "Running"


def test_disabling_iisreset_warns_of_the_recovery_that_will_fail(full):
    result = full.run("iis_reset_access", state="disabled")

    assert result["changed"]
    assert result["recovery_failing"] == ["IISADMIN"]
    assert "W3SVC" in result["recovery_working"]
    assert any("IISADMIN" in words and "iisreset" in words for words in result["warnings"])
    assert full.iis["iisreset_disabled"]


def test_reset_access_is_idempotent_both_ways(web):
    seen = [web.run("iis_reset_access", state=state)["changed"] for state in ("enabled", "disabled", "disabled")]
    checked = web.check("iis_reset_access", state="enabled")
    assert web.iis["iisreset_disabled"]
    last = [web.run("iis_reset_access", state=state)["changed"] for state in ("enabled", "enabled")]

    assert seen == [False, True, False]
    assert checked["changed"]
    assert last == [True, False]
    assert not web.iis["iisreset_disabled"]


# -- states ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_restarted_restarts_and_is_changed_every_time(full, method):
    for _time in range(3):
        before = full.process("W3SVC"), full.process("IISADMIN")
        result = full.run("iis_service", state="restarted", method=method)
        assert result["changed"], result
        assert not result.get("failed"), result["msg"]
        assert full.process("W3SVC") != before[0]
        assert full.process("IISADMIN") != before[1]
        assert full.services(*ALL) == ["Running"] * 6
        assert result["outage_seconds"] > 0


@pytest.mark.parametrize("method", METHODS)
def test_stopped_and_started_are_idempotent(full, method):
    stopped = [full.run("iis_service", state="stopped", method=method) for _time in range(2)]
    assert full.services(*ALL) == ["Stopped"] * 6
    started = [full.run("iis_service", state="started", method=method) for _time in range(2)]

    assert [result["changed"] for result in (*stopped, *started)] == [True, False, True, False]
    assert full.services("IISADMIN", "W3SVC", "MSFTPSVC", "SMTPSVC", "NntpSvc") == ["Running"] * 5
    assert set(full.sites().values()) == {"started"}


def test_what_check_mode_foretells_is_what_happens(full):
    for state in ("stopped", "started", "restarted", "paused", "started"):
        foretold = full.check("iis_service", state=state, method="scm")
        happened = full.run("iis_service", state=state, method="scm")
        assert foretold["changed"] == happened["changed"]
        assert foretold["services"] == happened["services"], state
        assert foretold["steps"] == happened["steps"]


def test_check_mode_changes_nothing(full):
    before = full.truth()["services"]
    for state in ("stopped", "restarted", "paused", "rebooted"):
        assert full.check("iis_service", state=state)["changed"]
    full.wait(60)

    assert full.truth()["services"] == before


@pytest.mark.parametrize("name", ["w3svc", "msftpsvc", "smtpsvc", "nntpsvc"])
def test_one_service_alone(full, name):
    others = {other: full.process(other) for other in ("IISADMIN", "W3SVC") if other.lower() != name}
    key = {"w3svc": "W3SVC", "msftpsvc": "MSFTPSVC", "smtpsvc": "SMTPSVC", "nntpsvc": "NntpSvc"}[name]

    for state, truth in (("stopped", "Stopped"), ("started", "Running"), ("paused", "Paused"), ("started", "Running")):
        results = [full.run("iis_service", name=[name], state=state) for _time in range(2)]
        assert [result["changed"] for result in results] == [True, False], results
        assert full.service(key) == truth
    assert {other: full.process(other) for other in others} == others


def test_stopping_iisadmin_stops_all_that_needs_it_and_starting_it_starts_it_alone(full):
    assert full.run("iis_service", name=["iisadmin"], state="stopped")["changed"]
    assert full.services(*ALL) == ["Stopped"] * 6

    assert full.run("iis_service", name=["iisadmin"], state="started")["changed"]
    assert full.services("IISADMIN", "W3SVC") == ["Running", "Stopped"]


def test_a_start_mode_is_set_and_kept(full):
    for mode, truth in (("manual", "Manual"), ("disabled", "Disabled"), ("auto", "Auto")):
        results = [full.run("iis_service", name=["msftpsvc"], start_mode=mode) for _time in range(2)]
        assert [result["changed"] for result in results] == [True, False]
        assert full.truth()["services"]["MSFTPSVC"]["start_mode"] == truth
    assert full.service("MSFTPSVC") == "Running"


def test_a_disabled_service_is_named_as_such_and_can_be_enabled_and_started_at_once(start):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP), start_modes={"MSFTPSVC": "disabled"}))

    refused = host.run("iis_service", name=["msftpsvc"], state="started")
    assert refused["failed"]
    assert "MSFTPSVC" in refused["msg"]
    assert "disabled" in refused["msg"]

    done = host.run("iis_service", name=["msftpsvc"], state="started", start_mode="manual")
    assert done["changed"]
    assert host.service("MSFTPSVC") == "Running"


def test_a_service_that_is_not_installed_is_named(web):
    result = web.run("iis_service", name=["smtpsvc"], state="started")

    assert result["failed"]
    assert "smtpsvc" in result["msg"].lower()
    assert web.run("iis_service", state="started")["changed"] is False, "all means what there is"


def test_a_host_without_iis_says_so(start, tmp_path):
    host = start(no_iis=True)

    for module, options in (
        ("iis_service", {"state": "restarted"}),
        ("iis_site", {"id": 1, "state": "started"}),
        ("iis_isolation_mode", {"mode": "iis5"}),
        ("iis_metabase_save", {}),
        ("iis_app_pool", {"name": "DefaultAppPool", "state": "recycled"}),
        ("iis_reset_access", {"state": "enabled"}),
    ):
        result = host.run(module, **options)
        assert result["failed"], module
        assert "IIS" in result["msg"], result["msg"]


def test_a_pending_service_is_waited_for(full):
    full.act("stop_service", name="NntpSvc")

    result = full.run("iis_service", name=["nntpsvc"], state="started")

    assert not result.get("failed"), result["msg"]
    assert full.service("NntpSvc") == "Running"


def test_a_service_that_takes_long_is_waited_for(start):
    host = start(IisSpec(start_seconds=40.0, stop_seconds=25.0))

    result = host.run("iis_service", state="restarted", method="scm")

    assert not result.get("failed"), result["msg"]
    assert result["outage_seconds"] > 60


def test_a_paused_service_is_stopped_and_comes_back_started(full):
    full.act("pause_service", name="MSFTPSVC")
    full.wait(3)

    result = full.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert full.service("MSFTPSVC") == "Running"
    assert any("MSFTPSVC" in words and "paused" in words for words in result["warnings"])


def test_stopping_something_that_a_foreign_service_needs_stops_that_first(full):
    full.install(
        Service("Agent", "Agent", StartMode.AUTO, ("W3SVC",), image=r"C:\agent.exe", start_seconds=1, stop_seconds=1)
    )

    result = full.run("iis_service", name=["w3svc"], state="restarted")

    assert not result.get("failed"), result["msg"]
    assert full.services("Agent", "W3SVC") == ["Running", "Running"]
    assert result["services"]["agent"]["after"] == "started"


def test_idempotent_runs_open_no_shell(start):
    host = start(IisSpec(services=tuple(Kind)), wire=WireOptions(allow_remote_shell=False))

    for options in ({"name": "all"}, {"name": ["w3svc", "iisadmin"]}):
        result = host.run("iis_service", state="started", **options)
        assert result["changed"] is False, result
