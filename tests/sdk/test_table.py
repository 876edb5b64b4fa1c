"""Tables: what they take, what they refuse, and that a Parquet file gives them back as they were."""

import datetime
import decimal
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from headwater import Html, Image, Table
from headwater._errors import InvalidInputError, NotFoundError
from headwater._media import Kept


def read_back(table: Table) -> Table:
    return Table._restored(table._kept())


def as_arrow(table: Table) -> Any:
    return parquet.read_table(io.BytesIO(table._kept().content))


def test_rows_and_columns_are_added() -> None:
    table = Table(columns=["id", "name"])

    table.add_data(1, "a")
    table.add_row(2, "b")
    table.add_column("score", np.array([0.5, 0.25]))

    assert table.columns == ["id", "name", "score"]
    assert table.data == [[1, "a", 0.5], [2, "b", 0.25]]
    assert table.get_column("name") == ["a", "b"]
    assert list(table.iterrows()) == [(0, [1, "a", 0.5]), (1, [2, "b", 0.25])]
    assert len(table) == 2
    assert repr(table) == "Table(2 rows, columns=['id', 'name', 'score'])"


def test_a_table_begins_with_rows_or_an_array() -> None:
    assert Table(columns=["a", "b"], data=[[1, 2], [3, 4]]).data == [[1, 2], [3, 4]]
    assert Table(rows=[[1, 2]]).columns == ["0", "1"]
    assert Table(data=np.eye(2)).get_column("1", convert_to="numpy").tolist() == [0.0, 1.0]
    assert Table(["a"], [[1]], allow_mixed_types=True, optional=[True], dtype=int).data == [[1]]
    assert Table().columns == [] and len(Table(columns=["a"])) == 0


def test_columns_are_computed_of_rows() -> None:
    table = Table(columns=["a"], data=[[1], [2]])

    table.add_computed_columns(lambda index, row: {"index": index, "square": row["a"] ** 2})

    assert table.data == [[1, 0, 1], [2, 1, 4]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Table(columns=["a", "b"], data=[[1, 2], [3]]), r"A row of this table has 2 cells \(a, b\), not 1"),
        (lambda: Table(columns=["a", "a"]), r"The columns \['a'\] come more than once"),
        (lambda: Table(data=["text"]), "The row 0 is a str; a row is a list of cells"),
        (lambda: Table(columns=["a"], data=7), "A int is no list of cells"),
        (lambda: Table(columns=["a"]).add_column("a", []), "has a column 'a' already"),
        (lambda: Table(columns=["a"], data=[[1]]).add_column("b", [1, 2]), "has 2 cells; the table has 1 rows"),
        (lambda: Table(columns=["a"], data=[[object()]]), "The cell 'a', row 0 is a builtins.object"),
        (lambda: Table(columns=["a"], data=[[{"k": [object()]}]]), "The cell 'a', row 0, key 'k' is a builtins.object"),
        (lambda: Table(columns=["a"], data=[[Table()]]), "which a table cannot keep"),
        (lambda: Table(dataframe=[1]), "A builtins.list is no data frame"),
        (lambda: Table(columns=["a"], dataframe=pa.table({"a": [1]})), "give neither"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(make: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        make()


def test_a_refused_row_leaves_the_table_as_it_was() -> None:
    table = Table(columns=["a", "b"], data=[[1, 2]])

    with pytest.raises(InvalidInputError):
        table.add_data(1, object())

    assert table.data == [[1, 2]]


def test_an_unknown_column_names_those_that_are_there() -> None:
    with pytest.raises(NotFoundError, match="no column 'c', but 'a', 'b'"):
        Table(columns=["a", "b"]).get_column("c")


CELLS: list[list[Any]] = [
    [1, 2, None],
    [1.0, 2.5],
    [True, False, None],
    ["a", None, "日本"],
    [b"\x00\xff", None],
    [datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC), None],
    [datetime.date(2026, 11, 3)],
    [decimal.Decimal("1.50")],
    [[1, 2], [], None],
    [{"a": 1}, {"b": [2, None]}, {}],
    [1, "two", None, 3.5, True, b"six"],
    [2**70, 1],
    [[1, "a"], {"b": [1.5]}],
    [float("inf"), -1.0],
    ["a", b"a"],
    [datetime.date(2026, 11, 3), datetime.datetime(2026, 11, 3, 12)],
    [datetime.datetime(2026, 11, 3, 12), datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC)],
    [{"at": datetime.datetime(2026, 11, 3, 12), "on": datetime.date(2026, 11, 3), "in": datetime.time(12)}],
    [{"took": datetime.timedelta(1, 2, 3), "price": decimal.Decimal("1.50"), "raw": b"\xff"}],
    [{"_date": "no date"}, {"_object": {"_float": "x"}}, {"_array": 1}],
    [],
    [None, None],
]


