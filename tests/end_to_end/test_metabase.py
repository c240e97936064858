# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that was configured is lost by a restart; backups and settings of the metabase."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule

from .conftest import SHELL_ACTIONS, Host

SITE, NAME = "/LM/W3SVC/1", "ServerComment"
FORCED = {"state": "restarted", "force": True, "timeout": 8}
CLEAN = {"state": "restarted"}

THOROUGH = pytest.mark.thorough


def configure(host: Host, name: str = "Renamed") -> None:
    host.act("metabase_set", path=SITE, name=NAME, value=name)


def configured(host: Host) -> str:
    return host.act("metabase_get", path=SITE, name=NAME)


def hang(host: Host) -> None:
    host.act("hang_service", name="W3SVC")


def lock(host: Host) -> None:
    host.act("metabase_lock")


def fill(host: Host) -> None:
    host.act("fill_disk")


def hold(host: Host) -> None:
    hang(host)
    host.act("metabase_hold", seconds=4)


def protect(host: Host) -> None:
    host.act("metabase_read_only")


#: What goes wrong, how IIS is restarted then, and whether the safeguard lets it be restarted at all.
LOSSES = {
    "a forced iisreset kills what hangs": (hang, FORCED, True),
    "something holds the metabase open": (hold, FORCED, True),
    "the file is write-locked": (lock, CLEAN, False),
    "the file is read-only": (protect, CLEAN, False),
    "the disk is full": (fill, CLEAN, False),
}

#: One for each way that it ends is tried always.
ALWAYS = ("a forced iisreset kills what hangs", "the disk is full")
LOSS_CASES = [pytest.param(*case, id=name, marks=() if name in ALWAYS else THOROUGH) for name, case in LOSSES.items()]


@pytest.mark.parametrize(("trouble", "restart", "restarts"), LOSS_CASES)
def test_without_saving_first_a_change_is_lost(web, trouble, restart, restarts):
    host = web[0]
    configure(host)
    trouble(host)

    web.run("iis_service", save=False, **restart)

    assert configured(host) == "Default Web Site"


@pytest.mark.parametrize(("trouble", "restart", "restarts"), LOSS_CASES)
def test_saved_first_it_is_kept_or_nothing_is_stopped(web, trouble, restart, restarts):
    host = web[0]
    process = host.process("IISADMIN")
    configure(host)
    trouble(host)

    run = web.run("iis_service", **restart)

    assert configured(host) == "Renamed"
    assert (host.process("IISADMIN") != process) == restarts, run.output
    if restarts:
        assert run.code == 0, run.output
        assert host.iis["metabase"]["memory_equals_disk"]
    else:
        assert "Nothing was stopped" in run.only("failed").result["msg"]


@pytest.mark.parametrize(
    ("saves", "survives"), [pytest.param(False, "Default Web Site", marks=THOROUGH), (True, "Renamed")]
)
def test_a_killed_process_loses_what_was_not_saved(web, saves, survives):
    host = web[0]
    configure(host)
    if saves:
        assert web.run("iis_metabase_save").result()["changed"]
    host.act("kill_service", name="IISADMIN", recover=False)

    assert web.run("iis_service", state="started").code == 0

    assert configured(host) == survives


def test_a_file_that_a_failed_save_left_stale_is_written_by_the_next_one(web):
    host = web[0]
    configure(host)
    lock(host)
    failed = web.run("iis_metabase_save").only("failed").result["msg"]
    assert "History" in failed
    assert "a restart of IIS would load the older file" in failed
    host.act("metabase_lock", locked=False)

    assert web.run("iis_metabase_save").result()["changed"]

    assert host.iis["metabase"]["memory_equals_disk"]


class TestBackups:
    def test_a_backup_is_made_once_and_brings_back_what_it_holds(self, web):
        host = web[0]
        assert web.run("iis_metabase_backup", name="before").result()["changed"]
        assert not web.run("iis_metabase_backup", name="before").result()["changed"]
        configure(host)

        run = web.run("iis_metabase_backup", name="before", state="restored")

        assert run.result()["changed"], run.output
        assert configured(host) == "Default Web Site"
        assert host.site("W3SVC/1") == "started"
        assert host.iis["metabase"]["memory_equals_disk"]
        assert not SHELL_ACTIONS & set(host.requests())

    def test_check_mode_touches_nothing(self, web):
        host = web[0]
        web.run("iis_metabase_backup", name="before")
        process = host.process("W3SVC")
        configure(host)

        run = web.run("iis_metabase_backup", "--check", name="before", state="restored")

        assert run.result()["changed"]
        assert "Would stop" in " ".join(run.result()["warnings"])
        assert configured(host) == "Renamed"
        assert host.process("W3SVC") == process

    def test_a_password_is_needed_and_never_shown(self, web):
        secret = "Geheim-4711"
        web.run("iis_metabase_backup", "-vvvv", name="safe", version="7", password=secret)
        process = web[0].process("W3SVC")

        wrong = web.run("iis_metabase_backup", "-vvvv", name="safe", state="restored", password=f"{secret}x")

        assert "ERROR_WRONG_PASSWORD" in wrong.only("failed").result["msg"]
        assert web[0].process("W3SVC") == process
        right = web.run("iis_metabase_backup", "-vvvv", name="safe", state="restored", password=secret)
        assert right.result()["changed"], right.output
        for event in (*wrong.events, *right.events):
            assert secret not in str(event.result)

    @pytest.mark.parametrize("effect", [pytest.param(Effect.CUT_BEFORE, marks=THOROUGH), Effect.CUT_AFTER])
    def test_a_lost_answer_makes_no_second_backup(self, web, effect):
        web[0].fault(Rule(effect, method="BackupWithPassword"))

        run = web.run("iis_metabase_backup", name="before", version="next")

        assert [backup["version"] for backup in run.result()["backups"]] == [0]

    def test_a_restore_whose_answer_got_lost_is_seen(self, web):
        host = web[0]
        web.run("iis_metabase_backup", name="before")
        configure(host)
        host.fault(Rule(Effect.CUT_AFTER, method="RestoreWithPassword"))

        run = web.run("iis_metabase_backup", name="before", state="restored")

        assert run.code == 0, run.output
        assert configured(host) == "Default Web Site"
        assert host.iis["metabase"]["memory_equals_disk"]


class TestSettings:
    def test_settings_are_written_once_and_read_in_one_request(self, web):
        wanted = {"edit_while_running": True, "max_history_files": 12}
        assert web.run("iis_metabase_settings", **wanted).result()["changed"]
        run = web.run("iis_metabase_settings", **wanted)
        assert not run.result()["changed"]
        assert web[0].requests() == ["Enumerate"]

    def test_history_cannot_go_while_edit_while_running_stays(self, web):
        web.run("iis_metabase_settings", edit_while_running=True)

        run = web.run("iis_metabase_settings", history=False)

        assert "as it is on the host" in run.only("failed").result["msg"]
        assert web[0].requests() == ["Enumerate"]
