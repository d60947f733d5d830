from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.inputs.residents import streams
from geo_integration.inputs.residents.streams import Source, blocks, head_of


def source(data):
    data = data.encode() if isinstance(data, str) else data
    return Source("f.csv", lambda: io.BytesIO(data))


def read(data, wanted=("a", "b")):
    given = source(data)
    return [row for block in blocks(given, head_of(given), wanted) for row in block.rows()]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_separators_and_ends_of_lines_are_found(newline, separator):
    text = newline.join(separator.join(row) for row in (["a", "b"], ["1", "2"], ["3", "4"]))
    assert read(text) == [(2, "1", "2"), (3, "3", "4")]


def test_only_the_wanted_columns_are_read():
    assert read("a;b;c\n1;2;3\n", ["c"]) == [(2, "3")]


def test_rows_are_counted_as_a_spreadsheet_does():
    assert [row[0] for row in read("\n\na;b\n1;2\n\n3;4\n") if row[1]] == [4, 6]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_usual_encodings_are_read(encoding):
    assert read("a;b\nÖsterreich;–\n".encode(encoding)) == [(2, "Österreich", "–")]


def test_small_blocks_give_the_same(monkeypatch):
    text = "a;b\n" + "".join(f"{n};–\n" for n in range(100))
    once = read(text)
    monkeypatch.setattr(streams, "_BLOCK", 7)
    assert read(text) == once
    assert len(once) == 100


def test_more_values_than_headers_are_an_error_that_names_the_place():
    with pytest.raises(SourceError, match=r"f\.csv: keine lesbare Tabelle, ab Zeile 2"):
        read("a;b\n1;2;3\n")


def test_a_header_that_is_there_twice_is_an_error():
    with pytest.raises(SourceError, match="'a' kommt doppelt vor"):
        read("a;a\n1;2\n")


def test_a_file_of_blank_lines_has_no_head():
    assert head_of(source("\n \n")) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(data):
    given_ = source(data)
    head = head_of(given_)
    if head is None:
        return
    try:
        for block in blocks(given_, head, head.headers):
            assert "_row" in block.columns
    except SourceError:
        pass
