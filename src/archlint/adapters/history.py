"""What changed in the project's files since a commit: git's texts of then beside the disk's of now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from archlint.adapters.git import Repository
from archlint.engine.diff import Changed
from archlint.facts.text import decode_python, decode_text


def changed_since(root: Path, commit: str, paths: Collection[str], now: Callable[[str], str | None]) -> Changed:
    """The changed lines of `paths`, against what the commit held; `now` gives a path's present text.

    A file that the commit does not hold is new throughout, unless it was made of one that is gone.  Raises GitError.
    """
    repository = Repository(root)
    tree = repository.tree(commit)
    suffixes = {_suffix(path) for path in paths if path not in tree}
    lost = {path for path in tree if suffixes and _suffix(path) in suffixes and not (root / path).is_file()}
    texts = _texts(tree, repository.blobs(tree[path] for path in {*paths, *lost} if path in tree), {*paths, *lost})
    return Changed(texts, {path: text for path, text in texts.items() if path in lost}, now)


def _suffix(path: str) -> str:
    return path.rpartition(".")[2]


def _texts(tree: Mapping[str, str], blobs: Mapping[str, bytes], paths: Iterable[str]) -> dict[str, str]:
    texts = {}
    for path in sorted(paths):
        data = blobs.get(tree.get(path, ""))
        if data is not None:
            decode = decode_python if path.endswith((".py", ".pyw")) else decode_text
            try:
                texts[path] = decode(data)
            except (SyntaxError, UnicodeDecodeError):
                continue  # as good as new: nothing of it can be compared
    return texts
