"""Places for those who reach them: how far they go round (2SFCA).

Every offer shares its places among all residents who reach it within the rule, there and back; a
cell has the sum of the shares it gets. So many within reach of one small course have little, even
where all of them are served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.frames import AREA_SUPPLY, FULL, REASONS, SERVED, Supply, check_frame
from geo_integration.measures.accessibility import Pairs, binary, two_step_fca
from geo_integration.measures.area_counts import counted_residents, with_county
from geo_integration.measures.inequality import gini

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.frames import Coverage
    from geo_integration.measures.coverage import Reached

PER = 1000
_IN_REACH = [REASONS.index(SERVED), REASONS.index(FULL)]


def supply(
    cells: pd.DataFrame,
    offers: pd.DataFrame,
    covered: Coverage,
    reached: Reached,
    *,
    whole: bool = True,
) -> Supply:
    """Places within reach for 1,000 residents, in every cell.

    Parameters
    ----------
    cells, offers : DataFrame
        CELLS with the flag `withheld`, whose residents compete with nobody here; OFFERS.
    covered : Coverage
        For these cells.
    reached : Reached
        How far one gets with each offer. Places that are taken count: people sit on them.
    whole : bool
        Whether these are all cells of the county. Of a selection nothing can be told: who else
        competes for the places is not known.

    Returns
    -------
    Supply
        0 where no place is within reach; missing for categories of which no offer says how many
        places it has, and for a selection.

    References
    ----------
    Luo and Wang (2003), Environment and Planning B 30(6); see `two_step_fca`.
    """
    residents = counted_residents(cells).astype(np.float64)
    total = offers.set_index("offer_id")["places_total"].astype("Float64")
    places = total.reindex(covered.offer_ids).to_numpy(np.float64, na_value=np.nan)
    shape = len(covered.categories), len(covered.day_types), len(cells)
    found = np.full(shape, np.nan, np.float32)
    for c in range(shape[0]):
        own = np.flatnonzero((reached.category == c) & ~np.isnan(places[reached.offer]))
        if not len(own) or not whole:
            continue
        held = places[reached.offer[own]].astype(np.float64)
        for d in range(shape[1]):
            offer, home = np.nonzero(np.isin(reached.reason[own, d], _IN_REACH))
            pairs = Pairs(home, offer, np.zeros(len(home)), shape[2], len(own))
            shares = two_step_fca(pairs, held, demand=residents, decay=binary(0.0))
            found[c, d] = PER * shares
    of = np.array([(reached.category == c).sum() for c in range(shape[0])], np.int64)
    told = ~np.isnan(places[reached.offer]) & whole
    known = np.array([((reached.category == c) & told).sum() for c in range(shape[0])], np.int64)
    return Supply(found, known, of)


def area_supply(
    cells: pd.DataFrame, covered: Coverage, found: Supply, *, county: str
) -> pd.DataFrame:
    """Places for 1,000 residents per municipality and for the county, and how evenly they go round.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`; those withheld are in no number.
    covered : Coverage
        For these cells.
    found : Supply
        Of the same categories, day types and cells.
    county : str
        Key of the county's own rows.

    Returns
    -------
    DataFrame
        AREA_SUPPLY, of the categories with known places; per area the mean over residents, those
        without any place, and the Gini coefficient among all residents (0: the same for all).
    """
    areas, residents = with_county(cells, county), counted_residents(cells)
    rows = [
        _row(area, category, day, found.per_1000[c, d][inside], residents[inside])
        | {"offers_known": int(found.known[c]), "offers": int(found.offers[c])}
        for i, area in enumerate(areas.ids)
        for inside in [areas.matrix[[i]].indices]
        for c, category in enumerate(covered.categories)
        if found.known[c]
        for d, day in enumerate(covered.day_types)
    ]
    table = pd.DataFrame(rows, columns=list(AREA_SUPPLY.columns))
    check_frame(table, AREA_SUPPLY)
    return table


def _row(
    area: str,
    category: str,
    day: str,
    values: NDArray[np.float32],
    residents: NDArray[np.int64],
) -> dict[str, object]:
    """One row of AREA_SUPPLY but for the numbers of offers."""
    people, places = residents.sum(), values.astype(np.float64)
    some = people > 0 and (places[residents > 0] > 0).any()
    return {
        "area_id": area,
        "category": category,
        "day_type": day,
        "per_1000": float(places @ residents / people) if people else None,
        "without": int(residents[places == 0].sum()),
        "gini": gini(places, residents.astype(np.float64)) if some else None,
    }
