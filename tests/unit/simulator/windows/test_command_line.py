# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How cmd.exe reads and runs a line."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import VirtualClock
from simulator.machine import Console, Machine
from simulator.windows.cmd import split_arguments
from simulator.windows.cmd_environment import expand
from simulator.windows.cmd_parser import CmdSyntaxError, Joined, Simple, parse

from .conftest import Run


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """With programs that show their arguments, fail with the first of them, and copy their input."""

    async def show(machine: Machine, argv: list[str], console: Console) -> int:
        console.write("".join(f"[{argument}]" for argument in argv[1:]) + "\r\n")
        return 0

    async def fail(machine: Machine, argv: list[str], console: Console) -> int:
        return int(argv[1])

    async def copy(machine: Machine, argv: list[str], console: Console) -> int:
        while (line := await console.read_line()) is not None:
            console.write(f"{line}\r\n")
        return 0

    machine.programs["copy.exe"] = copy
    machine.programs["show.exe"] = show
    machine.programs["fail.exe"] = fail
    return machine


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("show one two", "[one][two]"),
        ('show "one two" three', "[one two][three]"),
        ('show a & show "b & c"', "[a]\r\n[b & c]"),
        ("show a^&b", "[a&b]"),
        ('show "a^&b"', "[a^&b]"),
        ("show a^^b", "[a^b]"),
        ('show "a" & show b & show c', "[a]\r\n[b]\r\n[c]"),
        ("show %COMPUTERNAME% %NotDefined% 100%", "[WEB1][%NotDefined%][100%]"),
        ('show "%COMPUTERNAME%"', "[WEB1]"),
        ("show %ComputerName:WEB=db% %COMPUTERNAME:~0,2% %COMPUTERNAME:~-1%", "[db1][WE][1]"),
        ("(show a & show b) & show c", "[a]\r\n[b]\r\n[c]"),
        ("show a)", "[a)]"),
        ("  @show x", "[x]"),
        ("SHOW.EXE a", "[a]"),
        ("%windir%\\system32\\show a", "[a]"),
        ('"C:\\WINDOWS\\system32\\show.exe" a', "[a]"),
        ("cmd /c show a", "[a]"),
        ('cmd.exe /s /c "show "a b" & show c"', "[a b]\r\n[c]"),
        ("rem show a & show b", ""),
        ("show a> nul", ""),
        ("show a > nul & show b", "[b]"),
        ("fail 1 2>nul && show yes", ""),
        ("fail 1 || show no", "[no]"),
        ("fail 0 && show yes || show no", "[yes]"),
        ("fail 3 && show yes || show no", "[no]"),
        ("show a | copy", "[a]"),
        ("set X=1& set x", "X=1"),
    ],
)
def test_a_line_means(run: Run, line: str, out: str):
    assert run(line).out == (f"{out}\r\n" if out else "")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("show", 0),
        ("fail 7", 7),
        ("fail 2147942402", -2147024894),
        ("fail 7 & show", 0),
        ("show & fail 7", 7),
        ("fail 7 || fail 8", 8),
        ("fail 7 && fail 8", 7),
        ("exit 5", 5),
        ("exit /b 6", 6),
        ("exit 5 & show", 5),
        ("fail 9 & exit", 9),
        ("nonsense", 1),
        ("nonsense & exit", 9009),
        ("nonsense & if errorlevel 9009 exit 42", 42),
        ("nonsense & if not errorlevel 9010 exit 43", 43),
        ("", 0),
    ],
)
def test_the_exit_code_is_that_of_the_last_command(run: Run, line: str, code: int):
    assert run(line).code == code


def test_a_command_that_is_not_found_says_so_in_the_known_words(run: Run):
    assert run("iisresset /noforce").err == (
        "'iisresset' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
    )
    assert run("C:\\nowhere\\tool.exe").err == "The system cannot find the path specified.\r\n"


@pytest.mark.parametrize(
    "line", ["& show", "show a &&", "|| show", "show >", "(show a", "if exist", "show a | | show b"]
)
def test_what_is_no_command_line_is_refused_and_nothing_runs(run: Run, line: str):
    result = run(line)
    assert (result.code, result.out) == (1, "")
    assert result.err


def test_if_takes_the_rest_of_the_line_but_a_group_ends(run: Run):
    assert run("if exist C:\\nothing show a & show b").out == ""
    assert run("if exist C:\\nothing (show a) & show b").out == "[b]\r\n"
    assert run("if not exist C:\\nothing (show a) else (show b)").out == "[a]\r\n"
    assert run("if defined COMPUTERNAME show a").out == "[a]\r\n"
    assert run('if "a"=="a" show same').out == "[same]\r\n"
    assert run("if 9 lss 10 show less").out == "[less]\r\n"


