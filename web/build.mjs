// Builds the page of `keel report` and writes it as C: node build.mjs OUT.c
// The same sources give the same bytes.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = dirname(fileURLToPath(import.meta.url))

async function bundle(entry) {
  const result = await build({
    root: here,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2021',
      cssMinify: true,
      modulePreload: false,
      rollupOptions: { input: join(here, entry), output: { format: 'iife', inlineDynamicImports: true } },
    },
  })
  const chunk = result.output.find((output) => output.type === 'chunk')
  return squeezed(chunk.code.trim())
}

// Templates of HTML keep the blanks between their tags through minifiers.
const squeezed = (code) => code.replaceAll(/>\s*\n\s*</g, '><').replaceAll(/\n\s+/g, '\n')

const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

// The pieces that results and ledgers go between.
async function pieces() {
  const template = await readFile(join(here, 'src/report/page.html'), 'utf8')
  const app = await bundle('src/report/main.js')
  if (/<\/script/i.test(app) || /<!--/.test(app)) throw new Error('the script would end its element')
  const page = template.replace('SCRIPT_DIGEST', () => digest(app)).replace('APP', () => app)
  const parts = page.split(/<!--(?:results|ledgers)-->\n?/)
  if (parts.length !== 3) throw new Error('page.html needs one place for results, and one for ledgers')
  return parts
}

function bytes(name, text) {
  const data = Buffer.from(text)
  const lines = []
  for (let i = 0; i < data.length; i += 32) lines.push(data.subarray(i, i + 32).join(',') + ',')
  return `static const unsigned char ${name}[] = {\n${lines.join('\n')}\n};\n`
}

const names = ['head', 'app', 'end']
const parts = await pieces()
const text = [
  '/* The page of keel report: made by web/build.mjs. */\n#include "drive/report_page.h"\n\n',
  ...parts.map((part, i) => bytes(names[i], part)),
  '\nconst struct keel_report_page keel_report_page = {\n',
  ...names.map((name) => `    .${name} = {${name}, sizeof ${name}},\n`),
  '};\n',
].join('')
await writeFile(process.argv[2], text)
