# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules on IIS 7.5 and IIS 10, with root/WebAdministration and without it."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action_host
from simulator.faults import Effect, Rule
from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7
from simulator.iis7.switches import FilteredToken, MappedStates, OutputEncoding, ProtocolName, StateWhenDown, Switches7
from simulator.scenario import HostSpec
from simulator.windows.console import Account
from simulator.wire.profile import MissingNamespace, ServerName, WireOptions

from .conftest import address
from .in_process import World


def spec(*, tools, **options):
    """Two Web sites, an FTP site, and two pools with worker processes."""
    switches = options.pop("switches", Switches7())
    return Iis7Spec(
        sites=[
            Site7(1, "Default Web Site", sessions=options.pop("sessions", 0)),
            Site7(2, "Shop", (Binding7("*:81:"),), pool="Shop"),
            Site7(3, "Files", (Binding7("*:21:", "ftp"),)),
        ],
        pools=[Pool7("DefaultAppPool", workers=1), Pool7("Shop", workers=1)],
        scripting_tools=tools,
        ftp=True,
        switches=switches,
        **options,
    )


@pytest.fixture
def begin(tmp_path):
    """Starts a host of a kind: ``begin("iis10", spec(tools=True))``."""
    worlds = []

    def start(kind, iis7, **options):
        world = World(tmp_path, [HostSpec("web01", address=address(), kind=kind, iis7=iis7, **options)])
        worlds.append(world)
        return world.__enter__().hosts[0]

    yield start
    for world in worlds:
        world.__exit__(None, None, None)


@pytest.fixture(params=[("iis10", True), ("iis10", False), ("iis75", True), ("iis75", False)], ids=str)
def web(request, begin):
    kind, tools = request.param
    return begin(kind, spec(tools=tools))


def succeeded(result):
    assert not result.get("failed"), result["msg"]
    return result


def test_a_site_is_stopped_for_good_and_started_again(web):
    stopped = succeeded(web.run("iis_site", name="shop", state="stopped"))
    assert (stopped["changed"], stopped["state"], stopped["auto_start"]) == (True, "stopped", False)
    assert web.run("iis_site", name="Shop", state="stopped")["changed"] is False
    succeeded(web.run("iis_service", name=["w3svc"], state="restarted"))
    assert web.run("iis_site", id=2, state="stopped")["changed"] is False
    started = succeeded(web.run("iis_site", id=2, state="started"))
    assert (started["changed"], started["name"], started["auto_start"]) == (True, "Shop", True)
    assert web.run("iis_site", id=2, state="started")["changed"] is False


def test_a_site_stopped_for_the_moment_comes_back_with_its_service(web):
    stopped = succeeded(web.run("iis_site", name="Shop", state="stopped", lasting=False))
    assert (stopped["state"], stopped["auto_start"]) == ("stopped", True)
    succeeded(web.run("iis_service", name=["w3svc"], state="restarted"))
    assert web.run("iis_site", name="Shop", state="started", lasting=False)["changed"] is False


def test_a_site_is_stopped_for_the_moment_even_where_stopping_persists(begin):
    host = begin("iis10", spec(tools=True, switches=Switches7(wmi_stop_persists=True)))
    stopped = succeeded(host.run("iis_site", name="Shop", state="stopped", lasting=False))
    assert stopped["auto_start"] is host.iis["sites"]["Shop"]["auto_start"] is True


def test_a_pool_is_stopped_for_good_recycled_and_started(web):
    stopped = succeeded(web.run("iis_app_pool", name="Shop", state="stopped"))
    assert (stopped["state"], stopped["auto_start"]) == ("stopped", False)
    assert web.run("iis_app_pool", name="shop", state="stopped")["changed"] is False
    assert "only a started pool" in web.run("iis_app_pool", name="Shop", state="recycled")["msg"]
    started = succeeded(web.run("iis_app_pool", name="Shop", state="started"))
    assert (started["state"], started["auto_start"]) == ("started", True)
    assert succeeded(web.run("iis_app_pool", name="DefaultAppPool", state="recycled"))["changed"]


def test_everything_is_restarted_and_runs_again(web):
    result = succeeded(web.run("iis_service", state="restarted"))
    assert result["method_used"] == "scm"
    assert {site["after"] for key, site in result["sites"].items() if key.startswith("W3SVC")} == {"started"}
    assert {"was", "w3svc"} <= set(result["services"])


