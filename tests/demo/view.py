# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration prints: plain text, a hundred columns at most."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from demo.fleet import Host

WIDTH = 96
_MODES = {"worker_process": "worker process", "iis5": "IIS 5.0", None: "none"}
_LABEL = 20


def say(text: str = "") -> None:
    """Print a paragraph, at once, so that it stands before what Ansible prints."""
    print(textwrap.fill(text, WIDTH), flush=True)


def heading(text: str) -> None:
    """Print a heading."""
    print(f"\n{'=' * WIDTH}\n{text}\n{'=' * WIDTH}\n", flush=True)


def mode_words(host: Host) -> str:
    """The isolation mode in words."""
    configured, running = _MODES[host.configured_mode], _MODES[host.running_mode]
    return (
        f"{configured}, configured and running"
        if configured == running
        else f"{configured} configured, {running} running"
    )


def site_words(host: Host) -> str:
    """All sites with their states."""
    return ", ".join(f"{name} {state}" for name, state in host.sites.values())


def service_words(host: Host) -> str:
    """The services with their states, and the processes that they run in."""
    return ", ".join(
        f"{name} {state.lower()}" + (f" (process {host.processes[name]})" if host.processes[name] else "")
        for name, state in host.services.items()
    )


def file_words(host: Host) -> str:
    """MetaBase.xml as it lies on the disk, and whether memory holds more."""
    more = (
        f"{host.unsaved_changes} changes in memory are NOT in it" if host.unsaved_changes else "memory holds the same"
    )
    return f'version {host.file_version}, {host.file_size} bytes, IIs5IsolationModeEnabled="{host.file_says}"; {more}'


def _rows(host: Host) -> Iterable[tuple[str, str]]:
    yield "isolation mode", mode_words(host)
    yield "services", service_words(host)
    yield "sites", site_words(host)
    yield "MetaBase.xml", file_words(host)


def _row(label: str, text: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=f"  {label:{_LABEL}}", subsequent_indent=" " * (_LABEL + 2)))


def show(hosts: Sequence[Host]) -> None:
    """Print every host."""
    for host in hosts:
        print(f"{host.name} ({host.address})")
        for label, text in _rows(host):
            _row(label, text)
    print(flush=True)


def compare(before: Sequence[Host], after: Sequence[Host]) -> None:
    """Print every host before and after; what is the same is printed once."""
    for old, new in zip(before, after, strict=True):
        print(f"{new.name} ({new.address})")
        for (label, was), (_label, now) in zip(_rows(old), _rows(new), strict=True):
            if was == now:
                _row(label, f"as before: {now}")
            else:
                _row(label, f"before: {was}")
                _row("", f"now:    {now}")
    print(flush=True)
