// The smile of one expiry: quotes as vols, the fit, and what the fit leaves.
import { percent, precise, time } from '../base/format.js'
import { points, polyline, rules, whisker } from '../parts/layers.js'
import { Picture } from '../parts/picture.js'

// Vol in per cent of an SVI slice at log-moneyness k.
export function fitted({ a, b, rho, m, sigma }, years, k) {
  const variance = a + b * (rho * (k - m) + Math.sqrt((k - m) ** 2 + sigma ** 2))
  return variance > 0 ? 100 * Math.sqrt(variance / years) : NaN
}

// One choice of underlying and expiry for both pictures.
class Slice extends Picture {
  static properties = { result: { attribute: false }, underlying: { state: true }, expiry: { state: true } }

  constructor() {
    super()
    this.underlying = 0
    this.expiry = 0
  }

  get expiries() {
    return Object.values(this.result.underlyings)[this.underlying].expiries.filter(({ quotes }) => quotes.length)
  }

  get slice() {
    return this.expiries[Math.min(this.expiry, this.expiries.length - 1)]
  }

  choices() {
    return [
      this.choose('underlying', 'underlying', Object.keys(this.result.underlyings)),
      this.choose('expiry', 'expiry', this.expiries.map(({ expiry }) => time(Date.parse(expiry)).slice(0, 10))),
    ]
  }
}

const strikesOf = (quotes) => {
  const strikes = quotes.map(({ strike }) => strike)
  const [least, most] = [Math.min(...strikes), Math.max(...strikes)]
  const room = (most - least || most) * 0.04
  return [least - room, most + room]
}

class Smile extends Slice {
  get spec() {
    const { slice } = this
    if (!slice) return ((this.reason = 'no expiry has quotes'), null)
    const { quotes, years, svi, forward } = slice
    const range = strikesOf(quotes)
    const has_fit = Object.values(svi ?? {}).every(Number.isFinite) && Number.isFinite(forward?.forward)
    const curve = has_fit
      ? Array.from({ length: 161 }, (_, i) => Math.max(range[0] + ((range[1] - range[0]) * i) / 160, 1e-9)).map((strike) => [strike, fitted(svi, years, Math.log(strike / forward.forward))])
      : quotes.filter(({ vol }) => Number.isFinite(vol)).map(({ strike, vol }) => [strike, 100 * vol])
    const mids = quotes.map((quote) => ({ quote, x: quote.strike, y: 100 * (quote.bid_vol === null ? quote.ask_vol : quote.ask_vol === null ? quote.bid_vol : (quote.bid_vol + quote.ask_vol) / 2) })).filter(({ y }) => Number.isFinite(y))
    const heights = [...mids.map(({ y }) => y), ...quotes.flatMap(({ bid_vol, ask_vol }) => [bid_vol, ask_vol]).filter((vol) => vol !== null).map((vol) => 100 * vol)]
    const [low, high] = [Math.min(...heights), Math.max(...heights)]
    const day = time(Date.parse(slice.expiry)).slice(0, 10)
    return {
      title: `Smile of ${Object.keys(this.result.underlyings)[this.underlying]}, ${day}`,
      about: `Out-of-the-money quotes as vols, bid to ask; ${slice.inside} of ${slice.two_sided} two-sided ones hold the fit (${slice.model ?? 'no model'}).`,
      summary: `${quotes.length} quotes, vols from ${precise(low)} to ${precise(high)} %.`,
      height: 360,
      x: { label: 'strike', unit: 'money', range },
      y: { label: 'implied vol', unit: '%', range: [low - 0.06 * (high - low), high + 0.06 * (high - low)] },
      legend: [{ label: 'bid to ask', colour: 'c6', mark: 'bar' }, { label: 'fit', colour: 'c2' }],
      layers: [
        ...(Number.isFinite(forward?.forward) ? [rules([{ x: forward.forward, label: 'forward' }])] : []),
        (u, theme, ratio) => quotes.forEach(({ strike, bid_vol, ask_vol }) => bid_vol !== null && ask_vol !== null &&
          whisker(u, theme, ratio, { x: strike, y: 50 * (bid_vol + ask_vol), dy: 50 * (ask_vol - bid_vol), colour: 'c6' })),
        points(mids.map(({ x, y }) => ({ x, y, colour: 'c1', size: 2.4 }))),
        polyline(curve, 'c2', 1.8),
      ],
      marks: () => mids.map(({ x, y, quote }) => ({ x, y, title: `${quote.kind} ${precise(x)}`, rows: factsOf(quote) })),
      table: () => tableOf(quotes),
    }
  }
}

class Residuals extends Slice {
  get spec() {
    const { slice } = this
    if (!slice) return ((this.reason = 'no expiry has quotes'), null)
    const list = slice.quotes.filter(({ residual_vol }) => Number.isFinite(residual_vol)).map((quote) => ({ quote, x: quote.strike, y: 100 * quote.residual_vol }))
    const reach = 1.15 * Math.max(...list.map(({ y }) => Math.abs(y)), 1e-9)
    return {
      title: 'What the fit leaves',
      about: `The fit less the mid, in vol points; root mean square ${percent(slice.rms_vol, 2)}${Number.isFinite(slice.rms_spreads) ? `, ${precise(slice.rms_spreads)} spreads` : ''}.`,
      summary: `${list.length} residuals.`,
      height: 360,
      x: { label: 'strike', unit: 'money', range: strikesOf(slice.quotes) },
      y: { label: 'fit less mid', unit: 'vol points', range: [-reach, reach] },
      legend: [{ label: 'within bid and ask', colour: 'c1', mark: 'dot' }, { label: 'outside', colour: 'c2', mark: 'diamond' }],
      layers: [
        rules([{ y: 0, colour: 'rule', dash: [] }]),
        points(list.map(({ x, y, quote }) => ({ x, y, colour: quote.inside === false ? 'c2' : 'c1', shape: quote.inside === false ? 'diamond' : 'dot', size: 3 }))),
      ],
      marks: () => list.map(({ x, y, quote }) => ({ x, y, title: `${quote.kind} ${precise(x)}`, rows: factsOf(quote) })),
      table: () => tableOf(slice.quotes),
    }
  }
}

const vol = (value) => percent(value, 2)
const factsOf = (quote) => [
  ['bid to ask', `${vol(quote.bid_vol)} to ${vol(quote.ask_vol)}`], ['fit', vol(quote.vol)], ['standard error', vol(quote.error)],
  ['fit less mid', `${precise(100 * quote.residual_vol)} vol points`], ['in spreads', precise(quote.residual_spreads)],
]

const tableOf = (quotes) => ({
  columns: ['kind', 'strike', 'log_moneyness', 'bid', 'ask', 'bid_vol', 'ask_vol', 'vol', 'error', 'residual_vol', 'residual_spreads', 'inside'].map((name) => ({
    name, values: quotes.map((quote) => quote[name]),
  })),
  rows: quotes.length,
})

customElements.define('keel-smile', Smile)
customElements.define('keel-residuals', Residuals)
