/* Strategies of simulated markets, made by hand: one underlying X, GBM, a short call at the money, hedged with spot at
 * every step in any fraction; nothing costs. Tests change what they need. */
#ifndef KEEL_TESTS_DRIVE_SIMULATE_SUPPORT_H
#define KEEL_TESTS_DRIVE_SIMULATE_SUPPORT_H

#include <math.h>
#include <string.h>

#include "drive/simulate.h"
#include "support/support.h"

enum { SIM_UNDERLYINGS = 2, SIM_POSITIONS = 6, SIM_VARIANTS = 8 };

struct sim {
  struct keel_strategy strategy;
  struct keel_position positions[SIM_POSITIONS];
  struct keel_underlying_terms underlyings[SIM_UNDERLYINGS];
  struct keel_model models[SIM_UNDERLYINGS];
  struct keel_variant variants[SIM_VARIANTS];
  struct keel_hedge_instrument with[SIM_VARIANTS];
};

static inline struct keel_world sim_gbm(double spot, double drift, double vol) {
  return (struct keel_world){.kind = KEEL_WORLD_GBM, .spot = spot, .drift = drift, .gbm = {.vol = vol}};
}

static inline void sim_hold(struct sim *sim, const char *underlying, enum keel_kind kind, double strike, double years,
                            double qty) {
  sim->positions[sim->strategy.book.count++] =
      (struct keel_position){.contract = {.underlying = underlying, .kind = kind, .strike = strike, .multiplier = 1},
                             .qty = qty,
                             .years = years,
                             .file = "book.csv",
                             .line = 2};
}

static inline struct keel_underlying_terms *sim_underlying(struct sim *sim, const char *name) {
  size_t u = sim->strategy.market.underlying_count++;
  sim->underlyings[u] = (struct keel_underlying_terms){.name = name, .implied_vol = NAN};
  sim->models[u] = (struct keel_model){.world = sim_gbm(100, 0.05, 0.2),
                                       .implied = {.kind = KEEL_IMPLIED_CONSTANT, .vol = 0.2, .premium = 1}};
  return &sim->underlyings[u];
}

/* One more variant: delta-neutral at every step. */
static inline struct keel_policy *sim_variant(struct sim *sim, const char *name) {
  size_t v = sim->strategy.variant_count++;
  sim->with[v] =
      (struct keel_hedge_instrument){.contract = {.kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1},
                                     .years = NAN,
                                     .qty_max = NAN,
                                     .half_spread_bps = NAN,
                                     .fees = {.per_share = NAN, .per_order = NAN}};
  sim->variants[v] = (struct keel_variant){.name = name,
                                           .policy = {.target = {.exposure_count = 1,
                                                                 .exposures = {KEEL_EXPOSURE_DELTA},
                                                                 .delta = {.vol = NAN},
                                                                 .vega_tenor = NAN,
                                                                 .start = NAN},
                                                      .triggers = {{.every = KEEL_EVERY_STEP}},
                                                      .with = &sim->with[v],
                                                      .with_count = 1}};
  return &sim->variants[v].policy;
}

static inline void sim_start(struct sim *sim) {
  memset(sim, 0, sizeof *sim);
  struct keel_strategy *strategy = &sim->strategy;
  *strategy = (struct keel_strategy){.path = "s.yaml",
                                     .costs = {.half_spread_bps = NAN},
                                     .limits = {INFINITY, INFINITY, NAN},
                                     .market = {.rate = 0.05, .stale_ns = KEEL_TIME_NONE},
                                     .run = {.start_ns = KEEL_TIME_NONE,
                                             .end_ns = KEEL_TIME_NONE,
                                             .paths = 1000,
                                             .steps = 21,
                                             .seed = 7,
                                             .years = NAN,
                                             .explains = 1}};
  assert_int_equal(keel_calendar_find("utc", &strategy->market.calendar, NULL), KEEL_STATUS_OK);
  strategy->book.positions = sim->positions;
  strategy->market.underlyings = sim->underlyings;
  strategy->simulated.models = sim->models;
  strategy->variants = sim->variants;
  sim_underlying(sim, "X");
  sim_variant(sim, "base");
}

/* The short call of most tests. */
static inline void sim_call(struct sim *sim) {
  sim_start(sim);
  sim_hold(sim, "X", KEEL_KIND_CALL, 100, 1.0 / 12, -1);
}

static inline struct keel_simulation *sim_run(struct sim *sim, size_t threads, size_t block_paths) {
  struct keel_simulation_plan plan = {.strategy = &sim->strategy, .threads = threads, .block_paths = block_paths};
  struct keel_simulation *simulation;
  keel_error error = {0};
  if (keel_simulation_execute(&plan, &simulation, &error)) fail_msg("%s: %s", error.where, error.what);
  return simulation;
}

static inline size_t sim_statistic(const struct keel_simulation *simulation, const char *name) {
  for (size_t s = 0; s < keel_simulation_statistics(simulation); s++)
    if (strcmp(keel_simulation_statistic(simulation, s), name) == 0) return s;
  fail_msg("no statistic %s", name);
  return 0;
}

static inline keel_figure sim_figure(const struct keel_simulation *simulation, size_t variant, size_t quantity,
                                     const char *name) {
  return keel_simulation_figure(simulation, variant, quantity, sim_statistic(simulation, name));
}

/* All figures of both, bit by bit. */
static inline void assert_same_figures(const struct keel_simulation *a, const struct keel_simulation *b) {
  assert_int_equal(a->statistic_count, b->statistic_count);
  size_t count = a->wiring.variant_count * a->wiring.quantity_count * a->statistic_count;
  for (size_t i = 0; i < count; i++) {
    assert_same_bits(a->figures[i].value, b->figures[i].value);
    assert_same_bits(a->figures[i].error, b->figures[i].error);
  }
}

#endif
