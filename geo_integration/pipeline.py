"""The table of contents: one function per step, in order, frames in, frames out."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from geo_integration import runs
from geo_integration.errors import SettingsError, SourceError
from geo_integration.files import beside, remove, require_writable
from geo_integration.frames import FILLED, WEEKDAYS, Coverage, Facts, Published, Reference, Supply
from geo_integration.inputs.county import NO_DATE, Inputs, input_files, read_county
from geo_integration.journeys.barriers import parted
from geo_integration.journeys.judging import Limits
from geo_integration.journeys.networks import StreetNetwork, build_street_network
from geo_integration.journeys.reference import build_rides, reference_minutes
from geo_integration.journeys.roundtrips import WalkLimits, build_links, roundtrips
from geo_integration.journeys.sessions import Day
from geo_integration.journeys.snapping import on_islands, unsnapped
from geo_integration.journeys.walking import coordinates, walking_times
from geo_integration.measures.area_counts import (
    area_coverage,
    area_reasons,
    bands,
    place_coverage,
    place_of_cells,
)
from geo_integration.measures.coverage import coverage
from geo_integration.measures.disclosure import (
    published_cells,
    published_offers,
    published_shares,
    withheld_cells,
)
from geo_integration.measures.fit import Audience, fit
from geo_integration.measures.gaps import gaps, touching
from geo_integration.measures.guards import Guards, OffStreets, find_guards
from geo_integration.measures.indicators import Indicator, indicators
from geo_integration.measures.kept_ways import Keeper
from geo_integration.measures.losses import losses
from geo_integration.measures.naming import Words
from geo_integration.measures.need_coverage import (
    Need,
    need_coverage,
    need_of_groups,
    place_need,
)
from geo_integration.measures.need_disclosure import (
    NeedTables,
    Protection,
    known_totals,
    published_need,
)
from geo_integration.measures.needs import Group
from geo_integration.measures.quality_classes import (
    METHODS,
    quality_classes,
    residents_by_class,
)
from geo_integration.measures.supply import area_supply, supply
from geo_integration.measures.suppression import Known, Rule
from geo_integration.outputs.findings import NAME as FINDINGS
from geo_integration.outputs.findings import findings_page
from geo_integration.outputs.geodata import write_geopackage
from geo_integration.outputs.hsds import write_hsds
from geo_integration.outputs.labels import LANGUAGES, Language, label, number
from geo_integration.outputs.maps import write_pages
from geo_integration.outputs.workbook import write_to_check, write_workbook
from geo_integration.profile import Disclosure, Named, seconds_of_day
from geo_integration.published_before import (
    PublishedRun,
    PublishedSums,
    digest_key,
    read_published,
    require_keepable,
    shown_before,
    sums_before,
    withheld_before,
    write_published,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.journeys.sessions import Links
    from geo_integration.settings import Settings
    from geo_integration.ways import Ways

METHOD_VERSION = "3"
MANIFEST = "manifest.json"
TO_CHECK = "eingaben_pruefen.xlsx"
# Of internal outputs, which say so.
NOTHING_WITHHELD = Disclosure.model_construct(
    min_count=1, min_share_base=1, rounding=1, dominance=1.0, smallest_unit_m=0.0
)
# A street network that misses more than this share of the cells is the wrong one.
MOST_OFF_STREET = 0.5


class Findings(NamedTuple):
    """What was found out. `cells` tells which are withheld; all counts leave them out."""

    cells: gpd.GeoDataFrame
    fit: pd.DataFrame
    coverage: Coverage
    area_coverage: pd.DataFrame
    area_reasons: pd.DataFrame
    place_coverage: pd.DataFrame
    losses: pd.DataFrame
    loss_causes: pd.DataFrame
    need: dict[str, Need]
    people: dict[str, NDArray[np.int64]]
    need_coverage: pd.DataFrame
    places: NDArray[np.object_]
    place_need: pd.DataFrame
    indicators: pd.DataFrame
    bands: pd.DataFrame
    gaps: gpd.GeoDataFrame
    guards: Guards
    quality: pd.DataFrame
    quality_residents: pd.DataFrame
    supply: Supply
    area_supply: pd.DataFrame
    reference: Reference
    ways: Ways


class Computed(NamedTuple):
    """A run before anything is written; `settings` are those it was computed with."""

    settings: Settings
    inputs: Inputs
    findings: Findings
    published: Published
    protection: Protection
    facts: Facts
    selected: list[str]


@dataclass(frozen=True)
class Run:
    """What a run has written; `to_check` tells what is wrong with the inputs, if anything."""

    run: str
    folder: Path
    index: Path
    pages: list[Path]
    published: Published
    guards: Guards
    notes: list[str]
    faults: pd.DataFrame
    to_check: Path | None
    manifest: Path


def _silent(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def run(
    settings: Settings,
    folder: Path,
    *,
    municipalities: Sequence[str] = (),
    categories: Sequence[str] = (),
    internal: bool = False,
    progress: Callable[[str, int, int], None] = _silent,
) -> Run:
    """Run the main job: offers, residents and timetable to maps and tables.

    Parameters
    ----------
    settings : Settings
        The county profile.
    folder : Path
        Where the results go; made if missing.
    municipalities : sequence of str
        Names or keys; only these are computed. Empty: all.
    categories : sequence of str
        Ids or labels; only these are computed. Empty: all.
    internal : bool
        Nothing is withheld, and a watermark says that this is not to be published.
    progress : callable
        Called with (step, done, total).

    Returns
    -------
    Run
        What was written.

    Raises
    ------
    GeoIntegrationError
        When an input or the selection cannot be used, or a file cannot be written.
    """
    for path in (*runs.earlier_outputs(folder / MANIFEST), to_check_of(folder)):
        require_writable(path)  # somebody may have a table open
    is_kept = _is_kept(settings) and not internal
    if is_kept:
        require_keepable(settings.folder)
    computed = compute(
        settings,
        municipalities=municipalities,
        categories=categories,
        internal=internal,
        progress=progress,
    )
    if is_kept:
        keep(computed)
    return write(computed, folder, progress=progress)


def compute(
    settings: Settings,
    *,
    municipalities: Sequence[str] = (),
    categories: Sequence[str] = (),
    internal: bool = False,
    progress: Callable[[str, int, int], None] = _silent,
) -> Computed:
    """Compute all that a run tells, and write nothing; parameters and errors as of `run`."""
    if internal:
        settings = settings.model_copy(update={"disclosure": NOTHING_WITHHELD})
    narrowed = with_categories(settings, categories)
    inputs = read_county(settings, progress=lambda done, total: progress("read", done, total))
    earlier = [] if internal else read_published(settings.folder)
    everywhere = inputs.cells
    inputs, selected = with_municipalities(inputs, municipalities)
    inputs = with_offers_of(inputs, narrowed)
    findings = find(narrowed, inputs, everywhere, earlier, progress=progress)
    published, protection = publish(narrowed, inputs, findings, earlier)
    findings.guards.extend(group_guards(settings, findings.need))
    findings.guards.extend(protection_guards(protection))
    facts = _facts(narrowed, findings, inputs, selected)
    return Computed(narrowed, inputs, findings, published, protection, facts, selected)


# 1. Selection ---------------------------------------------------------------------------------


def export_offers(settings: Settings, path: Path) -> int:
    """Write the offers that may be shown as open data (HSDS 3.0).

    Parameters
    ----------
    settings : Settings
        The county profile.
    path : Path
        The ZIP file.

    Returns
    -------
    int
        Number of offers.

    Raises
    ------
    SourceError, OutputError
        When the county cannot be read, or the file not be written.
    """
    inputs = read_county(settings)
    offers = published_offers(inputs.offers)
    with beside(path) as part:
        write_hsds(
            part,
            offers,
            inputs.sessions,
            county=settings.county.name,
            ags=settings.county.ags,
            categories={entry.id: entry.label for entry in settings.categories},
        )
    return len(offers)


def with_categories(settings: Settings, names: Sequence[str]) -> Settings:
    """Keep only the categories that were asked for, by id or label."""
    if not names:
        return settings
    known = {n.lower(): c.id for c in settings.categories for n in (c.id, c.label, c.label_en) if n}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        labels = ", ".join(c.label for c in settings.categories)
        raise SettingsError(f"Unbekannte Kategorie {', '.join(unknown)}. Bekannt: {labels}")
    wanted = {known[name.lower()] for name in names}
    kept = tuple(c for c in settings.categories if c.id in wanted)
    return settings.model_copy(update={"categories": kept})


def with_offers_of(inputs: Inputs, settings: Settings) -> Inputs:
    """Keep only the offers of the categories that were asked for."""
    offers = inputs.offers[inputs.offers["category"].isin([c.id for c in settings.categories])]
    sessions = inputs.sessions[inputs.sessions["offer_id"].isin(offers["offer_id"])]
    return inputs._replace(offers=offers.reset_index(drop=True), sessions=sessions)


def with_municipalities(inputs: Inputs, names: Sequence[str]) -> tuple[Inputs, list[str]]:
    """Keep only the cells of the municipalities that were asked for, by name or key."""
    if not names:
        return inputs, []
    areas = inputs.areas
    known = {str(n).lower(): a for a, n in zip(areas["area_id"], areas["name"], strict=True)}
    known |= {str(a).lower(): a for a in areas["area_id"]}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise SettingsError(
            f"Unbekannte Gemeinde {', '.join(unknown)}. Bekannt: {', '.join(areas['name'])}"
        )
    wanted = sorted({known[name.lower()] for name in names})
    cells = inputs.cells[inputs.cells["area_id"].isin(wanted)].reset_index(drop=True)
    houses = inputs.houses
    if houses is not None:
        houses = houses[houses["area_id"].isin(wanted)]
    return inputs._replace(cells=cells, houses=houses), wanted


# 2. Journeys and measures ---------------------------------------------------------------------


def find(
    settings: Settings,
    inputs: Inputs,
    everywhere: gpd.GeoDataFrame | None = None,
    earlier: Sequence[PublishedRun] = (),
    *,
    progress: Callable[[str, int, int], None] = _silent,
) -> Findings:
    """Compute journeys there and back, coverage, need, and underserved areas.

    `everywhere` are the cells of the whole county where `inputs` has only some of them: totals of
    groups are spread over all. `earlier` is what was published before.
    """
    everywhere = inputs.cells if everywhere is None else everywhere
    limits, network = limits_of(settings), walk_network(settings, inputs)
    streets = _off_streets(network, inputs)
    off_street = streets["cells"].too_far
    if len(off_street) and off_street.mean() > MOST_OFF_STREET:
        raise SourceError(
            f"{settings.layers.streets}: das Straßennetz deckt den Landkreis nicht ab; "
            f"{off_street.sum()} von {len(off_street)} Zellen liegen mehr als "
            f"{settings.walking.max_snap_m:g} m von jeder Straße. Einen passenden Auszug nehmen "
            f"oder streets in county.toml weglassen"
        )
    links = build_links(
        network,
        inputs.cells,
        inputs.offers,
        inputs.stops,
        walk_limits_of(settings),
        inputs.transfers,
    )
    keeper = keeper_of(settings, inputs, links, limits)
    found = roundtrips(
        inputs.cells,
        inputs.offers,
        inputs.sessions,
        inputs.trips,
        inputs.connections,
        links,
        days=days_of(settings, inputs.service_dates),
        limits=limits,
        max_minutes={c.id: settings.max_minutes(c.id) for c in settings.categories},
        progress=lambda done, total: progress("journeys", done, total),
    )
    suits = fit(inputs.offers, audiences(settings))
    covered, reached = coverage(
        inputs.cells,
        inputs.offers,
        suits,
        inputs.trips,
        keeper.passing(found),
        categories=[c.id for c in settings.categories],
        day_types=[day.id for day in settings.day_types],
        term_of=settings.term_of(),
    )
    progress("measures", 1, 3)
    county = settings.county.ags
    ids, residents = (inputs.cells[n].to_numpy() for n in ("cell_id", "residents"))
    withheld = withheld_cells(
        inputs.cells,
        min_count=settings.disclosure.min_count,
        known=shown_before(earlier, ids, residents),
        before=withheld_before(earlier, ids),
    )
    cells = inputs.cells.assign(withheld=withheld)
    by_area = area_coverage(cells, covered, county=county)
    by_reason = area_reasons(cells, covered, county=county)
    places = place_of_cells(cells, inputs.places)
    by_place = place_coverage(cells, places, covered)
    need, group_of = need_of(settings, inputs, everywhere), groups_of(settings)
    by_need = need_coverage(cells, covered, need, group_of, everywhere=everywhere, county=county)
    at = pd.Index(everywhere["cell_id"]).get_indexer(pd.Index(cells["cell_id"]))
    people = {name: one.people[at] for name, one in need.items()}
    needed = place_need(cells, places, covered, people, group_of)
    measured = indicators(
        cells, inputs.offers, suits, covered, people, indicators_of(settings), county=county
    )
    supplied = supply(cells, inputs.offers, covered, reached, whole=len(everywhere) == len(cells))
    lost, causes = losses(cells, covered, reached, county=county)
    in_bands = bands(cells, covered, bands_min=settings.rule.bands_min, county=county)
    progress("measures", 2, 3)
    areas = gaps(
        cells,
        covered,
        inputs.areas,
        inputs.places,
        min_residents=max(settings.gaps.min_residents, settings.disclosure.min_count),
        core_residents=settings.gaps.core_residents,
        words=Words(*(label(f"naming.{n}", settings.county.language) for n in Words._fields)),
        need={category: people[group] for category, group in group_of.items()},
        parted=barriers(settings, inputs, network),
    )
    guards = find_guards(
        cells,
        inputs.offers,
        inputs.sessions,
        inputs.trips,
        covered,
        inputs.service_dates,
        inputs.trips_by_date,
        varying_lines=inputs.varying_lines,
        has_stop=np.diff(links.access.start) > 0,
        streets=streets,
        span=(limits.earliest_s, limits.latest_s),
        rejected=int((inputs.faults["severity"] == "rejected").sum()),
        names=_names(settings),
    )
    classes = classes_of(settings, inputs, network)
    by_class = residents_by_class(cells, classes, county=county)
    progress("measures", 3, 3)
    return Findings(
        cells=cells,
        fit=suits,
        coverage=covered,
        area_coverage=by_area,
        area_reasons=by_reason,
        place_coverage=by_place,
        losses=lost,
        loss_causes=causes,
        need=need,
        people=people,
        need_coverage=by_need,
        places=places,
        place_need=needed,
        indicators=measured,
        bands=in_bands,
        gaps=areas,
        guards=guards,
        quality=classes,
        quality_residents=by_class,
        supply=supplied,
        area_supply=area_supply(cells, covered, supplied, county=county),
        reference=reference_of(settings, inputs, suits),
        ways=keeper.done(),
    )


def groups_of(settings: Settings) -> dict[str, str]:
    """The group that needs each category; categories without one are left out."""
    return {c.id: c.group for c in settings.categories if c.group is not None}


def need_of(settings: Settings, inputs: Inputs, everywhere: gpd.GeoDataFrame) -> dict[str, Need]:
    """People of each group that a category is needed by, in every cell of the county."""
    wanted = set(groups_of(settings).values())
    return need_of_groups(
        everywhere,
        inputs.totals,
        [Group(g.id, g.formula, g.total, g.counted) for g in settings.groups if g.id in wanted],
        county=settings.county.ags,
        modelled=settings.residents.modelled,
    )


def indicators_of(settings: Settings) -> list[Indicator]:
    """The profile's indicators whose categories are computed."""
    group_of, found = groups_of(settings), []
    for one in settings.indicators:
        every = tuple(c.id for c in settings.categories)
        if one.category is not None and one.category not in every:
            continue
        group = group_of[one.category] if one.of == "need" and one.category else None
        categories = every if one.category is None else (one.category,)
        found.append(Indicator(one.id, one.kind, categories, one.day_types, group, one.target))
    return found


