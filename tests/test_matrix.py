"""`geo-integration travel-times`, on the toy county's timetable."""

from __future__ import annotations

import json
import os

import geopandas as gpd
import networkx as nx
import osmnx
import polars as pl
import pytest
import shapely
import toy
from click.testing import CliRunner

from geo_integration import matrix
from geo_integration.cli import cli


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("matrix")
    toy.write_zip(folder / "bus.zip", toy.toy_gtfs())
    for name, stops in (("homes", "ADF"), ("courses", "BC")):
        rows = [
            f"{s},{lon:.7f},{lat:.7f}" for s in stops for lon, lat in [toy.lonlat(*toy.STOPS[s])]
        ]
        (folder / f"{name}.csv").write_text("\n".join(["id,lon,lat", *rows]), encoding="utf-8")
    return folder


def call(files, *words, out="times.csv", origins="homes.csv"):
    """Call the command, and read what it wrote."""
    words = [str(w) for w in words]
    places = ["--origins", files / origins, "--destinations", files / "courses.csv"]
    command = ["travel-times", *places, *words, "-o", files / out]
    return CliRunner().invoke(cli, [str(word) for word in command])


def by_bus(files, *words, **options):
    return call(
        files, "--gtfs", files / "bus.zip", "--date", toy.SCHOOL_DAY.isoformat(),
        "--max-walk-minutes", 5, *words, **options,
    )  # fmt: skip


def read(files, result, out="times.csv"):
    assert result.exit_code == 0, result.output
    table = pl.read_csv(files / out) if out.endswith(".csv") else pl.read_parquet(files / out)
    columns = [c for c in table.columns if c.startswith("travel")]
    return {row[:2]: row[2:] for row in table.rows()}, columns


def test_every_departure_minute_counts_and_every_pair_is_there(files):
    # A 8:30 - B 8:40 - C 8:50, the next one 9:40. Who leaves A at 8:15 to 8:30 is at B after 25 to
    # 10 minutes, at 8:31 to 8:44 after 79 to 66. The 2nd, 15th, 29th shortest of 30: 11, 24, 78.
    found = by_bus(files, "--depart", "8:15", "--window", 30, "--percentiles", "5,50,95")
    times, columns = read(files, found)
    assert columns == [f"travel_time_p{p}_min" for p in ("05", "50", "95")]
    assert times["A", "B"] == (11, 24, 78)
    assert times["A", "C"] == (21, 34, 88)
    # F has only the call-bus, D the school bus at 9:30, which is at B at 9:45.
    assert times["F", "B"] == (None, None, None)
    assert times["D", "B"] == (62, 75, 89)
    assert len(times) == 6


def test_one_departure_has_one_time(files):
    found = by_bus(files, "--depart", "08:15", "--window", 1, "--percentiles", "5,95")
    times, _ = read(files, found)
    assert times["A", "B"] == (25, 25)


def test_arriving_by_counts_the_wait_until_then(files):
    found = by_bus(files, "--depart", "8:45", "--arrive-by", "--window", 1, "--max-minutes", 60)
    times, _ = read(files, found)
    assert times["A", "B"] == (15,)
    assert times["A", "C"] == (None,)


def test_what_takes_too_long_or_too_many_rides_is_no_way(files):
    # D 9:30 - B 9:45, B 9:50 - C 10:00.
    for extra, minutes in (((), 30), (("--max-rides", 1), None), (("--max-minutes", 29), None)):
        times, _ = read(files, by_bus(files, "--depart", "9:30", "--window", 1, *extra))
        assert times["D", "C"] == (minutes,)


def test_call_buses_count_only_when_asked_for(files):
    # F 17:00 - B 17:40.
    for modes, minutes in (("walk,transit", None), ("walk,transit,on_demand", 40)):
        found = by_bus(files, "--depart", "17:00", "--window", 1, "--modes", modes)
        times, _ = read(files, found)
        assert times["F", "B"] == (minutes,)


def test_parquet_holds_the_same_as_csv(files):
    words = ("--depart", "8:15", "--window", 30)
    one = read(files, by_bus(files, *words))
    other = read(files, by_bus(files, *words, out="times.parquet"), "times.parquet")
    assert one == other


