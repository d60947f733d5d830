"""Tables of any file: where they begin, and which of their columns count people."""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.inputs.stated_numbers import statistic
from geo_integration.inputs.tables import number, plain_header
from geo_integration.outputs.labels_findings import FINDING_WORDS
from geo_integration.outputs.labels_tables import TABLE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = TABLE_WORDS | FINDING_WORDS
PEOPLE = (
    "residents", "residents_model", "residents_counted", "covered", "uncovered", "booked", "lost",
    "lost_paused", "lost_no_way", "gained", "within", "withheld", "need", "need_covered",
)  # fmt: skip
SHARES = ("share_covered", "need_share")
KEYS = (
    "field", "category", "day_type", "reason", "band", "indicator", "definition", "counted",
    "group", "place", "name", "why",
)  # fmt: skip
_PERSON = re.compile(
    r"(?:einwohner(?:zahl|innen|n)?|einwohnende|bewohner(?:innen|n)?|person(?:en|s)?|menschen|"
    r"personenzahl|bevölkerung|bedarf|residents?|inhabitants?|people|population|geflüchteten?|"
    r"flüchtlinge|refugees|ausländer(?:innen)?|schutzsuchende|asylsuchende|leistungsberechtigte|"
    r"migrant(?:en|innen)|teilnehmende|klient(?:en|innen))"
)
# Words that count people only where nothing else stands in the title: "Kultur und Frauen" does not.
_ALONE = re.compile(
    r"frauen|männer|kinder|jugendliche|erwachsene|weiblich|männlich|women|men|children"
)
_NO_COUNT = re.compile(
    r"(?:anteil|anteile|share|shares|quote|prozent|percent|je|pro|per|dichte|density|km|km2|min|"
    r"minuten|minutes|differenz|id|kennung|nur|only|zellen|cells)"
)
_SHARE = re.compile(r"(?:anteil|anteile|share|shares|quote|prozent|percent)")
_DIGIT = re.compile("[0-9]")
_AGO = range(1900, 2101)
_LONGEST_TITLE, _LABELS, _ABOVE = 120, 4, 5


def _titles() -> dict[str, str]:
    """Plain title of a column, in both languages and as our files have it -> its name."""
    known = {}
    for name in (*PEOPLE, *SHARES, *KEYS, "numerator", "denominator"):
        known[plain_header(name)] = name
        for text in WORDS.get(f"column.{name}", ()):
            known[plain_header(text)] = name
    for text in WORDS["column.value_reached"]:
        known[plain_header(text)] = "value"
    for text in WORDS["column.counted"]:
        known[plain_header(text)] = "counted"
    return known | {plain_header(t): "residents" for t in WORDS["column.residents_model"]}


_TITLES = _titles()
_FIRST_DAY = tuple(plain_header(text.split("{")[0]) for text in WORDS["column.covered_first"])
_QUALITY = {
    plain_header(t) for k, texts in WORDS.items() if k.startswith("quality.") for t in texts
}


class Table(NamedTuple):
    """A table below its titles: where it is, what its columns are, its rows with their numbers.

    `roles` has for each column its name, "people" or "share" where only that is known, or "".
    """

    place: str
    titles: tuple[str, ...]
    roles: tuple[str, ...]
    rows: list[tuple[int, Sequence[object]]]

    def column(self, name: str) -> int | None:
        """Position of a column."""
        return self.roles.index(name) if name in self.roles else None

    def counts(self) -> list[int]:
        """Positions of the columns that count people."""
        return [i for i, role in enumerate(self.roles) if role in PEOPLE or role == "people"]


@functools.lru_cache(maxsize=10_000)
def role_of(title: str) -> str:
    """What a column holds, by its title."""
    if len(title) > _LONGEST_TITLE or title.strip()[:1].isdigit():
        return ""
    plain = plain_header(title)
    if plain in _TITLES or plain.startswith(_FIRST_DAY):
        return _TITLES.get(plain, "people")
    words = re.findall(r"[^\W\d_]+|%", title.lower())
    if any(_SHARE.fullmatch(word) or word == "%" for word in words):
        return "share"
    alone = len(words) == 1 and _ALONE.fullmatch(words[0])
    spoken = any(map(_PERSON.fullmatch, words)) and not any(map(_NO_COUNT.fullmatch, words))
    return "people" if alone or spoken else ""


