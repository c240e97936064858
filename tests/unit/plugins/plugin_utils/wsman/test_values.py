# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller may ask of a value that carries no type."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import MalformedAnswer
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, ObjectPath


def test_property_names_compare_without_case():
    row = Instance({"ServerComment": "Shop"})
    assert row["SERVERCOMMENT"] == row.text("servercomment") == "Shop"
    assert "servercomment" in row
    assert list(row) == ["ServerComment"]


@pytest.mark.parametrize("accessor", ["text", "integer", "boolean", "timestamp"])
def test_absent_and_null_are_none(accessor):
    row = Instance({"Null": None})
    assert getattr(row, accessor)("Null") is None
    assert getattr(row, accessor)("Absent") is None


@pytest.mark.parametrize("accessor", ["strings", "instances"])
def test_an_absent_array_is_empty(accessor):
    row = Instance({"Null": None})
    assert getattr(row, accessor)("Null") == []
    assert getattr(row, accessor)("Absent") == []


@pytest.mark.parametrize(("text", "number"), [("2", 2), ("-1", -1), ("4294967295", 4294967295), (" 7 ", 7)])
def test_numbers_are_decimal(text, number):
    assert Instance({"X": text}).integer("X") == number


@pytest.mark.parametrize("text", ["", "1.5", "0x10", "two", "1_000", "٣"])
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(MalformedAnswer, match="property X of Site should be a whole number"):
        Instance({"X": text}, "Site").integer("X")


@pytest.mark.parametrize(("text", "truth"), [("true", True), ("FALSE", False), ("1", True), ("0", False)])
def test_truth_values(text, truth):
    assert Instance({"X": text}).boolean("X") is truth


def test_a_truth_value_is_not_guessed():
    with pytest.raises(MalformedAnswer, match="should be true or false"):
        Instance({"X": "yes"}).boolean("X")


def test_an_array_of_one_looks_like_a_scalar_and_is_read_as_either():
    row = Instance({"X": "a"})
    assert row.strings("X") == ["a"]
    assert row.text("X") == "a"
    assert Instance({"X": ["a"]}).text("X") == "a"


def test_an_array_is_not_a_scalar():
    with pytest.raises(MalformedAnswer, match="a single value"):
        Instance({"X": ["a", "b"]}).text("X")


def test_embedded_objects_are_one_or_many():
    binding = Instance({"Port": "80"}, "ServerBinding")
    assert Instance({"B": binding}).instances("B") == [binding]
    assert Instance({"B": [binding, binding]}).instances("B") == [binding, binding]
    assert Instance({"B": ""}).instances("B") == []
    with pytest.raises(MalformedAnswer, match="an array of objects"):
        Instance({"B": ":80:"}).instances("B")


def test_a_time_in_a_string_is_read_in_dmtf_form():
    row = Instance({"X": "20130415182843.488171+120"})
    assert row.timestamp("X") == datetime(2013, 4, 15, 16, 28, 43, 488171, tzinfo=timezone.utc)
    with pytest.raises(MalformedAnswer, match="a time"):
        Instance({"X": "yesterday"}).timestamp("X")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (ObjectPath("root/cimv2", "Win32_OperatingSystem"), "root/cimv2:Win32_OperatingSystem"),
        (ObjectPath("root/x", "A", {"x": "1", "y": "2"}), 'root/x:A.x="1",y="2"'),
        (ObjectPath("root/x", "A", {"x": 'q"b\\'}), 'root/x:A.x="q\\"b\\\\"'),
    ],
)
def test_a_path_as_a_text(path, text):
    assert str(path) == text


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(MalformedAnswer) as caught:
        Instance({"X": "y" * 5000}).integer("X")
    assert len(str(caught.value)) < 200
