// What the pictures share: a card that holds a chart and what one chooses for it.
import { css, html, LitElement, nothing } from 'lit'
import { common } from '../base/theme.js'
import './plot.js'

export const palette = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8']
export const dashes = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]]
export const colourAt = (i) => palette[i % palette.length]
export const dashAt = (i) => dashes[Math.floor(i / palette.length) % dashes.length]

export class Picture extends LitElement {
  static styles = [
    common,
    css`
      :host { background: var(--card); border: 1px solid var(--hair); border-radius: 7px; padding: 14px 16px 12px; min-width: 0; break-inside: avoid; }
      .choose { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 8px 0 2px; font-size: 12.5px; }
      label { display: inline-flex; align-items: center; gap: 6px; color: var(--ink-2); min-width: 0; }
      select { background: var(--card); border: 1px solid var(--rule); border-radius: 4px; padding: 3px 5px; font-size: 12.5px; color: var(--ink); max-width: 190px; min-height: 26px; }
      .waiting { color: var(--ink-2); font-size: 13px; padding: 24px 0; }
      @media print { .choose { display: none; } }
    `,
  ]

  // Choices: {name: {label, values, names}}; what is chosen is this[name], an index.
  choices() {
    return []
  }

  // The chart; null while what it shows is on its way.
  get spec() {
    return null
  }

  choose(name, label, names) {
    if (names.length < 2) return nothing
    return html`<label>${label}
      <select @change=${(event) => (this[name] = Number(event.target.value))}>
        ${names.map((text, i) => html`<option value=${i} ?selected=${i === this[name]}>${text}</option>`)}
      </select></label>`
  }

  render() {
    const { spec } = this
    const choices = this.choices().filter((choice) => choice !== nothing)
    const chosen = choices.length ? html`<div slot="choose" class="choose">${choices}</div>` : nothing
    return spec ? html`<keel-plot .spec=${spec}>${chosen}</keel-plot>` : html`${chosen}<p class="waiting">${this.reason ?? 'reading the ledger'}</p>`
  }
}

// The variants of a result, in its order; the strategy's own is the result itself.
export function variantsOf(result) {
  const variants = Object.entries(result.variants ?? {}).map(([name, figures]) => ({ name, figures, path: ['variants', name] }))
  return variants.length ? variants : [{ name: 'base', figures: result, path: [] }]
}

export const MONEY = 'money'