def audiences(settings: Settings) -> dict[str, Audience]:
    """Who needs each category, as far as offers ask for it."""
    groups = {group.id: group for group in settings.groups}
    return {
        category.id: Audience(
            group.women, group.ages, group.levels, group.languages, group.admissions
        )
        for category in settings.categories
        if category.group is not None
        for group in [groups[category.group]]
    }


def barriers(
    settings: Settings, inputs: Inputs, network: StreetNetwork
) -> NDArray[np.int64] | None:
    """Touching cells that no path joins; none where no streets are loaded."""
    if inputs.streets is None:
        return None
    return parted(
        network,
        inputs.cells[["x_m", "y_m"]].to_numpy(float),
        touching(inputs.cells),
        metres_per_s=settings.walking.speed_kmh / 3.6,
        slack_m=2 * settings.walking.max_snap_m,
    )


def classes_of(settings: Settings, inputs: Inputs, network: StreetNetwork) -> pd.DataFrame:
    """QUALITY; distances are those on foot, or by straight line, as the method has it."""
    method = METHODS[settings.quality.method]
    per_s = settings.walking.speed_kmh / 3.6
    if method.straight:  # at one metre per second, whole seconds are whole metres
        per_s = 1.0
        network = build_street_network(
            None, speed_kmh=3.6, detour_factor=1.0, max_snap_m=settings.walking.max_snap_m
        )
    homes = inputs.cells[["x_m", "y_m"]].to_numpy(float)
    halts = coordinates(inputs.stops.geometry)
    walks = walking_times(network, homes, halts, math.ceil(method.distances_m[-1] / per_s))
    return quality_classes(
        inputs.cells,
        inputs.stops,
        inputs.trips,
        inputs.connections,
        whole_days(settings, inputs.service_dates),
        method=method,
        start=walks.start,
        stop=walks.target,
        metres=walks.seconds.astype(np.float64) * per_s,
    )


