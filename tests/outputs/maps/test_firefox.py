"""The page in Firefox, which planners use too: driven by Marionette, as Mozilla's own tests do.

Skipped where there is no Firefox. Playwright drives only builds of its own, and geckodriver is in
no package registry that the project uses; what is needed of the protocol is some thirty lines.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import socket
import subprocess
import time

import numpy as np
import pytest
from PIL import Image
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.settings import read_settings

DOWN, ENTER = "\ue015", "\ue007"
LAND = (251, 250, 246)
FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
PREFERENCES = {
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    "intl.accept_languages": "de",
}


class Firefox:
    """A Firefox without a window, and what it is told: [0, number, command, parameters]."""

    def __init__(self, profile, port):
        lines = {**PREFERENCES, "marionette.port": port}
        text = "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in lines.items())
        (profile / "user.js").write_text(text)
        command = [FIREFOX, "--headless", "--marionette", "--remote-allow-system-access"]
        self.process = subprocess.Popen(
            [*command, "--no-remote", "--profile", profile, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(profile)},
        )
        self.number = 0
        self.socket = self._connect(port)
        self._read()
        self.tell("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self.tell("WebDriver:SetWindowRect", width=1280, height=900)

    def _connect(self, port):
        for _ in range(200):
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=30)
            except OSError:
                time.sleep(0.05)
        raise AssertionError("Firefox does not answer")

    def _read(self):
        size = b""
        while not size.endswith(b":"):
            size += self.socket.recv(1)
        text = b""
        while len(text) < int(size[:-1]):
            text += self.socket.recv(int(size[:-1]) - len(text))
        return json.loads(text)

    def tell(self, command, **parameters):
        self.number += 1
        text = json.dumps([0, self.number, command, parameters])
        self.socket.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, error, result = self._read()
        assert error is None, error
        return result.get("value") if isinstance(result, dict) else result

    def run(self, script, *arguments):
        """Run a script beside the page's own; it sees the document."""
        return self.tell("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def until(self, script):
        for _ in range(200):
            found = self.run(f"return {script}")
            if found:
                return found
            time.sleep(0.03)
        raise AssertionError(script)

    def type(self, css, keys):
        """Type into an element."""
        found = self.tell("WebDriver:FindElement", using="css selector", value=css)
        self.tell("WebDriver:ElementSendKeys", id=next(iter(found.values())), text=keys)

    def click(self, x, y):
        """Press and release the left button at a point of the window."""
        move = {"type": "pointerMove", "x": x, "y": y, "origin": "viewport", "duration": 0}
        steps = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.tell(
            "WebDriver:PerformActions",
            actions=[{"type": "pointer", "id": "mouse", "actions": steps}],
        )

    def picture(self):
        """What is to be seen, as an array of height x width x 3 colours."""
        raw = base64.b64decode(self.tell("WebDriver:TakeScreenshot", full=False))
        return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB")).astype(int)

    def messages(self):
        """What the console has to say of the page: errors, and what the policy has forbidden."""
        self.tell("Marionette:SetContext", value="chrome")
        found = self.run(
            "return Services.console.getMessageArray()"
            ".filter((m) => m instanceof Ci.nsIScriptError && m.sourceName.startsWith('file:')"
            " && !(m.flags & m.warningFlag && m.errorMessage.includes('deprecated')))"
            ".map((m) => m.errorMessage)"
        )
        self.tell("Marionette:SetContext", value="content")
        return found

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.socket.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    return pipeline.run(read_settings(write_toy_county(folder / "toy")), folder / "out")


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    if FIREFOX is None:
        pytest.skip("kein Firefox gefunden")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driven = Firefox(tmp_path_factory.mktemp("profile"), port)
    yield driven
    driven.close()


@pytest.fixture
def opened(firefox, run):
    firefox.tell("WebDriver:Navigate", url=run.index.as_uri())
    firefox.until("document.documentElement.classList.contains('ready')")
    return firefox


def legend(opened):
    rows = opened.run(
        "return [...document.querySelectorAll('#classes tr:not([data-key=withheld])')]"
        ".map((row) => [row.dataset.key, row.querySelector('td').textContent])"
    )
    return {key: int(text) for key, text in rows}


def test_the_page_is_ready_and_nothing_is_complained_of(opened):
    assert opened.messages() == []
    assert opened.run("return performance.getEntriesByType('resource').length") == 0
    assert opened.run("return document.documentElement.lang") == "de"


def test_the_legend_counts_what_the_frames_hold(opened, run):
    table = run.published.coverage.table().merge(run.published.cells[["cell_id", "residents"]])
    first = table[(table["category"] == "sprachkurs") & (table["day_type"] == "school")]
    longer = first[["out_min", "back_min"]].max(axis=1)
    within = int(first.loc[first["complete"] & (longer <= 45), "residents"].sum())
    shown = legend(opened)
    assert sum(n for key, n in shown.items() if key.startswith("to")) == within
    assert sum(shown.values()) == int(run.published.cells["residents"].sum())


def test_the_cells_have_the_colours_of_the_legend(opened):
    """Each class covers a part of the map, with the land showing through a little."""
    box = opened.run(
        "const b = document.getElementById('map_karte').getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom].map(Math.round)"
    )
    seen = opened.picture()[box[1] : box[3], box[0] : box[2]]
    for key in legend(opened):
        colour = opened.run(
            f"return document.querySelector('[data-key={key}] rect').getAttribute('fill')"
        )
        rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
        through = rgb * 0.88 + np.array(LAND) * 0.12
        assert (np.abs(seen - through).max(axis=2) <= 14).sum() > 400, key


def test_a_cell_is_chosen_and_tells_its_line(opened, run):
    opened.type("#category", DOWN)
    opened.until("document.getElementById('headline').textContent.includes('Beratung')")
    opened.type("#search", "altw" + DOWN + ENTER)
    opened.until("document.querySelector('#panel-card section.own') !== null")
    opened.until("document.getElementById('card-body').textContent.includes('120 Einwohner')")
    # The next cell to the east, with the mouse.
    time.sleep(0.8)
    x, y = opened.run(
        "const b = document.getElementById('map_karte').getBoundingClientRect();"
        " return [b.left + b.width / 2 + 88, b.top + b.height / 2 + 12].map(Math.round)"
    )
    opened.click(x, y)
    opened.until("document.getElementById('card-body').textContent.includes('25 Einwohner')")
    own = opened.run("return document.querySelector('#panel-card section.own').innerText")
    covered = run.published.coverage
    at = (1, 0, list(covered.cell_ids).index("CRS3035RES1000mN3392000E4191000"))
    own = own.replace("\u00a0", " ")
    assert f"hin {covered.out_min[at]:.0f} min" in own
    assert f"mit {covered.lines[covered.out_line[at]]}" in own
    assert opened.messages() == []
