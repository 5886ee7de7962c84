// The page of `keel report`: what results are in it, one section for each.
import { css, html, LitElement } from 'lit'
import { Ledger, unpacked } from '../base/ledger.js'
import { common, setScheme, themeStyles } from '../base/theme.js'
import { titles } from './section.js'
import './frontier.js'
import './replay.js'
import './risk.js'
import './simulate.js'
import './surface.js'

const views = {
  simulate: (run) => html`<keel-simulate .result=${run.result} .file=${run.file}></keel-simulate>`,
  replay: (run) => html`<keel-replay .result=${run.result} .file=${run.file} .ledger=${run.ledger}></keel-replay>`,
  frontier: (run) => html`<keel-frontier .result=${run.result} .file=${run.file}></keel-frontier>`,
  risk: (run) => html`<keel-risk .result=${run.result} .file=${run.file}></keel-risk>`,
  surface: (run) => html`<keel-surface .result=${run.result} .file=${run.file}></keel-surface>`,
}

const scripts = [...document.querySelectorAll('script.keel-result')]
const reading = Promise.all(scripts.map(async (script) => JSON.parse(new TextDecoder().decode(await unpacked(script)))))

// In order: the first ledger is that of the first replay, and so on.
function ledgers() {
  const scripts = [...document.querySelectorAll('script.keel-ledger')]
  const columns = [...document.querySelectorAll('script.keel-column')]
  return scripts.map((script) => {
    const head = JSON.parse(script.textContent)
    return new Ledger(head, columns.splice(0, head.columns.length))
  })
}

class Report extends LitElement {
  static properties = { runs: { attribute: false }, scheme: { state: true } }

  static styles = [
    common,
    css`
      :host { max-width: 2480px; margin: 0 auto; padding: 0 28px 40px; }
      .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 20px; padding: 16px 0 12px; margin-bottom: 24px; border-bottom: 1px solid var(--rule); }
      .mark { font-weight: 700; font-size: 16px; letter-spacing: -0.02em; }
      nav { display: flex; flex-wrap: wrap; gap: 2px 4px; font-size: 13.5px; margin-right: auto; }
      nav a { color: var(--ink-2); text-decoration: none; padding: 4px 8px; border-radius: 4px; }
      nav a:hover { color: var(--accent); background: var(--wash); }
      .scheme { border: 1px solid var(--rule); background: none; border-radius: 4px; padding: 3px 10px; font-size: 12.5px; color: var(--ink-2); min-height: 26px; }
      section + section { border-top: 1px solid var(--rule); padding-top: 26px; }
      footer { font-size: 12.5px; color: var(--ink-2); border-top: 1px solid var(--hair); padding-top: 12px; }
      @media (max-width: 520px) { :host { padding: 0 12px 28px; } .bar { margin-bottom: 16px; } }
      @media print { :host { padding: 0; } nav, .scheme { display: none; } }
    `,
  ]

  constructor() {
    super()
    this.scheme = 'auto'
  }

  next() {
    const order = ['auto', 'light', 'dark']
    this.scheme = order[(order.indexOf(this.scheme) + 1) % order.length]
    setScheme(this.scheme)
  }

  go(event, i) {
    event.preventDefault()
    this.renderRoot.querySelectorAll('section')[i].scrollIntoView({ behavior: 'smooth' })
  }

  render() {
    const counts = {}
    const label = ({ result }) => titles[result.command] + ((counts[result.command] = (counts[result.command] ?? 0) + 1) > 1 ? ` ${counts[result.command]}` : '')
    return html`
      <header class="bar">
        <span class="mark">keel</span>
        <nav aria-label="results">${this.runs.map((run, i) => html`<a href="#run-${i + 1}" @click=${(event) => this.go(event, i)}>${label(run)}</a>`)}</nav>
        <button class="scheme" @click=${() => this.next()} aria-label="colours: ${this.scheme}; change">colours: ${this.scheme}</button>
      </header>
      <main>${this.runs.map((run, i) => html`<section id="run-${i + 1}" aria-label=${titles[run.result.command]}>${views[run.result.command](run)}</section>`)}</main>
      <footer>Made by keel ${this.runs[0].result.version}. Drag in a chart to zoom, double click to see all; arrow keys read its values.</footer>`
  }
}

customElements.define('keel-report', Report)

async function show() {
  const results = await reading
  const given = ledgers()
  const page = document.createElement('keel-report')
  page.runs = results.map((run) => ({ ...run, ledger: run.result.command === 'replay' ? given.shift() : undefined }))
  document.title = `${[...new Set(results.map(({ result }) => titles[result.command]))].join(', ')}: ${results[0].result.strategy?.file ?? results[0].file}`
  document.body.append(page)
}

const sheet = new CSSStyleSheet()
sheet.replaceSync(`${themeStyles.cssText}
  html { background: var(--page); color: var(--ink); -webkit-text-size-adjust: 100%; }
  body { margin: 0; font: 14px/1.45 Inter, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; }
  @page { margin: 12mm; }`)
document.adoptedStyleSheets = [sheet]
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', show)
else show()
