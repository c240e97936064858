# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module's documentation says about its options is what its action accepts."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from operator import getitem
from pathlib import Path

import pytest
import yaml
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.pools import PoolState
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.model.sites import SiteState

COLLECTION = Path(__file__).parents[4]
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("iis_*.py"))


def document(module):
    path = COLLECTION / "plugins" / "modules" / f"{module}.py"
    return get_docstring(str(path), fragment_loader, is_module=True, collection_name="fleetops.iis")


def action_class(module):
    return import_module(f"ansible_collections.fleetops.iis.plugins.action.{module}").ActionModule


def documented_options(options):
    return {name: documented(option) for name, option in options.items()}


def documented(option):
    shape = {key: option[key] for key in ("default", "choices", "elements", "aliases") if option.get(key) is not None}
    shape["type"] = option.get("type", "str")
    shape["required"] = option.get("required", False)
    if "suboptions" in option:
        shape["options"] = documented_options(option["suboptions"])
    return shape


def accepted_options(spec):
    return {name: accepted(option) for name, option in spec.items()}


def accepted(option):
    shape = {key: option[key] for key in ("default", "choices", "elements", "aliases") if option.get(key) is not None}
    shape["type"] = option.get("type", "str")
    shape["required"] = option.get("required", False)
    if "options" in option:
        shape["options"] = accepted_options(option["options"])
    return shape


@pytest.mark.parametrize("module", MODULES)
def test_the_documented_options_are_the_accepted_ones(module):
    documentation, _examples, _returns, _metadata = document(module)
    assert documented_options(documentation["options"]) == accepted_options(action_class(module).ARGUMENT_SPEC)


@pytest.mark.parametrize("module", MODULES)
def test_every_time_out_in_seconds_has_a_least_that_is_documented(module):
    options = document(module)[0]["options"]
    least = action_class(module).SECONDS
    assert {
        name for name, option in options.items() if name.endswith("timeout") and option.get("type") in ("int", "float")
    } == set(least)
    assert [name for name in least if f"At least {least[name]}" not in str(options[name]["description"])] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_use_options_that_exist(module):
    _documentation, examples, _returns, _metadata = document(module)
    spec = action_class(module).ARGUMENT_SPEC
    uses = [use for use in walk(yaml.safe_load(examples)) if isinstance(use, dict) and f"fleetops.iis.{module}" in use]
    assert uses, "no example of the module itself"
    for use in uses:
        assert set(use[f"fleetops.iis.{module}"] or {}) <= set(spec)


@pytest.mark.parametrize(
    ("module", "path", "states"),
    [
        ("iis_info", ("sites", "contains", "state"), SiteState),
        ("iis_info", ("app_pools", "contains", "state"), PoolState),
        ("iis_site", ("state",), SiteState),
        ("iis_app_pool", ("state",), PoolState),
    ],
)
def test_every_state_that_is_returned_is_documented(module, path, states):
    words = str(reduce(getitem, path, document(module)[2])["description"])
    assert [state.word for state in states if f"V({state.word})" not in words] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_module_declares_what_it_supports(module):
    documentation, _examples, returns, _metadata = document(module)
    attributes = documentation["attributes"]
    assert {"check_mode", "diff_mode", "platform", "async", "action_group"} <= set(attributes)
    assert attributes["action_group"]["membership"] == ["fleetops.iis.iis"]
    assert returns


def walk(node):
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)
