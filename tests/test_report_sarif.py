"""SARIF: what is written is what the standard allows, part for part, and means what it says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from test_report import ABOUT, RULES, SEEN, in_vietnamese

from kgnet.model.outcome import Finding
from kgnet.ports import About
from kgnet.reports import written
from kgnet.reports.sarif import REPORT


def only(required: str, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has the words of *required*, and no property that is not named."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def every(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


# The parts of SARIF 2.1.0 that we write, as its clauses have them (OASIS Standard, 27 March 2020, section 3):
# names, types and values are the standard's; stricter than it, since what we do not write is not allowed.
TEXT = {"type": "string", "minLength": 1}
MESSAGE = only("text", text=TEXT)  # 3.11
LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
LANGUAGE = {"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"}  # 3.14.7
LOCATION = only(  # 3.28
    "logicalLocations",
    message=MESSAGE,
    physicalLocation=only(  # 3.29
        "artifactLocation region",
        artifactLocation=only("uri", uri={"type": "string", "format": "uri-reference", "minLength": 1}),
        region=only("startLine", startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=every(  # 3.33
        only("name kind", name=TEXT, fullyQualifiedName=TEXT, kind={"const": "resource"}), minItems=1
    ),
)
RULE = only(  # 3.49
    "id shortDescription defaultConfiguration",
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=only("level", level=LEVEL),
    properties=only(
        "tags",
        tags=every(TEXT, uniqueItems=True),
        references=every(TEXT),
        **{"security-severity": {"type": "string", "pattern": r"^\d{1,2}\.\d$"}},
    ),
)
NOTIFICATION = only(  # 3.58
    "message level",
    message=MESSAGE,
    level=LEVEL,
    locations=every(LOCATION),
    associatedRule=only("id", id=TEXT),
)
RESULT = only(  # 3.27
    "ruleId ruleIndex kind level message locations",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    kind={"enum": ["pass", "open", "informational", "notApplicable", "review", "fail"]},
    level=LEVEL,
    message=MESSAGE,
    locations=every(LOCATION, minItems=1, maxItems=1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    suppressions=every(  # 3.35
        only(
            "kind",
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
        )
    ),
    properties={"type": "object"},
) | {  # 3.27.10: a level other than none is a failure's
    "if": {"properties": {"kind": {"const": "fail"}}},
    "then": {"properties": {"level": {"enum": ["note", "warning", "error"]}}},
    "else": {"properties": {"level": {"const": "none"}}},
}
LOG = only(  # 3.13
    "$schema version runs",
    **{"$schema": {"type": "string", "format": "uri", "pattern": "sarif-schema-2.1.0.json$"}},
    version={"const": "2.1.0"},
    runs=every(
        only(  # 3.14
            "tool results",
            tool=only(
                "driver",
                driver=only("name", name=TEXT, version=TEXT, language=LANGUAGE, rules=every(RULE)),  # 3.19
            ),
            invocations=every(
                only(  # 3.20
                    "executionSuccessful",
                    executionSuccessful={"type": "boolean"},
                    startTimeUtc={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                    toolExecutionNotifications=every(NOTIFICATION),
                )
            ),
            language=LANGUAGE,
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results=every(RESULT),
        ),
        minItems=1,
        maxItems=1,
    ),
)


def log(findings: tuple[Finding, ...] = SEEN, about: About = ABOUT) -> Any:
    return json.loads(written(REPORT, findings, RULES, about))


@pytest.mark.parametrize("about", [ABOUT, in_vietnamese(), About()], ids=["en", "vi", "bare"])
@pytest.mark.parametrize("findings", [SEEN, ()], ids=["some", "none"])
def test_it_is_sarif(findings: tuple[Finding, ...], about: About) -> None:
    """A tool that checks what it is given takes it."""
    told = log(findings, about)
    jsonschema.Draft7Validator.check_schema(LOG)
    jsonschema.validate(told, LOG, jsonschema.Draft7Validator)
    (run,) = told["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len({*rules}) == len(rules)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len({*prints}) == len(prints)


def test_statuses_are_the_standard_s() -> None:
    """What could not be judged is open, and an error of the run; what is waived is suppressed."""
    (run,) = log()["runs"]
    kinds = [(result["properties"]["device"], result["kind"], result["level"]) for result in run["results"]]
    assert kinds == [
        ("r-902", "fail", "error"),
        ("r-902", "fail", "error"),
        ("hub1", "fail", "error"),
        ("mail1", "open", "none"),
    ]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "mail1: no route to host"
    (suppressed,) = (result for result in run["results"] if "suppressions" in result)
    assert suppressed["suppressions"][0]["justification"].startswith("waived until 2027-03-31")
    assert suppressed["message"]["text"] == "hub1: stays open for 3600 s"


def test_a_file_is_a_place_and_a_command_is_a_word() -> None:
    """A viewer opens the file at its line."""
    (run,) = log()["runs"]
    first, *_ = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "configs/r-902.cfg"}
    assert place["region"] == {"startLine": 12}
    asked = next(one for one in run["results"] if one["ruleId"] == "KG-ACC-07")["locations"][0]
    assert asked["message"] == {"text": "sshd -T"}
    assert "physicalLocation" not in asked
