"""How sure SEC017 is, where a case's marks cannot say it: what hardly shows a person's address is a note."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = "import logging\n\nlogger = logging.getLogger(__name__)\n"

NOTES = {
    "written in place of sending, where the settings switch it off": (
        "app/mailer.py",
        "def send_mail(settings, to_address):\n    if not settings.SMTP_HOST or not settings.SMTP_USER:\n"
        "        logger.info('to %s', to_address)\n        return\n    connect(to_address)\n",
    ),
    "written in place of sending, where a key of the settings is off": (
        "app/mailer.py",
        "def send_mail(shop_config, to_address):\n    if not shop_config.get('EMAIL_SEND', True):\n"
        "        logger.info('to %s', to_address)\n",
    ),
    "written in place of sending, otherwise": (
        "app/mailer.py",
        "def notify(settings, to_address):\n    if settings.smtp_host is not None:\n        connect(to_address)\n"
        "    else:\n        logger.info('to %s', to_address)\n",
    ),
    "a stand-in for a sender": (
        "app/senders.py",
        "class NoopSender:\n    def send(self, email):\n        logger.info('to %s', email)\n",
    ),
    "a stand-in that writes to the log": (
        "app/senders.py",
        "class LogMailer:\n    def send(self, email):\n        logger.info('to %s', email)\n",
    ),
    "the account of a first start": (
        "app/init_db.py",
        "def run(account):\n    logger.info('made %s', account.email)\n",
    ),
    "a text that says so": (
        "app/senders.py",
        "def deliver(email):\n    logger.info(f'would have sent it to {email}')\n",
    ),
    "a tool that is told the address on its command line": (
        "app/change_role.py",
        "import sys\n\ndef main():\n    email = sys.argv[1]\n    logger.info('of %s', email)\n\n"
        "if __name__ == '__main__':\n    main()\n",
    ),
    "contacts of other parties": (
        "app/reports.py",
        "def takedown_contacts(answer):\n    for email in answer['all_emails']:\n        logger.info('%s', email)\n",
    ),
    "accounts that are made up": ("app/seed_database.py", "def fill(account):\n    logger.info('made %s', account.email)\n"),
    "the address of a machine": (
        "app/service_accounts.py",
        "def show(found):\n    logger.info('%s', found['email'])\n",
    ),
    "a form's field that holds the name of a user": (
        "app/forms.py",
        "class SignIn(Base):\n    def validate(self):\n        logger.info('%s', self.email.data)\n"
        "        return find_user(username=self.email.data)\n",
    ),
}

ADDRESSES = {
    "a branch on something else": (
        "app/mailer.py",
        "def send_mail(settings, to_address):\n    if not settings.SMTP_HOST:\n        return\n"
        "    if not connect(to_address):\n        logger.info('to %s', to_address)\n",
    ),
    "a branch that production takes": (
        "app/mailer.py",
        "def send_mail(settings, to_address):\n    if not settings.EMAIL_DEBUG:\n        logger.info('to %s', to_address)\n",
    ),
    "a branch where it is switched on": (
        "app/mailer.py",
        "def send_mail(settings, to_address):\n    if settings.SMTP_HOST:\n        logger.info('to %s', to_address)\n",
    ),
    "a setting of another thing": (
        "app/accounts.py",
        "def register(settings, email):\n    if not settings.INVITES_ONLY:\n        logger.info('new %s', email)\n",
    ),
    "a sender": ("app/senders.py", "class Sender:\n    def send(self, email):\n        logger.info('to %s', email)\n"),
    "a failure": ("app/senders.py", "def deliver(email):\n    logger.error(f'not sent to {email}')\n"),
    "a server that can be run by hand": (
        "app/serving.py",
        "from flask import Flask\nimport sys\n\napp = Flask(__name__)\n\ndef register(email):\n    logger.info('%s', email)\n\n"
        "if __name__ == '__main__':\n    app.run(port=sys.argv[1])\n",
    ),
    "a server of another kind that can be run by hand": (
        "app/receiving.py",
        "import argparse\n\nclass Receiver:\n    def handle(self, email):\n        logger.info('%s', email)\n\n"
        "if __name__ == '__main__':\n    argparse.ArgumentParser().parse_args()\n",
    ),
    "a form's field that becomes an address as well": (
        "app/forms.py",
        "class SignUp(Base):\n    def save(self):\n        logger.info('%s', self.email.data)\n"
        "        return add_user(username=self.email.data, email=self.email.data)\n",
    ),
}


def confidence(path: str, code: str) -> list[Confidence]:
    return [f.confidence for f in testing.run_rule("SEC017", {"app/__init__.py": "", path: HEAD + code})]


@pytest.mark.parametrize("case", NOTES)
def test_what_hardly_shows_a_persons_address_is_a_note(case: str) -> None:
    assert confidence(*NOTES[case]) == [Confidence.LOW]


@pytest.mark.parametrize("case", ADDRESSES)
def test_an_address_is_reported(case: str) -> None:
    (found,) = confidence(*ADDRESSES[case])
    assert found > Confidence.LOW


VALUES = """
class Value:
    def __init__(self, value):
        self.value = value

class Title(Value):
    pass
"""
ADDRESS = """
class Address(Value):
    pass

def make(email):
    return Address(email)
"""
SHOWN = """
def show(title: Title, other: Value, address):
    Title(address.street)
    logger.info("%s", title.value)
"""


def test_what_all_values_share_does_not_make_one_of_them_an_address() -> None:
    found = testing.run_rule("SEC017", {"app/values.py": HEAD + VALUES + ADDRESS + SHOWN})
    assert {f.confidence for f in found} <= {Confidence.LOW}


def test_what_the_only_class_over_a_base_is_given_counts() -> None:
    alone = VALUES.replace("Title", "Address") + "\ndef make(email):\n    return Address(email)\n"
    shown = "\ndef show(address: Address):\n    logger.info('%s', address.value)\n"
    found = testing.run_rule("SEC017", {"app/values.py": HEAD + alone + shown})
    assert [f.confidence > Confidence.LOW for f in found] == [True]


RECORDS = """
from dataclasses import dataclass

@dataclass
class Account:
    email: str

class Discount:
    def __str__(self):
        return "a discount"

def first(kind):
    return kind()

def one(name):
    if name:
        return Account("")
    return Discount()

def check(name):
    found = one(name)
    logger.info("wrong %s", found)
"""


def test_a_thing_of_several_kinds_of_which_one_shows_no_address_is_a_note() -> None:
    found = testing.run_rule("SEC017", {"app/records.py": HEAD + RECORDS})
    assert [f.confidence for f in found] == [Confidence.LOW]