def test_without_w3svc_no_state_is_known_and_none_is_guessed(web):
    succeeded(web.run("iis_service", name=["w3svc"], state="stopped"))
    result = web.run("iis_site", name="Shop", state="stopped")
    assert result["failed"]
    assert "the service W3SVC isn't running" in result["msg"]


def test_info_and_what_there_is_instead_of_a_metabase(web):
    info = succeeded(web.run("iis_info"))
    assert info["version"]["iis"] in ("7.5", "10.0")
    assert [site["name"] for site in info["sites"] if site["service"] == "web"] == ["Default Web Site", "Shop"]
    assert info["metabase"] is None
    assert succeeded(web.run("iis_metabase_save"))["needed"] is False
    assert succeeded(web.run("iis_isolation_mode", mode="worker_process"))["changed"] is False
    assert web.run("iis_isolation_mode", mode="iis5")["failed"]
    assert web.run("iis_metabase_settings", history=True)["failed"]


def test_no_metabase_is_told_also_when_nothing_else_is_asked_for(web):
    assert succeeded(web.run("iis_info", gather_subset=["metabase"]))["metabase"] is None


def test_the_connections_of_every_protocol_are_told(web):
    connections = succeeded(web.run("iis_info", gather_subset=["connections"]))["connections"]
    assert set(connections) == {"http", "ftp", "smtp", "nntp"}
    assert connections["nntp"] is None
    cut = succeeded(web.run("iis_service", state="restarted"))["sessions_cut"]
    assert set(cut) == {"http", "ftp", "smtp", "nntp"}


def test_a_backup_that_there_cannot_be_is_refused_in_check_mode_too(web):
    for run in (web.check, web.run):
        assert "have no versions" in run("iis_metabase_backup", name="before", version="3")["msg"]
        assert "have no password" in run("iis_metabase_backup", name="before", password="secret")["msg"]
    succeeded(web.run("iis_metabase_backup", name="before"))
    for run in (web.check, web.run):
        assert "have no versions" in run("iis_metabase_backup", name="before", version="next")["msg"]


def test_a_backup_is_told_also_where_there_is_a_metabase_to_save(begin):
    host = begin("iis10", spec(tools=True, smtp=True, wmi_compatibility=True))
    result = succeeded(host.run("iis_metabase_save", backup="before"))
    assert (result["changed"], result["backup"]) == (True, {"name": "before", "version": 0})
    assert result["path"].endswith("MetaBase.xml")


def test_a_backup_is_made_replaced_restored_and_deleted(web):
    made = succeeded(web.run("iis_metabase_backup", name="before"))
    assert made["changed"]
    assert web.run("iis_metabase_backup", name="before")["changed"] is False
    succeeded(web.run("iis_site", name="Shop", state="stopped"))
    restored = succeeded(web.run("iis_metabase_backup", name="before", state="restored"))
    assert restored["changed"]
    assert web.run("iis_site", name="Shop", state="started")["changed"] is False
    assert succeeded(web.run("iis_metabase_backup", name="before", state="absent"))["changed"]
    assert web.run("iis_metabase_backup", name="before", state="absent")["changed"] is False


def test_preflight_finds_nothing_in_the_way(web):
    assert succeeded(web.run("iis_preflight"))["ready"]


def test_an_ftp_site_by_wmi_and_not_by_appcmd(begin):
    host = begin("iis10", spec(tools=True))
    result = succeeded(host.run("iis_site", service="ftp", name="Files", state="stopped"))
    assert (result["state"], result["auto_start"]) == ("stopped", False)


def test_a_restart_of_the_ftp_service_by_its_name_brings_back_the_sites_that_ran(begin):
    host = begin("iis10", spec(tools=True))
    succeeded(host.run("iis_site", service="ftp", name="Files", state="stopped"))
    succeeded(host.run("iis_site", service="ftp", name="Files", state="started", lasting=False))
    result = succeeded(host.run("iis_service", name="ftpsvc", state="restarted"))
    assert result["sites"]["FTPSVC/3"]["after"] == "started"
    assert host.run("iis_site", service="ftp", name="Files", state="started", lasting=False)["changed"] is False


def test_an_ftp_site_is_out_of_appcmds_reach(begin):
    result = begin("iis10", spec(tools=False)).run("iis_site", service="ftp", name="Files", state="stopped")
    assert "Web-Scripting-Tools" in result["msg"]


#: Requests that begin a session.
HANDSHAKE = 3


