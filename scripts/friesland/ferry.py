"""The tidal ferry to Wangerooge and the island railway: a timetable that moves every day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from friesland.calendars import FIRST_DAY, validity

if TYPE_CHECKING:
    from datetime import date

HALF_TIDE_MIN = 745  # from one high water to the next, about 12 h 25 min
DAY_MIN = 24 * 60
FIRST_HIGH_WATER_MIN = 11 * 60 + 20  # invented for the first day
DAYLIGHT = (6 * 60, 20 * 60)
CROSSING_MIN = 50
TRANSFER_MIN = 10
ISLAND_RAIL_MIN = 15
MAX_SAILINGS = 4
# Minutes before or after high water at which the ship can leave.
FROM_MAINLAND = (-150, -20, 110)
FROM_ISLAND = (-85, 45, 175)


@dataclass(frozen=True)
class Sailings:
    """Departures of one day, in minutes after midnight, rounded to five."""

    day: date
    from_mainland: tuple[int, ...]
    from_island: tuple[int, ...]


def build_sailings() -> list[Sailings]:
    """List the sailings of every day of the validity; they follow a modelled tide."""
    return [
        Sailings(day, _departures(day, FROM_MAINLAND), _departures(day, FROM_ISLAND))
        for day in validity()
    ]


def _departures(day: date, offsets: tuple[int, ...]) -> tuple[int, ...]:
    """Departures around the high waters of a day that fall into daylight, at most four."""
    since_first_tide = (day - FIRST_DAY).days * DAY_MIN - FIRST_HIGH_WATER_MIN
    first = -(since_first_tide % HALF_TIDE_MIN)
    today = [first + k * HALF_TIDE_MIN for k in range(4)]
    times = sorted({5 * round((tide + offset) / 5) for tide in today for offset in offsets})
    last = DAYLIGHT[1] - CROSSING_MIN
    usable = [time for time in times if DAYLIGHT[0] <= time <= last]
    while len(usable) > MAX_SAILINGS:
        del usable[len(usable) // 2]
    return tuple(usable)
