# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the line of the simulator that assumed something: among those that ran for an answer, the one that has it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import simulator

_SIMULATOR = Path(simulator.__file__).parent
_LEAST = 12
"""Characters that a constant of the simulator needs to be known again in a text."""

Line = tuple[str, int]


@dataclass(frozen=True)
class _Constant:
    value: str
    line: Line


@dataclass
class Trace:
    """The lines of the simulator that run: ``with trace: ...``."""

    lines: dict[Line, int] = field(default_factory=dict)
    _before: Any = None

    def __enter__(self) -> Trace:  # noqa: PYI034 - Self is not in Python 3.10
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        return self._ran if _file(frame.f_code) else None

    def _ran(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line" and (name := _file(frame.f_code)):
            line = (name, frame.f_lineno)
            self.lines.pop(line, None)
            self.lines[line] = 1
        return self._ran


@cache
def _file(code: CodeType) -> str:
    """The file of some code, as it is called below the simulator's folder; empty for code that isn't of it."""
    path = Path(code.co_filename)
    return str(path.relative_to(_SIMULATOR)) if path.is_relative_to(_SIMULATOR) else ""


def line_of(trace: Trace, words: Sequence[str], text: str = "") -> str:
    """The line that has the first of the words that any line has, or the longest part of a text; else where it ended.

    Lines that ran come first, then those of modules that ran (tables and constants), then all others.
    """
    found = next((lines for word in words if (lines := _having(word))), [])
    if not found and text:
        found = _part_of(text)
    ran = {name for name, _number in trace.lines}
    found = sorted(found, key=lambda line: (line not in trace.lines, line[0] not in ran, line[0].startswith("wire/")))
    last = [line for line in trace.lines if not line[0].startswith(("wire/", "clock"))] or list(trace.lines)
    name, number = found[0] if found else last[-1]
    return f"tests/simulator/{name}:{number}"


def _having(word: str) -> list[Line]:
    return [constant.line for constant in _constants() if constant.value == word]


def _part_of(text: str) -> list[Line]:
    parts = [each for each in _texts() if len(each.value) >= _LEAST and each.value in text]
    longest = max((len(each.value) for each in parts), default=0)
    return [each.line for each in parts if len(each.value) == longest]


@cache
def _constants() -> tuple[_Constant, ...]:
    """Every number, and every word in a text, that the simulator's sources have."""
    return tuple(each for path in sorted(_SIMULATOR.rglob("*.py")) for each in _words(path))


@cache
def _texts() -> tuple[_Constant, ...]:
    return tuple(each for path in sorted(_SIMULATOR.rglob("*.py")) for each in _whole(path))


@cache
def _numbers() -> dict[str, int]:
    """The codes that have names: ``NAME = 0x1A``, and ``NAME = _BASE + 0x1A``."""
    numbers: dict[str, int] = {}
    for path in sorted(_SIMULATOR.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            if (value := _number(node.value, numbers)) is not None:
                numbers[node.targets[0].id] = value
    return {name: value for name, value in numbers.items() if name.isupper()}


def _number(node: ast.expr, known: dict[str, int]) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _number(node.left, known), _number(node.right, known)
        return None if left is None or right is None else left + right
    return None


def _nodes(path: Path) -> Iterator[ast.Constant]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in texts:
            yield node


def _words(path: Path) -> Iterator[_Constant]:
    name = str(path.relative_to(_SIMULATOR))
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        used = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if used in _numbers() and isinstance(node, (ast.Name, ast.Attribute)):
            yield _Constant(str(_numbers()[used]), (name, node.lineno))
    for node in _nodes(path):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            yield _Constant(str(node.value), (name, node.lineno))
        elif isinstance(node.value, str):
            for word in dict.fromkeys(re.findall(r"\w+", node.value)):
                numbers = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                number = next((each for each in numbers if word in lines[each - 1]), node.lineno)
                yield _Constant(word, (name, number))


def _whole(path: Path) -> Iterator[_Constant]:
    name = str(path.relative_to(_SIMULATOR))
    for node in _nodes(path):
        if isinstance(node.value, str):
            yield _Constant(" ".join(node.value.split()), (name, node.lineno))
