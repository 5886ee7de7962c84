/* American options over flat arrays: from contracts to tiles of puts and back. See keel/american.h. */
#include "keel/american.h"

#include "kernel/american_level.h"
#include "kernel/greeks.h"
#include "kernel/lane_math.h"

enum { TILE = KEEL_AMERICAN_TILE, OUTPUTS = 11 };

#define INLINE inline __attribute__((always_inline))
#define DISTANCE_LEAST 1e-4 /* nearer to the boundary, in standard deviations, values are continued from there */
#define Y_MOST 50.0         /* log(x / B) of the first guess */
#define BUMP 1e-3           /* of vol, relative, for volga */

enum output { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, CHARM, SPEED };

/* Puts of strike 1. */
struct puts {
  keel_lanes phi, spot, strike, rate, yield, years, vol;
  keel_lanes live; /* 1: early exercise is worth something; 0: European */
  keel_lanes out[OUTPUTS], boundary;
};

static keel_greeks greeks_of(keel_lanes *out) {
  return (keel_greeks){out[PRICE], out[DELTA], out[GAMMA], out[VEGA],  out[THETA], out[RHO],
                       out[PSI],   out[VANNA], out[VOLGA], out[CHARM], out[SPEED]};
}

/* The boundary's horizon and terms; harmless ones for a lane without early exercise. */
static void pose(const struct puts *puts, double horizon, struct keel_american_boundary *b, keel_lanes root_unit,
                 keel_lanes stretch) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    int live = puts->live[lane] > 0;
    double rate = live ? puts->rate[lane] : 0.05, yield = live ? puts->yield[lane] : 0.0;
    double years = live ? puts->years[lane] : 1.0, vol = live ? puts->vol[lane] : 0.2, vol2 = vol * vol;
    double drift = rate - yield - 0.5 * vol2, root = sqrt(fma(drift, drift, 2 * rate * vol2));
    double relax = rate + 0.5 * drift * drift / vol2, unit = horizon / relax;
    unit = unit < years ? unit : years;
    double power = drift > 0 ? (root + drift) / vol2 : 2 * rate / (root - drift);
    double x = yield > rate ? rate / yield : 1.0, most = keel_log(x * (1 + power) / power);
    most = keel_at_least(most, keel_at_most(0.25 * vol2 / (fabs(drift) + vol2), 1e-12)); /* of almost 1: rounding */
    b->rate[lane] = rate * unit;
    b->yield[lane] = yield * unit;
    b->vol[lane] = vol * sqrt(unit);
    b->log_x[lane] = keel_log(x);
    b->y_infinite[lane] = most < Y_MOST ? most : Y_MOST;
    b->log_x_tangent[KEEL_AMERICAN_VOL][lane] = 0;
    b->log_x_tangent[KEEL_AMERICAN_RATE][lane] = yield > rate ? 1 / (rate * unit) : 0.0;
    b->log_x_tangent[KEEL_AMERICAN_YIELD][lane] = yield > rate ? -1 / (yield * unit) : 0.0;
    root_unit[lane] = sqrt(unit);
    stretch[lane] = years / unit;
  }
}

/* Where the premium is asked for: the spot, or a little above the boundary. */
static void place(const struct puts *puts, const struct keel_american_boundary *b, const keel_lanes top,
                  struct keel_american_premium *p, keel_lanes boundary) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    int live = puts->live[lane] > 0;
    double log_b = b->log_x[lane] - sqrt(top[lane]), spread = b->vol[lane] * sqrt(p->stretch[lane]);
    double spot = live ? puts->spot[lane] : 1.0, a = (keel_log(spot) - log_b) / spread;
    boundary[lane] = live ? keel_exp(log_b) : 0.0;
    p->spot[lane] = a < DISTANCE_LEAST ? keel_exp(log_b + DISTANCE_LEAST * spread) : spot;
    p->distance[lane] = keel_at_least(a, DISTANCE_LEAST);
  }
}

static void add_premium(struct puts *puts, const struct keel_american_premium *p, const keel_lanes root_unit) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    int live = puts->live[lane] > 0;
    double root = root_unit[lane], unit = root * root;
    puts->out[PRICE][lane] += live ? keel_at_least(p->price[lane], 0.0) : 0.0;
    puts->out[DELTA][lane] += live ? p->delta[lane] : 0.0;
    puts->out[GAMMA][lane] += live ? p->gamma[lane] : 0.0;
    puts->out[VEGA][lane] += live ? root * p->tangent[KEEL_AMERICAN_VOL][lane] : 0.0;
    puts->out[RHO][lane] += live ? unit * p->tangent[KEEL_AMERICAN_RATE][lane] : 0.0;
    puts->out[PSI][lane] += live ? unit * p->tangent[KEEL_AMERICAN_YIELD][lane] : 0.0;
    puts->out[VANNA][lane] += live ? root * p->vanna[lane] : 0.0;
    puts->out[SPEED][lane] += live ? p->speed[lane] : 0.0;
  }
}

