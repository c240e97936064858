# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that appcmd.exe doesn't print as they are, on a host without root/WebAdministration."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from unit.plugins.plugin_utils.iis.doors import ensure_app_pool, ensure_site, recycle_app_pools
from unit.plugins.plugin_utils.iis.iis7_model import STARTED, STOPPED, UNKNOWN, Iis7Host, Pool7, Site7
from unit.plugins.plugin_utils.iis.services.doing import asked

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.info import gather_info
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.preflight.options import Running
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.preflight.proof import what_is_down
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import ensure_service
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

#: What Windows makes of letters that a code page lacks, where another looks like them.
BEST_FIT = str.maketrans("Ćć", "Cc")


@dataclass
class PrintingHost(Iis7Host):
    """Its appcmd writes in a code page; what isn't UTF-8 is read as code page 437."""

    prints: str = "cp1252"

    def listed(self, noun, settings):
        result = super().listed(noun, settings)
        printed = result.stdout.translate(BEST_FIT).encode(self.prints, "replace")
        try:
            text = printed.decode()
        except UnicodeDecodeError:
            text = printed.decode("cp437")
        return CommandResult(result.exit_code, text, result.stderr)

    def add_pool(self, name, *workers, **options):
        self.pools[name.lower()] = Pool7(name, workers=list(workers), **options)

    @property
    def lists(self):
        """How often a list was run."""
        return sum(line.startswith("run appcmd list") for line in self.requests)


@pytest.fixture(params=["cp1252", "cp437", "utf-8"])
def host(request) -> PrintingHost:
    host = PrintingHost(prints=request.param)
    host.add_pool("Bücher", 4800)
    return host


def recycled(outcome):
    return {pool["name"]: pool["processes_before"] for pool in outcome.values["recycled"]}


def test_all_pools_are_those_whose_names_are_printed_otherwise_too(host):
    outcome = recycle_app_pools(host.context(), "all")
    assert recycled(outcome) == {"DefaultAppPool": [4711], "Bücher": [4800]}
    assert host.pools["bücher"].workers != [4800]


@pytest.mark.parametrize("name", ["Bücher", "BÜCHER"])
def test_such_a_pool_can_be_named(host, name):
    assert recycled(recycle_app_pools(host.context(), name)) == {"Bücher": [4800]}
    assert host.pools["bücher"].workers != [4800]


def test_such_a_pool_that_was_started_by_hand_runs_again_after_a_restart(host):
    host.pools["bücher"].auto_start = False
    ensure_service(host.context(), asked(state="restarted"))
    assert host.pools["bücher"].state == STARTED


def test_such_names_are_reported_as_they_are(host):
    host.sites[2].name = "Bäckerei"
    info = gather_info(host.context(), subsets=["sites", "app_pools"]).values
    assert [site["name"] for site in info["sites"] if site["service"] == "web"] == ["Default Web Site", "Bäckerei"]
    assert [pool["name"] for pool in info["app_pools"]] == ["Bücher", "DefaultAppPool", "Shop"]
    assert host.operator.warnings == []


def test_of_sites_too_that_are_named_to_whoever_asked_for_another(host):
    host.sites[2].name = "Bäckerei"
    with pytest.raises(IisError, match=r"'Bäckerei' \(id 2\)"):
        ensure_site(host.context(), name="Backerei", state="started")


def test_a_proof_finds_such_a_pool_running(host):
    assert what_is_down(host.context(), Running(("w3svc",), (), ("bücher",)), 60) == []


def test_how_a_host_prints_is_found_out_once():
    names = ["Заказы", "Склад", "Отчёты", "Портал", "Архив"]
    host = PrintingHost(prints="cp1251", code_page="1251")
    for number, name in enumerate(names):
        host.add_pool(name, 9000 + number)
        host.sites[10 + number] = Site7(name, 10 + number, f"http/*:{9000 + number}:")
    ascii_host = PrintingHost()
    for each in (host, ascii_host):
        gather_info(each.context(), subsets=["sites", "app_pools"])
    info = gather_info(host.context(), subsets=["sites", "app_pools"]).values
    assert {pool["name"] for pool in info["app_pools"]} == {"DefaultAppPool", "Shop", *names}
    assert set(names) < {site["name"] for site in info["sites"]}
    assert host.lists <= 2 * (ascii_host.lists + 2)


@pytest.mark.parametrize("work", ["all", "name", "info", "restart"])
def test_where_all_names_are_ascii_nothing_more_is_asked(work):
    host = PrintingHost()
    if work == "info":
        gather_info(host.context(), subsets=["sites", "app_pools"])
    elif work == "restart":
        ensure_service(host.context(), asked(name=("w3svc",), state="restarted"))
    else:
        recycle_app_pools(host.context(), {"all": "all", "name": "DefaultAppPool"}[work])
    assert [line for line in host.requests if "CodeSet" in line or "apppool.name:Shop" in line] == []
    # All of them, those of autoStart, and after a recycling all of them again.
    expected = {"all": 4, "name": 4, "info": 6}
    assert work == "restart" or host.lists == expected[work]


