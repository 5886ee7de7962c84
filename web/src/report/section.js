// One result in the page: its head, its numbers, its pictures, and where it comes from.
import { css, html, LitElement, nothing } from 'lit'
import { isNumber, number, words } from '../base/format.js'
import { common } from '../base/theme.js'

export const titles = {
  simulate: 'Simulation', replay: 'Replay', frontier: 'Frontier', risk: 'Risk', surface: 'Surface',
}

export class Section extends LitElement {
  static properties = { result: { attribute: false }, ledger: { attribute: false }, file: {} }

  static styles = [
    common,
    css`
      :host { display: block; margin-bottom: 44px; }
      h2 { font-size: 21px; font-weight: 600; letter-spacing: -0.015em; line-height: 1.25; }
      .facts { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 5px 0 16px; font-size: 13px; color: var(--ink-2); }
      .facts b { font-weight: 500; color: var(--ink); font-variant-numeric: tabular-nums; }
      .grid { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); align-items: start; }
      .wide { grid-column: 1 / -1; }
      .card { background: var(--card); border: 1px solid var(--hair); border-radius: 7px; padding: 14px 16px 12px; min-width: 0; }
      .card h3 { font-size: 14.5px; font-weight: 600; margin-bottom: 6px; }
      .card * + h3 { margin-top: 14px; }
      .sentence b { font-weight: 600; }
      .sentence { font-size: 16px; line-height: 1.5; max-width: 80ch; padding: 12px 16px; border-left: 3px solid var(--accent); background: var(--card); margin-bottom: 14px; border-radius: 0 7px 7px 0; }
      tr.error td, tr.error th { font-size: 12px; color: var(--ink-2); border-bottom: 1px solid var(--hair); padding-top: 0; }
      tr.has-error > * { border-bottom: 0; padding-bottom: 0; }
      tr.group th { padding-top: 10px; color: var(--ink-2); font-weight: 500; }
      tr.strong > * { font-weight: 600; }
      tbody th { font-weight: 400; }
      th.name { max-width: 22ch; white-space: normal; overflow-wrap: anywhere; }
      .notes { font-size: 13px; line-height: 1.5; padding-left: 18px; max-width: 90ch; }
      .notes li { overflow-wrap: anywhere; }
      details { margin-top: 8px; }
      details:first-of-type { margin-top: 0; }
      summary { cursor: pointer; font-size: 13.5px; font-weight: 500; padding: 3px 0; }
      pre { margin: 8px 0 4px; padding: 12px 14px; background: var(--page); border: 1px solid var(--hair); border-radius: 5px; font: 12px/1.5 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; overflow-x: auto; white-space: pre; tab-size: 2; }
      pre.command { white-space: pre-wrap; overflow-wrap: anywhere; }
      @media (max-width: 520px) { h2 { font-size: 19px; } .card { padding: 12px; } }
      @media print { .grid { display: block; } .grid > * { margin-bottom: 12px; } pre { white-space: pre-wrap; } }
    `,
  ]

  get title() {
    const file = this.result.strategy?.file
    return file ? file.split('/').pop() : this.file
  }

  facts(list) {
    return html`<p class="facts">${list.filter(([, value]) => value !== undefined && value !== null && value !== '–').map(([label, value]) => html`<span>${label} <b>${value}</b></span>`)}</p>`
  }

  head(list) {
    return html`<h2 id="top">${titles[this.result.command]} of ${this.title}</h2>${this.facts(list)}`
  }

  notes() {
    const { notes = [], problems } = this.result
    const counted = Object.entries(problems ?? {})
    if (!notes.length && !counted.length && !problems) return nothing
    return html`<div class="card">
      ${problems
        ? html`<h3>About the data</h3>
            ${counted.length
              ? html`<table><tbody>${counted.map(([kind, count]) => html`<tr><th scope="row">${words(kind)}</th><td class="num">${number(count)}</td></tr>`)}</tbody></table>`
              : html`<p class="quiet notes-none">No problem was found in it.</p>`}`
        : nothing}
      ${notes.length ? html`<h3>To know</h3><ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}
    </div>`
  }

  // Where it comes from, and how it is had again.
  origin() {
    const { strategy, repeat, version, seed } = this.result
    return html`<div class="card wide">
      <h3>Where this comes from</h3>
      ${this.facts([['result', this.file], ['keel', version], ['seed', isNumber(seed) ? String(seed) : undefined], ['ledger', this.ledger?.file]])}
      ${repeat ? html`<details open><summary>the command that repeats it</summary><pre class="command" tabindex="0" role="region" aria-label="command">${repeat} --json</pre></details>` : nothing}
      ${strategy?.text ? html`<details><summary>the strategy, ${strategy.file}</summary><pre tabindex="0" role="region" aria-label="strategy">${strategy.text}</pre></details>` : nothing}
    </div>`
  }
}
