/* See keel/pde.h. */
#include "keel/pde.h"

#include <math.h>

#include "base/fail.h"
#include "keel/american.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"
#include "model/dividends.h"
#include "model/pde_solve.h"

enum { LANES = KEEL_DIFFUSION_LANES, NODES_DEFAULT = 200, STEPS_DEFAULT = 64 };

/* Standard deviations of log spot at expiry that a grid can show. */
static const double DEVIATION_LEAST = 1e-6, DEVIATION_MOST = 12;
/* How many of them spot may drift, on the grids of American options, which stand still. */
static const double DRIFT_MOST = 200;
/* Prices of grids that move by less than this factor less with each refinement are not at the second order. */
static const double SETTLING = 3;
/* What vol (relative), rate and yield are moved by for the Greeks to them. */
static const double VOL_BUMP = 0x1p-4, RATE_BUMP = 0x1p-10;
/* Of the square of a step in units of rates and vol. */
static const double STEPS_LEAVE = 0.003;
/* A second difference of prices below this part of them is what rounding leaves. */
static const double NOISE = 1e-13;

/* ---- what can be priced ---- */

const char *keel_pde_problem(const keel_option *option, double spot, double vol, int american) {
  const char *problem = keel_option_problem(option, spot, vol);
  if (problem || option->years == 0) return problem;
  if (!(spot >= 1e-100)) return "spot is too small for a grid";
  if (!(option->strike >= 1e-100)) return "strike is too small for a grid";
  if (!(fabs(option->rate * option->years) + fabs(option->yield * option->years) <= 200))
    return "rate or yield times years is beyond 200";
  double deviation = vol * sqrt(option->years);
  if (!(deviation >= DEVIATION_LEAST)) return "vol times the root of years is too small for a grid, below 1e-6";
  if (!(deviation <= DEVIATION_MOST)) return "vol times the root of years is too large for a grid, above 12";
  if (american && fabs((option->rate - option->yield) * option->years) > DRIFT_MOST * deviation)
    return "spot drifts too far for a grid, above 200 times vol times the root of years";
  double least = option->phi > 0 ? option->rate : option->yield, most = option->phi > 0 ? option->yield : option->rate;
  if (american && least < most && most < 0) return "it has two exercise boundaries (negative rate and yield)";
  return NULL;
}

static keel_status check(const keel_pde *pde, keel_error *error) {
  if (pde->nodes && (pde->nodes < KEEL_PDE_NODES_MIN || pde->nodes > KEEL_PDE_NODES_MAX))
    return keel_fail(error, KEEL_STATUS_INPUT, "nodes", "%zu is not allowed, only %d to %d", pde->nodes,
                     KEEL_PDE_NODES_MIN, KEEL_PDE_NODES_MAX);
  if (pde->steps && (pde->steps < KEEL_PDE_STEPS_MIN || pde->steps > KEEL_PDE_STEPS_MAX))
    return keel_fail(error, KEEL_STATUS_INPUT, "steps", "%zu is not allowed, only %d to %d", pde->steps,
                     KEEL_PDE_STEPS_MIN, KEEL_PDE_STEPS_MAX);
  return pde->dividends ? keel_dividends_check(pde->dividends, error) : KEEL_STATUS_OK;
}

/* ---- one run over the options ---- */

struct run {
  const keel_options *options;
  const keel_pde *pde;
  const keel_pde_result *out;
  keel_greek_set set;
  size_t nodes, steps; /* of the coarsest grid */
};

static struct keel_pde_contract contract_at(const struct run *run, size_t i) {
  const keel_options *in = run->options;
  int american = run->pde->american && run->pde->american[i];
  return (struct keel_pde_contract){in->phi[i],   in->spot[i], in->strike[i], in->rate[i], in->yield[i],
                                    in->years[i], in->vol[i],  american,      0,           0};
}

static void put(double *array, size_t i, double value) {
  if (array) array[i] = value;
}

static void put_nothing(const struct run *run, size_t i) {
  const keel_greeks to = keel_greeks_of_set(&run->out->greeks, run->set);
  double *const arrays[] = {to.price, to.delta, to.gamma, to.vega,  to.theta, to.rho,
                            to.psi,   to.vanna, to.volga, to.charm, to.speed, run->out->price_error};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) put(arrays[k], i, NAN);
}

