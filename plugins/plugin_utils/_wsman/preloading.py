# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every worker of Ansible would load anew is loaded before Ansible forks them."""

from __future__ import annotations


def preload_cipher() -> None:
    """Have OpenSSL look up RC4, which seals what goes over NTLM: 4 ms of CPU, for each task on each host.

    Ansible imports an action plugin before it forks the first worker, so that all of them inherit what was looked up.
    Where there is no such cipher (FIPS) or no ``cryptography``, it isn't needed: NTLM doesn't work there either.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
        from cryptography.hazmat.primitives.ciphers import Cipher
    except ImportError:
        return
    try:
        Cipher(ARC4(bytes(16)), mode=None).encryptor()
    except UnsupportedAlgorithm:
        return
