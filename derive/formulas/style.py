"""The style sheet of the HTML files."""

STYLE = """\
:root { color-scheme: light dark; --text: #1c1c1e; --paper: #fdfdfc; --faint: #62666d; --line: #dcdcd8; --soft: #f3f3f0;
  --proved: #1a7f37; --refuted: #c0262d; --undecided: #8a5a00; --unread: #8250a8; --definition: #2563a8; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e3; --paper: #17181a; --faint: #a0a4ab; --line: #34363a;
  --soft: #202225; --proved: #56c271; --refuted: #ff7b78; --undecided: #e0b050; --unread: #c79be8;
  --definition: #7fb4ee; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; color: var(--text); background: var(--paper);
  font: 1.0625rem/1.6 Charter, "Bitstream Charter", "Source Serif 4", Georgia, Cambria, serif; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "STIX Math", math; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .6rem; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .4rem; }
h3, h4, h5, h6 { font-size: 1.05rem; margin: 1.6rem 0 .3rem; }
p { margin: .7rem 0; }
a { color: var(--definition); }
code { font-size: .88em; background: var(--soft); padding: .1em .3em; border-radius: .2em; overflow-wrap: anywhere; }
nav ul { list-style: none; padding: 0 0 1rem; margin: 0 0 2rem; border-bottom: 1px solid var(--line); }
nav small { color: var(--faint); }
article + article { margin-top: 4rem; padding-top: 2rem; border-top: 1px solid var(--line); }
.path { color: var(--faint); margin: 0; font-size: .9rem; }
.summary { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; margin: .4rem 0 1rem;
  font-size: .95rem; }
.chain { margin: 1rem 0; border-left: 2px solid var(--line); padding: .1rem 0 .1rem .9rem; }
.line { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 0 1.2rem; align-items: center;
  padding: .3rem 0; }
.line:has(> .number) { grid-template-columns: 2.2rem minmax(0, 1fr) 17rem; gap: 0 .8rem; }
.line:target { background: var(--soft); }
.number { color: var(--faint); font-size: .8rem; text-align: right; font-variant-numeric: tabular-nums; }
.formula { overflow-x: auto; overflow-y: hidden; padding: .15rem 0; }
.formula math { width: max-content; margin: 0; text-align: left; }
.goes-on .formula { padding-left: 2rem; }
.why { color: var(--faint); font-size: .9rem; line-height: 1.4; }
.finding { grid-column: 1 / -1; font-size: .92rem; margin: .3rem 0 .2rem; padding: .3rem .8rem; background: var(--soft);
  border-radius: .3rem; }
.finding p { margin: .3rem 0; overflow-wrap: anywhere; }
.finding .formula { padding-left: 1rem; }
.finding summary { cursor: pointer; overflow-wrap: anywhere; }
.mark { font-weight: bold; display: inline-block; min-width: 1em; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.proved .mark, li.proved { color: var(--proved); }
.refuted .mark, li.refuted, p.refuted { color: var(--refuted); }
.undecided .mark, li.undecided, p.undecided { color: var(--undecided); }
.unread .mark, li.unread { color: var(--unread); }
.definition .mark, li.definition { color: var(--definition); }
.line.refuted { box-shadow: -.95rem 0 0 -.0rem var(--paper), -1.05rem 0 0 0 var(--refuted); }
@media (max-width: 44rem) {
  body { padding: 1rem .8rem 3rem; font-size: 1rem; }
  .line, .line:has(> .number) { grid-template-columns: minmax(0, 1fr); }
  .line > .number { text-align: left; }
  .goes-on .formula { padding-left: .8rem; }
  .why { padding-left: .8rem; }
}
@media print {
  :root { color-scheme: light; --text: #000; --paper: #fff; --faint: #444; --line: #bbb; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .line { break-inside: avoid; grid-template-columns: minmax(0, 1fr) 5.2cm; }
  h1, h2, h3 { break-after: avoid; }
  .formula { overflow: visible; }
  nav { display: none; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  details > summary { list-style: none; }
}
"""
