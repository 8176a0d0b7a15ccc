"""The status page in a browser, over a province with troubles: what it tells is what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
import shipped
from browser import as_on, asked, chromium
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from test_export import evidence, scrape

from kgnet import paths
from kgnet.errors import UsageError
from kgnet.export.pages import Pages, StatusPage
from kgnet.export.server import Server
from kgnet.export.status import Chart, page, status
from kgnet.export.status.chart import FILE
from kgnet.model.fleet import Fleet
from kgnet.model.outcome import Sample

pytestmark = pytest.mark.xdist_group("browser")

PROVINCE = paths.inventories() / "kiengiang"
ATTACK = "<img src=x onerror=\"document.title='owned'\">"
SILENT = "r-903"  # whose figures were not had
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    """The province; somebody wrote a script into an office's name."""
    built = shipped.fleet("kiengiang")
    sites = {
        code: replace_name(site, ATTACK) if code == "913" else site for code, site in built.sites.items()
    }
    return replace(built, sites=sites)


def replace_name(site: object, name: str) -> object:
    return site.model_copy(update={"name": name})  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def samples(fleet: Fleet) -> tuple[Sample, ...]:
    """District 902 has lost both circuits, 904 one of two, commune 30790's own is cut off with 902 …"""
    seen = evidence(fleet, cut=("902-1", "902-2", "904-1"))
    seen = replace(
        seen, echoes={at: up for at, up in seen.echoes.items() if at != fleet.devices[SILENT].address}
    )
    found = [each for each in scrape(fleet, seen) if each.labels.get("circuit") not in ("903-1", "903-2")]
    return (
        *(each for each in found if not (each.name == "site_reachable" and each.labels["site"] == "903")),
        Sample("audit_findings", 3, {"site": "904", "severity": "high"}),
        Sample("audit_findings", 0, {"site": "905", "severity": "high"}),
        Sample("room_registered", 0, {"room": "room-904"}),
        Sample("room_answering", 1, {"room": "room-904"}),
        Sample("circuit_rtt_seconds", 0.0123, {"circuit": "904-2"}),
        Sample("mail_up", 0, {"device": "mail1", "protocol": "imaps"}),
    )


@pytest.fixture(scope="module")
def told(fleet: Fleet, samples: tuple[Sample, ...]) -> dict[str, list[dict[str, object]]]:
    return status(fleet, samples, Chart.of(fleet.sites.values()), NOW)


def states(told: dict[str, list[dict[str, object]]], kind: str, key: str) -> dict[object, object]:
    return {one[key]: one["state"] for one in told[kind]}


def test_a_state_is_what_was_measured_and_nothing_measured_is_no_state(told: dict[str, list]) -> None:
    sites, circuits = states(told, "sites", "code"), states(told, "circuits", "id")
    assert (sites["902"], sites["904"], sites["905"], sites["903"]) == ("down", "degraded", "up", "unknown")
    below = [one for one in told["circuits"] if one["upstream"] == "902"]
    assert {sites[one["site"]] for one in below} == {"cut"}
    assert {one["state"] for one in below} == {"up"}  # they carry; what they hang on is down
    assert (circuits["904-1"], circuits["904-2"], circuits["903-1"]) == ("down", "up", "unknown")


def test_planned_work_is_shown_as_such(fleet: Fleet, samples: tuple[Sample, ...]) -> None:
    """District 902 is down as announced; what hangs on it is still cut off, and 904 still lost a circuit."""
    announced = ("902", "902-1", "902-2")
    planned = [
        each._replace(value=0.0)
        if each.name in ("site_expected", "circuit_expected") and {*each.labels.values()} & {*announced}
        else each
        for each in samples
    ]
    shown = status(fleet, planned, Chart.of(fleet.sites.values()), NOW)
    sites, circuits = states(shown, "sites", "code"), states(shown, "circuits", "id")
    assert (sites["902"], circuits["902-1"], circuits["902-2"]) == ("planned", "planned", "planned")
    assert (sites["904"], circuits["904-1"]) == ("degraded", "down")
    assert "cut" in sites.values()


def test_it_is_json_for_every_site_circuit_room_and_device(told: dict[str, list], fleet: Fleet) -> None:
    read = json.loads(json.dumps(told, allow_nan=False))
    for kind, want in (("sites", fleet.sites), ("circuits", fleet.circuits), ("rooms", fleet.rooms)):
        assert len(read[kind]) == len(want)
    assert len(read["devices"]) == len(fleet.devices)


def test_sites_at_one_place_are_drawn_apart_and_within_the_drawing(fleet: Fleet) -> None:
    chart = Chart.of(fleet.sites.values(), PROVINCE / FILE)
    assert len(set(chart.places.values())) == len(fleet.sites)
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y in chart.places.values())
    assert len(chart.outlines) == 15


