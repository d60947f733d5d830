"""Which sums over cells may be published, so that no small number of a group can be worked out.

A sum is left out because it is small itself, or because a small number could be told from it and
the others. What stays is proved: for every small number there is a table of whole numbers with at
most 1 in its place, and another one with `min_count` - 1 or more, that agree with all that is
published. The tables are searched for step by step, and checked by adding up.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from geo_integration.measures.counter_tables import (
    HARD,
    Secrets,
    State,
    System,
    hard_table,
    new_state,
    over_classes,
    prove,
    search,
)
from geo_integration.measures.sensitive import (
    Known,
    Round,
    Rule,
    alike,
    intervals,
    marks_of,
    merged,
    prepare,
    rounded,
    sets_of,
    sum_by,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Decision",
    "Known",
    "Rule",
    "Utility",
    "decide",
    "feasible",
    "intervals",
    "publishable",
    "rounded",
    "utility",
]

_TRIALS = 5  # searches for the cheapest sums to take back
_QUICK, _LONG = 40, 400  # steps of a search
_THREADS = 4


class Decision(NamedTuple):
    """What may be published, shape (sums,), and the units that no silence can protect, (units,).

    `primary` are the sums that are not published for their own sake.
    """

    published: NDArray[np.bool_]
    primary: NDArray[np.bool_]
    exposed: NDArray[np.bool_]


class Utility(NamedTuple):
    """What is lost: shares of the sums, and of the persons in them (0 to 1)."""

    sums: float
    persons: float


def _in_parallel(
    system: System, secrets: Secrets, some: NDArray[np.intp], steps: int
) -> NDArray[np.intp]:
    """Which of some secrets are proved; every one for itself, so that the threads do not matter."""
    proved = np.zeros(len(secrets.sign), np.bool_)

    def work(part: NDArray[np.intp]) -> None:
        prove(system, new_state(system), secrets, part, steps, proved)

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(work, np.array_split(some, 4 * _THREADS)))
    return some[~proved[some]]


def _give_way(
    system: System, secrets: Secrets, some: NDArray[np.intp], steps: int
) -> NDArray[np.bool_]:
    """Take back the sums, the cheapest ones, that leave no other table; one secret after the other.

    A sum that is taken back costs nothing from then on. Secrets that stay without a table, which
    are not noted as proved, contradict something that cannot be taken back.
    """
    proved = np.zeros(len(secrets.sign), np.bool_)
    states = [new_state(system) for _ in range(_TRIALS)]
    broken = [np.empty(len(system.up), np.int32) for _ in states]
    alone = np.flatnonzero(np.diff(secrets.start) == 1)
    fall, rise = (np.full(len(system.value), -1) for _ in range(2))
    for sign, found in ((-1, fall), (1, rise)):
        ones = alone[secrets.sign[alone] == sign]
        found[secrets.classes[secrets.start[ones]]] = ones

    def tried(trial: int) -> NDArray[np.int32] | None:
        state = states[trial]
        state.moves[2] = which + 7919 * trial
        wish = secrets.sign[which], secrets.amount[which]
        count = search(system, state, asked, *wish, steps + trial % 2, broken[trial])
        return None if count < 0 else broken[trial][:count]

    def note_others(state: State) -> None:
        """Note what else the table proves that breaks nothing."""
        moved = state.classes[: state.moves[1]]
        for others in (fall[moved], rise[moved]):
            far = secrets.sign[others] * state.change[moved] >= secrets.amount[others]
            proved[others[far & (others >= 0)]] = True

    with ThreadPoolExecutor(_THREADS) as pool:
        for which in some:
            if proved[which]:
                continue
            asked = secrets.classes[secrets.start[which] : secrets.start[which + 1]]
            tables = [tried(0)]
            if tables[0] is None or len(tables[0]):
                tables += pool.map(tried, range(1, _TRIALS))
            costs = [np.inf if rows is None else system.cost[rows].sum() for rows in tables]
            best = int(np.argmin(costs))
            if costs[best] < HARD:
                proved[which] = True
                system.cost[tables[best]] = 0.0
                if costs[best] == 0:
                    note_others(states[best])
    return proved


def _last_table(
    now: Round, which: int, amount: int, unaware: NDArray[np.bool_]
) -> NDArray[np.intp] | None:
    """Sums that must go so that a secret may differ by `amount`; None: never, all silent or not.

    `unaware` are the sums that a reader is supposed to know nothing of.
    """
    system, secrets = now.system, now.secrets
    cost = np.where((system.cost >= HARD) & ~unaware, system.cost, 0.0)
    asked = secrets.classes[secrets.start[which] : secrets.start[which + 1]]
    sign = int(secrets.sign[which])
    table = hard_table(system._replace(cost=cost), asked, sign, amount)
    members = over_classes(system)
    told = np.zeros(len(system.value), np.bool_)
    if table is None and (now.most > system.upper).any():
        table = hard_table(system._replace(cost=cost, upper=now.most), asked, sign, amount)
        if table is not None:  # what tells that no unit has more than its share goes as well
            told = system.value + table > system.upper
            told[asked] = True
    if table is None:
        return None
    change = members @ table
    broken = (change > system.up) | (change < -system.down) | (members @ told > 0)
    found: NDArray[np.intp] = np.flatnonzero(broken & (system.cost > 0) & (system.cost < HARD))
    return found


def _reach(now: Round, which: int, unaware: NDArray[np.bool_]) -> int:
    """Take back what keeps a secret from as much of its range as silence can give; how much."""
    system, amounts = now.system, now.secrets.amount
    aware = system.cost[unaware]
    for amount in range(int(amounts[which]), 0, -1):
        drop = _last_table(now, which, amount, unaware)
        if drop is not None:
            less = now.secrets._replace(amount=np.minimum(amounts, amount))
            system.cost[unaware] = 0.0
            proved = _give_way(system, less, np.array([which]), 4 * _LONG)
            system.cost[unaware] = aware
            if not proved[which]:
                system.cost[drop] = 0.0
            return amount
    return 0


def _yield_for(now: Round, which: int) -> bool:
    """Take back what narrows a secret that cannot have all its range; whether it is given away.

    Where what is missing tells something by itself, the secret is kept at least from readers who
    do not see that. Given away it is when what is known besides leaves less than the range, or
    when a single number is left.
    """
    wish = int(now.secrets.amount[which])
    nothing = np.zeros(len(now.pattern), np.bool_)
    reached = _reach(now, which, nothing)
    if reached == wish:
        return False
    for unaware in (now.pattern > 1, now.pattern > 0):
        left = _reach(now, which, unaware)
        if left == wish:
            break
    if left < wish:
        return True
    turned = now._replace(secrets=now.secrets._replace(sign=-now.secrets.sign))
    return reached == 0 and _last_table(turned, which, 1, nothing) is None


def decide(
    counts: ArrayLike,
    upper: ArrayLike,
    members: csr_array,
    rule: Rule,
    *,
    weight: ArrayLike | None = None,
    known: Known | None = None,
) -> Decision:
    """Decide which sums may be published, and find what no silence can protect.

    See `publishable`.
    """
    count, most = np.asarray(counts, np.int64), np.asarray(upper, np.int64)
    if (count < 0).any() or (count > most).any():
        raise ValueError("counts must lie between 0 and upper")
    sets = sets_of(members)
    first, same = alike(sets @ marks_of(len(count), 0))
    wanted = np.ones(sets.shape[0]) if weight is None else np.asarray(weight, float)
    cost = np.bincount(same, wanted, len(first)).astype(float)
    if (cost <= 0).any():
        raise ValueError("weight must be positive")
    sets = csr_array(sets[first])
    data, printable, primary = prepare(count, most, sets, cost, rule, known)
    exposed = np.zeros(len(count), np.bool_)
    settled = np.zeros(0, [("a", np.uint64), ("b", np.uint64)])
    while True:
        now = merged(data, rule)
        keys = now.secrets.mark.view(settled.dtype).ravel()
        rest = np.flatnonzero(~np.isin(keys, settled))
        rest = _in_parallel(now.system, now.secrets, rest, _QUICK)
        if not len(rest):
            break
        rest = rest[np.argsort(-now.secrets.amount[rest], kind="stable")]
        proved = _give_way(now.system, now.secrets, rest, _LONG)
        for which in rest[~proved[rest]]:
            if _yield_for(now, int(which)):
                asked = now.secrets.classes[now.secrets.start[which] : now.secrets.start[which + 1]]
                exposed |= np.isin(now.kind, asked)
        data.cost[now.alive] = now.system.cost
        settled = np.union1d(settled, keys)
    kept = np.zeros(len(first), np.bool_)
    kept[printable] = data.cost[: len(printable)] > 0
    kept |= sets @ most == 0
    return Decision(kept[same], primary[same], exposed)


def publishable(
    counts: ArrayLike,
    upper: ArrayLike,
    members: csr_array,
    rule: Rule,
    *,
    weight: ArrayLike | None = None,
    known: Known | None = None,
) -> NDArray[np.bool_]:
    """Find the sums that may be published.

    Parameters
    ----------
    counts : array of int, shape (units,)
        Persons of the group in each unit.
    upper : array of int, shape (units,)
        What everybody knows to be the most there can be: the residents.
    members : csr_array, shape (sums, units)
        0/1: which units a sum is over.
    rule : Rule
    weight : array of float, shape (sums,), optional
        How much each sum is wanted, more than 0. Others are taken back before a sum of more weight
        than theirs together. Sums over the same units count as one, with their weights added.
    known : Known, optional
        Sums known besides, from earlier runs for example. They must hold for the counts.

    Returns
    -------
    array of bool, shape (sums,)

    Raises
    ------
    ValueError
        Counts out of range, weights that are not positive, or `known` that does not hold.
    """
    return decide(counts, upper, members, rule, weight=weight, known=known).published


def utility(members: csr_array, counts: ArrayLike, published: NDArray[np.bool_]) -> Utility:
    """Measure what is not published: the share of sums, and of the persons in them."""
    persons = sets_of(members) @ np.asarray(counts, np.int64)
    everybody = int(persons.sum())
    lost = int(persons[~published].sum())
    return Utility(
        float((~published).mean()) if len(published) else 0.0,
        lost / everybody if everybody else 0.0,
    )


def feasible(
    members: csr_array,
    low: ArrayLike,
    high: ArrayLike,
    upper: ArrayLike,
    *,
    known: Known | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Work out what can be told of every unit, by linear programming.

    Parameters
    ----------
    members : csr_array, shape (sums, units)
    low, high : arrays of int, shape (sums,)
        Closed intervals of the sums.
    upper : array of int, shape (units,)
    known : Known, optional

    Returns
    -------
    low, high : arrays of int, shape (units,)
        The narrowest whole numbers around what fractions allow: nothing outside is possible; not
        everything inside need be.

    Raises
    ------
    ValueError
        When nothing agrees with all sums.
    """
    most = np.asarray(upper, np.int64)
    sets, floor, ceiling = sets_of(members), np.asarray(low, float), np.asarray(high, float)
    if known is not None:
        sets = sets_of(vstack([sets, sets_of(known.members)], "csr"))
        floor, ceiling = np.r_[floor, known.low], np.r_[ceiling, known.high]
    by_unit = sets_of(csr_array(sets.T))
    first, kind = alike(by_unit @ marks_of(sets.shape[0], 1))
    rows = csr_array(by_unit[first].T.astype(float))
    room = sum_by(kind, most, len(first))
    _, group = connected_components(csr_array(rows.T @ rows), directed=False)
    lowest, highest = np.zeros(len(first), np.int64), room.copy()
    for part in range(int(group.max(initial=-1)) + 1):
        near = np.flatnonzero(group == part)
        some = csr_array(rows[:, near])
        filled = np.diff(some.indptr) > 0
        if not filled.any():
            continue
        some = some[filled]
        limits = {
            "A_ub": vstack([some, -some], "csr"),
            "b_ub": np.r_[ceiling[filled], -floor[filled]],
            "bounds": np.column_stack([np.zeros(len(near)), room[near]]),
        }
        for at, var in enumerate(near):
            goal = np.zeros(len(near))
            goal[at] = 1.0
            down, up = linprog(goal, **limits), linprog(-goal, **limits)
            if down.x is None or up.x is None:
                raise ValueError("no counts agree with all these sums")
            lowest[var] = np.ceil(down.fun - 1e-6)
            highest[var] = np.floor(-up.fun + 1e-6)
    others = room[kind] - most
    return np.maximum(lowest[kind] - others, 0), np.minimum(highest[kind], most)
