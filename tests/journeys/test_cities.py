"""Small cities whose travel times follow from pencil and paper.

The layouts are those that Conveyal tests its engine with (a grid of streets, buses that take 30
seconds for a block, one minute before every boarding); the timetables, the reasoning and the tests
are our own. All of them go through files: a GTFS feed is written, read, and searched.
"""

from __future__ import annotations

import math

import feeds
import numpy as np
import pytest

from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import changes
from geo_integration.journeys.travel_times import Window, travel_times
from geo_integration.profile import Transit

BLOCK_S, SLACK_S, HEADWAY_S = 30, 60, 1200
SEVEN = 7 * 3600
EVERY = np.arange(1, 101)


class Grid:
    """Streets 100 metres apart, a stop at every crossing that a bus passes."""

    def __init__(self):
        self.stops, self.lines, self.frequencies = {}, [], []

    def stop(self, place):
        """Number of the stop at a crossing."""
        return self.stops.setdefault(place, len(self.stops))

    def bus(self, name, places, starts, hop_s=None):
        """A bus along places, at every start; hops may take other times: {(trip, hop): seconds}."""
        trips = []
        for n, start in enumerate(starts):
            time, calls = start, []
            for hop, place in enumerate(places):
                calls.append((self.stop(place), time, time))
                time += (hop_s or {}).get((n, hop), BLOCK_S)
            trips.append(calls)
        self.lines.append((name, trips))

    def read(self, path):
        """Write the feed and read it."""
        stops = [(9 + x * 0.0015, 53 + y * 0.0009) for x, y in self.stops]
        feeds.write_feed(path, stops, self.lines, frequencies=self.frequencies)
        return read_feeds([path], Transit(), "EPSG:32632", FaultList())


def across(row):
    return [(x, row) for x in range(81)]


def upwards(column):
    return [(column, y) for y in range(81)]


def nobody_walks(stops):
    """Changes only at one and the same stop, a minute for each."""
    return changes(feeds.walks_of([{s: 0} for s in range(stops)]), SLACK_S)


def times(feed, day, origin, goal, window, percentiles, draws=(), last_s=0):
    """Seconds from stop to stop, with a minute before the first boarding too."""
    origin, goal = (feed.stops["stop_id"].tolist().index(str(stop)) for stop in (origin, goal))
    change = nobody_walks(len(feed.stops))
    return travel_times(
        feeds.both_ways(day, change),
        feeds.walks_of([{origin: SLACK_S}]),
        feeds.walks_of([{goal: last_s}]),
        feeds.walks_of([{}]),
        window,
        percentiles,
        draws=[feeds.both_ways(other, change) for other in draws],
    )[:, 0, 0]


# Timetables ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory):
    """Rows 20, 40 and 60 and column 40, every 20 minutes.

    A bus of row 20 passes column 20 at 30 seconds past minutes 0, 20, 40 and column 40 ten minutes
    later; a bus of column 40 passes row 20 another ten minutes later.
    """
    grid = Grid()
    hours = range(5 * 3600, 10 * 3600, HEADWAY_S)
    for row in (20, 40, 60):
        grid.bus(f"row {row}", across(row), [t + 30 - 20 * BLOCK_S for t in hours])
    grid.bus("column 40", upwards(40), [t + 30 - 20 * BLOCK_S for t in hours])
    return grid, grid.read(tmp_path_factory.mktemp("grid") / "grid.zip")


def test_a_timed_change_leaves_only_the_first_wait_to_chance(scheduled):
    # A minute before boarding, 0 to 20 minutes of waiting, 20 blocks = 10 minutes, always 10
    # minutes at the change, 10 minutes: uniform from 31 to 51. The 20 whole minutes between two
    # buses hit the middles of 20 equal parts of that span, for buses leave half a minute past:
    # the k-th fastest of them takes exactly 31 + k - 1/2 minutes.
    grid, feed = scheduled
    day = connections_on(feed, feeds.MONDAY)
    found = times(
        feed, day, grid.stop((20, 20)), grid.stop((40, 40)), Window(SEVEN, 20),
        5 * np.arange(1, 21),
    )  # fmt: skip
    assert found.tolist() == [(31 + k) * 60 - 30 for k in range(1, 21)]


