# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way through proxies is the one that pywinrm and pypsrp take by themselves, and is looked up once."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
import requests
from pypsrp.wsman import WSMan
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from unit.plugins.plugin_utils.wsman.web import Reply, serve
from winrm.protocol import Protocol

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import HostUnreachable
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.psrp import PsrpChannel
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.winrm import WinrmChannel

HOST = "web01.example.com"
SENT = b"<s:Envelope/>"
HTTP, HTTPS, ALL = "http://one.test:3128", "http://two.test:3128", "http://three.test:3128"
ENVIRONMENTS = {
    "no proxy": {},
    "http": {"http_proxy": HTTP},
    "in capitals": {"HTTP_PROXY": HTTP, "HTTPS_PROXY": HTTPS},
    "https": {"https_proxy": HTTPS},
    "all": {"all_proxy": ALL},
    "http and all": {"http_proxy": HTTP, "all_proxy": ALL},
    "not for this host": {"http_proxy": HTTP, "https_proxy": HTTPS, "no_proxy": "localhost,example.com"},
    "not for this port": {"http_proxy": HTTP, "https_proxy": HTTPS, "NO_PROXY": f"{HOST}:5985"},
    "not for others": {"http_proxy": HTTP, "https_proxy": HTTPS, "no_proxy": "example.net"},
    "for nobody": {"all_proxy": ALL, "no_proxy": "*"},
}


def winrm(scheme, method, options):
    transport = {"basic": "ssl" if scheme == "https" else "plaintext", "ntlm": "ntlm"}[method]
    port = {"http": 5985, "https": 5986}[scheme]
    return Protocol(
        f"{scheme}://{HOST}:{port}/wsman", transport=transport, username="admin", password="t0p-secret", **options
    )


def psrp(scheme, method, options):
    encryption = {"encryption": "never"} if (scheme, method) == ("http", "basic") else {}
    return WSMan(
        HOST, ssl=scheme == "https", auth=method, username="admin", password="t0p-secret", reconnection_retries=0,
        **encryption, **options,
    )  # fmt: skip


CLIENTS = {
    "pywinrm": (winrm, lambda made: WinrmChannel(SimpleNamespace(protocol=made)), lambda made: made.transport),
    "pypsrp": (psrp, PsrpChannel, lambda made: made.transport),
}
OPTIONS = [
    ("pywinrm", {}),
    ("pywinrm", {"proxy": "http://given.test:8080"}),
    ("pywinrm", {"proxy": None}),
    ("pypsrp", {}),
    ("pypsrp", {"proxy": "http://given.test:8080"}),
    ("pypsrp", {"no_proxy": True}),
]


@pytest.fixture
def environment(monkeypatch):
    """Sets the variables for proxies, and no others."""

    def set_variables(variables):
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables


@pytest.fixture
def ways(monkeypatch):
    """The proxies that first messages would have gone through; nothing is sent."""
    found = []

    def send(_adapter, request, proxies=None, **_options):
        found.append(select_proxy(request.url, proxies))
        raise requests.ConnectionError("nothing is sent")

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return found


@pytest.mark.parametrize(("scheme", "method"), [("http", "basic"), ("http", "ntlm"), ("https", "ntlm")])
@pytest.mark.parametrize(("library", "options"), OPTIONS)
def test_the_way_is_the_one_of_the_library_alone(environment, ways, library, options, scheme, method):
    make, channel, transport = CLIENTS[library]
    for title, variables in ENVIRONMENTS.items():
        environment(variables)
        alone = transport(make(scheme, method, options))
        with pytest.raises(requests.ConnectionError):
            (alone.send_message if library == "pywinrm" else alone.send)(SENT)
        with pytest.raises(HostUnreachable):
            channel(make(scheme, method, options)).send(SENT)
        assert len(ways) == 2
        assert ways[0] == ways[1], title
        ways.clear()


@pytest.mark.parametrize("library", CLIENTS)
def test_all_messages_go_through_the_proxy_of_the_environment(environment, library):
    make, channel, _transport = CLIENTS[library]
    with serve(Reply(200, b"first"), Reply(200, b"second")) as proxy:
        environment({"http_proxy": f"http://127.0.0.1:{proxy.port}"})
        over = channel(make("http", "basic", {}))
        assert [over.send(SENT), over.send(SENT)] == [b"first", b"second"]
    assert proxy.received == [SENT, SENT]


def test_with_a_certificate_requests_goes_on_asking_netrc(tmp_path, environment, ways, monkeypatch):
    environment({"http_proxy": HTTP})
    asked = []
    monkeypatch.setattr(requests.sessions, "get_netrc_auth", asked.append)
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("")
    files = {"cert_pem": str(tmp_path / "cert.pem"), "cert_key_pem": str(tmp_path / "key.pem")}
    protocol = Protocol(f"https://{HOST}:5986/wsman", transport="certificate", **files)
    with pytest.raises(HostUnreachable):
        WinrmChannel(SimpleNamespace(protocol=protocol)).send(SENT)
    assert len(asked) == len(ways) == 1
