// What `keel frontier` found.
import { html, nothing } from 'lit'
import { decimalsOf, isNumber, number } from '../base/format.js'
import { figure } from '../parts/figures.js'
import { Section } from './section.js'
import '../pictures/cost-risk.js'

const columns = ['cost', 'risk', 'mean', 'std', 'turnover', 'trades', 'objective']

class Frontier extends Section {
  rules() {
    const { result } = this
    const places = Object.fromEntries(columns.map((name) => [name, decimalsOf(result.rules.map((rule) => rule[name]))]))
    const known = columns.filter((name) => result.rules.some((rule) => isNumber(rule[name])))
    return html`<div class="card wide"><h3>Rules, by cost</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="rules by cost"><table>
        <thead><tr><th scope="col">rule</th>${known.map((name) => html`<th scope="col">${name === 'mean' ? 'mean P&L' : name}</th>`)}<th scope="col"></th></tr></thead>
        <tbody>${result.rules.map((rule, i) => html`<tr class=${rule.name === result.recommended?.name ? 'strong' : ''}>
          <th scope="row" class="name">${rule.name}</th>
          ${known.map((name) => html`<td>${figure(result, ['rules', i, name], places[name])}</td>`)}
          <td class="quiet">${rule.name === result.recommended?.name ? 'recommended' : rule.on_frontier ? 'on the frontier' : rule.dominated_by ? `${rule.dominated_surely ? 'surely ' : ''}dominated` : ''}</td></tr>`)}
        </tbody>
      </table></div></div>`
  }

  exchange() {
    const { exchange } = this.result
    if (!exchange?.length) return nothing
    return html`<div class="card"><h3>What more cost buys</h3><div class="scroll" tabindex="0" role="region" aria-label="table"><table>
      <thead><tr><th scope="col">from</th><th scope="col">to</th><th scope="col">risk less per unit of cost</th><th scope="col">±</th></tr></thead>
      <tbody>${exchange.map((step, i) => html`<tr><th scope="row" class="name">${step.from}</th><td>${step.to}</td>
        <td>${figure(this.result, ['exchange', i, 'risk_per_cost'], 2)}</td><td>${figure(this.result, ['exchange', i, 'stderr'], 2)}</td></tr>`)}</tbody>
    </table></div></div>`
  }

  render() {
    const { result } = this
    return html`
      ${this.head([['paths', number(result.paths)], ['steps', number(result.steps)], ['rules', number(result.rules.length)], ['interrupted', result.interrupted ? 'yes' : undefined]])}
      <p class="sentence">${result.sentence.split('`').map((part, i) => (i % 2 ? html`<b>${part}</b>` : part))}</p>
      <div class="grid">
        <keel-cost-risk .result=${result} class="wide"></keel-cost-risk>
        ${this.rules()} ${this.exchange()} ${this.notes()} ${this.origin()}
      </div>`
  }
}

customElements.define('keel-frontier', Frontier)
