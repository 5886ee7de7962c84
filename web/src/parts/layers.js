// What charts draw beside lines. Each is a layer of parts/plot.js; ratio: canvas pixels in one of the page.
import { clear, font } from './plot.js'

const at = (u, x, y) => [u.valToPos(x, 'x', true), u.valToPos(y, 'y', true)]

const under = (layer) => Object.assign(layer, { under: true })

// Lines across the plot: [{x | y, colour, dash, label}]
export const rules = (list) => (u, theme, ratio) => {
  const { ctx, bbox } = u
  const used = []
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  for (const { x, y, colour = 'ink2', dash = [4, 3], label, width = 1.2 } of list) {
    const [px, py] = [x === undefined ? 0 : u.valToPos(x, 'x', true), y === undefined ? 0 : u.valToPos(y, 'y', true)]
    ctx.strokeStyle = ctx.fillStyle = theme[colour]
    ctx.lineWidth = width * ratio
    ctx.setLineDash(dash.map((d) => d * ratio))
    ctx.beginPath()
    if (x !== undefined) ctx.moveTo(px, bbox.top), ctx.lineTo(px, bbox.top + bbox.height)
    else ctx.moveTo(bbox.left, py), ctx.lineTo(bbox.left + bbox.width, py)
    ctx.stroke()
    ctx.setLineDash([])
    if (!label || x === undefined) continue
    ctx.font = font(11.5 * ratio)
    const size = ctx.measureText(label).width
    const right = px + size + 6 * ratio > bbox.left + bbox.width
    const start = right ? px - size - 4 * ratio : px + 4 * ratio
    let row = 0
    while (used.some((box) => box.row === row && start < box.end && start + size > box.start)) row++
    used.push({ row, start: start - 6 * ratio, end: start + size + 6 * ratio })
    ctx.fillText(label, start, bbox.top + (11 + 15 * row) * ratio)
  }
}

// Nothing, as a quiet line.
export const zero = (axis) => under((u, theme, ratio) => rules([{ [axis]: 0, colour: 'rule', dash: [], width: 1 }])(u, theme, ratio))

// Horizontal bars from nothing: [{y, value, error, colour, text}]
export const bars = (list, thickness = 0.62) => (u, theme, ratio) => {
  const { ctx } = u
  for (const { y, value, error, colour, text } of list) {
    if (!Number.isFinite(value)) continue
    const [x0, top] = at(u, 0, y + thickness / 2)
    const [x1, bottom] = at(u, value, y - thickness / 2)
    ctx.fillStyle = theme[colour]
    ctx.fillRect(Math.min(x0, x1), top, Math.max(Math.abs(x1 - x0), ratio), bottom - top)
    if (error) whisker(u, theme, ratio, { x: value, y, dx: error })
    if (text) {
      ctx.fillStyle = theme.ink
      ctx.font = font(11.5 * ratio)
      ctx.textBaseline = 'middle'
      const reach = u.valToPos(value + Math.sign(value || 1) * (error || 0), 'x', true)
      ctx.textAlign = value < 0 ? 'right' : 'left'
      ctx.fillText(text, reach + (value < 0 ? -6 : 6) * ratio, (top + bottom) / 2)
    }
  }
}

export function whisker(u, theme, ratio, { x, y, dx, dy, colour = 'ink' }) {
  const { ctx } = u
  ctx.strokeStyle = theme[colour]
  ctx.lineWidth = 1.3 * ratio
  ctx.beginPath()
  if (dx) {
    const [a, py] = at(u, x - dx, y)
    const [b] = at(u, x + dx, y)
    ctx.moveTo(a, py), ctx.lineTo(b, py)
    for (const end of [a, b]) ctx.moveTo(end, py - 3 * ratio), ctx.lineTo(end, py + 3 * ratio)
  }
  if (dy) {
    const [px, a] = at(u, x, y - dy)
    const [, b] = at(u, x, y + dy)
    ctx.moveTo(px, a), ctx.lineTo(px, b)
    for (const end of [a, b]) ctx.moveTo(px - 3 * ratio, end), ctx.lineTo(px + 3 * ratio, end)
  }
  ctx.stroke()
}

