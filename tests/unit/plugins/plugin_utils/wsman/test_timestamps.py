# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times and intervals as CIM writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.timestamps import (
    format_interval,
    format_timestamp,
    parse_interval,
    parse_timestamp,
)


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2013-03-11T21:28:04Z", utc(2013, 3, 11, 21, 28, 4)),
        ("2013-04-15T20:27:39.84Z", utc(2013, 4, 15, 20, 27, 39, 840000)),
        ("2013-04-15T16:28:43.488171Z", utc(2013, 4, 15, 16, 28, 43, 488171)),
        ("2013-04-15T16:28:43.48817199Z", utc(2013, 4, 15, 16, 28, 43, 488171)),
        ("2011-07-28T09:15:50.46875+08:00", utc(2011, 7, 28, 1, 15, 50, 468750)),
        ("2011-07-28T09:15:50-05:30", utc(2011, 7, 28, 14, 45, 50)),
        ("2011-07-28T09:15:50", utc(2011, 7, 28, 9, 15, 50)),
        ("20110728091550.000000-330", utc(2011, 7, 28, 14, 45, 50)),
    ],
)
def test_every_form_of_a_time_is_utc(text, moment):
    assert parse_timestamp(text) == moment


@pytest.mark.parametrize(
    "text", ["", "2013-02-30T00:00:00Z", "2013-03-11", "0001-01-01T00:00:00+01:00", "2013-13-01T00:00:00Z"]
)
def test_what_is_no_time_is_none(text):
    assert parse_timestamp(text) is None


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("P0DT0H1M40S", timedelta(seconds=100)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("PT7200.000S", timedelta(hours=2)),
        ("P2D", timedelta(days=2)),
        ("-PT1S", timedelta(seconds=-1)),
    ],
)
def test_intervals(text, interval):
    assert parse_interval(text) == interval


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "1D", "P999999999DT999999999H", "P1Y"])
def test_what_is_no_interval_is_none(text):
    assert parse_interval(text) is None


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_a_time_reads_back_as_it_was_written(moment):
    assert parse_timestamp(format_timestamp(moment)) == moment


@given(st.timedeltas(min_value=timedelta(days=-9999), max_value=timedelta(days=99999999)))
def test_an_interval_reads_back_as_it_was_written(interval):
    assert parse_interval(format_interval(interval)) == interval


def test_trailing_zeros_of_a_fraction_are_cut_as_windows_does():
    assert format_timestamp(datetime(2013, 4, 15, 20, 27, 39, 840000, tzinfo=timezone.utc)) == "2013-04-15T20:27:39.84Z"


def test_a_time_without_a_zone_is_taken_for_utc():
    assert format_timestamp(utc(2013, 4, 15).replace(tzinfo=None)) == "2013-04-15T00:00:00Z"
