# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of the network."""

from __future__ import annotations

import ipaddress
from typing import Any

from ..._wsman.values import Instance
from .source import Source


def addresses(source: Source) -> dict[str, Any]:
    """All addresses of the host."""
    every = [address for adapter in source.adapters for address in adapter.strings("IPAddress")]
    of = {version: [address for address in every if _version(address) == version] for version in (4, 6)}
    return {
        "ansible_all_ipv4_addresses": of[4],
        "ansible_all_ipv6_addresses": of[6],
        "ansible_ip_addresses": of[4] + of[6],
    }


def interfaces(source: Source) -> dict[str, Any]:
    """The adapters, as far as Server 2003 describes them."""
    return {"ansible_interfaces": [_interface(adapter) for adapter in source.adapters]}


def _interface(adapter: Instance) -> dict[str, Any]:
    return {
        "default_gateway": next(iter(adapter.strings("DefaultIPGateway")), None),
        "dns_domain": adapter.text("DNSDomain") or None,
        "interface_name": adapter.text("Description"),
        "ipv4": _bound(adapter, 4),
        "ipv6": _bound(adapter, 6),
        "macaddress": adapter.text("MACAddress"),
    }


def _bound(adapter: Instance, version: int) -> Any:
    """The addresses of one protocol: one as it is, several in a list, as PowerShell returns them."""
    pairs = zip(adapter.strings("IPAddress"), adapter.strings("IPSubnet"), strict=False)
    found = [{"address": address, "prefix": _prefix(mask)} for address, mask in pairs if _version(address) == version]
    return found if len(found) > 1 else next(iter(found), None)


def _prefix(mask: str) -> str:
    """IPSubnet holds the mask of an IPv4 address, and the length of an IPv6 address' prefix."""
    if "." not in mask:
        return mask
    try:
        return str(ipaddress.IPv4Network(f"0.0.0.0/{mask}").prefixlen)
    except ValueError:
        return mask


def _version(address: str) -> int:
    return 6 if ":" in address else 4
