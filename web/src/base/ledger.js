// A ledger as the page carries it: by column, decoded when it is asked for. See src/drive/report.h.

// What an element of the page carries: base64 of zlib.
export async function unpacked(element) {
  const packed = Uint8Array.from(atob(element.textContent), (c) => c.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

export class Ledger {
  #columns = new Map()
  #decoded = new Map()

  constructor(head, elements) {
    this.file = head.file
    this.rows = head.rows
    this.heads = head.columns
    head.columns.forEach((column, i) => this.#columns.set(column.name, { ...column, element: elements[i] }))
  }

  has(name) {
    return this.#columns.has(name)
  }

  // {kind, help}, and of a time `ms`, of a number `values`, of a text `codes` and `texts`.
  async column(name) {
    if (!this.#decoded.has(name)) this.#decoded.set(name, this.#decode(this.#columns.get(name)))
    return this.#decoded.get(name)
  }

  async columns(...names) {
    return Promise.all(names.map((name) => this.column(name)))
  }

  async #decode({ kind, width, planes, texts, help, element }) {
    const bytes = await unpacked(element)
    const data = planes ? joined(bytes, width, this.rows) : bytes
    if (kind === 'number') return { kind, help, values: new Float64Array(data.buffer, data.byteOffset, this.rows) }
    if (kind === 'time') return { kind, help, ...times(data.buffer, this.rows) }
    const codes = width === 1 ? data : new Uint16Array(data.buffer, data.byteOffset, this.rows)
    return { kind, help, codes, texts }
  }
}

function joined(planes, width, rows) {
  const values = new Uint8Array(planes.length)
  for (let k = 0; k < width; k++) {
    const plane = planes.subarray(k * rows, (k + 1) * rows)
    for (let r = 0, at = k; r < rows; r++, at += width) values[at] = plane[r]
  }
  return values
}

// Nanoseconds, and from them milliseconds for axes.
function times(buffer, rows) {
  const halves = new Uint32Array(buffer, 0, 2 * rows)
  const high = new Int32Array(buffer, 0, 2 * rows)
  const ms = new Float64Array(rows)
  for (let r = 0; r < rows; r++) ms[r] = (high[2 * r + 1] * 4294967296 + halves[2 * r]) / 1e6
  return { ms, ns: new BigInt64Array(buffer, 0, rows) }
}

// As the CSV has it: 2018-01-31T21:00:00Z, with as many digits of fraction as needed.
export function timeText(ns) {
  const billion = 1_000_000_000n
  const rest = ((ns % billion) + billion) % billion
  const whole = new Date(Number((ns - rest) / 1_000_000n)).toISOString().slice(0, 19)
  return rest ? `${whole}.${String(rest).padStart(9, '0').replace(/0+$/, '')}Z` : `${whole}Z`
}

// One cell as text, of a decoded column.
export function cellText(column, row) {
  if (column.kind === 'text') return column.texts[column.codes[row]]
  if (column.kind === 'time') return timeText(column.ns[row])
  const value = column.values[row]
  return Number.isNaN(value) ? '' : String(value)
}