def test_the_file_beside_names_inputs_date_and_method(files):
    result = by_bus(files, "--depart", "8:15")
    assert result.exit_code == 0
    about = json.loads((files / "times.csv.json").read_text(encoding="utf-8"))
    assert set(about["inputs"]) == {"homes.csv", "courses.csv", "bus.zip"}
    assert about["date"] == "2026-09-29"
    assert about["window"]["minutes"] == 60
    assert len(about["outputs"]["times.csv"]) == 64
    assert str(files) not in json.dumps(about)
    assert "Luftlinie mal 1,3" in result.output
    assert "Verkehrstag 29.09.2026: 15 Fahrten" in result.output


def test_on_foot_no_timetable_is_needed(files):
    result = call(files, "--modes", "walk", "--walk-kmh", 6, "--max-minutes", 60)
    times, columns = read(files, result)
    assert columns == ["travel_time_min"]
    # 2 km in a straight line, times 1.3, at 6 km/h.
    assert times["A", "B"][0] == pytest.approx(26, abs=0.2)
    assert times["A", "C"][0] == pytest.approx(52, abs=0.4)
    assert times["F", "B"][0] == pytest.approx(26 * 2**0.5, abs=0.3)


def test_a_place_without_coordinates_stays_as_a_row(files):
    text = (files / "homes.csv").read_text(encoding="utf-8")
    (files / "gap.csv").write_text(text + "\nX,,\n", encoding="utf-8")
    result = by_bus(files, "--depart", "8:15", origins="gap.csv")
    times, _ = read(files, result)
    assert times["X", "B"] == (None,)
    assert "gap.csv, Zeile 5" in result.output


