"""Which rules of a list are never asked, because those before them take every packet: exact over 5-tuples.

A rule is a set of boxes: a family, and a range each of protocols, sources, source ports, destinations and
ports.  Which earlier boxes meet one, and which hold it whole, is told by sets of bits, a look-up in each
dimension (Lakshman and Stiliadis, SIGCOMM 1998).  Only where no single one holds it, the box is cut up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from kgnet.errors import MissingFact
from kgnet.model.facts import FilterRule
from kgnet.rules._permits import PORTS, Range, of_rule

Box = tuple[Range, ...]  # family, protocol, source, source port, destination, port
TERMINAL = ("accept", "drop", "reject", "return")
ANY_PROTOCOL: Range = (0, 1 << 20)
DESTINATION = 4
STRIDE = 64  # boxes between two sets of bits that are kept
MOST_CUTS = 50_000  # pieces that one rule may be cut into before we give up


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it is written: what a device prints on one line may be several of ours."""

    parts: tuple[FilterRule, ...]

    @property
    def first(self) -> FilterRule:
        return self.parts[0]

    @property
    def verdict(self) -> str:
        return self.first.verdict


@dataclass(frozen=True, slots=True)
class Covered:
    """A rule that is never asked, and those before it that take its packets."""

    entry: Entry
    by: tuple[Entry, ...]


def entries(rules: Iterable[FilterRule]) -> dict[str, list[Entry]]:
    """Return the rules of each list in their order."""
    lists: dict[str, dict[tuple[int, str], list[FilterRule]]] = defaultdict(dict)
    for rule in rules:
        if rule.within:
            parts = lists[rule.within].setdefault((rule.line, rule.text), [])
            if rule not in parts and all(part.chain == rule.chain for part in parts):
                parts.append(rule)
    return {name: [Entry(tuple(parts)) for parts in held.values()] for name, held in lists.items()}


def covered(every: Sequence[Entry]) -> Iterator[Covered]:
    """Yield the entries of one list that are never asked; MissingFact where one takes too long to tell."""
    return _List(every).covered()


class _List:
    def __init__(self, every: Sequence[Entry]) -> None:
        self.every = every
        self.boxes: list[Box] = []
        self.owners: list[int] = []
        self.numbers: dict[str, int] = {}
        self.conditions: dict[frozenset[str], int] = defaultdict(int)  # → the boxes that have these alone
        self.own: list[list[tuple[Box, frozenset[str], bool]]] = []
        self._met = _Met()
        for place, entry in enumerate(every):
            self._take(place, entry)

    def _take(self, place: int, entry: Entry) -> None:
        own, takes = [], []
        for part in entry.parts:
            conditions = frozenset(part.conditions)
            for box in self._of(part):
                own.append((box, conditions, self._met.may_hold(box)))
                if part.verdict in TERMINAL or part.verdict.startswith("goto "):
                    self.conditions[conditions] |= 1 << len(self.boxes)
                    self.boxes.append(box)
                    self.owners.append(place)
                    takes.append(box)
        self.own.append(own)
        for box in takes:
            self._met.add(box)

    def _of(self, rule: FilterRule) -> Iterator[Box]:
        for permit, from_ in product(of_rule(rule), rule.source_ports or (PORTS,)):
            number = self.numbers.setdefault(permit.protocol, len(self.numbers))
            protocol = ANY_PROTOCOL if permit.protocol == "any" else (number, number)
            family = (permit.family, permit.family)
            yield (family, protocol, permit.source, from_, permit.destination, permit.ports)

    @cached_property
    def _sides(self) -> list[tuple[_Ends, _Ends]]:
        return [
            (_Ends([box[side][0] for box in self.boxes]), _Ends([box[side][1] for box in self.boxes]))
            for side in range(6)
        ]

    def covered(self) -> Iterator[Covered]:
        before = 0  # how many boxes stand before the entry
        for place, entry in enumerate(self.every):
            while before < len(self.owners) and self.owners[before] < place:
                before += 1
            takers: set[int] = set()
            if self.own[place] and all(
                suspect and self._taken(box, conditions, (1 << before) - 1, takers)
                for box, conditions, suspect in self.own[place]
            ):
                yield Covered(entry, tuple(self.every[each] for each in sorted(takers)))

    def _taken(self, box: Box, conditions: frozenset[str], earlier: int, takers: set[int]) -> bool:
        usable = 0
        for told, bits in self.conditions.items():
            if told <= conditions:
                usable |= bits
        usable &= earlier
        whole = self._holding(box, usable)
        if whole:
            takers.add(self.owners[(whole & -whole).bit_length() - 1])
            return True
        meeting = list(_bits(self._meeting(box, usable)))
        if len(meeting) < 2:
            return False
        cuts = _Cuts(self.boxes, self.owners)
        done = cuts.taken(box, sorted(meeting, key=lambda each: -_size(self.boxes[each])))
        takers |= cuts.takers if done else set()
        return done

    def _holding(self, box: Box, bits: int) -> int:
        """Return those of *bits* that hold the whole box."""
        for (starts, ends), (low, high) in zip(self._sides, box, strict=True):
            bits &= starts.upto(low)
            if bits:
                bits &= ~ends.upto(high - 1)
            if not bits:
                return 0
        return bits

    def _meeting(self, box: Box, bits: int) -> int:
        """Return those of *bits* that have anything in common with the box."""
        for (starts, ends), (low, high) in zip(self._sides, box, strict=True):
            bits &= starts.upto(high) & ~ends.upto(low - 1)
            if not bits:
                return 0
        return bits


