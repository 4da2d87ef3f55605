"""CloudFormation templates: which buildspec a project runs, and whether its source comes with a `.git` folder.

CodeBuild clones from a repository itself. CodePipeline hands it an archive of the files, unless the source action is
told to hand on a reference (`OutputArtifactFormat: CODEBUILD_CLONE_REF`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from kempt.formats import yaml

PROJECT, PIPELINE = "AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline"
MARKS = (PROJECT.encode(), PIPELINE.encode())
DEFAULT = "buildspec.yml"
CLONES = {
    "GITHUB": True, "GITHUB_ENTERPRISE": True, "BITBUCKET": True, "CODECOMMIT": True, "GITLAB": True,
    "GITLAB_SELF_MANAGED": True, "S3": False, "NO_SOURCE": False,
}  # fmt: skip
FORMATS = {"": False, "CODE_ZIP": False, "CODEBUILD_CLONE_REF": True}
BY_PIPELINE = "CODEPIPELINE"


class Project(NamedTuple):
    """A build project: its names, the buildspec (a path, or a text in the template), and the type of its source."""

    names: tuple[str, ...]
    path: str
    inline: yaml.Scalar | None
    source: str


class Template(NamedTuple):
    """What a template defines. `handed` says of projects' names whether a pipeline hands them a clone."""

    projects: tuple[Project, ...] = ()
    handed: tuple[tuple[str, bool | None], ...] = ()


def template(document: yaml.Document) -> Template:
    """The projects of a template and what its pipelines hand to projects, of this template or another."""
    root = document.roots[0] if document.roots else None
    parameters = yaml.get(root, "Parameters")
    resources = [(each.key.value, each.value) for each in yaml.entries(yaml.get(root, "Resources"))]
    return Template(
        tuple(_project(name, node, parameters) for name, node in resources if _type(node) == PROJECT),
        tuple(pair for _, node in resources if _type(node) == PIPELINE for pair in _handed(node)),
    )


def has_git(project: Project, handed: Mapping[str, bool | None]) -> bool | None:
    """Whether a project's source comes with a `.git` folder; None where no template says so."""
    if project.source != BY_PIPELINE:
        return CLONES.get(project.source)
    return worst(handed[name] for name in project.names if name in handed)


def worst(answers: Iterable[bool | None]) -> bool | None:
    """No, if it is missing in one case; yes, if it is there in all; else nobody knows."""
    found = set(answers)
    if False in found:
        return False
    return True if found == {True} else None


def _type(node: yaml.Node) -> str:
    return yaml.text_of(yaml.get(node, "Type"))


def _project(name: str, node: yaml.Node, parameters: yaml.Node | None) -> Project:
    properties = yaml.get(node, "Properties")
    source = yaml.get(properties, "Source")
    spec = _unwrapped(yaml.get(source, "BuildSpec"))
    names = tuple(filter(None, (name, yaml.text_of(_unwrapped(yaml.get(properties, "Name"))))))
    inline = spec if isinstance(spec, yaml.Scalar) and "\n" in spec.value.strip() else None
    path = "" if inline else _path(spec, parameters)
    return Project(names, path, inline, yaml.text_of(yaml.get(source, "Type")))


def _path(spec: yaml.Node | None, parameters: yaml.Node | None) -> str:
    """The path of a buildspec; a parameter stands for its default."""
    value = yaml.text_of(spec) if spec is not None else DEFAULT
    value = yaml.text_of(yaml.get(parameters, value, "Default")) or value
    path = posixpath.normpath(value) if value.isprintable() else ""
    return path if path.lower().endswith((".yml", ".yaml")) and not path.startswith(("/", "..", "arn:")) else ""


def _unwrapped(node: yaml.Node | None) -> yaml.Node | None:
    """The text of `{Ref: X}`, `{Fn::Sub: text}` and `{Fn::Sub: [text, values]}`; the short forms are texts already."""
    for key in ("Ref", "Fn::Sub"):
        inner = yaml.get(node, key)
        if inner is not None:
            node = inner
    return node.items[0] if isinstance(node, yaml.Sequence) and node.items else node


def _handed(node: yaml.Node) -> Iterator[tuple[str, bool | None]]:
    actions = list(_actions(yaml.get(node, "Properties", "Stages")))
    formats = {name: form for action in actions for name, form in _outputs(action)}
    for action in actions:
        if yaml.text_of(yaml.get(action, "ActionTypeId", "Provider")) == "CodeBuild":
            settings = yaml.get(action, "Configuration")
            name = yaml.text_of(_unwrapped(yaml.get(settings, "ProjectName")))
            taken = [yaml.text_of(yaml.get(settings, "PrimarySource")), *_names(yaml.get(action, "InputArtifacts"))]
            yield name, next((formats.get(each) for each in taken if each), None)


def _outputs(action: yaml.Node) -> Iterator[tuple[str, bool | None]]:
    """What an action puts out, and whether that is a clone: archives, but for a source told otherwise."""
    form = yaml.text_of(yaml.get(action, "Configuration", "OutputArtifactFormat"))
    for name in _names(yaml.get(action, "OutputArtifacts")):
        yield name, FORMATS.get(form)


def _names(node: yaml.Node | None) -> list[str]:
    items = node.items if isinstance(node, yaml.Sequence) else ()
    return [yaml.text_of(yaml.get(each, "Name")) for each in items]


def _actions(stages: yaml.Node | None) -> Iterator[yaml.Node]:
    for stage in stages.items if isinstance(stages, yaml.Sequence) else ():
        actions = yaml.get(stage, "Actions")
        yield from actions.items if isinstance(actions, yaml.Sequence) else ()
