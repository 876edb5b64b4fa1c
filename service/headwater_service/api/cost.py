"""What a GraphQL document may cost, counted before anything is resolved.

Estimated nodes are the objects that a document can bring at most: the product of `first` or `limit` along each path.
Columns (`compact`) and tables (`csv`) are no objects: where they are asked for instead of these, ten rows count as one
node.
Limits are settings; a refusal names the limit, its setting and what to change. Introspection has its own depth,
which graphql-core's rules bound, so that tools can read the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from headwater_service.config import Settings
from headwater_service.errors import InvalidInputError

SIZE_ARGUMENTS: Final = ("first", "limit")
# A list without a size argument is short by its nature: aliases of a collection, members of an entity.
ASSUMED_ITEMS: Final = 10
# Wrappers around the items of a page, and facts of the whole page: they are counted with the page.
_WRAPPERS: Final = ("Edge", "PageInfo", "Completeness", "Totals")
# A page whose items can be had as columns or as a table instead has one of these; so many rows then cost as one node.
_COLUMNS: Final = frozenset({"compact", "csv"})
_ROWS_A_NODE: Final = 10
_INTROSPECTION: Final = frozenset({"__schema", "__type"})
# Selections looked at, each time a fragment is used: fragments in fragments grow exponentially.
MOST_SELECTIONS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a document can bring at most, and how it is built. `bytes` is the size of its text."""

    nodes: int
    depth: int
    aliases: int
    bytes: int


def document_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    text: str,
    *,
    operation_name: str | None,
    variables: Mapping[str, Any],
) -> Cost:
    """Estimate what the chosen operation of a document costs. Works on documents that are not validated yet."""
    operation = find_operation(document, operation_name)
    size = len(text.encode())
    if operation is None:
        return Cost(0, 0, 0, size)
    root = schema.get_root_type(operation.operation)
    counter = _Counter(schema, document, {**_defaults(operation), **variables})
    nodes, depth = counter.selection(root, operation.selection_set, 1, is_page=False)
    return Cost(nodes, depth, counter.aliases, size)


def check_cost(cost: Cost, settings: Settings) -> None:
    """Raise InvalidInputError that names the first limit which the cost is above."""
    limits = (
        (cost.bytes, settings.graphql_bytes, "bytes long", "HEADWATER_GRAPHQL_BYTES", "Move values into variables."),
        (cost.depth, settings.graphql_depth, "levels deep", "HEADWATER_GRAPHQL_DEPTH", "Ask in two steps."),
        (cost.aliases, settings.graphql_aliases, "aliases rich", "HEADWATER_GRAPHQL_ALIASES", "Ask in several calls."),
    )
    for used, limit, what, setting, advice in limits:
        if used > limit:
            raise InvalidInputError(
                f"This document is {used:,} {what}; the limit is {limit:,} ({setting}). {advice}", limit=setting
            )
    if cost.nodes > settings.graphql_nodes:
        raise InvalidInputError(
            f"This document asks for an estimated {cost.nodes:,} nodes; the limit is {settings.graphql_nodes:,} "
            "(HEADWATER_GRAPHQL_NODES). Ask for smaller pages with `first` or `limit`, or for fewer levels of them.",
            limit="HEADWATER_GRAPHQL_NODES",
        )


def reported_cost(cost: Cost, settings: Settings) -> dict[str, Any]:
    """Return what a document used and what it might, as `extensions.cost` of the answer says it."""
    return {
        "nodes": {"used": cost.nodes, "limit": settings.graphql_nodes},
        "depth": {"used": cost.depth, "limit": settings.graphql_depth},
        "aliases": {"used": cost.aliases, "limit": settings.graphql_aliases},
        "bytes": {"used": cost.bytes, "limit": settings.graphql_bytes},
    }


