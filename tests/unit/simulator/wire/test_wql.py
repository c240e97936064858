# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL: what is understood, what is refused, what it selects."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.wmi.conditions import like
from simulator.wmi.literals import from_query_datetime, path_text, to_dmtf
from simulator.wmi.model import CimType, Instance, ObjectPath, Property, WmiClass, WmiError, WmiStatus
from simulator.wmi.wql import Associators, References, Select, parse

CLASS = WmiClass(
    "Thing",
    [
        Property("Name", key=True),
        Property("Size", CimType.UINT32),
        Property("Big", CimType.BOOLEAN),
        Property("Made", CimType.DATETIME),
        Property("Tags", array=True),
        Property("Part", CimType.OBJECT),
    ],
    bases=("CIM_Thing",),
)
THING = Instance(
    "Thing",
    {
        "Name": r"C:\WINDOWS\it's",
        "Size": 5,
        "Big": True,
        "Made": datetime(2013, 4, 15, 16, 28, 38, 376625, tzinfo=timezone.utc),
        "Part": Instance("Screw", {}),
    },
)


def holds(condition: str) -> bool:
    query = parse(f"SELECT * FROM Thing WHERE {condition}")
    assert isinstance(query, Select)
    assert query.condition is not None
    return query.condition.holds(THING, CLASS)


@pytest.mark.parametrize(
    "condition",
    [
        r"Name = 'c:\\windows\\IT\'S'",
        r'Name = "C:\\WINDOWS\\it\'s"',
        "Size=5", "5 = Size", "4 < Size", "Size > -1", "Size <> 4", "Size != 4", "Size >= '5'", "Size < 5.5",
        "size = 0x5",
        "Big = TRUE", "big = 'true'", "NOT Big = false", "Big <> 0",
        "Name LIKE '%windows%'", "Name LIKE 'c:__indows%'", "Name LIKE '[a-d]%'", "NOT Name LIKE '[^a-d]%'",
        "Made > '20130415000000.000000+000'", "Made = '20130415182838.376625+120'", "Made < '04/16/2013'",
        "Tags IS NULL", "Tags = NULL", "Name IS NOT NULL", "Name <> NULL",
        "Size = 1 OR Size = 2 OR (Size = 5 AND Big = TRUE)", "Size = 5 OR Size = 1 AND Size = 2",
        "NOT (Size = 1 OR Size = 2)", "Part ISA 'screw'", "__this ISA 'CIM_Thing'",
    ],
)  # fmt: skip
def test_true_conditions(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "condition", ["Name = 'x'", "Size > 5", "Tags IS NOT NULL", "Part ISA 'Nail'", "Name LIKE 'x%'"]
)
def test_false_conditions(condition: str) -> None:
    assert not holds(condition)


@pytest.mark.parametrize(
    "query",
    [
        "", "SELECT", "SELECT FROM Thing", "SELECT * Thing", "SELECT * FROM", "SELECT Name, FROM Thing",
        "DELETE FROM Thing",
        "SELECT * FROM Thing WHERE", "SELECT * FROM Thing WHERE Name", "SELECT * FROM Thing WHERE Name = 'a' 'b'",
        "SELECT * FROM Thing WHERE Name = 'O'Brien'", "SELECT * FROM Thing WHERE Name = 'O''Brien'",
        r"SELECT * FROM Thing WHERE Name = 'C:\boot.ini'", "SELECT * FROM Thing WHERE Name = 'a",
        "SELECT * FROM Thing; x",
        "SELECT * FROM Thing WHERE Name = 'x' OR '1' = '1'", "SELECT * FROM Thing WHERE Name = 'x' -- ",
        "SELECT * FROM Thing ORDER BY Name", "SELECT * FROM Thing WHERE (Name = 'a'",
        "SELECT * FROM Thing WHERE Name = Size",
        "SELECT * FROM Thing WHERE Name LIKE 5", "SELECT * FROM Thing WHERE 'a%' LIKE Name",
        "SELECT * FROM Thing, Other",
        "SELECT * FROM Thing WHERE Name IS 5", "SELECT * FROM Thing WHERE Name = 'a' /* b */",
        "ASSOCIATORS OF Thing", "ASSOCIATORS OF {Thing}", "ASSOCIATORS OF {Thing.Name='a'} WHERE",
        "ASSOCIATORS OF {Thing.Name='a'} WHERE AssocClass=X AND Role=Y",
        "ASSOCIATORS OF {Thing.Name='a'} WHERE Colour=X",
        "ASSOCIATORS OF {Thing.Name='a'} WHERE Role=X Role=Y", "REFERENCES OF {Thing.Name='a'} WHERE AssocClass=X",
    ],
)  # fmt: skip
def test_what_is_not_wql(query: str) -> None:
    with pytest.raises(WmiError) as caught:
        parse(query)
    assert caught.value.hresult == WmiStatus.INVALID_QUERY


@pytest.mark.parametrize(
    "condition",
    [
        "Nothing = 1",
        "Name = 5",
        "Size = 'five'",
        "Big = 'maybe'",
        "Made = 'yesterday'",
        "Tags = 'a'",
        "Size < NULL",
        "Size LIKE '5'",
        "Name LIKE '[a'",
    ],
)
def test_conditions_that_do_not_fit_the_class(condition: str) -> None:
    with pytest.raises(WmiError):
        holds(condition)


def test_associators_and_references() -> None:
    query = r"""ASSOCIATORS OF {\\WEB01\root\cimv2:Thing.Name="a\\b",Size=5} WHERE ResultClass=X ResultRole = Y"""
    assert parse(query) == Associators(
        ObjectPath("root/cimv2", "Thing", {"Name": r"a\b", "Size": "5"}), None, "X", None, "Y"
    )
    assert parse("references of {Thing=@} where resultclass=A role=B") == References(ObjectPath("", "Thing"), "A", "B")
    assert parse("ASSOCIATORS OF {Thing='a'}") == Associators(ObjectPath("", "Thing", {"": "a"}))
    with pytest.raises(WmiError) as caught:
        parse("ASSOCIATORS OF {Thing='a'} WHERE ClassDefsOnly")
    assert caught.value.hresult == WmiStatus.PROVIDER_NOT_CAPABLE


@given(st.text(min_size=1))
def test_any_escaped_name_is_found_again(name: str) -> None:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    query = parse(f"SELECT * FROM Thing WHERE Name = '{escaped}'")
    assert isinstance(query, Select)
    assert query.condition is not None
    assert query.condition.holds(Instance("Thing", {"Name": name}), CLASS)


@given(st.text())
def test_anything_is_either_a_query_or_refused(text: str) -> None:
    try:
        parse(f"SELECT * FROM Thing WHERE Name = '{text}'")
    except WmiError as error:
        refusal = error.hresult
    else:
        refusal = WmiStatus.INVALID_QUERY
    assert refusal == WmiStatus.INVALID_QUERY


def test_like() -> None:
    assert like("a.b", "a.b")
    assert not like("axb", "a.b")
    assert like("50%", "50[%]")


def test_datetimes() -> None:
    assert from_query_datetime(to_dmtf(THING.values["Made"])) == THING.values["Made"]
    assert from_query_datetime("20131315000000.000000+000") is None
    assert from_query_datetime("02/30/2013") is None


def test_object_paths() -> None:
    path = ObjectPath("root/cimv2", "Thing", {"Name": 'a\\"b'})
    assert path_text(path) == 'root\\cimv2:Thing.Name="a\\\\\\"b"'
    assert path_text(ObjectPath("", "Thing")) == "Thing=@"
