# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps requests from reading the environment again for each message."""

from __future__ import annotations

from typing import Any


def settle_proxies(session: Any) -> Any:
    """Keep the proxies that a requests session has, and return the session.

    pywinrm and pypsrp put the proxies of the environment into the session when they make it (http_proxy, all_proxy,
    no_proxy and the like, as far as the connection's options don't say otherwise). requests would look all of them up
    again for each message, and find the same. A session that authenticates by a certificate keeps looking, since
    requests then also asks .netrc for credentials.
    """
    if session.auth is not None:
        session.trust_env = False
    return session
