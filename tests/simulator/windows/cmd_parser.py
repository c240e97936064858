# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How cmd.exe reads a line: what is a command, what an operator, what a redirection, and what is only text.

After %NAME% has been replaced, one pass from the left decides: within double quotes nothing is special, outside of them
``^`` makes the next character ordinary, ``& && || |`` join commands (loosest first: ``& || && |``), ``( )`` group at
the place of a command, ``< > >>`` redirect, with a handle's digit before them if it stands alone (``cmd /?``; field
knowledge where that is silent). An unbalanced quote reaches to the end of the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Union

_SPACE = " \t,;=\x0b\x0c\xa0"


class CmdSyntaxError(Exception):
    """A line that cmd.exe refuses. ``token`` is what was unexpected, "" where only the syntax is wrong."""

    def __init__(self, token: str = "") -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True)
class Redirection:
    """``handle`` 0 input, 1 output, 2 errors; the target is a file or ``&1``, ``&2``."""

    handle: int
    target: str
    append: bool = False


@dataclass
class Simple:
    """A command as text, escapes taken out, quotes left in."""

    text: str
    redirections: list[Redirection] = field(default_factory=list)


@dataclass
class Group:
    """``( ... )``."""

    body: Node
    redirections: list[Redirection] = field(default_factory=list)


@dataclass
class Joined:
    """Two commands joined by ``&``, ``&&``, ``||`` or ``|``."""

    left: Node
    operator: str
    right: Node


@dataclass
class If:
    """``if [not] <condition> command [else command]``. ``test`` is the kind, ``operands`` its words."""

    negated: bool
    test: str
    operands: tuple[str, ...]
    then: Node
    otherwise: Node | None = None


Node = Union[Simple, Group, Joined, If]

_LEVELS = ("&", "||", "&&", "|")


def parse(line: str) -> Node | None:
    """The commands of a line, None for an empty one; raises :class:`CmdSyntaxError`."""
    parser = _Parser(line)
    node = parser.sequence(0)
    parser.skip_space()
    if not parser.at_end():
        raise CmdSyntaxError(parser.operator_here() or parser.peek())
    return node


class _Parser:
    def __init__(self, line: str) -> None:
        self._line = line
        self._at = 0
        self._depth = 0

    # -- characters

    def at_end(self) -> bool:
        return self._at >= len(self._line)

    def peek(self) -> str:
        return self._line[self._at : self._at + 1]

    def skip_space(self) -> None:
        while not self.at_end() and self._line[self._at] in _SPACE:
            self._at += 1

    def operator_here(self) -> str:
        for operator in ("&&", "||", "&", "|", ">>", ">", "<"):
            if self._line.startswith(operator, self._at):
                return operator
        return ""

    # -- grammar

    def sequence(self, level: int) -> Node | None:
        if level == len(_LEVELS):
            return self._command()
        node = self.sequence(level + 1)
        while True:
            self.skip_space()
            if self.operator_here() != _LEVELS[level]:
                return node
            if node is None:
                raise CmdSyntaxError(_LEVELS[level])
            self._at += len(_LEVELS[level])
            right = self.sequence(level + 1)
            if right is None:
                if level == 0:
                    continue
                raise CmdSyntaxError(self.operator_here() or self.peek())
            node = Joined(node, _LEVELS[level], right)

    def _command(self) -> Node | None:
        self.skip_space()
        while self.peek() == "@":
            self._at += 1
            self.skip_space()
        if self.peek() == "(":
            return self._group()
        if self._word_is("if"):
            return self._if()
        return self._simple()

    def _group(self) -> Group:
        self._at += 1
        self._depth += 1
        body = self.sequence(0)
        self.skip_space()
        if self.peek() != ")" or body is None:
            raise CmdSyntaxError(self.peek())
        self._at += 1
        self._depth -= 1
        group = Group(body)
        while True:
            self.skip_space()
            digit = re.match(r"[0-9](?=[<>])", self._line[self._at :])
            self._at += digit.end() if digit else 0
            redirection = self._redirection(digit[0] if digit else "")
            if redirection is None:
                return group
            group.redirections.append(redirection)

    def _word_is(self, word: str) -> bool:
        return re.match(rf"{word}(?=[\s,;=(]|$)", self._line[self._at :], re.IGNORECASE) is not None

    def _if(self) -> If:
        self._at += 2
        self.skip_space()
        if self._word_is("/i"):
            self._at += 2
            self.skip_space()
        negated = self._word_is("not")
        if negated:
            self._at += 3
        test, operands = self._condition()
        then = self._then()
        if then is None or (isinstance(then, Simple) and not then.text):
            raise CmdSyntaxError
        self.skip_space()
        otherwise: Node | None = None
        if self._word_is("else"):
            self._at += 4
            otherwise = self._then()
            if otherwise is None:
                raise CmdSyntaxError
        return If(negated, test, operands, then, otherwise)

    def _then(self) -> Node | None:
        """A group ends by itself; any other command takes the rest of the line, operators included."""
        self.skip_space()
        return self._command() if self.peek() == "(" else self.sequence(0)

    def _condition(self) -> tuple[str, tuple[str, ...]]:
        self.skip_space()
        for test in ("exist", "errorlevel", "defined"):
            if self._word_is(test):
                self._at += len(test)
                return test, (self._word(),)
        left = self._word("=")
        while not self.at_end() and self.peek() in " \t":
            self._at += 1
        if self._line.startswith("==", self._at):
            self._at += 2
            return "equ", (left, self._word())
        operator = self._word().lower()
        if operator not in ("equ", "neq", "lss", "leq", "gtr", "geq"):
            raise CmdSyntaxError(operator)
        return operator, (left, self._word())

    def _word(self, stops: str = "") -> str:
        self.skip_space()
        text = self._text(_SPACE + stops)
        if not text:
            raise CmdSyntaxError
        return text

    def _text(self, stops: str) -> str:
        """Ordinary characters up to a stop outside quotes, or an operator."""
        out: list[str] = []
        quoted = False
        while not self.at_end():
            char = self._line[self._at]
            if char == '"':
                quoted = not quoted
            elif not quoted and char == "^":
                self._at += 1
                out.append(self.peek())
                self._at += 1
                continue
            elif not quoted and (char in stops or self._breaks(char)):
                break
            out.append(char)
            self._at += 1
        return "".join(out)

    def _breaks(self, char: str) -> bool:
        return char in "&|<>" or (char == ")" and self._depth > 0)

    def _simple(self) -> Simple | None:
        if self._word_is("rem"):
            self._at = len(self._line)
            return Simple("rem")
        command = Simple("")
        while True:
            command.text += self._text("")
            digit = re.search(r"(?:^|(?<=[\s,;=]))[0-9]$", command.text) if self.peek() in ("<", ">") else None
            if digit:
                command.text = command.text[:-1]
            redirection = self._redirection(digit[0] if digit else "")
            if redirection is None:
                break
            command.redirections.append(redirection)
        if not command.text.strip(_SPACE) and not command.redirections:
            return None
        return command

    def _redirection(self, digit: str) -> Redirection | None:
        sign = self.peek()
        if sign not in ("<", ">"):
            return None
        handle = int(digit or (1 if sign == ">" else 0))
        self._at += 1
        append = sign == ">" and self.peek() == ">"
        self._at += append
        if self.peek() == "&":
            self._at += 1
            target = f"&{self.peek()}"
            self._at += 1
            return Redirection(handle, target, append)
        return Redirection(handle, self._word().replace('"', ""), append)
