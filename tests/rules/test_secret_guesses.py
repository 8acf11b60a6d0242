"""How sure SEC003 and SEC004 are, where a case's marks cannot say it: what is a mere guess is a note."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
import logging
from django.conf import settings
logger = logging.getLogger(__name__)
"""

GUESSES = {
    "the half of a pair that everybody may know": (
        "app/pictures.py",
        "def sign():\n    api_key = settings.PICTURES.get('API_KEY')\n    api_secret = settings.PICTURES.get('API_SECRET')\n"
        "    logger.info('with %s', api_key)\n    return digest(api_key, api_secret)\n",
    ),
    "written in place of a message that nothing can send": (
        "app/messages.py",
        "def send_code(phone, otp_code):\n    provider = settings.SMS_PROVIDER\n    if not provider:\n"
        "        logger.warning('%s', otp_code)\n        return\n    provider.send(phone, otp_code)\n",
    ),
    "a token that says nothing": ("app/locks.py", "def give_up(token):\n    logger.warning('%s', token)\n"),
    "a token behind a word that says nothing": (
        "app/locks.py",
        "def give_up(remote_token: str):\n    logger.warning('%s', remote_token)\n",
    ),
    "a token of which only the module says something": (
        "app/sessions.py",
        "def give_up(token):\n    logger.warning('%s', token)\n",
    ),
    "a token in a function about users, and no more": (
        "app/sessions.py",
        "def store_user(token):\n    logger.warning('%s', token)\n",
    ),
    "one of a list of words": (
        "app/guessing.py",
        "def attack(path):\n    for password in open(path).readlines():\n        logger.info('%s', password)\n",
    ),
    "the id of a key": ("app/clouds.py", "def sign(access_key):\n    logger.info('%s', access_key)\n"),
    "a field of a line": (
        "app/extracts.py",
        "def field(tokens, at):\n    logger.info('%s', get_token_value(tokens, at))\n",
    ),
    "an address that may hold no password": ("app/schema.py", "def upgrade(db_url: str):\n    logger.info('%s', db_url)\n"),
}

GUESSES |= {
    "a row that a query found": (
        "app/clouds.py",
        "def fetch(user_id):\n    cloud_credentials = Credentials.query.filter_by(user_id=user_id).first()\n"
        "    logger.info('%s', cloud_credentials)\n",
    ),
    "a doubtful attribute in a module about sessions": (
        "app/verification.py",
        "def spend(proof):\n    logger.debug('%s', proof.secret)\n",
    ),
    "handed to a route": (
        "app/users/pages.py",
        "from flask import Flask\n\napp = Flask(__name__)\n\n"
        "@app.get('/welcome/<token>')\ndef welcome(token):\n    logger.warning('%s', token)\n",
    ),
    "sent by a person": (
        "app/users/pages.py",
        "def welcome(request):\n    token = request.args['token']\n    logger.warning('%s', token)\n",
    ),
    "in a function about signing in": ("app/views.py", "def login(token):\n    logger.warning('%s', token)\n"),
    "of a user": ("app/views.py", "def show(user):\n    logger.warning('%s', user.token)\n"),
    "out of the settings, where another one says that it is shown": (
        "app/schema.py",
        "def upgrade():\n    if settings.SHOW_DATABASE:\n        logger.info('%s', settings.DATABASE_URL)\n",
    ),
    "an address that a caller gives": ("app/schema.py", "def upgrade(database_url):\n    logger.info('%s', database_url)\n"),
}
GUESSES["the headers of what was sent with none set"] = (
    "app/clients.py",
    "def fetch(client):\n    response = client.get('/')\n    logger.info('%s', response.request.headers)\n",
)
GUESSES["a token in front of another word, with nothing around it"] = (
    "app/auth/locks.py",
    "def give_up(local_token):\n    logger.warning('%s', local_token)\n",
)

GUESSES["a doubtful attribute of which nothing else is known"] = (
    "app/coins.py",
    "def spend(proof):\n    logger.debug('%s', proof.secret)\n",
)
GUESSES["part of a message that is signed"] = (
    "app/hooks.py",
    "import hmac\n\ndef login(request):\n    token = request.args['token']\n"
    "    if request.args['mark'] != hmac.new(KEY, msg=text(STAMP + token)).hexdigest():\n"
    "        logger.info('%s', token)\n",
)

