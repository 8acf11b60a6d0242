"""How sure CCH001 is that what is written is a copy, where a case's marks cannot say it."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
import json
import redis
from django.core.cache import cache
from sqlalchemy.orm import Session
client = redis.Redis()
def asked(name=None):
    return Session(ENGINE).execute(Q).scalar()
"""

STATE = {
    "other entries are written with an expiry": """\
def remember(name, body):
    client.set(f'page:{name}', json.dumps(body))
def remember_briefly(name, body):
    client.set(f'profile:{name}', json.dumps(body), ex=300)
""",
    "the same entries are written with an expiry elsewhere, and here it is said that they never end": """\
def remember(name, body):
    cache.set(f'profile:{name}', body, timeout=None)
def remember_briefly(name, body):
    cache.set(f'profile:{name}', body, timeout=300)
""",
    "a copy of one commit, which never grows old": """\
def page(repo, path, commit_sha):
    found = cache.get(f'page:{path}:{commit_sha}')
    if found is None:
        found = repo.read(path, commit_sha)
        cache.set(f'page:{path}:{commit_sha}', found, None)
    return found
""",
    "a record that is read and updated, or begun": """\
def kept(name, anew, **given):
    if anew:
        data = given
    else:
        data = cache.get(f'batch:{name}', {})
        data.update(given)
    cache.set(f'batch:{name}', data, timeout=None)
""",
    "a copy of one version": """\
def page(release, path):
    found = cache.get(f'page:{path}:{release.version}')
    if found is None:
        found = release.read(path)
        cache.set(f'page:{path}:{release.version}', found, None)
    return found
""",
    "a record that is made once, and refused where there is one": """\
def made(number, body):
    exists = client.get(f'{number}_order')
    if not exists:
        text = json.dumps(body)
        client.set(f'{number}_order', text)
        return number
    return False
""",
    "fields of one hash": """\
def put(room):
    redis_cache = redis.Redis()
    redis_cache.hset('rooms', room.id, json.dumps(room.body))
""",
    "a queue that is read and added to": """\
def add(number):
    waiting = cache.get('waiting', [])
    cache.set('waiting', list(set(waiting + [number])), None)
""",
    "a mode that whoever reads it sets back": """\
def mode():
    current = cache.get('mode', 'normal')
    if current not in ('normal', 'quiet'):
        put('normal')
    return current
def put(value):
    cache.set('mode', value, timeout=None)
""",
    "a plan that is loaded, changed and saved again": """\
def save(number, plan):
    client.set(f'plan:{number}', json.dumps(plan))
def load(number):
    return json.loads(client.get(f'plan:{number}'))
def done(number):
    plan = load(number)
    plan['state'] = 'done'
    save(number, plan)
""",
    "stamp": """\
def load_cache(path):
    stamp = digest(path)
    if client.get('stamp') == stamp:
        return
    client.set('stamp', stamp)
""",
    "goes on": """\
def add(name):
    totals = cache.get('totals', {})
    cache.set('totals', {**totals, name: 1}, None)
""",
    "figures of a process through a wrapper": """\
class FigureCache:
    def put(self, key, value, ttl=None):
        client.set(key, value, ex=ttl)
    def find(self, key):
        return client.get(key)
figures = FigureCache()
def tell(bot):
    figures.put(f'total:{bot.name}', bot.total)
""",
    "worked out for nobody that is known": """\
def total(name):
    cache.set('total', count(name), None)
""",
    "tables laid down, whose reader has nothing else to ask": """\
def lay_down(session: Session):
    redis_cache = redis.Redis()
    redis_cache.set('kinds', json.dumps(session.execute(Q).all()))
def kinds():
    return json.loads(client.get('kinds') or '[]')
""",
    "the job that runs": """\
def start(session: Session, study):
    made = session.execute(Q).scalar()
    client.set(f'study-{study}', json.dumps({'made': made}))
def shown(study):
    found = client.get(f'study-{study}')
    return json.loads(found) if found else None
""",
    "under a configured key beside one that is filled": """\
def lay_down(rows):
    client.set(config.get('kinds.key'), json.dumps(rows))
def names():
    found = client.get(config.get('names.key'))
    if found is None:
        found = load()
        client.set(config.get('names.key'), found, ex=60)
    return found
""",
    "written only when it changed, for others": """\
def load_settings(session: Session):
    settings = session.execute(Q).all()
    if settings != OWN.get('settings'):
        client.set('settings', json.dumps(settings))
        OWN['settings'] = settings
""",
    "of unknown origin": """\
def keep(name, value):
    cache.set(f'prices:{name}', value, None)
""",
    "read by one that asks nobody else": """\
def publish(name, to):
    client.set(f'routes:{name}', to)
def route(name):
    return client.get(f'routes:{name}')
def run(session: Session):
    publish('a', session.execute(Q).scalar())
""",
    "handed on by a client of the project's own": """\
def keep(key, value):
    client.set(key, value)
def route(name):
    found = client.get(f'routes:{name}')
    if found is None:
        found = load(name)
        keep(f'routes:{name}', found)
    return found
""",
    "a setting that is laid down when it is missing": """\
def options():
    if not client.get('options'):
        client.set('options', json.dumps(checked({})))
    return json.loads(client.get('options'))
""",
    "a key that is made when it is missing": """\
class Storage:
    def exists(self, key):
        return client.exists(key)
    def keep(self, key, value, ex=None):
        client.set(key, value, ex=ex)
    def read(self, key):
        return client.get(key)
def signing_key(storage: Storage):
    if not storage.read('signing-key'):
        storage.keep('signing-key', made())
    return storage.read('signing-key')
""",
    "an expiry that may be switched off": """\
def total(name, cached_for):
    found = client.get(f'total:{name}')
    if found is None:
        found = load(name)
        if settings.CACHE_SECONDS:
            client.set(f'total:{name}', found, ex=settings.CACHE_SECONDS)
        else:
            client.set(f'total:{name}', found)
    return found
""",
    "an index, one field for each": """\
class Index:
    def find(self, name):
        found = client.hget('places', name)
        if found is None:
            found = searched(name)
            client.hset('places', name, found)
        return found
    def forget(self, name):
        client.hdel('places', name)
""",
    "put in place by a start that only looks whether it is there": """\
class Cache:
    def read(self):
        return client.get('shop:settings')
    def make(self, is_open=False):
        client.set('shop:settings', json.dumps({'open': is_open, 'rates': rates()}))
def start(cache: Cache):
    if not cache.read():
        cache.make()
def settings(cache: Cache):
    return json.loads(cache.read())
""",
    "never read": """\
def publish(name, to):
    client.set(f'routes:{name}', to)
def run(session: Session):
    publish('a', session.execute(Q).scalar())
""",
    "what was seen last, compared as a set": """\
def seen(worker, cells):
    raw = client.get(f'cells:{worker}')
    last: list = []
    if raw:
        last: list = json.loads(raw)
    if set(cells) != set(last):
        client.set(f'cells:{worker}', json.dumps(cells))
""",
    "a secret that is made when it is missing": """\
def secret():
    found = client.get('secret')
    if found:
        return found
    made = generate()
    client.set('secret', made)
    return made
""",
    "what somebody begins, and goes on with": """\
def talk(user_id):
    found = client.get(f'talk:{user_id}')
    if found:
        return json.loads(found)
    made = Talk(user_id)
    client.set(f'talk:{user_id}', json.dumps(made.lines()))
    return made
""",
    "what another function moves on": """\
def game(number):
    found = client.get(f'game:{number}')
    if found:
        return json.loads(found)
    board = board_of(number)
    client.set(f'game:{number}', json.dumps(board))
    return board
def move(number, cell):
    board = game(number)
    client.set(f'game:{number}', json.dumps(moved(board, cell)))
""",
    "a list that is taken further": """\
class Ids:
    def put(self, ids):
        cache.set('ids', ids, timeout=None)
    def kept(self):
        return cache.get('ids', [])
    def fill(self, session: Session):
        if not self.kept():
            self.put(session.execute(Q).scalars().all())
    def add(self, number):
        ids = self.kept()
        more = ids + [number]
        self.put(more)
""",
    "other keys of a client of the project's own are filled": """\
class Kept:
    def put(self, key, value, ttl=None):
        client.set(key, value, ex=ttl)
    def find(self, key):
        return client.get(key)
kept = Kept()
def price(name):
    found = kept.find(f'price:{name}')
    if found is None:
        found = asked(name)
        kept.put(f'price:{name}', found, 60)
    return found
def begin(name, mode):
    kept.put(f'mode:{name}', mode)
""",
    "worked out here, and found again": """\
def digest_of(path):
    found = client.get(path)
    if found is None:
        found = digest(path)
        client.set(path, found)
    return found
""",
}

