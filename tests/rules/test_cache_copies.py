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
"""

STATE = {
    "fields of one hash": """\
def put(room):
    redis_cache = redis.Redis()
    redis_cache.hset('rooms', room.id, json.dumps(room.body))
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
    "of unknown origin": """\
def keep(name, value):
    cache.set(f'prices:{name}', value, None)
""",
    "never read": """\
def publish(name, to):
    client.set(f'routes:{name}', to)
def run(session: Session):
    publish('a', session.execute(Q).scalar())
""",
}

COPIES = {
    "filled hash": """\
def room(key):
    found = client.hget('rooms', key)
    if found is None:
        found = load(key)
        client.hset('rooms', key, found)
    return found
""",
    "filled value": """\
def digest_of(path):
    found = client.get(path)
    if found is None:
        found = digest(path)
        client.set(path, found)
    return found
""",
    "never": """\
def total(name):
    cache.set('total', count(name), None)
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
    "read": """\
def publish(name, to):
    client.set(f'routes:{name}', to)
def route(name):
    return client.get(f'routes:{name}')
def run(session: Session):
    publish('a', session.execute(Q).scalar())
""",
}


@pytest.mark.parametrize("code", STATE.values(), ids=STATE)
def test_what_the_store_is_the_home_of_is_a_note_at_most(code: str) -> None:
    found = testing.run_rule("CCH001", {"shop/store.py": HEAD + code})
    assert all(finding.confidence is Confidence.LOW for finding in found)


@pytest.mark.parametrize("code", COPIES.values(), ids=COPIES)
def test_a_copy_is_told_at_a_surety_that_counts(code: str) -> None:
    found = testing.run_rule("CCH001", {"shop/store.py": HEAD + code})
    assert [finding.confidence > Confidence.LOW for finding in found] == [True]
