"""SVC012 of a model that is loaded once, and found in a mapping from then on."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SHOP = """\
import torch
from fastapi import FastAPI

app = FastAPI()
_models = {}

def model_of(name):
"""
ASKED = """
@app.post("/orders/guess")
def guess(name: str):
    return model_of(name)
"""


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        (
            "found = _models.get(name)\nif found is not None:\n    return found\n_models[name] = torch.load(name)\nreturn 1",
            False,
        ),
        ("if name in _models:\n    return _models[name]\nmade = torch.load(name)\n_models[name] = made\nreturn made", False),
        ("_models[name] = torch.load(name)\nreturn _models[name]", True),
        (
            "found = _models.get(name)\nif found is not None:\n    print(found)\n_models[name] = torch.load(name)\nreturn 1",
            True,
        ),
        (
            "kept = {}\nfound = kept.get(name)\nif found:\n    return found\nkept[name] = torch.load(name)\nreturn kept[name]",
            True,
        ),
    ],
)
def test_what_is_kept_is_loaded_once(body: str, *, is_told: bool) -> None:
    code = SHOP + "".join(f"    {line}\n" for line in body.splitlines()) + ASKED
    [found] = testing.run_rule("SVC012", {"shop.py": code})
    assert (found.confidence > Confidence.LOW) is is_told
