"""Sheets -> files: one PDF for each place and category, one PNG for each sheet."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from geo_integration.errors import OutputError
from geo_integration.files import beside, slug
from geo_integration.outputs.sentences import Context
from geo_integration.outputs.sheets.content import Question, place_name, sheet_content
from geo_integration.outputs.sheets.layout import paper_of
from geo_integration.outputs.sheets.pencil import DPI
from geo_integration.outputs.sheets.sheet import Page, sheet_figure
from geo_integration.outputs.sheets.typesetting import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from geo_integration.frames import Facts, Published
    from geo_integration.outputs.sheets.layout import Format, Orientation
    from geo_integration.profile import Category, DayType
    from geo_integration.settings import Settings

PROGRAM = "geo-integration"
_LONGEST_NAME = 40
# Whatever stands in a matplotlibrc of this computer: sheets look alike everywhere, texts are
# never read as formulas, and the PDF keeps its letters.
_STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "text.usetex": False,
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "hatch.linewidth": 0.55,
    "text.hinting": "none",
}


@dataclass(frozen=True)
class Selection:
    """Which sheets are drawn; `areas` empty is the whole county, else municipalities by key."""

    categories: Sequence[Category]
    days: Sequence[DayType]
    areas: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.categories) * len(self.days) * max(len(self.areas), 1)


def write_sheets(
    published: Published,
    settings: Settings,
    folder: Path,
    *,
    facts: Facts,
    selection: Selection,
    size: Format = "a4",
    orientation: Orientation = "portrait",
    progress: Callable[[], object] = lambda: None,
) -> list[Path]:
    """Write the sheets: a PDF for each place and category, its days as pages, and each as PNG.

    Parameters
    ----------
    published : Published
        What disclosure control let through.
    settings : Settings
        The county profile.
    folder : Path
        Where the files go; made if missing.
    facts : Facts
        What every page and table says of the run.
    selection : Selection
        Categories, day types, municipalities.
    size : {"a4", "a3"}
        Of the paper.
    orientation : {"portrait", "landscape"}
        Of the paper.
    progress : callable, optional
        Called after every sheet.

    Returns
    -------
    list of Path
        The files: each PDF, followed by its pictures.

    Raises
    ------
    OutputError
        When a municipality is unknown or a file cannot be written.
    """
    context = Context(published, settings, settings.county.language, facts)
    areas = _areas(context, selection.areas)
    names = _file_names([place_name(context, area) for area in areas])
    categories = _file_names([c.name_in(context.language) for c in selection.categories])
    days = _file_names([d.name_in(context.language) for d in selection.days])
    paper = paper_of(size, orientation)
    written: list[Path] = []
    for area, place in zip(areas, names, strict=True):
        for category, stem in zip(selection.categories, categories, strict=True):
            title = _title(context, category, area)
            pdf, pictures = folder / f"{place}-{stem}.pdf", []
            with (
                beside(pdf) as part,
                _style(),
                PdfPages(part, metadata=_about(context, title)) as pages,
            ):
                for n, (day, name) in enumerate(zip(selection.days, days, strict=True), start=1):
                    question = Question(category, day, area)
                    sheet = sheet_content(context, question, paper=paper.name)
                    figure = sheet_figure(context, sheet, paper, Page(n, len(days)))
                    pages.savefig(figure)
                    pictures.append(folder / f"{place}-{stem}-{n}-{name}.png")
                    _write_picture(figure, pictures[-1], f"{title}, {sheet.scope}")
                    progress()
            written += [pdf, *pictures]
    return written


def _areas(context: Context, wanted: Sequence[str]) -> list[str | None]:
    """The municipalities that were asked for; None for the county."""
    known = context.published.areas["area_id"].tolist()
    unknown = [area for area in wanted if area not in known]
    if unknown:
        raise OutputError(
            f"Für die Gemeinde {unknown[0]!r} gibt es kein Kartenblatt; "
            f"bekannt sind {', '.join(known)}"
        )
    return [*wanted] or [None]


def _title(context: Context, category: Category, area: str | None) -> str:
    """Title in the properties of the file; one that must not leave the house says so."""
    named = plain(category.name_in(context.language))
    title = context.say("print.document", category=named, name=place_name(context, area))
    internal = context.facts["internal"]
    return f"{context.say('page.internal')}: {title}" if internal else title


def _about(context: Context, title: str) -> dict[str, str | None]:
    """Properties of the PDF: no time of making, no name of a person or computer."""
    about: dict[str, str | None] = dict.fromkeys(("Producer", "CreationDate"))
    about |= {"Title": title, "Creator": PROGRAM}
    if context.facts["internal"]:
        # In plain letters, so that the audit finds it without reading fonts.
        about["Keywords"] = slug(context.say("page.internal")).replace("-", " ")
    return about


def _write_picture(figure: Figure, path: Path, title: str) -> None:
    """Write a picture of 256 colours: sheets have few, and the file becomes a third as large."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), pixels)
    few = drawn.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    about = PngInfo()
    about.add_text("Title", title)
    with beside(path) as part:
        few.save(part, "PNG", dpi=(DPI, DPI), pnginfo=about)


@contextlib.contextmanager
def _style() -> Iterator[None]:
    """The same style on every computer, for the time of drawing."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def _file_names(names: Sequence[str]) -> list[str]:
    """A plain name for each, no two alike."""
    found: list[str] = []
    for name in names:
        stem = plain_name = slug(name)[:_LONGEST_NAME].strip("-")
        number = 2
        while stem in found:
            stem, number = f"{plain_name}-{number}", number + 1
        found.append(stem)
    return found
