// Greeks of the book over time, and with the hedge in spot the net delta within its band.
import { between, zero } from '../parts/layers.js'
import { Picture, variantsOf } from '../parts/picture.js'
import { lanesOf, pick } from './lanes.js'

const measures = [
  { name: 'delta', unit: 'shares' },
  { name: 'gamma', unit: 'shares per 1.00 of spot' },
  { name: 'vega', unit: 'money per 1.00 of vol' },
  { name: 'theta', unit: 'money per year' },
]

// Half the band at each row, in the measure's unit; NaN where it has none.
const bandOf = (band, measure, spot) => {
  if (band?.shares > 0) return spot.map(() => band.shares)
  if (!(band?.currency > 0)) return null
  const per = { delta: (s) => s, gamma: (s) => (s * s) / 100, vega: () => 1 / 100 }[measure]
  return per ? spot.map((s) => band.currency / per(s)) : null
}

class Greeks extends Picture {
  static properties = {
    ledger: { attribute: false }, result: { attribute: false }, variant: { state: true }, underlying: { state: true }, account: { state: true }, measure: { state: true }, data: { state: true },
  }

  constructor() {
    super()
    this.variant = this.underlying = this.account = this.measure = 0
  }

  willUpdate(changes) {
    if (['ledger', 'variant', 'underlying', 'account', 'measure'].some((name) => changes.has(name))) this.read()
  }

  async read() {
    const { ledger } = this
    const { name } = measures[this.measure]
    this.lanes = await lanesOf(ledger)
    const [time, book, own, holding, spot, instrument, reason] = await ledger.columns('time', name, 'hedge_delta', 'holding', 'spot', 'instrument', 'reason')
    const ended = new Set(['settled', 'liquidate'].map((text) => reason.texts.indexOf(text)))
    const rows = this.lanes.rows(this.variant, this.underlying, this.account).filter((row) => !ended.has(reason.codes[row]))
    const others = ledger.has('instrument_2') ? await ledger.column('instrument_2') : null
    const by_spot = rows.length && rows.every((row) => / spot$|^$/.test(instrument.texts[instrument.codes[row]]) && !(others && others.texts[others.codes[row]]))
    const held = pick(holding.values, rows)
    const base = pick(name === 'delta' ? own.values : book.values, rows)
    const net = by_spot ? base.map((value, i) => value + (name === 'delta' ? held[i] : 0)) : null
    this.data = { measure: this.measure, x: pick(time.ms, rows).map((ms) => ms / 1e3), base, net, spot: pick(spot.values, rows), variant: this.lanes.variants[this.variant] }
  }

  choices() {
    if (!this.lanes) return []
    const { variants, underlyings, accounts } = this.lanes
    return [
      this.choose('measure', 'show', measures.map(({ name }) => name)), this.choose('variant', 'rule', variants),
      this.choose('underlying', 'underlying', underlyings), this.choose('account', 'account', accounts.map((name) => name || '(none)')),
    ]
  }

  get spec() {
    if (!this.data) return null
    const { x, base, net, spot, variant } = this.data
    const { name, unit } = measures[this.data.measure]
    if (!x.length) return ((this.reason = 'this rule has no row here'), null)
    const figures = variantsOf(this.result).find((one) => one.name === variant)?.figures
    const half = net ? bandOf(figures?.bands?.[name], name, spot) : null
    const is_delta = name === 'delta'
    const series = []
    if (net) series.push({ label: is_delta ? 'net delta' : name, unit, values: net, colour: 'c1', width: 1.8, kind: 'step' })
    if (is_delta || !net) series.push({ label: `book’s ${name}`, unit, values: base, colour: 'ink2', width: 1.2, dash: [4, 3], off: Boolean(net && half) })
    if (half)
      for (const sign of [1, -1])
        series.push({ label: sign > 0 ? 'band, upper edge' : 'band, lower edge', unit, values: half.map((h) => sign * h), colour: 'c5', width: 1, dash: [2, 2] })
    return {
      title: is_delta && net ? 'Net delta' : `The book’s ${name}`,
      about: is_delta && net ? `Of book and hedge together, by the hedger’s vol, after each decision${half ? '; the band is the one that triggers' : ''}.` : 'Of the book at marking vols, at each decision.',
      summary: `${x.length} decisions.`,
      height: 340,
      x: { label: 'time', unit: 'UTC', time: true, values: x },
      y: { label: name, unit },
      series,
      layers: [zero('y'), ...(half ? [between(x, half.map((h) => -h), half, 'c5', 10)] : [])],
    }
  }
}

customElements.define('keel-greeks', Greeks)
