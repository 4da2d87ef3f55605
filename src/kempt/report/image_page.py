"""A page of what is left in images: a table of the findings, then each layer with a bar of its bytes by kind.

It fetches nothing and runs nothing: one file of HTML. Its numbers are those of the text report.
"""

from __future__ import annotations

from collections.abc import Sequence

from kempt.model.finding import Finding
from kempt.model.image import ImageProof, LayerFacts, Leftover, Proofs, titles
from kempt.model.report import Report
from kempt.report.escape import xml
from kempt.report.image import summary_of
from kempt.report.image_map import to_svg
from kempt.report.quantity import count, extent, size

_COLORS = (
    ("buried", "#6e1f12"),
    ("cache of", "#c8321f"),
    ("wheels", "#d99a00"),
    ("environments", "#2f6fcb"),
    ("packages", "#7fb2e8"),
    ("", "#b8bec6"),
)
"""By how the name of a kind begins. No text stands on them."""
_COLUMNS = ("where", "rule", "path", "what", "layer", "made by")
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1c1c1c;background:#fff}
h1,td,p{overflow-wrap:anywhere}h1{font-size:1.5em}h2{font-size:1.15em}h3{font-size:1em;margin:1.4em 0 .2em}
table{border-collapse:collapse;width:100%}th{text-align:left}
td,th{padding:.35em .9em .35em 0;vertical-align:top;border-bottom:1px solid #d5d5d5}td.short{white-space:nowrap}
td[data-is=path]{min-width:14em}td[data-is=what]{min-width:11em}td[data-is=layer]{min-width:5em}
code{font:.92em ui-monospace,monospace}.present{color:#a8200d}.buried{color:#6e1f12}.muted{color:#555}
svg.map{display:block;width:100%;height:auto;margin:.5em 0}
.bar{display:flex;gap:2px;height:20px;min-width:4px}.bar span{min-width:4px}
.kinds{margin:.3em 0;padding:0;list-style:none}.kinds li{display:inline-block;margin-right:1.2em}
.kinds i{display:inline-block;width:.8em;height:.8em;margin-right:.4em}
@media(max-width:60em){thead{display:none}tr,td{display:block;border:0}
tr{border-bottom:1px solid #d5d5d5;padding:.6em 0}
td[data-is]{min-width:0;padding:.1em 0 .1em 6em;position:relative}td.short{white-space:normal}
td::before{content:attr(data-is);position:absolute;left:0;color:#555}}
"""


def to_html(proofs: Proofs, report: Report) -> str:
    """The page of these images; `report` holds their findings, in the same order."""
    left, parts = list(report.findings), list[str]()
    for title, proof in zip(titles(proofs.proven), proofs.proven, strict=True):
        found, left = left[: len(proof.leftovers)], left[len(proof.leftovers) :]
        parts.append(_section(title, proof, found))
    parts += (f"<h1>{xml(each.where)}</h1>\n<p>Not proven: {xml(each.message)}</p>\n" for each in proofs.unproven)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>kempt image</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body>\n{''.join(parts)}</body></html>\n"
    )


def _section(title: str, proof: ImageProof, findings: Sequence[Finding]) -> str:
    heaviest = max((_weight(layer) for layer in proof.layers), default=0)
    layers = "".join(_layer(number, layer, heaviest) for number, layer in enumerate(proof.layers, 1))
    about = f"{xml(proof.platform)} · " if proof.platform else ""
    about += f"{count(len(proof.layers), 'layer')} · {size(sum(layer.size for layer in proof.layers))}"
    return (
        f"<h1>{xml(title)}</h1>\n<p>{about}</p>\n<p>{xml(summary_of((proof,)))}</p>\n"
        f"{_table(proof, findings)}<h2>Layers</h2>\n{to_svg(proof.layers, _color)}"
        '<p class="muted">The picture has a band for each layer, the first on top. '
        "A bar is as long as the files of its layer weigh, against the heaviest layer. "
        f"Sizes of layers are those that are shipped.</p>\n{layers}"
    )


def _table(proof: ImageProof, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    rows = "".join(
        _row(each, finding, len(proof.layers)) for each, finding in zip(proof.leftovers, findings, strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>\n"


def _row(leftover: Leftover, finding: Finding, layers: int) -> str:
    base = ", base image" if leftover.base else ""
    cells = (
        f"<b class={leftover.verdict.value}>{leftover.verdict.value}</b>",
        leftover.code,
        f"<code>/{xml(leftover.path)}</code>",
        f"{xml(leftover.tool)}, {extent(finding)}",
        f"{leftover.layer} of {layers}{base}",
        f"<code>{xml(leftover.made_by)}</code>" if leftover.made_by else "not known",
    )
    short = {"where", "rule"}
    shown = (
        f'<td data-is="{name}"{" class=short" if name in short else ""}>{cell}</td>'
        for name, cell in zip(_COLUMNS, cells, strict=True)
    )
    return f"<tr>{''.join(shown)}</tr>\n"


def _layer(number: int, layer: LayerFacts, heaviest: int) -> str:
    kinds = [(name, weight) for name, weight in layer.kinds if weight]
    bars = "".join(
        f'<span style="flex:{weight} 0 4px;background:{_color(name)}" title="{xml(name)}, {size(weight)}"></span>'
        for name, weight in kinds
    )
    named = "".join(
        f'<li><i style="background:{_color(name)}"></i>{xml(name)}, {size(weight)}</li>' for name, weight in kinds
    )
    length = 100 * _weight(layer) / heaviest if heaviest else 0.0
    base = " · base image" if layer.base else ""
    made = f"<p><code>{xml(layer.made_by)}</code></p>\n" if layer.made_by else ""
    bar = f'<div class="bar" aria-hidden="true" style="width:{length:.2f}%">{bars}</div>\n'
    picture = f'{bar}<ul class="kinds">{named}</ul>\n' if kinds else ""
    entries = count(layer.entries, "entry", "entries")
    return f"<h3>Layer {number} · {size(layer.size)} · {entries}{base}</h3>\n{made}{picture}"


def _weight(layer: LayerFacts) -> int:
    return sum(weight for _, weight in layer.kinds)


def _color(kind: str) -> str:
    return next(color for start, color in _COLORS if kind.startswith(start))
