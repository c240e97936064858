# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the domain may send to hosts: every call of a WindowsHost in its source, followed back to where its text is.

A text that isn't a literal there is looked for where it comes from: a constant, an Enum, a table, a loop, or the
calls of the function that it is a parameter of. Names are resolved in the imported modules. What can't be followed
is an error, so that no request escapes. Too much may be found, never too little.
"""

from __future__ import annotations

import ast
import enum
import functools
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import stage

DOMAIN = stage.ROOT / "plugins" / "plugin_utils" / "_iis"
PACKAGE = "ansible_collections.fleetops.iis.plugins.plugin_utils._iis"

#: Which argument of which method of WindowsHost says what is sent.
SENDERS = {"query": 1, "invoke": 1, "ask": 1, "run": 0, "put_property": 1}

Function = ast.FunctionDef | ast.Lambda


class Untraceable(Exception):
    """It can't be told what a request may be."""


@dataclass
class Module:
    """A module's source with its namespace, and for each node the functions around it, innermost first."""

    name: str
    tree: ast.Module
    namespace: Mapping[str, Any]
    around: dict[ast.AST, tuple[Function, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._descend(self.tree, ())

    def _descend(self, node: ast.AST, functions: tuple[Function, ...]) -> None:
        self.around[node] = functions
        inner = (node, *functions) if isinstance(node, Function) else functions
        for child in ast.iter_child_nodes(node):
            self._descend(child, inner)

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


class Tracer:
    """Follows the texts of requests through modules."""

    def __init__(self, modules: list[Module]) -> None:
        self._modules = modules

    def sent(self, *senders: str) -> set[str]:
        """All that these methods may be given, as regular expressions."""
        found: set[str] = set()
        for module in self._modules:
            called: dict[ast.expr, ast.Call] = {call.func: call for call in module.calls()}
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Attribute) and node.attr in senders and _is_to_host(node):
                    if node not in called:
                        raise _untraceable(module, node)  # passed on, to be called who knows where
                    found |= self._texts(module, called[node].args[SENDERS[node.attr]], frozenset())
        return found

    def _texts(self, module: Module, node: ast.expr, seen: frozenset[ast.AST]) -> set[str]:
        if node in seen:
            return set()
        seen |= {node}
        if isinstance(node, ast.Constant):
            return {re.escape(str(node.value))}
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values]
            return {"".join(parts)}
        if isinstance(node, ast.IfExp):
            return self._texts(module, node.body, seen) | self._texts(module, node.orelse, seen)
        if isinstance(node, ast.Name):
            return self._name(module, node, seen)
        if isinstance(node, ast.Subscript):
            return self._texts(module, node.value, seen)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            return self._texts(module, node.func.value, seen)
        if isinstance(node, ast.Attribute):
            return self._attribute(module, node)
        raise _untraceable(module, node)

    def _name(self, module: Module, node: ast.Name, seen: frozenset[ast.AST]) -> set[str]:
        for function in module.around[node]:
            sources = [value for target, value in _bindings(function) if _binds(target, node.id)]
            if sources:
                return {text for source in sources for text in self._all(module, source, seen)}
            if isinstance(function, ast.FunctionDef) and node.id in _parameters(function):
                return self._argument(module, function, node.id, seen)
        if node.id in module.namespace:
            return _strings(module.namespace[node.id])
        raise _untraceable(module, node)

    def _all(self, module: Module, source: ast.expr, seen: frozenset[ast.AST]) -> set[str]:
        """The texts of an expression, or of all elements where it lists them."""
        if isinstance(source, ast.Tuple | ast.List):
            return {text for each in source.elts for text in self._texts(module, each, seen)}
        return self._texts(module, source, seen)

    def _argument(self, module: Module, function: ast.FunctionDef, name: str, seen: frozenset[ast.AST]) -> set[str]:
        """What the callers of a function give for a parameter; the members of an Enum, where it is annotated so."""
        found: set[str] = set()
        called = False
        for other in self._modules:
            for call in other.calls():
                if _called(call) == function.name and not (
                    isinstance(call.func, ast.Attribute) and _is_to_host(call.func)
                ):
                    given = _given(call, _parameters(function), name)
                    if given is not None:
                        called = True
                        found |= self._texts(other, given, seen)
        if not called:
            raise Untraceable(f"{module.name}: nobody calls {function.name}() with {name}")
        return found

    def _attribute(self, module: Module, node: ast.Attribute) -> set[str]:
        """``order.value`` by the annotation of ``order``; a constant; a field of the module's own constants."""
        if node.attr == "value" and isinstance(node.value, ast.Name):
            for function in module.around[node]:
                annotation = _parameters(function).get(node.value.id)
                if annotation is not None:
                    return _strings(module.namespace[ast.unparse(annotation)])
        try:
            return _strings(eval(ast.unparse(node), dict(module.namespace)))
        except (NameError, AttributeError, TypeError):
            owners = [each for each in module.namespace.values() if hasattr(type(each), "__dataclass_fields__")]
            having = [getattr(owner, node.attr) for owner in owners if hasattr(owner, node.attr)]
            if not having:
                raise _untraceable(module, node) from None
            return {text for value in having for text in _strings(value)}