# -- what no source says, each way -----------------------------------------------------------------------------------

UNCERTAIN = {
    "methods take as long as it takes": {"methods_return_at_once": False, "site_seconds": 3.0, "pool_seconds": 3.0},
    "appcmd returns at once": {"appcmd_waits": False, "worker_stop_seconds": 20.0},
    "GetState fails": {"state_when_down": StateWhenDown.FAULT},
    "a list of nothing ends with 1168": {"list_nothing_code": 1168},
    "stopping persists": {"wmi_stop_persists": True},
    "a Put is refused": {"put": False, "set_attribute": False},
    "no method of sites can be called": {"refused_methods": {"GetState": 0x8004102E, "Stop": 0x8004102E}},
    "no method of pools can be called": {"refused_methods": {"Recycle": 0x8004102E, "Start": 0x8004102E}},
    "the console's encoding": {"appcmd_encoding": OutputEncoding.CONSOLE},
    "a restart leaves pools alone": {"w3svc_restart_resets_pools": False},
    "lists end at few bindings": {"bindings_in_a_line": 1},
    "a missing object is told in words": {"list_missing_in_words": True},
    "other codes for what is so already": {"pool_started_code": 0x80070420, "pool_stopped_code": 0x80070490},
    "a restart leaves W3SVC's pools to WAS": {"pools_unknown_without_w3svc": False},
    "ending worker processes hide their command line": {"worker_hidden_seconds": 6.0},
    "no counters": {"counters_of_stopped_sites": False, "counters_when_down": True},
    "slow to take notice": {"pickup_seconds": 10.0},
}


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
@pytest.mark.parametrize("which", UNCERTAIN)
def test_sites_and_pools_end_as_they_should_whatever_holds(begin, which, tools):
    host = begin("iis10", spec(tools=tools, switches=Switches7(**UNCERTAIN[which])))
    succeeded(host.run("iis_site", name="shop", state="stopped"))
    assert (host.iis["sites"]["Shop"]["state"], host.iis["sites"]["Shop"]["auto_start"]) == ("stopped", False)
    succeeded(host.run("iis_site", id=2, state="started"))
    assert (host.iis["sites"]["Shop"]["state"], host.iis["sites"]["Shop"]["auto_start"]) == ("started", True)
    workers = host.iis["pools"]["Shop"]["workers"]
    succeeded(host.run("iis_app_pool", name="shop", state="recycled"))
    assert not set(workers) & set(host.iis["pools"]["Shop"]["workers"]) or len(host.iis["pools"]["Shop"]["workers"]) > 1
    succeeded(host.run("iis_app_pool", name="shop", state="stopped"))
    succeeded(host.run("iis_app_pool", name="shop", state="started"))
    pool = host.iis["pools"]["Shop"]
    assert (pool["state"], pool["auto_start"]) == ("started", True)


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
@pytest.mark.parametrize("in_words", [True, False])
def test_a_site_that_is_not_there_names_those_that_are(begin, tools, in_words):
    host = begin("iis10", spec(tools=tools, switches=Switches7(list_missing_in_words=in_words)))
    result = host.run("iis_site", name="Shopp", state="started")
    assert result["failed"]
    assert "There is no Web site named 'Shopp'" in result["msg"]
    assert "'Shop'" in result["msg"]


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
def test_a_list_that_breaks_off_is_refused_and_nothing_in_it_is_taken_for_absent(begin, tools):
    many = spec(tools=tools, switches=Switches7(bindings_in_a_line=1, bindings_limit_everywhere=True))
    many.sites = [Site7(1, "Default Web Site", (Binding7(), Binding7("*:8080:"))), *list(many.sites)[1:]]
    host = begin("iis10", many)
    stopped = host.run("iis_site", id=2, state="stopped")
    info = host.run("iis_info", gather_subset=["sites"])
    succeeded(stopped)
    if tools:
        assert len(succeeded(info)["sites"]) == 3
    else:
        assert "0x8007007A" in info["msg"]


