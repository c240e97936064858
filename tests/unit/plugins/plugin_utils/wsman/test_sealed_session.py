# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client and a simulated Server 2003 over real, sealed NTLM sessions, with both libraries.

What was said is read from the journal of the simulated host, not from the client.
"""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
import requests
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    OutcomeUnknown,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.open import open_channel
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath
from simulator.clock import RealClock
from simulator.faults import Effect, Rule
from simulator.fleet import Fleet, FleetThread
from simulator.machine import Machine
from simulator.wire.profile import PROFILES, WireOptions
from simulator.wire.site import Placement

ADDRESS = "127.41.0.1"
WQL = "SELECT Name, State FROM Win32_Service WHERE Name = 'WinRM'"
WINRM = ObjectPath("root/cimv2", "Win32_Service", {"Name": "WinRM"})
OPTIONS = {
    "winrm": {"transport": ["ntlm"], "scheme": "http"},
    "psrp": {"auth": "ntlm", "protocol": "http"},
}


@pytest.fixture(scope="module", params=["winrm1.1", "winrm2.0"])
def server(request, tmp_path_factory):
    clock = RealClock(time.monotonic)
    machine = Machine("web1", clock, tmp_path_factory.mktemp("web1"), profile=request.param)
    placement = Placement(machine, ADDRESS, PROFILES[request.param], WireOptions())
    with FleetThread(Fleet([placement], clock)) as thread:
        yield thread


@pytest.fixture(params=["winrm", "psrp"])
def host(request, server):
    """A fresh client, with what belongs to it: how to make another, the journal, and faults on demand."""
    pytest.importorskip({"winrm": "winrm", "psrp": "pypsrp"}[request.param])
    fleet = server.fleet
    site = fleet.sites["web1"]
    account = site.machine.accounts[0]
    begin = len(fleet.journal("web1").entries)

    def connect(password=account.password):
        plugin = connection_loader.get(request.param, PlayContext())
        direct = {"remote_addr": ADDRESS, "port": fleet.port, "remote_user": account.user, "remote_password": password}
        plugin.set_options(var_options={"_extras": {}}, direct=direct | OPTIONS[request.param])
        return WsManClient(open_channel(plugin))

    def break_connections():
        server.call(site.drop)
        server.call(site.open)

    yield SimpleNamespace(
        client=connect(),
        connect=connect,
        actions=lambda: [entry.action for entry in list(fleet.journal("web1").entries)[begin:]],
        strike=lambda **rule: server.call(lambda: site.faults.add(Rule(**rule))),
        break_connections=break_connections,
    )
    server.call(site.faults.rules.clear)


def state(client):
    [service] = client.query("root/cimv2", WQL)
    return service.text("State")


def test_a_query_costs_three_legs_of_ntlm_and_one_request_and_no_shell(host):
    assert state(host.client) == "Running"
    assert host.actions() == ["Auth", "Auth", "Auth", "Enumerate"]


def test_a_session_is_kept(host):
    state(host.client)
    state(host.client)
    assert host.actions().count("Auth") == 3


def test_the_environment_is_asked_once_about_proxies(host, monkeypatch):
    asked = []
    bypass = requests.utils.should_bypass_proxies

    def observed(*words, **named):
        asked.append(words)
        return bypass(*words, **named)

    monkeypatch.setattr(requests.utils, "should_bypass_proxies", observed)
    state(host.client)
    state(host.client)
    assert len(asked) == 1, "when the session is made"


def test_all_services_come_in_as_many_pulls_as_the_host_likes(host):
    services = host.client.query("root/cimv2", "SELECT * FROM Win32_Service")
    assert len({service.text("Name") for service in services}) == len(services) > 20
    assert {service.class_name for service in services} == {"Win32_Service"}


def test_references_and_associations(host):
    rows = host.client.query("root/cimv2", "SELECT * FROM Win32_DependentService")
    reference = rows[0]["Antecedent"]
    assert isinstance(reference, ObjectPath)
    assert host.client.get(reference).text("Name") == reference.keys["Name"]


def test_a_static_method(host):
    registry = ObjectPath("root/default", "StdRegProv")
    arguments = {"hDefKey": 2147483650, "sSubKeyName": "SYSTEM\\CurrentControlSet"}
    result = host.client.invoke(registry, "EnumKey", arguments)
    assert result.return_value == 0
    assert "Services" in result.outputs.strings("sNames")


def test_a_command(host):
    result = host.client.run("cmd.exe", "/c", "echo", "a & b <x> 100%", timeout=20)
    assert (result.exit_code, result.stdout) == (0, '"a & b <x> 100%"\r\n')


def test_an_idle_session_that_windows_dropped_is_made_anew_even_for_a_change(host):
    state(host.client)
    host.break_connections()
    assert state(host.client) == "Running"
    host.break_connections()
    assert host.client.invoke(WINRM, "InterrogateService").return_value == 0


@pytest.mark.parametrize("effect", [Effect.CUT_BEFORE, Effect.CUT_AFTER, Effect.TRUNCATE])
def test_a_query_whose_answer_is_lost_is_asked_again(host, effect):
    host.strike(effect=effect, action="Enumerate")
    assert state(host.client) == "Running"


@pytest.mark.parametrize("effect", [Effect.CUT_BEFORE, Effect.CUT_AFTER, Effect.TRUNCATE])
def test_a_change_whose_answer_is_lost_is_made_once_and_is_unknown(host, effect):
    host.strike(effect=effect, action="Invoke")
    with pytest.raises(OutcomeUnknown, match="InterrogateService"):
        host.client.invoke(WINRM, "InterrogateService")
    assert host.actions().count("Invoke") <= 1
    assert state(host.client) == "Running", "the next request starts a new session"


def test_a_change_that_takes_too_long_is_unknown(host):
    host.strike(effect=Effect.FAULT_AFTER, action="Invoke", code=2150858793)
    with pytest.raises(OutcomeUnknown, match="may still be working"):
        host.client.invoke(WINRM, "InterrogateService")


def test_a_refusal_is_a_fault_with_its_code(host):
    host.strike(effect=Effect.FAULT, action="Invoke", code=2150859013)
    with pytest.raises(Fault) as caught:
        host.client.invoke(WINRM, "InterrogateService")
    assert caught.value.has(2150859013)


def test_an_object_that_does_not_exist(host):
    with pytest.raises(Fault) as caught:
        host.client.get(ObjectPath("root/cimv2", "Win32_Service", {"Name": "NoSuchService"}))
    assert caught.value.has(2150858752)


def test_a_class_that_does_not_exist(host):
    with pytest.raises(Fault) as caught:
        host.client.query("root/cimv2", "SELECT * FROM NoSuchClass")
    assert caught.value.has(2150858778)


def test_a_busy_service_is_unreachable(host):
    host.strike(effect=Effect.STATUS, action="Enumerate", status=503)
    with pytest.raises(HostUnreachable, match="HTTP 503"):
        state(host.client)


def test_a_wrong_password_is_offered_once(host):
    with pytest.raises(AuthenticationRefused, match="check the user name and the password"):
        state(host.connect(password="wrong"))
    assert host.actions() == ["Auth", "Auth", "Auth"]


def test_reconnecting_authenticates_anew(host):
    state(host.client)
    host.client.reconnect()
    state(host.client)
    assert host.actions() == ["Auth", "Auth", "Auth", "Enumerate"] * 2


def test_a_command_goes_on_after_a_cut(host):
    host.strike(effect=Effect.CUT_BEFORE, action="Receive")
    result = host.client.run("net.exe", "start", timeout=20)
    assert (result.exit_code, result.output_complete) == (0, False)
