"""The conditions of the filters as Cypher, a noun at a time."""

from collections.abc import Sequence
from typing import Final, LiteralString

from headwater_service.store.filters import (
    CollectionFilter,
    FieldCondition,
    FieldOperator,
    Parameters,
    RunFilter,
    Search,
    SearchWord,
    VersionFilter,
    all_of,
    any_of,
    negated,
)

_NUMBER: Final[dict[FieldOperator, LiteralString]] = {
    FieldOperator.EQ: "field.num = ",
    FieldOperator.NE: "field.num <> ",
    FieldOperator.GT: "field.num > ",
    FieldOperator.GTE: "field.num >= ",
    FieldOperator.LT: "field.num < ",
    FieldOperator.LTE: "field.num <= ",
}

_TEXT: Final[dict[FieldOperator, LiteralString]] = {
    FieldOperator.EQ: "field.str = ",
    FieldOperator.NE: "field.str <> ",
    FieldOperator.GT: "field.str > ",
    FieldOperator.GTE: "field.str >= ",
    FieldOperator.LT: "field.str < ",
    FieldOperator.LTE: "field.str <= ",
}


_ONE_OF: Final[tuple[LiteralString, ...]] = ("run.state IN ", "run.job_type IN ", "run.group IN ", "run.name IN ")


def run_condition(wanted: RunFilter, parameters: Parameters) -> LiteralString:
    """The condition on a bound `run`."""
    found: list[LiteralString] = []
    states = None if wanted.states is None else [state.value for state in wanted.states]
    for one, values in zip(_ONE_OF, (states, wanted.job_types, wanted.groups, wanted.names), strict=True):
        if values is not None:
            found.append(one + parameters.add(list(values)))
    if wanted.tags is not None:
        found.append("any(tag IN run.tags WHERE tag IN " + parameters.add(list(wanted.tags)) + ")")
    if wanted.name_contains is not None:
        found.append("toLower(run.name) CONTAINS toLower(" + parameters.add(wanted.name_contains) + ")")
    if wanted.created_after is not None:
        found.append("run.created_at > " + parameters.add(wanted.created_after))
    if wanted.created_before is not None:
        found.append("run.created_at < " + parameters.add(wanted.created_before))
    found.extend(_run_edges(wanted, parameters))
    found.extend(_run_fields(wanted, parameters))
    found.extend(_run_text(wanted.search, parameters))
    if wanted.none_of is not None:
        found.append(negated(run_condition(wanted.none_of, parameters)))
    if wanted.any_of is not None:
        found.append(any_of([run_condition(one, parameters) for one in wanted.any_of]))
    return all_of(found)


def _run_edges(wanted: RunFilter, parameters: Parameters) -> list[LiteralString]:
    found: list[LiteralString] = []
    if wanted.consumed is not None:
        version = parameters.add(wanted.consumed)
        found.append(
            "EXISTS { MATCH (run)<-[edge:CONSUMED_BY]-(used:Lineage) WHERE edge.retracted_at IS NULL AND (used.id = "
            + version
            + " OR used.source_id = "
            + version
            + ") }"
        )
    if wanted.produced is not None:
        found.append(
            "EXISTS { MATCH (run)-[edge:PRODUCED]->(made:Lineage {id: "
            + parameters.add(wanted.produced)
            + "}) WHERE edge.retracted_at IS NULL }"
        )
    return found


def _run_fields(wanted: RunFilter, parameters: Parameters) -> list[LiteralString]:
    found: list[LiteralString] = []
    for conditions in (wanted.config, wanted.summary):
        if conditions is not None:
            # An empty list matches nothing, as everywhere in filters.
            held = [_run_has_field(condition, parameters) for condition in conditions]
            found.append(all_of(held) if held else any_of(()))
    return found


def _run_has_field(condition: FieldCondition, parameters: Parameters) -> LiteralString:
    return "EXISTS { MATCH (field:RunField {run_id: run.id}) WHERE " + field_condition(condition, parameters) + " }"


def version_condition(wanted: VersionFilter, parameters: Parameters) -> LiteralString:
    """The condition on a bound `version`, of either kind."""
    found: list[LiteralString] = []
    if wanted.types is not None:
        found.append("version.type IN " + parameters.add(list(wanted.types)))
    if wanted.aliases is not None:
        found.append(
            "EXISTS { MATCH (version)<-[:POINTS_TO]-(alias:Alias) WHERE alias.name IN "
            + parameters.add(list(wanted.aliases))
            + " }"
        )
    if wanted.tags is not None:
        found.append(
            "EXISTS { MATCH (content:ArtifactVersion {id: coalesce(version.source_id, version.id)}) "
            "WHERE any(tag IN content.tags WHERE tag IN " + parameters.add(list(wanted.tags)) + ") }"
        )
    if wanted.metadata is not None:
        # An empty list matches nothing, as everywhere in filters.
        conditions = [_has_field(condition, parameters) for condition in wanted.metadata]
        found.append(all_of(conditions) if conditions else any_of(()))
    if wanted.created_after is not None:
        found.append("version.created_at > " + parameters.add(wanted.created_after))
    if wanted.created_before is not None:
        found.append("version.created_at < " + parameters.add(wanted.created_before))
    if wanted.consumed is not None:
        found.append(_IS_CONSUMED if wanted.consumed else negated(_IS_CONSUMED))
    found.extend(_version_text(wanted.search, parameters))
    if wanted.none_of is not None:
        found.append(negated(version_condition(wanted.none_of, parameters)))
    if wanted.any_of is not None:
        found.append(any_of([version_condition(one, parameters) for one in wanted.any_of]))
    return all_of(found)