def test_several_timetables_may_follow_one_option(files):
    (files / "twin.zip").write_bytes((files / "bus.zip").read_bytes())
    one = read(files, by_bus(files, "--depart", "8:15"))
    both = call(
        files, "--gtfs", files / "bus.zip", files / "twin.zip", "--date", "29.09.2026",
        "--depart", "8:15", "--max-walk-minutes", 5,
    )  # fmt: skip
    assert read(files, both) == one


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--gtfs, --date, --depart"),
        (("--gtfs", "nowhere.zip", "--date", "2026-09-29", "--depart", "8:00"), "nowhere.zip"),
        (("--modes", "walk", "--percentiles", "5;50"), "--percentiles"),
        (("--modes", "walk", "--depart", "8 Uhr"), "--depart"),
        (("--modes", "walk", "--streets", "nowhere.osm"), "nowhere.osm"),
    ],
)
def test_what_is_missing_or_wrong_is_named(files, words, said):
    result = call(files, *words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_the_result_is_parquet_or_csv(files):
    result = call(files, "--modes", "walk", out="times.xlsx")
    assert result.exit_code == 2
    assert ".parquet oder .csv" in result.output


@pytest.mark.parametrize("date", ["2027-09-29", "2026-10-10"])
def test_a_day_without_service_is_an_error_and_no_empty_table(files, date):
    result = call(files, "--gtfs", files / "bus.zip", "--date", date, "--depart", "8:00",
                  out="none.csv")  # fmt: skip
    assert result.exit_code == 2
    assert "fährt nach dem Fahrplan nichts" in result.output
    assert not (files / "none.csv").exists()


def test_a_day_with_much_less_than_usual_is_told(files):
    feed = toy.toy_gtfs()
    feed["calendar_dates.txt"] += "\nSCHOOL,20260930,2\nWD,20260930,2\nSUN,20260930,1"
    toy.write_zip(files / "strike.zip", feed)
    result = call(files, "--gtfs", files / "strike.zip", "--date", "2026-09-30", "--depart", "8:00")
    assert result.exit_code == 0
    assert "WARNUNG" in result.output


def test_buses_at_random_times_are_ranked_over_many_draws(files):
    # A bus every 20 minutes, without fixed times: the wait is anything from 0 to 20 minutes.
    feed = toy.toy_gtfs()
    feed["frequencies.txt"] = (
        "trip_id,start_time,end_time,headway_secs,exact_times\ne0830,07:00:00,11:00:00,1200,0"
    )
    toy.write_zip(files / "often.zip", feed)
    result = call(
        files, "--gtfs", files / "often.zip", "--date", "2026-09-29", "--depart", "8:00",
        "--window", 20, "--percentiles", "5,50,95", "--max-walk-minutes", 5,
    )  # fmt: skip
    times, _ = read(files, result)
    low, middle, high = times["A", "B"]
    assert 10 <= low < 12
    assert middle == pytest.approx(20, abs=1)
    assert 28 < high <= 30
    assert f"{matrix.DRAWS} Ziehungen" in result.output


def test_a_matrix_without_any_way_is_told(files):
    result = by_bus(files, "--depart", "23:00")
    assert result.exit_code == 0
    assert "WARNUNG: kein einziges Paar hat einen Weg" in result.output


def test_a_folder_of_text_files_is_a_timetable_too(files):
    folder = files / "feed"
    folder.mkdir()
    for name, text in toy.toy_gtfs().items():
        (folder / name).write_text(text, encoding="utf-8")
    result = call(
        files, "--gtfs", folder, "--date", "2026-09-29", "--depart", "8:15", "--window", 1,
        "--max-walk-minutes", 5,
    )  # fmt: skip
    times, _ = read(files, result)
    assert times["A", "B"] == (25,)


# Where the places lie ---------------------------------------------------------------------------


def with_row(files, name, *rows):
    """Write the homes with further rows."""
    text = (files / "homes.csv").read_text(encoding="utf-8")
    (files / name).write_text("\n".join([text, *rows]), encoding="utf-8")
    return name


@pytest.mark.parametrize(
    ("row", "likely"),
    [("X,53.5,8.1", "vertauscht"), ("X,128.1,53.5", "bitte prüfen"), ("X,8.1,-53.5", "bitte")],
)
def test_one_bad_origin_is_named_and_changes_no_other_number(files, row, likely):
    words = ("--modes", "walk", "--max-minutes", 120)
    good, _ = read(files, call(files, *words))
    result = call(files, *words, origins=with_row(files, "typo.csv", row))
    bad, _ = read(files, result)
    assert {pair: bad[pair] for pair in good} == good
    assert bad["X", "B"] == (None,)
    line = next(line for line in result.output.splitlines() if "typo.csv, Zeile 5" in line)
    assert " km von der Mitte der Orte" in line
    assert likely in line


def test_a_bad_destination_is_named_too(files):
    text = (files / "courses.csv").read_text(encoding="utf-8")
    (files / "far.csv").write_text(text + "\nX,53.5,8.1\n", encoding="utf-8")
    result = call(files, "--modes", "walk", "--destinations", files / "far.csv")
    assert result.exit_code == 0
    assert "far.csv, Zeile 4" in result.output


def test_of_thousands_of_bad_rows_some_are_shown_and_all_are_kept(files):
    rows = [f"x{i},{i},95" for i in range(50)]
    result = call(files, "--modes", "walk", origins=with_row(files, "many.csv", *rows))
    shown = [line for line in result.output.splitlines() if line.startswith("many.csv, Zeile")]
    assert len(shown) == 20
    assert "… und 30 weitere; alle stehen in times.csv.json" in result.output
    about = json.loads((files / "times.csv.json").read_text(encoding="utf-8"))
    assert sum("many.csv, Zeile" in note for note in about["notes"]) == 50


# What is written, and what is never replaced -----------------------------------------------------


def refused(files, out, *words, **options):
    """Call, and return the one line that says why nothing was computed."""
    before = {p: p.read_bytes() for p in files.iterdir() if p.is_file()}
    result = call(files, "--modes", "walk", *words, out=out, **options)
    assert result.exit_code == 2, result.output
    assert {p: p.read_bytes() for p in files.iterdir() if p.is_file()} == before
    assert len(result.output.splitlines()) == 1
    return result.output


def test_an_input_is_never_replaced(files):
    assert "ist eine der Eingaben" in refused(files, "homes.csv")
    assert "ist eine der Eingaben" in refused(files, f"../{files.name}/courses.csv")


def test_an_input_by_another_name_is_never_replaced(files):
    os.link(files / "homes.csv", files / "same.csv")
    assert "ist eine der Eingaben" in refused(files, "same.csv")
    (files / "same.csv").unlink()


def test_the_file_beside_never_replaces_an_input(files):
    places = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(8.1, 53.5)], crs="EPSG:4326")
    places.to_file(files / "k.csv.json", driver="GeoJSON")
    assert "k.csv.json: ist eine der Eingaben" in refused(files, "k.csv", origins="k.csv.json")


