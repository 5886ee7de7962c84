// What `keel surface` found.
import { html, nothing } from 'lit'
import { number, percent, time } from '../base/format.js'
import { figure } from '../parts/figures.js'
import { Section } from './section.js'
import '../pictures/smile.js'

class Surface extends Section {
  expiries(name, { expiries }) {
    const at = (e, ...path) => ['underlyings', name, 'expiries', e, ...path]
    return html`<div class="card wide"><h3>Expiries of ${name}</h3>
      <div class="scroll" tabindex="0" role="region" aria-label="expiries of ${name}"><table>
        <thead><tr><th scope="col">expiry</th><th scope="col">years</th><th scope="col">forward</th><th scope="col">quotes</th><th scope="col">hold the fit</th>
          <th scope="col">rms of vol</th><th scope="col">in spreads</th><th scope="col">model</th><th scope="col">free of arbitrage</th></tr></thead>
        <tbody>${expiries.map((expiry, e) => html`<tr><th scope="row">${time(Date.parse(expiry.expiry)).slice(0, 10)}</th>
          <td>${figure(this.result, at(e, 'years'), 4)}</td><td>${figure(this.result, at(e, 'forward', 'forward'), 3)}</td><td>${figure(this.result, at(e, 'two_sided'), 0)}</td>
          <td>${figure(this.result, at(e, 'inside'), 0)}</td><td>${figure(this.result, at(e, 'rms_vol'), undefined, (value) => percent(value, 3))}</td>
          <td>${figure(this.result, at(e, 'rms_spreads'), 2)}</td><td>${expiry.model ?? expiry.problem ?? '–'}</td>
          <td>${expiry.arbitrage?.butterfly_free && expiry.arbitrage?.calendar_free ? 'yes' : 'no'}</td></tr>`)}</tbody>
      </table></div></div>`
  }

  render() {
    const { result } = this
    const underlyings = Object.entries(result.underlyings)
    const has_quotes = underlyings.some(([, { expiries }]) => expiries.some(({ quotes }) => quotes.length))
    return html`
      ${this.head([['quotes of', result.time ? `${time(Date.parse(result.time))} UTC` : undefined], ['rate', percent(result.rate, 2)], ['underlyings', number(underlyings.length)]])}
      <div class="grid">
        ${has_quotes ? html`<keel-smile .result=${result}></keel-smile><keel-residuals .result=${result}></keel-residuals>` : nothing}
        ${underlyings.map(([name, one]) => (one.problem ? html`<div class="card wide"><h3>${name}</h3><p>${one.problem}</p></div>` : this.expiries(name, one)))}
        ${this.notes()} ${this.origin()}
      </div>`
  }
}

customElements.define('keel-surface', Surface)
