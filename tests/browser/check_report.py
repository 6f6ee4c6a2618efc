"""Look at a report the way readers do: three widths, light and dark, in print, by keyboard.

Run: ``python tests/browser/check_report.py REPORT.html...`` with chromium and chromedriver on
PATH. ``--pictures FOLDER`` also keeps what was seen. Exit status 1 names every complaint.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.webdriver import Browser

WIDTHS = (390, 768, 1280)
SCHEMES = ("light", "dark")
LEAST_CONTRAST = 4.5
ALLOWED = ("file:", "data:", "blob:", "about:", "chrome:", "chrome-untrusted:")

CONTRAST = """
const parse = (text) => {
  const found = text.match(/[\\d.]+/g);
  if (!found) return null;
  const [r, g, b, a] = found.map(Number);
  const scale = text.startsWith("color(") ? 1 : 255;
  return {r: r / scale, g: g / scale, b: b / scale, a: a === undefined ? 1 : a};
};
const light = ({r, g, b}) => {
  const part = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour && colour.a > 0.9) return colour;
  }
  return {r: 1, g: 1, b: 1};
};
const low = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement;
  if (!walk.currentNode.textContent.trim()) continue;
  if (["SCRIPT", "STYLE"].includes(node.tagName)) continue;
  if (!node.checkVisibility()) continue;
  const style = getComputedStyle(node);
  const ink = parse(node.namespaceURI.endsWith("svg") ? style.fill : style.color);
  if (!ink) continue;
  const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const said = walk.currentNode.textContent.trim().slice(0, 40);
  if (ratio < arguments_least) low.push(`${ratio.toFixed(2)} ${said}`);
}
return low.slice(0, 5);
"""

TOO_WIDE = """
const room = Math.min(document.documentElement.clientWidth, arguments_width);
const wide = [...document.body.querySelectorAll("*")].filter((each) => {
  const box = each.getBoundingClientRect();
  const apart = each.closest(".quiet, .skip, thead, .table-wrap, svg svg");
  return box.width && (box.right > room + 1 || box.left < -1) && !apart;
});
return wide.slice(0, 3).map((each) => `${each.tagName} ${each.textContent.trim().slice(0, 30)}`);
"""

CUT_OFF = """
const every = [...document.querySelectorAll(".still > svg")];
const stills = every.filter((each) => each.checkVisibility());
return stills.flatMap((svg) => [...svg.querySelectorAll("text")]
  .filter((each) => each.getBoundingClientRect().right > svg.getBoundingClientRect().right + 1)
  .map((each) => each.textContent));
"""

HEADINGS = """
const headings = [...document.querySelectorAll("h1, h2, h3, h4")];
const levels = headings.map((each) => Number(each.tagName[1]));
const jumps = levels.filter((level, place) => place && level > levels[place - 1] + 1);
return {ones: levels.filter((level) => level === 1).length, first: levels[0], jumps: jumps.length};
"""


def complaints(browser: Browser, page: Path, pictures: Path | None) -> Iterator[str]:
    """Yield everything that is wrong with one report."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            where = f"{page.name} at {width}, {scheme}: "
            browser.open(page.resolve().as_uri(), width=width, prefers_color_scheme=scheme)
            yield from (where + said for said in _on_screen(browser, width))
            if pictures:
                target = pictures / f"{page.stem}-{width}-{scheme}.png"
                target.write_bytes(browser.picture())
    used = (*_by_keyboard(browser, page), *_printed(browser))
    yield from (f"{page.name}: {said}" for said in used)
    if pictures:
        (pictures / f"{page.stem}.pdf").write_bytes(browser.printed())
    yield from (f"{page.name}: {said}" for said in _logged(browser))


