from __future__ import annotations

import functools

import pytest
import toy
from made_feeds import (
    BASE,
    CRS,
    PLAIN,
    TUESDAY,
    hops,
    read_made,
    said,
    stop_times,
    write_made,
)

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.files import read_files
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.profile import Transit


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def test_a_folder_of_tables_is_read_like_a_zip(tmp_path, faults):
    folder = tmp_path / "feed"
    folder.mkdir()
    for name, text in BASE.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "notes.txt").write_text("no table", encoding="utf-8")
    assert hops(read_feeds([folder], Transit(), CRS, faults)) == PLAIN


def test_spaces_around_headers_and_values_do_not_matter(feed, faults):
    found = feed(
        routes="route_id , route_short_name, route_type\nL, 7 ,3\n",
        trips=" route_id, service_id ,trip_id \n L,S , T\n",
    )
    assert hops(found) == PLAIN
    assert found.trips["line"].tolist() == ["7"]
    assert faults == []


def test_all_values_quoted_with_windows_line_ends_and_more_columns_and_files_are_read(feed):
    def quoted(text):
        rows = text.rstrip("\n").split("\n")
        return "\ufeff" + "".join(
            ",".join(f'"{v}"' for v in ("x", *row.split(","), "y")) + "\r\n" for row in rows
        )

    found = feed(**{name: quoted(text) for name, text in BASE.items()}, **{"alerts.txt": "?"})
    assert hops(found) == PLAIN


def test_umlauts_of_windows_are_read_and_said(feed, faults):
    found = feed(stops=BASE["stops.txt"].replace("Halt Q", "Süd").encode("cp1252"))
    assert found.stops["name"].tolist() == ["Halt P", "Süd", "Halt R"]
    assert "cp1252" in said(faults)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('"Halt ""Zur Post"""', 'Halt "Zur Post"'),
        ('Halt 5" Rohr', 'Halt 5" Rohr'),
        ('"Halt\nQ"', "Halt\nQ"),
        ('"Halt, Q"', "Halt, Q"),
    ],
)
def test_odd_quotation_marks_lose_no_row(feed, value, name):
    found = feed(stops=BASE["stops.txt"].replace("Halt Q", value))
    assert found.stops["name"].tolist() == ["Halt P", name, "Halt R"]
    assert hops(found) == PLAIN


def test_two_loose_quotation_marks_in_two_rows_do_not_swallow_what_is_between(feed):
    found = feed(stops=BASE["stops.txt"].replace("Halt P", '5" P').replace("Halt R", '6" R'))
    assert found.stops["name"].tolist() == ['5" P', "Halt Q", '6" R']


def test_empty_lines_do_not_count_as_rows(feed, faults):
    found = feed(stop_times=BASE["stop_times.txt"].replace("\n", "\n\n") + "\n\n")
    assert hops(found) == PLAIN
    assert faults == []


def test_a_header_that_stands_twice_is_read_once(feed):
    found = feed(routes="route_id,route_type,route_short_name,route_type\nL,3,7,4\n")
    assert found.trips["route_type"].tolist() == [3]


def test_a_pure_feed_without_stops_file_is_refused(feed):
    with pytest.raises(FeedError, match=r"es fehlt stops\.txt"):
        feed(stops=None)


def test_only_trips_that_call_inside_the_bounds_are_read(tmp_path, faults):
    # T runs from P to R, far from U, which runs from V to W.
    path = write_made(
        tmp_path / "large.zip",
        stops=BASE["stops.txt"] + "V,V,50.0,10.0\nW,W,50.1,10.0\n",
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=BASE["stop_times.txt"] + "U,08:00:00,08:00:00,V,1\nU,08:10:00,08:10:00,W,2\n",
    )
    everything = read_feeds([path], Transit(), CRS, faults)
    near = read_feeds([path], Transit(), CRS, faults, bounds=(7.9, 53.505, 8.1, 53.52))
    assert everything.trips["trip_id"].tolist() == ["T", "U"]
    # Of T all calls are there, also those outside.
    assert hops(near) == PLAIN
    assert near.stops["stop_id"].tolist() == ["P", "Q", "R"]
    assert faults == []


def test_the_same_feed_gives_the_same_connections_twice(tmp_path, faults):
    path = toy.write_zip(tmp_path / "gtfs.zip", toy.toy_gtfs())
    one, two = (
        connections_on(read_feeds([path], Transit(), CRS, faults), TUESDAY) for _ in range(2)
    )
    assert one.equals(two)


# Optional files ---------------------------------------------------------------------------------

HEADS = {
    "frequencies": "trip_id,start_time,end_time,headway_secs\n",
    "transfers": "from_stop_id,to_stop_id,transfer_type\n",
    "feed_info": "feed_start_date,feed_end_date\n",
    "agency": "agency_id,agency_timezone\n",
    "booking_rules": "booking_rule_id\n",
    "calendar_dates": "service_id,date,exception_type\n",
    "location_groups": "location_group_id\n",
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("text", ["", "\n", "\ufeff\r\n"])
def test_an_optional_file_without_content_is_as_if_absent_and_noted(feed, faults, name, text):
    assert hops(feed(**{name: text})) == PLAIN
    assert [f["column"] for f in faults] == [f"{name}.txt"]
    assert "ist leer" in said(faults)


@pytest.mark.parametrize("name", HEADS)
def test_an_optional_file_with_nothing_but_its_header_is_as_if_absent(feed, faults, name):
    assert hops(feed(**{name: HEADS[name]})) == PLAIN
    assert faults == []


def test_an_optional_file_with_a_strange_header_and_no_row_is_as_if_absent(feed):
    assert hops(feed(frequencies="Fahrt;Takt\n")) == PLAIN


@pytest.mark.parametrize("name", ["stops", "trips", "routes", "stop_times"])
def test_a_file_that_is_needed_but_empty_is_named(feed, name):
    with pytest.raises(FeedError, match=rf"{name}\.txt ist leer"):
        feed(**{name: ""})


def test_transfers_need_no_stops_where_they_name_trips(feed, tmp_path, faults):
    # T and U meet at Q; the vehicle of T goes on as U.
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=stop_times("T,08:00:00,08:00:00,P,1", "T,08:10:00,08:10:00,Q,2",
                              "U,08:10:00,08:10:00,Q,1", "U,08:20:00,08:20:00,R,2"),
        transfers="from_trip_id,to_trip_id,transfer_type\nT,U,4\n",
    )  # fmt: skip
    assert connections_on(found, TUESDAY)["next_run"].tolist() == [1, -1]
    tables = read_files(tmp_path / "gtfs.zip", faults).tables
    assert tables["transfers.txt"]["from_stop_id"].to_list() == [""]
    assert tables["transfers.txt"]["to_stop_id"].to_list() == [""]


def test_ids_of_trips_outside_the_bounds_are_known(tmp_path, faults):
    path = write_made(tmp_path / "gtfs.zip")
    assert read_files(path, faults).elsewhere.to_list() == []
    assert read_files(path, faults, bounds=(0, 0, 1, 1)).elsewhere.to_list() == ["T"]
    assert read_files(path, faults, bounds=(7, 53, 9, 54)).elsewhere.to_list() == []
