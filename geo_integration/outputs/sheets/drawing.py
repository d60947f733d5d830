"""The map of a sheet: cells, boundaries, underserved areas, stops, offers, names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from matplotlib.path import Path

from geo_integration.outputs.labels import number
from geo_integration.outputs.maps.encode import simplified
from geo_integration.outputs.sheets.background import draw_lines, draw_surfaces
from geo_integration.outputs.sheets.classes import lightness
from geo_integration.outputs.sheets.layout import Box, Frame, Taken, bar_metres
from geo_integration.outputs.sheets.pencil import INK, QUIET, path_of
from geo_integration.outputs.sheets.typesetting import height_mm, plain, shortened, width_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.outputs.sentences import Context
    from geo_integration.outputs.sheets.content import Sheet
    from geo_integration.outputs.sheets.pencil import Pencil

LAND, OTHER_LAND, OUTSIDE = "#fdfcf8", "#ebeae5", "#dde6ec"
GAP_INK, BORDER = "#b3123c", "#3a4552"
LINES, DOTS = "////", "..."
# Vertices of a gap this close to a straight line are the corners of its cells, nothing else.
_STRAIGHT_M = 2.0
_EDGED_MM = 1.2  # cells that are smaller on the paper get no edge of their own
_OFFER, _BADGE = 1.9, 1.75  # radius, mm
_MERGE = 4.2
# Size, weight, colour, and up to which scale they are shown: town, village, hamlet.
_PLACES = {
    "town": (7.6, True, INK, 2_000_000.0),
    "village": (6.4, False, INK, 400_000.0),
    "hamlet": (5.8, False, QUIET, 160_000.0),
}
_AREA_NAME = 6.6
_WIDEST_NAME = 42.0


class Spot(NamedTuple):
    """Offers that share one symbol: where, how many, whether all their places are doubtful."""

    at: tuple[float, float]
    offers: int
    doubtful: bool


def extent_of(context: Context, area_id: str | None) -> tuple[float, float, float, float]:
    """West, south, east, north of what a sheet shows, metres."""
    areas = context.published.areas.to_crs(context.settings.county.crs)
    if area_id is not None:
        areas = areas[areas["area_id"] == area_id]
    west, south, east, north = areas.total_bounds.tolist()
    return west, south, east, north


def draw_map(
    pencil: Pencil,
    context: Context,
    sheet: Sheet,
    frame: Frame,
    *,
    spots: Sequence[Spot],
    listed: int,
) -> None:
    """Draw the map.

    Parameters
    ----------
    pencil : Pencil
        What draws.
    context : Context
        What was published.
    sheet : Sheet
        What stands on the sheet.
    frame : Frame
        Where, and at which scale.
    spots : sequence of Spot
        Symbols of offers.
    listed : int
        So many underserved areas get their number; all are outlined.
    """
    unit, box = pencil.unit, frame.box
    taken = Taken(box.grown(-0.8))
    areas = context.published.areas.to_crs(context.settings.county.crs)
    shapes = simplified(areas.geometry).to_numpy()
    own = np.ones(len(areas), dtype=bool)
    if sheet.question.area_id is not None:
        own = (areas["area_id"] == sheet.question.area_id).to_numpy(bool)
    pencil.clip(box)
    pencil.box(box, fill=OUTSIDE)
    pencil.outline(path_of(shapes[~own], frame), fill=OTHER_LAND)
    pencil.outline(path_of(shapes[own], frame), fill=LAND)
    draw_surfaces(pencil, context, frame)
    _draw_cells(pencil, context, sheet, frame)
    draw_lines(pencil, context, frame)
    pencil.outline(path_of(shapes, frame), edge="white", line=2.0 * unit)
    pencil.outline(path_of(shapes, frame), edge=BORDER, line=0.7 * unit)
    pencil.outline(path_of(shapes[own], frame), edge=BORDER, line=1.1 * unit)
    _draw_gaps(pencil, context, sheet, frame)
    stops = _inside(context, context.published.stops, frame)
    if len(stops):
        at = np.unique(np.round(stops, 2), axis=0)
        pencil.stops(at)
    for spot in spots:
        _reserve(taken, spot.at, _OFFER * unit)
    _draw_scale(pencil, context, frame, shapes, taken)
    _draw_badges(pencil, context, sheet, frame, taken, listed)
    for spot in spots:
        draw_offer(pencil, spot, sheet.question.category.letter)
    _draw_names(pencil, context, frame, taken)
    pencil.clip(None)
    pencil.box(box, edge=QUIET, line=0.6)


def _draw_cells(pencil: Pencil, context: Context, sheet: Sheet, frame: Frame) -> None:
    """Cells by class; those whose residents are withheld get dots over it."""
    cells = sheet.shown.geometry.to_crs(context.settings.county.crs).to_numpy()
    if not len(cells):
        return
    side = float(np.sqrt(np.median(shapely.area(cells)))) * 1000 / frame.scale
    edge = "white" if side >= _EDGED_MM else "none"
    for n, look in enumerate(sheet.looks):
        of_class = sheet.cells == n
        if of_class.any():
            path = path_of(cells[of_class], frame)
            hatch = LINES if look.hatch else ""
            pencil.outline(
                path, fill=look.colour, edge=edge, line=0.35, hatch=hatch, ink=look.hatch
            )
        held = of_class & sheet.withheld
        if held.any():
            ink = INK if lightness(look.colour) > 0.5 else "white"
            pencil.outline(path_of(cells[held], frame), hatch=DOTS, ink=ink)


def _draw_gaps(pencil: Pencil, context: Context, sheet: Sheet, frame: Frame) -> None:
    """Outline all underserved areas."""
    if len(sheet.gaps):
        gaps = sheet.gaps.geometry.to_crs(context.settings.county.crs).simplify(_STRAIGHT_M)
        path = path_of(gaps.to_numpy(), frame)
        pencil.outline(path, edge="white", line=2.6 * pencil.unit)
        pencil.outline(path, edge=GAP_INK, line=1.3 * pencil.unit)


def _draw_badges(
    pencil: Pencil, context: Context, sheet: Sheet, frame: Frame, taken: Taken, listed: int
) -> None:
    """Number the underserved areas that are listed, each where there is room inside."""
    crs = context.settings.county.crs
    shapes = sheet.gaps.geometry.to_crs(crs).to_numpy()[:listed]
    if sheet.question.area_id is not None:
        areas = context.published.areas.to_crs(crs)
        own = areas.loc[areas["area_id"] == sheet.question.area_id, "geometry"].union_all()
        shapes = shapely.intersection(shapes, own)
    radius = _BADGE * pencil.unit
    for shape, gap in zip(shapes, sheet.listed, strict=False):
        spots = frame.on_paper(_spots_in(shape))
        boxes = [_around((float(x), float(y)), radius) for x, y in spots]
        found = taken.first_free(boxes) or boxes[0]
        at = (found.left + found.right) / 2, (found.bottom + found.top) / 2
        draw_badge(pencil, at, gap.rank)


def _spots_in(shape: Any) -> NDArray[np.float64]:  # noqa: ANN401  shapely geometries are untyped
    """Points inside an area, from its middle outwards."""
    middle = shapely.get_coordinates(shape.representative_point())
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(np.linspace(west, east, 9)[1:-1], np.linspace(south, north, 9)[1:-1])
    grid = np.column_stack([x.ravel(), y.ravel()])
    grid = grid[shapely.contains_xy(shape, grid)]
    order = np.argsort(((grid - middle) ** 2).sum(axis=1), kind="stable")
    return np.vstack([middle, grid[order]])


def _around(at: tuple[float, float], half: float) -> Box:
    return Box(at[0] - half, at[1] - half, at[0] + half, at[1] + half)


def _reserve(taken: Taken, at: tuple[float, float], half: float) -> None:
    """Keep the place of a symbol free of names."""
    taken.take(_around(at, half))


# Symbols --------------------------------------------------------------------------------------


def offer_spots(context: Context, sheet: Sheet, frame: Frame, unit: float) -> list[Spot]:
    """Symbols of the category's offers; those that would lie on each other share one."""
    offers = context.published.offers
    offers = offers[
        (offers["category"] == sheet.question.category.id)
        & offers["counted"].to_numpy(bool)
        & offers.geometry.notna()
        & ~offers.geometry.is_empty
    ].sort_values("offer_id")
    offers = offers.to_crs(context.settings.county.crs)
    places = frame.on_paper(shapely.get_coordinates(offers.geometry.to_numpy()))
    box = frame.box.grown(-_OFFER * unit)
    found: list[Spot] = []
    for (x, y), doubtful in zip(places.tolist(), offers["doubtful"].tolist(), strict=True):
        if not (box.left <= x <= box.right and box.bottom <= y <= box.top):
            continue
        near = (
            n
            for n, spot in enumerate(found)
            if (spot.at[0] - x) ** 2 + (spot.at[1] - y) ** 2 < (_MERGE * unit) ** 2
        )
        n = next(near, None)
        if n is None:
            found.append(Spot((x, y), 1, bool(doubtful)))
        else:
            spot = found[n]
            found[n] = Spot(spot.at, spot.offers + 1, spot.doubtful and bool(doubtful))
    return found


