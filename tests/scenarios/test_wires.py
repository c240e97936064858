# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the WS-Management services of hosts: old shells, an older protocol, other shapes of the same."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.wire.profile import BrokenUtf8, Datetimes, Foreign, ListedShells, References, WireOptions

from .test_uncertain_answers import host_of, reach

BROKEN = [BrokenUtf8.EVERYTHING, BrokenUtf8.BATCH_FILES]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.value)
@pytest.mark.parametrize("profile", ["winrm1.1", "winrm2.0"])
def test_commands_work_on_windows_that_knows_no_utf_8_in_its_shells(start, profile, broken):
    host = host_of(start, WireOptions(broken_utf8=broken), profile, fragment_put=False)

    reach(host, "iis_reset_access", state="disabled")
    reach(host, "iis_reset_access", state="enabled")
    reach(host, "iis_site", id=1, auto_start=False)
    before = host.process("W3SVC")
    restarted = host.run("iis_service", state="restarted")

    assert restarted["changed"], restarted
    assert restarted["method_used"] == "iisreset"
    assert host.process("W3SVC") != before


def lost(times, **rule):
    return Rule(Effect.CUT_AFTER, action="Create", count=times, **rule)


@pytest.mark.parametrize("listed", ListedShells, ids=lambda listed: listed.value)
@pytest.mark.parametrize("times", [1, 2])
def test_lost_answers_cost_no_shell_of_the_two_that_winrm_1_1_has(start, listed, times):
    host = host_of(start, WireOptions(listed_shells=listed), "winrm1.1")
    rule = host.fault(lost(times))

    first = host.run("iis_reset_access", state="disabled")
    assert rule.done == times
    assert bool(first.get("unreachable")) == (times == 2), first

    # 1.0 had used up both shells by now, and nothing closed them for eight hours.
    host.fault(lost(2, nth=2))
    for state in ("enabled", "disabled", "enabled"):
        result = host.run("iis_reset_access", state=state)
        assert not result.get("failed"), result["msg"]
    host.heal()
    assert host.run("iis_service", state="restarted")["method_used"] == "iisreset"


def test_a_program_that_cannot_be_followed_keeps_its_shell_for_minutes_not_hours(start):
    host = host_of(start, profile="winrm1.1")
    for _time in range(2):
        host.fault(Rule(Effect.CUT_AFTER, action="Command"))
        host.run("iis_reset_access", state="disabled")
        host.heal()
    refused = host.run("iis_reset_access", state="enabled")
    assert refused["failed"]
    assert "MaxShellsPerUser, 2 with WinRM 1.1" in refused["msg"]
    assert "service Windows Remote Management is restarted" in refused["msg"]

    host.wait(15 * 60)

    assert host.run("iis_reset_access", state="enabled")["changed"]


@pytest.mark.parametrize("answer", Foreign, ids=lambda answer: answer.value)
@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("iis_info", {}),
        ("iis_site", {"id": 1, "state": "started"}),
        ("iis_isolation_mode", {"mode": "iis5"}),
        ("iis_reset_access", {"state": "enabled"}),
    ],
)
def test_winrm_0_5_is_named_with_the_updates_that_replace_it(start, module, options, answer):
    host = host_of(start, WireOptions(foreign=answer), "winrm0.5")

    result = host.run(module, **options)

    assert result.get("unreachable"), result
    for words in ("WinRM 0.5 answers there", "Windows Server 2003 R2", "KB936059", "KB968930"):
        assert words in result["msg"]
    assert host.changes() == []


OTHERS = {
    "fragments not understood": {"fragment_transfer": False},
    "booleans in capitals": {"upper_booleans": True},
    "arrays that are null": {"nil_arrays": True},
    "datetimes as text": {"datetimes": Datetimes.TEXT},
    "datetimes in DMTF's form": {"datetimes": Datetimes.CIM_DATETIME},
    "references without a namespace": {"references": References.WITHOUT_NAMESPACE},
    "references of the CIM schema": {"references": References.CIM_SCHEMA, "wrapped_references": True},
    "one context for all": {"same_context": True, "context_at_end": True, "empty_items": True},
    "errors without a number": {"cim_errors": True},
    "a host that hangs up": {"cut_unsealable": True},
}


@pytest.mark.parametrize("options", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("profile", ["winrm1.1", "winrm2.0"])
def test_every_shape_that_other_servers_use(start, profile, options):
    host = host_of(start, WireOptions(**options), profile)

    info = host.run("iis_info", gather_subset=["version", "services", "recovery", "sites", "metabase"])
    assert not info.get("failed"), info["msg"]
    assert {site["name"] for site in info["sites"]} == {"Default Web Site", "Default FTP Site"}
    reach(host, "iis_site", id=1, state="stopped")
    assert host.run("iis_site", id=1, state="paused")["failed"]
    reach(host, "iis_site", id=1, state="started")
    reach(host, "iis_site", id=1, auto_start=False)
    if not options.get("cim_errors"):  # the end of the list of backups is a number
        reach(host, "iis_metabase_backup", name="before")
    assert host.run("iis_isolation_mode", mode="iis5")["restart_pending"]
    assert host.run("iis_metabase_save")["changed"]
    assert host.run("iis_service", state="restarted")["changed"]
    assert host.modes == ("iis5", "iis5")
