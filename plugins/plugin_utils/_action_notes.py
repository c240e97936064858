# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller remembers of a host between runs: a file for each host, below ANSIBLE_HOME."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit

from ansible import constants

from ._iis.context import Note, Operator

#: How long a note counts. What ran longer ago than this may well have been stopped on purpose since.
SECONDS_THAT_COUNT = 24 * 3600.0


def home() -> Path:
    """Ansible's own folder on the controller."""
    return Path(constants.config.get_config_value("ANSIBLE_HOME"))


class NoteFile:
    """The note of one host. ``endpoint`` gives the URL that the host is reached at, once a note is asked for."""

    def __init__(self, endpoint: Callable[[], str], operator: Operator) -> None:
        self._endpoint = endpoint
        self._operator = operator

    def read(self) -> Note:
        """What a run that didn't end left, unless it is too old."""
        path = self._path
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            since = datetime.fromisoformat(values["since"])
            services, sites = (frozenset(map(str, values[name])) for name in ("services", "sites"))
            note = Note(services, sites, since, unsaved=values.get("unsaved") is True)
            age = (datetime.now(timezone.utc) - since).total_seconds()
        except FileNotFoundError:
            return Note()
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._operator.warn(
                f"What an interrupted run may have noted of this host can't be read ({path}: {error}). Check that all "
                "services run that should, and delete the file."
            )
            return Note()
        return note if age < SECONDS_THAT_COUNT else Note()

    def write(self, note: Note) -> None:
        """Replace the file at one go, for its owner only; an empty note deletes it."""
        path = self._path
        try:
            if note.is_empty:
                path.unlink(missing_ok=True)
            else:
                _replace(path, note)
        except OSError as error:
            self._operator.warn(
                f"What runs on this host can't be noted ({error}). If this run is interrupted, the next one won't know "
                "what to start again."
            )

    @cached_property
    def _path(self) -> Path:
        url = urlsplit(self._endpoint())
        name = quote(f"{url.scheme}-{url.hostname}-{url.port}", safe="")
        return home() / "fleetops.iis" / f"{name}.json"


def _replace(path: Path, note: Note) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    since = note.since or datetime.now(timezone.utc)
    values = {
        "since": since.isoformat(),
        "services": sorted(note.services),
        "sites": sorted(note.sites),
        "unsaved": note.unsaved,
    }
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable for its owner only
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
