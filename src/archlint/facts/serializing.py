"""How a library's classes make plain data of objects: a part of the schema of `rules/knowledge/*.yaml`. Data only.

Arguments are written as in `facts.knowledge`.
"""

from __future__ import annotations

from msgspec import Struct


class Serializing(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A base of classes whose class attributes say which fields of an object are shown.

    `given`: the constructor's argument that holds the object, or with `many` a list of them.  `options`: the nested class
    that says the rest, by its attributes `model` (the stored class), `fields`, `exclude` and `depth` (how far relations are
    shown as objects); `everything`: the value of `fields` that means all; `relations`: the attribute that has to be true for
    relations to be shown that are not declared (none: they are).
    `receives`: methods that show the object, and get it → at which place.  `annotated`: its fields are the annotations of the
    class, read of the object under their names.  `dumps`: methods of an instance that show what they are given → the argument
    with it; `many` is an argument of theirs, too.  `narrowed`: the
    constructor's arguments that leave fields out.  `instead`: last names of decorators of the method that shows the object
    in place of its fields.  `getter`: the name of a method that gives the annotated field `{name}` in place of the attribute.
    """

    given: str = "0"
    many: str | None = None
    options: str = "Meta"
    model: str = "model"
    fields: str = "fields"
    exclude: str = "exclude"
    depth: str = "depth"
    everything: str = ""
    relations: str = ""
    receives: dict[str, int] = {}
    annotated: bool = False
    dumps: dict[str, str] = {}
    narrowed: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    getter: str = ""


class ShownField(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A type whose instance, as a class attribute of such a class, is a field.

    `source`: the argument with the attribute that is read (`a.b`; not given: the field's name; `*`: the object itself).
    `hidden`: arguments that are true where it is not shown.  `many`: it shows a list.
    `method`: the argument with the name of a method of the class that gives the field; `{name}` in `getter`: how it is called
    if none is given.  `function`: the argument with a function that gives it.  `nested`: the argument with the class that shows
    what is read.  `reads`: `value`, `key` (the key of the object that a relation leads to) or `object`.
    """

    source: str | None = None
    hidden: tuple[str, ...] = ()
    many: str | None = None
    method: str | None = None
    getter: str = ""
    function: str | None = None
    nested: str | None = None
    reads: str = "value"
