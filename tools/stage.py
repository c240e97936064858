# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the collection where Ansible and its tools look for it: ``…/ansible_collections/fleetops/iis``.

``link`` makes a tree of symbolic links, for everything that runs the collection: an edit is seen at once. The entries
of the repository are linked one by one, not its root, so that the tree doesn't contain itself.
``copy`` makes a real copy in a git repository of its own, for ansible-test, which resolves links and asks git what
files there are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGE = ROOT / ".stage"
COLLECTION = Path("ansible_collections", "fleetops", "iis")

#: What a user gets when the collection is installed, as far as the tools that run it care.
LINKED = (
    "CHANGELOG.md", "LICENSE", "README.md", "changelogs", "docs", "extensions", "galaxy.yml", "meta", "playbooks",
    "plugins", "requirements.txt", "roles",
)  # fmt: skip


def link() -> Path:
    """Link the entries of the repository into the stage; return the folder for ANSIBLE_COLLECTIONS_PATH."""
    target = STAGE / COLLECTION
    target.mkdir(parents=True, exist_ok=True)
    wanted = {name: ROOT / name for name in LINKED if (ROOT / name).exists()}
    for entry in target.iterdir():
        if entry.name not in wanted:
            entry.unlink()
    for name, source in wanted.items():
        entry = target / name
        if entry.is_symlink() and entry.readlink() == source:
            continue
        entry.unlink(missing_ok=True)
        entry.symlink_to(source)
    return STAGE


def copy() -> Path:
    """Copy what git knows, or would add, into the stage; return the root of the copy.

    ``STAGE_COPY`` in the environment is the name of another copy than the usual one, for what runs at the same time.
    """
    target = STAGE / os.environ.get("STAGE_COPY", "copy") / COLLECTION
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    shutil.rmtree(target, ignore_errors=True)
    for name in filter(None, listing.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():  # a file that was deleted but not yet from the index is still listed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=target, check=True)
    return target


if __name__ == "__main__":
    print(copy() if sys.argv[1:] == ["copy"] else link())
