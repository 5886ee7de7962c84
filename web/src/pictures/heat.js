// P&L over shifts of spot and vol, as a heat map.
import { formatOf, number, precise } from '../base/format.js'
import { diverging, inkOn } from '../base/theme.js'
import { MONEY, Picture } from '../parts/picture.js'
import { font } from '../parts/plot.js'

const signed = (value) => (value > 0 ? '+' : '') + number(value)

class Heat extends Picture {
  static properties = { result: { attribute: false }, of: { state: true } }

  constructor() {
    super()
    this.of = 0
  }

  get grids() {
    const { grid } = this.result
    return [{ name: 'the whole book', ...grid }, ...Object.entries(grid.underlyings ?? {}).map(([name, one]) => ({ name, ...one }))]
  }

  choices() {
    return [this.choose('of', 'of', this.grids.map(({ name }) => name))]
  }

  get spec() {
    const { spot_percent: spots, vol_points: vols } = this.result.grid
    const { pnl, value, worst, name } = this.grids[this.of]
    if (!spots?.length || !vols?.length) return ((this.reason = 'the result has no grid'), null)
    const largest = Math.max(...pnl.flat().map((cell) => Math.abs(cell ?? 0)), 1e-300)
    const money = formatOf([largest])
    const cells = spots.flatMap((spot, i) => vols.map((vol, j) => ({ x: i, y: j, spot, vol, pnl: pnl[i][j], value: value[i][j] })))
    return {
      title: 'Scenarios: P&L by spot and vol',
      about: `Of ${name}, all else as it is${worst ? `; the worst is ${money(worst.pnl)} ${MONEY} at spot ${signed(worst.spot_percent)} %, vol ${signed(worst.vol_points)} points` : ''}.`,
      summary: `${spots.length} by ${vols.length} scenarios of ${name}.`,
      height: 90 + 34 * vols.length,
      x: { label: 'move of spot', unit: '%', range: [-0.5, spots.length - 0.5], splits: spots.map((_, i) => i), names: spots.map(signed), grid: false },
      y: { label: 'move of vol', unit: 'points', range: [-0.5, vols.length - 0.5], splits: vols.map((_, i) => i), names: vols.map(signed), grid: false },
      legend: [{ label: 'loss', colour: 'c2', mark: 'area' }, { label: 'gain', colour: 'c1', mark: 'area' }],
      layers: [(u, theme, ratio) => cells.forEach((cell) => drawCell(u, theme, ratio, cell, cell.pnl / largest, money))],
      marks: () =>
        cells.map((cell) => ({
          x: cell.x, y: cell.y, title: `spot ${signed(cell.spot)} %, vol ${signed(cell.vol)} points`,
          rows: [['P&L', `${precise(cell.pnl)} ${MONEY}`], ['value', `${precise(cell.value)} ${MONEY}`]],
          box: (x, y) => Math.abs(x - cell.x) < 0.5 && Math.abs(y - cell.y) < 0.5,
        })),
      table: () => ({
        columns: [['spot_percent', 'spot'], ['vol_points', 'vol'], ['pnl', 'pnl'], ['value', 'value']].map(([title, key]) => ({ name: title, values: cells.map((cell) => cell[key]) })),
        rows: cells.length,
      }),
    }
  }
}

function drawCell(u, theme, ratio, { x, y, pnl }, share, money) {
  const { ctx } = u
  const [left, right] = [u.valToPos(x - 0.5, 'x', true), u.valToPos(x + 0.5, 'x', true)]
  const [top, bottom] = [u.valToPos(y + 0.5, 'y', true), u.valToPos(y - 0.5, 'y', true)]
  const gap = 0.75 * ratio
  const ground = Number.isFinite(pnl) ? diverging(theme, share) : theme.card
  ctx.fillStyle = ground
  ctx.fillRect(left + gap, top + gap, right - left - 2 * gap, bottom - top - 2 * gap)
  if (!Number.isFinite(pnl)) return
  ctx.font = font(11.5 * ratio)
  const text = money(pnl)
  if (ctx.measureText(text).width > right - left - 8 * ratio) return
  ctx.fillStyle = inkOn(ground)
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillText(text, (left + right) / 2, (top + bottom) / 2)
}

customElements.define('keel-heat', Heat)
