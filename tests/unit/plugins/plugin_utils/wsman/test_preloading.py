# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is loaded before Ansible forks its workers."""

from __future__ import annotations

import sys

import pytest
import spnego

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.preloading import rehearse_ntlm


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
