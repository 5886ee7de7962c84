/* American options over flat arrays: from contracts to tiles of puts and back. See keel/american.h. */
#include "keel/american.h"

#include "kernel/american_level.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"

enum { TILE = KEEL_AMERICAN_TILE, OUTPUTS = KEEL_AMERICAN_OUTPUTS, PART = 64 };
enum output { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, CHARM, SPEED };

/* What is asked for. */
struct task {
  const struct keel_american_nodes *nodes;
  keel_greek_set set;
  const struct keel_american_boundary *shared; /* of all options; NULL: each has its own */
};

static keel_option option_at(const keel_options *in, size_t i) {
  return (keel_option){in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]};
}

/* A call's put has spot and strike, rate and yield exchanged. */
static void take(const keel_option *option, double spot, double vol, struct keel_american_puts *puts, int lane) {
  int call = option->phi > 0;
  puts->phi[lane] = -1;
  puts->strike[lane] = 1;
  puts->spot[lane] = call ? option->strike / spot : spot / option->strike;
  puts->rate[lane] = call ? option->yield : option->rate;
  puts->yield[lane] = call ? option->rate : option->yield;
  puts->years[lane] = option->years;
  puts->vol[lane] = vol;
}

static struct keel_greek_lane lane_of(const keel_option *option, double spot, double vol,
                                      const struct keel_american_puts *puts, int lane) {
  double strike = option->strike, k = puts->spot[lane], g[OUTPUTS];
  int call = option->phi > 0;
  for (int o = 0; o < OUTPUTS; o++) g[o] = puts->out[o][lane];
  double unit = call ? spot : strike;
  double delta = call ? g[PRICE] - k * g[DELTA] : g[DELTA];
  double gamma = call ? k * k * g[GAMMA] / spot : g[GAMMA] / strike;
  double speed = call ? -k * k * (3 * g[GAMMA] + k * g[SPEED]) / (spot * spot) : g[SPEED] / (strike * strike);
  double rate = option->rate, yield = option->yield, vol2 = vol * vol;
  double charm = yield * delta - (vol2 + rate - yield) * spot * gamma - 0.5 * vol2 * spot * spot * speed;
  int exercised = k <= puts->boundary[lane];
  return (struct keel_greek_lane){.price = unit * g[PRICE],
                                  .delta = delta,
                                  .gamma = gamma,
                                  .vega = unit * g[VEGA],
                                  .theta = unit * g[THETA],
                                  .rho = unit * (call ? g[PSI] : g[RHO]),
                                  .psi = unit * (call ? g[RHO] : g[PSI]),
                                  .vanna = call ? g[VEGA] - k * g[VANNA] : g[VANNA],
                                  .volga = unit * g[VOLGA],
                                  .charm = exercised ? 0.0
                                           : call    ? charm
                                                     : g[CHARM],
                                  .speed = speed};
}

/* Prices the options of these places, TILE at most; lanes that are over do what the first one does. */
static void price_tile(const struct task *task, const keel_options *in, int count, const size_t *places,
                       const keel_greeks *out, double *boundary) {
  struct keel_american_puts puts;
  struct keel_american_boundary own;
  for (int lane = 0; lane < TILE; lane++) {
    size_t i = places[lane < count ? lane : 0];
    keel_option option = option_at(in, i);
    take(&option, in->spot[i], in->vol[i], &puts, lane);
  }
  if (!task->shared) KEEL_AT(keel_american_pose)(task->nodes, keel_american_tangents(task->set), &puts, &own);
  KEEL_AT(keel_american_puts)(task->nodes, task->set, task->shared ? task->shared : &own, &puts);
  for (int lane = 0; lane < count; lane++) {
    size_t i = places[lane];
    keel_option option = option_at(in, i);
    double spot = in->spot[i], b = puts.boundary[lane];
    keel_greek_store(i, 1, lane_of(&option, spot, in->vol[i], &puts, lane), task->set, out);
    if (boundary) boundary[i] = option.phi > 0 ? option.strike / b : option.strike * b;
  }
}

