// P&L explained over time: how each component has added up.
import { words } from '../base/format.js'
import { zero } from '../parts/layers.js'
import { colourAt, dashAt, MONEY, Picture } from '../parts/picture.js'
import { lanesOf } from './lanes.js'

const SHOWN = 6

class ExplainTime extends Picture {
  static properties = { ledger: { attribute: false }, variant: { state: true }, of: { state: true }, data: { state: true } }

  constructor() {
    super()
    this.variant = 0
    this.of = 0
  }

  willUpdate(changes) {
    if (changes.has('ledger') || changes.has('variant') || changes.has('of')) this.read(this.ledger, this.variant, this.of)
  }

  async read(ledger, variant, of) {
    const lanes = await lanesOf(ledger)
    const rows = of ? lanes.rows(variant, of - 1) : lanes.whole(variant)
    const { ms } = await ledger.column('time')
    const names = ledger.heads.map(({ name }) => name).filter((name) => name === 'pnl' || name.startsWith('pnl_'))
    const x = timesOf(ms, rows)
    const series = []
    for (const name of names) {
      const values = summed((await ledger.column(name)).values, ms, rows, x.length)
      if (name === 'pnl' || values.some((value) => value !== 0)) series.push({ name, values })
    }
    if (variant === this.variant && of === this.of) this.lanes = lanes
    this.data = { x, series, of: of ? lanes.underlyings[of - 1] : 'all underlyings', variant: lanes.variants[variant] }
  }

  choices() {
    if (!this.lanes) return []
    const { variants, underlyings, accounts } = this.lanes
    const several = underlyings.length > 1 && accounts.length === 1
    return [this.choose('variant', 'rule', variants), this.choose('of', 'of', several ? ['all underlyings', ...underlyings] : ['all'])]
  }

  get spec() {
    if (!this.data) return null
    const { x, series, of, variant } = this.data
    const last = ({ values }) => Math.abs(values[values.length - 1])
    const [pnl, ...parts] = series
    parts.sort((a, b) => last(b) - last(a))
    const lines = parts.map(({ name, values }, i) => ({
      label: words(name.slice(4)), unit: MONEY, values, colour: colourAt(i), dash: dashAt(i), off: i >= SHOWN, width: 1.4,
    }))
    return {
      title: 'P&L explained over time',
      about: `What each component of ${variant} had added up to, ${of}; the largest ${Math.min(SHOWN, lines.length)} at first, others by a click on their name.`,
      summary: `P&L and ${lines.length} components.`,
      height: 340,
      x: { label: 'time', unit: 'UTC', time: true, values: x },
      y: { label: 'cumulative P&L', unit: MONEY },
      series: [{ label: 'P&L', unit: MONEY, values: pnl.values, colour: 'ink', width: 2.4 }, ...lines],
      layers: [zero('y')],
    }
  }
}

// Each instant once, in seconds.
function timesOf(ms, rows) {
  const times = []
  rows.forEach((row, i) => (i && ms[row] === ms[rows[i - 1]] ? 0 : times.push(ms[row] / 1e3)))
  return Float64Array.from(times)
}

// The running sum at the end of each instant.
function summed(values, ms, rows, instants) {
  const sums = new Float64Array(instants)
  let sum = 0
  let at = -1
  let last = NaN
  for (const row of rows) {
    if (ms[row] !== last) at++, (last = ms[row])
    sum += values[row]
    sums[at] = sum
  }
  return sums
}

customElements.define('keel-explain-time', ExplainTime)
