# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which playbooks a run consists of: variables of the command line are for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .refusals import PLAYBOOKS

_COLLECTION = "fleetops.iis."
_FOLDER = Path(__file__).resolve().parents[3] / "playbooks"

#: How a play of a file names another file.
_IMPORTS = ("import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook")


def playbooks_of_run(arguments: Iterable[str], read: Callable[[str], Any]) -> frozenset[str] | None:
    """Return the playbooks of the collection that ``ansible-playbook`` was started with, by their names or by files
    that only import them; nothing where a play or a playbook of somebody else takes part.

    ``read`` returns what a YAML file holds.
    """
    return _all_of([_playbooks(argument, Path.cwd(), read) for argument in arguments])


def _playbooks(name: str, beside: Path, read: Callable[[str], Any]) -> frozenset[str] | None:
    path = (beside / name).resolve()
    if name.startswith(_COLLECTION) and not path.exists():
        return _known(name.removeprefix(_COLLECTION).removesuffix(".yml"))
    if path.parent == _FOLDER:
        return _known(path.stem)
    plays = read(str(path)) if path.is_file() else None
    if not isinstance(plays, list):
        return None
    imported = [next((str(play[word]) for word in _IMPORTS if word in play), "") for play in plays]
    return _all_of([_playbooks(each, path.parent, read) if each else None for each in imported])


def _known(name: str) -> frozenset[str] | None:
    return frozenset({name}) if name in PLAYBOOKS else None


def _all_of(parts: list[frozenset[str] | None]) -> frozenset[str] | None:
    found = [part for part in parts if part is not None]
    return frozenset[str]().union(*found) if parts and len(found) == len(parts) else None
