"""Text as it is searched: one normal form for what is stored and for what a user types.

A text is folded (NFKC, lower case) and cut into words at spaces, punctuation and changes of script; a word is cut into
parts at `camelCase` and between letters and digits. Stored are the parts, and every word whole: `ResNet50-v2` is found
by `resnet50`, `net 50` and `v2`. A word ends in `_`, which the analyser keeps: so its list of English stop words never
meets one, and `not` in `notMNIST` is found. Runs of Chinese, Japanese and Korean stay whole; the analyser indexes
every two neighbours of them, so any part of a run is found.

Nothing but letters, digits and marks of a user's text gets into a query: the query language of the index never sees
the rest.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from headwater_service.errors import InvalidInputError
from headwater_service.store.filters import Search, SearchWord

# Of a long description only the beginning is searched.
SEARCHED_CHARACTERS: Final = 10_000
QUERY_CHARACTERS: Final = 256
MOST_WORDS: Final = 16
# The analyser cuts a token of more than 255 characters.
WORD_CHARACTERS: Final = 100
WORD_END: Final = "_"
MOST_SPELLINGS: Final = 8
# Letters of a word from which it may be misspelt, and in how many places.
_MISSPELT: Final = ((9, 2), (5, 1))
_TIES: Final = frozenset({"_", "-", ".", ""})

_CJK: Final = (
    (0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035),
    (0x3038, 0x303B), (0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x3131, 0x318E),
    (0x31F0, 0x31FF), (0x3400, 0x4DB5), (0x4E00, 0x9FEF), (0xA960, 0xA97C), (0xAC00, 0xD7FB), (0xF900, 0xFAFF),
    (0x20000, 0x2FFFF),
)  # fmt: skip
# Letters that the analyser does not take for such: they are written as symbols are, by their numbers.
_STRANGE: Final = (
    (0x0870, 0x088E), (0x08B5, 0x08B5), (0x08BE, 0x08C9), (0x0C5D, 0x0C5D), (0x0CDD, 0x0CDD), (0x0D04, 0x0D04),
    (0x0E86, 0x0EDF), (0x170D, 0x171F), (0x1B4C, 0x1B4C), (0x2C2F, 0x2C2F), (0x2C5F, 0x2C5F), (0x3006, 0x3006),
    (0x31BB, 0x31BF), (0x4DB6, 0x4DBF), (0x9FF0, 0x9FFF), (0xA7C0, 0xA7F6), (0xAA80, 0xAADF), (0xAB68, 0xAB68),
    (0x10000, 0x1FFFF), (0x30000, 0x3FFFF),
)  # fmt: skip

# Over the classes of characters: u(pper), l(etter), d(igit), c(jk), s(ymbol), m(ark), blank for all that separates.
_WORD: Final = re.compile(r"[uld][uldm]*|c+|s+")
_PART: Final = re.compile(r"u+(?=ul)|u?l+|u+|d+")
_MARKS: Final = re.compile(r"(.)(m+)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its parts in order, or a run of Chinese, Japanese or Korean as its only one.

    `is_tied`: no space stands between it and the word before.
    """

    parts: tuple[str, ...]
    is_cjk: bool = False
    is_tied: bool = field(default=False, compare=False)

    @property
    def whole(self) -> str:
        return "".join(self.parts)[:WORD_CHARACTERS]


def words(text: str) -> list[Word]:
    """Cut a text into its words."""
    folded = unicodedata.normalize("NFKC", text)
    classes = "".join(map(_class, folded))
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(classes):
        is_tied = bool(found) and folded[end : match.start()] in _TIES
        found.append(_word(folded[match.start() : match.end()], match[0], is_tied=is_tied))
        end = match.end()
    return found


def search_text(*texts: str) -> str:
    """Return what is stored to be searched of some texts, a blank around each token; empty when none has a word."""
    tokens = [token for text in texts for token in _tokens(text[:SEARCHED_CHARACTERS])]
    return " " + " ".join(tokens) + " " if tokens else ""


def search_scope(scope_id: str) -> str:
    """Return a scope's id as one word of the index, which would cut it at its hyphens."""
    return scope_id.replace("-", "")


