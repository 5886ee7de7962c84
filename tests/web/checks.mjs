// What is asked of a page that is open.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

// Finds elements also inside of components.
const helpers = `
  window.all = (selector, from = document) => {
    const found = [...from.querySelectorAll(selector)]
    for (const element of from.querySelectorAll('*')) if (element.shadowRoot) found.push(...all(selector, element.shadowRoot))
    return found
  }`

// The page's policy lets nothing be evaluated there that polls by itself.
async function until(page, holds, argument, seconds = 20) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await page.waitForTimeout(25))
    if (await page.evaluate(holds, argument)) return
  assert.fail(`after ${seconds} s still not: ${holds}`)
}

// Waits until every chart has drawn something.
export async function drawn(page) {
  await page.evaluate(helpers)
  await until(page, () => {
    const report = document.querySelector('keel-report')
    if (!report) return false
    const plots = all('keel-plot')
    return plots.length > 0 && all('.waiting').length === 0 && plots.every((plot) => plot.plot?.ctx)
  })
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

// How many colours each chart's canvas has.
const inks = (page) =>
  page.evaluate(() =>
    all('keel-plot').map((plot) => {
      const { canvas } = plot.plot.ctx
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      const colours = new Set(new Uint32Array(data.buffer))
      return { picture: plot.getRootNode().host.localName, title: plot.spec.title, colours: colours.size, width: canvas.clientWidth }
    }))

export async function everyChart(page, expected) {
  const found = await inks(page)
  assert.deepEqual(found.map(({ picture }) => picture).sort(), [...expected].sort())
  for (const { title, colours, width } of found) {
    assert.ok(colours > 8, `${title}: ${colours} colours: is it blank?`)
    assert.ok(width > 150, `${title} is ${width} wide`)
  }
}

// Nothing sticks out to the right.
export async function fits(page, width) {
  const widest = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(widest <= width, `the page is ${widest} wide`)
  const out = await page.evaluate((width) =>
    all('keel-plot, .card, h2, h3, .tools').filter((element) => element.getBoundingClientRect().right > width + 0.5).map((element) => element.localName), width)
  assert.deepEqual(out, [])
}

export async function ground(page, scheme) {
  const [r] = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number))
  assert.equal(r > 128, scheme === 'light')
}

