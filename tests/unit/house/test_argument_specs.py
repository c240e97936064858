# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role documents is what it does."""

from __future__ import annotations

import pytest
import stage
import yaml

from ansible_collections.fleetops.iis.plugins.modules import iis_preflight, iis_service

ROLES = sorted(path.name for path in (stage.ROOT / "roles").iterdir())


def load(role: str, path: str):
    return yaml.safe_load((stage.ROOT / "roles" / role / path).read_text())


def options(role: str):
    return load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]


@pytest.mark.parametrize("role", ROLES)
def test_documented_defaults_are_the_defaults(role):
    documented = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert documented == load(role, "defaults/main.yml")


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_is_in_the_readme(role):
    readme = (stage.ROOT / "roles" / role / "README.md").read_text()
    assert [name for name in options(role) if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_playbook(role):
    assert (stage.ROOT / "playbooks" / f"{role}.yml").exists()


def test_the_services_of_safe_restart_are_those_that_the_module_knows():
    documented = yaml.safe_load(iis_service.DOCUMENTATION)["options"]["name"]["choices"]
    assert options("safe_restart")["safe_restart_services"]["choices"] == documented
    described = (stage.ROOT / "roles/safe_restart/defaults/main.yml").read_text()
    described += (stage.ROOT / "roles/safe_restart/README.md").read_text()
    assert [name for name in documented if described.count(name) < 2] == []


def only(tasks, module):
    (task,) = (task for task in tasks if module in task and "running" not in task[module])
    return task[module]


@pytest.mark.parametrize("role", ["isolation_mode", "safe_restart"])
def test_a_role_looks_at_every_variable_of_health_check_before_anything_is_touched(role):
    assert only(load(role, "tasks/main.yml"), "fleetops.iis.iis_preflight")["roles"] == ["fleetops.iis.health_check"]


def test_safe_restart_looks_at_the_restart_that_it_makes_before_anything_is_touched():
    looks_at = only(load("safe_restart", "tasks/main.yml"), "fleetops.iis.iis_preflight")
    restarts = only(load("safe_restart", "tasks/restart.yml"), "fleetops.iis.iis_service")
    can_look_at = yaml.safe_load(iis_preflight.DOCUMENTATION)["options"].keys() & restarts.keys()
    assert can_look_at >= {"timeout", "save_timeout", "drain_timeout", "drain_connections"}
    assert {name: looks_at[name] for name in can_look_at} == {name: restarts[name] for name in can_look_at}