def draw_offer(pencil: Pencil, spot: Spot, letter: str) -> None:
    """Draw a disc with the category's letter; a square with their number for several offers."""
    radius = _OFFER * pencil.unit
    fill, ink = ("white", INK) if spot.doubtful else (INK, "white")
    said = letter if spot.offers == 1 else str(spot.offers)
    if spot.offers == 1:
        pencil.disc(spot.at, radius, fill=fill, edge=INK, line=0.9, dashed=spot.doubtful)
    else:
        square = _around(spot.at, radius * 0.94)
        pencil.box(square.grown(0.35), fill="white")
        pencil.box(square, fill=fill, edge=INK, line=0.9)
    size = (7.6 if len(said) == 1 else 6.0) * pencil.unit
    pencil.text(spot.at, plain(said), size, colour=ink, bold=True, align="middle")


def draw_badge(pencil: Pencil, at: tuple[float, float], rank: str) -> None:
    """Draw the number of an underserved area."""
    pencil.disc(at, _BADGE * pencil.unit, fill="white", edge=GAP_INK, line=1.0)
    size = (6.6, 6.0, 4.6)[min(len(rank), 3) - 1] * pencil.unit
    pencil.text(at, rank, size, colour=GAP_INK, bold=True, align="middle")


# Names ----------------------------------------------------------------------------------------


