"""A report as one page of HTML that needs nothing else: to be sent to whoever is to mend something.

Colours, type and spaces are the portal's (web/src/ui/tokens.css).
"""

from html import escape
from typing import Final

from playhead.environment.doctor.findings import Finding, Report, Severity

_WORDS: Final = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note", Severity.OK: "Well"}

_STYLE: Final = """
:root{color-scheme:light dark;
--canvas:light-dark(#f6f6f3,#0f1211);--surface:light-dark(#fff,#161a19);--sunken:light-dark(#edede8,#0a0d0c);
--line:light-dark(#e2e2dc,#27302d);--text:light-dark(#191d1b,#e9eeec);--muted:light-dark(#565e5a,#a3ada9);
--accent:light-dark(#0a6a5f,#4ccdb9);--accent-soft:light-dark(#dcefeb,#11332e);--live:light-dark(#c31d2c,#ff6f6a);
--live-soft:light-dark(#fbe6e6,#3b1717);--warn:light-dark(#855400,#f2bd57);--warn-soft:light-dark(#faefd6,#352812)}
*{box-sizing:border-box;margin:0;padding:0}
body{font:.875rem/1.45 "Inter Variable",system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
color:var(--text);background:var(--canvas);padding:2rem 1rem;overflow-wrap:anywhere}
main{max-width:52rem;margin:0 auto}
h1{font-size:1.625rem;font-weight:650;text-wrap:balance}
h2{font-size:1rem;font-weight:650;margin:2rem 0 .75rem}
p.when{color:var(--muted);margin-top:.25rem}
ul{list-style:none}
.sum{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1rem}
.badge{display:inline-block;padding:.0625rem .5rem;border-radius:999px;font-size:.75rem;font-weight:550;
line-height:1.5;white-space:nowrap;background:var(--sunken);color:var(--muted)}
.badge.error{background:var(--live-soft);color:var(--live)}
.badge.warning{background:var(--warn-soft);color:var(--warn)}
.badge.ok{background:var(--accent-soft);color:var(--accent)}
li.finding{background:var(--surface);border:1px solid var(--line);border-radius:.75rem;padding:1rem;margin-top:.75rem}
li.finding h3{font-size:.875rem;font-weight:650;margin-top:.5rem}
li.finding p{margin-top:.25rem}
p.meaning,code.code,dl{color:var(--muted)}
p.mend{border-left:3px solid var(--accent);padding-left:.75rem;margin-top:.75rem}
code{font:.8125rem ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
code.code{margin-left:.5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;margin-top:.5rem;font-size:.8125rem}
ul.well{background:var(--surface);border:1px solid var(--line);border-radius:.75rem}
ul.well li{padding:.5rem 1rem;border-top:1px solid var(--line)}
ul.well li:first-child{border-top:0}
footer{color:var(--muted);font-size:.8125rem;margin-top:2rem}
@media print{body{background:none;padding:0}li.finding,ul.well{break-inside:avoid}}
"""


def as_page(report: Report) -> str:
    """The whole page. The same report gives the same page."""
    wrong = [one for one in report.findings if one.severity is not Severity.OK]
    well = [one for one in report.findings if one.severity is Severity.OK]
    name = escape(report.machine)
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        "<meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        f"<title>{name} – doctor's report</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n",
        f"<h1>{name}</h1>\n",
        f'<p class="when">{escape(report.role)} · Playhead {escape(report.version)} · ',
        f'<time datetime="{report.at.isoformat()}">{report.at:%Y-%m-%d %H:%M:%S} UTC</time></p>\n',
        f'<div class="sum">{_sum(report)}</div>\n',
    ]
    if wrong:
        parts += ["<h2>What is to be looked at</h2>\n<ul>\n", *map(_item, wrong), "</ul>\n"]
    if well:
        parts += ['<h2>What is well</h2>\n<ul class="well">\n', *map(_line, well), "</ul>\n"]
    seconds = report.elapsed_ms / 1000
    parts += [
        f"<footer><p>Looked for {seconds:.1f} s. docs/services/environment.md explains every code. Whether this page ",
        "is as the machine made it: <code>playhead doctor --verify FILE</code>.</p></footer>\n</main>\n",
        f'<script type="application/json" id="report">{_in_script(report.as_json().decode())}</script>\n',
        "</body>\n</html>\n",
    ]
    return "".join(parts)


def _sum(report: Report) -> str:
    counts = [(severity, sum(one.severity is severity for one in report.findings)) for severity in reversed(Severity)]
    return "".join(
        f'<span class="badge {severity}">{_WORDS[severity]}: {count}</span>' for severity, count in counts if count
    )


def _item(one: Finding) -> str:
    figures = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in one.evidence.items())
    return (
        f'<li class="finding"><span class="badge {one.severity}">{_WORDS[one.severity]}</span>'
        f'<code class="code">{escape(one.code)}</code>'
        f"<h3>{escape(one.subject)}</h3><p>{escape(one.message)}</p>"
        f'<p class="meaning">{_text(one.meaning)}</p>'
        + (f'<p class="mend">{_text(one.mend)}</p>' if one.mend else "")
        + (f"<dl>{figures}</dl>" if figures else "")
        + "</li>\n"
    )


def _line(one: Finding) -> str:
    return f"<li><strong>{escape(one.subject)}</strong> {escape(one.message)}</li>\n"


def _text(text: str) -> str:
    """Words between backquotes are code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))


def _in_script(text: str) -> str:
    """JSON that cannot end its element (HTML standard, "Restrictions for contents of script elements")."""
    return text.replace("<", r"\u003c")
