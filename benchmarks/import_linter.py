"""Compares archlint's verdicts with import-linter's on projects that have contracts for it.

    python benchmarks/import_linter.py [--drawn] PROJECT [PROJECT …]

Each configuration that archlint reads in a checkout is read by import-linter too, with its own graph of the same files; for
each contract both say which parties must not meet and do, and which imports break it by themselves. A contract in use is
mostly kept, so each is also judged without its exceptions, and turned round (layers from below, the forbidden as the
source, what may import protected). With `--drawn` the contracts are made from the folders of each project's largest
package, and both graphs are compared as well. Exit status 1 if any two verdicts differ. Nothing of the projects is imported:
packages are looked up as folders.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import grimp
import grimp.application.config
from grimp.application.ports.packagefinder import AbstractPackageFinder
from msgspec.structs import replace

from archlint import app
from archlint.engine.linted_options import contract_from
from archlint.facts.settings import Contract, Linted, Misread
from archlint.project import Project
from archlint.project.layers.contract_graph import ContractGraph
from archlint.project.source.named_imports import named_imports

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/unit/structure"))
from import_linter_verdicts import Options, Verdict, ours, theirs
from importlinter.application.use_cases import read_user_options


class Folders(AbstractPackageFinder):
    """Finds a package as a folder below the current one, without the import system."""

    def determine_package_directories(self, package_name: str, file_system: object) -> set[str]:  # noqa: ARG002
        below = package_name.replace(".", "/")
        for home in (Path.cwd(), Path.cwd() / "src", *sorted(path.parent for path in Path.cwd().glob(f"*/{below}"))):
            if (home / below).is_dir():
                return {str(home / below)}
        raise ValueError(f"no package {package_name}")


def compare(root: Path) -> Counter[str]:
    """Prints a line for each contract of the checkout that is judged; how many were equal, and not."""
    project = app.project_of(app.target([root], root=root), jobs=1, use_cache=False)
    count: Counter[str] = Counter()
    for misread in project.settings.misread:
        print(f"{root.name}  {misread.path}  {misread.contract}: {misread.reason}")
    for linted in sorted({c.linted.path: c.linted for c in project.settings.contracts if c.linted}.items()):
        os.chdir(root / linted[1].folder)
        print(f"{root.name}  {linted[0]}", end=": ")
        count += compare_configuration(project, root / linted[0], linted[1])
    return count


def compare_configuration(project: Project, path: Path, linted: Linted) -> Counter[str]:
    options = read_user_options(str(path))
    contracts = [(held["name"] + title, variant) for held in options.contracts_options for title, variant in variants(held)]
    return compare_contracts(project, linted, options.session_options, contracts, built(linted))


def built(linted: Linted) -> grimp.ImportGraph:
    return grimp.build_graph(
        *linted.root_packages,
        include_external_packages=linted.external,
        exclude_type_checking_imports=not linted.type_checking,
        cache_dir=None,
    )


def compare_contracts(
    project: Project, linted: Linted, session: Options, contracts: list[tuple[str, Options]], graph: grimp.ImportGraph
) -> Counter[str]:
    print(f"{len(graph.modules)} modules, {graph.count_imports()} imports")
    count: Counter[str] = Counter()
    for title, options in contracts:
        expected = theirs(deepcopy(graph), session, dict(options))
        found = ours_of(project, options, linted)
        same = found == expected
        count[f"{'equal' if same else 'DIFFERS'}, {told(expected).partition(' ')[0]}"] += 1
        print(f"  {'' if same else 'DIFFERS '}{options['type']}: {told(expected)}  {title}")
        if not same:
            print_difference(expected, found)
    return count


def compare_drawn(root: Path) -> Counter[str]:
    """Contracts about the largest package, as its folders suggest them; and the graphs themselves."""
    project = app.project_of(app.target([root], root=root), jobs=1, use_cache=False)
    sizes = Counter((module.root, module.local_name.partition(".")[0]) for module in project.modules.production)
    (folder, package), _ = max(sizes.items(), key=lambda item: (item[1], item[0]))
    os.chdir(root / folder)
    print(f"{root.name}  {package} in {folder or '.'}", end=": ")
    count: Counter[str] = Counter()
    for typing in (True, False):
        linted = Linted(path="", folder=folder, root_packages=(package,), external=True, type_checking=typing)
        try:
            graph = built(linted)
        except (grimp.exceptions.GrimpException, UnicodeError) as error:
            print(f"left out: {error}")
            return count
        count += compare_graphs(graph, named_imports(project, linted).graph)
        children = sorted(graph.find_children(package))
        session: Options = {"root_packages": [package], "include_external_packages": "True"}
        count += compare_contracts(project, linted, session, list(drawn(package, children)), graph)
    return count


def compare_graphs(graph: grimp.ImportGraph, own: ContractGraph) -> Counter[str]:
    there = {(name, other) for name in graph.modules for other in graph.find_modules_directly_imported_by(name)}
    here = {(own.names[a], own.names[b]) for a, b in own.links()}
    there = {(a, b) for a, b in there if a != b}
    same = there == here and graph.modules == set(own.names)
    if not same:
        print(
            "DIFFERS", sorted(graph.modules ^ set(own.names))[:5], sorted(there - here)[:5], sorted(here - there)[:5], end=" "
        )
    return Counter({"equal graphs" if same else "DIFFERS, graphs": 1})


def drawn(package: str, children: list[str]) -> Iterator[tuple[str, Options]]:
    names = [child.rpartition(".")[2] for child in children]
    yield "", {"name": "c", "type": "acyclic_siblings", "ancestors": [package]}
    yield "", {"name": "c", "type": "private_modules"}
    yield "", {"name": "c", "type": "independence", "modules": [f"{package}.*"]}
    yield "", {"name": "c", "type": "layers", "layers": names[:12], "containers": [package]}
    yield (
        "siblings",
        {"name": "c", "type": "layers", "layers": [" | ".join(names[:3]), " : ".join(names[3:8])], "containers": [package]},
    )
    yield (
        "",
        {"name": "c", "type": "forbidden", "source_modules": children[:6], "forbidden_modules": [f"{package}.*", "django"]},
    )
    yield "", {"name": "c", "type": "protected", "protected_modules": [f"{package}.*"], "allowed_importers": children[:4]}


def variants(held: Options) -> Iterator[tuple[str, Options]]:
    yield "", held
    if held.get("ignore_imports"):
        yield ", no exceptions", {key: value for key, value in held.items() if key != "ignore_imports"}
    swapped = {"source_modules": "forbidden_modules", "protected_modules": "allowed_importers"}
    for one, other in swapped.items():
        if one in held and other in held:
            yield ", turned round", {**held, one: held[other], other: held[one]}
    if "layers" in held:
        lines = held["layers"] if isinstance(held["layers"], list) else [held["layers"]]
        yield ", turned round", {**held, "layers": lines[::-1]}


def ours_of(project: Project, options: Options, linted: Linted) -> Verdict | None:
    read = list(contract_from(options, linted, set()))
    held = tuple(contract for contract in read if isinstance(contract, Contract))
    contracts = project.under(replace(project.settings, contracts=held)).contracts
    breaches = contracts.breaches
    unused = any(c.linted and c.linted.unmatched == "error" for c, _ in contracts.unused_allows)
    refused = any(isinstance(one, Misread) and one.bad for one in read)
    return None if refused or unused or contracts.faults else ours(breaches)


def told(verdict: Verdict | None) -> str:
    if verdict is None:
        return "refused"
    return f"broken ({len(verdict.ends)})" if verdict.ends else "kept"


def print_difference(expected: Verdict | None, found: Verdict | None) -> None:
    nothing = Verdict(frozenset(), frozenset())
    there, here = expected or nothing, found or nothing
    print("    only there:", sorted(there.ends - here.ends)[:5], sorted(there.direct - here.direct)[:5])
    print("    only here: ", sorted(here.ends - there.ends)[:5], sorted(here.direct - there.direct)[:5], told(found))


if __name__ == "__main__":
    grimp.application.config.settings.configure(PACKAGE_FINDER=Folders())
    judge = compare_drawn if "--drawn" in sys.argv else compare
    total = sum((judge(Path(name).resolve()) for name in sys.argv[1:] if name != "--drawn"), Counter[str]())
    print(", ".join(f"{count} {what}" for what, count in sorted(total.items())))
    sys.exit(1 if any("DIFFERS" in what for what in total) else 0)
