# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pywinrm and pypsrp report, and what it means; each over real HTTP on loopback."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate
from types import SimpleNamespace

import pytest
from unit.plugins.plugin_utils.wsman.scripted import envelope, wsman_fault
from unit.plugins.plugin_utils.wsman.web import CUT, SILENCE, Reply, self_signed, serve

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import AuthenticationRefused, HostUnreachable
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost, SessionSpoiled
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.guard import _ahead, clock_difference
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.http_status import (
    credentials_refused,
    refusal,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.psrp import PsrpChannel
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.variables import PSRP, WINRM
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.winrm import WinrmChannel

PASSWORD = "t0p-secret"
SENT = b"<s:Envelope/>"
ANSWER = envelope("").encode()
FAULT = envelope(wsman_fault(5)).encode()


def over_winrm(port, scheme="http"):
    protocol = pytest.importorskip("winrm.protocol").Protocol(
        f"{scheme}://127.0.0.1:{port}/wsman",
        transport="plaintext" if scheme == "http" else "ssl",
        username="admin",
        password=PASSWORD,
        operation_timeout_sec=20,
        read_timeout_sec=30,
        proxy=None,
    )
    return WinrmChannel(SimpleNamespace(protocol=protocol))


def over_psrp(port, scheme="http"):
    wsman = pytest.importorskip("pypsrp.wsman").WSMan(
        "127.0.0.1", port=port, ssl=scheme == "https", auth="basic", encryption="never" if scheme == "http" else "auto",
        username="admin", password=PASSWORD, no_proxy=True, operation_timeout=20, read_timeout=30,
    )  # fmt: skip
    return PsrpChannel(wsman)


@pytest.fixture(params=[over_winrm, over_psrp], ids=["pywinrm", "pypsrp"])
def open_to(request):
    return request.param


def variable(open_to, name):
    return getattr(WINRM if open_to is over_winrm else PSRP, name)


def failure(channel, timeout=None):
    with pytest.raises(HostUnreachable) as caught:
        channel.send(SENT, timeout)
    assert PASSWORD not in str(caught.value)
    return caught.value


def test_an_envelope_goes_there_and_one_comes_back(open_to):
    with serve(Reply(200, ANSWER)) as web:
        assert open_to(web.port).send(SENT) == ANSWER
        assert web.received == [SENT]


def test_a_fault_comes_back_like_any_answer(open_to):
    with serve(Reply(500, FAULT)) as web:
        assert open_to(web.port).send(SENT) == FAULT


def test_endpoint_and_patience_are_those_of_the_connection(open_to):
    channel = open_to(5985)
    assert channel.endpoint == "http://127.0.0.1:5985/wsman"
    assert channel.operation_timeout == 20


def test_wrong_credentials(open_to):
    with serve(Reply(401)) as web:
        error = failure(open_to(web.port))
    assert isinstance(error, AuthenticationRefused)
    assert "credentials of admin" in str(error)
    assert f"set {variable(open_to, 'method')}: ntlm" in str(error)
    assert "Basic authentication is off by default" in str(error)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "forbidden"),
        (404, "no WinRM listener"),
        (405, "not WinRM"),
        (500, "unencrypted request when AllowUnencrypted is false: set ansible_"),
        (503, "Windows Remote Management service is stopped, starting, or at its limits"),
        (418, "unexpected answer, HTTP 418"),
    ],
)
def test_a_status_without_a_fault_is_explained(open_to, status, words):
    with serve(Reply(status)) as web:
        error = failure(open_to(web.port))
    assert words in str(error)
    assert not isinstance(error, AnswerLost), "nothing was processed"


def test_a_web_page_instead_of_a_fault_is_no_fault(open_to):
    with serve(Reply(500, b"<html>Envelope of letters</html>" * 100), Reply(404, b"<html>Not here</html>")) as web:
        channel = open_to(web.port)
        channel.send(SENT)
        assert "no WinRM listener" in str(failure(channel))


def test_http_400_spoils_the_session(open_to):
    with serve(Reply(400)) as web:
        assert isinstance(failure(open_to(web.port)), SessionSpoiled)


def test_a_closed_port_is_unreachable_and_nothing_was_sent(open_to):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        error = failure(open_to(held.getsockname()[1]))
    assert "can't be reached: Connection refused: check ansible_port" in str(error)
    assert "WinRM 1.1 listens on port 80 (https: 443), WinRM 2.0 and later on 5985 (https: 5986)" in str(error)
    assert not isinstance(error, AnswerLost)


