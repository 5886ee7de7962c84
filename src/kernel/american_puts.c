/* A tile of American puts of strike 1: value and Greeks over a boundary. See keel/american.h. */
#include "kernel/american_level.h"
#include "kernel/lane_math.h"

enum { TILE = KEEL_AMERICAN_TILE };

#define DISTANCE_LEAST 1e-4 /* nearer to the boundary, in standard deviations, values are continued from there */
#define Y_MOST 50.0         /* log(x / B) of the first guess */
#define BUMP 0x1p-12        /* of vol, relative, for volga */
#define BUMP_PART 0.25      /* of the way to the boundary, at most, that a bump may move it */
#define MOVE_LEAST 0x1p-300

enum output { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, PSI, VANNA, VOLGA, CHARM, SPEED };

/* The boundary's horizon and terms. */
static void pose(const struct keel_american_puts *puts, double horizon, struct keel_american_boundary *b) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double rate = puts->rate[lane], yield = puts->yield[lane], years = puts->years[lane], vol = puts->vol[lane];
    double vol2 = vol * vol, drift = rate - yield - 0.5 * vol2, root = sqrt(fma(drift, drift, 2 * rate * vol2));
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
    b->root_unit[lane] = sqrt(unit);
    b->stretch[lane] = years / unit;
  }
}

void KEEL_AT(keel_american_pose)(const struct keel_american_nodes *nodes, int tangents,
                                 const struct keel_american_puts *puts, struct keel_american_boundary *boundary) {
  pose(puts, nodes->horizon, boundary);
  KEEL_AT(keel_american_boundary)(nodes, tangents, boundary);
}

/* Where the premium is asked for: the spot, or a little above the boundary. */
static void place(const keel_lanes spots, const struct keel_american_boundary *b, const keel_lanes top,
                  struct keel_american_premium *p, keel_lanes boundary) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double log_b = b->log_x[lane] - sqrt(top[lane]), spread = b->vol[lane] * sqrt(b->stretch[lane]);
    double spot = spots[lane], a = (keel_log(spot) - log_b) / spread;
    boundary[lane] = keel_exp(log_b);
    p->spot[lane] = a < DISTANCE_LEAST ? keel_exp(log_b + DISTANCE_LEAST * spread) : spot;
    p->distance[lane] = keel_at_least(a, DISTANCE_LEAST);
  }
}

static void add_premium(struct keel_american_puts *puts, const struct keel_american_premium *p,
                        const keel_lanes root_unit) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double root = root_unit[lane], unit = root * root;
    puts->out[PRICE][lane] += keel_at_least(p->price[lane], 0.0);
    puts->out[DELTA][lane] += p->delta[lane];
    puts->out[GAMMA][lane] += p->gamma[lane];
    puts->out[VEGA][lane] += root * p->tangent[KEEL_AMERICAN_VOL][lane];
    puts->out[RHO][lane] += unit * p->tangent[KEEL_AMERICAN_RATE][lane];
    puts->out[PSI][lane] += unit * p->tangent[KEEL_AMERICAN_YIELD][lane];
    puts->out[VANNA][lane] += root * p->vanna[lane];
    puts->out[SPEED][lane] += p->speed[lane];
  }
}

/* Steps in vol that leave the spot on its side of the boundary. */
static void choose_bumps(const struct keel_american_boundary *b, const keel_lanes top, const keel_lanes top_tangent,
                         const keel_lanes distance, keel_lanes bump) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double moves = fabs(0.5 * top_tangent[lane]) / (b->vol[lane] * sqrt(b->stretch[lane] * top[lane])) + MOVE_LEAST;
    bump[lane] = keel_at_most(BUMP * b->vol[lane], BUMP_PART * distance[lane] / moves);
  }
}

