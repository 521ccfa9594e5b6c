"""The rendered page in headless Chromium, driven over its DevTools pipe (no driver, no further dependency)."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_types import hostile_article, mill_article

from quoteminer.render import render_article, render_page
from quoteminer.types import Article

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe"
)
CONTRAST = """
(() => {
  const context = Object.assign(document.createElement('canvas'), {width: 1, height: 1})
    .getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
    const d = context.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255];
  };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat([1]);
  const behind = e => {
    const layers = [];
    for (; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const luminance = c => c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.getClientRects().length || e.closest('style, .qm-sr, i')) continue;
    const back = behind(e), front = over(rgba(getComputedStyle(e).color), back);
    const [high, low] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    found.push([(high + 0.05) / (low + 0.05), node.data.trim().slice(0, 40)]);
  }
  return found;
})()
"""


class Browser:
    """A page of Chromium: DevTools commands as JSON over file descriptors 3 and 4, each message ended by a NUL."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self.process = subprocess.Popen(
            [
                "bash",
                "-c",
                f'exec 3<&{commands} 4>&{answers}; exec "$@"',
                "bash",
                CHROMIUM,
                *FLAGS.split(),
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._buffer = b""
        self._count = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        targets = self.send("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self.send("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Accessibility"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            data = os.read(self._answers, 1 << 16)
            if not data:
                raise EOFError("Chromium has ended")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        message |= {"sessionId": self._session} if self._session else {}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def open(self, path: Path, *, width: int = 1100, height: int = 900, scheme: str = "light") -> None:
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.send("Emulation.setEmulatedMedia", media="", features=features)
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.events = []
        self.send("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def run(self, expression: str) -> Any:
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def point_away(self) -> None:
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)

    def point_at(self, selector: str) -> None:
        self.point_away()  # a note may lie over what is looked for
        x, y = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
            "e.scrollIntoView({block: 'center'}); const r = e.getClientRects()[0];"
            "return [r.x + 6, r.y + r.height / 2]; })()"
        )
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press_tab(self) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)

    def screenshot(self) -> bytes:
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def notes_on_show(self) -> list[str]:
        found: list[str] = self.run(
            "[...document.querySelectorAll('.qm-note')].filter(e => e.checkVisibility()).map(e => e.textContent)"
        )
        return found

    def close(self) -> None:
        os.close(self._commands)
        os.close(self._answers)
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        message = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    mill, hostile, none = mill_article(), hostile_article(), Article("Mill closed\n\nNobody spoke.")
    dark_notebook = f'<!doctype html><body data-jp-theme-light="false">{render_article(mill)}</body>'
    light_notebook = f'<!doctype html><body class="vscode-light">{render_article(mill)}</body>'
    html = {
        "mill": render_page([("mill.txt", mill)]),
        "hostile": render_page([('"><script>document.title="owned"</script>', hostile)]),
        "none": render_page([("none.txt", none)]),
        "several": render_page([("mill.txt", mill), ("hostile.txt", hostile), ("again.txt", mill), ("none.txt", none)]),
        "fragment": f"<!doctype html><meta charset=utf-8><title>fragment</title>{render_article(hostile)}",
        "dark_notebook": dark_notebook,
        "light_notebook": light_notebook,
    }
    for name, text in html.items():
        (folder / f"{name}.html").write_text(text, "utf-8", newline="")
    return {name: folder / f"{name}.html" for name in html}


def test_every_quotation_is_on_the_page_once(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["mill"])
    article = mill_article()
    body = browser.run(
        "(() => { const e = document.querySelector('.qm-text').cloneNode(true);"
        "e.querySelectorAll('.qm-note, .qm-badge').forEach(x => x.remove()); return e.textContent; })()"
    )
    assert body == article.text
    seen = browser.run("document.querySelector('.qm-text').innerText")
    for quote in article.quotes:
        inner = quote.text.partition("‘")[0]  # a number stands after the inner quotation
        assert seen.count(inner) == 1
    assert browser.run("document.querySelectorAll('mark[id]').length") == 6
    assert browser.run("new Set([...document.querySelectorAll('mark[id]')].map(e => e.id)).size") == 6


def test_pointing_shows_speaker_and_reason(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["mill"])
    assert browser.notes_on_show() == []
    for number, (who, rule) in enumerate(
        [
            ("Mara Quill-Stone, mayor, Aldermoor", "subject_of_cue"),
            ("Mara Quill-Stone", "same_turn"),
            ("Ada Okoro", "subject_of_cue"),  # the quotation inside: its own note alone
            ("Mara Quill-Stone", "“she” is Mara Quill-Stone"),
            ("Speaker unknown", "no name in the sentence"),
            ("Aldermoor Mill Society; Mara Quill-Stone", "credit_below"),
        ],
        1,
    ):
        browser.point_at(f"#article1-q{number}")
        (note,) = browser.notes_on_show()
        assert note.startswith(who)
        assert rule in note
    browser.point_away()
    assert browser.notes_on_show() == []


