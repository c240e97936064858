# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is loaded before Ansible forks its workers."""

from __future__ import annotations

import http.client
import io
import re
import sys

import pytest
import requests
import spnego

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.preloading import (
    rehearse_http,
    rehearse_ntlm,
)

SEALED = (
    b"Server: Microsoft-HTTPAPI/1.0\r\n"
    b'Content-Type: multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";'
    b'boundary="Encrypted Boundary"\r\n'
    b"Content-Length: 2301\r\n\r\n"
)


def test_the_rehearsal_goes_through_the_whole_handshake_and_seals_a_message(monkeypatch):
    contexts = []
    client = spnego.client

    def observed(*words, **options):
        contexts.append(client(*words, **options))
        return contexts[-1]

    monkeypatch.setattr(spnego, "client", observed)

    rehearse_ntlm()

    assert contexts[0].complete
    assert contexts[0].wrap(b"another").data


@pytest.mark.parametrize("missing", ["spnego", "cryptography.exceptions"])
def test_where_a_library_is_missing_nothing_is_rehearsed(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)

    rehearse_ntlm()


def test_where_the_cipher_is_missing_the_rehearsal_says_nothing(monkeypatch):
    from cryptography.exceptions import UnsupportedAlgorithm

    def refuse(*_words, **_options):
        raise UnsupportedAlgorithm("RC4")

    monkeypatch.setattr(spnego, "client", refuse)

    rehearse_ntlm()


def test_after_the_rehearsal_a_sealed_answer_needs_no_new_pattern(monkeypatch):
    re.purge()
    rehearse_http()
    compiler = sys.modules.get("re._compiler") or sys.modules["sre_compile"]  # the latter before Python 3.11
    compiled = []
    compile_pattern = compiler.compile

    def observed(pattern, *words):
        compiled.append(pattern)
        return compile_pattern(pattern, *words)

    monkeypatch.setattr(compiler, "compile", observed)
    assert http.client.parse_headers(io.BytesIO(SEALED)).get_boundary() == "Encrypted Boundary"
    assert compiled == []


def test_the_rehearsal_of_a_request_reads_no_netrc_and_sends_nothing(monkeypatch):
    prepared = []
    prepare = requests.Session.prepare_request

    def observed(session, request):
        prepared.append(prepare(session, request))
        return prepared[-1]

    def never(*_words, **_named):
        raise AssertionError

    monkeypatch.setattr(requests.Session, "prepare_request", observed)
    monkeypatch.setattr(requests.Session, "send", never)
    monkeypatch.setattr(requests.sessions, "get_netrc_auth", never)

    rehearse_http()

    assert [request.body for request in prepared] == [b"nothing"]


def test_without_requests_only_an_answer_is_rehearsed(monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)

    rehearse_http()