@pytest.mark.parametrize("cells", CELLS, ids=str)
def test_values_come_back_as_they_were(cells: list[Any]) -> None:
    table = Table(columns=["a"], data=[[value] for value in cells])

    back = read_back(table)

    assert back.columns == ["a"]
    assert back.get_column("a") == cells
    assert [type(value) for value in back.get_column("a")] == [type(value) for value in cells]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab_", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(JSON, max_size=6))
def test_any_mixture_of_values_comes_back(cells: list[Any]) -> None:
    table = Table()
    table.add_column("a", cells)

    assert read_back(table).get_column("a") == cells


def test_what_is_no_number_comes_back() -> None:
    table = Table(columns=["alone", "mixed", "nested"], data=[[float("nan"), float("nan"), [float("nan")]]])
    table.add_data(1.0, "text", ["x"])

    row = read_back(table).data[0]

    assert np.isnan(row[0]) and np.isnan(row[1]) and np.isnan(row[2][0])


ARRAYS = [
    np.arange(12, dtype=np.float32).reshape(3, 4),
    np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
    np.array([True, False, True]),
    np.array([1.5], dtype=np.float16),
    np.array([[1 + 2j]]),
    np.array([], dtype=np.float64),
    np.zeros((0, 3), dtype=np.int16),
    np.array(["a", "bc"]),
    np.array(["2026-11-03"], dtype="datetime64[D]"),
    np.arange(4, dtype=">i4"),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_arrays_keep_shape_and_type(array: Any) -> None:
    table = Table(columns=["x"], data=[[array], [None], [array[::-1]]])

    first, gap, last = read_back(table).get_column("x")

    assert gap is None
    for found, put in ((first, array), (last, array[::-1])):
        assert found.shape == put.shape
        assert found.dtype == put.dtype.newbyteorder("=")
        assert np.array_equal(found, put)


def test_arrays_of_many_shapes_and_types_keep_them() -> None:
    arrays: list[Any] = [np.zeros((2, 3), np.int8), np.ones(4, np.float64), np.array([[True]])]
    table = Table()
    table.add_column("x", arrays)

    found = read_back(table).get_column("x")

    assert [(a.shape, a.dtype, a.tolist()) for a in found] == [(a.shape, a.dtype, a.tolist()) for a in arrays]


def test_a_block_of_arrays_comes_back_as_one_array() -> None:
    images = np.random.default_rng(0).random((50, 8, 8)).astype(np.float32)
    table = Table()
    table.add_column("x_train", images)
    table.add_column("y_train", np.arange(50, dtype=np.int16))

    back = read_back(table)

    x, y = back.get_column("x_train", convert_to="numpy"), back.get_column("y_train", convert_to="numpy")
    assert (x.dtype, x.shape) == (np.float32, (50, 8, 8)) and np.array_equal(x, images)
    assert y.dtype == np.int16 and y.tolist() == list(range(50))


def test_other_readers_see_arrays_as_lists_and_images_as_bytes() -> None:
    image = Image(np.zeros((2, 2)))
    table = Table(columns=["x", "picture"], data=[[np.array([[1, 2], [3, 4]]), image]])

    found = as_arrow(table)

    assert found.column("x").combine_chunks().storage.to_pylist() == [[1, 2, 3, 4]]
    cell = found.column("picture").to_pylist()[0]
    assert (cell["bytes"], cell["path"]) == (image.png(), "0.png")


def test_a_parquet_file_of_others_is_read() -> None:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"a": [1, 2], "b": [["x"], None]}), buffer)

    table = Table._restored(Kept(buffer.getvalue(), {}))

    assert table.data == [[1, ["x"]], [2, None]]


def test_a_row_is_what_its_buffer_held_then() -> None:
    buffer = np.zeros(2)
    table = Table(columns=["x"])

    for value in (1, 2):
        buffer[:] = value
        table.add_data(buffer)

    assert table.get_column("x", convert_to="numpy").tolist() == [[1, 1], [2, 2]]


def test_a_column_is_what_its_array_held_then() -> None:
    block = np.zeros((2, 3))
    table = Table()

    table.add_column("x", block)
    block[:] = 9

    assert table.get_column("x", convert_to="numpy").tolist() == [[0, 0, 0], [0, 0, 0]]


def test_time_spans_of_numpy_keep_their_length() -> None:
    table = Table(columns=["x"], data=[[np.timedelta64(1_500_000_000, "ns")], [{"x": np.timedelta64(2_000, "ns")}]])
    spans = Table(columns=["x"], data=[[np.timedelta64(1_500_000_000, "ns")]])

    assert read_back(table).get_column("x")[1] == {"x": datetime.timedelta(microseconds=2)}
    assert read_back(spans).get_column("x") == [datetime.timedelta(seconds=1.5)]