/* Theta and charm by the equation itself; what lies at or below the boundary, or hardly above it. */
static void settle(struct puts *puts, const struct keel_american_premium *p) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double spot = puts->spot[lane], at = p->spot[lane], b = puts->boundary[lane], rate = puts->rate[lane];
    double yield = puts->yield[lane], vol2 = puts->vol[lane] * puts->vol[lane];
    double price = puts->out[PRICE][lane], delta = puts->out[DELTA][lane], gamma = puts->out[GAMMA][lane];
    double speed = puts->out[SPEED][lane];
    double theta = rate * price - (rate - yield) * at * delta - 0.5 * vol2 * at * at * gamma;
    double charm = yield * delta - (vol2 + rate - yield) * at * gamma - 0.5 * vol2 * at * at * speed;
    int live = puts->live[lane] > 0, exercised = live & (spot <= b), near = live & (spot < at);
    double over = keel_at_least(spot - b, 0.0), part = near ? over / (at - b) : 1.0;
    double edge = 2 * (rate - yield * b) / (vol2 * b * b), bent = edge + (gamma - edge) * part;
    double near_price = 1 - spot + over * over * (2 * edge + bent) * (1.0 / 6),
           near_delta = 0.5 * over * (edge + bent) - 1;
    part = exercised ? 0.0 : part;
    puts->out[PRICE][lane] = near ? near_price : live ? keel_at_least(price, 1 - spot) : price;
    puts->out[DELTA][lane] = near ? near_delta : delta;
    puts->out[GAMMA][lane] = exercised ? 0.0 : near ? bent : gamma;
    puts->out[THETA][lane] = live ? part * theta : puts->out[THETA][lane];
    puts->out[CHARM][lane] = exercised ? 0.0 : live ? charm : puts->out[CHARM][lane];
    puts->out[VEGA][lane] *= part;
    puts->out[RHO][lane] *= part;
    puts->out[PSI][lane] *= part;
    puts->out[VANNA][lane] = exercised ? 0.0 : puts->out[VANNA][lane];
    puts->out[VOLGA][lane] = exercised ? 0.0 : puts->out[VOLGA][lane];
    puts->out[SPEED][lane] = exercised ? 0.0 : speed;
  }
}

static void solve(const struct keel_american_nodes *nodes, int tangents, struct puts *puts) {
  struct keel_american_boundary b;
  struct keel_american_premium p;
  keel_lanes root_unit;
  keel_greeks greeks = greeks_of(puts->out);
  pose(puts, nodes->horizon, &b, root_unit, p.stretch);
  KEEL_AT(keel_american_boundary)(nodes, tangents, &b);
  place(puts, &b, b.h[nodes->nodes - 1], &p, puts->boundary);
  KEEL_AT(keel_american_premium)(nodes, &b, tangents, &p);
  for (int lane = 0; lane < TILE; lane++) p.spot[lane] = puts->live[lane] > 0 ? p.spot[lane] : puts->spot[lane];
  keel_options in = {puts->phi, p.spot, puts->strike, puts->rate, puts->yield, puts->years, puts->vol};
  KEEL_AT(keel_black_scholes)(TILE, &in, KEEL_GREEK_SET_ALL, &greeks);
  add_premium(puts, &p, root_unit);
  settle(puts, &p);
}

/* Volga from the vegas of a higher and a lower vol. */
static void solve_volga(const struct keel_american_nodes *nodes, struct puts *puts) {
  struct puts bumped = *puts;
  keel_lanes volga = {0};
  for (int side = 1; side >= -1; side -= 2) {
    for (int lane = 0; lane < TILE; lane++) bumped.vol[lane] = puts->vol[lane] * (1 + side * BUMP);
    solve(nodes, 1, &bumped);
    for (int lane = 0; lane < TILE; lane++) volga[lane] += side * bumped.out[VEGA][lane];
  }
  for (int lane = 0; lane < TILE; lane++) {
    double step = 2 * BUMP * puts->vol[lane];
    if (puts->live[lane] > 0 && puts->spot[lane] > puts->boundary[lane]) puts->out[VOLGA][lane] = volga[lane] / step;
  }
}

static keel_option option_at(const keel_options *in, size_t i) {
  return (keel_option){in->phi[i], in->strike[i], in->rate[i], in->yield[i], in->years[i]};
}

/* A call's put has spot and strike, rate and yield exchanged. Lanes that nobody asks for, and those that are not to be
 * solved, have terms that do no harm. */
