"""Which files may share what they hold with others, and which must not, whatever that would free. Pure."""

from __future__ import annotations

import re

from kempt.model.dupes import FileFact
from kempt.model.plan import Means

_OTHERS_WRITE = 0o002
_SET_ID = 0o6000
_KIND, _REGULAR = 0o170000, 0o100000
_IN_PLACE = re.compile(r"__editable__|_editable_impl_|_virtualenv|__editables__")
_EDITABLE_ENDINGS = (".egg-link",)
_BY_INSTALLERS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"})
"""Files of a dist-info folder that installers write again in place."""
_CONFIGURATION = "pyvenv.cfg"

PTH = "`.pth` files run at every start of Python, and each environment has its own"
EDITABLE = "they lead to a project that is installed in place"
CONFIGURATION = "they say what an environment is"
WRITABLE = "every user may write to them"
FOREIGN = "they belong to another user"
SET_ID = "they run with the rights of their owner"
INSTALLERS = "installers write them again in place, and all names would see it"
IN_USE = "a running program uses their environment; end it, or use a file system that shares blocks"
NO_WAY = "their file system shares no blocks; `--hardlink` makes them names of one file"
NO_BLOCKS = "their file system shares no blocks"
GITS = "they are git's own files"
UNASKED = "whether their file system shares blocks is told to those alone who may write to a file"
TRAITS = "owner, mode or attributes differ from those of the others"
ELSEWHERE = "names of them lie elsewhere, so nothing would be freed"
HELD = "a snapshot, or a file elsewhere, holds their blocks, so nothing would be freed"
INLINE = "they are so small that they lie in their inodes"
EDITED = "they were edited since they were installed"
GONE = "they changed, or went, while they were looked at"
UNTOLD = "their file system does not tell where they lie"


def why_not(fact: FileFact, user: int | None, means: Means | None) -> str:
    """Why a file must stay as it is; empty where it may share. `user` is who runs kempt, None for one who may all."""
    name = fact.path.rpartition("/")[2]
    by_link = means is Means.LINK
    reasons = (
        (fact.mode & _KIND != _REGULAR, GONE),
        (name.endswith(".pth"), PTH),
        (name.endswith(_EDITABLE_ENDINGS) or _IN_PLACE.search(name) is not None, EDITABLE),
        (name == _CONFIGURATION, CONFIGURATION),
        (bool(fact.mode & _OTHERS_WRITE), WRITABLE),
        (user is not None and fact.uid != user, FOREIGN),
        (by_link and bool(fact.mode & _SET_ID), SET_ID),
        (by_link and name in _BY_INSTALLERS and ".dist-info/" in fact.path, INSTALLERS),
    )
    return next((reason for holds, reason in reasons if holds), "")
