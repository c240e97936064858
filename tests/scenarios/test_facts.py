# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a Server 2003, and what is missing of them where a part of the host doesn't answer."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import IisSpec


def facts(host, **options):
    result = host.run("iis_facts", **options)
    assert not result.get("failed"), result
    return {name.removeprefix("ansible_"): value for name, value in result["ansible_facts"].items()}


def asked(host):
    return [entry.query or entry.method for entry in host.journal() if entry.action in ("Enumerate", "Invoke")]


def test_the_facts_are_those_of_the_host(start):
    host = start(uptime=7200.0)

    found = facts(host)

    assert found["hostname"] == found["fqdn"] == found["nodename"] == "web01"
    assert (found["netbios_name"], found["domain"], found["windows_domain"]) == ("WEB01", "", "WORKGROUP")
    assert found["os_family"] == "Windows"
    assert found["distribution"] == "Microsoft(R) Windows(R) Server 2003, Standard Edition"
    assert found["distribution_version"] == found["kernel"] == "5.2.3790.131072"
    assert found["distribution_major_version"] == "5"
    assert found["os_name"] == "Microsoft Windows Server 2003 Standard Edition"
    assert (found["architecture"], found["architecture2"]) == ("32-bit", "i386")
    assert (found["memtotal_mb"], found["memfree_mb"]) == (615, 243)
    assert found["uptime_seconds"] == pytest.approx(7200, abs=5)
    assert found["iis_version"] == "6.0"
    (interface,) = found["interfaces"]
    assert interface["ipv4"] == {"address": found["ip_addresses"][0], "prefix": "8"}
    assert interface["ipv6"] is None


def test_they_take_three_queries_and_no_shell(start):
    host = start()
    facts(host)

    queries = [text for text in asked(host) if text.startswith("SELECT")]
    assert len(queries) == 3
    assert asked(host).count("GetDWORDValue") == 2
    assert host.commands() == []


def test_the_minimum_asks_for_nothing_else(start):
    host = start()
    found = facts(host, gather_subset=["min"])
    assert found["hostname"] == "web01"
    assert not {"memtotal_mb", "interfaces", "iis_version"} & set(found)
    assert "GetDWORDValue" not in asked(host)


@pytest.mark.parametrize(
    ("update", "processors"), [(False, (2, None, None, 2)), (True, (1, 2, 1, 2))], ids=["2003", "KB932370"]
)
def test_processors_are_counted_as_the_host_counts_them(start, update, processors):
    found = facts(start(kb932370=update), gather_subset=["processor"])
    names = ("count", "cores", "threads_per_core", "vcpus")
    assert tuple(found[f"processor_{name}"] for name in names) == processors


def test_a_member_of_a_domain_has_its_name(start):
    found = facts(start(domain="example.com"))
    assert (found["fqdn"], found["domain"]) == ("web01.example.com", "example.com")
    assert (found["windows_domain_member"], found["windows_domain_role"]) == (True, "Member server")


def test_times_are_those_of_the_host(start):
    host = start(clock_skew=-86_400.0, uptime=3600.0)
    found = facts(host, gather_subset=["uptime"])
    told = datetime.fromisoformat(found["date_time"]["iso8601"].replace("Z", "+00:00"))
    assert (host.time.now() - told).total_seconds() == pytest.approx(86_400, abs=5)
    booted = datetime.strptime(found["lastboot"], "%Y-%m-%d %H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert (told - booted).total_seconds() == pytest.approx(3600, abs=5)


def test_a_filter_takes_names_with_and_without_their_prefix(start):
    host = start()
    assert set(facts(host, filter=["ansible_*host*", "kernel"])) == {"hostname", "kernel"}
    assert facts(host, filter=["nothing"]) == {}


def test_facts_that_cannot_be_read_are_missing_with_a_warning(start):
    host = start()
    host.fault(Rule(Effect.FAULT, action="Enumerate", query="FROM Win32_NetworkAdapterConfiguration", count=0))

    result = host.run("iis_facts")

    assert result["ansible_facts"]["ansible_hostname"] == "WEB01"
    assert "ansible_interfaces" not in result["ansible_facts"]
    assert len(result["warnings"]) == 1
    assert result["warnings"][0].startswith("web01: Some facts are missing: The host refused: ")


def test_a_subset_that_nobody_knows_is_named(start):
    result = start().run("iis_facts", gather_subset=["!all", "mounts"])
    assert "There are no facts mounts of these hosts" in result["warnings"][0]
    assert "ansible_hostname" in result["ansible_facts"]


def test_a_host_without_iis_has_facts_too(start):
    found = facts(start(no_iis=True))
    assert found["iis_version"] is None
    assert found["hostname"] == "web01"


def test_check_mode_makes_no_difference(start):
    host = start(IisSpec())
    assert host.check("iis_facts", filter=["kernel"])["ansible_facts"] == {"ansible_kernel": "5.2.3790.131072"}
