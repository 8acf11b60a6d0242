"""JUnit XML in the form that Jenkins' xUnit plug-in describes (junit-10.xsd); GitLab, Azure and GitHub's readers take it.

A suite is a rule.  A finding is a test case: at or above the fail level it fails, below it passes with the finding as its
output, so that the result is that of the exit status.  A rule with no finding is one test case that passes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from archlint.engine.status import INCOMPLETE
from archlint.facts.findings import Finding, Report, RuleInfo, Severity
from archlint.report.escape import visible
from archlint.report.formats import Layout
from archlint.report.summary import completeness, mark, shown

_NO_XML = re.compile("[\ufffe\uffff]")


def render(report: Report, layout: Layout) -> str:
    """The report as a `testsuites` document. Accepted findings are skipped test cases, if the layout asks for them."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in shown(report, suppressed=layout.show_suppressed):
        by_rule[finding.rule].append(finding)
    root = ElementTree.Element("testsuites", name="archlint")
    for rule in report.rules:
        root.append(_suite(rule, by_rule.get(rule.id, ()), report, layout))
    _count(root, root.iter("testcase"))
    output = ElementTree.SubElement(root[-1], "system-out") if len(root) else None
    if output is not None:
        output.text = _text(completeness(report.completeness))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    # Between tags nothing of ours holds two number signs before a bracket: it is text of the project.
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + re.sub(r"##(?=\w*\[)", "&#35;#", text) + "\n"


def _suite(rule: RuleInfo, findings: Sequence[Finding], report: Report, layout: Layout) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=f"{rule.id} {rule.name}")
    names: Counter[str] = Counter()
    for finding in findings:
        place = f"{layout.folder}{finding.location.path}:{finding.location.line}:{finding.location.column}"
        name = f"{place} {finding.message}"
        names[name] += 1
        if names[name] > 1:  # two test cases of one name would be one to some readers
            name += f" ({names[name]})"
        case = ElementTree.SubElement(suite, "testcase", name=_text(name), classname=f"archlint.{finding.rule}")
        _outcome(case, finding, _body(finding, place, layout.folder), report.fail_level)
    if not findings:
        case = ElementTree.SubElement(suite, "testcase", name=_text(rule.title), classname=f"archlint.{rule.id}")
        looked = report.completeness
        if rule.id in looked.crashed:
            ElementTree.SubElement(case, "error", type="crashed", message="the rule did not come to its end")
        elif rule.id in looked.idle:
            ElementTree.SubElement(case, "skipped", message="nothing to look at")
        elif rule.id not in looked.rules and not rule.id.startswith("RUN"):
            ElementTree.SubElement(case, "skipped", message="not run")
    _count(suite, suite.iter("testcase"))
    return suite


def _outcome(case: ElementTree.Element, finding: Finding, body: str, fail_level: Severity) -> None:
    if finding.state != "new":
        ElementTree.SubElement(case, "skipped", message=_text(mark(finding)))
    elif finding.severity < fail_level and finding.rule not in INCOMPLETE:
        ElementTree.SubElement(case, "system-out").text = body
    else:
        kind = "error" if finding.rule in INCOMPLETE else "failure"
        severity = finding.severity.name.lower()
        ElementTree.SubElement(case, kind, type=severity, message=_text(finding.message)).text = body


def _body(finding: Finding, place: str, folder: str) -> str:
    lines = [place, finding.message]
    lines += [f"{n}. {folder}{s.location.path}:{s.location.line}  {s.message}" for n, s in enumerate(finding.flow, 1)]
    lines += [f"How to fix: {' '.join(finding.fix.split())}"] if finding.fix else []
    return "\n".join(_text(line) for line in lines)


def _count(element: ElementTree.Element, cases: Iterable[ElementTree.Element]) -> None:
    found = list(cases)
    element.set("tests", str(len(found)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        if attribute != "skipped" or element.tag == "testsuite":
            element.set(attribute, str(sum(case.find(tag) is not None for case in found)))


def _text(text: str) -> str:
    """Text that XML 1.0 can hold: control characters and what is no character are written as escapes."""
    return _NO_XML.sub(lambda m: m.group().encode("unicode_escape").decode("ascii"), visible(text))