def keeper_of(settings: Settings, inputs: Inputs, links: Links, limits: Limits) -> Keeper:
    """What keeps all ways to single offers as they are found."""
    offers = zip(inputs.offers["offer_id"], inputs.offers["category"], strict=True)
    return Keeper(
        inputs.sessions,
        inputs.stops,
        inputs.trips,
        inputs.connections,
        links.access,
        limit_min={offer: settings.max_minutes(category) for offer, category in offers},
        earliest_s=limits.earliest_s,
        latest_s=limits.latest_s,
        visit_s=limits.visit_s,
        days=len(settings.day_types),
    )


def reference_of(settings: Settings, inputs: Inputs, suits: pd.DataFrame) -> Reference:
    """Minutes by bicycle and car, for comparison."""
    ways = settings.reference
    unknown = sorted({*ways.islands} - {*inputs.areas["area_id"]})
    if unknown:
        raise SettingsError(
            f"[reference] islands: unbekannte Gemeinde {', '.join(unknown)}. "
            f"Bekannt: {', '.join(inputs.areas['area_id'])}"
        )
    rides = build_rides(
        inputs.streets,
        bike_kmh=ways.bike_kmh,
        car_kmh=ways.car_kmh,
        detour_factor=ways.detour_factor,
        max_snap_m=settings.walking.max_snap_m,
    )
    return reference_minutes(
        inputs.cells,
        inputs.offers,
        suits,
        rides,
        categories=[c.id for c in settings.categories],
        car_extra_min=ways.car_extra_min,
        islands=ways.islands,
    )


