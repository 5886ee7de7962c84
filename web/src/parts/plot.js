// A chart: axes and lines by uPlot, layers drawn by who describes it; hover, keys, zoom, PNG, CSV.
//
// spec = {
//   title, about,                     about: one line below the title
//   summary,                          what it shows, for those who do not see it
//   x: {label, unit, values, time, range, splits, names},
//   y: {label, unit, range, splits, names, log},
//   series: [{label, unit, values, kind: 'line' | 'step' | 'bars', colour, width, dash, fill, off}],
//   legend: [{label, colour, dash, mark}],  beside the series
//   layers: [(u, theme) => {}],       drawn over grid and series; `under: true` on the function: below them
//   marks: (u) => [{x, y, title, rows: [[label, value]], colour}],   what hovers in place of the series
//   table: () => ({columns: [{name, values}], rows}),
//   height,
// }
// Colours are names of base/theme.js. Values are what is saved; what is drawn is thinned.
import { css, html, LitElement, nothing, unsafeCSS } from 'lit'
import uPlot from 'uplot'
import plotStyles from 'uplot/dist/uPlot.min.css?inline'
import { number, precise, ticks, time } from '../base/format.js'
import { csv, fileName, save } from '../base/save.js'
import { colours, common, onTheme } from '../base/theme.js'
import { placeOf, POINTS_MAX, thinned } from '../base/thin.js'

const font = (size, weight = '') => `${weight} ${size}px Inter, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif`.trim()
const AXIS = 12

const unitOf = ({ label, unit }) => (unit ? `${label}, ${unit}` : label)

export class KeelPlot extends LitElement {
  static properties = {
    spec: { attribute: false },
    readout: { state: true },
    zoomed: { state: true },
    shown: { state: true },
  }

  static styles = [
    unsafeCSS(plotStyles),
    common,
    css`
      :host { min-width: 0; }
      header { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; }
      h3 { font-size: 14.5px; font-weight: 600; letter-spacing: -0.005em; flex: 1 1 auto; }
      .about { font-size: 12.5px; color: var(--ink-2); line-height: 1.4; margin-top: 2px; max-width: 78ch; }
      .tools { display: flex; gap: 1px; margin: 0 -7px 0 auto; }
      .tools button { border: 0; background: none; padding: 3px 7px; font-size: 12px; color: var(--ink-2); border-radius: 4px; min-width: 26px; min-height: 26px; }
      .tools button:hover:not(:disabled) { background: var(--wash); color: var(--accent); }
      .tools button:disabled { opacity: 0.45; cursor: default; }
      .legend { display: flex; flex-wrap: wrap; gap: 0 2px; margin: 6px 0 0 -6px; padding: 0; list-style: none; font-size: 12.5px; }
      .legend button, .legend span.key { display: inline-flex; align-items: center; gap: 6px; border: 0; background: none; padding: 2px 6px; border-radius: 4px; color: var(--ink-2); min-height: 24px; }
      .legend button:hover { background: var(--wash); }
      .legend button[aria-pressed='false'] { text-decoration: line-through; }
      .legend button[aria-pressed='false'] svg { opacity: 0.3; }
      svg { display: block; flex: none; }
      .ylabel { font-size: 12px; color: var(--ink-2); margin: 8px 0 2px; }
      .stage { position: relative; touch-action: pan-y pinch-zoom; }
      .stage:focus-visible { outline-offset: 4px; }
      .tip { position: absolute; z-index: 5; pointer-events: none; background: var(--card); border: 1px solid var(--rule); border-radius: 5px; padding: 6px 9px; font-size: 12px; line-height: 1.45; box-shadow: 0 2px 10px rgb(0 0 0 / 0.14); max-width: min(320px, 80%); }
      .tip b { font-weight: 600; display: block; overflow-wrap: anywhere; }
      .tip dl { display: grid; grid-template-columns: auto auto; gap: 0 12px; }
      .tip dt { color: var(--ink-2); overflow-wrap: anywhere; }
      .tip dd { text-align: right; font-variant-numeric: tabular-nums; }
      .dot { position: absolute; width: 11px; height: 11px; margin: -5.5px; border-radius: 50%; border: 2px solid var(--ink); pointer-events: none; z-index: 4; }
      .live { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .u-select { background: color-mix(in srgb, var(--accent) 14%, transparent); }
      .u-cursor-x, .u-cursor-y { border-color: var(--rule) !important; }
      @media print { .tools, .tip, .dot { display: none; } :host { break-inside: avoid; } }
    `,
  ]

