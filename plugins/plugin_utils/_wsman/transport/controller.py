# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller lacks: algorithms that Windows Server 2003 can't do without, and Python's libraries."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator

from ..errors import UnsupportedConnection

#: What to do about Kerberos's KDC_ERR_ETYPE_NOSUPP and KRB_AP_ERR_SKEW, by their codes in GSSAPI (RFC 4120 7.5.9).
_KERBEROS = {
    -1765328370: (
        "Windows Server 2003 knows Kerberos with RC4 only: allow RC4 here (allow_rc4 = true in krb5.conf; on RHEL "
        "update-crypto-policies --set DEFAULT:AD-SUPPORT-LEGACY) and for the computer's account in the domain, or use "
        "ntlm"
    ),
    -1765328347: "Kerberos allows 5 minutes between the clocks of this controller, the host and the domain: set them",
}


def refused_algorithms() -> tuple[str, ...]:
    """Which of MD5 and RC4 this controller's OpenSSL refuses.

    NTLM needs both, to authenticate and to encrypt (MS-NLMP 3.3.2, 3.4.4). A controller in FIPS mode refuses them, and
    RC4 is in OpenSSL 3's legacy provider, which may be missing or switched off (CRYPTOGRAPHY_OPENSSL_NO_LEGACY).
    """
    return tuple(name for name, works in (("MD5", _has_md5), ("RC4", _has_rc4)) if not works())


def _has_md5() -> bool:
    try:
        hashlib.md5(b"")  # noqa: S324 - asked for because NTLM needs it
    except ValueError:
        return False
    return True


def _has_rc4() -> bool:
    try:
        from cryptography.exceptions import InternalError, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.ciphers import Cipher
    except ImportError:
        return True
    try:
        from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    except ImportError:  # cryptography before 43
        from cryptography.hazmat.primitives.ciphers.algorithms import ARC4
    try:
        Cipher(ARC4(bytes(16)), mode=None).encryptor()  # noqa: S304 - asked for because NTLM needs it
    except (UnsupportedAlgorithm, InternalError):  # the latter where OpenSSL wants FIPS algorithms only
        return False
    return True


def need_library(modules: Iterable[str], requirement: str) -> None:
    """Raise UnsupportedConnection, with the command that helps, unless one of these modules can be imported."""
    if not any(importlib.util.find_spec(module) for module in modules):
        raise UnsupportedConnection(
            f"{requirement} is not installed for the Python that runs Ansible: run "
            f"{sys.executable} -m pip install '{requirement}'"
        )


def kerberos_remedy(errors: Iterable[BaseException]) -> str:
    """What to do about an error of Kerberos, to be added to a message; an empty string if that isn't known."""
    codes = (code for error in errors for code in _numbers(error.args))
    remedy = next((_KERBEROS[code] for code in codes if code in _KERBEROS), "")
    return f". {remedy}" if remedy else ""


def _numbers(values: object) -> Iterator[int]:
    """The codes in an exception of GSSAPI: pairs of a text and a number, nested in tuples."""
    if isinstance(values, int):
        yield values
    elif isinstance(values, tuple):
        for value in values:
            yield from _numbers(value)
