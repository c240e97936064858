# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity --local`` so that it works alike on every machine, and leaves nothing outside the tree.

Three things of ansible-test are worked around:

* It bootstraps pip in its virtual environments with a get-pip script that it downloads from its own server. It honours
  a cached one: a shim is put there that uses the ensurepip of the standard library, so only a package index is needed.
* It takes any ``python3.x`` on PATH for an interpreter. The shims of pyenv and asdf are none for versions that aren't
  selected: interpreters are probed, and the working ones linked in a folder of their own, in front of PATH.
* It caches in ``~/.ansible/test``: HOME is moved into ``.cache``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import stage

CACHE = stage.ROOT / ".cache"
#: The pip versions whose bootstrap script ansible-core 2.16 to 2.21 ask for.
PIP_VERSIONS = ("23_1_2", "24_2", "25_2")
#: The Pythons of a controller; the modules are documentation only (tests/config.yml).
PYTHONS = ("python3.10", "python3.11", "python3.12", "python3.13", "python3.14")

SHIM = '''\
"""Stands in for get-pip.py: pip comes from ensurepip, and what else was asked for from the package index."""
import subprocess
import sys

subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
wanted = [argument for argument in sys.argv[1:] if not argument.startswith("-") and not argument.startswith("pip=")]
if wanted:
    subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + wanted)
'''


def place_shims(home: Path) -> None:
    """Write the pip bootstrap where ansible-test caches the downloaded one."""
    folder = home / ".ansible" / "test" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    for version in PIP_VERSIONS:
        (folder / f"get_pip_{version}.py").write_text(SHIM)


def candidates(name: str, path: list[Path]) -> Iterator[Path]:
    """Where an interpreter of this name may be: a version manager's own versions stand for its shims."""
    for folder in path:
        if folder.name == "shims":
            yield from sorted(folder.parent.glob(f"versions/*/bin/{name}"))
        elif (folder / name).exists():
            yield folder / name


def works(interpreter: Path) -> bool:
    """Tell whether it starts and can make virtual environments."""
    probe = subprocess.run(
        [interpreter, "-c", "import ensurepip, venv"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return probe.returncode == 0


def link_interpreters(folder: Path, path: list[Path]) -> None:
    """Link the first working interpreter of each version."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PYTHONS:
        found = next(filter(works, candidates(name, path)), None)
        if found:
            (folder / name).symlink_to(found)


def environment() -> dict[str, str]:
    """The environment for ansible-test: our home, our interpreters, no shims."""
    home = CACHE / "home"
    interpreters = CACHE / "interpreters"
    place_shims(home)
    path = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    link_interpreters(interpreters, path)
    tools = Path(sys.executable).parent
    kept = [str(folder) for folder in path if folder.name != "shims"]
    return {
        **os.environ,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(tools), str(interpreters), *kept]),
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "PIP_QUIET": "1",
    }


def main() -> int:
    """Run it on a fresh copy; arguments are passed on to ansible-test."""
    command = ["ansible-test", "sanity", "--local", "--color", "no", *sys.argv[1:]]
    return subprocess.run(command, cwd=stage.copy(), env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