def _is_to_host(function: ast.Attribute) -> bool:
    return ast.unparse(function.value).endswith("host")


def _called(call: ast.Call) -> str | None:
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def _parameters(function: Function) -> dict[str, ast.expr | None]:
    """The parameters but ``self``, in order, with their annotations."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {each.arg: each.annotation for each in every if each.arg != "self"}


def _given(call: ast.Call, parameters: Mapping[str, object], name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    index = list(parameters).index(name)
    before = call.args[: index + 1]
    if len(before) <= index or any(isinstance(each, ast.Starred) for each in before):
        return None
    return call.args[index]


def _bindings(function: Function) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What names are bound to in a function: assignments, also of tuples, and loops over literals."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.For | ast.comprehension):
            yield from _loop_pairs(node.target, node.iter)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value


def _loop_pairs(target: ast.expr, values: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    rows = values.elts if isinstance(values, ast.Tuple | ast.List) else None
    if isinstance(target, ast.Tuple) and rows is not None:
        for row in rows:
            yield from _pairs(target, row)
    else:
        yield target, values


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def _strings(value: Any) -> set[str]:
    """The texts in a constant of the domain."""
    if isinstance(value, enum.Enum):
        return _strings(value.value)
    if isinstance(value, str):
        return {re.escape(value)}
    if isinstance(value, type) and issubclass(value, enum.Enum):
        return {text for member in value for text in _strings(member)}
    if isinstance(value, Mapping):
        return {text for each in value.values() for text in _strings(each)}
    if isinstance(value, tuple | list | frozenset | set):
        return {text for each in value for text in _strings(each)}
    raise TypeError(f"{value!r} is no text, and no table of texts")


def _untraceable(module: Module, node: ast.expr) -> Untraceable:
    return Untraceable(
        f"{module.name}, line {node.lineno}: it can't be told what '{ast.unparse(node)}' may be, so nobody can see "
        "whether docs/fidelity.md has it. Make it a literal, a constant or the value of an Enum."
    )


@functools.cache
def domain(without: str = "") -> Tracer:
    """The modules of the domain, but for one wing.

    Left out are the probe, which sends the same for its own sake, and the host of the preflight, which hands on what
    the others ask.
    """
    modules = []
    for path in sorted(DOMAIN.rglob("*.py")):
        parts = path.relative_to(DOMAIN).with_suffix("").parts
        if parts[0] not in ("probe", without) and parts != ("preflight", "reading"):
            name = ".".join(parts)
            modules.append(
                Module(name, ast.parse(path.read_text()), vars(importlib.import_module(f"{PACKAGE}.{name}")))
            )
    return Tracer(modules)


def queries(without: str = "") -> set[str]:
    """Every WQL text, but for those of one wing."""
    return domain(without).sent("query")


def methods(without: str = "") -> set[str]:
    """Every WMI method that is called."""
    return domain(without).sent("invoke", "ask")


def appcmd_runs() -> set[str]:
    """Every run of appcmd.exe, by what is done to what: ``list site``, ``set apppool``."""
    found: set[str] = set()
    for module in domain()._modules:
        for call in module.calls():
            nouns = [text for argument in call.args for text in _members(module, argument, "Noun")]
            verbs = [text for argument in call.args for text in _members(module, argument, "Verb")]
            if _called(call) == "list" and nouns:
                verbs = ["list"]
            found |= {f"{verb} {noun}" for verb in verbs for noun in nouns}
    return found


def _members(module: Module, node: ast.expr, of: str) -> list[str]:
    """The values of the members of an Enum that an argument may be: ``Noun.SITE``, or ``_VERBS[order]``."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == of:
        return [str(getattr(module.namespace[of], node.attr).value)]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        table = module.namespace.get(node.value.id)
        if isinstance(table, Mapping):
            return [str(value.value) for value in table.values() if type(value).__name__ == of]
    return []


def written_properties() -> set[str]:
    """Every property that is written."""
    return domain().sent("put_property")


def programs(without: str = "") -> set[str]:
    """Every program that is run."""
    return domain(without).sent("run")
