// The lanes of a ledger (one rule on one underlying of one account), and their rows.

// Rows of the ledger by lane; the same ones for all pictures of it.
const known = new WeakMap()

export async function lanesOf(ledger) {
  if (!known.has(ledger)) known.set(ledger, find(ledger))
  return known.get(ledger)
}

async function find(ledger) {
  const [variant, underlying, account] = await ledger.columns('variant', 'underlying', 'account')
  const [us, as] = [underlying.texts.length, account.texts.length]
  const counts = new Uint32Array(variant.texts.length * us * as)
  const lane = (row) => (variant.codes[row] * us + underlying.codes[row]) * as + account.codes[row]
  for (let row = 0; row < ledger.rows; row++) counts[lane(row)]++
  const rows = Array.from(counts, (count) => new Uint32Array(count))
  counts.fill(0)
  for (let row = 0; row < ledger.rows; row++) {
    const at = lane(row)
    rows[at][counts[at]++] = row
  }
  return {
    variants: variant.texts,
    underlyings: underlying.texts,
    accounts: account.texts,
    rows: (v, u, a = 0) => rows[(v * us + u) * as + a],
    // Of all underlyings and accounts of a variant, by time.
    whole: (v) => rowsOf(ledger.rows, (row) => variant.codes[row] === v),
  }
}

function rowsOf(count, is_in) {
  const rows = []
  for (let row = 0; row < count; row++) if (is_in(row)) rows.push(row)
  return Uint32Array.from(rows)
}

export const pick = (values, rows) => Float64Array.from(rows, (row) => values[row])
