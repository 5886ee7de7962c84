/* A small market on the bench: terms, a book, policies, a block, and a desk that fills, for the tests of the step. */
#ifndef KEEL_TESTS_HEDGE_BENCH_MARKET_H
#define KEEL_TESTS_HEDGE_BENCH_MARKET_H

#include <math.h>
#include <string.h>

#include "hedge/step.h"
#include "support/support.h"

#define BENCH_START (INT64_C(19724) * KEEL_NS_PER_DAY) /* 2024-01-02 */

enum { BENCH_UNDERLYINGS = 3, BENCH_POSITIONS = 24, BENCH_VARIANTS = 4, BENCH_LISTED = 64, BENCH_LINES = 36 };

/* A desk that fills at mark plus or minus a half-spread, all at once or (orders that wait) when it is told to. */
struct bench_desk {
  size_t paths;
  double half;       /* in money */
  double late_part;  /* of what rests, filled at each poll */
  double late_price; /* at which */
  int sends, polls;
  struct keel_order last;
  double resting[BENCH_LINES][256];
};

struct bench {
  struct keel_arena arena;
  struct keel_underlying_terms underlyings[BENCH_UNDERLYINGS];
  struct keel_market_terms terms;
  struct keel_position positions[BENCH_POSITIONS];
  struct keel_book book;
  struct keel_trade trades[BENCH_POSITIONS];
  size_t trade_count;
  struct keel_policy policies[BENCH_VARIANTS];
  const struct keel_policy *policy_list[BENCH_VARIANTS];
  struct keel_hedge_instrument with[BENCH_VARIANTS][BENCH_UNDERLYINGS];
  size_t variants;
  struct keel_costs costs;
  struct keel_limits limits;
  struct keel_contract listed[BENCH_LISTED];
  const struct keel_contract *listed_at[BENCH_LISTED];
  size_t listed_count;
  int explains;
  struct keel_wiring wiring;
  struct keel_block *block;
  struct bench_desk desk;
};

/* ---- contracts of X ---- */

static inline struct keel_contract bench_option(enum keel_kind kind, double strike, double days) {
  return (struct keel_contract){.underlying = "X",
                                .kind = kind,
                                .strike = strike,
                                .expiry_ns = BENCH_START + (int64_t)(days * (double)KEEL_NS_PER_DAY),
                                .multiplier = 100};
}
static inline struct keel_contract bench_future(double days, double multiplier) {
  struct keel_contract future = bench_option(KEEL_KIND_FUTURE, 0, days);
  future.multiplier = multiplier;
  return future;
}
static inline struct keel_contract bench_spot(const char *underlying) {
  return (struct keel_contract){
      .underlying = underlying, .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};
}
static inline int64_t bench_day(double days) { return BENCH_START + (int64_t)(days * (double)KEEL_NS_PER_DAY); }

/* ---- the desk ---- */

static inline void bench_desk_send(void *self, const struct keel_market *market, const struct keel_order *order,
                                   const struct keel_fill *fill) {
  struct bench_desk *desk = self;
  (void)market;
  desk->sends++;
  desk->last = *order;
  double *resting = desk->resting[order->line];
  for (size_t i = 0; i < desk->paths; i++) {
    resting[i] = order->waits ? order->qty[i] : 0;
    fill->qty[i] = order->waits ? 0 : order->qty[i];
    fill->price[i] = order->mark[i] + (order->free ? 0 : order->qty[i] > 0 ? desk->half : -desk->half);
  }
}

static inline void bench_desk_poll(void *self, const struct keel_market *market, size_t line,
                                   const struct keel_fill *fill) {
  struct bench_desk *desk = self;
  (void)market;
  desk->polls++;
  double *resting = desk->resting[line];
  for (size_t i = 0; i < desk->paths; i++) {
    fill->qty[i] = resting[i] * desk->late_part;
    fill->price[i] = desk->late_price;
    resting[i] -= fill->qty[i];
  }
}

/* ---- setting up ---- */

/* One more underlying, known by what is assumed of it. */
static inline struct keel_underlying_terms *bench_underlying(struct bench *bench, const char *name) {
  struct keel_underlying_terms *terms = &bench->underlyings[bench->terms.underlying_count++];
  *terms = (struct keel_underlying_terms){.name = name, .implied_vol = NAN};
  return terms;
}

/* One more variant: delta-neutral at every step with spot in any fraction. */
static inline struct keel_policy *bench_variant(struct bench *bench) {
  size_t v = bench->variants++;
  bench->with[v][0] = (struct keel_hedge_instrument){.contract = bench_spot(NULL),
                                                     .years = NAN,
                                                     .qty_max = NAN,
                                                     .half_spread_bps = NAN,
                                                     .fees = {.per_share = NAN, .per_order = NAN}};
  bench->policies[v] = (struct keel_policy){.target = {.exposure_count = 1,
                                                       .exposures = {KEEL_EXPOSURE_DELTA},
                                                       .delta = {.vol = NAN},
                                                       .vega_tenor = NAN,
                                                       .start = NAN},
                                            .triggers = {{.every = KEEL_EVERY_STEP}},
                                            .with = bench->with[v],
                                            .with_count = 1};
  bench->policy_list[v] = &bench->policies[v];
  return &bench->policies[v];
}

