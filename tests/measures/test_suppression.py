from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geo_integration.measures.suppression import (
    Known,
    Rule,
    decide,
    feasible,
    intervals,
    publishable,
    rounded,
    utility,
)

EXACT = Rule(min_count=5, rounding=1, dominance=1.0)
BY_FIVE = Rule(min_count=5, rounding=5, dominance=1.0)


def sums(*rows):
    return csr_array(np.array(rows))


def published(counts, rows, rule=EXACT, *, upper=1000, weight=None, known=None):
    upper = np.broadcast_to(upper, len(counts))
    return publishable(counts, upper, sums(*rows), rule, weight=weight, known=known).tolist()


# The attacker, who shares no code with what he attacks ------------------------------------------


def told(number, rule):
    """Smallest and largest count that is printed like this one, by trying all."""

    def printed(count):
        if count == 0:
            return 0
        multiple = int(count / rule.rounding + 0.5) * rule.rounding
        while multiple < rule.min_count:
            multiple += rule.rounding
        return multiple

    counts = [0, *range(rule.min_count, 200)]
    same = [count for count in counts if printed(count) == printed(number)]
    return min(same), max(same)


def secrets(counts, upper, rows, shown, k):
    """Small units, small classes of units with the same published sums, small sums left out."""
    units = len(counts)
    sets = [np.eye(units, dtype=int)[unit] for unit in range(units)]
    columns = [tuple(column) for column in shown.T]
    sets += [np.array([c == column for c in columns], dtype=int) for column in set(columns)]
    sets += list(rows)
    for chosen in sets:
        count, most = chosen @ counts, chosen @ upper
        if 0 < count < k:
            high = min(k - 1, most)
            yield chosen, min(1, high - 1), high
        elif count >= k and count == most:
            yield chosen, most - (k - 1), 0


def limits(counts, rows, chosen, rule, known):
    shown = rows[chosen]
    low, high = (np.array([told(n, rule)[side] for n in shown @ counts], int) for side in (0, 1))
    if known is not None:
        shown = np.vstack([shown, known.members.toarray()])
        low, high = np.r_[low, known.low], np.r_[high, known.high]
    return shown, low, high


def tried_all(chosen, shown, low, high, upper):
    tables = np.array(list(itertools.product(*(range(most + 1) for most in upper))))
    values = tables @ shown.T
    fitting = tables[((values >= low) & (values <= high)).all(axis=1)] @ chosen
    return fitting.min(), fitting.max()


def solved(chosen, shown, low, high, upper):
    def least(goal):
        limit = LinearConstraint(shown, low, high) if len(shown) else ()
        ones = np.ones(len(upper))
        found = milp(goal, integrality=ones, bounds=Bounds(0, upper), constraints=limit)
        return round(found.fun)

    return least(chosen), -least(-chosen)


def leaks(counts, upper, rows, chosen, rule, known=None, range_of=tried_all):
    """What the published sums give away, beyond what is known without them."""
    shown, low, high = limits(counts, rows, chosen, rule, known)
    silent = limits(counts, rows, np.zeros(len(rows), bool), rule, known)
    found = []
    for secret, must_fall, must_rise in secrets(
        counts, upper, rows[~chosen], shown, rule.min_count
    ):
        lowest, highest = range_of(secret, shown, low, high, upper)
        if lowest > must_fall or highest < must_rise:
            least, most = range_of(secret, *silent, upper)
            if lowest > max(must_fall, least) or highest < min(must_rise, most):
                found.append((secret.tolist(), int(lowest), int(highest)))
    return found


@st.composite
def systems(draw):
    units = draw(st.integers(1, 5))
    upper = np.array(draw(st.lists(st.integers(0, 6), min_size=units, max_size=units)))
    counts = np.array([draw(st.integers(0, int(most))) for most in upper])
    if draw(st.booleans()):
        counts = np.minimum(upper, draw(st.integers(0, 6)))  # all equal, or everybody
    row = st.lists(st.integers(0, 1), min_size=units, max_size=units)
    rows = [[1] * units, *draw(st.lists(row, max_size=5))]
    rule = Rule(
        draw(st.sampled_from([3, 5, 10])),
        draw(st.sampled_from([1, 5])),
        draw(st.sampled_from([1.0, 0.7])),
    )
    return counts, upper, np.array(rows), rule


@settings(max_examples=150, deadline=None)
@given(systems())
def test_no_small_number_can_be_worked_out_by_trying_all_tables(system):
    counts, upper, rows, rule = system
    chosen = publishable(counts, upper, csr_array(rows), rule)
    assert leaks(counts, upper, rows, chosen, rule) == []