  constructor() {
    super()
    this.readout = null
    this.zoomed = false
    this.shown = new Set()
  }

  connectedCallback() {
    super.connectedCallback()
    this.unlisten = onTheme(() => this.draw())
    this.watch = new ResizeObserver(() => this.resize())
    if (this.hasUpdated) this.watch.observe(this.stage), this.draw()
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    this.unlisten()
    this.watch.disconnect()
    this.plot?.destroy()
    this.plot = null
  }

  get stage() {
    return this.renderRoot.querySelector('.stage')
  }

  willUpdate(changes) {
    if (!changes.has('spec')) return
    const labels = (this.spec.series ?? []).map((series) => series.label)
    const same = changes.get('spec')?.series?.map((series) => series.label).join('\n') === labels.join('\n')
    if (!same) this.shown = new Set((this.spec.series ?? []).filter((series) => !series.off).map((series) => series.label))
  }

  updated(changes) {
    if (!this.watching) this.watch.observe(this.stage), (this.watching = true)
    if (changes.has('spec')) this.draw()
  }

  // ---- drawing ----

  get width() {
    return Math.max(160, Math.floor(this.stage.clientWidth))
  }

  get height() {
    if (this.spec.height) return this.spec.height
    return this.width < 520 ? 250 : 300
  }

  resize() {
    if (!this.plot || !this.stage.clientWidth) return this.stage.clientWidth && this.draw()
    if (this.plot.width !== this.width) this.plot.setSize({ width: this.width, height: this.height })
  }

  draw() {
    if (!this.spec || !this.stage?.clientWidth) return
    this.theme = colours()
    this.plot?.destroy()
    this.readout = null
    this.zoomed = false
    this.full = this.range()
    this.data = this.dataOf(...this.full)
    this.plot = new uPlot(this.options(), this.data, this.stage.querySelector('.canvas'))
    this.plot.root.querySelector('canvas').setAttribute('aria-hidden', 'true')
    this.at = -1
    performance.clearMarks('keel-drawn')
    performance.mark('keel-drawn') // when the last chart was
  }

  // Of x, with nothing outside it.
  range() {
    const { x } = this.spec
    if (x.range) return x.range
    const values = x.values
    const [least, most] = [values[0], values[values.length - 1]]
    return least < most ? [least, most] : [least - 0.5, least + 0.5]
  }

  // What is drawn between two x: all, or a thinned part, and one point beyond each end.
  dataOf(from, to) {
    const { x, series = [] } = this.spec
    if (!x.values) return [[from, to], [null, null]]
    const values = series.map((one) => one.values)
    const start = Math.max(0, placeOf(x.values, from) - 1)
    const end = Math.min(x.values.length, placeOf(x.values, to) + 2)
    const places = thinned(values, start, end)
    if (!places && x.values.length <= POINTS_MAX) return [x.values, ...values]
    const taken = (list) => (places ? Array.from(places, (place) => known(list[place])) : Array.from(list.slice(start, end), known))
    return [taken(x.values), ...values.map(taken)]
  }

