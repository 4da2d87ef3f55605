"""What differs between two texts, as git tells it.

`diff` is a command that runs what a repository names: filters, textconv, programs of its own. Here it sees none. It
compares two files of kempt's own, in kempt's scratch folder, for a repository that is empty and made for it: its
configuration is not there, its attributes are not there, and `--no-index` looks at no index. The texts themselves are
data to it, and the names of the files are `old` and `new`, whatever they are called where they come from.
"""

from __future__ import annotations

import re

from kempt.errors import ToolError
from kempt.host.git import Git

PLAIN = (
    "--no-index", "--text", "--patch", "--unified=3", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames",
)  # fmt: skip
DIFFERENT = 1
HEADING = re.compile(rb"^(@@ [^@\n]* @@).*$", re.MULTILINE)
"""Where a hunk is. git adds some line above it, and may cut that in the middle of a character."""


def hunks_between(git: Git, old: bytes, new: bytes) -> bytes:
    """The hunks of a unified diff, each from its `@@` on; empty where the texts are the same.

    `git` lends its scratch folder and its hardening; its repository is not asked. Raises ToolError (KPT004) when git
    fails.
    """
    scratch = git.scratch
    git_dir = scratch.folder("hunks/none.git")
    for name in ("objects", "refs"):
        scratch.folder(f"hunks/none.git/{name}")
    scratch.file("hunks/none.git/HEAD", b"ref: refs/heads/main\n")
    scratch.file("hunks/texts/old", old)
    scratch.file("hunks/texts/new", new)
    texts = scratch.folder("hunks/texts")
    done = git.run_bare(
        f"--git-dir={git_dir}", f"--work-tree={texts}", "-C", texts, "diff", *PLAIN, "--", "old", "new", check=False
    )  # fmt: skip
    if done.status not in {0, DIFFERENT}:
        reason = done.err.decode("utf-8", "backslashreplace").strip()
        raise ToolError(f"git diff failed: {reason}", status=done.status, code="KPT004")
    start = done.out.find(b"\n@@ ")
    return re.sub(HEADING, rb"\1", done.out[start + 1 :]) if start >= 0 else b""
