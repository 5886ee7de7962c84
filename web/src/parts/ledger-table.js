// The ledger as a table: searched by words, with as many rows in the page as are seen.
import { css, html, LitElement, nothing } from 'lit'
import { cellText } from '../base/ledger.js'
import { decimalsFor, number, time, words } from '../base/format.js'
import { csv, save } from '../base/save.js'
import { common } from '../base/theme.js'

const ROW = 26
const BUFFER = 8
const FIRST = ['time', 'variant', 'underlying', 'account', 'reason', 'spot', 'target', 'holding', 'trade', 'price', 'cost', 'pnl']

class LedgerTable extends LitElement {
  static properties = {
    ledger: { attribute: false }, columns: { state: true }, found: { state: true }, query: { state: true }, all: { state: true }, top: { state: true },
  }

  static styles = [
    common,
    css`
      :host { background: var(--card); border: 1px solid var(--hair); border-radius: 7px; padding: 14px 16px; min-width: 0; }
      header { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin-bottom: 10px; }
      h3 { font-size: 14.5px; font-weight: 600; margin-right: auto; }
      input[type='search'] { background: var(--card); border: 1px solid var(--rule); border-radius: 4px; padding: 4px 8px; font-size: 13px; width: 230px; max-width: 100%; }
      .count { font-size: 12.5px; color: var(--ink-2); }
      button { border: 1px solid var(--rule); background: none; border-radius: 4px; padding: 3px 9px; font-size: 12.5px; min-height: 26px; }
      button:hover { background: var(--wash); color: var(--accent); }
      .view { overflow: auto; height: 420px; border-top: 1px solid var(--rule); }
      table { width: max-content; min-width: 100%; font-size: 12.5px; }
      thead th { position: sticky; top: 0; background: var(--card); z-index: 1; box-shadow: inset 0 -1px var(--rule); }
      td, th { height: ${ROW}px; padding: 0 10px; white-space: nowrap; }
      td.text, th.text { text-align: left; }
      th:first-child, td:first-child { padding-left: 2px; }
      tbody tr:hover { background: var(--wash); }
      .gap td { padding: 0; border: 0; height: auto; }
      @media print { header input, header button { display: none; } .view { height: auto; max-height: 300px; overflow: hidden; } }
    `,
  ]

  constructor() {
    super()
    this.query = ''
    this.all = false
    this.top = 0
  }

  willUpdate(changes) {
    if (changes.has('ledger') || changes.has('all')) this.read()
  }

  get names() {
    const names = this.ledger.heads.map(({ name }) => name)
    return this.all ? names : FIRST.filter((name) => names.includes(name))
  }

  async read() {
    const { names } = this
    const columns = await this.ledger.columns(...names)
    this.columns = names.map((name, i) => ({ name, ...columns[i] })).filter(({ name, texts }) => name !== 'account' || texts.some((text) => text))
    this.columns.forEach((column) => column.kind === 'number' && (column.decimals = decimalsOf(column.values)))
    this.search()
  }

  // Rows in which each word stands in a text, or in the time.
  search() {
    const wanted = this.query.toLowerCase().split(/\s+/).filter(Boolean)
    const { rows } = this.ledger
    if (!wanted.length) return (this.found = Uint32Array.from({ length: rows }, (_, row) => row))
    const texts = this.columns.filter(({ kind }) => kind === 'text').map(({ codes, texts }) => ({ codes, texts: texts.map((text) => words(text.toLowerCase()) + ' ' + text.toLowerCase()) }))
    const times = this.columns.find(({ kind }) => kind === 'time')
    const asks_time = wanted.some((word) => /\d/.test(word))
    const found = []
    for (let row = 0; row < rows; row++) {
      const own = texts.map(({ codes, texts }) => texts[codes[row]]).join(' ') + (asks_time ? ` ${time(times.ms[row])} ${cellText(times, row).toLowerCase()}` : '')
      if (wanted.every((word) => own.includes(word))) found.push(row)
    }
    this.found = Uint32Array.from(found)
  }

  onSearch(event) {
    this.query = event.target.value
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.search()
      this.renderRoot.querySelector('.view').scrollTop = 0
    }, 120)
  }

  async saveCsv() {
    const names = this.ledger.heads.map(({ name }) => name)
    const columns = await this.ledger.columns(...names)
    const { found } = this
    const table = names.map((name, i) => ({ name, values: (row) => cellText(columns[i], found[row]) }))
    save('ledger.csv', new Blob(csv(table, found.length), { type: 'text/csv' }))
  }

  cell(column, row) {
    if (column.kind === 'text') return html`<td class="text">${words(column.texts[column.codes[row]])}</td>`
    if (column.kind === 'time') return html`<td class="text num" title=${cellText(column, row)}>${time(column.ms[row])}</td>`
    const value = column.values[row]
    return html`<td class="num" title=${String(value)}>${Number.isNaN(value) ? '' : number(value, Number.isInteger(value) && column.decimals > 2 ? 0 : column.decimals)}</td>`
  }

  render() {
    if (!this.found) return html`<p class="quiet">reading the ledger</p>`
    const { found, columns } = this
    const first = Math.max(0, Math.floor(this.top / ROW) - BUFFER)
    const last = Math.min(found.length, first + Math.ceil(420 / ROW) + 2 * BUFFER)
    const gap = (rows) => (rows > 0 ? html`<tr class="gap"><td colspan=${columns.length} .style=${`height:${rows * ROW}px`}></td></tr>` : nothing)
    return html`
      <header>
        <h3>Ledger</h3>
        <span class="count" aria-live="polite">${found.length === this.ledger.rows ? `${number(found.length)} rows` : `${number(found.length)} of ${number(this.ledger.rows)} rows`}</span>
        <input type="search" placeholder="search: band 2025-01 sold" aria-label="search the ledger" .value=${this.query} @input=${this.onSearch}>
        <button @click=${() => (this.all = !this.all)} aria-pressed=${this.all}>${this.all ? 'fewer columns' : 'all columns'}</button>
        <button @click=${() => this.saveCsv()}>CSV</button>
      </header>
      <div class="view" tabindex="0" role="region" aria-label="rows of the ledger" @scroll=${(event) => (this.top = event.target.scrollTop)}>
        <table>
          <thead><tr>${columns.map((column) => html`<th scope="col" class=${column.kind === 'number' ? '' : 'text'} title=${column.help}>${words(column.name)}</th>`)}</tr></thead>
          <tbody>${gap(first)}${Array.from(found.subarray(first, last), (row) => html`<tr>${columns.map((column) => this.cell(column, row))}</tr>`)}${gap(found.length - last)}</tbody>
        </table>
      </div>`
  }
}

function decimalsOf(values) {
  let largest = 0
  let whole = true
  for (const value of values) {
    if (Number.isNaN(value)) continue
    if (Math.abs(value) > largest) largest = Math.abs(value)
    if (!Number.isInteger(value)) whole = false
  }
  return whole ? 0 : Math.max(2, Math.min(4, decimalsFor(largest)))
}

customElements.define('keel-ledger-table', LedgerTable)
