"""What the page tells of a cell's ways is what was found: in Chromium, without a network."""

from __future__ import annotations

import functools
import json
from importlib import resources

import numpy as np
import pandas as pd
import pytest
import toy
from journeys import oracle
from made_ways import (
    MONDAY,
    ON_DEMAND,
    TRANSIT,
    TUESDAY,
    friesland_ways,
    random_county,
    small_county,
    told,
    toy_ways,
)

from geo_integration.frames import REASONS
from geo_integration.journeys.judging import Limits
from geo_integration.outputs.maps import blocks
from geo_integration.outputs.maps.ways_blocks import STEPS, ways_blocks
from geo_integration.ways import Access

MODES = {TRANSIT: "transit", ON_DEMAND: "on_demand"}
ASK = """async ([cells, day]) => {
  const found = {};
  for (const cell of cells) found[cell] = [await allWays(cell, day), await waysOf(cell, day)];
  return found;
}"""


def script_of(ways, offer_ids):
    """Data and script of a page that knows nothing but ways, and its blocks."""
    made = ways_blocks(ways, offer_ids)
    packed = {
        name: blocks.pack(columns, delta=[c for c in STEPS if c in columns])
        for name, columns in made.blocks.items()
    }
    data = {"ways": made.data, "blocks": {name: told for name, (_, told) in packed.items()}}
    folder = resources.files("geo_integration.outputs.maps") / "js"
    files = [(folder / name).read_text(encoding="utf-8") for name in ("blocks.js", "ways.js")]
    texts = "".join(
        f'<script type="text/plain" id="block-{name}">{text}</script>'
        for name, (text, _) in packed.items()
    )
    script = "\n".join([f"const DATA = {json.dumps(data)};", *files])
    return f"<!doctype html>{texts}<script>{script}</script>", made.data


def known(value):
    return None if value < 0 else value


@functools.lru_cache(maxsize=1000)
def told_of(county, offer, day, mode):
    """Round trips of a county, read out once."""
    return told(county().found[offer], day, mode)


