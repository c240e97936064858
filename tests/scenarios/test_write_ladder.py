# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no public source tells of writes and methods: the modules that test_uncertain_answers.py doesn't have.

Each test is one switch of a host, and one module that has to reach its end and read back that it did.
"""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.switches import PutRule, ReturnValues, Switches
from simulator.wire.profile import ProviderFault, WireOptions

FAULTS = list(ProviderFault)
RETURNS = list(ReturnValues)


def name_of(value) -> str:
    return str(getattr(value, "value", value))


def host_of(start, fault=ProviderFault.INNER_CODE, iis5_mode=False, **switches):
    spec = IisSpec(
        services=(Kind.WEB, Kind.FTP, Kind.SMTP),
        iis5_mode=iis5_mode,
        sites=[
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
            SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
            SiteSpec(1, "Default SMTP Virtual Server", Kind.SMTP, bindings=(BindingSpec(25),)),
        ],
        switches=Switches(**switches),
    )
    return start(spec, wire=WireOptions(provider_fault=fault))


def reach(host, module, **options):
    """The first run changes something, the second finds it done."""
    first, second = host.run(module, **options), host.run(module, **options)
    assert not first.get("failed"), first["msg"]
    assert first["changed"], first
    assert second["changed"] is False, second
    return first


@pytest.mark.parametrize("fragments", [True, False])
def test_the_settings_of_the_metabase_are_written_whatever_a_put_does(start, fragments):
    host = host_of(start, fragment_put=fragments)
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=77)

    for wanted in ({"edit_while_running": True}, {"max_history_files": 25}, {"edit_while_running": False}):
        reach(host, "iis_metabase_settings", **wanted)

    assert host.in_memory("/LM", "MaxHistoryFiles") == 25
    assert host.in_memory("/LM", "EnableEditWhileRunning") == 0
    assert host.in_memory("/LM", "MaxBandwidth") == 77


@pytest.mark.parametrize("service", ["ftp", "smtp"])
@pytest.mark.parametrize("fragments", [True, False])
def test_auto_start_of_other_services_is_written_whatever_a_put_does(start, fragments, service):
    host = host_of(start, fragment_put=fragments)

    for auto_start in (False, True):
        reach(host, "iis_site", service=service, id=1, auto_start=auto_start)


def test_where_no_put_is_taken_the_script_sets_it(start):
    host = host_of(start)
    host.fault(Rule(Effect.FAULT, action="Put", count=0, code=2150859010))

    result = host.run("iis_isolation_mode", mode="iis5")

    assert not result.get("failed"), result["msg"]
    assert host.modes[0] == "iis5"
    assert any("adsutil.vbs" in command for command in host.commands())


WRITES = {
    "the isolation mode": ("iis_isolation_mode", {"mode": "iis5"}, ("/lm/w3svc", "IIs5IsolationModeEnabled")),
    "auto_start": ("iis_site", {"id": 1, "auto_start": False}, ("/lm/w3svc/1", "ServerAutoStart")),
    "history": ("iis_metabase_settings", {"max_history_files": 25}, ("/lm", "MaxHistoryFiles")),
}


@pytest.mark.parametrize(("module", "options", "written"), WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("fragments", [True, False])
def test_nothing_but_the_one_property_is_written_where_a_whole_put_would_empty_arrays(
    start, fragments, module, options, written
):
    host = start(
        IisSpec(
            sites=[SiteSpec(1, "Shop", bindings=(BindingSpec(80), BindingSpec(8081)))],
            switches=Switches(put_rule=PutRule.RESETS_OMITTED, fragment_put=fragments),
        )
    )
    host.act("metabase_set", path="/LM/W3SVC", name="HttpPics", value=["a", "b"])
    host.run("iis_metabase_save")
    before = host.file()
    assert before["/lm/w3svc", "HttpPics"]

    assert host.run(module, **options)["changed"]
    host.run("iis_metabase_save")

    after = host.file()
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    assert {(path, name) for path, name in changed if path != "."} == {written}


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
@pytest.mark.parametrize("returns", RETURNS, ids=name_of)
def test_backups_are_made_listed_and_deleted(start, fault, returns):
    host = host_of(start, fault, return_values=returns)

    made = host.run("iis_metabase_backup", name="nightly", state="present")
    assert not made.get("failed"), made["msg"]
    assert made["changed"]
    gone = host.run("iis_metabase_backup", name="nightly", state="absent")
    assert not gone.get("failed"), gone["msg"]
    assert gone["changed"]
    assert host.run("iis_metabase_backup", name="nightly", state="absent")["changed"] is False


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_a_busy_metabase_is_waited_for_wherever_the_host_puts_the_code(start, fault):
    host = host_of(start, fault)
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=77)
    host.act("metabase_hold", path="/LM/W3SVC", seconds=8)

    result = host.run("iis_metabase_save", timeout=30)

    assert not result.get("failed"), result["msg"]
    assert host.on_disk("/LM", "MaxBandwidth") == "77"


@pytest.mark.parametrize("returns", RETURNS, ids=name_of)
@pytest.mark.parametrize("at_once", [False, True])
def test_sites_pools_and_saves_need_no_return_value(start, returns, at_once):
    host = host_of(start, return_values=returns, methods_return_at_once=at_once, site_seconds=2.0)

    for state in ("paused", "stopped", "started"):
        reach(host, "iis_site", id=1, state=state)
        assert host.site("W3SVC/1") == state
    for state in ("stopped", "started"):
        reach(host, "iis_app_pool", name="DefaultAppPool", state=state)
    assert host.run("iis_app_pool", name="DefaultAppPool", state="recycled")["changed"]
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=78)
    reach(host, "iis_metabase_save")
    assert host.on_disk("/LM", "MaxBandwidth") == "78"


@pytest.mark.parametrize("running", ["worker_process", "iis5"])
@pytest.mark.parametrize("trouble", ["no return value", "refused"])
def test_the_running_mode_is_told_by_the_processes_when_iis_does_not_tell_it(start, trouble, running):
    returns = ReturnValues.NONE if trouble == "no return value" else ReturnValues.DOCUMENTED
    host = host_of(start, iis5_mode=running == "iis5", return_values=returns)
    if trouble != "no return value":
        host.fault(Rule(Effect.FAULT, method="GetCurrentMode", count=0, code=2150859010))
    other = {"worker_process": "iis5", "iis5": "worker_process"}[running]

    assert host.run("iis_isolation_mode", mode=running)["changed"] is False
    changed = host.run("iis_isolation_mode", mode=other)
    assert (changed["configured_mode"], changed["running_mode"]) == (other, running)
    assert any("judged by the process" in warning for warning in changed["warnings"])
    host.run("iis_service", state="restarted")
    assert host.modes == (other, other)
    done = host.run("iis_isolation_mode", mode=other)
    assert (done["changed"], done["running_mode"]) == (False, other)


def test_a_stopped_web_service_without_return_values_has_no_running_mode(start):
    host = host_of(start, return_values=ReturnValues.NONE)
    host.run("iis_service", name=["w3svc"], state="stopped")

    result = host.run("iis_isolation_mode", mode="worker_process")

    assert (result["changed"], result["running_mode"]) == (False, None)


@pytest.mark.parametrize("code", [2150858771, 2150858813, 2150858752])
def test_a_site_whose_methods_cannot_be_called_is_controlled_by_the_script(start, code):
    host = host_of(start)
    for method in ("Start", "Stop", "Pause", "Continue"):
        host.fault(Rule(Effect.FAULT, method=method, count=0, code=code))

    for state in ("paused", "stopped", "started"):
        reach(host, "iis_site", id=1, state=state)
        assert host.site("W3SVC/1") == state


def test_without_methods_and_without_shells_it_is_a_failure_that_changes_nothing(start):
    host = start(IisSpec(), wire=WireOptions(allow_remote_shell=False))
    host.fault(Rule(Effect.FAULT, method="Stop", count=0, code=2150858771))

    result = host.run("iis_site", id=1, state="stopped")

    assert result["failed"]
    assert host.site("W3SVC/1") == "started"
