"""Which products a customer may see."""

from sqlalchemy import ColumnElement, and_, column  # expect: ARC002


def on_sale_in(category: str) -> ColumnElement[bool]:
    return and_(column("category") == category, column("is_listed").is_(True))