def whole_days(settings: Settings, service_dates: pd.DataFrame) -> pd.DataFrame:
    """SERVICE_DATES of the kinds of day that are not only a part of another, as evenings are."""
    parts = [day.id for day in settings.day_types if day.starts_from]
    return service_dates[~service_dates["day_type"].isin(parts)]


def _off_streets(network: StreetNetwork, inputs: Inputs) -> dict[str, OffStreets]:
    """Which cells, offers and stops hang badly on the streets."""
    points = {
        "cells": inputs.cells[["x_m", "y_m"]].to_numpy(float),
        "offers": coordinates(inputs.offers.geometry),
        "stops": coordinates(inputs.stops.geometry),
    }
    return {
        name: OffStreets(unsnapped(network, xy), on_islands(network, xy))
        for name, xy in points.items()
    }


def _names(settings: Settings) -> dict[str, str]:
    """What readers call categories and day types."""
    entries: list[Named] = [*settings.categories, *settings.day_types]
    return {entry.id: entry.name_in(settings.county.language) for entry in entries}


def walk_network(settings: Settings, inputs: Inputs) -> StreetNetwork:
    """What people walk on."""
    return build_street_network(
        inputs.streets,
        speed_kmh=settings.walking.speed_kmh,
        detour_factor=settings.walking.detour_factor,
        max_snap_m=settings.walking.max_snap_m,
    )