static void take(size_t count, const keel_options *in, struct puts *puts, int *kind) {
  for (int lane = 0; lane < TILE; lane++) {
    size_t i = (size_t)lane;
    keel_option option = i < count ? option_at(in, i) : (keel_option){0};
    kind[lane] = i < count ? keel_american_kind_of(&option, in->spot[i], in->vol[i]) : KEEL_AMERICAN_NONE;
    int call = option.phi > 0, some = kind[lane] >= KEEL_AMERICAN_EUROPEAN;
    double spot = some ? in->spot[i] : 1;
    puts->phi[lane] = -1;
    puts->strike[lane] = 1;
    puts->spot[lane] = some ? (call ? option.strike / spot : spot / option.strike) : 1;
    puts->rate[lane] = some ? (call ? option.yield : option.rate) : 0;
    puts->yield[lane] = some ? (call ? option.rate : option.yield) : 0;
    puts->years[lane] = some ? option.years : 1;
    puts->vol[lane] = some ? in->vol[i] : 0.2;
    puts->live[lane] = kind[lane] == KEEL_AMERICAN_LIVE ? 1.0 : 0.0;
  }
}

/* What is not solved, in lane i. */
static void give_other(size_t i, const keel_options *in, int kind, keel_lanes *out, keel_lanes boundary) {
  keel_option option = option_at(in, i);
  keel_greeks at = {&out[PRICE][i], &out[DELTA][i], &out[GAMMA][i], &out[VEGA][i],  &out[THETA][i], &out[RHO][i],
                    &out[PSI][i],   &out[VANNA][i], &out[VOLGA][i], &out[CHARM][i], &out[SPEED][i]};
  boundary[i] = NAN;
  if (kind == KEEL_AMERICAN_LIMIT) keel_american_limit(&option, in->spot[i], in->vol[i], &at);
  for (int o = 0; o < OUTPUTS && kind == KEEL_AMERICAN_NONE; o++) out[o][i] = NAN;
}

static void give(size_t count, const keel_options *in, const struct puts *puts, keel_lanes *out, keel_lanes boundary) {
  for (size_t i = 0; i < count; i++) {
    double spot = in->spot[i], strike = in->strike[i], k = puts->spot[i], g[OUTPUTS];
    int call = in->phi[i] > 0;
    for (int o = 0; o < OUTPUTS; o++) g[o] = puts->out[o][i];
    double unit = call ? spot : strike;
    double delta = call ? g[PRICE] - k * g[DELTA] : g[DELTA];
    double gamma = call ? k * k * g[GAMMA] / spot : g[GAMMA] / strike;
    double speed = call ? -k * k * (3 * g[GAMMA] + k * g[SPEED]) / (spot * spot) : g[SPEED] / (strike * strike);
    double rate = in->rate[i], yield = in->yield[i], vol2 = in->vol[i] * in->vol[i];
    out[PRICE][i] = unit * g[PRICE];
    out[DELTA][i] = delta;
    out[GAMMA][i] = gamma;
    out[VEGA][i] = unit * g[VEGA];
    out[THETA][i] = unit * g[THETA];
    out[RHO][i] = unit * (call ? g[PSI] : g[RHO]);
    out[PSI][i] = unit * (call ? g[RHO] : g[PSI]);
    out[VANNA][i] = call ? g[VEGA] - k * g[VANNA] : g[VANNA];
    out[VOLGA][i] = unit * g[VOLGA];
    out[CHARM][i] = yield * delta - (vol2 + rate - yield) * spot * gamma - 0.5 * vol2 * spot * spot * speed;
    out[CHARM][i] = call ? out[CHARM][i] : g[CHARM];
    out[SPEED][i] = speed;
    boundary[i] = call ? spot * k / puts->boundary[i] : strike * puts->boundary[i];
  }
}

static void store(size_t count, keel_lanes *from, keel_greek_set set, const keel_greeks *out, size_t start) {
  static const int outputs[] = {1, 2, 4, 6, 9, 11};
  double *to[OUTPUTS] = {out->price, out->delta, out->gamma, out->vega,  out->theta, out->rho,
                         out->psi,   out->vanna, out->volga, out->charm, out->speed};
  for (int o = 0; o < outputs[set]; o++)
    for (size_t i = 0; i < count; i++) to[o][start + i] = from[o][i];
}

void KEEL_AT(keel_american)(size_t count, const keel_options *options, const struct keel_american_nodes *nodes,
                            keel_greek_set set, const keel_greeks *out, double *boundary) {
  for (size_t start = 0; start < count; start += TILE) {
    struct puts puts;
    keel_lanes found[OUTPUTS], edge;
    int kind[TILE];
    size_t part = count - start < TILE ? count - start : TILE;
    keel_options in = keel_options_from(options, start);
    take(part, &in, &puts, kind);
    solve(nodes, set >= KEEL_GREEK_SET_GAMMA, &puts);
    if (set >= KEEL_GREEK_SET_EXPLAIN) solve_volga(nodes, &puts);
    give(part, &in, &puts, found, edge);
    for (size_t i = 0; i < part; i++)
      if (kind[i] < KEEL_AMERICAN_EUROPEAN) give_other(i, &in, kind[i], found, edge);
    store(part, found, set, out, start);
    for (size_t i = 0; boundary && i < part; i++) boundary[start + i] = edge[i];
  }
}