@pytest.mark.parametrize(
    "switches", [{}, {"restore_starts_again": False}, {"restore_stops": False, "restore_starts_again": False}], ids=str
)
def test_a_restore_ends_with_what_ran_whatever_becomes_of_the_services(begin, switches):
    host = begin("iis10", spec(tools=True, switches=Switches7(**switches)))
    succeeded(host.run("iis_metabase_backup", name="before"))
    host.act("set_site", site="Shop", path="limits.maxBandwidth", value="4711")
    result = host.run("iis_metabase_backup", name="before", state="restored")
    assert succeeded(result)["changed"]
    assert host.act("get_site", site="Shop", path="limits.maxBandwidth") == "4294967295"
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]
    assert {site["state"] for site in host.iis["sites"].values() if site["state"]} == {"started"}


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
@pytest.mark.parametrize("exit_code", [13, 1168])
def test_a_host_that_could_not_start_again_with_its_configuration_is_left_running(begin, tools, exit_code):
    host = begin("iis10", spec(tools=tools, switches=Switches7(malformed_code=exit_code)))
    host.act("config_corrupt")
    ready = host.run("iis_preflight", gate=False)
    assert ready["ready"] is False
    assert "couldn't start again" in " ".join(ready["trouble"])
    restarted = host.run("iis_service", name=["all"], state="restarted")
    assert (restarted["failed"], restarted["changed"]) == (True, False)
    assert "iis_metabase_backup" in restarted["msg"]
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
def test_a_host_that_cannot_log_on_to_its_shared_configuration_is_left_running(begin, tools):
    host = begin("iis10", spec(tools=tools, shared_configuration=r"\\files\iis"))
    host.act("config_refused", code=1326)
    restarted = host.run("iis_service", name=["all"], state="restarted")
    assert (restarted["failed"], restarted["changed"]) == (True, False)
    assert "ERROR_LOGON_FAILURE (0x8007052E)" in restarted["msg"]
    assert "redirection.config" in restarted["msg"]
    host.act("config_refused", code=0)
    assert succeeded(host.run("iis_service", name=["all"], state="restarted"))["changed"]


@pytest.mark.parametrize("switches", [{}, {"restore_starts_again": False}, {"restore_stops": False}], ids=str)
@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
@pytest.mark.parametrize("is_down", [True, False], ids=["down", "running"])
def test_a_restore_brings_back_an_iis_that_its_configuration_keeps_down(begin, switches, tools, is_down):
    host = begin("iis10", spec(tools=tools, switches=Switches7(**switches)))
    succeeded(host.run("iis_metabase_backup", name="good"))
    host.act("config_corrupt")
    if is_down:
        succeeded(host.run("iis_service", name=["was"], state="stopped"))
        started = host.run("iis_service", name=["all"], state="started")
        assert started["failed"]
        assert host.services("WAS", "W3SVC") == ["Stopped", "Stopped"]
    foreseen = host.check("iis_metabase_backup", name="good", state="restored")
    assert succeeded(foreseen)["services"]["w3svc"]["after"] == "started"
    result = host.run("iis_metabase_backup", name="good", state="restored")
    assert succeeded(result)["changed"]
    assert host.services("WAS", "W3SVC") == ["Running", "Running"]
    assert {site["state"] for site in host.iis["sites"].values() if site["state"]} == {"started"}
    assert result["services"]["w3svc"]["before"] == ("stopped" if is_down else "started")
    assert result["sites"]["W3SVC/2"]["after"] == "started"


@pytest.mark.parametrize("is_down", [True, False], ids=["down", "running"])
def test_an_appcmd_that_cannot_run_without_a_configuration_restores_nothing_and_says_how_to(begin, is_down):
    host = begin("iis10", spec(tools=True, switches=Switches7(backups_need_configuration=True)))
    succeeded(host.run("iis_metabase_backup", name="good"))
    host.act("config_corrupt")
    if is_down:
        succeeded(host.run("iis_service", name=["was"], state="stopped"))
    before = host.services("WAS", "W3SVC")
    result = host.run("iis_metabase_backup", name="good", state="restored")
    assert (result["failed"], result["changed"]) == (True, False)
    assert "ERROR_INVALID_DATA" in result["msg"]
    assert "backup\\<name>\\applicationHost.config" in result["msg"]
    assert "state=restored" not in result["msg"]
    assert host.services("WAS", "W3SVC") == before


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
@pytest.mark.parametrize("filtered", FilteredToken)
def test_an_account_without_an_elevated_token_changes_nothing_and_is_told_so(begin, tools, filtered):
    account = Account("local", "Secret-1", elevated=False)
    switches = Switches7(filtered_token=filtered)
    host = begin("iis10", spec(tools=tools, switches=switches), accounts=[account])
    before = host.iis
    for module, options in (
        ("iis_site", {"name": "Shop", "state": "stopped"}),
        ("iis_app_pool", {"name": "Shop", "state": "stopped"}),
        ("iis_app_pool", {"name": "Shop", "state": "recycled"}),
    ):
        result = host.run(module, **options)
        assert result["failed"]
        assert "elevated" in result["msg"] or "Administrators" in result["msg"]
    assert host.iis == before


