# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets of fake machines, and independent clients to speak to them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from unit.simulator.wire.fakes import FakeMachine
from unit.simulator.wire.running import ADDRESS, Running, Start

from simulator.fleet import Fleet, FleetThread
from simulator.wire.profile import WINRM_2_0, Profile, WireOptions
from simulator.wire.site import Placement


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a fleet of one fake machine with a profile and options."""
    threads: list[FleetThread] = []

    def run(
        profile: Profile = WINRM_2_0, machine: FakeMachine | None = None, folder: Path | None = None, **options: Any
    ) -> Running:
        machine = machine or FakeMachine()
        placement = Placement(machine, ADDRESS, profile, WireOptions(**options))
        thread = FleetThread(Fleet([placement], machine.clock, folder=folder, control_port=0))
        thread.__enter__()
        threads.append(thread)
        return Running(thread, machine)

    yield run
    for thread in threads:
        thread.__exit__(None, None, None)


@pytest.fixture
def host(start: Start) -> Running:
    """A host with WinRM 2.0, as configured out of the box."""
    return start()


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A listener's TLS with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "web01")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "web01.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