GUESSES["the key of an entry"] = (
    "app/vaults.py",
    "def read(secret_data, secret_key):\n    logger.info('%s', secret_key)\n    return secret_data.get(secret_key)\n",
)
GUESSES["the key of an entry that is written"] = (
    "app/images.py",
    "def login(known, image, entry):\n    auth_key = key_of(image)\n    logger.info('%s', auth_key)\n"
    "    known.update({auth_key: entry})\n",
)
GUESSES["what a command has made for its operator"] = (
    "app/management/commands/create_reviewer.py",
    "def handle(users):\n    password = drawn()\n    users.create('reviewer', password=password)\n"
    "    logger.info('%s', password)\n",
)

CREDENTIALS = {
    "an address out of the settings": ("app/schema.py", "def upgrade():\n    logger.info('%s', settings.DATABASE_URL)\n"),
    "an address out of the environment": (
        "app/cache.py",
        "import os\n\ndef connect():\n    redis_url = os.getenv('REDIS_URL')\n    if redis_url:\n"
        "        logger.info('%s', redis_url)\n",
    ),
    "written beside a message that is sent": (
        "app/messages.py",
        "def send_code(phone, otp_code):\n    provider = settings.SMS_PROVIDER\n    if provider:\n"
        "        provider.send(phone, otp_code)\n    logger.warning('%s', otp_code)\n",
    ),
    "the headers of a request that comes in": (
        "app/views.py",
        "def show(request):\n    logger.info('%s', request.headers)\n",
    ),
    "the headers of what was sent with an authorization": (
        "app/clients.py",
        "def fetch(client):\n    response = client.get('/', auth=me())\n    logger.info('%s', response.request.headers)\n",
    ),
    "in a module about sessions, and a text": (
        "app/sessions.py",
        "def give_up(token: str):\n    logger.warning('%s', token)\n",
    ),
    "verified in the same function": (
        "app/calls.py",
        "def call_back(token):\n    if not serializer().loads(token):\n        logger.warning('%s', token)\n",
    ),
    "shown as a bearer's": (
        "app/calls.py",
        "def call(token):\n    logger.warning('%s', token)\n    return get(f'Bearer {token}')\n",
    ),
    "an API's key by which a caller is found": (
        "app/keys.py",
        "def who(known, api_key):\n    logger.info('%s', api_key)\n    return known.get(api_key)\n",
    ),
    "sent in a header": (
        "app/pagers.py",
        "class Pager:\n    def page(self):\n        logger.warning('%s', self.token)\n"
        "        post('/', headers={'X-Token': self.token})\n",
    ),
    "a setting in a command": (
        "app/management/commands/create_reviewer.py",
        "def handle():\n    logger.info('%s', settings.SMTP_PASSWORD)\n",
    ),
    "a term of two words": ("app/locks.py", "def give_up(access_token):\n    logger.warning('%s', access_token)\n"),
}


def confidence(path: str, code: str) -> list[Confidence]:
    return [f.confidence for f in testing.run_rule("SEC004", {"app/__init__.py": "", path: HEAD + code})]


@pytest.mark.parametrize("case", GUESSES)
def test_a_guess_is_a_note(case: str) -> None:
    assert set(confidence(*GUESSES[case])) <= {Confidence.LOW}


@pytest.mark.parametrize("case", CREDENTIALS)
def test_what_opens_a_door_is_reported(case: str) -> None:
    (found,) = confidence(*CREDENTIALS[case])
    assert found > Confidence.LOW


CLIENT = (
    HEAD
    + """
def send(address, loud=True):
    if loud:
        logger.info("asking %s", address)
    return get(address)

def order(api_key):
    return send(f"https://api.example.com/?key={api_key}"CALLED)
"""
)


@pytest.mark.parametrize(
    ("called", "sure"),
    [("", [Confidence.HIGH]), (", loud=True", [Confidence.HIGH]), (", loud=False", []), (", loud=LOUD", [Confidence.LOW])],
)
def test_a_branch_that_callers_decide_makes_it_a_guess(called: str, sure: list[Confidence]) -> None:
    found = testing.run_rule("SEC004", {"app/__init__.py": "", "app/calls.py": CLIENT.replace("CALLED", called)})
    assert [f.confidence for f in found] == sure


def test_a_branch_on_the_value_itself_is_none_that_callers_decide() -> None:
    code = CLIENT.replace("if loud:", "if address:").replace("CALLED", "")
    (found,) = testing.run_rule("SEC004", {"app/__init__.py": "", "app/calls.py": code})
    assert found.confidence == Confidence.HIGH


