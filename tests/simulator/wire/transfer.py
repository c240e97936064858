# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get, Put and Invoke of WMI classes.

The WMI plug-in of Server 2003 knows neither Create nor Delete (MS-WSMV <93>, <107>, <109>).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.wire import fault, names
from simulator.wire.decode import read_properties, read_root
from simulator.wire.fault import WsFault
from simulator.wire.fragment import read_part, read_path
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import Profile, WireOptions
from simulator.wire.render import Renderer, class_attributes, xml_fragment
from simulator.wire.resource import Resource, keys_from, read_resource, without_namespace
from simulator.wire.soap import Request
from simulator.wire.wmi_faults import Operation, wmi_fault
from simulator.wmi.literals import path_text
from simulator.wmi.model import (
    ChoosesFragments,
    Method,
    ObjectPath,
    Provider,
    PutsWhole,
    WmiClass,
    WmiError,
    WmiStatus,
)
from simulator.wmi.repository import Repository, Row


class Transfer:
    """Get, Put and Invoke on one machine's WMI. Each operation gives the answer's action, body and extra header."""

    def __init__(self, wmi: Repository, profile: Profile, options: WireOptions) -> None:
        self._wmi = wmi
        self._profile = profile
        self._options = options
        self._render = Renderer(profile, options)

    async def get(self, request: Request) -> tuple[str, str, str]:
        """Get an instance, or one property of it."""
        resource, provider, keys = self._target(request)
        row = self._row(resource, provider, keys)
        return f"{names.TRANSFER}/GetResponse", self._body(request, resource, row), _fragment_header(request)

    async def put(self, request: Request) -> tuple[str, str, str]:
        """Change an instance. A whole Put merges, unless its provider has another rule (MS-WSMV 3.1.4.1.2 and
        session-put.md disagree about what the body leaves out).

        A provider that takes no fragments refuses them as DSP0226 7.7 asks. ASSUMED: a property that is not writable
        may be sent back unchanged, but not changed.
        """
        resource, provider, keys = self._target(request)
        row = self._row(resource, provider, keys)
        if request.fragment is not None and not _takes_fragments(provider):
            raise WsFault(fault.UNSUPPORTED_FEATURE)
        if request.fragment is not None:
            fragment = read_path(request.fragment, request.fragment_dialect, provider.wmi_class)
            body = request.needed_body(names.WSMAN, "XmlFragment")
            current = row.instance.values.get(fragment.prop.name)
            given = {fragment.prop.name: fragment.changed(current, read_part(body, fragment))}
        elif request.body is None:
            raise WsFault(fault.INVALID_BODY)
        else:
            root = read_root(request.body, provider.wmi_class.name, resource.uri)
            given = read_properties(root, provider.wmi_class.properties, _namespace_of(root.tag))
        with self._translated("PutInstance", resource, keys):
            changes = _allowed(given, row, provider.wmi_class)
            if request.fragment is None and isinstance(provider, PutsWhole):
                updated = await provider.put_whole(keys, changes)
            else:
                updated = await provider.put(keys, changes) if changes else row.instance
        row = Row(updated, row.wmi_class, row.path)
        return f"{names.TRANSFER}/PutResponse", self._body(request, resource, row), _fragment_header(request)

    async def invoke(self, request: Request) -> tuple[str, str, str]:
        """Call a method. The body element is needed even if the method takes nothing (winrm session-invoke)."""
        resource = read_resource(request.resource_uri)
        provider = self._provider(resource)
        method = _method(request, provider.wmi_class)
        selectors = without_namespace(resource, request.selectors)
        keys = None
        if selectors or not method.static:
            keys = keys_from(selectors, provider.wmi_class)
        if request.body is None:
            raise WsFault(fault.INVALID_BODY)
        root = read_root(request.body, f"{method.name}_INPUT", resource.uri)
        arguments = read_properties(root, method.inputs, _namespace_of(root.tag))
        if keys is not None:
            self._row(resource, provider, keys)
        with self._translated("ExecMethod", resource, keys or {}):
            result = await provider.invoke(keys, method.name, arguments)
        return f"{request.action}Response", self._output(method, result, resource), ""

    # -- parts

    def _provider(self, resource: Resource) -> Provider:
        with self._translated("GetObject", resource, {}):
            return self._wmi.provider(resource.namespace, resource.class_name)

    def _target(self, request: Request) -> tuple[Resource, Provider, dict[str, str]]:
        resource = read_resource(request.resource_uri)
        provider = self._provider(resource)
        return resource, provider, keys_from(without_namespace(resource, request.selectors), provider.wmi_class)

    def _row(self, resource: Resource, provider: Provider, keys: Mapping[str, str]) -> Row:
        with self._translated("GetObject", resource, keys):
            return self._wmi.get(resource.namespace, resource.class_name, keys)

    def _body(self, request: Request, resource: Resource, row: Row) -> str:
        if request.fragment is None:
            return self._render.instance(row, resource.uri)
        fragment = read_path(request.fragment, request.fragment_dialect, row.wmi_class)
        part = fragment.of(row.instance.values.get(fragment.prop.name))
        return xml_fragment(self._render.property(fragment.prop, part, "", ""))

    def _output(self, method: Method, result: Mapping[str, Any], resource: Resource) -> str:
        """``<p:Method_OUTPUT>``: the out parameters as declared, ReturnValue last; no type (Openwsman EnumKey.xml)."""
        namespace = resource.uri.rpartition("/")[0]
        values = (self._render.property(prop, result.get(prop.name), namespace, "p:") for prop in method.outputs)
        content = "".join(values)
        if method.returns:
            value = result.get("ReturnValue")
            if isinstance(value, int) and not isinstance(value, bool):
                value &= 0xFFFFFFFF
            content += self._render.value("p:ReturnValue", value, namespace, "p:")
        return element(f"p:{method.name}_OUTPUT", content, class_attributes(resource.uri))

    def _translated(self, operation: str, resource: Resource, keys: Mapping[str, str]) -> Translated:
        path = ObjectPath("", resource.class_name, keys)
        parameter = path_text(path) if keys else resource.class_name
        what = Operation(operation, parameter, resource.namespace)
        return Translated(lambda error: wmi_fault(error, what, self._profile, self._options))


