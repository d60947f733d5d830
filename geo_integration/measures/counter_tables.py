"""Tables of whole numbers that agree with all published sums, and hold another number somewhere.

Such a table is a proof that the number cannot be worked out. It is searched for step by step, from
the true table on: the number is changed, then the cheapest steps mend the sums that this breaks.
A step just taken is not taken back for a while (tabu search).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from geo_integration.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_LIMIT = np.int64(2**40)
HARD = 1e9  # what it costs a table to contradict what cannot be taken back
_SEARCHED = 8_000  # steps, before a solver is asked
_MILP_S = 10.0


class System(NamedTuple):
    """Sums over classes of units; how far each may fall and rise, and what breaking it costs."""

    row_start: NDArray[np.int64]
    row_vars: NDArray[np.int32]
    var_start: NDArray[np.int64]
    var_rows: NDArray[np.int32]
    value: NDArray[np.int64]
    upper: NDArray[np.int64]
    down: NDArray[np.int64]
    up: NDArray[np.int64]
    cost: NDArray[np.float64]


class Secrets(NamedTuple):
    """Sets of classes that another table must have more (1) or fewer (-1) in, and how many."""

    start: NDArray[np.int64]
    classes: NDArray[np.int32]
    sign: NDArray[np.int64]
    amount: NDArray[np.int64]
    mark: NDArray[np.uint64]  # the same for the same units and the same wish


@compiled
def _broken(change: int, down: int, up: int) -> int:
    """By how much a sum leaves its interval."""
    if change > up:
        return change - up
    return max(-down - change, 0)


class State(NamedTuple):
    """A table on its way: changes of classes and sums, and which of them were touched."""

    change: NDArray[np.int64]
    row_change: NDArray[np.int64]
    touched: NDArray[np.bool_]
    rows: NDArray[np.int32]
    moved: NDArray[np.bool_]
    classes: NDArray[np.int32]
    until: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    moves: NDArray[np.int64]  # rows touched, classes moved, random state


def new_state(system: System) -> State:
    """Begin with the true table."""
    classes, rows = len(system.value), len(system.up)
    return State(
        np.zeros(classes, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.bool_),
        np.zeros(rows, np.int32),
        np.zeros(classes, np.bool_),
        np.zeros(classes, np.int32),
        np.zeros(classes, np.int64),
        np.zeros(classes, np.bool_),
        np.zeros(3, np.int64),
    )


@compiled
def _price(system: System, state: State, var: int, step: int) -> float:
    """What one step more costs."""
    total = 0.0
    for at in range(system.var_start[var], system.var_start[var + 1]):
        row = system.var_rows[at]
        if system.cost[row] > 0.0:
            down, up, now = system.down[row], system.up[row], state.row_change[row]
            more = _broken(now + step, down, up) - _broken(now, down, up)
            total += system.cost[row] * more
    return total


@compiled
def _move(system: System, state: State, var: int, step: int) -> None:
    """Take a step; sums and classes touched for the first time are noted."""
    count = state.moves
    if not state.moved[var]:
        state.moved[var] = True
        state.classes[count[1]] = var
        count[1] += 1
    state.change[var] += step
    for at in range(system.var_start[var], system.var_start[var + 1]):
        row = system.var_rows[at]
        state.row_change[row] += step
        if not state.touched[row]:
            state.touched[row] = True
            state.rows[count[0]] = row
            count[0] += 1


@compiled
def _reset(state: State) -> None:
    """Back to the true table."""
    for at in range(state.moves[0]):
        row = state.rows[at]
        state.row_change[row] = 0
        state.touched[row] = False
    for at in range(state.moves[1]):
        var = state.classes[at]
        state.change[var] = 0
        state.moved[var] = False
        state.until[var] = 0
    state.moves[0] = 0
    state.moves[1] = 0


@compiled
def _room(system: System, state: State, var: int, sign: int) -> int:
    """How far a class may still go up (1) or down (-1)."""
    room: int = system.value[var] + state.change[var]
    if sign > 0:
        room = system.upper[var] - room
    return room


@compiled
def _chance(state: State, below: int) -> int:
    """The next number of a row that looks random, and is always the same."""
    state.moves[2] = (state.moves[2] * 1103515245 + 12345) % 2147483648
    found: int = (state.moves[2] >> 8) % below
    return found


@compiled
def _ask(
    system: System, state: State, asked: NDArray[np.int32], sign: int, amount: int, now: int
) -> bool:
    """Change the asked classes by `amount` altogether, as cheaply as step by step can be."""
    for _ in range(amount):
        best, cheapest = -1, np.inf
        for var in asked:
            if _room(system, state, var, sign) > 0 and state.until[var] <= now:
                price = _price(system, state, var, sign)
                if price < cheapest:
                    best, cheapest = var, price
        if best < 0:
            return False
        _move(system, state, best, sign)
    return True


@compiled
def _worst(system: System, state: State) -> int:
    """One of the broken sums, by chance; -1: none."""
    count = state.moves[0]
    start = _chance(state, max(count, 1))
    for k in range(count):
        row: int = state.rows[(start + k) % count]
        if (
            system.cost[row] > 0.0
            and _broken(state.row_change[row], system.down[row], system.up[row]) > 0
        ):
            return row
    return -1


@compiled
def _mend(system: System, state: State, row: int, sign: int, spare: int, now: int) -> None:
    """Take the cheapest step of a class of a broken sum towards its interval.

    The asked classes may go back, against `sign`, by `spare` at most.
    """
    change = state.row_change[row]
    broken = _broken(change, system.down[row], system.up[row])
    way = -1 if change > 0 else 1
    first, size = system.row_start[row], system.row_start[row + 1] - system.row_start[row]
    tried = min(size, 192)
    start = _chance(state, size)
    best, cheapest, chosen = -1, np.inf, 0
    for k in range(tried):
        var = system.row_vars[first + (start + k) % size]
        step = min(broken, _room(system, state, var, way))
        if state.wanted[var] and way != sign:
            step = min(step, spare)
        if step <= 0 or state.until[var] > now:
            continue
        for trial in range(1 if step == 1 else 2):
            length = step if trial == 0 else 1
            price = _price(system, state, var, way * length)
            if price < cheapest:
                best, cheapest, chosen = var, price, length
    if best >= 0:
        _move(system, state, best, way * chosen)
        state.until[best] = now + 4 + _chance(state, 6)


@compiled
def _cost(system: System, state: State) -> float:
    """What the sums cost that the table breaks."""
    total = 0.0
    for at in range(state.moves[0]):
        row = state.rows[at]
        if (
            system.cost[row] > 0.0
            and _broken(state.row_change[row], system.down[row], system.up[row]) > 0
        ):
            total += system.cost[row]
    return total


@compiled
def _note(system: System, state: State, kept: NDArray[np.int32]) -> int:
    """Write the sums down that the table breaks; how many they are."""
    found = 0
    for at in range(state.moves[0]):
        row = state.rows[at]
        if (
            system.cost[row] > 0.0
            and _broken(state.row_change[row], system.down[row], system.up[row]) > 0
        ):
            kept[found] = row
            found += 1
    return found


@compiled
def search(
    system: System,
    state: State,
    asked: NDArray[np.int32],
    sign: int,
    amount: int,
    steps: int,
    kept: NDArray[np.int32],
) -> int:
    """Look for a table in which the asked classes have `amount` more (or less) than in truth.

    Returned is how many sums the best table found breaks, and `kept` names them; -1: there is none.
    """
    _reset(state)
    for var in asked:
        state.wanted[var] = True
    free = steps % 2 == 1 and len(asked) > 1
    found, cheapest = -1, np.inf
    for now in range(1, steps):
        left = amount
        for var in asked:
            left -= sign * state.change[var]
        if left > 0:
            if not _ask(system, state, asked, sign, left, now):
                continue
            left = 0
        cost = _cost(system, state)
        if cost < cheapest:
            cheapest = cost
            found = _note(system, state, kept)
        row = _worst(system, state)
        if row < 0:
            break
        _mend(system, state, row, sign, NO_LIMIT if free else -left, now)
    for var in asked:
        state.wanted[var] = False
    return found


@compiled
def prove(
    system: System,
    state: State,
    secrets: Secrets,
    some: NDArray[np.int64],
    steps: int,
    proved: NDArray[np.bool_],
) -> None:
    """Note for which secrets a table is found that breaks nothing."""
    kept = np.empty(len(system.up), np.int32)
    for which in some:
        state.moves[2] = which
        classes = secrets.classes[secrets.start[which] : secrets.start[which + 1]]
        wish, amount = secrets.sign[which], secrets.amount[which]
        proved[which] = search(system, state, classes, wish, amount, steps, kept) == 0


def hard_table(
    hard: System, asked: NDArray[np.int32], sign: int, amount: int
) -> NDArray[np.int64] | None:
    """Changes of the classes that hold what cannot be taken back; None: none were found."""
    state = new_state(hard)
    kept = np.empty(len(hard.up), np.int32)
    if search(hard, state, asked, sign, amount, _SEARCHED, kept) == 0:
        return state.change
    return _by_milp(hard, asked, sign, amount)


def over_classes(system: System) -> csr_array:
    """Which classes the sums are over, as numbers for solvers."""
    return csr_array(
        (np.ones(len(system.row_vars)), system.row_vars, system.row_start),
        shape=(len(system.up), len(system.value)),
    )


def _by_milp(
    system: System, asked: NDArray[np.int32], sign: int, amount: int
) -> NDArray[np.int64] | None:
    """Find changes of the classes that hold what cannot be taken back; None: none in the time."""
    rows = np.flatnonzero(system.cost > 0)
    size = len(system.value)
    members = over_classes(system)[rows]
    links = csr_array(members.T @ members)
    _, group = connected_components(links, directed=False)
    near = np.flatnonzero(np.isin(group, group[asked]))
    members = csr_array(csr_array(members[:, near]))
    rows = rows[np.diff(members.indptr) > 0]
    members = members[np.diff(members.indptr) > 0]
    wish = np.isin(near, asked).astype(float)
    both = csr_array(vstack([members, csr_array(wish[None, :])]))
    up = np.r_[system.up[rows], NO_LIMIT if sign > 0 else -amount].astype(float)
    down = np.r_[-system.down[rows], amount if sign > 0 else -NO_LIMIT].astype(float)
    found = milp(
        np.zeros(len(near)),
        integrality=np.ones(len(near), np.int64),
        bounds=Bounds(-system.value[near], (system.upper - system.value)[near]),
        constraints=LinearConstraint(both, down, up),
        options={"time_limit": _MILP_S},
    )
    if found.x is None:
        return None
    table = np.zeros(size, np.int64)
    table[near] = np.rint(found.x)
    return table
