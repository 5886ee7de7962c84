/* See spot_grid.h. */
#include "model/spot_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"
#include "model/dividends.h"

/* Nodes and steps of the rougher of the two grids. */
enum { LANES = KEEL_SPOT_GRID_LANES, NODES = 98, STEPS = 32, FINE = 2, FINE_NODES = (NODES - 2) * FINE + 2 };

/* What the Greeks to vol (relative), rate and yield are differences over, as in pde.c. */
static const double VOL_BUMP = 0x1p-7, RATE_BUMP = 0x1p-10;
/* Standard deviations of log spot at expiry that a grid can show: the least stands for less. */
static const double DEVIATION_LEAST = 3e-4;
enum { BASE, VOL_UP, VOL_DOWN, RATE_UP, RATE_DOWN, YIELD_UP, YIELD_DOWN, GREEK_LANES };

/* One lane over spot; low and high are the first and last node (after that of 0) where it is alive. */
struct curve {
  size_t low, high;
  double *spot, *price, *delta, *gamma; /* [NODES] */
};

struct keel_spot_grid {
  size_t lanes, solved; /* solved: lanes that are; 0: none */
  int is_priced[LANES]; /* it has a price */
  struct keel_pde_contract contract[LANES];
  struct curve curve[LANES];
  keel_dividends dividends; /* before expiry */
  double *years, *cash;
};

struct keel_spot_grid_room {
  struct keel_pde_plan plan;
  double *solver;
  struct keel_pde_centre *centre;
  double *spot, *rough, *fine; /* [lane][node]: nodes and values of both grids; spot is the rough one's in the end */
};

static size_t solver_room(void) { return keel_pde_room(NODES, FINE, STEPS); }

struct keel_spot_grid_room *keel_spot_grid_room_new(struct keel_arena *arena, size_t dividends) {
  struct keel_spot_grid_room *room = KEEL_ARENA_NEW(arena, struct keel_spot_grid_room, 1);
  room->plan.segment = KEEL_ARENA_NEW(arena, struct keel_pde_segment, dividends + 1);
  room->centre = KEEL_ARENA_NEW(arena, struct keel_pde_centre, (dividends + 1) * LANES);
  room->solver = KEEL_ARENA_NEW(arena, double, solver_room());
  double **sheets[] = {&room->spot, &room->rough, &room->fine};
  for (size_t i = 0; i < 3; i++) *sheets[i] = KEEL_ARENA_NEW(arena, double, LANES *FINE_NODES);
  return room;
}

struct keel_spot_grid *keel_spot_grid_place(struct keel_arena *arena, size_t lanes, size_t dividends) {
  struct keel_spot_grid *grid = KEEL_ARENA_NEW(arena, struct keel_spot_grid, 1);
  grid->lanes = lanes;
  grid->years = KEEL_ARENA_NEW(arena, double, dividends);
  grid->cash = KEEL_ARENA_NEW(arena, double, dividends);
  for (size_t lane = 0; lane < lanes; lane++) {
    struct curve *curve = &grid->curve[lane];
    double **arrays[] = {&curve->spot, &curve->price, &curve->delta, &curve->gamma};
    for (size_t i = 0; i < 4; i++) *arrays[i] = KEEL_ARENA_NEW(arena, double, NODES);
  }
  return grid;
}

/* ---- from two grids to a curve ---- */

/* Six points in equal steps: 60 times the first and 180 times the second derivative at the o-th of them. */
static const double first_weights[6][6] = {{-137, 300, -300, 200, -75, 12}, {-12, -65, 120, -60, 20, -3},
                                           {3, -30, -20, 60, -15, 2},       {-2, 15, -60, 20, 30, -3},
                                           {3, -20, 60, -120, 65, 12},      {-12, 75, -200, 300, -300, 137}};
static const double second_weights[6][6] = {{675, -2310, 3210, -2340, 915, -150}, {150, -225, -60, 210, -90, 15},
                                            {-15, 240, -450, 240, -15, 0},        {0, -15, 240, -450, 240, -15},
                                            {15, -90, 210, -60, -225, 150},       {-150, 915, -2340, 3210, -2310, 675}};

