# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cause of loss of configuration: the loss without our safeguard, and none with it.

The configuration that is at stake is a change that IIS holds in memory only. What is lost is read from the simulated
host's MetaBase.xml and from the memory of the IIS that runs afterwards, never from what a module says.
"""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis.switches import PausedIisadmin, Switches

NEW = 4711
METHODS = ("iisreset", "scm")

#: Conditions in which IIS can't write its file, and how each ends.
BLOCKED = {
    "write-locked file": ("metabase_lock", {}, {"locked": False}),
    "read-only file": ("metabase_read_only", {}, {"read_only": False}),
    "full disk": ("fill_disk", {}, {"full": False}),
}


@pytest.fixture
def host(start):
    """A host on which somebody just changed something."""
    host = start(
        IisSpec(
            services=(Kind.WEB, Kind.FTP),
            sites=[
                SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
                SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
                SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
            ],
        )
    )
    change(host)
    return host


def change(host, value=NEW):
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=value)


def lost(host, value=NEW):
    """Whether IIS runs on and knows nothing of the change."""
    assert host.service("IISADMIN") == "Running"
    return host.in_memory("/LM", "MaxBandwidth") != value


def on_disk(host):
    return host.on_disk("/LM", "MaxBandwidth")


def restart(host, **options):
    return host.run("iis_service", **{"state": "restarted", "timeout": 10, **options})


# -- a forced iisreset ---------------------------------------------------------------------------------------------


def test_a_forced_iisreset_loses_what_was_not_saved(host):
    host.act("hang_service", name="W3SVC")

    restart(host, force=True, save=False)

    assert lost(host)


def test_saved_first_a_forced_iisreset_loses_nothing(host):
    host.act("hang_service", name="W3SVC")

    result = restart(host, force=True)

    assert not result.get("failed"), result["msg"]
    assert not lost(host)
    assert on_disk(host) == str(NEW)


@pytest.mark.parametrize("paused", [PausedIisadmin.SERVES, PausedIisadmin.REFUSES])
def test_a_paused_iisadmin_holds_a_metabase_that_has_to_be_saved(start, paused):
    host = start(IisSpec(switches=Switches(paused_iisadmin=paused)))
    change(host)
    assert not host.run("iis_service", name="iisadmin", state="paused").get("failed")
    host.act("hang_service", name="W3SVC")

    result = restart(host, force=True)

    if paused is PausedIisadmin.SERVES:
        assert not result.get("failed"), result["msg"]
        assert set(result["sites"]) == {"W3SVC/1"}
        assert not lost(host)
    else:
        assert result["failed"]
        assert "IISADMIN" in result["msg"]
        assert "is paused" in result["msg"]
        assert "Start it first" in result["msg"]
        assert host.service("W3SVC") == "Running"
        assert host.in_memory("/LM", "MaxBandwidth") == NEW


def test_without_force_a_hang_loses_nothing_even_when_nothing_was_saved(host):
    host.act("hang_service", name="W3SVC")

    assert restart(host, save=False)["failed"]

    assert not lost(host)


def test_the_diff_says_what_force_can_lose(host):
    forced = host.check("iis_service", state="restarted", force=True)
    careless = host.check("iis_service", state="restarted", save=False)

    assert "lost" in forced["diff"]["after"]["metabase"]
    assert "not saved first" in careless["diff"]["after"]["metabase"]


# -- inetinfo.exe is killed ----------------------------------------------------------------------------------------


def test_a_killed_inetinfo_loses_what_was_not_saved(host):
    host.act("kill_service", name="IISADMIN")
    host.wait(120)

    assert lost(host)


def test_saved_a_killed_inetinfo_loses_nothing(host):
    assert host.run("iis_metabase_save")["changed"]

    host.act("kill_service", name="IISADMIN")
    host.wait(120)

    assert not lost(host)


def test_pulling_the_plug_loses_what_was_not_saved_and_nothing_that_was(host):
    host.run("iis_metabase_save")
    change(host, NEW + 1)
    host.act("reboot", force=True)
    host.wait(120)

    assert lost(host, NEW + 1)
    assert not lost(host, NEW)


@pytest.mark.parametrize("method", METHODS)
def test_our_reboot_loses_nothing(host, method):
    result = host.run("iis_service", state="rebooted", method=method)

    assert not result.get("failed"), result["msg"]
    assert not lost(host)


# -- the file can't be written -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("action", "block", "_clear"), BLOCKED.values(), ids=BLOCKED)
def test_a_restart_with_a_file_that_cannot_be_written_loses_the_change(host, action, block, _clear, method):
    host.act(action, **block)

    result = restart(host, save=False, method=method)

    assert not result.get("failed"), "nothing is wrong with the restart itself"
    assert lost(host)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("action", "block", "clear"), BLOCKED.values(), ids=BLOCKED)
def test_our_restart_refuses_to_lose_it_and_saves_it_once_the_cause_is_gone(host, action, block, clear, method):
    host.act(action, **block)
    processes = host.process("IISADMIN"), host.process("W3SVC")

    result = restart(host, method=method)

    assert result["failed"]
    assert "Nothing was stopped" in result["msg"]
    assert "MetaBase.xml" in result["msg"]
    assert (host.process("IISADMIN"), host.process("W3SVC")) == processes
    assert not lost(host)

    host.act(action, **clear)
    assert not restart(host, method=method).get("failed")
    assert not lost(host)
    assert on_disk(host) == str(NEW)


@pytest.mark.parametrize(("action", "block", "clear"), BLOCKED.values(), ids=BLOCKED)
def test_a_save_says_that_it_failed_and_that_the_file_is_stale(host, action, block, clear):
    host.act(action, **block)
    size = len(host.iis["metabase"]["history"])

    result = host.run("iis_metabase_save", timeout=5)

    assert result["failed"]
    assert not result["changed"]
    assert "restart of IIS would load the older file" in result["msg"]
    assert on_disk(host) != str(NEW)
    if action == "metabase_lock":
        assert len(host.iis["metabase"]["history"]) > size, "History got a copy"

    host.act(action, **clear)
    assert host.run("iis_metabase_save")["changed"]
    assert on_disk(host) == str(NEW)


def test_a_locked_file_leaves_history_newer_than_the_file_and_no_later_save_forgets_it(host):
    host.act("metabase_lock")
    host.run("iis_metabase_save", timeout=5)
    assert not host.iis["metabase"]["memory_equals_disk"]

    host.act("metabase_lock", locked=False)
    assert host.run("iis_metabase_save")["changed"]
    assert host.iis["metabase"]["memory_equals_disk"]
    host.act("kill_service", name="IISADMIN")
    host.wait(120)
    assert not lost(host)


# -- somebody has the metabase open --------------------------------------------------------------------------------


def test_a_busy_path_that_clears_is_waited_for(host):
    host.act("metabase_hold", seconds=12.0)

    result = host.run("iis_metabase_save", timeout=40)

    assert not result.get("failed"), result["msg"]
    assert on_disk(host) == str(NEW)


def test_a_busy_path_that_stays_fails_and_a_kill_then_loses_the_change(host):
    host.act("metabase_hold", seconds=600.0)

    result = host.run("iis_metabase_save", timeout=5)

    assert result["failed"]
    assert "ERROR_PATH_BUSY (0x80070094)" in result["msg"]
    host.act("kill_service", name="IISADMIN")
    host.wait(120)
    assert lost(host)


@pytest.mark.parametrize("method", METHODS)
def test_a_busy_path_keeps_our_restart_from_stopping_anything(host, method):
    host.act("metabase_hold", seconds=600.0)
    process = host.process("IISADMIN")

    result = restart(host, method=method, force=method == "iisreset")

    assert result["failed"]
    assert "ERROR_PATH_BUSY" in result["msg"]
    assert host.process("IISADMIN") == process
    assert not lost(host)


def test_a_forced_restart_that_does_not_save_loses_it(host):
    host.act("metabase_hold", seconds=600.0)
    host.act("hang_service", name="IISADMIN")

    restart(host, force=True, save=False)

    assert lost(host)


# -- a stale file --------------------------------------------------------------------------------------------------


def test_an_edit_of_the_file_under_a_running_iis_is_lost_and_the_memory_wins(host):
    host.run("iis_metabase_save")
    host.act("metabase_edit", old=f'MaxBandwidth="{NEW}"', new='MaxBandwidth="99"')
    change(host, NEW + 1)

    result = host.run("iis_metabase_save")

    assert result["edit_while_running"] is False
    assert on_disk(host) == str(NEW + 1)


def test_with_edit_while_running_an_edit_is_taken_over(start):
    host = start(IisSpec(edit_while_running=True))
    change(host)
    host.run("iis_metabase_save")
    host.act("metabase_edit", old=f'MaxBandwidth="{NEW}"', new='MaxBandwidth="99"')
    host.wait(10)

    result = restart(host)

    assert not result.get("failed"), result["msg"]
    assert host.in_memory("/LM", "MaxBandwidth") == 99


def test_a_save_with_nothing_to_save_leaves_the_file_alone_and_says_so(host):
    assert host.run("iis_metabase_save")["changed"]
    version = host.iis["metabase"]["file_version"]

    again = host.run("iis_metabase_save")

    assert again["changed"] is False
    assert host.iis["metabase"]["file_version"] == version


def test_a_save_whose_answer_is_lost_is_known_by_the_file(host):
    host.fault(Rule(Effect.CUT_AFTER, action="Invoke", method="SaveData"))

    result = host.run("iis_metabase_save")

    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert on_disk(host) == str(NEW)


def test_a_save_that_never_arrived_is_asked_for_again(host):
    host.fault(Rule(Effect.CUT_BEFORE, action="Invoke", method="SaveData"))

    result = host.run("iis_metabase_save")

    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert on_disk(host) == str(NEW)


def test_check_mode_saves_nothing(host):
    result = host.check("iis_metabase_save")

    assert not result["changed"]
    assert on_disk(host) != str(NEW)
    host.act("metabase_read_only")
    assert host.check("iis_metabase_save")["failed"]


# -- after a green run ---------------------------------------------------------------------------------------------

#: What a play may do; each list ends with what has to make memory and disk the same.
PLAYS = {
    "a save": [("iis_metabase_save", {})],
    "a site is stopped, saved": [("iis_site", {"id": 2, "state": "stopped"}), ("iis_metabase_save", {})],
    "the mode, a save, a reset": [
        ("iis_isolation_mode", {"mode": "iis5"}),
        ("iis_metabase_save", {}),
        ("iis_service", {"state": "restarted"}),
    ],
    "the mode, and a reset that saves by itself": [
        ("iis_isolation_mode", {"mode": "iis5"}),
        ("iis_service", {"state": "restarted"}),
    ],
    "a restart by the SCM": [("iis_service", {"state": "restarted", "method": "scm"})],
    "a drained restart": [("iis_service", {"state": "restarted", "drain_timeout": 30})],
    "a reboot": [("iis_service", {"state": "rebooted"})],
    "auto_start, a pool, a restart": [
        ("iis_site", {"id": 1, "auto_start": False}),
        ("iis_app_pool", {"name": "DefaultAppPool", "state": "stopped"}),
        ("iis_service", {"state": "restarted"}),
    ],
    "a setting, saved": [("iis_metabase_settings", {"max_history_files": 20}), ("iis_metabase_save", {})],
    "a backup, and back to it": [
        ("iis_metabase_backup", {"name": "before"}),
        ("iis_site", {"id": 2, "state": "stopped"}),
        ("iis_metabase_backup", {"name": "before", "state": "restored"}),
    ],
    "everything stopped and started": [("iis_service", {"state": "stopped"}), ("iis_service", {"state": "started"})],
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_after_a_green_play_memory_and_disk_hold_the_same(host, play):
    for module, options in play:
        result = host.run(module, **options)
        assert not result.get("failed"), result["msg"]

    assert not lost(host)
    assert on_disk(host) == str(NEW)
    assert host.iis["metabase"]["lost_changes"] == 0
    configured = host.in_memory("/LM/W3SVC", "IIs5IsolationModeEnabled")
    assert host.on_disk("/LM/W3SVC", "IIs5IsolationModeEnabled") == str(configured).upper()
    for key in ("W3SVC/1", "W3SVC/2", "MSFTPSVC/1"):
        auto_start = host.in_memory(f"/LM/{key}", "ServerAutoStart")
        assert host.on_disk(f"/LM/{key}", "ServerAutoStart") == str(auto_start).upper(), key
    assert host.iis["metabase"]["memory_equals_disk"]
