#include "hedge/pricing.h"

#include <math.h>

#include "base/fail.h"
#include "kernel/dividends.h"
#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_math.h"
#include "model/dividends.h"
#include "model/spot_grid.h"

enum { PART = 64, KEPT_MOST = 64 };

/* ---- who prices what ---- */

enum method { FORMULA, AMERICAN, PAYING, GRID };

/* The fast approximation is within 2e-7 of spot here for dividends of 12 % of it; so many standard deviations of log
 * spot at expiry. */
static const double FAST_DEVIATION = 0.75;

static int is_fast(double vol, double years) { return !(vol * sqrt(years) > FAST_DEVIATION); }

static enum method method_of(int american, const keel_dividends *paid, double years, double vol) {
  size_t count = paid ? keel_dividends_before(paid, years) : 0;
  if (count == 0) return american ? AMERICAN : FORMULA;
  return american || count > KEEL_DIVIDENDS_KERNEL_MAX || !is_fast(vol, years) ? GRID : PAYING;
}

struct keel_pricing_room {
  struct keel_spot_grid_room *solver;
  struct keel_spot_grid *vols, **kept; /* kept: [slot] */
  size_t slots;
};

struct keel_pricing_room *keel_pricing_room_new(struct keel_arena *arena, size_t dividends, size_t rows) {
  struct keel_pricing_room *room = KEEL_ARENA_NEW(arena, struct keel_pricing_room, 1);
  room->solver = keel_spot_grid_room_new(arena, dividends);
  room->vols = keel_spot_grid_place(arena, KEEL_SPOT_GRID_LANES, dividends);
  room->slots = rows < 1 ? 1 : rows > KEPT_MOST ? KEPT_MOST : rows;
  room->kept = KEEL_ARENA_NEW(arena, struct keel_spot_grid *, room->slots);
  for (size_t i = 0; i < room->slots; i++) room->kept[i] = keel_spot_grid_place(arena, KEEL_SPOT_GRID_LANES, dividends);
  return room;
}

/* ---- some options, all by one method ---- */

/* The approximation has no limit without vol or spot: at the least that it takes, the price is within 1e-6 of spot, or
 * 1e-9 of strike, of it. */
static void price_paying(size_t count, const keel_options *given, const keel_dividends *paid, keel_greek_set set,
                         const keel_greeks *to) {
  double spot[PART], vol[PART];
  keel_options in = *given;
  for (size_t i = 0; i < count; i++) {
    spot[i] = given->spot[i] >= 0 ? keel_at_least(given->spot[i], 1e-9 * given->strike[i]) : NAN;
    vol[i] = keel_at_least(given->vol[i], 2e-6 / sqrt(given->years[i]));
  }
  in.spot = spot, in.vol = vol;
  keel_dividends_price(count, &in, paid, set, to, NULL);
}

/* PART of them at most where spot pays. */
static void price_part(enum method method, size_t count, const keel_options *in, const keel_dividends *paid,
                       keel_greek_set set, const keel_greeks *to) {
  if (method == FORMULA) keel_kernel_now->black_scholes(count, in, set, to);
  if (method == AMERICAN) keel_american_price(count, in, KEEL_PRICING_SCHEME, set, to, NULL);
  if (method == PAYING) price_paying(count, in, paid, set, to);
}

static struct keel_spot_grid *grid_at(struct keel_pricing_room *room, size_t slot,
                                      const struct keel_spot_grid_terms *terms, double vol, keel_greek_set set) {
  struct keel_spot_grid *grid = room->kept[slot % room->slots];
  keel_spot_grid_solve(grid, room->solver, terms, vol, set >= KEEL_GREEK_SET_GAMMA);
  return grid;
}

/* ---- rows ---- */

static const keel_dividends *paid_of(const struct keel_option_rows *rows, size_t i) {
  return rows->paid ? rows->paid[i] : NULL;
}

static enum method method_at(const struct keel_option_rows *rows, size_t i) {
  return method_of(rows->american[i], paid_of(rows, i), rows->options.years[i], rows->options.vol[i]);
}

static keel_option option_at(const struct keel_option_rows *rows, size_t i) {
  const keel_options *in = &rows->options;
  return (keel_option){in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]};
}

