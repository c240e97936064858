# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated hosts: ``python -m simulator`` in processes of their own, and what is true inside them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from conformance.kdc import REALM
from conformance.peer import Target

USER, PASSWORD = "Administrator", "Passw0rd"
KINDS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "pulls": {"continuation": "one_then_pulls"},
    "empty": {"continuation": "first_empty"},
    "old": {},
}
"""The hosts of a group: how they hand out items; ``old`` runs WinRM 1.1 with its small quotas."""
GROUPS: Mapping[str, Mapping[str, Any]] = {
    "strict": {},
    "open": {"allow_basic": True, "allow_unencrypted": True},
    "kerberos": {"kerberos": True},
    "kerberos-open": {"kerberos": True, "allow_unencrypted": True},
}
"""How WinRM is configured: strict is as Windows sets it up."""
TLS_GROUPS: Mapping[str, Mapping[str, Any]] = {"tls": {"allow_basic": True}}
_IIS: Mapping[str, Any] = {"switches": {"put_rule": "merge"}}
"""The clients' whole Puts name the one property that they change."""
_PATIENCE = 60.0


class Hosts:
    """A simulator process and its hosts, by group and kind."""

    def __init__(self, folder: Path, groups: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._scheme = "https" if groups is TLS_GROUPS else "http"
        hosts = [
            {
                "name": f"{group}-{kind}",
                "address": f"127.78.{1 + number if self._scheme == 'http' else 101 + number}.{place + 1}",
                "profile": "winrm1.1" if kind == "old" else "winrm2.0",
                "accounts": [{"user": USER, "password": PASSWORD}],
                "wire": {"broken_utf8": "nothing", **options, **KINDS[kind]},  # some peers know 65001 only
                "iis": _IIS,
            }
            for number, (group, options) in enumerate(groups.items())
            for place, kind in enumerate(KINDS)
        ]
        scenario = folder / "hosts.yml"
        scenario.write_text(yaml.safe_dump({"hosts": hosts}))
        command = [sys.executable, "-m", "simulator", "--scenario", str(scenario), "--port", "0"]
        command += ["--state", str(folder / "state")]
        if self._scheme == "https":
            command += ["--tls", str(_certificate(folder))]
        self._log: list[str] = []
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._ready = threading.Event()
        self._control = ""
        threading.Thread(target=self._read, daemon=True).start()
        if not self._ready.wait(_PATIENCE) or not self._control:
            self.stop()
            raise RuntimeError(f"the simulator didn't start: {''.join(self._log)}")
        self._listed = self._ask("/hosts")

    def _read(self) -> None:
        """Read what the simulator says: where its control endpoint is, and later its complaints."""
        for line in self._process.stderr or ():
            self._log.append(line)
            if found := re.search(r"control endpoint (\S+),", line):
                self._control = found[1]
                self._ready.set()
        self._ready.set()

    def _ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(f"{self._control}{path}", method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=_PATIENCE) as answer:
            return json.load(answer)

    def target(self, group: str, kind: str) -> Target:
        """A host as clients address it."""
        name = f"{group}-{kind}"
        where = self._listed[name]
        return Target(name, hostname(name), where["address"], where["port"], self._scheme, USER, PASSWORD)

    def truth(self, name: str) -> Any:
        """What is true inside a host."""
        return self._ask(f"/hosts/{name}")

    def journal(self, name: str) -> Any:
        """What came to a host."""
        return self._ask(f"/hosts/{name}/journal")

    def forget(self, group: str) -> None:
        """Begin new journals for a group's hosts."""
        for kind in KINDS:
            self._ask(f"/hosts/{group}-{kind}/journal", "DELETE")

    def requests(self, group: str) -> list[Any]:
        """The WS-Management requests that came to a group's hosts, without those of authentication alone."""
        entries = [entry for kind in KINDS for entry in self.journal(f"{group}-{kind}")]
        return [entry for entry in entries if entry["action"] not in ("Auth", "Refused")]

    def stop(self) -> str:
        """End the process; gives what it said that it should not have: a traceback."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        text = "".join(self._log)
        return text if "Traceback" in text else ""


def hostname(name: str) -> str:
    """A host's name in the realm."""
    return f"{name}.{REALM.lower()}"


def _certificate(folder: Path) -> Path:
    """A key and a certificate of its own making in one file."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "conformance")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
    plain = serialization.NoEncryption()
    path = folder / "listener.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    return path
