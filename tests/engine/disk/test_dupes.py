from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from kempt.engine.disk.dupes import claims, index, parts, places
from kempt.engine.disk.dupes.find import find_duplicates
from kempt.errors import UsageError
from kempt.model.dupes import Amount, DupeGroup, Duplicates, Grade, Origin
from support.disks import mounted
from support.recorded import SITE, install, row, settle

CODE, OTHER, DATA = b"x = 1\n" * 100, b"y = 2\n" * 100, b"\0\1\2" * 100_000


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Two environments with the same package, and a third one with another version of it."""
    root = tmp_path / "code"
    files = {"a/one.py": CODE, "a/two.py": OTHER, "a/lib.so": DATA}
    install(root / "p1" / ".venv", "a", files)
    install(root / "p2" / ".venv", "a", files)
    install(root / "p3" / ".venv", "a", {"a/one.py": CODE, "a/three.py": b"z"}, version="2.0")
    return root


def paths(group: DupeGroup, root: Path) -> list[str]:
    return [os.path.relpath(each.path, root).replace(f"{SITE}/", "") for each in group.files]


def found(root: Path, *, verify: bool = False, any: bool = False) -> dict[str, list[str]]:
    """The groups by the name of their first file: which files are in each."""
    groups = find_duplicates([str(root)], verify=verify, any=any).groups
    return {os.path.basename(each.files[0].path): sorted(paths(each, root)) for each in groups}


def test_what_several_environments_hold_is_one_group(code: Path) -> None:
    assert {
        "lib.so": ["p1/.venv/a/lib.so", "p2/.venv/a/lib.so"],
        "one.py": ["p1/.venv/a/one.py", "p2/.venv/a/one.py", "p3/.venv/a/one.py"],
        "two.py": ["p1/.venv/a/two.py", "p2/.venv/a/two.py"],
    } == found(code)


def test_the_group_that_frees_most_comes_first_and_sums_agree(code: Path) -> None:
    result = find_duplicates([str(code)])

    assert [len(DATA), 2 * len(CODE), len(OTHER)] == [each.bytes for each in result.groups]
    assert (4, len(DATA) + 2 * len(CODE) + len(OTHER)) == (result.redundant, result.bytes)
    for amounts in (result.by_grade, result.by_package, result.by_environment, result.by_kind):
        assert (result.redundant, result.bytes) == (sum(e.files for e in amounts), sum(e.bytes for e in amounts))


def test_amounts_by_package_environment_and_kind(code: Path) -> None:
    result = find_duplicates([str(code)])
    sure = [each.environment for each in next(iter(result.groups)).files]

    assert {"a 1.0", "a 2.0"} >= {each.name for each in result.by_package}
    assert (Amount(".so", 1, len(DATA)), Amount(".py", 3, 2 * len(CODE) + len(OTHER))) == result.by_kind
    assert {str(code / "p1" / ".venv"), str(code / "p2" / ".venv")} == set(sure)


def test_a_file_knows_its_distribution_and_what_it_looks_like(code: Path) -> None:
    fact = next(iter(find_duplicates([str(code)]).groups)).files[0]
    there = os.stat(fact.path)

    assert (there.st_ino, there.st_mtime_ns, there.st_ctime_ns, there.st_mode, there.st_uid, there.st_gid) == (
        fact.inode, fact.mtime_ns, fact.ctime_ns, fact.mode, fact.uid, fact.gid,
    )  # fmt: skip
    assert ("a 1.0", Origin.RECORD, len(DATA)) == (fact.distribution, fact.origin, fact.size)


def test_files_older_than_their_record_are_untouched(code: Path) -> None:
    assert {Grade.UNTOUCHED} == {each.grade for each in find_duplicates([str(code)]).groups}


def test_a_file_changed_after_its_record_is_claimed_only(code: Path) -> None:
    settle(code)
    (code / "p2" / ".venv" / SITE / "a" / "one.py").write_bytes(CODE)
    settle(code)
    (code / "p3" / ".venv" / SITE / "a" / "one.py").chmod(0o644)
    grades = {os.path.basename(each.files[0].path): each.grade for each in find_duplicates([str(code)]).groups}

    assert {"one.py": Grade.CLAIMED, "two.py": Grade.UNTOUCHED, "lib.so": Grade.UNTOUCHED} == grades


def test_a_record_that_was_touched_later_proves_nothing(code: Path) -> None:
    for record in code.rglob("RECORD"):
        os.utime(record, (1, 1))

    assert {Grade.CLAIMED} == {each.grade for each in find_duplicates([str(code)]).groups}


def test_amounts_by_grade_never_say_more_than_is_known(code: Path) -> None:
    settle(code)
    (code / "p2" / ".venv" / SITE / "a" / "lib.so").write_bytes(DATA)
    result = find_duplicates([str(code)])

    assert {"claimed": len(DATA), "untouched": 2 * len(CODE) + len(OTHER)} == {e.name: e.bytes for e in result.by_grade}


def test_verified_files_were_read(code: Path) -> None:
    result = find_duplicates([str(code)], verify=True)

    assert {Grade.VERIFIED} == {each.grade for each in result.groups}
    assert {Origin.READ} == {fact.origin for each in result.groups for fact in each.files}


def test_an_edit_of_equal_size_is_no_duplicate_once_it_is_read(code: Path) -> None:
    (code / "p2" / ".venv" / SITE / "a" / "lib.so").write_bytes(DATA[:-1] + b"!")
    claimed, read = find_duplicates([str(code)]), find_duplicates([str(code)], verify=True)

    assert "claimed" in {each.name for each in claimed.by_grade}
    assert ["one.py", "two.py"] == [os.path.basename(each.files[0].path) for each in read.groups]


def test_equal_edits_are_duplicates_of_each_other_with_their_own_digest(code: Path) -> None:
    edited = CODE[:-2] + b"9\n"
    for name in ("p1", "p2"):
        (code / name / ".venv" / SITE / "a" / "one.py").write_bytes(edited)
    groups = {each.digest: sorted(paths(each, code)) for each in find_duplicates([str(code)], verify=True).groups}

    assert ["p1/.venv/a/one.py", "p2/.venv/a/one.py"] == groups[hashlib.sha256(edited).hexdigest()]


def test_a_file_of_another_size_than_listed_is_left_out(code: Path) -> None:
    (code / "p2" / ".venv" / SITE / "a" / "two.py").write_bytes(OTHER + b"#")
    result = find_duplicates([str(code)])

    assert ["lib.so", "one.py"] == [os.path.basename(each.files[0].path) for each in result.groups]
    assert ("1 listed file has another size",) == result.notes


def test_a_missing_file_is_left_out(code: Path) -> None:
    (code / "p2" / ".venv" / SITE / "a" / "two.py").unlink()
    result = find_duplicates([str(code)])

    assert (3, ("1 listed file is missing",)) == (result.redundant, result.notes)


def test_hard_links_are_shared_already(code: Path) -> None:
    one, two = (code / name / ".venv" / SITE / "a" / "lib.so" for name in ("p1", "p2"))
    two.unlink()
    os.link(one, two)
    result = find_duplicates([str(code)])

    assert (3, Amount("already shared", 1, len(DATA))) == (result.redundant, result.shared)


def test_every_name_of_an_inode_is_in_its_group(code: Path) -> None:
    one, two = (code / name / ".venv" / SITE / "a" / "one.py" for name in ("p1", "p2"))
    two.unlink()
    os.link(one, two)
    group = next(each for each in find_duplicates([str(code)], verify=True).groups if "one.py" in each.files[0].path)

    assert (3, 2, Grade.VERIFIED) == (len(group.files), group.inodes, group.grade)


@pytest.mark.parametrize("path", ["/etc/hostname", "../../../../outside.py", "a/../../secret.py"])
def test_a_row_that_leads_out_of_the_environment_is_not_followed(code: Path, path: str) -> None:
    (code / "p4").mkdir()
    (code / "p4" / "outside.py").write_bytes(CODE)
    install(code / "p4" / ".venv", "b", {}, extra=row(path, CODE))
    result = find_duplicates([str(code)])

    assert (4, ("1 row of a RECORD leads elsewhere",)) == (result.redundant, result.notes)


def test_a_script_above_site_packages_is_in_its_environment(code: Path) -> None:
    for name in ("p1", "p2"):
        (code / name / ".venv" / "bin").mkdir()
        (code / name / ".venv" / "bin" / "tool").write_bytes(b"#!/bin/sh\n")
        install(code / name / ".venv", "b", {}, extra=row("../../../bin/tool", b"#!/bin/sh\n"))

    assert ["p1/.venv/bin/tool", "p2/.venv/bin/tool"] == found(code)["tool"]


def test_a_listed_path_below_a_link_is_not_followed(code: Path) -> None:
    site = code / "p2" / ".venv" / SITE
    shutil.move(site / "a", code / "elsewhere")
    (site / "a").symlink_to(code / "elsewhere")

    assert {"one.py": ["p1/.venv/a/one.py", "p3/.venv/a/one.py"]} == found(code)


def test_a_listed_path_that_is_a_link_or_a_folder_is_left_out(code: Path) -> None:
    site = code / "p2" / ".venv" / SITE / "a"
    for name in ("one.py", "two.py"):
        (site / name).unlink()
    (site / "one.py").symlink_to(code / "p1" / ".venv" / SITE / "a" / "one.py")
    (site / "two.py").mkdir()

    assert {"lib.so", "one.py"} == set(found(code))
    assert ["p1/.venv/a/one.py", "p3/.venv/a/one.py"] == found(code)["one.py"]


def test_a_distribution_without_a_record_is_told_of(code: Path) -> None:
    (code / "p2" / ".venv" / SITE / "a-1.0.dist-info" / "RECORD").unlink()
    result = find_duplicates([str(code)])

    assert [f"{code}/p2/.venv/{SITE}/a-1.0.dist-info/RECORD: no such file"] == [
        f"{each.path}: {each.reason}" for each in result.unread
    ]
    assert 1 == result.redundant


def test_two_sizes_for_one_digest_are_two_contents(code: Path) -> None:
    site = code / "p3" / ".venv" / SITE
    record = site / "a-2.0.dist-info" / "RECORD"
    record.write_text(record.read_text().replace(row("a/one.py", CODE), row("a/one.py", CODE).replace(",600", ",1")))
    (site / "a" / "one.py").write_bytes(b"!")

    assert ["p1/.venv/a/one.py", "p2/.venv/a/one.py"] == found(code)["one.py"]


def test_a_record_with_a_wrong_hash_is_found_out_by_reading(code: Path) -> None:
    for name in ("p1", "p2"):
        record = code / name / ".venv" / SITE / "a-1.0.dist-info" / "RECORD"
        record.write_text(record.read_text().replace(row("a/one.py", CODE), row("a/one.py", OTHER)))

    assert {"one.py", "lib.so"} == set(found(code))  # what is claimed: that one.py and two.py are the same
    assert ["p1/.venv/a/one.py", "p2/.venv/a/one.py"] == found(code, verify=True)["one.py"]
    assert ["p1/.venv/a/two.py", "p2/.venv/a/two.py"] == found(code, verify=True)["two.py"]


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    for name in ("p1", "p2"):
        site = install(tmp_path / name, "a", {})
        Path(os.fsdecode(os.fsencode(site) + b"/caf\xe9.py")).write_bytes(CODE)
        record = site / "a-1.0.dist-info" / "RECORD"
        record.write_bytes(row("@", CODE).encode().replace(b"@", b"caf\xe9.py"))

    assert {"caf\udce9.py": ["p1/caf\udce9.py", "p2/caf\udce9.py"]} == found(tmp_path, verify=True)


def test_the_same_environment_given_twice_counts_once(code: Path) -> None:
    link = code.parent / "link"
    link.symlink_to(code)
    result = find_duplicates([str(code), str(code / "p1"), str(link)])

    assert (4, 3) == (result.redundant, len(result.environments))


def test_an_environment_that_is_removed_meanwhile_is_missing(code: Path) -> None:
    read = claims.read(places.search([str(code)], lambda _: None).places, lambda _: None)
    from kempt.engine.disk.dupes.members import members_of

    shutil.rmtree(code / "p2")
    members = members_of(read, 1)

    assert {"p1", "p3"} == {members.path(each).split("/code/")[1][:2] for each in range(members.total)}


def test_groups_leave_out_what_was_changed_since(code: Path) -> None:
    result = find_duplicates([str(code)])
    (code / "p2" / ".venv" / SITE / "a" / "lib.so").write_bytes(DATA)

    assert ["one.py", "two.py"] == [os.path.basename(each.files[0].path) for each in result.groups]


def test_on_two_processors_it_is_the_same(code: Path) -> None:
    one, two = (find_duplicates([str(code)], verify=True, jobs=jobs) for jobs in (1, 2))

    assert list(one.groups) == [
        each._replace(files=tuple(fact._replace(origin=Origin.READ) for fact in each.files)) for each in two.groups
    ]


def test_many_rows_are_numbered_in_parts_with_the_same_result(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = find_duplicates([str(code)])
    monkeypatch.setattr(claims, "PART_ROWS", 2)

    assert sorted(whole.groups) == sorted(find_duplicates([str(code)]).groups)


@pytest.mark.parametrize("verify", [False, True])
def test_what_does_not_fit_in_memory_is_found_in_parts(
    code: Path, monkeypatch: pytest.MonkeyPatch, *, verify: bool
) -> None:
    whole = find_duplicates([str(code)], verify=verify)
    monkeypatch.setattr(claims, "MOST_ROWS", 2)
    monkeypatch.setattr(parts, "KEPT", 1)
    again = find_duplicates([str(code)], verify=verify)

    assert whole._replace(groups=again.groups, seconds=again.seconds) == again
    assert (len(whole.groups), next(iter(whole.groups))) == (len(again.groups), next(iter(again.groups)))
    assert sorted(whole.groups) == sorted(again.groups)


def test_a_bare_site_packages_is_found_and_a_cache_is_not(code: Path) -> None:
    site = install(code / "root" / "usr", "a", {"a/one.py": CODE})
    (code / "root" / "usr" / "pyvenv.cfg").unlink()
    install(code / "cache" / "env", "a", {"a/one.py": CODE})
    (code / "cache" / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")

    assert str(site) in find_duplicates([str(code)]).environments
    assert 4 == len(find_duplicates([str(code)]).environments)


def test_a_conda_environment_is_one(code: Path) -> None:
    install(code / "conda", "a", {"a/one.py": CODE})
    (code / "conda" / "pyvenv.cfg").unlink()
    (code / "conda" / "conda-meta").mkdir()
    (code / "conda" / "conda-meta" / "history").write_text("")

    assert "conda/a/one.py" in found(code)["one.py"]


def conda(environment: Path, files: dict[str, bytes], **more: object) -> Path:
    """An environment with one package, as conda writes it down after all of its files."""
    (environment / "conda-meta").mkdir(parents=True)
    (environment / "conda-meta" / "history").write_text("")
    rows = []
    for path, content in files.items():
        (environment / path).parent.mkdir(parents=True, exist_ok=True)
        (environment / path).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        rows.append({"_path": path, "path_type": "hardlink", "sha256": digest, "size_in_bytes": len(content), **more})
    record = {"name": "z", "link": {"source": str(environment)}, "paths_data": {"paths_version": 1, "paths": rows}}
    (environment / "conda-meta" / "z-1.0-h1_0.json").write_text(json.dumps(record))
    return environment


def test_what_conda_lists_is_compared_by_its_digests(code: Path) -> None:
    for name in ("c1", "c2"):
        conda(code / name, {"lib/libz.so.1": DATA[1:], "share/text": b"#" * 9})
    result = find_duplicates([str(code)])

    assert ["c1/lib/libz.so.1", "c2/lib/libz.so.1"] == found(code)["libz.so.1"]
    assert Amount("z 1.0", 2, len(DATA) + 8) in result.by_package
    assert Grade.UNTOUCHED == next(each.grade for each in result.groups if "libz" in each.files[0].path)


def test_a_file_that_conda_and_a_record_list_is_one_file(code: Path) -> None:
    site = f"{SITE}/a-1.0.dist-info/RECORD"
    for name in ("c1", "c2"):
        conda(code / name, {f"{SITE}/a/one.py": CODE, site: row("a/one.py", CODE).encode()})
    result = find_duplicates([str(code)])

    assert Amount("already shared", 0, 0) == result.shared
    assert ["c1/a/one.py", "c2/a/one.py", *(f"p{n}/.venv/a/one.py" for n in (1, 2, 3))] == found(code)["one.py"]


def test_a_package_of_conda_that_knows_no_digests_leaves_its_record_to_speak(code: Path) -> None:
    install(code / "c1", "a", {"a/one.py": CODE})
    conda(code / "c1", {"share/text": CODE}, path_type="softlink")

    assert "c1/a/one.py" in found(code)["one.py"]


def test_what_a_cache_holds_is_told_apart(code: Path) -> None:
    cache = code.parent / "uv"
    archive = cache / "archive-v0" / "x1"
    install(archive, "a", {})
    shutil.rmtree(archive)
    shutil.copytree(code / "p1" / ".venv" / SITE, archive)
    os.unlink(archive / "a" / "lib.so")
    os.link(code / "p1" / ".venv" / SITE / "a" / "lib.so", archive / "a" / "lib.so")
    result = find_duplicates([str(code)], against=str(cache))

    assert result.against is not None
    assert (Amount("linked", 1, len(DATA)), 6) == (result.against.linked, result.against.could.files)
    assert (4, Amount("apart", 0, 0)) == (result.redundant, result.against.apart)
    assert find_duplicates([str(code)]).listed == result.listed


def test_a_cache_on_another_file_system_holds_what_is_copied(code: Path) -> None:
    with mounted(code.parent / "disk", "4m"):
        shutil.copytree(code / "p1" / ".venv" / SITE, code.parent / "disk/uv/archive-v0/x1")
        against = find_duplicates([str(code)], against=str(code.parent / "disk/uv")).against

    assert against is not None
    assert (0, 0, 7) == (against.linked.files, against.could.files, against.apart.files)


def test_a_folder_that_is_no_cache_of_uv(code: Path) -> None:
    with pytest.raises(UsageError, match="no unpacked wheels are there"):
        find_duplicates([str(code)], against=str(code))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        find_duplicates([str(tmp_path / "missing")])


def any_groups(result: Duplicates, root: Path) -> list[list[str]]:
    return sorted(sorted(paths(each, root)) for each in result.groups)


def test_any_folder_is_compared_by_reading(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    for name, content in {
        "a": CODE, "in/b": CODE, "c": OTHER, "long1": DATA, "in/long2": DATA, "long3": DATA[:-1] + b"!",
        "long4": b"!" + DATA[1:], "empty1": b"", "in/empty2": b"", "alone": b"alone",
    }.items():  # fmt: skip
        (root / name).write_bytes(content)
    (root / "link").symlink_to("a")
    result = find_duplicates([str(root)], any=True)

    assert [["a", "in/b"], ["in/long2", "long1"]] == any_groups(result, root)
    assert ({Grade.VERIFIED}, True) == ({each.grade for each in result.groups}, result.any)


def test_equal_files_that_differ_from_the_first_of_their_size_are_found(tmp_path: Path) -> None:
    for name, last in {"a": b"1", "b": b"2", "c": b"2", "d": b"3"}.items():
        (tmp_path / name).write_bytes(b"same beginning" * 10_000 + last)

    assert [["b", "c"]] == any_groups(find_duplicates([str(tmp_path)], any=True), tmp_path)


def test_folders_inside_each_other_count_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_bytes(CODE)
    result = find_duplicates([str(tmp_path), str(tmp_path / "in"), str(tmp_path)], any=True)

    assert (1, 0) == (result.listed, result.redundant)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_is_no_duplicate(code: Path) -> None:
    (code / "p2" / ".venv" / SITE / "a" / "lib.so").chmod(0)

    assert {"one.py", "two.py"} == set(found(code, verify=True))


@pytest.fixture
def settled(code: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same; what was written just now is written down too, so that no test waits for two seconds."""
    monkeypatch.setattr(index, "SLACK_NS", 0)
    settle(code)
    return code