@pytest.mark.parametrize("encoding", OutputEncoding)
def test_names_in_any_encoding(begin, encoding):
    iis7 = spec(tools=False, switches=Switches7(appcmd_encoding=encoding))
    iis7.sites = [*iis7.sites, Site7(4, "Købmand & Søn", (Binding7("*:84:"),))]
    host = begin("iis10", iis7)
    succeeded(host.run("iis_site", name="købmand & søn", state="stopped"))
    assert host.iis["sites"]["Købmand & Søn"]["state"] == "stopped"
    result = host.run("iis_site", id=4, state="started")
    assert host.iis["sites"]["Købmand & Søn"]["state"] == ("stopped" if result.get("failed") else "started")
    assert not result.get("failed") or "by name instead of id" in result["msg"]


@pytest.mark.parametrize("encoding", OutputEncoding)
def test_pools_are_recycled_and_come_back_whatever_their_names(begin, encoding):
    iis7 = spec(tools=False, switches=Switches7(appcmd_encoding=encoding))
    iis7.sites = [
        *iis7.sites,
        Site7(4, "Bücher", (Binding7("*:84:"),), pool="Bücher"),
        Site7(5, "Склад", (Binding7("*:85:"),), pool="Склад"),
    ]
    names = ("Bücher", "Склад")
    iis7.pools = [*iis7.pools, *(Pool7(name, workers=1) for name in names)]
    host = begin("iis10", iis7)

    def workers():
        return {name: set(host.iis["pools"][name]["workers"]) for name in names}

    for options in ({"names": ["all"]}, {"names": list(names)}):
        host.wait(5)
        before = workers()
        result = succeeded(host.run("iis_app_pool", state="recycled", **options))
        assert {pool["name"] for pool in result["recycled"] if pool["processes_before"]} >= set(names)
        assert all(before.values())
        assert all(workers()[name] - before[name] for name in names)
    assert "Bücher" in [pool["name"] for pool in host.run("iis_info", gather_subset=["app_pools"])["app_pools"]]
    assert "Bücher" in [site["name"] for site in host.run("iis_info", gather_subset=["sites"])["sites"]]
    host.act("set_pool", pool="Bücher", path="autoStart", value="false")
    succeeded(host.run("iis_service", name=["w3svc"], state="restarted"))
    assert host.iis["pools"]["Bücher"]["state"] == "started"
    host.act("set_pool", pool="Склад", path="autoStart", value="false")
    refused = host.run("iis_service", name=["w3svc"], state="restarted")
    assert host.iis["pools"]["Склад"]["state"] == "started"
    assert "started by hand" in refused["msg"]


@pytest.mark.parametrize("protocol", ProtocolName)
def test_the_web_half_of_a_site_is_never_stopped_for_its_ftp_half(begin, protocol):
    known = protocol is ProtocolName.WORKS
    iis7 = spec(tools=True, switches=Switches7(protocol_name=protocol))
    iis7.sites = [Site7(1, "Both", (Binding7("*:80:"), Binding7("*:21:", "ftp")))]
    host = begin("iis10", iis7)
    result = host.run("iis_site", service="ftp", name="Both", state="stopped")
    assert bool(result.get("failed")) is not known
    site = host.iis["sites"]["Both"]
    assert (site["state"], site["auto_start"]) == ("started", True)
    assert site["ftp_state"] == ("stopped" if known else "started")


def test_smtp_servers_are_those_of_the_metabase(begin):
    host = begin("iis10", spec(tools=True, smtp=True, wmi_compatibility=True, legacy_scripts=True))
    result = succeeded(host.run("iis_site", service="smtp", id=1, state="stopped"))
    assert result["state"] == "stopped"


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
def test_what_a_task_that_finds_nothing_to_do_costs(begin, tools):
    """Requests over the wire, those of the shell and its end included."""
    host = begin("iis10", spec(tools=tools))
    costs = {}
    for name, module, options in (
        ("site by name", "iis_site", {"name": "Shop", "state": "started"}),
        ("site by id", "iis_site", {"id": 2, "state": "started"}),
        ("pool", "iis_app_pool", {"name": "Shop", "state": "started"}),
        ("service", "iis_service", {"name": ["w3svc"], "state": "started"}),
        ("all", "iis_service", {"state": "started"}),
    ):
        host.forget()
        assert succeeded(host.run(module, **options))["changed"] is False
        costs[name] = len([entry for entry in host.journal() if entry.action]) - HANDSHAKE
    by_wmi = {"site by name": 4, "site by id": 5, "pool": 4, "service": 1, "all": 3}
    by_appcmd = {"site by name": 9, "site by id": 14, "pool": 9, "service": 1, "all": 3}
    assert costs == (by_wmi if tools else by_appcmd)


