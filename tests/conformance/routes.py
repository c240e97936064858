# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clients are tried, with which authentication, against which hosts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from conformance.peer import Connect, Route
from conformance.peers import curl, golang, programs, pypsrp, pywinrm, wsl, wsmancli

WRONG = "not the password"


def routes(folder: Path, no_kerberos: str) -> Iterator[Route]:
    """All of them. ``folder`` is for the programs' files; ``no_kerberos`` says why there is no KDC."""
    yield from _pywinrm(no_kerberos)
    yield from _pypsrp(no_kerberos)
    yield from _curl(_folder(folder, "curl"), no_kerberos)
    yield from _wsl(_folder(folder, "wsl"))
    yield from _wsmancli(_folder(folder, "wsmancli"))
    yield from _golang(_folder(folder, "go"))


def _folder(parent: Path, name: str) -> Path:
    path = parent / name
    path.mkdir()
    return path


def _pywinrm(no_kerberos: str) -> Iterator[Route]:
    name, connect = "pywinrm", pywinrm.connect
    yield Route(name, "NTLM, sealed", "strict", connect("ntlm"))
    yield Route(name, "Kerberos, sealed", "kerberos", connect("kerberos"), missing=no_kerberos)
    yield Route(name, "Basic", "open", connect("plaintext"))
    yield Route(name, "NTLM over TLS", "tls", connect("ntlm"))
    yield Route(name, "Basic over TLS", "tls", connect("ssl"))
    yield Route(name, "Basic, not allowed", "strict", connect("plaintext"), refusal=401)
    yield Route(name, "NTLM, not sealed", "strict", connect("ntlm", message_encryption="never"), refusal=500)
    yield Route(name, "NTLM, wrong password", "strict", connect("ntlm", password=WRONG), refusal=401)


def _pypsrp(no_kerberos: str) -> Iterator[Route]:
    name, connect = "pypsrp", pypsrp.connect
    yield Route(name, "NTLM, sealed", "strict", connect("ntlm"))
    yield Route(name, "Negotiate (NTLM), sealed", "strict", connect("negotiate"))
    yield Route(name, "Kerberos, sealed", "kerberos", connect("kerberos", ticket=True), missing=no_kerberos)
    negotiate = connect("negotiate", ticket=True, username=None)
    yield Route(name, "Negotiate (Kerberos), sealed", "kerberos", negotiate, missing=no_kerberos)
    yield Route(name, "Basic", "open", connect("basic", encryption="never"))
    yield Route(name, "NTLM over TLS", "tls", connect("ntlm"))
    yield Route(name, "Basic over TLS", "tls", connect("basic"))
    yield Route(name, "Basic, not allowed", "strict", connect("basic", encryption="never"), refusal=401)
    yield Route(name, "NTLM, not sealed", "strict", connect("ntlm", encryption="never"), refusal=500)
    yield Route(name, "NTLM, wrong password", "strict", connect("ntlm", password=WRONG), refusal=401)


def _curl(folder: Path, no_kerberos: str) -> Iterator[Route]:
    name, missing = "curl", programs.missing("curl")

    def connect(*options: str, credentials: bool = True) -> Connect:
        return curl.connect(folder, *options, credentials=credentials)

    ticket = connect("--negotiate", "--user", ":", credentials=False)
    yield Route(name, "Basic", "open", connect("--basic"), missing=missing)
    yield Route(name, "Basic over TLS", "tls", connect("--basic"), missing=missing)
    yield Route(name, "Negotiate (Kerberos)", "kerberos-open", ticket, missing=missing or no_kerberos)
    yield Route(name, "Negotiate, not sealed", "kerberos", ticket, refusal=500, missing=missing or no_kerberos)
    yield Route(name, "Basic, not allowed", "strict", connect("--basic"), refusal=401, missing=missing)
    # WinRM offers NTLM within Negotiate only, never as a scheme of that name
    yield Route(name, "the scheme NTLM", "open", connect("--ntlm"), refusal=401, missing=missing)
    yield Route(name, "none", "open", connect(credentials=False), refusal=401, missing=missing)


def _wsl(folder: Path) -> Iterator[Route]:
    missing = programs.missing("wslenum", "curl", "xmllint", "uuidgen")
    yield Route("wsl", "Basic", "open", wsl.connect(folder), missing=missing)
    yield Route("wsl", "Basic over TLS", "tls", wsl.connect(folder), missing=missing)


def _wsmancli(folder: Path) -> Iterator[Route]:
    missing = programs.missing("wsman")
    if missing:
        missing = "Debian 12 packages neither openwsman nor wsmancli; one on PATH is used"
    yield Route("wsmancli", "Basic", "open", wsmancli.connect(folder), missing=missing)
    yield Route("wsmancli", "Basic over TLS", "tls", wsmancli.connect(folder), missing=missing)
    yield Route("wsmancli", "Basic, not allowed", "strict", wsmancli.connect(folder), refusal=401, missing=missing)


def _golang(folder: Path) -> Iterator[Route]:
    name, missing = "masterzen/winrm (Go)", golang.build(folder)
    for auth, label in (("basic", "Basic"), ("ntlm", "NTLM, not sealed")):
        yield Route(name, label, "open", golang.connect(folder, auth), missing=missing)
    for auth, label in (("basic", "Basic over TLS"), ("ntlm", "NTLM over TLS")):
        yield Route(name, label, "tls", golang.connect(folder, auth), missing=missing)
    yield Route(name, "Basic, not allowed", "strict", golang.connect(folder, "basic"), refusal=401, missing=missing)
    yield Route(name, "NTLM, not sealed, not allowed", "strict", golang.connect(folder, "ntlm"), 500, missing)
