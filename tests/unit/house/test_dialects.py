# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only one IIS has, its namespace, its classes, its programs and its files, is named in its own wing."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest
import stage
from unit.house.wings import WINGS

DOMAIN = stage.ROOT / "plugins" / "plugin_utils" / "_iis"

#: For each dialect its wings, what only it says in texts and comments, and the names by which it tells Windows apart.
DIALECTS = {
    ("iis6", "metabase"): re.compile(r"MicrosoftIISv2|\bIIs[A-Z0-9]\w*|adsutil|iiscnfg|MetaBase|MetaBack"),
    ("iis7",): re.compile(r"WebAdministration|\bappcmd"),
}
#: IIS 6 says of a newer host what that has instead.
MAY_ALSO_SAY = {"metabase/metaback.py": "appcmd"}
COMPARISONS = re.compile(r"is_newer_than_2003|MajorVersion|MajorIIsVersionNumber")
COMPARES = {"versions.py", "windows/system.py"}

#: In Python 3.12 the text of an f-string is a token of its own.
_TEXTS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def tokens(path: Path) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))


def files():
    """Every file of the domain and of the actions, by its path within the domain."""
    actions = (stage.ROOT / "plugins" / "action").glob("*.py")
    return {
        **{path.relative_to(DOMAIN).as_posix(): path for path in sorted(DOMAIN.rglob("*.py"))},
        **{path.name: path for path in sorted(actions)},
    }


FILES = files()


def is_in(name: str, wings: tuple[str, ...]) -> bool:
    return name.partition("/")[0] in wings


@pytest.mark.parametrize("wings", DIALECTS, ids=" and ".join)
def test_what_one_iis_has_is_named_in_its_wing_only(wings):
    said = [
        f"{name}:{token.start[0]} says {found}"
        for name, path in FILES.items()
        if not is_in(name, wings)
        for token in tokens(path)
        if token.type in _TEXTS
        for found in DIALECTS[wings].findall(token.string)
        if found not in MAY_ALSO_SAY.get(name, "")
    ]
    assert said == []


def test_versions_are_compared_in_one_place_and_where_a_dialect_explains_itself():
    wings = tuple(wing for dialect in DIALECTS for wing in dialect)
    compares = [
        f"{name}:{token.start[0]}"
        for name, path in FILES.items()
        if name not in COMPARES and not is_in(name, wings)
        for token in tokens(path)
        if token.type not in _TEXTS and COMPARISONS.search(token.string)
    ]
    assert compares == []


def test_nobody_sees_a_dialect_but_what_recognises_it_and_what_tries_all_that_it_says():
    dialects = {f"_iis/{wing}" for wings in DIALECTS for wing in wings}
    seers = {wing.path for wing in WINGS if dialects & set(wing.sees)}
    own = {path for path in seers if is_in(path.removeprefix("_iis/"), ("iis6", "iis7", "metabase"))}
    assert seers - own == {"_iis/versions.py", "_iis/probe"}