// By axe-core: WCAG 2 A and AA, contrast of texts among it. Of the rows of tables, which are alike, the first ones.
export async function accessible(page, axe) {
  await page.evaluate(axe)
  await page.evaluate(() => all('tbody tr:nth-child(n + 5)').forEach((row) => row.remove()))
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }))
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join('; ')}`), [])
}

const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const ratio = (a, b) => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

// Of what canvases draw: texts 4.5, lines 3.
export async function contrast(page) {
  const theme = await page.evaluate(() => all('keel-plot')[0].theme)
  for (const ink of ['ink', 'ink2']) assert.ok(ratio(theme[ink], theme.card) >= 4.5, `${ink}: ${ratio(theme[ink], theme.card)}`)
  for (let i = 1; i <= 8; i++) assert.ok(ratio(theme[`c${i}`], theme.card) >= 3, `c${i}: ${ratio(theme[`c${i}`], theme.card)}`)
}

// Every number in a table, and the text it is shown as.
export async function numbers(page, results) {
  const shown = await page.evaluate(() =>
    all('data').map((data) => ({ command: data.getRootNode().host.result.command, path: JSON.parse(data.dataset.path), value: data.value, text: data.textContent })))
  assert.ok(shown.length > 300, `${shown.length} numbers are shown`)
  for (const { command, path, value, text } of shown) {
    const want = path.reduce((at, key) => at?.[key], results[command])
    assert.equal(value, String(want), `${command}: ${path.join('.')}`)
    if (typeof want !== 'number') {
      assert.equal(text.trim(), '–')
      continue
    }
    const is_percent = text.endsWith('%')
    const plain = text.replace('%', '').trim().replaceAll(',', '').replace('−', '-')
    if (plain.includes('×')) continue
    const decimals = (plain.split('.')[1] ?? '').length
    assert.ok(Math.abs(Number(plain) - want * (is_percent ? 100 : 1)) <= 0.5000001 * 10 ** -decimals, `${command}: ${path.join('.')}: ${text} for ${want}`)
  }
}

export async function hover(page) {
  for (const plot of await page.locator('keel-plot').all()) {
    await plot.scrollIntoViewIfNeeded()
    const box = await plot.locator('.u-over').boundingBox()
    const title = await plot.evaluate((host) => host.spec.title)
    const at = await plot.evaluate((host) => {
      const u = host.plot
      const mark = host.spec.marks?.(u)[0]
      return mark ? [u.valToPos(mark.x, 'x'), u.valToPos(mark.y, 'y')] : [u.over.clientWidth * 0.6, u.over.clientHeight * 0.5]
    })
    await page.mouse.move(box.x + at[0] - 2, box.y + Math.min(at[1], box.height - 3))
    await page.mouse.move(box.x + at[0], box.y + Math.min(at[1], box.height - 2))
    const tip = plot.locator('.tip')
    await tip.waitFor({ timeout: 3000 }).catch(() => assert.fail(`${title}: nothing hovers`))
    const text = await tip.innerText()
    assert.match(text, /\d/, `${title}: ${text}`)
    assert.match(text, /money|shares|contracts|%|UTC/, `${title}: ${text}`)
  }
}

export async function keyboard(page) {
  for (const plot of await page.locator('keel-plot').all()) {
    const stage = plot.locator('.stage')
    const title = await plot.evaluate((host) => host.spec.title)
    await stage.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(30)
    assert.match(await plot.locator('.live').innerText(), /\d/, `${title}: arrows read nothing`)
    await page.keyboard.press('+')
    await page.waitForTimeout(30)
    assert.ok(await plot.evaluate((host) => host.zoomed), `${title}: + does not zoom`)
    await page.keyboard.press('0')
    await page.waitForTimeout(30)
    assert.ok(!(await plot.evaluate((host) => host.zoomed)), `${title}: 0 does not show all`)
  }
  const reached = await page.evaluate(() => all('.stage, button:not(:disabled), select, input, a, summary').filter((element) => element.tabIndex < 0).length)
  assert.equal(reached, 0, 'something is not reached by Tab')
}

async function download(page, press) {
  const [file] = await Promise.all([page.waitForEvent('download'), press()])
  return readFile(await file.path())
}

export async function saved(page, results) {
  for (const plot of await page.locator('keel-plot').all()) {
    const title = await plot.evaluate((host) => host.spec.title)
    const png = await download(page, () => plot.getByRole('button', { name: 'save as PNG' }).click())
    assert.equal(png.subarray(1, 4).toString(), 'PNG', title)
    assert.ok(png.length > 3000, title)
    const csv = (await download(page, () => plot.getByRole('button', { name: 'save as CSV' }).click())).toString()
    const lines = csv.trim().split('\n')
    assert.ok(lines.length > 2 && lines[0].includes(','), `${title}: ${csv.slice(0, 80)}`)
    if (title === 'Cost against risk: the frontier') {
      assert.equal(lines.length - 1, results.frontier.rules.length)
      assert.ok(csv.includes(String(results.frontier.rules[0].cost)))
    }
  }
}

export async function ledger(page, text) {
  const rows = text.trim().split('\n').slice(1)
  const table = page.locator('keel-ledger-table')
  const wanted = rows.filter((row) => row.includes('OAK') && row.split(',')[4] === 'every').length
  await table.getByRole('searchbox').fill('oak every')
  await until(page, () => /of/.test(all('keel-ledger-table')[0].renderRoot.querySelector('.count').textContent))
  assert.match(await table.locator('.count').innerText(), new RegExp(`^${wanted.toLocaleString('en-US')} of ${rows.length.toLocaleString('en-US')} rows`))
  const csv = (await download(page, () => table.getByRole('button', { name: 'CSV' }).click())).toString().trim().split('\n')
  assert.equal(csv.length - 1, wanted)
  await table.getByRole('searchbox').fill('')
  await until(page, () => !/of/.test(all('keel-ledger-table')[0].renderRoot.querySelector('.count').textContent))
  const whole = (await download(page, () => table.getByRole('button', { name: 'CSV' }).click())).toString().trim().split('\n')
  const fields = (line) => line.split(',').map((field) => (field !== '' && Number.isFinite(Number(field)) ? Number(field) : field))
  assert.equal(whole.length, rows.length + 1)
  rows.forEach((row, i) => assert.deepEqual(fields(whole[i + 1]), fields(row)))
}

export async function prints(page) {
  await page.emulateMedia({ media: 'print' })
  const tools = await page.evaluate(() => all('.tools').filter((element) => getComputedStyle(element).display !== 'none').length)
  assert.equal(tools, 0)
  const pdf = await page.pdf({ format: 'A4', printBackground: true })
  assert.equal(pdf.subarray(0, 4).toString(), '%PDF')
  assert.ok(pdf.length > 50_000)
}

export async function markup(page) {
  assert.ok(!['1', '2'].includes(await page.title()))
  const found = await page.evaluate(() => ({ images: all('img').length, bold: all('h2 b, th b, li b, pre b').length, text: all('.notes li')[0].textContent }))
  assert.equal(found.images, 0)
  assert.equal(found.bold, 0)
  assert.match(found.text, /^<img src=x onerror/)
}

// From asking for the page until all charts are drawn.
export async function fast(page, seconds) {
  const took = await page.evaluate(() => performance.getEntriesByName('keel-drawn')[0].startTime / 1000)
  console.log(`      a million rows were drawn after ${took.toFixed(2)} s`)
  assert.ok(took < seconds, `${took} s`)
}
