# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iis_site tells when a site can't have the state that was asked for, and that names are data."""

from __future__ import annotations

import itertools

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.iis.switches import Switches
from simulator.wire.profile import ProviderFault, WireOptions

SERVICES = {"web": ("W3SVC", "W3SVC"), "ftp": ("MSFTPSVC", "MSFTPSVC"), "smtp": ("SMTPSVC", "SmtpSvc"),
            "nntp": ("NntpSvc", "NntpSvc")}  # fmt: skip
STATES = ("started", "stopped", "paused")


def two_sites(kind=Kind.WEB, **switches):
    """A started site, and a stopped one that wants the same binding."""
    return IisSpec(
        services=tuple(dict.fromkeys((Kind.WEB, kind))),
        sites=[
            SiteSpec(1, "Default Web Site" if kind is Kind.WEB else "Holder", kind, bindings=(BindingSpec(8000),)),
            SiteSpec(2, "Shop", kind, bindings=(BindingSpec(8000),), state="stopped"),
        ],
        switches=Switches(**switches),
    )


# -- the state machine, all services -----------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATES, STATES)))
def test_every_way_between_the_states_of_a_site(full, service, before, after):
    key = f"{SERVICES[service][1]}/1"
    full.act("site_state", kind=service, site=1, state=before)
    others = {name: state for name, state in full.sites().items() if name != key}

    result = full.run("iis_site", service=service, id=1, state=after)
    again = full.run("iis_site", service=service, id=1, state=after)

    if (before, after) == ("stopped", "paused"):
        assert result["failed"]
        assert "only a started site can be paused" in result["msg"]
        assert full.site(key) == "stopped"
    else:
        assert not result.get("failed"), result["msg"]
        assert result["changed"] is (before != after)
        assert (result["state_before"], result["state"]) == (before, after)
        assert full.site(key) == after
        assert again["changed"] is False
    assert {name: state for name, state in full.sites().items() if name != key} == others


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("before", STATES)
def test_a_restarted_site_is_started_and_changed_every_time(full, service, before):
    key = f"{SERVICES[service][1]}/1"
    full.act("site_state", kind=service, site=1, state=before)

    results = [full.run("iis_site", service=service, id=1, state="restarted") for _time in range(2)]

    assert [result["changed"] for result in results] == [True, True], results
    assert full.site(key) == "started"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("auto_start", [True, False])
@pytest.mark.parametrize("state", [None, "started", "stopped"])
def test_auto_start_is_what_was_asked_for(full, service, auto_start, state):
    options = {} if state is None else {"state": state}

    result = full.run("iis_site", service=service, id=1, auto_start=auto_start, **options)
    again = full.run("iis_site", service=service, id=1, auto_start=auto_start, **options)

    assert not result.get("failed"), result["msg"]
    assert full.in_memory(f"/LM/{SERVICES[service][1]}/1", "ServerAutoStart") is auto_start
    assert full.site(f"{SERVICES[service][1]}/1") == (state or "started")
    assert again["changed"] is False


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("before", ["stopped", "paused"])
def test_what_check_mode_foretells_is_what_happens(full, service, before):
    full.act("site_state", kind=service, site=1, state=before)
    foretold = full.check("iis_site", service=service, id=1, state="started")
    assert full.site(f"{SERVICES[service][1]}/1") == before

    assert full.run("iis_site", service=service, id=1, state="started") == foretold


def test_a_site_that_is_stuck_ends_in_a_failure_in_bounded_time(web):
    web.act("stick_site", kind="web", site=1)
    began = web.time.monotonic()

    result = web.run("iis_site", id=1, state="stopped", timeout=20)

    assert result["failed"]
    assert "stopping" in result["msg"]
    assert web.time.monotonic() - began < 40
    again = web.run("iis_site", id=1, state="started", timeout=5)
    assert again["failed"]
    assert "still stopping" in again["msg"]


def test_a_site_on_its_way_is_waited_for(start):
    host = start(IisSpec(switches=Switches(site_seconds=15.0, methods_return_at_once=True)))

    for state in ("stopped", "started", "paused", "started"):
        result = host.run("iis_site", id=1, state=state)
        assert not result.get("failed"), result["msg"]
        assert host.site("W3SVC/1") == state


