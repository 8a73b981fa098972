"""The look of the pages: light and dark, phone to desktop, nothing from elsewhere."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: light-dark(#f4f5f8, #12141a);
  --card: light-dark(#ffffff, #1b1e27);
  --ink: light-dark(#1c2130, #e8eaf1);
  --soft: light-dark(#5a6275, #a3abbd);
  --line: light-dark(#dfe3ea, #2f3442);
  --accent: light-dark(#0b6b62, #4fd1c0);
  --on-accent: light-dark(#ffffff, #0b1f1d);
  --tint: light-dark(#e3f3f0, #16312f);
  --bad: light-dark(#a8261b, #ff9a8d);
  --bad-tint: light-dark(#fdebe8, #3a1d1b);
  --warn: light-dark(#7d4e00, #f3c26b);
  --warn-tint: light-dark(#fdf2dc, #37290f);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .2em; }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible,
textarea:focus-visible, summary:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px;
}
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; }
.top { background: var(--card); border-bottom: 1px solid var(--line); }
.top > div {
  max-width: 76rem; margin: auto; padding: .75rem 1.25rem; display: flex;
  flex-wrap: wrap; align-items: center; gap: .5rem 1.5rem;
}
.brand {
  font-weight: 700; color: var(--ink); text-decoration: none; display: flex;
  align-items: center; gap: .6rem;
}
.brand::before {
  content: ""; width: 1.4rem; height: 1.4rem; border-radius: .4rem;
  background: linear-gradient(135deg, var(--accent) 50%, var(--warn) 50%);
}
nav { display: flex; flex-wrap: wrap; gap: .25rem; }
nav a {
  padding: .35rem .8rem; border-radius: 999px; text-decoration: none;
  color: var(--soft); font-weight: 500;
}
nav a:hover { background: var(--ground); color: var(--ink); }
nav a[aria-current] { background: var(--tint); color: var(--accent); }
main { max-width: 76rem; margin: auto; padding: 1.75rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.1rem; margin: 0 0 .75rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
.card > :last-child, .card form > :last-child { margin-bottom: 0; }
.lead, .hint { color: var(--soft); }
.hint { font-size: .9rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .9rem;
  padding: 1.25rem; margin-top: 1.25rem; min-width: 0;
}
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.25rem; }
.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(6.75rem, 1fr));
  gap: .75rem; margin: 1.25rem 0 0; padding: 0;
}
.figures div {
  background: var(--card); border: 1px solid var(--line); border-radius: .9rem;
  padding: .8rem 1rem; display: flex; flex-direction: column-reverse;
  justify-content: flex-end;
}
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd {
  margin: 0; font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums;
}
.notice {
  border-radius: .7rem; padding: .75rem 1rem; margin-top: 1.25rem;
  background: var(--tint); color: var(--ink); border-left: 4px solid var(--accent);
}
.notice.bad { background: var(--bad-tint); border-color: var(--bad); }
button, .button {
  font: inherit; font-weight: 600; border: 1px solid var(--line); cursor: pointer;
  border-radius: .6rem; padding: .5rem 1rem; background: var(--card); color: var(--ink);
  white-space: nowrap;
}
button:hover { border-color: var(--accent); }
button.main {
  background: var(--accent); color: var(--on-accent); border-color: transparent;
}
button.bad { color: var(--bad); }
button.small { padding: .15rem .5rem; font-size: .82rem; font-weight: 500; }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; }
.row form { display: contents; }
.row.state, td .row { flex-wrap: nowrap; align-items: center; gap: .3rem; }
label { display: flex; flex-direction: column; gap: .25rem; font-weight: 500; }
label span { font-size: .9rem; }
input, select, textarea {
  font: inherit; color: var(--ink); background: var(--ground); width: 100%;
  border: 1px solid var(--line); border-radius: .6rem; padding: .5rem .7rem;
}
input[type=number] { width: 7rem; }
textarea { font-family: var(--mono); min-height: 4.5rem; }
.scroll { overflow-x: auto; margin: 0 -1.25rem; padding: 0 1.25rem; }
.scroll:last-child { margin-bottom: -.5rem; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem; }
th, td {
  text-align: left; padding: .55rem .8rem .55rem 0; border-top: 1px solid var(--line);
  vertical-align: middle;
}
td, tbody th { white-space: nowrap; }
thead th {
  color: var(--soft); font-weight: 500; font-size: .85rem; border-top: 0;
  white-space: nowrap;
}
tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code, .code { font-family: var(--mono); font-size: .9em; white-space: nowrap; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.mark {
  display: inline-block; padding: .05rem .6rem; border-radius: 999px; font-size: .85rem;
  font-weight: 600; background: var(--ground); color: var(--soft);
  border: 1px solid var(--line); white-space: nowrap;
}
.mark.active, .mark.on { background: var(--tint); color: var(--accent); }
.mark.redeemed, .mark.expired { background: var(--warn-tint); color: var(--warn); }
.mark.lost, .mark.revoked, .mark.unknown, .mark.armed {
  background: var(--bad-tint); color: var(--bad);
}
.switches { list-style: none; margin: 0; padding: 0; }
.switches li {
  display: flex; gap: .75rem; align-items: center; justify-content: space-between;
  padding: .6rem 0; border-top: 1px solid var(--line);
}
.switches li:first-child { border-top: 0; padding-top: 0; }
.switches code { font-weight: 600; }
.switches .hint { display: block; }
.facts {
  display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 0;
}
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.mails { list-style: none; margin: 0; padding: 0; }
.mails li { border-top: 1px solid var(--line); }
.mails li:first-child { border-top: 0; }
.mails a { display: block; padding: .8rem 0; color: inherit; text-decoration: none; }
.mails li:first-child a { padding-top: 0; }
.mails li:last-child a { padding-bottom: 0; }
.mails a:hover strong { color: var(--accent); text-decoration: underline; }
.mails strong { display: block; font-weight: 600; }
.split { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
iframe {
  width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: .6rem;
  background: #fff; color-scheme: light;
}
pre {
  white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 1rem;
  background: var(--ground); border-radius: .6rem; font: .9rem/1.5 var(--mono);
}
details { margin-top: 1rem; }
summary { cursor: pointer; font-weight: 600; }
details > *:not(summary) { margin-top: .75rem; }
.more { margin-top: 1.25rem; }
@media (max-width: 52rem) {
  .pair { grid-template-columns: 1fr; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
  h1 { font-size: 1.45rem; }
}
"""
