"""Need within reach: who of a group reaches what it needs, with the range of the estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.dasymetric import spread
from geo_integration.frames import DOUBTFUL, NEED_COVERAGE, PLACE_NEED, check_frame
from geo_integration.measures.area_counts import by_place, with_county
from geo_integration.measures.need_ranges import range_sources, ranges, sum_parts
from geo_integration.measures.needs import controls, needs

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.frames import Coverage
    from geo_integration.measures.need_ranges import Controls
    from geo_integration.measures.needs import Group


class Need(NamedTuple):
    """One group in every cell of the county.

    `people` are whole numbers that are published in sums only; `best` and `variance` are the
    estimate with fractions; `sources` says where its range comes from; `doubts` in how many cells
    the number came about in a way that readers have to know (of ORIGINS), or is "above" that of the
    residents.
    """

    people: NDArray[np.int64]
    best: NDArray[np.float64]
    variance: NDArray[np.float64]
    known: Controls
    sources: list[str]
    doubts: dict[str, int]


def need_of_groups(
    cells: pd.DataFrame,
    totals: pd.DataFrame,
    groups: Sequence[Group],
    *,
    county: str,
    modelled: bool,
) -> dict[str, Need]:
    """How many people of each group live in each cell.

    Parameters
    ----------
    cells, totals, groups, county, modelled
        As in `needs`; CELLS of the whole county.

    Returns
    -------
    dict of str to Need
        By group.
    """
    table = needs(cells, totals, groups, county=county, modelled=modelled)
    count, found = len(cells), {}
    for place, group in enumerate(groups):
        rows = table.iloc[place * count : (place + 1) * count]
        best = rows["need"].to_numpy(float)
        known = controls(cells, totals, group, county=county)
        people = _whole(best, cells["area_id"])
        doubts = {name: int((rows["origin"] == name).sum()) for name in DOUBTFUL}
        doubts["above"] = int((people > cells["residents"].to_numpy()).sum())
        found[group.group_id] = Need(
            people,
            best,
            rows["variance"].to_numpy(float),
            known,
            range_sources(group, known, rows),
            doubts,
        )
    return found


def _whole(best: NDArray[np.float64], areas: pd.Series[str]) -> NDArray[np.int64]:
    """Whole people; municipalities and county add up to their sums, rounded."""
    zones = areas.reset_index(drop=True)
    sums = pd.Series(best).groupby(zones).sum()
    county: dict[Hashable, float] = {0: float(round(best.sum()))} if len(sums) else {}
    totals = spread(sums, pd.Series(0, index=sums.index), county)
    whole = spread(pd.Series(best), zones, totals.to_dict())
    return whole.to_numpy().astype(np.int64)


def need_coverage(
    cells: pd.DataFrame,
    covered: Coverage,
    need: Mapping[str, Need],
    group_of: Mapping[str, str],
    *,
    everywhere: pd.DataFrame,
    county: str,
) -> pd.DataFrame:
    """Need within reach, per municipality and for the county.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`; those withheld are in no count.
    covered : Coverage
        For these cells.
    need : mapping of str to Need
        By group, for the cells of `everywhere`.
    group_of : mapping of str to str
        The group that needs a category; categories without one are left out.
    everywhere : DataFrame
        CELLS of the whole county, of which `cells` may be a part.
    county : str
        Key of the county's own rows.

    Returns
    -------
    DataFrame
        NEED_COVERAGE. The range is that of `covered`, 90 of 100; not smaller than whole people.
    """
    areas = with_county(cells, county)
    shown = ~cells["withheld"].to_numpy(bool)
    at = pd.Index(everywhere["cell_id"]).get_indexer(pd.Index(cells["cell_id"]))
    of_area = np.unique(cells["area_id"].to_numpy(str), return_inverse=True)[1] + 1
    served, parts = covered.served(), []
    for c, category in enumerate(covered.categories):
        if category not in group_of:
            continue
        own = need[group_of[category]]
        people = np.where(shown, own.people[at], 0)
        total = areas.sums(people)
        for d, day_type in enumerate(covered.day_types):
            reached = served[c, d] & shown
            low, high = _range(own, at, reached, of_area, len(areas.ids))
            parts.append(
                pd.DataFrame(
                    {
                        "area_id": areas.ids,
                        "category": category,
                        "day_type": day_type,
                        "group_id": group_of[category],
                        "need": total,
                        "covered": areas.sums(people * reached),
                        "low": low,
                        "high": np.minimum(high, total),
                    }
                )
            )
    columns = [*NEED_COVERAGE.columns]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    check_frame(table, NEED_COVERAGE)
    return table


def _range(
    own: Need,
    at: NDArray[np.int64],
    reached: NDArray[np.bool_],
    of_area: NDArray[np.int64],
    count: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Range of the need within reach: the county first, then the municipalities."""
    found = []
    for codes in (np.zeros(len(at), np.int64), of_area):
        sums = np.full(len(own.best), -1)
        sums[at] = np.where(reached, codes, -1)
        parts = sum_parts(own.best, own.variance, own.known, sums, count)
        found.append(ranges(parts, count))
    whole, towns = found
    low = np.r_[whole.low[:1], towns.low[1:]]
    high = np.r_[whole.high[:1], towns.high[1:]]
    return np.floor(low + 1e-6).astype(np.int64), np.ceil(high - 1e-6).astype(np.int64)


def place_need(
    cells: pd.DataFrame,
    places: NDArray[np.object_],
    covered: Coverage,
    people: Mapping[str, NDArray[np.int64]],
    group_of: Mapping[str, str],
) -> pd.DataFrame:
    """Need within reach, per Ortsteil.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`; those withheld are in no count.
    places : ndarray of str
        The place of every cell, from `place_of_cells`.
    covered : Coverage
        For these cells.
    people : mapping of str to ndarray
        People of each group per cell.
    group_of : mapping of str to str
        The group that needs a category; categories without one are left out.

    Returns
    -------
    DataFrame
        PLACE_NEED, without Ortsteile in which nobody is counted.
    """
    in_area, areas = by_place(cells, places)
    shown, served, parts = ~cells["withheld"].to_numpy(bool), covered.served(), []
    lived_in = areas.sums(np.where(shown, cells["residents"], 0)) > 0
    for c, category in enumerate(covered.categories):
        if category not in group_of:
            continue
        own = np.where(shown, people[group_of[category]], 0)
        need = areas.sums(own)
        for d, day_type in enumerate(covered.day_types):
            table = pd.DataFrame(
                {
                    "area_id": in_area,
                    "place": areas.ids,
                    "category": category,
                    "day_type": day_type,
                    "group_id": group_of[category],
                    "need": need,
                    "covered": areas.sums(own * served[c, d]),
                }
            )
            parts.append(table[lived_in])
    columns = list(PLACE_NEED.columns)
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    check_frame(found, PLACE_NEED)
    return found