COPIES = {
    "filled hash": """\
def room(key, session: Session):
    found = client.hget('rooms', key)
    if found is None:
        found = session.execute(Q).scalar()
        client.hset('rooms', key, found)
    return found
""",
    "filled by one call": """\
def total(name):
    return cache.get_or_set('total', LIMIT, None)
""",
    "beside one that is filled": """\
def price(name):
    found = cache.get(f'prices:{name}')
    if found is None:
        found = load(name)
        cache.set(f'prices:{name}', found, 60)
    return found
def warm(prices):
    for name in prices:
        cache.set(f'prices:{name}', prices[name], None)
""",
    "filled by the one that reads": """\
def keep(name):
    value = asked(name)
    client.set(f'routes:{name}', value)
    return value
def route(name):
    return client.get(f'routes:{name}') or keep(name)
""",
    "filled by another function, and read again": """\
def fill(name):
    client.set(f'cached:{name}', load(name))
def price(name):
    if not client.get(f'cached:{name}'):
        fill(name)
    return client.get(f'cached:{name}')
""",
    "filled through a wrapper": """\
class Prices:
    def get(self, key):
        return client.get(f'prices:{key}')
    def put(self, key, value, ttl=None):
        client.set(f'prices:{key}', value, ex=ttl)
prices = Prices()
def price(name):
    found = prices.get(name)
    if found is None:
        found = asked(name)
        prices.put(name, found)
    return found
""",
    "read under another spelling of the key": """\
KEY = 'pair'
def pair():
    found = client.get(KEY)
    if found is None:
        found = asked()
        client.set(key_for('pair'), found)
    return found
""",
    "read and written by two methods of its own": """\
class Rates:
    def _kept(self, name):
        found = client.get(f'{PREFIX}{name}')
        return found if found is not None else None
    def _keep(self, name, value):
        client.set(f'{PREFIX}{name}', value)
    def rate(self, name):
        kept = self._kept(name)
        if kept is not None:
            return kept
        value = asked(name)
        self._keep(name, value)
        return value
PREFIX = 'rates:'
""",
    "asked for by a test of what is in it": """\
def labels(name):
    key = f'labels:{name}'
    if key not in cache:
        cache.set(key, load(name), None)
    return cache.get(key)
""",
    "the same entries are written with an expiry elsewhere": """\
def remember(name, body):
    client.set(f'profile:{name}', json.dumps(body))
def remember_briefly(name, body):
    client.set(f'profile:{name}', json.dumps(body), ex=300)
""",
    "the object's own key, filled elsewhere in the file": """\
class Count:
    @property
    def key(self):
        return make_key(self)
    def count(self):
        return cache.get_or_set(self.key, load, 60)
    def save(self, session: Session):
        cache.set(self.key, session.execute(Q).scalar(), None)
""",
}


