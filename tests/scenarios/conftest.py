# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated hosts for one scenario."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from documentation.returned import complaints

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.scenario import HostSpec

from . import in_process
from .in_process import Host, World


def address(number: int = 1) -> str:
    """A loopback address of this test process's own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    return f"127.60.{worker}.{number}"


@pytest.fixture(autouse=True)
def own_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine trusts is no business of the simulated hosts (requests prefers these to its own options)."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def documented_results(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a module returns in any scenario is documented in its RETURN."""
    run_module = in_process.run_module
    found: list[str] = []

    def run_and_read(host: Host, module: str, **options: Any) -> dict[str, Any]:
        result = run_module(host, module, **options)
        found.extend(complaints(module, result))
        return result

    monkeypatch.setattr(in_process, "run_module", run_and_read)
    yield
    assert sorted(set(found)) == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Host]]:
    """Starts a host: ``start(IisSpec(...), profile="winrm1.1")``; the keywords are those of HostSpec."""
    with ExitStack() as stack:

        def start_host(iis: IisSpec | None = None, *, no_iis: bool = False, **options: Any) -> Host:
            spec = HostSpec("web01", address=address(), iis=None if no_iis else iis or IisSpec(), **options)
            return stack.enter_context(World(tmp_path, [spec])).hosts[0]

        yield start_host


@pytest.fixture
def web(start: Callable[..., Host]) -> Host:
    """A host as setup leaves it: worker process mode, the Default Web Site."""
    return start()


@pytest.fixture
def full(start: Callable[..., Host]) -> Host:
    """A host with all four services, two Web sites and one site of each other kind."""
    return start(
        IisSpec(
            services=tuple(Kind),
            sites=[
                SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
                SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
                SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
                SiteSpec(1, "Default SMTP Virtual Server", Kind.SMTP, bindings=(BindingSpec(25),)),
                SiteSpec(1, "Default NNTP Virtual Server", Kind.NNTP, bindings=(BindingSpec(119),)),
            ],
        )
    )


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
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
    pem = tmp_path_factory.mktemp("tls") / "web01.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