@pytest.mark.parametrize("name", ["foreign.csv", "foreign.csv.json", "foreign.parquet"])
def test_files_of_others_are_never_replaced(files, name):
    (files / name).write_text('{"name": "mein-projekt"}', encoding="utf-8")
    assert f"{name}: ist eine fremde Datei" in refused(files, name.removesuffix(".json"))
    (files / name).unlink()


def test_a_result_may_be_replaced_and_each_has_its_own_file_beside(files):
    words = ("--modes", "walk")
    for out in ("two.csv", "two.parquet", "two.csv", "two.parquet"):
        assert call(files, *words, out=out).exit_code == 0
    for out in ("two.csv", "two.parquet"):
        about = json.loads((files / f"{out}.json").read_text(encoding="utf-8"))
        assert list(about["outputs"]) == [out]


def test_what_cannot_be_written_is_told_before_anything_is_computed(files, monkeypatch):
    monkeypatch.setattr(matrix, "find_matrix", None)
    (files / "w.csv.json").mkdir(exist_ok=True)
    assert "w.csv.json: ist ein Ordner" in refused(files, "w.csv")


# Time -------------------------------------------------------------------------------------------


def test_the_window_of_arriving_ends_at_the_time_stated(files):
    # At B at 8:40. To be there at 8:41, 8:42 ... 8:45 one leaves A at 8:30.
    found = by_bus(
        files, "--depart", "8:45", "--arrive-by", "--window", 5, "--percentiles", "0,50,100"
    )
    assert read(files, found)[0]["A", "B"] == (11, 13, 15)
    about = json.loads((files / "times.csv.json").read_text(encoding="utf-8"))
    assert about["window"]["first_s"] == toy.seconds("8:41")


def test_a_window_of_arriving_may_begin_on_the_day_before(files):
    result = by_bus(files, "--depart", "0:20", "--arrive-by", "--window", 60)
    assert result.exit_code == 0


def test_calendars_of_many_years_are_read_around_the_date(files):
    feed = toy.toy_gtfs()
    feed["calendar.txt"] = feed["calendar.txt"].replace("20260928,20261025", "19900101,20901231")
    feed.pop("calendar_dates.txt")
    toy.write_zip(files / "long.zip", feed)
    result = call(
        files, "--gtfs", files / "long.zip", "--date", "2071-09-29", "--depart", "8:15",
        "--window", 1, "--max-walk-minutes", 5,
    )  # fmt: skip
    assert read(files, result)[0]["A", "B"] == (25,)


def test_trips_are_counted_by_the_modes_that_are_used(files):
    for modes, trips in (("walk,transit", 15), ("walk,transit,on_demand", 17)):
        result = by_bus(files, "--depart", "8:15", "--modes", modes)
        assert f"Verkehrstag 29.09.2026: {trips} Fahrten\n" in result.output


def test_a_timetable_of_another_year_is_named(files):
    feed = toy.toy_gtfs()
    for name in ("calendar.txt", "calendar_dates.txt"):
        feed[name] = feed[name].replace(",2026", ",2027")
    toy.write_zip(files / "later.zip", feed)
    files_of = ("--gtfs", files / "bus.zip", files / "later.zip")
    result = call(files, *files_of, "--date", "2026-09-29", "--depart", "8:15")
    assert result.exit_code == 0
    assert "15 Fahrten (1:bus.zip: 15, 2:later.zip: 0)" in result.output
    assert "WARNUNG: 2:later.zip gilt von 28.09.2027 bis 25.10.2027" in result.output
    assert "1:bus.zip gilt" not in result.output
    result = call(files, "--gtfs", files / "later.zip", "--date", "2026-09-29", "--depart", "8:15")
    assert result.exit_code == 2
    assert "later.zip gilt von 28.09.2027" in result.output


# Whom the timetable serves -----------------------------------------------------------------------


