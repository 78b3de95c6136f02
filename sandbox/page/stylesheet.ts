/** The look of the page: follows the system's light or dark, fits a phone, needs no script. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #fff; --ink: #16191f; --soft: #5c6470; --line: #e1e4ea; --stripe: #f8f9fb;
  --accent: #5b3df5; --good: #0b7a4b; --good-ground: #e3f5ec; --warn: #8f5b00; --warn-ground: #fff1d6;
  --bad: #b3261e; --bad-ground: #fdeae8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101216; --card: #181b21; --ink: #e8eaee; --soft: #9aa2af; --line: #2a2f38; --stripe: #1c2027;
    --accent: #a593ff; --good: #6fdca9; --good-ground: #12352a; --warn: #f3c26b; --warn-ground: #3a2c10;
    --bad: #ff9d94; --bad-ground: #421a18;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main, header, footer { max-width: 1280px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; justify-content: space-between; }
h1 { font-size: 24px; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h1 small { display: block; font-size: 14px; font-weight: 400; color: var(--soft); letter-spacing: 0; margin-top: 4px; }
h2 { font-size: 17px; margin: 32px 0 12px; }
nav { color: var(--soft); font-size: 14px; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; margin-bottom: 16px; overflow: hidden; }
.facts { display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; margin: 20px 0 0; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 18px; color: var(--soft); font-size: 14px; }
.facts b { display: block; font-size: 26px; line-height: 1.2; font-weight: 650; color: var(--ink); font-variant-numeric: tabular-nums; }
.head { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; padding: 14px 18px; }
.head h3 { margin: 0; font-size: 16px; }
.head .push { margin-left: auto; color: var(--soft); font-size: 13.5px; }
code { font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.head code { color: var(--soft); }
.tag { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 12.5px; font-weight: 600; white-space: nowrap; background: var(--stripe); color: var(--soft); }
.good { background: var(--good-ground); color: var(--good); }
.warn { background: var(--warn-ground); color: var(--warn); }
.bad { background: var(--bad-ground); color: var(--bad); }
.scroll { overflow-x: auto; border-top: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-size: 12.5px; line-height: 1.25; font-weight: 600; color: var(--soft); }
th, td { padding: 8px 10px; vertical-align: top; }
th { vertical-align: bottom; }
th:first-child, td:first-child { padding-left: 18px; }
th:last-child, td:last-child { padding-right: 18px; }
tbody tr { border-top: 1px solid var(--line); }
tbody tr:nth-child(even) { background: var(--stripe); }
td { font-variant-numeric: tabular-nums; }
td.text { max-width: 260px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.id { max-width: 240px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.time { white-space: nowrap; color: var(--soft); }
td.path { max-width: 640px; overflow-wrap: anywhere; min-width: 180px; }
tr.gone td { color: var(--soft); }
tr.gone td.text { text-decoration: line-through; }
.number { text-align: right; }
.note { color: var(--soft); font-size: 13.5px; }
.empty { padding: 22px 18px; color: var(--soft); margin: 0; }
p.more { margin: 0; padding: 10px 18px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13.5px; }
footer { padding-top: 8px; padding-bottom: 40px; color: var(--soft); font-size: 13.5px; }
@media (max-width: 640px) {
  main, header, footer { padding-left: 14px; padding-right: 14px; }
  .facts { grid-template-columns: repeat(2, 1fr); gap: 10px; }
  .facts li { padding: 10px 14px; }
  .facts b { font-size: 22px; }
  .head .push { margin-left: 0; width: 100%; }
  td.text { max-width: 190px; }
}
`
