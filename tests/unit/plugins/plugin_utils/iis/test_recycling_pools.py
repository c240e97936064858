# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_app_pool with ``names``: several pools recycled, each proven, on IIS 6 and on IIS 7 by both ways."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.doors import ensure_app_pool, recycle_app_pools
from unit.plugins.plugin_utils.iis.iis7_model import STOPPED, UNKNOWN, Iis7Host, Pool7
from unit.plugins.plugin_utils.iis.model_host import ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown


@pytest.fixture(params=[True, False], ids=["wmi", "appcmd"])
def host(request) -> Iis7Host:
    host = Iis7Host(tools=request.param)
    host.pools["intranet"] = Pool7("Intranet", workers=[10, 11])
    host.pools["idle"] = Pool7("Idle", workers=[])
    return host


def orders(host):
    """Which pools were told to recycle."""
    names = ("Shop", "DefaultAppPool", "Intranet", "Idle")
    return [name for line in host.requests if "ecycle" in line for name in names if name in line]


def test_all_are_those_that_run_and_only_those_with_a_worker_process_are_told(host):
    predicted = recycle_app_pools(host.context(check_mode=True), "all")
    assert orders(host) == []
    outcome = recycle_app_pools(host.context(), "all")
    assert sorted(orders(host)) == ["DefaultAppPool", "Intranet"]
    assert (outcome.changed, outcome.before, outcome.after) == (True, predicted.before, predicted.after)
    recycled = {pool["name"]: pool for pool in outcome.values["recycled"]}
    assert set(recycled) == {"DefaultAppPool", "Intranet", "Idle"}
    assert recycled["Intranet"]["processes_before"] == [10, 11]
    assert recycled["Idle"] == {"name": "Idle", "processes_before": [], "processes_after": []}
    for pool in recycled.values():
        assert not set(pool["processes_before"]) & set(pool["processes_after"])
    assert "session state that is kept in a worker process is lost" in predicted.cost


def test_named_pools_are_found_whatever_their_case_and_once(host):
    outcome = recycle_app_pools(host.context(), "INTRANET", "intranet")
    assert orders(host) == ["Intranet"]
    assert [pool["name"] for pool in outcome.values["recycled"]] == ["Intranet"]


