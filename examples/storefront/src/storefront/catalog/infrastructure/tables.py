"""The tables of the catalogue."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from storefront.platform.database import Base


class ProductRow(Base):
    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(60), index=True)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(String(3))
    is_listed: Mapped[bool] = mapped_column(default=True)


class StockRow(Base):
    __tablename__ = "stock_levels"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    warehouse: Mapped[str] = mapped_column(String(40), primary_key=True)
    quantity: Mapped[int]


class PromotionRow(Base):
    __tablename__ = "promotions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(60), index=True)
    percent: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
