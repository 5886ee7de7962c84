// Files that a reader saves from the page.

export function save(name, blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

const field = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) return ''
  const text = String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

// columns: [{name, values}], values an array, or a function of the row.
export function csv(columns, rows) {
  const parts = [columns.map((column) => field(column.name)).join(',') + '\n']
  const cells = columns.map(({ values }) => (typeof values === 'function' ? values : (row) => values[row]))
  let lines = []
  for (let row = 0; row < rows; row++) {
    lines.push(cells.map((cell) => field(cell(row))).join(','))
    if (lines.length === 10_000) parts.push(lines.join('\n') + '\n'), (lines = [])
  }
  if (lines.length) parts.push(lines.join('\n') + '\n')
  return parts
}

export const fileName = (title, extension) =>
  `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'keel'}.${extension}`
