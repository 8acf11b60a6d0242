"""API008 over databases of documents: whose collections have a name and no class, and filters that are mappings."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SHOP = """\
from fastapi import Depends, FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import MongoClient

app = FastAPI()
db = AsyncIOMotorClient("mongodb://shop").shop
past = MongoClient("mongodb://shop")["shop"]["past_orders"]

def current_user() -> dict: ...

@app.post("/orders")
async def add(order: dict):
    await db.orders.insert_one(order)
    past.insert_one(order)

@app.get("/orders")
async def every(wanted: str | None = None, ids: list[str] = [], user: dict = Depends(current_user)):
"""


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        ("return await db.orders.find({}).to_list(None)", [Confidence.HIGH]),
        ('return await db["orders"].find().sort("at", -1).to_list(length=None)', [Confidence.HIGH]),
        ("return [order async for order in db.orders.find()]", [Confidence.HIGH]),
        (
            "found = []\n    async for each in db.orders.find():\n        found.append(each)\n    return found",
            [Confidence.HIGH],
        ),
        ("return {'orders': list(past.find({}, {'_id': 0}))}", [Confidence.HIGH]),
        (
            "query = {}\n    if wanted:\n        query['name'] = wanted\n    return await db.orders.find(query).to_list(None)",
            [Confidence.HIGH],
        ),
        ("return await db.orders.find({'customer': user['id']}).to_list(None)", [Confidence.MEDIUM]),
        ("return await db.orders.find({'status': 'waiting', 'customer': user['id']}).to_list(None)", [Confidence.LOW]),
        ("return await db.orders.find({'_id': {'$in': ids}}).to_list(None)", []),
        ("return await db.orders.find({'kind': wanted if wanted else {'$exists': True}}).to_list(None)", [Confidence.HIGH]),
        ("return await db.orders.find({'customer': wanted if wanted else 1}).to_list(None)", [Confidence.MEDIUM]),
        ("return await db.orders.find({'at': {'$gte': wanted, '$lt': wanted}}).to_list(None)", []),
        ("return await db.orders.find({}).to_list(100)", []),
        ("return await db.orders.find({}).limit(20).to_list(None)", []),
        ("return await db.units.find({}).to_list(None)", []),
    ],
)
def test_all_documents_of_a_collection_that_requests_fill(code: str, sure: list[Confidence]) -> None:
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": f"{SHOP}    {code}\n"})] == sure
