"""Numbers as statistical offices and planners write them: unknown stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.inputs.tables import number

if TYPE_CHECKING:
    from geo_integration.inputs.tables import FaultList

# "Nothing, or changed to nothing", "secret", "later", "blocked", and what programs write for none.
UNKNOWN = frozenset(
    ("", "–", "—", "-", "−", "‒", "―", ".", "·", "/", "x", "…", "...", "nan", "null", "none", "na")
)
MAX_COUNT = 10_000_000
_SHOWN = 20


class Numbers(NamedTuple):
    """A column as numbers: NaN where `unknown`, and where it is `odd`, neither known nor none."""

    values: pd.Series[float]
    unknown: pd.Series[bool]
    odd: pd.Series[bool]


def numbers(column: pd.Series) -> Numbers:
    """Read a column of numbers or text; signs for "unknown" never become 0."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.astype(float)
        unknown = values.isna()
        finite = pd.Series(np.isfinite(values), index=values.index)
        return Numbers(values.where(finite), unknown, ~finite & ~unknown)
    texts = as_texts(column)
    known = {text: number(text) for text in texts.unique() if text.lower() not in UNKNOWN}
    values = texts.map(known).astype(float)
    unknown = ~texts.isin(list(known))
    return Numbers(values, unknown, values.isna() & ~unknown)


def as_texts(column: pd.Series) -> pd.Series[str]:
    """Values as text, "" where there is none."""
    known = column.astype(object).where(column.notna(), "")
    texts: pd.Series[str] = known.map(lambda value: str(value).strip()).astype(object)
    return texts


def counts(file: str, column: pd.Series, faults: FaultList) -> Numbers:
    """Numbers of residents: 0 or more; 1.234 is a thousand and more where every dot stands so."""
    if not pd.api.types.is_numeric_dtype(column):
        texts = as_texts(column)
        dotted = texts.str.contains(".", regex=False) & ~texts.str.lower().isin(UNKNOWN)
        if dotted.any() and texts[dotted].str.fullmatch(r"\d{1,3}(\.\d{3})+").all():
            plain = texts.where(~dotted, texts.str.replace(".", "", regex=False))
            message = "Punkte in den Einwohnerzahlen sind als Tausenderpunkte gelesen; bitte prüfen"
            faults.note(file, None, str(column.name), texts[dotted].iloc[0], message)
            column = plain
    found = numbers(column)
    wrong = (found.values < 0) | (found.values > MAX_COUNT)
    return Numbers(found.values.where(~wrong), found.unknown, found.odd | wrong)


def whole(file: str, given: pd.Series[float], faults: FaultList) -> pd.Series[int]:
    """Whole numbers with the same sum: the largest fractions are rounded up."""
    floor = given - given % 1
    fraction = given - floor
    if (fraction > 0).any():
        message = "Einwohnerzahlen mit Nachkommastellen: auf ganze gerundet, die Summe bleibt"
        faults.note(file, None, "residents", f"{given[fraction > 0].iloc[0]:g}", message)
        up = fraction.sort_values(ascending=False, kind="stable").index[: round(fraction.sum())]
        floor[up] += 1
    result: pd.Series[int] = floor.astype("int64")
    return result


def tidy(file: str, column: pd.Series, faults: FaultList) -> pd.Series:
    """A further column: numbers where most of it are numbers, whole ones where all are; or text.

    What is no number among numbers becomes missing, and is noted; so is how many are unknown.
    """
    found, texts = numbers(column), as_texts(column)
    keys = texts.str.fullmatch(r"0\d+").any()  # official keys are no numbers
    if keys or found.odd.sum() * 2 > (~found.unknown).sum():
        return texts.where(texts != "", None)
    if found.unknown.any():
        message = (
            f"in {int(found.unknown.sum())} von {len(column)} Zellen unbekannt (leer, null oder "
            f"geheim); das zählt nirgends als 0"
        )
        faults.note(file, None, str(column.name), None, message)
    if found.odd.any():
        wrong = column[found.odd].iloc[0]
        message = f"{int(found.odd.sum())} Werte sind keine Zahlen, etwa der gefundene: unbekannt"
        faults.note(file, None, str(column.name), wrong, message)
    if found.values.notna().all() and (found.values % 1 == 0).all():
        return found.values.astype("int64")
    return found.values


def note_rows(
    faults: FaultList, file: str, column: pd.Series, wrong: pd.Series[bool], message: str
) -> None:
    """Note rows that do not go on, each in a line of its own; of very many only the first."""
    rows = wrong.index[wrong]
    for row in rows[:_SHOWN]:
        faults.note(file, int(row), str(column.name), column[row], message, rejected=True)
    if len(rows) > _SHOWN:
        more = f"{len(rows) - _SHOWN} weitere Zeilen ebenso: {message}"
        faults.note(file, None, str(column.name), None, more, rejected=True)
