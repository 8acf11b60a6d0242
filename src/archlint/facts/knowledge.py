"""What is known of libraries: the schema of `rules/knowledge/*.yaml`. Data only.

Notations inside the documents (kept as strings here, read by `project.knowledge`):

- an *argument*, `"0:name"`: first positional or keyword `name`; `"1"` only positional; `":ttl"` only keyword;
  `"*"` all positional arguments; `"**"` all keyword arguments; `"self"`, of a callable, what the method is called on.
- a *type*, `"sqlalchemy.orm.Query[T]"`: a dotted name with optional type arguments.  `self` is the receiver's type; `T`
  a parameter of the receiver's type (`parameters`); `arg(0)` the type of an argument; `instance(0)` the type whose
  class was passed as that argument; `result(0)` what calling the callable argument gives; `item(0)` what iterating over
  it (or, for a generator function, over what it returns) gives; `row` one of the rows that the receiver's class says it
  is about (`subclass_attribute`), `serializer` what it says that it shows them with; `type[X]` the class X itself; `A |
  B` either (`None` is dropped).  Arguments are counted as in a call: `arg(0:model)`.
"""

from __future__ import annotations

from msgspec import Struct

from archlint.facts.schema_knowledge import SchemaModel, SchemaPart
from archlint.facts.serializing import Serializing, ShownField

EFFECTS = frozenset(
    {
        "blocking", "cache.delete", "cache.expire", "cache.read", "cache.write", "db.commit", "db.read", "db.write", "email",
        "enqueue", "env.read", "file.tree", "file.write", "heavy", "http", "index", "log", "process", "publish", "rpc", "sleep",
        "tx.begin", "tx.end",
    }
)  # fmt: skip
"""All that a callable can be known to do; `docs/knowledge.md` says what each means."""


