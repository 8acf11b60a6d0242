"""Provenance from git's files: the address without credentials, the commit, the branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.adapters.provenance import read_provenance

COMMIT = "0123456789" * 4


def repository(folder: Path, url: str) -> Path:
    git = folder / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs/heads/main").write_text(COMMIT + "\n")
    (git / "config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n\tfetch = +refs/*\n')
    return folder


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@code.example/shop/shop.git", "https://code.example/shop/shop.git"),
        ("git@code.example:shop/shop.git", "https://code.example/shop/shop.git"),
        ("ssh://git@code.example:22/shop.git", "https://code.example/shop.git"),
        ("https://code.example:8443/shop.git", "https://code.example:8443/shop.git"),
    ],
)
def test_the_address_has_no_credentials_and_is_absolute(tmp_path: Path, url: str, shown: str) -> None:
    found = read_provenance(repository(tmp_path, url))
    assert found is not None
    assert (found.uri, found.revision, found.branch) == (shown, COMMIT, "main")


def test_a_folder_below_the_root_belongs_to_the_repository(tmp_path: Path) -> None:
    inner = repository(tmp_path, "https://code.example/shop.git") / "src/shop"
    inner.mkdir(parents=True)
    assert read_provenance(inner) is not None


def test_a_packed_reference_is_found(tmp_path: Path) -> None:
    git = repository(tmp_path, "https://code.example/shop.git") / ".git"
    (git / "refs/heads/main").unlink()
    (git / "packed-refs").write_text(f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n")
    found = read_provenance(tmp_path)
    assert found is not None
    assert found.revision == COMMIT


@pytest.mark.parametrize("url", ["/srv/git/shop.git", "../shop", ""])
def test_a_local_remote_is_no_address(tmp_path: Path, url: str) -> None:
    assert read_provenance(repository(tmp_path, url)) is None


def test_no_repository_and_broken_files_are_no_error(tmp_path: Path) -> None:
    assert read_provenance(tmp_path) is None
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_bytes(b"\xff\xfe[")
    assert read_provenance(tmp_path) is None
