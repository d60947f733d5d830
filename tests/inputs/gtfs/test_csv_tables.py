from __future__ import annotations

import functools

import pytest
from made_feeds import BASE, CRS, FLAGS, PLAIN, hops, read_made, said, stop_times, write_made

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.files import read_files
from geo_integration.inputs.timetable import read_feeds
from geo_integration.profile import Transit

SIGNED = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,stop_headsign"
AROUND = (7.0, 53.0, 9.0, 54.0)


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def signed(*signs):
    """The base's calls, each with what stands on the vehicle."""
    rows = BASE["stop_times.txt"].splitlines()[1:]
    return stop_times(
        *(f"{row},{sign}" for row, sign in zip(rows, signs, strict=True)), head=SIGNED
    )


@pytest.fixture(params=[None, AROUND])
def calls(request, tmp_path, faults):
    """Calls of a feed with other stop times, all of it or only near the stops."""

    def _calls(text):
        path = write_made(tmp_path / "gtfs.zip", stop_times=text)
        return hops(read_feeds([path], Transit(), CRS, faults, bounds=request.param))

    return _calls


# Quotation marks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "signs",
    [
        ('"Hafen', "Hafen", "Hafen"),
        ('"Hafen', "x", '"Hafen'),
        ('"Hafen', "x", 'Hafen"'),
        ('"Alte Post" Jever', "x", "x"),
        ("x", '"Zur Krone, Jever', "x"),
    ],
)
def test_a_stray_mark_in_a_column_that_is_not_read_loses_no_line_and_is_noted(calls, faults, signs):
    assert calls(signed(*signs)) == PLAIN
    assert "Anführungszeichen ohne Gegenstück" in said(faults)


def test_the_note_names_the_first_line_with_a_stray_mark(feed, faults):
    feed(stop_times=signed("x", '"Hafen', "x"))
    assert [(f["column"], f["row"]) for f in faults] == [("stop_times.txt", 3)]
    assert faults[0]["found"] == 'T,08:10:00,08:11:00,Q,2,"Hafen'


@pytest.mark.parametrize("sign", ['"Zum\nHafen"', '"Zum\n\nHafen, Tor 2"', '5" Rohr', '"a ""b"""'])
def test_values_of_several_lines_and_proper_marks_are_read_without_a_word(calls, faults, sign):
    assert calls(signed(sign, sign, sign)) == PLAIN
    assert faults == []


def test_a_line_that_can_be_read_in_two_ways_is_refused_by_file_and_line(calls):
    # The mark of line 3 is never closed, and what follows it is no whole row.
    text = BASE["stop_times.txt"].replace("T,08:10:00,08:11:00,Q,2", 'T,"08:10:00')
    with pytest.raises(FeedError, match=r"gtfs\.zip: stop_times\.txt, Zeile 3: .*verdoppeln"):
        calls(text)


def test_stray_marks_in_trips_and_stops_lose_no_row(feed):
    found = feed(
        trips='route_id,service_id,trip_id,trip_headsign\nL,S,T,"Hafen\nL,S,U,x\nL,S,V,"Hafen\n',
        stops='stop_id,stop_name,stop_lat,stop_lon,stop_desc\nP,"P,53.5,8,\nQ,Q,53.51,8,"x\n'
        "R,R,53.54,8,\n",
        stop_times=stop_times(*(
            f"{trip},0{i}:00:00,0{i}:00:00,P,1\n{trip},0{i}:10:00,0{i}:10:00,R,2"
            for i, trip in enumerate("TUV", start=6)
        )),
    )  # fmt: skip
    assert [h[0] for h in hops(found)] == ["T", "U", "V"]
    assert found.stops["name"].tolist() == ["P", "R"]


def test_the_bounds_hold_also_where_the_table_is_read_line_by_line(tmp_path, faults):
    # T runs near P, U far in the south.
    path = write_made(
        tmp_path / "large.zip",
        stops=BASE["stops.txt"] + "V,V,50.0,10.0\nW,W,50.1,10.0\n",
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=signed('"Hafen', "x", "x")
        + "U,08:00:00,08:00:00,V,1,\nU,08:10:00,08:10:00,W,2,\n",
    )
    near = read_feeds([path], Transit(), CRS, faults, bounds=AROUND)
    assert hops(near) == PLAIN
    assert near.trips["trip_id"].tolist() == ["T"]


# Rows with too many values ----------------------------------------------------------------------


