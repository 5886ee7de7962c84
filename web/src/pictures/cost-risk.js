// Cost against risk: rules as points with their errors, the frontier through those that nothing dominates, the one to
// take. Of a frontier, or of the variants of a simulation.
import { number, precise } from '../base/format.js'
import { points, polyline } from '../parts/layers.js'
import { MONEY, Picture, variantsOf } from '../parts/picture.js'

// [{name, cost, risk, costError, riskError, kind}]
function rulesOf(result, measure) {
  if (result.rules)
    return result.rules.map((rule) => ({
      name: rule.name, cost: rule.cost, risk: rule.risk, costError: rule.stderr?.cost, riskError: rule.stderr?.risk,
      mean: rule.mean, trades: rule.trades, dominatedBy: rule.dominated_by, on: rule.on_frontier,
      kind: rule.name === result.recommended?.name ? 'best' : rule.name === 'base' ? 'own' : rule.on_frontier ? 'on' : 'off',
    }))
  return variantsOf(result).map(({ name, figures }, i) => {
    const [value, error] = measure.of(figures.pnl)
    return { name, cost: figures.cost.mean, costError: figures.cost.stderr, risk: value, riskError: error, mean: figures.pnl.mean, trades: figures.trades?.mean, kind: i ? 'on' : 'own' }
  })
}

const measures = [
  { name: 'std of P&L', of: (pnl) => [pnl.std, pnl.errors?.std] },
  { name: 'CVaR 95 %', of: (pnl) => [pnl.cvar?.['0.95'], pnl.errors?.cvar?.['0.95']] },
  { name: 'CVaR 99 %', of: (pnl) => [pnl.cvar?.['0.99'], pnl.errors?.cvar?.['0.99']] },
]

const looks = {
  best: { colour: 'c2', shape: 'diamond', size: 6.5, strong: true },
  own: { colour: 'c3', shape: 'up', size: 5, strong: true },
  on: { colour: 'c1', shape: 'dot', size: 4.2 },
  off: { colour: 'c6', shape: 'dot', size: 3.2, hollow: true },
}

class CostRisk extends Picture {
  static properties = { result: { attribute: false }, measure: { state: true } }

  constructor() {
    super()
    this.measure = 0
  }

  get isFrontier() {
    return Boolean(this.result.rules)
  }

  choices() {
    return this.isFrontier ? [] : [this.choose('measure', 'risk', measures.map(({ name }) => name))]
  }

  get riskName() {
    if (!this.isFrontier) return measures[this.measure].name
    const { measure, level } = this.result.risk
    return measure === 'cvar' ? `CVaR ${number(100 * level)} %` : measure === 'std' ? 'std of P&L' : 'entropic risk'
  }

  get spec() {
    const rules = rulesOf(this.result, measures[this.measure]).filter(({ cost, risk }) => Number.isFinite(cost) && Number.isFinite(risk))
    const named = this.isFrontier ? [] : rules
    const list = rules.map((rule) => ({
      ...looks[rule.kind], x: rule.cost, y: rule.risk, dx: 2 * rule.costError || 0, dy: 2 * rule.riskError || 0, rule,
      label: rule.kind === 'best' || rule.kind === 'own' || named.includes(rule) ? rule.name : undefined,
    }))
    const order = ['off', 'on', 'own', 'best']
    list.sort((a, b) => order.indexOf(a.rule.kind) - order.indexOf(b.rule.kind))
    const frontier = rules.filter((rule) => rule.on).sort((a, b) => a.cost - b.cost).map((rule) => [rule.cost, rule.risk])
    const best = rules.find((rule) => rule.kind === 'best')
    return {
      title: `Cost against risk${this.isFrontier ? ': the frontier' : ''}`,
      about: 'Left is cheaper, down is safer. Error bars are two standard errors, of the same paths for all rules.',
      summary: `${rules.length} rules${best ? `; recommended is ${best.name}` : ''}.`,
      height: this.isFrontier ? 420 : 320,
      x: { label: 'mean cost', unit: MONEY, range: spread(rules.map((rule) => rule.cost), 0.05, 0.16) },
      y: heightsOf(this.riskName, rules.map((rule) => rule.risk)),
      legend: this.isFrontier
        ? [
            ...(best ? [{ label: 'recommended', colour: 'c2', mark: 'diamond' }] : []),
            { label: 'the strategy’s own', colour: 'c3', mark: 'up' },
            { label: 'frontier', colour: 'c1', mark: 'dot' },
            { label: 'dominated', colour: 'c6', mark: 'dot' },
          ]
        : [],
      layers: [...(frontier.length > 1 ? [polyline(frontier, 'c1', 1.6)] : []), points(list)],
      marks: () => list.map(({ x, y, rule }) => ({ x, y, title: rule.name, rows: factsOf(rule, this.riskName) })),
      table: () => ({
        columns: ['name', 'cost', 'costError', 'risk', 'riskError', 'mean', 'trades', 'on', 'dominatedBy'].map((name) => ({
          name: { costError: 'cost_stderr', riskError: 'risk_stderr', on: 'on_frontier', dominatedBy: 'dominated_by', name: 'rule' }[name] ?? name,
          values: rules.map((rule) => rule[name]),
        })),
        rows: rules.length,
      }),
    }
  }
}

function factsOf(rule, riskName) {
  const pair = (value, error) => `${precise(value)}${Number.isFinite(error) ? ` ± ${precise(error)}` : ''} ${MONEY}`
  const rows = [['cost', pair(rule.cost, rule.costError)], [riskName, pair(rule.risk, rule.riskError)]]
  if (Number.isFinite(rule.mean)) rows.push(['mean P&L', `${precise(rule.mean)} ${MONEY}`])
  if (Number.isFinite(rule.trades)) rows.push(['trades', precise(rule.trades)])
  if (rule.dominatedBy) rows.push(['dominated by', rule.dominatedBy])
  return rows
}

// In powers of ten where the riskiest is many times the safest: no hedge at all is often among them.
function heightsOf(name, values) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (!(least > 0 && most > 4 * least)) return { label: name, unit: MONEY, range: spread(values, 0.08, 0.1) }
  return { label: `${name} (logarithmic)`, unit: MONEY, range: [least * 0.85, most * 1.2], log: true }
}

function spread(values, below, above) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const room = most - least || Math.abs(most) || 1
  return [least - below * room, most + above * room]
}

customElements.define('keel-cost-risk', CostRisk)
