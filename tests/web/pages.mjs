// The pages that the tests look at, and what went into them.
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export async function pages(keel, root, folder) {
  const at = (name) => join(folder, name)
  const results = {}
  const json = async (name, ...words) => {
    const { stdout } = await run(keel, [...words, '--json', '--quiet'], { cwd: at('desk'), maxBuffer: 1 << 28 })
    await writeFile(at(`${name}.json`), stdout)
    results[name] = JSON.parse(stdout)
    return at(`${name}.json`)
  }
  await cp(join(root, 'examples/desk'), at('desk'), { recursive: true, filter: (path) => !path.endsWith('/out') })
  await cp(join(root, 'examples/frontier/frontier.yaml'), at('desk/frontier.yaml'))
  const tape = ['--set', `market.tape=${at('market.tape')}`]
  const simulate = await json('simulate', 'simulate', 'desk.yaml', ...tape, '--tape', at('market.tape'), '--set', 'run.paths=512', '--set', 'run.show=3', '--set', 'run.explain=true')
  const replay = await json('replay', 'replay', 'desk.yaml', ...tape, '--csv', at('ledger.csv'))
  const frontier = await json('frontier', 'frontier', 'frontier.yaml', '--set', 'run.paths=2000')
  const risk = await json('risk', 'risk', 'desk.yaml', ...tape, '--at', '2025-01-15', '--since', 'day', '--grid')
  results.surface = surface()
  await writeFile(at('surface.json'), JSON.stringify(results.surface))
  await run(keel, ['report', simulate, replay, at('ledger.csv'), frontier, risk, at('surface.json'), '-o', at('all.html')])
  return {
    all: at('all.html'), results, ledger: await readFile(at('ledger.csv'), 'utf8'),
    charts: ['keel-distribution', 'keel-cost-risk', 'keel-explain-total', 'keel-paths', 'keel-explain-time', 'keel-hedge-target', 'keel-greeks',
      'keel-explain-total', 'keel-cost-risk', 'keel-heat', 'keel-stresses', 'keel-explain-total', 'keel-smile', 'keel-residuals'],
    markup: await markup(keel, at, results.simulate),
  }
}

// A surface of one expiry, as keel surface writes it.
function surface() {
  const svi = { a: 0.004, b: 0.05, rho: -0.4, m: 0.01, sigma: 0.12 }
  const quotes = Array.from({ length: 21 }, (_, i) => 80 + 2 * i).map((strike, i) => {
    const k = Math.log(strike / 100.4)
    const vol = Math.sqrt((svi.a + svi.b * (svi.rho * (k - svi.m) + Math.hypot(k - svi.m, svi.sigma))) / 0.1)
    const residual = 0.003 * Math.sin(7 * i)
    const half = 0.002 + 0.0002 * Math.abs(10 - i)
    return { kind: strike < 100.4 ? 'put' : 'call', strike, log_moneyness: k, bid: 1, ask: 1.1, bid_vol: vol - residual - half, ask_vol: vol - residual + half, vol,
      error: 0.0004, residual_vol: residual, residual_spreads: residual / half / 2, inside: Math.abs(residual) < half }
  })
  const expiry = { expiry: '2025-02-07T21:00:00Z', years: 0.1, exercise: 'european', forward: { forward: 100.4, from: 'parity' }, model: 'svi', problem: null, svi,
    two_sided: 21, one_sided: 0, dropped: 2, stale: 0, inside: quotes.filter(({ inside }) => inside).length, rms_vol: 0.0021, rms_spreads: 0.4, converged: true,
    arbitrage: { butterfly_free: true, calendar_free: true }, quotes }
  return { time: '2025-01-02T21:00:00Z', rate: 0.04, underlyings: { OAK: { spot: 100, problem: null, expiries: [expiry] }, ELM: { spot: 50, problem: 'has no quotes', expiries: [] } },
    command: 'surface', strategy: null, repeat: 'keel surface x.yaml', version: '0.1.0' }
}

// A result whose names and notes are markup that would do something.
async function markup(keel, at, result) {
  const evil = '<img src=x onerror="document.title=1"><b>bold</b></script><script>document.title=2</script>'
  const other = structuredClone(result)
  other.variants = Object.fromEntries(Object.entries(other.variants).map(([name, figures], i) => [i ? name : evil, figures]))
  other.notes = [evil, '${evil}', '<!-- <script>']
  other.strategy = { file: evil, text: evil }
  other.repeat = evil
  other.version = evil
  other.paths_shown = []
  await writeFile(at('markup.json'), JSON.stringify(other))
  await run(keel, ['report', at('markup.json'), '-o', at('markup.html')])
  return at('markup.html')
}

// A replay of a million rows that never was: four rules, each a walk.
export async function bigLedger(keel, folder) {
  const rows = 1_000_000
  const [first] = (await readFile(join(folder, 'ledger.csv'), 'utf8')).split('\n')
  const names = first.split(',')
  const out = createWriteStream(join(folder, 'big.csv'))
  out.write(first + '\n')
  const rules = ['base', 'weekly', 'band', 'band edge'].map((name) => ({ name, spot: 100, held: 0 }))
  let seed = 1
  const draw = () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5
  for (let row = 0; row < rows; ) {
    let text = ''
    const time = new Date(Date.UTC(2020, 0, 1) + Math.floor(row / 4) * 60_000).toISOString().replace('.000', '')
    for (const rule of rules) {
      rule.spot *= 1 + 0.001 * draw()
      const trade = draw() > 0.4 ? Math.round(100 * draw()) : 0
      rule.held += trade
      const texts = { time, variant: rule.name, underlying: 'OAK', account: '', reason: trade ? 'band' : 'inside_band', instrument: 'OAK spot' }
      const parts = { spot: rule.spot, holding: rule.held, trade, target: rule.held + draw(), cost: 0 }
      text += names.map((name) => texts[name] ?? parts[name] ?? (/rho|carry|book_trades|borrow|taxes|impact|settlement|delivered/.test(name) ? 0 : draw())).join(',') + '\n'
      row++
    }
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  await run(keel, ['report', join(folder, 'replay.json'), join(folder, 'big.csv'), '-o', join(folder, 'big.html')])
  return join(folder, 'big.html')
}