@pytest.mark.parametrize("minutes", [20, 60, 120])
@pytest.mark.parametrize("arrive_by", [False, True])
def test_waiting_is_uniform_over_any_number_of_headways(scheduled, minutes, arrive_by):
    # Whoever has to be there at a moment waits there instead: the same law.
    grid, feed = scheduled
    found = times(
        feed, connections_on(feed, feeds.MONDAY), grid.stop((20, 20)), grid.stop((40, 40)),
        Window(SEVEN, minutes, arrive_by), EVERY,
    )  # fmt: skip
    assert (np.abs(found / 60 - (31 + 0.2 * EVERY)) <= 1).all()
    assert 31 * 60 <= found.min() < found.max() <= 51 * 60


def test_without_a_change_only_what_lies_on_the_line_is_reached(scheduled):
    grid, feed = scheduled
    day = connections_on(feed, feeds.MONDAY)
    window = Window(SEVEN, 20, max_rides=1)
    found = [
        int(times(feed, day, grid.stop((20, 20)), grid.stop(goal), window, [100])[0])
        for goal in [(40, 20), (40, 40)]
    ]
    assert found == [(1 + 20 + 10) * 60 - 30, FAR]


# Chance -------------------------------------------------------------------------------------------

DRAWS = 300
# Kolmogorov's distance of an empirical law of n independent draws from the true one exceeds this
# with a probability of at most 1 in 1,000 (Dvoretzky, Kiefer, Wolfowitz; Massart's constant).
TOLERANCE = math.sqrt(math.log(2 / 0.001) / (2 * DRAWS))


def triangular(minutes):
    """Share of journeys that take no longer, where two waits of 0 to 20 minutes add up."""
    x = np.clip((np.asarray(minutes, float) - 22) / 20, 0, 2)
    return np.where(x < 1, x**2 / 2, 1 - (2 - x) ** 2 / 2)


@pytest.fixture(scope="module")
def by_chance(tmp_path_factory):
    """Row 20 and column 40 run every 20 minutes, and nobody knows when."""
    grid = Grid()
    grid.bus("row 20", across(20), [5 * 3600])
    grid.bus("column 40", upwards(40), [5 * 3600])
    for name in ("row 20", "column 40"):
        grid.frequencies.append((f"{name}-0", 5 * 3600, 10 * 3600, HEADWAY_S))
    feed = grid.read(tmp_path_factory.mktemp("chance") / "chance.zip")
    days = [connections_on(feed, feeds.MONDAY, draw=k) for k in range(DRAWS)]
    return grid, feed, days


def rider(by_chance, days, window, percentiles):
    grid, feed, _ = by_chance
    return times(
        feed, days[0], grid.stop((20, 20)), grid.stop((40, 40)), window, percentiles, days[1:],
    )  # fmt: skip


def furthest(minutes):
    """Kolmogorov's distance of some times from the triangular law."""
    ordered = np.sort(minutes)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    law = triangular(ordered)
    return max((steps[1:] - law).max(), (law - steps[:-1]).max())


@pytest.fixture(scope="module")
def single(by_chance):
    """Minutes of one who leaves at 7:00, in every draw."""
    days = by_chance[2]
    return np.array([rider(by_chance, [day], Window(SEVEN), [50])[0] for day in days]) / 60


def test_two_waits_by_chance_add_up_to_a_triangular_law(single):
    # 1 + 10 + 1 + 10 minutes are certain; two independent waits, each uniform from 0 to 20, have a
    # triangular sum: from 22 to 62 minutes, most often 42.
    assert 22 <= single.min() < single.max() <= 62
    assert furthest(single) < TOLERANCE