def expected(county, data, offer, day, mode, cell):
    """One way as the script shall tell it."""
    frames = county().frames
    way = {name: values[cell] for name, values in told_of(county, offer, day, mode).items()}
    session = None
    if way["session"] >= 0:
        row = frames.sessions.iloc[way["session"]]
        session = [row["weekday"], row["start_s"] / 60, row["end_s"] / 60]
    return {
        "offer": offer,
        "mode": MODES[mode],
        "reason": way["reason"],
        "session": session,
        "visits": [way["first_s"] // 60, way["last_s"] // 60] if way["first_s"] >= 0 else None,
        "wait": known(way["wait_min"]),
        "out": leg(frames, data, way, "out", "leave"),
        "back": leg(frames, data, way, "back", "home"),
    }


def leg(frames, data, way, name, moment):
    if way[f"{name}_min"] < 0:
        return None
    trip, stop = way[f"{name}_trip"], way[f"{name}_stop"]
    rides = trip >= 0
    booked = bool(rides and frames.trips["on_demand"].iloc[trip])
    lead = frames.trips["lead_min"].iloc[trip] if booked else None
    return {
        "minutes": way[f"{name}_min"],
        moment: known(way[f"{moment}_min"]),
        "stop": data["stops"].index(frames.stops["name"].iloc[stop]) if rides else None,
        "line": data["lines"].index(frames.trips["line"].iloc[trip]) if rides else None,
        "rides": way[f"{name}_rides"],
        "onDemand": booked,
        "lead": None if lead is None or pd.isna(lead) else lead,
    }


def all_expected(county, data, day, cell):
    """Ways of a cell, those with call-buses only where anything about them is different."""
    found = []
    for offer in range(len(county().found)):
        by_bus, booked = (
            expected(county, data, offer, day, mode, cell) for mode in (TRANSIT, ON_DEMAND)
        )
        if REASONS[by_bus["reason"]] != "not_on_day":
            found += [by_bus] if {**booked, "mode": "transit"} == by_bus else [by_bus, booked]
    return found


def asked(browser, html, cells, days):
    page = browser.new_page()
    try:
        page.set_content(html)
        return [page.evaluate(ASK, [cells, day]) for day in range(days)]
    finally:
        page.close()


def without_walk(ways):
    return [{name: value for name, value in way.items() if name != "walk"} for way in ways]


@pytest.mark.parametrize(
    ("county", "some"), [(toy_ways, 25), (friesland_ways, 50)], ids=["toy", "friesland"]
)
def test_the_page_tells_every_way_as_it_was_found(browser, county, some):
    kept = county()
    rng = np.random.default_rng(1)
    cells = sorted(rng.permutation(len(kept.frames.cells))[:some].tolist())
    html, data = script_of(kept.ways, kept.ways.offer_ids)
    days = kept.ways.table.shape[1]
    for day, answers in enumerate(asked(browser, html, cells, days)):
        for cell in cells:
            ways, _ = answers[str(cell)]
            assert without_walk(ways) == all_expected(county, data, day, cell)


def test_the_page_tells_every_way_of_random_counties_as_it_was_found(browser):
    cells = [0, 1, 2, 3]
    for seed in range(40):
        starts, wait = [20 + seed % 30, 40][: 1 + seed % 2], seed % 20
        kept = random_county(seed, 20, starts, seed % 3 == 0, seed % 35, wait)
        html, data = script_of(kept.ways, ["O"])
        for day, answers in enumerate(asked(browser, html, cells, 2)):
            for cell in cells:
                wanted = all_expected(lambda kept=kept: kept, data, day, cell)
                assert without_walk(answers[str(cell)][0]) == wanted


def test_of_equally_short_ways_the_page_tells_the_one_that_was_found(browser):
    # Home 0 walks 30 s to stops 0, 1 and 2, homes 1 to 3 have one of them. Buses from there need
    # 400 s each; that from 0 is 100 s earlier, those from 1 and 2 are alike. And home likewise.
    there = [[(0, 3, 500, 900, True, True)]]
    there += [[(s, 3, 600, 1000, True, True)] for s in (1, 2)]
    back = [[(3, s, 2100, 2500, True, True)] for s in (1, 2)]
    back += [[(3, 0, 2200, 2600, True, True)]]
    trips = there + back
    timetables = {(date, mode): trips for date in (MONDAY, TUESDAY) for mode in MODES.values()}
    walks = [[(s, 30) for s in range(3)], *([(s, 30)] for s in range(3))]
    kept = small_county(
        timetables, [[(s, 0)] for s in range(4)], 60, [oracle.NEVER] * 3 + [0], walks,
        [oracle.NEVER] * 4, [(1000, 2000)], Limits(10**6, 300, 0, 3000, 60, (0, 3600)),
    )  # fmt: skip
    # All walks, as if home 0 took the others to other offers.
    kept = kept._replace(ways=kept.ways._replace(access=Access(*oracle.as_walks(walks))))
    html, data = script_of(kept.ways, ["O"])
    ways = asked(browser, html, [0], 1)[0]["0"][0]
    assert without_walk(ways) == all_expected(lambda: kept, data, 0, 0)
    out, home = ways[0]["out"], ways[0]["back"]
    assert (data["stops"][out["stop"]], out["leave"]) == ("S1", 570 // 60)
    assert (data["stops"][home["stop"]], home["home"]) == ("S1", -(-2530 // 60))


def test_the_page_of_a_municipality_tells_the_same_of_its_cells_and_offers(browser):
    kept = friesland_ways()
    cells = np.flatnonzero(kept.frames.cells["area_id"] == kept.frames.cells["area_id"].iloc[-1])
    shown = list(kept.ways.offer_ids[::-3])
    pages = [
        script_of(kept.ways, kept.ways.offer_ids),
        script_of(kept.ways.of_cells(cells), shown),
    ]
    asked_for = [cells[::9].tolist(), list(range(len(cells)))[::9]]
    whole, own = (
        [with_names(answers, data) for answers in asked(browser, html, some, 1)[0].values()]
        for (html, data), some in zip(pages, asked_for, strict=True)
    )
    names = kept.ways.offer_ids
    for all_ways, ways in zip(whole, own, strict=True):
        wanted = {names[w["offer"]]: w for w in all_ways if names[w["offer"]] in shown}
        found = {shown[w["offer"]]: w for w in ways}
        assert set(found) == set(wanted)
        for offer, way in found.items():
            assert way | {"offer": 0} == wanted[offer] | {"offer": 0}


def with_names(answers, data):
    """Ways of one entry for each offer, with names in place of positions."""

    def named(leg):
        if leg is None or leg["stop"] is None:
            return leg
        return leg | {
            "stop": data["stops"][leg["stop"]], "line": data["lines"][leg["line"]]
        }  # fmt: skip

    def whole(way):
        return way | {"out": named(way["out"]), "back": named(way["back"])}

    _, ways = answers
    return [
        whole(way) | {"booked": way["booked"] and whole(way["booked"]) | {"offer": 0}}
        for way in ways
    ]


def test_an_offer_has_one_entry_and_in_it_the_way_with_call_buses(browser):
    kept = toy_ways()
    cells = kept.frames.cells["cell_id"]
    html, _ = script_of(kept.ways, kept.ways.offer_ids)
    f = int(np.flatnonzero(cells == toy.cell_id(4, 0))[0])
    a = int(np.flatnonzero(cells == toy.cell_id(0, 2))[0])
    answers = asked(browser, html, [f, a], 1)[0]
    by_offer = {way["offer"]: way for way in answers[str(f)][1]}
    course, booked = by_offer[0], by_offer[0]["booked"]
    assert (course["out"], course["back"]) == (None, None)
    assert course["session"] == [1, 18 * 60, 19 * 60 + 30]
    # F rides 17:00-17:40 and 19:35-20:15.
    assert (booked["out"]["leave"], booked["back"]["home"]) == (17 * 60, 20 * 60 + 15)
    assert (booked["out"]["onDemand"], booked["minutes"]) == (True, 40)
    assert all(way["booked"] is None for way in answers[str(a)][1])
    # A has the sport, and is 20 and 40 minutes on foot from the others: more than 15.
    assert {way["offer"]: way["walk"] for way in answers[str(a)][1]} == {0: None, 1: None, 2: 0}
