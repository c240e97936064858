# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in documents: Markdown's fenced blocks, and the EXAMPLES of modules."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import stage
import yaml

from .returned import MODULES, literal

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"# ([\w./-]+\.(?:yml|yaml|cfg|ini))\b")
_ASSIGNMENT = re.compile(r"\w+=")


@dataclass(frozen=True)
class Block:
    """One example. ``where`` is the document's path in the repository."""

    where: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.first_line}"

    @property
    def first_line(self) -> str:
        """What tells it from the others of the document."""
        return self.text.strip().partition("\n")[0]

    @property
    def file_name(self) -> str | None:
        """The file that it says it is, in its first line: ``# group_vars/web.yml``."""
        found = _FILE_NAME.match(self.first_line)
        return found[1] if found else None

    @cached_property
    def content(self) -> Any:
        """What its YAML says."""
        return yaml.safe_load(self.text)

    @property
    def plays(self) -> list[dict[str, Any]]:
        """Its plays: a list of tasks makes one."""
        if not (self.language == "yaml" and isinstance(self.content, list)):
            return []
        if "hosts" in self.content[0]:
            return list(self.content)
        return [{"name": str(self), "gather_facts": False, "tasks": self.content}]

    @property
    def commands(self) -> list[list[str]]:
        """The words of its shell commands, without assignments in front, redirections and ``&``."""
        if self.language != "sh":
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        return [words for line in lines if (words := _command(shlex.split(line, comments=True)))]


def _command(words: list[str]) -> list[str]:
    while words and _ASSIGNMENT.match(words[0]):
        words = words[1:]
    ends = [number for number, word in enumerate(words) if word in {"&", "&&", ">", "|"}]
    return words[: ends[0]] if ends else words


def documents() -> list[str]:
    """The paths of all documents that people read."""
    found = [stage.ROOT / "README.md", *stage.ROOT.glob("docs/*.md"), *stage.ROOT.glob("roles/*/README.md")]
    return sorted(str(path.relative_to(stage.ROOT)) for path in found)


def blocks_of(document: str) -> Iterator[Block]:
    """The blocks of a Markdown document."""
    for found in _FENCE.finditer((stage.ROOT / document).read_text(encoding="utf-8")):
        yield Block(document, found["language"], textwrap.dedent(found["text"]))


def all_blocks() -> list[Block]:
    """The blocks of all documents."""
    return [block for document in documents() for block in blocks_of(document)]


def examples() -> list[Block]:
    """The EXAMPLES of all modules."""
    return [Block(module, "yaml", literal(module, "EXAMPLES")) for module in MODULES]
