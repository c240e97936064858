# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_app_pool, as statements about a plain model of a host."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.doors import ensure_app_pool
from unit.plugins.plugin_utils.iis.model_host import STARTED, STOPPED, ModelHost

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown


@pytest.fixture
def host() -> ModelHost:
    return ModelHost()


@pytest.mark.parametrize(
    ("name", "state", "calls"),
    [
        ("DefaultAppPool", "started", []),
        ("DefaultAppPool", "stopped", ["Stop"]),
        ("DefaultAppPool", "recycled", ["Recycle"]),
        ("Shop", "started", ["Start"]),
        ("shop", "stopped", []),
    ],
)
def test_a_pool_is_brought_there_by_one_call_at_most(host, name, state, calls):
    predicted = ensure_app_pool(host.context(check_mode=True), name=name, state=state)
    assert host.changes() == []
    real = ensure_app_pool(host.context(), name=name, state=state)
    assert [line.split()[1] for line in host.changes()] == calls
    assert real == predicted
    assert real.changed == bool(calls)


def test_a_stopped_pool_cannot_be_recycled(host):
    with pytest.raises(IisError, match="only a started pool can be recycled"):
        ensure_app_pool(host.context(), name="Shop", state="recycled")


def test_in_iis_5_isolation_mode_the_reason_is_given(host):
    host.run_in_iis5_mode()
    with pytest.raises(IisError, match=r"IIS 5\.0 isolation mode.*iis_isolation_mode"):
        ensure_app_pool(host.context(), name="Shop", state="started")
    assert host.changes() == []


def test_a_pool_that_is_started_already_takes_one_request(host):
    outcome = ensure_app_pool(host.context(), name="DefaultAppPool", state="started")
    assert not outcome.changed
    assert host.requests == [
        "SELECT Name, AppPoolState, AppPoolAutoStart FROM IIsApplicationPoolSetting "
        "WHERE Name='W3SVC/AppPools/DefaultAppPool'"
    ]


@pytest.mark.parametrize(("name", "state"), [("Shop", "stopped"), ("DefaultAppPool", "recycled")])
def test_a_stopped_pool_is_no_stopped_application_in_iis_5_isolation_mode(host, name, state):
    host.run_in_iis5_mode()
    with pytest.raises(IisError, match=r"IIS 5\.0 isolation mode"):
        ensure_app_pool(host.context(), name=name, state=state)
    assert host.changes() == []


def test_an_unknown_pool_lists_those_that_exist_closest_first(host):
    with pytest.raises(IisError, match="There are: 'Shop', 'DefaultAppPool'"):
        ensure_app_pool(host.context(), name="Shopp", state="started")


def test_a_stopped_service_is_explained_before_trying(host):
    host.scm["W3SVC"].state = "Stopped"
    with pytest.raises(IisError, match="W3SVC isn't running"):
        ensure_app_pool(host.context(), name="Shop", state="started")
    assert host.changes() == []


def test_a_refusal_says_what_the_host_answered(host):
    host.when("invoke Start", Fault("no", codes=[0x80070094]))
    with pytest.raises(IisError, match="ERROR_PATH_BUSY") as caught:
        ensure_app_pool(host.context(), name="Shop", state="started")
    assert caught.value.values["state"] == "stopped"


def test_a_lost_answer_to_a_start_is_settled_by_reading_back(host):
    def start_and_lose(_line):
        host.pools["Shop"] = STARTED
        raise OutcomeUnknown("cut")

    host.when("invoke Start", start_and_lose)
    assert ensure_app_pool(host.context(), name="Shop", state="started").changed


def test_a_lost_answer_to_a_recycle_is_settled_by_the_worker_processes(host):
    host.when("invoke Recycle", OutcomeUnknown("cut"), after=True)
    assert ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled").changed


def test_a_recycle_that_was_lost_with_its_answer_is_a_failure(host):
    host.when("invoke Recycle", OutcomeUnknown("cut"))
    with pytest.raises(IisError, match=r"wasn't recycled: its worker process .* not replaced .*, and no answer came"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")


def test_a_recycling_that_leaves_the_pool_stopped_is_a_failure(host):
    def crash(_line):
        host.pools["DefaultAppPool"] = STOPPED

    host.when("invoke Recycle", crash, after=True)
    with pytest.raises(IisError, match=r"is stopped now, after it was recycled.*event log") as caught:
        ensure_app_pool(host.context(), name="DefaultAppPool", state="recycled")
    assert caught.value.changed
    assert caught.value.values["state"] == "stopped"


def test_a_pool_that_does_not_move_is_a_bounded_failure(host):
    host.when("invoke Stop", lambda _line: None)
    host.pools = NeverMoving({"DefaultAppPool": STARTED})
    with pytest.raises(IisError, match="couldn't be stopped: it is started after 20 s"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped", timeout=20)


def test_everything_ends_at_the_timeout_also_where_a_lost_answer_comes_before(host):
    def lose(_line):
        host.clock.now += 19
        raise OutcomeUnknown("cut")

    host.when("invoke Stop", lose)
    host.pools = NeverMoving({"DefaultAppPool": STARTED})
    with pytest.raises(IisError, match="couldn't be stopped: it is started after 20 s, and no answer came"):
        ensure_app_pool(host.context(), name="DefaultAppPool", state="stopped", timeout=20)
    assert host.clock.now == pytest.approx(1020, abs=0.1)


@pytest.mark.parametrize("name", ["O'Neil", "x' OR Name='W3SVC/AppPools/Shop", "back\\slash\\'", "Größe"])
def test_a_name_is_data(host, name):
    host.pools[name] = STOPPED
    assert ensure_app_pool(host.context(), name=name, state="started").values["name"] == name
    assert host.pools == {"DefaultAppPool": STARTED, "Shop": STOPPED, name: STARTED}


class NeverMoving(dict):
    def __setitem__(self, key, value):
        pass
