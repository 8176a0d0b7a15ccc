"""What is asked rarely: how rarely, what stands in between, and what of it a scrape shows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from threading import Event, Thread

import shipped

from kgnet.design import design
from kgnet.export.collector import Collector
from kgnet.export.seldom import AGAIN_S, Seldom
from kgnet.model.fleet import Fleet, Target
from kgnet.model.outcome import Sample

RARE = Target("relay", "192.0.2.1", (("shows", "mail_relay_refused"), ("device", "mail1")), every_s=600)


class Asked:
    """Answers each question with how many there were."""

    def __init__(self, success: float = 1) -> None:
        self.count, self.success = 0, success

    def __call__(self, target: Target) -> Iterable[Sample]:
        self.count += 1
        return (Sample("smtp_relays", self.count), Sample("probe_success", self.success))


def test_the_last_answer_stands_until_it_is_time_and_tells_of_when_it_is() -> None:
    now, asked = [0.0], Asked()
    seldom = Seldom(asked, clock=lambda: now[0])
    first = seldom.measure(RARE)
    assert abs(first[-1].value - time.time()) < 5
    assert first[-1].name == "target_measured_timestamp_seconds"
    for now[0] in (1.0, 599.0):
        assert seldom.measure(RARE) == first == seldom.last(RARE)
    now[0] = 600.0
    assert seldom.measure(RARE) != first
    assert asked.count == 2


def test_a_failure_is_asked_for_again_sooner() -> None:
    """Who mends an open relay wants to see it."""
    now, asked = [0.0], Asked(success=0)
    seldom = Seldom(asked, clock=lambda: now[0])
    for now[0] in (0.0, AGAIN_S - 1, AGAIN_S):
        seldom.measure(RARE)
    assert asked.count == 2


def test_what_is_asked_each_time_is_not_kept() -> None:
    asked = Asked()
    seldom, often = Seldom(asked), replace(RARE, every_s=0)
    assert [seldom.measure(often)[0].value for _ in range(3)] == [1, 2, 3]
    assert seldom.last(often) == ()


def test_two_scrapes_at_once_ask_once() -> None:
    """The second is not kept waiting, and has nothing to tell yet."""
    begun, go = Event(), Event()

    def slow(target: Target) -> Iterable[Sample]:
        begun.set()
        assert go.wait(10)
        return (Sample("probe_success", 1),)

    seldom = Seldom(slow)
    first = Thread(target=seldom.measure, args=(RARE,))
    first.start()
    assert begun.wait(10)
    assert seldom.measure(RARE) == ()
    go.set()
    first.join()
    assert seldom.last(RARE)[0].value == 1


def fleet_of(fleet: Fleet, *modules: str) -> Fleet:
    """Return the fleet with the targets of these modules and nothing else to ask."""
    targets = tuple(each for each in fleet.targets if each.module in modules)
    return replace(fleet, devices={}, circuits={}, rooms={}, targets=targets)


def test_every_mail_server_is_tried_as_a_relay_in_the_scrape_of_the_fleet() -> None:
    """Once, however often somebody scrapes."""
    fleet = design(shipped.province("lab"))
    relays = [each for each in fleet.targets if each.module == "relay"]
    assert relays and all(each.every_s >= 600 for each in relays)
    asked = Asked()
    collector = Collector(fleet_of(fleet, "relay"), asked)
    for _ in range(3):
        found = {(each.name, each.labels.get("device")): each.value for each in collector.collect(3)}
    assert asked.count == len(relays)
    device = dict(relays[0].labels)["device"]
    assert found["mail_relay_refused", device] == 1
    assert ("smtp_relays", device) in found


def test_every_port_with_tls_is_tried_and_no_series_is_told_twice() -> None:
    """The probe of mail looks at the same certificate, each time; what that one told is what counts."""

    def shaken(target: Target) -> Iterable[Sample]:
        fresh = not target.every_s
        yield Sample("certificate_verified", float(fresh))
        if not fresh:
            yield Sample("tls_version_accepted", 0, {"version": "1.0"})
        yield Sample("probe_success", 1)

    fleet = design(shipped.province("lab"))
    part = fleet_of(fleet, "tls", "smtp", "imaps", "https")
    found = Collector(part, shaken).collect(3)
    series = [(each.name, frozenset(each.labels.items())) for each in found]
    assert len(series) == len(set(series))
    ports = {each.labels["port"] for each in found if each.name == "tls_version_accepted"}
    assert {"25", "587", "993", "443"} <= ports
    verified = {each.labels["port"]: each.value for each in found if each.name == "certificate_verified"}
    assert (verified["25"], verified["993"]) == (1, 1), "an old look does not hide the fresh one"
