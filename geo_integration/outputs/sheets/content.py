"""What stands on a sheet, in words: published frames -> texts. Nothing is computed or drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.frames import NO_FIT, NO_OFFER, NOT_LOCATED, NOT_ON_DAY, REASONS
from geo_integration.outputs.labels import number, percent
from geo_integration.outputs.sheets.classes import Look, class_of_cells, limits_of, looks
from geo_integration.outputs.sheets.credits import notes, sources
from geo_integration.outputs.sheets.typesetting import plain

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.outputs.sentences import Context
    from geo_integration.profile import Category, DayType

_NOWHERE = [REASONS.index(r) for r in (NO_OFFER, NO_FIT, NOT_LOCATED, NOT_ON_DAY)]
# A gap belongs to a municipality's sheet if more of it than this lies inside.
_TOUCHING_M2 = 1.0
_NAME, _SOURCE = 80, 200


class Question(NamedTuple):
    """What a sheet is about; `area_id` None is the whole county."""

    category: Category
    day: DayType
    area_id: str | None


class Row(NamedTuple):
    """A row of a table: name, residents, within reach, share."""

    name: str
    residents: str
    covered: str
    share: str


class Gap(NamedTuple):
    """An underserved area in the list; `rank` is its number on the map."""

    rank: str
    name: str
    facts: str


class Sheet(NamedTuple):
    """All that stands on a sheet. `cells` has the class of each cell that is drawn.

    `shown` are the cells of the sheet, `gaps` the rows of GAPS it outlines; `listed` has the same
    length. `rows` is the total, then the parts, those with most residents out of reach first.
    """

    question: Question
    title: str
    scope: str
    rule: str
    internal: str
    warnings: tuple[str, str]
    share: str
    headline: str
    looks: list[Look]
    cells: NDArray[np.int64]
    shown: gpd.GeoDataFrame
    withheld: NDArray[np.bool_]
    legend: list[tuple[int, str]]
    withheld_text: str
    reasons_title: str
    reasons: list[tuple[str, str]]
    gaps: gpd.GeoDataFrame
    listed: list[Gap]
    gaps_note: str
    rows_title: str
    heads: Row
    rows: list[Row]
    notes: list[str]
    sources: str
    made: str


def sheet_content(context: Context, question: Question, *, paper: str) -> Sheet:
    """Gather what stands on a sheet.

    Parameters
    ----------
    context : Context
        What was published, and the county profile.
    question : Question
        Category, day type, municipality.
    paper : str
        Name of the paper size.

    Returns
    -------
    Sheet
        Texts are clean: signs that steer are gone, long ones are cut.
    """
    category, day, area_id = question
    published, say = context.published, context.say
    mask = np.ones(len(published.cells), dtype=bool)
    if area_id is not None:
        mask = (published.cells["area_id"] == area_id).to_numpy(bool)
    cells = published.cells[mask]
    classes, reason = _classes(context, question, mask)
    every = looks(context, _limits(context, category))
    residents = pd.to_numeric(cells["residents"]).astype("Float64")
    withheld = residents.isna().to_numpy(bool)
    counts = residents.fillna(0).to_numpy(float)
    legend = [
        (n, number(counts[classes == n].sum(), context.language))
        for n in range(len(every))
        if (classes == n).any()
    ]
    gaps = _gaps(context, question)
    name = place_name(context, area_id)
    held = say("legend.withheld_count", n=int(withheld.sum())) if withheld.any() else ""
    title, rows_title, heads, rows = _table(context, question)
    return Sheet(
        question=question,
        title=title,
        scope=plain(say("print.scope", name=name, day=day.name_in(context.language))),
        rule=_rule(context, category),
        internal=say("page.internal") if context.facts["internal"] else "",
        warnings=_warnings(context),
        share=_share_text(context, _own_row(context, question)),
        headline=_headline(context, question),
        looks=every,
        cells=classes,
        shown=cells,
        withheld=withheld,
        legend=legend,
        withheld_text=held,
        reasons_title=plain(say("print.reasons", people=_people(context))),
        reasons=_reasons(context, question),
        gaps=gaps,
        listed=_listed(context, gaps),
        gaps_note=_gaps_note(context, question, gaps, reason),
        rows_title=rows_title,
        heads=heads,
        rows=rows,
        notes=notes(context, day, paper),
        sources=sources(context),
        made=plain(
            say(
                "page.made",
                version=context.facts["method_version"],
                run=context.facts["made_from"],
            )
        ),
    )


def place_name(context: Context, area_id: str | None) -> str:
    """Name of the municipality, of those that the run was limited to, or of the county."""
    if area_id is not None:
        return plain(context.areas()[area_id], longest=_NAME)
    selected = ", ".join(context.facts["selected"])
    return plain(selected or context.settings.county.name, longest=_NAME)


def _people(context: Context) -> str:
    modelled = context.settings.residents.modelled
    return context.say("unit.residents_model" if modelled else "unit.residents")


def _classes(
    context: Context, question: Question, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Class and reason of every cell of the sheet."""
    covered = context.published.coverage.of_cells(mask)
    c = covered.categories.index(question.category.id)
    d = covered.day_types.index(question.day.id)
    reason, limits = covered.reason[c, d], _limits(context, question.category)
    return class_of_cells(reason, covered.longer_min()[c, d], limits), reason


