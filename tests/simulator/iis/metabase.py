# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metabase in memory: a tree of keys with typed properties (ABO's view, MS-IMSA 1.3).

It exists while inetinfo.exe runs. Volatile properties (a site's ``ServerState``) live in it like all others, but
changing them is no change that has to be saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulator.iis.codes import ERROR_ALREADY_EXISTS, ERROR_PATH_NOT_FOUND, IisError
from simulator.iis.schema import Value, definition


class Key:
    """A key: ``/LM/W3SVC/1``. ``values`` holds what is set here, by the schema's spelling of the name.

    ``custom`` are values of no schema property, as text by name: kept, so that a file is not robbed of them.
    """

    __slots__ = ("children", "custom", "key_type", "name", "values")

    def __init__(self, name: str, key_type: str = "IIsConfigObject") -> None:
        self.name = name
        self.key_type = key_type
        self.values: dict[str, Value] = {}
        self.custom: dict[str, str] = {}
        self.children: dict[str, Key] = {}

    def persistent(self) -> dict[str, Value]:
        """What of this key goes to disk."""
        return {name: value for name, value in self.values.items() if not definition(name).volatile}


def split(path: str) -> list[str]:
    """The names on a path; ``/LM/W3SVC/1`` and ``LM/W3SVC/1/`` are the same."""
    return [part for part in path.replace("\\", "/").split("/") if part]


class Metabase:
    """The tree, and a word to whoever wants to know that it changed."""

    def __init__(self) -> None:
        self.root = Key("", "IIS_ROOT")
        self.on_change: Callable[[], None] = lambda: None

    def find(self, path: str) -> Key | None:
        """The key at a path (case does not matter), or None."""
        key: Key | None = self.root
        for part in split(path):
            key = key.children.get(part.lower()) if key is not None else None
        return key

    def key(self, path: str) -> Key:
        """The key at a path. Raises IisError ERROR_PATH_NOT_FOUND."""
        key = self.find(path)
        if key is None:
            raise IisError(ERROR_PATH_NOT_FOUND)
        return key

    def create(self, path: str, key_type: str) -> Key:
        """A new key; missing ones above it are made too, without a type. Raises IisError ERROR_ALREADY_EXISTS."""
        *above, name = split(path)
        parent = self.root
        for part in above:
            parent = parent.children.setdefault(part.lower(), Key(part))
        if name.lower() in parent.children:
            raise IisError(ERROR_ALREADY_EXISTS)
        key = parent.children[name.lower()] = Key(name, key_type)
        self.on_change()
        return key

    def delete(self, path: str) -> None:
        """Remove a key and all below it. Raises IisError ERROR_PATH_NOT_FOUND."""
        self.key(path)
        *above, name = split(path)
        del self.key("/".join(above)).children[name.lower()]
        self.on_change()

    def get(self, path: str, name: str) -> Value:
        """The value that holds at a path: set there, inherited from above, or the schema's default."""
        wanted = definition(name)
        found: Value = wanted.default
        key = self.root
        parts = split(path)
        for depth, part in enumerate(["", *parts]):
            if part:
                key = key.children.get(part.lower()) or self.key(path)
            if wanted.name in key.values and (wanted.inherit or depth == len(parts)):
                found = key.values[wanted.name]
        return found

    def set(self, path: str, name: str, value: Value) -> bool:
        """Set a property at a key; True if that changed anything. Raises IisError ERROR_PATH_NOT_FOUND."""
        wanted = definition(name)
        values = self.key(path).values
        if wanted.name in values and values[wanted.name] == value:
            return False
        values[wanted.name] = value
        if not wanted.volatile:
            self.on_change()
        return True

    def unset(self, path: str, name: str) -> bool:
        """Take a property away from a key; True if it was there."""
        wanted = definition(name)
        gone = self.key(path).values.pop(wanted.name, None) is not None
        if gone and not wanted.volatile:
            self.on_change()
        return gone

    def walk(self) -> Iterator[tuple[str, Key]]:
        """Every key with its path as the file writes it (``/LM/W3SVC``; the root is ``/``), parents first."""
        yield "/", self.root
        yield from _below("", self.root)

    def inherited(self, path: str) -> dict[str, Value]:
        """All that a key below this path would inherit: set here or above, and inheritable."""
        found: dict[str, Value] = {}
        key = self.root
        for part in ["", *split(path)]:
            if part:
                key = key.children.get(part.lower()) or self.key(path)
            found.update((name, value) for name, value in key.values.items() if definition(name).inherit)
        return found


def _below(prefix: str, key: Key) -> Iterator[tuple[str, Key]]:
    for child in key.children.values():
        path = f"{prefix}/{child.name}"
        yield path, child
        yield from _below(path, child)


def snapshot(root: Key) -> dict[str, tuple[str, dict[str, Value], dict[str, str]]]:
    """All that would be on disk, by lower-case path: two trees hold the same configuration if these are equal."""
    tree: dict[str, tuple[str, dict[str, Value], dict[str, str]]] = {
        path.lower(): (key.key_type, key.persistent(), key.custom) for path, key in _below("", root)
    }
    tree["/"] = (root.key_type, root.persistent(), root.custom)
    return tree
