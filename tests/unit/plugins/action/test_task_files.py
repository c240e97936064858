# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What later tasks need on the controller: files that Ansible can load, variables that have a value."""

from __future__ import annotations

import re
from inspect import signature

import pytest
from ansible import template
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.fleetops.iis.plugins.plugin_utils._action_task_files import (
    TaskFiles,
    missing_value,
    role_troubles,
)

PLAY = """
hosts: all
vars:
  empty:
  known: "{{ 1 + 1 }}"
  typo: "http://{{ app_host }}/"
  nested: ["{{ app_host }}"]
tasks:
  - name: Look
    block:
      - ansible.builtin.ping:
    when: true
"""


@pytest.fixture
def play(tmp_path):
    """A play in a folder, and its templar."""
    (tmp_path / "play.yml").write_text(PLAY)
    loader = DataLoader()
    loader.set_basedir(str(tmp_path))
    manager = VariableManager(loader, InventoryManager(loader, ["web01,"]))
    # From ansible-core 2.19 on, a template is resolved only where Ansible says that its source is trusted.
    trusted = {"trusted_as_template"} & signature(loader.load_from_file).parameters.keys()
    data = loader.load_from_file(str(tmp_path / "play.yml"), **dict.fromkeys(trusted, True))
    play = Play.load(data, variable_manager=manager, loader=loader)
    play.only_tags, play.skip_tags = ["all"], ["later"]
    return play, Templar(loader, {**play.get_vars(), "playbook_dir": str(tmp_path)})


@pytest.fixture
def trouble(play, tmp_path):
    """What is wrong with a file of this text, in which FOLDER stands for its folder."""
    (tmp_path / "good.yml").write_text("- ansible.builtin.ping:\n")
    (tmp_path / "bad.yml").write_text("- no.such.module:\n")
    (tmp_path / "again.yml").write_text("- ansible.builtin.include_tasks: again.yml\n")
    role = tmp_path / "roles" / "pool" / "tasks"
    role.mkdir(parents=True)
    (role / "main.yml").write_text("- ansible.builtin.include_tasks: of_the_role.yml\n")
    (role / "bad.yml").write_text("- no.such.module:\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "more.yml").write_text("- ansible.builtin.include_tasks: beside.yml\n")

    def look(text):
        (tmp_path / "hook.yml").write_text(text)
        (look_block,) = play[0].tasks
        said = TaskFiles(look_block.block[0], play[1]).trouble("hook.yml")
        return said.replace(f"{tmp_path}/", "")

    return look


INCLUDE, ROLE = "ansible.builtin.include_tasks", "ansible.builtin.include_role"


@pytest.mark.parametrize(
    "text",
    [
        "- ansible.builtin.ping:\n- block: [{ansible.builtin.ping: }]\n  rescue: [{ansible.builtin.ping: }]\n",
        f"- {INCLUDE}: good.yml\n- {INCLUDE}: {{file: good.yml, apply: {{tags: x}}}}\n",
        f"- {INCLUDE}: again.yml\n",
        f"- {ROLE}: {{name: pool, public: true, apply: {{tags: x}}}}\n",
        f"- {ROLE}: {{name: gone}}\n  when: false\n",
        f"- {INCLUDE}: bad.yml\n  when: false\n",
        f"- {INCLUDE}: bad.yml\n  loop: []\n",
        f"- {INCLUDE}: bad.yml\n  tags: [never]\n",
        f"- {INCLUDE}: bad.yml\n  tags: [later]\n",
        f"- {INCLUDE}: '{{{{ known }}}}.yml'\n",
        f"- block: [{{{INCLUDE}: bad.yml}}]\n  when: false\n",
    ],
)
def test_nothing_is_said_of_files_that_can_be_loaded_and_of_those_that_may_not_be_included(trouble, text):
    assert trouble(text) == ""


NO_MODULE = "hook.yml can't be loaded: couldn't resolve module/action 'no.such.module'"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- no.such.module:\n", NO_MODULE),
        (f"- block: [{{ansible.builtin.ping: }}]\n  always: [{{{INCLUDE}: bad.yml}}]\n", NO_MODULE),
        ("- ansible.builtin.import_tasks: bad.yml\n", NO_MODULE),
        ("- name: a: b\n", r"hook\.yml can't be loaded: .*(YAML|yaml)"),
        ("a: b\n", r"hook\.yml can't be loaded: included task files must contain a list of tasks"),
        ("- ansible.builtin.ping:\n  wen: true\n", r"hook\.yml can't be loaded: conflicting action statements"),
        (f"- {INCLUDE}: gone.yml\n", r"hook\.yml can't be loaded: there is no gone\.yml\.$"),
        (f"- {ROLE}: {{name: gone}}\n", r"hook\.yml can't be loaded: the role 'gone' was not found"),
        (
            f"- {ROLE}: {{name: pool, tasks_from: bad.yml}}\n",
            r"hook\.yml can't be loaded: couldn't resolve module/action",
        ),
        (f"- {INCLUDE}: more/more.yml\n", r"hook\.yml can't be loaded: there is no beside\.yml\.$"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named_with_the_reason_in_one_line(trouble, text, words):
    said = trouble(text)

    assert re.match(words, said), said
    assert "\n" not in said
    assert said.endswith(".")
    assert not said.endswith("..")


def test_a_file_that_is_not_there_is_named(play, tmp_path):
    (look,) = play[0].tasks
    assert TaskFiles(look.block[0], play[1]).trouble("hooks/gone.yml") == f"There is no {tmp_path}/hooks/gone.yml."


@pytest.mark.parametrize("name", ["empty", "known", "not_given"])
def test_a_variable_that_has_a_value_or_is_not_given_is_fine(play, name):
    assert missing_value(name, play[1]) == ""


@pytest.mark.parametrize("name", ["typo", "nested"])
def test_a_variable_that_refers_to_an_unknown_one_is_named(play, name):
    assert missing_value(name, play[1]).startswith(f"{name}: 'app_host' is undefined")


HEALTH_CHECK = "fleetops.iis.health_check"


def trusted(value):
    """A value as from an inventory: from ansible-core 2.19 on, others are no templates."""
    trust = getattr(template, "trust_as_template", None)
    return trust(value) if trust and isinstance(value, str) else value


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("health_check_timeout", "10s", 'health_check_timeout is "10s", but has to be int.'),
        ("health_check_timeout", float("inf"), "health_check_timeout is Infinity, but has to be int."),
        ("health_check_timeout", "{{ 'so' ~ 'on' }}", 'health_check_timeout is "soon", but has to be int.'),
        ("health_check_timeout", "{{ app_host }}", "health_check_timeout: 'app_host' is undefined"),
        ("health_check_validate_certs", "maybe", 'health_check_validate_certs is "maybe", but has to be bool.'),
        ("health_check_status", ["ok"], 'health_check_status is ["ok"], but has to be a list of int.'),
    ],
)
def test_a_variable_that_the_role_would_refuse_is_named_with_its_value_and_what_it_has_to_be(play, name, value, words):
    play[1].available_variables = {**play[1].available_variables, name: trusted(value)}
    (said,) = role_troubles(HEALTH_CHECK, play[0].tasks[0].block[0], play[1])
    assert said.startswith(words)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("health_check_timeout", "10"),
        ("health_check_status", 204),
        ("health_check_status", [200, "204"]),
        ("health_check_status", "200,204"),
        ("health_check_url", None),
        ("health_check_validate_certs", "no"),
        ("health_check_of_somebody_else", "{{ app_host }}"),
    ],
)
def test_a_variable_that_the_role_takes_is_fine(play, name, value):
    play[1].available_variables = {**play[1].available_variables, name: trusted(value)}
    assert list(role_troubles(HEALTH_CHECK, play[0].tasks[0].block[0], play[1])) == []


