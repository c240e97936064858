# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new module needs beside its code, where no other test would miss it: docs/contributing.md."""

from __future__ import annotations

import ast

import pytest
import stage
import yaml
from documentation.returned import MODULES, literal

#: The modules of the first release, which the changelog doesn't list one by one.
FIRST = {
    *("iis_app_pool", "iis_info", "iis_isolation_mode", "iis_metabase_backup", "iis_metabase_save"),
    *("iis_metabase_settings", "iis_reset_access", "iis_service", "iis_site"),
}
#: Modules that aren't troubled at every request, with the reason.
NOT_TROUBLED = {
    "iis_probe": "finds out what a host answers, trouble included, and changes nothing unless it is told to",
}


def releases():
    found = yaml.safe_load((stage.ROOT / "changelogs" / "changelog.yaml").read_text())["releases"]
    listed = {module["name"]: version for version, release in found.items() for module in release.get("modules", ())}
    return set(found), {**dict.fromkeys(FIRST, "0.1.0"), **listed}


def fragments():
    return "\n".join(path.read_text() for path in (stage.ROOT / "changelogs" / "fragments").glob("*.y*ml"))


@pytest.mark.parametrize("module", MODULES)
def test_the_version_that_added_a_module_is_the_one_that_released_it(module):
    versions, released = releases()
    added = str(yaml.safe_load(literal(module, "DOCUMENTATION"))["version_added"])
    if module in released:
        assert added == released[module]
    else:
        assert added not in versions, f"{module} has no release yet: version_added is that of the next one"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_without_a_release_is_in_a_fragment_of_the_changelog(module):
    _versions, released = releases()
    assert module in released or module in fragments(), f"say in changelogs/fragments that there is {module}"


@pytest.mark.parametrize("module", sorted(set(MODULES) - set(NOT_TROUBLED)))
def test_a_module_is_troubled_at_every_request(module):
    tree = ast.parse((stage.ROOT / "tests" / "faults" / "operations.py").read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert module in texts, f"add an operation with {module} to OPERATIONS in tests/faults/operations.py"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_a_target_that_shows_what_it_promises(module):
    path = f"tests/integration/targets/{module}/tasks/main.yml"
    assert (stage.ROOT / path).is_file(), f"write {path}"


def test_no_exception_is_left_over():
    assert set(NOT_TROUBLED) <= set(MODULES)
