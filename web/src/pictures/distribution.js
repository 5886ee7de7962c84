// How the P&L of the paths is spread: classes, quantiles, CVaR; a variant before the others.
import { formatOf, number, percent, precise } from '../base/format.js'
import { rules, zero } from '../parts/layers.js'
import { colourAt, dashAt, MONEY, Picture, variantsOf } from '../parts/picture.js'
import { clear } from '../parts/plot.js'

const edgesOf = ({ from, to, shares }) => shares.map((_, i) => from + ((to - from) * i) / shares.length).concat(to)

class Distribution extends Picture {
  static properties = { result: { attribute: false }, variant: { state: true } }

  constructor() {
    super()
    this.variant = 0
  }

  get variants() {
    return variantsOf(this.result).filter(({ figures }) => figures.histogram?.shares?.length)
  }

  choices() {
    return [this.choose('variant', 'rule', this.variants.map(({ name }) => name))]
  }

  get spec() {
    const chosen = this.variants[this.variant]
    if (!chosen) return ((this.reason = 'the result has no distribution'), null)
    const { histogram, pnl } = chosen.figures
    const width = (histogram.to - histogram.from) / histogram.shares.length
    const room = 4 * width
    const edges = edgesOf(histogram)
    const losses = Object.entries(pnl.cvar ?? {}).filter(([level]) => ['0.95', '0.99'].includes(level))
    const lines = [
      { x: pnl.mean, label: 'mean', colour: 'ink', dash: [] },
      ...['0.05', '0.5', '0.95'].filter((p) => p in (pnl.quantiles ?? {})).map((p) => ({ x: pnl.quantiles[p], label: p === '0.5' ? 'median' : `${Number(p) * 100} %` })),
      ...losses.map(([level, loss]) => ({ x: -loss, label: `−CVaR ${Number(level) * 100} %`, colour: 'c2', dash: [1, 2], width: 1.8 })),
    ]
    const least = Math.min(histogram.from, ...losses.map(([, loss]) => -loss)) - room
    const money = formatOf([histogram.from, histogram.to])
    return {
      title: 'Distribution of P&L',
      about: `Paths in classes of ${precise(width)} ${MONEY}; ${percent(histogram.below, 2)} lie below the first, ${percent(histogram.above, 2)} above the last.`,
      summary: `${chosen.name}: mean ${money(pnl.mean)}, ${losses.map(([level, loss]) => `CVaR ${level} ${money(loss)}`).join(', ')}.`,
      x: { label: 'P&L', unit: MONEY, range: [least, histogram.to + room] },
      y: { label: 'share of the paths', unit: '%', range: [0, 122 * Math.max(...histogram.shares)] },
      legend: this.variants.map(({ name }, i) => ({ label: name, colour: colourAt(i), dash: dashAt(i), mark: i === this.variant ? 'area' : undefined })),
      layers: [
        zero('x'),
        ...this.variants.map(({ figures }, i) => i !== this.variant && steps(figures.histogram, width, colourAt(i), false, dashAt(i))).filter(Boolean),
        steps(histogram, width, colourAt(this.variant), true),
        rules(lines),
      ],
      marks: () => marksOf(histogram, edges, pnl, lines),
      table: () => ({
        columns: [
          { name: `from, ${MONEY}`, values: [-Infinity, ...edges] },
          { name: `to, ${MONEY}`, values: [...edges, Infinity] },
          { name: 'share of paths', values: [histogram.below, ...histogram.shares, histogram.above] },
        ],
        rows: edges.length + 1,
      }),
    }
  }
}

function steps(histogram, width, colour, is_chosen, dash) {
  const edges = edgesOf(histogram)
  const scale = (100 * width) / (edges[1] - edges[0])
  return (u, theme, ratio) => {
    const { ctx } = u
    const [x, y] = [(value) => u.valToPos(value, 'x', true), (value) => u.valToPos(value, 'y', true)]
    ctx.beginPath()
    ctx.moveTo(x(edges[0]), y(0))
    histogram.shares.forEach((share, i) => {
      ctx.lineTo(x(edges[i]), y(share * scale))
      ctx.lineTo(x(edges[i + 1]), y(share * scale))
    })
    ctx.lineTo(x(histogram.to), y(0))
    ctx.strokeStyle = is_chosen ? theme[colour] : clear(theme[colour], 62)
    ctx.lineWidth = (is_chosen ? 1.5 : 1.1) * ratio
    ctx.setLineDash((dash ?? []).map((d) => d * ratio))
    if (is_chosen) ctx.fillStyle = clear(theme[colour], 24), ctx.fill()
    ctx.stroke()
  }
}

function marksOf(histogram, edges, pnl, lines) {
  let sum = histogram.below
  const classes = histogram.shares.map((share, i) => {
    sum += share
    const [from, to] = [edges[i], edges[i + 1]]
    return {
      x: (from + to) / 2,
      y: 100 * share,
      title: `${precise(from)} to ${precise(to)} ${MONEY}`,
      rows: [['of the paths', percent(share, 2)], ['up to there', percent(sum, 2)]],
      box: (x) => x >= from && x < to,
    }
  })
  const reach = (edges[1] - edges[0]) * 0.4
  const named = lines.filter(({ x }) => Number.isFinite(x)).map(({ x, label }) => ({
    x, y: 0, title: label, rows: [['P&L', `${precise(x)} ${MONEY}`]],
    box: (value) => Math.abs(value - x) < reach,
  }))
  return [...classes, ...named]
}

customElements.define('keel-distribution', Distribution)
export { number }