def test_output_goes_to_files_and_comes_back(run: Run, machine: Machine):
    run("show one> C:\\out.txt & show two>> C:\\out.txt")
    assert machine.files.read("c:\\OUT.TXT") == b"[one]\r\n[two]\r\n"
    assert run("type C:\\out.txt").out == "[one]\r\n[two]\r\n"
    assert run("copy < C:\\out.txt").out == "[one]\r\n[two]\r\n"
    assert run("(nonsense & show a) > C:\\both.txt 2>&1").err == ""
    assert b"not recognized" in machine.files.read("C:\\both.txt")
    assert run("type C:\\missing.txt").err == "The system cannot find the file specified.\r\n"


def test_a_redirection_to_a_locked_file_stops_the_command(run: Run, machine: Machine):
    machine.files.lock("C:\\out.txt")
    result = run("show a > C:\\out.txt")
    assert (result.code, result.out) == (1, "")
    assert "being used by another process" in result.err


def test_an_injected_operator_is_seen_to_run(run: Run):
    name = 'Shop" & show injected & rem "'
    assert "[injected]" in run(f'show "{name}"').out
    assert "[injected]" not in run(f'show "{name.replace(chr(34), "")}"').out


def test_without_cmd_exe_operators_are_ordinary(run: Run):
    assert run('show a & b > c %COMPUTERNAME% "d e"', shell=False).out == "[a][&][b][>][c][%COMPUTERNAME%][d e]\r\n"
    assert run("nonsense", shell=False).code == 2
    assert run('cmd /c "show a & show b"', shell=False).out == "[a]\r\n[b]\r\n"


def test_a_command_can_be_terminated_and_takes_its_programs_with_it(machine: Machine, clock: VirtualClock):
    async def sleeper(machine: Machine, argv: list[str], console: Console) -> int:
        await machine.clock.sleep(3600)
        return 0

    machine.programs["sleeper.exe"] = sleeper

    async def main() -> tuple[int, bool, int]:
        process = machine.start_command("sleeper", Console())
        await clock.turns()
        running = bool(machine.processes.named("sleeper.exe"))
        process.terminate()
        return await process, running, len(machine.processes.named("sleeper.exe"))

    assert asyncio.run(main()) == (-1073741510, True, 0)


def test_killing_a_program_lets_cmd_go_on(machine: Machine, clock: VirtualClock):
    async def sleeper(machine: Machine, argv: list[str], console: Console) -> int:
        await machine.clock.sleep(3600)
        return 0

    machine.programs["sleeper.exe"] = sleeper

    async def main() -> tuple[int, str]:
        console = Console()
        process = machine.start_command("sleeper || show killed", console)
        await clock.turns()
        (entry,) = machine.processes.named("sleeper.exe")
        machine.processes.kill(entry.pid)
        return await process, console.stdout

    assert asyncio.run(main()) == (0, "[killed]\r\n")


ordinary = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"&|<>()^%@,;='), min_size=1)


@given(st.lists(ordinary, min_size=1, max_size=6))
def test_words_without_special_characters_are_one_command(words: list[str]):
    line = "show " + " ".join(words)
    assert parse(line) == Simple(line)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"'), max_size=20))
def test_within_quotes_nothing_is_special(text: str):
    assert parse(f'show "{text}"') == Simple(f'show "{text}"')


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"'), min_size=1, max_size=20))
def test_a_caret_makes_every_character_ordinary(text: str):
    escaped = "".join(f"^{char}" for char in text)
    assert parse(f"show x{escaped}") == Simple(f"show x{text}")


@given(st.text(st.sampled_from('ab "&|<>()^=1 '), max_size=24))
def test_any_line_is_either_parsed_or_refused(line: str):
    with suppress(CmdSyntaxError):
        parse(line)


@given(st.lists(st.sampled_from(["&", "&&", "||", "|"]), min_size=1, max_size=6))
def test_operators_bind_in_their_order(operators: list[str]):
    line = "c0" + "".join(f" {operator} c{number}" for number, operator in enumerate(operators, 1))
    order = {"&": 0, "||": 1, "&&": 2, "|": 3}

    def check(node: object, level: int) -> None:
        if isinstance(node, Joined):
            assert order[node.operator] >= level
            check(node.left, order[node.operator])
            check(node.right, order[node.operator] + 1)

    check(parse(line), 0)


@given(st.text(st.characters(exclude_characters="%"), max_size=30))
def test_a_text_without_percent_signs_is_not_expanded(text: str):
    assert expand(text, {"A": "1"}) == text


def quoted(argument: str) -> str:
    """An argument as a careful caller writes it for the C run-time library."""
    out, slashes = '"', 0
    for char in argument:
        if char == "\\":
            slashes += 1
            continue
        out += "\\" * (slashes * 2 + 1 if char == '"' else slashes) + char
        slashes = 0
    return out + "\\" * (slashes * 2) + '"'


@given(st.lists(st.text(st.sampled_from('ab \\"\t'), max_size=8), max_size=5))
def test_quoted_arguments_arrive_as_they_are(arguments: list[str]):
    assert split_arguments(" ".join(map(quoted, arguments))) == arguments
