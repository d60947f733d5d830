"""`geo-integration travel-times`, on the toy county's timetable."""

from __future__ import annotations

import json

import polars as pl
import pytest
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
    about = json.loads((files / "times.json").read_text(encoding="utf-8"))
    assert set(about["inputs"]) == {"homes.csv", "courses.csv", "bus.zip"}
    assert about["date"] == "2026-09-29"
    assert about["window"]["minutes"] == 60
    assert len(about["outputs"]["times.csv"]) == 64
    assert str(files) not in json.dumps(about)
    assert "Luftlinie mal 1,3" in result.output
    assert "Verkehrstag 29.09.2026: 17 Fahrten" in result.output


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
