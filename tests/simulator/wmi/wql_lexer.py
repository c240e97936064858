# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The words of WQL (WmiSdk/wql-sql-for-wmi).

Strings stand in single or double quotes; ``\\``, ``\"`` and ``\'`` are the escapes. Any other backslash sequence makes
the query invalid, which is how hosts answer ``Name='C:\boot.ini'`` (INVALID_QUERY). Quotes are not doubled as in SQL.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.wmi.model import WmiError, WmiStatus


class Kind(enum.Enum):
    """What a word is."""

    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Token:
    """One word: its kind and its text (a string's text is unescaped)."""

    kind: Kind
    text: str

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, whatever its case."""
        return self.kind is Kind.NAME and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        """Whether this is one of these signs."""
        return self.kind is Kind.SIGN and self.text in signs


_WORD = re.compile(
    r"""\s*(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>[+-]?(?:0[xX][0-9A-Fa-f]+|\d+(?:\.\d+)?))
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign><>|!=|<=|>=|[=<>(),.*{}:@\\/])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def invalid_query(why: str) -> WmiError:
    """The error that WMI gives for a query that it cannot read (WBEM_E_INVALID_QUERY 0x80041017)."""
    return WmiError(WmiStatus.INVALID_QUERY, f"The query is not valid. {why}".rstrip())


def tokens(query: str) -> list[Token]:
    """All words of a query, END last; raises WmiError INVALID_QUERY."""
    return list(_tokens(query))


def _tokens(query: str) -> Iterator[Token]:
    position, end = 0, len(query.rstrip())
    while position < end:
        match = _WORD.match(query, position, end)
        if match is None or match.lastgroup is None:
            raise invalid_query(f"Unexpected text at {position}.")
        position = match.end()
        text = match[match.lastgroup]
        if match.lastgroup == "text":
            text = unescaped(text[1:-1])
        yield Token(Kind(match.lastgroup), text)
    yield Token(Kind.END, "")


def unescaped(text: str) -> str:
    """A string literal without its escapes; raises WmiError INVALID_QUERY for an unknown escape."""

    def replace(match: re.Match[str]) -> str:
        if match[1] not in "\\\"'":
            raise invalid_query(f"Unknown escape \\{match[1]}.")
        return match[1]

    return _ESCAPE.sub(replace, text)