  options() {
    const { spec, theme } = this
    const [from, to] = this.full
    return {
      width: this.width,
      height: this.height,
      padding: [10, 14, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC'),
      legend: { show: false },
      cursor: {
        drag: { x: true, y: false, setScale: true, uni: 12 },
        points: { show: !spec.marks, size: 7, width: 1.5 },
        y: false,
        x: !spec.marks,
      },
      select: { show: true },
      scales: {
        x: { time: Boolean(spec.x.time), range: (u, least, most) => (least === null ? [from, to] : [least, most]) },
        y: { distr: spec.y.log ? 3 : 1, range: spec.y.range ? (typeof spec.y.range === 'function' ? spec.y.range : () => spec.y.range) : padded },
      },
      axes: [this.axis(spec.x, false), this.axis(spec.y, true)],
      series: [{}, ...this.lines()],
      hooks: {
        drawAxes: [(u) => this.layers(u, true)],
        draw: [(u) => this.layers(u, false)],
        setCursor: [(u) => this.hover(u)],
        setScale: [(u, key) => key === 'x' && this.scaled(u)],
      },
    }
  }

  axis(spec, is_y) {
    const { theme } = this
    const narrow = this.width < 520
    const axis = {
      stroke: theme.ink2,
      font: font(AXIS),
      labelFont: font(AXIS),
      grid: { stroke: theme.hair, width: 1, show: spec.grid ?? true },
      ticks: { stroke: theme.hair, width: 1, size: is_y ? 0 : 4 },
      gap: is_y ? 8 : 4,
      space: is_y ? 38 : spec.time ? (narrow ? 70 : 80) : 58,
    }
    if (spec.splits || spec.log) {
      axis.splits = spec.log ? (u, i, least, most) => decades(least, most) : () => spec.splits
      axis.filter = (u, splits) => splits
    }
    if (spec.names) axis.values = () => spec.names
    else if (!spec.time) axis.values = (u, splits) => ticks(splits)
    else axis.values = clock
    if (is_y) axis.size = (u, values) => this.sizeOf(u, values, spec.names)
    else Object.assign(axis, { label: unitOf(spec), labelSize: 18, labelGap: 2, size: (u, values) => (values?.some((text) => text.includes('\n')) ? 42 : 26) })
    return axis
  }

  sizeOf(u, values, names) {
    if (!values) return 40
    u.ctx.save()
    u.ctx.font = font(AXIS * devicePixelRatio)
    const widest = Math.max(...values.map((text) => u.ctx.measureText(text).width)) / devicePixelRatio
    u.ctx.restore()
    return Math.ceil(Math.min(widest, names ? this.width * 0.42 : 120)) + 12
  }

  lines() {
    const { spec, theme } = this
    return (spec.series ?? []).map((series) => ({
      label: series.label,
      show: this.shown.has(series.label),
      stroke: theme[series.colour],
      width: series.width ?? 1.6,
      dash: series.dash,
      fill: series.fill ? clear(theme[series.colour], series.fill) : undefined,
      paths: paths[series.kind ?? 'line'],
      points: { show: series.points ?? false, size: series.size ?? 4, fill: theme[series.colour] },
      spanGaps: series.gaps ?? false,
    }))
  }

  layers(u, under) {
    const { ctx } = u
    const { left, top, width, height } = u.bbox
    for (const layer of this.spec.layers ?? []) {
      if (Boolean(layer.under) !== under) continue
      ctx.save()
      ctx.beginPath()
      ctx.rect(left, top, width, height)
      if (!layer.free) ctx.clip()
      layer(u, this.theme, devicePixelRatio)
      ctx.restore()
    }
  }

  // ---- zoom ----

  scaled(u) {
    const { min, max } = u.scales.x
    const [from, to] = this.full
    const zoomed = min > from || max < to
    if (zoomed !== this.zoomed) this.zoomed = zoomed
    if (this.spec.x.values?.length > POINTS_MAX && !this.filling) {
      this.filling = true
      queueMicrotask(() => {
        u.setData(this.dataOf(min, max), false)
        u.setScale('x', { min, max })
        this.filling = false
      })
    }
    this.readout = null
  }

  zoom(factor) {
    const { min, max } = this.plot.scales.x
    const [from, to] = this.full
    const middle = this.plot.cursor.left > 0 ? this.plot.posToVal(this.plot.cursor.left, 'x') : (min + max) / 2
    const start = Math.max(from, middle - (middle - min) * factor)
    const end = Math.min(to, middle + (max - middle) * factor)
    if (end - start > (to - from) * 1e-6) this.plot.setScale('x', { min: start, max: end })
  }

  pan(share) {
    const { min, max } = this.plot.scales.x
    const [from, to] = this.full
    const by = Math.max(from - min, Math.min(to - max, (max - min) * share))
    this.plot.setScale('x', { min: min + by, max: max + by })
  }

  reset() {
    const [min, max] = this.full
    this.plot.setScale('x', { min, max })
  }

  // ---- what hovers ----

  hover(u) {
    if (this.keyed) return
    const { left, top, idx } = u.cursor
    if (left < 0) this.readout = null
    else this.readout = this.spec.marks ? this.markNear(u, left, top) : this.valuesAt(u, idx, top)
  }

  marksOf(u) {
    const { min, max } = u.scales.x
    return this.spec.marks(u).filter((mark) => mark.box || (mark.x >= min && mark.x <= max))
  }

  markNear(u, left, top) {
    let best = null
    let distance = 36 ** 2
    for (const mark of this.marksOf(u)) {
      const [x, y] = [u.valToPos(mark.x, 'x'), u.valToPos(mark.y, 'y')]
      if (mark.box && !mark.box(u.posToVal(left, 'x'), u.posToVal(top, 'y'))) continue
      const d = mark.box ? 0 : (x - left) ** 2 + (y - top) ** 2
      if (d < distance || mark.box) [best, distance] = [{ ...mark, left: x, top: y }, d]
    }
    return best
  }

  valuesAt(u, idx, top) {
    if (idx === null || idx === undefined) return null
    const { x, series = [] } = this.spec
    const at = u.data[0][idx]
    const rows = series
      .map((one, i) => ({ ...one, value: u.data[i + 1][idx] }))
      .filter((one) => this.shown.has(one.label) && known(one.value) !== null)
      .map((one) => [one.label, withUnit(precise(one.value), one.unit), one.colour])
    const extra = this.spec.details ? this.spec.details(at) : []
    const title = x.time ? `${time(at * 1e3)} UTC` : `${x.label} ${withUnit(x.names ? x.names[idx] : precise(at), x.unit)}`
    return { title, rows: [...rows, ...extra], left: u.valToPos(at, 'x'), top: Math.max(0, top), dotless: true }
  }

  onKey(event) {
    const u = this.plot
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }
    if (event.ctrlKey || event.metaKey || event.altKey || !u) return
    if (event.key === '+' || event.key === '=') this.zoom(0.5)
    else if (event.key === '-') this.zoom(2)
    else if (event.key === '0' || event.key === 'Escape') this.reset(), this.leave()
    else if (event.shiftKey && event.key in steps) this.pan(steps[event.key] * 0.2)
    else if (event.key === 'Home') this.go(0)
    else if (event.key === 'End') this.go(Infinity)
    else if (event.key in steps) this.go(this.at + steps[event.key])
    else return
    event.preventDefault()
  }

