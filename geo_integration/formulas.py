"""Formulas on the columns of a table, as county.toml writes them: parsed, never run."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

# Characters, levels, and results that are not noise of floating point.
LONGEST = 500
DEEPEST = 100
_LEAST, _MOST = 1e-9, 1e15

_BINARY: dict[type[ast.operator], Callable[[Numbers, Numbers], Numbers]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
}
_UNARY: dict[type[ast.unaryop], Callable[[Numbers], Numbers]] = {
    ast.UAdd: np.positive,
    ast.USub: np.negative,
}
_FUNCTIONS: dict[str, np.ufunc] = {"min": np.minimum, "max": np.maximum}
_ALLOWED = "möglich sind + - * /, Klammern, Zahlen, Namen von Spalten, min(a, b) und max(a, b)"


def formula_columns(formula: str) -> list[str]:
    """Names of the columns that a formula uses, each once, in the order of the text.

    Parameters
    ----------
    formula : str
        As written in county.toml. Nothing of it is ever run: it is parsed, and only arithmetic
        passes.

    Returns
    -------
    list of str
        At least one name.

    Raises
    ------
    SettingsError
        (a ValueError) When it is no formula; says what is wrong.
    """
    return names_in(parsed(formula))


def evaluate(formula: str, table: pd.DataFrame) -> Numbers:
    """Values of a formula, cell by cell.

    Parameters
    ----------
    formula : str
        See `formula_columns`.
    table : DataFrame
        CELLS, or any table with the columns.

    Returns
    -------
    ndarray of float, shape (rows,)
        0 or more; what would be negative is 0 (NEEDS tells of such cells by their origin).
        Missing where a value is, and where something is divided by zero.

    Raises
    ------
    SettingsError
        When it is no formula, or a column is not there or holds no numbers.
    """
    tree = parsed(formula)
    return np.maximum(result(tree, numbers_of(table, names_in(tree), formula)), 0.0)


def parsed(formula: str) -> ast.expr:
    """Tree of a formula in which everything is allowed."""
    text = " ".join(formula.split())
    if not text:
        raise SettingsError("Die Formel ist leer")
    if len(text) > LONGEST:
        raise SettingsError(f"Die Formel hat {len(text)} Zeichen, möglich sind {LONGEST}")
    if "#" in text:
        raise SettingsError(f"Formel {text!r}: '#' ist nicht möglich; {_ALLOWED}")
    comma = re.search(r"\d+,\d+", text)
    if comma:
        raise SettingsError(
            f"Formel {text!r}: {comma[0]!r} ist nicht eindeutig. Zahlen brauchen einen Punkt "
            f"(0.5), das Komma in min() und max() ein Leerzeichen danach"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python to programmers
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = getattr(error, "offset", None)
        where = f" ab Zeichen {at}" if at else ""
        raise SettingsError(f"Formel {text!r}: nicht zu lesen{where}; {_ALLOWED}") from None
    _check(tree, text, 0)
    if not names_in(tree):
        raise SettingsError(f"Formel {text!r}: nennt keine Spalte")
    return tree


def _check(node: ast.expr, text: str, depth: int) -> None:
    """Raise for whatever is not plain arithmetic."""
    if depth > DEEPEST:
        raise SettingsError(f"Die Formel ist zu tief verschachtelt (mehr als {DEEPEST} Stufen)")
    if isinstance(node, ast.Constant) and _is_number(node.value):
        return
    if isinstance(node, ast.Name):
        if node.id in _FUNCTIONS:
            raise SettingsError(f"Formel {text!r}: {node.id} braucht Klammern: {node.id}(a, b)")
        return
    for inner in _parts(node, text):
        _check(inner, text, depth + 1)


def _parts(node: ast.expr, text: str) -> list[ast.expr]:
    """What an operation or function works on."""
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return [node.operand]
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _FUNCTIONS
        and not node.keywords
    ):
        if len(node.args) < 2:
            name = node.func.id
            raise SettingsError(f"Formel {text!r}: {name} braucht zwei Werte: {name}(a, b)")
        return node.args
    found = ast.get_source_segment(text, node) or text
    raise SettingsError(f"Formel {text!r}: {found!r} ist nicht möglich; {_ALLOWED}")


def _is_number(value: object) -> bool:
    """Whether a constant is a finite real number (True is none)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return bool(np.isfinite(float(value)))
    except OverflowError:
        return False


def names_in(tree: ast.expr) -> list[str]:
    """Columns of a checked tree."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    found.sort(key=lambda node: node.col_offset)
    return list(dict.fromkeys(node.id for node in found if node.id not in _FUNCTIONS))


def numbers_of(table: pd.DataFrame, names: Iterable[str], formula: str) -> dict[str, Numbers]:
    """The columns as numbers; missing is NaN."""
    found = {}
    for name in names:
        if name not in table.columns:
            raise SettingsError(
                f"Formel {formula!r}: die Einwohnerdatei hat keine Spalte {name!r}; es gibt "
                f"{', '.join(_numeric(table))}"
            )
        if name not in _numeric(table):
            raise SettingsError(f"Formel {formula!r}: Spalte {name!r} enthält keine Zahlen")
        values = table[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        found[name] = np.where(np.isfinite(values), values, np.nan)
    return found


def _numeric(table: pd.DataFrame) -> list[str]:
    """Columns that hold numbers."""
    kinds = table.dtypes
    return [
        str(name)
        for name, kind in kinds.items()
        if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    ]


def result(tree: ast.expr, columns: Mapping[str, Numbers]) -> Numbers:
    """Value of a checked tree; what is no number of people, not even nearly, is missing or 0."""

    def value(node: ast.expr) -> Numbers:
        if isinstance(node, ast.Constant):
            return np.array(float(node.value))  # type: ignore[arg-type]
        if isinstance(node, ast.Name):
            return columns[node.id]
        if isinstance(node, ast.BinOp):
            return _BINARY[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return _UNARY[type(node.op)](value(node.operand))
        assert isinstance(node, ast.Call)  # noqa: S101  `_check` lets nothing else pass
        assert isinstance(node.func, ast.Name)  # noqa: S101
        first, *others = map(value, node.args)
        for other in others:
            first = _FUNCTIONS[node.func.id](first, other)
        return first

    with np.errstate(all="ignore"):
        found = value(tree)
        found = np.where(np.abs(found) <= _MOST, found, np.nan)
        return np.where(np.abs(found) < _LEAST, 0.0, found)
