"""Who needs what, where: groups of people by formula, scaled to totals, with a range.

A group is a formula on columns of CELLS ("foreign", "residents - german"). Its values are scaled to
what an office states for the municipalities or the county. How far the result may be off was
measured (docs/methods.md); what that means for a sum of cells is told by `ranges`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.dasymetric import spread
from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.formulas import names_in, numbers_of, parsed, result
from geo_integration.frames import (
    EVEN,
    FILLED,
    FORMULA,
    NEEDS,
    NEGATIVE,
    ORIGINS,
    SCALED,
    STATED,
    UNKNOWN,
    check_frame,
)
from geo_integration.measures.need_ranges import Controls

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

# The grids of 2011 and 2022 have no 1 and 2: such counts are shown as nothing or as 3, and because
# the noise is zero on average, a 1 as nothing in two cases of three, a 2 in one.
SECRET = 2
# Where more people than this are to be expected, a missing value is no suppressed small count.
EXPECTED = 50.0
# Variance that the cell-key method adds to a count. The offices publish no figure; measured from
# men + women (2.1), three ages (2.2) and three places of birth (2.7) against the total, in the 1 km
# grid of the census of 2021/22, Friesland.
CELL_KEY_VARIANCE = 2.4
# The standard deviation of the true number around an estimate x is c * x, beside that of counting
# (Poisson). Measured on censuses of Friesland (benchmarks/bench_dasymetric.py). Errors of
# neighbours go together (towns have more foreigners than their residents tell, hamlets fewer), so
# each c is chosen so that 90 % ranges of what is asked about (cells around a place, one side of the
# county) held the true sum in about 90 of 100 cases. Single cells alone would need about half.
WIDE_COUNTED = 0.5  # 1 km; counts of the group from another year: 2011 against 2021/22
WIDE_RESIDENTS = 0.9  # 1 km; known residents at one rate, against places of birth 2021/22
WIDE_MODELLED = 1.3  # 1 km; modelled residents at one rate, against the same
FINE_COUNTED = 2.0  # 100 m; shares of the 1 km cell on dwellings, against 2011
FINE_RESIDENTS = 3.5  # 100 m; dwellings alone, against 2011
# Cells narrower than this count as fine.
WIDE_M = 500.0
# After so many rounds it is settled which missing values are small.
_ROUNDS = 5


class Group(NamedTuple):
    """A group of people that may need an offer.

    Parameters
    ----------
    group_id : str
        Its id in county.toml.
    formula : str
        Arithmetic on columns of CELLS: "foreign", "residents - german", "0.5 * (under18 - under6)".
    total_id : str or None
        Group of TOTALS that it is scaled to.
    counted : bool
        Whether the formula's columns count just these people (in a census, say), not something
        that goes along with them, as residents or dwellings do.
    """

    group_id: str
    formula: str
    total_id: str | None
    counted: bool = False


# Totals -----------------------------------------------------------------------------------------


def controls(cells: pd.DataFrame, totals: pd.DataFrame, group: Group, *, county: str) -> Controls:
    """Find the areas whose total is known: municipalities, and what they leave of the county.

    Parameters
    ----------
    cells, totals : DataFrame
        CELLS of the whole county; TOTALS. Totals of Ortsteile do not count here.
    group : Group
        The group.
    county : str
        The county's key.

    Returns
    -------
    Controls
        A municipality with a total is an area of its own; those without share what the county's
        total leaves, as one area, or have no total where the county has none. Where every
        municipality has one, the county's is their sum.

    Raises
    ------
    SourceError
        When there is no total at all, a municipality with people has no cells, or municipalities
        and county contradict each other beyond what rounding explains.
    """
    if group.total_id is None:
        none = np.empty(0)
        return Controls(np.full(len(cells), -1), none, none, none)
    rows = totals[(totals["total_id"] == group.total_id) & totals["place"].isna()]
    if rows.empty:
        raise SourceError(
            f"Summe {group.total_id!r} (Gruppe {group.group_id!r}): keine Zahl für den Landkreis "
            f"oder eine Gemeinde"
        )
    of_county = (rows["area_id"] == county).to_numpy()
    towns = rows[~of_county]
    zone = pd.Index(towns["area_id"]).get_indexer(pd.Index(cells["area_id"])).astype(np.int64)
    without = np.bincount(zone[zone >= 0], minlength=len(towns)) == 0
    if (without & (towns["value"] > 0).to_numpy()).any():
        first = towns[without & (towns["value"] > 0).to_numpy()].iloc[0]
        raise SourceError(
            f"{_named(first)}: {first['value']} in Gemeinde {first['area_id']}, aber keine Zelle "
            f"der Einwohnerdatei liegt dort"
        )
    spans = towns[["value", "low", "high"]].to_numpy(float)
    if of_county.any():
        rest = _rest(rows[of_county].iloc[0], spans, has_others=bool((zone < 0).any()))
        spans = np.vstack([spans, rest])
        zone[zone < 0] = len(towns)
    return Controls(zone, *spans[: int(zone.max(initial=-1)) + 1].T)


def _rest(county: pd.Series, towns: Numbers, *, has_others: bool) -> Numbers:
    """What municipalities leave of the county: value, low, high."""
    value, low, high = towns.sum(axis=0)
    if low > county["high"] or (not has_others and high < county["low"]):
        raise SourceError(
            f"{_named(county)}: die Gemeinden ergeben zusammen {value:.0f}, für den Landkreis "
            f"steht {county['value']}; das erklärt keine Rundung. Sind es zwei Stände oder "
            f"verschiedene Statistiken? In county.toml nur eine davon angeben"
        )
    rest = county["value"] - value, county["low"] - high, county["high"] - low
    found: Numbers = np.maximum(np.array(rest, float), 0.0)
    return found


def _named(row: pd.Series) -> str:
    """Which total a row of TOTALS is of."""
    return f"{row['file']}: {row['label']}"


# Needs ------------------------------------------------------------------------------------------


def needs(
    cells: pd.DataFrame,
    totals: pd.DataFrame,
    groups: Sequence[Group],
    *,
    county: str,
    modelled: bool = False,
) -> pd.DataFrame:
    """How many people of each group live in each cell.

    Parameters
    ----------
    cells, totals : DataFrame
        CELLS of the whole county (the width of the cells is told by their geometry; without one
        they count as fine); TOTALS.
    groups : sequence of Group
        The groups.
    county : str
        The county's key.
    modelled : bool
        Whether the residents of the cells are themselves a model.

    Returns
    -------
    DataFrame
        NEEDS, group by group in the order of the cells. Per area of `controls` the sum is the
        total, to the precision of floating point. Municipalities without a total, where the county
        has none either, are scaled as those with one are together. Without any total the formula's
        values stand. A missing value is never 0 without a word: see ORIGINS.

    Raises
    ------
    SettingsError
        When a formula cannot be used.
    SourceError
        See `controls`; and when a column has no value at all.
    """
    wide = _width_m(cells) >= WIDE_M
    residents = cells["residents"].to_numpy(float)
    areas = pd.factorize(cells["area_id"].to_numpy())[0]
    found = []
    for group in groups:
        c = _spread_of(group, wide=wide, modelled=modelled)
        known = controls(cells, totals, group, county=county)
        try:
            found.append(_need(group, _Homes(cells, residents, areas), known, c))
        except GeoIntegrationError as error:
            where = f"county.toml, [[groups]] {group.group_id}"
            raise type(error)(f"{where}: {error}") from error
    count = len(cells)
    codes = np.repeat(np.arange(len(groups)), count)
    names = [group.group_id for group in groups]
    table = pd.DataFrame(
        {
            "cell_id": np.tile(cells["cell_id"].to_numpy(), len(groups)),
            "group_id": pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object)),
            **{
                name: np.concatenate([np.empty(0), *(getattr(one, name) for one in found)])
                for name in ("need", "variance")
            },
            **_origins([one.origin for one in found]),
        }
    )
    check_frame(table, NEEDS)
    return table


class _Homes(NamedTuple):
    """CELLS, with residents and the code of the municipality as arrays."""

    cells: pd.DataFrame
    residents: Numbers
    areas: NDArray[np.int64]


class _Need(NamedTuple):
    """Need of one group by cell; `origin` is the position in ORIGINS."""

    need: Numbers
    variance: Numbers
    origin: NDArray[np.int8]


def _origins(found: Sequence[NDArray[np.int8]]) -> dict[str, object]:
    """The columns `modelled` and `origin`."""
    codes = np.concatenate([np.empty(0, np.int8), *found])
    kinds = pd.Categorical.from_codes(codes, categories=pd.Index(ORIGINS, dtype=object))
    return {"modelled": codes != ORIGINS.index(STATED), "origin": kinds}


def _width_m(cells: pd.DataFrame) -> float:
    """Usual width of the cells, m; 0 where they have no geometry."""
    if "geometry" not in cells.columns or not len(cells):
        return 0.0
    return float(np.sqrt(np.median(cells["geometry"].area)))


def _spread_of(group: Group, *, wide: bool, modelled: bool) -> float:
    """Which of the measured spreads holds."""
    if group.counted:
        return WIDE_COUNTED if wide else FINE_COUNTED
    if not wide:
        return FINE_RESIDENTS
    return WIDE_MODELLED if modelled else WIDE_RESIDENTS


def _need(group: Group, homes: _Homes, known: Controls, c: float) -> _Need:
    """Need of one group: formula, what is missing, totals, variance."""
    tree = parsed(group.formula)
    names = names_in(tree)
    columns = numbers_of(homes.cells, names, group.formula)
    filled = [_filled(name, columns[name], homes, c) for name in names]
    values = dict(zip(names, (one.values for one in filled), strict=True))
    raw = result(tree, values)
    noise = np.zeros(len(raw))
    for name, one in zip(names, filled, strict=True):
        moved = result(tree, {**values, name: values[name] + np.sqrt(one.variance)})
        noise += np.nan_to_num(moved - raw) ** 2
    undefined = np.isnan(raw)
    if undefined.any():
        raw = np.where(undefined, _rates(raw, homes, group.formula) * homes.residents, raw)
        noise = np.where(undefined, _around(raw, c), noise)
    weight = np.maximum(raw, 0.0)
    need, factor, even = _met(weight, homes.residents, known)
    plain, scaled = isinstance(tree, ast.Name), len(known.total) > 0
    variance = factor**2 * noise
    if scaled or not (plain or group.counted):
        variance += _around(need, c)
    origin = np.full(len(raw), ORIGINS.index(SCALED if scaled else STATED if plain else FORMULA))
    origin[raw < 0] = ORIGINS.index(NEGATIVE)
    for mark, where in (
        (FILLED, [one.small for one in filled]),
        (UNKNOWN, [*(one.unknown for one in filled), undefined]),
        (EVEN, [even]),
    ):
        origin[np.logical_or.reduce(where)] = ORIGINS.index(mark)
    return _Need(need, variance, origin.astype(np.int8))


def _around(need: Numbers, c: float) -> Numbers:
    """Variance of the true number: counting, and the spread of the model."""
    return need + (c * need) ** 2


class _Filled(NamedTuple):
    """A column without gaps, its variance, and which values were missing and of which kind."""

    values: Numbers
    variance: Numbers
    small: NDArray[np.bool_]
    unknown: NDArray[np.bool_]


def _filled(name: str, values: Numbers, homes: _Homes, c: float) -> _Filled:
    """Fill what is missing of a column by what is usual in the municipality, else in the county.

    Of a count (all known values are whole numbers) a missing one is 0 to SECRET: a Poisson number
    with the usual rate, known to have been hidden. Where so many are to be expected that it cannot
    have been hidden for being small, the usual rate itself. Of shares and means: the residents'
    mean.
    """
    missing = np.isnan(values)
    if missing.all():
        raise SourceError(f"Spalte {name!r} der Einwohnerdatei: in keiner Zelle steht ein Wert")
    none = np.zeros(len(values), bool)
    counts = bool((values[~missing] % 1 == 0).all())
    noisy = counts and name != "residents"
    variance = np.full(len(values), CELL_KEY_VARIANCE if noisy else 0.0)
    if not missing.any():
        return _Filled(values, variance, none, none)
    if not counts:
        mean = _rates(values * homes.residents, homes, name)
        off = _rates((values - mean) ** 2 * homes.residents, homes, name)
        return _Filled(
            np.where(missing, mean, values), np.where(missing, off, variance), none, missing
        )
    usual, small = _usual(values, homes, name)
    chance = _HIDDEN * np.power(usual, _PEOPLE)
    chance /= chance.sum(axis=0)
    mean, square = (_PEOPLE * chance).sum(axis=0), (_PEOPLE**2 * chance).sum(axis=0)
    return _Filled(
        np.where(small, mean, np.where(missing, usual, values)),
        np.where(small, square - mean**2, np.where(missing, _around(usual, c), variance)),
        small,
        missing & ~small,
    )


_PEOPLE = np.arange(SECRET + 1.0)[:, None]
# Poisson probability but for factors that cancel, times the chance to be shown as nothing.
_HIDDEN = (1 - _PEOPLE / (SECRET + 1)) / np.cumprod(np.maximum(_PEOPLE, 1.0), axis=0)


def _usual(values: Numbers, homes: _Homes, name: str) -> tuple[Numbers, NDArray[np.bool_]]:
    """What is to be expected of a count, and where it is missing for being small.

    The rate counts hidden numbers as 0: those shown as 3 instead make up for it. Where nothing is
    shown in the whole municipality, it is the county's.
    """
    missing = small = np.isnan(values)
    told = (np.bincount(homes.areas, ~missing) > 0)[homes.areas]
    usual = values
    for _ in range(_ROUNDS):
        usual = _rates(np.where(small & told, 0.0, values), homes, name) * homes.residents
        small = missing & (usual <= EXPECTED)
    return usual, small


def _rates(amounts: Numbers, homes: _Homes, name: str) -> Numbers:
    """Amount for each resident, by cell: that of its municipality, else of the county."""
    known = np.isfinite(amounts)
    people = np.where(known, homes.residents, 0.0)
    if not people.sum() > 0:
        raise SourceError(f"{name!r}: in keiner bewohnten Zelle gibt es einen Wert")
    given = np.where(known, amounts, 0.0)
    below = np.bincount(homes.areas, people)
    rate = np.full(len(below), given.sum() / people.sum())
    np.divide(np.bincount(homes.areas, given), below, out=rate, where=below > 0)
    usual: Numbers = np.maximum(rate, 0.0)[homes.areas]
    return usual


def _met(
    weight: Numbers, residents: Numbers, known: Controls
) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """Weights scaled to the totals; the factor; and where residents had to stand in."""
    none = np.zeros(len(weight), bool)
    if not len(known.total):
        return weight, np.ones(len(weight)), none
    inside = known.zone >= 0
    sums = np.bincount(known.zone[inside], weight[inside], minlength=len(known.total))
    even = inside & ((sums <= 0) & (known.total > 0))[known.zone]
    totals: dict[Hashable, float] = dict(enumerate(known.total.tolist()))
    amounts = pd.Series(np.where(even, residents, weight))
    shares = spread(amounts, pd.Series(known.zone), totals, whole=False).to_numpy()
    usual = known.total.sum() / sums.sum() if sums.sum() > 0 else 1.0
    factors = np.divide(known.total, sums, out=np.full(len(sums), usual), where=sums > 0)
    factor = np.where(inside, factors[known.zone], usual)
    return np.where(inside, shares, weight * usual), factor, even
