"""How long the way takes by bicycle and by car: what ways by bus and on foot are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.errors import SourceError
from geo_integration.frames import Reference
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.walking import coordinates, nearest_times

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.journeys.networks import Mode, StreetNetwork
    from geo_integration.streets import Streets


class Rides(NamedTuple):
    """What is cycled and driven on; None where the streets have none for it."""

    bike: StreetNetwork | None
    car: StreetNetwork | None


def build_rides(
    streets: Streets | None,
    *,
    bike_kmh: float,
    car_kmh: float,
    detour_factor: float,
    max_snap_m: float,
) -> Rides:
    """Build what is cycled and driven on.

    Parameters
    ----------
    streets : Streets or None
        Streets in a metric CRS; None: the straight line counts.
    bike_kmh : float
        Speed by bicycle.
    car_kmh : float
        Speed by car where there are no streets; on streets each has its own.
    detour_factor : float
        Way / straight line, where there are no streets.
    max_snap_m : float
        Furthest that a point may lie from the streets, metres.

    Returns
    -------
    Rides
        Streets saved for walking only may have none for cars: no fault, there is no reference then.
    """

    def network(mode: Mode, speed_kmh: float) -> StreetNetwork | None:
        try:
            return build_street_network(
                streets,
                mode=mode,
                speed_kmh=speed_kmh,
                detour_factor=detour_factor,
                max_snap_m=max_snap_m,
            )
        except SourceError:
            return None

    return Rides(network("bike", bike_kmh), network("car", car_kmh))


def reference_minutes(
    cells: gpd.GeoDataFrame,
    offers: gpd.GeoDataFrame,
    fit: pd.DataFrame,
    rides: Rides,
    *,
    categories: Sequence[str],
    car_extra_min: float,
    islands: Collection[str] = (),
) -> Reference:
    """Minutes from home to the nearest counted offer that fits, one way, at any time.

    Parameters
    ----------
    cells, offers, fit : DataFrame
        CELLS, OFFERS, FIT of the same offers, in one metric CRS.
    rides : Rides
        From `build_rides`.
    categories : sequence of str
        All that the result shall have, with offers or without.
    car_extra_min : float
        What looking for a place to park and walking on from it add to every drive.
    islands : collection of str
        Municipalities that no way over land leads to. A straight line knows of no water: without
        streets nothing is known of ways to, from and within them.

    Returns
    -------
    Reference
        From door to door, whole minutes, rounded up. Full offers count too. NaN: no offer, no way,
        or too far from any street.
    """
    suits = fit.set_index("offer_id")["misfit"].reindex(offers["offer_id"]).isna().to_numpy()
    wanted = offers["counted"].to_numpy(bool) & suits & offers["category"].isin(categories)
    goals = offers[wanted]
    place = {name: at for at, name in enumerate(categories)}
    homes, venues = cells[["x_m", "y_m"]].to_numpy(float), coordinates(goals.geometry)
    group = goals["category"].map(place).to_numpy(np.int64)
    from_island, to_island = (one["area_id"].isin(islands).to_numpy(bool) for one in (cells, goals))

    def minutes(network: StreetNetwork | None, extra_min: float) -> NDArray[np.float32]:
        found = np.full((len(categories), len(cells)), np.nan, np.float32)
        if network is None:
            return found
        known = np.ones(len(cells), bool) if network.graph else ~from_island
        kept = np.ones(len(goals), bool) if network.graph else ~to_island
        seconds = nearest_times(network, homes[known], venues[kept], group[kept], len(categories))
        whole = np.ceil((seconds + extra_min * 60) / 60)
        found[:, known] = np.where(seconds < FAR, whole, np.nan)
        return found

    return Reference(minutes(rides.bike, 0.0), minutes(rides.car, car_extra_min))
