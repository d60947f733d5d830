"""What stands in the sheets of the workbook: columns of published numbers, as readers know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_integration.outputs.labels import label
from geo_integration.outputs.sentences import definition, gap_sentences, measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo_integration.outputs.labels import Language
    from geo_integration.outputs.sentences import Context

Sheet = list[tuple[str, str, "Iterable[object]"]]


def question(context: Context, table: pd.DataFrame) -> Sheet:
    """Columns that say what a row is about: municipality, category, day."""
    shown: Sheet = []
    if "area_id" in table:
        shown.append((context.say("column.area"), "text", table["area_id"].map(context.areas())))
    categories = context.name_of(context.settings.categories)
    days = context.name_of(context.settings.day_types)
    return [
        *shown,
        (context.say("column.category"), "text", table["category"].map(categories)),
        (context.say("column.day_type"), "text", table["day_type"].map(days)),
    ]


def _residents_title(context: Context) -> str:
    modelled = context.settings.residents.modelled
    return context.say("column.residents_model" if modelled else "column.residents")


def figures(context: Context, *, county: bool) -> Sheet:
    """Residents within reach, for the county or per municipality."""
    table = context.published.area_coverage
    own = table["area_id"] == context.settings.county.ags
    table = table[own if county else ~own]
    categories = context.name_of(context.settings.categories)
    fields = context.name_of(context.settings.fields)
    field_of = {c.id: fields[c.field] for c in context.settings.categories}
    say = context.say
    return [
        (say("column.area"), "text", table["area_id"].map(context.areas())),
        (say("column.area_id"), "text", table["area_id"]),
        (say("column.field"), "text", table["category"].map(field_of)),
        (say("column.category"), "text", table["category"].map(categories)),
        (
            say("column.day_type"),
            "text",
            table["day_type"].map(context.name_of(context.settings.day_types)),
        ),
        (_residents_title(context), "count", table["residents"]),
        (say("column.covered"), "count", table["covered"]),
        (say("column.share_covered"), "share", table["share_covered"]),
        (say("column.uncovered"), "count", table["uncovered"]),
        (say("column.booked"), "count", table["booked"]),
        (say("column.withheld"), "count", table["withheld"]),
    ]


def reasons(context: Context) -> Sheet:
    """Residents not within reach by main reason."""
    table = context.published.area_reasons
    say = context.say
    return [
        *question(context, table),
        (say("column.reason"), "text", [say(f"reason.{r}") for r in table["reason"]]),
        (_residents_title(context), "count", table["residents"]),
    ]


def places(context: Context) -> Sheet:
    """Residents within reach, per Ortsteil."""
    table = context.published.place_coverage
    say = context.say
    area, *about = question(context, table)
    return [
        area,
        (say("column.place"), "text", table["place"]),
        *about,
        (say("column.residents_counted"), "count", table["residents"]),
        (say("column.covered"), "count", table["covered"]),
        (say("column.share_covered"), "share", table["share_covered"]),
        (say("column.uncovered"), "count", table["uncovered"]),
        (say("column.booked"), "count", table["booked"]),
    ]


def place_need(context: Context) -> Sheet:
    """Those who need a category, per Ortsteil."""
    table = context.published.place_need
    say, names = context.say, context.name_of(context.settings.groups)
    area, *about = question(context, table)
    return [
        area,
        (say("column.place"), "text", table["place"]),
        *about,
        (say("column.group"), "text", table["group_id"].map(names)),
        (say("column.need"), "count", table["need"]),
        (say("column.need_covered"), "count", table["covered"]),
    ]


def supply(context: Context) -> Sheet:
    """Places for those who reach them."""
    table = context.published.area_supply
    say = context.say
    return [
        *question(context, table),
        (say("column.offers_known"), "count", table["offers_known"]),
        (say("column.offers_counted"), "count", table["offers"]),
        (say("column.places_per_1000"), "value", table["per_1000"]),
        (say("column.residents_without"), "count", table["without"]),
        (say("column.gini"), "value", table["gini"]),
    ]


def losses(context: Context) -> Sheet:
    """Who loses what on other days."""
    table = context.published.losses
    first = context.settings.day_types[0].name_in(context.language)
    say = context.say
    return [
        *question(context, table),
        (say("column.covered_first", day=first), "count", table["covered"]),
        (say("column.lost"), "count", table["lost"]),
        (say("column.lost_paused"), "count", table["lost_paused"]),
        (say("column.lost_no_way"), "count", table["lost_no_way"]),
        (say("column.gained"), "count", table["gained"]),
    ]


def loss_causes(context: Context) -> Sheet:
    """The offers that the lost residents reach on the first kind of day."""
    table = context.published.loss_causes
    names = context.published.offers.set_index("offer_id")["name"]
    say = context.say
    why = ["loss.paused" if paused else "loss.no_way" for paused in table["paused"]]
    return [
        *question(context, table),
        (say("column.name"), "text", table["offer_id"].map(names)),
        (say("column.why"), "text", [say(key) for key in why]),
        (_residents_title(context), "count", table["residents"]),
        (say("column.offer_id"), "text", table["offer_id"]),
    ]


def need(context: Context) -> Sheet:
    """Those who need a category, and how many of them reach it."""
    table = context.published.need_coverage
    share = (table["covered"] / table["need"].where(table["need"] > 0)).astype("Float64")
    say = context.say
    return [
        *question(context, table),
        (say("column.group"), "text", table["category"].map(context.groups())),
        (say("column.need"), "count", table["need"]),
        (say("column.need_covered"), "count", table["covered"]),
        (say("column.need_share"), "share", share.round(2)),
        (say("column.need_low"), "count", table["low"]),
        (say("column.need_high"), "count", table["high"]),
    ]


def indicators(context: Context) -> Sheet:
    """Goals: definition, value, target, status, and who is responsible."""
    table = context.published.indicators
    own = {one.id: one for one in context.settings.indicators}
    rows = [own[name] for name in table["indicator_id"]]
    fields = context.name_of(context.settings.fields)
    say, published = context.say, context.published
    first = published.service_dates["date"]
    as_of = first.min() if len(first) else None
    return [
        (say("column.area"), "text", table["area_id"].map(context.areas())),
        (say("column.field"), "text", [fields[one.field] for one in rows]),
        (say("column.indicator"), "text", [one.name_in(context.language) for one in rows]),
        (say("column.definition"), "text", [definition(context, one) for one in rows]),
        (say("column.counted"), "text", [measured(context, one) for one in rows]),
        (say("column.numerator"), "count", table["numerator"]),
        (say("column.denominator"), "count", table["denominator"]),
        (say("column.value_reached"), "value", table["value"]),
        (say("column.target"), "value", table["target"]),
        (say("column.goal_status"), "text", [say(f"goal.{s}") for s in table["status"]]),
        (say("column.responsible"), "text", [one.responsible for one in rows]),
        (say("column.interval"), "text", [one.interval for one in rows]),
        (say("column.as_of"), "date", [as_of] * len(table)),
        (say("column.method"), "text", [context.facts["method_version"]] * len(table)),
    ]


def bands(context: Context) -> Sheet:
    """Residents within 30, 45, 60 minutes."""
    table = context.published.bands
    say = context.say
    return [
        *question(context, table),
        (say("column.band"), "minutes", table["band_min"]),
        (_residents_title(context), "count", table["residents"]),
        (say("column.within"), "count", table["within"]),
    ]


def quality(context: Context) -> Sheet:
    """Residents by class of public transport quality, classes beside each other."""
    table = context.published.quality_residents
    keys = ["area_id", "day_type", "method"]
    wide = table.pivot(index=keys, columns="quality", values="residents")
    order = table[keys].drop_duplicates()
    rows = wide.reindex(pd.MultiIndex.from_frame(order)).reset_index()
    days = context.name_of(context.settings.day_types)
    say = context.say
    return [
        (say("column.area"), "text", rows["area_id"].map(context.areas())),
        (say("column.day_type"), "text", rows["day_type"].map(days)),
        (say("column.method"), "text", [say(f"quality_method.{m}") for m in rows["method"]]),
        *((say(f"quality.{name}"), "count", rows[name]) for name in wide.columns),
    ]


def gaps(context: Context) -> Sheet:
    """Underserved areas."""
    table = context.published.gaps
    offers = context.published.offers.set_index("offer_id")["name"]
    say = context.say
    return [
        *question(context, table),
        (say("column.rank"), "count", table["rank"]),
        (say("column.gap"), "text", table["name"]),
        (_residents_title(context), "count", table["residents"]),
        (say("column.cells"), "count", table["cells"]),
        (say("column.reason"), "text", [say(f"reason.{r}") for r in table["reason"]]),
        (say("column.nearest"), "text", table["offer_id"].map(offers)),
        (say("column.minutes"), "minutes", table["minutes"]),
        (say("column.finding"), "text", gap_sentences(context, table)),
        (say("column.gap_id"), "text", table["gap_id"]),
    ]


def offers(context: Context, *, counted: bool) -> Sheet:
    """Offers that count, or do not."""
    table = context.published.offers
    table = table[table["counted"] if counted else ~table["counted"]]
    say = context.say
    areas = table["area_id"].map(context.areas())
    return [
        (say("column.offer_id"), "text", table["offer_id"]),
        (say("column.name"), "text", table["name"]),
        (say("column.provider"), "text", table["provider"]),
        (
            say("column.category"),
            "text",
            table["category"].map(context.name_of(context.settings.categories)),
        ),
        (say("column.area"), "text", areas),
        (say("column.times"), "text", table["times"]),
        (say("column.fit"), "text", _fit(context, table["offer_id"])),
        (say("column.grade"), "text", [say(f"grade.{g}") for g in table["grade"]]),
        (say("column.located_by"), "text", table["located_by"]),
        (say("column.note"), "text", table["location_note"]),
    ]


def _fit(context: Context, offer_ids: pd.Series[str]) -> list[str]:
    """Why an offer does not count for the group that needs it, or that it is full."""
    fit = context.published.fit
    known = {o: (m, f) for o, m, f in zip(fit["offer_id"], fit["misfit"], fit["full"], strict=True)}
    found = []
    for misfit, full in map(known.__getitem__, offer_ids):
        said = [] if not isinstance(misfit, str) else [context.say(f"misfit.{misfit}")]
        found.append(", ".join([*said, *([context.say("reason.full")] if full else [])]))
    return found


def assumptions(context: Context) -> Sheet:
    """The rule, in words and values."""
    rule, walking, transit = (getattr(context.settings, n) for n in ("rule", "walking", "transit"))
    say = context.say
    names = context.name_of(context.settings.categories)
    rows: list[tuple[str, object]] = [(say("assumption.max_minutes"), rule.max_minutes)]
    rows += [
        (say("assumption.max_minutes_category", name=names[c.id]), c.max_minutes)
        for c in context.settings.categories
        if c.max_minutes is not None
    ]
    rows += [
        (say("assumption.max_way"), rule.max_way_min),
        (say("assumption.max_wait"), rule.max_wait_min),
        (say("assumption.earliest"), rule.earliest_departure),
        (say("assumption.latest"), rule.latest_return),
        (say("assumption.visit"), rule.visit_min),
        (say("assumption.walking"), context.facts["walking"][context.language]),
        (say("assumption.speed"), walking.speed_kmh),
        (say("assumption.direct"), walking.max_direct_min),
        (say("assumption.access"), walking.max_access_min),
        (say("assumption.transfer"), walking.max_transfer_min),
        (say("assumption.buffer"), transit.transfer_buffer_s),
        (say("assumption.window"), " – ".join(transit.window)),
        (say("assumption.source"), rule.source),
        (say("sheet.quality"), say(f"assumption.quality_{context.settings.quality.method}")),
    ]
    shown = [_number_text(value, context.language) for _, value in rows]
    return [
        (say("column.assumption"), "text", [name for name, _ in rows]),
        (say("column.value"), "text", shown),
    ]


def _number_text(value: object, language: Language) -> str:
    text = f"{value:g}" if isinstance(value, int | float) else str(value)
    return text.replace(".", ",") if language == "de" and isinstance(value, float) else text


def dates(context: Context) -> Sheet:
    """Which date stands for which kind of day."""
    table = context.published.service_dates
    say = context.say
    days = context.name_of(context.settings.day_types)
    return [
        (say("column.day_type"), "text", table["day_type"].map(days)),
        (say("column.weekday"), "text", [say(f"weekday.{int(w)}") for w in table["weekday"]]),
        (say("column.date"), "date", table["date"]),
        (say("column.trips"), "count", table["trips"]),
        (say("column.trips_median"), "count", table["trips_median"]),
        (say("column.candidates"), "count", table["candidates"]),
    ]


def guards(context: Context, guards: Sequence[Mapping[str, object]]) -> Sheet:
    """What the guards found."""
    say = context.say
    return [
        (say("column.level"), "text", [say(f"level.{g['level']}") for g in guards]),
        (say("column.check"), "text", context.facts["guards"][context.language]),
    ]


def faults(table: pd.DataFrame, language: Language) -> Sheet:
    """FAULTS of the inputs."""
    sheet = [
        (label(f"column.{name}", language), "count" if name == "row" else "text", table[name])
        for name in ("file", "row", "column", "found", "message")
    ]
    effects = [label(f"severity.{s}", language) for s in table["severity"]]
    return [*sheet, (label("column.severity", language), "text", effects)]


def sources(context: Context) -> Sheet:
    """Sources and licences."""
    table = context.published.sources
    names = ("layer", "file", "source", "date", "licence", "attribution", "status", "note")
    return [
        (
            context.say(f"column.{name}"),
            "text",
            [context.say(f"status.{s}") for s in table[name]] if name == "status" else table[name],
        )
        for name in names
    ]
