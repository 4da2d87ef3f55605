"""What a container sees of layers that lie upon each other, and what each layer ships that it does not see.

As the OCI image specification says: `.wh.NAME` deletes what lies below, `.wh..wh..opq` all that lies below in its
folder, both only in lower layers and wherever they stand in their own. As containerd unpacks: parents that are links
lead where they point, inside the image; a folder joins a folder, anything else takes the place of what was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kempt.errors import UnreadableError
from kempt.formats.oci.names import joined
from kempt.model.image import FILE, FOLDER, HARD_LINK, LINK, Entry

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
_LINKS = 40


class Node:
    """One thing in the merged view, or one that was there until a layer took it away (`alive` is False).

    `path` has the links of its folder followed. A file holds `size` bytes of `layer`; a hard link to it is a file too,
    whose `content` is that node. `names` counts the names that the bytes of a file ever had, `left` those in the view.
    """

    __slots__ = ("alive", "children", "first", "kind", "layer", "left", "names", "path", "size", "target")

    def __init__(self, path: str, kind: str, layer: int, size: int = 0, target: str = "") -> None:
        self.path = path
        self.kind = kind
        self.layer = layer
        self.size = size
        self.target = target
        self.alive = True
        self.children: dict[str, Node] | None = {} if kind == FOLDER else None
        self.first: Node | None = None
        self.names = self.left = 1

    @property
    def content(self) -> Node:
        """The node that holds the bytes of a file: this one, unless it is one more name of them."""
        return self.first or self


class Merged:
    """Layers, put upon each other by `add`, lowest first."""

    def __init__(self) -> None:
        self.root = Node("", FOLDER, -1)
        self.shipped: list[Node] = []  # every name of a file that some layer holds, lowest first
        self.links: list[Node] = []  # every symbolic link that some layer holds, lowest first
        self._layer = -1
        self._folders: dict[str, Node] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """The next layer. Raises UnreadableError where its links run in a circle."""
        self._layer += 1
        self._folders = {}
        for entry in entries:
            if not entry.path:
                continue
            folder, _, name = entry.path.rpartition("/")
            if name.startswith(WHITEOUT):
                lower = self._folders.get(folder) or self._existing(folder)
                if lower is not None and lower.children is not None:
                    self._delete(lower.children, name)
                continue
            parent = self._folders.get(folder)
            if parent is None:
                parent = self._folders[folder] = self._folder(folder)
            path = entry.path if parent.path == folder else joined(parent.path, name)  # one text, not two the same
            self._put(parent, name, Node(path, entry.kind, self._layer, entry.size, entry.target))

    def nodes(self) -> Iterator[Node]:
        """All that the merged view holds, but for the root."""
        waiting = [self.root]
        while waiting:
            for node in (waiting.pop().children or {}).values():
                yield node
                if node.children:
                    waiting.append(node)

    def _put(self, parent: Node, name: str, node: Node) -> None:
        children = _children(parent)
        old = children.get(name)
        if node.kind == FOLDER and old is not None and old.kind == FOLDER:
            old.layer = self._layer
            return
        if node.kind == HARD_LINK:
            self._share(node)
        if node.kind == FILE:
            self.shipped.append(node)
        elif node.kind == LINK:
            self.links.append(node)
        if old is not None and old.alive:
            self._kill(old)
        children[name] = node
        if node.kind == LINK:
            self._folders.clear()

    def _share(self, node: Node) -> None:
        """A hard link is one more name of what is there; where nothing is, it is an empty file."""
        found = self._found(node.target)
        node.kind, node.target = FILE, ""
        if found is not None and found.kind != FOLDER:
            node.kind, node.target = found.kind, found.target
            if found.kind == FILE:
                content = node.first = found.content
                content.names += 1
                content.left += 1

    def _delete(self, children: dict[str, Node], name: str) -> None:
        if name == OPAQUE:
            for each in list(children):
                self._delete_lower(children, each)
        elif name.startswith(WHITEOUT + WHITEOUT):
            return  # other marks of aufs, which hide nothing
        else:
            self._delete_lower(children, name.removeprefix(WHITEOUT))

    def _delete_lower(self, children: dict[str, Node], name: str) -> None:
        """Take away what lower layers put there, and leave what this layer has put there."""
        node = children.get(name)
        if node is None:
            return
        if node.children is not None:
            for each in list(node.children):
                self._delete_lower(node.children, each)
        if node.layer < self._layer and not node.children:
            self._kill(node)
            del children[name]

    def _kill(self, node: Node) -> None:
        if node.kind in {FOLDER, LINK}:
            self._folders.clear()
        waiting = [node]
        while waiting:
            each = waiting.pop()
            each.alive = False
            each.content.left -= 1
            waiting += (each.children or {}).values()

    def _folder(self, path: str) -> Node:
        """The folder of a path; links lead on, what is missing is made, what is no folder is replaced."""
        node, left, links = self.root, _split(path), 0
        trail = [self.root]
        while left:
            part = left.pop()
            if part in {"", ".", ".."}:
                trail = trail[:-1] if part == ".." and len(trail) > 1 else trail
                continue
            node = trail[-1]
            children = _children(node)
            found = children.get(part)
            if found is not None and found.kind == LINK:
                links += 1
                if links > _LINKS:
                    raise UnreadableError(f"links that run in a circle: {path}")
                trail = [self.root] if found.target.startswith("/") else trail
                left += _split(found.target)
                continue
            if found is None or found.kind != FOLDER:
                if found is not None:
                    self._kill(found)
                found = children[part] = Node(joined(node.path, part), FOLDER, self._layer)
            trail.append(found)
        return trail[-1]

    def _found(self, path: str) -> Node | None:
        """What lies at a path: links among its parents are followed, and nothing is made."""
        folder, _, name = path.rpartition("/")
        parent = self._folders.get(folder) or self._existing(folder)
        return None if parent is None else (parent.children or {}).get(name)

    def resolved(self, path: str, folder: str = "") -> str | None:
        """A path, from a folder unless it begins with `/`, with its links followed; None where they run in a circle.

        What is missing is taken as it stands, so that a path is known whose end is gone.
        """
        here, nodes, links = list[str](), list[Node | None]([self.root]), 0
        left = _split(path if path.startswith("/") else f"{folder}/{path}")
        while left:
            part = left.pop()
            if part in {"", ".", ".."}:
                if part == ".." and here:
                    here.pop()
                    nodes.pop()
                continue
            found = ((nodes[-1] and nodes[-1].children) or {}).get(part)
            if found is None or found.kind != LINK:
                here.append(part)
                nodes.append(found)
                continue
            links += 1
            if links > _LINKS:
                return None
            if found.target.startswith("/"):
                here, nodes = [], [self.root]
            left += _split(found.target)
        return "/".join(here)

    def _existing(self, path: str) -> Node | None:
        trail, left, links = [self.root], _split(path), 0
        while left:
            part = left.pop()
            if part in {"", ".", ".."}:
                trail = trail[:-1] if part == ".." and len(trail) > 1 else trail
                continue
            found = (trail[-1].children or {}).get(part)
            if found is None or links > _LINKS or found.kind not in {FOLDER, LINK}:
                return None
            if found.kind == LINK:
                links += 1
                trail = [self.root] if found.target.startswith("/") else trail
                left += _split(found.target)
                continue
            trail.append(found)
        return trail[-1]


def _children(folder: Node) -> dict[str, Node]:
    if folder.children is None:  # a folder by its kind always has some
        raise UnreadableError(f"not a folder: {folder.path}")
    return folder.children


def _split(path: str) -> list[str]:
    """The parts of a path, the first one last, to be popped."""
    return path.split("/")[::-1]
