# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""appcmd's command line: ``command object identifier /name:value ...`` (its own help; geekybob.com on quoting).

Prefixes are ``/`` and ``-``, object names may be plural. A word that is neither the identifier nor begins with a prefix
is refused, as when a value with a blank isn't quoted as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulator.iis7.codes import ERROR_INVALID_PARAMETER
from simulator.iis7.programs.appcmd.failure import Failed

OBJECTS = ("site", "app", "vdir", "apppool", "config", "wp", "request", "module", "backup", "trace", "binding")
_GENERAL = ("text", "xml", "config", "metadata", "commit", "apphostconfig", "debug", "in", "section", "stop", "?")


@dataclass
class Order:
    """What a command line asks for. ``switches``: the general ones by name; ``parameters``: the others in their order.

    ``/!name:value`` is a property although there is a general switch of its name."""

    verb: str
    kind: str
    identifier: str | None = None
    switches: dict[str, str] = field(default_factory=dict)
    parameters: list[tuple[str, str]] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The object's tag in the output."""
        return self.kind.upper()


def parse(words: list[str]) -> Order:
    """Read the words after the program's name. Raises Failed."""
    verb = words[0].lower() if words else "?"
    kind = words[1].lower() if len(words) > 1 else ""
    known = kind if kind in OBJECTS else kind.removesuffix("s")
    if words and known not in OBJECTS:
        raise Failed("unknown_object", exit=ERROR_INVALID_PARAMETER, name=words[1].upper() if len(words) > 1 else "")
    order = Order(verb, known)
    for number, word in enumerate(words[2:]):
        if word[:1] in ("/", "-") and word != "-":
            _parameter(order, word[1:])
        elif word == "-":
            order.switches["in"] = ""
        elif number == 0:
            order.identifier = word
        else:
            raise Failed("unprefixed", exit=ERROR_INVALID_PARAMETER, name=word)
    return order


def _parameter(order: Order, text: str) -> None:
    name, value = _split(text)
    lowered = name.lower()
    if lowered in _GENERAL:
        order.switches[lowered] = value
    elif lowered == f"{order.kind}.name":
        order.identifier = value
    else:
        order.parameters.append((name.removeprefix("!"), value))


def _split(text: str) -> tuple[str, str]:
    """Name and value at the first colon that is not within an indexer."""
    bare = re.sub(r"\[[^\]]*\]", lambda match: "." * len(match[0]), text)
    at = bare.find(":")
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])
