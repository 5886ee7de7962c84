// What `keel risk` found.
import { html, nothing } from 'lit'
import { decimalsOf, isNumber, number, time, words } from '../base/format.js'
import { figure, valueAt } from '../parts/figures.js'
import { Section } from './section.js'
import '../pictures/explain-total.js'
import '../pictures/heat.js'
import '../pictures/stresses.js'

class Risk extends Section {
  exposures() {
    const { result } = this
    const measures = Object.keys(result.total).filter((name) => name !== 'buckets' && isNumber(result.total[name]))
    const rows = [{ name: 'all', path: ['total'], strong: true }, ...Object.keys(result.underlyings).map((name) => ({ name, path: ['underlyings', name] })),
      ...Object.keys(result.total.buckets ?? {}).map((name) => ({ name, path: ['total', 'buckets', name], is_bucket: true })).filter(({ path }) => measures.some((m) => valueAt(result, [...path, m])))]
    const places = Object.fromEntries(measures.map((m) => [m, decimalsOf(rows.map(({ path }) => valueAt(result, [...path, m])))]))
    return html`<div class="card wide"><h3>Exposures</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="exposures"><table>
        <thead><tr><th scope="col">of</th>${measures.map((m) => html`<th scope="col">${words(m)}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr class=${row.strong ? 'strong' : ''}><th scope="row">${row.is_bucket ? `expiry ${row.name}` : row.name}</th>${measures.map((m) => html`<td>${figure(result, [...row.path, m], places[m])}</td>`)}</tr>`)}</tbody>
      </table></div></div>`
  }

  positions() {
    const { positions } = this.result
    if (!positions?.length) return nothing
    const numbers = Object.keys(positions[0]).filter((name) => positions.some((position) => isNumber(position[name])))
    const places = Object.fromEntries(numbers.map((name) => [name, Math.min(4, decimalsOf(positions.map((position) => position[name])))]))
    return html`<div class="card wide"><h3>Positions</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="positions"><table>
        <thead><tr><th scope="col">position</th>${numbers.map((name) => html`<th scope="col">${words(name)}</th>`)}<th scope="col">marked</th></tr></thead>
        <tbody>${positions.map((position, i) => html`<tr><th scope="row">${position.position}</th>${numbers.map((name) => html`<td>${figure(this.result, ['positions', i, name], places[name])}</td>`)}<td class="quiet">${words(position.marked ?? '')}</td></tr>`)}</tbody>
      </table></div></div>`
  }

  render() {
    const { result } = this
    return html`
      ${this.head([['marks of', result.time ? `${time(Date.parse(result.time))} UTC` : 'the start of the model'], ['positions', number(result.positions?.length)], ['value', number(result.total.value, 2)]])}
      <div class="grid">
        ${this.exposures()}
        ${result.grid?.spot_percent?.length ? html`<keel-heat .result=${result}></keel-heat>` : nothing}
        ${result.stresses.length ? html`<keel-stresses .result=${result}></keel-stresses>` : nothing}
        ${result.since ? html`<keel-explain-total .result=${result.since}></keel-explain-total>` : nothing}
        ${this.notes()} ${this.positions()} ${this.origin()}
      </div>`
  }
}

customElements.define('keel-risk', Risk)
