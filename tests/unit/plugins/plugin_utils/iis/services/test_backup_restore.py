# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_metabase_backup with state=restored: services stop, the metabase is replaced, and everything runs again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from unit.plugins.plugin_utils.iis.backup_model import asked, refuse
from unit.plugins.plugin_utils.iis.model_host import ModelHost, ModelSite
from unit.plugins.plugin_utils.iis.scm_model import PAUSED, RUNNING, STOPPED, iis_services

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.backups.ensure import ensure_metabase_backup
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import HostUnreachable, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, MethodResult

CUT = OutcomeUnknown("the connection was cut")


@pytest.fixture(autouse=True)
def saves():
    """Here the metabase is saved, really."""


@dataclass
class RestoreHost(ModelHost):
    """A host with a metabase. A backup holds the sites; ``restore_raises`` is what the call raises afterwards."""

    starts_again: bool = True
    restore_raises: Exception | None = None
    busy: int = 0

    def call(self, path, method, arguments):
        if method != "RestoreWithPassword":
            return super().call(path, method, arguments)
        if self.busy:
            self.busy -= 1
            raise refuse(0x80070094)
        backup = self.metaback.find(arguments["BackupLocation"], arguments["BackupVersion"])
        if arguments["Password"] != backup.password:
            raise refuse(0x8007052B)
        assert arguments["BackupFlags"] == 0
        self.restore(backup)
        if self.restore_raises:
            raise self.restore_raises
        return MethodResult(None, Instance({}))

    def restore(self, backup):
        ran = [service for service in self.scm.dependents("IISADMIN") if service.state in (RUNNING, PAUSED)]
        for service in ran:
            self.scm.stop_tree(service, 60)
        self.follow_services()
        self.sites = {site.key: site for site in backup.holds}
        self.file_time += timedelta(seconds=90)
        if self.starts_again:
            for service in ran:
                self.scm.start(service)
                self.clock.now += service.takes
        self.follow_services()

    def restores(self):
        return self.requests.count("invoke RestoreWithPassword LM")


@pytest.fixture
def host():
    return make_host()


def make_host(**services):
    host = RestoreHost(
        iis_services(**services),
        [ModelSite("W3SVC/1", "Default Web Site"), ModelSite("MSFTPSVC/1", "Default FTP Site")],
        sessions={"http": 12, "ftp": 3, "smtp": 0},
    )
    host.metaback.add("nightly", 3, holds=[ModelSite("W3SVC/1", "Default Web Site"), ModelSite("W3SVC/2", "Shop")])
    host.metaback.add("nightly", 7, password="Geheim1", holds=[ModelSite("W3SVC/1", "Default Web Site")])
    return host


def restore(host, *, check_mode=False, version="3", password=None, timeout=120.0):
    context = host.context(check_mode=check_mode)
    options = asked("nightly", state="restored", version=version, password=password, timeout=timeout)
    return ensure_metabase_backup(context, options), context.operator


def test_a_restore_replaces_the_metabase_and_everything_runs_again(host):
    before = host.scm.running()
    outcome, _operator = restore(host)
    assert outcome.changed
    assert host.scm.running() == before
    assert outcome.values["backup"]["version"] == 3
    assert outcome.values["sessions_cut"] == {"http": 12, "ftp": 3, "smtp": 0, "nntp": 0}
    assert outcome.values["outage_seconds"] > 0
    assert outcome.values["sites"] == {
        "MSFTPSVC/1": {"name": "Default FTP Site", "before": "started", "after": None},
        "W3SVC/1": {"name": "Default Web Site", "before": "started", "after": "started"},
        "W3SVC/2": {"name": "Shop", "before": None, "after": "started"},
    }
    assert set(outcome.values["services"]) == {"iisadmin", "httpfilter", "w3svc", "msftpsvc", "smtpsvc"}
    assert {service["after"] for service in outcome.values["services"].values()} == {"started"}


def test_what_was_restored_is_saved_to_disk(host):
    outcome, _operator = restore(host)
    assert host.requests.index("invoke SaveData LM") > host.requests.index("invoke RestoreWithPassword LM")
    assert outcome.values["save"]["path"].endswith("MetaBase.xml")


def test_a_restored_metabase_that_cannot_be_saved_is_a_failure(host):
    restore_now = host.restore

    def restore_and_protect(backup):
        restore_now(backup)
        host.file_writeable = False

    host.restore = restore_and_protect
    with pytest.raises(IisError, match=r"was restored and IIS runs with it, but Couldn't save") as caught:
        restore(host)
    assert caught.value.changed


def test_the_highest_version_is_restored_with_its_password(host):
    outcome, operator = restore(host, version=None, password="Geheim1")
    assert outcome.values["backup"]["version"] == 7
    assert not any("Geheim1" in text for text in [repr(outcome), *operator.said, *operator.warnings])


def test_a_restore_is_changed_every_time(host):
    assert restore(host)[0].changed
    assert restore(host)[0].changed


@pytest.mark.parametrize("password", [None, "geheim1"])
def test_a_wrong_password_stops_nothing_and_is_not_tried_again(host, password):
    with pytest.raises(IisError, match=r"ERROR_WRONG_PASSWORD \(0x8007052B\).*run as before") as caught:
        restore(host, version="7", password=password)
    assert not caught.value.changed
    assert host.restores() == 1
    assert "geheim1" not in caught.value.message
    assert set(caught.value.values) == {"backup", "services"}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_write_protected_file_is_refused_before_anything_stops(host, check_mode):
    host.file_writeable = False
    with pytest.raises(IisError, match=r"write-protected.*Nothing was touched.*attrib -r"):
        restore(host, check_mode=check_mode)
    assert host.restores() == 0


