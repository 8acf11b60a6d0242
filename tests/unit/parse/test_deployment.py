"""Deployment files: each kind by what stands in it, broken and hostile ones as `other`."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.facts.deployment import Deployable, DeploymentFacts, Probe, Upstream
from archlint.facts.text import LineIndex
from archlint.parse.deployment import read
from archlint.parse.deployment_names import is_candidate


def line(facts: DeploymentFacts, at: int) -> int:
    return LineIndex.decode(facts.lines).line(at)


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile",
        "docker/Dockerfile.prod",
        "worker.dockerfile",
        "compose.yaml",
        "docker-compose.yml",
        "k8s/users.yaml",
        "Procfile",
    ],
)
def test_what_is_run_is_told_by_name(path: str) -> None:
    assert is_candidate(path)


@pytest.mark.parametrize(
    "path", [".env.example", "docker.env", "deploy/nginx.conf", "nginx/default.conf", "Caddyfile", "Containerfile"]
)
def test_settings_of_deployment_are_told_by_name(path: str) -> None:
    assert is_candidate(path)


@pytest.mark.parametrize("path", ["app/env.py", "README.md", ".github/workflows/ci.yml", "docs/dockerfile.md", "env.js"])
def test_other_files_are_none(path: str) -> None:
    assert not is_candidate(path)


class TestDockerfile:
    def test_last_stage_is_what_runs(self) -> None:
        facts = read(
            "docker/Dockerfile",
            "FROM node:20 AS web\nRUN npm ci\n\nFROM python:3.12-slim AS prod\nENV A=1 B='two'\nEXPOSE 8000/tcp\n"
            'ENTRYPOINT ["tini", "--"]\nCMD ["uvicorn", "shop.main:app"]\n',
        )
        (run,) = facts.deployables
        assert (run.name, run.image, run.command) == ("prod", "python:3.12-slim", "tini -- uvicorn shop.main:app")
        assert run.ports == ("8000",)
        assert run.environment == (("A", "1"), ("B", "two"))
        assert line(facts, run.at) == 4

    def test_health_check_over_lines_with_a_comment_between(self) -> None:
        text = (
            "FROM python:3.12\nHEALTHCHECK --interval=30s --timeout=3s \\\n  # every half minute\n"
            "  CMD curl -f http://localhost:8000/health/?full=1 || exit 1\nCMD run\n"
        )
        facts = read("Dockerfile", text)
        (probe,) = facts.probes
        assert (probe.path, probe.port, probe.kind) == ("/health/", "8000", "healthcheck")
        assert line(facts, probe.at) == 2
        assert text[probe.at : probe.end].startswith("HEALTHCHECK") and text[probe.at : probe.end].endswith("exit 1")

    def test_health_check_in_exec_form_and_by_script(self) -> None:
        facts = read("Dockerfile", 'FROM a\nHEALTHCHECK CMD ["curl", "-fs", "http://localhost:8000"]\n')
        assert (facts.probes[0].path, facts.probes[0].command) == ("/", "curl -fs http://localhost:8000")
        facts = read("Dockerfile", "FROM a\nHEALTHCHECK CMD python $HOME/scripts/healthcheck.py || exit 1\n")
        assert (facts.probes[0].path, facts.probes[0].command) == ("", "python $HOME/scripts/healthcheck.py || exit 1")

    def test_none_takes_an_inherited_check_away(self) -> None:
        facts = read("Dockerfile", "FROM a AS base\nHEALTHCHECK CMD true\nFROM base AS prod\nHEALTHCHECK NONE\n")
        assert [probe.owner for probe in facts.probes] == ["base"]

    def test_a_stage_inherits_what_it_builds_on(self) -> None:
        facts = read("Dockerfile", "FROM python:3.12 AS base\nCMD gunicorn shop.wsgi\nFROM base\nEXPOSE 80\n")
        assert facts.deployables[0].command == "gunicorn shop.wsgi"
        assert facts.deployables[0].image == "python:3.12"

    def test_here_documents_hold_no_instructions(self) -> None:
        facts = read("Dockerfile", "FROM a\nRUN <<EOF\nCMD not-this\nHEALTHCHECK CMD false\nEOF\nCMD this\n")
        assert facts.deployables[0].command == "this"
        assert facts.probes == ()

    def test_escape_directive(self) -> None:
        facts = read("Dockerfile", "# escape=`\nFROM a\nCMD run `\n  --fast\n")
        assert facts.deployables[0].command == "run --fast"

    def test_crlf(self) -> None:
        facts = read("Dockerfile", "FROM a\r\nHEALTHCHECK CMD wget -q localhost:80/ping\r\n")
        assert (facts.probes[0].path, facts.probes[0].port) == ("/ping", "80")
        assert line(facts, facts.probes[0].at) == 2

    def test_no_from_is_no_dockerfile(self) -> None:
        assert read("Dockerfile", "just text\n").kind == "other"


class TestCompose:
    def test_service(self) -> None:
        text = """\