/* What is exercised at a known time, or has no result. */
static void give_other(size_t i, const keel_options *in, int kind, keel_greek_set set, const keel_greeks *out) {
  keel_option option = option_at(in, i);
  struct keel_greek_lane it = {0};
  keel_greeks at = {&it.price, &it.delta, &it.gamma, &it.vega,  &it.theta, &it.rho,
                    &it.psi,   &it.vanna, &it.volga, &it.charm, &it.speed};
  if (kind == KEEL_AMERICAN_LIMIT) keel_american_limit(&option, in->spot[i], in->vol[i], &at);
  keel_greek_store(i, kind == KEEL_AMERICAN_LIMIT, it, set, out);
}

static void price_rows(const struct task *task, size_t count, const keel_options *in, const keel_greeks *out,
                       double *boundary) {
  size_t places[TILE];
  int live = 0;
  KEEL_AT(keel_black_scholes)(count, in, task->set, out); /* those never exercised early keep it */
  for (size_t i = 0; i < count; i++) {
    keel_option option = option_at(in, i);
    int kind = keel_american_kind_of(&option, in->spot[i], in->vol[i]);
    double never = in->phi[i] > 0 ? INFINITY : 0;
    if (boundary) boundary[i] = kind == KEEL_AMERICAN_EUROPEAN ? never : NAN;
    if (kind == KEEL_AMERICAN_LIVE)
      places[live++] = i;
    else if (kind != KEEL_AMERICAN_EUROPEAN)
      give_other(i, in, kind, task->set, out);
    if (live < TILE) continue;
    price_tile(task, in, live, places, out, boundary);
    live = 0;
  }
  if (live) price_tile(task, in, live, places, out, boundary);
}

void KEEL_AT(keel_american)(size_t count, const keel_options *options, const struct keel_american_nodes *nodes,
                            keel_greek_set set, const keel_greeks *out, double *boundary) {
  const struct task task = {nodes, set, NULL};
  price_rows(&task, count, options, out, boundary);
}

/* One contract over many paths, as rows. */
static void price_paths(const struct task *task, size_t count, const keel_options *paths, const keel_greeks *out) {
  const keel_option option = option_at(paths, 0);
  double phi[PART], strike[PART], rate[PART], yield[PART], years[PART];
  for (size_t i = 0; i < PART; i++) {
    phi[i] = option.phi, strike[i] = option.strike, rate[i] = option.rate;
    yield[i] = option.yield, years[i] = option.years;
  }
  for (size_t start = 0; start < count; start += PART) {
    keel_options in = {phi, paths->spot + start, strike, rate, yield, years, paths->vol + start};
    keel_greeks to = keel_greeks_from(out, start);
    price_rows(task, count - start < PART ? count - start : PART, &in, &to, NULL);
  }
}

/* The same where all paths have one vol: the boundary depends on no spot, and one solution serves them all. */
static void price_paths_of_one_vol(struct task task, size_t count, const keel_options *paths, const keel_greeks *out) {
  const keel_option option = option_at(paths, 0);
  struct keel_american_boundary shared;
  struct keel_american_puts puts;
  if (keel_american_kind_of(&option, option.strike, *paths->vol) == KEEL_AMERICAN_LIVE) {
    for (int lane = 0; lane < TILE; lane++) take(&option, option.strike, *paths->vol, &puts, lane);
    KEEL_AT(keel_american_pose)(task.nodes, keel_american_tangents(task.set), &puts, &shared);
    task.shared = &shared;
  }
  price_paths(&task, count, paths, out);
}

static size_t count_of_one_vol(size_t count, const double *vol) {
  size_t same = 1;
  while (same < count && vol[same] == vol[0]) same++;
  return same;
}

void KEEL_AT(keel_american_paths)(size_t count, const keel_options *paths, const struct keel_american_nodes *nodes,
                                  keel_greek_set set, const keel_greeks *out) {
  const struct task task = {nodes, set, NULL};
  for (size_t start = 0, part; start < count; start += part) {
    keel_options in = *paths;
    keel_greeks to = keel_greeks_from(out, start);
    size_t same = count_of_one_vol(count - start, paths->vol + start);
    in.spot += start, in.vol += start;
    part = same > TILE ? same : count - start < PART ? count - start : PART;
    if (same > TILE)
      price_paths_of_one_vol(task, part, &in, &to);
    else
      price_paths(&task, part, &in, &to);
  }
}