def _draw_names(pencil: Pencil, context: Context, frame: Frame, taken: Taken) -> None:
    """Names of towns, municipalities, villages and hamlets, each where nothing else stands."""
    places = context.published.places
    said: set[str] = set()
    for kind, (size, bold, colour, up_to) in _PLACES.items():
        if frame.scale <= up_to:
            of_kind = places[places["kind"] == kind]
            named = zip(of_kind["name"], _placed(context, of_kind, frame).tolist(), strict=True)
            for name, (x, y) in named:
                if _draw_place(pencil, taken, (x, y), name, (size * pencil.unit, bold, colour)):
                    said.add(str(name))
        if kind == "town":
            _draw_area_names(pencil, context, frame, taken, said)


def _placed(context: Context, points: gpd.GeoDataFrame, frame: Frame) -> NDArray[np.float64]:
    """Points on the paper."""
    shapes = points.geometry.to_crs(context.settings.county.crs).to_numpy()
    return frame.on_paper(shapely.get_coordinates(shapes))


def _inside(context: Context, points: gpd.GeoDataFrame, frame: Frame) -> NDArray[np.float64]:
    """Points on the paper, those that lie on the map."""
    at, box = _placed(context, points, frame), frame.box
    x, y = at[:, 0], at[:, 1]
    on_map = (x >= box.left) & (x <= box.right) & (y >= box.bottom) & (y <= box.top)
    return at[on_map]


def _draw_place(
    pencil: Pencil,
    taken: Taken,
    at: tuple[float, float],
    name: str,
    style: tuple[float, bool, str],
) -> bool:
    """Name a place: right of it, left, above or below, or farther off; tell whether it was."""
    size, bold, colour = style
    text = shortened(plain(name, longest=80), size, _WIDEST_NAME * pencil.unit, bold=bold)
    wide, high = width_mm(text, size, bold=bold), height_mm(size) * 0.8
    gap = 0.9 * pencil.unit
    far = 2.5 * pencil.unit
    x, y = at
    corners = [
        (x + gap, y - high / 2),
        (x - gap - wide, y - high / 2),
        (x - wide / 2, y + gap),
        (x - wide / 2, y - gap - high),
        (x + far, y - high / 2),
        (x - far - wide, y - high / 2),
        (x - wide / 2, y + far),
        (x - wide / 2, y - far - high),
    ]
    boxes = [Box(left, bottom, left + wide, bottom + high) for left, bottom in corners]
    found = taken.first_free(boxes)
    if found is not None:
        pencil.text(
            (found.left, found.bottom + high * 0.22), text, size,
            bold=bold, colour=colour, halo="white",
        )  # fmt: skip
    return found is not None


