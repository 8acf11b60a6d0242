"""Whether `to_address` is a person's, as SEC017 takes it: the file says something of mail, or it may be a wallet."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

ADDRESS = """\
import logging

{line}
logger = logging.getLogger(__name__)


def send(to_address, amount):
    logger.error("could not send %s to %s", amount, to_address)
"""


@pytest.mark.parametrize(("line", "confidence"), [("", Confidence.LOW), ("from shop.mail import client", Confidence.HIGH)])
def test_an_address_of_what(line: str, confidence: Confidence) -> None:
    found = testing.run_rule("SEC017", {"shop/transfers.py": ADDRESS.format(line=line)})
    assert [hit.confidence for hit in found] == [confidence]
