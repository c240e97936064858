# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written to a host is what a host's answer of the same shape is read as."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.namespaces import PREFIXES
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.value_reader import read_properties
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.value_writer import write_object
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.xml_reader import parse
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.text import check_text
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import Instance, ObjectPath


def sendable(text):
    try:
        check_text(text)
    except ValueError:
        return False
    return True


names = st.from_regex(r"[A-Z][A-Za-z]{0,9}", fullmatch=True)
texts = st.text(max_size=30).filter(sendable).map(lambda text: text.replace("\r", "\n"))
paths = st.builds(
    ObjectPath, st.sampled_from(["root/cimv2", "root/MicrosoftIISv2"]), names, st.dictionaries(names, texts, max_size=2)
)
scalars = st.one_of(
    st.none(),
    texts,
    st.datetimes(timezones=st.just(timezone.utc)),
    st.timedeltas(timedelta(0), timedelta(days=99999)),
    paths,
)


def arrays_of(values):
    return st.one_of(values, st.lists(values, min_size=2, max_size=4))


def objects(values):
    return st.builds(Instance, st.dictionaries(names, arrays_of(values), min_size=1, max_size=4), names)


values = st.recursive(scalars, objects, max_leaves=6)


def written(properties, prefix="c"):
    root = ET.Element("c:Thing", {"xmlns:c": "http://example.test/", **{f"xmlns:{p}": u for p, u in PREFIXES.items()}})
    write_object(root, properties, "root/MicrosoftIISv2", prefix)
    return read_properties(parse(ET.tostring(root, encoding="utf-8").replace(b"\r", b"&#13;")), "root/MicrosoftIISv2")


@given(st.dictionaries(names, arrays_of(values), max_size=4))
def test_values_read_back_as_they_were_written(properties):
    assert written(properties) == properties


def test_the_class_of_an_embedded_object_reads_back():
    inner = Instance({"Name": "x"}, "Inner")
    read = written({"Outer": Instance({"Port": "80", "Inner": inner}, "ServerBinding")})["Outer"]
    assert isinstance(read, Instance)
    assert read.class_name == "ServerBinding"
    [nested] = read.instances("Inner")
    assert (nested.class_name, dict(nested)) == ("Inner", {"Name": "x"})


def test_an_embedded_object_without_properties_is_an_object():
    read = written({"B": Instance({}, "ServerBinding")})["B"]
    assert isinstance(read, Instance)
    assert read.class_name == "ServerBinding"


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false"), (2150858793, "2150858793"), (-1, "-1")])
def test_numbers_and_truth_values_are_written_as_wmi_does(value, text):
    assert written({"X": value}) == {"X": text}


def test_an_empty_array_is_written_as_null():
    assert written({"X": []}) == {"X": None}


def test_a_carriage_return_survives():
    assert written({"X": "a\r\nb"}) == {"X": "a\r\nb"}


@pytest.mark.parametrize("prefix", ["c", ""])
def test_a_time_in_a_fragment_has_no_namespace_and_reads_the_same(prefix):
    assert written({"X": timedelta(seconds=100)}, prefix) == {"X": timedelta(seconds=100)}


@pytest.mark.parametrize("text", ["\x00", "\x1b", "\ud800", "\ufffe"])
def test_characters_that_xml_cannot_carry_are_refused(text):
    with pytest.raises(ValueError, match="can't be sent"):
        written({"X": text})


@pytest.mark.parametrize("name", ["", "a b", "x><y", "1x", "x:y"])
def test_names_that_are_not_wmi_names_are_refused(name):
    with pytest.raises(ValueError, match="not a WMI name"):
        written({name: "x"})


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="float"):
        written({"X": 1.5})
