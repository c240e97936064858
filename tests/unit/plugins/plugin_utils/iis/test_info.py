# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_info, as statements about a plain model of a host."""

from __future__ import annotations

import re

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost, ModelSite

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.info import DEFAULT_SUBSETS, gather_info
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.metabase.settings import read_metabase_settings
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.read import read_sites
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault


@pytest.fixture
def host() -> ModelHost:
    return ModelHost()


def test_everything_is_read_and_nothing_changed(host):
    values = gather_info(host.context(), subsets=DEFAULT_SUBSETS).values
    assert list(values) == DEFAULT_SUBSETS
    assert host.changes() == []
    assert values["version"]["iis"] == "6.0"
    assert values["version"]["windows"] == "5.2.3790"
    assert values["services"]["w3svc"]["state"] == "started"
    assert values["isolation_mode"]["restart_pending"] is False
    assert values["metabase"]["edit_while_running"] is False
    assert values["metabase"]["max_history_files"] == 10
    assert values["app_pools"][0] == {"name": "DefaultAppPool", "state": "started", "auto_start": True}
    assert values["connections"] == {"http": 12, "ftp": None, "smtp": None, "nntp": None}
    assert host.operator.warnings == []


def test_no_class_is_read_twice(host):
    gather_info(host.context(), subsets=DEFAULT_SUBSETS)
    classes = [re.search(r"FROM (\w+)|AssocClass=(\w+)|ask (\w+)", line).group(0) for line in host.requests]
    assert len(classes) == len(set(classes))


def test_a_service_that_is_not_installed_is_asked_nothing_and_a_stopped_one_has_no_sessions(host):
    del host.scm["SMTPSVC"]
    host.scm["MSFTPSVC"].state = "Stopped"
    values = gather_info(host.context(), subsets=["sites", "connections"]).values
    assert {site["service"] for site in values["sites"]} <= {"web", "ftp", "nntp"}
    assert values["connections"] == {"http": 12, "ftp": 0, "smtp": None, "nntp": None}
    asked = " ".join(host.requests)
    assert "IIsSmtp" not in asked
    assert "SMTPServer" not in asked
    assert "FTPService" not in asked


def test_a_site_comes_with_its_bindings(host):
    sites = gather_info(host.context(), subsets=["sites"]).values["sites"]
    assert sites[1] == {
        "service": "web",
        "id": 2,
        "name": "Shop",
        "state": "started",
        "auto_start": True,
        "bindings": [
            {"ip": "10.0.0.1", "port": "8080", "host_name": "shop.example", "ssl": False},
            {"ip": "10.0.0.1", "port": "443", "host_name": "", "ssl": True},
        ],
    }


def test_a_subset_that_cannot_be_read_is_null_with_a_warning(host):
    host.when("IIsApplicationPoolSetting", Fault("no", codes=[0x80070094]))
    values = gather_info(host.context(), subsets=["app_pools", "version"]).values
    assert values["app_pools"] is None
    assert values["version"]["iis"] == "6.0"
    assert "ERROR_PATH_BUSY" in host.operator.warnings[0]


def test_a_host_of_which_nothing_can_be_read_is_a_failure(host):
    host.scm.services.clear()
    host.when("FROM IIs", Fault("no such class", codes=[2150858778]), times=99)
    with pytest.raises(IisError, match="IIS isn't installed"):
        gather_info(host.context(), subsets=["version", "sites"])


def test_only_what_is_asked_for_is_read(host):
    assert list(gather_info(host.context(), subsets=["isolation_mode"]).values) == ["isolation_mode"]
    assert len(host.requests) == 3


@pytest.mark.parametrize(
    ("settings", "shown"),
    [((None, None, None), (False, True, 10)), (("0", "1", "-2147483648"), (False, True, 2147483648))],
)
def test_the_settings_of_the_metabase_are_those_that_iis_metabase_settings_shows(host, settings, shown):
    names = ("EnableEditWhileRunning", "EnableHistory", "MaxHistoryFiles")
    host.computer_rows = lambda: [{"Name": "LM", **dict(zip(names, settings, strict=True))}]
    metabase = gather_info(host.context(), subsets=["metabase"]).values["metabase"]
    assert (metabase["edit_while_running"], metabase["history"], metabase["max_history_files"]) == shown
    assert metabase.items() >= read_metabase_settings(host.context()).as_values().items()


def test_a_broken_site_is_shown_and_where_states_count_it_is_left_out_with_a_warning(host):
    host.add(ModelSite("W3SVC/9", name="Broken", state=99))
    sites = gather_info(host.context(), subsets=["sites"]).values["sites"]
    assert {"id": 9, "name": "Broken", "state": None}.items() <= sites[2].items()
    context = host.context()
    assert 9 not in [site.id for site in read_sites(context, "web")]
    assert "W3SVC/9 is left out" in context.operator.warnings[0]
