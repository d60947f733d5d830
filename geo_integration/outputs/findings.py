"""The findings in plain language: one page without script, to read, to print, to attach."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pandas as pd

from geo_integration.frames import REASONS
from geo_integration.outputs.labels import label, number, percent
from geo_integration.outputs.sentences import Context, definition, gap_sentences, measured

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from geo_integration.frames import Facts, Published
    from geo_integration.profile import Category
    from geo_integration.settings import Settings

NAME = "befunde.html"
SHOWN = 3
# Marks that change the direction of the text around them, and what XML does not allow.
_LEFT_OUT = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
     *(c for c in range(0x20) if c not in (0x9, 0xA, 0xD)), 0xFFFE, 0xFFFF]
)  # fmt: skip
_STYLE = """
:root { color-scheme: light; }
body { font: 100%/1.5 system-ui, "Segoe UI", Roboto, Arial, sans-serif; color: #1d2733; margin: 0 auto;
  max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #7b8794; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; } p, ul { margin: .4rem 0; }
a { color: #0b4f8a; } .banner { background: #ffe9a8; border: 1px solid #b98900; padding: .5rem 1rem; }
.small { color: #4d5a68; font-size: .85rem; } .wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; font-size: .9rem; overflow-wrap: break-word; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #cfd6dd; }
td.number, th.number { text-align: right; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } h2, h3 { break-after: avoid; }
  tr, li { break-inside: avoid; } a { color: inherit; text-decoration: none; } nav { display: none; } }
"""  # noqa: E501

Node = ET.Element


def findings_page(published: Published, settings: Settings, *, facts: Facts) -> str:
    """Write the findings of a run as one HTML page without script.

    Parameters
    ----------
    published : Published
        What disclosure control let through.
    settings : Settings
        The county profile.
    facts : Facts
        What every page and table says of the run.

    Returns
    -------
    str
        HTML; made as a tree, so that no text of the data can become markup.
    """
    context = Context(published, settings, settings.county.language, facts)
    title = context.say("findings.title", name=_place(context))
    page = _node("html", lang=context.language)
    page.append(_head(title))
    page.append(
        _node(
            "body",
            _node("nav", _node("a", context.say("findings.back"), href="index.html")),
            _node("h1", title),
            *_banners(context),
            *_lead(context),
            *_in_short(context),
            *_goals(context),
            *_fields(context),
            *_method(context),
        )
    )
    text = ET.tostring(page, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n"


def _node(tag: str, *children: Node | str | None, **attributes: str) -> Node:
    """An element with texts and elements in it; `class_` is the attribute class."""
    node = ET.Element(tag, {name.rstrip("_"): _clean(v) for name, v in attributes.items()})
    last: Node | None = None
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            if last is None:
                node.text = (node.text or "") + _clean(child)
            else:
                last.tail = (last.tail or "") + _clean(child)
        else:
            node.append(child)
            last = child
    return node


def _clean(text: str) -> str:
    """Text without marks of direction and what is no character."""
    return text.translate(_LEFT_OUT).encode("utf-8", "replace").decode()


def _head(title: str) -> Node:
    """Title, policy, style."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _node(
        "head",
        _node("meta", charset="utf-8"),
        _node("meta", **{"http-equiv": "Content-Security-Policy", "content": policy}),
        _node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _node("title", title),
        _node("style", _STYLE),
    )


def _place(context: Context) -> str:
    """The county, or the municipalities that were selected."""
    return ", ".join(context.facts["selected"]) or context.settings.county.name


def _banners(context: Context) -> Iterable[Node]:
    """Warn of sample data, and of what must not be published."""
    county = context.settings.county
    if context.facts["internal"]:
        yield _node("p", _node("strong", context.say("page.internal")), class_="banner")
    if county.data_status == "sample":
        said = _node("strong", context.say("page.sample"))
        yield _node("p", said, f" {county.status_note}", class_="banner")
    elif county.status_note:
        yield _node("p", county.status_note, class_="banner")


def _lead(context: Context) -> Iterable[Node]:
    """What counts as within reach."""
    most = context.settings.rule.max_minutes
    yield _node("p", context.say("findings.lead", max=most))
    if context.settings.groups:
        base = context.settings.disclosure.rounding
        yield _node("p", context.say("findings.estimate", base=base), class_="small")


# The most important things ----------------------------------------------------------------------


def _in_short(context: Context) -> Iterable[Node]:
    """Shares on every kind of day, what is missing on other days, the largest gap."""
    categories, days = context.settings.categories, context.settings.day_types
    yield _node("h2", context.say("findings.short"))
    yield _node("p", context.say("findings.reach_intro"))
    heads = [context.say("column.category"), *(d.name_in(context.language) for d in days)]
    shares = _county_rows(context).set_index(["category", "day_type"])["share_covered"]
    rows = [
        [c.name_in(context.language), *(_share(context, shares.get((c.id, d.id))) for d in days)]
        for c in categories
    ]
    yield _table(heads, rows)
    points = [*_most_lost(context), *_largest_gap(context)]
    yield _node("ul", *(_node("li", point) for point in points))


def _county_rows(context: Context) -> pd.DataFrame:
    """AREA_COVERAGE of the county."""
    table = context.published.area_coverage
    return table[table["area_id"] == context.settings.county.ags]


def _share(context: Context, share: object) -> str:
    """A share in per cent; a point where it is withheld."""
    if not isinstance(share, float) or pd.isna(share):
        return "."
    return percent(share, context.language)


def _most_lost(context: Context) -> Iterable[str]:
    """The categories that lose most, for every kind of day but the first."""
    names = context.name_of(context.settings.categories)
    first, *others = context.settings.day_types
    lost = context.published.losses
    lost = lost[lost["area_id"] == context.settings.county.ags]
    for day in others:
        most = lost[(lost["day_type"] == day.id) & (lost["lost"] > 0)].nlargest(SHOWN, "lost")
        entries = [
            context.say("findings.lost_entry", category=names[c], lost=n)
            for c, n in zip(most["category"], most["lost"].tolist(), strict=True)
        ]
        if entries:
            yield context.say(
                "findings.most_lost",
                day=day.name_in(context.language),
                first=first.name_in(context.language),
                list=", ".join(entries),
            )


def _largest_gap(context: Context) -> Iterable[str]:
    """The largest gap on the first kind of day, of every category that a group needs."""
    groups, day = context.groups(), context.settings.day_types[0]
    for category in context.settings.categories:
        if category.id in groups or not groups:
            own = _gaps_of(context, category.id, day.id)
            for sentence in gap_sentences(context, own.head(1)):
                yield context.say(
                    "findings.largest",
                    day=day.name_in(context.language),
                    category=category.name_in(context.language),
                    gap=sentence,
                )


def _gaps_of(context: Context, category: str, day_type: str) -> pd.DataFrame:
    """Underserved areas of one question, by rank."""
    table = context.published.gaps
    own = (table["category"] == category) & (table["day_type"] == day_type)
    found: pd.DataFrame = table[own].sort_values("rank")
    return found


# Goals ------------------------------------------------------------------------------------------


def _goals(context: Context) -> Iterable[Node]:
    """Goals with value, target and status, for the county."""
    yield _node("h2", context.say("findings.goals"))
    table = context.published.indicators
    rows_of = table[table["area_id"] == context.settings.county.ags].to_dict("records")
    own = {row["indicator_id"]: row for row in rows_of}
    if not own:
        yield _node("p", context.say("findings.no_goals"))
        return
    fields = context.name_of(context.settings.fields)
    keys = ("field", "indicator", "definition", "numerator", "denominator", "value_reached",
            "target", "goal_status", "responsible")  # fmt: skip
    rows = []
    for one in context.settings.indicators:
        if one.id not in own:
            continue
        row = own[one.id]
        rows.append(
            [
                fields[one.field],
                one.goal or one.name_in(context.language),
                f"{definition(context, one)} ({measured(context, one)})",
                _count(context, row["numerator"]),
                _count(context, row["denominator"]),
                *_values(context, one.kind, row),
                context.say(f"goal.{row['status']}"),
                one.responsible,
            ]
        )
    yield _table([context.say(f"column.{key}") for key in keys], rows, numbers=(3, 4, 5, 6))


def _count(context: Context, value: float) -> str:
    """A count; a point where it is withheld."""
    return "." if pd.isna(value) else number(float(value), context.language)


def _values(context: Context, kind: str, row: Mapping[Hashable, Any]) -> list[str]:
    """Value and target of an indicator: shares, or numbers for 1,000; never alike where one misses.

    Where both would be the same whole per cent, and the target is missed, one digit more is told.
    """
    both = [row["value"], row["target"]]
    if kind == "offers_per_1000":
        return ["." if pd.isna(v) else number(v, context.language, digits=2) for v in both]
    said = ["." if pd.isna(v) else percent(float(v), context.language) for v in both]
    if row["status"] == "missed" and said[0] == said[1]:
        unit = percent(0.5, context.language).removeprefix("50")
        said = [number(100 * v, context.language, digits=1) + unit for v in both]
    return said


# Fields of action -------------------------------------------------------------------------------


def _fields(context: Context) -> Iterable[Node]:
    """Every field of action with its guidelines and categories."""
    yield _node("h2", context.say("findings.fields"))
    for field in context.settings.fields:
        own = [c for c in context.settings.categories if c.field == field.id]
        if not own and not field.guidelines:
            continue
        yield _node("h3", field.name_in(context.language))
        if field.guidelines:
            yield _node("p", context.say("findings.guidelines"))
            yield _node("ul", *(_node("li", text) for text in field.guidelines))
        for category in own:
            yield from _category(context, category)


def _category(context: Context, category: Category) -> Iterable[Node]:
    """One category: who reaches it, why not, where, and what falls away."""
    days = context.settings.day_types
    yield _node("h3", f"{category.letter} – {category.name_in(context.language)}")
    heads = ["", *(day.name_in(context.language) for day in days)]
    yield _table(heads, [*_reach_rows(context, category), *_reason_rows(context, category)])
    gaps = _gaps_of(context, category.id, days[0].id)
    yield _node("p", context.say("findings.worst", day=days[0].name_in(context.language)))
    sentences = gap_sentences(context, gaps.head(SHOWN))
    least = context.settings.gaps.min_residents
    none = [context.say("findings.no_gap", n=least)]
    yield _node("ul", *(_node("li", sentence) for sentence in sentences or none))
    lost = [*_lost(context, category)]
    if lost:
        yield _node("p", context.say("findings.lost"))
        yield _node("ul", *(_node("li", sentence) for sentence in lost))


def _reach_rows(context: Context, category: Category) -> list[list[str]]:
    """Share of residents within reach, and the need of the group."""
    table = _county_rows(context)
    shares = table[table["category"] == category.id].set_index("day_type")["share_covered"]
    days = context.settings.day_types
    row = [_share(context, shares.get(day.id)) for day in days]
    rows = [[context.say("findings.share_row"), *row]]
    need = context.published.need_coverage
    own = need[(need["area_id"] == context.settings.county.ags) & (need["category"] == category.id)]
    if category.id in context.groups() and len(own):
        group = context.groups()[category.id]
        columns = ["need", "covered", "low", "high"]
        counts = own[columns].astype("Int64").astype(object).to_numpy().tolist()
        by_day = dict(zip(own["day_type"], counts, strict=True))
        said = [_need(context, by_day[day.id]) for day in days]
        total = next((c[0] for c in counts if c[0] is not pd.NA), None)
        known = "." if total is None else context.text(int(total))
        rows.append([context.say("findings.need_row", group=group, need=known), *said])
    return rows


def _need(context: Context, numbers: list[Any]) -> str:
    """Those within reach of those who need it, with the range: need, covered, low, high."""
    if any(value is pd.NA for value in numbers):
        return "."
    need, covered, low, high = (int(value) for value in numbers)
    share = percent(covered / need, context.language) if need else "–"
    return context.say("findings.need_of", share=share, low=low, high=high)


def _reason_rows(context: Context, category: Category) -> list[list[str]]:
    """Residents not within reach by reason, the most frequent on the first day first."""
    table = context.published.area_reasons
    own = table[
        (table["area_id"] == context.settings.county.ags) & (table["category"] == category.id)
    ]
    if own.empty:
        return []
    wide = own.pivot(index="reason", columns="day_type", values="residents")
    days = [day.id for day in context.settings.day_types]
    wide = wide.reindex(columns=days).fillna(0).astype(int)
    order = sorted(wide.index, key=lambda reason: (-wide.loc[reason].sum(), REASONS.index(reason)))
    rows = [[context.say("findings.why"), *[""] * len(days)]]
    for reason in order:
        counts = [number(n, context.language) if n else "–" for n in wide.loc[reason].tolist()]
        rows.append([context.say(f"reason.{reason}"), *counts])
    return rows


def _lost(context: Context, category: Category) -> Iterable[str]:
    """What falls away on other days, and with which offers."""
    first, *others = context.settings.day_types
    names = context.published.offers.set_index("offer_id")["name"]
    lost, causes = context.published.losses, context.published.loss_causes
    lost = lost[lost["area_id"] == context.settings.county.ags]
    for day in others:
        row = lost[(lost["category"] == category.id) & (lost["day_type"] == day.id)]
        own = causes[(causes["category"] == category.id) & (causes["day_type"] == day.id)]
        if len(row) and row["lost"].item():
            yield context.say(
                "findings.lost_offers",
                day=day.name_in(context.language),
                first=first.name_in(context.language),
                lost=int(row["lost"].item()),
                paused=int(row["lost_paused"].item()),
                no_way=int(row["lost_no_way"].item()),
                offers=", ".join(str(names[o]) for o in own["offer_id"].head(SHOWN)),
            )


# Where the numbers come from --------------------------------------------------------------------


def _method(context: Context) -> Iterable[Node]:
    """Data, dates, groups, checks."""
    settings, facts, say = context.settings, context.facts, context.say
    yield _node("h2", say("findings.method"))
    rule = settings.disclosure
    points = [
        say("guide.what"),
        say("guide.withheld", k=rule.min_count, base=rule.min_share_base),
        f"{say('assumption.walking')}: {facts['walking'][context.language]}",
        f"{say('assumption.source')}: {settings.rule.source}",
        *_groups(context),
        *facts["guards"][context.language],
        say("guide.run", run=facts["made_from"], version=facts["method_version"]),
    ]
    yield _node("ul", *(_node("li", point) for point in points))
    dates = context.published.service_dates
    days = context.name_of(settings.day_types)
    rows = [
        [days[row["day_type"]], say(f"weekday.{row['weekday']}"), f"{row['date']:%d.%m.%Y}",
         number(row["trips"], context.language)]
        for row in dates.to_dict("records")
    ]  # fmt: skip
    heads = [say(f"column.{name}") for name in ("day_type", "weekday", "date", "trips")]
    yield _node("h3", say("sheet.dates"))
    yield _table(heads, rows, numbers=(3,))
    yield _node("h3", say("sheet.sources"))
    names = ("layer", "source", "date", "licence", "attribution")
    told = context.published.sources
    texts = [[_said(v) for v in row] for row in told[list(names)].itertuples(index=False)]
    yield _table([say(f"column.{name}") for name in names], texts)


def _said(value: object) -> str:
    """A text of the register; empty where there is none."""
    missing = value is None or value is pd.NA or value != value  # noqa: PLR0124  NaN
    return "" if missing else str(value)


def _groups(context: Context) -> Iterable[str]:
    """How the groups were counted."""
    totals = {total.id: total for total in context.settings.totals}
    for group in context.settings.groups:
        total = ""
        if group.total is not None:
            known = totals[group.total]
            total = context.say(
                "findings.group_total", total=known.label, source=known.source or known.file
            )
        sources = context.facts["need_sources"].get(group.id, [])
        yield context.say(
            "findings.group",
            label=group.name_in(context.language),
            formula=group.formula,
            total=total,
            sources=", ".join(label(f"range.{s}", context.language) for s in sources)
            or context.say("range.none"),
        )


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] | None = None
) -> Node:
    """A table whose first column names the row; the others are numbers unless told otherwise."""
    kinds: list[dict[str, Any]] = [
        {"class_": "number"} if (i in numbers if numbers is not None else i > 0) else {}
        for i in range(len(heads))
    ]
    head = [_node("th", text, scope="col", **kinds[i]) for i, text in enumerate(heads)]
    lines = [
        _node(
            "tr",
            _node("th", row[0], scope="row"),
            *(_node("td", text, **kinds[i]) for i, text in enumerate(row) if i),
        )
        for row in rows
    ]
    return _node(
        "div", _node("table", _node("thead", _node("tr", *head)), _node("tbody", *lines)),
        class_="wide",
    )  # fmt: skip
