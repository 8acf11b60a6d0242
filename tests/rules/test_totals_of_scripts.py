"""A total that a file changes which nobody imports, and which is run by hand, is only noted."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models


class Shelf(models.Model):
    books = models.IntegerField()
"""
TAKE_BACK = """\
from library.models import Shelf


def take_back():
    for shelf in Shelf.objects.filter(pk__gt=5):
        shelf.books -= 1
        shelf.save()


{end}
"""
GUARD = 'if __name__ == "__main__":\n    take_back()'


@pytest.mark.parametrize(
    ("name", "end", "importing", "confidence"),
    [
        ("totals", GUARD, "", Confidence.LOW),
        ("totals", GUARD, "from library.tools import totals\n", Confidence.HIGH),
        ("totals", "", "", Confidence.HIGH),
        ("worker", GUARD, "", Confidence.HIGH),
    ],
)
def test_what_is_only_noted(name: str, end: str, importing: str, confidence: Confidence) -> None:
    files = {
        "library/__init__.py": "",
        "library/models.py": MODELS,
        "library/tools/__init__.py": "",
        f"library/tools/{name}.py": TAKE_BACK.format(end=end),
        "library/views.py": importing,
    }
    assert [found.confidence for found in testing.run_rule("DBS017", files)] == [confidence]
