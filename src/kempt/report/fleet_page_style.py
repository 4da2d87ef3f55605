"""The style sheet of the page of a fleet.

Blue is kept and vermilion is broken, as Okabe and Ito pair them, which people who see colours differently tell apart.
What is broken is hollow too and what is kept is full, and each state has a sign and a word: no meaning hangs on a
colour alone. Errors, warnings and infos differ in lightness, so also in grey.
"""

from __future__ import annotations

BOX = ("errors", "warnings", "infos")
"""The parts of a box of the treemap, from the darkest to the palest: they differ in lightness, so also in grey."""
LIGHT = {
    "page": "#fbfbf9", "card": "#fff", "ink": "#1b1f23", "soft": "#586069", "line": "#e1e4e8", "code": "#f1f3f5",
    "link": "#0b5a94", "good": "#0072b2", "bad": "#a84300", "pale": "#f7e3d6",
    "errors": "#e58548", "warnings": "#f3cba8", "infos": "#f8e9dc", "on": "#1b1f23",
}  # fmt: skip
DARK = {
    "page": "#14171a", "card": "#1c2024", "ink": "#e8eaed", "soft": "#a4acb5", "line": "#31373d", "code": "#262b31",
    "link": "#7cc0f0", "good": "#56b4e9", "bad": "#ff9b5a", "pale": "#43291a",
    "errors": "#b4531c", "warnings": "#74452a", "infos": "#45332a", "on": "#ffffff",
}  # fmt: skip
TEXTS = ("ink", "soft", "link", "good", "bad")
"""Those of the colours that text is written in, on `page`, `card` and `code`."""


def _theme(colors: dict[str, str]) -> str:
    return "".join(f"--{name}:{color};" for name, color in colors.items())


def _fills() -> str:
    return "".join(f".{name}{{fill:var(--{name})}}.key .{name}{{background:var(--{name})}}\n" for name in BOX)