static double weighed(const double weights[6], const double *y, double scale) {
  double sum = 0;
  for (size_t j = 0; j < 6; j++) sum = fma(weights[j], y[j], sum);
  return sum * (1 / scale);
}

/* Slope and curvature at a node: spot and price are smooth functions of its number. */
static void differentiate(struct curve *curve, size_t node) {
  size_t first = node < curve->low + 2 ? curve->low : node - 2;
  if (first + 5 > curve->high) first = curve->high - 5;
  const double *at = first_weights[node - first], *twice = second_weights[node - first];
  const double *spot = curve->spot + first, *price = curve->price + first;
  double rise = weighed(at, spot, 60), bend = weighed(twice, spot, 180), slope = weighed(at, price, 60) / rise;
  curve->delta[node] = slope;
  curve->gamma[node] = (weighed(twice, price, 180) - slope * bend) / (rise * rise);
}

/* Exercise pays what the finer grid says, up to its rounding. */
static int is_exercised(const struct keel_pde_contract *contract, double spot, double value) {
  double floor = contract->phi * (spot - contract->strike);
  return contract->american && floor > 0 && value - floor <= 1e-13 * (spot + contract->strike);
}

/* The nodes where it is alive lie around the strike; all of them where these are too few to differentiate. */
static void find_alive(struct curve *curve, const struct keel_pde_contract *contract, const double *fine) {
  size_t strike = 1;
  while (strike + 1 < NODES && curve->spot[strike] < contract->strike) strike++;
  curve->low = 1, curve->high = NODES - 1;
  for (size_t i = strike; i > 1 && contract->phi < 0; i--)
    if (is_exercised(contract, curve->spot[i - 1], fine[2 * (i - 1) - 1]) && curve->low == 1) curve->low = i;
  for (size_t i = strike; i + 1 < NODES && contract->phi > 0; i++)
    if (is_exercised(contract, curve->spot[i + 1], fine[2 * (i + 1) - 1]) && curve->high == NODES - 1) curve->high = i;
  if (curve->high < curve->low + 5) curve->low = 1, curve->high = NODES - 1;
}

static void make_curve(struct curve *curve, const struct keel_pde_contract *contract, const double *spot,
                       const double *rough, const double *fine) {
  for (size_t i = 0; i < NODES; i++) {
    double best = fine[i ? 2 * i - 1 : 0];
    curve->spot[i] = spot[i];
    curve->price[i] = best + (best - rough[i]) / 3;
  }
  find_alive(curve, contract, fine);
  for (size_t i = curve->low; i <= curve->high; i++) differentiate(curve, i);
}

/* ---- solves ---- */

/* Lanes beyond those that are asked for are the first one's. */
static void solve(struct keel_spot_grid *grid, struct keel_spot_grid_room *room, size_t lanes, int is_bumped) {
  struct keel_pde_batch batch = {.centre = room->centre};
  for (size_t lane = 0; lane < LANES; lane++) {
    batch.contract[lane] = grid->contract[lane < lanes ? lane : 0];
    batch.plan[lane] = &room->plan;
    batch.base[lane] = is_bumped ? 0 : lane;
  }
  keel_pde_plan_lay(&room->plan, &grid->contract[0], &grid->dividends, STEPS);
  keel_pde_solve_grids(&batch, NODES, FINE - 1, room->solver, room->spot, room->rough);
  for (size_t lane = 0; lane < lanes; lane++)
    memcpy(grid->curve[lane].spot, room->spot + lane * NODES, NODES * sizeof(double));
  keel_pde_solve_grids(&batch, NODES, FINE, room->solver, room->spot, room->fine);
  for (size_t lane = 0; lane < lanes; lane++)
    make_curve(&grid->curve[lane], &grid->contract[lane], grid->curve[lane].spot, room->rough + lane * NODES,
               room->fine + lane * FINE_NODES);
  grid->solved = lanes;
}

