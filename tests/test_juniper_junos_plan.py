"""Junos: commands lead from one text to another, what nobody spoke of stays, no secret is shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from junos_devices import PART, RECORDED, SOME, printed, text_of
from junos_text import configurations
from plan_props import normal, roundtrip

from kgnet.emulate.juniper_junos.load import Loader, read
from kgnet.model.config import Config
from kgnet.model.fleet import Device
from kgnet.model.outcome import Action
from kgnet.plan import apply, plan
from kgnet.platforms.juniper_junos import PLATFORM
from kgnet.platforms.juniper_junos.commands import commands, ordered
from kgnet.platforms.juniper_junos.owned import owns
from kgnet.platforms.juniper_junos.text import canonical

# ── plans and commands ──────────────────────────────────────────────────────


@settings(max_examples=40)
@given(want=configurations(), have=configurations())
def test_a_plan_leads_there_and_back(want: str, have: str) -> None:
    roundtrip(PART, want, have, whole=True)
    roundtrip(PART, want, have)


@settings(max_examples=80)
@given(want=configurations(), have=configurations())
def test_the_commands_lead_there_and_back(want: str, have: str) -> None:
    """Executed by a device that knows the hierarchy by itself, and refuses what it does not take."""
    root = read(have)
    Loader(root).commands("\n".join(commands((), have, want)))
    assert normal(PART, printed(root)) == normal(PART, canonical(want))
    Loader(root).commands("\n".join(commands((), want, have)))
    assert normal(PART, printed(root)) == normal(PART, canonical(have))


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_a_bare_device_becomes_what_is_wanted(device: Device) -> None:
    have, want = canonical("system { host-name new; services { ssh; } }"), text_of(device, hidden=False)
    root = read(have)
    Loader(root).commands("\n".join(commands((), have, want)))
    assert not plan(Config("r", {PART.name: want}), Config("r", {PART.name: printed(root)}))


ROOT = 'root-authentication {{ encrypted-password "$6$a${}"; }}'


def _replaced(have: str, want: str) -> tuple[set[str], str]:
    """Return the lines that `--replace` removes, and what the device has then."""
    known = {PART.name: PART}
    configs = [Config("r", {PART.name: canonical(f"system {{ {text} }}")}) for text in (have, want)]
    todo = plan(configs[1], configs[0], parts=known, whole=True)
    gone = {change.line for change in todo.changes if change.action is Action.REMOVE}
    return gone, apply(todo, configs[0], parts=known).parts[PART.name]


def test_what_every_junos_must_have_stays_when_the_whole_is_replaced() -> None:
    user = "login {{ user noc {{ {} class admins; }} }}"
    have = f"{ROOT.format('old')} {user.format('uid 2000;')} domain-name old.vn;"
    gone, after = _replaced(have, user.format(""))
    assert gone == {"domain-name old.vn;"}
    assert "$6$a$old" in after
    assert "uid 2000;" in after


def test_how_root_logs_in_is_replaced_where_the_intent_says_so() -> None:
    gone, after = _replaced(ROOT.format("old"), ROOT.format("new"))
    assert gone == {"root-authentication {", 'encrypted-password "$6$a$old";'}
    assert after == canonical(f"system {{ {ROOT.format('new')} }}")


TERM = "term {} {{ then accept; }}"
MOVES = {
    ("a", "b", "c"): ("c", "a", "b"),
    ("a", "b", "c", "d"): ("d", "c", "b", "a"),
    ("a", "b"): ("new", "a", "b", "last"),
    ("a", "b", "c", "d", "e"): ("b", "x", "a", "d", "y", "c"),
}


@pytest.mark.parametrize(
    ("before", "after"), MOVES.items(), ids=["-".join(after) for after in MOVES.values()]
)
def test_terms_are_put_in_their_places(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    have, want = (
        canonical(
            "policy-options { policy-statement P {"
            + "".join(f"term {n} {{ then accept; }}" for n in names)
            + "}}"
        )
        for names in (before, after)
    )
    root = read(have)
    typed = commands((), have, want)
    Loader(root).commands("\n".join(typed))
    assert printed(root) == want
    assert sum(line.startswith("insert") for line in typed) <= len(after)


def test_a_new_first_term_moves_nothing_else() -> None:
    names = [f"t{number}" for number in range(30)]
    have, want = (
        canonical("firewall { family inet { filter F {" + "".join(map(TERM.format, each)) + "}}}")
        for each in (names, ["first", *names])
    )
    moves = [line for line in commands((), have, want) if line.startswith("insert")]
    assert moves == ["insert firewall family inet filter F term first before term t0"]


NAMES = [
    (
        "system { host-name a; }",
        "system { host-name b; }",
        ("delete system host-name", "set system host-name b"),
    ),
    (
        "interfaces { ge-0/0/0 { unit 0 { family inet { address 10.0.0.1/24; } } } }",
        "interfaces { ge-0/0/0 { unit 0 { family inet { address 10.0.0.2/24; } } } }",
        (
            "delete interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24",
            "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.2/24",
        ),
    ),
    (
        "interfaces { ge-0/0/0 { unit 0; } ge-0/0/1 { unit 0; } }",
        "interfaces { inactive: ge-0/0/0 { unit 0; } ge-0/0/1 { unit 0; } }",
        ("deactivate interfaces ge-0/0/0",),
    ),
    (
        "interfaces { ge-0/0/0 { inactive: description old; unit 0; } }",
        "interfaces { ge-0/0/0 { description old; unit 0; } }",
        ("activate interfaces ge-0/0/0 description",),
    ),
    (
        "policy-options { policy-statement P { from protocol [ bgp direct ]; then accept; } }",
        "policy-options { policy-statement P { from protocol static; then accept; } }",
        (
            "delete policy-options policy-statement P from protocol",
            "set policy-options policy-statement P from protocol static",
        ),
    ),
    (
        "unknown-things { thing one; thing two; }",
        "unknown-things { thing two; }",
        ("delete unknown-things thing one",),
    ),
]


@pytest.mark.parametrize(("have", "want", "typed"), NAMES, ids=[each[2][0] for each in NAMES])
def test_a_statement_goes_by_its_name(have: str, want: str, typed: tuple[str, ...]) -> None:
    """A value is no part of a name: `delete … description "x"` would be refused."""
    assert commands((), canonical(have), canonical(want)) == typed


def test_order_is_meant_where_the_first_that_fits_decides() -> None:
    assert ordered(("policy-options {", "policy-statement OUT {"))
    assert ordered(("firewall {", "family inet {", "filter RE {"))
    assert ordered(("security {", "policies {", "global {"))
    assert ordered(("security {", "policies {", "from-zone a to-zone b {"))
    assert ordered(("system {", "tacplus-server {"))
    assert not ordered(("security {", "address-book {", "global {"))
    assert not ordered(("interfaces {", "ge-0/0/0 {", "unit 0 {", "family inet {", "filter {"))
    assert not ordered(())


# ── what is left alone ──────────────────────────────────────────────────────

ALONE = canonical(
    'system { root-authentication { encrypted-password "$6$a$b"; }'
    " login { user netops { class super-user; } } archival { configuration { transfer-on-commit; } } }"
    " interfaces { ge-0/0/15 { unit 0; } }"
    " protocols { ospf { area 0.0.0.0 { interface ge-0/0/15.0; } } } vlans { v10 { vlan-id 10; } }"
)


def test_what_the_intent_does_not_speak_for_stays() -> None:
    want = text_of(SOME["branch"])
    todo = plan(Config("r", {PART.name: want}), Config("r", {PART.name: ALONE}))
    assert todo
    assert not [change for change in todo.changes if change.action == "remove"]


def test_what_the_intent_speaks_for_goes() -> None:
    device = SOME["branch"]
    stray = canonical(
        text_of(device) + "protocols { bgp { group OLD { type external; neighbor 192.0.2.9; } } }"
        " interfaces { ge-0/0/3 { unit 7; } }"
    )
    todo = plan(Config("r", {PART.name: text_of(device)}), Config("r", {PART.name: stray}))
    assert {change.line for change in todo.changes} == {
        *("group OLD {", "type external;", "neighbor 192.0.2.9;"),
        *("unit 7;", *(["ge-0/0/3 {"] if "ge-0/0/3 {" not in text_of(device) else [])),
    }


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_all_that_is_rendered_is_owned(device: Device) -> None:
    """What is written and not owned could never be taken back."""
    for line in Config("r", {PART.name: text_of(device)}).lines():
        if line.text.endswith(";"):
            assert owns(line.path), line.path


# ── secrets ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("device", SOME.values(), ids=SOME)
def test_no_secret_survives_redaction(device: Device) -> None:
    shown, text = PLATFORM.redacted(text_of(device, hidden=False)), text_of(device, hidden=False)
    for mark in ("$9$", "0123456789abcdefghijklmnopqrstuv"):
        assert mark not in shown
    assert shown.count("<secret>") == text.count('"$9$') + text.count('"$6$') > 0
    assert shown.count("$6$<secret>") == text.count('"$6$')  # how a password is kept is no secret
    assert shown == text_of(device)


SECRET_LINES = [
    'encrypted-password "$6$abc$defghijk"; ## SECRET-DATA',
    'authentication-key "$9$LbHX-wg4Z"; ## SECRET-DATA',
    "authentication-key plainword;",
    'secret "plain words";',
    'pre-shared-key ascii-text "$9$LbHX-wg4Z";',
    "community s3cret {",
    "community s3cret;",
    'set snmp community s3cret authorization read-only',
    'server 192.0.2.40 key 1; authentication-key 1 type md5 value "$9$LbHX-wg4Z";',
    '192.0.2.20 secret "$9$LbHX-wg4Z"; ## SECRET-DATA',
    'set system login user a authentication encrypted-password $6$abc$def',
    'md5 1 key "$9$LbHX-wg4Z";',
]  # fmt: skip


@pytest.mark.parametrize("line", SECRET_LINES)
def test_a_secret_is_known_in_every_form(line: str) -> None:
    shown = PLATFORM.redacted(f"    {line}\n")
    assert "<secret>" in shown
    for word in ("abc", "$9$", "s3cret", "plainword", "plain words"):
        assert word not in shown


def test_a_secret_that_nobody_foresaw_is_known_by_its_form() -> None:
    sealed = PLATFORM.redacted('odd "$9$LbHX-wg4Z";\n', lambda value: str(len(value)))
    assert sealed == 'odd "<secret 12>";\n'


@pytest.mark.parametrize(
    "line",
    ['ssh-rsa "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC0 netops@desk";', "community members 65000:1;",
     "key-exchange [ curve25519-sha256 ];", "host-name secretary;"],
)  # fmt: skip
def test_what_is_no_secret_is_shown(line: str) -> None:
    assert PLATFORM.redacted(f"{line}\n") == f"{line}\n"


REFUSED = ["error: configuration check-out failed", "syntax error, expecting <command>.", "unknown command.",
           "          ^\nsyntax error, expecting <command>.", "missing argument."]  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_a_refusal_is_known(said: str) -> None:
    assert any(pattern.search(said) for pattern in PLATFORM.refusals)


def test_an_answer_is_no_refusal() -> None:
    for name in RECORDED.iterdir():
        said = name.read_text(encoding="utf-8")
        assert not any(pattern.search(said) for pattern in PLATFORM.refusals), name.name