/* Where the rows that are priced as this one is, and with it, end. */
static size_t end_of_run(const struct keel_option_rows *rows, size_t start) {
  enum method method = method_at(rows, start);
  size_t end = start + 1;
  while (end < rows->count && method_at(rows, end) == method && method != GRID) {
    if (method == PAYING && (end == start + PART || paid_of(rows, end) != paid_of(rows, start))) break;
    end++;
  }
  return end;
}

static void price_on_grid(const struct keel_option_rows *rows, size_t i, keel_greek_set set, const keel_greeks *to) {
  const struct keel_spot_grid_terms terms = {option_at(rows, i), rows->american[i], paid_of(rows, i)};
  keel_assert(rows->room);
  const struct keel_spot_grid *grid = grid_at(rows->room, i, &terms, rows->options.vol[i], set);
  keel_spot_grid_read(grid, 1, rows->options.spot + i, set, to);
}

void keel_price_rows(const struct keel_option_rows *rows, keel_greek_set set, const keel_greeks *out) {
  for (size_t start = 0, end; start < rows->count; start = end) {
    end = end_of_run(rows, start);
    enum method method = method_at(rows, start);
    keel_options in = keel_options_from(&rows->options, start);
    keel_greeks to = keel_greeks_from(out, start);
    if (method == GRID)
      price_on_grid(rows, start, set, &to);
    else
      price_part(method, end - start, &in, paid_of(rows, start), set, &to);
  }
}

/* About which vol: that of spot less the present value of its dividends. */
static double guess_of(const struct keel_option_rows *rows, size_t i, const double *price) {
  const keel_dividends *paid = paid_of(rows, i);
  keel_options in = keel_options_from(&rows->options, i);
  double net = in.spot[0], vol;
  for (size_t d = 0; d < keel_dividends_before(paid, in.years[0]); d++)
    net -= paid->cash[d] * keel_exp(-in.rate[0] * paid->years[d]);
  in.spot = &net;
  if (rows->american[i])
    keel_american_implied_vol(1, &in, KEEL_PRICING_SCHEME, price, &vol);
  else
    keel_kernel_now->implied_vol(1, &in, price, &vol);
  return vol;
}

static double imply_on_grid(const struct keel_option_rows *rows, size_t i, const double *price) {
  const struct keel_spot_grid_terms terms = {option_at(rows, i), rows->american[i], paid_of(rows, i)};
  const struct keel_spot_grid_quote quote = {rows->options.spot[i], price[i], guess_of(rows, i, price + i)};
  keel_assert(rows->room);
  return keel_spot_grid_implied_vol(rows->room->vols, rows->room->solver, &terms, &quote);
}

static void imply_paying(const struct keel_option_rows *rows, size_t i, const double *price, double *vol) {
  const keel_options in = keel_options_from(&rows->options, i);
  const keel_dividends *paid = paid_of(rows, i);
  int fits = !rows->american[i] && keel_dividends_before(paid, in.years[0]) <= KEEL_DIVIDENDS_KERNEL_MAX;
  if (fits) keel_dividends_implied_vol(1, &in, paid, price + i, vol + i, NULL);
  if (!fits || !(vol[i] * sqrt(in.years[0]) <= FAST_DEVIATION)) vol[i] = imply_on_grid(rows, i, price);
}

void keel_imply_rows(const struct keel_option_rows *rows, const double *price, double *vol) {
  struct keel_option_rows at_no_vol = *rows;
  for (size_t i = 0; i < rows->count; i++) vol[i] = 0;
  at_no_vol.options.vol = vol;
  for (size_t start = 0, end; start < rows->count; start = end) {
    end = end_of_run(&at_no_vol, start);
    enum method method = method_at(&at_no_vol, start);
    keel_options in = keel_options_from(&rows->options, start);
    if (method == FORMULA) keel_kernel_now->implied_vol(end - start, &in, price + start, vol + start);
    if (method == AMERICAN)
      keel_american_implied_vol(end - start, &in, KEEL_PRICING_SCHEME, price + start, vol + start);
    for (size_t i = start; i < end && (method == PAYING || method == GRID); i++) imply_paying(rows, i, price, vol);
  }
}

/* ---- paths ---- */

static void price_american(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  const keel_option *one = &paths->option;
  keel_options in = {&one->phi, paths->spot, &one->strike, &one->rate, &one->yield, &one->years, paths->vol};
  keel_american_price_paths(paths->count, &in, KEEL_PRICING_SCHEME, set, out);
}