def walk_limits_of(settings: Settings) -> WalkLimits:
    """How far one walks, and how much time changing takes at least, in seconds."""
    walking = settings.walking
    return WalkLimits(
        max_direct_s=int(walking.max_direct_min * 60),
        max_access_s=int(walking.max_access_min * 60),
        max_transfer_s=int(walking.max_transfer_min * 60),
        transfer_buffer_s=settings.transit.transfer_buffer_s,
    )


def limits_of(settings: Settings) -> Limits:
    """The rule in seconds."""
    transit, rule = settings.transit, settings.rule
    return Limits(
        max_way_s=int(rule.max_way_min * 60),
        max_wait_s=int(rule.max_wait_min * 60),
        earliest_s=seconds_of_day(rule.earliest_departure),
        latest_s=seconds_of_day(rule.latest_return),
        visit_s=int(rule.visit_min * 60),
        window=(seconds_of_day(transit.window[0]), seconds_of_day(transit.window[1])),
    )


def days_of(settings: Settings, service_dates: pd.DataFrame) -> list[Day]:
    """Kinds of day with the dates that stand for them."""
    days = []
    for day in settings.day_types:
        rows = service_dates[service_dates["day_type"] == day.id]
        dates = dict(zip(rows["weekday"].astype(int), rows["date"], strict=True))
        if service_dates.empty:
            dates = {WEEKDAYS.index(w): NO_DATE for w in day.weekdays}
        starts_s = seconds_of_day(day.starts_from) if day.starts_from else 0
        days.append(Day(day.id, dates, day.school_term is False, starts_s))
    return days