def _on_screen(browser: Browser, width: int) -> Iterator[str]:
    browser.run("document.querySelectorAll('.fold').forEach((each) => { each.open = true; })")
    count = browser.run("return document.querySelectorAll('.chart').length")
    for place in range(count):
        chart = f"document.querySelectorAll('.chart')[{place}]"
        browser.run(f"{chart}.scrollIntoView()")
        if not browser.wait_for(f"return {chart}.dataset.drawn === 'yes'"):
            yield f"chart {place} was not drawn"
        marks = f"return {chart}.querySelectorAll('.live svg path, .live svg rect').length"
        if browser.run(marks) < 2:
            yield f"chart {place} is empty"
    browser.run("window.scrollTo(0, 0)")
    wide = browser.run("return document.scrollingElement.scrollWidth") - width
    if wide > 0:
        yield f"scrolls sideways by {wide} pixels"
    yield from (
        f"too wide: {each}" for each in browser.run(TOO_WIDE.replace("arguments_width", str(width)))
    )
    low = browser.run(CONTRAST.replace("arguments_least", str(LEAST_CONTRAST)))
    yield from (f"contrast too low: {each}" for each in low)
    headings = browser.run(HEADINGS)
    if headings != {"ones": 1, "first": 1, "jumps": 0}:
        yield f"headings out of order: {headings}"


def _by_keyboard(browser: Browser, page: Path) -> Iterator[str]:
    first = "document.querySelector('a.n')"
    browser.open(page.resolve().as_uri(), width=1280)
    browser.cdp("Emulation.setFocusEmulationEnabled", enabled=True)
    browser.press("Tab", code=9)
    if browser.run("return document.activeElement.className") != "skip":
        yield "the first Tab does not reach the link that skips to the answer"
    browser.press("Tab", code=9)
    if not browser.run(f"return document.activeElement === {first}"):
        yield "the second Tab does not reach the first number"
    if browser.run("return document.getElementById('tip').hidden"):
        yield "a number that has the focus does not show what it rests on"
    if not browser.run(f"return document.getElementById({first}.hash.slice(1)) !== null"):
        yield "a number leads nowhere"
    browser.press("Escape", code=27)
    if not browser.run("return document.getElementById('tip').hidden"):
        yield "Escape does not put away what a number rests on"
    if not browser.run("return document.querySelector('.chart') !== null"):
        return
    area = "document.querySelector('.chart .drawing')"
    browser.run(f"{area}.focus()")
    browser.press("ArrowRight", code=39)
    if not browser.run("return document.querySelector('.chart .readout').textContent"):
        yield "an arrow key on a chart reads nothing out"


def _printed(browser: Browser) -> Iterator[str]:
    browser.cdp("Emulation.setEmulatedMedia", media="print", features=[])
    drawn = browser.run(
        "return [...document.querySelectorAll('.chart')].every((chart) =>"
        " [...chart.querySelectorAll('.still')].filter((each) => each.checkVisibility()).length"
        " === 1 && !chart.querySelector('.live').checkVisibility())"
    )
    if not drawn:
        yield "printing does not show one still picture of each chart"
    for said in browser.run(CUT_OFF):
        yield f"printing cuts off the label {said}"
    if browser.run("return document.querySelector('.save')?.checkVisibility() ?? false"):
        yield "printing shows buttons"
    browser.cdp("Emulation.setEmulatedMedia", media="", features=[])


def _logged(browser: Browser) -> Iterator[str]:
    for entry in browser.log("browser"):
        yield f"the console says: {entry['message'][:200]}"
    for entry in browser.log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            address = event["params"]["request"]["url"]
            if not address.startswith(ALLOWED):
                yield f"asks the network for {address[:100]}"


def main() -> int:
    """Check every report named on the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reports", nargs="+", type=Path)
    asked.add_argument("--pictures", type=Path, help="folder to keep pictures and PDF in")
    given = asked.parse_args()
    if given.pictures:
        given.pictures.mkdir(parents=True, exist_ok=True)
    with Browser() as browser:
        found = [
            said for page in given.reports for said in complaints(browser, page, given.pictures)
        ]
    for said in found:
        print(said, file=sys.stderr)
    print(f"{len(given.reports)} reports looked at, {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
