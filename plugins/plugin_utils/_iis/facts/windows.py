# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of Windows and of the machine, under the names and in the form that ansible.windows.setup gives them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

from .source import Source

#: By the words of Win32_ComputerSystem.SystemType: what Win32_OperatingSystem.OSArchitecture, which Server 2003 doesn't
#: have, says of such a system, and what the facts of other systems call it.
_ARCHITECTURES = {
    "x86-based pc": ("32-bit", "i386"),
    "x64-based pc": ("64-bit", "x86_64"),
    "64-bit intel pc": ("64-bit", "ia64"),
    "arm64-based pc": ("ARM 64-bit Processor", "arm64"),
}
#: Minutes.
_DAY = 24 * 60
_PRODUCT_TYPES = {1: "workstation", 2: "domain_controller", 3: "server"}
_DOMAIN_ROLES = (
    "Stand-alone workstation",
    "Member workstation",
    "Stand-alone server",
    "Member server",
    "Backup domain controller",
    "Primary domain controller",
)


def distribution(source: Source) -> dict[str, Any]:
    """Which Windows it is."""
    system = source.system
    version = _version(source)
    return {
        "ansible_distribution": system.text("Caption"),
        "ansible_distribution_version": version,
        "ansible_distribution_major_version": version.partition(".")[0] if version else None,
        "ansible_os_family": "Windows",
        "ansible_os_name": (system.text("Name") or "").partition("|")[0].strip() or None,
        "ansible_os_product_type": _PRODUCT_TYPES.get(system.integer("ProductType") or 0, "unknown"),
    }


def platform(source: Source) -> dict[str, Any]:
    """Names, versions, the kind of machine."""
    computer = source.computer
    domain = (computer.text("Domain") or "") if computer.boolean("PartOfDomain") else ""
    full_name = f"{source.host_name}.{domain}" if domain else source.host_name
    architecture, architecture2 = _ARCHITECTURES.get((computer.text("SystemType") or "").lower(), (None, "unknown"))
    return {
        "ansible_architecture": architecture,
        "ansible_architecture2": architecture2,
        "ansible_domain": domain,
        "ansible_fqdn": full_name,
        "ansible_hostname": source.host_name,
        "ansible_kernel": _version(source),
        "ansible_netbios_name": computer.text("Name"),
        "ansible_nodename": full_name,
        "ansible_owner_contact": computer.text("PrimaryOwnerContact") or "",
        "ansible_owner_name": source.system.text("RegisteredUser") or "",
        "ansible_product_name": computer.text("Model"),
        "ansible_system": "Win32NT",
        "ansible_system_description": source.system.text("Description") or "",
        "ansible_system_vendor": computer.text("Manufacturer"),
    }


def date_time(source: Source) -> dict[str, Any]:
    """The host's own time when it was asked."""
    now = _local(source, "LocalDateTime")
    if now is None:
        return {"ansible_date_time": None}
    utc = now.astimezone(timezone.utc)
    offset = now.strftime("%z")
    return {
        "ansible_date_time": {
            "date": now.strftime("%Y-%m-%d"),
            "day": now.strftime("%d"),
            "epoch": str(int(now.timestamp())),
            "epoch_int": int(now.timestamp()),
            "hour": now.strftime("%H"),
            "iso8601": utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "iso8601_basic": now.strftime("%Y%m%dT%H%M%S%f"),
            "iso8601_basic_short": now.strftime("%Y%m%dT%H%M%S"),
            "iso8601_micro": utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "minute": now.strftime("%M"),
            "month": now.strftime("%m"),
            "second": now.strftime("%S"),
            "time": now.strftime("%H:%M:%S"),
            "tz_offset": f"{offset[:3]}:{offset[3:]}",
            "weekday": now.strftime("%A"),
            "weekday_number": now.strftime("%w"),
            "weeknumber": now.strftime("%W"),
            "year": now.strftime("%Y"),
        }
    }


def memory(source: Source) -> dict[str, Any]:
    """Memory and page files, in MB."""
    return {
        "ansible_memtotal_mb": _megabytes(source, "TotalVisibleMemorySize"),
        "ansible_memfree_mb": _megabytes(source, "FreePhysicalMemory"),
        "ansible_pagefiletotal_mb": _megabytes(source, "SizeStoredInPagingFiles"),
        "ansible_pagefilefree_mb": _megabytes(source, "FreeSpaceInPagingFiles"),
        "ansible_swaptotal_mb": 0,
    }


def processor(source: Source) -> dict[str, Any]:
    """How many processors there are. Without KB932370 a Server 2003 counts each logical processor as one (KB932370)."""
    count = source.computer.integer("NumberOfProcessors")
    logical = source.computer.integer("NumberOfLogicalProcessors") or count
    cores = source.cores
    return {
        "ansible_processor_count": count,
        "ansible_processor_cores": cores,
        "ansible_processor_threads_per_core": logical // (count * cores) if logical and count and cores else None,
        "ansible_processor_vcpus": logical,
    }


def uptime(source: Source) -> dict[str, Any]:
    """Since when it runs, by its own clock."""
    now, booted = _local(source, "LocalDateTime"), _local(source, "LastBootUpTime")
    return {
        "ansible_lastboot": booted.strftime("%Y-%m-%d %H:%M:%SZ") if booted else None,
        "ansible_uptime_seconds": round((now - booted).total_seconds()) if now and booted else None,
    }


def windows_domain(source: Source) -> dict[str, Any]:
    """The domain or workgroup that it is in."""
    role = source.computer.integer("DomainRole")
    known = role is not None and 0 <= role < len(_DOMAIN_ROLES)
    return {
        "ansible_windows_domain": source.computer.text("Domain"),
        "ansible_windows_domain_member": bool(source.computer.boolean("PartOfDomain")),
        "ansible_windows_domain_role": _DOMAIN_ROLES[role or 0] if known else f"Unknown DomainRole {role}",
    }


def iis(source: Source) -> dict[str, Any]:
    """Which IIS it has."""
    return {"ansible_iis_version": source.iis_version}


def _version(source: Source) -> str | None:
    """As .NET has it (Environment.OSVersion): the fourth number is the service pack, 65536 for each major version."""
    system = source.system
    version = system.text("Version")
    if version is None:
        return None
    major, minor = (system.integer(f"ServicePack{part}Version") or 0 for part in ("Major", "Minor"))
    return f"{version}.{major << 16 | minor}"


def _megabytes(source: Source, name: str) -> int | None:
    kilobytes = source.system.integer(name)
    return None if kilobytes is None else math.ceil(kilobytes / 1024)


def _local(source: Source, name: str) -> datetime | None:
    moment = source.system.timestamp(name)
    minutes = source.system.integer("CurrentTimeZone") or 0
    offset = timedelta(minutes=minutes if abs(minutes) < _DAY else 0)
    return moment and moment.astimezone(timezone(offset))
