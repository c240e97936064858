# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of sites and application pools, whatever encoding appcmd.exe printed them in.

Into a pipe it writes the host's ANSI code page (azure-pipelines-extensions 851), which is read as the console's. A name
that was asked for needs no reading; one in a list is what finds the object again. Letters that the code page lacks are
printed as question marks, which no name may have, or as others that look like them, which can't be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ..context import CIMV2, Context
from .appcmd import CannotBePassed

_CODE_PAGE = "iis7: the ANSI code page"
_READING = "iis7: how to read what appcmd prints"


def is_printed_as_it_is(name: str) -> bool:
    """Whether nothing of a name can be seen to have been lost."""
    return name.isascii() and "?" not in name


def exact_name(context: Context, printed: str, finds: Callable[[str], bool]) -> str | None:
    """The name that was printed: one that ``finds`` the object again. None where there is none such.

    It takes no request where the name is plain, and one or two runs of ``finds`` where it isn't.
    """
    if is_printed_as_it_is(printed):
        return printed
    for reading in () if "?" in printed else (_as_it_is, _from_ansi):
        name = reading(context, printed)
        with suppress(CannotBePassed):
            if name and finds(name):
                context.memory.keep(_READING, reading)
                return name
    return None


def name_in_list(context: Context, printed: str, finds: Callable[[str], bool]) -> str | None:
    """The same for one of many: how to read them is found out with the first one that isn't plain."""
    reading: Callable[[Context, str], str | None] | None = context.memory.recall(_READING)
    if reading and not is_printed_as_it_is(printed) and "?" not in printed:
        return reading(context, printed)
    return exact_name(context, printed, finds)


def _as_it_is(context: Context, printed: str) -> str | None:  # noqa: ARG001
    return printed


def _from_ansi(context: Context, printed: str) -> str | None:
    try:
        return printed.encode("cp437").decode(_code_page(context))
    except (UnicodeError, LookupError):
        return None


def _code_page(context: Context) -> str:
    known: str | None = context.memory.recall(_CODE_PAGE)
    if known is None:
        systems = context.host.query(CIMV2, "SELECT CodeSet FROM Win32_OperatingSystem")
        known = context.memory.keep(_CODE_PAGE, "".join(f"cp{system.text('CodeSet')}" for system in systems[:1]))
    return known
