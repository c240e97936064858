# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which facts are gathered, and those of a Windows that is newer than Server 2003."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.model_host import Listener, VirtualClock

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.facts.gather import SUBSETS, choose, gather_facts
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, MethodResult

MIN = {"distribution", "platform", "date_time"}
ALL = set(SUBSETS)

SERVER_2022 = {
    "Win32_OperatingSystem": [
        {
            "Caption": "Microsoft Windows Server 2022 Standard",
            "Name": "Microsoft Windows Server 2022 Standard|C:\\Windows|\\Device\\Harddisk0\\Partition4",
            "Version": "10.0.20348",
            "ServicePackMajorVersion": "0",
            "ServicePackMinorVersion": "0",
            "ProductType": "3",
            "LastBootUpTime": "20260301080000.000000+060",
            "LocalDateTime": "20260301100000.000000+060",
            "CurrentTimeZone": "60",
            "TotalVisibleMemorySize": "8388000",
        }
    ],
    "Win32_ComputerSystem": [
        {
            "Name": "A-RATHER-LONG-N",
            "DNSHostName": "a-rather-long-name",
            "Domain": "example.com",
            "PartOfDomain": "true",
            "DomainRole": "3",
            "NumberOfProcessors": "2",
            "NumberOfLogicalProcessors": "16",
            "SystemType": "x64-based PC",
        }
    ],
    "Win32_Processor": [{"NumberOfCores": "4"}, {"NumberOfCores": "4"}],
    "Win32_NetworkAdapterConfiguration": [
        {
            "Description": "Ethernet",
            "IPAddress": ["192.0.2.10", "192.0.2.11", "2001:db8::10"],
            "IPSubnet": ["255.255.255.0", "255.255.255.128", "64"],
            "DefaultIPGateway": ["192.0.2.1"],
        },
        {"Description": "Backup", "IPAddress": ["198.51.100.4"], "IPSubnet": ["255.255.0.0"]},
    ],
}


class Host:
    """Answers queries from a table by class, and GetDWORDValue; everything is refused after ``dies``."""

    def __init__(self, rows=None, *, dies=False):
        self.rows = SERVER_2022 if rows is None else rows
        self.dies = dies
        self.limits = set()
        self.asked = []

    def query(self, namespace, wql, *, limit=None):
        self.limits.add(limit)
        self.asked.append(wql)
        if self.dies:
            raise Fault("refused")
        return [Instance(row) for row in self.rows.get(wql.split(" FROM ")[1].split()[0], [])]

    def ask(self, path, method, arguments=None):
        if self.dies:
            raise Fault("refused")
        return MethodResult(
            0, Instance({"uValue": {"MajorVersion": "10", "MinorVersion": "0"}[arguments["sValueName"]]})
        )


def gather(host, *, subsets=("all",), patterns=()):
    operator = Listener()
    outcome = gather_facts(Context(host, VirtualClock(), operator), subsets=subsets, patterns=patterns, limit=7.0)
    assert operator.warnings == []
    return {name.removeprefix("ansible_"): value for name, value in outcome.values["ansible_facts"].items()}


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["all"], ALL),
        ([], ALL),
        (["!all"], MIN),
        (["min"], MIN),
        (["!all", "!min"], set()),
        (["network"], MIN | {"addresses", "interfaces", "windows_domain"}),
        (["!all", "!min", "uptime"], {"uptime"}),
        (["!all", "hardware"], MIN | {"memory", "processor", "uptime"}),
        (["!network", "!min"], ALL - MIN - {"addresses", "interfaces", "windows_domain"}),
        (["all", "!iis"], ALL - {"iis"}),
        (["!facter"], ALL),
    ],
    ids=lambda words: " ".join(sorted(words)) or "none",
)
def test_which_subsets_are_gathered(words, chosen):
    found, unknown = choose(words)
    assert (set(found), unknown) == (chosen, [])


def test_words_that_nobody_knows():
    assert choose(["mounts", "uptime"])[1] == ["mounts"]


def test_a_later_windows():
    host = Host()
    facts = gather(host)

    assert facts["distribution_version"] == "10.0.20348.0"
    assert (facts["hostname"], facts["fqdn"]) == ("a-rather-long-name", "a-rather-long-name.example.com")
    assert (facts["architecture"], facts["architecture2"]) == ("64-bit", "x86_64")
    names = ("count", "cores", "threads_per_core", "vcpus")
    assert [facts[f"processor_{name}"] for name in names] == [2, 4, 2, 16]
    assert facts["iis_version"] == "10.0"
    assert facts["memtotal_mb"] == 8192
    assert host.limits == {7.0}


def test_times_are_local_ones():
    facts = gather(Host())
    assert facts["lastboot"] == "2026-03-01 08:00:00Z"
    assert facts["uptime_seconds"] == 7200
    time = facts["date_time"]
    assert (time["time"], time["iso8601"], time["tz_offset"]) == ("10:00:00", "2026-03-01T09:00:00Z", "+01:00")


def test_adapters_with_one_address_and_with_several():
    facts = gather(Host())
    first, second = facts["interfaces"]
    assert first["ipv4"] == [{"address": "192.0.2.10", "prefix": "24"}, {"address": "192.0.2.11", "prefix": "25"}]
    assert first["ipv6"] == {"address": "2001:db8::10", "prefix": "64"}
    assert second["ipv4"] == {"address": "198.51.100.4", "prefix": "16"}
    assert facts["ip_addresses"] == ["192.0.2.10", "192.0.2.11", "198.51.100.4", "2001:db8::10"]


def test_values_that_make_no_sense_are_no_crash():
    odd = {
        **SERVER_2022,
        "Win32_OperatingSystem": [{**SERVER_2022["Win32_OperatingSystem"][0], "CurrentTimeZone": "4711"}],
        "Win32_NetworkAdapterConfiguration": [{"IPAddress": ["192.0.2.10"], "IPSubnet": ["192.0.2.3"]}],
    }
    facts = gather(Host(odd))
    assert facts["date_time"]["tz_offset"] == "+00:00"
    assert facts["interfaces"][0]["ipv4"]["prefix"] == "192.0.2.3"


def test_what_a_host_leaves_out_is_null():
    facts = gather(Host({}))
    assert {facts[name] for name in ("distribution", "hostname", "memtotal_mb", "lastboot", "date_time")} == {None}
    assert (facts["architecture2"], facts["interfaces"], facts["domain"]) == ("unknown", [], "")


def test_a_host_that_refuses_everything_fails():
    host = Host(dies=True)
    with pytest.raises(IisError, match="Couldn't gather facts: The host refused"):
        gather(host)
    assert len(host.asked) == len(set(host.asked)) == 3