def test_the_keyboard_reaches_every_quotation(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["mill"])
    browser.point_away()
    shown = []
    for _ in range(12):
        browser.press_tab()
        if (browser.run("document.activeElement.id") or "").startswith("article1-q"):
            (note,) = browser.notes_on_show()
            shown.append(note)
    assert len(shown) == 6
    assert shown[0].startswith("Mara Quill-Stone, mayor, Aldermoor")


def test_a_screen_reader_is_told_who_and_why(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["mill"])
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    told = [node["description"]["value"] for node in nodes if node.get("role", {}).get("value") == "mark"]
    told = [text for text in told if text]
    assert len(told) == 6
    spoken = re.sub(r" (?=[.,:])", "", told[0])
    assert spoken.startswith("Mara Quill-Stone, mayor, Aldermoor. kind: direct quotation. ")
    names = {
        node["name"]["value"] for node in nodes if node.get("role", {}).get("value") in ("article", "complementary")
    }
    assert names == {"Article: Aldermoor mill to close “We have no choice,” said Dr Mara Quill-Stone, the…", "Speakers"}


def test_the_list_of_speakers_picks_out_one(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["mill"])
    tinted = (
        "[...document.querySelectorAll('mark[id]')]"
        ".filter(e => getComputedStyle(e).backgroundColor != 'rgba(0, 0, 0, 0)').map(e => e.id.slice(9))"
    )
    assert browser.run(tinted) == ["q1", "q2", "q3", "q4", "q6"]
    browser.point_at(".qm-speaker2 a")
    assert browser.run(tinted) == ["q3"]


@pytest.mark.parametrize("name", ["hostile", "several", "fragment"])
def test_nothing_of_the_text_runs(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    browser.point_at("mark[id]")
    assert browser.run("document.title") != "owned"
    assert browser.run("document.querySelectorAll('script, img, [onerror], [onclick]').length") == 0
    assert not [e for e in browser.events if e.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")]
    seen = browser.run("[...document.querySelectorAll('.qm-text')].map(e => e.innerText).join()")
    assert "<script>document.title='owned'</script>" in seen


@pytest.mark.parametrize("width", [320, 400, 700, 1100])
@pytest.mark.parametrize("name", ["mill", "hostile", "several", "none", "fragment"])
def test_nothing_scrolls_sideways(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    browser.open(pages[name], width=width, height=700)
    quotations = browser.run("[...document.querySelectorAll('mark[id]')].map(e => '#' + e.id)")
    for selector in [None, *quotations]:
        if selector:
            browser.run(f"document.querySelector('{selector}').focus()")
            assert browser.notes_on_show()
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.run(
            "[...document.querySelectorAll('.qm-note, .qm-text *, .qm-legend')]"
            ".filter(e => e.checkVisibility() && !e.closest('.qm-sr, i'))"
            ".every(e => e.getBoundingClientRect().right <= innerWidth + 1)"
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["mill", "several", "none"])
def test_contrast(browser: Browser, pages: dict[str, Path], name: str, scheme: str) -> None:
    browser.open(pages[name], scheme=scheme)
    browser.run("document.querySelectorAll('.qm-note').forEach(e => { e.style.display = 'block'; })")
    found = browser.run(CONTRAST)
    assert len(found) > 4
    assert [row for row in found if row[0] < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_of_every_hue(browser: Browser, pages: dict[str, Path], scheme: str) -> None:
    browser.open(pages["mill"], scheme=scheme)
    for number in range(1, 9):
        browser.run(
            f"document.querySelectorAll('mark[id]').forEach(e => {{e.className = 'qm-quote qm-hue{number}'; }})"
        )
        assert [row for row in browser.run(CONTRAST) if row[0] < 4.5] == []


@pytest.mark.parametrize(
    ("name", "scheme", "dark"),
    [
        ("mill", "light", False),
        ("mill", "dark", True),
        ("dark_notebook", "light", True),
        ("light_notebook", "dark", False),
    ],
)
def test_the_theme_is_the_readers_or_the_notebooks(
    browser: Browser, pages: dict[str, Path], name: str, scheme: str, dark: bool
) -> None:
    browser.open(pages[name], scheme=scheme)
    paper = browser.run("getComputedStyle(document.querySelector('.quoteminer')).backgroundColor")
    assert paper == ("rgb(23, 25, 28)" if dark else "rgb(255, 253, 249)")
    assert min(row[0] for row in browser.run(CONTRAST)) >= 4.5
    assert browser.screenshot().startswith(b"\x89PNG")


def test_on_paper_it_is_light_and_without_notes(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["mill"], scheme="dark")
    browser.send(
        "Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}]
    )
    browser.run("document.querySelector('#article1-q1').focus()")
    assert browser.notes_on_show() == []
    assert min(row[0] for row in browser.run(CONTRAST)) >= 4.5
    assert browser.run("getComputedStyle(document.querySelector('.qm-text p')).color") == "rgb(28, 27, 25)"
