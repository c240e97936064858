# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which IIS a host has. Finding out costs nothing where it makes no difference.

The oldest IIS is asked first. Only where it is missing (:class:`~.server.Missing`), or where a Windows answers that it
doesn't run on, is the registry asked which one there is: MajorVersion in HKLM\\SOFTWARE\\Microsoft\\InetStp, which the
setup of every IIS writes. Services may tell as well: one that only one IIS has. What was found holds for the rest of
the task.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from .._wsman.errors import Fault
from . import codes
from .context import Context
from .iis6.server import IIS6
from .iis7.server import IIS7
from .server import SERVER, Family, Missing, OnlyCompatible, Server
from .windows.registry import IIS_SETUP, read_number

T = TypeVar("T")


@dataclass(frozen=True)
class Dialect:
    """What an IIS has from a major version on, up to the next one in the list.

    ``server`` gives it for a host; it may ask the host which optional features are installed, except for the first
    one in the list.
    """

    since: int
    family: Family
    server: Callable[[Context], Server]


#: The versions that the collection knows, oldest first.
DIALECTS: list[Dialect] = [
    Dialect(6, IIS6.family, lambda _context: IIS6),
    Dialect(7, IIS7.family, lambda _context: IIS7),
]


def known(context: Context) -> Server | None:
    """The IIS of the host, as far as it has been found out."""
    server: Server | None = context.memory.recall(SERVER)
    return server


def assumed(context: Context) -> Server:
    """The IIS of the host: the one that was found out, or the one that is asked first."""
    return known(context) or DIALECTS[0].server(context)


def consult(context: Context, ask: Callable[[Server], T]) -> T:
    """Ask the IIS of the host, and find out which one that is where the oldest one is missing.

    ``ask`` may be called for one IIS after another, so it raises Missing only before it changes anything. Raises what
    ``ask`` raises; Missing has explained itself by then.
    """
    server = assumed(context)
    try:
        return ask(server)
    except Missing as missing:
        try:
            found = server if known(context) else recognise(context)
        except Fault as fault:
            missing.message = f"{missing.message} {_why_not_recognised(fault)}"
            raise missing from fault
        if found is server and not isinstance(missing, OnlyCompatible):
            missing.explain()
            raise
    try:
        return ask(found)
    except Missing as missing:
        missing.explain()
        raise


def recognise(context: Context) -> Server:
    """Find out by the registry which IIS the host has: one request, none where there is no choice.

    A host without IIS has the oldest one, which says what is missing. Raises Fault where the registry can't be read.
    """
    if len(DIALECTS) == 1:
        return DIALECTS[0].server(context)
    major = max(read_major_version(context) or 0, DIALECTS[0].since)
    dialects = [dialect for dialect in DIALECTS if dialect.since <= major]
    return context.memory.keep(SERVER, dialects[-1].server(context))


def recognise_by_services(context: Context, installed: Collection[str]) -> Server:
    """Find out which IIS the host has by its services (keys), as far as they say; else the one that is assumed."""
    if known(context) is None:
        for dialect in reversed(DIALECTS[1:]):
            if dialect.family.marks & frozenset(installed):
                return context.memory.keep(SERVER, dialect.server(context))
    return assumed(context)


def roots() -> list[str]:
    """The services (keys) by which every IIS that the collection knows is recognised, and what depends on it read."""
    return list(dict.fromkeys(root for dialect in DIALECTS for root in dialect.family.roots))


def read_major_version(context: Context) -> int | None:
    """Read the version of IIS from the registry: one request. None where setup left none. Raises Fault."""
    return read_number(context, IIS_SETUP, "MajorVersion")


def _why_not_recognised(fault: Fault) -> str:
    answer = f"Whether it has a later IIS isn't known: its registry can't be read ({codes.describe_fault(fault)})."
    return f"{answer} {codes.USE_AN_ADMINISTRATOR}" if codes.is_access_denied(fault) else answer
