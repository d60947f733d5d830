"""The audit of a folder: all of its files, and what the manifests of runs say of them."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_integration.audit.contents import MARK, Auditor, check_file, shown_name
from geo_integration.audit.report import Report, Rules
from geo_integration.audit.texts import Search
from geo_integration.errors import SourceError
from geo_integration.outputs.labels import label
from geo_integration.runs import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = "manifest.json"


def audit_folder(folder: Path, rules: Rules | None = None, secrets: Search | None = None) -> Report:
    """Look through all files of a folder that is to be published.

    Parameters
    ----------
    folder : Path
        The folder; nothing in it is changed.
    rules : Rules, optional
        Those of the county; the manifests of runs in the folder may be stricter.
    secrets : Search, optional
        Texts of the county that may occur nowhere.

    Returns
    -------
    Report
        What was found.

    Raises
    ------
    SourceError
        When the folder is missing.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder}: ist kein Ordner")
    manifests = {
        path.parent: content
        for path in folder.rglob(MANIFEST)
        if (content := _manifest(path)) is not None
    }
    stated = [rules, *map(_rules_of, manifests.values())]
    given = [one for one in stated if one is not None]
    strictest = Rules(*map(max, zip(*given, strict=True))) if given else Rules()
    search = secrets or Search()
    for language in ("de", "en"):
        search.add(label("page.internal", language), MARK)
    report = Report(strictest, lambda text: bool(search.meanings(text) - {MARK}))
    if not given:
        k, base = strictest.min_count, strictest.min_share_base
        found = f"Ohne Regeln: geprüft mit mindestens {k} Personen, Anteilen ab {base}"
        report.add(str(folder), "rules", "", found)
    auditor = Auditor(report, search, set())
    for path in _files(report, folder):
        check_file(auditor, path, shown_name(auditor, path.relative_to(folder)))
    for at, content in manifests.items():
        _check_manifest(auditor, folder, at, content)
    return report


def _files(report: Report, folder: Path) -> Iterator[Path]:
    """All files and links of a folder; folders that may not be read are a finding."""

    def unread(error: OSError) -> None:
        report.add(Path(str(error.filename)).name, "unreadable", "", "Ordner nicht lesbar")

    for at, folders, files in os.walk(folder, onerror=unread):
        folders.sort()
        links = [name for name in folders if (Path(at) / name).is_symlink()]
        for name in sorted([*files, *links]):
            yield Path(at) / name


# Manifests ------------------------------------------------------------------------------------


def _manifest(path: Path) -> dict[str, Any] | None:
    """Content of a manifest of one of our runs."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(content, dict) and isinstance(content.get("outputs"), dict)
    return content if ours else None


def _rules_of(manifest: dict[str, Any]) -> Rules | None:
    """Rules by which a run was made."""
    try:
        stated = manifest["settings"]["disclosure"]
        return Rules(*(int(stated[name]) for name in Rules._fields))
    except (KeyError, TypeError, ValueError):
        return None


def _check_manifest(auditor: Auditor, folder: Path, at: Path, manifest: dict[str, Any]) -> None:
    """Files that a run does not name, those changed since, and internal runs."""
    report, name = auditor.report, (at / MANIFEST).relative_to(folder).as_posix()
    if manifest.get("profile", "public") != "public":
        report.add(name, "internal_mark", "profile", "Hier liegt ein interner Lauf")
    outputs = {str(k): str(v) for k, v in manifest["outputs"].items()}
    there = {
        p.relative_to(at).as_posix(): p for p in at.rglob("*") if p.is_file() and not p.is_symlink()
    }
    for file in sorted(outputs.keys() - there.keys()):
        report.add(name, "missing", "", file)
    for file, path in there.items():
        shown = path.relative_to(folder).as_posix()
        if shown not in report.files or file == MANIFEST:
            continue
        if file not in outputs:
            report.add(shown, "unnamed", "", "steht nicht im Manifest")
        elif digest(path) != outputs[file]:
            report.add(shown, "changed", "", "anders als beim Lauf geschrieben")


def summary(report: Report, *, with_county: bool) -> str:
    """One line: how much was read, and what was looked for."""
    names = [Path(name.rpartition(" › ")[2]) for name in report.files]
    kinds = Counter(name.suffix.lower() or "ohne Endung" for name in names)
    files = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    unseen = [f"{name}: nur Metadaten gelesen ({n})" for name, n in sorted(report.unseen.items())]
    checked = [
        f"kleine Zahlen (unter {report.rules.min_count})",
        f"Anteile (ab {report.rules.min_share_base})",
        "Differenzen, Verborgenes, Metadaten, fremde Server, Pfade",
        f"{'' if with_county else 'ohne '}Vertrauliches aus den Eingaben",
    ]
    said = "; ".join([f"geprüft: {', '.join(checked)}", *unseen])
    return f"{len(report.files)} Dateien gelesen ({files}); {said}."