def test_the_tolerance_tells_the_triangular_law_from_a_timed_change(single):
    # The uniform law from 32 to 52 has the same mean. What is tested here would not pass for it,
    # nor would these times pass for it.
    uniform = 32 + 20 * (np.arange(DRAWS) + 0.5) / DRAWS
    assert furthest(uniform) > TOLERANCE
    assert np.std(single) == pytest.approx(20 / math.sqrt(6), rel=0.15)
    assert np.std(single) > 1.2 * 20 / math.sqrt(12)


def test_draws_are_pooled_over_all_minutes_of_all_draws(by_chance):
    days = by_chance[2][:60]
    one_by_one = [
        rider(by_chance, [day], Window(SEVEN + 60 * m), [50])[0] for day in days for m in range(20)
    ]
    pooled = rider(by_chance, days, Window(SEVEN, 20), EVERY)
    ordered = sorted(map(int, one_by_one))
    assert pooled.tolist() == [ordered[-(-p * len(ordered) // 100) - 1] for p in EVERY.tolist()]


def test_pooled_percentiles_follow_the_triangular_law(by_chance):
    # In one draw the second wait is the same for all 20 minutes, while the first takes each of
    # 20 values, a minute apart, once. The law of the pooled times is that of the second waits, made
    # smoother: its distance is no greater than theirs, but for the step of 1/20. Percentile p
    # is a time at which the law is not further than that from p.
    found = rider(by_chance, by_chance[2], Window(SEVEN, 20), EVERY[:-1]) / 60
    assert (np.diff(found) >= 0).all()
    assert np.abs(triangular(found) - EVERY[:-1] / 100).max() < TOLERANCE + 1 / 20
    assert found[49] == pytest.approx(42, abs=4.5 * math.sqrt(400 / 12 / DRAWS))


def test_the_same_draw_is_the_same_day_and_another_is_another(by_chance):
    _, feed, days = by_chance
    again = connections_on(feed, feeds.MONDAY, draw=0)
    assert again.equals(days[0])
    starts = [tuple(day.groupby("trip")["departure_s"].min() % HEADWAY_S) for day in days]
    assert len(set(starts)) > DRAWS * 0.99
    phases = np.array(starts, float)
    assert abs(np.corrcoef(phases.T)[0, 1]) < 4 / math.sqrt(DRAWS)


# Overtaking ---------------------------------------------------------------------------------------

FIRST, SECOND = SEVEN + 600, SEVEN + 1200


def overtaken(path, starts):
    """One line of 50 blocks; the first bus needs ten minutes each for blocks 20 and 21."""
    grid = Grid()
    grid.bus("one", across(0)[:51], starts, {(0, 20): 600, (0, 21): 600})
    return grid, grid.read(path)


@pytest.mark.parametrize(
    ("buses", "stop", "leaves", "fastest"),
    [
        # The second bus starts 7:20 and is at stop 30 at 7:35, while the first, which started
        # 7:10, has lost 19 minutes and comes at 7:44. The second is at stop 42 at 7:41, one walks a
        # minute: there at 7:42, 42 minutes for who leaves at 7:00, and 37 for who leaves at 7:05.
        ((FIRST, SECOND), 30, SEVEN, 37),
        # From stop 10, with the first bus alone: 7:15, at stop 42 at 7:50, there at 7:51.
        ((FIRST,), 10, SEVEN, 46),
        # Whoever knows the timetable lets it pass if the second one comes as well: 7:42 again.
        ((FIRST, SECOND), 10, SEVEN, 37),
        # From 7:13 to 7:18; the first bus is at the stop at 7:15, and who leaves by 7:14 could take
        # it. All wait for the second: there at 7:42, 29 to 24 minutes.
        ((FIRST, SECOND), 10, SEVEN + 13 * 60, 24),
    ],
)  # fmt: skip
@pytest.mark.parametrize("max_rides", [None, 1])
def test_nobody_boards_a_bus_that_will_be_overtaken(
    tmp_path, buses, stop, leaves, fastest, max_rides
):
    grid, feed = overtaken(tmp_path / "feed.zip", buses)
    day = connections_on(feed, feeds.MONDAY)
    found = times(
        feed, day, grid.stop((stop, 0)), grid.stop((42, 0)),
        Window(leaves, 6, max_rides=max_rides), 100 / 6 * np.arange(1, 7), last_s=60,
    )  # fmt: skip
    assert found.tolist() == [60 * (fastest + k) for k in range(6)]


# Two villages -------------------------------------------------------------------------------------


def two_villages(path, *, shift_s=0, last=False):
    """Call-bus from village 0 to station 1, a train every five minutes to 2, call-bus to village 3.

    The first call-bus (or the last, with `last`) leaves `shift_s` later.
    """
    first_s, last_s = (0, shift_s) if last else (shift_s, 0)
    to_station = _ride(0, 1, SEVEN + 600 + first_s, 480)
    trains = [_ride(1, 2, t, 900) for t in range(SEVEN, SEVEN + 7200, 300)]
    to_village = _ride(2, 3, SEVEN + 2400 + last_s, 360)
    lines = [("Rufbus 1", [to_station]), ("R", trains), ("Rufbus 2", [to_village])]
    stops = [(9.0, 53.0), (9.05, 53.0), (9.3, 53.0), (9.35, 53.0)]
    feeds.write_feed(path, stops, lines)
    return read_feeds([path], Transit(), "EPSG:32632", FaultList())


def _ride(stop, goal, departure, seconds):
    return [(stop, departure, departure), (goal, departure + seconds, departure + seconds)]


def arrival(feed, goal, *, with_call_buses=True):
    """When a rider who leaves home at 7:00 is at a stop."""
    day = connections_on(feed, feeds.MONDAY)
    if not with_call_buses:
        day = day[~feed.trips["on_demand"].to_numpy()[day["trip"]]]
    found = times(feed, day, 0, goal, Window(SEVEN), [50])[0]
    return SEVEN + int(found) if found < FAR else None


def test_by_call_bus_and_train_the_other_village_is_reached(tmp_path):
    # 7:10 by call-bus to the station, 7:18; train 7:20 (a minute to change), 7:35; call-bus 7:40,
    # 7:46.
    feed = two_villages(tmp_path / "feed.zip")
    assert arrival(feed, 1) == SEVEN + 18 * 60
    assert arrival(feed, 2) == SEVEN + 35 * 60
    assert arrival(feed, 3) == SEVEN + 46 * 60


def test_who_does_not_book_stays_at_home(tmp_path):
    feed = two_villages(tmp_path / "feed.zip")
    assert arrival(feed, 1, with_call_buses=False) is None
    assert arrival(feed, 3, with_call_buses=False) is None


@pytest.mark.parametrize(("last", "goal"), [(False, 1), (False, 2), (True, 3)])
@pytest.mark.parametrize("shift_s", [300, 600])
def test_a_call_bus_that_comes_later_brings_one_there_just_as_much_later(
    tmp_path, last, goal, shift_s
):
    # Trains run every five minutes: who reaches the station five minutes later takes the next.
    usual = arrival(two_villages(tmp_path / "usual.zip"), goal)
    later = arrival(two_villages(tmp_path / "late.zip", shift_s=shift_s, last=last), goal)
    assert later - usual == shift_s


def test_a_call_bus_that_comes_too_late_for_the_other_call_bus_is_of_no_use(tmp_path):
    # Train 7:25, at station 2 at 7:40: no minute left to change to the call-bus at 7:40.
    assert arrival(two_villages(tmp_path / "late.zip", shift_s=300), 3) is None
