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
  await run(keel, ['report', simulate, replay, at('ledger.csv'), frontier, risk, '-o', at('all.html')])
  return {
    all: at('all.html'), results, ledger: await readFile(at('ledger.csv'), 'utf8'),
    charts: ['keel-distribution', 'keel-cost-risk', 'keel-explain-total', 'keel-paths', 'keel-explain-time', 'keel-hedge-target', 'keel-greeks',
      'keel-explain-total', 'keel-cost-risk', 'keel-heat', 'keel-stresses', 'keel-explain-total'],
    markup: await markup(keel, at, results.simulate),
  }
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