def _limits(context: Context, category: Category) -> list[float]:
    rule = context.settings.rule
    return limits_of(rule.bands_min, context.settings.max_minutes(category.id))


def _of_question(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Rows of a table of a category and day type."""
    same = (table["category"] == question.category.id) & (table["day_type"] == question.day.id)
    return table[same]


def _own_row(
    context: Context, question: Question, table: pd.DataFrame | None = None
) -> dict[Hashable, Any] | None:
    """The row of the sheet's own area; None where there is none."""
    frame = context.published.area_coverage if table is None else table
    rows = _of_question(frame, question)
    rows = rows[rows["area_id"] == (question.area_id or context.settings.county.ags)]
    return next(iter(rows.to_dict("records")), None)


def _is_known(value: object) -> bool:
    """Whether a number is there, and not withheld."""
    return value is not None and value is not pd.NA and value == value  # noqa: PLR0124  NaN


def _count(context: Context, value: object) -> str:
    """A count; a dot where it is withheld."""
    if not _is_known(value):
        return context.say("unit.withheld")
    return number(float(str(value)), context.language)


def _share_text(context: Context, row: Mapping[Hashable, Any] | None) -> str:
    """The share as a reader writes it; a dot where it is withheld, nothing where there is none."""
    if row is None:
        return ""
    share = row["share_covered"]
    if not _is_known(share):
        return context.say("unit.withheld")
    return percent(float(share), context.language)


# Head -----------------------------------------------------------------------------------------


def _rule(context: Context, category: Category) -> str:
    rule = context.settings.rule
    return context.say(
        "print.rule",
        max=context.settings.max_minutes(category.id),
        wait=rule.max_wait_min,
        early=rule.earliest_departure,
        late=rule.latest_return,
        visit=rule.visit_min,
    )


def _warnings(context: Context) -> tuple[str, str]:
    """Warning of sample data, and the county's own note."""
    county = context.settings.county
    sample = context.say("page.sample") if county.data_status == "sample" else ""
    return sample, plain(county.status_note)


def _headline(context: Context, question: Question) -> str:
    """The sentences to take away: who reaches it, who does not."""
    row, say = _own_row(context, question), context.say
    if row is None:
        return say("print.missing")
    if _share_text(context, row) == say("unit.withheld"):
        return say("print.no_share")
    said = [
        say(
            "print.headline",
            residents=_count(context, row["residents"]),
            people=_people(context),
            minutes=context.settings.max_minutes(question.category.id),
        )
    ]
    told = [name for name in ("uncovered", "booked") if _is_known(row[name]) and row[name]]
    said += [say(f"print.{name}", n=_count(context, row[name])) for name in told]
    return plain(" ".join([*said, *_need(context, question)]))


def _need(context: Context, question: Question) -> Iterable[str]:
    """How many of those who need it reach it."""
    row = _own_row(context, question, context.published.need_coverage)
    if row is None or not (_is_known(row["need"]) and _is_known(row["covered"])):
        return
    ranged = _is_known(row["low"]) and _is_known(row["high"]) and row["low"] != row["high"]
    values = {n: _count(context, row[n]) for n in ("need", "covered", "low", "high")}
    group = context.groups().get(question.category.id, "")
    key = "print.need" if ranged else "print.need_unknown"
    yield context.say(key, group=plain(group, longest=_NAME), **values)


# Panels ---------------------------------------------------------------------------------------


def _reasons(context: Context, question: Question) -> list[tuple[str, str]]:
    """Residents out of reach by main reason, most first."""
    rows = _of_question(context.published.area_reasons, question)
    rows = rows[rows["area_id"] == (question.area_id or context.settings.county.ags)]
    rows = rows[rows["residents"] > 0].sort_values("residents", ascending=False, kind="stable")
    return [
        (context.say(f"reason.{reason}"), _count(context, n))
        for reason, n in zip(rows["reason"], rows["residents"], strict=True)
    ]


def _gaps(context: Context, question: Question) -> gpd.GeoDataFrame:
    """Underserved areas of the sheet, by rank."""
    gaps = _of_question(context.published.gaps, question)
    if question.area_id is not None:
        areas = context.published.areas
        shape = areas.loc[areas["area_id"] == question.area_id, "geometry"].union_all()
        gaps = gaps[gaps.geometry.intersection(shape).area > _TOUCHING_M2]
    return gaps.sort_values(["rank", "gap_id"])


def _listed(context: Context, gaps: gpd.GeoDataFrame) -> list[Gap]:
    """The list of underserved areas."""
    return [
        Gap(
            number(rank, context.language),
            plain(name, longest=_SOURCE),
            context.say(
                "print.gap_people" if pd.isna(need) else "print.gap_people_need",
                n=_count(context, residents),
                need=_count(context, need),
                why=context.say(f"reason.{reason}"),
            ),
        )
        for rank, name, residents, need, reason in zip(
            *(gaps[n] for n in ("rank", "name", "residents", "need", "reason")), strict=True
        )
    ]


def _gaps_note(
    context: Context, question: Question, gaps: gpd.GeoDataFrame, reason: NDArray[np.int8]
) -> str:
    """What to know of the list; where it is empty, why."""
    if not len(gaps):
        nowhere = len(reason) and np.isin(reason, _NOWHERE).all()
        key = "gap.all" if nowhere else "gap.none"
        return context.say(key, n=context.settings.gaps.min_residents)
    said = []
    group = context.groups().get(question.category.id)
    if group is not None and gaps["need"].notna().any():
        said.append(context.say("print.gaps_first", group=plain(group, longest=_NAME)))
    if question.area_id is not None:
        said.append(context.say("gap.beyond"))
    return " ".join(said)


def _table(context: Context, question: Question) -> tuple[str, str, Row, list[Row]]:
    """Titles and rows: of the county its municipalities, of a municipality its Ortsteile."""
    say, published = context.say, context.published
    title = plain(say("print.title", category=question.category.name_in(context.language)))
    names = context.areas()
    total = _of_question(published.area_coverage, question)
    own = question.area_id or context.settings.county.ags
    if question.area_id is None:
        parts = total[total["area_id"] != own].assign(name=lambda t: t["area_id"].map(names))
    else:
        parts = _of_question(published.place_coverage, question)
        parts = parts[parts["area_id"] == own].assign(name=lambda t: t["place"])
    parts = parts.sort_values("uncovered", ascending=False, kind="stable")
    total = total[total["area_id"] == own].assign(name=names.get(own, ""))
    rows = [
        Row(
            plain(entry["name"], longest=_NAME),
            _count(context, entry["residents"]),
            _count(context, entry["covered"]),
            _share_text(context, entry),
        )
        for table in (total, parts)
        for entry in table.to_dict("records")
    ]
    heads = Row(
        say("areas.name" if question.area_id is None else "column.place"),
        _people(context),
        say("areas.covered"),
        say("areas.share"),
    )
    key = "print.areas" if question.area_id is None else "print.places"
    return title, say(key), heads, rows
