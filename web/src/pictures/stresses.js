// What named stresses would do to the book.
import { formatOf, precise } from '../base/format.js'
import { bars, zero } from '../parts/layers.js'
import { MONEY, Picture } from '../parts/picture.js'

class Stresses extends Picture {
  static properties = { result: { attribute: false } }

  get spec() {
    const list = [...this.result.stresses].sort((a, b) => a.pnl - b.pnl)
    const money = formatOf(list.map(({ pnl }) => pnl))
    const drawn = list.map((stress, i) => ({ y: -i, value: stress.pnl, text: money(stress.pnl), colour: stress.pnl < 0 ? 'c2' : 'c1' }))
    const [low, high] = [Math.min(0, ...list.map(({ pnl }) => pnl)), Math.max(0, ...list.map(({ pnl }) => pnl))]
    const reach = Math.max(high, -low) || 1
    return {
      title: 'Stresses',
      about: 'P&L of the book, if it happened at once.',
      summary: list.map(({ name, pnl }) => `${name} ${money(pnl)}`).join(', '),
      height: 44 + 24 * list.length,
      x: { label: 'P&L', unit: MONEY, range: [low - (low < 0 ? 0.36 : 0.03) * reach, high + (high > 0 ? 0.36 : 0.03) * reach] },
      y: { range: [-list.length + 0.4, 0.6], splits: drawn.map(({ y }) => y), names: list.map(({ name }) => name), grid: false },
      layers: [zero('x'), bars(drawn)],
      marks: () =>
        list.map((stress, i) => ({
          x: stress.pnl, y: -i, title: stress.name,
          rows: [['P&L', `${precise(stress.pnl)} ${MONEY}`], ...(Number.isFinite(stress.spot_percent) ? [['spot', `${precise(stress.spot_percent)} %`]] : []),
            ...(Number.isFinite(stress.vol_points) ? [['vol', `${precise(stress.vol_points)} points`]] : []), ...(stress.source ? [['source', stress.source]] : [])],
          box: (x, y) => Math.abs(y + i) < 0.5,
        })),
      table: () => ({
        columns: ['name', 'spot_percent', 'vol_points', 'pnl', 'value', 'source'].map((name) => ({ name, values: list.map((stress) => stress[name]) })),
        rows: list.length,
      }),
    }
  }
}

customElements.define('keel-stresses', Stresses)