def test_a_connection_that_is_cut_after_the_request_loses_the_answer(open_to):
    with serve(CUT) as web:
        error = failure(open_to(web.port))
        assert web.received == [SENT]
    assert isinstance(error, AnswerLost)
    assert "was cut" in str(error)
    assert f"HTTPS listener, set {variable(open_to, 'scheme')}: https" in str(error)


def test_an_answer_that_does_not_come_in_time_is_lost(open_to):
    with serve(SILENCE) as web:
        error = failure(open_to(web.port), timeout=0.3)
    assert isinstance(error, AnswerLost)
    assert str(error).endswith("didn't answer within 0.3 s"), "the time of this message, which no variable sets"


def test_the_variable_is_named_that_sets_the_time(open_to):
    with serve(SILENCE) as web:
        channel = open_to(web.port)
        transport = channel._connection.protocol.transport if open_to is over_winrm else channel._wsman.transport
        setattr(transport, "read_timeout_sec" if open_to is over_winrm else "read_timeout", 0.3)
        error = failure(channel)
    assert str(error).endswith(f"didn't answer within 0.3 s ({variable(open_to, 'read_timeout')})")


def test_a_host_that_takes_no_connection_is_off_or_behind_a_firewall(open_to):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _attempt in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        channel = open_to(full.getsockname()[1])
        transport = channel._connection.protocol.transport if open_to is over_winrm else channel._wsman.transport
        setattr(transport, "read_timeout_sec" if open_to is over_winrm else "connection_timeout", 0.3)
        error = failure(channel)
        for each in waiting:
            each.close()
    name = variable(open_to, "connect_timeout")
    assert f"no connection within 0.3 s ({name}): the host is off, or a firewall is in between" in str(error)
    assert not isinstance(error, AnswerLost)


@pytest.mark.parametrize(
    ("method", "user", "hours", "words"),
    [
        ("ntlm", "me@EXAMPLE.COM", 0, "write a domain account as DOMAIN\\\\user"),
        ("ntlm", "EXAMPLE\\me", 35, "check the user name and the password$"),
        ("ntlm", "EXAMPLE\\me", 37, "set the clocks: the host's differs by 37.0 hours, and 36 hours are allowed"),
        ("ntlm", "EXAMPLE\\me", -37, "set the clocks: the host's differs by 37.0 hours"),
        ("kerberos", "me@EXAMPLE.COM", 0.2, "differs by 0.2 hours, and 5 minutes are allowed"),
        ("credssp", "me", 99, "check the user name and the password$"),
        ("basic", "me", 99, "Basic authentication is off"),
    ],
)
def test_what_else_may_be_wrong_with_refused_credentials(method, user, hours, words):
    error = credentials_refused("http://host.test/wsman", user, method, WINRM, hours * 3600.0)
    with pytest.raises(AuthenticationRefused, match=words):
        raise error


def test_the_clock_of_the_host_is_known_from_its_answers(open_to):
    ahead = formatdate(time.time() + 40 * 3600, usegmt=True)
    with serve(Reply(200, ANSWER, {"Date": ahead})) as web:
        channel = open_to(web.port)
        channel.send(SENT)
        transport = channel._connection.protocol.transport if open_to is over_winrm else channel._wsman.transport
        assert clock_difference(transport.session) == pytest.approx(40 * 3600, abs=60)


@pytest.mark.parametrize(
    ("server", "later"),
    [
        ("Microsoft-HTTPAPI/2.0", True),
        ("Microsoft-HTTPAPI/1.0", False),
        ("nginx", False),
        ("", False),
    ],
)
def test_a_later_windows_is_known_by_the_name_of_its_http_server(open_to, server, later):
    with serve(Reply(200, ANSWER, {"Server": server})) as web:
        channel = open_to(web.port)
        assert channel.is_later is False
        channel.send(SENT)
        assert channel.is_later is later
        channel.reset()
        assert channel.is_later is False


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Jan 2026 00:00:00 GMT"])
def test_a_clock_that_the_host_does_not_report_is_not_known(date):
    assert _ahead(date) is None