static struct keel_pde_contract contract_of(const struct keel_spot_grid_terms *terms, double vol) {
  const keel_option *option = &terms->option;
  return (struct keel_pde_contract){.phi = option->phi,
                                    .spot = option->strike,
                                    .strike = option->strike,
                                    .rate = option->rate,
                                    .yield = option->yield,
                                    .years = option->years,
                                    .vol = keel_at_least(vol, DEVIATION_LEAST / sqrt(option->years)),
                                    .american = terms->american != 0,
                                    .any_spot = 1};
}

static int is_same(const struct keel_spot_grid *grid, const struct keel_pde_contract *c,
                   const keel_dividends *dividends, size_t count) {
  const struct keel_pde_contract *own = &grid->contract[0];
  return own->phi == c->phi && own->strike == c->strike && own->rate == c->rate && own->yield == c->yield &&
         own->years == c->years && own->vol == c->vol && own->american == c->american &&
         grid->dividends.count == count && (!count || grid->dividends.policy == dividends->policy) &&
         (!count || memcmp(grid->years, dividends->years, count * sizeof(double)) == 0) &&
         (!count || memcmp(grid->cash, dividends->cash, count * sizeof(double)) == 0);
}

static int has_price(const struct keel_spot_grid_terms *terms, const struct keel_pde_contract *contract) {
  return contract->years > 0 && !keel_pde_problem(&terms->option, contract->strike, contract->vol, contract->american);
}

/* Terms into the first lane. Returns 0 where they have no price. */
static int take(struct keel_spot_grid *grid, const struct keel_spot_grid_terms *terms,
                const struct keel_pde_contract *contract) {
  size_t count = keel_dividends_before(terms->dividends, contract->years);
  if (count) memcpy(grid->years, terms->dividends->years, count * sizeof(double));
  if (count) memcpy(grid->cash, terms->dividends->cash, count * sizeof(double));
  grid->dividends =
      (keel_dividends){count, grid->years, grid->cash, count ? terms->dividends->policy : KEEL_DIVIDEND_LIQUIDATOR};
  grid->contract[0] = *contract;
  grid->solved = 0;
  for (size_t lane = 0; lane < grid->lanes; lane++) grid->is_priced[lane] = has_price(terms, contract);
  return grid->is_priced[0];
}

void keel_spot_grid_solve(struct keel_spot_grid *grid, struct keel_spot_grid_room *room,
                          const struct keel_spot_grid_terms *terms, double vol, int all) {
  const struct keel_pde_contract contract = contract_of(terms, vol);
  size_t count = keel_dividends_before(terms->dividends, contract.years), lanes = all ? GREEK_LANES : 1;
  if (grid->solved >= lanes && is_same(grid, &contract, terms->dividends, count)) return;
  if (!take(grid, terms, &contract)) return;
  double vol_bump = VOL_BUMP * contract.vol;
  for (size_t lane = 1; lane < lanes; lane++) grid->contract[lane] = contract;
  if (all) {
    grid->contract[VOL_UP].vol += vol_bump;
    grid->contract[VOL_DOWN].vol -= vol_bump;
    grid->contract[RATE_UP].rate += RATE_BUMP;
    grid->contract[RATE_DOWN].rate -= RATE_BUMP;
    grid->contract[YIELD_UP].yield += RATE_BUMP;
    grid->contract[YIELD_DOWN].yield -= RATE_BUMP;
  }
  solve(grid, room, lanes, 1);
}

void keel_spot_grid_solve_vols(struct keel_spot_grid *grid, struct keel_spot_grid_room *room,
                               const struct keel_spot_grid_terms *terms, const double *vol) {
  struct keel_pde_contract contract[LANES];
  size_t good = grid->lanes; /* one that has a price stands in where there is none */
  for (size_t lane = grid->lanes; lane-- > 0;) {
    contract[lane] = contract_of(terms, vol[lane]);
    if (has_price(terms, &contract[lane])) good = lane;
  }
  if (!take(grid, terms, &contract[good < grid->lanes ? good : 0])) return;
  for (size_t lane = 0; lane < grid->lanes; lane++) {
    grid->is_priced[lane] = has_price(terms, &contract[lane]);
    grid->contract[lane] = contract[grid->is_priced[lane] ? lane : good];
  }
  solve(grid, room, grid->lanes, 0);
  grid->solved = 0; /* as the lanes are no Greeks */
}

