"""Completes lists of plain objects by columns instead of by fields: an order of magnitude less work a field.

graphql-core still parses, validates, coerces variables, collects fields, runs every resolver and makes every error.
Anything unusual in a list (null where none may be, an exception, a coroutine, a class that is not the declared
one) leaves that list, or that object, to graphql-core from its start. So no error text, path or rule about null is
made here, and the setting that turns this off changes nothing but time.

Columns serve lists whose selected fields all are plain attributes, at any depth. An object that also selects fields
with resolvers has its plain leaves read here and the rest completed by graphql-core.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, repeat
from math import isfinite
from operator import attrgetter
from types import GeneratorType
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    TypeNameMetaFieldDef,
    Undefined,
    get_nullable_type,
    is_composite_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

# What graphql-core passes between these methods; its own aliases are generic over private types.
Details: TypeAlias = Any
Values: TypeAlias = Sequence[Any]

_MISSING: Final = object()
_SMALLEST_INT: Final = -(2**31)
_LARGEST_INT: Final = 2**31 - 1


class UnusualError(Exception):
    """Something that graphql-core must see: never leaves this module."""


class ListExecutor(StrawberryGraphQLCoreExecutionContext):
    """The executor of the service's schema: `Schema(…, execution_context_class=ListExecutor)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = getattr(self.context_value, "settings", None)
        middleware = self.middleware_manager
        # An extension with a `resolve` hook wants to see every field.
        is_watched = middleware is not None and middleware._middleware_resolvers is not None
        self._is_on = not is_watched and getattr(settings, "graphql_lists", "columns") != "core"
        self._plans: dict[tuple[str, int], tuple[Any, _Plan | None]] = {}

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: Details,
        info: Any,
        path: Any,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        if self._is_on and position_context is None and _is_usual(item_type, field_details_list, items):
            try:
                return self._column(GraphQLNonNull(GraphQLList(item_type)), field_details_list, [items])[0]
            except Exception:  # whatever it was, graphql-core meets it too, and reports it
                pass
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        plan = self._plan(parent_type, grouped_field_set) if self._is_on and position_context is None else None
        if plan is None:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        try:
            leaves = [(name, complete(read(source_value))) for name, read, complete in plan.leaves]
        except Exception:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        # All names first, so that the answer keeps the order of the document.
        answer: dict[str, Any] = dict.fromkeys(plan.names)
        answer.update(leaves)
        if not plan.rest:
            return answer
        rest: Any = super().execute_fields(parent_type, source_value, path, plan.rest, position_context)
        if self.is_awaitable(rest):
            return _fill_later(answer, rest)
        answer.update(rest)
        return answer

    def _plan(self, parent_type: GraphQLObjectType, fields: Any) -> "_Plan | None":
        key = (parent_type.name, id(fields))
        found = self._plans.get(key)
        if found is None:
            # The fields are kept with the plan, so that their id is not used again while this runs.
            found = self._plans[key] = (fields, self._new_plan(parent_type, fields))
        return found[1]

    def _new_plan(self, parent_type: GraphQLObjectType, fields: Any) -> "_Plan | None":
        plan = _Plan(list(fields))
        for name, details in fields.items():
            field = self.schema.get_field(parent_type, details[0].node.name.value)
            if field is None:
                return None
            if field is TypeNameMetaFieldDef:
                plan.leaves.append((name, _name_of(parent_type), _unchanged))
                continue
            attribute = _attribute(field)
            if attribute is None or not is_leaf_type(get_nullable_type(field.type)):
                plan.rest[name] = details
            else:
                plan.leaves.append((name, attrgetter(attribute), _leaf(field.type)))
        return plan if plan.leaves else None

    def _column(self, type_: GraphQLOutputType, details: Details, values: Values) -> list[Any]:
        """Complete one field of all items."""
        kinds = set(map(type, values))
        if type(None) in kinds and is_non_null_type(type_):
            raise UnusualError
        kinds.discard(type(None))
        if any(map(_is_unusual, kinds)):
            raise UnusualError
        bare = get_nullable_type(type_)
        if is_leaf_type(bare):
            return _leaf_column(bare, values, kinds)
        present = [value for value in values if value is not None]
        if is_list_type(bare):
            done = self._children(bare, details, present, kinds)
        else:
            done = self._objects(bare, details, present, kinds)
        completed = iter(done)
        return [None if value is None else next(completed) for value in values]

    def _children(self, type_: GraphQLList[Any], details: Details, lists: Values, kinds: set[type]) -> list[Any]:
        """Complete the items of all parents' lists as one column, then deal them out again."""
        if not kinds <= {list, tuple} or _is_streamed(details):
            raise UnusualError
        flat = iter(self._column(type_.of_type, details, [item for items in lists for item in items]))
        return [list(islice(flat, len(items))) for items in lists]

    def _objects(self, type_: Any, details: Details, items: Values, kinds: set[type]) -> list[Any]:
        completed: list[Any] = [None] * len(items)
        for kind in kinds:
            places = [place for place, item in enumerate(items) if item.__class__ is kind]
            mine = [items[place] for place in places]
            runtime = _runtime_type(self.schema, type_, kind, mine)
            fields, deferred, _ = self.collect_subfields(runtime, details)
            if deferred:
                raise UnusualError
            columns = {name: self._field(runtime, found, mine) for name, found in fields.items()}
            rows = zip(*columns.values(), strict=True) if columns else repeat((), len(mine))
            for place, row in zip(places, rows, strict=True):
                completed[place] = dict(zip(columns, row, strict=True))
        return completed

    def _field(self, runtime: GraphQLObjectType, details: Details, items: Values) -> list[Any]:
        field = self.schema.get_field(runtime, details[0].node.name.value)
        if field is TypeNameMetaFieldDef:
            return [runtime.name] * len(items)
        attribute = None if field is None else _attribute(field)
        if field is None or attribute is None:
            raise UnusualError
        return self._column(field.type, details, list(map(attrgetter(attribute), items)))


