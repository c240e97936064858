# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_app_pool on IIS 7 and later, by both ways, as statements about a plain model of a host."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.doors import ensure_app_pool, ensure_site
from unit.plugins.plugin_utils.iis.iis7_model import STARTED, STOPPED, UNKNOWN, Iis7Host, Pool7
from unit.plugins.plugin_utils.iis.model_host import ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.versions import consult
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown


@pytest.fixture(params=[True, False], ids=["wmi", "appcmd"])
def host(request) -> Iis7Host:
    return Iis7Host(tools=request.param)


@pytest.mark.parametrize(
    ("name", "options", "state", "flag"),
    [
        ("defaultapppool", {"state": "stopped"}, STOPPED, False),
        ("DefaultAppPool", {"state": "stopped", "lasting": False}, STOPPED, True),
        ("Shop", {"state": "started"}, STARTED, True),
        ("Shop", {"state": "started", "lasting": False}, STARTED, False),
    ],
)
def test_a_state_lasts_unless_it_is_asked_not_to(host, name, options, state, flag):
    before = host.pools[name.lower()].state
    predicted = ensure_app_pool(host.context(check_mode=True), name=name, **options)
    assert host.pools[name.lower()].state == before
    outcome = ensure_app_pool(host.context(), name=name, **options)
    assert outcome == predicted
    assert outcome.changed
    pool = host.pools[name.lower()]
    assert (pool.state, pool.auto_start) == (state, flag)
    assert outcome.values["auto_start"] is flag
    assert not ensure_app_pool(host.context(), name=name, **options).changed


def test_a_pool_that_is_stopped_for_the_moment_is_stopped_for_good(host):
    host.pools["defaultapppool"].state = STOPPED
    outcome = ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped")
    assert outcome.changed
    assert outcome.after == {"DefaultAppPool": {"state": "stopped", "auto_start": False}}
    assert host.pools["defaultapppool"].auto_start is False


def test_what_a_task_asks_that_finds_nothing_to_do():
    wmi, bare = Iis7Host(tools=True), Iis7Host()
    assert not ensure_app_pool(wmi.context(), name="DefaultAppPool", state="started").changed
    assert (len(wmi.requests), wmi.commands) == (4, [])
    assert not ensure_app_pool(bare.context(), name="DefaultAppPool", state="started").changed
    assert (len(bare.requests), len(bare.commands)) == (6, 1)


def test_a_recycling_is_proven_by_a_new_worker_process(host):
    outcome = ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")
    assert outcome.changed
    assert host.pools["defaultapppool"].workers != [4711]
    assert host.pools["defaultapppool"].auto_start