GATHERED = """\
def put(name, order):
    kept = client.get(f'orders:{name}')
    if kept is None:
        kept = load(name)
        client.set(f'orders:{name}', json.dumps(kept))
        return
    kept = json.loads(kept)
    kept.append(order)
    client.set(f'orders:{name}', json.dumps(kept))
"""


def test_what_gathers_what_comes_in_is_a_note() -> None:
    found = testing.run_rule("CCH001", {"shop/store.py": HEAD + GATHERED})
    assert found[-1].confidence is Confidence.LOW


DATED = """\
def shown(name):
    kept = client.get(f'size:{name}')
    if kept is None:
        kept = [asked(name), {when}]
        client.set(f'size:{name}', json.dumps(kept))
    return kept
"""


@pytest.mark.parametrize(("when", "is_told"), [("time.time()", False), ("asked(name)", True)])
def test_what_says_itself_how_old_it_is_is_a_note(when: str, is_told: bool) -> None:
    (found,) = testing.run_rule("CCH001", {"shop/store.py": HEAD + DATED.replace("{when}", when)})
    assert (found.confidence > Confidence.LOW) is is_told


@pytest.mark.parametrize("code", STATE.values(), ids=STATE)
def test_what_the_store_is_the_home_of_is_a_note_at_most(code: str) -> None:
    found = testing.run_rule("CCH001", {"shop/store.py": HEAD + code})
    assert all(finding.confidence is Confidence.LOW for finding in found)


