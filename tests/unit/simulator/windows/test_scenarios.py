# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts from descriptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import VirtualClock
from simulator.iis.kinds import Kind
from simulator.machine import Machine
from simulator.scenario import HostSpec, build_host, demo, load, place_host, placed, scenario
from simulator.windows.spec_reader import SpecError
from simulator.wire.profile import WINRM_1_1, Continuation


def described(tmp_path: Path, *hosts: dict[str, Any]) -> list[HostSpec]:
    path = tmp_path / "hosts.json"
    path.write_text(json.dumps({"hosts": hosts}))
    return load(path)


def test_the_demonstration_has_three_hosts_in_three_situations(clock: VirtualClock, tmp_path: Path):
    machines = [build_host(spec, clock, tmp_path / spec.name) for spec in demo()]
    clock.advance(1)
    described = [machine.describe() for machine in machines]
    assert [host["windows"] for host in described] == ["Windows Server 2003"] * 2 + ["Windows Server 2022"]
    plain, careless, later = (host["iis"] for host in described)
    assert [host["configured_mode"] for host in (plain, careless)] == ["iis5", "iis5"]
    assert [host["running_mode"] for host in (plain, careless)] == ["iis5", "iis5"]
    assert [host["metabase"]["unsaved_changes"] > 0 for host in (plain, careless)] == [False, True]
    assert [site["state"] for site in careless["sites"].values()].count("paused") == 1
    assert {site["state"] for site in later["sites"].values()} == {"started"}
    assert {pool["state"] for pool in later["pools"].values()} == {"started"}
    assert [name for name, site in later["sites"].items() if not site["auto_start"]] == ["Shop"]
    assert [name for name, pool in later["pools"].items() if not pool["auto_start"]] == ["Shop"]


def test_a_file_describes_a_host(clock: VirtualClock, tmp_path: Path):
    path = tmp_path / "hosts.yaml"
    path.write_text(
        """
        hosts:
          - name: old
            profile: winrm1.1
            accounts: [{user: joe, password: secret}, {user: mia, password: secret, admin: false}]
            wire: {allow_basic: true, continuation: one_then_pulls}
            iis:
              services: [web, SMTP]
              iis5_mode: true
              sites:
                - {id: 7, name: "Ärger & Co", bindings: [{port: 81, host: shop.example}], state: stopped}
            actions:
              - {action: fill_disk}
              - {action: kill_service, name: Spooler}
        """,
        encoding="utf-8",
    )
    (spec,) = load(path)
    assert spec.iis is not None
    assert list(spec.iis.services) == [Kind.WEB, Kind.SMTP]
    placement = place_host(spec, clock, tmp_path)
    machine = placement.machine
    assert isinstance(machine, Machine)
    assert placement.profile is WINRM_1_1
    assert placement.options.continuation is Continuation.ONE_THEN_PULLS
    assert [account.admin for account in machine.accounts] == [True, False]
    assert machine.files.disk_full
    assert machine.scm.get("Spooler").exit_code == 1067
    assert machine.describe()["iis"]["sites"]["W3SVC/7"]["name"] == "Ärger & Co"
    assert (tmp_path / "old" / "C").is_dir()


def test_one_entry_may_stand_for_many_hosts_each_on_its_own(tmp_path: Path):
    hosts = described(tmp_path, {"name": "web", "count": 300}, {"name": "db", "address": "127.77.0.5", "iis": None})
    assert [hosts[0].name, hosts[299].name, hosts[300].name] == ["web001", "web300", "db"]
    assert len({host.address for host in hosts}) == 301
    assert hosts[0].iis is not hosts[1].iis


def test_a_host_without_iis(clock: VirtualClock, tmp_path: Path):
    machine = build_host(HostSpec("plain", iis=None), clock, tmp_path)
    assert machine.scm.find("IISADMIN") is None
    assert "iis" not in machine.describe()


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ({}, "hosts[0].name: missing"),
        ({"name": "a", "profil": "x"}, "hosts[0].profil: unknown; did you mean 'profile'?"),
        ({"name": "a", "profile": "x"}, "hosts[0]: profile 'x' is not one of winrm0.5, winrm1.1, winrm2.0"),
        ({"name": "a", "address": "10.0.0.1"}, "hosts[0]: address 10.0.0.1 is not a loopback address"),
        ({"name": "a", "iis": {"services": ["gopher"]}}, "hosts[0].iis.services[0]: expected one of web"),
        ({"name": "a", "iis": {"sites": [{"id": "1"}]}}, "hosts[0].iis.sites[0].name: missing"),
        ({"name": "a", "iis": {"sites": [{"id": "1", "name": "x"}]}}, "hosts[0].iis.sites[0].id: expected int"),
        ({"name": "a", "iis": {"iis5_mode": 1}}, "hosts[0].iis.iis5_mode: expected bool, not int 1"),
        ({"name": "a", "accounts": "joe"}, "hosts[0].accounts: expected a list, not str 'joe'"),
        ({"name": "a", "count": 0}, "hosts[0]: count is at least 1"),
        ({"name": ""}, "hosts[0]: a host needs a name"),
    ],
)
def test_what_does_not_fit_is_said_clearly(tmp_path: Path, host: dict[str, Any], message: str):
    with pytest.raises(SpecError) as caught:
        described(tmp_path, host)
    assert str(caught.value).startswith(message)


