// Some paths of a simulation, step by step: spot, the P&L of a rule, what it holds.
import { precise } from '../base/format.js'
import { zero } from '../parts/layers.js'
import { colourAt, dashAt, MONEY, Picture } from '../parts/picture.js'

class Paths extends Picture {
  static properties = { result: { attribute: false }, what: { state: true }, of: { state: true }, variant: { state: true } }

  constructor() {
    super()
    this.what = 0
    this.of = 0
    this.variant = 0
  }

  get shown() {
    return this.result.paths_shown ?? []
  }

  get kinds() {
    const [first] = this.shown
    const names = Object.keys(first.pnl)
    const variant = names[this.variant] ?? names[0]
    return {
      names,
      kinds: [
        { name: 'P&L', unit: MONEY, keys: [''], read: (path) => path.pnl[variant] },
        { name: 'spot', unit: MONEY, keys: Object.keys(first.spot), read: (path, key) => path.spot[key] },
        { name: 'holding', unit: 'contracts', keys: Object.keys(first.holdings[variant] ?? {}), read: (path, key) => path.holdings[variant][key] },
        { name: 'book value', unit: MONEY, keys: [''], read: (path) => path.book },
      ].filter(({ keys, read }) => keys.length && Array.isArray(read(first, keys[0]))),
    }
  }

  choices() {
    const { names, kinds } = this.kinds
    const kind = kinds[this.what]
    return [
      this.choose('what', 'show', kinds.map(({ name }) => name)),
      this.choose('of', 'of', kind.keys),
      ['P&L', 'holding'].includes(kind.name) ? this.choose('variant', 'rule', names) : this.choose('none', '', []),
    ]
  }

  get spec() {
    const { names, kinds } = this.kinds
    const kind = kinds[this.what]
    const key = kind.keys[this.of] ?? kind.keys[0]
    const of = kind.name === 'P&L' ? names[this.variant] : key
    const seconds = this.shown[0].time.map((text) => Date.parse(text) / 1e3)
    const series = this.shown.map((path, i) => ({
      label: `path ${path.path}`, unit: kind.unit, values: kind.read(path, key), width: 1.2, colour: colourAt(i), dash: dashAt(i),
      kind: kind.name === 'holding' ? 'step' : 'line',
    }))
    const ends = series.map(({ values }) => values[values.length - 1])
    return {
      title: `Sample paths: ${kind.name}${of ? ` of ${of}` : ''}`,
      about: `The first ${series.length} paths of the run, under the same rule as all of them.`,
      summary: `At the end from ${precise(Math.min(...ends))} to ${precise(Math.max(...ends))} ${kind.unit}.`,
      x: { label: 'time', unit: 'UTC', time: true, values: seconds },
      y: { label: kind.name, unit: kind.unit },
      series,
      layers: kind.name === 'P&L' ? [zero('y')] : [],
    }
  }
}

customElements.define('keel-paths', Paths)