  go(place) {
    const u = this.plot
    this.keyed = true
    if (this.spec.marks) {
      const marks = this.marksOf(u)
      this.at = Math.max(0, Math.min(marks.length - 1, place))
      const mark = marks[this.at]
      if (mark) this.readout = { ...mark, left: u.valToPos(mark.x, 'x'), top: u.valToPos(mark.y, 'y') }
    } else {
      const { min, max } = u.scales.x
      const [first, last] = [placeOf(u.data[0], min), placeOf(u.data[0], max + 1e-12 * Math.abs(max)) - 1]
      this.at = Math.max(first, Math.min(Math.max(first, last), place))
      const left = u.valToPos(u.data[0][this.at], 'x')
      u.setCursor({ left, top: 12 })
      this.readout = this.valuesAt(u, this.at, 12)
    }
    this.keyed = false
  }

  leave() {
    this.readout = null
    this.at = -1
    this.plot?.setCursor({ left: -10, top: -10 })
  }

  // ---- what is saved ----

  saveCsv() {
    const { columns, rows } = this.spec.table ? this.spec.table() : this.tableOfSeries()
    save(fileName(this.spec.title, 'csv'), new Blob(csv(columns, rows), { type: 'text/csv' }))
  }

  tableOfSeries() {
    const { x, series } = this.spec
    const first = { name: x.time ? 'time' : unitOf(x), values: x.time ? (row) => new Date(x.values[row] * 1e3).toISOString() : x.values }
    return { columns: [first, ...series.map((one) => ({ name: unitOf(one), values: one.values }))], rows: x.values.length }
  }

