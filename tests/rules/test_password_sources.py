"""How sure SEC002 is that somebody gives the password that is stored or compared, where a case's marks cannot say it."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
import json
from django.db import models
from flask import request

class Member(models.Model):
    password = models.CharField(max_length=128)

class Applicant(models.Model):
    password = models.CharField(max_length=128)
"""

HASHING = """
def hashed(password):
    return make_password(password)
"""

GUESSES = {
    "a parameter": "def join(password):\n    Member.objects.create(password=password)\n" + HASHING,
    "read from a parameter": "def join(data):\n    Member.objects.create(password=data['password'])\n" + HASHING,
    "hashed in the other branch": """\
def join():
    data = request.get_json()
    if data.get("is_hash"):
        password = data["password"]
    else:
        password = hashed(data["password"])
    Member.objects.create(password=password)
""",
    "a code that is sent to a telephone": """\
def verify():
    password = request.json["otp"]
    return Member.objects.get(password=password)
""",
    "rows of a dump": """\
dump = json.load(open("members.json"))

def take_over():
    for data in dump.values():
        member = Member()
        member.password = data["password"]
        member.save()
""",
    "seed rows from a function of the source": """\
def rows():
    return json.loads(DATA)

def seed(db):
    for name, row in rows().items():
        Member.objects.create(password=row["password"])
""",
    "the same column of two records": """\
class Imported(Member):
    def __eq__(self, other):
        return self.password == other.password
""",
}

REPORTED = {
    "a parameter, where nothing is hashed": "def join(password):\n    Member.objects.create(password=password)\n",
    "what a caller hands on from a request": """\
def join(password):
    Member.objects.create(password=password)

def joined():
    join(request.form["password"])
""",
    "a form": "def join():\n    member = Member()\n    member.password = request.form['password']\n",
    "the request, through a function": """\
def sent():
    data = request.get_json()
    return data

def join():
    body = sent()
    Member.objects.create(password=body["password"])
""",
    "what an extension has read of the request": """
def verify(name, password):
    return Member.objects.filter(name=name, password=password).first()

def log_in(basic):
    auth = basic.get_auth()
    return verify(auth.username, auth.password)
""",
    "the credentials of a sign-in": """\
def log_in(member: Member, credentials):
    return member.password == credentials.password
""",
    "what a form holds, with no word of a sign-in": """\
def show(member: Member):
    return member.password == request.form["password"]
""",
}

NONE = {
    "an attribute that is no column": """\
def make(raw_password):
    member = Member(password=make_password(raw_password))
    member.raw_password = raw_password
    return member
""",
}


def surety(code: str) -> list[Confidence]:
    return [found.confidence for found in testing.run_rule("SEC002", {"shop/__init__.py": "", "shop/members.py": HEAD + code})]


@pytest.mark.parametrize("case", GUESSES)
def test_what_nobody_is_seen_to_give_is_a_note(case: str) -> None:
    assert surety(GUESSES[case]) == [Confidence.LOW]


@pytest.mark.parametrize("case", REPORTED)
def test_what_a_person_or_a_caller_gives_is_reported(case: str) -> None:
    (found,) = surety(REPORTED[case])
    assert found > Confidence.LOW


@pytest.mark.parametrize("case", NONE)
def test_what_the_row_does_not_keep_is_not_stored(case: str) -> None:
    assert surety(NONE[case]) == []
