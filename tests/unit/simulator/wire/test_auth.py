# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication and message encryption, seen by pywinrm, pypsrp and bare HTTP."""

from __future__ import annotations

import os
import ssl

import pytest
import requests
from pypsrp.exceptions import AuthenticationError
from pypsrp.wsman import WSMan
from unit.simulator.wire.fakes import ADMINISTRATOR, OPERATOR
from unit.simulator.wire.requests_xml import CIMV2, ENUM, envelope, fault_code, select, wql
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

from simulator.wire.sealing import SealError, unseal

QUERY = "SELECT Name FROM Win32_Service"


def test_ntlm_is_sealed(host: Running) -> None:
    assert len(select(host.pywinrm(), QUERY)) == 3
    assert [entry.action for entry in host.journal] == ["Auth", "Auth", "Auth", "Enumerate"]
    assert [entry.status for entry in host.journal] == [401, 401, 200, 200]
    assert host.journal.requests()[0].sealed
    assert host.journal.requests()[0].user == "Administrator"
    assert host.journal.requests()[0].query == QUERY
    assert host.journal.requests()[0].class_name == "Win32_Service"


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_pypsrp_authenticates_with_raw_ntlm_and_with_spnego(host: Running, auth: str) -> None:
    with WSMan(
        "127.0.9.1",
        port=host.thread.fleet.port,
        ssl=False,
        auth=auth,
        username="Administrator",
        password=ADMINISTRATOR.password,
    ) as wsman:
        config = wsman.get_server_config()
        assert config[0][0].text == "150"
    assert all(entry.sealed for entry in host.journal.requests())


@pytest.mark.parametrize("user", ["administrator", "WEB01\\Administrator", ".\\ADMINISTRATOR"])
def test_a_local_account_may_be_written_with_its_machine(host: Running, user: str) -> None:
    assert select(host.pywinrm(username=user), QUERY)


def test_wrong_password_is_401(host: Running) -> None:
    with pytest.raises(InvalidCredentialsError):
        select(host.pywinrm(password="wrong"), QUERY)
    assert {entry.status for entry in host.journal} == {401}
    with pytest.raises(AuthenticationError):
        WSMan(
            "127.0.9.1", port=host.thread.fleet.port, ssl=False, auth="ntlm", username="nobody", password="x"
        ).get_server_config()


def test_the_offers_stand_in_headers_of_their_own(start: Start) -> None:
    host = start(allow_basic=True, kerberos=True)
    response = requests.post(host.url, timeout=60)
    assert response.status_code == 401
    assert response.content == b""
    assert response.raw.headers.getlist("WWW-Authenticate") == ["Negotiate", "Kerberos", 'Basic realm="WSMAN"']


def test_basic_is_refused_unless_allowed(host: Running) -> None:
    with pytest.raises(InvalidCredentialsError):
        select(host.pywinrm("plaintext"), QUERY)


def test_basic_in_the_clear_needs_allow_unencrypted_too(start: Start) -> None:
    strict = start(allow_basic=True)
    with pytest.raises(WinRMTransportError) as caught:
        select(strict.pywinrm("plaintext"), QUERY)
    assert caught.value.code == 500
    assert caught.value.response_text == ""


def test_basic_where_both_are_allowed(start: Start) -> None:
    loose = start(allow_basic=True, allow_unencrypted=True)
    assert len(select(loose.pywinrm("plaintext"), QUERY)) == 3
    assert not loose.journal.requests()[0].sealed
    with pytest.raises(InvalidCredentialsError):
        select(loose.pywinrm("plaintext", password="wrong"), QUERY)


def test_basic_and_ntlm_over_tls(start: Start, tls: ssl.SSLContext) -> None:
    host = start(allow_basic=True, tls=tls)
    assert "ansible_winrm_scheme: https" in host.thread.fleet.inventory()
    for transport in ("ssl", "ntlm"):
        protocol = host.pywinrm(transport, server_cert_validation="ignore")
        assert len(select(protocol, QUERY)) == 3
    assert [entry.sealed for entry in host.journal.requests()] == [False, False]


