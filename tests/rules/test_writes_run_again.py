"""DBS007: two writes of which a second run makes good what the first has left out are a note."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models

class User(models.Model):
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    draft_id = models.TextField(null=True)

class Profile(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    team = models.TextField()

"""
COMPARED = """\
def log_in(user: User, name: str, team: str) -> None:
    changed = False
    if name != {kept}:
        user.name = name
        changed = True
    if changed:
        user.save()
    profile = Profile.objects.get(user=user)
    if team != profile.team:
        profile.user = user
        profile.save()
"""
DRAFTED = """\
def announce(user: User, profile: Profile) -> None:
    profile.team = "none"
    profile.save()
    user.draft_id = {make}(user.draft_id, profile)
    user.save()
"""
SIGNED_OUT = """\
def {name}(user: User) -> None:
    Profile.objects.filter(user=user).delete()


def close(user: User) -> None:
    {name}(user)
    user.is_active = False
    user.save()
"""
EXECUTED = """\
from databases import Database

database = Database("postgresql://db/shop")


async def tidy(shop_id: int) -> None:
    await database.execute("{first}", {{"shop_id": shop_id}})
    await database.execute("{second}", {{"shop_id": shop_id}})
"""
FOUND = """\
def keep(name: str, team: str) -> None:
    user, _ = User.objects.{make}(name=name)
    {then}
"""
FILLED = """\
def keep(name: str, team: str) -> None:
    user{rest} = User.objects.{make}(name=name)
    user.draft_id = team
    user.save()
    Profile.objects.create(user=user)
"""
SAVED_FORM = """\
from django.forms import ModelForm

class UserForm(ModelForm): ...

def keep(form: UserForm, other: int) -> None:
    saved = form.save()
    user = User.objects.get(id={key})
    user.draft_id = saved.name
    user.save()
"""
WORKED_OUT = """\
def keep(user: User, profile: Profile) -> None:
    user.is_active = True
    profile.user = user
    user.save()
    {name}(profile)
    profile.save()
"""
NAMED = """\
def {name}(name: str) -> None:
    user = User.objects.get(name=name)
    user.is_active = True
    user.save()
    Profile.objects.{make}(user=user)
"""
FETCHED = """\
def keep({name}, user: User, profile: Profile) -> None:
    user.name = {name}.name
    user.save()
    profile.user = user
    profile.team = {name}.team
    profile.save()
"""
NESTED = """\
from sqlalchemy.orm import Session

def leave(session: Session, order, line) -> None:
    {begin}
    session.delete(line)
    session.commit()
    order.line = line
    session.add(order)
    session.commit()
"""
CLEANED = "DELETE FROM stores WHERE shop_id = :shop_id AND state = 'off'"
ONCE = "INSERT INTO stores (shop_id) VALUES (:shop_id) ON CONFLICT (shop_id) DO NOTHING"