def number_of(value: object) -> float | None:
    """A number as tables have it; None where the cell is empty or holds something else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value else None  # noqa: PLR0124  NaN is not itself
    if not isinstance(value, str) or len(value) > 30 or not _DIGIT.search(value):
        return None
    text = value.strip().removesuffix("%").strip()
    found = statistic(text).value
    return number(text) if found is None else float(found)


def tables_of(rows: Sequence[Sequence[object]], place: str) -> list[Table]:
    """Find the tables of a sheet that count people.

    Parameters
    ----------
    rows : sequence of sequence
        Cells of the sheet.
    place : str
        What the sheet is called.

    Returns
    -------
    list of Table
        Each from a row of titles to the next one. A row of titles has one that speaks of people or
        shares and no number but years; where none has, but the sheet speaks of people, the first
        row above numbers counts.
    """
    heads = [i for i, row in enumerate(rows) if _is_head(row)]
    found = []
    for head, end in itertools.pairwise([*heads, len(rows)]):
        body = [(i + 1, rows[i]) for i in range(head + 1, end)]
        found.append(Table(place, *_columns(rows[head]), body))
    if not heads and (table := _spoken_of(rows, place)):
        found.append(table)
    before = heads[0] if heads else len(rows)
    beside = [(i + 1, rows[i]) for i in range(before) if _is_line(rows[i])]
    if beside and not (found and not heads):
        width = max(len(row) for _, row in beside)
        roles = ("", *["people"] * (width - 1))
        found.append(Table(place, tuple(f"Spalte {i + 1}" for i in range(width)), roles, beside))
    return found


def _columns(titles: Sequence[object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Titles as text, and the roles of their columns."""
    texts = tuple(" ".join(str(title or "").split()) for title in titles)
    roles = [role_of(title) for title in texts]
    if sum(plain_header(text) in _QUALITY for text in texts) > 2:
        roles = [
            "people" if plain_header(t) in _QUALITY else r
            for t, r in zip(texts, roles, strict=True)
        ]
    if "need" in roles:
        spans = {plain_header(t) for k in ("need_low", "need_high") for t in WORDS[f"column.{k}"]}
        roles = [
            "people" if plain_header(t) in spans else r for t, r in zip(texts, roles, strict=True)
        ]
    return texts, tuple(roles)


def layer_table(place: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A layer as a table: its titles are known without looking for them."""
    return Table(place, *_columns(columns), list(enumerate(rows, start=1)))


def _is_head(row: Sequence[object]) -> bool:
    """Whether a row holds titles, one of them of people or shares."""
    if any(isinstance(value, int | float) and value not in _AGO for value in row):
        return False
    texts = [value for value in row if isinstance(value, str) and value.strip()]
    roles = {role_of(text) for text in texts} if len(texts) > 1 else set()
    if not roles & {*PEOPLE, *SHARES, "people", "share", "numerator"}:
        return False
    return all(number is None or number in _AGO for number in map(number_of, texts))


def _is_line(row: Sequence[object]) -> bool:
    """Whether a row is a title of people followed by numbers."""
    filled = [value for value in row if value not in (None, "")]
    return (
        len(filled) > 1
        and isinstance(filled[0], str)
        and (role_of(filled[0]) in PEOPLE or role_of(filled[0]) == "people")
        and all(number_of(value) is not None and "%" not in str(value) for value in filled[1:])
    )


def _spoken_of(rows: Sequence[Sequence[object]], place: str) -> Table | None:
    """A table without titles of people, below a line or on a sheet that speaks of them."""
    for head, row in enumerate(rows[:-1]):
        below = [number_of(value) for value in rows[head + 1]]
        if (
            sum(n is not None for n in below) < 1
            or sum(isinstance(v, str) and bool(v.strip()) for v in row) < 2
        ):
            continue
        spoken = [
            place,
            *(v for r in rows[max(0, head - _ABOVE) : head] for v in r if isinstance(v, str)),
        ]
        words = [word for text in spoken for word in re.findall(r"[^\W\d_]+", text.lower())]
        if not any(map(_PERSON.fullmatch, words)):
            return None
        titles, roles = _columns(row)
        body = [(i + 1, rows[i]) for i in range(head + 1, len(rows))]
        whole = [_is_whole(titles, at, body) for at in range(len(titles))]
        return Table(
            place,
            titles,
            tuple("people" if w and not r else r for w, r in zip(whole, roles, strict=True)),
            body,
        )
    return None


def _is_whole(titles: Sequence[str], at: int, body: list[tuple[int, Sequence[object]]]) -> bool:
    """Whether a column holds whole numbers that may count something."""
    if _NO_COUNT.search(titles[at].lower()) or "jahr" in titles[at].lower():
        return False
    values = [number_of(row[at]) for _, row in body if at < len(row)]
    known = [value for value in values if value is not None]
    return bool(known) and all(value.is_integer() and value not in _AGO for value in known)