# 3. Disclosure control ------------------------------------------------------------------------


def publish(
    settings: Settings,
    inputs: Inputs,
    findings: Findings,
    earlier: Sequence[PublishedRun] = (),
) -> tuple[Published, Protection]:
    """Let through what may leave the house."""
    rule = settings.disclosure
    ids = findings.cells["cell_id"].to_numpy(object)
    before = {}
    for group, people in findings.people.items():
        known = known_totals(findings.need[group].known, people)
        sums = sums_before(earlier, group, ids, people)
        if sums is not None:
            known = Known(
                csr_array(vstack([known.members, sums.members])),
                np.r_[known.low, sums.low],
                np.r_[known.high, sums.high],
            )
        before[group] = known
    of_groups, protection = published_need(
        findings.cells,
        findings.coverage,
        findings.people,
        groups_of(settings),
        indicators_of(settings),
        NeedTables(findings.need_coverage, findings.indicators, findings.gaps, findings.place_need),
        Rule(rule.min_count, rule.rounding, rule.dominance),
        county=settings.county.ags,
        smallest_unit_m=rule.smallest_unit_m,
        places=findings.places,
        before=before,
    )
    published = Published(
        areas=inputs.areas,
        places=inputs.places,
        stops=inputs.stops,
        cells=published_cells(findings.cells),
        offers=published_offers(inputs.offers),
        fit=findings.fit,
        sessions=inputs.sessions,
        coverage=findings.coverage,
        area_coverage=published_shares(
            findings.area_coverage, min_share_base=settings.disclosure.min_share_base
        ),
        area_reasons=findings.area_reasons,
        place_coverage=published_shares(
            findings.place_coverage, min_share_base=settings.disclosure.min_share_base
        ),
        losses=findings.losses,
        loss_causes=findings.loss_causes,
        need_coverage=of_groups.need_coverage,
        place_need=of_groups.place_need,
        indicators=of_groups.indicators,
        bands=findings.bands,
        gaps=of_groups.gaps,
        service_dates=inputs.service_dates,
        sources=inputs.sources,
        quality=findings.quality,
        quality_residents=findings.quality_residents,
        supply=findings.supply,
        area_supply=findings.area_supply,
        reference=findings.reference,
        ways=findings.ways,
        context=inputs.context,
        houses=inputs.houses,
    )
    return published, protection


