# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wings of the plugins: what each is about, and which others it may import. docs/architecture.md has this table."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import stage

PLUGINS = stage.ROOT / "plugins"


@dataclass(frozen=True)
class Wing:
    """A folder, or one file, of the plugins. It may import itself and the wings in ``sees``, all listed above it."""

    path: str
    about: str
    sees: tuple[str, ...] = ()


_WIRE = ("_wsman",)
_BASE = ("_iis", *_WIRE)
_HOST = ("_iis/windows", *_BASE)
_DATA = ("_iis/server.py", "_iis/model", *_HOST)
_IIS = ("_iis/versions.py", *_DATA)
_SITES = ("_iis/sites", *_IIS)
_SERVICES = ("_iis/outage", *_SITES)
_EVERYTHING = ("_iis/services", "_iis/isolation", *_SERVICES)

#: From the ground up. ``modules`` and ``doc_fragments`` are documentation and import nothing.
WINGS: tuple[Wing, ...] = (
    Wing("modules", "the documentation of each module"),
    Wing("doc_fragments", "what the modules' documentation shares"),
    Wing("_wsman", "what the domain may see of the wire: values, object paths, WQL, timestamps, text, errors"),
    Wing("_wsman/protocol", "envelopes, answers, faults, values as XML, command lines", ("_wsman",)),
    Wing(
        "_wsman/printed_xml.py",
        "lists that a program of the host prints as XML",
        ("_wsman/protocol", "_wsman"),
    ),
    Wing("_wsman/transport", "the connection plugin's own session, and what goes wrong with it", ("_wsman",)),
    Wing(
        "_wsman/operations", "an exchange, an enumeration, a shell", ("_wsman/protocol", "_wsman/transport", "_wsman")
    ),
    Wing("_wsman/recording", "transcripts", ("_wsman/protocol", "_wsman/transport", "_wsman")),
    Wing(
        "_wsman/client.py",
        "a Windows host as its administrator sees it",
        ("_wsman/operations", "_wsman/protocol", "_wsman/transport", "_wsman"),
    ),
    Wing(
        "_iis",
        "what every wing of the domain stands on: context, outcome, codes, ledger, waiting, interruptions",
        _WIRE,
    ),
    Wing("_iis/model", "what sites, pools, backups and isolation modes are, whichever IIS has them", _BASE),
    Wing(
        "_iis/windows",
        "Windows services as such: read, move, their graph, their recovery; the system, workers",
        _BASE,
    ),
    Wing("_iis/facts", "iis_facts: Windows, the machine and its network, as any play expects them", _HOST),
    Wing(
        "_iis/server.py",
        "what a version of IIS has, as data and narrow protocols",
        ("_iis/windows", "_iis/model", *_BASE),
    ),
    Wing("_iis/iis6/provider.py", "the namespace of IIS 6, and why it doesn't answer", _DATA),
    Wing("_iis/iis6/adsutil.py", "the script that IIS 6 ships, as another way to do what WMI can't", _HOST),
    Wing(
        "_iis/metabase",
        "saving, settings, writing a property, retries, the file",
        ("_iis/iis6/adsutil.py", "_iis/iis6/provider.py", *_DATA),
    ),
    Wing(
        "_iis/iis6",
        "IIS 6.0: its services, sites, pools, metabase, backups and isolation modes",
        ("_iis/metabase", "_iis/iis6/adsutil.py", "_iis/iis6/provider.py", *_DATA),
    ),
    Wing(
        "_iis/iis7",
        "IIS 7 and later: its services, sites, pools and backups, by root/WebAdministration or by appcmd",
        (
            "_wsman/printed_xml.py",
            "_iis/iis6",
            "_iis/metabase",
            "_iis/iis6/adsutil.py",
            "_iis/iis6/provider.py",
            *_DATA,
        ),
    ),
    Wing("_iis/versions.py", "which IIS a host has", ("_iis/iis7", "_iis/iis6", *_DATA)),
    Wing("_iis/sites", "finding a site, changing it, who holds its binding", _IIS),
    Wing("_iis/isolation", "iis_isolation_mode: configured and running", _IIS),
    Wing("_iis/keeping", "iis_metabase_save and iis_metabase_settings", _IIS),
    Wing("_iis/pools", "application pools", _SITES),
    Wing("_iis/outage", "what goes down, what that costs, drain, save, sites back, report", _SITES),
    Wing("_iis/services", "iis_service: options, plan, apply; iisreset, reboot, reset access, lock-out", _SERVICES),
    Wing("_iis/backups", "iis_metabase_backup: make, delete, restore", _SERVICES),
    Wing(
        "_iis/preflight",
        "iis_preflight: would a change go through, and does everything run after it",
        ("_iis/pools", "_iis/services", "_iis/isolation", *_SERVICES),
    ),
    Wing("_iis/info.py", "iis_info: every reader", _EVERYTHING),
    Wing(
        "_iis/probe",
        "iis_probe: every request that the collection relies on",
        (
            "_iis/info.py",
            "_iis/facts",
            "_iis/iis7",
            "_iis/iis6",
            "_iis/metabase",
            "_iis/iis6/adsutil.py",
            "_iis/iis6/provider.py",
            *_EVERYTHING,
        ),
    ),
    Wing(
        "plugin_utils",
        "Ansible: options, check and diff mode, secrets, errors as results",
        ("_wsman/client.py", "_wsman/transport", "_iis", "_wsman"),
    ),
    Wing(
        "action",
        "one call for each module, tens of lines",
        (
            "plugin_utils",
            "_iis/probe",
            "_iis/info.py",
            "_iis/facts",
            "_iis/preflight",
            "_iis/backups",
            "_iis/keeping",
            "_iis/pools",
            *_EVERYTHING,
            "_wsman/recording",
            "_wsman/transport",
        ),
    ),
    Wing("_rollout", "why a playbook of the collection refuses to begin"),
    Wing("lookup", "the hosts of a playbook, for its refusals", ("_rollout",)),
    Wing("_report", "a rollout as a page, as JSON, as JUnit and on the screen"),
    Wing("callback", "what Ansible says of a rollout, for the report", ("_report",)),
)


def owner(path: Path) -> Wing | None:
    """The wing that owns a file or module of the plugins: the longest path that it lies in, but no folder's folder."""
    name = path.relative_to(PLUGINS).as_posix().removeprefix("plugin_utils/")
    folder = name.rpartition("/")[0] or "plugin_utils"
    return next((wing for wing in WINGS if wing.path in (name, f"{name}.py")), None) or next(
        (wing for wing in WINGS if wing.path == folder), None
    )


def imported(path: Path) -> Iterator[Path]:
    """What a file imports of the plugins: files without their ending, or folders."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split(".") if node.module else ())
            for name in node.names:
                inner = base / name.name
                yield inner if inner.with_suffix(".py").exists() else base