def test_a_recycling_that_replaces_nothing_is_a_failure(host):
    host.when("invoke Recycle|run appcmd recycle", lambda _line: setattr(host, "worker", lambda: 4711))
    with pytest.raises(IisError, match=r"worker process \(4711\) was not replaced"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")


def test_a_pool_without_a_worker_process_is_recycled_all_the_same(host):
    host.pools["defaultapppool"].workers = []
    assert ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled").changed


def test_worker_processes_that_cannot_be_told_apart_prove_nothing_so_nothing_is_done(host, monkeypatch):
    monkeypatch.setattr(host, "process_rows", lambda: [{"Name": "w3wp.exe", "ProcessId": "1", "CommandLine": None}])
    with pytest.raises(IisError, match="nothing could prove"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")
    assert not [line for line in host.requests if "ecycle" in line]


def test_a_stopped_pool_cannot_be_recycled(host):
    with pytest.raises(IisError, match="only a started pool can be recycled"):
        ensure_app_pool(host.context(), name="Shop", state="recycled")


def test_a_pool_that_is_still_ending_is_started_when_it_can_be(host):
    host.pools["shop"].fails = 0x80070425
    host.when(r"invoke Start|run appcmd start", lambda _line: host.clock.sleep(1), times=2, after=True)
    began = host.clock.now

    def end(_line):
        if host.clock.now > began + 3:
            host.pools["shop"].fails = 0

    host.when(r"invoke Start|run appcmd start", end, times=9)
    assert ensure_app_pool(host.context(), name="Shop", state="started").changed
    assert host.pools["shop"].state == STARTED


def test_a_pool_in_no_known_state_is_never_taken_for_stopped(host):
    host.scm["W3SVC"].state = "Stopped"
    with pytest.raises(IisError, match=r"has no state that is known: the service W3SVC isn't running"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped")
    host.scm["W3SVC"].state = "Running"
    host.follow_services()
    host.pools["shop"].state = UNKNOWN
    with pytest.raises(IisError, match="token may not be elevated"):
        ensure_app_pool(host.context(), name="Shop", state="stopped")


def test_a_lost_answer_to_a_stop_is_settled_by_reading(host):
    host.when(r"invoke Stop|run appcmd stop", OutcomeUnknown("cut"), after=True)
    assert ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped").changed


def test_a_lost_answer_to_a_recycle_is_settled_by_the_worker_processes(host):
    host.when(r"invoke Recycle|run appcmd recycle", OutcomeUnknown("cut"), after=True)
    assert ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled").changed


def test_a_recycle_that_was_lost_with_its_answer_is_a_failure(host):
    host.when(r"invoke Recycle|run appcmd recycle", OutcomeUnknown("cut"))
    with pytest.raises(IisError, match=r"worker process \(4711\) was not replaced .*, and no answer came"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")


def test_a_pool_that_iis_stops_after_its_recycling_is_a_failure(host):
    def crash(_line):
        host.pools["defaultapppool"].workers, host.pools["defaultapppool"].state = [], STOPPED

    host.when("invoke Recycle|run appcmd recycle", crash, after=True)
    with pytest.raises(IisError, match="is stopped now, after it was recycled") as caught:
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")
    assert caught.value.changed


def test_a_setting_that_does_not_hold_is_a_failure(host):
    host.when(r"put_property", Fault("no", codes=[2150858771]))
    host.when(r"run appcmd set", lambda _line: None)
    host.write = lambda *_arguments: None
    host.act = lambda *_arguments: True
    host.pools["defaultapppool"].state = STOPPED
    with pytest.raises(IisError, match="a restart won't keep that: Couldn't set autoStart"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped")


def test_a_pool_that_is_not_there_names_those_that_are(host):
    with pytest.raises(IisError, match="There are: 'Shop', 'DefaultAppPool'"):
        ensure_app_pool(host.context(), name="Shopp", state="started")


def test_all_pools_are_read_with_their_flags(host):
    host.pools["a & b"] = Pool7("A & B", UNKNOWN)
    pools = consult(host.context(), lambda server: server.pools.read_all(host.context()))
    assert [(pool.name, pool.state.word, pool.auto_start) for pool in pools] == [
        ("DefaultAppPool", "started", True),
        ("Shop", "stopped", False),
        ("A & B", "unknown", True),
    ]


# -- IIS 6 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lasting", [None, False, True])
def test_on_iis_6_the_setting_is_written_only_when_it_is_asked_for(lasting):
    host = ModelHost()
    assert ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped", lasting=lasting).changed
    assert host.manual_pools == ({"DefaultAppPool"} if lasting else set())
    assert ("put_property" in " ".join(host.requests)) is bool(lasting)
    assert not ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped", lasting=lasting).changed


@pytest.mark.parametrize("lasting", [None, False, True])
def test_on_iis_6_a_site_that_is_stopped_for_the_moment_starts_with_its_service(lasting):
    host = ModelHost()
    outcome = ensure_site(host.context(), id=1, state="stopped", lasting=lasting)
    assert outcome.changed
    assert outcome.values["auto_start"] is (lasting is False)
    assert host.sites["W3SVC/1"].auto_start is (lasting is False)
    assert not ensure_site(host.context(), id=1, state="stopped", lasting=lasting).changed