@pytest.mark.parametrize("code", COPIES.values(), ids=COPIES)
def test_a_copy_is_told_at_a_surety_that_counts(code: str) -> None:
    found = testing.run_rule("CCH001", {"shop/store.py": HEAD + code})
    assert [finding.confidence > Confidence.LOW for finding in found] == [True]


LAID_DOWN = """\
from celery import shared_task

{decorated}
def work_out(name='all'):
    found = cache.get({key})
    if found is None:
        found = load(name)
        cache.set({key}, found, {lives})
    return found
"""


@pytest.mark.parametrize(
    ("decorated", "key", "lives", "is_told"),
    [
        ("@shared_task", "'totals'", "None", False),
        ("@shared_task", "f'totals:{name}'", "None", True),
        ("", "'totals'", "None", True),
    ],
)
def test_one_entry_that_a_task_makes_anew_may_stay(decorated: str, key: str, lives: str, is_told: bool) -> None:
    code = LAID_DOWN.replace("{decorated}", decorated).replace("{key}", key).replace("{lives}", lives)
    (found,) = testing.run_rule("CCH001", {"shop/store.py": HEAD + code})
    assert (found.confidence > Confidence.LOW) is is_told


SWEPT = """\
from celery import shared_task
def fill(name):
    cache.set(f'totals:{name}', asked(name), None)
@shared_task
def refresh({given}):
    for name in asked():
        fill(name)
def totals(name):
    found = cache.get(f'totals:{name}')
    if found is None:
        fill(name)
    return found
"""


@pytest.mark.parametrize(
    ("given", "is_told"),
    [("", False), ("name", True)],
)
def test_entries_that_a_task_makes_anew_of_all_there_is_may_stay(given: str, is_told: bool) -> None:
    code = SWEPT.replace("{given}", given)
    (found,) = testing.run_rule("CCH001", {"shop/store.py": HEAD + code})
    assert (found.confidence > Confidence.LOW) is is_told


SHOWN = """\
def shown(name):
    number = cache.get(f'shown:{name}')
    if number is not None:
        return number
    user = Session(ENGINE).scalars(Q).first()
    if user is not None:
        cache.set(f'shown:{name}', user.id, timeout=None)
    return user
def belongs(name):
    user = Session(ENGINE).scalars(Q).first()
    cache.set(f'belongs:{name}', user.id, timeout=None)
"""


def test_a_reference_that_fills_a_miss_is_a_copy() -> None:
    found = testing.run_rule("CCH001", {"shop/users.py": HEAD + SHOWN})
    assert [each.confidence for each in found] == [Confidence.HIGH, Confidence.LOW]
