# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where recorded dialogues are found: at hand, or in a public source distribution. None are committed."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from conformance.replay import transcript
from conformance.replay.dialogue import Answer, Dialogue, action_of, captures, recordings

_ROOT = Path(__file__).parents[3]
_PATIENCE = 300


def captured() -> tuple[list[Dialogue], str]:
    """The captures that IIS_CAPTURES names, or those beside the repository; else why there are none."""
    folder = Path(os.environ.get("IIS_CAPTURES") or _ROOT.parent / "shared" / "captures")
    if not folder.is_dir():
        return [], "no captures at hand; IIS_CAPTURES names their folder"
    return [*captures(folder), *_transcripts(folder)], ""


def _transcripts(folder: Path) -> Iterator[Dialogue]:
    """What iis_probe wrote down on real hosts: a dialogue for each shape that was tried."""
    for path in sorted(folder.rglob("*.json")):
        shapes: dict[str, list[Answer]] = {}
        for exchange in transcript.load(path).exchanges:
            if exchange.answer is not None:
                asked = action_of(exchange.request).rpartition("/")[2]
                shapes.setdefault(exchange.shape, []).append(Answer(asked, exchange.answer))
        yield from (Dialogue(f"{path.stem}: {shape}", tuple(answers)) for shape, answers in shapes.items())


def recorded(folder: Path) -> tuple[list[Dialogue], str]:
    """The recordings of pypsrp's own tests, from its source distribution; else why there are none."""
    package = f"pypsrp=={version('pypsrp')}"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "pypsrp", "-d", str(folder)]
    done = subprocess.run(
        [*command, package], capture_output=True, text=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL
    )
    archives = sorted(folder.glob("pypsrp-*.tar.gz"))
    if done.returncode or not archives:
        return [], f"pip can't download the source distribution of {package}"
    with tarfile.open(archives[0]) as archive:
        archive.extractall(folder, members=_responses(archive), filter="data")
    found = sorted(folder.glob("*/tests/**/responses"))
    return (list(recordings(found[0])), "") if found else ([], f"{package} has no recordings")


def _responses(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    return (member for member in archive.getmembers() if "/responses/" in member.name)