def test_names_and_addresses_are_unique():
    with pytest.raises(SpecError, match="two hosts have the name a"):
        placed([HostSpec("a"), HostSpec("A")])
    with pytest.raises(SpecError, match="two hosts have the address"):
        placed([HostSpec("a", address="127.0.0.9"), HostSpec("b", address="127.0.0.9")])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"action": "nonsense"}, "a.actions[0]: unknown action 'nonsense'; known: "),
        ({"action": "kill_service"}, "a.actions[0]: kill_service: "),
        ({"action": "kill_service", "name": "nobody"}, "a.actions[0]: kill_service: "),
    ],
)
def test_an_action_that_cannot_be_carried_out_is_said(
    clock: VirtualClock, tmp_path: Path, action: dict[str, Any], message: str
):
    with pytest.raises(SpecError) as caught:
        build_host(HostSpec("a", iis=None, actions=[action]), clock, tmp_path)
    assert str(caught.value).startswith(message)


def test_a_scenario_is_a_name_or_a_file(tmp_path: Path):
    assert [host.name for host in scenario("demo")] == ["web01", "web02", "web03"]
    with pytest.raises(SpecError, match="no scenario 'nowhere'"):
        scenario("nowhere")
    (tmp_path / "broken.yaml").write_text("hosts: [")
    with pytest.raises(SpecError, match="not YAML"):
        scenario(str(tmp_path / "broken.yaml"))


def test_a_host_keeps_its_metabase_from_one_life_to_the_next(clock: VirtualClock, tmp_path: Path):
    first = build_host(HostSpec("keeper"), clock, tmp_path)
    file = "C:\\WINDOWS\\system32\\inetsrv\\MetaBase.xml"
    text = first.files.read(file).decode()
    first.files.write(file, text.replace("Default Web Site", "Renamed Site").encode())
    second = build_host(HostSpec("keeper"), clock, tmp_path)
    assert second.describe()["iis"]["sites"]["W3SVC/1"]["name"] == "Renamed Site"


def test_iis_comes_back_with_the_machine(clock: VirtualClock, tmp_path: Path):
    machine = build_host(demo()[1], clock, tmp_path)
    machine.reboot()
    clock.advance(120)
    described = machine.describe()
    services = {name: described["services"][name]["state"] for name in ("IISADMIN", "W3SVC", "HTTPFilter", "MSFTPSVC")}
    assert set(services.values()) == {"Running"}
    assert {site["state"] for site in described["iis"]["sites"].values()} == {"started"}
    assert described["iis"]["metabase"]["lost_changes"] == 0, "IISADMIN was told to stop, and saved"


def test_pulling_the_plug_loses_what_was_not_saved(clock: VirtualClock, tmp_path: Path):
    machine = build_host(demo()[1], clock, tmp_path)
    machine.reboot(force=True)
    clock.advance(120)
    assert machine.describe()["iis"]["metabase"]["lost_changes"] > 0


def test_a_file_describes_later_hosts(clock: VirtualClock, tmp_path: Path):
    features = {"scripting_tools": True, "switches": {"protocol_name": "refused", "appcmd_encoding": "console"}}
    sites = [{"id": 4, "name": "Shop", "bindings": [{"information": "*:81:", "protocol": "http"}], "state": "stopped"}]
    specs = described(
        tmp_path,
        {"name": "new", "kind": "iis10", "iis7": {**features, "sites": sites, "pools": [{"name": "DefaultAppPool"}]}},
        {"name": "r2", "kind": "iis75", "iis7": {"smtp": True, "start_modes": {"SMTPSVC": "Manual"}}},
        {"name": "bare", "kind": "iis10", "iis7": None},
    )
    new, r2, bare = (build_host(spec, clock, tmp_path / spec.name) for spec in specs)
    assert [spec.profile for spec in specs] == ["winrm3.0", "winrm2.0r2", "winrm3.0"]
    assert new.describe()["iis"]["sites"]["Shop"]["state"] == "stopped"
    assert new.wmi.provider("root/WebAdministration", "Site")
    assert r2.describe()["services"]["SMTPSVC"]["state"] == "Stopped"
    assert bare.scm.find("WAS") is None
    with pytest.raises(SpecError, match="kind 'iis8'"):
        described(tmp_path, {"name": "x", "kind": "iis8"})


def test_a_later_host_finds_its_configuration_again(clock: VirtualClock, tmp_path: Path):
    (spec,) = described(tmp_path, {"name": "new", "kind": "iis10"})
    build_host(spec, clock, tmp_path).control_actions["set_site"]("Default Web Site", "serverAutoStart", "false")
    assert build_host(spec, clock, tmp_path).describe()["iis"]["sites"]["Default Web Site"]["state"] == "stopped"
