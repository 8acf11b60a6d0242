"""What is known of the build server around a run."""

from __future__ import annotations

from pathlib import Path

from archlint.adapters.hosting import MOST_OF_A_SUMMARY, append, file_links, folder_in_repository, job_summary, room_in


def test_the_job_summary_is_where_the_runner_says(tmp_path: Path) -> None:
    assert job_summary({}) is None
    assert job_summary({"GITHUB_STEP_SUMMARY": ""}) is None
    assert job_summary({"GITHUB_STEP_SUMMARY": "/x/y"}) == Path("/x/y")
    summary = tmp_path / "summary.md"
    assert room_in(summary) == MOST_OF_A_SUMMARY
    summary.write_text("what another step wrote\n")
    append(summary, "ours \ud800\n")
    assert summary.read_text() == "what another step wrote\nours ?\n"
    assert room_in(summary) == MOST_OF_A_SUMMARY - summary.stat().st_size


def test_links_lead_to_the_revision() -> None:
    github = {"GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "shop/shop", "GITHUB_SHA": "abc"}
    assert file_links(github) == "https://git.example/shop/shop/blob/abc/"
    assert (
        file_links({"CI_PROJECT_URL": "https://lab.example/shop", "CI_COMMIT_SHA": "abc"})
        == "https://lab.example/shop/-/blob/abc/"
    )
    assert file_links({}) == ""
    assert file_links({**github, "GITHUB_SERVER_URL": "javascript:alert(1)//"}) == ""


def test_a_project_may_be_a_folder_of_its_repository(tmp_path: Path) -> None:
    project = tmp_path / "mono/backend/api"
    project.mkdir(parents=True)
    (tmp_path / "mono/.git").mkdir()
    assert folder_in_repository(project) == "backend/api/"
    assert folder_in_repository(tmp_path / "mono") == ""
