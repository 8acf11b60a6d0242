"""Code that a person runs and that soon ends, wherever it lies: rules about a program at work take it for a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Constant, Name
from archlint.project.model import Def
from archlint.project.source.by_hand import LASTING, STAYING, called_by
from archlint.project.source.one_off import SILENT, OneOff
from archlint.project.source.operated import is_run_by_operator
from archlint.project.source.unimported import Unimported
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.source.one_off import OneOffWords

_STEPS = 3
_FROM_BODY = 2
"""Functions between a module's body and one that it runs as it is loaded; further down, more may call it than is seen."""
_RUNS = "run_"


class RunByHand:
    """Files (see `ByHand`), what stands under a module's own guard, functions for scripts and commands (see `OneOff`), and what
    only these call. What a deployment starts is none, nor what stays."""

    def __init__(self, project: Project, words: OneOffWords) -> None:
        self._project = project
        self._once = OneOff(project, words)
        self._scripts = Unimported(project)
        self._known: dict[Def, bool] = {}
        self._files: dict[str, bool] = {}

    def holds(self, module: Module, context: int) -> bool:
        """Of what stands in the context."""
        if self._is_file(module) or module.is_under_main(context):
            return True
        function = module.body.contexts[context].function
        return function >= 0 and self.runs(Def(module, module.name, function))

    def runs(self, definition: Def) -> bool:
        """Of a function."""
        if definition not in self._known:
            self._known[definition] = False  # a circle asks for it again
            self._known[definition] = self._is_file(definition.module) or self._find(definition, _STEPS)
        return self._known[definition]

    def starts(self, definition: Def, steps: int = _FROM_BODY) -> bool:
        """Only the bodies of modules call it, or what only these call and does not stay: once, as a program starts."""
        sites = [site for site in self._project.calls.callers(definition) if not site.module.is_test]
        return (
            bool(sites)
            and not self._is_handed_on(definition, sites)
            and all(
                site.caller is None or (steps > 0 and not _stays(site.caller) and self.starts(site.caller, steps - 1))
                for site in sites
            )
        )

    def _is_file(self, module: Module) -> bool:
        if module.path not in self._files:
            stem = module.path.rpartition("/")[2].partition(".")[0]
            by_hand = self._project.by_hand
            self._files[module.path] = (
                by_hand.begins(module)
                or not stem.isidentifier()
                or self._scripts.is_for_scripts(module)
                or self._is_called_run(module)
            )
        return self._files[module.path]

    def _is_called_run(self, module: Module) -> bool:
        """`run_fix.py`: of what it runs nothing stays, as far as the name says."""
        by_hand, name = self._project.by_hand, module.name.rpartition(".")[2]
        if module.path not in by_hand.files or self._is_started(module) or not name.startswith(_RUNS):
            return False
        return not LASTING.search(name.removeprefix(_RUNS)) and not any(
            STAYING.search(last_name(module.body, call.callee)) for call in module.body.calls
        )

    def _find(self, definition: Def, steps: int) -> bool:
        project, module = self._project, definition.module
        if definition in project.endpoints.by_definition:
            return False
        if self._once.runs_once(module, definition) or is_run_by_operator(project, definition):
            return True
        if not SILENT.issuperset(last_name(module.body, decorator) for decorator in definition.function.decorators):
            return False
        sites = [site for site in project.calls.callers(definition) if site.caller != definition and not site.module.is_test]
        if not sites or not steps or _stays(definition):
            return False
        return all(self._begins(site, steps) for site in sites) and not self._is_handed_on(definition, sites)

    def _begins(self, site: CallSite, steps: int) -> bool:
        if site.caller is None:
            return self._is_file(site.module) or (
                site.module.is_under_main(site.call.context) and not self._is_lasting(site.module)
            )
        return (site.caller in self._known and self._known[site.caller]) or self._find(site.caller, steps - 1)

    def _is_lasting(self, module: Module) -> bool:
        return self._is_started(module) or LASTING.search(module.name.rpartition(".")[2]) is not None

    def _is_started(self, module: Module) -> bool:
        """By a deployment, by its file or as a module."""
        by_hand = self._project.by_hand
        return module.path.rpartition("/")[2] in by_hand.started or module.name in by_hand.commanded

    def _is_handed_on(self, definition: Def, sites: list[CallSite]) -> bool:
        """Its name stands elsewhere, where it may mean the function: `scheduler.add_job(fill)`."""
        path, by_path = definition.module.path, self._project.modules.by_path
        takers = self._project.types.inference.usage.importers(definition.module)
        near = {path, *(taker for taker in takers if not _defines(by_path[taker], called_by(definition)))}
        known = {(s.path, s.caller.index if s.caller is not None else -1) for s in sites} | {(path, definition.index)}
        mentions = self._project.by_hand.mentions.get(called_by(definition), set())
        return any(place not in known and place[0] in near for place in mentions)


def _defines(module: Module, name: str) -> bool:
    """It has a function of that name itself, which the name means there: `main`."""
    return any(function.name == name and function.outer == 0 for function in module.outline.functions)


def _stays(definition: Def) -> bool:
    """It serves, listens, or goes round without an end."""
    module = definition.module
    if any(
        place.kind == "while" and place.function == definition.index and isinstance(place.subject, Constant)
        for place in module.body.contexts
    ):
        return True
    called = (call.callee for call in module.own_calls(definition.index))
    return any(STAYING.search(last_name(module.body, callee)) for callee in called if isinstance(callee, Attribute | Name))
