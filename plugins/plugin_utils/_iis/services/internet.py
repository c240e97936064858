# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Internet services of a host, and which IIS they are those of."""

from __future__ import annotations

from ..outcome import IisError
from ..server import Family
from ..versions import recognise_by_services, roots
from ..windows.dependencies import Dependencies
from ..windows.services import CORE_SERVICES, Service, read_services


def read_internet_services(dependencies: Dependencies, *, with_tls: bool = False) -> tuple[Family, dict[str, Service]]:
    """Read the roots of IIS and every service that depends directly on one: a request, and one for each root.

    ``with_tls`` adds the service that carries TLS, where there is one. Raises IisError when IIS isn't installed.
    """
    context = dependencies.context
    # The same question as that for the isolation mode: a preflight asks it once.
    found = read_services(context, list(dict.fromkeys([*CORE_SERVICES, *roots()])))
    family = recognise_by_services(context, found).family
    if family.root not in found:
        raise IisError(family.not_installed)
    services: dict[str, Service] = {}
    for root in family.roots:
        if root in found:
            services.update(dependencies.dependents(found[root].name))
    tls = family.tls.service if family.tls and with_tls else None
    return family, services | {key: it for key, it in found.items() if key in (*family.roots, tls)}
