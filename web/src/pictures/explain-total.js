// What made and lost the money: the components of the P&L, of a run or on average over paths.
import { formatOf, precise, words } from '../base/format.js'
import { bars, zero } from '../parts/layers.js'
import { MONEY, Picture, variantsOf } from '../parts/picture.js'

// {value, std?} of a component, as results of different commands say it.
const partOf = (part) => (typeof part === 'object' && part ? { value: part.mean, error: part.errors?.mean, std: part.std } : { value: part })

class ExplainTotal extends Picture {
  static properties = { result: { attribute: false }, variant: { state: true } }

  constructor() {
    super()
    this.variant = 0
  }

  get variants() {
    return variantsOf(this.result).filter(({ figures }) => Object.keys(figures.explain ?? {}).length)
  }

  choices() {
    return [this.choose('variant', 'rule', this.variants.map(({ name }) => name))]
  }

  get spec() {
    const { figures, name } = this.variants[this.variant]
    const pnl = partOf(figures.pnl)
    const parts = Object.entries(figures.explain)
      .map(([component, part]) => ({ name: words(component), ...partOf(part) }))
      .filter(({ value }) => Number.isFinite(value) && value !== 0)
    const rows = [...parts, { name: 'P&L', ...pnl, is_sum: true }]
    const is_mean = 'std' in pnl && pnl.std !== undefined
    const money = formatOf(rows.map(({ value }) => value))
    const list = rows.map((row, i) => ({ ...row, y: -i, text: money(row.value), colour: row.is_sum ? 'ink2' : row.value < 0 ? 'c2' : 'c1' }))
    const reach = Math.max(...list.map(({ value }) => Math.abs(value)), 1e-300)
    const low = Math.min(0, ...list.map(({ value }) => value))
    const high = Math.max(0, ...list.map(({ value }) => value))
    return {
      title: is_mean ? 'P&L explained, mean of the paths' : 'P&L explained, in total',
      about: is_mean ? 'The components add up to the P&L path by path; whiskers are standard errors of the mean.' : 'The components add up to the P&L; unexplained is what remains.',
      summary: `${name}: ${list.map((row) => `${row.name} ${row.text}`).join(', ')}.`,
      height: 44 + 22 * list.length,
      x: { label: is_mean ? 'mean P&L' : 'P&L', unit: MONEY, range: [low - (low < 0 ? 0.36 : 0.03) * reach, high + (high > 0 ? 0.36 : 0.03) * reach] },
      y: { range: [-list.length + 0.4, 0.6], splits: list.map(({ y }) => y), names: list.map((row) => row.name), grid: false },
      layers: [zero('x'), bars(list)],
      marks: () =>
        list.map((row) => ({
          x: row.value, y: row.y, title: row.name,
          rows: [[is_mean ? 'mean' : 'total', `${precise(row.value)} ${MONEY}`], ...(is_mean ? [['standard error', precise(row.error)], ['std', precise(row.std)]] : [])],
          box: (x, y) => Math.abs(y - row.y) < 0.5,
        })),
      table: () => ({
        columns: [{ name: 'component', values: rows.map((row) => row.name) }, { name: is_mean ? `mean, ${MONEY}` : `total, ${MONEY}`, values: rows.map((row) => row.value) },
          ...(is_mean ? [{ name: 'std', values: rows.map((row) => row.std) }] : [])],
        rows: rows.length,
      }),
    }
  }
}

customElements.define('keel-explain-total', ExplainTotal)
