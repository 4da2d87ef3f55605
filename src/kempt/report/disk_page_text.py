"""The template and the style sheet of the page on a disk.

The colours of the sections are those of Okabe and Ito, which people who see colours differently tell apart; what can go
is in full colour and what stays is pale, so that no meaning hangs on the colour alone.
"""

from __future__ import annotations

COLORS = {
    "environments": ("#0072b2", "#fff"), "downloads": ("#e69f00", "#14171a"), "caches": ("#009e73", "#14171a"),
    "bytecode": ("#cc79a7", "#14171a"), "builds": ("#56b4e9", "#14171a"), "trash": ("#949ba3", "#14171a"),
    "several": ("#6b7480", "#fff"),
}  # fmt: skip
"""The colour of each section, and that of text on it."""
LIGHT = {"page": "#fbfbf9", "card": "#fff", "ink": "#1b1f23", "soft": "#586069", "line": "#e1e4e8", "code": "#f1f3f5"}
DARK = {"page": "#14171a", "card": "#1c2024", "ink": "#e8eaed", "soft": "#a4acb5", "line": "#31373d", "code": "#262b31"}
PALE = {"light": 0.3, "dark": 0.45}
"""How much of its colour is left of what stays."""


def _theme(colors: dict[str, str]) -> str:
    return "".join(f"--{name}:{color};" for name, color in colors.items())


def _sections() -> str:
    return "".join(f".{name}{{--fill:{fill};--on:{on}}}\n" for name, (fill, on) in COLORS.items())


STYLE = f"""
:root{{color-scheme:light dark;--pale:{PALE["light"]};{_theme(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{--pale:{PALE["dark"]};{_theme(DARK)}}}}}
{_sections()}"""
STYLE += """*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1160px;margin:0 auto;padding:28px 20px 48px}
.from{color:var(--soft);margin:0;overflow-wrap:anywhere}
h1{font-size:34px;line-height:1.2;margin:6px 0 4px;letter-spacing:-.01em}
h2{font-size:17px;margin:36px 0 10px}
.lead{font-size:17px;margin:0 0 20px;color:var(--soft)}
.measure{margin:0;display:none}
code{font:13px/1.4 ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;overflow-wrap:anywhere}
.way .number{width:1%;padding-left:16px}
.way code{background:var(--code);border-radius:5px;padding:2px 7px}
svg{display:block}
.rail{width:100%;height:8px;border-radius:4px;margin:5px 0 0}
.track{fill:var(--line)}.full{fill:var(--soft)}
.volumes{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:10px 32px;margin:0 0 6px}
.volumes p{margin:0;color:var(--soft)}
.goes{fill:var(--fill)}.stays{fill:var(--fill);fill-opacity:var(--pale)}
.map{width:100%;height:auto;border-radius:8px}
.map text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
.map .goes~text{fill:var(--on)}
.narrow{display:none}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 10px;padding:0;color:var(--soft)}
.key svg{width:13px;height:13px;display:inline-block;vertical-align:-1px;margin-right:6px;border-radius:3px}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);border-radius:8px}
th,td{text-align:left;font-weight:400;padding:7px 12px;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-size:13px;padding-bottom:4px}
thead+tbody tr:first-child>*{border-top:1px solid var(--line)}
tbody:first-child tr:first-child>*{border-top:0}
th[scope=row]{overflow-wrap:anywhere}
th small,td small{display:block;color:var(--soft);font-size:13px}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.used{white-space:nowrap}
.drawn{width:26%;padding-top:14px}
.two .drawn{width:22%}
.bar{width:100%;height:10px;border-radius:3px}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:0 28px;align-items:start}
.pick{display:inline-flex;margin:34px 0 0;padding:0;border:1px solid var(--soft);border-radius:8px}
.pick legend,.pick input{position:absolute;opacity:0;width:1px;height:1px;overflow:hidden}
.pick label{position:relative;padding:6px 18px;cursor:pointer;color:var(--soft);border-radius:7px}
.pick label:has(:checked){background:var(--ink);color:var(--page)}
.pick:has(:focus-visible){outline:3px solid #0072b2;outline-offset:2px}
body:has(#in-bytes:checked) .files,body:has(#in-files:checked) .bytes{display:none}
footer{color:var(--soft);font-size:14px;margin-top:40px;border-top:1px solid var(--line);padding-top:14px}
footer p{margin:0 0 8px;overflow-wrap:anywhere}
@media (max-width:700px){main{padding:18px 14px 32px}h1{font-size:27px}.drawn,.used{display:none}.wide{display:none}
.narrow{display:block}th,td{padding:7px 9px}.two{grid-template-columns:1fr}
.way td,.way th{display:block;border:0;padding:3px 9px}
.way tr{display:block;border-top:1px solid var(--line);padding:5px 0}.way tr:first-child{border:0}
.way .number{text-align:left;padding-left:9px}.way .number small{display:inline;margin-left:8px}}
@media print{:root{"""
STYLE += f"--pale:{PALE['light']};{_theme(LIGHT)}"
STYLE += """}body{font-size:12px;background:none}.pick{display:none}
body:has(#in-bytes:checked) .files,body:has(#in-files:checked) .bytes,.measure{display:block}
.measure{font-size:20px;margin-top:28px}.files{break-before:page}tr,.map{break-inside:avoid}h2,thead{break-after:avoid}
svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@media (forced-colors:active){svg{forced-color-adjust:none}}
"""

