"""Listing an organisation: pages, limits and refusals of a server that behaves as GitHub documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kempt.engine.fleet import github
from kempt.errors import RemoteError, UsageError
from kempt.host.clock import now
from kempt.model.fleet import Credential, Wishes
from support.fleet_servers import GitHub, listed

WISHES = Wishes(allow_insecure=True, credentials=(Credential("127.0.0.1", "SHOP_TOKEN"),))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """A GitHub with 250 repositories of one organisation."""
    monkeypatch.setenv("SHOP_TOKEN", "hunter2-token")
    with GitHub({}) as made:
        made.organisations["ada"] = [listed(f"ada/r{number}", made.url(f"ada/r{number}.git")) for number in range(250)]
        monkeypatch.setenv("GITHUB_API_URL", made.root)
        yield made


def test_all_pages_are_read_with_the_token_of_the_apis_host(server: GitHub) -> None:
    found = github.listed("ada", WISHES)

    assert 250 == len(found.targets)
    assert [("Bearer hunter2-token", number) for number in ("100", "page=2", "page=3")] == [
        (each.authorization, each.path.rpartition("&")[2].removeprefix("type=all") or "100") for each in server.requests
    ]


def test_a_user_is_listed_where_there_is_no_such_organisation(server: GitHub) -> None:
    server.users["bob"] = [listed("bob/x", server.url("bob/x.git"))]
    assert ["x"] == [each.name.rpartition("/")[2] for each in github.listed("bob", WISHES).targets]


def test_kinds_that_nobody_asked_for_are_left_out_and_counted(server: GitHub) -> None:
    url = server.url("ada/x.git")
    server.organisations["ada"] = [
        listed("ada/a", url, archived=True), listed("ada/f", url, fork=True), listed("ada/d", url, disabled=True),
        listed("ada/e", url, size=0, pushed_at=None), listed("ada/s", url, size=0, pushed_at="2026-01-01T00:00:00Z"),
    ]  # fmt: skip
    found, everything = github.listed("ada", WISHES), github.listed("ada", WISHES, github.KINDS)

    assert (1, 5) == (len(found.targets), len(everything.targets))
    assert ("github:ada: left out: 1 archived, 1 disabled, 1 empty, 1 forks",) == found.notes


def test_a_secondary_limit_is_waited_for_as_long_as_it_says(server: GitHub) -> None:
    server.refusals = [
        (403, {"Retry-After": "7"}, {"message": "You have exceeded a secondary rate limit"}),
        (429, {"Retry-After": "11"}, {"message": "slow down"}),
        (403, {}, {"message": "You have exceeded a secondary rate limit"}),
    ]
    waited = list[float]()
    found = github.listed("ada", WISHES, pause=waited.append)

    assert (250, [7.0, 11.0, 240.0]) == (len(found.targets), waited)


def test_a_primary_limit_is_waited_for_until_it_is_lifted(server: GitHub) -> None:
    server.refusals = [
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{now() + 100:.0f}"}, {"message": "API rate limit"})
    ]
    waited = list[float]()
    github.listed("ada", WISHES, pause=waited.append)

    assert [True] == [90 < seconds < 103 for seconds in waited]


def test_a_limit_beyond_all_patience_is_an_error_that_says_how_long(server: GitHub) -> None:
    server.refusals = [(429, {"Retry-After": "90000"}, {})]
    with pytest.raises(RemoteError, match="90,000 seconds") as caught:
        github.listed("ada", WISHES)

    assert "rate-limited" == caught.value.code


def test_a_refusal_is_an_error_with_what_the_server_said(server: GitHub) -> None:
    server.refusals = [(401, {}, {"message": "Bad credentials\x1b[31m"})]
    with pytest.raises(RemoteError, match=r"401 to .*: Bad credentials \[31m$") as caught:
        github.listed("ada", WISHES)

    assert "denied" == caught.value.code


def test_a_next_page_on_another_host_is_not_asked_for(server: GitHub) -> None:
    with GitHub({}) as other:
        server.next_link = lambda url: url.replace(server.root, other.root)
        with pytest.raises(RemoteError, match="next page is elsewhere"):
            github.listed("ada", WISHES)

    assert ([], 1) == (other.requests, len(server.requests))


def test_a_redirect_is_not_followed(server: GitHub) -> None:
    with GitHub({}) as other:
        server.refusals = [(302, {"Location": f"{other.root}/orgs/ada/repos"}, {})]
        with pytest.raises(RemoteError) as caught:
            github.listed("ada", WISHES)

    assert ("redirected", []) == (caught.value.code, other.requests)


def test_pages_that_lead_in_a_circle_end(server: GitHub) -> None:
    server.next_link = lambda url: url.partition("&page=")[0]
    with pytest.raises(RemoteError, match="circle"):
        github.listed("ada", WISHES)


def test_a_repository_on_another_host_is_left_out(server: GitHub) -> None:
    server.organisations["ada"] = [listed("ada/x", "https://evil.example/x.git"), listed("ada/y", "ext::sh -c x")]
    found = github.listed("ada", WISHES)

    assert ((), 2) == (found.targets, len(found.notes))


@pytest.mark.parametrize("content", ["no list", {"message": "x"}, None])
def test_an_answer_that_is_no_list_is_an_error(server: GitHub, content: object) -> None:
    server.refusals = [(200, {}, content)]
    with pytest.raises(RemoteError, match="no list of repositories"):
        github.listed("ada", WISHES)


@pytest.mark.parametrize("owner", ["", "a/b", "../x", "a b", "-a", "a?x"])
def test_what_is_no_name_is_refused(server: GitHub, owner: str) -> None:
    with pytest.raises(UsageError):
        github.listed(owner, WISHES)


def test_an_api_that_is_not_encrypted_is_refused(server: GitHub) -> None:
    with pytest.raises(UsageError, match="no https URL"):
        github.listed("ada", Wishes())
