# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""masterzen/winrm in Go, as Debian packages it, through the small program in ``go/main.go``. Remote shells only."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from conformance.peer import Incapable, Peer, Refused, Target
from conformance.peers.programs import missing, run

_SOURCES = Path("/usr/share/gocode/src/github.com/masterzen/winrm")
_MAIN = Path(__file__).parents[1] / "go" / "main.go"


def build(folder: Path) -> str:
    """Build the program into a folder; gives why that is not possible, or nothing."""
    if reason := missing("go"):
        return reason
    if not _SOURCES.is_dir():
        return "no package golang-github-masterzen-winrm-dev on this machine"
    environment = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache")}
    shutil.copy(_MAIN, folder / "main.go")
    done = run(["go", "build", "-o", folder / "client", "main.go"], folder, environment)
    return "" if done.returncode == 0 else f"go build failed: {done.stderr.strip()[-120:]}"


class Golang(Incapable):
    """The program, a process for each command."""

    lacks = "the library knows remote shells only"

    def __init__(self, target: Target, auth: str, folder: Path) -> None:
        self._target = target
        self._auth = auth
        self._folder = folder

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """See Peer."""
        target = self._target
        secure = "true" if target.scheme == "https" else "false"
        login = [target.address, str(target.port), secure, self._auth, target.user, target.password]
        try:
            done = run([self._folder / "client", *login, " ".join((command, *arguments))], self._folder)
        except subprocess.TimeoutExpired as error:
            raise Refused(0) from error
        answer = json.loads(done.stdout)
        if answer["Error"]:
            status = next((status for status in (401, 500) if f"response error: {status}" in answer["Error"]), 0)
            raise Refused(status) if status else RuntimeError(answer["Error"])
        return answer["Code"], answer["Stdout"], answer["Stderr"]


def connect(folder: Path, auth: str) -> Callable[[Target], Peer]:
    """A way to connect: ``basic`` or ``ntlm``."""
    return lambda target: Golang(target, auth, folder)
