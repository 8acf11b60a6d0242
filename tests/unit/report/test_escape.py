"""Text that a build server reads as it passes by."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from report_sample import CACHE, report
from runner_log import commands

from archlint.facts.findings import Location
from archlint.report import Layout, render
from archlint.report.escape import inert

COMMAND_LIKE = st.lists(st.sampled_from(["::", "##", "[", "#", "vso", "set-env name=A", " ", "\n", "\u3000", "x", "error"]))


@given(COMMAND_LIKE.map("".join))
def test_an_inert_text_is_no_command(text: str) -> None:
    assert commands(inert(text)) == []


def test_what_is_no_command_stays() -> None:
    plain = "a::b\n## heading\n#[x]\n x :: y\n"
    assert inert(plain) == plain


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "markdown", "gitlab", "junit"])
@pytest.mark.parametrize("hostile", ["::set-output name=a::b", "##[add-mask]x", "##vso[task.setvariable variable=A]x"])
def test_no_report_commands_the_build_server_that_logs_it(form: str, hostile: str) -> None:
    finding = replace(CACHE, message=f"word {hostile} word", location=Location(hostile, 1, 1, 1, 9), snippet=hostile)
    text = render(report(finding), form, Layout(width=40, source=lambda _: hostile))
    assert commands(text) == []
    if form in ("json", "gitlab"):
        assert hostile in str(json.loads(text))