@pytest.mark.parametrize("pending", ["pausing", "continuing"])
def test_a_pause_that_takes_longer_than_the_timeout_is_seen_through_by_the_next_task(start, pending):
    transitions = {pending: 12.0}
    host = start(IisSpec(switches=Switches(methods_return_at_once=True, transition_seconds=transitions)))
    ways = {"pausing": ("paused", "started"), "continuing": ("started", "paused")}
    if pending == "continuing":
        host.run("iis_site", id=1, state="paused")
    wanted, other = ways[pending]

    late = host.run("iis_site", id=1, state=wanted, timeout=3)
    again = host.run("iis_site", id=1, state=wanted, timeout=60)
    back = host.run("iis_site", id=1, state=other, timeout=60)

    assert late["failed"]
    assert f"it is {pending} after 3 s" in late["msg"]
    assert late["changed"]
    assert again["state"] == wanted
    assert not again.get("failed")
    assert back["state"] == other
    assert host.site("W3SVC/1") == other


# -- bindings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ProviderFault)
def test_a_binding_that_another_site_holds_is_named_with_its_holder(start, shape):
    host = start(two_sites(), wire=WireOptions(provider_fault=shape))

    result = host.run("iis_site", name="Shop", state="started")

    assert result["failed"]
    assert "*:8000:" in result["msg"]
    assert "Default Web Site" in result["msg"]
    assert host.sites() == {"W3SVC/1": "started", "W3SVC/2": "stopped"}
    assert (result["state"], result["changed"]) == ("stopped", False)


@pytest.mark.parametrize("code", [0x80070034, 0x80070020, 0x800700B7])
def test_every_code_for_a_binding_in_use_is_understood(start, code):
    host = start(two_sites())
    host.fault(Rule(Effect.FAULT, action="Invoke", method="Start", code=code))

    result = host.run("iis_site", id=2, state="started")

    assert result["failed"]
    assert f"0x{code:08X}" in result["msg"]
    assert "Default Web Site" in result["msg"]


@pytest.mark.parametrize("code", [52, 32, 87, 183])
def test_an_ftp_site_has_a_code_more(start, code):
    host = start(two_sites(Kind.FTP, ftp_conflict_code=code))

    result = host.run("iis_site", service="ftp", name="Shop", state="started")

    assert result["failed"]
    assert "*:8000:" in result["msg"]
    assert "Holder" in result["msg"]


@pytest.mark.parametrize("kind", [Kind.SMTP, Kind.NNTP])
def test_a_clash_of_mail_and_news_servers_fails_and_says_why(start, kind):
    host = start(two_sites(kind))

    result = host.run("iis_site", service=kind.name.lower(), name="Shop", state="started")

    assert result["failed"]
    assert host.site(f"{kind.key}/2") == "stopped"
    assert "Shop" in result["msg"]
    assert "0x80070057" in result["msg"]


def test_a_port_that_another_program_has_is_named(start):
    host = start(IisSpec(sites=[SiteSpec(1, "Shop", bindings=(BindingSpec(8000),), state="stopped")]))
    host.act("occupy_port", port=8000)

    result = host.run("iis_site", id=1, state="started")

    assert result["failed"]
    assert "8000" in result["msg"]
    assert "0x80070020" in result["msg"]


def test_a_restart_that_loses_its_binding_says_that_the_site_is_down_now(start):
    host = start(IisSpec(sites=[SiteSpec(1, "Shop", bindings=(BindingSpec(8000),))]))
    host.act("occupy_port", port=8000)

    result = host.run("iis_site", id=1, state="restarted")

    assert result["failed"]
    assert result["changed"]
    assert "was started before and is stopped now" in result["msg"]
    assert (result["state_before"], result["state"]) == ("started", "stopped")
    assert host.site("W3SVC/1") == "stopped"


# -- the service -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("mode", ["Automatic", "Disabled"])
def test_a_site_of_a_stopped_service_is_not_started_but_explained(full, service, mode):
    name = SERVICES[service][0]
    full.act("set_start_mode", name=name, mode=mode)
    full.act("stop_service", name=name)
    full.wait(5)

    result = full.run("iis_site", service=service, id=1, state="started")

    assert result["failed"]
    assert name in result["msg"]
    assert f"fleetops.iis.iis_service with name={name.lower()} state=started" in result["msg"]
    assert ("disabled" in result["msg"]) is (mode == "Disabled")
    assert full.service(name) == "Stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_a_stopped_site_of_a_stopped_service_is_stopped_already(full, service):
    full.act("stop_service", name=SERVICES[service][0])
    full.wait(5)

    assert full.run("iis_site", service=service, id=1, state="stopped")["changed"] is False


@pytest.mark.parametrize("code", [1717, 1722, 1726])
def test_a_metabase_that_is_down_is_explained(start, code):
    host = start(IisSpec(stopped=("IISADMIN", "W3SVC"), switches=Switches(metabase_down_code=code)))

    result = host.run("iis_site", id=1, state="started")

    assert result["failed"]
    assert "IISADMIN" in result["msg"]


