// What `keel simulate` found.
import { html, nothing } from 'lit'
import { decimalsOf, isNumber, number, percent, words } from '../base/format.js'
import { figure, valueAt } from '../parts/figures.js'
import { variantsOf } from '../parts/picture.js'
import { Section } from './section.js'
import '../pictures/cost-risk.js'
import '../pictures/distribution.js'
import '../pictures/explain-total.js'
import '../pictures/paths.js'

const lines = [
  { label: 'P&L mean', path: ['pnl', 'mean'], error: ['pnl', 'errors', 'mean'], strong: true },
  { label: 'P&L std', path: ['pnl', 'std'], error: ['pnl', 'errors', 'std'] },
  { label: 'CVaR 95 %', path: ['pnl', 'cvar', '0.95'], error: ['pnl', 'errors', 'cvar', '0.95'] },
  { label: 'CVaR 99 %', path: ['pnl', 'cvar', '0.99'], error: ['pnl', 'errors', 'cvar', '0.99'] },
  { label: 'skew', path: ['pnl', 'skew'], decimals: 3 },
  { label: 'excess kurtosis', path: ['pnl', 'kurtosis'], decimals: 3 },
  { label: 'cost', path: ['cost', 'mean'], error: ['cost', 'errors', 'mean'] },
  { label: 'turnover', path: ['turnover', 'mean'] },
  { label: 'trades', path: ['trades', 'mean'] },
  { label: 'break-even premium', path: ['price_of_hedging', 'mean'] },
  { label: 'premium at CVaR 95 %', path: ['price_of_hedging', 'cvar', '0.95'] },
]

class Simulate extends Section {
  row(variants, { label, path, error, decimals, strong }) {
    const values = variants.map((one) => valueAt(this.result, [...one.path, ...path]))
    if (!values.some(isNumber)) return nothing
    const places = decimals ?? decimalsOf(values)
    const errors = error && variants.some((one) => isNumber(valueAt(this.result, [...one.path, ...error])))
    return html`<tr class="${errors ? 'has-error' : ''} ${strong ? 'strong' : ''}"><th scope="row">${label}</th>${variants.map((one) => html`<td>${figure(this.result, [...one.path, ...path], places)}</td>`)}</tr>
      ${errors ? html`<tr class="error"><th scope="row" aria-label="standard error of ${label}">±</th>${variants.map((one) => html`<td>${figure(this.result, [...one.path, ...error], places)}</td>`)}</tr>` : nothing}`
  }

  table(variants) {
    return html`<div class="card wide"><h3>Rules side by side</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="rules side by side"><table>
        <thead><tr><th scope="col">money, for the whole book</th>${variants.map(({ name }) => html`<th scope="col" class="name">${name}</th>`)}</tr></thead>
        <tbody>${lines.map((line) => this.row(variants, line))}</tbody>
      </table></div></div>`
  }

  theories(variants) {
    const rows = variants.flatMap(({ name, path, figures }) =>
      Object.entries(figures.theory ?? {}).flatMap(([formula, values]) =>
        Object.keys(values).filter((key) => key !== 'assumes').map((key) => ({ name, formula, key, path: [...path, 'theory', formula, key], assumes: values.assumes }))))
    if (!rows.length) return nothing
    return html`<div class="card"><h3>What theory says</h3><div class="scroll" tabindex="0" role="region" aria-label="table"><table><thead><tr><th scope="col">formula</th><th scope="col">figure</th><th scope="col"></th></tr></thead><tbody>
      ${rows.map((row) => html`<tr><th scope="row">${variants.length > 1 ? `${row.name}: ` : ''}${words(row.formula)}<br><span class="quiet">${row.assumes}</span></th><td>${words(row.key)}</td><td>${figure(this.result, row.path)}</td></tr>`)}
    </tbody></table></div></div>`
  }

  render() {
    const { result } = this
    const variants = variantsOf(result)
    const has_parts = variants.some(({ figures }) => Object.keys(figures.explain ?? {}).length)
    return html`
      ${this.head([['paths', number(result.paths)], ['steps', number(result.steps)], ['years', number(result.years, 4)],
        [result.premium < 0 ? 'premium paid' : 'premium received', number(Math.abs(result.premium), 2)], ['seed', String(result.seed)],
        ['interrupted', result.interrupted ? 'yes: of the paths that were finished' : undefined]])}
      <div class="grid">
        ${this.table(variants)}
        <keel-distribution .result=${result}></keel-distribution>
        ${variants.length > 1 ? html`<keel-cost-risk .result=${result}></keel-cost-risk>` : nothing}
        ${has_parts ? html`<keel-explain-total .result=${result}></keel-explain-total>` : nothing}
        ${result.paths_shown?.length ? html`<keel-paths .result=${result} class=${has_parts && variants.length > 1 ? '' : 'wide'}></keel-paths>` : nothing}
        ${this.theories(variants)} ${this.notes()} ${this.origin()}
      </div>`
  }
}

customElements.define('keel-simulate', Simulate)
export { percent }
