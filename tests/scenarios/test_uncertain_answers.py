# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where no public source says what IIS answers, the modules work with every answer that it may give.

Each test goes through the same day of work; what differs is the host.
"""

from __future__ import annotations

import itertools

import pytest

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.switches import CurrentMode, Switches
from simulator.wire.profile import Continuation, ProviderFault, WireOptions


def host_of(start, wire=None, profile="winrm2.0", **switches):
    spec = IisSpec(
        services=(Kind.WEB, Kind.FTP),
        sites=[
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
            SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
        ],
        switches=Switches(**switches),
    )
    return start(spec, wire=wire or WireOptions(), profile=profile)


def reach(host, module, **options):
    """Run a module, and again: the first run changes something, the second finds it done."""
    first, second = host.run(module, **options), host.run(module, **options)
    assert not first.get("failed"), first["msg"]
    assert first["changed"], first
    assert second["changed"] is False, second
    return first


def a_day_with_sites(host):
    for service, key in (("web", "W3SVC/1"), ("ftp", "MSFTPSVC/1")):
        for state in ("paused", "stopped", "started", "stopped", "started", "paused", "started"):
            reach(host, "iis_site", service=service, id=1, state=state)
            assert host.site(key) == state
        assert host.run("iis_site", service=service, id=1, state="restarted")["changed"]
        reach(host, "iis_site", service=service, id=1, auto_start=False)
        assert host.in_memory(f"/LM/{key}", "ServerAutoStart") is False
        assert host.run("iis_site", service=service, id=1, state="paused")["changed"]
        assert host.run("iis_site", service=service, id=1, state="restarted")["changed"]
        assert host.site(key) == "started"


def a_day_with_modes(host):
    for mode in ("iis5", "worker_process"):
        bandwidth = host.in_memory("/LM", "MaxBandwidth")
        changed = host.run("iis_isolation_mode", mode=mode)
        assert changed["restart_pending"], changed
        assert host.run("iis_isolation_mode", mode=mode)["changed"], "the restart is still to come"
        assert not host.run("iis_service", name=["w3svc", "httpfilter"], state="restarted").get("failed")
        assert host.modes == (mode, mode)
        assert host.run("iis_isolation_mode", mode=mode)["changed"] is False
        assert host.in_memory("/LM", "MaxBandwidth") == bandwidth


SITE_SWITCHES = {
    "methods return at once": {"methods_return_at_once": True},
    "methods return at once, and take long": {"methods_return_at_once": True, "site_seconds": 8.0},
    "states change at once": {"site_seconds": 0.0},
    "a paused site can be stopped": {"stop_of_paused_refused": False},
    "a paused site can't be stopped": {"stop_of_paused_refused": True},
    "a wrong state is 0x80070426": {"wrong_state_code": 1062},
    "a wrong state is 0x8007041D": {"wrong_state_code": 1053},
    "everything different": {
        "methods_return_at_once": True, "stop_of_paused_refused": False, "wrong_state_code": 1062,
        "service_stopped_code": 1061, "ftp_conflict_code": 32,
    },
}  # fmt: skip


@pytest.mark.parametrize("switches", SITE_SWITCHES.values(), ids=SITE_SWITCHES)
def test_sites_reach_their_states(start, switches):
    a_day_with_sites(host_of(start, **switches))


@pytest.mark.parametrize("fragments", [True, False])
def test_the_isolation_mode_is_written_whatever_a_put_does(start, fragments):
    host = host_of(start, fragment_put=fragments)

    a_day_with_modes(host)


@pytest.mark.parametrize("fragments", [True, False])
def test_auto_start_is_written_without_touching_anything_else(start, fragments):
    host = host_of(start, fragment_put=fragments)
    names = ("ServerComment", "AppPoolId", "ServerBindings")
    before = [host.in_memory("/LM/W3SVC/1", name) for name in names]

    for auto_start in (False, True):
        reach(host, "iis_site", id=1, auto_start=auto_start)
        assert host.in_memory("/LM/W3SVC/1", "ServerAutoStart") is auto_start

    assert [host.in_memory("/LM/W3SVC/1", name) for name in names] == before
    assert host.site("W3SVC/1") == "started"


@pytest.mark.parametrize("answer", CurrentMode)
def test_a_stopped_web_service_has_no_running_mode_whatever_is_answered(start, answer):
    host = host_of(start, current_mode_when_stopped=answer)
    host.run("iis_service", name=["httpfilter"], state="stopped")
    assert host.services("W3SVC", "HTTPFilter") == ["Stopped", "Stopped"]

    changed = host.run("iis_isolation_mode", mode="iis5")
    again = host.run("iis_isolation_mode", mode="iis5")

    assert (changed["changed"], changed["running_mode"], changed["restart_pending"]) == (True, None, False)
    assert "It takes effect when W3SVC, which is stopped, starts." in changed["msg"]
    assert again["changed"] is False
    host.run("iis_service", name=["w3svc"], state="started")
    assert host.modes == ("iis5", "iis5")
    assert host.run("iis_isolation_mode", mode="iis5")["changed"] is False


@pytest.mark.parametrize("code", [1053, 1061, 1062, 1722])
def test_pools_are_refused_in_iis5_mode_with_the_reason(start, code):
    host = host_of(start, pools_unavailable_code=code)
    reach(host, "iis_app_pool", name="DefaultAppPool", state="stopped")
    reach(host, "iis_app_pool", name="defaultapppool", state="started")
    assert host.run("iis_app_pool", name="DefaultAppPool", state="recycled")["changed"]
    host.run("iis_isolation_mode", mode="iis5")
    host.run("iis_service", state="restarted")

    for state in ("started", "stopped", "recycled"):
        result = host.run("iis_app_pool", name="DefaultAppPool", state=state)
        assert result["failed"]
        assert "IIS 5.0 isolation mode" in result["msg"]


@pytest.mark.parametrize("returned", [True, False])
@pytest.mark.parametrize("cause", ["metabase_lock", "fill_disk"])
def test_a_save_that_fails_is_a_failure_whether_the_call_says_so_or_only_the_event_log(start, cause, returned):
    host = host_of(start, save_returns_file_errors=returned)
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=77)
    host.act(cause)

    result = host.run("iis_metabase_save", timeout=5)

    assert result["failed"]
    assert "51228" in result["msg"]
    assert host.on_disk("/LM", "MaxBandwidth") != "77"
    assert host.in_memory("/LM", "MaxBandwidth") == 77


WIRES = list(itertools.product(ProviderFault, Continuation))


@pytest.mark.parametrize(("fault", "continuation"), WIRES, ids=lambda value: value.value)
@pytest.mark.parametrize("profile", ["winrm1.1", "winrm2.0"])
def test_every_shape_of_answers(start, profile, fault, continuation):
    wire = WireOptions(provider_fault=fault, continuation=continuation)
    host = host_of(start, wire, profile, fragment_put=False)

    reach(host, "iis_site", name="Default Web Site", state="stopped")
    assert host.run("iis_site", id=1, state="paused")["failed"]
    reach(host, "iis_site", id=1, state="started")
    reach(host, "iis_site", id=1, auto_start=False)
    assert host.run("iis_service", state="restarted")["changed"]
    assert host.run("iis_isolation_mode", mode="iis5")["restart_pending"]
    assert host.run("iis_metabase_save")["changed"]
    assert host.iis["metabase"]["memory_equals_disk"]
