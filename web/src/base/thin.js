// Fewer points that draw the same picture: of each bucket of x the first, the last, and the least and the largest of
// each series.

export const POINTS_MAX = 6000

// Places within [from, to) of the rows to draw.
export function thinned(series, from, to, buckets = 1000) {
  if (to - from <= POINTS_MAX) return null
  const keep = new Set()
  for (let b = 0; b < buckets; b++) {
    const start = from + Math.floor(((to - from) * b) / buckets)
    const end = from + Math.floor(((to - from) * (b + 1)) / buckets)
    if (start >= end) continue
    keep.add(start).add(end - 1)
    for (const values of series) keepExtremes(values, start, end, keep)
  }
  return Uint32Array.from(keep).sort()
}

function keepExtremes(values, start, end, keep) {
  let least = -1
  let largest = -1
  for (let i = start; i < end; i++) {
    const value = values[i]
    if (value === null || value === undefined || Number.isNaN(value)) continue
    if (least < 0 || value < values[least]) least = i
    if (largest < 0 || value > values[largest]) largest = i
  }
  if (least >= 0) keep.add(least).add(largest)
}

// The first place in rising x whose value is at least that.
export function placeOf(x, value) {
  let low = 0
  let high = x.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}