/* At expiry there is nothing to solve: intrinsic, as the formula has it. */
static void put_expired(const struct run *run, size_t i) {
  const keel_options *in = run->options;
  const keel_options one = keel_options_from(in, i);
  const keel_greeks to = keel_greeks_of_set(&run->out->greeks, run->set);
  double *const arrays[] = {to.price, to.delta, to.gamma, to.vega,  to.theta, to.rho,
                            to.psi,   to.vanna, to.volga, to.charm, to.speed};
  double got[11];
  const keel_greeks greeks = {&got[0], &got[1], &got[2], &got[3], &got[4], &got[5],
                              &got[6], &got[7], &got[8], &got[9], &got[10]};
  keel_black_scholes_price(1, &one, KEEL_GREEK_SET_ALL, &greeks);
  for (size_t k = 0; k < 11; k++) put(arrays[k], i, got[k]);
  put(run->out->price_error, i, 0);
}

/* ---- results from three grids ---- */

static double extrapolate(double fine, double coarse) { return fine + (fine - coarse) / 3; }

static struct keel_pde_reading extrapolate_all(const struct keel_pde_reading *fine,
                                               const struct keel_pde_reading *coarse) {
  return (struct keel_pde_reading){extrapolate(fine->price, coarse->price),
                                   extrapolate(fine->delta, coarse->delta),
                                   extrapolate(fine->gamma, coarse->gamma),
                                   extrapolate(fine->speed, coarse->speed),
                                   extrapolate(fine->theta, coarse->theta),
                                   extrapolate(fine->charm, coarse->charm),
                                   fine->unsure,
                                   fine->exercised};
}

/* The most that the price can be: an error of a hundredth of it or more says that the grid has not resolved the option.
 */
static int resolved(const struct keel_pde_contract *c, double price, double price_error) {
  double scale = c->phi > 0 ? c->spot * keel_exp(keel_at_least(-c->yield * c->years, 0.0))
                            : c->strike * keel_exp(keel_at_least(-c->rate * c->years, 0.0));
  return isfinite(price) && price_error < 0.01 * scale;
}

/* What the option is worth without any vol, or the part of it that is known: a grid that loses this has not found it.
 */
static double least_value(const struct keel_pde_contract *c, const keel_dividends *dividends) {
  size_t before = keel_dividends_before(dividends, c->years);
  if (c->american && !before) {
    double none = 0, price = 0;
    const keel_options one = {&c->phi, &c->spot, &c->strike, &c->rate, &c->yield, &c->years, &none};
    keel_american_price(1, &one, KEEL_AMERICAN_FAST, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price}, NULL);
    return price;
  }
  double value = c->spot * keel_exp(-c->yield * c->years) - c->strike * keel_exp(-c->rate * c->years);
  for (size_t i = 0; i < before && c->phi > 0; i++) {
    double date = dividends->years[i];
    value -= dividends->cash[i] * keel_exp(-c->rate * date - c->yield * (c->years - date));
  }
  return keel_at_least(c->phi * value, 0.0);
}

/* Derivatives beside the exercise boundary, which nodes see on one grid and not yet on the other, have no common limit:
 * those of the finer one. */
static struct keel_pde_reading settle(const struct keel_pde_contract *c, const struct keel_pde_reading *fine,
                                      const struct keel_pde_reading *coarse) {
  struct keel_pde_reading both = extrapolate_all(fine, coarse), reading = *fine;
  int apart = fine->exercised != coarse->exercised || c->phi * both.delta > 1 || both.gamma < 0;
  reading.price = both.price;
  return c->american && apart ? reading : both;
}

/* What steps that are long against rates and vol may leave of an American price, whatever grids say. */
static double error_of_steps(const struct keel_pde_contract *c, size_t steps) {
  double speed = keel_at_least(keel_at_least(fabs(c->rate), fabs(c->yield)), c->vol * c->vol);
  double longest = 1.5 * speed * c->years / (double)steps, scale = c->spot < c->strike ? c->spot : c->strike;
  return c->american ? STEPS_LEAVE * longest * longest * scale : 0;
}

struct solved {
  struct keel_pde_reading lane[LANES];
  double price_error[LANES];
};