class _Counter:
    """One walk over an operation. Unknown names cost nothing here: validation refuses them afterwards."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.aliases = 0
        self._schema = schema
        self._variables = variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._open_fragments: set[str] = set()
        self._selections = 0

    def selection(
        self, parent: GraphQLNamedType | None, selections: SelectionSetNode, depth: int, *, is_page: bool
    ) -> tuple[int, int]:
        """Return the nodes below one object, and how deep the document goes. `is_page`: its lists are counted."""
        nodes, deepest = 0, depth
        for node in selections.selections:
            self._selections += 1
            if self._selections > MOST_SELECTIONS:
                raise InvalidInputError(
                    f"This document has more than {MOST_SELECTIONS:,} selections once its fragments are put in."
                )
            if isinstance(node, FieldNode):
                below, reached = self._field(parent, node, depth, is_page=is_page)
            elif isinstance(node, InlineFragmentNode):
                below, reached = self._fragment(parent, node, depth, is_page=is_page)
            else:
                assert isinstance(node, FragmentSpreadNode)
                below, reached = self._spread(parent, node, depth, is_page=is_page)
            nodes += below
            deepest = max(deepest, reached)
        return nodes, deepest

    def _spread(
        self, parent: GraphQLNamedType | None, node: FragmentSpreadNode, depth: int, *, is_page: bool
    ) -> tuple[int, int]:
        name = node.name.value
        fragment = self._fragments.get(name)
        if fragment is None or name in self._open_fragments:
            return 0, depth
        self._open_fragments.add(name)
        try:
            return self._fragment(parent, fragment, depth, is_page=is_page)
        finally:
            self._open_fragments.discard(name)

    def _fragment(
        self,
        parent: GraphQLNamedType | None,
        node: InlineFragmentNode | FragmentDefinitionNode,
        depth: int,
        *,
        is_page: bool,
    ) -> tuple[int, int]:
        condition = node.type_condition
        inside = parent if condition is None else self._schema.get_type(condition.name.value)
        return self.selection(inside, node.selection_set, depth, is_page=is_page)

    def _field(self, parent: GraphQLNamedType | None, node: FieldNode, depth: int, *, is_page: bool) -> tuple[int, int]:
        self.aliases += node.alias is not None
        if node.name.value in _INTROSPECTION or node.selection_set is None:
            # A field of a page, such as the rows of a history, may cost although nothing is selected below it.
            return self._items_of_leaf(parent, node), depth
        field = self._definition(parent, node)
        if field is None:
            return self.selection(None, node.selection_set, depth + 1, is_page=False)
        type_ = get_named_type(field.type)
        size = self._size(field, node)
        # `edges` of a connection, or `nodes` of a lineage: its items were counted where the size stands.
        is_counted = is_page and is_list_type(get_nullable_type(field.type))
        below, reached = self.selection(
            type_, node.selection_set, depth + 1, is_page=size is not None or (is_page and _is_wrapper(type_))
        )
        if size is not None:
            has_columns = not _COLUMNS.isdisjoint(getattr(type_, "fields", {}))
            if has_columns and not self._takes_items(type_, node.selection_set, set()):
                size = -(-size // _ROWS_A_NODE)
            return size + size * below, reached
        if is_counted:
            return below, reached
        items = ASSUMED_ITEMS if is_list_type(get_nullable_type(field.type)) else 1
        is_free = _is_wrapper(type_) or (parent is not None and _is_wrapper(parent) and node.name.value == "node")
        return (0 if is_free else items) + items * below, reached

    def _items_of_leaf(self, parent: GraphQLNamedType | None, node: FieldNode) -> int:
        field = self._definition(parent, node)
        return 0 if field is None or not is_composite_type(get_named_type(field.type)) else 1

    def _takes_items(self, page: GraphQLNamedType, selections: SelectionSetNode, seen: set[str]) -> bool:
        """Tell whether a selection takes lists of objects from a page, by itself or by its fragments."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                field = self._definition(page, node)
                takes = (
                    field is not None and node.selection_set is not None and is_list_type(get_nullable_type(field.type))
                )
            elif isinstance(node, InlineFragmentNode):
                takes = self._takes_items(page, node.selection_set, seen)
            else:
                assert isinstance(node, FragmentSpreadNode)
                name = node.name.value
                fragment = None if name in seen else self._fragments.get(name)
                seen.add(name)
                takes = fragment is not None and self._takes_items(page, fragment.selection_set, seen)
            if takes:
                return True
        return False

    def _definition(self, parent: GraphQLNamedType | None, node: FieldNode) -> GraphQLField | None:
        fields: Mapping[str, GraphQLField] = getattr(parent, "fields", {})
        return fields.get(node.name.value)

    def _size(self, field: GraphQLField, node: FieldNode) -> int | None:
        """Return the size of a page as the document, its variables or the schema give it; None for other fields."""
        for name in SIZE_ARGUMENTS:
            argument = field.args.get(name)
            if argument is None:
                continue
            given = next((part.value for part in node.arguments or () if part.name.value == name), None)
            default = _default(argument)
            value: Any = default if given is None else self._value(given, default)
            return max(value, 0) if isinstance(value, int) else ASSUMED_ITEMS
        return None

    def _value(self, given: Any, default: Any) -> Any:
        if isinstance(given, IntValueNode):
            return int(given.value)
        if isinstance(given, VariableNode):
            return self._variables.get(given.name.value, default)
        return Undefined


def _default(argument: GraphQLArgument) -> Any:
    # Two ways to declare one: built from SDL or new, and the older one of code.
    if argument.default is None:
        return argument.default_value
    literal = argument.default.literal
    return int(literal.value) if isinstance(literal, IntValueNode) else argument.default.value


def _is_wrapper(type_: GraphQLNamedType) -> bool:
    return type_.name.endswith(_WRAPPERS)


def find_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """Return the operation that a request means. Raises InvalidInputError where it must say which."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        names = [node.name.value for node in operations if node.name is not None]
        if len(names) > 1:
            raise InvalidInputError(
                f"The document has the operations {', '.join(names)}: `operationName` must say which one is meant.",
                field="operationName",
            )
        return operations[0] if operations else None
    return next((node for node in operations if node.name is not None and node.name.value == name), None)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        node.variable.name.value: int(node.default_value.value)
        for node in operation.variable_definitions or ()
        if isinstance(node.default_value, IntValueNode)
    }