@pytest.mark.parametrize(("value", "shown"), [("left", '"left"'), (None, "null")])
@pytest.mark.parametrize("is_secret", [False, True])
def test_what_a_role_may_be_given_is_what_its_own_file_says(play, tmp_path, value, shown, is_secret):
    (tmp_path / "roles/pool/meta").mkdir(parents=True)
    spec = f"{{choices: [up, down], required: true, no_log: {is_secret}}}"
    (tmp_path / "roles/pool/meta/argument_specs.yml").write_text(
        f"argument_specs: {{main: {{options: {{pool_side: {spec}}}}}}}"
    )
    play[1].available_variables = {**play[1].available_variables, "pool_side": value}
    said = list(role_troubles("pool", play[0].tasks[0].block[0], play[1]))
    assert said == [f"pool_side is {'hidden' if is_secret else shown}, but has to be one of up, down."]


@pytest.mark.parametrize("text", [None, "argument_specs: {other: {}}"])
def test_a_role_that_says_nothing_of_its_variables_takes_any(play, tmp_path, text):
    (tmp_path / "roles/pool/meta").mkdir(parents=True)
    if text:
        (tmp_path / "roles/pool/meta/argument_specs.yml").write_text(text)
    play[1].available_variables = {**play[1].available_variables, "pool_side": "left"}
    assert list(role_troubles("pool", play[0].tasks[0].block[0], play[1])) == []


def test_a_role_that_is_given_nothing_is_not_looked_for(play):
    assert list(role_troubles("gone", play[0].tasks[0].block[0], play[1])) == []


def test_a_role_that_is_not_there_is_named(play):
    play[1].available_variables = {**play[1].available_variables, "gone_side": "left"}
    (said,) = role_troubles("gone", play[0].tasks[0].block[0], play[1])
    assert said.startswith("the role 'gone' was not found")
