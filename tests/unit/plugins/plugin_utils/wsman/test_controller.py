# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers whose OpenSSL refuses what NTLM needs: real handshakes, in processes that are configured so."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import stage
from unit.plugins.plugin_utils.wsman.openssl import REFUSALS, environment

HANDSHAKE = """
import spnego
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport import errors, preloading, variables

context = spnego.client("User", "Password", protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
try:
    context.step()
    context.step(preloading._CHALLENGE)
    context.wrap(b"nothing")
    print("done")
except errors.error_types() as error:
    attempt = errors.Attempt("http://host.test/wsman", variables.WINRM, False, 30, 30)
    found = errors.translate(error, attempt)
    print(type(found).__name__, found)
"""


def handshake(variables):
    pytest.importorskip("spnego")
    where = {**os.environ, "PYTHONPATH": str(stage.STAGE), **variables}
    run = subprocess.run([sys.executable, "-c", HANDSHAKE], env=where, capture_output=True, text=True, check=True)
    return run.stdout


def test_a_controller_that_refuses_nothing_shakes_hands():
    assert handshake({}) == "done\n"


@pytest.mark.parametrize("refused", REFUSALS)
def test_an_algorithm_that_the_controller_refuses_is_named_with_the_remedy(refused, tmp_path):
    said = handshake(environment(refused, tmp_path))
    assert said.startswith("HostUnreachable http://host.test/wsman: OpenSSL on this controller refuses"), said
    for words in (refused, "NTLM", "FIPS mode", "legacy provider", "CRYPTOGRAPHY_OPENSSL_NO_LEGACY"):
        assert words in said
