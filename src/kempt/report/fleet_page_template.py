"""The template of the page of a fleet."""

from __future__ import annotations

TEMPLATE = """\
{% macro named(name, place) %}
{% if place %}<a href="#r{{ place }}">{{ name }}</a>{% else %}{{ name }}{% endif %}
{% endmacro %}
{% macro some(number) %}{% if number %}{{ "{:,}".format(number) }}{% endif %}{% endmacro %}
{% macro sign(letter) %}<td class="{{ letter }}">{{ signs[letter][0] }}<span class="hidden">{{ signs[letter][1] \
}}</span></td>\
{% endmacro %}
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{{ style_digest }}'; \
script-src 'sha256-{{ script_digest }}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">
<title>kempt fleet: {{ title }}</title>
<style>{{ style|safe }}</style></head>
<body>
<header>
<p class="from">{{ from }}</p>
<h1>{{ heading }}</h1>
<p class="lead">{{ lead }}</p>
<dl class="facts">
{% for name, number, kind in facts %}
<div><dt>{{ name }}</dt><dd{% if kind %} class="{{ kind }}"{% endif %}>{{ number }}</dd></div>
{% endfor %}
</dl>
{% if mendable %}
<p class="next"><code>{{ mend|e }}</code> writes a patch for each of {{ mendable }} that can be mended safely; \
nothing is pushed</p>
{% endif %}
<nav aria-label="on this page"><ul>
{% for place, name in parts %}
<li><a href="#{{ place }}">{{ name }}</a></li>
{% endfor %}
</ul></nav>
</header>
<main>
{% if promises %}
<section id="promises" aria-labelledby="h-promises"><h2 id="h-promises">The four promises</h2>
<p class="note">Of the repositories where a promise could be judged, how many keep it, run by run.</p>
<div class="four">
{% for each in promises %}
<figure><figcaption><h3>{{ each.name }}</h3>
<p class="share">{{ each.share }}</p><p class="moved">{{ each.moved }}</p></figcaption>
{{ each.picture|safe }}
<p class="span"><span>{{ each.first }}</span><span>{{ each.last }}</span></p></figure>
{% endfor %}
</div>
<ul class="key"><li><span class="kept"></span>full: keeps it</li>\
<li><span class="broken"></span>hollow: breaks it</li>\
<li><span class="unknown"></span>dashed: could not be judged</li></ul>
<table><caption>At the end of the last run</caption><thead class="quiet"><tr><th scope="col">promise</th>\
<th scope="col" class="number">keep it</th><th scope="col" class="number">break it</th>\
<th scope="col" class="number">nothing it is about</th><th scope="col" class="number">unknown</th></tr></thead>
<tbody>
{% for each in promises %}
<tr><th scope="row">{{ each.name }}</th><td class="number" data-is="keep it">{{ each.kept }}</td>\
<td class="number" data-is="break it">{{ each.broken }}</td>\
<td class="number" data-is="nothing it is about">{{ each.absent }}</td>\
<td class="number" data-is="unknown">{{ each.unknown }}</td></tr>
{% endfor %}
</tbody></table>
{% for each in promises if each.why %}
<p class="note">{{ each.name }}, unknown: {{ each.why }}</p>
{% endfor %}
{% if runs|length > 1 %}
<details class="runs-table"><summary>Every run as a table <span>{{ runs|length }}</span></summary><div>
<table><caption>Who keeps each promise, of those where it could be judged</caption><thead class="quiet"><tr>\
<th scope="col" class="number">run</th><th scope="col">ended</th>\
{% for each in promises %}<th scope="col" class="number">{{ each.name }}</th>{% endfor %}\
<th scope="col" class="number">failed</th><th scope="col" class="number">findings</th>\
<th scope="col" class="number">new</th><th scope="col" class="number">gone</th></tr></thead>
<tbody>
{% for run in runs %}
<tr><th scope="row" class="number">{{ run[0] }}</th><td class="short">{{ run[1] }}</td>\
{% for each in promises %}<td class="number" data-is="{{ each.name }}">{{ run[loop.index + 1] }}</td>{% endfor %}\
<td class="number" data-is="failed">{{ run[6] }}</td><td class="number" data-is="findings">{{ run[7] }}</td>\
<td class="number" data-is="new">{{ run[8] }}</td><td class="number" data-is="gone">{{ run[9] }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endif %}
</section>
{% endif %}
{% if views %}
<section id="worst" aria-labelledby="h-worst"><h2 id="h-worst">Where the findings are</h2>
{% if views|length > 1 %}
<fieldset class="pick"><legend>count</legend>\
<label for="by-findings"><input type="radio" name="measure" id="by-findings" autocomplete="off" checked>by \
findings</label>\
<label for="by-bytes"><input type="radio" name="measure" id="by-bytes" autocomplete="off">by bytes</label></fieldset>
{% endif %}
{% for view in views %}
<div class="by-{{ view.name }}">
<ul class="key"><li><span class="errors"></span>errors, left</li>\
<li><span class="warnings"></span>warnings, middle</li>\
<li><span class="infos"></span>info, right</li><li>A box is as large as its {{ view.name }}.</li></ul>
{{ view.wide|safe }}
{{ view.narrow|safe }}
<table class="worst"><caption>{{ "The heaviest, by bytes of what findings are about" if view.name == "bytes" else "The \
most findings" }}</caption>\
<thead class="quiet"><tr><th scope="col">repository</th><th scope="col">of them</th>\
<th scope="col" class="drawn"><span class="hidden">as a bar</span></th>\
<th scope="col" class="number">{{ view.name }}</th></tr></thead>
<tbody>
{% for row in view.worst %}
<tr><th scope="row">{{ named(row.name, row.place) }}</th><td class="short">{{ row.said }}</td>\
<td class="drawn">{{ row.bar|safe }}</td>\
<td class="number">{{ row.amount }}</td></tr>
{% endfor %}
</tbody></table>
</div>
{% endfor %}
</section>
{% endif %}
{% if failures or unlisted %}
<section id="failed" aria-labelledby="h-failed"><h2 id="h-failed">Could not be looked at</h2>
<p class="note">These count as unknown, never as clean. The next scan tries them again.</p>
<table data-sort><caption>{{ failed_by }}</caption><thead><tr><th scope="col">repository</th><th scope="col">why</th>\
<th scope="col">reason</th><th scope="col">last looked at</th><th scope="col">owners</th></tr></thead>
<tbody>
{% for row in failures %}
<tr><th scope="row">{{ named(row.name, row.place) }}</th><td class="short failed">{{ row.error }}</td>\
<td class="said">{{ row.reason }}</td><td class="short">{{ row.when }}</td><td class="said">{{ row.owners }}</td></tr>
{% endfor %}
</tbody></table>
{% if unlisted %}
<details><summary>{{ "{:,}".format(unlisted|length) }} more that could not be looked at</summary><div><ul>
{% for row in unlisted %}
<li>{{ row.name }}: {{ row.reason }}</li>
{% endfor %}
</ul></div></details>
{% endif %}
</section>
{% endif %}
{% if rules %}
<section id="rules" aria-labelledby="h-rules"><h2 id="h-rules">Rules</h2>
<p class="note">Findings of each rule{{ " over the last " ~ runs|length ~ " runs; a line starts at zero" if \
runs|length > 1 }}.</p>
<table data-sort><caption class="hidden">Findings by rule</caption><thead><tr><th scope="col">rule</th>\
<th scope="col">level</th>\
<th scope="col">promise</th>{% if runs|length > 1 %}<th scope="col" data-still>trend</th>{% endif %}\
<th scope="col" class="number">findings</th><th scope="col" class="number">change</th>\
<th scope="col" class="number">repositories</th></tr></thead>
<tbody>
{% for row in rules %}
<tr><th scope="row">{{ row.code }} <span class="note">{{ row.name }}</span></th>\
<td class="short level-{{ row.level }}">{{ row.level }}</td>\
<td>{{ row.promise }}</td>{% if runs|length > 1 %}\
<td class="short">{{ row.spark|safe }}<span class="hidden">{{ row.counts }}</span></td>{% endif %}\
<td class="number" data-is="findings">{{ "{:,}".format(row.now) }}</td>\
<td class="number" data-is="change">{{ row.change }}</td>\
<td class="number" data-is="repositories">{{ "{:,}".format(row.repositories) }}</td></tr>
{% endfor %}
</tbody></table></section>
{% endif %}
{% if owners %}
<section id="owners" aria-labelledby="h-owners"><h2 id="h-owners">Owners</h2>
<p class="note">As CODEOWNERS says of each path. What several own counts for each of them.{{ owners_more }}</p>
<table data-sort><caption class="hidden">Findings by owner</caption><thead><tr><th scope="col">owner</th>\
<th scope="col" class="drawn" data-still><span class="hidden">as a bar</span></th>\
<th scope="col" class="number">findings</th>\
<th scope="col" class="number">errors</th><th scope="col" class="number">warnings</th>\
<th scope="col" class="number">repositories</th></tr></thead>
<tbody>
{% for row in owners %}
<tr><th scope="row">{{ row.owner }}</th><td class="drawn">{{ row.bar|safe }}</td>\
<td class="number" data-is="findings">{{ "{:,}".format(row.amount.findings) }}</td>\
<td class="number" data-is="errors">{{ some(row.amount.errors) }}</td>\
<td class="number" data-is="warnings">{{ some(row.amount.warnings) }}</td>\
<td class="number" data-is="repositories">{{ "{:,}".format(row.repositories) }}</td></tr>
{% endfor %}
</tbody></table></section>
{% endif %}
{% if waivers %}
<section id="waivers" aria-labelledby="h-waivers"><h2 id="h-waivers">Waivers</h2>
<p class="note">What the policy lives with, until when and why. What is waived is in no number of this page but \
"waived".{{ waivers_more }}</p>
<table data-sort><caption class="hidden">Waivers</caption><thead><tr><th scope="col">state</th>\
<th scope="col">rule</th><th scope="col">repository</th>\
<th scope="col">path</th><th scope="col">until</th><th scope="col">covers</th><th scope="col">reason</th></tr></thead>
<tbody>
{% for row in waivers %}
<tr><td class="{{ row.kind }}">{{ row.state }}</td><td class="short">{{ row.code }}</td><th scope="row">\
<code>{{ row.repository }}</code></th>\
<td class="said"><code>{{ row.path }}</code></td><td class="short" data-is="until">{{ row.expires }}</td>\
<td>{{ row.covers }}</td>\
<td class="said">{{ row.reason }}</td></tr>
{% endfor %}
</tbody></table></section>
{% endif %}
{% if lines %}
<section id="repositories" aria-labelledby="h-repositories"><h2 id="h-repositories">All repositories</h2>
<p class="note">The worst first.{{ below }} ✓ keeps the promise, ✗ breaks it, · has nothing it is about, ? is \
unknown.</p>
{% if rest %}<p class="note">{{ rest_said }}</p>{% endif %}
<table class="all" data-sort data-filter="filter" data-choices{% if rest %} data-rest="rest"{% endif %}>\
<caption class="hidden">All repositories</caption><thead><tr>\
<th scope="col">repository</th><th scope="col">state</th><th scope="col" class="p">rebuilds</th>\
<th scope="col" class="p">git</th>\
<th scope="col" class="p">CI</th><th scope="col" class="p">images</th><th scope="col" class="number">findings</th>\
<th scope="col" class="number">errors</th><th scope="col" class="number">warnings</th>\
<th scope="col" class="number">new</th>\
<th scope="col" class="number">gone</th><th scope="col">owners</th></tr></thead>
<tbody>
{% for row in lines %}
<tr><th scope="row">{{ named(row.name, row.place) }}</th>\
<td class="short{{ " failed" if row.state == "failed" }}">{{ row.state }}</td>\
{% for letter in row.promises %}{{ sign(letter) }}{% endfor %}\
<td class="number">{{ "{:,}".format(row.findings) }}</td><td class="number">{{ some(row.errors) }}</td>\
<td class="number">{{ some(row.warnings) }}</td><td class="number">{{ some(row.new) }}</td>\
<td class="number">{{ some(row.gone) }}</td>\
<td class="said">{{ row.owners }}</td></tr>
{% endfor %}
</tbody></table>
{% if rest %}<script type="application/json" id="rest">{{ rest|safe }}</script>{% endif %}
</section>
{% endif %}
{% if details %}
<section id="details" class="each" aria-labelledby="h-details"><h2 id="h-details">One by one</h2>
<p class="note">{{ details_said }}</p>
{% for each in details %}
<details><summary>{{ each.name }} <span>{{ each.said }}</span></summary>
<div id="r{{ each.place }}">
<p class="note">{{ each.full }}{% if each.facts %}<br>{{ each.facts }}{% endif %}</p>
{% if each.reason %}
<p class="failed">{{ each.reason }}</p>
{% endif %}
{% if each.promises %}
<ul class="states">
{% for letter, sign, word, name, why in each.promises %}
<li><span class="{{ letter }}">{{ sign }}</span> {{ name }}: {{ word }}{% if why %}: {{ why }}{% endif %}</li>
{% endfor %}
</ul>
{% endif %}
<ul class="do">
{% for command, what in each.commands %}
<li><code>{{ command|e }}</code> {{ what }}</li>
{% endfor %}
</ul>
{% if each.findings %}
<table><caption class="hidden">Findings of {{ each.name }}</caption><thead class="quiet"><tr>\
<th scope="col">level</th>\
<th scope="col">where</th><th scope="col">what</th><th scope="col">first seen</th><th scope="col">last seen</th>\
<th scope="col">owners</th></tr></thead>
<tbody>
{% for row in each.findings %}
<tr><td class="short level-{{ row.level }}">{{ row.level }}</td><th scope="row"><code>{{ row.where }}</code></th>\
<td class="said">{{ row.code }}: {{ row.message }}{% if row.size %}, {{ row.size }}{% endif %}\
{% if row.waiver %}<small>waived: {{ row.waiver }}</small>{% endif %}</td>\
<td class="short" data-is="first seen">{{ row.first }}</td><td class="short" data-is="last seen">{{ row.last }}</td>\
<td class="said">{{ row.owners }}</td></tr>
{% endfor %}
</tbody></table>
{% endif %}
{% if each.more %}
<p class="note">{{ each.more }} All of them: <code>{{ each.command|e }}</code></p>
{% endif %}
</div></details>
{% endfor %}
</section>
{% endif %}
</main>
<footer><div>
<p>A promise is kept where no rule of it has a finding that counts. Repositories that could not be looked at keep what \
was \
last known of them, and are counted as failed. Bytes are what git holds of the files that findings are about, where \
that is known.</p>
<p>This page is one file. It fetches nothing, and all but sorting and filtering works without its script. \
Its commands are <code>kempt</code>'s; what they change they show first.</p>
</div></footer>
<script>{{ script|safe }}</script>
</body></html>
"""