def test_a_row_with_text_beyond_the_last_column_is_left_out_and_named(calls, faults):
    # "Jever, Markt" without marks would make Q a stop where nobody may board.
    rows = ["T,08:00:00,08:00:00,P,1,Jever,0,0", "T,08:10:00,08:11:00,Q,2,Jever, Markt,1,1",
            "T,08:20:00,08:20:00,R,3,Jever,0,0"]  # fmt: skip
    head = FLAGS.replace("stop_sequence", "stop_sequence,stop_headsign")
    assert calls(stop_times(*rows, head=head)) == [("T", "P", "R", "8:00", "8:20")]
    assert [(f["column"], f["row"], f["severity"]) for f in faults] == [
        ("stop_times.txt", 3, "rejected")
    ]
    assert "Markt" in faults[0]["found"]
    assert "nicht verwendet" in said(faults)


@pytest.mark.parametrize("added", [",", ",,", ", ,"])
def test_empty_values_beyond_the_last_column_shift_nothing(calls, faults, added):
    head, *rows = BASE["stop_times.txt"].splitlines()
    assert calls(stop_times(*(row + added for row in rows), head=head)) == PLAIN
    assert faults == []


def test_text_far_beyond_the_last_column_is_found(calls, faults):
    text = BASE["stop_times.txt"].replace("Q,2", "Q,2" + 30 * "," + "x")
    assert calls(text) == [("T", "P", "R", "8:00", "8:20")]
    assert [f["row"] for f in faults] == [3]


def test_too_many_values_beside_stray_marks_are_named_too(feed, faults):
    found = feed(stop_times=signed('"Hafen', "Jever, Markt", "x"))
    assert [h[1:3] for h in hops(found)] == [("P", "R")]
    assert sorted(f["row"] for f in faults) == [2, 3]


def test_a_table_in_which_all_rows_have_too_many_values_is_refused(feed):
    with pytest.raises(FeedError, match=r"stops\.txt: alle 3 Zeilen haben mehr Werte"):
        feed(stops="stop_id,stop_lat,stop_lon\nP,P,53.5,8\nQ,Q,53.51,8\nR,R,53.54,8\n")


# Separators, encodings, headers -----------------------------------------------------------------


@pytest.mark.parametrize(("separator", "named"), [(";", "Semikolon"), ("\t", "Tabulator")])
def test_another_separator_is_recognised_and_noted(feed, faults, separator, named):
    other = {name: text.replace(",", separator) for name, text in BASE.items()}
    assert hops(feed(**other)) == PLAIN
    assert {f["column"] for f in faults} == set(BASE)
    assert f"{named} statt Komma" in said(faults)


def test_marks_and_surplus_are_seen_with_another_separator(feed, faults):
    text = signed('"Hafen', "Jever; Markt", "Süd, Ost").replace(",", ";").replace("; O", ", O")
    assert [h[1:3] for h in hops(feed(stop_times=text))] == [("P", "R")]
    assert sorted(f["row"] for f in faults if f["row"]) == [2, 3]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_read_and_noted(feed, faults, encoding):
    text = BASE["stops.txt"].replace("Halt Q", "Süd")
    data = text.encode(encoding) if encoding == "utf-16" else ("\ufeff" + text).encode(encoding)
    found = feed(stops=data)
    assert found.stops["name"].tolist() == ["Halt P", "Süd", "Halt R"]
    assert "UTF-16" in said(faults)


def test_headers_in_capitals_are_recognised_and_noted(feed, faults):
    head, rest = BASE["stop_times.txt"].split("\n", 1)
    assert hops(feed(stop_times=f"{head.upper()}\n{rest}")) == PLAIN
    assert "TRIP_ID" in faults[0]["found"]
    assert "anderer Schreibweise" in said(faults)


def test_a_header_as_it_should_be_counts_before_one_in_capitals(feed, faults):
    found = feed(routes="ROUTE_ID,route_id,route_type,route_short_name\nX,L,3,7\n")
    assert found.trips["line"].tolist() == ["7"]
    assert faults == []


def test_what_cannot_be_recognised_is_refused_with_the_header_as_it_stands(feed):
    with pytest.raises(FeedError, match=r"stops\.txt fehlt die Spalte stop_id.*Nummer, Name"):
        feed(stops="Nummer,Name,Breite,Laenge\nP,P,53.5,8\n")


def test_blank_lines_before_the_header_are_counted_but_not_read(feed, faults):
    found = feed(stop_times="\n\n" + signed("x", '"Hafen', "x"))
    assert hops(found) == PLAIN
    # Two blank lines, the header, the first call.
    assert [f["row"] for f in faults] == [5]


def test_all_the_other_columns_stay_unread(tmp_path, faults):
    write_made(tmp_path / "gtfs.zip", stop_times=signed("a", "b", "c"))
    tables = read_files(tmp_path / "gtfs.zip", faults).tables
    assert tables["stop_times.txt"].columns == ["trip_id", "stop_id", "stop_sequence",
                                                "arrival_time", "departure_time"]  # fmt: skip