@settings(max_examples=50, deadline=None)
@given(systems(), st.data())
def test_what_an_earlier_run_told_adds_nothing(system, data):
    counts, upper, rows, rule = system
    row = st.lists(st.integers(0, 1), min_size=len(counts), max_size=len(counts))
    earlier = np.array(data.draw(st.lists(row, min_size=1, max_size=3)))
    less, more = data.draw(st.tuples(st.integers(0, 4), st.integers(0, 4)))
    low, high = np.maximum(earlier @ counts - less, 0), earlier @ counts + more
    known = Known(csr_array(earlier), low, high)
    chosen = publishable(counts, upper, csr_array(rows), rule, known=known)
    assert leaks(counts, upper, rows, chosen, rule, known) == []


def county(seed, cells=40, areas=4, reaches=8):
    """Nested areas, and within each what is within reach; half of the reaches are nested."""
    rng = np.random.default_rng(seed)
    upper = rng.integers(2, 60, cells)
    counts = rng.binomial(upper, 0.12)
    area = np.sort(rng.integers(0, areas, cells))
    near = rng.random((reaches, cells)) < 0.5
    near[1::2] &= near[::2]
    each = [np.ones(cells, bool), *(area == a for a in range(areas))]
    rows = [part & reach for part in each for reach in [np.ones(cells, bool), *near]]
    return counts, upper, np.array(rows, int)


@pytest.mark.parametrize("rule", [EXACT, BY_FIVE, Rule(3, 5, 1.0), Rule(10, 5, 0.8)])
def test_no_solver_works_a_small_number_out_of_a_county(rule):
    counts, upper, rows = county(1)
    chosen = publishable(counts, upper, csr_array(rows), rule)
    assert chosen.any()
    assert leaks(counts, upper, rows, chosen, rule, range_of=solved) == []


@pytest.mark.parametrize("rule", [EXACT, BY_FIVE])
def test_leaving_out_small_sums_alone_would_give_small_numbers_away(rule):
    counts, upper, rows = county(1, reaches=20)
    decision = decide(counts, upper, csr_array(rows), rule)
    assert leaks(counts, upper, rows, ~decision.primary, rule, range_of=solved)


# Single sums ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "printed"),
    [
        (EXACT, [0, 5, 6, 7, 8, 12, 13]),
        (BY_FIVE, [0, 5, 5, 5, 10, 10, 15]),
        (Rule(6, 5, 1.0), [0, 10, 10, 10, 10, 10, 15]),
        (Rule(3, 2, 1.0), [0, 6, 6, 8, 8, 12, 14]),
    ],
)
def test_numbers_are_rounded_halves_up_and_never_below_the_smallest(rule, printed):
    assert rounded([0, 5, 6, 7, 8, 12, 13], rule).tolist() == printed


@given(st.integers(1, 12), st.integers(1, 10))
def test_an_interval_holds_exactly_the_counts_that_are_printed_so(k, step):
    rule = Rule(k, step, 1.0)
    counts = np.array([0, *range(k, 60)])
    low, high = intervals(rounded(counts, rule), rule)
    for count, least, most in zip(counts[:40], low, high, strict=False):
        assert (least, most) == told(int(count), rule)


@pytest.mark.parametrize(("k", "expected"), [(3, True), (4, False), (10, False)])
def test_a_sum_below_the_smallest_count_is_not_published(k, expected):
    assert published([3, 0], [[1, 1]], Rule(k, 1, 1.0)) == [expected]


def test_nobody_is_published_where_there_could_be_many():
    assert published([0, 0, 9], [[1, 1, 0]]) == [True]


def test_nobody_is_not_published_where_there_could_be_few_anyway():
    assert published([0], [[1]], upper=4) == [False]


def test_a_sum_over_nobody_that_everybody_knows_of_is_published():
    assert published([0, 9], [[1, 0]], upper=[0, 100]) == [True]


def test_zeros_that_overlap_a_small_sum_are_left_out_with_it():
    first_and_second, second_and_third, third = [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0]
    rows = [first_and_second, second_and_third, third, [0, 0, 0, 1]]
    assert published([2, 0, 0, 0], rows) == [False, False, False, True]


def test_that_all_are_left_out_does_not_tell_that_nobody_is_missing():
    # A, B and both of them are small: were zeros published, A = B = 1 would follow from k = 3
    rows, rule = [[1, 0], [0, 1], [1, 1]], Rule(3, 1, 1.0)
    assert published([1, 1], rows, rule) == published([2, 0], rows, rule) == [False] * 3


def test_a_sum_of_everybody_is_not_published_nor_what_it_follows_from():
    rows = [[1, 0, 0], [0, 1, 1], [1, 1, 1]]
    assert published([8, 30, 30], rows, upper=[8, 90, 90])[0] is False
    assert sum(published([8, 30, 30], rows, upper=[8, 90, 90])) == 1


def test_a_sum_that_one_unit_dominates_is_not_published():
    rule = Rule(5, 1, 0.8)
    assert published([81, 19], [[1, 1]], rule) == [False]
    assert published([80, 20], [[1, 1]], rule) == [True]


def test_a_sum_over_a_single_inhabited_unit_is_no_matter_of_dominance():
    assert published([30, 0], [[1, 1]], Rule(5, 1, 0.8), upper=[90, 0]) == [True]


