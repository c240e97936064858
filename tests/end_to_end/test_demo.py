# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo`` shows what it claims, and ``make fleet`` serves what it names."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import stage


def test_the_demonstration_shows_all_that_it_claims():
    run = subprocess.run(
        [sys.executable, "-m", "demo"],
        env={**os.environ, "PYTHONPATH": str(stage.ROOT / "tests")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )

    assert run.returncode == 0, run.stdout
    assert "All of it was shown" in run.stdout
    assert "NO " not in run.stdout


def test_a_fleet_to_play_with_listens_says_what_to_type_and_stops():
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.play", "--hosts", "1"],
        env={**os.environ, "PYTHONPATH": str(stage.ROOT / "tests")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = list(itertools.takewhile(lambda line: not line.startswith("Stop them"), process.stdout))
        folder = stage.ROOT / ".cache" / "fleet"
        kept = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(folder)}
        facts = subprocess.run(
            ["ansible-playbook", "facts.yml"], cwd=folder, env=kept, capture_output=True, text=True, check=False
        )
    finally:
        process.terminate()
        process.wait(30)

    assert said[0] == "1 simulated hosts listen: web001.\n"
    assert f"Inventory: {folder / 'inventory.yml'}\n" in said
    assert sum(line.startswith("  ansible") for line in said) == 3
    assert "web001: Microsoft Windows Server 2003 Standard Edition, IIS 6.0" in facts.stdout, facts.stdout
    assert process.returncode == 0