def test_a_refusal_on_the_way_brings_the_services_back_and_is_a_change(host):
    before = host.scm.running()
    host.starts_again = False
    host.restore_raises = refuse(0x80070020)
    with pytest.raises(IisError, match=r"ERROR_SHARING_VIOLATION.*Services had stopped.*They run again") as caught:
        restore(host)
    assert caught.value.changed
    assert host.scm.running() == before
    assert host.restores() == 1


def test_check_mode_warns_of_what_it_costs_and_touches_nothing(host):
    outcome, _operator = restore(host, check_mode=True)
    assert outcome.changed
    assert host.restores() == 0
    assert host.scm.log == []
    assert "cut 12 HTTP and 3 FTP sessions" in outcome.cost
    assert "World Wide Web Publishing Service" in outcome.cost
    assert "Default FTP Site" in outcome.cost


def test_sites_that_the_backup_lacks_are_told(host):
    _outcome, operator = restore(host)
    assert any("Default FTP Site' (MSFTPSVC/1) is gone" in warning for warning in operator.warnings)


def test_a_site_that_the_backup_has_stopped_stays_so(host):
    host.metaback.find("nightly", 3).holds[0].auto_start = False
    outcome, operator = restore(host)
    assert outcome.values["sites"]["W3SVC/1"]["after"] == "stopped"
    assert any("Default Web Site' (W3SVC/1) is stopped" in warning for warning in operator.warnings)


def test_a_site_that_should_start_and_cannot_is_a_failure(host):
    host.metaback.find("nightly", 3).holds[1].broken = True
    with pytest.raises(IisError, match=r"was restored, but not everything runs: .*Shop") as caught:
        restore(host)
    assert caught.value.changed


def test_services_that_iis_leaves_stopped_are_started(host):
    host.starts_again = False
    before = host.scm.running()
    restore(host)
    assert host.scm.running() == before


def test_a_service_that_does_not_come_back_is_a_failure(host):
    host.starts_again = False
    host.scm["SMTPSVC"].start_mode = "Disabled"
    with pytest.raises(IisError, match=r"not everything runs: SMTPSVC .*disabled") as caught:
        restore(host)
    assert caught.value.changed
    assert caught.value.values["services"]["smtpsvc"]["after"] == "stopped"
    assert caught.value.values["services"]["w3svc"]["after"] == "started"


def test_a_service_that_was_stopped_stays_stopped():
    host = make_host(smtpsvc={"state": STOPPED})
    outcome, _operator = restore(host)
    assert "smtpsvc" not in outcome.values["services"]
    assert host.scm["SMTPSVC"].state == STOPPED


def test_a_lost_answer_counts_when_a_restore_is_seen(host):
    host.restore_raises = CUT
    assert restore(host)[0].changed
    assert host.restores() == 1


def test_a_lost_request_is_not_sent_again(host):
    host.restore = lambda _backup: None
    host.restore_raises = CUT
    with pytest.raises(IisError, match=r"its answer got lost.*no service stopped") as caught:
        restore(host, timeout=30.0)
    assert not caught.value.changed
    assert host.restores() == 1


def test_a_busy_metabase_is_waited_for(host):
    host.busy = 4
    assert restore(host)[0].changed


def test_a_host_that_cannot_be_reached_for_a_while_is_waited_for(host):
    restore_now = host.restore

    def restore_and_vanish(backup):
        restore_now(backup)
        host.unreachable = (host.clock.now, host.clock.now + 20)

    host.restore = restore_and_vanish
    assert restore(host)[0].changed
    assert "reconnect" in host.requests


def test_a_host_that_never_comes_back_is_unreachable(host):
    restore_now = host.restore

    def restore_and_vanish(backup):
        restore_now(backup)
        host.unreachable = (host.clock.now, float("inf"))

    host.restore = restore_and_vanish
    with pytest.raises(HostUnreachable, match="restore the metabase backup"):
        restore(host)


def test_without_iisadmin_nothing_is_touched():
    host = make_host(
        iisadmin={"state": STOPPED}, w3svc={"state": STOPPED}, msftpsvc={"state": STOPPED}, smtpsvc={"state": STOPPED}
    )
    with pytest.raises(IisError, match=r"IISADMIN is stopped. Nothing was touched"):
        restore(host)
    assert host.restores() == 0


def test_a_service_on_its_way_is_waited_for():
    host = make_host(smtpsvc={"state": "Start Pending", "takes": 5.0})
    outcome, _operator = restore(host)
    assert outcome.values["services"]["smtpsvc"] == {
        "name": "SMTPSVC",
        "display_name": "Simple Mail Transfer Protocol (SMTP)",
        "before": "started",
        "after": "started",
        "start_mode": "auto",
    }


def test_a_service_that_hangs_is_refused_before_anything_is_touched():
    host = make_host(smtpsvc={"state": "Stop Pending", "hangs": {"Stop Pending"}})
    with pytest.raises(IisError, match=r"restore the metabase backup 'nightly' version 3: SMTPSVC .*stopping"):
        restore(host)
    assert host.restores() == 0