MADE = """
def register(session, name, password):
    user = User(name=name, password=GIVEN)
    session.add(user)
    logger.info("registered %s: %s", user.name, user.password)
"""


@pytest.mark.parametrize(("given", "counts"), [("bcrypt.hashpw(password, bcrypt.gensalt())", False), ("password", True)])
def test_what_an_object_was_made_with_tells_what_it_holds(given: str, counts: bool) -> None:
    code = "import bcrypt\n" + HEAD + MADE.replace("GIVEN", given)
    found = testing.run_rule("SEC004", {"app/__init__.py": "", "app/users.py": code})
    assert [f.confidence for f in found] == [Confidence.HIGH] * counts


def test_one_thing_that_a_token_says_is_not_the_token() -> None:
    code = "def signed_in(answer, field):\n    name = answer['id_token'].get(field)\n    logger.info('%s', name)\n"
    assert testing.run_rule("SEC004", {"app/__init__.py": "", "app/login.py": HEAD + code}) == []


PARTS = """
def send(parameters, shown):
    text = FORMAT
    logger.info("%s", text)


def run(api_key):
    send({"name": "a", "api_key": api_key}, "{name}")
"""


def test_what_a_text_takes_of_a_whole_mapping_is_a_guess() -> None:
    code = HEAD + PARTS.replace("FORMAT", "shown.format(**parameters)")
    assert {f.confidence for f in testing.run_rule("SEC004", {"app/a.py": code})} <= {Confidence.LOW}
    code = HEAD + PARTS.replace("FORMAT", "str(parameters)")
    assert [f.confidence for f in testing.run_rule("SEC004", {"app/a.py": code})] == [Confidence.HIGH]


def test_a_loop_over_a_mapping_goes_over_its_keys() -> None:
    code = HEAD + PARTS.replace("FORMAT", '", ".join(f"{name} = ?" for name in parameters)')
    assert testing.run_rule("SEC004", {"app/a.py": code}) == []


@pytest.mark.parametrize(("use", "counts"), [("open(private_key)", False), ("signed(private_key)", True)])
def test_what_is_opened_names_a_file(use: str, counts: bool) -> None:
    code = HEAD + f"def load(private_key):\n    logger.info('%s', private_key)\n    return {use}\n"
    assert bool(testing.run_rule("SEC004", {"app/__init__.py": "", "app/keys.py": code})) == counts


def test_the_text_of_an_exception_is_a_note() -> None:
    code = "def connect(access_token):\n    raise ValueError(f'cannot use {access_token}')\n"
    (found,) = testing.run_rule("SEC004", {"app/__init__.py": "", "app/calls.py": code})
    assert found.confidence == Confidence.LOW


def test_the_text_of_an_exception_counts_where_it_holds_a_setting_of_the_programs_own() -> None:
    code = (
        "import os\n\nfrom django.conf import settings\n\nAPI_KEY = os.environ['RATES_KEY']\n\n"
        "def refuse():\n    raise PermissionError(f'refused {API_KEY}')\n\n"
        "def fail():\n    raise ValueError('no access with %s' % settings.CLIENT_SECRET)\n\n"
        "def blame(request):\n    raise ValueError('no access with ' + request.headers['X-Api-Key'])\n"
    )
    found = [finding.confidence for finding in testing.run_rule("SEC004", {"app/rates.py": code})]
    assert found == [Confidence.MEDIUM, Confidence.MEDIUM, Confidence.LOW]


@pytest.mark.parametrize(
    ("route", "sure"), [("@app.post('/in')\n", Confidence.HIGH), ("", Confidence.MEDIUM)], ids=["a handler", "a function"]
)
def test_a_mapping_of_which_the_secret_is_read_is_surest_as_the_body_of_a_request(route: str, sure: Confidence) -> None:
    code = (
        "import logging\nfrom fastapi import FastAPI\napp = FastAPI()\nlogger = logging.getLogger(__name__)\n\n"
        f"{route}def enter(data: dict):\n    logger.info('%s', data)\n    return check(data['password'])\n"
    )
    assert [finding.confidence for finding in testing.run_rule("SEC004", {"app/doors.py": code})] == [sure]


SIGNED = """\\
import hashlib
import hmac

def signed(body, secret_key):
    return hmac.new(secret_key, body, hashlib.sha1).hexdigest()
"""

SENT = (
    SIGNED
    + """
def send(client, body, secret_key):
    return client.get("https://api.example.com", params={"signature": signed(body, secret_key)})
"""
)