_IS_CONSUMED: Final[LiteralString] = (
    "EXISTS { MATCH (version)-[edge:CONSUMED_BY]->(:Run) WHERE edge.retracted_at IS NULL } OR "
    "EXISTS { MATCH (version)-[link:LINKED_TO]->(:RegistryVersion)-[edge:CONSUMED_BY]->(:Run) "
    "WHERE link.retracted_at IS NULL AND edge.retracted_at IS NULL }"
)


def _has_field(condition: FieldCondition, parameters: Parameters) -> LiteralString:
    return (
        "EXISTS { MATCH (field:Field {owner_id: coalesce(version.source_id, version.id)}) WHERE "
        + field_condition(condition, parameters)
        + " }"
    )


def field_condition(condition: FieldCondition, parameters: Parameters) -> LiteralString:
    """The condition on a bound `field`, one leaf of metadata, of a config or of a summary."""
    path: LiteralString = "field.path = " + parameters.add(condition.path)
    # The indexes hold what has a path and a value: both are asked about, whatever is asked.
    if condition.op is FieldOperator.EXISTS:
        return path + " AND (field.num IS NOT NULL OR field.str IS NOT NULL)"
    if condition.op is FieldOperator.CONTAINS:
        return (
            path
            + " AND field.str IS NOT NULL AND toLower(field.str) CONTAINS toLower("
            + parameters.add(condition.value)
            + ")"
        )
    texts = _TEXT if isinstance(condition.value, str) else _NUMBER
    return path + " AND " + texts[condition.op] + parameters.add(condition.value)


def collection_condition(wanted: CollectionFilter, parameters: Parameters) -> LiteralString:
    """The condition on a bound `collection`."""
    found: list[LiteralString] = []
    if wanted.kinds is not None:
        found.append("collection.kind IN " + parameters.add([kind.value for kind in wanted.kinds]))
    if wanted.types is not None:
        found.append("collection.type IN " + parameters.add(list(wanted.types)))
    if wanted.name_contains is not None:
        found.append("toLower(collection.name) CONTAINS toLower(" + parameters.add(wanted.name_contains) + ")")
    if wanted.created_after is not None:
        found.append("collection.created_at > " + parameters.add(wanted.created_after))
    if wanted.created_before is not None:
        found.append("collection.created_at < " + parameters.add(wanted.created_before))
    if wanted.tags is not None:
        found.append("any(tag IN collection.tags WHERE tag IN " + parameters.add(list(wanted.tags)) + ")")
    found.extend(_collection_text(wanted.search, parameters))
    if wanted.none_of is not None:
        found.append(negated(collection_condition(wanted.none_of, parameters)))
    if wanted.any_of is not None:
        found.append(any_of([collection_condition(one, parameters) for one in wanted.any_of]))
    return all_of(found)


def _run_text(search: Search | None, parameters: Parameters) -> list[LiteralString]:
    return [_holds("run.search_text", word, parameters) for word in _words(search)]


def _collection_text(search: Search | None, parameters: Parameters) -> list[LiteralString]:
    return [_holds("collection.search_text", word, parameters) for word in _words(search)]


def _version_text(search: Search | None, parameters: Parameters) -> list[LiteralString]:
    # A version is found by its own words and by those of its collection, mixed as one likes. Its own text, if it has
    # one, is at hand: it is looked at first.
    return [
        _holds("version.search_text", word, parameters)
        + " OR EXISTS { MATCH (version)-[:VERSION_OF]->(home:Collection) WHERE "
        + _holds("home.search_text", word, parameters)
        + " }"
        for word in _words(search)
    ]


def _words(search: Search | None) -> Sequence[SearchWord]:
    return () if search is None else search.words


def _holds(text: LiteralString, word: SearchWord, parameters: Parameters) -> LiteralString:
    if len(word.pieces) == 1:
        return text + " CONTAINS " + parameters.add(word.pieces[0])
    return "any(piece IN " + parameters.add(list(word.pieces)) + " WHERE " + text + " CONTAINS piece)"
