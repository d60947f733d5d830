"""The page's fixed HTML: headings, controls, empty tables, and the tables for pages without script.

Everything that stands here is escaped. What depends on a choice of the reader is filled in by the
page's script.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from geo_integration.outputs.labels import number, percent
from geo_integration.outputs.maps.assets import own_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geo_integration.outputs.maps.payload import Page

# Marks that change the direction of the text around them.
_DIRECTION = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

_SAID = re.compile(r'(<(\w+)\b[^>]*\bdata-say="([\w.]+)"[^>]*>)\s*(?=</\2>)')
_LABELLED = re.compile(r'data-say-(label|hint)="([\w.]+)"')
_ATTRIBUTES = {"label": "aria-label", "hint": "placeholder"}


def escaped(text: object) -> str:
    """Text made safe for HTML; marks of direction are left out.

    Parameters
    ----------
    text : object
        Any text.

    Returns
    -------
    str
        Text without markup.
    """
    return escape(str(text).translate(_DIRECTION), quote=True)


def body(page: Page) -> str:
    """Fill the body's HTML up to the data block.

    Parameters
    ----------
    page : Page
        From `build_page`.

    Returns
    -------
    str
        HTML, in the county's language; the page's script can say it in another one.
    """
    data = page.data
    said = data["words"][data["lang"]]
    people = said["unit.residents_model" if data["modelled"] else "unit.residents"]
    blanks = {
        "name": escaped(data["title"][data["lang"]]),
        "map.name": escaped(data["name"]),
        "banner": _banner(data),
        "noscript": _noscript(page, people),
    }

    def words_in(found: re.Match[str]) -> str:
        return found[1] + escaped(said[found[3]].replace("{people}", people))

    html = _SAID.sub(words_in, own_body())
    html = _LABELLED.sub(
        lambda found: f'{found[0]} {_ATTRIBUTES[found[1]]}="{escaped(said[found[2]])}"', html
    )
    # One pass, and last: what is filled in is never looked at again.
    return re.sub(r"\{([\w.]+)\}", lambda found: blanks[found[1]], html)


def _banner(data: Mapping[str, Any]) -> str:
    """Warn above everything else, where the data are a sample; else give the note alone."""
    note, said = escaped(data["status_note"]), {"page.internal", "page.sample"}
    texts = {
        key: f'<strong data-say="{key}">{escaped(data["words"][data["lang"]][key])}</strong>'
        for key in said
    }
    mark = ""
    if data["internal"]:
        mark = f'<p class="banner internal" role="note">{texts["page.internal"]}</p>\n'
    if data["sample"]:
        said_first = f"<summary>{texts['page.sample']}</summary>"
        more = f"<span>{note}</span>"
        return f'{mark}<details class="banner" open>{said_first}{more}</details>\n'
    return mark + (f'<p class="banner plain" role="note">{note}</p>\n' if note else "")


def _noscript(page: Page, people: str) -> str:
    """Write the main table as plain HTML: one for each day type."""
    data = page.data
    said = escaped(data["words"][data["lang"]]["page.noscript"])
    days = enumerate(data["days"])
    tables = "\n".join(_plain_table(page, number, day, people) for number, day in days)
    return f'<noscript>\n<p class="banner">{said}</p>\n{tables}\n</noscript>\n'


def _plain_table(page: Page, number_: int, day: Mapping[str, Any], people: str) -> str:
    """Share within reach by municipality and category on one day type."""
    data, lang = page.data, page.data["lang"]
    names = {area["id"]: area["name"] for area in data["areas"]}
    total = data["words"][lang]["areas.selected" if data["selection"] else "areas.total"]
    labels = [c["label"][lang] for c in data["categories"]]
    heads = [data["words"][lang]["areas.name"], people, *labels]
    head = "".join(f'<th scope="col">{escaped(h)}</th>' for h in heads)
    lines = [f"<caption>{escaped(day['label'][lang])}</caption><tr>{head}</tr>"]
    for at, area in enumerate(page.table.rows):
        name = escaped(total if at == 0 else names.get(area, area))
        cells = "".join(f"<td>{escaped(v)}</td>" for v in _plain_cells(page, number_, at))
        lines.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def _plain_cells(page: Page, day: int, at: int) -> Iterable[str]:
    """Residents, then the share of each category."""
    lang, by = page.data["lang"], page.table.by
    columns = [by.get((c, day)) for c in range(len(page.data["categories"]))]
    first = next((c for c in columns if c is not None), None)
    residents = first["residents"][at] if first else None
    yield "–" if residents is None else number(residents, lang)
    for part in columns:
        share = part["share"][at] if part else None
        yield "–" if part is None else "." if share is None else percent(share, lang)
