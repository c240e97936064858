# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which IIS a host has, what finding out costs, and that every wing goes by what that IIS has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.plugins.plugin_utils.iis.doors import ensure_app_pool, ensure_site
from unit.plugins.plugin_utils.iis.model_host import ModelHost
from unit.plugins.plugin_utils.iis.newer_model import NO_PAUSE, NewerHost, newer
from unit.plugins.plugin_utils.iis.services.doing import asked, draining

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis import versions
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.info import gather_info
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.isolation.ensure import ensure_isolation_mode
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.keeping.ensure import (
    ensure_metabase_settings,
    ensure_saved,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.sites import SiteState
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.server import Missing, OnlyCompatible
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import ensure_service
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.services import CORE_SERVICES
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, MethodResult

__all__ = ["newer"]

ASKED_WHICH = "ask GetDWORDValue None"


def every_module(context):
    """What each module asks that finds nothing to do."""
    ensure_site(context, name="Default Web Site", state="started")
    ensure_app_pool(context, name="DefaultAppPool", state="started")
    ensure_isolation_mode(context, mode="worker_process")
    ensure_service(context, asked(state="started"))
    ensure_service(context, asked(name=("w3svc",), state="started"))


def of_today(monkeypatch):
    """What a host with IIS 6 is asked by a collection that knows no other."""
    with monkeypatch.context() as undone:
        undone.setattr(versions, "DIALECTS", versions.DIALECTS[:1])
        host = ModelHost()
        every_module(host.context())
    return host.requests


def test_a_host_with_iis_6_is_asked_as_much_as_if_there_were_no_other(newer, monkeypatch):
    host = ModelHost()
    every_module(host.context())
    assert len(host.requests) == len(of_today(monkeypatch))
    assert ASKED_WHICH not in host.requests
    assert newer == []


def test_what_tells_one_iis_from_another_is_asked_along_with_what_is_asked_anyway():
    assert set(versions.roots()) <= set(CORE_SERVICES)


def test_with_one_iis_to_choose_from_nobody_asks_which(monkeypatch):
    monkeypatch.setattr(versions, "DIALECTS", versions.DIALECTS[:1])
    host = NewerHost()
    with pytest.raises(IisError, match=r"^Couldn't read the Web sites: .*This host runs IIS 7 or later, if any"):
        ensure_site(host.context(), id=3, state="started")
    assert ASKED_WHICH not in host.requests


def test_a_missing_namespace_is_asked_for_once_then_the_iis_that_is_there(newer):
    host = NewerHost()
    context = host.context()
    outcome = ensure_site(context, name="Shop", state="started")
    assert (outcome.changed, outcome.values["state"]) == (False, "started")
    assert host.requests[1:] == [ASKED_WHICH, "look"]
    ensure_app_pool(context, name="Shop", state="started")
    assert host.requests[3:] == []
    assert len(newer) == 1


@pytest.mark.parametrize("version", [None, 5, 6])
def test_a_registry_that_says_nothing_leaves_the_oldest_iis_to_explain_itself(newer, version):
    host = NewerHost(version=version)
    with pytest.raises(IisError, match="Couldn't read the Web sites: the host answered WBEM_E_INVALID_NAMESPACE"):
        ensure_site(host.context(), id=3, state="started")
    assert host.requests.count(ASKED_WHICH) == 1


def test_a_registry_that_may_not_be_read_is_why_the_iis_that_is_there_was_not_found(newer):
    host = NewerHost()
    host.when("GetDWORDValue", Fault("denied", codes=[0x80041003]))
    with pytest.raises(IisError, match=r"Couldn't read the Web sites: .*WBEM_E_INVALID_NAMESPACE") as failure:
        ensure_site(host.context(), id=3, state="started")
    assert "Whether it has a later IIS isn't known: its registry can't be read" in failure.value.message
    assert "Administrators" in failure.value.message


def test_named_services_need_no_iis_at_all(newer):
    host = NewerHost()
    ensure_service(host.context(), asked(name=("w3svc",), state="started"))
    assert len(host.requests) == 1
    assert newer == []


def test_all_is_what_hangs_on_each_root_that_is_there(newer):
    host = NewerHost()
    outcome = ensure_service(host.context(), asked(state="restarted"))
    assert set(outcome.values["services"]) == {"was", "w3svc", "nettcpactivator", "iisadmin", "smtpsvc"}
    assert ASKED_WHICH not in host.requests
    assert len(newer) == 1


def test_all_is_restarted_by_the_scm_where_that_is_the_default_and_what_ran_runs_again(newer):
    host = NewerHost()
    before = host.scm.running()
    outcome = ensure_service(host.context(), asked(state="restarted"))
    assert outcome.values["method_used"] == "scm"
    assert host.scm.running() == before
    assert host.commands == []
    assert "nettcpactivator" not in host.scm.running()


def test_a_host_without_any_root_is_told_so_by_the_oldest_iis(newer):
    host = NewerHost()
    for name in ("WAS", "IISADMIN"):
        del host.scm[name]
    with pytest.raises(IisError, match="IIS isn't installed on this host: there is no IISADMIN service"):
        ensure_service(host.context(), asked(state="started"))


def test_a_restart_saves_nothing_where_nothing_is_in_memory_and_sees_the_sites_again(newer):
    host = NewerHost()
    outcome = ensure_service(host.context(), asked(state="restarted"))
    assert outcome.values["save"]["changed"] is False
    assert outcome.values["sites"] == {"W3SVC/3": {"name": "Shop", "before": "started", "after": "started"}}
    assert set(outcome.before) == {"services"}


def test_a_drain_without_pauses_waits_for_the_clients_all_the_same(newer):
    host = NewerHost(sessions={"http": [5, 5, 0]})
    outcome = ensure_service(host.context(), asked(state="restarted", drain=draining(60)))
    assert outcome.values["sessions_cut"] == {"http": 0, "ftp": 0, "smtp": 0, "nntp": 0}
    assert not [line for line in host.requests if line.startswith("give")]


@pytest.mark.parametrize("state", [SiteState.STARTED, SiteState.STOPPED])
def test_a_pause_is_refused_by_the_sentence_of_that_iis(newer, state):
    host = NewerHost(shop=state)
    with pytest.raises(IisError) as failure:
        ensure_site(host.context(), id=3, state="paused")
    assert failure.value.message == f"The Web site W3SVC/3 can't be paused: {NO_PAUSE}"
    assert not [line for line in host.requests if line.startswith("give")]


def test_a_state_that_is_not_known_yet_is_waited_for_and_not_taken_for_stopped(newer):
    host = NewerHost(late=3)
    outcome = ensure_site(host.context(), id=3, state="started")
    assert (outcome.changed, outcome.values["state"]) == (False, "started")
    assert "give Start" not in host.requests


def test_a_state_that_stays_unknown_is_a_failure_and_nothing_is_done(newer):
    host = NewerHost(late=10_000)
    with pytest.raises(IisError, match=r"The state of the Web site W3SVC/3 can't be read: nobody knows\."):
        ensure_site(host.context(), id=3, state="stopped")
    assert not [line for line in host.requests if line.startswith("give")]


def test_sites_and_pools_take_orders_from_the_store_of_that_iis(newer):
    host = NewerHost()
    outcome = ensure_site(host.context(), id=3, state="restarted")
    assert (outcome.changed, outcome.values["auto_start"]) == (True, True)
    outcome = ensure_app_pool(host.context(), name="Shop", state="recycled")
    assert outcome.changed
    assert [line for line in host.requests if line.startswith("give")] == ["give Stop", "give Start", "give Recycle"]


def test_a_kind_of_sites_that_it_lacks_is_named(newer):
    with pytest.raises(IisError, match=r"^IIS 10.0 has no sites of the kind 'nntp'\.$"):
        ensure_site(NewerHost().context(), service="nntp", id=1, state="started")


def test_a_save_finds_nothing_to_save(newer):
    host = NewerHost()
    for name in ("IISADMIN", "SMTPSVC"):
        del host.scm[name]
    outcome = ensure_saved(host.context(), timeout=30, backup=None)
    assert (outcome.changed, outcome.values["msg"]) == (False, "There is nothing to save.")


def test_what_it_lacks_is_refused_by_its_own_sentences(newer):
    with pytest.raises(IisError, match=r"^This IIS has no isolation modes\.$"):
        ensure_isolation_mode(NewerHost().context(), mode="iis5")
    with pytest.raises(IisError, match=r"^This IIS has no metabase\.$"):
        ensure_metabase_settings(NewerHost().context(), edit_while_running=True, history=None, max_history_files=None)


def test_info_reads_that_iis(newer):
    host = NewerHost()
    values = gather_info(host.context(), subsets=["version", "services", "sites", "app_pools", "connections"]).values
    assert values["version"]["iis"] == "10.0"
    assert {"was", "w3svc", "nettcpactivator", "smtpsvc"} <= set(values["services"])
    assert [(site["name"], site["state"]) for site in values["sites"]] == [("Shop", "started")]
    assert [pool["name"] for pool in values["app_pools"]] == ["Shop"]
    assert values["connections"] == {"http": 12, "ftp": None, "smtp": None, "nntp": None}


# -- a later Windows with the classes of the oldest IIS --------------------------------------------------------------


class Compatible(NewerHost):
    """That IIS, on a host that has the classes of the oldest as well."""

    def iis_rows(self, class_name):
        return ModelHost.iis_rows(self, class_name)


def later(host):
    """A context that has heard from the host that its Windows is a later one."""
    return replace(host.context(), is_later=lambda: True)


def test_classes_for_compatibility_are_not_taken_for_the_iis_that_is_there(newer):
    host = Compatible()
    context = later(host)
    assert ensure_site(context, name="Shop", state="started").values["id"] == 3
    assert host.requests[1:] == [ASKED_WHICH, "look"]
    ensure_app_pool(context, name="Shop", state="started")
    assert host.requests[3:] == []
    with pytest.raises(IisError, match=r"^This IIS has no isolation modes\.$"):
        ensure_isolation_mode(context, mode="iis5")


def test_what_is_not_found_by_them_may_be_there_all_the_same(newer):
    host = Compatible()
    with pytest.raises(IisError, match=r"no application pool named 'Nowhere' on this host. There are: 'Shop'\."):
        ensure_app_pool(later(host), name="Nowhere", state="started")


def test_settings_of_a_metabase_for_compatibility_are_not_written(newer):
    host = Compatible()
    with pytest.raises(IisError, match=r"^This IIS has no metabase\.$"):
        ensure_metabase_settings(later(host), edit_while_running=True, history=None, max_history_files=None)
    assert host.changes() == []


def test_a_hint_that_is_wrong_costs_two_requests_and_changes_nothing_else():
    plain, hinted = ModelHost(), ModelHost()
    ensure_site(plain.context(), name="Default Web Site", state="started")
    hinted.registry = lambda _method, _arguments: MethodResult(0, Instance({"uValue": "6"}))
    context = later(hinted)
    ensure_site(context, name="Default Web Site", state="started")
    assert len(hinted.requests) == len(plain.requests) + 2
    assert hinted.requests[1] == ASKED_WHICH
    ensure_app_pool(context, name="DefaultAppPool", state="started")
    assert hinted.requests.count(ASKED_WHICH) == 1


def test_what_is_missing_of_the_iis_that_was_found_has_explained_itself():
    asked = []

    def ask(server):
        asked.append(server.name)
        kind = OnlyCompatible if len(asked) == 1 else Missing
        raise kind(lambda: explained.append(server.name) or f"{server.name} has no sites.")

    explained = []
    with pytest.raises(Missing):
        versions.consult(NewerHost(version=6).context(), ask)
    assert asked == ["IIS 6.0", "IIS 6.0"]
    assert explained == ["IIS 6.0"]
