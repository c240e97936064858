# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_NetworkAdapterConfiguration, without what came with Windows Vista (InterfaceIndex, IPv6 addresses)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from simulator.windows.providers.base import ReadOnlyProvider, properties, sorted_properties
from simulator.wmi.model import CimType, Instance, WmiClass


class NetworkAdapterConfigurationProvider(ReadOnlyProvider):
    """The adapters: one with the machine's address, and one that TCP/IP isn't bound to."""

    wmi_class = WmiClass(
        "Win32_NetworkAdapterConfiguration",
        sorted_properties(
            properties(
                "Caption DatabasePath DefaultIPGateway[] Description DHCPServer DNSDomain "
                "DNSDomainSuffixSearchOrder[] DNSHostName DNSServerSearchOrder[] IPAddress[] IPSubnet[] "
                "IPXAddress MACAddress ServiceName SettingID WINSHostLookupFile WINSPrimaryServer "
                "WINSScopeID WINSSecondaryServer"
            ),
            properties(
                "DHCPEnabled DNSEnabledForWINSResolution DomainDNSRegistrationEnabled FullDNSRegistrationEnabled "
                "IPEnabled IPFilterSecurityEnabled IPXEnabled WINSEnableLMHostsLookup",
                CimType.BOOLEAN,
            ),
            properties("Index", CimType.UINT32, keys=("Index",)),
            properties("IPConnectionMetric MTU TcpipNetbiosOptions", CimType.UINT32),
            properties("DHCPLeaseExpires DHCPLeaseObtained", CimType.DATETIME),
        ),
        bases=("CIM_Setting",),
    )

    def instances(self) -> Sequence[Instance]:
        """The adapters, in the order of their indexes."""
        machine = self.machine
        address = ipaddress.IPv4Address(machine.address or "192.0.2.10")
        network = ipaddress.ip_network(f"{address}/{8 if address.is_loopback else 24}", strict=False)
        hardware = ":".join(f"{byte:02X}" for byte in (0x00, 0x0C, *address.packed))
        bound = {
            "Caption": "[00000001] Simulated Network Connection",
            "DefaultIPGateway": [str(network[1])],
            "Description": "Simulated Network Connection",
            "DHCPEnabled": False,
            "DNSDomain": machine.domain,
            "DNSHostName": machine.name.lower(),
            "Index": 1,
            "IPAddress": [str(address)],
            "IPEnabled": True,
            "IPSubnet": [str(network.netmask)],
            "MACAddress": hardware,
        }
        unbound = {
            "Caption": "[00000002] RAS Async Adapter",
            "Description": "RAS Async Adapter",
            "DHCPEnabled": False,
            "Index": 2,
            "IPEnabled": False,
        }
        return [Instance("Win32_NetworkAdapterConfiguration", values) for values in (bound, unbound)]
