# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of a host, where pyspnego's NTLM looks for them: a file that the environment names.

pyspnego reads ``NTLM_USER_FILE`` whenever it needs a password. Each host has its own accounts, so the variable is set
just for the step of one host's context; hosts with equal accounts share a file.
"""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from simulator.windows.console import Account

_VARIABLE = "NTLM_USER_FILE"
_lock = threading.RLock()


class CredentialStore:
    """Private files of accounts, gone when it is closed."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: dict[str, Path] = {}

    @contextmanager
    def of(self, machine: str, accounts: Sequence[Account]) -> Iterator[None]:
        """Within the block, NTLM knows these accounts and no others."""
        path = self._file(_lines(machine, accounts))
        with _lock:
            before = os.environ.get(_VARIABLE)
            os.environ[_VARIABLE] = str(path)
            try:
                yield
            finally:
                if before is None:
                    del os.environ[_VARIABLE]
                else:
                    os.environ[_VARIABLE] = before

    def close(self) -> None:
        """Remove the files."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None
        self._files.clear()

    def _file(self, text: str) -> Path:
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest not in self._files:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="simulator-accounts-")
            path = Path(self._folder.name) / digest
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
            self._files[digest] = path
        return self._files[digest]


def _lines(machine: str, accounts: Sequence[Account]) -> str:
    """``DOMAIN:USER:PASSWORD`` for each domain that clients send for a local account: none, a dot, the host's name, or
    the target name of the challenge, which pyspnego takes from the machine that it runs on."""
    lines: dict[str, None] = {}
    for account in accounts:
        if ":" in account.password or "\n" in account.password:
            raise ValueError("the NTLM user file has no place for a password with a colon or a line feed")
        for domain in ("", ".", machine.upper(), socket.gethostname().upper()):
            lines[f"{domain}:{account.user}:{account.password}"] = None
    return "".join(f"{line}\n" for line in lines)