@pytest.mark.parametrize(
    "text", ["", "[]", '{"features": [{}]}', '{"features": [{"geometry": {"type": "Point"}}]}']
)
def test_a_boundary_that_is_none_is_one_error_with_its_file(text: str, fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(UsageError, match=r"boundary\.geojson: is no GeoJSON with polygons"):
        Chart.of(fleet.sites.values(), tmp_path / FILE)


# ── in a browser ────────────────────────────────────────────────────────────


@contextmanager
def served(fleet: Fleet, samples: tuple[Sample, ...]) -> Iterator[str]:
    chart = Chart.of(fleet.sites.values(), PROVINCE / FILE)
    body, policy = page(chart, "kgnet · test")
    shown = StatusPage(body, policy, lambda found: json.dumps(status(fleet, found, chart, NOW)))
    pages = Pages(lambda _: samples, lambda *_: (), modules=(), timeout_s=2, status=shown)
    with Server("127.0.0.1", 0, pages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/status"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(
    tmp_path_factory: pytest.TempPathFactory, fleet: Fleet, samples: tuple[Sample, ...]
) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as one, served(fleet, samples) as address:
        one.get(address)
        one.execute_script("localStorage.setItem('lang', 'en')")
        one.home = address  # type: ignore[attr-defined]
        yield one


@pytest.fixture
def opened(browser: Chrome) -> Chrome:
    as_on(browser)
    asked(browser)
    browser.get("about:blank")
    browser.get(browser.home)  # type: ignore[attr-defined]
    WebDriverWait(browser, 30).until(lambda one: one.find_elements(By.CSS_SELECTOR, "#list button"))
    return browser


def texts(browser: Chrome, selector: str) -> list[str]:
    """Return what is shown, at one moment: the page draws itself anew while one looks."""
    every = "[...document.querySelectorAll(arguments[0])]"
    script = f"return {every}.filter(e => e.checkVisibility()).map(e => e.innerText)"
    return browser.execute_script(script, selector)


def test_it_tells_the_worst_first_and_asks_nobody_else(opened: Chrome, told: dict[str, list]) -> None:
    listed = texts(opened, "#list button")
    assert len(listed) == len(told["sites"])
    assert "902" in listed[0]
    assert "down" in listed[0]
    assert "1" in texts(opened, "#tiles .down")[0]
    home = opened.home.removesuffix("status")  # type: ignore[attr-defined]
    assert {address for address in asked(opened) if not address.startswith(("about:", "data:"))} == {
        f"{home}status",
        f"{home}status.json",
    }
    assert [entry for entry in opened.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_words_of_a_device_are_no_script(opened: Chrome) -> None:
    opened.find_element(By.ID, "words").send_keys("913")
    assert ATTACK in texts(opened, "#list button")[0]
    opened.find_element(By.CSS_SELECTOR, "#list button").click()
    assert ATTACK in opened.find_element(By.ID, "detail").text
    assert opened.title == "kgnet · test"


def test_a_search_needs_no_accents_and_finds_by_circuit_and_room(opened: Chrome, fleet: Fleet) -> None:
    words = opened.find_element(By.ID, "words")
    for typed in ("ha tien", "Hà Tiên", "900-2", "room-900"):
        words.clear()
        words.send_keys(typed)
        assert any("900" in each for each in texts(opened, "#list button")), typed
    words.clear()
    words.send_keys("zzz")
    assert texts(opened, "#list") == ["Nothing found"]
    words.clear()
    words.send_keys(" ")
    Select(opened.find_element(By.ID, "state")).select_by_value("degraded")
    assert len(texts(opened, "#list button")) == 1


def test_a_site_tells_its_circuits_rooms_and_findings(opened: Chrome) -> None:
    opened.find_element(By.CSS_SELECTOR, "[data-site='904'].site")
    opened.execute_script("location.hash = 'site/904'")
    told = WebDriverWait(opened, 30).until(lambda one: one.find_element(By.ID, "detail").text)
    for words in ("904-1 (primary)", "904-2 (backup)", "12.3 ms", "3 high", "r-904"):
        assert words in told, words
    assert "no" in texts(opened, "#detail .mark.no")
    opened.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    WebDriverWait(opened, 30).until(lambda one: not one.find_element(By.ID, "detail").is_displayed())


def test_the_map_has_every_circuit_in_its_state_and_comes_closer(opened: Chrome, fleet: Fleet) -> None:
    lines = opened.find_elements(By.CSS_SELECTOR, "path.line")
    assert len(lines) == len(fleet.circuits)
    assert len(opened.find_elements(By.CSS_SELECTOR, "path.line.down")) == 3
    assert len(opened.find_elements(By.CSS_SELECTOR, "path.land")) == 15
    before = opened.find_element(By.TAG_NAME, "svg").get_dom_attribute("viewBox")
    opened.find_element(By.CSS_SELECTOR, "[data-zoom='0.7']").click()
    assert opened.find_element(By.TAG_NAME, "svg").get_dom_attribute("viewBox") != before
    opened.find_element(By.CSS_SELECTOR, "[data-zoom='0']").click()
    assert opened.find_element(By.TAG_NAME, "svg").get_dom_attribute("viewBox") == before


def test_it_speaks_vietnamese_and_fits_a_phone(opened: Chrome) -> None:
    opened.find_element(By.ID, "language").click()
    try:
        assert "mất kết nối" in texts(opened, "#list button")[0]
        assert opened.find_element(By.TAG_NAME, "html").get_attribute("lang") == "vi"
        as_on(opened, phone=True, dark=True)
        wide = opened.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
    finally:
        as_on(opened)
        opened.find_element(By.ID, "language").click()


def test_figures_that_cannot_be_had_are_told(browser: Chrome, fleet: Fleet) -> None:
    """A page that goes on showing green is worse than none."""
    with served(fleet, ()) as address:
        browser.get(address)
        WebDriverWait(browser, 30).until(lambda one: texts(one, "#list button"))
        assert all("not known" in each for each in texts(browser, "#list button"))
    browser.execute_script("data = null; refresh()")
    WebDriverWait(browser, 30).until(
        lambda one: one.find_element(By.ID, "when").text == "No figures could be had"
    )