/* What may be left of the error of the extrapolated price, by the prices of three grids. Where they do not yet settle
 * by a factor of four each time, as the second order should, they are taken to go on as they did. */
static double error_of(double coarse, double middle, double fine) {
  double moved = extrapolate(fine, middle) - extrapolate(middle, coarse), last = fabs(fine - middle);
  double first = fabs(middle - coarse), ratio = first / last, rest = last / keel_at_least(ratio - 1, 0.25);
  double error = keel_at_least(keel_at_least(fabs(moved), last / 8), first / 32);
  return ratio < SETTLING && rest > error ? rest : error;
}

static int solve(const struct run *run, const struct keel_pde_batch *batch, struct solved *solved) {
  struct keel_pde_reading grid[3][LANES];
  for (size_t i = 0; i < 3; i++)
    if (!keel_pde_solve(batch, run->nodes, (size_t)1 << i, grid[i])) return 0;
  for (size_t lane = 0; lane < LANES; lane++) {
    const struct keel_pde_contract *contract = &batch->contract[lane];
    solved->lane[lane] = settle(contract, &grid[2][lane], &grid[1][lane]);
    double error = error_of(grid[0][lane].price, grid[1][lane].price, grid[2][lane].price);
    error = keel_at_least(error, grid[2][lane].unsure);
    solved->price_error[lane] = keel_at_least(error, error_of_steps(contract, 4 * run->steps));
  }
  return 1;
}

/* Returns 0, having put NaN everywhere, where the option is not resolved. */
static int put_reading(const struct run *run, size_t i, const struct solved *solved, size_t lane) {
  const struct keel_pde_contract contract = contract_at(run, i);
  double short_of = least_value(&contract, run->pde->dividends) - solved->lane[lane].price;
  double price_error = keel_at_least(solved->price_error[lane], short_of);
  if (!resolved(&contract, solved->lane[lane].price, price_error)) {
    put_nothing(run, i);
    return 0;
  }
  const keel_greeks to = keel_greeks_of_set(&run->out->greeks, run->set);
  const struct keel_pde_reading *r = &solved->lane[lane];
  double intrinsic = contract.phi * (contract.spot - contract.strike), least = contract.american ? intrinsic : 0;
  put(to.price, i, keel_at_least(r->price, keel_at_least(least, 0.0)));
  put(to.delta, i, r->delta);
  put(to.gamma, i, r->gamma);
  put(to.theta, i, r->theta);
  put(to.charm, i, r->charm);
  put(to.speed, i, r->speed);
  put(run->out->price_error, i, price_error);
  return 1;
}

/* ---- all Greeks of one contract: the lanes are bumped ---- */

enum { BASE, VOL_UP, VOL_DOWN, VOL_HIGH, RATE_UP, RATE_DOWN, YIELD_UP, YIELD_DOWN };

/* The slope at 0 of the cubic through values at -1, 0, 1 and 2. */
static double cubic_slope(double before, double at, double after, double beyond) {
  return (6 * after - 2 * before - 3 * at - beyond) / 6;
}

static void put_differences(const struct run *run, size_t i, const struct solved *solved, double vol_bump) {
  const keel_greeks to = keel_greeks_of_set(&run->out->greeks, run->set);
  const struct keel_pde_reading *r = solved->lane;
  double up = r[VOL_UP].price, down = r[VOL_DOWN].price, base = r[BASE].price, bend = up - 2 * base + down;
  put(to.vega, i, cubic_slope(down, base, up, r[VOL_HIGH].price) / vol_bump);
  put(to.volga, i, fabs(bend) > NOISE * fabs(base) ? bend / (vol_bump * vol_bump) : 0);
  put(to.vanna, i, cubic_slope(r[VOL_DOWN].delta, r[BASE].delta, r[VOL_UP].delta, r[VOL_HIGH].delta) / vol_bump);
  put(to.rho, i, (r[RATE_UP].price - r[RATE_DOWN].price) / (2 * RATE_BUMP));
  put(to.psi, i, (r[YIELD_UP].price - r[YIELD_DOWN].price) / (2 * RATE_BUMP));
}