@pytest.mark.parametrize(
    ("source", "confidence"),
    [
        (MODELS + COMPARED.format(kept="user.name"), Confidence.LOW),
        (MODELS + COMPARED.format(kept="''"), Confidence.HIGH),
        (MODELS + DRAFTED.format(make="create_draft_if_missing"), Confidence.LOW),
        (MODELS + DRAFTED.format(make="create_draft"), Confidence.HIGH),
        (MODELS + SIGNED_OUT.format(name="delete_all_open_sessions_of"), Confidence.LOW),
        (MODELS + SIGNED_OUT.format(name="delete_profiles_of"), Confidence.HIGH),
        (MODELS + FOUND.format(make="get_or_create", then="Profile.objects.create(user=user)"), Confidence.LOW),
        (MODELS + FOUND.format(make="update_or_create", then="Profile.objects.create(user=user)"), Confidence.HIGH),
        (MODELS + FOUND.format(make="update_or_create", then="Profile.objects.filter(user=user).delete()"), Confidence.LOW),
        (MODELS + FILLED.format(make="get_or_create", rest=", _"), Confidence.LOW),
        (MODELS + FILLED.format(make="get", rest=""), Confidence.HIGH),
        (MODELS + SAVED_FORM.format(key="saved.pk"), Confidence.LOW),
        (MODELS + WORKED_OUT.format(name="recalculate_team"), Confidence.HIGH),
        (MODELS + WORKED_OUT.format(name="renew_token"), Confidence.LOW),
        (MODELS + WORKED_OUT.format(name="choose_team"), Confidence.HIGH),
        (MODELS + NAMED.format(name="create_or_update_user", make="update_or_create"), Confidence.LOW),
        (MODELS + NAMED.format(name="create_or_update_user", make="create"), Confidence.HIGH),
        (MODELS + NAMED.format(name="activate_user", make="update_or_create"), Confidence.HIGH),
        (MODELS + FETCHED.format(name="fresh_data"), Confidence.LOW),
        (MODELS + FETCHED.format(name="data"), Confidence.HIGH),
        (NESTED.format(begin="session.begin_nested()"), Confidence.LOW),
        (NESTED.format(begin="session.flush()"), Confidence.HIGH),
        (EXECUTED.format(first=CLEANED, second="DELETE FROM shops WHERE shop_id = :shop_id AND state = 'off'"), None),
        (EXECUTED.format(first=CLEANED, second="DELETE FROM shops WHERE shop_id = :shop_id"), Confidence.LOW),
        (EXECUTED.format(first="UPDATE shops SET state = 'on' WHERE shop_id = :shop_id", second=ONCE), Confidence.LOW),
        (EXECUTED.format(first="UPDATE shops SET seats = seats + 1 WHERE shop_id = :shop_id", second=ONCE), Confidence.HIGH),
        (EXECUTED.format(first="INSERT INTO shops (shop_id) VALUES (:shop_id)", second=ONCE), Confidence.HIGH),
    ],
)
def test_how_sure_it_is(source: str, confidence: Confidence | None) -> None:
    """None: what only a key joins is no note either."""
    found = testing.run_rule("DBS007", {"shop/orders.py": source})
    assert [finding.confidence for finding in found] == ([confidence] if confidence is not None else [])


LOW, HIGH = Confidence.LOW, Confidence.HIGH
REACHED = """\
from celery import shared_task
from django.urls import path

{decorated}
def place(request):
    user = User.objects.create(name="new")
    Profile.objects.create(user=user, team="none")

def place_all(names):
    for name in names:
        user = User.objects.create(name=name)
    Profile.objects.create(user=user, team="none")

def moved(profile, user):
    user.name = profile.team
    user.save()
    profile.team = "none"
    profile.save()

def shown(request): ...

urlpatterns = [{urls}]
"""


@pytest.mark.parametrize(
    ("decorated", "urls", "confidences"),
    [
        ("", 'path("", place), path("all", place_all), path("move", moved)', [HIGH, HIGH, LOW]),
        ("@shared_task", "", [LOW, LOW, LOW]),
        ("@shared_task", 'path("", place)', [HIGH, LOW, LOW]),
        ("", 'path("shown", shown)', [LOW, LOW, LOW]),
        ("", "", [HIGH, HIGH, LOW]),
    ],
)
def test_what_no_request_comes_to(decorated: str, urls: str, confidences: list[Confidence]) -> None:
    files = {"shop/models.py": MODELS + REACHED.format(decorated=decorated, urls=urls)}
    assert [found.confidence for found in testing.run_rule("DBS007", files)] == confidences


OWN_SAVE = """\
class Team(models.Model):
    lead = models.ForeignKey(User, on_delete=models.CASCADE)

    def {name}(self, *args, **kwargs):
        super().save(*args, **kwargs)
        Profile.objects.filter(user=self.lead).update(team=self.pk)
"""


@pytest.mark.parametrize(("name", "confidence"), [("save", Confidence.LOW), ("put_in", Confidence.HIGH)])
def test_how_a_row_is_saved_is_for_whoever_saves_it(name: str, confidence: Confidence) -> None:
    found = testing.run_rule("DBS007", {"shop/models.py": MODELS + OWN_SAVE.format(name=name)})
    assert [each.confidence for each in found] == [confidence]