class _Plan:
    """How to complete the fields of an object: `leaves` are read here, `rest` is left to graphql-core."""

    __slots__ = ("leaves", "names", "rest")

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.leaves: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = []
        self.rest: dict[str, Details] = {}


def _name_of(type_: GraphQLObjectType) -> Callable[[Any], Any]:
    return lambda _source: type_.name


def _unchanged(value: Any) -> Any:
    return value


async def _fill_later(answer: dict[str, Any], rest: Any) -> dict[str, Any]:
    answer.update(await rest)
    return answer


def _is_usual(item_type: GraphQLOutputType, details: Details, items: Iterable[Any]) -> bool:
    return (
        items.__class__ in (list, tuple)
        and is_composite_type(get_nullable_type(item_type))
        and not _is_streamed(details)
    )


def _is_streamed(details: Details) -> bool:
    return any(directive.name.value == "stream" for detail in details for directive in detail.node.directives or ())


def _is_unusual(kind: type) -> bool:
    return (
        issubclass(kind, BaseException)
        or issubclass(kind, GeneratorType)
        or hasattr(kind, "__await__")
        or kind is type(Undefined)
    )


def _attribute(field: GraphQLField) -> str | None:
    """Return the attribute that a field without resolver reads, or None for any other field."""
    definition = (field.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField) or not definition.is_basic_field or definition.extensions:
        return None
    is_plain = getattr(field.resolve, "_is_default", False) and definition.default_resolver is getattr
    return definition.python_name if is_plain and type(definition) is StrawberryField else None


def _runtime_type(schema: Any, type_: Any, kind: type, items: Values) -> GraphQLObjectType:
    """Return the object type of all `items`, which are of class `kind`, if there is no doubt about it."""
    if isinstance(type_, GraphQLObjectType) and type_.is_type_of is None:
        return type_
    definition = kind.__dict__.get("__strawberry_definition__")
    if not isinstance(definition, StrawberryObjectDefinition) or definition.origin is not kind:
        raise UnusualError
    if definition.is_graphql_generic or definition.concrete_of is not None or definition.is_type_of is not None:
        raise UnusualError
    if any(getattr(item, TYPE_CAST_ATTRIBUTE, None) is not None for item in items):
        raise UnusualError
    return _declared(schema, type_, definition)


def _declared(schema: GraphQLSchema, type_: Any, definition: StrawberryObjectDefinition) -> GraphQLObjectType:
    found = schema.get_type(definition.name)
    if not isinstance(found, GraphQLObjectType) or _definition_of(found) is not definition:
        raise UnusualError
    has_own_rule = isinstance(type_, GraphQLInterfaceType) and bool(_definition_of(type_).resolve_type)
    is_other = type_ != found and (is_object_type(type_) or not schema.is_sub_type(type_, found))
    if has_own_rule or is_other:
        raise UnusualError
    return found


def _definition_of(type_: Any) -> Any:
    return (type_.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)


def _leaf_column(type_: GraphQLLeafType, values: Values, kinds: set[type]) -> list[Any]:
    if _passes(type_, values, kinds):
        return list(values)
    if isinstance(type_, GraphQLEnumType) and len(kinds) == 1:
        return _by_distinct(type_, values)
    coerce = _coercer(type_)
    return [None if value is None else coerce(value) for value in values]


def _passes(type_: GraphQLLeafType, values: Values, kinds: set[type]) -> bool:
    """Whether the values of a built-in scalar are what graphql-core would make of them."""
    if type_ is GraphQLString or type_ is GraphQLID:
        return kinds <= {str}
    if type_ is GraphQLBoolean:
        return kinds <= {bool}
    if type_ is GraphQLInt:
        present = [value for value in values if value is not None]
        return kinds <= {int} and all(_SMALLEST_INT <= value <= _LARGEST_INT for value in present)
    if type_ is GraphQLFloat:
        return kinds <= {float} and all(isfinite(value) for value in values if value is not None)
    return False


def _by_distinct(type_: GraphQLEnumType, values: Values) -> list[Any]:
    coerce = _coercer(type_)
    table = {value: None if value is None else coerce(value) for value in set(values)}
    return [table[value] for value in values]


def _coercer(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce_output_value = type_.coerce_output_value

    def coerce(value: Any) -> Any:
        coerced = coerce_output_value(value)
        if coerced is None or coerced is Undefined:
            raise UnusualError
        return coerced

    return coerce


def _leaf(type_: GraphQLOutputType) -> Callable[[Any], Any]:
    """Return what completes one value of a leaf type, raising when graphql-core would see anything but a value."""
    is_required = is_non_null_type(type_)
    bare: Any = get_nullable_type(type_)
    coerce = _coercer(bare)
    passing: Any = str if bare is GraphQLString or bare is GraphQLID else bool if bare is GraphQLBoolean else _MISSING

    def complete(value: Any) -> Any:
        if value.__class__ is passing:
            return value
        if value is None and not is_required:
            return None
        if value is None or _is_unusual(value.__class__):
            raise UnusualError
        return coerce(value)

    return complete