  savePng() {
    picture(this).toBlob((blob) => save(fileName(this.spec.title, 'png'), blob))
  }

  toggle(label) {
    const shown = new Set(this.shown)
    if (!shown.delete(label)) shown.add(label)
    this.shown = shown
    this.spec.series.forEach((series, i) => this.plot.setSeries(i + 1, { show: shown.has(series.label) }))
  }

  // ---- the component ----

  render() {
    const { spec } = this
    if (!spec) return nothing
    return html`
      <header>
        <h3>${spec.title}</h3>
        <div class="tools" role="group" aria-label="${spec.title}: zoom and save">
          <button @click=${() => this.zoom(0.5)} aria-label="zoom in" title="zoom in (drag, or +)">+</button>
          <button @click=${() => this.zoom(2)} aria-label="zoom out" title="zoom out (−)" ?disabled=${!this.zoomed}>−</button>
          <button @click=${() => this.reset()} title="show all (0, or double click)" ?disabled=${!this.zoomed}>all</button>
          <button @click=${() => this.savePng()} aria-label="save as PNG" title="save as PNG">PNG</button>
          <button @click=${() => this.saveCsv()} aria-label="save as CSV" title="save as CSV, all of it">CSV</button>
        </div>
      </header>
      ${spec.about ? html`<p class="about">${spec.about}</p>` : nothing}
      <slot name="choose"></slot>
      ${this.renderLegend()}
      ${spec.y.label ? html`<p class="ylabel">${unitOf(spec.y)}</p>` : nothing}
      <div class="stage" tabindex="0" role="application" aria-roledescription="chart" @keydown=${this.onKey}
        @blur=${this.leave} @mouseleave=${this.leave}
        aria-label="${spec.title}. ${spec.summary ?? ''} Arrow keys read values, plus and minus zoom, 0 shows all.">
        <div class="canvas"></div>
        ${this.renderReadout()}
      </div>
      <div class="live" aria-live="polite">${this.at >= 0 && this.readout ? said(this.readout) : ''}</div>`
  }

  renderLegend() {
    const { series = [], legend = [] } = this.spec
    if (series.length + legend.length < 2) return nothing
    return html`<ul class="legend">
      ${series.map((one) => html`<li><button aria-pressed=${this.shown.has(one.label)} @click=${() => this.toggle(one.label)}>${key(one)}${one.label}</button></li>`)}
      ${legend.map((one) => html`<li><span class="key">${key(one)}${one.label}</span></li>`)}
    </ul>`
  }

  renderReadout() {
    const tip = this.readout
    if (!tip) return nothing
    const { left: plotLeft, top: plotTop } = offset(this.plot)
    const [x, y] = [tip.left + plotLeft, tip.top + plotTop]
    const right = x > this.width / 2
    const style = `${right ? `right:${this.width - x + 12}px` : `left:${x + 12}px`};top:${Math.max(0, Math.min(y - 12, this.height - 40 - 19 * tip.rows.length))}px`
    return html`
      ${tip.dotless || tip.box ? nothing : html`<div class="dot" .style=${`left:${x}px;top:${y}px`}></div>`}
      <div class="tip" .style=${style}>
        <b>${tip.title}</b>
        <dl>${tip.rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>
      </div>`
  }
}

// A colour of which so many per cent are seen.
export const clear = (hex, percent) => hex + Math.round(percent * 2.55).toString(16).padStart(2, '0')

const known = (value) => (value === undefined || Number.isNaN(value) ? null : value)
export const withUnit = (text, unit) => (unit && text !== '–' ? `${text} ${unit}` : text)
const said = (tip) => `${tip.title}: ${tip.rows.map(([label, value]) => `${label} ${value}`).join(', ')}`

function offset(u) {
  return { left: u.bbox.left / devicePixelRatio, top: u.bbox.top / devicePixelRatio }
}