def group_guards(settings: Settings, need: Mapping[str, Need]) -> Guards:
    """How the numbers of groups came about, where readers have to know; groups nobody uses."""
    names = {group.id: group.name_in(settings.county.language) for group in settings.groups}
    found: Guards = [
        {"guard": f"need_{doubt}", "level": "info" if doubt == FILLED else "warning",
         "count": count, "detail": names[group]}
        for group, one in need.items()
        for doubt, count in one.doubts.items()
        if count
    ]  # fmt: skip
    used = groups_of(settings).values()
    unused = [name for group, name in names.items() if group not in used]
    if unused:
        found.append(
            {"guard": "group_unused", "level": "warning", "count": len(unused),
             "detail": ", ".join(unused)}
        )  # fmt: skip
    return found


def protection_guards(protection: Protection) -> Guards:
    """What the protection of groups cost."""
    found: Guards = []
    if protection.withheld:
        found.append(
            {"guard": "groups_withheld", "level": "info", "count": protection.withheld,
             "detail": str(protection.sums)}
        )  # fmt: skip
    if protection.exposed:
        found.append(
            {"guard": "groups_exposed", "level": "warning", "count": protection.exposed,
             "detail": ""}
        )  # fmt: skip
    return found


def keep(computed: Computed) -> None:
    """Keep what is published, so that later runs can take it as known."""
    cells = computed.findings.cells
    ids, withheld = cells["cell_id"].to_numpy(object), cells["withheld"].to_numpy(bool)
    groups = {
        name: PublishedSums(ids, known.members, known.low, known.high)
        for name, known in computed.protection.published.items()
    }
    shown = dict(zip(ids[~withheld], cells["residents"][~withheld].tolist(), strict=True))
    write_published(
        computed.settings.folder,
        PublishedRun(computed.facts["made_from"], shown, frozenset(ids[withheld]), groups),
    )


# 4. Outputs -----------------------------------------------------------------------------------