TEMPLATE = """\
{% macro rows(title, head, listed) %}
<section><h2>{{ title }}</h2>
<table><thead><tr><th scope="col">{{ head }}</th><th scope="col" class="drawn"></th>\
<th scope="col" class="number">takes</th><th scope="col" class="number">can go</th></tr></thead>
<tbody>
{% for row in listed %}
<tr><th scope="row">{{ row.name }}<small>{{ row.said }}</small></th><td class="drawn">{{ row.bar|safe }}</td>\
<td class="number">{{ row.amount }}</td><td class="number">{{ row.going or "-" }}</td></tr>
{% endfor %}
</tbody></table></section>
{% endmacro %}
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{{ digest }}'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
<title>kempt disk: {{ title }}</title>
<style>{{ style|safe }}</style></head>
<body>
<main>
<p class="from">kempt disk · {{ title }} · {{ when }}</p>
{% if empty %}
<h1>Nothing can go</h1>
<p class="lead">Nothing here can be made again.</p>
{% else %}
<h1>{{ views[0].going }} can go</h1>
<p class="lead">They lie in {{ views[1].going }}. \
All that can be made again: {{ views[0].whole }} in {{ views[1].whole }}.</p>
{% endif %}
<div class="volumes">
{% for volume in volumes %}
<div><p>{{ volume.name }}: {{ volume.bytes }}</p>{{ volume.bytes_rail|safe }}</div>
<div><p>{{ volume.files }}</p>{{ volume.files_rail|safe }}</div>
{% endfor %}
</div>
{% if ways %}
<section><h2>What to type</h2>
<table class="way"><tbody>
{% for amount, files, command, what in ways %}
<tr><td class="number">{{ amount }}<small>{{ files }}</small></td><th scope="row"><code>{{ command }}</code>\
<small>{{ what }}</small></th></tr>
{% endfor %}
</tbody></table></section>
{% endif %}
{% if not empty %}
<fieldset class="pick"><legend>count</legend>\
<label for="in-bytes"><input type="radio" name="measure" id="in-bytes" autocomplete="off" checked>in bytes</label>\
<label for="in-files"><input type="radio" name="measure" id="in-files" autocomplete="off">in files</label></fieldset>
{% for view in views %}
<div class="{{ view.name }}">
<p class="measure">In {{ view.name }}</p>
{% if view.wide %}
<section><h2>What takes the room</h2>
<ul class="key">
{% for key, name in keys %}
<li><svg class="{{ key }}" viewBox="0 0 10 10" aria-hidden="true">\
<rect class="goes" width="10" height="10"/></svg>{{ name }}</li>
{% endfor %}
<li>full colour: can go now</li><li>pale: stays</li></ul>
{{ view.wide|safe }}
{{ view.narrow|safe }}
</section>
{% endif %}
{{ rows("By kind", "kind", view.sections) }}
<section><h2>The largest</h2>
<table><thead><tr><th scope="col">where</th><th scope="col" class="drawn"></th>\
<th scope="col" class="used">last used</th>\
<th scope="col" class="number">takes</th><th scope="col" class="number">can go</th></tr></thead>
<tbody>
{% for row in view.largest %}
<tr><th scope="row"><code>{{ row.name }}</code><small>{{ row.kind }}{% if row.state %} · {{ row.state }}{% endif %}\
{% if row.said %}: {{ row.said }}{% endif %}</small></th><td class="drawn">{{ row.bar|safe }}</td>\
<td class="used">{{ row.used }}</td><td class="number">{{ row.amount }}</td>\
<td class="number">{{ row.going or "-" }}</td></tr>
{% endfor %}
</tbody></table></section>
<div class="two">
{{ rows("By project", "project", view.projects) if view.projects }}
{{ rows("By tool", "tool", view.tools) }}
</div>
</div>
{% endfor %}
{% endif %}
<footer>
<p>A size is what removing frees, as du counts: blocks, each file once. Files are all entries but folders.
{% if shared %}Environments share {{ shared }} more with a cache; that is freed when both go.{% endif %}</p>
{% if unread %}
<p>{{ unread_number }} could not be read:</p>
{% for each in unread %}
<p>{{ each }}</p>
{% endfor %}
{% endif %}
<p>Each command shows what it would do before it does it.</p>
</footer>
</main></body></html>
"""
