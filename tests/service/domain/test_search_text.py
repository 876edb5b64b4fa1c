"""What a text is cut into, and what a search asks for. How both meet in the index: test_search.py."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_service.domain.search_text import QUERY_CHARACTERS, search_of, search_scope, search_text, spelt
from headwater_service.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("mnist", " mnist_ "),
        ("hand_written-digits.v2", " hand_ written_ digits_ v_ 2_ v2_ handwritten_ writtendigits_ digitsv2_ "),
        ("ResNet50", " res_ net_ 50_ resnet50_ "),
        ("notMNIST", " not_ mnist_ notmnist_ "),
        ("HTTPServer", " http_ server_ httpserver_ "),
        ("MNIST Grayscale 28x28", " mnist_ grayscale_ 28_ x_ 28_ 28x28_ "),
        ("手書き数字認識", " 手書き数字認識 "),
        ("手書き数字v2", " 手書き数字 v_ 2_ v2_ "),
        ("データセット・第１版", " データセット 第 1_ 版 "),
        ("ﾃﾞｰﾀ", " データ "),
        ("ＢＥＲＴ", " bert_ "),
        ("É́cole", " é́cole_ "),
        ("🚀 rocket", " u1f680_ rocket_ "),
        ("🚀🌍", " u1f680_ u1f30d_ u1f680u1f30d_ "),
        ("〆切 ③", " u3006_ 切 3_ "),
        ("!?/ -- _", ""),
        ("", ""),
    ],
)
def test_a_text_is_folded_and_cut_into_words_and_their_parts(text: str, stored: str) -> None:
    assert search_text(text) == stored


def test_several_texts_are_searched_as_one() -> None:
    assert search_text("digits", "", "for humans") == " digits_ for_ humans_ "


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    assert search_text("a" * 9_999 + " b c") == " " + "a" * 100 + "_ "


def test_a_scope_is_one_word_of_the_index() -> None:
    assert search_scope("0190a1b2-c3d4-7000-8000-000000000001") == "0190a1b2c3d470008000000000000001"


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("mnist", ["mnist*"]),
        ("MNIST digits mnist", ["mnist*", "digits*"]),
        ("resnet50", ['("resnet_ 50_" OR resnet50*)']),
        ("数字", ['"数字"']),
        ("字", ["(字* OR *字)"]),
        (
            'name:"x" AND (y~ OR *) [a TO b]^2 \\ /z/',
            ["name*", "x*", "and*", "y*", "or*", "a*", "to*", "b*", "2*", "z*"],
        ),
    ],
)
def test_a_search_asks_for_all_words_and_keeps_the_language_of_the_index_out(text: str, clauses: list[str]) -> None:
    search = search_of(text)

    assert search is not None
    assert [word.clause for word in search.words] == clauses


@pytest.mark.parametrize("text", [None, "", "  \t\n", "-- !?", "\x00", "\ud800"])
def test_a_search_without_a_word_is_none(text: str | None) -> None:
    assert search_of(text) is None


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("bert", None),
        ("mnist", "mnist_~1"),
        ("classifier", "classifier_~2"),
        ("resnet50", None),
        ("数字認識数字", None),
    ],
)
def test_only_longer_words_of_letters_may_be_misspelt(text: str, near: str | None) -> None:
    search = search_of(text)

    assert search is not None
    assert search.words[0].near == near


def test_a_misspelt_word_stands_for_the_stored_words_near_it() -> None:
    search = search_of("minst")
    assert search is not None

    word = spelt(search.words[0], [search_text("mnist digits"), search_text("mint"), search_text("minster")])

    # A swap of neighbours is one mistake; `minster` is two away.
    assert (word.clause, word.pieces) == ('("mint_" OR "mnist_")', [" mint_ ", " mnist_ "])


def test_a_word_near_nothing_stays_as_it_was() -> None:
    search = search_of("minst")
    assert search is not None

    assert spelt(search.words[0], [search_text("cifar")]) == search.words[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (QUERY_CHARACTERS + 1), "at most 256 characters"),
        (" ".join(map(chr, range(97, 114))), "at most 16 words"),
    ],
)
def test_a_search_that_is_too_long_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as refused:
        search_of(text)

    assert refused.value.data == {"field": "search"}


@given(st.text(max_size=60))
def test_every_text_is_found_by_itself(text: str) -> None:
    stored, search = search_text(text), search_of(text) if len(set(text.split())) < 8 else None

    for word in [] if search is None else search.words:
        assert any(piece in stored for piece in word.pieces), (text, stored, word)


@given(st.text(max_size=60))
def test_what_is_stored_is_folded_and_holds_nothing_but_letters_digits_and_marks(text: str) -> None:
    stored = search_text(text)

    assert stored == stored.lower()
    assert {unicodedata.category(character)[0] for character in stored.replace(" ", "").replace("_", "")} <= set("LNM")


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), min_size=1, max_size=30))
def test_a_text_is_the_same_however_it_is_composed(text: str) -> None:
    assert search_text(unicodedata.normalize("NFD", text)) == search_text(unicodedata.normalize("NFC", text))