def write(
    computed: Computed,
    folder: Path,
    *,
    progress: Callable[[str, int, int], None] = _silent,
) -> Run:
    """Write pages, tables, GeoPackage and manifest."""
    settings, inputs, findings, published, _, facts, selected = computed
    internal = facts["internal"]
    tables = folder / "tables"
    pages = write_pages(
        published,
        settings,
        folder,
        facts=facts,
        areas=selected or None,
        progress=lambda done, total: progress("pages", done, total),
    )
    in_words = folder / FINDINGS
    with beside(in_words) as part:
        text = findings_page(published, settings, facts=facts)
        part.write_text(text, encoding="utf-8", newline="\n")
    pages.append(in_words)
    progress("tables", 0, 3)
    workbook = tables / "erreichbarkeit.xlsx"
    with beside(workbook) as part:
        write_workbook(part, published, settings, facts=facts, guards=findings.guards)
    progress("tables", 1, 3)
    to_check = to_check_of(folder)
    if len(inputs.faults):
        with beside(to_check) as part:
            write_to_check(
                part,
                inputs.faults,
                inputs.rejected_offers,
                inputs.doubtful_offers,
                settings.county.language,
            )
    else:
        remove(to_check)
    progress("tables", 2, 3)
    with beside(folder / "coverage.gpkg") as part:
        write_geopackage(part, published, internal=internal, language=settings.county.language)
    manifest = folder / MANIFEST
    stale = runs.earlier_outputs(manifest)
    written = [*pages, workbook, folder / "coverage.gpkg"]
    for path in stale:
        if path not in written:
            remove(path)
    runs.write_manifest(
        manifest,
        {
            **_made_from(settings, selected),
            "run": facts["made_from"],
            "profile": "internal" if internal else "public",
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "service_dates": published.service_dates.to_dict("records"),
            "guards": list(findings.guards),
            "faults": inputs.faults["severity"].value_counts().to_dict(),
            "outputs": {str(p.relative_to(folder).as_posix()): runs.digest(p) for p in written},
        },
    )
    progress("tables", 3, 3)
    return Run(
        run=facts["made_from"],
        folder=folder,
        index=pages[0],
        pages=pages,
        published=published,
        guards=findings.guards,
        notes=guard_notes(findings.guards, settings.county.language),
        faults=inputs.faults,
        to_check=to_check if len(inputs.faults) else None,
        manifest=manifest,
    )


def to_check_of(folder: Path) -> Path:
    """Where it stands what is wrong with the inputs: beside the results, not among them."""
    return folder.absolute().with_name(f"{folder.absolute().name}-pruefen") / TO_CHECK


def _is_kept(settings: Settings) -> bool:
    """Whether what is published is kept: not of sample data, and not of internal runs."""
    internal = settings.disclosure is NOTHING_WITHHELD
    return settings.county.data_status == "real" and not internal


def _made_from(settings: Settings, selected: Sequence[str]) -> dict[str, object]:
    """All that the numbers depend on."""
    return {
        "method_version": METHOD_VERSION,
        "versions": runs.versions(),
        "inputs": runs.input_digests(
            settings.folder,
            input_files(settings),
            secret=settings.files("residents"),
            key=digest_key(settings.folder) if _is_kept(settings) else b"",
        ),
        "settings": settings.model_dump(mode="json", exclude={"folder"}, by_alias=True),
        "municipalities": list(selected),
    }


def _facts(
    settings: Settings, findings: Findings, inputs: Inputs, selected: Sequence[str]
) -> Facts:
    """What pages and tables say of the run."""
    names = inputs.areas.set_index("area_id")["name"]
    return {
        "method_version": METHOD_VERSION,
        "made_from": runs.run_digest(_made_from(settings, selected)),
        "walking": {lang: _walking(settings, inputs, lang) for lang in LANGUAGES},
        "selected": [str(names[a]) for a in selected],
        "guards": {lang: guard_notes(findings.guards, lang) for lang in LANGUAGES},
        "internal": settings.disclosure is NOTHING_WITHHELD,
        "need_sources": {name: one.sources for name, one in findings.need.items()},
    }


def _walking(settings: Settings, inputs: Inputs, language: Language) -> str:
    """How walking times were computed."""
    if inputs.streets is not None:
        file = str(settings.layers.streets)
        return label("walking.streets", language).replace("{file}", file)
    factor = f"{settings.walking.detour_factor:g}"
    factor = factor.replace(".", ",") if language == "de" else factor
    return label("walking.straight", language).replace("{factor}", factor)


def guard_notes(guards: Guards, language: Language) -> list[str]:
    """What the guards found, in words."""
    return [
        label(f"guard.{guard['guard']}", language)
        .replace("{count}", number(guard["count"], language))
        .replace("{detail}", _detail(guard["detail"], language))
        for guard in guards
    ]


def _detail(detail: str, language: Language) -> str:
    """A detail that is a count, written as a count."""
    return number(int(detail), language) if detail.isdecimal() else detail