def origins(root: Path, *, verify: bool = False, any: bool = False) -> dict[str, Origin]:
    groups = find_duplicates([str(root)], verify=verify, any=any).groups
    return {paths(DupeGroup("", 0, 0, (fact,)), root)[0]: fact.origin for each in groups for fact in each.files}


@pytest.mark.parametrize("options", [{"verify": True}, {"any": True}])
def test_what_was_read_is_not_read_again(settled: Path, options: dict[str, bool]) -> None:
    first, second = origins(settled, **options), origins(settled, **options)
    large = [path for path in first if path.endswith(".so")]

    assert {Origin.READ} == set(first.values())
    assert {Origin.INDEX} == {second[path] for path in large or second}
    assert found(settled, **options) == found(settled, **options)


def test_a_file_that_was_changed_since_is_read_again(settled: Path) -> None:
    find_duplicates([str(settled)], verify=True)
    (settled / "p2" / ".venv" / SITE / "a" / "lib.so").write_bytes(DATA[:-1] + b"!")

    assert ["one.py", "two.py"] == sorted(found(settled, verify=True))


def test_a_changed_file_finds_those_that_were_read_earlier(settled: Path) -> None:
    find_duplicates([str(settled)], any=True)
    (settled / "new").write_bytes(DATA)

    assert ["new", "p1/.venv/a/lib.so", "p2/.venv/a/lib.so"] in any_groups(
        find_duplicates([str(settled)], any=True), settled
    )


def test_what_was_edited_and_read_is_known_the_next_time(settled: Path) -> None:
    for name in ("p1", "p2"):
        (settled / name / ".venv" / SITE / "a" / "lib.so").write_bytes(DATA[:-1] + b"!")
    settle(settled)
    first = find_duplicates([str(settled)], verify=True)
    second = find_duplicates([str(settled)], verify=True)

    assert [each.digest for each in first.groups] == [each.digest for each in second.groups]
    assert Origin.INDEX == next(iter(second.groups)).files[0].origin


def test_a_damaged_index_is_no_index(settled: Path, home: Path) -> None:
    find_duplicates([str(settled)], verify=True)
    for each in home.rglob("*.contents"):
        each.write_bytes(each.read_bytes()[:-1] + b"!")

    assert {Origin.READ} == set(origins(settled, verify=True).values())


def test_what_was_changed_a_moment_ago_is_not_written_down(code: Path) -> None:
    find_duplicates([str(code)], verify=True)

    assert {Origin.READ} == set(origins(code, verify=True).values())
