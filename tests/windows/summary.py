# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``summary.py FOLDER``: what was tried on hosts, as Markdown: the shapes, the targets, the differences."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def probes(folder: Path) -> Iterator[str]:
    """A table for each transcript: shape by shape."""
    for path in sorted((folder / "transcripts").glob("*.json")):
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        shapes = content["shapes"]
        holds = sum(shape["status"] == "holds" for shape in shapes)
        yield f"## Request shapes: {path.stem}\n"
        yield f"{holds} of {len(shapes)} hold. Ways to IIS: {', '.join(content['dialects']) or 'none'}.\n"
        yield "| Shape | | Code | |\n|---|---|---|---|"
        order = {"unexpected": 0, "refused": 1, "skipped": 2, "holds": 3}
        for shape in sorted(shapes, key=lambda each: order[each["status"]]):
            code = shape["symbol"] or shape["code"] or ""
            yield f"| {_cell(shape['shape'])} | {shape['status']} | {code} | {_cell(shape['detail'])} |"
        yield ""


def targets(folder: Path) -> Iterator[str]:
    """The integration targets."""
    path = folder / "junit.xml"
    yield "## Integration targets\n"
    if not path.is_file():
        yield "They didn't run.\n"
        return
    yield "| Target | | |\n|---|---|---|"
    for case in ET.parse(path).getroot().iter("testcase"):  # noqa: S314 - written by our own run
        skipped = case.find("skipped")
        state = "failed" if case.find("failure") is not None else "passed" if skipped is None else "skipped"
        why = "" if skipped is None else skipped.get("message", "")
        yield f"| {case.get('name')} | {state} | {_cell(why)} |"
    yield ""


def differences(folder: Path) -> Iterator[str]:
    """What the hosts answered otherwise than the simulator."""
    path = folder / "replay.txt"
    yield "## Transcripts against the simulator\n"
    yield f"```text\n{path.read_text(encoding='utf-8').strip()}\n```" if path.is_file() else "They weren't compared."


def main() -> int:
    """Print the summary of the folder."""
    folder = Path(sys.argv[1])
    lines = ["# What was tried\n", *probes(folder), *targets(folder), *differences(folder)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.exit(main())
