"""Debian's Chromium without a screen, for pages that have to be seen: what it asked for, said and printed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
FLAGS = (
    *(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
    ),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1360,900"),
)


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Yield a browser with a fresh *profile*, which keeps a record of all that it asks for."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        yield browser
    finally:
        browser.quit()


def asked(browser: webdriver.Chrome) -> list[str]:
    """Return the addresses that pages asked for since the last call."""
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        each["params"]["request"]["url"] for each in told if each["method"] == "Network.requestWillBeSent"
    ]


def printed(browser: webdriver.Chrome, path: Path) -> Path:
    """Write what the page looks like on paper to *path*, as PDF."""
    wanted: dict[str, Any] = {"printBackground": True, "preferCSSPageSize": True}
    page = browser.execute_cdp_cmd("Page.printToPDF", wanted)
    path.write_bytes(base64.b64decode(page["data"]))
    return path


def as_on(browser: webdriver.Chrome, *, phone: bool = False, dark: bool = False) -> None:
    """Look like a phone, or like a screen of one who prefers the dark; neither: like a desk."""
    if phone:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    else:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
