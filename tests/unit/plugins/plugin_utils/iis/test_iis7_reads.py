# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of IIS 7 and later without a shell: features, states, counters, worker processes."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.iis7_model import STOPPED, Iis7Host, Pool7

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis7 import counters, states, web_administration
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis7.features import read_features, read_version
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis7.states import State
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.read import read_sites
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.versions import consult
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.workers import WorkersSeen, read_workers
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import MalformedAnswer


@pytest.fixture
def host() -> Iis7Host:
    return Iis7Host(tools=True)


def test_features_are_the_names_of_values_in_one_request(host):
    host.components += ["RequestMonitor", "Metabase"]
    features = read_features(host.context())
    assert (features.scripting_tools, features.metabase, features.wmi_compatibility, features.request_monitor) == (
        True,
        True,
        False,
        True,
    )
    assert len(host.requests) == 1


@pytest.mark.parametrize(
    ("text", "version"),
    [("Version 10.0", (10, 0)), ("Version 7.5", (7, 5)), ("Version", None), (None, None)],
)
def test_the_version_is_that_of_setup(host, text, version):
    host.version = text
    assert read_version(host.context()) == version


@pytest.mark.parametrize("number", [None, 5, -1])
def test_a_state_that_is_not_documented_is_unknown(number):
    assert states.by_number(number) is State.UNKNOWN


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Started", State.STARTED),
        ("Stopping", State.STOPPING),
        ("Unknown", State.UNKNOWN),
        ("Undefined value", State.UNKNOWN),
        ("Gestartet", State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
)
def test_a_word_that_is_not_appcmds_is_unknown(word, state):
    assert states.by_word(word) is state


@pytest.mark.parametrize("number", [None, 0, 1, 2, 4, 6, 7])
def test_a_counter_that_says_neither_running_nor_disabled_says_nothing(number):
    assert states.by_counter(number) is State.UNKNOWN


def test_the_state_of_a_pool_is_a_counter_where_there_is_one(host):
    assert counters.read_pool_state(host.context(), "shop") is State.STOPPED
    assert counters.read_pool_state(host.context(), "DefaultAppPool") is State.STARTED
    assert counters.read_pool_state(host.context(), "gone") is State.UNKNOWN
    host.counters = False
    assert counters.read_pool_state(host.context(), "shop") is State.UNKNOWN


def test_worker_processes_belong_to_the_pool_of_their_command_line(host):
    host.pools["a -v b"] = Pool7("A -v B", workers=[1, 2])
    seen = read_workers(host.context())
    assert seen == WorkersSeen({"DefaultAppPool": frozenset({4711}), "A -v B": frozenset({1, 2})})
    assert (seen.of("a -V b"), seen.of("gone")) == ({1, 2}, frozenset())


def test_worker_processes_that_hide_their_command_line_are_of_no_pool(host, monkeypatch):
    rows = [{"Name": "w3wp.exe", "ProcessId": "4711", "CommandLine": None}]
    monkeypatch.setattr(host, "process_rows", lambda: rows)
    assert read_workers(host.context()) == WorkersSeen({}, frozenset({4711}))


def test_a_worker_process_without_an_id_is_no_answer(host, monkeypatch):
    monkeypatch.setattr(host, "process_rows", lambda: [{"Name": "w3wp.exe", "ProcessId": None, "CommandLine": None}])
    with pytest.raises(MalformedAnswer, match="has no id"):
        read_workers(host.context())


def test_states_are_asked_for_and_ftp_is_a_protocol_of_a_site(host):
    host.sites[2].bindings = "ftp/*:21:"
    host.sites[2].ftp_state = STOPPED
    context, path = host.context(), web_administration.site_path("Shop")
    assert web_administration.read_state(context, path) is State.UNKNOWN
    assert web_administration.read_state(context, path, web_administration.FTP) is State.STOPPED
    web_administration.call(context, path, web_administration.Method.START, web_administration.FTP)
    assert web_administration.read_state(context, path, web_administration.FTP) is State.STARTED


def test_every_column_is_named_for_some_hold_passwords(host):
    context = host.context()
    read_sites(context, "web", "ftp")
    consult(context, lambda server: server.pools.read_all(context))
    assert [
        line.partition(" FROM ")[0] for line in host.requests if " FROM Site" in line or "ApplicationPool" in line
    ] == [
        "SELECT Name, Id, ServerAutoStart, Bindings",
        "SELECT Name, Id, FtpServer, Bindings",
        "SELECT Name, AutoStart",
    ]
