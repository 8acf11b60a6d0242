"""API008: what belongs to one thing that itself is one of many, to one of a few, or to nothing that is named, is a note."""

from __future__ import annotations

from textwrap import indent

from archlint import testing
from archlint.facts.findings import Confidence

LOW, MEDIUM, HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH
APP = """
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Post(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class PostResult(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    post_id = db.Column(db.ForeignKey("post.id"))


class MenuItem(db.Model):
    id = db.Column(db.Integer, primary_key=True)


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    shop = db.Column(db.String)


class Picture(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    photo = db.Column(db.String)


@app.post("/posts")
def make():
    db.session.add_all([Post(), PostResult(), MenuItem(), Order(), Picture()])
    db.session.commit()
    return "", 201


@app.get("/posts/<int:post_id>/results")
def results(post_id):
    return jsonify(PostResult.query.filter_by(post_id=post_id).all())


@app.get("/menu")
def menu():
    return jsonify(MenuItem.query.all())


@app.get("/<shop>/orders")
def orders(shop):
    return jsonify(Order.query.filter_by(shop=shop).all())


@app.get("/shops/<shop>/orders")
def orders_of_shop(shop):
    return jsonify(Order.query.filter_by(shop=shop).all())
"""


def test_what_belongs_to_one_of_many_or_of_a_few_is_a_note() -> None:
    found = testing.run_rule("API008", {"shop/app.py": APP})
    assert {each.message.split("`")[1].removeprefix("GET "): each.confidence for each in found} == {
        "/posts/{post_id}/results": LOW,
        "/menu": LOW,
        "/{shop}/orders": LOW,
        "/shops/{shop}/orders": MEDIUM,
    }


KEPT = """
from fastapi import FastAPI, Depends
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, Mapped

app = FastAPI()


class Base(DeclarativeBase): ...


class Address(Base):
    __tablename__ = "addresses"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]


class Store:
    def __init__(self, session: Session) -> None:
        self.session = session

    def list_all(self, **filters):
        query = select(Address)
        for name, value in filters.items():
            query = query.where(getattr(Address, name) == value)
        return self.session.scalars(query).all()


def get_session() -> Session: ...


@app.post("/addresses")
def make(user_id: int, session: Session = Depends(get_session)):
    session.add(Address(user_id=user_id))


@app.get("/addresses")
def addresses(user_id: int, session: Session = Depends(get_session)):
    return Store(session).list_all({GIVEN})
"""


def test_a_keyword_that_says_whose_rows_are_asked_for_is_a_condition() -> None:
    for given, sure in (("user_id=user_id", LOW), ("", HIGH)):
        found = testing.run_rule("API008", {"shop/app.py": KEPT.replace("{GIVEN}", given)})
        assert [each.confidence for each in found] == [sure], given


def test_a_view_that_lists_its_model_makes_no_rows_of_it() -> None:
    code = """
from django.db import models
from django.urls import path
from rest_framework import generics


class Entry(models.Model):
    pass


class Entries(generics.{kind}):
    model = Entry
    queryset = Entry.objects.all()


urlpatterns = [path("entries/", Entries.as_view())]
"""
    settings = {"app/settings.py": 'ROOT_URLCONF = "app.urls"\nREST_FRAMEWORK = {}\n'}
    found = {
        kind: [f.confidence for f in testing.run_rule("API008", {**settings, "app/urls.py": code.replace("{kind}", kind)})]
        for kind in ("ListAPIView", "ListCreateAPIView")
    }
    assert found == {"ListAPIView": [], "ListCreateAPIView": [HIGH]}


def test_rows_that_only_questions_make_were_missing_when_they_were_looked_for() -> None:
    code = """
from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

router = APIRouter()


class Base(DeclarativeBase): ...


class Period(Base):
    __tablename__ = "periods"
    id: Mapped[int] = mapped_column(primary_key=True)
    year_id: Mapped[int]


def require_admin(): ...


@router.delete("/admin/all", dependencies=[Depends(require_admin)])
def clear(session: Session): ...


@router.{method}("/periods/this")
def this(session: Session):
    session.add(Period())


@router.get("/periods")
def every(session: Session):
    return session.scalars(select(Period)).all()
"""
    found = {
        method: [f.confidence for f in testing.run_rule("API008", {"app/web.py": code.replace("{method}", method)})]
        for method in ("get", "post")
    }
    assert found == {"get": [LOW], "post": [MEDIUM]}