def test_without_the_service_that_speaks_tls_nobody_gets_through_but_shells_live_on(
    start: Start, tls: ssl.SSLContext
) -> None:
    host = start(tls=tls)
    protocol = host.pywinrm("ntlm", server_cert_validation="ignore")
    shell = protocol.open_shell()
    host.machine.serves_tls = False
    for _time in range(2):
        with pytest.raises(requests.exceptions.ConnectionError):
            select(protocol, QUERY)
    host.machine.serves_tls = True
    host.call(host.thread.fleet.look)
    protocol.close_shell(shell)


def test_plain_http_needs_no_service_that_speaks_tls(host: Running) -> None:
    host.machine.serves_tls = False
    assert len(select(host.pywinrm(), QUERY)) == 3


def test_an_unsealed_body_is_500_and_empty(host: Running) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        select(host.pywinrm(message_encryption="never"), QUERY)
    assert caught.value.code == 500


def unsealable(host: Running) -> requests.Response:
    """The answer to a sealed body that can't be unsealed, on an authenticated connection."""
    protocol = host.pywinrm()
    select(protocol, QUERY)
    session = protocol.transport.session
    assert session is not None
    body = b"--Encrypted Boundary\r\nrubbish--Encrypted Boundary--\r\n"
    content_type = (
        'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
    )
    session.auth = None
    return session.post(host.url, data=body, headers={"Content-Type": content_type}, timeout=60)


def test_a_body_that_cannot_be_decrypted_is_400_and_ends_the_connection(host: Running) -> None:
    response = unsealable(host)
    assert response.status_code == 400
    assert response.headers["Connection"] == "close"


def test_a_body_that_cannot_be_decrypted_may_cut_the_connection(start: Start) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        unsealable(start(cut_unsealable=True))


def test_an_account_that_is_no_administrator_is_denied(host: Running) -> None:
    protocol = host.pywinrm(username=OPERATOR.user, password=OPERATOR.password)
    with pytest.raises(WSManFaultError) as caught:
        select(protocol, QUERY)
    assert fault_code(caught.value) == 5
    assert caught.value.fault_subcode == "w:AccessDenied"


def test_identify_without_authentication_hides_the_version(host: Running) -> None:
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/>'
        "<s:Body><i:Identify/></s:Body></s:Envelope>"
    )
    response = requests.post(host.url, data=body, headers={"WSMANIDENTIFY": "unauthenticated"}, timeout=60)
    assert response.status_code == 200
    assert "<wsmid:ProductVersion>OS: 0.0.0 SP: 0.0 Stack: 2.0</wsmid:ProductVersion>" in response.text
    assert "OS: 5.2.3790 SP: 2.0 Stack: 2.0" in host.pywinrm().send_message(body).decode()


def test_a_stranger_may_only_identify(host: Running) -> None:
    body = envelope(f"{ENUM}/Enumerate", f"{CIMV2}/*", wql(QUERY))
    response = requests.post(host.url, data=body, headers={"WSMANIDENTIFY": "unauthenticated"}, timeout=60)
    assert response.status_code == 401


def test_other_paths_and_verbs(host: Running) -> None:
    assert requests.post(host.url.replace("/wsman", "/"), timeout=60).status_code == 404
    assert requests.get(host.url, timeout=60).status_code == 405


def test_a_request_larger_than_an_envelope_is_413(host: Running) -> None:
    assert requests.post(host.url, data=b"x" * 200_000, timeout=60).status_code == 413


def test_ntlm_leaves_the_environment_alone(host: Running) -> None:
    select(host.pywinrm(), QUERY)
    assert "NTLM_USER_FILE" not in os.environ


def test_what_is_not_a_sealed_body_is_told() -> None:
    with pytest.raises(SealError):
        unseal(b"--Encrypted Boundary--\r\n", None)  # type: ignore[arg-type]
