# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the page of the report in headless Chromium, with axe-core: `python -m report_check [folder]`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import stage

from ansible_collections.fleetops.iis.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.compare import compare, read_previous
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.html import to_html
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.rollout import Record, summarize

from .fleet import record

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def write_pages(folder: Path) -> None:
    """Write a page for each state of a rollout; those of 1,000 hosts, whose parts are the same, are only drawn."""
    before = folder / "before.json"
    before.write_text(to_json(summarize(record(slow=0.6), 0.0)), encoding="utf-8")
    interrupted = record(100, 20, reached=70)
    interrupted.ended = interrupted.started + 122.0
    interrupted.interrupted = True
    check = record(30, 10)
    check.check = True
    check.events = {name: [replace(event, check=True) for event in events] for name, events in check.events.items()}
    write(folder / "ended.html", record(100, 20), previous=before)
    write(folder / "running.html", record(100, 20, reached=70))
    write(folder / "large-ended.html", record(), previous=before)
    write(folder / "large-running.html", record(reached=430))
    write(folder / "interrupted.html", interrupted)
    write(folder / "check.html", check)


def write(path: Path, made: Record, previous: Path | None = None) -> None:
    """Write one page."""
    rollout = summarize(made, made.started + 150.0)
    comparison = compare(rollout, read_previous(previous)) if previous else None
    began = time.process_time()
    path.write_text(to_html(rollout, comparison), encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB, made in {time.process_time() - began:.2f} s")


def main() -> int:
    """Return 0 where nothing was found, 1 where something was, 2 where something to look with is missing."""
    cache = stage.ROOT / ".cache" / "report-check"
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    modules = cache / "node_modules"
    missing = [
        words
        for words, there in {
            "node (Debian: nodejs)": shutil.which("node"),
            "Chromium (Debian: chromium)": browser,
            "playwright-core and axe-core (make report-tools)": (modules / "axe-core").exists()
            and (modules / "playwright-core").exists(),
        }.items()
        if not there
    ]
    if missing:
        print(f"The page can't be looked at, because {' and '.join(missing)} must be installed first.")
        return 2
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else cache / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    write_pages(folder)
    settings = json.dumps({"browser": browser, "modules": str(modules), "folder": str(folder)})
    return subprocess.run(["node", HERE / "check.mjs", settings], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