def test_rows_to_whose_making_nothing_leads_come_with_the_installation() -> None:
    code = """
from fastapi import APIRouter
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

router = APIRouter()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


class Challenge(Base):
    __tablename__ = "challenges"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Kept:
    def add(self, session: Session):
        session.add(Challenge())
        session.add(User())


{maker}
@router.get("/challenges")
def challenges(session: Session):
    return session.scalars(select(Challenge)).all()


@router.get("/users")
def users(session: Session):
    return session.scalars(select(User)).all()
"""
    maker = '@router.post("/all")\ndef add(session: Session):\n    Kept().add(session)\n\n\n'
    found = [
        [f.confidence for f in testing.run_rule("API008", {"app/web.py": code.replace("{maker}\n", each)})]
        for each in ("", maker)
    ]
    assert found == [[LOW, HIGH], [HIGH, HIGH]]


def test_a_view_lists_what_its_branch_for_lists_gives() -> None:
    code = """
from django.db import models
from django.urls import path
from rest_framework import viewsets
from rest_framework.routers import DefaultRouter


class Member(models.Model):
    team = models.CharField()


class Members(viewsets.ModelViewSet):
    def get_queryset(self):
{body}


router = DefaultRouter()
router.register("members", Members)
urlpatterns = router.urls
"""
    one = 'Member.objects.filter(team=self.request.query_params["team"])'
    every = "Member.objects.all()"
    bodies = {
        f'if self.action == "list":\n    return {one}\nreturn {every}': LOW,
        f'if self.action != "list":\n    return {every}\nelse:\n    return {one}': LOW,
        f'if self.action in ("retrieve", "destroy"):\n    return {every}\nreturn {one}': LOW,
        f'if self.action == "retrieve":\n    return {one}\nreturn {every}': HIGH,
        f"if self.request.user.is_staff:\n    return {every}\nreturn {one}": HIGH,
    }
    settings = {"app/settings.py": 'ROOT_URLCONF = "app.urls"\nREST_FRAMEWORK = {}\n'}
    found = {
        body: testing.run_rule("API008", {**settings, "app/urls.py": code.replace("{body}", indent(body, " " * 8))})[
            0
        ].confidence
        for body in bodies
    }
    assert found == bodies


def test_of_what_grows_one_thing_and_one_person_have_few_of_some_kinds() -> None:
    code = """
from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

router = APIRouter()


class Base(DeclarativeBase): ...


class {kind}(Base):
    __tablename__ = "kept"
    id: Mapped[int] = mapped_column(primary_key=True)
    club: Mapped[int]
    state: Mapped[str]
    user_id: Mapped[int]


@router.post("/all")
def add(session: Session):
    session.add({kind}())


@router.get("/clubs/{club}/{path}")
def of_club(club: int, session: Session):
    return session.scalars(select({kind}).where({kind}.club == club)).all()


@router.get("/clubs/{club}/{path}/open")
def open_of_club(club: int, session: Session):
    return session.scalars(select({kind}).where({kind}.club == club, {kind}.state == "open")).all()


@router.get("/{path}")
def mine(session: Session):
    return session.scalars(select({kind}).where({kind}.user_id == current_user.id)).all()
"""
    found = {
        kind: [
            f.confidence
            for f in testing.run_rule(
                "API008", {"app/web.py": code.replace("{kind}", kind).replace("{path}", kind.lower() + "s")}
            )
        ]
        for kind in ("Message", "Request", "Ticket", "Favorite")
    }
    assert found == {
        "Message": [MEDIUM, LOW, MEDIUM],
        "Request": [LOW, LOW, LOW],
        "Ticket": [MEDIUM, LOW, LOW],
        "Favorite": [LOW, LOW, LOW],
    }


def test_a_view_whose_own_get_asks_the_library_lists_as_the_library_does() -> None:
    code = """
from django.db import models
from django.urls import path
from rest_framework import generics


class Order(models.Model):
    pass


class Orders(generics.ListCreateAPIView):
    queryset = Order.objects.all()

    def get(self, request, *args, **kwargs):
        return {answer}


urlpatterns = [path("orders/", Orders.as_view())]
"""
    settings = {"app/settings.py": 'ROOT_URLCONF = "app.urls"\nREST_FRAMEWORK = {}\n'}
    answers = {
        "self.list(request, *args, **kwargs)": [HIGH],
        "super().get(request, *args, **kwargs)": [HIGH],
        "Response(len(self.get_queryset()))": [],
    }
    found = {
        answer: [
            f.confidence for f in testing.run_rule("API008", {**settings, "app/urls.py": code.replace("{answer}", answer)})
        ]
        for answer in answers
    }
    assert found == answers