# -- services --------------------------------------------------------------------------------------------------------

TREE = ("NetTcpActivator", "NetPipeActivator")


@pytest.mark.parametrize("method", ["auto", "iisreset"])
def test_what_ran_runs_again_whoever_restarts_it(begin, method):
    host = begin("iis10", spec(tools=True, activators=TREE, stopped=TREE[1:]))
    before = {name: service["state"] for name, service in host.truth()["services"].items()}
    succeeded(host.run("iis_site", name="Shop", state="stopped", lasting=False))
    process = host.process("WAS")
    result = succeeded(host.run("iis_service", state="restarted", method=method))
    assert result["method_used"] == ("scm" if method == "auto" else "iisreset")
    after = {name: service["state"] for name, service in host.truth()["services"].items()}
    assert host.process("WAS") != process
    if method == "auto":
        assert after == before
    assert result["sites"]["W3SVC/2"]["before"] == "stopped"


def test_with_smtp_the_metabase_is_saved_and_iisadmin_is_one_of_all(begin):
    host = begin("iis10", spec(tools=True, smtp=True, wmi_compatibility=True, legacy_scripts=True))
    result = succeeded(host.run("iis_service", state="restarted"))
    assert {"was", "w3svc", "iisadmin", "smtpsvc"} <= set(result["services"])
    assert {host.service(name) for name in ("WAS", "W3SVC", "IISADMIN", "SMTPSVC")} == {"Running"}


def test_a_machine_is_rebooted_and_everything_is_seen_again(begin):
    host = begin("iis10", spec(tools=True))
    succeeded(host.run("iis_site", name="Shop", state="stopped"))
    result = succeeded(host.run("iis_service", state="rebooted"))
    assert result["sites"]["W3SVC/1"]["after"] == "started"
    assert host.iis["sites"]["Shop"]["state"] == "stopped"


@pytest.mark.parametrize("kind", ["iis75", "iis10"])
@pytest.mark.parametrize("refuses", [True, False])
def test_a_reboot_closes_no_program_unless_it_is_told_to(begin, kind, refuses):
    host = begin(kind, spec(tools=True))
    host.act("open_program", refuses_for_users=refuses)
    booted = host.truth()["booted_at"]

    refused = host.run("iis_service", state="rebooted", timeout=100)
    host.wait(100)
    assert refused["failed"]
    assert ("exit code 1191" in refused["msg"]) is refuses
    assert "force=true" in refused["msg"]
    assert host.truth()["open_programs"] == ["notepad.exe"]
    assert (host.truth()["booted_at"], host.service("W3SVC")) == (booted, "Running")

    if not refuses:
        host.act("close_program")
        host.wait(120)
    succeeded(host.run("iis_service", state="rebooted", force=True))
    assert host.truth()["booted_at"] > booted
    assert host.truth()["closed_by_force"] == (["notepad.exe"] if refuses else [])


@pytest.mark.parametrize("action", ["Command", "Receive", "Signal", "Delete"])
@pytest.mark.parametrize(
    "rule",
    [
        {"effect": Effect.CUT_AFTER},
        {"effect": Effect.TRUNCATE},
        {"effect": Effect.FAULT_AFTER, "code": 995},
        {"effect": Effect.CUT_AFTER, "count": 3},
        {"effect": Effect.STATUS, "count": 3},
        {"effect": Effect.STATUS_AFTER, "status": 504},
    ],
    ids=lambda rule: "-".join(str(value) for value in rule.values()),
)
def test_whichever_answer_to_the_order_is_lost_a_reboot_is_seen(begin, action, rule):
    host = begin("iis10", spec(tools=True))
    booted = host.truth()["booted_at"]
    host.fault(Rule(action=action, **rule))

    result = host.run("iis_service", state="rebooted", timeout=300)

    if (action, rule["effect"]) == ("Command", Effect.STATUS):  # never begun
        assert result.get("failed") or result.get("unreachable")
        assert host.truth()["booted_at"] == booted
    else:
        assert succeeded(result)["method_used"] == "shutdown"
        assert host.truth()["booted_at"] > booted
        assert host.service("W3SVC") == "Running"


