# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report: what each is made by, and how they are replaced."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from .as_json import host_text, to_json
from .compare import Comparison
from .html import host_rows, to_html
from .junit import to_junit
from .rollout import Host, Rollout

#: Half of a character, as a program's output that isn't UTF-8 can be given: no file can hold it.
_SURROGATES = re.compile("[\ud800-\udfff]")

Render = Callable[[Rollout, Comparison | None], str]


class Writer:
    """Makes the files again and again; what belongs to one host is made only when something happened on it."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Host, bool, str]] = {}
        self._texts: dict[str, tuple[Host, bool, str]] = {}
        self.renderers: Mapping[str, Render] = {
            "html_path": lambda rollout, comparison: to_html(rollout, comparison, self._row),
            "json_path": lambda rollout, comparison: to_json(rollout, comparison, self._text),
            "junit_path": lambda rollout, _comparison: to_junit(rollout),
        }

    def _row(self, host: Host, rollout: Rollout) -> str:
        return _kept(self._rows, host, rollout.under_way, lambda: host_rows(host, rollout))

    def _text(self, host: Host) -> str:
        return _kept(self._texts, host, True, lambda: host_text(host))


def _kept(known: dict[str, tuple[Host, bool, str]], host: Host, live: bool, make: Callable[[], str]) -> str:
    before = known.get(host.name)
    # The time line of a host on which nothing happened is the same object, so this compares little.
    if before is None or before[1] is not live or before[0] != host:
        known[host.name] = before = (host, live, make())
    return before[2]


def replace(path: Path, text: str) -> None:
    """Write a file so that whoever reads it meanwhile sees the old or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text))
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