function padded(u, least, most) {
  if (least === null || most === null) return [0, 1]
  const room = (most - least || Math.abs(most) || 1) * 0.06
  return [least - (least === 0 ? 0 : room), most + (most === 0 ? 0 : room)]
}

// 1, 2, 5, 10, 20 ... within a range.
function decades(least, most) {
  const list = []
  for (let ten = 10 ** Math.floor(Math.log10(least)); ten <= most; ten *= 10)
    for (const step of [1, 2, 5]) if (step * ten >= least && step * ten <= most) list.push(step * ten)
  return list
}

// Ticks of time: the clock within a day, else the date, with the year where it turns.
function clock(u, splits, axis, space, step) {
  let day = ''
  let year = ''
  return splits.map((seconds) => {
    const text = new Date(seconds * 1e3).toISOString()
    const [date, hours] = [text.slice(0, 10), step < 60 ? text.slice(11, 19) : text.slice(11, 16)]
    const below = date === day ? '' : text.slice(0, 4) === year ? date.slice(5) : date
    day = date
    year = text.slice(0, 4)
    if (step >= 86400) return below || date.slice(5)
    return below ? `${hours}\n${below}` : hours
  })
}

const paths = {
  line: uPlot.paths.linear(),
  step: uPlot.paths.stepped({ align: 1 }),
  bars: uPlot.paths.bars({ size: [1, Infinity], gap: 0 }),
  points: () => null,
}

// A short line in a legend, or a mark.
function key({ colour, dash, mark }) {
  if (mark === 'area') return html`<svg width="14" height="10" aria-hidden="true"><rect width="14" height="10" rx="2" .style=${`fill:var(--${css_(colour)});opacity:.3`}></rect></svg>`
  if (mark) return html`<svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path d=${shapes[mark]} .style=${`fill:var(--${css_(colour)})`}></path></svg>`
  return html`<svg width="16" height="8" aria-hidden="true"><line x1="0" x2="16" y1="4" y2="4" stroke-width="2.4" stroke-dasharray=${dash ? dash.join(' ') : 'none'} .style=${`stroke:var(--${css_(colour)})`}></line></svg>`
}
const css_ = (colour) => (colour === 'ink2' ? 'ink-2' : colour)
const shapes = {
  dot: 'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
  up: 'M0,-5L5,4L-5,4Z',
  down: 'M0,5L5,-4L-5,-4Z',
  diamond: 'M0,-5.5L5.5,0L0,5.5L-5.5,0Z',
  bar: 'M-1.5,-6h3v12h-3Z',
}

// The chart with its title and legend, on its ground.
function picture(host) {
  const { spec, theme, plot } = host
  const source = plot.ctx.canvas
  const ratio = devicePixelRatio
  const canvas = document.createElement('canvas')
  const ctx = canvas.getContext('2d')
  const margin = 16
  const entries = [...(spec.series ?? []).filter((one) => host.shown.has(one.label)), ...(spec.legend ?? [])]
  const head = margin + 22 + (entries.length > 1 ? 20 : 0) + 20
  canvas.width = source.width + 2 * margin * ratio
  canvas.height = source.height + (head + margin) * ratio
  ctx.scale(ratio, ratio)
  ctx.fillStyle = theme.card
  ctx.fillRect(0, 0, canvas.width, canvas.height)
  ctx.fillStyle = theme.ink
  ctx.font = font(15, '600')
  ctx.fillText(spec.title, margin, margin + 13)
  ctx.font = font(12)
  let x = margin
  if (entries.length > 1)
    for (const one of entries) {
      ctx.fillStyle = theme[one.colour]
      ctx.fillRect(x, margin + 30, 14, 3)
      ctx.fillStyle = theme.ink2
      ctx.fillText(one.label, x + 19, margin + 35)
      x += 19 + ctx.measureText(one.label).width + 14
    }
  ctx.fillStyle = theme.ink2
  if (spec.y.label) ctx.fillText(unitOf(spec.y), margin, head - 6)
  ctx.drawImage(source, margin, head, source.width / ratio, source.height / ratio)
  return canvas
}

customElements.define('keel-plot', KeelPlot)
export { font, number, unitOf }
