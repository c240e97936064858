# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_service, and what else goes by services, on IIS 7 and later."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.iis7_model import STARTED, STOPPED, Iis7Host
from unit.plugins.plugin_utils.iis.services.doing import asked, draining

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.info import DEFAULT_SUBSETS, gather_info
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.isolation.ensure import ensure_isolation_mode
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.keeping.ensure import (
    ensure_metabase_settings,
    ensure_saved,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import ensure_service
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult


@pytest.fixture(params=[True, False], ids=["wmi", "appcmd"])
def host(request) -> Iis7Host:
    return Iis7Host(tools=request.param)


def test_everything_is_restarted_by_the_scm_and_exactly_what_ran_runs_again(host):
    host.scm["NetPipeActivator"].state = "Stopped"
    before = host.scm.running()
    outcome = ensure_service(host.context(), asked(state="restarted"))
    assert outcome.values["method_used"] == "scm"
    assert {"was", "w3svc", "nettcpactivator"} <= set(outcome.values["services"])
    assert host.scm.running() == before
    assert not [line for line in host.commands if line.startswith("iisreset")]
    assert {name for verb, name in host.scm.log if verb == "StopService"} == {"W3SVC", "NetTcpActivator", "WAS"}


def test_sites_that_ran_run_again_and_their_flags_are_as_before(host):
    host.sites[2].auto_start = False  # started for the moment: a restart forgets it
    outcome = ensure_service(host.context(), asked(state="restarted"))
    assert (host.sites[2].state, host.sites[2].auto_start) == (STARTED, False)
    assert outcome.values["sites"]["W3SVC/2"]["after"] == "started"


def test_pools_that_ran_run_again_and_their_flags_are_as_before(host):
    host.pools["shop"].state = STARTED  # started for the moment: a restart forgets it
    ensure_service(host.context(), asked(state="restarted"))
    assert (host.pools["shop"].state, host.pools["shop"].auto_start) == (STARTED, False)
    host.pools["shop"].fails = 0x80070005
    with pytest.raises(IisError, match="the application pool 'Shop', which ran, couldn't be started"):
        ensure_service(host.context(), asked(state="restarted"))


def test_a_site_that_was_stopped_for_the_moment_is_seen_to_be_what_it_is(host):
    host.sites[2].state = STOPPED
    outcome = ensure_service(host.context(), asked(state="restarted"))
    assert outcome.values["sites"]["W3SVC/2"] == {"name": "Shop", "before": "stopped", "after": "started"}


@pytest.mark.parametrize("name", ["was", "apphostsvc", "ftpsvc"])
def test_services_of_iis_7_are_named_like_any(host, name):
    host.scm[name].state = "Stopped"
    assert ensure_service(host.context(), asked(name=(name,), state="started")).changed
    assert host.scm[name].state == "Running"


def test_a_named_service_that_runs_takes_one_request(host):
    assert not ensure_service(host.context(), asked(name=("w3svc",), state="started")).changed
    assert len(host.requests) == 1


def test_everything_is_not_paused_just_because_was_would_accept_it(host):
    with pytest.raises(IisError, match="Couldn't pause IIS: IIS 7 and later can't be paused"):
        ensure_service(host.context(), asked(state="paused"))
    assert host.changes() == []


def test_a_drain_waits_for_the_clients_without_a_pause(host):
    host.sessions = {"http": [5, 5, 0]}
    outcome = ensure_service(host.context(), asked(state="restarted", drain=draining(60)))
    assert outcome.values["sessions_cut"]["http"] == 0


def test_there_is_nothing_to_save(host):
    outcome = ensure_saved(host.context(), timeout=30, backup=None)
    assert not outcome.changed
    assert outcome.values["needed"] is False


def test_worker_process_isolation_mode_is_in_effect_and_the_other_is_refused(host):
    outcome = ensure_isolation_mode(host.context(), mode="worker_process")
    assert not outcome.changed
    assert outcome.values["running_mode"] == "worker_process"
    with pytest.raises(IisError, match="has no isolation modes"):
        ensure_isolation_mode(host.context(check_mode=True), mode="iis5")


def test_there_are_no_settings_of_a_metabase(host):
    with pytest.raises(IisError, match=r"has no metabase: .*AppHostSvc"):
        ensure_metabase_settings(host.context(), edit_while_running=True, history=None, max_history_files=None)


def test_info_reads_everything_of_it(host):
    context = host.context()
    values = gather_info(context, subsets=DEFAULT_SUBSETS).values
    assert values["version"]["iis"] == "10.0"
    assert values["version"]["features"]["scripting_tools"] is host.tools
    assert {"was", "w3svc", "ftpsvc", "nettcpactivator"} <= set(values["services"])
    assert [site["bindings"] for site in values["sites"] if site["service"] == "web"] == [
        [{"ip": "*", "port": "80", "host_name": "", "ssl": False}],
        [{"ip": "*", "port": "81", "host_name": "", "ssl": False}],
    ]
    assert [pool["state"] for pool in values["app_pools"]] == ["started", "stopped"]
    assert values["connections"]["http"] == 12
    assert context.operator.warnings == []


@pytest.mark.parametrize("name", [("ftpsvc",), ("ftpsvc", "w3svc"), ("w3svc", "ftpsvc")], ids=" ".join)
def test_a_restart_of_the_ftp_service_counts_its_sessions_and_brings_its_sites_back(host, name):
    host.ftp_sessions = 7
    host.sites[2].bindings = "ftp/*:21:"
    host.sites[2].ftp_auto_start = False  # started for the moment: a restart forgets it
    assert "7 FTP sessions" in ensure_service(host.context(check_mode=True), asked(name=name, state="restarted")).cost
    context = host.context()
    outcome = ensure_service(context, asked(name=name, state="restarted"))
    assert outcome.values["sessions_cut"]["ftp"] == 7
    if host.tools:
        assert outcome.values["sites"]["FTPSVC/2"]["after"] == "started"
        assert host.sites[2].ftp_state == STARTED
        assert context.operator.warnings == []
    else:  # appcmd.exe has no way to the state of an FTP site
        assert outcome.values["sites"]["FTPSVC/2"]["after"] == "unknown"
        assert "FTP site 'Shop'" in context.operator.warnings[0]
        assert "won't be verified" in context.operator.warnings[0]


@pytest.mark.parametrize("code", [0x80041001, 0x80041013, 0x80070005])
@pytest.mark.parametrize("name", [("w3svc",), ("all",)], ids=" ".join)
def test_a_provider_that_cant_be_asked_is_no_reason_not_to_restart(name, code):
    host = Iis7Host(tools=True)
    host.provider_fails = code
    host.appcmd_answers = 20 * [CommandResult(5, f"ERROR ( hresult:{code:08x}, message:Unlesbar. )\r\n", "")]
    context = host.context()
    assert ensure_service(context, asked(name=name, state="restarted")).changed
    assert ("StopService", "W3SVC") in host.scm.log
    [warning] = [words for words in context.operator.warnings if "can't be read" in words]
    assert f"0x{code:08X}" in warning


MALFORMED = (
    "ERROR ( message:Konfigurationsfehler\r\n"
    "Dateiname: \\\\?\\C:\\Windows\\system32\\inetsrv\\config\\applicationHost.config"
    "\r\nZeilennummer: 308\r\nBeschreibung: Kein wohlgeformtes XML\r\n. )\r\n"
)
NO_SHARE = (
    "ERROR ( hresult:8007052e, message:Konfigurationsfehler\r\nDateiname: redirection.config\r\nZeilennummer: 0\r\n"
    "Beschreibung: Keine Anmeldung\r\n. )\r\n"
)

#: What WMI answers (0: it isn't installed), what appcmd does, and what the message names.
UNREADABLE = [
    (0x8007000D, CommandResult(13, MALFORMED, ""), r"ERROR_INVALID_DATA \(0x8007000D\).*iis_metabase_backup"),
    (0x80070002, CommandResult(2, MALFORMED, ""), r"ERROR_FILE_NOT_FOUND \(0x80070002\).*iis_metabase_backup"),
    (0x8007052E, CommandResult(1326, NO_SHARE, ""), r"ERROR_LOGON_FAILURE \(0x8007052E\).*redirection\.config"),
    (0x80041001, CommandResult(13, MALFORMED, ""), r"applicationHost\.config Zeilennummer: 308.*iis_metabase_backup"),
    (0x80041013, CommandResult(13, MALFORMED, ""), r"applicationHost\.config Zeilennummer: 308.*iis_metabase_backup"),
    (
        0,
        CommandResult(13, MALFORMED, ""),
        r"ERROR_INVALID_DATA \(0x8007000D\).*applicationHost\.config Zeilennummer: 308",
    ),
    (0, CommandResult(1168, MALFORMED, ""), r"applicationHost\.config Zeilennummer: 308.*iis_metabase_backup"),
    (0, CommandResult(1326, NO_SHARE, ""), r"ERROR_LOGON_FAILURE \(0x8007052E\).*redirection\.config"),
]


def unreadable(code, answer):
    host = Iis7Host(tools=code != 0)
    host.provider_fails = code
    host.appcmd_answers = 20 * [answer]
    return host


@pytest.mark.parametrize(("code", "answer", "words"), UNREADABLE)
@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("state", ["restarted", "rebooted"])
def test_services_that_could_not_start_again_with_their_configuration_are_not_stopped(
    code, answer, words, check_mode, state
):
    host = unreadable(code, answer)
    with pytest.raises(IisError, match=words) as failure:
        ensure_service(host.context(check_mode=check_mode), asked(state=state))
    assert failure.value.message.startswith(("Couldn't restart IIS: ", "Couldn't reboot the machine: "))
    assert "couldn't start again" in failure.value.message
    assert failure.value.message.endswith("Nothing was stopped.")
    assert not [verb for verb, _name in host.scm.log if verb != "StartService"]
    assert not host.operator.warnings


def test_was_alone_is_not_stopped_either():
    host = unreadable(0, CommandResult(13, MALFORMED, ""))
    host.scm["W3SVC"].state = "Stopped"
    with pytest.raises(IisError, match=r"Couldn't restart WAS: .*Nothing was stopped"):
        ensure_service(host.context(), asked(name=("was",), state="restarted"))


@pytest.mark.parametrize(("name", "state"), [("w3svc", "stopped"), ("apphostsvc", "restarted"), ("ftpsvc", "started")])
def test_what_is_to_stay_down_or_needs_no_configuration_is_changed_all_the_same(name, state):
    host = unreadable(0, CommandResult(13, MALFORMED, ""))
    host.scm["FTPSVC"].state = "Stopped"
    assert ensure_service(host.context(), asked(name=(name,), state=state)).changed


def test_force_without_iisreset_is_said_to_have_no_effect(host):
    assert ensure_service(host.context(), asked(state="restarted", force=True)).values["method_used"] == "scm"
    [warning] = host.operator.warnings
    assert warning.startswith("force has no effect")
    assert "method=iisreset" in warning
