// Colours, light and dark: every pair of ink and ground has a contrast of 4.5 at least, every line on its ground of 3.
import { css } from 'lit'

const light = css`
  --page: #f6f6f3; --card: #ffffff; --ink: #1a1e23; --ink-2: #555e68; --hair: #e3e4e0; --rule: #c9ccc8;
  --accent: #14609f; --wash: #eaf1f7; --gain: #17704f; --loss: #b04309; --zero: #f4f3ef;
  --c1: #1b69ad; --c2: #c04a0a; --c3: #0a7d5f; --c4: #93478f; --c5: #86660a; --c6: #59687a; --c7: #2a86c0; --c8: #b83a64;
`
const dark = css`
  --page: #0f1216; --card: #161a1f; --ink: #e7eaed; --ink-2: #a0abb6; --hair: #262c33; --rule: #3a424c;
  --accent: #7dbbf2; --wash: #1b2732; --gain: #5ccba4; --loss: #f39a63; --zero: #20252b;
  --c1: #6caff0; --c2: #f19459; --c3: #4dc59e; --c4: #d597d2; --c5: #d8b647; --c6: #a4b2c1; --c7: #90d4ff; --c8: #f58fae;
`

export const themeStyles = css`
  :root { color-scheme: light dark; ${light} }
  @media (prefers-color-scheme: dark) { :root { ${dark} } }
  :root[data-scheme='light'] { color-scheme: light; ${light} }
  :root[data-scheme='dark'] { color-scheme: dark; ${dark} }
`

const names = ['page', 'card', 'ink', 'ink-2', 'hair', 'rule', 'accent', 'wash', 'gain', 'loss', 'zero',
  'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']

// What a canvas draws with, as the page's style is now.
export function colours() {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(names.map((name) => [name.replace('-', ''), style.getPropertyValue(`--${name}`).trim()]))
}

// Tells every canvas that the colours are others now.
const listeners = new Set()
export function onTheme(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const changed = () => listeners.forEach((listener) => listener())

export function setScheme(scheme) {
  if (scheme === 'auto') delete document.documentElement.dataset.scheme
  else document.documentElement.dataset.scheme = scheme
  changed()
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed)

// Paper is light.
let before
addEventListener('beforeprint', () => {
  before = document.documentElement.dataset.scheme ?? 'auto'
  setScheme('light')
})
addEventListener('afterprint', () => setScheme(before ?? 'auto'))

// Two ends and a middle that the colour-blind tell apart: loss, nothing, gain. share: -1 to 1.
export function diverging(theme, share) {
  const end = parse(share < 0 ? theme.c2 : theme.c1)
  const middle = parse(theme.zero)
  const weight = Math.min(1, Math.abs(share)) ** 0.8
  return `rgb(${middle.map((m, i) => Math.round(m + (end[i] - m) * weight)).join(',')})`
}

export const parse = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))

// Black or white, whichever is read on that ground.
export function inkOn(rgb) {
  const [r, g, b] = rgb.match(/\d+/g).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#101317' : '#ffffff'
}

// What all components share.
export const common = css`
  :host { display: block; color: var(--ink); }
  * { box-sizing: border-box; }
  button, select, input { font: inherit; color: inherit; }
  button { cursor: pointer; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
  h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
  .num, data { font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
  .quiet { color: var(--ink-2); }
  table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.35; }
  th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--hair); vertical-align: baseline; }
  th { font-weight: 500; color: var(--ink-2); white-space: nowrap; }
  tbody th, th:first-child, td:first-child { text-align: left; padding-left: 0; }
  th:last-child, td:last-child { padding-right: 0; }
  tbody th { color: var(--ink); }
  thead th { border-bottom-color: var(--rule); vertical-align: bottom; }
  .scroll td { white-space: nowrap; }
  .scroll { overflow-x: auto; overscroll-behavior-x: contain; }
`
