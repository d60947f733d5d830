"""Sums over units: how they are printed, and what of them must stay uncertain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from geo_integration.measures.counter_tables import HARD, NO_LIMIT, Secrets, System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Rule(NamedTuple):
    """How numbers about a group are published.

    `min_count` is the smallest one apart from 0; they are multiples of `rounding` (1: exact), and
    no unit makes up more than the share `dominance` of one (1.0: off).
    """

    min_count: int
    rounding: int
    dominance: float


class Known(NamedTuple):
    """Sums known besides, `members` of shape (rows, units), each from `low` to `high`."""

    members: csr_array
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def rounded(values: ArrayLike, rule: Rule) -> NDArray[np.int64]:
    """Round as it is printed: to the nearest multiple, halves up, never below `min_count` but 0."""
    exact = np.asarray(values, np.int64)
    step = rule.rounding
    nearest = (2 * exact + step) // (2 * step) * step
    smallest = -(-max(rule.min_count, 1) // step) * step
    return np.where(exact > 0, np.maximum(nearest, smallest), 0)


def intervals(printed: ArrayLike, rule: Rule) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the smallest and the largest count that is printed like this."""
    shown = np.asarray(printed, np.int64)
    step = rule.rounding
    smallest = -(-max(rule.min_count, 1) // step) * step
    low = np.where(shown > smallest, shown - step // 2, max(rule.min_count, 1))
    high = shown + (step + 1) // 2 - 1
    return np.where(shown > 0, low, 0), np.where(shown > 0, high, 0)


# Merging --------------------------------------------------------------------------------------


def marks_of(size: int, seed: int) -> NDArray[np.uint64]:
    """Two random numbers for each; sets are equal when the sums of theirs are (but for 2^-100)."""
    return np.random.default_rng(seed).integers(0, 2**64, (size, 2), np.uint64, endpoint=False)


def alike(marks: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Position of the first of every kind, in this order, and the kind of each."""
    pairs = np.ascontiguousarray(marks).view([("a", np.uint64), ("b", np.uint64)]).ravel()
    _, first, kind = np.unique(pairs, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.sort(first), rank[kind]


def sets_of(members: csr_array) -> csr_array:
    """0/1 of the smallest type for adding up marks."""
    made = csr_array(members)
    made.sum_duplicates()
    made.eliminate_zeros()
    made.data = np.ones(len(made.data), np.uint64)
    made.sort_indices()
    return made


# What must stay uncertain ------------------------------------------------------------------------


class Data(NamedTuple):
    """Everything that stays the same while sums are taken back; sums are merged."""

    counts: NDArray[np.int64]
    upper: NDArray[np.int64]
    rows: (
        csr_array  # sums that could be published, then those that only limit, then those that hide
    )
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    value: NDArray[np.int64]
    cost: NDArray[np.float64]  # of each row: 0 for those that only must stay uncertain
    can_be_printed: int
    known: int  # rows of `Known`, which follow
    pattern: NDArray[np.int8]  # see `Round`
    hidden: NDArray[np.int64]  # rows that must stay uncertain
    floor: NDArray[np.int64]  # and how low and how high they must be able to get
    ceiling: NDArray[np.int64]


def _largest(sets: csr_array, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Largest unit of each sum; 0 where there is none."""
    found = np.zeros(sets.shape[0], np.int64)
    filled = np.diff(sets.indptr) > 0
    if filled.any():
        starts = sets.indptr[:-1][filled]
        found[filled] = np.maximum.reduceat(counts[sets.indices], starts)
    return found


def _small_groups(
    sets: csr_array, small: NDArray[np.bool_], total: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], csr_array]:
    """Sums below the smallest count that hang together, one of them not 0; and their units.

    All of such a group are left out, those of 0 too: otherwise what is missing would tell where
    somebody is.
    """
    rows, units = sets.shape
    chosen = np.flatnonzero(small)
    entries = sets[chosen].tocoo()
    links = csr_array(
        (np.ones(entries.nnz, np.int8), (entries.row, entries.col + len(chosen))),
        shape=(len(chosen) + units, len(chosen) + units),
    )
    _, group = connected_components(links, directed=False)
    somebody = np.zeros(len(chosen) + units, np.bool_)
    somebody[group[: len(chosen)][total[chosen] > 0]] = True
    left_out = np.zeros(rows, np.bool_)
    left_out[chosen] = somebody[group[: len(chosen)]]
    kinds, of_entry = np.unique(group[entries.row], return_inverse=True)
    union = csr_array(
        (np.ones(entries.nnz, np.uint64), (of_entry, entries.col)), shape=(len(kinds), units)
    )
    return left_out, sets_of(union[somebody[kinds]])


def _too_much_of_one(
    sets: csr_array, counts: NDArray[np.int64], upper: NDArray[np.int64], rule: Rule
) -> NDArray[np.bool_]:
    """Whether one unit may make up too much of a sum, for all that can be printed for it.

    A sum that is known to be over one inhabited unit tells no more than the unit itself.
    """
    if rule.dominance >= 1:
        return np.zeros(sets.shape[0], np.bool_)
    low, _ = intervals(rounded(sets @ counts, rule), rule)
    share = np.floor(rule.dominance * low)
    several = sets @ (upper > 0).astype(np.int64) > 1
    too_much: NDArray[np.bool_] = (_largest(sets, counts) > share) | (share < rule.min_count - 1)
    return several & (low > 0) & too_much


def prepare(
    counts: NDArray[np.int64],
    upper: NDArray[np.int64],
    sets: csr_array,
    weight: NDArray[np.float64],
    rule: Rule,
    known: Known | None,
) -> tuple[Data, NDArray[np.intp], NDArray[np.bool_]]:
    """Decide on every sum for itself; give what is left to do, with what sums, and what is out."""
    total, most, k = sets @ counts, sets @ upper, rule.min_count
    grouped, unions = _small_groups(sets, (most >= k) & (total < k), total)
    small = grouped | ((most > 0) & (most < k))
    full = (total >= k) & (total == most)
    one = (total >= k) & _too_much_of_one(sets, counts, upper, rule)
    primary: NDArray[np.bool_] = small | full | one
    printable = np.flatnonzero(~primary & (most > 0))
    limited, open_ = np.flatnonzero(grouped), np.flatnonzero(primary & ~grouped)
    low, high = intervals(rounded(total[printable], rule), rule)
    high = np.where(low > 0, np.minimum(high, most[printable] - 1), high)
    if known is None:
        known = Known(csr_array((0, len(counts))), np.zeros(0, np.int64), np.zeros(0, np.int64))
    rows = vstack(
        [sets[printable], sets_of(known.members), sets[limited], unions, sets[open_]], "csr"
    )
    value = rows @ counts
    hard = len(known.low) + len(limited) + unions.shape[0]
    start = len(printable) + len(known.low)
    hidden = np.r_[
        start : start + len(limited), start + len(limited) + unions.shape[0] : len(value)
    ]
    hidden = hidden[value[hidden] > 0]
    count, cap = value[hidden], (rows @ upper)[hidden]
    half = k // 2
    is_small, is_full = count < k, count == cap
    ceiling = np.where(
        is_small, np.minimum(k - 1, cap), np.where(is_full, cap, count + (k - 1) // 2)
    )
    floor = np.where(is_full, cap - max(k - 1, 1), count - half)
    floor = np.where(is_small, np.minimum(1, ceiling - 1), floor)
    data = Data(
        counts,
        upper,
        sets_of(rows),
        np.r_[
            low, known.low, np.zeros(len(limited)), np.ones(unions.shape[0]), np.zeros(len(open_))
        ].astype(np.int64),
        np.r_[
            high,
            known.high,
            np.full(len(limited), k - 1),
            np.full(unions.shape[0] + len(open_), NO_LIMIT),
        ].astype(np.int64),
        value,
        np.r_[weight[printable], np.full(hard, HARD), np.zeros(len(open_))],
        len(printable),
        len(known.low),
        np.repeat(
            np.array([0, 1, 2, 0], np.int8), [start, len(limited), unions.shape[0], len(open_)]
        ),
        hidden,
        floor,
        np.minimum(ceiling, cap),
    )
    if ((data.value < data.low) | (data.value > data.high)).any():
        raise ValueError("known must hold for the counts")
    return data, printable, primary


def _least(size: int, kind: NDArray[np.intp], values: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.full(size, NO_LIMIT)
    np.minimum.at(found, kind, values)
    return found


def sum_by(kind: NDArray[np.intp], values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Add values up by kind."""
    found = np.zeros(size, np.int64)
    np.add.at(found, kind, values)
    return found


class Round(NamedTuple):
    """The sums that are still to be published, over classes of units that they do not part."""

    system: System
    alive: NDArray[np.intp]  # row of `Data` of each row
    kind: NDArray[np.intp]  # class of each unit
    pattern: NDArray[np.int8]  # rows told by what is missing: small sums (1), their groups (2)
    most: NDArray[np.int64]  # residents of each class
    secrets: Secrets


def merged(data: Data, rule: Rule) -> Round:
    """Merge the units, and collect what must stay uncertain."""
    rows = data.rows.shape[0]
    alive = np.flatnonzero((data.cost > 0) | (np.arange(rows) >= data.can_be_printed))
    sets = csr_array(data.rows[alive])
    by_unit = sets_of(csr_array(sets.T))
    marks = marks_of(rows, 1)[alive]
    first, kind = alike(by_unit @ marks)
    told = alive < data.can_be_printed + data.known
    _, public = alike(by_unit @ (marks * told[:, None].astype(np.uint64)))
    upper = data.upper
    if rule.dominance < 1:
        upper = _below_share(data, alive, rule)
    over_classes = csr_array(by_unit[first])
    of_rows = sets_of(csr_array(over_classes.T))
    size = len(first)
    system = System(
        of_rows.indptr.astype(np.int64),
        of_rows.indices.astype(np.int32),
        over_classes.indptr.astype(np.int64),
        over_classes.indices.astype(np.int32),
        sum_by(kind, data.counts, size),
        sum_by(kind, upper, size),
        (data.value - data.low)[alive],
        (data.high - data.value)[alive],
        data.cost[alive].copy(),
    )
    secrets = _secrets(data, rule, upper, kind, public, of_rows, alive, system)
    return Round(system, alive, kind, data.pattern[alive], sum_by(kind, data.upper, size), secrets)


def _below_share(data: Data, alive: NDArray[np.intp], rule: Rule) -> NDArray[np.int64]:
    """Residents, or less where a published sum tells that no unit has more than its share."""
    told = alive[alive < data.can_be_printed]
    told = told[(data.value[told] > 0)]
    rows = csr_array(data.rows[told])
    told_share = np.floor(rule.dominance * data.low[told]).astype(np.int64)
    told_share[rows @ (data.upper > 0).astype(np.int64) < 2] = NO_LIMIT
    share = np.full(len(data.upper), NO_LIMIT)
    np.minimum.at(share, rows.indices, np.repeat(told_share, np.diff(rows.indptr)))
    return np.minimum(data.upper, share)


def _secrets(
    data: Data,
    rule: Rule,
    upper: NDArray[np.int64],
    kind: NDArray[np.intp],
    public: NDArray[np.intp],
    of_rows: csr_array,
    alive: NDArray[np.intp],
    system: System,
) -> Secrets:
    """Collect what must be able to be lower or higher than it is.

    In its class a unit can have little when the others can take the rest, and much when the class
    has it; so what single units need is asked of their class.
    """
    k, size = rule.min_count, len(system.value)
    count, most = data.counts, data.upper
    # units
    small, full = (count > 0) & (count < k), (count >= k) & (count == most)
    top = np.minimum(k - 1, most)
    others = system.upper[kind] - upper
    floor = np.where(small, np.minimum(1, top - 1) + others, NO_LIMIT)
    floor = np.where(full, system.upper[kind] - max(k - 1, 1), floor)
    low = _least(size, kind, floor)
    high = -_least(size, kind, np.where(small, -top, 0))
    # classes told apart by what is published: one class here, or several
    of_class = np.empty(size, np.intp)
    of_class[kind] = public
    kinds = int(public.max(initial=-1)) + 1
    total, cap = sum_by(public, count, kinds), sum_by(public, most, kinds)
    is_small, is_full = (total > 0) & (total < k), (total >= k) & (total == cap)
    class_high = np.where(is_small, np.minimum(k - 1, cap), 0)
    class_low = np.where(is_small, np.minimum(1, class_high - 1), NO_LIMIT)
    class_low = np.where(is_full, cap - max(k - 1, 1), class_low)
    parts = np.bincount(of_class, minlength=kinds)
    alone = parts[of_class] == 1
    low = np.where(alone, np.minimum(low, class_low[of_class]), low)
    high = np.where(alone, np.maximum(high, class_high[of_class]), high)
    split = np.flatnonzero((parts > 1) & (is_small | is_full))
    by_class = csr_array(
        (np.ones(size, np.uint64), (of_class, np.arange(size))), shape=(kinds, size)
    )
    hidden = np.searchsorted(alive, data.hidden)
    sets = vstack([by_class[split], of_rows[hidden]], "csr")
    value = np.r_[total[split], data.value[data.hidden]]
    lows, highs = np.r_[class_low[split], data.floor], np.r_[class_high[split], data.ceiling]
    single = csr_array((np.ones(size), np.arange(size), np.arange(size + 1)), shape=(size, size))
    sets = sets_of(vstack([single, sets], "csr"))
    value, lows, highs = np.r_[system.value, value], np.r_[low, lows], np.r_[high, highs]
    falls, rises = np.flatnonzero(value > lows), np.flatnonzero(value < highs)
    wished = np.r_[falls, rises]
    sign = np.r_[np.full(len(falls), -1), np.full(len(rises), 1)].astype(np.int64)
    amount = np.r_[(value - lows)[falls], (highs - value)[rises]]
    asked = csr_array(sets[wished])
    unit_marks = marks_of(len(count), 2)
    class_marks = np.zeros((size, 2), np.uint64)
    np.add.at(class_marks, kind, unit_marks)
    mark = asked @ class_marks
    mark[:, 0] += (sign * (1 + 4 * amount)).astype(np.uint64)
    return Secrets(
        asked.indptr.astype(np.int64), asked.indices.astype(np.int32), sign, amount, mark
    )