def test_it_is_told_how_many_places_have_a_stop_in_reach(files):
    lon, lat = toy.lonlat(2, 4)
    name = with_row(files, "lonely.csv", f"N,{lon:.7f},{lat:.7f}")
    result = by_bus(files, "--depart", "8:15", origins=name)
    assert "(5 min): 3 von 4 in lonely.csv, 2 von 2 in courses.csv" in result.output
    assert "WARNUNG" not in result.output


def test_a_timetable_that_serves_nobody_is_told(files):
    lon, lat = toy.lonlat(2, 4)
    (files / "none.csv").write_text(f"id,lon,lat\nN,{lon:.7f},{lat:.7f}\n", encoding="utf-8")
    result = by_bus(files, "--depart", "8:15", origins="none.csv")
    assert result.exit_code == 0
    assert "WARNUNG: kein Ort in none.csv hat eine Haltestelle in Gehweite" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--depart", "3:00"), "zwischen 03:00 und 04:00 fährt an keiner Haltestelle"),
        (("--depart", "3:00", "--arrive-by"), "zwischen 02:00 und 03:00 kommt an keiner"),
    ],
)
def test_hours_without_any_departure_are_told(files, words, said):
    result = by_bus(files, *words)
    assert f"WARNUNG: {said}" in result.output
    assert "an diesem Tag nur von " in result.output


def test_call_buses_that_do_not_run_then_are_told(files):
    words = ("--modes", "walk,transit,on_demand")
    assert "kein Rufbus" in by_bus(files, "--depart", "8:15", *words).output
    assert "kein Rufbus" not in by_bus(files, "--depart", "17:00", *words).output


def test_a_day_with_nothing_but_call_buses_is_an_error_without_them(files):
    feed = toy.toy_gtfs()
    rows = [r for r in feed["trips.txt"].splitlines() if not r.startswith(("R1,", "R2,"))]
    feed["trips.txt"] = "\n".join(rows)
    toy.write_zip(files / "phone.zip", feed)
    result = call(files, "--gtfs", files / "phone.zip", "--date", "2026-09-29", "--depart", "8:15")
    assert result.exit_code == 2
    assert "nur Rufbusse" in result.output


def test_faults_of_a_feed_that_cannot_be_used_are_told_before_the_error(files):
    feed = toy.toy_gtfs()
    lines = feed["stop_times.txt"].splitlines()
    feed["stop_times.txt"] = "\n".join([lines[0], *(line.replace(":", ".") for line in lines[1:])])
    toy.write_zip(files / "dots.zip", feed)
    result = call(files, "--gtfs", files / "dots.zip", "--date", "2026-09-29", "--depart", "8:15")
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert len(lines) > 1
    assert lines[0].startswith("dots.zip")
    assert lines[-1].startswith("Fehler: ")


# Options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["nan", "inf", "-3", "viel"])
@pytest.mark.parametrize("option", ["--max-minutes", "--max-walk-minutes", "--walk-kmh"])
def test_what_is_no_number_in_reason_is_refused(files, option, value):
    result = call(files, "--modes", "walk", option, value)
    assert result.exit_code == 2
    assert f"'{option}': erwartet wird eine Zahl von" in result.output


def test_percentiles_that_are_the_same_are_refused(files):
    result = call(files, "--modes", "walk", "--percentiles", "5,50,5.0")
    assert result.exit_code == 2
    assert "--percentiles" in result.output


def test_options_without_effect_are_told_and_defaults_are_not(files):
    result = call(files, "--modes", "bike", "--percentiles", "5,95", "--walk-kmh", 5)
    assert result.exit_code == 0
    told = [line for line in result.output.splitlines() if "nicht verwendet" in line]
    assert [line.split(":")[0] for line in told] == ["--walk-kmh", "--percentiles"]


def test_a_timetable_that_is_missing_is_an_error_even_on_foot(files):
    result = call(files, "--modes", "walk", "--gtfs", files / "nowhere.zip")
    assert result.exit_code == 2
    assert "nowhere.zip: die Datei fehlt" in result.output