/* ---- readings ---- */

/* The cell whose lower node is `at`, continued beyond it where spot is outside. */
static struct keel_pde_reading read_cell(const struct curve *curve, size_t at, double spot) {
  double h = curve->spot[at + 1] - curve->spot[at], t = (spot - curve->spot[at]) / h;
  double a0 = curve->price[at], a1 = h * curve->delta[at], a2 = 0.5 * h * h * curve->gamma[at];
  double a = curve->price[at + 1] - a0 - a1 - a2, b = h * curve->delta[at + 1] - a1 - 2 * a2;
  double c = 0.5 * h * h * curve->gamma[at + 1] - a2;
  double a3 = 10 * a - 4 * b + c, a4 = -15 * a + 7 * b - 2 * c, a5 = 6 * a - 3 * b + c;
  double first = fma(t, fma(t, fma(t, fma(t, 5 * a5, 4 * a4), 3 * a3), 2 * a2), a1);
  double second = fma(t, fma(t, fma(t, 20 * a5, 12 * a4), 6 * a3), 2 * a2);
  double third = fma(t, fma(t, 60 * a5, 24 * a4), 6 * a3);
  return (struct keel_pde_reading){.price = fma(t, fma(t, fma(t, fma(t, fma(t, a5, a4), a3), a2), a1), a0),
                                   .delta = first / h,
                                   .gamma = second / (h * h),
                                   .speed = third / (h * h * h)};
}

/* Beyond the nodes a line goes on; but no further than what it is worth at a spot of 0. */
static struct keel_pde_reading read_line(const struct curve *curve, size_t at, double spot) {
  double slope = curve->delta[at];
  return (struct keel_pde_reading){.price = fma(slope, spot - curve->spot[at], curve->price[at]), .delta = slope};
}

static struct keel_pde_reading read_below(const struct curve *curve, const struct keel_pde_contract *contract,
                                          double spot) {
  const struct keel_pde_reading line = read_line(curve, 1, spot), end = {.price = curve->price[0]};
  return contract->phi * (line.price - end.price) >= 0 ? line : end;
}

