# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restart that didn't take place says of itself: no step that it didn't take, no outage that there wasn't."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec
from simulator.iis.switches import Switches
from simulator.windows.service import ServiceState
from simulator.wire.profile import WireOptions

METHODS = ("iisreset", "scm")


def nothing_was_done(result):
    assert result["failed"]
    assert not result["changed"]
    assert result["steps"] == []
    assert result["method_used"] is None
    assert result["sessions_cut"] is None
    assert result["outage_seconds"] is None
    for site in result["sites"].values():
        assert site["after"] == site["before"]
    for service in result["services"].values():
        assert service["after"] == service["before"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("state", ["restarted", "stopped", "rebooted"])
def test_a_save_that_fails_is_all_that_happened(start, state, method):
    host = start(IisSpec(unsaved_changes=1))
    host.act("metabase_lock")

    result = host.run("iis_service", state=state, method=method, timeout=5)

    nothing_was_done(result)
    assert set(result["sites"]) == {"W3SVC/1"}
    assert result["save"]["changed"] is False


@pytest.mark.parametrize("method", METHODS)
def test_a_drain_that_gives_up_is_all_that_happened(start, method):
    host = start()
    host.act("add_sessions", kind="web", site=1, count=5)
    host.act("drain_rate", kind="web", per_second=0.0)

    nothing_was_done(host.run("iis_service", state="restarted", method=method, drain_timeout=10))
    assert host.site("W3SVC/1") == "started"


def test_recovery_that_was_set_before_is_a_step(start):
    host = start(IisSpec(unsaved_changes=1))
    host.act("metabase_lock")

    result = host.run(
        "iis_service", name=["w3svc"], state="restarted", timeout=5, recovery={"actions": [{"action": "restart"}]}
    )

    assert result["failed"]
    assert result["changed"]
    assert result["steps"] == ["set the recovery actions of W3SVC"]
    assert result["method_used"] is None


def test_a_stop_that_hangs_has_the_steps_that_were_taken(full):
    full.act("hang_service", name="MSFTPSVC")

    result = full.run("iis_service", state="restarted", method="scm", timeout=10)

    assert result["failed"]
    assert result["steps"] == [
        "stop MSFTPSVC, NntpSvc, SMTPSVC, W3SVC",
        "start NntpSvc, SMTPSVC, W3SVC again",
    ]
    assert result["method_used"] == "scm"
    assert full.services("HTTPFilter", "IISADMIN", "W3SVC") == ["Running"] * 3


def test_check_mode_says_what_would_be_done(full):
    result = full.check("iis_service", name=["w3svc"], state="restarted")

    assert result["steps"] == ["stop W3SVC", "start W3SVC"]
    assert result["method_used"] == "scm"
    assert result["sites"]["W3SVC/1"] == {"name": "Default Web Site", "before": "started", "after": "started"}


@pytest.mark.parametrize("options", [{}, {"state": "stopped"}])
def test_without_a_shell_the_scm_does_it_if_it_may_and_says_so(start, options):
    host = start(IisSpec(services=(Kind.WEB, Kind.FTP)), wire=WireOptions(allow_remote_shell=False))
    process = host.process("W3SVC")

    refused = host.run("iis_service", **{"state": "restarted", **options})
    assert refused["failed"]
    assert "when_iisreset_disabled=use_scm" in refused["msg"]
    assert host.process("W3SVC") == process

    done = host.run("iis_service", **{"state": "restarted", **options}, when_iisreset_disabled="use_scm")
    assert not done.get("failed"), done["msg"]
    assert done["method_used"] == "scm"
    assert any("no command shell" in words and "service control manager" in words for words in done["warnings"])
    assert host.process("W3SVC") != process


def test_a_shell_that_is_refused_after_the_drain_stops_nothing(start):
    host = start()
    host.fault(Rule(Effect.FAULT, action="Create", nth=2, count=0, code=2150859173))
    process = host.process("W3SVC")

    result = host.run("iis_service", state="restarted", drain_timeout=10)

    assert result["failed"]
    assert "ERROR_WSMAN_QUOTA_MAX_SHELLS" in result["msg"]
    assert not result["changed"]
    assert (result["method_used"], result["sessions_cut"]) == (None, None)
    assert host.process("W3SVC") == process
    assert host.site("W3SVC/1") == "started"


@pytest.mark.parametrize("method", METHODS)
def test_a_reboot_that_can_not_be_ordered_is_none(start, method):
    host = start(wire=WireOptions(allow_remote_shell=False))
    booted = host.truth()["booted_at"]

    result = host.run("iis_service", state="rebooted", method=method, drain_timeout=10)

    assert result["failed"]
    assert "the host gave no command shell" in result["msg"]
    assert host.truth()["booted_at"] == booted
    assert host.site("W3SVC/1") == "started"
    if method == "scm":
        nothing_was_done(result)


def test_a_reboot_with_shutdown_says_what_a_disabled_iisreset_means(start):
    host = start(IisSpec(iisreset_disabled=True))

    result = host.check("iis_service", state="rebooted", when_iisreset_disabled="use_scm")

    assert result["method_used"] == "shutdown"
    warnings = " ".join(result["warnings"])
    assert "IISReset is disabled on this host; shutdown is used instead" in warnings
    assert "the recovery actions of IISADMIN" in warnings


def test_a_status_that_fails_without_a_code_blocks_nothing(start):
    host = start(IisSpec(switches=Switches(iisreset_status_code=2)))

    result = host.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert result["method_used"] == "iisreset"
    assert host.run("iis_reset_access", state="enabled")["changed"] is False


# -- HTTP SSL ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("iis5", [False, True])
def test_http_ssl_goes_along_with_everything_where_nothing_ties_it_to_iisadmin(start, method, iis5):
    host = start(IisSpec(iis5_mode=iis5, switches=Switches(http_ssl_needs_iisadmin=False)))
    host.run("iis_isolation_mode", mode="worker_process" if iis5 else "iis5")

    result = host.run("iis_service", state="restarted", method=method)

    assert not result.get("failed"), result["msg"]
    assert result["services"]["httpfilter"]["after"] == "started"
    assert host.services("IISADMIN", "HTTPFilter", "W3SVC") == ["Running"] * 3
    assert (host.process("HTTPFilter") == host.process("IISADMIN")) is not iis5, "in the process of the new mode"


def test_http_ssl_that_carries_the_connection_is_left_alone_with_a_warning(start, tls):
    host = start(IisSpec(switches=Switches(http_ssl_needs_iisadmin=False)), wire=WireOptions(tls=tls))
    process = host.process("W3SVC")

    result = host.run("iis_service", state="restarted")

    assert not result.get("failed"), result["msg"]
    assert any("HTTPFilter (HTTP SSL) is not restarted" in words for words in result["warnings"])
    assert host.process("W3SVC") != process


def test_http_ssl_that_is_stopped_stays_so(start):
    host = start(IisSpec(switches=Switches(http_ssl_needs_iisadmin=False)))
    host.run("iis_service", name=["w3svc", "httpfilter"], state="stopped")

    result = host.run("iis_service", state="restarted", method="scm")

    assert "httpfilter" not in result["services"]
    assert ServiceState.STOPPED.value == host.service("HTTPFilter")