def test_texts_that_are_no_unicode_are_kept_with_a_question_mark() -> None:
    table = Table(columns=["x"], data=[["a\udcff"], ["b"]])

    assert read_back(table).get_column("x") == ["a?", "b"]


def test_media_in_cells_come_back() -> None:
    image = Image(np.eye(3), caption="一", masks={"truth": {"mask_data": np.eye(3, dtype=int)}})
    table = Table(columns=["picture", "page"], data=[[image, Html("<b>1</b>")], [None, None]])

    back = read_back(table)

    picture, page = back.data[0]
    assert (picture.png(), picture.caption) == (image.png(), "一")
    assert picture.masks["truth"]["mask_data"].tolist() == np.eye(3, dtype=int).tolist()
    assert page.html == "<b>1</b>"
    assert back.data[1] == [None, None]


def test_images_become_an_array() -> None:
    table = Table(columns=["x"], data=[[Image(np.full((2, 2), value, np.uint8))] for value in (3, 4)])

    assert table.get_column("x", convert_to="numpy").tolist() == [[[3, 3], [3, 3]], [[4, 4], [4, 4]]]


def test_media_and_other_values_in_one_column_are_refused() -> None:
    table = Table(columns=["x"], data=[[Html("a")], [1]])

    with pytest.raises(InvalidInputError, match="The column 'x' holds media and other values"):
        table._kept()


@pytest.mark.parametrize(
    ("cells", "array"),
    [
        ([1, None, 3], [1.0, np.nan, 3.0]),
        (["a", "b"], ["a", "b"]),
        ([[1], [1, 2]], [[1], [1, 2]]),
        ([np.zeros(1), np.zeros(2)], [[0.0], [0.0, 0.0]]),
    ],
)
def test_columns_become_arrays(cells: list[Any], array: list[Any]) -> None:
    table = Table()
    table.add_column("x", cells)

    found = table.get_column("x", convert_to="numpy")

    assert isinstance(found, np.ndarray)
    assert len(found) == len(array)
    assert all(np.array_equal(a, b, equal_nan=isinstance(b, float)) for a, b in zip(found, array, strict=True))


def test_a_long_table_is_cut_when_it_is_logged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Table, "MAX_ROWS", 2)
    table = Table(columns=["a"], data=[[1], [2], [3]])

    file = table.as_file("t", 0)

    assert (file.value["rows"], file.value["columns"]) == (2, ["a"])
    assert Table._restored(Kept(file.content, {})).data == [[1], [2]]
    assert "the table 't' has 3 rows; the first 2 are logged" in capsys.readouterr().err
    assert len(table) == 3


def test_a_table_too_long_for_an_artifact_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "MAX_ARTIFACT_ROWS", 2)

    with pytest.raises(InvalidInputError, match=r"at most 2 rows, and this one 3.*MAX_ARTIFACT_ROWS"):
        Table(columns=["a"], data=[[1], [2], [3]])._kept()


def test_an_arrow_table_is_taken() -> None:
    assert Table(dataframe=pa.table({"a": [1, None], "b": ["x", "y"]})).data == [[1, "x"], [None, "y"]]
    assert Table(data=pa.table({"a": [1]})).data == [[1]]


def test_a_data_frame_of_pandas_is_taken_and_given() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(
        {
            "f": np.array([1.5, np.nan], dtype=np.float32),
            "i": pandas.array([1, None], dtype="Int64"),
            "s": ["a", None],
            "t": pandas.to_datetime(["2026-11-03", None]),
            "x": [np.zeros(2), np.ones(2)],
        }
    )

    table = Table(dataframe=frame)
    back = read_back(table)

    assert table.columns == ["f", "i", "s", "t", "x"]
    assert back.get_column("f")[0] == 1.5 and np.isnan(back.get_column("f")[1])
    assert back.get_column("f", convert_to="numpy").dtype == np.float32
    assert back.get_column("i") == [1, None]
    assert back.get_column("s") == ["a", None]
    assert [None if t is None else t.isoformat() for t in back.get_column("t")] == ["2026-11-03T00:00:00", None]
    assert back.get_column("x", convert_to="numpy").tolist() == [[0, 0], [1, 1]]
    assert back.get_dataframe().shape == (2, 5)
    assert Table(data=frame).columns == table.columns


def test_a_data_frame_of_polars_is_taken() -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.DataFrame(
        {"a": [1, 2], "b": [None, "x"], "c": [[1], [2, 3]], "d": [None, 2.5]}, schema_overrides={"a": polars.Int8}
    )

    back = read_back(Table(dataframe=frame))

    assert back.data == [[1, None, [1], None], [2, "x", [2, 3], 2.5]]
    assert back.get_column("a", convert_to="numpy").dtype == np.int8
    assert Table(dataframe=frame.lazy()).data == back.data
