# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the tarball was decided, and so was when there may be one."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import publish
import pytest
import stage

GALAXY = Path(sys.executable).parent / "ansible-galaxy"


def entries():
    """What is at the root of the repository, whether git knows it already or would add it."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=stage.ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    return {(name.partition("/")[0], "/" in name) for name in listing.split("\0") if name}


def test_every_file_at_the_root_ships_or_is_kept_out_by_galaxy_yml(tmp_path):
    source = tmp_path / "source"
    for name, is_folder in entries():
        place = source / name / "file" if is_folder else source / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((stage.ROOT / name).read_bytes() if name == "galaxy.yml" else b"")

    command = [GALAXY, "collection", "build", "--output-path", tmp_path, source]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "ANSIBLE_HOME": str(tmp_path)})

    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        shipped = {name.partition("/")[0] for name in archive.getnames()}
    undecided = sorted(shipped - publish.SHIPPED)
    assert undecided == [], "add them to build_ignore in galaxy.yml, or to SHIPPED in tools/publish.py"
    assert sorted(publish.SHIPPED - shipped) == []


def test_a_tag_of_the_version_may_be_released():
    assert publish.may_be_released("v1.2.3", "1.2.3", waiting=0)


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3-rc1", "v1.2"])
def test_another_tag_may_not(tag):
    with pytest.raises(publish.Failed, match=r"the tag has to be v1\.2\.3"):
        publish.may_be_released(tag, "1.2.3", waiting=0)


def test_changes_that_the_changelog_does_not_have_are_not_released():
    with pytest.raises(publish.Failed, match="2 fragments"):
        publish.may_be_released("v1.2.3", "1.2.3", waiting=2)
