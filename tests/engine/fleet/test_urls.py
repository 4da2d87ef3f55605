"""URLs of an inventory: one spelling for each repository, and nothing that git would obey."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kempt.engine.fleet.urls import identity, is_url, refuse_transport, same_host, target_of
from kempt.errors import RemoteError, UsageError
from kempt.model.fleet import Target


@pytest.mark.parametrize(
    "text, expected",
    [
        ("https://Host.Example:443//a/b.git/", Target("https://host.example/a/b", "https://host.example/a/b.git")),
        ("HTTPS://host/a", Target("https://host/a", "https://host/a")),
        ("git@host:a/b.git", Target("ssh://host/a/b", "ssh://git@host/a/b.git")),
        ("host.example:a/b", Target("ssh://host.example/a/b", "ssh://host.example/a/b")),
        ("ssh://git@host:2222/a/b", Target("ssh://host:2222/a/b", "ssh://git@host:2222/a/b")),
        ("https://[::1]:8443/a", Target("https://[::1]:8443/a", "https://[::1]:8443/a")),
        ("https://host./a%20b", Target("https://host/a%20b", "https://host/a%20b")),
    ],
)
def test_a_url_has_one_spelling(text: str, expected: Target) -> None:
    assert expected == target_of(text, allow_insecure=False)


@pytest.mark.parametrize(
    "text",
    [
        "-uhttps://host/a", "--upload-pack=touch", "ext::sh -c touch", "ext::sh%20-c", "fd::17", "::x", "file:///etc",
        "https://host/a b", "https://host/a\nb", "https://host/\x1b[31m", "https://host/\u202ea", "https://",
        "https://host", "https://-oProxyCommand=x/a", "ssh://-oProxyCommand=x/a", "ssh://-x@host/a", "https://host/../a",
        "https://host/a?x=1", "https://host/a#x", "https://host:99999/a", "https://host:x/a", "ftp://host/a",
        "ssh://host/-oProxyCommand=x", "https://ho st/a", "https://a:b:c/d", "https://host/" + "a" * 3000,
        "git@host:-oProxyCommand=x", "https://host\\evil/a",
    ],
)  # fmt: skip
def test_what_git_could_obey_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        target_of(text, allow_insecure=True)


@pytest.mark.parametrize("text", ["https://ada:hunter2@host/a", "https://hunter2@host/a", "ssh://git:hunter2@host/a"])
def test_a_password_is_refused_unquoted_and_its_place_is_named(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        target_of(text, allow_insecure=True)

    assert "hunter2" not in f"{caught.value}{caught.value.hint}"
    assert "take it out, and name the variable that holds the token: --token host=VARIABLE" == caught.value.hint


@pytest.mark.parametrize("text", ["http://host/a", "git://host/a"])
def test_what_is_not_encrypted_needs_a_word(text: str) -> None:
    with pytest.raises(UsageError, match="neither encrypted nor authenticated"):
        target_of(text, allow_insecure=False)

    assert text == target_of(text, allow_insecure=True).url


def test_spellings_of_one_repository_are_one() -> None:
    spellings = ("https://github.com/Ada/Shop.git", "git@github.com:ada/shop", "ssh://git@github.com:22/ada/shop.git/")

    assert 1 == len({identity(target_of(each, allow_insecure=False)) for each in spellings})


def test_capitals_matter_on_a_host_that_is_not_known_to_fold_them() -> None:
    assert 2 == len({identity(target_of(each, allow_insecure=False)) for each in ("https://h/A", "https://h/a")})


@pytest.mark.parametrize("text", ["./a", "/srv/a", "a", "../x:y", "C:\\x"])
def test_a_path_is_no_url(text: str) -> None:
    assert not is_url(text)


def test_a_task_from_elsewhere_with_another_transport_is_refused() -> None:
    with pytest.raises(RemoteError) as caught:
        refuse_transport("ext::sh -c x", allow_insecure=True)

    assert "refused" == caught.value.code


@pytest.mark.parametrize(
    "to, expected",
    [
        ("https://host/b", True), ("https://host:8443/b", False), ("http://host/b", False), ("https://other/b", False),
        ("https://host@other/b", False), ("https://host.other/b", False), ("//host/b", False),
    ],
)  # fmt: skip
def test_a_redirect_stays_with_scheme_host_and_port(to: str, expected: bool) -> None:  # noqa: FBT001 - a case's result
    assert expected is same_host(to, "https://host/a")


@given(st.text(max_size=60))
def test_a_taken_url_is_taken_again_unchanged(text: str) -> None:
    for each in (text, f"https://{text}", f"ssh://git@host/{text}", f"git@{text}"):
        try:
            made = target_of(each, allow_insecure=True)
        except UsageError:
            continue
        assert made == target_of(made.url, allow_insecure=True)
