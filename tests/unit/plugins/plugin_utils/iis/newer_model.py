# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An IIS that is none of those that the collection knows: whatever else there will be, the seam has to fit it.

Its sites and pools are plain objects of the host, which has no root/MicrosoftIISv2. It can't pause sites, keeps nothing
in memory, has no metabase and no isolation modes, and hangs on WAS.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost
from unit.plugins.plugin_utils.iis.scm_model import ModelService

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis import versions
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.pools import Pool, PoolOrder, PoolState
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.sites import (
    Order,
    SiteKind,
    SiteNamed,
    SiteSeen,
    SiteState,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.server import Counter, Family, Feature, Server
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, MethodResult

KIND = SiteKind("web", "Web site", "W3SVC", "W3SVC", has_secure_bindings=True, binding_in_use=frozenset({0x80070020}))
NO_PAUSE = "this IIS can't pause sites; let the load balancer drain it."

FAMILY = Family(
    roots=("was", "iisadmin"),
    holder=None,
    witness="was",
    tls=None,
    counters=(Counter("http", "w3svc", "W3SVC_WebService", ("CurrentConnections",)),),
    by_iisreset=False,
    not_installed="IIS isn't installed on this host: there is no WAS service.",
    marks=frozenset({"was"}),
)


def newer_services():
    """WAS with its tree, and IISADMIN for SMTP, none of which needs the other."""
    return [
        ModelService("RpcSs", accepts_stop=False),
        ModelService("WAS", ("RpcSs",), start_mode="Manual"),
        ModelService("W3SVC", ("WAS",), accepts_pause=False),
        ModelService("NetTcpActivator", ("WAS",), state="Stopped", start_mode="Disabled"),
        ModelService("IISADMIN", ("RpcSs",)),
        ModelService("SMTPSVC", ("IISADMIN",)),
    ]


@dataclass
class NewerHost(ModelHost):
    """A host with that IIS. ``version`` is what its registry says, ``late`` how many looks a site's state takes."""

    services: list[ModelService] = field(default_factory=newer_services)
    windows: str = "10.0.20348"
    version: int | None = 10
    late: int = 0
    shop: SiteState = SiteState.STARTED
    auto_start: bool = True
    pool: PoolState = PoolState.STARTED

    def iis_rows(self, class_name):
        raise Fault("no such namespace", codes=[0x8004100E])

    def registry(self, method, arguments):
        if method != "GetDWORDValue":
            return super().registry(method, arguments)
        assert arguments["sSubKeyName"] == "SOFTWARE\\Microsoft\\InetStp"
        assert arguments["sValueName"] == "MajorVersion"
        if self.version is None:
            return MethodResult(2, Instance({}))
        return MethodResult(0, Instance({"uValue": str(self.version)}))

    def look(self):
        """The state of the site, as somebody sees it who may be early."""
        self.requests.append("look")
        if self.late:
            self.late -= 1
            return SiteState.UNKNOWN
        return self.shop


class NewerSites:
    """A site named Shop, number 3."""

    kinds = {"web": KIND}
    orders = {**dict.fromkeys(Order, ""), Order.PAUSE: NO_PAUSE, Order.CONTINUE: NO_PAUSE}
    drained = frozenset({"web"})
    sets_auto_start = True

    def read_all(self, context, kind, *, bindings=False):
        return [SiteSeen(3, "Shop", context.host.look(), context.host.auto_start)]

    def read_states(self, context, kind):
        return [SiteSeen(3, None, context.host.look(), None)]

    def read_names(self, context, kind):
        return [(3, "Shop")]

    def find(self, context, kind, name):
        host = context.host
        return [SiteNamed(3, "Shop", host.auto_start, host.look())] if name.lower() == "shop" else []

    def read_state(self, context, kind, site_id):
        return context.host.look() if site_id == 3 else None

    def with_setting(self, context, site):
        return replace(site, name="Shop", auto_start=context.host.auto_start)

    def read_bindings(self, context, kind, site_id=None):
        return {}

    def last_error(self, context, site):
        return 0

    def give(self, context, site, order, *, timeout):
        context.host.requests.append(f"give {order.value}")
        context.host.auto_start = order is Order.START
        context.host.shop = order.result

    def why_unknown(self, context, site):
        return "nobody knows."

    def hint(self, context, order):
        return ""

    def write_auto_start(self, context, site, value, read, *, timeout):
        context.host.auto_start = value


class NewerPools:
    """A pool named Shop."""

    sets_auto_start = True

    def read_all(self, context):
        return [Pool("Shop", context.host.pool, True)]

    def find(self, context, name):
        return next((pool for pool in self.read_all(context) if pool.name == name), None)

    def read_state(self, context, name):
        return context.host.pool

    def started_by_hand(self, context):
        return []

    def give(self, context, pool, order, *, timeout):
        context.host.requests.append(f"give {order.value}")
        context.host.pool = PoolState.STOPPED if order is PoolOrder.STOP else PoolState.STARTED


class NewerKeeper:
    """Everything is on disk as soon as it is changed."""

    name, not_saved = "configuration", "Nothing was stopped."

    def save(self, context, *, timeout, backup=None, services=None):
        nothing = {"before": {}, "after": {}, "msg": "There is nothing to save."}
        return SimpleNamespace(changed=False, as_values=lambda: nothing)

    def is_unsaved(self, context, *, timeout):
        return False

    def losses(self, *, saved, forced):
        return ""


NEWER = Server(
    name="IIS 10.0",
    family=FAMILY,
    read_version=lambda _context: "10.0",
    sites=NewerSites(),
    pools=NewerPools(),
    keeper=NewerKeeper(),
    backups=None,  # type: ignore[arg-type]
    absent={
        Feature.METABASE_SETTINGS: "This IIS has no metabase.",
        Feature.ISOLATION_MODES: "This IIS has no isolation modes.",
    },
)


@pytest.fixture
def newer(monkeypatch):
    """The collection knows that IIS, too; the list has the servers that were made of it."""
    made = []
    dialect = versions.Dialect(7, FAMILY, lambda context: made.append(context) or NEWER)
    monkeypatch.setattr(versions, "DIALECTS", [*versions.DIALECTS[:1], dialect])
    return made