def test_who_stops_it_is_told_so_in_german(files, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(matrix, "find_matrix", stop)
    result = call(files, "--modes", "walk", out="stopped.csv")
    assert result.exit_code == 130
    assert "Abgebrochen; es wurde nichts geschrieben." in result.output
    assert not (files / "stopped.csv").exists()


# Streets ----------------------------------------------------------------------------------------


def write_streets(files, name, *ends):
    """One street through cells of the toy county."""
    nodes = [(i, *toy.lonlat(*at)) for i, at in enumerate(ends, start=1)]
    text = "".join(
        f'<node id="{i}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>' for i, lon, lat in nodes
    )
    inner = "".join(f'<nd ref="{i}"/>' for i, *_ in nodes)
    text += f'<way id="1" version="1">{inner}<tag k="highway" v="residential"/></way>'
    (files / name).write_text(f'<osm version="0.6">{text}</osm>', encoding="utf-8")
    return files / name


def write_places(files, name, **places):
    rows = [
        f"{k},{lon:.7f},{lat:.7f}" for k, at in places.items() for lon, lat in [toy.lonlat(*at)]
    ]
    (files / name).write_text("\n".join(["id,lon,lat", *rows]), encoding="utf-8")
    return files / name


def test_streets_elsewhere_are_an_error_that_names_no_county(files):
    streets = write_streets(files, "there.osm", (300, 0), (301, 0))
    result = call(files, "--modes", "walk", "--streets", streets)
    assert result.exit_code == 2
    assert "there.osm: die Straßen liegen woanders als die Orte (53," in result.output
    assert "county" not in result.output


def test_streets_on_another_continent_are_an_error_that_names_no_county(files):
    text = write_streets(files, "globe.osm", (0, 0), (1, 0)).read_text(encoding="utf-8")
    (files / "globe.osm").write_text(text.replace('lat="53', 'lat="-33'), encoding="utf-8")
    result = call(files, "--modes", "walk", "--streets", files / "globe.osm")
    assert result.exit_code == 2
    assert "globe.osm: die Straßen liegen woanders als die Orte (53," in result.output
    assert len(result.output.splitlines()) == 1


def test_stops_and_places_off_the_streets_are_told(files):
    streets = write_streets(files, "row.osm", (0, 2), (2, 2), (4, 2))
    result = by_bus(files, "--depart", "8:15", "--streets", streets)
    assert result.exit_code == 0, result.output
    off = "liegen mehr als 500 m von jeder Straße (3 davon außerhalb des Ausschnitts)"
    assert f"Haltestellen: 3 von 6 {off}" in result.output
    assert "homes.csv: 2 von 3 liegen mehr als 500 m" in result.output


def test_a_place_reaches_itself_and_what_is_nearer_than_any_street_directly(files):
    # Both 300 m from the street and 10 m from each other; the third beyond the street.
    streets = write_streets(files, "line.osm", (0, 2), (2, 2))
    near = write_places(files, "near.csv", a=(1, 2.3), b=(1.01, 2.3), c=(1, 1.7))
    words = ("--modes", "walk", "--streets", streets, "--destinations", near)
    times, _ = read(files, call(files, *words, origins="near.csv"))
    assert times["a", "a"] == (0,)
    assert times["a", "b"][0] == pytest.approx(10 / 80, abs=0.03)
    assert times["a", "c"][0] == pytest.approx(600 / 80, abs=0.05)
    # A street between the two has to be crossed where it is.
    assert times["b", "c"][0] == pytest.approx(610 / 80, abs=0.05)
    slow, _ = read(files, call(files, "--modes", "car", *words[2:], origins="near.csv"))
    assert slow["a", "b"][0] == pytest.approx(10 / 80, abs=0.03)


@pytest.mark.parametrize(("named", "told"), [(True, False), (False, True)])
def test_streets_of_unknown_kind_are_told(files, named, told):
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for i, at in enumerate([(0, 2), (2, 2), (4, 2)]):
        lon, lat = toy.lonlat(*at)
        graph.add_node(i, x=lon, y=lat)
    for one, other in ((0, 1), (1, 0), (1, 2), (2, 1)):
        graph.add_edge(one, other, osmid=one + other, length=2000.0)
        if named or one + other == 1:
            graph.edges[one, other, 0]["highway"] = "residential"
    osmnx.save_graphml(graph, files / "net.graphml")
    result = call(files, "--modes", "walk", "--streets", files / "net.graphml")
    assert result.exit_code == 0, result.output
    assert ("net.graphml: 50 % der Straßen nennen ihre Art nicht" in result.output) == told
