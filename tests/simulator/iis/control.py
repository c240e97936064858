# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to IIS from outside: what an administrator at the console, another program or bad luck would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.iis.disk import InetsrvFolder
from simulator.iis.host import Iis
from simulator.iis.kinds import kind_named
from simulator.iis.schema import Value, definition, parse_value
from simulator.iis.sites import SiteState
from simulator.iis.store import METABASE


def control_actions(iis: Iis) -> dict[str, Callable[..., Any]]:
    """The actions by name. Sites are given as protocol (web, ftp, smtp, nntp) and number; paths as /LM/W3SVC/1.

    Unknown names raise KeyError, refusals IisError.
    """
    store = iis.store
    metabase_path = InetsrvFolder.path(METABASE)

    def metabase_set(path: str, name: str, value: bool | int | str | list[str]) -> None:
        """A change in IIS Manager, left unsaved."""
        store.metabase.set(path, name, _value(name, value))

    def metabase_get(path: str, name: str) -> Any:
        value = store.metabase.get(path, name)
        return list(value) if isinstance(value, tuple) else value

    def metabase_save() -> bool:
        return iis.save_now()

    def metabase_lock(locked: bool = True) -> None:
        """Another program holds MetaBase.xml open and lets nobody write."""
        if locked:
            iis.machine.files.lock(metabase_path)
        else:
            iis.machine.files.unlock(metabase_path)

    def metabase_read_only(read_only: bool = True) -> None:
        iis.machine.files.set_read_only(metabase_path, read_only)

    def metabase_corrupt() -> None:
        """Cut MetaBase.xml off in the middle."""
        real = iis.machine.files.real_path(metabase_path)
        data = real.read_bytes()
        real.write_bytes(data[: len(data) // 2])

    def metabase_edit(old: str, new: str) -> None:
        """Edit MetaBase.xml with a text editor."""
        text = iis.machine.files.read(metabase_path).decode()
        if old not in text:
            raise KeyError(old)
        iis.machine.files.write(metabase_path, text.replace(old, new).encode())

    def metabase_hold(path: str = "/LM", seconds: float = 30.0) -> None:
        """Somebody keeps a key open for writing."""
        handle = iis.handles.open(path, write=True)
        iis.machine.clock.call_later(seconds, handle.close)

    def add_sessions(kind: str, site: int, count: int) -> None:
        iis.sites[kind_named(kind)].sessions.add(site, count)

    def drain_rate(kind: str, per_second: float) -> None:
        iis.sites[kind_named(kind)].sessions.drain_per_second = per_second

    def occupy_port(port: int, process: str = "apache.exe") -> None:
        iis.occupied_ports[port] = process

    def free_port(port: int) -> None:
        iis.occupied_ports.pop(port, None)

    def disable_iisreset(disabled: bool = True) -> None:
        iis.iisreset_disabled = disabled

    def refuse_control_once() -> None:
        """The next iisreset meets 0x80070425 once."""
        iis.refuse_control_once = True

    def fail_next_start(service: str = "W3SVC", code: int = 1053) -> None:
        iis.failing_starts[service.lower()] = code

    def site_state(kind: str, site: int, state: str) -> None:
        """Somebody else brought a site into a state."""
        sites = iis.sites[kind_named(kind)]
        wanted = SiteState[state.upper()]
        if wanted in (SiteState.STARTED, SiteState.STOPPED):
            store.metabase.set(kind_named(kind).site_path(site), "ServerAutoStart", wanted is SiteState.STARTED)
        sites.force(site, wanted)

    def stick_site(kind: str, site: int) -> None:
        """A site that gets stuck in its next transition."""
        iis.sites[kind_named(kind)].stick(site)

    def switch(name: str, value: Any) -> None:
        """Change one of the uncertain answers."""
        current = getattr(iis.switches, name)
        setattr(iis.switches, name, type(current)(value))

    actions: tuple[Callable[..., Any], ...] = (
        metabase_set, metabase_get, metabase_save, metabase_lock, metabase_read_only, metabase_corrupt, metabase_edit,
        metabase_hold, add_sessions, drain_rate, occupy_port, free_port, disable_iisreset, refuse_control_once,
        fail_next_start, site_state, stick_site, switch,
    )  # fmt: skip
    return {action.__name__: action for action in actions}


def _value(name: str, value: bool | int | str | list[str]) -> Value:
    if isinstance(value, list):
        return tuple(value)
    return value if isinstance(value, (bool, int)) else parse_value(definition(name).type, value, name)