@pytest.mark.parametrize(("endpoint", "sealed"), [("https://host.test/wsman", False), ("http://host.test/wsman", True)])
def test_a_refusal_of_an_encrypted_request_is_not_blamed_on_encryption(endpoint, sealed):
    error = refusal(500, b"", endpoint, WINRM, sealed=sealed)
    assert "without an explanation (HTTP 500)" in str(error)
    assert "unencrypted" not in str(error)


def test_the_patience_of_one_message_is_not_that_of_the_next(open_to):
    with serve(Reply(200, ANSWER)) as web:
        channel = open_to(web.port)
        channel.send(SENT, 29)
    holder = channel._connection.protocol.transport if open_to is over_winrm else channel._wsman.transport
    assert (holder.read_timeout_sec if open_to is over_winrm else holder.read_timeout) == 30


def test_an_answer_that_ends_in_the_middle_is_lost(open_to):
    with serve(Reply(200, ANSWER, {"Content-Length": "100000", "Connection": "close"})) as web:
        error = failure(open_to(web.port), timeout=0.5)
    assert isinstance(error, AnswerLost)


def test_a_new_session_works_after_a_failed_one(open_to):
    with serve(CUT, Reply(200, ANSWER)) as web:
        channel = open_to(web.port)
        failure(channel)
        channel.reset()
        assert channel.send(SENT) == ANSWER


def test_a_name_that_does_not_resolve(open_to):
    channel = open_to(1)
    holder = channel._connection.protocol.transport if open_to is over_winrm else channel._wsman.transport
    holder.endpoint = "http://nowhere.invalid:5985/wsman"
    error = failure(channel)
    assert "nowhere.invalid:5985/wsman can't be reached: the name can't be resolved: check ansible_host" in str(error)
    assert not isinstance(error, AnswerLost)


def test_plain_http_where_tls_is_expected(open_to):
    with serve(Reply()) as web:
        error = failure(open_to(web.port, "https"))
    assert f"what answers there is not TLS (WRONG_VERSION_NUMBER): set {variable(open_to, 'scheme')}: http" in str(
        error
    )
    assert "Server 2003" not in str(error)
    assert not isinstance(error, AnswerLost)


def test_a_certificate_that_is_not_trusted(open_to, tmp_path):
    with serve(Reply(), context=self_signed(tmp_path)) as web:
        error = failure(open_to(web.port, "https"))
        assert web.received == []
    assert "can't be trusted" in str(error)
    assert not isinstance(error, AnswerLost)


@pytest.mark.parametrize("failing", [CUT, Reply(401), Reply(400)])
def test_a_failure_drops_the_session_so_that_nothing_is_ever_sent_in_clear(open_to, failing):
    """After a failed NTLM handshake pywinrm keeps a session without encryption."""
    with serve(failing) as web:
        channel = open_to(web.port)
        failure(channel)
    transport = channel._connection.protocol.transport if open_to is over_winrm else channel._wsman.transport
    assert transport.session is None
    assert transport.encryption is None


def test_a_host_without_ntlm_is_never_sent_a_message_in_clear():
    protocol = pytest.importorskip("winrm.protocol").Protocol(
        "http://127.0.0.1:1/wsman", transport="ntlm", username="admin", password=PASSWORD, proxy=None
    )
    channel = WinrmChannel(SimpleNamespace(protocol=protocol))
    with serve(
        Reply(401, headers={"WWW-Authenticate": "Basic"}), Reply(401, headers={"WWW-Authenticate": "Basic"})
    ) as web:
        protocol.transport.endpoint = f"http://127.0.0.1:{web.port}/wsman"
        for _attempt in range(2):
            assert isinstance(failure(channel), AuthenticationRefused)
        assert web.received == [b"", b""]


def test_an_interrupted_message_drops_the_session():
    class Interrupted(BaseException):
        pass

    def send_message(_message):
        raise Interrupted

    calls = []
    transport = SimpleNamespace(
        send_message=send_message,
        setup_encryption=lambda _session: None,
        session=SimpleNamespace(adapters={}, auth=object()),
        read_timeout_sec=30,
        encryption=object(),
        close_session=lambda: calls.append("closed"),
    )
    channel = WinrmChannel(SimpleNamespace(protocol=SimpleNamespace(transport=transport)))
    with pytest.raises(Interrupted):
        channel.send(SENT)
    assert (calls, transport.encryption) == (["closed"], None)
