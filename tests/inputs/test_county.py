from __future__ import annotations

import pytest
import toy
from hypothesis import Phase, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.frames import (
    AREAS,
    CELLS,
    OFFERS,
    PLACES,
    SERVICE_DATES,
    SESSIONS,
    STOPS,
    TRIPS,
    check_frame,
)
from geo_integration.inputs.county import NO_DATE, input_files, inspect_county, read_county
from geo_integration.journeys.roundtrips import build_links, roundtrip_table, roundtrips
from geo_integration.settings import read_settings


def test_the_toy_county_is_read_without_any_fault(toy_folder):
    found = inspect_county(read_settings(toy_folder))
    assert found.errors == []
    assert found.faults == []
    inputs = found.inputs
    for table, frame in (
        (inputs.areas, AREAS), (inputs.places, PLACES), (inputs.cells, CELLS),
        (inputs.offers, OFFERS), (inputs.stops, STOPS),
    ):  # fmt: skip
        check_frame(table, frame, crs=toy.CRS)
    check_frame(inputs.sessions, SESSIONS)
    check_frame(inputs.trips, TRIPS)
    check_frame(inputs.service_dates, SERVICE_DATES)
    assert inputs.cells["residents"].sum() == 1000
    assert inputs.offers["counted"].all()


def test_the_dates_that_stand_for_the_toy_days_are_those_worked_out(toy_folder):
    dates = read_county(read_settings(toy_folder)).service_dates
    tuesdays = dates[dates["weekday"] == 1].set_index("day_type")["date"]
    # 6 October is a Tuesday and a public holiday; 13 and 20 October lie in the holidays.
    assert tuesdays.to_dict() == {"school": toy.SCHOOL_DAY, "holidays": toy.HOLIDAY}
    assert dates[dates["day_type"] == "sunday"]["date"].tolist() == [toy.SUNDAY]
    assert set(dates["day_type"]) == {"school", "holidays", "sunday"}


def test_the_files_give_the_same_answers_as_the_frames_made_by_hand(toy_folder, county):
    inputs = read_county(read_settings(toy_folder))
    tables = []
    for frames, connections in ((county, county.connections), (inputs, inputs.connections)):
        links = build_links(county.network, frames.cells, frames.offers, frames.stops, county.walks)
        found = roundtrips(
            frames.cells, frames.offers, frames.sessions, frames.trips, connections, links,
            days=county.days, limits=county.limits, max_minutes=county.max_minutes,
        )  # fmt: skip
        tables.append(
            roundtrip_table(
                found, frames.cells, frames.sessions, frames.trips, frames.stops, county.days
            )
        )
    keys = ["cell_id", "offer_id", "day_type", "mode"]
    one, other = (t.astype({"reason": str}).set_index(keys).sort_index() for t in tables)
    # Two homes are on the edge of the 45 minutes: 44.5 by hand, a second more by the files' grid.
    edge = one.index.isin(
        [(toy.cell_id(4, j), "O3", "school", m) for j in (1, 3) for m in ("transit", "on_demand")]
        + [
            (toy.cell_id(4, j), "O3", "holidays", m)
            for j in (1, 3)
            for m in ("transit", "on_demand")
        ]
    )
    assert edge.sum() == 8
    same = one["reason"] == other["reason"]
    assert one.index[~same & ~edge].tolist() == []
    away = (one["out_min"] - other["out_min"]).abs().dropna()
    assert away.max() <= 1


def test_every_layer_that_cannot_be_used_is_named_at_once(toy_folder):
    (toy_folder / "residents.csv").write_text("cell_id,people\nx,1\n", encoding="utf-8")
    (toy_folder / "gtfs.zip").write_bytes(b"no zip")
    (toy_folder / "offers.csv").unlink()
    found = inspect_county(read_settings(toy_folder))
    assert found.inputs is None
    assert len(found.errors) == 3
    told = "\n".join(found.errors)
    assert all(name in told for name in ("residents.csv", "gtfs.zip", "offers.csv"))
    assert {name for name, text in found.held.items() if text == "unbrauchbar"} == {
        "timetable", "residents", "offers",
    }  # fmt: skip