def test_a_drain_waits_for_the_counters(begin):
    host = begin("iis10", spec(tools=False, sessions=9))
    result = host.run("iis_service", state="restarted", drain_timeout=10)
    assert "Draining ended" in result["msg"]
    assert host.service("W3SVC") == "Running"


# -- what gets lost --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tools", [True, False], ids=["wmi", "appcmd"])
def test_whichever_answer_is_lost_nothing_is_claimed_that_is_not_so(begin, tools):
    host = begin("iis10", spec(tools=tools))
    for nth in itertools.count(1, 1 if tools else 5):  # appcmd takes dozens
        host.act("start_site", site="Shop")
        host.act("set_site", site="Shop", path="serverAutoStart", value="true")
        lost = host.fault(Rule(Effect.CUT_AFTER, nth=nth))
        result = host.run("iis_site", name="Shop", state="stopped")
        site = host.iis["sites"]["Shop"]
        if not result.get("failed") and not result.get("unreachable"):
            assert (site["state"], site["auto_start"]) == (result["state"], result["auto_start"]) == ("stopped", False)
        elif site["state"] == "stopped":
            assert result.get("changed") or "asked for" in result["msg"]
        host.heal()
        succeeded(host.run("iis_site", name="Shop", state="stopped"))
        if not lost.done:
            break
    assert nth > 8


# -- what else is assumed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", MissingNamespace)
def test_a_missing_namespace_is_understood_however_it_is_told(begin, told):
    host = begin("iis10", spec(tools=False), wire=WireOptions(missing_namespace=told))
    succeeded(host.run("iis_site", name="Shop", state="stopped"))
    assert host.iis["sites"]["Shop"]["state"] == "stopped"


@pytest.mark.parametrize("depends", [True, False])
def test_what_depends_on_was_is_read_from_the_host(begin, depends):
    host = begin("iis10", spec(tools=True, switches=Switches7(ftpsvc_depends_on_was=depends)))
    process = host.process("FTPSVC")
    result = succeeded(host.run("iis_service", state="restarted"))
    assert ("ftpsvc" in result["services"]) is depends
    assert (host.process("FTPSVC") != process) is depends
    assert host.service("FTPSVC") == "Running"


@pytest.mark.parametrize("states", MappedStates)
def test_a_number_that_the_classes_of_iis_6_have_otherwise_is_never_taken_for_done(begin, states):
    switches = Switches7(mapped_states=states)
    wire = WireOptions(server=ServerName.HIDDEN)  # else they aren't asked
    host = begin("iis10", spec(tools=False, wmi_compatibility=True, switches=switches), wire=wire)
    result = host.run("iis_site", name="Shop", state="stopped", timeout=10)
    if states is MappedStates.IIS6:
        succeeded(result)
    assert bool(result.get("failed")) is (host.iis["sites"]["Shop"]["state"] != "stopped")


# -- hosts that have the classes of IIS 6 as well --------------------------------------------------------------------


@pytest.fixture(params=[("iis10", True), ("iis10", False), ("iis75", True)], ids=str)
def compatible(request, begin):
    kind, tools = request.param
    return begin(kind, spec(tools=tools, wmi_compatibility=True))


def test_the_classes_of_iis_6_do_not_hide_the_iis_that_is_there(compatible):
    info = succeeded(compatible.run("iis_info"))
    assert info["metabase"] is None
    assert info["version"]["features"]["wmi_compatibility"] is True
    alone = compatible.run("iis_info", gather_subset=["metabase"])
    assert alone["metabase"] is None
    assert succeeded(compatible.run("iis_isolation_mode", mode="worker_process"))["changed"] is False
    assert compatible.run("iis_metabase_settings", history=True)["failed"]