def test_where_no_pool_has_a_worker_process_nothing_changes(host):
    for pool in host.pools.values():
        pool.workers = []
    outcome = recycle_app_pools(host.context(), "all")
    assert (outcome.changed, orders(host)) == (False, [])
    assert not recycle_app_pools(host.context(check_mode=True), "all").cost


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Shop", "Intranet"], r"'Shop' is stopped, and only a started pool.*Nothing was recycled"),
        (["Intranet", "Intarnet"], r"no application pool named 'Intarnet'.*There are: 'Intranet'"),
        ([], "A name is empty"),
        (["Intranet", ""], "A name is empty"),
        (["all", "Intranet"], "'all' already is every"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_is_recycled(host, names, words):
    with pytest.raises(IisError, match=words):
        recycle_app_pools(host.context(), *names)
    assert orders(host) == []


def test_a_pool_in_no_known_state_is_not_left_out_silently(host):
    host.pools["shop"].state = UNKNOWN
    with pytest.raises(IisError, match="'Shop' has no state that is known"):
        recycle_app_pools(host.context(), "all")
    assert orders(host) == []


def test_without_w3svc_the_reason_is_given(host):
    host.scm["W3SVC"].state = "Stopped"
    host.follow_services()
    with pytest.raises(IisError, match="can't be recycled: the service W3SVC isn't running"):
        recycle_app_pools(host.context(), "all", timeout=5)
    assert orders(host) == []


def test_one_that_keeps_its_worker_process_fails_the_task_and_keeps_no_other_from_it(host):
    def keep(_line):
        host.pools["intranet"].workers = [10, 11]

    host.when("(invoke Recycle|run appcmd recycle).*Intranet", keep, after=True)
    with pytest.raises(IisError, match=r"'Intranet': its worker process \(10, 11\) was not replaced") as failure:
        recycle_app_pools(host.context(), "all", timeout=9)
    assert failure.value.changed
    assert "Recycled: 'DefaultAppPool'." in failure.value.message
    recycled = {pool["name"]: pool["processes_after"] for pool in failure.value.values["recycled"]}
    assert recycled["Intranet"] == [10, 11]
    assert 4711 not in recycled["DefaultAppPool"]


def test_a_refusal_is_that_pools_own(host):
    host.when("(invoke Recycle|run appcmd recycle).*Intranet", Fault("no", codes=[0x80070005]))
    with pytest.raises(IisError, match=r"'Intranet': .*ERROR_ACCESS_DENIED") as failure:
        recycle_app_pools(host.context(), "all")
    assert failure.value.changed
    assert sorted(orders(host)) == ["DefaultAppPool", "Intranet"]


def test_a_lost_answer_is_settled_by_the_worker_processes(host):
    host.when("(invoke Recycle|run appcmd recycle).*Intranet", OutcomeUnknown("cut"), after=True)
    assert recycle_app_pools(host.context(), "all").changed
    host.when("(invoke Recycle|run appcmd recycle).*Intranet", OutcomeUnknown("cut"))
    with pytest.raises(IisError, match=r"'Intranet': its worker process .* was not replaced.*no answer came"):
        recycle_app_pools(host.context(), "Intranet", timeout=5)


def test_a_pool_that_iis_stops_because_its_new_worker_process_fails_is_a_failure(host):
    def crash(_line):
        host.pools["intranet"].workers, host.pools["intranet"].state = [], STOPPED

    host.when("(invoke Recycle|run appcmd recycle).*Intranet", crash, after=True)
    with pytest.raises(IisError, match="'Intranet': it is stopped now"):
        recycle_app_pools(host.context(), "Intranet")


# -- worker processes that show no command line ----------------------------------------------------------------------


def hide(host, monkeypatch, *, when, ids=None):
    """Worker processes show no command line while ``when()``: those of ``ids``, or one beside the others."""
    shown = host.process_rows

    def rows():
        all_rows = shown()
        if not when():
            return all_rows
        if ids is None:
            return [*all_rows, {"Name": "w3wp.exe", "ProcessId": "4444", "CommandLine": None}]
        gone = [{"Name": "w3wp.exe", "ProcessId": str(number), "CommandLine": None} for number in ids]
        return [row for row in all_rows if int(row["ProcessId"]) not in ids] + gone

    monkeypatch.setattr(host, "process_rows", rows)


@pytest.mark.parametrize("ids", [None, (10,), (10, 4711)], ids=["of nobody knows which", "one of them", "of each"])
def test_worker_processes_that_are_ending_and_show_nothing_fail_no_proof(host, monkeypatch, ids):
    began = host.clock.now
    hide(host, monkeypatch, when=lambda: bool(orders(host)) and host.clock.now < began + 50, ids=ids)
    outcome = recycle_app_pools(host.context(), "all")
    recycled = {pool["name"]: pool for pool in outcome.values["recycled"]}
    assert outcome.changed
    assert recycled["Intranet"]["processes_after"]
    assert host.clock.now < began + 10


@pytest.mark.parametrize("one", [True, False], ids=["name", "names"])
def test_an_old_worker_process_that_shows_nothing_any_more_is_still_the_old_one(host, monkeypatch, one):
    host.when("(invoke Recycle|run appcmd recycle).*Intranet", lambda _line: setattr(host, "worker", lambda: 10))
    hide(host, monkeypatch, when=lambda: bool(orders(host)), ids=(10,))
    with pytest.raises(IisError, match=r"its worker process \(10, 11\) was not replaced within") as failure:
        recycle(host, one)
    assert failure.value.changed


def recycle(host, one, name="Intranet", **options):
    """The same with ``name`` and with ``names``."""
    if one:
        return ensure_app_pool(host.context(), name=name, state="recycled", **options)
    return recycle_app_pools(host.context(), name, **options)


@pytest.mark.parametrize("one", [True, False], ids=["name", "names"])
def test_before_the_order_one_that_shows_nothing_is_given_a_moment_to_be_gone(host, monkeypatch, one):
    began = host.clock.now
    hide(host, monkeypatch, when=lambda: host.clock.now < began + 2, ids=(10, 11))
    assert recycle(host, one).changed
    assert orders(host) == ["Intranet"]


@pytest.mark.parametrize("one", [True, False], ids=["name", "names"])
@pytest.mark.parametrize(
    ("ids", "token"), [((10, 11), False), ((10, 11, 4711), True)], ids=["those of one pool", "all of them"]
)
def test_nothing_is_begun_where_a_pools_worker_processes_stay_hidden(host, monkeypatch, one, ids, token):
    hide(host, monkeypatch, when=lambda: True, ids=ids)
    with pytest.raises(IisError, match="nothing could prove") as failure:
        recycle(host, one)
    assert ("token may not be elevated" in failure.value.message) is token
    assert ("(10, 11)" in failure.value.message) is not token
    assert orders(host) == []


def test_one_that_shows_nothing_keeps_no_pool_from_being_recycled_that_shows_its_own(host, monkeypatch):
    hide(host, monkeypatch, when=lambda: True)
    assert recycle_app_pools(host.context(), "Intranet", "DefaultAppPool").changed
    assert sorted(orders(host)) == ["DefaultAppPool", "Intranet"]


@pytest.mark.parametrize("one", [True, False], ids=["name", "names"])
@pytest.mark.parametrize(
    "error", [Fault("no", codes=[0x80041001]), MalformedAnswer("what")], ids=["refused", "garbled"]
)
def test_what_cannot_be_seen_after_the_order_fails_as_a_change(host, monkeypatch, one, error):
    shown = host.process_rows

    def rows():
        if orders(host):
            raise error
        return shown()

    monkeypatch.setattr(host, "process_rows", rows)
    with pytest.raises(IisError, match="can't be seen") as failure:
        recycle(host, one)
    assert failure.value.changed
    assert orders(host) == ["Intranet"]
    if one:
        assert failure.value.values["name"] == "Intranet"
    else:
        assert failure.value.values["recycled"] == [
            {"name": "Intranet", "processes_before": [10, 11], "processes_after": None}
        ]


def test_states_that_cannot_be_read_afterwards_fail_with_what_was_recycled(host, monkeypatch):
    host.when("FROM ApplicationPool|run appcmd list apppool", lambda _line: None, times=9)
    read_all = type(host).process_rows

    def rows():
        if orders(host):
            host.when("FROM ApplicationPool|run appcmd list apppool", MalformedAnswer("what"), times=99)
        return read_all(host)

    monkeypatch.setattr(host, "process_rows", rows)
    with pytest.raises(IisError, match=r"can't be understood.*Recycled: 'Intranet'") as failure:
        recycle_app_pools(host.context(), "Intranet")
    assert failure.value.changed
    assert failure.value.values["recycled"][0]["processes_after"]


# -- IIS 6 -----------------------------------------------------------------------------------------------------------


def test_on_iis_6_pools_are_recycled_and_proven_by_the_same_processes():
    host = ModelHost()
    outcome = recycle_app_pools(host.context(), "all")
    assert outcome.values["recycled"] == [
        {"name": "DefaultAppPool", "processes_before": [9000], "processes_after": [9100]}
    ]
    assert len(host.changes()) == 1


def test_on_iis_6_a_recycling_that_replaces_nothing_is_a_failure():
    host = ModelHost()
    host.when("invoke Recycle", lambda _line: setattr(host, "recycled", 0), after=True)
    with pytest.raises(IisError, match=r"worker process \(9000\) was not replaced within 20 s"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled", timeout=20)


def test_in_iis_5_isolation_mode_there_are_no_pools_to_recycle():
    host = ModelHost()
    host.run_in_iis5_mode()
    with pytest.raises(IisError, match=r"can't be recycled: IIS runs in IIS 5\.0 isolation mode.*iis_isolation_mode"):
        recycle_app_pools(host.context(), "all")
    assert host.changes() == []
