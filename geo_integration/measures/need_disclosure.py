"""The door for numbers of groups: rounded, and withheld where a small one could be worked out.

All sums that a run publishes about one group are looked at together: per area, category and kind of
day, per goal, per underserved area. What is published is proved not to tell a small number
(`suppression`); the rest is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from geo_integration.frames import GAPS, INDICATORS, NEED_COVERAGE, PLACE_NEED, check_frame
from geo_integration.measures.area_counts import by_place, with_county
from geo_integration.measures.indicators import REACH, reached_on_all_days, with_status
from geo_integration.measures.suppression import Known, decide, intervals, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.frames import Coverage
    from geo_integration.measures.indicators import Indicator
    from geo_integration.measures.need_ranges import Controls
    from geo_integration.measures.suppression import Rule

# Totals are wanted more than what is within reach, and areas more than single gaps.
_TOTAL, _REACHED, _GAP = 100.0, 10.0, 1.0
# And single Ortsteile least of all.
_PLACE = 0.1
# The county is worth so many municipalities.
_COUNTY = 10.0


class NeedTables(NamedTuple):
    """Tables with numbers of groups, as computed or as published."""

    need_coverage: pd.DataFrame
    indicators: pd.DataFrame
    gaps: gpd.GeoDataFrame
    place_need: pd.DataFrame


class Protection(NamedTuple):
    """What the protection of groups cost, and what was published of each.

    `sums` and `withheld` are numbers of sums; `people` and `lost` the people in them; `exposed`
    those in small numbers that earlier publications tell already.
    """

    sums: int
    withheld: int
    people: int
    lost: int
    exposed: int
    published: dict[str, Known]


class _Sums(NamedTuple):
    """Sums of one group: who is in them, how much they are wanted, and where they stand."""

    members: list[csr_array]
    weight: list[float]
    places: list[tuple[str, int, str]]


def published_need(
    cells: pd.DataFrame,
    covered: Coverage,
    people: Mapping[str, NDArray[np.int64]],
    group_of: Mapping[str, str],
    wanted: Sequence[Indicator],
    tables: NeedTables,
    rule: Rule,
    *,
    county: str,
    smallest_unit_m: float,
    places: NDArray[np.object_],
    before: Mapping[str, Known] | None = None,
) -> tuple[NeedTables, Protection]:
    """Round the numbers of groups, and take away those that would tell a small one.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`; those withheld are in no sum.
    covered : Coverage
        For these cells.
    people : mapping of str to ndarray
        People of each group per cell.
    group_of : mapping of str to str
        The group that needs each category.
    wanted : sequence of Indicator
        Those of the table.
    tables : NeedTables
        As computed.
    rule : Rule
        Of the profile.
    county : str
        Key of the county's own rows.
    smallest_unit_m : float
        Underserved areas smaller than a square of this width tell nothing of groups.
    places : ndarray of str
        The Ortsteil of every cell.
    before : mapping of str to Known, optional
        What earlier runs have published of each group, for these cells.

    Returns
    -------
    tuple of (NeedTables, Protection)
        Numbers that are not published are missing; ranges are as wide as the rounding at least.
        Areas are ranked by what is published.
    """
    half, out = _half_widths(tables.need_coverage), _emptied(tables, wanted)
    before = before or {}
    done = Protection(0, 0, 0, 0, 0, {})
    for group in sorted({*group_of.values(), *(w.group_id for w in wanted if w.group_id)}):
        sums = _sums_of(group, cells, covered, group_of, wanted, tables, county, smallest_unit_m**2)
        _add_places(sums, group, cells, covered, tables.place_need, places)
        if not sums.members:
            continue
        # Withheld cells are in no sum of this run, but may be in sums of earlier ones.
        counts = people[group]
        upper = np.maximum(cells["residents"].to_numpy(), counts)
        members = csr_array(vstack(sums.members))
        found = decide(counts, upper, members, rule, weight=sums.weight, known=before.get(group))
        exact = np.rint(members @ counts).astype(np.int64)
        values = rounded(exact, rule)
        for (column, row, table), value, flag in zip(
            sums.places, values.tolist(), found.published.tolist(), strict=True
        ):
            if flag:
                getattr(out, table).loc[row, column] = value
        told = np.flatnonzero(found.published)
        known = Known(csr_array(members[told]), *intervals(values[told], rule))
        done = Protection(
            done.sums + len(exact),
            done.withheld + int((~found.published).sum()),
            done.people + int(exact.sum()),
            done.lost + int(exact[~found.published].sum()),
            done.exposed + int(counts[found.exposed].sum()),
            done.published | {group: known},
        )
    return _finished(out, rule, half), done


def known_totals(controls: Controls, people: NDArray[np.int64]) -> Known:
    """What offices and statistics state of a group: anybody may know it.

    Parameters
    ----------
    controls : Controls
        The totals that the group was scaled to.
    people : ndarray of int, shape (cells,)
        People of the group per cell; of a selection of cells nothing is known.

    Returns
    -------
    Known
        Of every total, in whole people.
    """
    zones = controls.zone if len(controls.zone) == len(people) else np.empty(0, np.int64)
    inside = np.flatnonzero(zones >= 0)
    shape = len(controls.total), len(people)
    members = csr_array((np.ones(len(inside)), (zones[inside], inside)), shape=shape)
    if not len(inside):
        members = csr_array((0, len(people)))
    sums = np.rint(members @ people).astype(np.int64)
    return Known(members, sums, sums)


def _emptied(tables: NeedTables, wanted: Sequence[Indicator]) -> NeedTables:
    """The tables without any number of a group: what may be published is put back."""
    whole = dict.fromkeys(("need", "covered", "low", "high"), "Int64")
    coverage = tables.need_coverage.astype(whole)
    coverage[["need", "covered"]] = pd.NA
    goals = tables.indicators.astype({"numerator": "Int64", "denominator": "Int64"})
    kind_of = {one.indicator_id: one.kind for one in wanted if one.group_id is not None}
    kinds = goals["indicator_id"].map(kind_of)
    goals.loc[kinds.notna(), "denominator"] = pd.NA
    goals.loc[kinds == REACH, "numerator"] = pd.NA
    gaps = tables.gaps.drop(columns="members").astype({"need": "Int64"})
    gaps["need"] = pd.NA
    gaps = gaps.astype({"need": "Int64"})
    places = tables.place_need.astype({"need": "Int64", "covered": "Int64"})
    places[["need", "covered"]] = pd.NA
    return NeedTables(coverage, goals, gaps, places)


def _sums_of(
    group: str,
    cells: pd.DataFrame,
    covered: Coverage,
    group_of: Mapping[str, str],
    wanted: Sequence[Indicator],
    tables: NeedTables,
    county: str,
    smallest_m2: float,
) -> _Sums:
    """All sums about one group, with the place in the tables that each stands in."""
    sums = _Sums([], [], [])
    areas = with_county(cells, county)
    shown = ~cells["withheld"].to_numpy(bool)
    rank = [_COUNTY, *[1.0] * (len(areas.ids) - 1)]
    known = {area: i for i, area in enumerate(areas.ids)}

    def add(mask: NDArray[np.bool_], column: str, rows: pd.Series[str], table: str) -> None:
        members = csr_array(areas.matrix.multiply((mask & shown)[None, :]))
        least = _TOTAL if column in ("need", "denominator") else _REACHED
        for row, area in rows.items():
            sums.members.append(members[[known[area]]])
            sums.weight.append(least * rank[known[area]])
            sums.places.append((column, int(str(row)), table))

    everybody = np.ones(len(cells), dtype=bool)
    served, coverage = covered.served(), tables.need_coverage
    of_group = coverage[coverage["group_id"] == group]
    for (category, day), question in of_group.groupby(["category", "day_type"], sort=False):
        c, d = covered.categories.index(str(category)), covered.day_types.index(str(day))
        add(everybody, "need", question["area_id"], "need_coverage")
        add(served[c, d], "covered", question["area_id"], "need_coverage")
    for one in wanted:
        if one.group_id == group:
            own = tables.indicators
            rows = own.loc[own["indicator_id"] == one.indicator_id, "area_id"]
            add(everybody, "denominator", rows, "indicators")
            if one.kind == REACH:
                add(reached_on_all_days(covered, one), "numerator", rows, "indicators")
    at = pd.Index(cells["cell_id"])
    own = tables.gaps[tables.gaps["category"].map(group_of) == group]
    own = own[own.geometry.area >= smallest_m2]
    for row, cell_ids in zip(own.index, own["members"], strict=True):
        inside = at.get_indexer(pd.Index(cell_ids))
        inside = inside[shown[inside]]
        spots = (np.zeros(len(inside), int), inside)
        sums.members.append(csr_array((np.ones(len(inside)), spots), shape=(1, len(cells))))
        sums.weight.append(_GAP)
        sums.places.append(("need", int(row), "gaps"))
    return sums


def _add_places(
    sums: _Sums,
    group: str,
    cells: pd.DataFrame,
    covered: Coverage,
    table: pd.DataFrame,
    places: NDArray[np.object_],
) -> None:
    """Add the sums of all Ortsteile about one group."""
    in_area, areas = by_place(cells, places)
    at = {key: i for i, key in enumerate(zip(in_area, areas.ids, strict=True))}
    shown, served = ~cells["withheld"].to_numpy(bool), covered.served()
    everybody = csr_array(areas.matrix.multiply(shown[None, :]))
    own = table[table["group_id"] == group]
    for (category, day), question in own.groupby(["category", "day_type"], sort=False):
        c, d = covered.categories.index(str(category)), covered.day_types.index(str(day))
        reached = csr_array(everybody.multiply(served[c, d][None, :]))
        rows = zip(question.index, question["area_id"], question["place"], strict=True)
        for row, *key in rows:
            place = at[key[0], key[1]]
            for column, members in (("need", everybody), ("covered", reached)):
                sums.members.append(members[[place]])
                sums.weight.append(_PLACE * (_TOTAL if column == "need" else 1.0))
                sums.places.append((column, int(str(row)), "place_need"))


def _half_widths(coverage: pd.DataFrame) -> NDArray[np.float64]:
    """How far the range goes from the number, on its wider side."""
    covered = coverage["covered"].to_numpy(float)
    low, high = (coverage[name].to_numpy(float) for name in ("low", "high"))
    widths: NDArray[np.float64] = np.maximum(covered - low, high - covered)
    return widths


def _finished(tables: NeedTables, rule: Rule, half: NDArray[np.float64]) -> NeedTables:
    """Ranges around the printed number; values of goals; ranks.

    The range of the exact number would tell that number: often its width follows from how many
    cells there are. So the printed one is in the middle, and the width one of few steps.
    """
    need = tables.need_coverage
    hidden = need["covered"].isna() | need["need"].isna()
    step = rule.rounding
    if rule.min_count > 1:
        steps = np.ceil(np.log2(np.maximum((half + step / 2) / step, 1.0)))
        width = pd.Series((step * 2**steps).astype(np.int64), index=need.index)
        need["low"] = (need["covered"] - width).clip(lower=0).mask(hidden)
        high = need["covered"] + width
        above = (high > need["need"]).fillna(value=False).astype(bool)
        need["high"] = high.mask(above, need["need"]).mask(hidden)
    check_frame(need, NEED_COVERAGE)
    goals = with_status(tables.indicators)
    check_frame(goals, INDICATORS)
    gaps = tables.gaps
    order = gaps.assign(by=gaps["need"].astype(float).fillna(0.0)).sort_values(
        ["category", "day_type", "by", "residents", "gap_id"],
        ascending=[True, True, False, False, True],
    )
    gaps = gaps.loc[order.index].reset_index(drop=True)
    gaps["rank"] = gaps.groupby(["category", "day_type"]).cumcount() + 1
    check_frame(gaps, GAPS)
    check_frame(tables.place_need, PLACE_NEED)
    return NeedTables(need, goals, gaps, tables.place_need)
