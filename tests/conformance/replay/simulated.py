# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated host like the one of a transcript, which gets the same requests."""

from __future__ import annotations

import asyncio
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from conformance.replay.facts import local
from conformance.replay.transcript import Exchange, Transcript
from simulator.clock import VirtualClock
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7
from simulator.scenario import HostSpec, build_host
from simulator.wire.profile import PROFILES
from simulator.wire.service import WinRm

_ADDRESS = "127.80.0.1"
_STATES = {"2": "started", "4": "stopped", "6": "paused"}
#: What a host gives out and is given back; each host has its own.
_IDENTIFIERS = ("EnumerationContext", "ShellId", "CommandId", "ProcessId")


class SimulatedHost:
    """Answers requests as the simulator does, at once: its time passes only while it has something to wait for."""

    def __init__(self, spec: HostSpec, folder: Path) -> None:
        self._clock = VirtualClock()
        machine = build_host(spec, self._clock, folder)
        self._account = machine.accounts[0]
        endpoint = f"http://{_ADDRESS}:5985/wsman"
        self._service = WinRm(machine, PROFILES[spec.profile], spec.wire, _ADDRESS, endpoint)
        self._loop = asyncio.new_event_loop()
        self._ended: dict[str, str] = {}
        self._same: dict[tuple[str, str], str] = {}

    def answer(self, exchange: Exchange) -> str:
        """The answer to a recorded request. What the recorded host named by numbers of its own is translated."""
        request = self._translated(exchange.request).encode()
        if (done := self._ended.get(_command_of(request))) is not None:
            return done  # the recorded host gave its output in more pieces
        work = self._service.perform(self._service.read(request), self._account, _ADDRESS)
        document = self._loop.run_until_complete(self._clock.finish(work)).body.decode()
        if "/CommandState/Done" in document:
            self._ended[_command_of(request)] = document
        if exchange.answer is not None:
            self._pair(exchange.answer, document)
        return document

    def close(self) -> None:
        """End what still runs."""
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _pair(self, recorded: str, own: str) -> None:
        theirs, ours = list(_identifiers(recorded)), list(_identifiers(own))
        for place, value in theirs:
            for other, mine in ours:
                if other == place:
                    self._same.setdefault((place[-1], value), mine)

    def _translated(self, request: str) -> str:
        for (name, value), own in self._same.items():
            text = re.escape(value)
            request = re.sub(rf"(<(?:\w+:)?{name}\b[^>]*>){text}(?=<)", rf"\g<1>{own}", request)
            request = re.sub(rf"(\b{name}=[\"']?){text}(?!\w)", rf"\g<1>{own}", request)
            request = re.sub(rf"(Name=\"{name}\"[^>]*>){text}(?=<)", rf"\g<1>{own}", request)
        return request


def _command_of(request: bytes) -> str:
    """The command whose output a Receive asks for; empty for any other request."""
    streams = (element for element in ET.fromstring(request).iter() if local(element.tag) == "DesiredStream")
    return next((stream.get("CommandId", "") for stream in streams), "")


def _identifiers(document: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Each identifier in an answer: whose it is (a row's name, or nobody's) and its name, then its value."""
    for element in ET.fromstring(document).iter():
        name = element.get("Name", "") if local(element.tag) == "Selector" else local(element.tag)
        if name in _IDENTIFIERS[:3] and (element.text or "").strip():
            yield ("", name), (element.text or "").strip()
        members = {local(child.tag): (child.text or "").strip() for child in element}
        if members.get("Name") and members.get("ProcessId", "0") != "0":
            yield (members["Name"], "ProcessId"), members["ProcessId"]


def host_of(transcript: Transcript) -> HostSpec:
    """What the answers show of a host: its services, sites, application pools, isolation mode and version of IIS."""
    rows = [row for exchange in transcript.exchanges for row in _rows(exchange.answer)]
    running = {row["Name"].lower() for kind, row in rows if kind == "Win32_Service" and "Name" in row}
    kinds = tuple(kind for kind in Kind if kind is Kind.WEB or kind.service.lower() in running)
    sites = [site for kind in kinds for site in _sites(kind, rows)]
    names = {row["Name"].rpartition("/")[2] for kind, row in rows if kind == "IIsApplicationPoolSetting"}
    pools = sorted(names | {"DefaultAppPool"})
    versions = [int(row["MajorIIsVersionNumber"]) for _kind, row in rows if "MajorIIsVersionNumber" in row]
    if max(versions, default=6) > 6:
        return _later(max(versions), sites, pools, any(kind == "Site" for kind, _row in rows))
    modes = [row["IIs5IsolationModeEnabled"] for _kind, row in rows if "IIs5IsolationModeEnabled" in row]
    iis = IisSpec(
        services=kinds,
        sites=sites,
        pools=[PoolSpec(name) for name in pools],
        iis5_mode=modes[:1] == ["true"],
    )
    old = any("Stack: 1" in (exchange.answer or "") for exchange in transcript.exchanges)
    return HostSpec("host", address=_ADDRESS, profile="winrm1.1" if old else "winrm2.0", iis=iis)


def _later(major: int, sites: list[SiteSpec], pools: list[str], tools: bool) -> HostSpec:
    """A host whose IIS 7 or later has the classes of IIS 6, by which its version was read; ``tools``: those of its own
    answered, too."""
    iis7 = Iis7Spec(
        sites=[
            Site7(site.id, site.name, (Binding7(f"*:{site.bindings[0].port}:"),), site.state)
            for site in sites
            if site.kind is Kind.WEB
        ],
        pools=[Pool7(name) for name in pools],
        scripting_tools=tools,
        wmi_compatibility=True,
        smtp=any(site.kind is Kind.SMTP for site in sites),
    )
    return HostSpec("host", address=_ADDRESS, kind="iis10" if major > 7 else "iis75", iis7=iis7)


def _rows(answer: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    for element in ET.fromstring(answer).iter() if answer else ():
        members = {local(child.tag): (child.text or "").strip() for child in element}
        if members.get("Name"):
            yield local(element.tag), members


def _sites(kind: Kind, rows: list[tuple[str, dict[str, str]]]) -> list[SiteSpec]:
    sites: dict[int, SiteSpec] = {}
    for name, row in rows:
        key, _slash, number = row["Name"].partition("/")
        if not name.startswith(kind.value.prefix) or key.upper() != kind.key.upper() or not number.isdigit():
            continue
        site = sites.setdefault(int(number), SiteSpec(int(number), f"site {number}", kind, (_port(int(number)),)))
        site.name = row.get("ServerComment", site.name)
        site.state = _STATES.get(row.get("ServerState", ""), site.state)
    return list(sites.values())


def _port(site: int) -> BindingSpec:
    """A binding that no other site has."""
    return BindingSpec(8000 + site % 50000)
