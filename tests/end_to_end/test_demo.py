# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make demo`` shows what it claims."""

from __future__ import annotations

import os
import subprocess
import sys

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