VERIFIED = (
    SIGNED
    + """
def allowed(body, given, secret_key):
    return hmac.compare_digest(signed(body, secret_key), given)
"""
)

OWN_KEY = """\
import hashlib
from django.conf import settings

def calendar_token(doctor):
    return hashlib.md5(f"{doctor.pk}:{settings.SECRET_KEY}".encode()).hexdigest()
"""
IN_SESSION = """\
import hashlib
import hmac
from flask import session

def remember(user, secret_key):
    session["mark"] = hmac.new(secret_key, user.name, hashlib.sha1).hexdigest()
"""
THROUGH_TEXT = (
    SIGNED
    + """
def text(value):
    if isinstance(value, str):
        return value
    return value.decode("utf-8")

def code(body, secret_key):
    return text(signed(body, secret_key))

def allowed(body, given, secret_key):
    return code(body, secret_key) == given
"""
)
BY_OWN_COMPARISON = (
    SIGNED
    + """
def allowed(body, given, secret_key):
    return compare(given, signed(body, secret_key))
"""
)
BY_ITS_METHOD = """\
from cryptography.hazmat.primitives import hashes, hmac

def allowed(body, given, secret_key):
    made = hmac.HMAC(secret_key, hashes.SHA1())
    made.update(body)
    made.verify(given)
"""
SIGNER = """\
from django.core.signing import Signer

class HexSigner(Signer):
    pass

def mark(text):
    return HexSigner(algorithm="sha1").sign(text)
"""
OTHER_RESULT = """\
import hashlib
import hmac

def known(body, secret_key, names):
    found = hmac.new(secret_key, body, hashlib.sha1)
    if hmac.compare_digest(body, secret_key):
        return None
    return found.hexdigest()
"""

HOOK = """\
import hashlib
import hmac

def signed(contents, secret):
    return hmac.new(secret, contents, hashlib.sha1).hexdigest()

def allowed(request, secret):
    return hmac.compare_digest(signed(request.body, secret), request.headers["X-Signature"])
"""

TRUST = {
    "of the body of a hook's request": (HOOK, Confidence.LOW),
    "only sent along": (SENT, Confidence.LOW),
    "given to nobody here": (SIGNED, Confidence.LOW),
    "another comparison in the same function": (OTHER_RESULT, Confidence.LOW),
    "verified": (VERIFIED, Confidence.HIGH),
    "verified through a function that makes text of it": (THROUGH_TEXT, Confidence.HIGH),
    "verified by a comparison of the project's own": (BY_OWN_COMPARISON, Confidence.HIGH),
    "verified by its own method": (BY_ITS_METHOD, Confidence.HIGH),
    "kept in the session": (IN_SESSION, Confidence.HIGH),
    "a signer": (SIGNER, Confidence.HIGH),
    "made with the service's own key": (OWN_KEY, Confidence.MEDIUM),
}


def _trust(files: dict[str, str]) -> list[Confidence]:
    return [found.confidence for found in testing.run_rule("SEC003", {"app/__init__.py": "", **files})]


@pytest.mark.parametrize("case", TRUST)
def test_a_signature_is_weak_for_sure_where_this_project_trusts_it(case: str) -> None:
    code, expected = TRUST[case]
    assert _trust({"app/partner.py": code}) == [expected]


def test_what_is_made_beside_a_verified_signature_is_as_sure() -> None:
    beside = """
def link(body, secret_key):
    return hmac.new(secret_key, body, hashlib.sha1).hexdigest()

def other(body, secret_key):
    return hmac.new(secret_key, body, hashlib.md5).hexdigest()
"""
    assert _trust({"app/partner.py": VERIFIED + beside}) == [Confidence.HIGH, Confidence.HIGH, Confidence.LOW]


def test_a_comparison_in_the_tests_verifies_nothing() -> None:
    tests = "from app.partner import signed\n\ndef test_signed():\n    assert signed(b'', b'') == 'abc'\n"
    assert _trust({"app/partner.py": SIGNED, "tests/test_partner.py": tests}) == [Confidence.LOW]


def test_the_note_says_what_is_not_proved() -> None:
    (found,) = testing.run_rule("SEC003", {"app/__init__.py": "", "app/partner.py": SENT})
    assert "nothing here verifies" in found.message


PERSON = """\
import logging

logger = logging.getLogger(__name__)

def change(email):
    logger.info("changed %s", email)
"""


