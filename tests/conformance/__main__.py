# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make conformance``: get what the checks need, as far as that is allowed, then run them in their own environment.

Debian's packages are installed by root only, and only unless CONFORMANCE_INSTALL=0. Whatever is missing in the end is
skipped, with the reason.

``python -m conformance replay FOLDER`` holds transcripts of real hosts against the simulator instead, and needs
nothing more than `make stage`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_VENV = _ROOT / ".venv-conformance"
_PACKAGES = {
    "curl": "curl",
    "wslenum": "wsl",
    "xmllint": "libxml2-utils",
    "uuidgen": "uuid-runtime",
    "go": "golang-go",
    "/usr/share/gocode/src/github.com/masterzen/winrm": "golang-github-masterzen-winrm-dev",
    "/usr/sbin/krb5kdc": "krb5-kdc",
    "/usr/sbin/kadmin.local": "krb5-admin-server",
    "kinit": "krb5-user",
    "gcc": "gcc",
    "/usr/include/krb5.h": "libkrb5-dev",
}
"""Debian's packages by the program, or the file, that is wanted of each."""


def _packages() -> None:
    """Install what is missing and may be installed."""
    missing = [package for wanted, package in _PACKAGES.items() if not (shutil.which(wanted) or Path(wanted).exists())]
    default = "1" if os.geteuid() == 0 else "0"
    apt = shutil.which("apt-get")
    if not missing or apt is None or os.environ.get("CONFORMANCE_INSTALL", default) == "0":
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"installing {', '.join(missing)}", flush=True)
    subprocess.run([apt, "update", "-qq"], env=environment, check=False)
    for package in missing:  # one by one: what can't be had must not keep the others away
        command = [apt, "install", "-y", "-qq", "--no-install-recommends", package]
        done = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            print(f"apt-get can't install {package}", flush=True)


def _environment() -> Path:
    """The Python of .venv-conformance, which is made if need be: with Kerberos if that can be built."""
    python = _VENV / "bin" / "python"
    stamp = _VENV / ".installed"
    wanted = _REQUIREMENTS.read_text()
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(_VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", _VENV], check=True)
    install = [str(python), "-m", "pip", "install", "-q", "-r"]
    print("making .venv-conformance; building Kerberos for Python takes minutes", flush=True)
    if subprocess.run([*install, str(_REQUIREMENTS)], check=False).returncode == 0:
        stamp.write_text(wanted)
        return python
    print("Kerberos for Python can't be built: its checks are skipped", flush=True)
    without = _VENV / "requirements.txt"
    without.write_text(wanted.replace("[kerberos]", ""))
    subprocess.run([*install, str(without)], check=True)
    return python


def main(words: Sequence[str]) -> int:
    """Prepare, then run."""
    if words[:1] == ["replay"]:
        sys.path.insert(0, str(_ROOT / ".stage"))
        from conformance.replay.returned import main as replay  # the rest does without ansible-core

        return replay(words[1:])
    _packages()
    return subprocess.run([_environment(), "-m", "conformance.run"], cwd=_ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
