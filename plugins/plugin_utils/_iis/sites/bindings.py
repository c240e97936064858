# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a binding that a site can't have.

Two sites may share a port if their addresses or host names differ, so a clash is the same triple of address, port and
host name (ms525731); for SSL, the same address and port (ms525948).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ..._wsman.errors import Fault, MalformedAnswer
from ..context import Context
from ..model.sites import Binding, Site, SiteState
from ..outcome import IisError
from ..versions import assumed
from .read import read_sites


def explain_binding_conflict(context: Context, site: Site) -> str:
    """Say which binding of a site is taken, and by which other site, as far as that can be read."""
    store = assumed(context).sites
    try:
        mine = store.read_bindings(context, site.kind, site.id).get(site.id, [])
        others = [other for other in read_sites(context, "web", "ftp") if _listens(other, site)]
        theirs = {kind.name: store.read_bindings(context, kind) for kind in {other.kind for other in others}}
    except (Fault, MalformedAnswer, IisError):
        return "One of its bindings is in use."
    for other in others:
        clash = _clash(mine, theirs[other.kind.name].get(other.id, []), same_kind=other.kind is site.kind)
        if clash is not None:
            return f"Its binding {clash} is held by the {other.title}, which is {other.state.word}."
    return (
        f"One of its bindings is in use: {', '.join(map(str, mine)) or '(none)'}. No other Web or FTP site that runs "
        "holds it, so another program on the host probably does ('netstat -ano' on the host shows which)."
    )


def _clash(mine: Sequence[Binding], theirs: Sequence[Binding], *, same_kind: bool) -> Binding | None:
    """The first of my bindings that can't be had beside theirs; sites of one kind share a port by name and address."""
    pairs = product(mine, theirs)
    return next((own for own, held in pairs if (own.same_place(held) if same_kind else own.same_port(held))), None)


def _listens(other: Site, site: Site) -> bool:
    return other.key != site.key and other.state is not SiteState.STOPPED
