// Numbers, times and units as people read them. What cannot be known is a dash.

const grouped = new Map()

function fixed(value, decimals) {
  if (!grouped.has(decimals)) {
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: true }
    grouped.set(decimals, new Intl.NumberFormat('en-US', options))
  }
  const text = grouped.get(decimals).format(value)
  return /^-?0(\.0*)?$/.test(text) && value !== 0 && Math.abs(value) < 10 ** -decimals / 2 ? small(value) : text
}

const small = (value) => value.toExponential(1)
const typeset = (text) => text.replace('-', '−').replace(/e([−+-]?)(\d+)$/, (_, sign, digits) => {
  return ` × 10${(sign === '-' || sign === '−' ? '⁻' : '') + [...digits].map((d) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d]).join('')}`
})

export const isNumber = (value) => typeof value === 'number' && Number.isFinite(value)

// How many decimals numbers of that size need.
export function decimalsFor(size) {
  if (!(size > 0)) return 0
  if (size >= 1000) return 0
  if (size >= 100) return 1
  if (size >= 1) return 2
  return Math.min(8, 2 - Math.floor(Math.log10(size)))
}

// The same of a list that stands in one row or column.
export function decimalsOf(values) {
  const known = values.filter(isNumber)
  if (known.every(Number.isInteger)) return 0
  return decimalsFor(Math.max(0, ...known.map(Math.abs)))
}

// One format for a list of numbers that stand beside or below each other.
export function formatOf(values) {
  const decimals = decimalsOf(values)
  return (value) => number(value, decimals)
}

export function number(value, decimals) {
  if (!isNumber(value)) return '–'
  if (Math.abs(value) >= 1e15) return typeset(value.toExponential(3))
  return typeset(fixed(value, decimals ?? (Number.isInteger(value) ? 0 : decimalsFor(Math.abs(value)))))
}

// Enough digits to tell values apart: for what hovers.
export function precise(value) {
  if (!isNumber(value)) return '–'
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return number(value, 0)
  return number(value, Math.min(8, decimalsFor(Math.abs(value)) + 2))
}

export const percent = (value, decimals = 1) => (isNumber(value) ? `${number(100 * value, decimals)} %` : '–')

const scales = [[1e9, ' bn'], [1e6, ' M'], [1e3, ' k'], [1, '']]

// Ticks of one axis in one scale: 10 k, 20 k.
export function ticks(values) {
  const known = values.filter(isNumber)
  const largest = Math.max(...known.map(Math.abs), 0)
  const step = Math.min(...known.slice(1).map((value, i) => value - known[i]), Infinity)
  const [scale, suffix] = scales.find(([scale]) => largest >= 10 * scale) ?? scales[3]
  const decimals = Number.isFinite(step) ? Math.max(0, Math.min(8, -Math.floor(Math.log10(step / scale) + 1e-9))) : 2
  return values.map((value) => {
    if (!isNumber(value)) return ''
    return value === 0 ? '0' : typeset(fixed(value / scale, decimals)) + suffix
  })
}

const two = (n) => String(n).padStart(2, '0')

// UTC, with as many parts as are not nothing.
export function time(ms) {
  if (!isNumber(ms)) return '–'
  const t = new Date(ms)
  const day = `${t.getUTCFullYear()}-${two(t.getUTCMonth() + 1)}-${two(t.getUTCDate())}`
  const seconds = t.getUTCSeconds() || t.getUTCMilliseconds()
  if (!seconds && !t.getUTCHours() && !t.getUTCMinutes()) return day
  const clock = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`
  const rest = seconds ? `:${two(t.getUTCSeconds())}${t.getUTCMilliseconds() ? '.' + String(t.getUTCMilliseconds()).padStart(3, '0') : ''}` : ''
  return `${day} ${clock}${rest}`
}

export const words = (name) => name.replaceAll('_', ' ')