class _Met:
    """What the boxes so far may hold, told fast and on the safe side: most rules meet none before them."""

    def __init__(self) -> None:
        self._size = 0  # of all together, at most
        self._wide = 0  # of those with more than one destination
        self._hosts: dict[int, int] = {}  # destination → the size of those that go there alone

    def add(self, box: Box) -> None:
        size, (first, last) = _size(box), box[DESTINATION]
        self._size += size
        if first == last:
            self._hosts[first] = self._hosts.get(first, 0) + size
        else:
            self._wide += size

    def may_hold(self, box: Box) -> bool:
        """Return whether a box may lie within those so far; False: it does not."""
        first, last = box[DESTINATION]
        most = self._wide + self._hosts.get(first, 0) if first == last else self._size
        return most >= _size(box)


class _Ends:
    """One end of all boxes in one dimension, in order: which of them lie at or below a value?"""

    def __init__(self, values: list[int]) -> None:
        order = sorted(range(len(values)), key=values.__getitem__)
        self._values = [values[each] for each in order]
        self._order = order
        self._kept = [0]
        for start in range(0, len(order), STRIDE):
            self._kept.append(self._kept[-1] | _of(order[start : start + STRIDE]))
        self._known: dict[int, int] = {}

    def upto(self, value: int) -> int:
        number = bisect_right(self._values, value)
        if number not in self._known:
            whole, over = divmod(number, STRIDE)
            some = self._order[whole * STRIDE : whole * STRIDE + over]
            if len(self._known) >= STRIDE:
                self._known.clear()
            self._known[number] = self._kept[whole] | _of(some)
        return self._known[number]


class _Cuts:
    """Takes box after box away from one, until nothing is left or something is found that stays."""

    def __init__(self, boxes: Sequence[Box], owners: Sequence[int]) -> None:
        self._boxes, self._owners = boxes, owners
        self.takers: set[int] = set()
        self._cuts = 0

    def taken(self, box: Box, by: Sequence[int]) -> bool:
        """Return whether the boxes *by* take all of *box*."""
        todo = [(box, 0)]
        while todo:
            here, place = todo.pop()
            meeting = [each for each in by[place:] if _meets(here, self._boxes[each])]
            if sum(_common(here, self._boxes[each]) for each in meeting) < _size(here):
                return False  # together they are smaller than it
            first = meeting[0]
            self.takers.add(self._owners[first])
            after = by.index(first, place) + 1
            todo += ((piece, after) for piece in _without(here, self._boxes[first]))
            self._cuts += 1
            if self._cuts > MOST_CUTS:
                raise MissingFact("a rule overlaps too many others to tell whether it is ever asked")
        return True


def _of(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def _bits(bits: int) -> Iterator[int]:
    while bits:
        last = bits & -bits
        yield last.bit_length() - 1
        bits ^= last


def _meets(one: Box, other: Box) -> bool:
    return all(low <= last and first <= high for (low, high), (first, last) in zip(one, other, strict=True))


def _size(box: Box) -> int:
    size = 1
    for low, high in box:
        if low != high:
            size *= high - low + 1
    return size


def _common(one: Box, other: Box) -> int:
    size = 1
    for (low, high), (first, last) in zip(one, other, strict=True):
        size *= min(high, last) - max(low, first) + 1
    return size


def _without(box: Box, other: Box) -> Iterator[Box]:
    """Yield what is left of *box*, which *other* meets: no more than two boxes a dimension."""
    mine = list(box)
    for side, (low, high) in enumerate(other):
        first, last = mine[side]
        for outside in ((first, low - 1), (high + 1, last)):
            if outside[0] <= outside[1]:
                yield (*mine[:side], outside, *mine[side + 1 :])
        mine[side] = (max(first, low), min(last, high))
