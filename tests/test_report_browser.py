"""The page in a browser: filters, heat map, keys, a phone, the dark, paper; and nothing leaves the room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from browser import as_on, asked, chromium, printed
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from test_report import ABOUT, REPORTS, RULES, SEEN, in_vietnamese

from kgnet.model.outcome import Evidence, Finding, Remedy, Severity, Status
from kgnet.ports import About
from kgnet.reports import written

pytestmark = pytest.mark.xdist_group("browser")
ATTACKS = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '"><svg onload="document.title=\'owned\'">',
    "'-document.title='owned'-'",
    "javascript:document.title='owned'",
    "<style>@import 'http://192.0.2.1/x.css'</style><link rel=stylesheet href=http://192.0.2.1/y.css>",
    "</title></textarea><iframe src=http://192.0.2.1/></iframe>",
    "{{ 7 * 7 }}{% raw %}",
)
EVIL = tuple(
    Finding(rule, attack, attack, Status.FAIL, Severity.HIGH, (Evidence(attack, f"{attack}:3"),))
    for rule in ("KG-RTG-01", "<b>OFFICE</b>\"'")
    for attack in ATTACKS
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as one:
        yield one


class Page:
    """A report that is open in the browser."""

    def __init__(self, browser: Chrome, folder: Path) -> None:
        self.browser, self.file = browser, folder / "report.html"

    def open(
        self, findings: tuple[Finding, ...] = SEEN, about: About = ABOUT, at: str = "", **looks: bool
    ) -> None:
        page = written(REPORTS["html"], findings, RULES, about)
        assert isinstance(page, str)
        self.file.write_text(page, encoding="utf-8")
        self.browser.get("about:blank")
        asked(self.browser)
        as_on(self.browser, **looks)
        self.browser.get(self.file.as_uri() + at)

    def all(self, selector: str) -> list[str]:
        """Return the texts of what is shown."""
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return [each.text for each in found if each.is_displayed()]

    def one(self, selector: str) -> object:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    @property
    def devices(self) -> list[str]:
        return self.all("#open tbody td:nth-child(3)")

    def choose(self, name: str, value: str) -> None:
        choices = Select(self.browser.find_element(By.CSS_SELECTOR, f"[data-of={name}]"))
        choices.select_by_index([each.get_attribute("value") for each in choices.options].index(value))

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser")]


@pytest.fixture
def page(browser: Chrome, tmp_path: Path) -> Page:
    return Page(browser, tmp_path)


# ── what people do with it ──────────────────────────────────────────────────


def test_filters_show_what_fits(page: Page) -> None:
    """By status, severity, site, domain and words; all of them at once; a heading without rows goes, too."""
    page.open()
    assert page.devices == ["mail1", "hub1", "r-902"]
    page.choose("status", "fail")
    assert (page.devices, page.all("#shown")) == (["r-902"], ["1 / 3"])
    assert len(page.all("#open h3")) == 1
    page.choose("status", "")
    page.choose("site", "=DC")
    assert page.devices == ["mail1", "hub1"]
    page.browser.find_element(By.CSS_SELECTOR, "[data-of=text]").send_keys("No ROUTE")
    assert page.devices == ["mail1"]
    page.choose("severity", "low")
    assert (page.devices, page.all("#nothing")) == ([], ["No open finding fits the filters."])
    page.browser.find_element(By.ID, "all").click()
    assert len(page.devices) == 3


def test_the_heat_map_and_the_tiles_lead_to_the_findings(page: Page) -> None:
    """One click; and the address that it leaves opens the same view elsewhere."""
    page.open()
    page.browser.find_element(By.CSS_SELECTOR, "[data-site='DC'][data-domain=ACC]").click()
    assert page.devices == ["hub1"]
    address = page.browser.current_url
    page.browser.find_element(By.CSS_SELECTOR, ".tiles button.high").click()
    assert page.devices == ["r-902"]
    page.open(at=address[address.index("#") :])
    assert page.devices == ["hub1"]


def test_it_can_be_used_without_a_mouse(page: Page) -> None:
    """A slash searches, Escape shows all again, arrows walk the map and Enter opens a cell."""
    page.open()
    body = page.browser.find_element(By.TAG_NAME, "body")
    body.send_keys("/")
    page.browser.switch_to.active_element.send_keys("hub1")
    assert page.devices == ["hub1", "r-902"], "a neighbour's name is in the evidence"
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert len(page.devices) == 3
    first = page.browser.find_element(By.CSS_SELECTOR, ".heat button[tabindex='0']")
    first.send_keys(Keys.ARROW_DOWN)
    page.browser.switch_to.active_element.send_keys(Keys.ARROW_LEFT)
    place = "return Object.values(document.activeElement.dataset)"
    assert page.browser.execute_script(place) == ["DC", "ACC"]
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.devices == ["hub1"], "the cell that has the focus was opened"


def test_it_fits_a_phone_and_the_dark(page: Page) -> None:
    """Nothing but the map is wider than the screen; text can be told from what is behind it."""
    for looks in ({"phone": True}, {"phone": True, "dark": True}, {"dark": True}, {}):
        page.open((*SEEN, *EVIL), in_vietnamese(), **looks)
        wide, screen = page.browser.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= screen, looks
        colours = page.browser.execute_script(
            "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        )
        light = [sum(map(int, colour.strip("rgba()").split(",")[:3])) for colour in colours]
        assert (light[0] > light[1]) == looks.get("dark", False)
        assert abs(light[0] - light[1]) > 450


# ── what it may not do ──────────────────────────────────────────────────────


def test_a_device_s_text_does_nothing(page: Page) -> None:
    """Whoever may name an interface does not run in the inspector's browser."""
    page.open(EVIL, replace(ABOUT, pack=ATTACKS[0], network=ATTACKS[1], source=ATTACKS[2], limit=ATTACKS[3]))
    page.choose("site", f"={ATTACKS[1]}")
    assert page.devices == [ATTACKS[1]] * 2
    page.browser.find_element(By.CSS_SELECTOR, ".heat button").click()
    page.open(EVIL, at=f"#?text={quote(ATTACKS[1])}&site={quote(ATTACKS[0])}")
    assert "owned" not in page.browser.title
    assert (
        page.browser.find_elements(By.CSS_SELECTOR, "#open :is(script, img, iframe, style, link, b, svg)")
        == []
    )


