"""The rules for what people write about things: descriptions and tags."""

from collections.abc import Sequence
from typing import Final

from headwater_service.errors import InvalidInputError

DESCRIPTION_CHARACTERS: Final = 100_000
MOST_TAGS: Final = 100
TAG_CHARACTERS: Final = 128


def valid_description(text: str) -> str:
    """Return the description unchanged, or raise InvalidInputError that names the limit."""
    if len(text) > DESCRIPTION_CHARACTERS:
        raise InvalidInputError(
            f"The description has {len(text)} characters; the limit is {DESCRIPTION_CHARACTERS}.", field="description"
        )
    return text


def valid_tags(tags: Sequence[str]) -> list[str]:
    """Return the tags once each, in the order given."""
    found = list(dict.fromkeys(tags))
    if len(found) > MOST_TAGS or not all(1 <= len(tag) <= TAG_CHARACTERS for tag in found):
        raise InvalidInputError(f"At most {MOST_TAGS} tags, each of 1 to {TAG_CHARACTERS} characters.", field="tags")
    return found
