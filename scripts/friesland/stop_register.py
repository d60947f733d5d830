"""Stops by the names that the lines use, and the minutes a bus takes between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

DETOUR_FACTOR = 1.3
DWELL_S = 15


class StopRegister:
    """Stops by written name, and the minutes a bus takes between them."""

    def __init__(self, stops: gpd.GeoDataFrame) -> None:
        """Index the stops by id and by name."""
        self._points = dict(zip(stops["stop_id"], stops.geometry, strict=True))
        self._by_name: dict[str, list[str]] = {}
        for row in stops.itertuples(index=False):
            self._by_name.setdefault(row.name, []).append(row.stop_id)
        self._names = dict(zip(stops["stop_id"], stops["name"], strict=True))

    def ids(self, text: str) -> list[str]:
        """Resolve "municipality: stop; stop" into stop ids; an unknown name is an error."""
        found: list[str] = []
        municipality = ""
        for part in text.replace("\n", ";").split(";"):
            name = part.strip()
            if not name:
                continue
            if ": " in name:
                municipality, name = name.split(": ", 1)
            found.append(self._id(name, municipality))
        return found

    def minutes(self, ids: list[str], speed_kmh: float) -> list[int]:
        """Count full minutes from the first stop, at least one between stops."""
        elapsed, clock = [0], 0.0
        for here, there in pairwise(ids):
            metres = self._points[here].distance(self._points[there]) * DETOUR_FACTOR
            clock += metres / 1_000 / speed_kmh * 60 + DWELL_S / 60
            elapsed.append(max(elapsed[-1] + 1, round(clock)))
        return elapsed

    def label(self, stop_id: str) -> str:
        """Name of a stop."""
        return str(self._names[stop_id])

    def _id(self, name: str, municipality: str) -> str:
        """Resolve one name, in its municipality or under the label of another one."""
        if not municipality:
            candidates = self._by_name.get(name, [])
        else:
            candidates = self._by_name.get(f"{name}, {municipality}", [])
            candidates = candidates or self._labelled_elsewhere(name)
        if len(candidates) != 1:
            message = f"stop '{name}' in '{municipality}': found {len(candidates)}, wanted one"
            raise ValueError(message)
        return candidates[0]

    def _labelled_elsewhere(self, name: str) -> list[str]:
        """Find stops whose label names another municipality than the one they lie in."""
        return [
            stop_id
            for label, ids in self._by_name.items()
            if label.rsplit(", ", 1)[0] == name
            for stop_id in ids
        ]
