# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_site on IIS 7 and later, by both ways, as statements about a plain model of a host."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.doors import ensure_site
from unit.plugins.plugin_utils.iis.iis7_model import STARTED, STOPPED, UNKNOWN, Iis7Host, Site7

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.sites.read import read_sites
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult


@pytest.fixture(params=[True, False], ids=["wmi", "appcmd"])
def host(request) -> Iis7Host:
    return Iis7Host(tools=request.param)


@pytest.mark.parametrize(
    ("options", "state", "flag"),
    [
        ({"state": "stopped"}, STOPPED, False),
        ({"state": "stopped", "lasting": True}, STOPPED, False),
        ({"state": "stopped", "lasting": False}, STOPPED, True),
        ({"state": "stopped", "auto_start": True}, STOPPED, True),
        ({"state": "restarted"}, STARTED, True),
        ({"auto_start": False}, STARTED, False),
    ],
)
@pytest.mark.parametrize("which", [{"name": "shop"}, {"id": 2}], ids=["name", "id"])
def test_a_state_lasts_unless_it_is_asked_not_to(host, which, options, state, flag):
    predicted = ensure_site(host.context(check_mode=True), **which, **options)
    assert (host.sites[2].state, host.sites[2].auto_start) == (STARTED, True)
    outcome = ensure_site(host.context(), **which, **options)
    assert outcome.changed
    assert outcome.values["auto_start"] is flag
    assert (outcome.values["state"], outcome.values["auto_start"]) == (
        predicted.values["state"],
        predicted.values["auto_start"],
    )
    assert (host.sites[2].state, host.sites[2].auto_start) == (state, flag)
    if options.get("state") != "restarted":
        assert not ensure_site(host.context(), **which, **options).changed


def test_a_site_that_is_stopped_for_the_moment_is_stopped_for_good(host):
    host.sites[2].state = STOPPED
    outcome = ensure_site(host.context(), name="Shop", state="stopped")
    assert outcome.changed
    assert outcome.before == {"W3SVC/2": {"state": "stopped", "auto_start": True}}
    assert outcome.after == {"W3SVC/2": {"state": "stopped", "auto_start": False}}
    assert not host.sites[2].auto_start


def test_what_a_task_asks_that_finds_nothing_to_do():
    wmi, bare = Iis7Host(tools=True), Iis7Host()
    for which in ({"name": "shop"}, {"id": 2}):
        wmi.requests.clear()
        assert not ensure_site(wmi.context(), state="started", **which).changed
        assert len(wmi.requests) <= 5
        assert wmi.commands == []
        bare.requests.clear()
        assert not ensure_site(bare.context(), state="started", **which).changed
        assert len(bare.commands) <= 2


def test_a_site_in_no_known_state_is_never_taken_for_stopped(host):
    host.scm["W3SVC"].state = "Stopped"
    with pytest.raises(IisError, match=r"can't be read: the service W3SVC isn't running"):
        ensure_site(host.context(), name="Shop", state="stopped")
    assert host.changes() == [line for line in host.changes() if "list" in line]


def test_a_site_whose_state_stays_unknown_is_a_failure_that_says_what_to_do(host):
    host.sites[2].state = UNKNOWN
    with pytest.raises(IisError, match="token may not be elevated"):
        ensure_site(host.context(), name="Shop", state="stopped")


def test_a_site_without_an_http_binding_is_no_web_site(host):
    host.sites[2].bindings = "ftp/*:21:"
    with pytest.raises(IisError, match="use service=ftp"):
        ensure_site(host.context(), name="Shop", state="stopped")


def test_pausing_is_refused_with_what_to_do_instead(host):
    with pytest.raises(IisError, match=r"can't pause sites.*load balancer"):
        ensure_site(host.context(), name="Shop", state="paused")


def test_a_binding_that_is_taken_is_named_with_who_has_it(host):
    host.sites[2] = Site7("Shop", 2, "http/*:80:", STOPPED, fails=0x800700B7)
    with pytest.raises(IisError, match=r"Its binding \*:80: is held by the Web site 'Default Web Site'"):
        ensure_site(host.context(), name="Shop", state="started")


def test_a_lost_answer_is_settled_by_reading(host):
    host.when(r"invoke Stop|run appcmd stop", OutcomeUnknown("cut"), after=True)
    assert ensure_site(host.context(), name="Shop", state="stopped").changed
    assert host.sites[2].state == STOPPED


def test_a_name_that_cmd_would_change_is_refused(host):
    with pytest.raises(IisError, match="There is no Web site named 'x'"):
        ensure_site(host.context(), name="x", state="started")


