"""What is taken for a service."""

from __future__ import annotations

import pytest

from archlint import app
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore
from archlint.engine.analyse import understand
from archlint.facts.settings import Settings
from archlint.project.services.services import Service
from archlint.testing import MemoryFiles

CODE = {"orders/api.py": "x = 1\n", "billing/api.py": "x = 1\n"}
DOCKERFILE = "FROM python:3.12.7-slim\nCMD python -m api\n"
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: {name}
          image: registry.example.com:5000/shop/{image}:1.4
          env: [{{name: DATABASE_URL, value: "postgresql://db/{image}"}}]
"""


def found(files: dict[str, str], settings: Settings | None = None) -> tuple[Service, ...]:
    project = understand(MemoryFiles(files), NoStore(), InProcess(), app.tool(), settings=settings or Settings())
    return project.services.all


def folders(files: dict[str, str], settings: Settings | None = None) -> list[tuple[str, str]]:
    return [(service.name, service.folder) for service in found(files, settings)]


def test_no_deployment_file_no_service() -> None:
    assert folders(CODE) == []


def test_processes_of_one_build_are_one_service() -> None:
    compose = "services:\n  web:\n    build: .\n    ports: ['80:80']\n  beat:\n    build: .\n  db:\n    image: postgres:17\n"
    (service,) = found({**CODE, "compose.yaml": compose})
    assert (service.name, service.folder, service.names) == ("web", ".", ("beat", "web"))


def test_each_build_context_of_a_compose_file_is_a_service() -> None:
    compose = "services:\n  orders:\n    build: ../orders\n  billing:\n    build: {context: ../billing}\n"
    assert folders({**CODE, "deploy/compose.yaml": compose}) == [("billing", "billing"), ("orders", "orders")]


def test_a_folder_with_code_and_a_dockerfile_is_a_service() -> None:
    both = {**CODE, "orders/Dockerfile": DOCKERFILE, "billing/Dockerfile": DOCKERFILE}
    assert folders(both) == [("billing", "billing"), ("orders", "orders")]


@pytest.mark.parametrize(
    "other",
    [
        {"docker/Dockerfile": DOCKERFILE},  # no code beside it
        {"Dockerfile": DOCKERFILE, "orders/Dockerfile": DOCKERFILE},  # two images of the same code, as far as files tell
        {"tests/Dockerfile": DOCKERFILE, "tests/api.py": "x = 1\n"},
    ],
)
def test_a_dockerfile_alone_makes_no_service(other: dict[str, str]) -> None:
    assert folders({**CODE, **other}) == []


def test_a_dockerfile_inside_a_build_context_makes_no_second_service() -> None:
    compose = "services:\n  web:\n    build: .\n"
    assert folders({**CODE, "compose.yaml": compose, "orders/Dockerfile": DOCKERFILE}) == [("web", ".")]


def test_workloads_belong_to_the_service_of_their_image() -> None:
    files = {
        **CODE,
        "orders/Dockerfile": DOCKERFILE,
        "billing/Dockerfile": DOCKERFILE,
        "deploy/orders.yaml": WORKLOAD.format(name="orders-web", image="orders"),
        "deploy/store.yaml": WORKLOAD.format(name="store", image="redis"),
    }
    billing, orders = found(files)
    assert orders.names == ("orders", "orders-web")
    assert [d.source for _, d in orders.deployables] == ["dockerfile", "kubernetes"]
    assert billing.names == ("billing",)


def test_the_configuration_goes_before_everything_else() -> None:
    settings = Settings(services={"shop": "orders/", "bills": "billing"})
    files = {**CODE, "orders/Dockerfile": DOCKERFILE}
    assert folders(files, settings) == [("bills", "billing"), ("shop", "orders")]