static int price_one(const struct run *run, size_t i) {
  struct keel_pde_batch batch = {.vol = run->pde->vol, .context = run->pde->context};
  const struct keel_pde_contract contract = contract_at(run, i);
  struct keel_pde_plan plan;
  struct solved solved;
  double finer = (double)(4 * (run->nodes - 2)) / NODES_DEFAULT; /* whose prices need less of a bump to tell */
  double vol_bump = VOL_BUMP / keel_at_least(finer, 1.0) * contract.vol;
  if (!keel_pde_plan_init(&plan, &contract, run->pde->dividends, run->steps)) return 0;
  for (size_t lane = 0; lane < LANES; lane++) {
    batch.contract[lane] = contract;
    batch.plan[lane] = &plan;
    batch.base[lane] = 0;
  }
  batch.contract[VOL_UP].vol += vol_bump;
  batch.contract[VOL_DOWN].vol -= vol_bump;
  batch.contract[VOL_HIGH].vol += 2 * vol_bump;
  batch.contract[RATE_UP].rate += RATE_BUMP;
  batch.contract[RATE_DOWN].rate -= RATE_BUMP;
  batch.contract[YIELD_UP].yield += RATE_BUMP;
  batch.contract[YIELD_DOWN].yield -= RATE_BUMP;
  int ok = solve(run, &batch, &solved);
  if (ok && put_reading(run, i, &solved, BASE)) put_differences(run, i, &solved, vol_bump);
  keel_pde_plan_fini(&plan);
  return ok;
}

/* ---- prices and deltas: each lane is a contract ---- */

struct group {
  size_t count, row[LANES];
  struct keel_pde_plan plan[LANES];
  struct keel_pde_batch batch;
};

static int finish_group(const struct run *run, struct group *group) {
  struct solved solved;
  int ok = 1;
  for (size_t lane = group->count; lane < LANES; lane++) {
    group->batch.contract[lane] = group->batch.contract[0];
    group->batch.plan[lane] = group->batch.plan[0];
    group->batch.base[lane] = 0;
  }
  if (group->count) ok = solve(run, &group->batch, &solved);
  for (size_t lane = 0; lane < group->count; lane++) {
    if (ok) put_reading(run, group->row[lane], &solved, lane);
    keel_pde_plan_fini(&group->plan[lane]);
  }
  group->count = 0;
  return ok;
}

static int add_to_group(const struct run *run, struct group *group, size_t i) {
  const struct keel_pde_contract contract = contract_at(run, i);
  struct keel_pde_plan plan;
  if (!keel_pde_plan_init(&plan, &contract, run->pde->dividends, run->steps)) return 0;
  int full = group->count == LANES || (group->count && !keel_pde_plan_same(&plan, &group->plan[0]));
  if (full && !finish_group(run, group)) {
    keel_pde_plan_fini(&plan);
    return 0;
  }
  size_t lane = group->count++;
  group->row[lane] = i;
  group->plan[lane] = plan;
  group->batch.contract[lane] = contract;
  group->batch.plan[lane] = &group->plan[lane];
  group->batch.base[lane] = lane;
  return 1;
}

/* ---- all of it ---- */

keel_status keel_pde_price(size_t count, const keel_options *options, const keel_pde *pde, keel_greek_set set,
                           const keel_pde_result *out, keel_error *error) {
  keel_status status = check(pde, error);
  if (status != KEEL_STATUS_OK) return status;
  size_t nodes = pde->nodes ? pde->nodes : NODES_DEFAULT, steps = pde->steps ? pde->steps : STEPS_DEFAULT;
  struct run run = {options, pde, out, set, nodes / 4 + 2, steps / 4};
  struct group group = {.batch = {.vol = pde->vol, .context = pde->context}};
  int ok = 1;
  for (size_t i = 0; i < count && ok; i++) {
    const struct keel_pde_contract c = contract_at(&run, i);
    const keel_option option = {c.phi, c.strike, c.rate, c.yield, c.years};
    if (keel_pde_problem(&option, c.spot, c.vol, c.american))
      put_nothing(&run, i);
    else if (c.years == 0)
      put_expired(&run, i);
    else
      ok = set <= KEEL_GREEK_SET_DELTA ? add_to_group(&run, &group, i) : price_one(&run, i);
  }
  ok = finish_group(&run, &group) && ok;
  return ok ? KEEL_STATUS_OK : keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a grid");
}
