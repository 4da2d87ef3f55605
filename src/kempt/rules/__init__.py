"""The rules: one file each, a pure function from a repository to findings. The tuple ALL is the registry."""

from __future__ import annotations

from kempt.model.rule import Rule
from kempt.rules import (
    dead_ignore_pattern,
    git_failed,
    ignored_lock,
    ignored_python_pin,
    ignored_source,
    nothing_checked,
    outside_git,
    rule_crashed,
    tracked_build_output,
    tracked_but_ignored,
    tracked_bytecode,
    tracked_environment,
    tracked_manager_state,
    tracked_os_junk,
    tracked_package_metadata,
    tracked_secrets,
    tracked_test_output,
    tracked_tool_cache,
    unignored_artefact,
    unparsable_file,
    unreadable_file,
    unused_suppression,
)

ALL: tuple[Rule, ...] = (
    rule_crashed.RULE,
    unreadable_file.RULE,
    unparsable_file.RULE,
    outside_git.RULE,
    git_failed.RULE,
    nothing_checked.RULE,
    unused_suppression.RULE,
    tracked_environment.RULE,
    tracked_bytecode.RULE,
    tracked_tool_cache.RULE,
    tracked_package_metadata.RULE,
    tracked_build_output.RULE,
    tracked_test_output.RULE,
    tracked_os_junk.RULE,
    tracked_secrets.RULE,
    tracked_manager_state.RULE,
    tracked_but_ignored.RULE,
    unignored_artefact.RULE,
    ignored_source.RULE,
    ignored_lock.RULE,
    ignored_python_pin.RULE,
    dead_ignore_pattern.RULE,
)