def test_reading_names_the_first_error_and_counts_the_others(toy_folder):
    (toy_folder / "gtfs.zip").unlink()
    (toy_folder / "offers.csv").unlink()
    with pytest.raises(SourceError, match=r"gtfs\.zip.*und 1 weitere Fehler"):
        read_county(read_settings(toy_folder))


def without(folder, *lines):
    path = folder / "county.toml"
    text = path.read_text(encoding="utf-8")
    for line in lines:
        assert line in text
        text = text.replace(line + "\n", "")
    path.write_text(text, encoding="utf-8")
    return read_settings(folder)


def test_without_a_timetable_people_walk_on_every_kind_of_day(toy_folder):
    inputs = read_county(without(toy_folder, 'timetable = ["gtfs.zip"]'))
    assert inputs.stops.empty
    assert inputs.trips.empty
    assert list(inputs.connections) == [NO_DATE]
    assert inputs.service_dates.empty


def test_places_and_register_may_be_left_out(toy_folder):
    inputs = read_county(without(toy_folder, 'places = "places.csv"', 'register = "register.csv"'))
    assert inputs.places.empty
    assert inputs.sources.empty
    assert len(inputs.offers) == 3


def test_every_file_of_the_folder_is_an_input(toy_folder):
    files = input_files(read_settings(toy_folder))
    assert sorted(f.name for f in files) == sorted(f.name for f in toy_folder.iterdir())


def test_sessions_of_confidential_offers_never_leave(toy_folder):
    path = toy_folder / "offers.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[0] += ";Vertraulich"
    lines[1] += ";ja"
    path.write_text(
        "\n".join([lines[0], lines[1], *(f"{x};" for x in lines[2:])]), encoding="utf-8"
    )
    inputs = read_county(read_settings(toy_folder))
    assert inputs.offers["offer_id"].tolist() == ["O2", "O3"]
    assert inputs.sessions["offer_id"].tolist() == ["O2"]
    assert "Markt" not in inputs.faults.to_string() + inputs.rejected_offers.to_string()


@given(
    st.sampled_from(
        (
            *("offers.csv", "residents.csv", "calendar.csv", "register.csv", "places.csv"),
            *("municipalities.geojson", "gtfs.zip"),
        )
    ),
    st.integers(0, 3000),
    st.one_of(st.binary(max_size=8), st.sampled_from([b"", b";", b",", b"\n", b'"', b"0", b"-1"])),
    st.integers(0, 40),
)
@rounds(max_examples=60, phases=[Phase.explicit, Phase.generate])
def test_any_damage_to_any_file_is_told_and_never_a_crash(
    tmp_path_factory, name, at, instead, length
):
    folder = toy.write_toy_county(tmp_path_factory.getbasetemp() / "damaged")
    data = (folder / name).read_bytes()
    at %= len(data)
    (folder / name).write_bytes(data[:at] + instead + data[at + length :])
    found = inspect_county(read_settings(folder))
    assert (found.inputs is None) == bool(found.errors)


def test_reading_tells_its_progress(toy_folder):
    told = []
    read_county(read_settings(toy_folder), progress=lambda *at: told.append(at))
    assert told
    assert all(0 < done <= total for done, total in told)
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_trips_that_come_nowhere_near_the_county_change_nothing(toy_folder):
    near = read_county(read_settings(toy_folder))
    tables = toy.toy_gtfs()
    # A line in Munich, and one from there that ends in the county: only that one counts.
    tables["stops.txt"] += "\nM1,Marienplatz,48.137,11.575\nM2,Stachus,48.139,11.566"
    tables["trips.txt"] += "\nR1,WD,MUNICH\nR1,WD,LONG"
    first = next(iter(toy.STOPS))
    tables["stop_times.txt"] += (
        "\nMUNICH,08:00:00,08:00:00,M1,1\nMUNICH,08:05:00,08:05:00,M2,2"
        f"\nLONG,03:00:00,03:00:00,M1,1\nLONG,12:00:00,12:00:00,{first},2"
    )
    toy.write_zip(toy_folder / "gtfs.zip", tables)
    found = read_county(read_settings(toy_folder))
    assert set(found.trips["trip_id"]) - set(near.trips["trip_id"]) == {"LONG"}
    assert "Stachus" not in found.stops["name"].tolist()
    assert not found.faults["message"].str.contains("stop_times").any()