@pytest.mark.parametrize(
    ("path", "sure"),
    [("tools/change.py", False), ("app/change.py", True), ("app/management/commands/change.py", True)],
)
def test_what_a_tool_says_of_a_person_it_says_to_its_operator(path: str, sure: bool) -> None:
    (found,) = testing.run_rule("SEC017", {"app/__init__.py": "", path: PERSON})
    assert (found.confidence > Confidence.LOW) is sure


KEPT_ELSEWHERE = {
    "shop/store.py": """
class Users:
    def __init__(self, cursor):
        self.cursor = cursor
    def add(self, email, value):
        return self.insert(email, value)
    def insert(self, email, value):
        self.cursor.execute("INSERT INTO users (email, hash) VALUES (%s, %s)", (email, value))
class Remote:
    def add(self, email, value):
        return requests.post("https://example.com", json={"email": email, "digest": value})
""",
    "shop/service.py": """
import hashlib
from shop.store import {store}
def sign_up(store: {store}, email, password):
    digest = hashlib.md5(password.encode()).hexdigest()
    return store.add(email, digest)
""",
}


@pytest.mark.parametrize(("store", "sure"), [("Users", True), ("Remote", False)])
def test_a_digest_is_followed_to_where_other_modules_keep_it(store: str, sure: bool) -> None:
    files = {path: code.replace("{store}", store) for path, code in KEPT_ELSEWHERE.items()}
    found = testing.run_rule("SEC001", files)
    assert [finding.confidence > Confidence.LOW for finding in found] == [sure]


MASKS = """
import logging
from app.pages import logger

class SensitiveFilter(logging.Filter):
    def filter(self, record):
        record.msg = hide(record.msg)
        return True

def start():
    INSTALLED
"""


@pytest.mark.parametrize(
    ("installed", "sure"),
    [
        ("logger.addFilter(SensitiveFilter())", Confidence.LOW),
        ("logging.config.dictConfig({'filters': {'hide': {'()': 'app.logs.SensitiveFilter'}}})", Confidence.LOW),
        ("structlog.configure(processors=[SensitiveFilter])", Confidence.LOW),
        ("logger.addFilter(RequestId())", Confidence.HIGH),
    ],
)
def test_what_something_masks_on_the_way_is_a_guess(installed: str, sure: Confidence) -> None:
    page = HEAD + "def show(request):\n    logger.info('%s', request.headers)\n"
    files = {"app/__init__.py": "", "app/pages.py": page, "app/logs.py": MASKS.replace("INSTALLED", installed)}
    assert [f.confidence for f in testing.run_rule("SEC004", files)] == [sure]


INVITES = """
from app.models import Invite

def register(request):
    invite_token = request.POST["invite_token"]
    invite = Invite.objects.filter(LOOKED_UP).first()
    if TEST:
        logger.error("invite %s", invite_token)
    return invite
"""
MODELS = "from django.db import models\n\nclass Invite(models.Model):\n    token = models.CharField(max_length=9)\n"


@pytest.mark.parametrize(
    ("looked_up", "test", "sure"),
    [
        ("token=invite_token", "not invite", Confidence.LOW),
        ("token=invite_token", "invite is None", Confidence.LOW),
        ("token=invite_token", "invite", Confidence.HIGH),
        ("name=request.POST['name']", "not invite", Confidence.HIGH),
    ],
)
def test_a_token_that_nobody_holds_is_a_guess(looked_up: str, test: str, sure: Confidence) -> None:
    code = HEAD + INVITES.replace("LOOKED_UP", looked_up).replace("TEST", test)
    files = {"app/__init__.py": "", "app/models.py": MODELS, "app/views.py": code}
    assert [f.confidence for f in testing.run_rule("SEC004", files)] == [sure]


ADDRESS = """
class Credentials:
    def __init__(self, dsn: str, key: str):
        self.dsn = dsn
        self.key = key

def connect(credentials: Credentials):
    logger.info("%s", credentials.dsn)
    return Search(credentials.dsnAPART)
"""


@pytest.mark.parametrize(("apart", "sure"), [(", api_key=credentials.key", Confidence.LOW), ("", Confidence.HIGH)])
def test_an_address_beside_which_the_credential_stands_is_a_guess(apart: str, sure: Confidence) -> None:
    code = ADDRESS.replace("APART", apart)
    found = testing.run_rule("SEC004", {"app/__init__.py": "", "app/stores.py": HEAD + code})
    assert [f.confidence for f in found] == [sure]