def test_what_a_view_asks_its_library_for_is_what_its_attribute_holds() -> None:
    code = """
from django.db import models
from django.urls import path
from rest_framework import generics


class Order(models.Model):
    pass


class Orders(generics.ListCreateAPIView):
    queryset = Order.objects.all()

    def get_queryset(self):
        found = super().get_queryset().prefetch_related("lines")
        return found


urlpatterns = [path("orders/", Orders.as_view())]
"""
    settings = {"app/settings.py": 'ROOT_URLCONF = "app.urls"\nREST_FRAMEWORK = {}\n'}
    found = testing.run_rule("API008", {**settings, "app/urls.py": code})
    assert [f.confidence for f in found] == [HIGH]


def test_a_mixin_that_asks_above_gives_each_view_its_own_rows() -> None:
    code = """
from django.db import models
from django.urls import path
from rest_framework import generics


class Order(models.Model):
    pass


class User(models.Model):
    pass


class Newest:
    def get_queryset(self):
        return super().get_queryset().order_by("-id")


class Counted(Newest, generics.ListCreateAPIView):
    def get_queryset(self):
        return User.objects.all()


class Orders(Newest, generics.ListCreateAPIView):
    queryset = Order.objects.all()


urlpatterns = [path("orders/", Orders.as_view()), path("users/", Counted.as_view())]
"""
    settings = {"app/settings.py": 'ROOT_URLCONF = "app.urls"\nREST_FRAMEWORK = {}\n'}
    found = testing.run_rule("API008", {**settings, "app/urls.py": code})
    assert sorted(f.message.partition(" answers")[0] + f.message.partition("of ")[2][:7] for f in found) == [
        "`GET /orders``Order`",
        "`GET /users``User`,",
    ]


def test_what_only_developers_may_ask_is_a_note() -> None:
    code = """
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy
from app.guards import counted, dev_only

app = Flask(__name__)
db = SQLAlchemy(app)


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@app.post("/orders")
def place():
    db.session.add(Order())
    db.session.commit()
    return "", 201


@app.get("{path}")
{decorator}
def orders():
    return jsonify(Order.query.all())
"""
    guards = "def dev_only(handler):\n    return handler\n\n\ndef counted(handler):\n    return handler\n"

    def confidences(path: str, decorator: str) -> list[Confidence]:
        files = {"app/web.py": code.format(path=path, decorator=decorator), "app/guards.py": guards}
        return [finding.confidence for finding in testing.run_rule("API008", files)]

    assert confidences("/orders", "@counted") == [HIGH]
    assert confidences("/orders", "@dev_only") == [LOW]
    assert confidences("/debug/orders", "@counted") == [LOW]
    assert confidences("/test/orders", "@counted") == [LOW]
    assert confidences("/devices/orders", "@counted") == [HIGH]


def test_a_view_that_gives_no_pages_on_purpose_is_a_note_but_for_people_and_what_grows() -> None:
    settings = """
ROOT_URLCONF = "app.urls"
REST_FRAMEWORK = {"DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination", "PAGE_SIZE": 50}
"""
    code = """
from django.db import models
from django.urls import path
from rest_framework.generics import ListCreateAPIView


class {model}(models.Model):
    maker = models.ForeignKey("auth.User", on_delete=models.CASCADE)


class All(ListCreateAPIView):
    queryset = {model}.objects.all()
    pagination_class = None


urlpatterns = [path("all/", All.as_view())]
"""
    found = {
        model: [
            f.confidence
            for f in testing.run_rule("API008", {"app/settings.py": settings, "app/urls.py": code.replace("{model}", model)})
        ]
        for model in ("Book", "Payment", "Student")
    }
    assert found == {"Book": [LOW], "Payment": [HIGH], "Student": [HIGH]}


def test_what_is_asked_for_by_one_thing_is_a_note() -> None:
    code = """
from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Invoice(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    patient_id = db.Column(db.Integer)


@app.post("/invoices")
def make():
    db.session.add(Invoice())
    db.session.commit()
    return "", 201


@app.get("/invoices/{path}")
def listed():
    return jsonify(Invoice.query.filter_by(patient_id=request.args["patient_id"]).all())
"""
    found = {
        path: [f.confidence for f in testing.run_rule("API008", {"app/web.py": code.replace("{path}", path)})]
        for path in ("by_patient", "all")
    }
    assert found == {"by_patient": [LOW], "all": [MEDIUM]}


