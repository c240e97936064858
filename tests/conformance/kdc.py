# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kerberos realm of its own: MIT's KDC on a loopback address, with files in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

REALM = "IIS.TEST"
_ADDRESS = "127.78.0.1"
_PROGRAMS = ("krb5kdc", "kadmin.local", "kdb5_util", "kinit")
_SERVICES = ("HTTP", "WSMAN", "host")
"""What clients ask for: pywinrm and curl HTTP, pypsrp WSMAN or host. In a domain the host's account has them all."""
_PATIENCE = 20.0
"""Seconds that the KDC gets to open its port, and each of the tools to end."""


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def missing() -> str:
    """Why there can be no KDC here; empty if there can."""
    absent = [name for name in _PROGRAMS if _program(name) is None]
    if absent:
        return f"no {', '.join(absent)} (Debian: krb5-kdc, krb5-admin-server, krb5-user)"
    if os.geteuid() != 0:
        return "a KDC is started by root only"
    return ""


class Kdc:
    """The KDC. ``environment`` leads clients to it; ``keytab`` is the hosts'."""

    def __init__(self, folder: Path, user: str, password: str, hostnames: Iterable[str]) -> None:
        self._folder = folder
        self._user, self._password = user, password
        self._hostnames = list(hostnames)
        self._process: subprocess.Popen[bytes] | None = None
        self.keytab = folder / "hosts.keytab"
        self.environment = {
            "KRB5_CONFIG": str(folder / "krb5.conf"),
            "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
            "KRB5CCNAME": f"FILE:{folder / 'tickets'}",
            "KRB5_KTNAME": str(self.keytab),
            "KRB5RCACHETYPE": "none",
        }

    def start(self) -> None:
        """Make the realm, start the KDC, and fetch a ticket for the user. Raises RuntimeError."""
        with socket.socket() as probe:
            probe.bind((_ADDRESS, 0))
            port = probe.getsockname()[1]
        (self._folder / "krb5.conf").write_text(
            f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            " rdns = false\n dns_canonicalize_hostname = false\n udp_preference_limit = 1\n"
            f"[realms]\n {REALM} = {{\n  kdc = {_ADDRESS}:{port}\n }}\n"
            f"[domain_realm]\n .{REALM.lower()} = {REALM}\n"
        )
        (self._folder / "kdc.conf").write_text(
            f"[kdcdefaults]\n kdc_listen = {_ADDRESS}:{port}\n kdc_tcp_listen = {_ADDRESS}:{port}\n"
            f"[realms]\n {REALM} = {{\n  database_name = {self._folder / 'principal'}\n"
            f"  key_stash_file = {self._folder / 'stash'}\n  acl_file = {self._folder / 'acl'}\n }}\n"
        )
        self._tool("kdb5_util", "create", "-s", "-r", REALM, "-P", "the master key")
        self._tool("kadmin.local", "-r", REALM, "-q", f"addprinc -pw {self._password} {self._user}")
        for principal in (f"{service}/{name}" for name in self._hostnames for service in _SERVICES):
            self._tool("kadmin.local", "-r", REALM, "-q", f"addprinc -randkey {principal}")
            self._tool("kadmin.local", "-r", REALM, "-q", f"ktadd -k {self.keytab} {principal}")
        program = _program("krb5kdc")
        assert program is not None, "missing() is asked first"
        with (self._folder / "kdc.out").open("wb") as output:
            self._process = subprocess.Popen(
                [program, "-n", "-r", REALM], env=self._environment(), stdout=output, stderr=output
            )
        self._wait(port)
        self._tool("kinit", f"{self._user}@{REALM}", given=f"{self._password}\n")

    def stop(self) -> None:
        """End the KDC: the process that was started here, no other."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _tool(self, name: str, *arguments: str, given: str = "") -> None:
        program = _program(name)
        assert program is not None, "missing() is asked first"
        done = subprocess.run(
            [program, *arguments],
            env=self._environment(),
            input=given,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip() or done.stdout.strip()}")

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.settimeout(1.0)
                if probe.connect_ex((_ADDRESS, port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the KDC didn't open its port: {(self._folder / 'kdc.out').read_text()}")
