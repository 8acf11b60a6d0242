"""What git has kept of the project's files. The only module that runs git.

A repository's own configuration can name programs: hooks, file system monitors, filters, diff drivers, pagers, aliases,
transports.  A pull request or an archive that somebody sends must not run code here.  So the working tree is never shown
to git: no command that is used here reads it or the index, where monitors, filters and diff drivers come in; commits and
blobs are read as they are stored.  What is left is switched off: hooks, pagers, prompts, locks, and every transport, since
a partial clone fetches what it lacks by whatever program its configuration names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.pager=cat"),
    *("-c", "core.sshCommand=false"),
    *("-c", "core.gitProxy="),
    *("-c", "credential.helper="),
    *("-c", "protocol.allow=never"),
    *("-c", "safe.bareRepository=explicit"),
)
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_KEPT = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
"""Variables of the user's that stay; others (`GIT_DIR` in a hook) would name another repository than the project's."""
_FILES = frozenset({b"100644", b"100755", b"100664"})


class GitError(Exception):
    """Git cannot say what is asked; the text is for the user."""

    @property
    def problems(self) -> tuple[str, ...]:
        return (str(self),)


class Repository:
    """The repository around a folder. Raises GitError where there is none, or no git."""

    def __init__(self, folder: Path) -> None:
        root = folder.resolve()
        top = next((parent for parent in (root, *root.parents) if (parent / ".git").exists()), None)
        if top is None:
            raise GitError(f"{folder}: not in a git repository")
        program = shutil.which("git")
        if program is None:
            raise GitError("git is not installed")
        self._program = program
        self._top = top
        self._folder = root.relative_to(top).as_posix()
        self._run("rev-parse", "--git-dir")

    def fork_point(self, revision: str) -> str:
        """The id of the commit at which the checked-out work left `revision`. Raises GitError."""
        commit = self._commit(revision)
        base = self._ask("merge-base", commit, "HEAD")
        if base is None:
            raise GitError(f"`{revision}` and the checked-out commit have no common ancestor{self._shallow()}")
        return base

    def _commit(self, revision: str) -> str:
        found = None
        if revision and not revision.startswith("-") and "\0" not in revision:
            found = self._ask("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if found is None:
            raise GitError(f"unknown revision `{revision}`{self._shallow()}")
        return found

    def _shallow(self) -> str:
        shallow = self._ask("rev-parse", "--is-shallow-repository") == "true"
        return ": the clone is shallow; fetch its history (`fetch-depth: 0`, `git fetch --unshallow`)" if shallow else ""

    def author(self) -> str:
        """Whom commits here would name: `Ada <ada@example.com>`; empty where git has not been told."""
        name, email = self._ask("config", "--get", "user.name"), self._ask("config", "--get", "user.email")
        return " ".join(part for part in (name, f"<{email}>" if email else "") if part)

    def tree(self, commit: str) -> dict[str, str]:
        """Path below the folder → blob id, of every regular file that the commit holds there.

        Bytes of a name that are no UTF-8 are written as `DiskFiles` writes them.
        """
        prefix = "" if self._folder == "." else f"{self._folder}/"
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *([os.fsencode(prefix)] if prefix else []))
        found = {}
        for line in listed.split(b"\0"):
            head, _, raw = line.partition(b"\t")
            mode, _, rest = head.partition(b" ")
            if mode in _FILES and raw.startswith(os.fsencode(prefix)):
                path = raw.removeprefix(os.fsencode(prefix)).decode("utf-8", "backslashreplace")
                found[path] = rest.partition(b" ")[2].decode("ascii")
        return found

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of blobs. Raises GitError where the clone lacks one: a partial one gets it when it is asked for, by
        a program that its configuration names, and that is not run."""
        asked = sorted(set(ids))
        if not asked:
            return {}
        try:
            answer = self._run("cat-file", "--batch", data="".join(f"{blob}\n" for blob in asked).encode())
        except GitError as error:
            raise GitError(f"{error}; a partial clone lacks old files: clone without `--filter`") from None
        found, at = {}, 0
        for blob in asked:
            end = answer.index(b"\n", at)
            head = answer[at:end].split(b" ")
            at = end + 1
            if len(head) == 3 and head[2].isdigit():
                size = int(head[2])
                found[blob] = answer[at : at + size]
                at += size + 1
        return found

    def _ask(self, *arguments: str) -> str | None:
        """A command's first line; None where it says no."""
        done = self._start(arguments, b"")
        line = done.stdout.decode("utf-8", "replace").partition("\n")[0].strip()
        return line if done.returncode == 0 and line else None

    def _run(self, *arguments: str | bytes, data: bytes = b"") -> bytes:
        done = self._start(arguments, data)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise GitError(f"git {arguments[0]!s} failed: {said or f'status {done.returncode}'}")
        return done.stdout

    def _start(self, arguments: Sequence[str | bytes], data: bytes) -> subprocess.CompletedProcess[bytes]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
        try:
            return subprocess.run(  # noqa: S603  git itself, found on the user's own path
                [self._program, *_SAFE, "--no-pager", *arguments],
                cwd=self._top,
                env={**own, **_ENVIRONMENT},
                input=data,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise GitError(f"git cannot be run: {error.strerror or error}") from None