@pytest.mark.parametrize("code_page", ["1252", "1251", None])
def test_a_name_that_appcmd_prints_in_another_encoding_is_tried_before_it_is_used(monkeypatch, code_page):
    host = Iis7Host(code_page=code_page)
    host.sites[2] = Site7("K\u00f8b", 2, "http/*:81:")
    printed = "K\u00f8b".encode("cp1252").decode("cp437")
    listed = host.listed

    def ansi(noun, settings):
        result = listed(noun, settings)
        return CommandResult(result.exit_code, result.stdout.replace("K\u00f8b", printed), "")

    monkeypatch.setattr(host, "listed", ansi)
    assert ensure_site(host.context(), name="k\u00f8B", state="stopped").values["name"] == "k\u00f8B"
    if code_page == "1252":
        assert ensure_site(host.context(), id=2, state="started").values["name"] == "K\u00f8b"
        assert host.sites[2].state == STARTED
    else:
        with pytest.raises(IisError, match="by name instead of id"):
            ensure_site(host.context(), id=2, state="started")


def test_a_method_that_cannot_be_called_is_done_by_appcmd():
    host = Iis7Host(tools=True)
    host.when("invoke Stop", Fault("no", codes=[2150858771]))
    host.when("ask GetState", Fault("no", codes=[2150858771]), times=9)
    host.when("put_property", Fault("no", codes=[2150858771]))
    assert ensure_site(host.context(), name="Shop", state="stopped").changed
    assert (host.sites[2].state, host.sites[2].auto_start) == (STOPPED, False)


def test_an_account_without_access_is_told_so():
    host = Iis7Host(tools=True)
    host.when("FROM Site", Fault("denied", codes=[0x80041003]))
    with pytest.raises(IisError, match="Administrators group"):
        ensure_site(host.context(), name="Shop", state="stopped")


# -- FTP -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bindings", ["ftp/*:21:", "http/*:81:,ftp/*:21:"])
def test_the_ftp_half_of_a_site_is_stopped_by_itself(bindings):
    host = Iis7Host(tools=True)
    host.sites[2].bindings = bindings
    outcome = ensure_site(host.context(), service="ftp", name="shop", state="stopped")
    assert outcome.changed
    assert outcome.values["service"] == "ftp"
    site = host.sites[2]
    assert (site.ftp_state, site.ftp_auto_start, site.state, site.auto_start) == (STOPPED, False, STARTED, True)
    assert not ensure_site(host.context(), service="ftp", id=2, state="stopped").changed


def test_a_provider_that_does_not_know_protocols_never_stops_the_web_half(monkeypatch):
    host = Iis7Host(tools=True)
    host.sites[2].bindings = "http/*:81:,ftp/*:21:"
    call = host.call
    monkeypatch.setattr(
        host, "call", lambda path, method, arguments: call(path, method, {} if path.class_name == "Site" else arguments)
    )
    with pytest.raises(IisError, match="doesn't tell the FTP half"):
        ensure_site(host.context(), service="ftp", name="Shop", state="stopped")
    assert host.sites[2].state == STARTED


def test_iis_7_0_has_no_way_to_ftp_sites():
    host = Iis7Host(tools=True, version="Version 7.0")
    host.sites[2].bindings = "ftp/*:21:"
    with pytest.raises(IisError, match=r"IIS 7\.0 has none"):
        ensure_site(host.context(), service="ftp", name="Shop", state="stopped")


def test_appcmd_has_no_way_to_ftp_sites():
    host = Iis7Host()
    host.sites[2].bindings = "ftp/*:21:"
    with pytest.raises(IisError, match="Web-Scripting-Tools"):
        ensure_site(host.context(), service="ftp", name="Shop", state="stopped")


# -- all sites -------------------------------------------------------------------------------------------------------


def test_all_sites_are_read_with_their_flags(host):
    host.sites[2].auto_start = False
    host.sites[3] = Site7("Files", 3, "ftp/*:21:")
    seen = [(site.id, site.name, site.state.word, site.auto_start) for site in read_sites(host.context(), "web")]
    assert seen == [(1, "Default Web Site", "started", True), (2, "Shop", "started", False)]


def test_a_site_that_speaks_neither_http_nor_ftp_is_a_web_site(host):
    host.sites[3] = Site7("Bus", 3, "net.tcp/808:*")
    assert [site.id for site in read_sites(host.context(), "web")] == [1, 2, 3]


def test_the_states_of_many_sites_are_read_by_one_list():
    host = Iis7Host(tools=True)
    for number in range(3, 103):
        host.sites[number] = Site7(f"Site {number}", number, f"http/*:{number}:")
    assert len(read_sites(host.context(), "web")) == 102
    assert len(host.requests) < 10
    host.when("run appcmd", Fault("no more shells", codes=[2150859173]))
    assert {site.state.word for site in read_sites(host.context(), "web")} == {"started"}


def test_a_kind_of_sites_that_no_later_iis_has_is_named(host):
    with pytest.raises(IisError, match=r"^IIS 7 and later have no sites of the kind 'nntp'\.$"):
        ensure_site(host.context(), service="nntp", id=1, state="started")


@pytest.mark.parametrize("code", [0x80041011, 0x80041012, 0x80041013])
def test_where_wmi_cant_load_the_provider_appcmd_does_the_work(code):
    host = Iis7Host(tools=True)
    host.provider_fails = code
    assert ensure_site(host.context(), name="Shop", state="stopped").changed
    assert host.sites[2].state == STOPPED