def test_what_is_made_of_the_rows_of_one_thing_and_bare_values_are_notes() -> None:
    code = """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Reservation(Base):
    __tablename__ = "reservations"
    id: Mapped[int] = mapped_column(primary_key=True)
    house_id: Mapped[int]
    guest: Mapped[str]


def get_session() -> Session: ...


@app.post("/reservations")
def reserve(house_id: int, session: Session = Depends(get_session)) -> None:
    session.add(Reservation(house_id=house_id))


@app.get("{path}")
def listed(house_id: int = 0, session: Session = Depends(get_session)) -> {given}:
    found = session.scalars(select(Reservation).filter_by(house_id=house_id)).all()
    return [each.guest for each in found]
"""
    asked = {
        ("/houses/{house_id}/reservations", "object"): [MEDIUM],
        ("/houses/{house_id}/revenue", "object"): [LOW],
        ("/houses/{house_id}/reservations", "list[str]"): [LOW],
    }
    for (path, given), sure in asked.items():
        written = code.replace("{path}", path).replace("{given}", given)
        assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": written})] == sure, path


def test_a_field_of_a_query_that_is_called_as_one_row_is_a_note() -> None:
    code = """
import graphene
from django.db import models


class Vehicle(models.Model):
    owner = models.ForeignKey("auth.User", on_delete=models.CASCADE)


class VehicleType(graphene.ObjectType):
    number = graphene.String()


class Buy(graphene.Mutation):
    def mutate(self, info):
        Vehicle.objects.create(owner=info.context.user)


class Query(graphene.ObjectType):
    {field} = graphene.List(VehicleType)

    def resolve_{field}(self, info):
        return Vehicle.objects.all()


schema = graphene.Schema(query=Query)
"""
    found = {
        field: [f.confidence for f in testing.run_rule("API008", {"app/schema.py": code.replace("{field}", field)})]
        for field in ("vehicle", "vehicles")
    }
    assert found == {"vehicle": [LOW], "vehicles": [HIGH]}


FIELDS = """
import strawberry
from strawberry.scalars import JSON
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

factory = sessionmaker()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)


def opened() -> Session:
    return factory()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def place(self) -> None:
        opened().add(Order())


@strawberry.type
class Query:
    @strawberry.field
    def placed_orders(self) -> list[JSON]:
        return opened().scalars(select(Order)).all()

    @strawberry.field
    def all_that_was(self) -> list[JSON]:
        return opened().scalars(select(Order)).all()

    @strawberry.field
    def invoice(self) -> JSON:
        return list(opened().scalars(select(Order)))


schema = strawberry.Schema(query=Query, mutation=Mutation)
"""


def test_a_field_that_is_named_for_one_is_a_note() -> None:
    found = testing.run_rule("API008", {"shop/schema.py": FIELDS})
    said = {each.message.split("`")[1]: each.confidence for each in found}
    assert said == {"query placed_orders": HIGH, "query all_that_was": HIGH, "query invoice": LOW}


CART = """
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from shop.models import Cart


class CartSerializer(ModelSerializer):
    class Meta:
        model = Cart
        fields = ("id",)


@api_view(["GET"])
def of_session(request):
    cart, created = {look}
    return Response(CartSerializer({given}).data)


@api_view(["POST"])
def open_cart(request):
    return Response(Cart.objects.create(session_key="a").id)
"""
CART_FILES = {
    "shop/settings.py": 'ROOT_URLCONF = "shop.urls"',
    "shop/models.py": "from django.db import models\nclass Cart(models.Model):\n    session_key = models.CharField()\n",
    "shop/urls.py": (
        "from django.urls import path\nfrom shop.views import of_session, open_cart\n"
        'urlpatterns = [path("cart/guest/", of_session), path("cart/", open_cart)]\n'
    ),
}


def test_a_row_that_is_made_where_it_is_missing_is_one() -> None:
    made = CART.format(look="Cart.objects.get_or_create(session_key=request.session.session_key)", given="cart")
    assert not testing.run_rule("API008", {**CART_FILES, "shop/views.py": made})
    every = CART.format(look="Cart.objects.all(), False", given="cart, many=True")
    assert len(testing.run_rule("API008", {**CART_FILES, "shop/views.py": every})) == 1