# Sums together ----------------------------------------------------------------------------------


def test_one_of_two_sums_goes_whose_difference_is_small():
    assert sum(published([20, 3], [[1, 1], [1, 0]])) == 1


def test_the_less_wanted_of_two_sums_goes():
    rows = [[1, 1], [1, 0]]
    assert published([20, 3], rows, weight=[1, 2]) == [False, True]
    assert published([20, 3], rows, weight=[2, 1]) == [True, False]


def test_two_sums_stay_when_rounding_hides_their_difference():
    # 18 to 22, and 23 to 27: the difference may be anything from 1 to 9
    assert published([21, 3], [[1, 1], [1, 0]], BY_FIVE) == [True, True]


def test_one_of_two_sums_goes_when_rounding_leaves_less_than_the_range():
    # both are printed 10, which is 10 to 12: the difference is 2 at most, and should be up to 9
    assert sum(published([10, 2], [[1, 1], [1, 0]], Rule(10, 5, 1.0))) == 1


def test_a_total_goes_when_all_its_parts_are_known_to_be_small():
    # both left out, hence at most 4 each: 8 would tell both
    assert published([4, 4], [[1, 0], [0, 1], [1, 1]]) == [False] * 3


def test_equal_sums_over_the_same_units_are_treated_alike():
    assert published([20, 3, 9], [[1, 1, 0], [1, 0, 0], [1, 1, 0]], weight=[1, 1.5, 1]) == [
        True,
        False,
        True,
    ]


def test_a_part_of_a_known_sum_is_not_published_when_the_rest_is_small():
    known = Known(sums([1, 1]), np.array([23]), np.array([23]))
    assert published([20, 3], [[1, 0]]) == [True]
    assert published([20, 3], [[1, 0]], known=known) == [False]


def test_what_is_known_besides_and_gives_a_unit_away_is_reported():
    known = Known(sums([1, 0, 0]), np.array([3]), np.array([3]))
    decision = decide([3, 9, 9], [50, 50, 50], sums([0, 1, 1]), EXACT, known=known)
    assert decision.exposed.tolist() == [True, False, False]
    assert decision.published.tolist() == [True]


def test_what_cannot_be_true_is_refused():
    known = Known(sums([1, 1]), np.array([30]), np.array([30]))
    with pytest.raises(ValueError, match="known"):
        published([20, 3], [[1, 0]], known=known)
    with pytest.raises(ValueError, match="upper"):
        published([20, 3], [[1, 0]], upper=10)
    with pytest.raises(ValueError, match="weight"):
        published([20, 3], [[1, 0]], weight=[0])


def test_nothing_to_publish_is_no_fault():
    assert publishable([3], [9], csr_array((0, 1)), EXACT).tolist() == []
    assert publishable([], [], csr_array((2, 0)), EXACT).tolist() == [True, True]
    assert published([3], [[0]]) == [True]


def test_the_same_input_has_the_same_result():
    counts, upper, rows = county(2)
    first, second = (publishable(counts, upper, csr_array(rows), BY_FIVE) for _ in range(2))
    assert (first == second).all()


def test_utility_counts_sums_and_the_persons_in_them():
    lost = utility(sums([1, 1], [1, 0], [0, 1], [0, 0]), [6, 2], np.array([1, 1, 0, 1], bool))
    assert lost == (0.25, 2 / 16)


# The attacker's view by linear programming ------------------------------------------------------


def test_a_difference_pins_a_unit():
    low, high = feasible(sums([1, 1], [1, 0]), [23, 20], [23, 20], [50, 50])
    assert (low.tolist(), high.tolist()) == ([20, 3], [20, 3])


def test_units_that_no_sum_parts_share_what_their_sum_leaves():
    low, high = feasible(sums([1, 1, 0]), [10], [12], [9, 20, 7])
    assert (low.tolist(), high.tolist()) == ([0, 1, 0], [9, 12, 7])


def test_what_is_known_besides_narrows():
    known = Known(sums([0, 1]), np.array([4]), np.array([6]))
    low, high = feasible(sums([1, 1]), [10], [10], [9, 9], known=known)
    assert (low.tolist(), high.tolist()) == ([4, 4], [6, 6])


def test_sums_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="agree"):
        feasible(sums([1, 1], [1, 0]), [3, 5], [3, 5], [9, 9])


@settings(max_examples=40, deadline=None)
@given(systems())
def test_linear_programming_never_rules_out_what_is_possible(system):
    counts, upper, rows, rule = system
    values = rows @ counts
    low, high = np.maximum(values - rule.rounding + 1, 0), values + rule.rounding - 1
    found = feasible(csr_array(rows), low, high, upper)
    for unit, (least, most) in enumerate(zip(*found, strict=True)):
        true = tried_all(np.eye(len(upper), dtype=int)[unit], rows, low, high, upper)
        assert least <= true[0] <= true[1] <= most