def test_nothing_is_asked_of_anybody(page: Page) -> None:
    """The file itself, and no complaint that something else was refused."""
    page.open((*SEEN, *EVIL))
    page.choose("status", "fail")
    assert asked(page.browser) == [page.file.as_uri()]
    assert page.complaints() == []


# ── paper, and much of it ───────────────────────────────────────────────────


def test_on_paper_all_that_is_open_is_told(page: Page, tmp_path: Path) -> None:
    """In Vietnamese with all its marks, on numbered pages, each part on a page of its own."""
    page.open(about=in_vietnamese(), dark=True)
    done = subprocess.run(
        ["pdftotext", "-layout", str(printed(page.browser, tmp_path / "report.pdf")), "-"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    pages = done.stdout.decode().split("\f")[:-1]
    assert ["".join(each.strip().splitlines()[-1].split()) for each in pages] == ["1/3", "2/3", "3/3"]
    assert ["Điểm còn tồn tại" in each for each in pages] == [False, True, False]
    assert "Toàn bộ biện pháp kiểm soát" in pages[2]
    told = " ".join(pages[1].split())
    for wanted in ("Gò Quao", "mail1", "r-902", "hub1", "KG-17", "configs/r-902.cfg:19", "được miễn trừ"):
        assert wanted in told
    assert "tìm kiếm" not in done.stdout.decode(), "filters are for the screen"


def test_what_mends_a_finding_is_folded_on_a_screen_and_open_on_paper(page: Page, tmp_path: Path) -> None:
    remedy = Remedy(("line vty 0 4", " transport input ssh"), ("Have a console at hand.",))
    page.open((SEEN[0]._replace(status=Status.FAIL, remedy=remedy),))
    assert page.all(".fix pre") == []
    paper = subprocess.run(
        ["pdftotext", "-layout", str(printed(page.browser, tmp_path / "report.pdf")), "-"],
        capture_output=True, check=True, timeout=60, text=True,
    ).stdout  # fmt: skip
    assert "transport input ssh" in paper
    assert "Have a console at hand." in paper


def test_a_province_stays_usable(page: Page) -> None:
    """200 devices by every rule, a sixth of it open: soon there, soon filtered."""
    statuses = [Status.FAIL, *[Status.PASS] * 3, *[Status.SKIP] * 2]
    devices = [f"r-{number}" for number in range(200)]
    every = tuple(
        Finding(
            rule, device, device, statuses[(place + number) % 6], Severity.MEDIUM,
            (Evidence("neighbour 10.0.0.1 (hub1) has no key", f"configs/{device}.cfg:{place + 1}"),),
        )
        for number, rule in enumerate(RULES) for place, device in enumerate(devices)
    )  # fmt: skip
    page.open(every)
    assert page.file.stat().st_size < 8_000_000
    paint, ready = page.browser.execute_script(
        "return [performance.getEntriesByType('paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].domComplete]"
    )
    assert paint < 4000
    assert ready < 20_000
    took_ms = page.browser.execute_script(
        "const begun = performance.now(), text = document.querySelector('[data-of=text]');"
        "text.value = 'r-7.cfg'; text.dispatchEvent(new Event('input')); document.body.offsetHeight;"
        "return performance.now() - begun"
    )
    assert took_ms < 2000
    (shown,) = page.all("#shown")
    assert shown == f"{sum(f.device == 'r-7' and f.status is Status.FAIL for f in every)} / {len(every) // 6}"
