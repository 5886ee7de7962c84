// The pages of keel report in a browser: node run.mjs KEEL [CHROMIUM] [--shots FOLDER]
// A line per test, and the sum last; the exit status is 1 where one failed. KEEL_TEST_FULL=1: a million ledger rows too.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as checks from './checks.mjs'
import { bigLedger, pages } from './pages.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const require = createRequire(join(root, 'web/package.json'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const [keel, browserPath = '/usr/bin/chromium'] = process.argv.slice(2)
const counts = { passed: 0, failed: 0 }

async function test(name, body) {
  const start = Date.now()
  try {
    await body()
    counts.passed++
    console.log(`ok    ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  } catch (error) {
    counts.failed++
    console.log(`FAIL  ${name}: ${error.message.split('\n').slice(0, 12).join('\n      ')}`)
  }
}

// A page in a window, with what it complained of and asked for.
async function opened(browser, path, { width = 1280, scheme = 'light' } = {}, body) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, acceptDownloads: true })
  const page = await context.newPage()
  const trouble = []
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && trouble.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  page.on('request', (request) => /^(file|blob|data):/.test(request.url()) || trouble.push(`request: ${request.url()}`))
  await page.goto(`file://${path}`)
  await checks.drawn(page)
  try {
    await body(page)
  } finally {
    await context.close()
  }
  if (trouble.length) throw new Error(trouble.slice(0, 5).join('\n'))
}

const folder = await mkdtemp(join(tmpdir(), 'keel-web-'))
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  const made = await pages(resolve(keel), root, folder)
  for (const width of [390, 1280, 2560])
    for (const scheme of ['light', 'dark'])
      await test(`all charts, ${width} wide, ${scheme}`, () =>
        opened(browser, made.all, { width, scheme }, async (page) => {
          await checks.everyChart(page, made.charts)
          await checks.fits(page, width)
          await checks.ground(page, scheme)
          await checks.contrast(page)
          if (width === 1280) await checks.accessible(page, axe)
        }))
  await test('the numbers shown are those of the JSON', () => opened(browser, made.all, {}, (page) => checks.numbers(page, made.results)))
  await test('hover shows values with units', () => opened(browser, made.all, {}, checks.hover))
  await test('charts are read, zoomed and left by keys', () => opened(browser, made.all, {}, checks.keyboard))
  await test('a chart is saved as PNG and as CSV', () => opened(browser, made.all, {}, (page) => checks.saved(page, made.results)))
  await test('the ledger is searched and saved', () => opened(browser, made.all, {}, (page) => checks.ledger(page, made.ledger)))
  await test('it prints', () => opened(browser, made.all, { scheme: 'dark' }, checks.prints))
  await test('markup in names and notes is text', () => opened(browser, made.markup, {}, checks.markup))
  if (process.env.KEEL_TEST_FULL === '1') {
    const big = await bigLedger(resolve(keel), folder)
    await test('a million rows open in 3 s', () => opened(browser, big, {}, (page) => checks.fast(page, 3)))
  }
} finally {
  await browser.close()
  await rm(folder, { recursive: true })
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exit(counts.failed ? 1 : 0)
