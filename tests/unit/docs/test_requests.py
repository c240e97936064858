# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No request of the domain escapes the search that docs/fidelity.md is held against."""

from __future__ import annotations

import ast
import textwrap

import pytest
from unit.docs import requests
from unit.docs.requests import Module, Tracer, Untraceable


def traced(*texts: str) -> Tracer:
    modules = []
    for number, text in enumerate(texts):
        source = textwrap.dedent(text)
        namespace: dict[str, object] = {}
        exec(compile(source, f"module{number}", "exec", dont_inherit=True), namespace)
        modules.append(Module(f"module{number}", ast.parse(source), namespace))
    return Tracer(modules)


def test_the_domain_is_really_searched():
    assert len(requests.queries()) > 15
    assert {"SaveData", "GetCurrentMode", "GetBinaryValue", "StopService", "Pause", "Recycle"} <= requests.methods()
    assert {"IIs5IsolationModeEnabled", "ServerAutoStart", "MaxHistoryFiles"} <= requests.written_properties()
    assert {"iisreset", "sc", r"cscript\.exe", "shutdown"} <= requests.programs()


@pytest.mark.parametrize(
    "source",
    [
        """
        def save(context):
            context.host.invoke(COMPUTER, "SaveData")
        """,
        """
        METHOD = "SaveData"
        def save(context):
            context.host.invoke(COMPUTER, METHOD)
        """,
        """
        def save(context):
            method = "SaveData"
            context.host.invoke(COMPUTER, method)
        """,
        """
        def save(context):
            for flags, method in ((1, "SaveData"),):
                context.host.invoke(COMPUTER, method)
        """,
        """
        import enum
        class Order(enum.Enum):
            SAVE = "SaveData"
        def save(self, order: Order):
            (lambda: self.context.host.invoke(COMPUTER, order.value))()
        """,
        """
        import enum
        class Order(enum.Enum):
            SAVE = "SaveData"
        def save(context):
            context.host.invoke(COMPUTER, Order.SAVE.value)
        """,
        """
        TABLE = {"save": "SaveData"}
        def save(context, what):
            context.host.invoke(COMPUTER, TABLE[what])
        """,
        """
        from dataclasses import dataclass
        @dataclass
        class Move:
            methods: dict
        SAVE = Move({"now": "SaveData"})
        class Drive:
            def save(self):
                key, method = 1, self.move.methods.get("now")
                self.send(key, method)
            def send(self, key, method):
                self.host.invoke(COMPUTER, method)
        """,
    ],
)
def test_a_method_is_found_wherever_its_name_stands(source):
    assert traced(source).sent("invoke") == {"SaveData"}


def test_a_text_is_followed_through_the_functions_that_pass_it_on():
    tracer = traced(
        """
        def iis_query(context, wql, purpose):
            return context.host.query("root", wql)
        """,
        """
        def read(context, name):
            where = f"SELECT Name FROM IIsWebServer WHERE Name='{name}'"
            return query_sites(context, wql=where)
        def query_sites(context, wql):
            return iis_query(context, wql, "read")
        """,
    )
    assert tracer.sent("query") == {r"SELECT\ Name\ FROM\ IIsWebServer\ WHERE\ Name='.*'"}


@pytest.mark.parametrize(
    "source",
    [
        """
        def save(context):
            context.host.invoke(COMPUTER, compute())
        """,
        """
        def save(context, method):
            context.host.invoke(COMPUTER, method)
        """,
        """
        def save(context):
            retry(context.host.invoke, COMPUTER, "SaveData")
        """,
    ],
)
def test_what_cannot_be_followed_is_an_error(source):
    with pytest.raises(Untraceable):
        traced(source).sent("invoke")