def _draw_area_names(
    pencil: Pencil, context: Context, frame: Frame, taken: Taken, said: set[str]
) -> None:
    """Name the municipalities in spaced capitals, but those whose town has said their name."""
    size = _AREA_NAME * pencil.unit
    areas = context.published.areas.to_crs(context.settings.county.crs)
    window = shapely.box(*_metres_of(frame))
    for name, shape in zip(areas["name"], areas.geometry, strict=True):
        seen = shape.intersection(window)
        if seen.is_empty or str(name) in said:
            continue
        capitals = "\N{HAIR SPACE}".join(plain(name, longest=60).upper())
        text = shortened(capitals, size, _WIDEST_NAME * pencil.unit, bold=True)
        wide, high = width_mm(text, size, bold=True), height_mm(size) * 0.8
        boxes = [
            Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            for x, y in frame.on_paper(_spots_in(seen)).tolist()
        ]
        found = taken.first_free(boxes)
        if found is not None:
            pencil.text(
                (found.left, found.bottom + high * 0.22), text, size,
                colour=BORDER, bold=True, halo="white",
            )  # fmt: skip


def _metres_of(frame: Frame) -> tuple[float, float, float, float]:
    """West, south, east, north of what lies on the map."""
    half = np.array([frame.box.width, frame.box.height]) * frame.scale / 2000
    (west, south), (east, north) = np.array(frame.middle) - half, np.array(frame.middle) + half
    return west, south, east, north


# Scale and north ------------------------------------------------------------------------------


def _draw_scale(
    pencil: Pencil, context: Context, frame: Frame, shapes: NDArray[np.object_], taken: Taken
) -> None:
    """Scale bar, scale and north arrow, in the corner where least land lies."""
    unit, language = pencil.unit, context.language
    metres = bar_metres(frame.scale, 34 * unit)
    bar = metres * 1000 / frame.scale
    wide, high = bar + 15 * unit, 11.5 * unit
    box = _emptiest(frame, shapes, wide, high)
    taken.take(box)
    pencil.box(box, fill="white", edge=QUIET, line=0.4)
    left, bottom = box.left + 3 * unit, box.bottom + 2.2 * unit
    for n, fill in enumerate((INK, "white")):
        half = Box(left + n * bar / 2, bottom, left + (n + 1) * bar / 2, bottom + 1.1 * unit)
        pencil.box(half, fill=fill, edge=INK, line=0.5)
    size = 6.2 * unit
    km = metres >= 1000
    for part in (0.0, 0.5, 1.0):
        value = metres * part / (1000 if km else 1)
        said = number(value, language, digits=0 if value.is_integer() else 1)
        said += f"\N{NO-BREAK SPACE}{'km' if km else 'm'}" if part == 1 else ""
        pencil.text((left + part * bar, bottom + 2 * unit), said, size, align="center")
    said = context.say("print.scale", n=number(frame.scale, language))
    pencil.text((left, box.top - 3.4 * unit), said, 7 * unit, bold=True)
    x, foot = box.right - 4.6 * unit, box.bottom + 1.8 * unit
    tip, wing = foot + 5 * unit, 1.5 * unit
    arrow = [(x - wing, foot), (x, foot + 1.1 * unit), (x + wing, foot), (x, tip), (x - wing, foot)]
    pencil.outline(Path(np.array(arrow), closed=True), fill=INK)
    north = context.say("print.north")
    pencil.text((x, foot + 6 * unit), north, 8 * unit, bold=True, align="center")


def _emptiest(frame: Frame, shapes: NDArray[np.object_], wide: float, high: float) -> Box:
    """The corner of the map that covers least land."""
    box = frame.box.grown(-1.2)
    corners = [
        Box(left, bottom, left + wide, bottom + high)
        for bottom in (box.bottom, box.top - high)
        for left in (box.left, box.right - wide)
    ]
    land = shapely.union_all(shapes)

    def covered(corner: Box) -> float:
        metres = (np.array([corner[:2], corner[2:]]) - _middle_of(frame.box)) * frame.scale / 1000
        (west, south), (east, north) = metres + np.array(frame.middle)
        area: float = land.intersection(shapely.box(west, south, east, north)).area
        return area

    return min(corners, key=covered)


def _middle_of(box: Box) -> NDArray[np.float64]:
    return np.array([(box.left + box.right) / 2, (box.bottom + box.top) / 2])
