# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demonstration prints: plain text, a hundred columns at most."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

from demo.fleet import Host, Metabase

WIDTH = 100
_MODES = {"worker_process": "worker processes", "iis5": "IIS 5.0 mode", None: "none"}


def say(text: str) -> None:
    """Print a paragraph, at once, so that it stands before what Ansible prints."""
    print(textwrap.fill(text, WIDTH), flush=True)


def heading(text: str) -> None:
    """Print a heading."""
    print(f"\n== {text} {'=' * (WIDTH - len(text) - 4)}", flush=True)


def detail(text: str) -> None:
    """Print what belongs to the line above."""
    print(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="      "), flush=True)


def show(hosts: Sequence[Host]) -> None:
    """Print every host."""
    for host in hosts:
        say(f"{host.name}, {host.system}")
        for line in _lines(host):
            detail(line)


def compare(before: Sequence[Host], after: Sequence[Host]) -> None:
    """Print of every host what is different from before, and that the rest isn't."""
    for old, new in zip(before, after, strict=True):
        say(f"{new.name}, {new.system}")
        lines = list(zip(_lines(old), _lines(new), strict=True))
        for was, now in lines:
            if was != now:
                detail(f"{was}  ->  {now.partition(': ')[2]}")
        same = [now for was, now in lines if was == now]
        if same:
            detail(f"As before: {'; '.join(same)}")


def _lines(host: Host) -> Iterable[str]:
    yield f"Web sites: {_isolation(host.metabase)}, {_states(site.state for site in host.sites.values())}"
    if host.pools:
        yield f"Application pools: {_states(host.pools.values())}"
    yield f"Services in processes: {', '.join(_service(host, name) for name in host.services)}"
    yield f"{host.file}: {_file(host)}"


def _isolation(metabase: Metabase | None) -> str:
    if metabase is None:
        return "worker processes, as always"
    configured, running = _MODES[metabase.configured_mode], _MODES[metabase.running_mode]
    return configured if configured == running else f"{configured} configured, {running} running"


def _states(states: Iterable[str]) -> str:
    return " and ".join(f"{count} {state}" for state, count in Counter(states).items())


def _service(host: Host, name: str) -> str:
    return f"{name} {host.processes[name] or host.services[name].lower()}"


def _file(host: Host) -> str:
    if host.metabase is None:
        return f"{host.file_size} bytes, always on disk"
    unsaved = host.metabase.unsaved_changes
    return f"version {host.metabase.file_version}, {f'{unsaved} changes only in memory' if unsaved else 'all saved'}"