const draw = {
  dot: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI),
  up: (ctx, x, y, r) => polygon(ctx, x, y, r * 1.25, [[0, -1], [1, 0.8], [-1, 0.8]]),
  down: (ctx, x, y, r) => polygon(ctx, x, y, r * 1.25, [[0, 1], [1, -0.8], [-1, -0.8]]),
  diamond: (ctx, x, y, r) => polygon(ctx, x, y, r * 1.35, [[0, -1], [1, 0], [0, 1], [-1, 0]]),
}

function polygon(ctx, x, y, r, corners) {
  ctx.moveTo(x + r * corners[0][0], y + r * corners[0][1])
  for (const [dx, dy] of corners.slice(1)) ctx.lineTo(x + r * dx, y + r * dy)
  ctx.closePath()
}

// Points: [{x, y, dx, dy, colour, shape, size, hollow, label}]
export const points = (list) => (u, theme, ratio) => {
  const { ctx, bbox } = u
  const taken = list.map((mark) => boxOf(...at(u, mark.x, mark.y), 4 * ratio))
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  const { min, max } = u.scales.x
  for (const mark of list) {
    if (!(mark.x >= min && mark.x <= max)) continue
    const [x, y] = at(u, mark.x, mark.y)
    if (mark.dx || mark.dy) whisker(u, theme, ratio, mark)
    ctx.beginPath()
    draw[mark.shape ?? 'dot'](ctx, x, y, (mark.size ?? 4) * ratio)
    ctx.fillStyle = mark.hollow ? theme.card : theme[mark.colour]
    ctx.fill()
    ctx.strokeStyle = mark.hollow ? theme[mark.colour] : theme.card
    ctx.lineWidth = (mark.hollow ? 1.4 : 1) * ratio
    ctx.stroke()
    if (!mark.label) continue
    ctx.font = font(12 * ratio, mark.strong ? '600' : '')
    ctx.fillStyle = mark.strong ? theme.ink : theme.ink2
    const place = placeFor(x, y, ctx.measureText(mark.label).width, bbox, taken, ratio)
    if (place) ctx.fillText(mark.label, ...place)
  }
}

const boxOf = (x, y, reach) => ({ left: x - reach, right: x + reach, top: y - reach, bottom: y + reach })

// Where beside a point its label covers no other label; undefined: nowhere.
function placeFor(x, y, size, bbox, taken, ratio) {
  const places = [[9, -6], [9, 14], [-9 - size / ratio, -6], [-9 - size / ratio, 14], [9, -20], [-9 - size / ratio, -20], [9, 28], [-size / ratio / 2, 24], [-size / ratio / 2, -18]]
  for (const [dx, dy] of places) {
    const box = { left: x + dx * ratio, right: x + dx * ratio + size, top: y + (dy - 11) * ratio, bottom: y + (dy + 2) * ratio }
    const inside = box.left >= bbox.left && box.right <= bbox.left + bbox.width && box.top >= bbox.top && box.bottom <= bbox.top + bbox.height
    const covers = taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
    if (!inside || covers) continue
    taken.push(box)
    return [box.left, y + dy * ratio]
  }
}

// A line through points: [[x, y]...]
export const polyline = (list, colour, width = 1.8, dash = []) => (u, theme, ratio) => {
  const { ctx } = u
  ctx.strokeStyle = theme[colour]
  ctx.lineWidth = width * ratio
  ctx.setLineDash(dash.map((d) => d * ratio))
  ctx.beginPath()
  list.forEach(([x, y], i) => (i ? ctx.lineTo(...at(u, x, y)) : ctx.moveTo(...at(u, x, y))))
  ctx.stroke()
  ctx.setLineDash([])
}

// The ground between two lines of the same x.
export const between = (x, low, high, colour, strength = 14) => under((u, theme) => {
  const { ctx } = u
  ctx.fillStyle = clear(theme[colour], strength)
  ctx.beginPath()
  let open = false
  const back = []
  const close = () => {
    for (const place of back.splice(0).reverse()) ctx.lineTo(...at(u, x[place], low[place]))
    if (open) ctx.closePath()
    open = false
  }
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(low[i]) || !Number.isFinite(high[i])) {
      close()
      continue
    }
    const point = at(u, x[i], high[i])
    if (open) ctx.lineTo(...point)
    else ctx.moveTo(...point), (open = true)
    back.push(i)
  }
  close()
  ctx.fill()
})