/* The premium's share of volga, from its vegas at a higher and a lower vol. */
static void add_volga(const struct keel_american_nodes *nodes, const struct keel_american_boundary *b,
                      const struct keel_american_premium *p, struct keel_american_puts *puts) {
  const int last = nodes->nodes - 1;
  struct keel_american_boundary beside;
  struct keel_american_premium bumped;
  keel_lanes bump, step, change = {0}, unused;
  choose_bumps(b, b->h[last], b->tangent[KEEL_AMERICAN_VOL][last], p->distance, bump);
  for (int side = 1; side >= -1; side -= 2) {
    for (int lane = 0; lane < TILE; lane++) step[lane] = side * bump[lane];
    KEEL_AT(keel_american_boundary_beside)(nodes, step, b, &beside);
    place(p->spot, &beside, beside.h[last], &bumped, unused);
    KEEL_AT(keel_american_premium)(nodes, &beside, 1, &bumped);
    for (int lane = 0; lane < TILE; lane++) change[lane] += side * bumped.tangent[KEEL_AMERICAN_VOL][lane];
  }
  for (int lane = 0; lane < TILE; lane++) {
    double root = b->root_unit[lane];
    puts->out[VOLGA][lane] += root * root * change[lane] / (2 * bump[lane]);
  }
}

/* Theta and charm by the equation itself; what lies at or below the boundary, or hardly above it. */
static void settle(struct keel_american_puts *puts, const keel_lanes places) {
#pragma omp simd
  for (int lane = 0; lane < TILE; lane++) {
    double spot = puts->spot[lane], at = places[lane], b = puts->boundary[lane], rate = puts->rate[lane];
    double yield = puts->yield[lane], vol2 = puts->vol[lane] * puts->vol[lane];
    double price = puts->out[PRICE][lane], delta = puts->out[DELTA][lane], gamma = puts->out[GAMMA][lane];
    double speed = puts->out[SPEED][lane];
    double theta = rate * price - (rate - yield) * at * delta - 0.5 * vol2 * at * at * gamma;
    double charm = yield * delta - (vol2 + rate - yield) * at * gamma - 0.5 * vol2 * at * at * speed;
    int exercised = spot <= b, near = spot < at;
    double over = keel_at_least(spot - b, 0.0), part = near ? over / (at - b) : 1.0;
    double edge = 2 * (rate - yield * b) / (vol2 * b * b), bent = edge + (gamma - edge) * part;
    double near_price = 1 - spot + over * over * (2 * edge + bent) * (1.0 / 6),
           near_delta = 0.5 * over * (edge + bent) - 1;
    part = exercised ? 0.0 : part;
    puts->out[PRICE][lane] = near ? near_price : keel_at_least(price, 1 - spot);
    puts->out[DELTA][lane] = near ? near_delta : delta;
    puts->out[GAMMA][lane] = exercised ? 0.0 : near ? bent : gamma;
    puts->out[THETA][lane] = part * theta;
    puts->out[CHARM][lane] = exercised ? 0.0 : charm;
    puts->out[VEGA][lane] *= part;
    puts->out[RHO][lane] *= part;
    puts->out[PSI][lane] *= part;
    puts->out[VANNA][lane] = exercised ? 0.0 : puts->out[VANNA][lane];
    puts->out[VOLGA][lane] = exercised ? 0.0 : puts->out[VOLGA][lane];
    puts->out[SPEED][lane] = exercised ? 0.0 : speed;
  }
}

void KEEL_AT(keel_american_puts)(const struct keel_american_nodes *nodes, keel_greek_set set,
                                 const struct keel_american_boundary *b, struct keel_american_puts *puts) {
  struct keel_american_premium p;
  keel_lanes *out = puts->out;
  keel_greeks greeks = {out[PRICE], out[DELTA], out[GAMMA], out[VEGA],  out[THETA], out[RHO],
                        out[PSI],   out[VANNA], out[VOLGA], out[CHARM], out[SPEED]};
  place(puts->spot, b, b->h[nodes->nodes - 1], &p, puts->boundary);
  KEEL_AT(keel_american_premium)(nodes, b, keel_american_tangents(set), &p);
  keel_options in = {puts->phi, p.spot, puts->strike, puts->rate, puts->yield, puts->years, puts->vol};
  KEEL_AT(keel_black_scholes)(TILE, &in, KEEL_GREEK_SET_ALL, &greeks);
  add_premium(puts, &p, b->root_unit);
  if (set >= KEEL_GREEK_SET_EXPLAIN) add_volga(nodes, b, &p, puts);
  settle(puts, p.spot);
}
