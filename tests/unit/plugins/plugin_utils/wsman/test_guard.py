# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What guards the HTTP sessions of pywinrm and pypsrp, each over real HTTP on loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from unit.plugins.plugin_utils.wsman.test_channels import ANSWER, FAULT, failure, over_psrp, over_winrm
from unit.plugins.plugin_utils.wsman.web import Reply, serve

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport import guard
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost

BOTH = pytest.mark.parametrize("open_to", [over_winrm, over_psrp], ids=["pywinrm", "pypsrp"])
SEALED = {"Content-Type": 'multipart/encrypted;protocol="x";boundary="Encrypted Boundary"'}


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(open_to, status):
    with serve(Reply(200, ANSWER)) as elsewhere:
        where = f"http://127.0.0.1:{elsewhere.port}/wsman"
        with serve(Reply(status, b"", {"Location": where}), Reply(status, b"", {"Location": where})) as web:
            error = failure(open_to(web.port))
        assert elsewhere.received == []
    assert isinstance(error, AnswerLost)
    assert f"HTTP {status}" in str(error)


@BOTH
def test_an_answer_that_announces_too_much_is_not_read(open_to):
    with serve(Reply(200, b"", {"Content-Length": str(10**12)})) as web:
        assert "1000000000000 bytes" in str(failure(open_to(web.port)))


@contextmanager
def endless() -> Iterator[int]:
    """A server that answers anything with chunks and no end."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while True:
                    self.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@BOTH
def test_an_answer_without_an_end_is_read_up_to_the_limit(open_to):
    with endless() as port:
        assert f"doesn't end within {guard.MAX_BYTES} bytes" in str(failure(open_to(port)))


@BOTH
def test_what_is_allowed_arrives(open_to):
    with serve(Reply(200, ANSWER), Reply(500, FAULT)) as web:
        channel = open_to(web.port)
        assert channel.send(b"<s:Envelope/>") == ANSWER
        assert channel.send(b"<s:Envelope/>") == FAULT


def post(port, headers):
    with guard.guard_session(guard.guard_session(requests.Session())) as session:
        session.trust_env = False
        return session.post(f"http://127.0.0.1:{port}/wsman", data=b"x", headers=headers, timeout=5)


@pytest.mark.parametrize("reply", [Reply(200, ANSWER), Reply(500, FAULT), Reply(400, FAULT), Reply(200, b"")])
def test_an_answer_in_clear_to_a_sealed_message_is_not_believed(reply):
    with serve(reply) as web, pytest.raises(guard.Untrustworthy, match="in clear"):
        post(web.port, SEALED)


@pytest.mark.parametrize("reply", [Reply(401), Reply(400), Reply(503, b"<html/>"), Reply(500, b"")])
def test_what_windows_says_in_clear_before_it_reads_the_message_is_heard(reply):
    with serve(reply) as web:
        assert post(web.port, SEALED).status_code == reply.status


def test_a_sealed_answer_is_taken():
    with serve(Reply(200, b"sealed", SEALED)) as web:
        assert post(web.port, SEALED).content == b"sealed"


def test_an_answer_that_does_not_end_in_time_is_given_up(monkeypatch):
    monkeypatch.setattr(guard, "monotonic", iter([0.0, 11.0]).__next__)
    with serve(Reply(200, ANSWER)) as web, pytest.raises(guard.Untrustworthy, match="doesn't end in time"):
        post(web.port, {})