services:
  web:
    build: {context: ./backend}
    command: [uvicorn, "shop.main:app"]
    ports: ["8000:8000", {target: 80, published: 8080}]
    environment: {DEBUG: "0", NAME: }
    deploy: {replicas: 3}
    depends_on: {db: {condition: service_healthy}}
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/healthz"]
  db:
    image: postgres:16
    healthcheck: {test: pg_isready -h localhost}
"""
        facts = read("compose.yaml", text)
        web, db = facts.deployables
        assert (web.name, web.build, web.command) == ("web", "./backend", "uvicorn shop.main:app")
        assert web.ports == ("8000:8000", "8080")
        assert web.environment == (("DEBUG", "0"), ("NAME", ""))
        assert (web.replicas, web.depends_on) == (3, ("db",))
        assert db.image == "postgres:16"
        assert [(p.owner, p.path, p.port) for p in facts.probes] == [("web", "/healthz", "8000"), ("db", "", "")]
        assert line(facts, facts.probes[0].at) == 10
        assert text[web.at : web.end] == "web"

    def test_anchors_and_merges(self) -> None:
        facts = read(
            "docker-compose.yml",
            "x-base: &base\n  image: shop\n  environment: [A=1]\n  healthcheck:\n    test: curl http://localhost/up\n"
            "services:\n  web:\n    <<: *base\n  worker:\n    <<: [*base]\n    image: other\n"
            "    healthcheck: {disable: true}\n",
        )
        assert [(d.name, d.image, d.environment) for d in facts.deployables] == [
            ("web", "shop", (("A", "1"),)),
            ("worker", "other", (("A", "1"),)),
        ]
        assert [(p.owner, p.path) for p in facts.probes] == [("web", "/up")]

    def test_gateway_labels(self) -> None:
        facts = read(
            "compose.yml",
            "services:\n  api:\n    image: a\n    labels:\n"
            "      - traefik.http.routers.api.rule=Host(`x.org`) && PathPrefix(`/api`, `/v2`)\n",
        )
        assert [(u.prefix, u.target) for u in facts.upstreams] == [("/api", "api"), ("/v2", "api")]

    def test_a_workflow_with_services_is_none(self) -> None:
        assert read("ci.yml", "jobs: {test: {}}\nservices: {db: {image: postgres}}\n").kind == "other"

    def test_symfony_like_services_are_none(self) -> None:
        assert read("services.yaml", "services:\n  app.mailer:\n    class: Mailer\n").kind == "other"


class TestKubernetes:
    MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: users}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: users:1.2
          command: [gunicorn]
          args: ["users.wsgi"]
          env: [{name: MODE, value: prod}, {name: KEY, valueFrom: {}}]
          ports: [{name: http, containerPort: 8000}]
          livenessProbe:
            httpGet: {path: /livez, port: http}
          readinessProbe:
            exec: {command: [sh, -c, "curl localhost:8000/readyz"]}
          startupProbe:
            grpc: {port: 50051}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec: {scaleTargetRef: {kind: Deployment, name: users}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  rules:
    - http:
        paths:
          - path: /users
            backend: {service: {name: users-service}}
"""

    def test_workload(self) -> None:
        facts = read("k8s/users.yaml", self.MANIFEST)
        (run,) = facts.deployables
        assert (run.name, run.image, run.command, run.replicas) == ("users", "users:1.2", "gunicorn users.wsgi", 2)
        assert run.environment == (("KEY", ""), ("MODE", "prod"))
        assert [(p.kind, p.path, p.port, p.command) for p in facts.probes] == [
            ("liveness", "/livez", "8000", ""),
            ("readiness", "/readyz", "8000", "sh -c curl localhost:8000/readyz"),
            ("startup", "", "50051", "rpc health protocol"),
        ]
        assert facts.autoscaled == ("users",)
        assert [(u.prefix, u.target) for u in facts.upstreams] == [("/users", "users-service")]
        assert line(facts, facts.probes[0].at) == 16

    def test_cron_job_and_list(self) -> None:
        pod = "{containers: [{name: c, image: i}]}"
        job = "kind: CronJob, metadata: {name: j}, spec: {jobTemplate: {spec: {template: {spec: " + pod + "}}}}"
        facts = read("a.yaml", "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: batch/v1, " + job + "}\n")
        assert [d.name for d in facts.deployables] == ["j"]

    def test_two_containers_are_told_apart(self) -> None:
        facts = read(
            "a.yml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: x}, {name: b, image: y}]}\n",
        )
        assert [d.name for d in facts.deployables] == ["p/a", "p/b"]

    def test_helm_template(self) -> None:
        text = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  template:
    spec:
      containers:
        - name: shop
          image: "{{ .Values.image }}:{{ .Chart.AppVersion }}"
          livenessProbe:
            httpGet: {path: /health, port: 80}
          readinessProbe:
            httpGet:
              path: {{ .Values.readiness.path }}
