// Hedge against target: what the rule wanted, what it held, each trade and its reason.
import { precise, words } from '../base/format.js'
import { points, zero } from '../parts/layers.js'
import { Picture } from '../parts/picture.js'
import { lanesOf, pick } from './lanes.js'

const TRADES_MAX = 1500 // drawn at once

class HedgeTarget extends Picture {
  static properties = {
    ledger: { attribute: false }, variant: { state: true }, underlying: { state: true }, account: { state: true }, instrument: { state: true }, data: { state: true },
  }

  constructor() {
    super()
    this.variant = this.underlying = this.account = this.instrument = 0
  }

  get suffixes() {
    return ['', ...[2, 3, 4, 5, 6, 7, 8].map((n) => `_${n}`)].filter((suffix) => this.ledger.has(`instrument${suffix}`))
  }

  willUpdate(changes) {
    if (['ledger', 'variant', 'underlying', 'account', 'instrument'].some((name) => changes.has(name))) this.read()
  }

  async read() {
    const { ledger } = this
    const suffix = this.suffixes[this.instrument]
    this.lanes = await lanesOf(ledger)
    const rows = this.lanes.rows(this.variant, this.underlying, this.account)
    const [time, target, holding, trade, price, reason, instrument] = await ledger.columns(
      'time', ...['target', 'holding', 'trade', 'price', 'reason', 'instrument'].map((name) => name + suffix))
    const reasons = Array.from(rows, (row) => reason.texts[reason.codes[row]])
    this.data = {
      x: pick(time.ms, rows).map((ms) => ms / 1e3),
      target: pick(target.values, rows), holding: pick(holding.values, rows), trade: pick(trade.values, rows), price: pick(price.values, rows),
      reasons, name: rows.length ? instrument.texts[instrument.codes[rows[0]]] : '',
    }
  }

  choices() {
    if (!this.lanes) return []
    const { variants, underlyings, accounts } = this.lanes
    return [
      this.choose('variant', 'rule', variants), this.choose('underlying', 'underlying', underlyings),
      this.choose('account', 'account', accounts.map((name) => name || '(none)')),
      this.choose('instrument', 'instrument', this.suffixes.map((_, i) => `${i + 1}`)),
    ]
  }

  get spec() {
    if (!this.data) return null
    const { x, target, holding, trade, price, reasons, name } = this.data
    if (!x.length) return ((this.reason = 'this rule has no row here'), null)
    const trades = []
    trade.forEach((qty, i) => qty && trades.push(i))
    const mark = (i) => ({ x: x[i], y: holding[i], colour: trade[i] > 0 ? 'c3' : 'c2', shape: trade[i] > 0 ? 'up' : 'down', size: 3.6 })
    const rowAt = (seconds) => {
      let i = x.length - 1
      while (i > 0 && x[i] > seconds) i--
      return i
    }
    return {
      title: `Hedge against target${name ? `: ${name}` : ''}`,
      about: `${trades.length} trades in ${x.length} rows; each row’s reason shows where you point.`,
      summary: `${trades.length} trades.`,
      height: 340,
      x: { label: 'time', unit: 'UTC', time: true, values: x },
      y: { label: 'held', unit: 'contracts' },
      series: [
        { label: 'target', unit: 'contracts', values: target, colour: 'ink2', width: 1.2, dash: [4, 3] },
        { label: 'holding', unit: 'contracts', values: holding, colour: 'c1', width: 1.8, kind: 'step' },
      ],
      legend: [{ label: 'bought', colour: 'c3', mark: 'up' }, { label: 'sold', colour: 'c2', mark: 'down' }],
      details: (seconds) => {
        const i = rowAt(seconds)
        return [['reason', words(reasons[i])], ...(trade[i] ? [['trade', `${precise(trade[i])} at ${precise(price[i])}`]] : [])]
      },
      layers: [
        zero('y'),
        (u, theme, ratio) => {
          const { min, max } = u.scales.x
          const seen = trades.filter((i) => x[i] >= min && x[i] <= max)
          const every = Math.ceil(seen.length / TRADES_MAX)
          points(seen.filter((_, k) => k % every === 0).map(mark))(u, theme, ratio)
        },
      ],
      table: () => ({
        columns: [
          { name: 'time', values: (row) => new Date(x[row] * 1e3).toISOString() }, { name: 'target', values: target }, { name: 'holding', values: holding },
          { name: 'trade', values: trade }, { name: 'price', values: price }, { name: 'reason', values: reasons },
        ],
        rows: x.length,
      }),
    }
  }
}

customElements.define('keel-hedge-target', HedgeTarget)
