# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over HTTPS, HTTPFilter carries the connection and is not stopped by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.plugins.plugin_utils.iis.model_host import ModelHost
from unit.plugins.plugin_utils.iis.scm_model import STOPPED, iis_services
from unit.plugins.plugin_utils.iis.services.doing import asked

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import ensure_service


def host(**changes):
    return ModelHost(iis_services(httpfilter={"needs": ("HTTP", "IISADMIN"), "start_mode": "Manual"}, **changes))


def ensure(there, *, tls=True, check_mode=False, **options):
    context = replace(there.context(check_mode=check_mode), over_tls=lambda: tls)
    return ensure_service(context, asked(**options))


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {"name": ("httpfilter",), "state": "stopped"},
        {"name": ("httpfilter",), "state": "restarted"},
        {"name": ("iisadmin",), "state": "restarted"},
        {"state": "restarted", "method": "scm"},
        {"state": "stopped"},
    ],
)
def test_what_would_lock_the_operator_out_is_refused(options, check_mode):
    there = host()
    with pytest.raises(IisError, match=r"HTTPS.*HTTPFilter.*Nothing was touched") as refusal:
        ensure(there, check_mode=check_mode, **options)
    assert not refusal.value.changed
    assert {service["after"] for service in refusal.value.values["services"].values()} == {"started"}


@pytest.mark.parametrize(
    "options",
    [
        {"state": "restarted"},
        {"name": ("w3svc",), "state": "restarted"},
        {"name": ("httpfilter",), "state": "started"},
        {"name": ("msftpsvc",), "state": "stopped"},
    ],
)
def test_what_leaves_or_brings_back_the_connection_is_done(options):
    assert not ensure(host(), check_mode=True, **options).values["services"].keys() - {
        "iisadmin", "w3svc", "httpfilter", "msftpsvc", "smtpsvc",
    }  # fmt: skip


def test_iisreset_does_not_bring_it_back_where_nothing_automatic_needs_it():
    there = host(w3svc={"state": STOPPED, "start_mode": "Manual"})
    with pytest.raises(IisError, match="HTTPS"):
        ensure(there, state="restarted", check_mode=True)


def test_over_http_nothing_is_refused():
    assert ensure(host(), tls=False, name=("httpfilter",), state="restarted").changed
