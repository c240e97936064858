# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``make matrix`` says of a version whose Python isn't there: skipped, unless the version was named."""

from __future__ import annotations

from pathlib import Path

import matrix
import pytest


@pytest.mark.parametrize(("words", "code"), [(["--steps", "units"], 0), (["--cores", "2.16", "--steps", "units"], 1)])
def test_a_named_version_without_its_python_has_failed(
    words: list[str],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    monkeypatch.setattr(matrix.sanity, "candidates", lambda name, path: iter(()))
    assert matrix.main(words) == code
    assert "skipped: no python3.11 here" in capsys.readouterr().out
