# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m conformance replay FOLDER``: transcripts of real hosts, for the client and against the simulator.

Ends with 1 if there is any difference, with 2 if a file of the folder isn't a transcript.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.probe.run import Run
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.recording.channel import Recording, RecordingChannel
from conformance.replay.comparison import compare
from conformance.replay.transcript import ReplayChannel, Transcript, load


class _Silent:
    def progress(self, message: str, reason: str = "") -> None:
        """Nobody watches."""

    def still(self, detail: str = "") -> None:
        """Nobody watches."""

    def warn(self, message: str) -> None:
        """What is warned of was the recorded host's matter."""


class _Hurried:
    """A transcript answers at once, so nobody waits."""

    monotonic = staticmethod(time.monotonic)

    def sleep(self, seconds: float) -> None:
        """Go on."""


def findings_of_the_client(transcript: Transcript) -> list[str]:
    """Where the client reads the answers otherwise than when they were recorded, or asks what was never asked."""
    asked = {shape["shape"]: shape["status"] != "skipped" for shape in transcript.shapes}
    shell = any(done for name, done in asked.items() if name.startswith("run "))
    writes = any(done for name, done in asked.items() if name.startswith("put "))
    recording = Recording()
    client = WsManClient(RecordingChannel(ReplayChannel(transcript), recording))
    run = Run(Context(client, _Hurried(), _Silent()), recording, shell=shell, writes=writes)
    found = []
    try:
        run.carry_out()
    except LookupError as error:
        found.append(f"The client asks what it didn't ask then: {error}")
    compared = ("shape", "status", "codes")
    then = [tuple(str(shape[name]) for name in compared) for shape in transcript.shapes]
    now = [tuple(str(finding.as_values()[name]) for name in compared) for finding in run.findings]
    found += [f"Then, and not now: {' '.join(shape)}" for shape in then if shape not in now]
    return found + [f"Now, and not then: {' '.join(shape)}" for shape in now if shape not in then]


def report(path: Path) -> tuple[list[str], bool]:
    """The lines about one transcript, and whether anything differs."""
    transcript = load(path)
    differences, client = compare(transcript), findings_of_the_client(transcript)
    holds = sum(shape["status"] == "holds" for shape in transcript.shapes)
    lines = [
        f"{path.name}: {len(transcript.exchanges)} exchanges, {holds} of {len(transcript.shapes)} shapes hold.",
        f"The client reads it as it did when it was recorded: {'no' if client else 'yes'}.",
        *client,
        f"Differences between the host and the simulator: {len(differences)}.",
        *map(str, differences),
    ]
    return lines, bool(differences or client)


def main(words: Sequence[str] | None = None) -> int:
    """Report on every transcript of a folder."""
    parser = argparse.ArgumentParser(prog="python -m conformance replay", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder of transcripts: probe/*.json")
    folder: Path = parser.parse_args(words).folder
    paths = sorted(folder.glob("*.json"))
    if not paths:
        parser.error(f"there is no transcript (*.json) in {folder}")
    differs = False
    for path in paths:
        try:
            lines, one_differs = report(path)
        except (ValueError, KeyError) as error:
            print(f"{path}: not a transcript of iis_probe: {error}", file=sys.stderr)
            return 2
        print("\n".join(lines), end="\n\n")
        differs |= one_differs
    return 1 if differs else 0