/* The fast approximation takes rows: the contract's terms are laid out once, for all parts of the paths. */
static void price_by_parts(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  const keel_option *option = &paths->option;
  double phi[PART], strike[PART], rate[PART], yield[PART], years[PART];
  for (size_t i = 0; i < PART && i < paths->count; i++) {
    phi[i] = option->phi, strike[i] = option->strike, rate[i] = option->rate;
    yield[i] = option->yield, years[i] = option->years;
  }
  for (size_t start = 0; start < paths->count; start += PART) {
    size_t count = paths->count - start < PART ? paths->count - start : PART;
    keel_options in = {phi, paths->spot + start, strike, rate, yield, years, paths->vol + start};
    keel_greeks to = keel_greeks_from(out, start);
    price_paying(count, &in, paths->paid, set, &to);
  }
}

/* Eight paths, each at a vol of its own: price and delta. */
static void price_by_lanes(const struct keel_option_paths *paths, const struct keel_spot_grid_terms *terms,
                           size_t start, keel_greek_set set, const keel_greeks *out) {
  double vol[KEEL_SPOT_GRID_LANES];
  size_t count = paths->count - start < KEEL_SPOT_GRID_LANES ? paths->count - start : KEEL_SPOT_GRID_LANES;
  for (size_t lane = 0; lane < KEEL_SPOT_GRID_LANES; lane++) vol[lane] = paths->vol[start + (lane < count ? lane : 0)];
  keel_spot_grid_solve_vols(paths->room->vols, paths->room->solver, terms, vol);
  for (size_t lane = 0; lane < count; lane++) {
    const struct keel_pde_reading reading = keel_spot_grid_at(paths->room->vols, lane, paths->spot[start + lane]);
    out->price[start + lane] = reading.price;
    if (set >= KEEL_GREEK_SET_DELTA) out->delta[start + lane] = reading.delta;
  }
}

/* Paths of one vol share a grid, as far as they follow on each other. */
static void price_on_grids(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  const struct keel_spot_grid_terms terms = {paths->option, paths->american, paths->paid};
  keel_assert(paths->room);
  for (size_t start = 0, end; start < paths->count; start = end) {
    for (end = start + 1; end < paths->count && paths->vol[end] == paths->vol[start];) end++;
    if (end == start + 1 && end < paths->count && set <= KEEL_GREEK_SET_DELTA) {
      price_by_lanes(paths, &terms, start, set, out);
      end = start + KEEL_SPOT_GRID_LANES < paths->count ? start + KEEL_SPOT_GRID_LANES : paths->count;
      continue;
    }
    keel_greeks to = keel_greeks_from(out, start);
    const struct keel_spot_grid *grid = grid_at(paths->room, 0, &terms, paths->vol[start], set);
    keel_spot_grid_read(grid, end - start, paths->spot + start, set, &to);
  }
}

static enum method method_at_path(const struct keel_option_paths *paths, size_t i) {
  return method_of(paths->american, paths->paid, paths->option.years, paths->vol[i]);
}

/* Where spot pays, the vol decides between approximation and grids. */
static void price_under_dividends(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  for (size_t start = 0, end; start < paths->count; start = end) {
    enum method method = method_at_path(paths, start);
    for (end = start + 1; end < paths->count && method_at_path(paths, end) == method;) end++;
    struct keel_option_paths some = *paths;
    some.count = end - start, some.spot += start, some.vol += start;
    const keel_greeks to = keel_greeks_from(out, start);
    if (method == GRID)
      price_on_grids(&some, set, &to);
    else
      price_by_parts(&some, set, &to);
  }
}

void keel_price_paths(const struct keel_option_paths *paths, keel_greek_set set, const keel_greeks *out) {
  enum method method = method_of(paths->american, paths->paid, paths->option.years, 0);
  if (method == FORMULA)
    keel_kernel_now->black_scholes_paths(paths->count, &paths->option, paths->spot, paths->vol, set, out);
  else if (method == AMERICAN)
    price_american(paths, set, out);
  else
    price_under_dividends(paths, set, out);
}

void keel_delta_paths(const struct keel_option_paths *paths, double *price, double *delta) {
  if (method_of(paths->american, paths->paid, paths->option.years, 0) == FORMULA)
    keel_kernel_now->black_scholes_delta(paths->count, &paths->option, paths->spot, paths->vol, delta);
  else
    keel_price_paths(paths, KEEL_GREEK_SET_DELTA, &(keel_greeks){.price = price, .delta = delta});
}
