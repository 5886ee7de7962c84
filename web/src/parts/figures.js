// Numbers of a result in the page: each says where in its JSON it stands.
import { html } from 'lit'
import { number } from '../base/format.js'

export const valueAt = (result, path) => path.reduce((at, key) => at?.[key], result)

// The number at that path, with so many decimals.
export function figure(result, path, decimals, text) {
  const value = valueAt(result, path)
  return html`<data value=${String(value)} data-path=${JSON.stringify(path)} title=${String(value ?? '')}>${text ? text(value) : number(value, decimals)}</data>`
}