# -- names of which letters are lost -----------------------------------------------------------------------------------


@pytest.fixture(params=["Склад", "Ćevapi"], ids=["question marks", "other letters"])
def lost(request) -> tuple[PrintingHost, str]:
    host = PrintingHost()
    host.add_pool(request.param, 4800)
    return host, request.param


def test_a_name_that_is_lost_does_not_hide_a_worker_process(lost):
    host, name = lost
    outcome = recycle_app_pools(host.context(), "all")
    assert recycled(outcome)[name] == [4800]
    assert host.pools[name.lower()].workers != [4800]
    assert not any("?" in each for each in recycled(outcome))


def test_a_pool_whose_name_is_lost_can_be_named(lost):
    host, name = lost
    assert recycled(recycle_app_pools(host.context(), name)) == {name: [4800]}
    assert host.pools[name.lower()].workers != [4800]
    assert ensure_app_pool(host.context(), name=name, state="recycled").changed


def test_a_site_whose_name_is_printed_as_that_of_another_is_itself():
    host = PrintingHost()
    host.sites[2].name, host.sites[1].name = "Ćevapi", "Cevapi"
    assert ensure_site(host.context(), name="Ćevapi", state="stopped").values["name"] == "Ćevapi"
    assert (host.sites[1].state, host.sites[2].state) == (STARTED, STOPPED)


def test_a_pool_whose_name_is_lost_and_that_iis_stops_is_a_failure(lost):
    host, name = lost

    def crash(_line):
        host.pools[name.lower()].workers, host.pools[name.lower()].state = [], STOPPED

    host.when(f"run appcmd recycle.*{name}", crash, after=True)
    with pytest.raises(IisError, match=f"'{name}': it is stopped now"):
        recycle_app_pools(host.context(), "all")


def test_a_pool_whose_name_is_lost_is_no_pool_that_is_gone(lost):
    host, name = lost
    running = Running(("w3svc",), (), (name,))
    assert what_is_down(host.context(), running, 60) == []
    host.pools[name.lower()].state = STOPPED
    assert ["is stopped" in words for words in what_is_down(host.context(), running, 60)] == [True]
    del host.pools[name.lower()]
    assert ["is gone" in words for words in what_is_down(host.context(), running, 60)] == [True]


def test_the_worker_process_of_a_pool_that_was_deleted_is_of_none(lost):
    host, name = lost
    rows = host.process_rows()
    del host.pools[name.lower()]
    host.process_rows = lambda: [*rows, *Iis7Host.process_rows(host)]
    assert name not in recycled(recycle_app_pools(host.context(check_mode=True), "all"))


def test_a_pool_without_a_known_state_is_not_left_out_because_its_name_is_lost():
    host = PrintingHost()
    host.add_pool("Склад", state=UNKNOWN)
    with pytest.raises(IisError, match="has no state that is known"):
        recycle_app_pools(host.context(), "all")


def test_a_name_that_is_lost_is_warned_of():
    host = PrintingHost()
    host.add_pool("Склад")
    info = gather_info(host.context(), subsets=["app_pools"]).values
    assert [pool["name"] for pool in info["app_pools"]] == ["?????", "DefaultAppPool", "Shop"]
    assert [re.search("can't be read.*'[?]{5}'", words) is not None for words in host.operator.warnings] == [True]


def test_a_name_that_no_command_line_can_say_breaks_no_list(monkeypatch):
    host = PrintingHost()
    host.add_pool("B\u00fc%x%")
    listed = host.listed

    def refuse(noun, settings):
        if "%" in settings.get("apppool.name", ""):
            raise ValueError("cmd.exe would replace it")
        return listed(noun, settings)

    monkeypatch.setattr(host, "listed", refuse)
    info = gather_info(host.context(), subsets=["app_pools"]).values
    assert len(info["app_pools"]) == 3
    assert len(host.operator.warnings) == 1


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_was_started_by_hand_and_cannot_be_named_is_not_stopped(check_mode):
    host = PrintingHost()
    host.add_pool("Склад", auto_start=False)
    with pytest.raises(IisError, match=r"'[?]{5}'.*started by hand"):
        ensure_service(host.context(check_mode=check_mode), asked(state="restarted"))
    assert host.scm["W3SVC"].state == "Running"
    assert host.pools["склад"].state == STARTED
    ensure_service(host.context(), asked(state="stopped"))
