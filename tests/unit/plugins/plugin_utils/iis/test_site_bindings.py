# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bindings, in whatever shape a host gives them."""

from __future__ import annotations

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis6.bindings import parse_bindings
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance


def shown(**columns) -> list[str]:
    return [str(binding) for binding in parse_bindings(Instance(columns))]


def test_embedded_objects_are_read_one_or_many_those_for_ssl_last():
    one = Instance({"IP": "", "Port": "80", "Hostname": "www.example"})
    other = Instance({"IP": "10.0.0.1", "Port": "443:"})
    assert shown(SecureBindings=other, ServerBindings=[one, one]) == [
        "*:80:www.example",
        "*:80:www.example",
        "10.0.0.1:443: (SSL)",
    ]


def test_the_metabases_own_form_is_understood_as_well():
    assert shown(ServerBindings=[":80:", "10.0.0.1:8080:shop.example"], SecureBindings="10.0.0.1:443:") == [
        "*:80:",
        "10.0.0.1:8080:shop.example",
        "10.0.0.1:443: (SSL)",
    ]


@pytest.mark.parametrize("value", [None, "", "ServerBinding", "a:b:c", ["", None]])
def test_anything_else_is_left_out(value):
    assert shown(ServerBindings=value) == []