def test_beside_the_classes_of_iis_6_a_stop_lasts_too(compatible):
    stopped = succeeded(compatible.run("iis_site", name="shop", state="stopped"))
    assert stopped["auto_start"] is compatible.iis["sites"]["Shop"]["auto_start"] is False
    compatible.act("set_site", site="Shop", path="serverAutoStart", value="true")
    assert succeeded(compatible.run("iis_site", id=2, state="stopped"))["changed"] is True
    pool = succeeded(compatible.run("iis_app_pool", name="Shop", state="stopped"))
    assert pool["auto_start"] is compatible.iis["pools"]["Shop"]["auto_start"] is False
    assert "There are: 'Shop'" in compatible.run("iis_app_pool", name="Shp", state="stopped")["msg"]


def test_beside_the_classes_of_iis_6_backups_are_those_of_appcmd(compatible):
    made = succeeded(compatible.run("iis_metabase_backup", name="before"))
    assert (made["changed"], compatible.iis["backups"]) == (True, ["before"])
    assert succeeded(compatible.run("iis_metabase_backup", name="before"))["changed"] is False
    succeeded(compatible.run("iis_site", name="Shop", state="stopped"))
    succeeded(compatible.run("iis_metabase_backup", name="before", state="restored"))
    assert compatible.iis["sites"]["Shop"]["auto_start"] is True
    assert succeeded(compatible.run("iis_metabase_backup", name="before", state="absent"))["changed"]


def test_a_proxy_that_hides_the_name_of_the_server_leaves_the_classes_of_iis_6(begin):
    host = begin("iis10", spec(tools=True, wmi_compatibility=True), wire=WireOptions(server=ServerName.HIDDEN))
    assert succeeded(host.run("iis_site", name="Shop", state="stopped"))["state"] == "stopped"
    assert succeeded(host.run("iis_metabase_backup", name="before"))["changed"]
    assert host.iis["backups"] == ["before"]
    assert "There is no metabase backup" in host.run("iis_metabase_backup", name="before", state="restored")["msg"]


def test_a_proxy_that_calls_itself_something_later_costs_iis_6_two_requests(tmp_path):
    counts = []
    for server in (ServerName.OWN, ServerName.LATER):
        wire = WireOptions(server=server)
        with World(tmp_path / server.value, [HostSpec("web01", address=address(), wire=wire)]) as world:
            result = succeeded(world.hosts[0].run("iis_site", name="Default Web Site", state="started"))
            assert result["changed"] is False
            counts.append([entry.method for entry in world.hosts[0].journal() if entry.action])
    assert len(counts[1]) == len(counts[0]) + 2  # the registry, and the first question once more
    assert counts[1].count("GetDWORDValue") == 1


def test_nothing_is_said_of_saving_where_there_is_nothing_to_save(begin, monkeypatch):
    shown = []
    monkeypatch.setattr(_action_host.display, "display", shown.append)
    host = begin("iis10", spec(tools=True))
    succeeded(host.run("iis_service", state="restarted"))
    assert shown
    assert not [line for line in shown if "Saving" in line]
    host = begin("iis10", spec(tools=True, smtp=True, wmi_compatibility=True, legacy_scripts=True))
    succeeded(host.run("iis_service", state="restarted"))
    assert [line for line in shown if "Saving the metabase" in line]


@pytest.mark.parametrize(("key", "waited"), [("W3SVC/1", (0, 5)), ("W3SVC/2", (30, 60))], ids=["another", "itself"])
def test_a_proof_waits_for_what_has_to_run_and_for_nothing_else(web, key, waited):
    web.act("stick_site", site="Shop")
    assert web.run("iis_site", name="Shop", state="stopped", timeout=2)["failed"]
    began = web.time.monotonic()
    proof = web.run("iis_preflight", running={"services": ["w3svc"], "sites": [key]}, timeout=30)
    seconds = web.time.monotonic() - began
    assert proof["ready"] is (key == "W3SVC/1"), proof["msg"]
    assert waited[0] <= seconds < waited[1]


@pytest.mark.parametrize("options", [{"name": "Shop"}, {"names": ["all"]}], ids=["name", "all"])
def test_an_ending_worker_process_without_a_command_line_fails_no_proof(begin, options):
    iis7 = spec(tools=True, switches=Switches7(worker_stop_seconds=0.0, worker_hidden_seconds=20.0))
    host = begin("iis10", iis7)
    workers = host.iis["pools"]["Shop"]["workers"]
    result = succeeded(host.run("iis_app_pool", state="recycled", **options))
    assert result["changed"]
    assert not set(workers) & set(host.iis["pools"]["Shop"]["workers"])
    again = succeeded(host.run("iis_app_pool", state="recycled", **options))
    assert again["changed"]
