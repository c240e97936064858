# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names are data: whatever a site is called reaches the host as that name, or is refused before anything is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.iis.doors import ensure_site
from unit.plugins.plugin_utils.iis.model_host import STOPPED, ModelHost, ModelSite
from unit.plugins.plugin_utils.iis.wql_model import parse_conditions

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError

AWKWARD = [
    "O'Neil & Sons",
    '100% <b>"bold"</b>',
    "C:\\Inetpub\\",
    "\\",
    "\\'",
    "''",
    "Grüße, 世界 🌍",
    "x' OR Name='W3SVC/1",
    "x\\' OR ServerComment LIKE '%",
    "'; SELECT * FROM Win32_Service",
    "%ComSpec% & shutdown -r | more > nul",
    "]]><Name>W3SVC/1</Name>",
    " leading and trailing ",
]
#: Everything that XML 1.0 can carry; the rest is refused.
SENDABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\t"), min_size=1, max_size=40
) | st.text(st.sampled_from("'\\\"%&<>_[]ax "), min_size=1, max_size=12)


def asked_for(host: ModelHost) -> list[list[tuple[str, str]]]:
    return [parse_conditions(line.partition(" WHERE ")[2]) for line in host.requests if " WHERE " in line]


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_name_finds_its_site_and_no_other(name):
    host = ModelHost()
    host.add(ModelSite("W3SVC/42", name, bindings=[":4242:"]))
    outcome = ensure_site(host.context(), name=name, state="stopped")
    assert outcome.values["id"] == 42
    assert outcome.values["name"] == name
    assert [key for key, site in host.sites.items() if site.state == STOPPED] == ["W3SVC/42"]
    assert asked_for(host)[0] == [("ServerComment", name)]


@given(SENDABLE)
def test_any_name_is_one_literal_of_the_query(name):
    host = ModelHost(sites=[ModelSite("W3SVC/1", "something else entirely")])
    with pytest.raises(IisError, match="There is no Web site named"):
        ensure_site(host.context(), name=name, state="stopped")
    assert asked_for(host) == [[("ServerComment", name)]]
    assert host.changes() == []


@pytest.mark.parametrize("name", ["a\x00b", "bell\x07", "\ud800", "\ufffe"])
def test_a_name_that_cannot_be_sent_is_refused_before_anything_is(name):
    host = ModelHost()
    with pytest.raises(IisError, match="No site can have the name"):
        ensure_site(host.context(), name=name, state="stopped")
    assert host.requests == []


@pytest.mark.parametrize(("name", "number"), [("", None), (None, 0), (None, -1)])
def test_an_empty_name_and_an_impossible_number_are_refused_before_anything_is_sent(name, number):
    host = ModelHost()
    with pytest.raises(IisError):
        ensure_site(host.context(), name=name, id=number, state="stopped")
    assert host.requests == []