"""
        facts = read("helm/templates/deployment.yaml", text)
        (run,) = facts.deployables
        assert (run.name, run.replicas) == ('{{ include "shop.fullname" . }}', None)
        assert [(p.kind, p.path, line(facts, p.at)) for p in facts.probes] == [
            ("liveness", "/health", 17),
            ("readiness", "", 19),
        ]

    def test_probes_in_chart_values(self) -> None:
        facts = read("helm/values.yaml", "web:\n  readinessProbe:\n    httpGet:\n      path: /misc/ping\n      port: 80\n")
        assert [(p.kind, p.path, line(facts, p.at)) for p in facts.probes] == [("readiness", "/misc/ping", 3)]

    @pytest.mark.parametrize(
        ("kind", "spec", "expected"),
        [
            (
                "HTTPRoute",
                "{rules: [{matches: [{path: {value: /a}}], backendRefs: [{name: svc}]}]}",
                [("gateway-api", "/a", "svc")],
            ),
            ("IngressRoute", "{routes: [{match: 'PathPrefix(`/b`)', services: [{name: s}]}]}", [("traefik", "/b", "s")]),
            (
                "VirtualService",
                "{http: [{match: [{uri: {prefix: /c}}], route: [{destination: {host: h}}]}]}",
                [("istio", "/c", "h")],
            ),
            ("Ingress", "{defaultBackend: {service: {name: d}}}", [("ingress", "/", "d")]),
        ],
    )
    def test_gateways_of_the_cluster(self, kind: str, spec: str, expected: list[tuple[str, str, str]]) -> None:
        facts = read("x.yaml", f"apiVersion: v1\nkind: {kind}\nspec: {spec}\n")
        assert [(u.gateway, u.prefix, u.target) for u in facts.upstreams] == expected


class TestGateways:
    def test_nginx(self) -> None:
        facts = read(
            "nginx.conf",
            "upstream shop { server shop-api:8000; server other:1; }\nserver {\n  # proxy_pass http://no;\n"
            "  location /api/ { proxy_pass http://shop/v1; }\n  location ~ ^/u { uwsgi_pass unix:/tmp/s.sock; }\n"
            "  location / { proxy_set_header X 'a;b{'; proxy_pass http://front:3000; }\n}\n",
        )
        assert [(u.prefix, u.target) for u in facts.upstreams] == [("/api/", "shop-api"), ("/", "front")]
        assert line(facts, facts.upstreams[0].at) == 4

    def test_caddy(self) -> None:
        facts = read("Caddyfile", "x.org {\n  handle /api/* {\n    reverse_proxy api:8000\n  }\n}\n")
        assert [(u.prefix, u.target) for u in facts.upstreams] == [("/api/", "api")]

    def test_traefik_kong_envoy(self) -> None:
        traefik = (
            "http:\n  routers:\n    r: {rule: 'PathPrefix(`/x`)', service: s}\n"
            "  services: {s: {loadBalancer: {servers: [{url: 'http://xs:80'}]}}}\n"
        )
        kong = "_format_version: '3.0'\nservices: [{name: a, url: 'http://as:1', routes: [{paths: [/a]}]}]\n"
        envoy = "static_resources:\n  listeners: [{routes: [{match: {prefix: /e}, route: {cluster: es}}]}]\n"
        for text, expected in ((traefik, ("/x", "xs")), (kong, ("/a", "as")), (envoy, ("/e", "es"))):
            assert [(u.prefix, u.target) for u in read("g.yaml", text).upstreams] == [expected]


def test_procfile_and_environment() -> None:
    facts = read("Procfile", "web: gunicorn shop.wsgi --log-file -\nworker: celery -A shop worker\n")
    assert [(d.name, d.command) for d in facts.deployables] == [
        ("web", "gunicorn shop.wsgi --log-file -"),
        ("worker", "celery -A shop worker"),
    ]
    facts = read(".env.example", '# c\nexport A="x y" \nB=1 # one\nC=\nnot a variable\n')
    assert [(name, value) for name, value, _ in facts.variables] == [("A", "x y"), ("B", "1"), ("C", "")]
    assert [line(facts, at) for _, _, at in facts.variables] == [2, 3, 4]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl -f http://localhost:8000/health || exit 1", ("/health", "8000")),
        ("curl 'http://user:pw@web/health/'|grep ok", ("/health/", "")),
        ("wget -qO- 127.0.0.1:${PORT:-9000}/up", ("/up", "9000")),
        ("curl -f http://localhost:$PORT/up", ("/up", "")),
        ("""python -c "import urllib.request as u; u.urlopen('https://localhost/ready')" """, ("/ready", "")),
        ("curl web:80/ping", ("/ping", "80")),
        ("pg_isready -h localhost:5432", ("", "")),
        ("mysqladmin -h 127.0.0.1 ping", ("", "")),
        ("celery -A shop status", ("", "")),
    ],
)
def test_what_a_health_command_asks(command: str, expected: tuple[str, str]) -> None:
    probe = read("Dockerfile", f"FROM a\nHEALTHCHECK CMD {command}\n").probes[0]
    assert (probe.path, probe.port) == expected


class TestHostileInput:
    @pytest.mark.parametrize(
        "text",
        [
            "services: &a\n  x: *a\n",
            "services: " + "[" * 5000,
            "services:\n" + "- " * 5000,
            "apiVersion: v1\nkind: [",
            "apiVersion: v1\nkind: Pod\nspec: !!python/object/apply:os.system [true]\n",
            "services:\n  web: {image: 1, ports: {a: b}, healthcheck: [x], environment: 3, command: {a: 1}}\n",
            "apiVersion: v1\nkind: Deployment\nspec: {template: {spec: {containers: {a: 1}}}}\n",
            "apiVersion: v1\nkind: Deployment\nspec: {template: {spec: {containers: [1, [], {livenessProbe: 3}]}}}\n",
            "apiVersion: v1\n? {a: b}\n: c\nkind: x\n",
            "services: \x00",
            "services:\n  \ud800: {image: a}\n",
        ],
    )
    def test_broken_yaml_is_read_without_an_exception(self, text: str) -> None:
        read("a.yaml", text)

    def test_alias_bomb_costs_nothing(self) -> None:
        levels = ["a0: &a0 {image: x}"] + [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 12)]
        text = "\n".join([*levels, "services:", "  web: *a11", "  readinessProbe: *a11"])
        before = time.process_time()
        read("a.yaml", text)
        assert time.process_time() - before < 5

    def test_too_long_is_other(self) -> None:
        assert read("a.yaml", "services:\n" + "# x\n" * 300_000).kind == "other"


NAMES = st.sampled_from(["Dockerfile", "a.yaml", "nginx.conf", "Procfile", ".env", "Caddyfile"])
PIECES = st.sampled_from(
    [
        "apiVersion: v1\n",
        "kind: Pod\n",
        "spec:\n",
        "  containers:\n",
        "  - name: a\n",
        "services:\n",
        "  web:\n",
        "    image: x\n",
        "    healthcheck: {test: [CMD, a]}\n",
        "livenessProbe:\n",
        "{{ x }}",
        "{%",
        "<<: *a\n",
        "&a ",
        "FROM a\n",
        "HEALTHCHECK CMD ",
        "curl http://",
        "localhost:",
        "\\\n",
        "<<EOF\n",
        "location / {",
        "proxy_pass http://a;",
        *"}[]'\"\t",
    ]
)


@settings(max_examples=300)
@given(NAMES, st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=20).map("".join)))
def test_read_never_raises_and_keeps_to_the_text(name: str, text: str) -> None:
    facts = read(name, text)
    places: list[Deployable | Probe | Upstream] = [*facts.deployables, *facts.probes, *facts.upstreams]
    for place in places:
        assert 0 <= place.at <= place.end <= len(text)
    for _, _, at in facts.variables:
        assert 0 <= at < len(text)