STYLE = f"""
:root{{color-scheme:light dark;{_theme(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_theme(DARK)}}}}}
"""
STYLE += """*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:16px}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main,footer{max-width:1200px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
.from{color:var(--soft);margin:0;overflow-wrap:anywhere}
h1{font-size:34px;line-height:1.2;margin:6px 0 4px;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:21px;line-height:1.3;margin:0 0 4px;letter-spacing:-.005em}
h3{font-size:15px;margin:0}
p{margin:0 0 10px;max-width:76ch}p,h1,li,caption{overflow-wrap:anywhere}
.lead{font-size:17px;margin:0 0 18px;color:var(--soft)}
.note,caption,figcaption small,dt{color:var(--soft)}
section{margin:52px 0 0}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
code{font:13px/1.45 ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;overflow-wrap:anywhere}
svg{display:block}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.next{margin:20px 0 0;max-width:none;color:var(--soft)}
.next code{background:var(--code);color:var(--ink);border-radius:5px;padding:3px 8px;user-select:all}
nav ul{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:22px 0 0;padding:11px 0;
border-top:1px solid var(--line);
border-bottom:1px solid var(--line)}
.facts{display:flex;flex-wrap:wrap;gap:14px 34px;margin:0}
.facts div{display:flex;flex-direction:column-reverse}
.facts dd{margin:0;font-size:22px;line-height:1.25;font-variant-numeric:tabular-nums}
.facts .bad{color:var(--bad)}
.four{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:26px 32px;margin:18px 0 24px}
figure{margin:0;min-width:0}
figcaption{margin:0 0 10px}
.share{font-size:30px;line-height:1.2;font-variant-numeric:tabular-nums;margin:0}
.moved{color:var(--soft);font-size:14px;margin:0;min-height:1.5em}
.runs{width:100%;height:auto}
.grid{stroke:var(--line);fill:none}
.kept{fill:var(--good)}
.broken{fill:var(--pale);stroke:var(--bad)}
.unknown{fill:none;stroke:var(--soft);stroke-dasharray:2 2}
.none{fill:var(--code)}
.span{display:flex;justify-content:space-between;color:var(--soft);font-size:13px;margin:4px 0 0}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0 0 12px;padding:0;color:var(--soft)}
.key span{display:inline-block;width:13px;height:13px;vertical-align:-1px;margin-right:7px;border-radius:3px}
.key .kept{background:var(--good)}.key .broken{background:var(--pale);border:1px solid var(--bad)}
.key .unknown{border:1px dashed var(--soft)}
.map{width:100%;height:auto;border-radius:8px;margin:0 0 20px}
.map text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--on);pointer-events:none}
.box{fill:none;pointer-events:all}
"""
STYLE += _fills()
STYLE += """.narrow{display:none}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line)}
caption{text-align:left;padding:0 0 8px}
th,td{text-align:left;font-weight:400;padding:6px 10px;vertical-align:top;border-top:1px solid var(--line)}
thead th{color:var(--soft);font-size:13px;vertical-align:bottom;border-bottom:1px solid var(--line)}
th[scope=row]{overflow-wrap:anywhere;min-width:12ch}
th small,td small{display:block;color:var(--soft);font-size:13px}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.short{white-space:nowrap}
.said{overflow-wrap:anywhere}
.drawn{width:24%;padding-top:12px}
.bar{width:100%;height:10px}.part{fill:var(--bad)}.rest{fill:var(--bad);fill-opacity:.3}
.spark{width:120px;height:26px}.spark path{fill:none;stroke:var(--soft);stroke-width:1.5}.spark circle{fill:var(--ink)}
.k,.b,.n,.u{text-align:center}
.k{color:var(--good)}.b,.level-error,.failed,.expired{color:var(--bad)}.n,.u{color:var(--soft)}
.b,.level-error{font-weight:600}
thead .p{text-align:center}thead .number{white-space:normal}
thead button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
thead button:hover{color:var(--ink);text-decoration:underline}
thead button::after{content:"\\2195";opacity:.55;margin-left:3px}
[aria-sort] button{color:var(--ink);font-weight:600}
[aria-sort=ascending] button::after{content:"\\2191";opacity:1}
[aria-sort=descending] button::after{content:"\\2193";opacity:1}
.tools{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin:12px 0}
.tools p{margin:0;color:var(--soft)}
.tools input,.tools select{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--soft);
border-radius:6px;
padding:5px 9px;max-width:100%}
.tools label{display:flex;gap:8px;align-items:center;color:var(--soft)}
.pick{display:inline-flex;margin:10px 0 14px;padding:0;border:1px solid var(--soft);border-radius:8px}
.pick legend,.pick input{position:absolute;opacity:0;width:1px;height:1px;overflow:hidden}
.pick label{position:relative;padding:6px 18px;cursor:pointer;color:var(--soft);border-radius:7px}
.pick label:has(:checked){background:var(--ink);color:var(--page)}
.pick:has(:focus-visible){outline:3px solid var(--link);outline-offset:2px}
body:has(#by-findings:checked) .by-bytes,body:has(#by-bytes:checked) .by-findings{display:none}
details{border-top:1px solid var(--line)}
.each details:last-child{border-bottom:1px solid var(--line)}
summary{padding:9px 0;cursor:pointer;overflow-wrap:anywhere}
summary span{color:var(--soft)}
details>div{padding:2px 0 26px 18px}
.each th[scope=row]{width:26%}th[scope=row].number{min-width:0;width:auto}
.states{display:flex;flex-wrap:wrap;gap:4px 26px;list-style:none;margin:0 0 12px;padding:0}
.do{list-style:none;margin:0 0 14px;padding:0}
.do li{margin:0 0 6px}
.do code{display:inline-block;background:var(--code);border-radius:5px;padding:3px 8px;user-select:all}
footer{color:var(--soft);font-size:14px;margin-top:56px;padding-bottom:44px}
footer div{border-top:1px solid var(--line);padding-top:14px}
@media screen and (max-width:760px){header,main,footer{padding-left:14px;padding-right:14px}h1{font-size:27px}
.wide{display:none}.narrow{display:block}section{margin-top:42px}.facts{gap:12px 26px}details>div{padding-left:0}}
@media screen and (max-width:1000px){
table,thead,tbody,tr,th,td,caption{display:block;width:auto;padding:0;border:0;text-align:left}.drawn{display:none}
table{background:none}thead th{border:0}thead tr{display:flex;flex-wrap:wrap;gap:2px 14px;padding:0 0 8px}
thead.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:9px 0;border-top:1px solid var(--line)}
th[scope=row],.each th[scope=row]{flex:1 0 100%;width:auto}td:empty{display:none}td.said{flex:1 0 100%}
.short,.number{white-space:normal;overflow-wrap:anywhere;text-align:left}
td[data-is]::before{content:attr(data-is) " ";color:var(--soft)}
.all td::before{color:var(--soft);font-weight:400}
.all td:nth-child(3)::before{content:"rebuilds "}.all td:nth-child(4)::before{content:"git "}
.all td:nth-child(5)::before{content:"CI "}.all td:nth-child(6)::before{content:"images "}
.all td:nth-child(7)::before{content:"findings "}.all td:nth-child(8)::before{content:"errors "}
.all td:nth-child(9)::before{content:"warnings "}.all td:nth-child(10)::before{content:"new "}
.all td:nth-child(11)::before{content:"gone "}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media print{:root{"""
STYLE += _theme(LIGHT)
STYLE += """}body{font-size:11px;background:none}nav,.pick,.tools,thead button::after{display:none}
header,main,footer{max-width:none;padding:0}section{margin-top:26px}th,td{padding:3px 5px}thead th{font-size:10px}
.short{white-space:normal}.runs-table .short{white-space:nowrap}h3{font-size:12px}.moved{font-size:10px}
.four{grid-template-columns:repeat(4,1fr);gap:16px}.share{font-size:22px}.facts{gap:10px 20px}
code{font-size:10px}h2,thead,caption,summary{break-after:avoid}
tr,.map,figure{break-inside:avoid}
body:has(#by-findings:checked) .by-bytes,body:has(#by-bytes:checked) .by-findings{display:block}
.runs-table::details-content{content-visibility:visible;block-size:auto}a{color:inherit;text-decoration:none}
svg,.key span{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@media (forced-colors:active){svg,.key span{forced-color-adjust:none}}
"""