class CacheWrite(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call that puts an entry into a cache.

    `ttl`: the arguments that give an expiry (any of them). `default`: what holds when none is given: `forever`,
    `setting` (the client's or framework's configured default, which is finite), or `unknown`.
    `forever`: literal values of the ttl argument that mean no expiry (YAML null is Python's None).
    `lock`: an argument that makes the write a lock when true (redis `nx`). `keeps`: arguments that leave an existing
    expiry in force (`keepttl`). `kind`: what is written: value, hash, many, list, set, counter.
    """

    key: str | None = None
    value: str | None = None
    ttl: tuple[str, ...] = ()
    default: str = "forever"
    forever: tuple[int | bool | str | None, ...] = (None,)
    lock: str | None = None
    keeps: tuple[str, ...] = ()
    kind: str = "value"


class Hashing(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call that digests or verifies. `strength`: `broken` (MD5, SHA-1), `fast` (SHA-2 and kin), `password` (slow).

    `algorithm`: its name, or an argument notation when it is chosen by one (`hashlib.new`).
    `data`: the argument that is digested (none: by later `update`). `keyed`: an HMAC. `exempt`: an argument that,
    when given as `exempt_value`, declares a non-security use.
    """

    algorithm: str
    strength: str
    data: str | None = "0"
    keyed: bool = False
    digest: str | None = None
    """Argument that names the digest inside (HMAC's `digestmod`)."""
    scheme: str | None = None
    """Argument that names another way to hash (`scrypt`); the name of a digest there is all that is left of it."""
    exempt: str | None = None
    exempt_value: bool = False


class Logging(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call that writes its arguments to a log. `fields`: keywords are logged values (structlog, loguru)."""

    message: str | None = "0"
    arguments: str | None = "*"
    fields: bool = False
    extra: str | None = None
    """Argument that holds a dict of fields (`extra=`)."""
    binds: bool = False
    """The call only adds fields to later records (`bind`)."""


class Route(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call or decorator that declares a route. `handler` is an argument, or `decorated`."""

    path: str | None = "0"
    methods: tuple[str, ...] = ()
    methods_from: str | None = None
    default: tuple[str, ...] = ()
    """The methods of a function that is declared without any."""
    handler: str = "decorated"
    pattern: str = "plain"
    """How the path is written: plain, regex, prefix-of-collection (REST routers: list and detail routes below it)."""
    name: str | None = None
    rest: bool = False
    """Every positional argument behind the path is a path too."""
    shape: str | None = None
    """The answer is made of what the function returns; this argument says which type it is made to, in place of the
    function's annotation."""
    narrowed: tuple[str, ...] = ()
    """Arguments that say which fields of it are left out, or alone are shown."""
    responders: str = ""
    """The handler is an object whose methods answer that are called so, with a verb behind it (`on_` for `on_get`)."""
    suffix: str | None = None
    """The argument with what stands behind the verb (`on_get_all`)."""


class NamedRoute(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call or decorator of a framework whose paths have names, by which the functions that answer are put to them. What it
    is says `register`: `named-path` gives a path (`path`) a name, `named-view` puts what it decorates, or what is in `view`,
    to a name, `named-defaults` says for a class what the decorators of its methods leave out, `named-group` runs a function, or
    one that a module has for that (`view`), whose paths are below `path`, and `named-resource` puts the methods of a class that
    are called as verbs are to `path`, and those for all objects (`collection_get`) to `all`."""

    name: str | None = None
    path: str | None = None
    all: str | None = None
    methods_from: str | None = None
    view: str | None = None


class Mount(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call that puts another router, app or list of routes under a prefix.

    `overrides`: a prefix given here replaces the one that the target was made with. `reversed`: the call is a method of
    the target and its argument is what it is put into (`api.init_app(app)`).
    """

    target: str = "0"
    prefix: str | None = None
    pattern: str = "plain"
    overrides: bool = False
    reversed: bool = False


class RouteContainer(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Constructing this makes an app or a router. `routes`: the argument that lists routes; `parent`: the one that
    is an app which it is put into at once. `of_one`: the argument that names the object of another router's, below which
    its routes are: a path parameter behind the prefix."""

    kind: str
    """app or router."""
    prefix: str | None = None
    of_one: str | None = None
    routes: str | None = None
    parent: str | None = None
    name: str | None = None


class Limit(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A bound on how long a call waits, how often it is tried again, or how many may go on at once.

    `given`: the arguments that set it (any of them). `default`: what holds when none is given: a number (seconds,
    further attempts, connections), `none` (no bound), `client` (that of the client it is called on), `setting` (set in
    a configuration), or `unknown`. `unbounded`: literal values of the argument that mean no bound.
    """

    given: tuple[str, ...] = ()
    default: float | str = "unknown"
    unbounded: tuple[int | bool | str | None, ...] = (None,)


class AddedPath(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`path`: the argument that holds it (not given: the method's name); `of_one`: the argument that is true where it is
    below one object of the view's."""

    path: str | None = None
    of_one: str | None = None


class Attached(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A call that makes what a callable gives an attribute of objects that are shared by the name `holder`: of each request.

    `value`: the argument that holds the callable; `name`: that which names the attribute (else the callable's own)."""

    value: str
    name: str
    holder: str


class Returned(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a call gives where `argument` is that text: `relationship(…, lazy="dynamic")` is a query."""

    argument: str
    value: str
    returns: str


class Operation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What is known of one callable.

    `effect` takes place at the call, or when the result is evaluated if the type it returns is lazy.
    `by_statement`: the effect is db.read or db.write by the SQL or statement object in that argument.
    `sql`: the argument that holds SQL text. `per_item`/`deferred`/`once`: arguments that are callables, run for each
    item / later outside this flow / once now; `threaded`: once now, but in another thread. A deferred or threaded
    argument may also be a call of a coroutine function (`create_task(f())`). `blocking`: holds the thread.
    `evaluates`: iterates over its first argument (`list`, `sorted`), as a method over its receiver.
    `sanitizes`: the result no longer holds the secret that went in. `keyed`: reads by primary key.
    """

    effect: tuple[str, ...] = ()
    by_statement: str | None = None
    returns: str | None = None
    returns_where: tuple[Returned, ...] = ()
    """Other results, by what an argument says; the first that holds."""
    sql: str | None = None
    model: str | None = None
    keyed: bool = False
    evaluates: bool = False
    pending: bool = False
    """The effect is only noted down now and sent later (`session.add`)."""
    flushes: bool = False
    """Sends what was noted down, if anything was, and does nothing of its own (`session.flush`)."""
    withheld: str | None = None
    """The argument that keeps the effect from taking place where it is `False` (`form.save(commit=False)`)."""
    needs: str | None = None
    """The argument without which it does not take place, as it does not where that is `None` (`cpu_percent(interval=1)`)."""
    schema: bool = False
    """It lays down tables or indexes, or takes them away, and changes no row."""
    many: str | None = None
    """Argument that holds a batch (`executemany`, `bulk_create`)."""
    per_item: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    threaded: tuple[str, ...] = ()
    decorates: str | None = None
    """As a decorator: what calling the decorated function gives; `result(0)` is what it returns, `item(0)` yields."""
    context: str | None = None
    """Type bound by `with … as`, where it is not what the call returns."""
    sanitizes: bool = False
    cache: CacheWrite | None = None
    expires: str | None = None
    """The call sets an expiry on the key in this argument."""
    timeout: Limit | None = None
    """How long it waits, in seconds; of a constructor or decorator: how long what it makes waits."""
    retries: Limit | None = None
    """How often it is tried again."""
    awaited: bool = False
    """It holds no thread, though other methods of its type do."""
    pool: Limit | None = None
    """How many connections, or calls, may go on at once."""
    connects: bool = False
    """It connects to a server by itself, or makes what does, and is made to be called once for many questions."""
    hash: Hashing | None = None
    log: Logging | None = None
    route: Route | None = None
    named_route: NamedRoute | None = None
    groups: str | None = None
    """A decorator of a class: the argument with the path under which the routes of its methods are."""
    mount: Mount | None = None
    container: RouteContainer | None = None
    register: str = ""
    """Other registrations a rule asks for by word: `health-checks`, `middleware`, `background-task` (starts a coroutine,
    and gives what must be kept), `drops-answer` (runs what it is given and keeps nothing that this gives), `own-loop` (makes
    a plain function of a coroutine one), …; and what a decorator of the language makes of a function: `property`,
    `static-method`, `class-method`, `abstract`, `overload`.  `eager-load`: its arguments name relations that are loaded
    ahead; `relation-items`: it gives all items of a relation; `eager-join`: what is joined comes along with the rows."""
    allows: tuple[str, ...] = ()
    allows_from: str | None = None
    """A decorator of what answers: the HTTP methods that it lets in, or the argument that lists them."""
    attaches: Attached | None = None
    adds_path: AddedPath | None = None
    """A decorator of a view's method that answers under a path of its own, below that of the view."""
    cached: str | None = None
    """A decorator that keeps results: the argument that bounds them in time (`ttl`, `timeout`), or `unbounded`."""
    kept: Limit | None = None
    """A decorator that keeps results in the process: how many. An empty mapping in the argument is no bound, either."""


class Lazy(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A type whose making asks nothing: `effect` takes place when it is evaluated.

    `by`: iterate, len, bool, index, slice, contains, await, list (a constructor call over it). `keeps`: what was gone
    through once answers from its items from then on; `kept`: the methods that it answers so too.
    """

    effect: str = "db.read"
    keeps: bool = False
    kept: tuple[str, ...] = ()
    gives: str = ""
    by: tuple[str, ...] = ("iterate", "len", "bool", "contains", "list")


class Reverse(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A relation that also gives the class it leads to an attribute.

    `name`: the argument that holds the attribute's name; `default`: the name when it is not given, with `{owner}` for
    the lower-case name of the class that declares the relation (None: no attribute then). `type`: what the attribute
    is; its `T` is the declaring class.
    """

    name: str
    type: str
    default: str | None = None


class Loading(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A relation whose attribute asks for what it leads to when it is first read, unless that was loaded with its owner.

    `cure`: what loads it with the owner, with `{name}` and `{owner}`. `strategy`: arguments that say when it is loaded
    (behind a dot: a key of the dictionary that is given); `otherwise`: their values with which reading asks nothing.
    `shared`: what the session has already is not asked for again. `not_with`: sessions with which reading raises.
    `awaited`: it asks where it is awaited, and only there.
    """

    cure: str
    strategy: tuple[str, ...] = ()
    otherwise: tuple[str | bool, ...] = ()
    shared: bool = False
    not_with: tuple[str, ...] = ()
    awaited: bool = False


class Holder(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The class that has an instance as a class attribute is of `type`, where its bases do not tell what it is.

    `marks`: only where one of these is there too: a class attribute's name, or behind a colon a keyword that any such
    instance was made with.
    """

    type: str
    marks: tuple[str, ...] = ()


class TypeInfo(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A library type. `names`: variable or attribute names that mean it, at low confidence, in modules of a project
    that uses the library. `role`: db-session, db-connection, db-cursor, db-statement, db-model, cache-client, logger,
    app, router, secret, request-transaction (middleware, or a base of views, that answers within one), save-history (hears of
    each save of the class in which it stands), …; and of annotations:
    `transparent` (`Optional[X]`, `Mapped[X]` mean X), `provider-item` (`Provide[X]` is what the provider X gives),
    `annotated`, `union`, `type-variable`, `generic`, `protocol`, `class-of`
    (`type[X]`), `callable` (`Callable[…, X]`), `opaque` (says nothing of values).  `statement`: read or write, for
    statement objects."""

    role: str = ""
    parameters: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    methods: dict[str, Operation] = {}
    attributes: dict[str, str] = {}
    """Attribute (of instances, and of the class) → type. `objects: django.db.models.Manager[self]`; `"*"`: any other."""
    asked: dict[str, tuple[str, ...]] = {}
    """Methods that tell of an unknown object that it is of this type: method → types, of one of which the first argument is, or
    is the class, or an attribute of it (`db.query(User)`)."""
    awaited: str = ""
    """The type that it is where the methods of such an object are awaited."""
    chain: tuple[str, ...] = ()
    """Methods that return `self` and ask nothing; `"*"`: so does what a project adds to it, but for names of what answers."""
    clauses: tuple[str, ...] = ()
    """Methods whose arguments are parts of the SQL where they are text (`query.order_by("name DESC")`)."""
    bound: tuple[str, ...] = ()
    """Named arguments of these that the driver is given apart from the SQL."""
    call: Operation | None = None
    """Calling an instance."""
    construct: Operation | None = None
    """Calling the class; returns an instance unless it says otherwise."""
    context: str | None = None
    """What `with x as y` binds; `self` where it is the object itself."""
    item: str | None = None
    """What iterating or indexing gives."""
    lazy: Lazy | None = None
    blocking: bool | None = None
    """Asking what is outside the process (`http`, `db.read`, …) holds the thread until it answers. None: as the bases."""
    statement: str | None = None
    gives: str | None = None
    """A descriptor: what reading an attribute of this type gives on an instance (`ForeignKey[T]` gives `T`)."""
    reverse: Reverse | None = None
    loading: Loading | None = None
    replaced_by: str = ""
    """The meaning of a setting by which a project names the class of its own that stands for it."""
    owned: bool = False
    """As a class attribute with no type argument it is about the class that owns it (`objects = BookManager()`)."""
    paired: str = ""
    """Of a view: the callable that a bare tuple of a path and a subclass stands for in a list of routes."""
    answers: dict[str, str] = {}
    """Of a view: names of methods that are no HTTP methods themselves → the HTTP method that they answer."""
    runs: dict[str, str] = {}
    """Of a view: names of methods that the library runs on its way to an answer → the HTTP method that it answers then."""
    hands: dict[str, tuple[str, ...]] = {}
    """Methods of subclasses that the library calls itself → the types of what it gives them, behind `self`."""
    provides: dict[str, str] = {}
    """Of a view: the methods by which it answers itself → what it does then: `list` (answers with all rows of its query, or
    a page of them), `show` (the same, on a web page), `create`, `update`, `delete`.  Under which query, and how it is
    paged: `subclass_attribute`."""
    holder: Holder | None = None
    serializing: Serializing | None = None
    shown: ShownField | None = None
    stored_if: str = ""
    """Of a base of stored classes: a subclass is stored only if this class keyword is true."""
    autocommit: bool = False
    """What is written through it is committed at once, unless a transaction was opened."""
    leaving: tuple[str, ...] = ()
    """What happens when a `with` over an instance is left: `commit`, `close`."""
    closed_by: tuple[str, ...] = ()
    """Methods that give back what an instance holds (a connection, a cursor); empty: nothing has to be given back."""
    prints: bool = False
    """The text of an instance shows the values of all its fields."""
    subclass_attribute: dict[str, str] = {}
    """Class attributes, and methods, of subclasses that carry a meaning: `rows` and `pages` (the query of a list, and how it
    is paged), `shown-rows` and `shown-pages` (the same of a web page), `serializer` (what its items are shown by), `access`,
    `methods` (all that it answers), …"""


class Example(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An executed example: code whose lines may end in `# =>` with what is understood of the call on that line.

    The words after `# =>`: the resolved callee's dotted name, then its effects (`db.read`), separated by blanks;
    `# => nothing` for a line whose calls have no effect.
    """

    code: str
    title: str = ""


class TaskList(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Attributes of a class of the project that list the functions which a worker runs.

    `names`: the attributes; `beside`: only where the class has one of these too; `told`: attributes that say for all of them
    how often they are tried; `retries`: how often if nothing says so.
    """

    names: tuple[str, ...]
    beside: tuple[str, ...]
    told: tuple[str, ...] = ()
    retries: Limit | None = None


class Library(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One document. `packages`: its import names. `kinds`: web-framework, orm, driver, http-client, cache-client,
    broker-client, cloud-sdk, logging, hashing, migrations, standard-library, …  `dialect`: the SQL dialect its use implies.
    `aliases`: other public paths of a name → the path used here (prefixes too: `a.b.*: c.*`)."""

    library: str
    packages: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    dialect: str | None = None
    distributions: tuple[str, ...] = ()
    """What its packages are called where they are installed from, if that differs (`psycopg2-binary`)."""
    aliases: dict[str, str] = {}
    types: dict[str, TypeInfo] = {}
    functions: dict[str, Operation] = {}
    values: dict[str, str] = {}
    """Module-level objects → type (`django.core.cache.cache`)."""
    settings: dict[str, str] = {}
    """Framework settings that matter → what they mean (`ROOT_URLCONF: url-conf`)."""
    route_lists: tuple[str, ...] = ()
    """Module-level names that hold a module's list of routes (`urlpatterns`)."""
    task_lists: tuple[TaskList, ...] = ()
    schema: dict[str, SchemaPart] = {}
    """What declares or changes tables, columns, keys and indexes (a method by the type that declares it)."""
    databases: dict[str, str] = {}
    """What engines and addresses are called (`postgresql`) → the SQL dialect."""
    indexes_keys: tuple[str, ...] = ()
    """Dialects of databases that make an index for each foreign key by themselves."""
    keeps_names: tuple[str, ...] = ()
    """Dialects of databases that keep the letters of a name without quotes as they are written."""
    shrinks_keys: tuple[str, ...] = ()
    """Dialects of databases in which a key of several columns outlives one of them."""
    makes_tables: tuple[str, ...] = ()
    """Names of callables that make the tables of models, or set up what makes them."""
    hands_over: tuple[str, ...] = ()
    """Names of callables that run the function which they are given."""
    models: dict[str, SchemaModel] = {}
    """Bases of classes that are tables."""
    irrelevant: tuple[str, ...] = ()
    """Public callables looked at and found to have none of the effects that are asked for; globs allowed."""
    examples: tuple[Example, ...] = ()