def test_a_service_that_is_not_installed_is_named(web):
    result = web.run("iis_site", service="nntp", id=1, state="started")

    assert result["failed"]
    assert "NntpSvc" in result["msg"]
    assert "isn't installed" in result["msg"]


# -- which site --------------------------------------------------------------------------------------------------

NAMES = ("Default Web Site", "Shop", "shop (old)", "Intranet", "Extranet")


def test_two_sites_of_one_name_are_an_error_with_their_ids(start):
    sites = [SiteSpec(number, "Shop", bindings=(BindingSpec(8000 + number),)) for number in (1, 4)]
    host = start(IisSpec(sites=sites))

    result = host.run("iis_site", name="Shop", state="stopped")

    assert result["failed"]
    assert result["ids"] == [1, 4]
    assert "1, 4" in result["msg"]
    assert set(host.sites().values()) == {"started"}


@pytest.mark.parametrize(("asked", "closest"), [("Defualt Web Sit", "Default Web Site"), ("shops", "Shop"),
                                                ("Intra net", "Intranet"), ("ExtraNet2", "Extranet")])  # fmt: skip
def test_an_unknown_name_is_answered_with_the_closest_first(start, asked, closest):
    sites = [SiteSpec(number, name, bindings=(BindingSpec(8000 + number),)) for number, name in enumerate(NAMES, 1)]
    host = start(IisSpec(sites=sites))

    result = host.run("iis_site", name=asked, state="stopped")

    assert result["failed"]
    assert result["sites"][0]["name"] == closest
    assert f"There are: '{closest}'" in result["msg"]
    assert {site["name"] for site in result["sites"]} == set(NAMES)


def test_an_unknown_number_is_answered_with_what_there_is(full):
    result = full.run("iis_site", service="ftp", id=7, state="stopped")

    assert result["failed"]
    assert result["sites"] == [{"id": 1, "name": "Default FTP Site"}]


NASTY = (
    "O'Reilly",
    "''",
    'say "hello"',
    "a & b && net stop w3svc",
    "<script>&amp;</script>",
    "100% %PATH% %1",
    "back\\slash\\",
    "' OR Name LIKE '%",
    "' OR ''='",
    "x' --",
    "| more > C:\\out.txt",
    "^caret^",
    "Größe über Ñandú",
    "日本語のサイト",
    "😀 emoji",
    "semi;colon, comma",
    "$(whoami) `id` {{ 7*7 }}",
    "]]>",
    " leading and trailing ",
)


@pytest.mark.parametrize("service", ["web", "smtp"])
@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_that_name_and_nothing_else(start, service, name):
    kind = Kind[service.upper()]
    sites = [SiteSpec(1, "Default", kind), SiteSpec(2, name, kind), SiteSpec(3, "Shop", kind)]
    host = start(IisSpec(services=tuple(dict.fromkeys((Kind.WEB, kind))), sites=sites))

    result = host.run("iis_site", service=service, name=name, state="paused")

    assert not result.get("failed"), result["msg"]
    assert result["name"] == name
    assert host.sites() == {f"{kind.key}/1": "started", f"{kind.key}/2": "paused", f"{kind.key}/3": "started"}
    assert host.services("W3SVC", "IISADMIN") == ["Running", "Running"]


@pytest.mark.parametrize("module", ["iis_site", "iis_app_pool"])
@pytest.mark.parametrize("name", [*NASTY, "tab\there", "line\nbreak"])
def test_a_name_that_is_not_there_finds_nothing_and_does_nothing(web, module, name):
    result = web.run(module, name=name, state="stopped")

    assert result["failed"]
    assert f"named '{name}'" in result["msg"]
    assert web.sites() == {"W3SVC/1": "started"}
    assert web.iis["pools"] == {"DefaultAppPool": "started"}
    assert web.changes() == []


@pytest.mark.parametrize("module", ["iis_site", "iis_app_pool"])
@pytest.mark.parametrize("name", ["nul\x00", "bell\x07", "\ud800 lone surrogate", "\ufffe"])
def test_a_name_that_xml_cannot_carry_is_refused_before_anything_is_sent(web, module, name):
    result = web.run(module, name=name, state="stopped")

    assert result["failed"]
    assert "can have the name" in result["msg"]
    assert web.journal() == []


@pytest.mark.parametrize("name", [name for name in NASTY if not set(name) & set("\\/")])
def test_an_application_pool_by_any_name(start, name):
    host = start(IisSpec(pools=(PoolSpec("DefaultAppPool"), PoolSpec(name))))

    result = host.run("iis_app_pool", name=name, state="stopped")

    assert not result.get("failed"), result["msg"]
    assert host.iis["pools"] == {"DefaultAppPool": "started", name: "stopped"}
