// What `keel replay` found, and its ledger where it is given.
import { html, nothing } from 'lit'
import { decimalsFor, isNumber, number, words } from '../base/format.js'
import { figure, valueAt } from '../parts/figures.js'
import { variantsOf } from '../parts/picture.js'
import { Section } from './section.js'
import '../parts/ledger-table.js'
import '../pictures/explain-time.js'
import '../pictures/explain-total.js'
import '../pictures/greeks.js'
import '../pictures/hedge-target.js'

class Replay extends Section {
  row(variants, label, path, { strong = false, whole = false } = {}) {
    const values = variants.map((one) => valueAt(this.result, [...one.path, ...path]))
    if (!values.some((value) => isNumber(value) && (value !== 0 || strong || whole))) return nothing
    const places = whole ? 0 : Math.max(2, decimalsFor(Math.max(...values.filter(isNumber).map(Math.abs))))
    return html`<tr class=${strong ? 'strong' : ''}><th scope="row">${label}</th>${variants.map((one) => html`<td>${figure(this.result, [...one.path, ...path], places)}</td>`)}</tr>`
  }

  table(variants) {
    const components = Object.keys(variants[0].figures.explain ?? {})
    return html`<div class="card wide"><h3>Rules side by side</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="rules side by side"><table>
        <thead><tr><th scope="col">money, for the whole book</th>${variants.map(({ name }) => html`<th scope="col" class="name">${name}</th>`)}</tr></thead>
        <tbody>
          ${this.row(variants, 'P&L', ['pnl'], { strong: true })}
          ${components.map((name) => this.row(variants, words(name), ['explain', name]))}
          <tr class="group"><th scope="row">of hedging</th>${variants.map(() => html`<td></td>`)}</tr>
          ${this.row(variants, 'cost', ['cost'])} ${this.row(variants, 'turnover', ['turnover'])}
          ${this.row(variants, 'trades', ['trades'], { whole: true })} ${this.row(variants, 'decisions', ['decisions'], { whole: true })}
        </tbody>
      </table></div></div>`
  }

  render() {
    const { result, ledger } = this
    const variants = variantsOf(result)
    return html`
      ${this.head([['quotes', number(result.events)], ['instants', number(result.instants)], ['ledger rows', ledger ? number(ledger.rows) : undefined], ['ledger hash', result.ledger_hash]])}
      <div class="grid">
        ${this.table(variants)}
        ${ledger ? html`<keel-explain-time .ledger=${ledger} class="wide"></keel-explain-time>
          <keel-hedge-target .ledger=${ledger}></keel-hedge-target>
          <keel-greeks .ledger=${ledger} .result=${result}></keel-greeks>` : nothing}
        <keel-explain-total .result=${result}></keel-explain-total>
        ${this.notes()}
        ${ledger ? html`<keel-ledger-table .ledger=${ledger} class="wide"></keel-ledger-table>` : nothing}
        ${this.origin()}
      </div>`
  }
}

customElements.define('keel-replay', Replay)
