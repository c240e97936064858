# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command line means to cmd.exe and to the program what it was meant to mean, or it isn't sent."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.command_line import arguments_line


def cmd_tokens(line):
    """What cmd.exe would act upon itself: the special characters outside of quotes, and variables anywhere."""
    special, quoted = [], False
    for character in line:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "&|<>^()\n\r":
            special.append(character)
    assert not quoted, "an open quote would swallow what follows"
    return special + ["%"] * (line.count("%") // 2)


def c_arguments(line):
    """CommandLineToArgvW: blanks separate outside of quotes, backslashes escape only before a quote."""
    arguments, current, quoted, started, index = [], "", False, False, 0
    while index < len(line):
        character = line[index]
        if character == "\\":
            run = len(line[index:]) - len(line[index:].lstrip("\\"))
            index += run
            before_quote = index < len(line) and line[index] == '"'
            current += "\\" * (run // 2 if before_quote else run)
            if before_quote and run % 2:
                current += '"'
                index += 1
            started = True
            continue
        if character == '"':
            quoted, started = not quoted, True
        elif character in " \t" and not quoted:
            if started:
                arguments.append(current)
            current, started = "", False
        else:
            current, started = current + character, True
        index += 1
    return [*arguments, current] if started else arguments


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20), max_size=4))
def test_what_is_accepted_arrives_as_it_was_meant(arguments):
    try:
        line = arguments_line("cscript.exe", tuple(arguments))
    except ValueError:
        assume(False)
    assert cmd_tokens(line) == []
    assert c_arguments(line) == arguments


@given(st.lists(st.text("ab \\&|<>^()!'`;,=%$", max_size=12), max_size=3))
def test_special_characters_arrive_as_they_are(arguments):
    assume(sum(argument.count("%") for argument in arguments) < 2)
    line = arguments_line("x.exe", tuple(arguments))
    assert cmd_tokens(line) == []
    assert c_arguments(line) == arguments


def test_plain_switches_are_left_alone():
    assert arguments_line("iisreset.exe", ("/restart", "/timeout:60", "/noforce")) == "/restart /timeout:60 /noforce"


def test_a_folder_with_blanks_keeps_its_last_backslash():
    assert arguments_line("x.exe", ("C:\\Program Files\\",)) == '"C:\\Program Files\\\\"'


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (('a"b',), "quotation mark"),
        (("a\nb",), "control character"),
        (("%PATH%",), "percent signs"),
        (("50%", "60%"), "percent signs"),
        (("\ufffe",), "can't be sent"),
        (("x" * 9000,), "longer than"),
    ],
)
def test_what_cannot_be_said_is_refused(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        arguments_line("x.exe", arguments)


@pytest.mark.parametrize("program", ["", "C:\\Program Files\\x.exe", "a&b", '"x.exe"', "%COMSPEC%", "x\n"])
def test_a_program_that_would_need_quotes_is_refused(program):
    with pytest.raises(ValueError, match="can't be run"):
        arguments_line(program, ())
