from __future__ import annotations

import base64
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from geo_integration.errors import OutputError, SourceError
from geo_integration.outputs.maps import blocks
from geo_integration.outputs.maps.blocks import MISSING, pack, unpack

DTYPES = [np.dtype(code) for code in blocks.TYPES.values()]
COLUMNS = st.dictionaries(
    st.text(max_size=4),
    st.sampled_from(DTYPES).flatmap(lambda dtype: npst.arrays(dtype, st.integers(0, 40))),
    max_size=4,
)


def raw(text):
    return gzip.decompress(base64.b64decode(text))


@given(COLUMNS, st.data())
def test_columns_come_back_bit_by_bit(columns, data):
    whole = sorted(name for name, values in columns.items() if values.dtype.kind != "f")
    delta = data.draw(st.sets(st.sampled_from(whole))) if whole else set()
    text, description = pack(columns, delta=delta)
    back = unpack(text, [list(entry) for entry in description])
    assert list(back) == list(columns)
    for name, values in columns.items():
        assert back[name].dtype == values.dtype
        assert back[name].tobytes() == values.tobytes()


@given(COLUMNS)
def test_what_is_not_compressed_comes_back_too(columns):
    text, description = pack(columns, plain=True)
    assert text[0] == "."
    back = unpack(text, description)
    assert [v.tobytes() for v in back.values()] == [v.tobytes() for v in columns.values()]
    with pytest.raises(SourceError, match="beschädigt"):
        unpack("." + base64.b64encode(b"abc").decode("ascii"), [("a", "u8", 2, "")])


def test_low_bytes_stand_before_high_ones():
    text, description = pack({"a": np.array([1, 0x0203], "<u2"), "b": np.array([9], np.uint8)})
    assert raw(text) == bytes([1, 3, 0, 2, 9])
    assert description == [("a", "u16", 2, ""), ("b", "u8", 1, "")]


def test_steps_run_round():
    text, description = pack({"a": np.array([250, 2, 1], np.uint8)}, delta=("a",))
    assert raw(text) == bytes([250, 8, 255])
    assert description == [("a", "u8", 3, "delta")]


def test_big_endian_numbers_are_the_same_numbers():
    assert pack({"a": np.array([1, 2], ">u2")}) == pack({"a": np.array([1, 2], "<u2")})


def test_every_other_value_of_a_sliced_column_is_packed_as_it_is():
    text, description = pack({"a": np.arange(10, dtype=np.uint32)[::2]}, delta=("a",))
    assert unpack(text, description)["a"].tolist() == [0, 2, 4, 6, 8]


def test_same_columns_give_the_same_text_at_any_time():
    columns = {"a": np.arange(1000, dtype=np.uint16)}
    text, _ = pack(columns)
    assert text == pack(columns)[0]
    header = base64.b64decode(text)[:10]
    assert header[3:8] == bytes(5)  # no name, no time
    assert header[9] == 255  # no operating system


def test_missing_is_the_highest_value():
    for name, value in MISSING.items():
        assert value == np.iinfo(blocks.TYPES[name]).max


@pytest.mark.parametrize(
    "values", [np.zeros(2), np.zeros(2, np.int64), np.zeros((2, 2), np.uint8), np.array(["a"])]
)
def test_other_types_and_tables_are_refused(values):
    with pytest.raises(OutputError, match=r"Spalte zahl .* lässt sich nicht in die Karte"):
        pack({"zahl": values})


def test_floats_have_no_steps():
    with pytest.raises(OutputError, match=r"'delta'.* lässt sich nicht"):
        pack({"zahl": np.zeros(2, np.float32)}, delta=("zahl",))


@pytest.mark.parametrize("count", [0, 9, 11, -1, 1 << 40])
def test_a_block_of_another_length_is_refused(count):
    text, _ = pack({"a": np.arange(10, dtype=np.uint8)})
    with pytest.raises(SourceError, match="Datenblock"):
        unpack(text, [("a", "u8", count, "")])


def test_a_bomb_is_not_unpacked():
    bomb = base64.b64encode(gzip.compress(bytes(50_000_000))).decode()
    with pytest.raises(SourceError, match="10 Bytes erwartet, 11 gefunden"):
        unpack(bomb, [("a", "u8", 10, "")])


def test_what_follows_the_block_is_not_overlooked():
    text, description = pack({"a": np.arange(10, dtype=np.uint8)})
    more = base64.b64encode(base64.b64decode(text) + b"more").decode()
    with pytest.raises(SourceError, match="beschädigt"):
        unpack(more, description)


ANYTHING = st.recursive(
    st.none()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["u8", "delta"]),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=12,
)


@given(st.text(max_size=20) | st.just(pack({"a": np.zeros(3, np.uint8)})[0]), ANYTHING)
def test_damaged_blocks_are_faults_of_the_source(text, description):
    try:
        unpack(text, description)
    except SourceError:
        return
    assert description in ([], "") or text


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_byte_never_gives_other_numbers(at, change):
    values = np.arange(40, dtype=np.uint8)
    text, description = pack({"a": values})
    data = bytearray(base64.b64decode(text))
    data[at % len(data)] ^= change
    try:
        found = unpack(base64.b64encode(data).decode(), description)["a"]
    except SourceError:
        return
    assert found.tolist() == values.tolist()  # only parts of the header say nothing of the data
