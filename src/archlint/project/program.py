"""The `Project`: every part of the understanding, each built when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.deployment import DeploymentFacts
from archlint.facts.settings import Settings
from archlint.facts.sql import SqlFacts
from archlint.facts.syntax import FileFacts

if TYPE_CHECKING:
    from archlint.project.effects.calls import Calls
    from archlint.project.effects.effects import Effects
    from archlint.project.effects.handed_calls import HandedCalls
    from archlint.project.effects.process_state import ProcessState
    from archlint.project.knowledge import Knowledge
    from archlint.project.layers.contracts import Contracts
    from archlint.project.layers.layers import Layers
    from archlint.project.model import Def
    from archlint.project.names.switches import Switches
    from archlint.project.names.symbols import Symbols
    from archlint.project.routes.endpoints import Endpoint, Endpoints
    from archlint.project.routes.left_routers import LeftRouters
    from archlint.project.routes.routes import Routes
    from archlint.project.schema.schemas import Schemas
    from archlint.project.secrets.digests import Digests
    from archlint.project.secrets.logged import LoggedValue
    from archlint.project.secrets.masked_logs import MaskedLogs
    from archlint.project.services.deployment import Deployment
    from archlint.project.services.service_links import ServiceLinks
    from archlint.project.services.services import Services
    from archlint.project.source.by_hand import ByHand
    from archlint.project.source.called_back import CalledBack
    from archlint.project.source.imports import ImportGraph
    from archlint.project.source.led_to import LedTo
    from archlint.project.source.left_code import LeftCode
    from archlint.project.source.loaded_by_name import LoadedByName
    from archlint.project.source.modules import Module, Modules
    from archlint.project.source.run_again import RunAgain
    from archlint.project.source.uncalled import Uncalled
    from archlint.project.source.unreached import Unreached
    from archlint.project.source.unrun import Unrun
    from archlint.project.sql.statements import Statements
    from archlint.project.transactions.transaction_blocks import TransactionBlocks
    from archlint.project.types.named_dependencies import NamedDependencies
    from archlint.project.types.types import Types
    from archlint.project.values.values import Values

SqlReader = Callable[[Sequence[tuple[str, str]]], Sequence[SqlFacts]]
"""(text, dialect) pairs → what each says, in the same order; pure and cached by whoever gives it."""


class Project:
    """The analysed program.

    `files`: path → facts of every Python file that parsed.  `texts`: path → decoded text of every `.sql` file.
    `deployment_files`: path → facts.  `unread`: paths that have no facts (failed to parse or to read).
    Paths are relative to the root, with `/`.
    """

    def __init__(
        self,
        *,
        files: Mapping[str, FileFacts],
        settings: Settings,
        knowledge: Knowledge,
        read_sql: SqlReader,
        sql_files: Mapping[str, str] | None = None,
        deployment_files: Mapping[str, DeploymentFacts] | None = None,
        other_files: frozenset[str] = frozenset(),
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self.files = dict(sorted(files.items()))
        self.settings = settings
        self.knowledge = knowledge
        self.read_sql = read_sql
        self.sql_files = dict(sorted((sql_files or {}).items()))
        self.deployment_files = dict(sorted((deployment_files or {}).items()))
        self.other_files = other_files
        self.unread = unread

    def under(self, settings: Settings) -> Project:
        """The same program under other settings; its modules and imports are built anew only where those decide them."""
        other = Project(
            files=self.files,
            settings=settings,
            knowledge=self.knowledge,
            read_sql=self.read_sql,
            sql_files=self.sql_files,
            deployment_files=self.deployment_files,
            other_files=self.other_files,
            unread=self.unread,
        )
        if (settings.roots, settings.tests) == (self.settings.roots, self.settings.tests):
            other.modules, other.imports = self.modules, self.imports
        return other

    @cached_property
    def modules(self) -> Modules:
        from archlint.project.source.modules import Modules

        return Modules(self)

    @cached_property
    def imports(self) -> ImportGraph:
        from archlint.project.source.imports import ImportGraph

        return ImportGraph(self)

    @cached_property
    def symbols(self) -> Symbols:
        from archlint.project.names.symbols import Symbols

        return Symbols(self)

    @cached_property
    def types(self) -> Types:
        from archlint.project.types.types import Types

        return Types(self)

    @cached_property
    def calls(self) -> Calls:
        from archlint.project.effects.calls import Calls

        return Calls(self)

    @cached_property
    def effects(self) -> Effects:
        from archlint.project.effects.effects import Effects

        return Effects(self)

    @cached_property
    def values(self) -> Values:
        from archlint.project.values.values import Values

        return Values(self)

    @cached_property
    def statements(self) -> Statements:
        from archlint.project.sql.statements import Statements

        return Statements(self)

    @cached_property
    def schemas(self) -> Schemas:
        from archlint.project.schema.schemas import Schemas

        return Schemas(self)

    @cached_property
    def routes(self) -> Routes:
        from archlint.project.routes.routes import Routes

        return Routes(self)

    @cached_property
    def endpoints(self) -> Endpoints:
        from archlint.project.routes.endpoints import Endpoints

        return Endpoints(self)

    @cached_property
    def root_fields(self) -> dict[Def, tuple[Endpoint, ...]]:
        """See `root_fields.root_fields`."""
        from archlint.project.routes.root_fields import root_fields

        return root_fields(self)

    @cached_property
    def unrouted(self) -> dict[Def, tuple[Endpoint, ...]]:
        """Functions that answer requests and of which no route says so: fields of a query language, and views with a name."""
        from archlint.project.routes.named_views import named_views

        return self.root_fields | named_views(self)

    @cached_property
    def named_dependencies(self) -> NamedDependencies:
        from archlint.project.types.named_dependencies import NamedDependencies

        return NamedDependencies(self)

    @cached_property
    def switches(self) -> Switches:
        from archlint.project.names.switches import Switches

        return Switches(self)

    @cached_property
    def transaction_blocks(self) -> TransactionBlocks:
        from archlint.project.transactions.transaction_blocks import TransactionBlocks

        return TransactionBlocks(self)

    @cached_property
    def has_request_transactions(self) -> bool:
        """See `request_settings.has_request_transactions`."""
        from archlint.project.transactions.request_settings import has_request_transactions

        return has_request_transactions(self)

    @cached_property
    def framework_settings(self) -> tuple[Module, ...]:
        """See `apps.framework_settings`."""
        from archlint.project.routes.apps import framework_settings

        return framework_settings(self)

    @cached_property
    def uncalled(self) -> Uncalled:
        from archlint.project.source.uncalled import Uncalled

        return Uncalled(self)

    @cached_property
    def called_back(self) -> CalledBack:
        from archlint.project.source.called_back import CalledBack

        return CalledBack(self)

    @cached_property
    def run_again(self) -> RunAgain:
        from archlint.project.source.run_again import RunAgain

        return RunAgain(self)

    @cached_property
    def unrun(self) -> Unrun:
        from archlint.project.source.unrun import Unrun

        return Unrun(self)

    @cached_property
    def by_hand(self) -> ByHand:
        from archlint.project.source.by_hand import ByHand

        return ByHand(self)

    @cached_property
    def layers(self) -> Layers:
        from archlint.project.layers.layers import Layers

        return Layers(self)

    @cached_property
    def led_to(self) -> LedTo:
        from archlint.project.source.led_to import LedTo

        return LedTo(self)

    @cached_property
    def loaded_by_name(self) -> LoadedByName:
        from archlint.project.source.loaded_by_name import LoadedByName

        return LoadedByName(self)

    @cached_property
    def unreached(self) -> Unreached:
        from archlint.project.source.unreached import Unreached

        return Unreached(self)

    @cached_property
    def left_routers(self) -> LeftRouters:
        from archlint.project.routes.left_routers import LeftRouters

        return LeftRouters(self)

    @cached_property
    def left_code(self) -> LeftCode:
        from archlint.project.source.left_code import LeftCode

        return LeftCode(self)

    @cached_property
    def logged(self) -> tuple[LoggedValue, ...]:
        """See `logged.logged_values`."""
        from archlint.project.secrets.logged import logged_values

        return tuple(logged_values(self))

    @cached_property
    def digests(self) -> Digests:
        from archlint.project.secrets.digests import Digests

        return Digests(self)

    @cached_property
    def masked_logs(self) -> MaskedLogs:
        from archlint.project.secrets.masked_logs import MaskedLogs

        return MaskedLogs(self)

    @cached_property
    def handed(self) -> HandedCalls:
        from archlint.project.effects.handed_calls import HandedCalls

        return HandedCalls(self)

    @cached_property
    def process_state(self) -> ProcessState:
        from archlint.project.effects.process_state import ProcessState

        return ProcessState(self)

    @cached_property
    def contracts(self) -> Contracts:
        from archlint.project.layers.contracts import Contracts

        return Contracts(self)

    @cached_property
    def deployment(self) -> Deployment:
        from archlint.project.services.deployment import Deployment

        return Deployment(self)

    @cached_property
    def services(self) -> Services:
        from archlint.project.services.services import Services

        return Services(self)

    @cached_property
    def service_links(self) -> ServiceLinks:
        from archlint.project.services.service_links import ServiceLinks

        return ServiceLinks(self)