/* The node at or below spot, of those from low to high - 1. */
static size_t cell_of(const struct curve *curve, double spot) {
  size_t low = curve->low, high = curve->high;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (curve->spot[middle] <= spot)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* Beyond a node where it is alive, within the cell to the next: as if it went on; exercise begins somewhere there. */
static int is_beyond(const struct curve *curve, double spot) {
  if (curve->low > 1 && spot < curve->spot[curve->low - 1]) return 1;
  return curve->high < NODES - 1 && spot > curve->spot[curve->high + 1];
}

struct keel_pde_reading keel_spot_grid_at(const struct keel_spot_grid *grid, size_t lane, double spot) {
  const struct curve *curve = &grid->curve[lane];
  struct keel_pde_contract contract = grid->contract[lane];
  double intrinsic = contract.phi * (spot - contract.strike);
  const struct keel_pde_reading exercised = {.price = intrinsic, .delta = contract.phi};
  const struct keel_pde_reading nothing = {NAN, NAN, NAN, NAN, NAN, NAN, .unsure = NAN};
  if (!grid->is_priced[lane] || !(spot >= 0) || isinf(spot)) return nothing;
  int is_edge = (curve->low > 1 && spot < curve->spot[curve->low]) ||
                (curve->high < NODES - 1 && spot > curve->spot[curve->high]);
  if (is_beyond(curve, spot)) return exercised;
  struct keel_pde_reading r;
  if (curve->low == 1 && spot < curve->spot[1])
    r = read_below(curve, &contract, spot);
  else if (curve->high == NODES - 1 && spot > curve->spot[NODES - 1])
    r = read_line(curve, NODES - 1, spot);
  else
    r = read_cell(curve, cell_of(curve, spot), spot);
  contract.spot = spot;
  r.price = keel_at_least(r.price, 0.0);
  keel_pde_read_time(&contract, &r);
  if (!contract.american || intrinsic <= 0) return r;
  return r.price <= intrinsic || (is_edge && contract.phi * r.delta >= 1) ? exercised : r;
}

static struct keel_greek_lane read_all(const struct keel_spot_grid *grid, double spot, keel_greek_set set) {
  struct keel_pde_reading r[GREEK_LANES];
  size_t lanes = set >= KEEL_GREEK_SET_GAMMA ? GREEK_LANES : 1;
  for (size_t lane = 0; lane < lanes; lane++) r[lane] = keel_spot_grid_at(grid, lane, spot);
  struct keel_greek_lane all = {.price = r[BASE].price,
                                .delta = r[BASE].delta,
                                .gamma = r[BASE].gamma,
                                .theta = r[BASE].theta,
                                .charm = r[BASE].charm,
                                .speed = r[BASE].speed};
  const struct keel_pde_contract *c = &grid->contract[BASE];
  int is_exercised = c->american && r[BASE].gamma == 0 && r[BASE].delta == c->phi;
  if (lanes == 1 || is_exercised) return all;
  double vol_bump = VOL_BUMP * c->vol, up = r[VOL_UP].price, down = r[VOL_DOWN].price;
  all.vega = (up - down) / (2 * vol_bump);
  all.volga = (up - 2 * r[BASE].price + down) / (vol_bump * vol_bump);
  all.vanna = (r[VOL_UP].delta - r[VOL_DOWN].delta) / (2 * vol_bump);
  all.rho = (r[RATE_UP].price - r[RATE_DOWN].price) / (2 * RATE_BUMP);
  all.psi = (r[YIELD_UP].price - r[YIELD_DOWN].price) / (2 * RATE_BUMP);
  return all;
}

void keel_spot_grid_read(const keel_spot_grid *grid, size_t count, const double *spot, keel_greek_set set,
                         const keel_greeks *out) {
  for (size_t i = 0; i < count; i++) {
    int ok = grid->is_priced[BASE] && spot[i] >= 0 && isfinite(spot[i]);
    struct keel_greek_lane lane = {0};
    if (ok) lane = read_all(grid, spot[i], set);
    keel_greek_store(i, ok, lane, set, out);
  }
}

/* ---- for those who keep one ---- */

struct owned {
  struct keel_spot_grid grid; /* what is handed out */
  struct keel_arena arena;
};

keel_status keel_spot_grid_new(const keel_option *option, double vol, int american, const keel_dividends *dividends,
                               keel_spot_grid **grid, keel_error *error) {
  *grid = NULL;
  keel_status status = dividends ? keel_dividends_check(dividends, error) : KEEL_STATUS_OK;
  if (status != KEEL_STATUS_OK) return status;
  const struct keel_spot_grid_terms terms = {*option, american, dividends};
  const char *problem = option->years == 0 ? "years is 0: there is nothing to solve" : NULL;
  double least = DEVIATION_LEAST / sqrt(option->years), solved = vol >= 0 && vol < least ? least : vol;
  if (!problem) problem = keel_pde_problem(option, option->strike, solved, american);
  if (problem) return keel_fail(error, KEEL_STATUS_INPUT, "option", "%s", problem);
  struct owned *owned = calloc(1, sizeof *owned);
  if (!owned) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a grid");
  size_t count = keel_dividends_before(dividends, option->years);
  keel_arena_init(&owned->arena);
  owned->grid = *keel_spot_grid_place(&owned->arena, GREEK_LANES, count);
  keel_spot_grid_solve(&owned->grid, keel_spot_grid_room_new(&owned->arena, count), &terms, vol, 1);
  *grid = &owned->grid;
  return KEEL_STATUS_OK;
}

void keel_spot_grid_free(keel_spot_grid *grid) {
  if (!grid) return;
  struct owned *owned = (struct owned *)grid;
  keel_arena_fini(&owned->arena);
  free(owned);
}