class Translated:
    """A with block in which WmiError becomes the fault that stands for it."""

    def __init__(self, translate: Callable[[WmiError], WsFault]) -> None:
        self._translate = translate

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, WmiError):
            raise self._translate(error) from error


def _namespace_of(tag: str) -> str:
    return tag[1:].partition("}")[0]


def _takes_fragments(provider: Provider) -> bool:
    return not isinstance(provider, ChoosesFragments) or provider.supports_fragment_put


def _fragment_header(request: Request) -> str:
    """ASSUMED: the answer repeats the FragmentTransfer header, as DSP0226 7.7 asks."""
    if request.fragment is None:
        return ""
    return leaf("w:FragmentTransfer", request.fragment, attribute("s:mustUnderstand", "true"))


def _allowed(given: Mapping[str, Any], row: Row, wmi_class: WmiClass) -> dict[str, Any]:
    """The changes of a Put without what is not writable and what is NULL and stays so.

    Raises WsFault CANNOT_CHANGE_KEYS, WmiError READ_ONLY.
    """
    changes: dict[str, Any] = {}
    for prop in wmi_class.properties:
        if prop.name not in given:
            continue
        current = row.instance.values.get(prop.name)
        unchanged = given[prop.name] == current
        if prop.writable and unchanged and current is None:
            continue
        if prop.writable:
            changes[prop.name] = given[prop.name]
        elif prop.key and str(given[prop.name]).casefold() == row.path.keys[prop.name].casefold():
            continue
        elif prop.key:
            raise WsFault(fault.CANNOT_CHANGE_KEYS)
        elif not unchanged:
            raise WmiError(WmiStatus.READ_ONLY, f"Property {prop.name} is read-only")
    return changes


def _method(request: Request, wmi_class: WmiClass) -> Method:
    """The method that the action names: class URI, slash, name with case; raises WsFault."""
    uri, _slash, name = request.action.rpartition("/")
    if uri.casefold() != request.resource_uri.casefold():
        raise WsFault(fault.ACTION_MISMATCH)
    method = next((method for method in wmi_class.methods if method.name == name), None)
    if method is None:
        raise WsFault(fault.ACTION_NOT_SUPPORTED)
    return method
