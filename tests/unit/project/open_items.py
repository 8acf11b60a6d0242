"""A project with checklist items that no rule will ever decide: whether that is meant, only its people know."""

from __future__ import annotations

from pathlib import Path

COMPOSE = """\
services:
  gateway:
    image: nginx:1.27.2
    ports: ["443:443"]
  orders:
    build: ./orders
    environment:
      DATABASE_URL: ${ORDERS_DATABASE_URL}
  billing:
    build: ./billing
    ports: ["9000:9000"]
    environment:
      DATABASE_URL: ${BILLING_DATABASE_URL}
"""
NGINX = """\
server {
    listen 443 ssl;
    location /orders/ {
        proxy_pass http://orders:8000;
    }
}
"""
FILES: dict[str, str | bytes] = {
    "pyproject.toml": "[tool.archlint]\n",
    "compose.yaml": COMPOSE,
    "deploy/nginx.conf": NGINX,
    "orders/__init__.py": "",
    "orders/sales.sql": "SELECT * FROM sales;\n",
    "docs/mesh.md": "outlier detection\n",
}
ITEM = "architecture.databases"
TWIN = "antipatterns.shared-database"
SECOND = "architecture.gateway"
FAILS = "sql.columns"
NOT_APPLICABLE = "security.passwords"


def write(root: Path) -> Path:
    """The project in a folder."""
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data if isinstance(data, bytes) else data.encode())
    return root