def search_of(text: str | None) -> Search | None:
    """Return what a user typed as a search; None when there is no word in it.

    Raises InvalidInputError when it is too long.
    """
    if text is None:
        return None
    if len(text) > QUERY_CHARACTERS:
        raise InvalidInputError(f"A search has at most {QUERY_CHARACTERS} characters.", field="search")
    found = list(dict.fromkeys(words(text)))
    if len(found) > MOST_WORDS:
        raise InvalidInputError(f"A search has at most {MOST_WORDS} words, not {len(found)}.", field="search")
    folded = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return Search([_search_word(word) for word in found], folded) if found else None


def spelt(word: SearchWord, texts: Iterable[str]) -> SearchWord:
    """Return the word as it is spelt in stored texts that hold something near it; itself if none does."""
    limit = _misspelling(word.text)
    near = {
        token
        for text in texts
        for token in text.split()
        if token.endswith(WORD_END) and _distance(token.removesuffix(WORD_END), word.text, limit) <= limit
    }
    if not near:
        return word
    ranked = sorted(near, key=lambda token: (_distance(token.removesuffix(WORD_END), word.text, limit), token))
    kept = ranked[:MOST_SPELLINGS]
    clause = "(" + " OR ".join(f'"{token}"' for token in kept) + ")"
    return SearchWord(word.text, clause, [f" {token} " for token in kept], f" {kept[0]} ")


def _search_word(word: Word) -> SearchWord:
    """Return the word as the index is asked for it, and as the same is seen in a stored text."""
    whole = word.whole
    if word.is_cjk:
        # Two neighbours are one token, so that a single character stands at the start or the end of one.
        clause = f"({whole}* OR *{whole})" if len(whole) == 1 else f'"{whole}"'
        return SearchWord(whole, clause, [whole], whole)
    limit = _misspelling(whole)
    near = f"{whole}{WORD_END}~{limit}" if limit else None
    stored = f" {whole}{WORD_END} "
    if len(word.parts) == 1:
        return SearchWord(whole, f"{whole}*", [f" {whole}"], stored, near)
    phrase = " ".join(part + WORD_END for part in word.parts)
    return SearchWord(whole, f'("{phrase}" OR {whole}*)', [f" {phrase} ", f" {whole}"], stored, near)


def _misspelling(text: str) -> int:
    """Return in how many places a word may be misspelt; one with digits, in none."""
    return next((limit for length, limit in _MISSPELT if len(text) >= length and text.isalpha()), 0)


def _distance(first: str, second: str, limit: int) -> int:
    """Return in how many places two words differ, a swap of neighbours being one; beyond `limit`, any more."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before, row = list[int](), list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(second, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _tokens(text: str) -> Iterable[str]:
    """Give the parts of all words, then the words whole, then neighbours written as one."""
    found = words(text)
    yield from (part if word.is_cjk else part + WORD_END for word in found for part in word.parts)
    yield from (word.whole + WORD_END for word in found if len(word.parts) > 1)
    yield from _joined(found)


def _joined(found: Sequence[Word]) -> Iterable[str]:
    # `hand_written-digits` is also found by `handwritten`. Only neighbours: else long texts would grow without end.
    for first, second in pairwise(found):
        if second.is_tied and not first.is_cjk and not second.is_cjk:
            yield (first.whole + second.whole)[:WORD_CHARACTERS] + WORD_END


def _word(text: str, classes: str, *, is_tied: bool) -> Word:
    if classes[0] == "c":
        return Word((text.lower(),), is_cjk=True, is_tied=is_tied)
    if classes[0] == "s":
        return Word(tuple(f"u{ord(character):x}" for character in text), is_tied=is_tied)
    classes = _MARKS.sub(lambda match: match[1] + match[1].replace("u", "l") * len(match[2]), classes)
    parts = (text[match.start() : match.end()].lower()[:WORD_CHARACTERS] for match in _PART.finditer(classes))
    return Word(tuple(parts), is_tied=is_tied)


@lru_cache(maxsize=65536)
def _class(character: str) -> str:
    point = ord(character)
    category = unicodedata.category(character)
    if category in ("So", "No") or (category[0] in "LN" and _is_in(_STRANGE, point)):
        return "s"
    if category[0] in "LN" and _is_in(_CJK, point):
        return "c"
    if category in ("Lu", "Lt"):
        return "u"
    return {"L": "l", "N": "d", "M": "m"}.get(category[0], " ")


def _is_in(ranges: Sequence[tuple[int, int]], point: int) -> bool:
    return any(first <= point <= last for first, last in ranges)