@pytest.mark.parametrize(
    ("imports", "does", "confidence"),
    [
        ("", "...", LOW),
        ("from shop.places_old import old", "...", LOW),
        ("from shop.places_old import old", "old()", HIGH),
    ],
)
def test_a_module_that_nobody_imports(imports: str, does: str, confidence: Confidence) -> None:
    old = """from shop.models import Profile, User

def old():
    user = User.objects.create(name="new")
    Profile.objects.create(user=user, team="none")
"""
    routes = f"from django.urls import path\n{imports}\ndef shown(request): {does}\nurlpatterns = [path('', shown)]\n"
    found = testing.run_rule("DBS007", {"shop/models.py": MODELS, "shop/places_old.py": old, "shop/urls.py": routes})
    assert [each.confidence for each in found] == [confidence]


NOTHING_NEW = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

session = Session()

class Base(DeclarativeBase):
    def save(self) -> None:
        session.add(self)
        session.commit()

class Shop(Base):
    __tablename__ = "shops"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Place(Base):
    __tablename__ = "places"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int]

def create_place(shop: Shop) -> Place:
    place = Place(shop_id=shop.id)
    session.add(place)
    session.commit()
    return place

def open_shop(name) -> None:
    shop = session.get(Shop, name)
    {then}
"""
SAVED_AGAIN = "place = create_place(shop)\n    {set}session.add(place)\n    session.commit()"
OTHER = "Place(shop_id=shop.id).save()\n    {set}shop.save()"


@pytest.mark.parametrize(
    ("then", "confidence"),
    [
        (SAVED_AGAIN.format(set=""), LOW),
        (SAVED_AGAIN.format(set="shop.name = 'open'\n    "), HIGH),
        (OTHER.format(set=""), LOW),
        (OTHER.format(set="shop.name = 'open'\n    "), HIGH),
        (OTHER.format(set="name_it(shop)\n    "), HIGH),
    ],
)
def test_a_second_commit_that_keeps_nothing_new(then: str, confidence: Confidence) -> None:
    found = testing.run_rule("DBS007", {"shop/shops.py": NOTHING_NEW.replace("{then}", then)})
    assert [each.confidence for each in found] == [confidence]


HANDED = """\
def place():
    user = User.objects.create(name="new")
    Profile.objects.create(user=user, team="none")

def place_all():
    {runs}(place)
"""


@pytest.mark.parametrize(("runs", "count"), [("run_in_transaction", 0), ("run_later", 1)])
def test_what_is_handed_to_what_runs_it_in_a_transaction(runs: str, count: int) -> None:
    assert len(testing.run_rule("DBS007", {"shop/models.py": MODELS + HANDED.format(runs=runs)})) == count


SERIALIZED = (
    MODELS
    + """\
from pymongo import MongoClient
from rest_framework import serializers, viewsets

db = MongoClient().shop

class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["name"]

    def create(self, validated_data):
        user = super().create(validated_data)
        {second}
        return user

class UserViewSet(viewsets.ModelViewSet):
    queryset = User.objects.all()
    serializer_class = UserSerializer
"""
)


@pytest.mark.parametrize(
    ("second", "confidence"),
    [("Profile.objects.create(user=user, team='none')", HIGH), ("db.profiles.insert_one({'user': user})", LOW)],
)
def test_documents_beside_rows_are_another_store(second: str, confidence: Confidence) -> None:
    routes = "from rest_framework.routers import DefaultRouter\nfrom shop.models import UserViewSet\n"
    routes += "router = DefaultRouter()\nrouter.register('users', UserViewSet)\nurlpatterns = router.urls\n"
    files = {"shop/models.py": SERIALIZED.replace("{second}", second), "shop/urls.py": routes}
    found = testing.run_rule("DBS007", files)
    assert [each.confidence for each in found] == [confidence]