/* A market of X alone, rate 5 %, nothing costs, no limits, one variant. */
static inline void bench_start(struct bench *bench) {
  *bench = (struct bench){.costs = {.half_spread_bps = NAN},
                          .limits = {INFINITY, INFINITY, NAN},
                          .terms = {.rate = 0.05, .stale_ns = KEEL_TIME_NONE},
                          .desk = {.late_part = 1},
                          .explains = 1};
  keel_arena_init(&bench->arena);
  bench->terms.underlyings = bench->underlyings;
  bench->book.positions = bench->positions;
  assert_int_equal(keel_calendar_find("utc", &bench->terms.calendar, NULL), KEEL_STATUS_OK);
  bench_underlying(bench, "X");
  bench_variant(bench);
}

static inline void bench_hold(struct bench *bench, struct keel_contract contract, double qty) {
  bench->positions[bench->book.count++] =
      (struct keel_position){.contract = contract, .qty = qty, .years = NAN, .file = "book.csv", .line = 2};
}

static inline void bench_trade(struct bench *bench, struct keel_contract contract, int64_t time_ns, double qty,
                               double price, double fees) {
  bench->trades[bench->trade_count++] =
      (struct keel_trade){.position = {.contract = contract, .qty = qty, .years = NAN, .file = "fills.csv", .line = 2},
                          .time_ns = time_ns,
                          .price = price,
                          .fees = fees,
                          .id = "x"};
}

static inline void bench_list(struct bench *bench, struct keel_contract contract) {
  bench->listed[bench->listed_count] = contract;
  bench->listed_at[bench->listed_count] = &bench->listed[bench->listed_count];
  bench->listed_count++;
}

static inline keel_status bench_wire(struct bench *bench, size_t paths, keel_error *error) {
  struct keel_wiring_input input = {.book = &bench->book,
                                    .trades = bench->trades,
                                    .trade_count = bench->trade_count,
                                    .terms = &bench->terms,
                                    .accounts = &(struct keel_wiring_account){.policies = bench->policy_list,
                                                                              .costs = &bench->costs,
                                                                              .limits = &bench->limits},
                                    .account_count = 1,
                                    .variant_count = bench->variants,
                                    .paths = paths,
                                    .listed = bench->listed_at,
                                    .listed_count = bench->listed_count,
                                    .explains = bench->explains};
  return keel_wiring_build(&bench->arena, &input, &bench->wiring, error);
}

/* Wires it, with the desk as the venue; after this nothing allocates. */
static inline struct keel_block *bench_build(struct bench *bench, size_t paths, int by_model) {
  assert_int_equal(bench_wire(bench, paths, NULL), KEEL_STATUS_OK);
  bench->block = keel_block_new(&bench->arena, &bench->wiring, by_model);
  bench->desk.paths = paths;
  bench->block->venue = (struct keel_venue){.self = &bench->desk, .poll = bench_desk_poll, .send = bench_desk_send};
  keel_arena_seal(&bench->arena);
  return bench->block;
}

static inline void bench_end(struct bench *bench) { keel_arena_fini(&bench->arena); }

/* ---- running ---- */

static inline size_t bench_row(const struct bench *bench, struct keel_contract contract) {
  uint32_t row = keel_wiring_find(&bench->wiring, &contract);
  assert_int_not_equal(row, KEEL_NO_ROW);
  return row;
}

/* A quote that comes at `time_ns`, the same in all paths. */
static inline void bench_quote(struct bench *bench, struct keel_contract contract, int64_t time_ns, double bid,
                               double ask) {
  size_t row = bench_row(bench, contract), paths = bench->wiring.paths;
  bench->block->market.quote_ns[row] = time_ns;
  for (size_t i = 0; i < paths; i++) {
    bench->block->market.bid[row * paths + i] = bid;
    bench->block->market.ask[row * paths + i] = ask;
  }
}

static inline void bench_quote_mid(struct bench *bench, struct keel_contract contract, int64_t time_ns, double mid) {
  bench_quote(bench, contract, time_ns, mid * (1 - 0x1p-10), mid * (1 + 0x1p-10));
}

/* One step at that time; `changed` is a bit for each underlying. */
static inline void bench_show(struct bench *bench, int64_t time_ns, unsigned changed) {
  struct keel_market *market = &bench->block->market;
  market->time_ns = time_ns;
  market->changed_count = 0;
  for (uint32_t u = 0; u < bench->wiring.underlying_count; u++)
    if (changed >> u & 1) market->changed[market->changed_count++] = u;
}

static inline void bench_step(struct bench *bench, int64_t time_ns, unsigned changed) {
  bench_show(bench, time_ns, changed);
  keel_step(bench->block);
}

/* A step of X at that spot. */
static inline void bench_go(struct bench *bench, int64_t time_ns, double spot) {
  bench_quote_mid(bench, bench_spot("X"), time_ns, spot);
  bench_step(bench, time_ns, 1);
}

/* Random numbers of the tests: SplitMix64; normals by Box and Muller. */
static inline double bench_uniform(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}
static inline double bench_normal(uint64_t *state) {
  double radius = sqrt(-2 * log(bench_uniform(state)));
  return radius * cos(8 * atan(1) * bench_uniform(state));
}

#endif
