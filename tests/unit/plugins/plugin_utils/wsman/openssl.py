# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes whose OpenSSL refuses an algorithm: without its legacy provider, or wanting FIPS ones only."""

from __future__ import annotations

from pathlib import Path

REFUSALS = ("RC4", "MD5")

_FIPS = """\
openssl_conf = start
[start]
providers = the_providers
alg_section = the_algorithms
[the_providers]
default = the_default
[the_default]
activate = 1
[the_algorithms]
default_properties = fips=yes
"""


def environment(refused: str, folder: Path) -> dict[str, str]:
    """The variables of a process in which this algorithm is refused."""
    if refused == "RC4":
        return {"CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"}
    file = folder / "openssl.cnf"
    file.write_text(_FIPS)
    return {"OPENSSL_CONF": str(file)}
