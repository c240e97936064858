# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL: SELECT, ASSOCIATORS OF and REFERENCES OF, read into plain data.

What WQL does not have is refused as WMI refuses it, INVALID_QUERY: ORDER BY, a second statement, comments, doubled
quotes.
Sources: WmiSdk/select-statement-for-data-queries, associators-of-statement, references-of-statement, wql-operators.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.wmi.conditions import And, Comparison, Condition, Is, Isa, Literal, Not, Or
from simulator.wmi.model import ObjectPath, WmiError, WmiStatus
from simulator.wmi.wql_lexer import Kind, Token, invalid_query, tokens

_KEYWORDS = {"SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "LIKE", "IS", "NULL", "ISA", "TRUE", "FALSE"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Select:
    """``SELECT columns FROM class WHERE condition``; no columns means ``*``."""

    columns: tuple[str, ...] | None
    class_name: str
    condition: Condition | None = None


@dataclass(frozen=True)
class Associators:
    """``ASSOCIATORS OF {source} WHERE …``: what the associations of an object lead to."""

    source: ObjectPath
    assoc_class: str | None = None
    result_class: str | None = None
    role: str | None = None
    result_role: str | None = None


@dataclass(frozen=True)
class References:
    """``REFERENCES OF {source} WHERE …``: the associations of an object themselves."""

    source: ObjectPath
    result_class: str | None = None
    role: str | None = None


Query = Select | Associators | References


def parse(query: str) -> Query:
    """Read a query; raises WmiError INVALID_QUERY if it is not WQL."""
    return _Parser(tokens(query)).query()


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._at = 0

    def query(self) -> Query:
        word = self._take()
        result: Query
        if word.is_word("SELECT"):
            result = self._select()
        elif word.is_word("ASSOCIATORS"):
            result = self._associators()
        elif word.is_word("REFERENCES"):
            result = self._references()
        else:
            raise invalid_query("A query begins with SELECT, ASSOCIATORS OF or REFERENCES OF.")
        if self._next.kind is not Kind.END:
            raise invalid_query(f"Unexpected '{self._next.text}' after the query.")
        return result

    # -- words

    @property
    def _next(self) -> Token:
        return self._words[self._at]

    def _take(self) -> Token:
        word = self._words[self._at]
        self._at = min(self._at + 1, len(self._words) - 1)
        return word

    def _accept_word(self, word: str) -> bool:
        if self._next.is_word(word):
            self._take()
            return True
        return False

    def _accept_sign(self, sign: str) -> bool:
        if self._next.is_sign(sign):
            self._take()
            return True
        return False

    def _expect_sign(self, sign: str) -> None:
        if not self._accept_sign(sign):
            raise invalid_query(f"Expected '{sign}' instead of '{self._next.text}'.")

    def _name(self) -> str:
        word = self._take()
        if word.kind is not Kind.NAME or word.text.upper() in _KEYWORDS:
            raise invalid_query(f"Expected a name instead of '{word.text}'.")
        return word.text

    # -- SELECT

    def _select(self) -> Select:
        columns: tuple[str, ...] | None = None
        if not self._accept_sign("*"):
            names = [self._name()]
            while self._accept_sign(","):
                names.append(self._name())
            columns = tuple(names)
        if not self._accept_word("FROM"):
            raise invalid_query("FROM is missing.")
        class_name = self._name()
        condition = self._or() if self._accept_word("WHERE") else None
        return Select(columns, class_name, condition)

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._accept_word("OR"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Condition:
        parts = [self._not()]
        while self._accept_word("AND"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Condition:
        if self._accept_word("NOT"):
            return Not(self._not())
        if self._accept_sign("("):
            condition = self._or()
            self._expect_sign(")")
            return condition
        return self._comparison()

    def _comparison(self) -> Condition:
        if self._is_literal(self._next):
            literal = self._literal()
            operator = self._operator()
            if operator == "LIKE":
                raise invalid_query("LIKE takes a property on its left.")
            return Comparison(self._name(), _MIRRORED.get(operator, operator), literal)
        name = self._name()
        if self._accept_word("IS"):
            negated = self._accept_word("NOT")
            if not self._accept_word("NULL"):
                raise invalid_query("IS takes NULL.")
            return Is(name, negated)
        if self._accept_word("ISA"):
            word = self._take()
            if word.kind is not Kind.TEXT:
                raise invalid_query("ISA takes a class name in quotes.")
            return Isa(name, word.text)
        operator = self._operator()
        literal = self._literal()
        if operator == "LIKE" and not isinstance(literal, str):
            raise invalid_query("LIKE takes a string.")
        return Comparison(name, operator, literal)

    def _operator(self) -> str:
        word = self._take()
        if word.is_word("LIKE"):
            return "LIKE"
        if word.is_sign("=", "<>", "!=", "<", ">", "<=", ">="):
            return "<>" if word.text == "!=" else word.text
        raise invalid_query(f"Expected an operator instead of '{word.text}'.")

    @staticmethod
    def _is_literal(word: Token) -> bool:
        return word.kind in (Kind.TEXT, Kind.NUMBER) or word.is_word("TRUE", "FALSE", "NULL")

    def _literal(self) -> Literal:
        word = self._take()
        if not self._is_literal(word):
            raise invalid_query(f"Expected a value instead of '{word.text}'.")
        if word.kind is Kind.TEXT:
            return word.text
        if word.kind is Kind.NUMBER:
            return float(word.text) if "." in word.text else int(word.text, 0 if "x" in word.text.lower() else 10)
        return {"TRUE": True, "FALSE": False, "NULL": None}[word.text.upper()]

    # -- ASSOCIATORS OF, REFERENCES OF

    def _associators(self) -> Associators:
        source = self._source()
        words = self._where("ASSOCCLASS", "RESULTCLASS", "ROLE", "RESULTROLE")
        return Associators(
            source, words.get("ASSOCCLASS"), words.get("RESULTCLASS"), words.get("ROLE"), words.get("RESULTROLE")
        )

    def _references(self) -> References:
        source = self._source()
        words = self._where("RESULTCLASS", "ROLE")
        return References(source, words.get("RESULTCLASS"), words.get("ROLE"))

    def _where(self, *allowed: str) -> dict[str, str]:
        """The conditions stand side by side, without AND (WmiSdk/associators-of-statement)."""
        found: dict[str, str] = {}
        if not self._accept_word("WHERE"):
            return found
        while self._next.kind is not Kind.END:
            word = self._name().upper()
            if word in ("CLASSDEFSONLY", "SCHEMAONLY", "REQUIREDQUALIFIER", "REQUIREDASSOCQUALIFIER"):
                raise WmiError(WmiStatus.PROVIDER_NOT_CAPABLE, f"This simulated host does not know {word}.")
            if word not in allowed or word in found:
                raise invalid_query(f"Unexpected '{word}'.")
            self._expect_sign("=")
            found[word] = self._name()
        if not found:
            raise invalid_query("WHERE lacks a condition.")
        return found

    def _source(self) -> ObjectPath:
        if not self._accept_word("OF"):
            raise invalid_query("OF is missing.")
        self._expect_sign("{")
        namespace = self._namespace()
        class_name = self._name()
        keys = self._keys()
        self._expect_sign("}")
        return ObjectPath(namespace, class_name, keys)

    def _namespace(self) -> str:
        r"""``\\server\root\cimv2:`` or ``root\cimv2:`` before the class, if there."""
        end = self._at
        while self._words[end].kind is Kind.NAME or self._words[end].is_sign("\\", "/", "."):
            end += 1
        if not self._words[end].is_sign(":"):
            return ""
        names = [word.text for word in self._words[self._at : end] if word.kind is Kind.NAME]
        if self._words[self._at].is_sign("\\", "/") and names and names[0].casefold() != "root":
            names = names[1:]
        self._at = end + 1
        return "/".join(names)

    def _keys(self) -> dict[str, str]:
        if self._accept_sign("="):
            return {} if self._accept_sign("@") else {"": self._key_value()}
        self._expect_sign(".")
        keys: dict[str, str] = {}
        while True:
            name = self._name()
            self._expect_sign("=")
            keys[name] = self._key_value()
            if not self._accept_sign(","):
                return keys

    def _key_value(self) -> str:
        word = self._take()
        if not self._is_literal(word):
            raise invalid_query(f"Expected a key instead of '{word.text}'.")
        return word.text
