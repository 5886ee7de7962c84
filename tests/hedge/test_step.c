/* The step as a whole: life cycle, independence of lanes, no allocation, and what theory says about hedging on GBM. */
#include "hedge/step.h"

#include <stdlib.h>

#include "hedge/gbm.h"
#include "hedge/textbook.h"

/* ---- counting allocations: this program's malloc stands before the C library's ---- */

static volatile long allocations; /* changes inside calls that a compiler thinks it knows */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { COUNTS_ALLOCATIONS = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { COUNTS_ALLOCATIONS = 0 };
#else
#define KEEL_TEST_MALLOC
#endif
#else
#define KEEL_TEST_MALLOC
#endif

#ifdef KEEL_TEST_MALLOC
enum { COUNTS_ALLOCATIONS = 1 };
#define SEEN __attribute__((visibility("default"))) /* by the C library itself too */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
SEEN void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}
SEEN void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}
SEEN void *realloc(void *old, size_t size) {
  allocations++;
  return __libc_realloc(old, size);
}
#endif

/* ---- a market that several tests share: X by quotes, with parity, two expiries, futures, dividends ---- */

static struct keel_dividend dividends[] = {
    {BENCH_START + 8 * KEEL_NS_PER_DAY, BENCH_START + 12 * KEEL_NS_PER_DAY, 0.5}};

static void hold_book(struct bench *b, const char *name) {
  struct keel_contract book[] = {bench_option(KEEL_KIND_CALL, 100, 20), bench_option(KEEL_KIND_PUT, 95, 40),
                                 bench_option(KEEL_KIND_CALL, 105, 40), bench_future(40, 50), bench_spot(name)};
  const double qty[] = {-10, -5, 4, -1, 60};
  for (size_t i = 0; i < sizeof book / sizeof *book; i++) {
    book[i].underlying = name;
    bench_hold(b, book[i], qty[i]);
  }
}

static void set_terms(struct bench *b) {
  b->underlyings[0].implied_vol = 0.25;
  b->underlyings[0].yield = 0.01;
  b->underlyings[0].dividends = dividends;
  b->underlyings[0].dividend_count = 1;
  b->costs = (struct keel_costs){
      .half_spread_bps = 1, .fees.per_share = 0.01, .fees.per_order = 1, .buy_tax_bps = 1, .borrow_rate = 0.01};
  b->desk.half = 0.02;
}

/* Four rules that differ in everything they may. */
static void shape_policy(struct bench *b, size_t v, int kind) {
  struct keel_policy *policy = &b->policies[v];
  if (kind == 1) {
    policy->target.delta.vol = 0.4;
    policy->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 40};
    policy->move.to = KEEL_MOVE_EDGE;
    b->with[v][0].lot = 10;
  } else if (kind == 2) {
    policy->target.kind = KEEL_TARGET_SHARE_BALANCE;
    policy->triggers[KEEL_EXPOSURE_DELTA] = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 3};
  } else if (kind == 3) {
    b->with[v][0].contract = bench_future(60, 20);
    policy->execution.fill = KEEL_FILL_NEXT;
  }
}

static double wander(int day) { return 100 * exp(0.06 * sin(1.3 * day) + 0.02 * cos(5.0 * day)); }

static void show_day(struct bench *b, const char *name, int day) {
  int64_t time_ns = bench_day(day);
  struct keel_contract spot = bench_spot(name), put = bench_option(KEEL_KIND_PUT, 95, 40);
  put.underlying = name;
  bench_quote_mid(b, spot, time_ns, wander(day));
  const keel_option option = {-1, 95, 0.05, 0.01, (40 - day) / 365.0};
  if (day % 3 == 0 && day < 39) bench_quote_mid(b, put, time_ns, textbook_option(&option, wander(day), 0.3).price);
  for (size_t r = 0; r < b->wiring.row_count; r++) {
    const struct keel_contract *contract = &b->wiring.rows[r].contract;
    if (contract->kind != KEEL_KIND_FUTURE || strcmp(contract->underlying, name) != 0) continue;
    double years = (double)(contract->expiry_ns - time_ns) / (double)KEEL_NS_PER_YEAR;
    bench_quote_mid(b, *contract, time_ns, wander(day) * exp(0.04 * years));
  }
  b->desk.late_price = wander(day);
}

/* ---- comparing lanes bit by bit ---- */

enum { FIGURES = 6 + KEEL_COMPONENT_COUNT };

/* Everything a lane has to show after a step. */
static void figures_of(struct bench *b, size_t u, size_t v, size_t path, double out[FIGURES]) {
  struct keel_block *block = b->block;
  size_t at = keel_lane_of(&b->wiring, u, v) * b->wiring.paths + path;
  const struct keel_accounts *account = keel_account_after(block, u);
  const double figures[] = {account->holding[at],    account->working[at], account->cash[at],
                            account->receivable[at], account->equity[at],  block->pnl[at]};
  memcpy(out, figures, sizeof figures);
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) out[6 + c] = block->explain[c][at];
}

static void assert_same_figures(const double *a, const double *b) {
  for (int i = 0; i < FIGURES; i++) {
    assert_false(isnan(a[i]));
    assert_same_bits(a[i], b[i]);
  }
}

/* Variants share a market and nothing else: all at once are each alone. */
static void variants_at_once_equal_each_alone(void **state) {
  (void)state;
  enum { DAYS = 41 };
  static double alone[4][DAYS][FIGURES];
  for (int run = 0; run < 5; run++) { /* four alone, then all */
    struct bench b;
    bench_start(&b);
    set_terms(&b);
    hold_book(&b, "X");
    for (size_t v = 1; run == 4 && v < 4; v++) bench_variant(&b);
    for (size_t v = 0; v < b.variants; v++) shape_policy(&b, v, run == 4 ? (int)v : run);
    bench_build(&b, 1, 0);
    for (int day = 0; day < DAYS; day++) {
      show_day(&b, "X", day);
      bench_step(&b, bench_day(day), 1);
      double got[FIGURES];
      for (size_t v = 0; v < b.variants; v++) {
        figures_of(&b, 0, v, 0, run == 4 ? got : alone[run][day]);
        if (run == 4) assert_same_figures(got, alone[v][day]);
      }
    }
    bench_end(&b);
  }
}

/* Two underlyings that change at instants of their own are each as if alone. */
static void underlyings_keep_their_own_time(void **state) {
  (void)state;
  enum { DAYS = 41 };
  static double alone[2][DAYS][FIGURES];
  for (int run = 0; run < 3; run++) { /* X alone, Y alone, both */
    struct bench b;
    bench_start(&b);
    set_terms(&b);
    b.underlyings[0].name = run == 1 ? "Y" : "X";
    if (run == 2) *bench_underlying(&b, "Y") = b.underlyings[0], b.underlyings[1].name = "Y";
    if (run != 1) hold_book(&b, "X");
    if (run != 0) hold_book(&b, "Y");
    bench_build(&b, 1, 0);
    for (int day = 0; day < DAYS; day++) {
      unsigned x = run != 1 && (day % 2 == 0 || day == 40), y = run != 0 && (day % 3 == 1 || day == 40);
      if (x) show_day(&b, "X", day);
      if (y) show_day(&b, "Y", day);
      bench_step(&b, bench_day(day), run == 2 ? x | y << 1 : x | y);
      double got[FIGURES];
      for (unsigned u = 0; u < 2; u++) {
        if (!(u ? y : x)) continue;
        figures_of(&b, run == 2 ? u : 0, 0, 0, run == 2 ? got : alone[u][day]);
        assert_int_equal(b.block->stepped[run == 2 ? u : 0], 1);
        if (run == 2) assert_same_figures(got, alone[u][day]);
      }
      if (run == 2) assert_true(b.block->stepped[0] == x && b.block->stepped[1] == y);
    }
    bench_end(&b);
  }
}

/* A path among 256 has the bits of a block of its own. */
static void paths_at_once_equal_each_alone(void **state) {
  (void)state;
  enum { STEPS = 32 };
  static struct gbm gbm = {.drift = 0.08, .vol = 0.3, .years = 40 / 365.0};
  static double all[STEPS + 1][2][GBM_PATHS][FIGURES];
  const size_t chosen[] = {0, 1, 7, 8, 100, 254, 255};
  gbm_draw(&gbm, 5);
  for (size_t run = 0; run < 1 + sizeof chosen / sizeof *chosen; run++) {
    size_t only = run ? chosen[run - 1] : 0;
    struct bench b;
    bench_start(&b);
    set_terms(&b);
    hold_book(&b, "X");
    bench_variant(&b);
    shape_policy(&b, 0, 1);
    shape_policy(&b, 1, 2);
    bench_build(&b, run ? 1 : GBM_PATHS, 1);
    double spots[GBM_PATHS];
    for (size_t i = 0; i < GBM_PATHS; i++) spots[i] = 100;
    for (size_t step = 0; step <= STEPS; step++) {
      if (step) gbm_move(&gbm, STEPS, step, spots);
      gbm_show(&b, run ? spots + only : spots, 0.25, bench_day(1.25 * (double)step));
      double got[FIGURES];
      for (size_t v = 0; v < 2; v++) {
        for (size_t i = 0; !run && i < GBM_PATHS; i++) figures_of(&b, 0, v, i, all[step][v][i]);
        figures_of(&b, 0, v, run ? 0 : only, got);
        assert_same_figures(got, all[step][v][only]);
      }
    }
    bench_end(&b);
  }
}

/* Observing is the first two verbs of a step: marks and totals of every day are the same. */
static void observing_sees_what_a_step_sees(void **state) {
  (void)state;
  struct bench stepped, observed, *both[] = {&stepped, &observed};
  for (int i = 0; i < 2; i++) {
    bench_start(both[i]);
    set_terms(both[i]);
    hold_book(both[i], "X");
    bench_build(both[i], 1, 0);
  }
  for (int day = 0; day < 40; day++) {
    for (int i = 0; i < 2; i++) show_day(both[i], "X", day);
    bench_step(&stepped, bench_day(day), 1);
    bench_show(&observed, bench_day(day), 1);
    keel_observe(observed.block);
    struct keel_totals *a = &stepped.block->totals, *b = &observed.block->totals;
    const double *const of[] = {a->value, a->delta, a->gamma, a->vega, a->theta, a->cash};
    const double *const to[] = {b->value, b->delta, b->gamma, b->vega, b->theta, b->cash};
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) assert_same_bits(to[k][0], of[k][0]);
    const struct keel_marks *then = keel_marks_after(stepped.block, 0), *now = keel_marks_after(observed.block, 0);
    for (size_t r = 0; r < stepped.wiring.row_count; r++) {
      assert_int_equal(observed.block->alive[r], stepped.block->alive[r]);
      assert_same_bits(now->price[r], then->price[r]);
      assert_same_bits(now->vol[r], then->vol[r]);
      assert_same_bits(now->greeks.vanna[r], then->greeks.vanna[r]);
    }
    assert_memory_equal(observed.block->source_counts, stepped.block->source_counts,
                        sizeof stepped.block->source_counts);
  }
  bench_end(&stepped);
  bench_end(&observed);
}

/* ---- no allocation ---- */

static void a_step_allocates_nothing(void **state) {
  (void)state;
  if (!COUNTS_ALLOCATIONS || getenv("LD_PRELOAD")) skip(); /* another malloc stands before ours */
  struct bench b;
  bench_start(&b);
  set_terms(&b);
  b.underlyings[0].forward = KEEL_FORWARD_PARITY;
  hold_book(&b, "X");
  for (int i = 0; i < 30; i++) {
    bench_list(&b, bench_option(KEEL_KIND_CALL, 86 + i, 40));
    bench_list(&b, bench_option(KEEL_KIND_PUT, 86 + i, 40));
  }
  for (size_t v = 1; v < 4; v++) shape_policy((bench_variant(&b), &b), v, (int)v);
  bench_build(&b, 1, 0);
  long before = allocations;
  char *probe = strdup("the C library allocates");
  assert_int_equal(allocations, before + 1); /* the counter counts */
  assert_string_equal(probe, "the C library allocates");
  free(probe);
  for (int day = 0; day <= 40; day++) {
    show_day(&b, "X", day);
    for (int i = 0; i < 30 && day < 38; i++) {
      const keel_option call = {1, 86 + i, 0.05, 0.01, (40 - day) / 365.0}, put = {-1, 86 + i, 0.05, 0.01, call.years};
      bench_quote_mid(&b, bench_option(KEEL_KIND_CALL, 86 + i, 40), bench_day(day),
                      textbook_option(&call, wander(day), 0.3).price);
      bench_quote_mid(&b, bench_option(KEEL_KIND_PUT, 86 + i, 40), bench_day(day),
                      textbook_option(&put, wander(day), 0.3).price);
    }
    b.block->market.is_last = day == 40;
    before = allocations;
    bench_step(&b, bench_day(day), 1);
    if (keel_is_over(b.block, 0)) keel_liquidate(b.block, 0);
    assert_int_equal(allocations, before);
  }
  assert_true(b.block->finished[0]);
  bench_end(&b);
}

/* ---- life cycle ---- */

/* Waits for its marks, enters, sees one expiry go and then the other, is closed, and is left alone. */
static void a_book_comes_and_goes(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  b.desk.half = 0.02;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 20), -10);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 95, 40), -5);
  struct keel_block *block = bench_build(&b, 1, 0);
  const keel_option call = {1, 100, 0.05, 0, 19 / 365.0}, put = {-1, 95, 0.05, 0, 39 / 365.0};
  bench_go(&b, bench_day(0), 100);
  bench_quote_mid(&b, bench_option(KEEL_KIND_CALL, 100, 20), bench_day(0.5), 2);
  bench_go(&b, bench_day(0.5), 100);
  assert_false(block->entered[0] || block->stepped[0] || keel_is_over(block, 0) || b.desk.polls || b.desk.sends);
  bench_quote_mid(&b, bench_option(KEEL_KIND_CALL, 100, 20), bench_day(1), textbook_option(&call, 101, 0.2).price);
  bench_quote_mid(&b, bench_option(KEEL_KIND_PUT, 95, 40), bench_day(1), textbook_option(&put, 101, 0.3).price);
  bench_go(&b, bench_day(1), 101);
  assert_true(block->entered[0] && block->stepped[0] && block->reason[0] == KEEL_REASON_ENTER);
  double total = block->pnl[0];
  for (int day = 2; day <= 40; day++) {
    assert_false(keel_is_over(block, 0));
    bench_quote(&b, bench_option(KEEL_KIND_CALL, 100, 20), bench_day(day), NAN, NAN);
    bench_quote(&b, bench_option(KEEL_KIND_PUT, 95, 40), bench_day(day), NAN, NAN);
    bench_go(&b, bench_day(day), 101 + sin(day));
    total += block->pnl[0];
    assert_int_equal((int)block->reason[0], day < 40 ? KEEL_REASON_EVERY : KEEL_REASON_SETTLED);
    assert_true(block->alive[1] == (day < 20) && block->alive[2] == (day < 40));
  }
  assert_true(keel_is_over(block, 0));
  keel_liquidate(block, 0);
  total += block->pnl[0];
  assert_true(block->finished[0] && !keel_is_over(block, 0));
  const struct keel_accounts *account = keel_account_after(block, 0);
  assert_close(total, account->equity[0], 1e-9);
  assert_close(account->cash[0], account->equity[0], 0);
  double cash = account->cash[0];
  int sends = b.desk.sends;
  bench_go(&b, bench_day(50), 200);
  assert_true(!block->stepped[0] && keel_account_after(block, 0)->cash[0] == cash && b.desk.sends == sends);
  bench_end(&b);
}

/* The quotes of Y end long before the run does: at its end what expired in between has settled, late, and is counted.
 */
static void quotes_that_end_before_the_run(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_underlying(&b, "Y")->implied_vol = 0.25;
  b.underlyings[0].implied_vol = 0.25;
  struct keel_contract near = bench_option(KEEL_KIND_CALL, 100, 10), far = bench_option(KEEL_KIND_CALL, 100, 50);
  bench_hold(&b, far, -1);
  near.underlying = far.underlying = "Y";
  bench_hold(&b, near, -1);
  bench_hold(&b, far, -1);
  struct keel_block *block = bench_build(&b, 1, 0);
  for (int day = 0; day <= 30; day++) {
    bench_quote_mid(&b, bench_spot("X"), bench_day(day), 100 + day);
    if (day < 5) bench_quote_mid(&b, bench_spot("Y"), bench_day(day), 100 + day);
    block->market.is_last = day == 30;
    bench_step(&b, bench_day(day), day < 5 || day == 30 ? 3 : 1);
  }
  assert_true(keel_is_over(block, 1) && block->source_counts[KEEL_MARK_LATE] == 1);
  const keel_option then = {1, 100, 0.05, 0, 46 / 365.0}, now = {1, 100, 0.05, 0, 20 / 365.0};
  const keel_option first = {1, 100, 0.05, 0, 6 / 365.0};
  double before = textbook_option(&then, 104, 0.25).price + textbook_option(&first, 104, 0.25).price;
  double after = textbook_option(&now, 104, 0.25).price + 4, held = keel_account_before(block, 1)->holding[1];
  double cash = keel_account_before(block, 1)->cash[1];
  assert_close(block->explain[KEEL_COMPONENT_INTEREST][1], cash * expm1(0.05 * 26 / 365), 1e-9);
  assert_close(block->explain[KEEL_COMPONENT_HEDGE][1], 0, 0);
  assert_close(block->pnl[1], -100 * (after - before) + cash * expm1(0.05 * 26 / 365), 1e-8);
  keel_liquidate(block, 1);
  assert_true(held > 0 && block->sent_qty[1] == -held && block->finished[1] && !block->finished[0]);
  bench_end(&b);
}

/* ---- theory ---- */

struct moments {
  double sum, squares;
  size_t count;
};
static void note(struct moments *m, double x) {
  m->sum += x;
  m->squares += x * x;
  m->count++;
}
static double mean_of(const struct moments *m) { return m->sum / (double)m->count; }
static double std_of(const struct moments *m) { return sqrt(m->squares / (double)m->count - mean_of(m) * mean_of(m)); }

/* A short call at the money, hedged at every one of `steps` until gbm->years; what is left open is at its mark. */
static void hedge_paths(const struct gbm *gbm, size_t steps, double expiry_years, struct moments *pnl,
                        struct moments *unexplained) {
  static double total[2][GBM_PATHS];
  struct bench b;
  bench_start(&b);
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 365 * expiry_years);
  call.multiplier = 1;
  bench_hold(&b, call, -1);
  struct keel_block *block = bench_build(&b, GBM_PATHS, 1);
  double spots[GBM_PATHS];
  for (size_t i = 0; i < GBM_PATHS; i++) spots[i] = 100, total[0][i] = total[1][i] = 0;
  for (size_t step = 0; step <= steps; step++) {
    if (step) gbm_move(gbm, steps, step, spots);
    block->market.is_last = step == steps;
    gbm_show(&b, spots, gbm->vol, bench_day(365 * gbm->years * (double)step / (double)steps));
    for (size_t i = 0; i < GBM_PATHS; i++) {
      total[0][i] += block->pnl[i];
      total[1][i] += block->explain[KEEL_COMPONENT_UNEXPLAINED][i];
    }
  }
  for (size_t i = 0; i < GBM_PATHS; i++) note(pnl, total[0][i]), note(unexplained, total[1][i]);
  bench_end(&b);
}

/* The slope of log y over log N, by least squares. */
static double slope_of(const double *y, int count) {
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int k = 0; k < count; k++) {
    double u = log(16 << k), w = log(y[k]);
    sx += u, sy += w, sxx += u * u, sxy += u * w;
  }
  return (count * sxy - sx * sy) / (count * sxx - sx * sx);
}

enum { GRIDS = 5, BLOCKS = 4 };

/* Stopped at half the option's life, what the Greeks leave unexplained has a std that falls as 1/N. */
static void unexplained_falls_as_one_over_n(void **state) {
  (void)state;
  static struct gbm gbm = {.drift = 0.1, .vol = 0.2, .years = 0.25};
  double stds[GRIDS];
  for (int k = 0; k < GRIDS; k++) {
    struct moments pnl = {0}, unexplained = {0};
    for (uint64_t block = 0; block < BLOCKS; block++) {
      gbm_draw(&gbm, 100 + block);
      hedge_paths(&gbm, (size_t)16 << k, 0.5, &pnl, &unexplained);
    }
    stds[k] = std_of(&unexplained);
  }
  double slope = slope_of(stds, GRIDS);
  print_message("std of unexplained: %.4g at 16 steps, %.4g at 256; slope %.3f\n", stds[0], stds[GRIDS - 1], slope);
  assert_close(slope, -1, 0.05);
  assert_true(stds[GRIDS - 1] < 1e-3 * 5.9); /* of the premium */
}

/* M7: hedged to expiry, the error falls as N^-1/2, and what hedging costs is the premium. */
static void replication_converges_to_the_premium(void **state) {
  (void)state;
  static struct gbm gbm = {.drift = 0.1, .vol = 0.2, .years = 0.25};
  const keel_option option = {1, 100, 0.05, 0, 0.25};
  double premium = textbook_option(&option, 100, 0.2).price, stds[GRIDS], cost = 0, stderr_of_cost = 0;
  for (int k = 0; k < GRIDS; k++) {
    struct moments pnl = {0}, unexplained = {0};
    for (uint64_t block = 0; block < BLOCKS; block++) {
      gbm_draw(&gbm, 200 + block);
      hedge_paths(&gbm, (size_t)16 << k, 0.25, &pnl, &unexplained);
    }
    stds[k] = std_of(&pnl);
    cost = premium - mean_of(&pnl) * exp(-0.05 * 0.25);
    stderr_of_cost = stds[k] / sqrt((double)pnl.count);
    assert_close(cost, premium, 4 * stderr_of_cost);
  }
  double slope = slope_of(stds, GRIDS);
  /* Derman and Kamal (1999): std = sqrt(pi/4) vega vol / sqrt(N) */
  double theory = sqrt(atan(1)) * textbook_option(&option, 100, 0.2).vega * 0.2 / sqrt(256);
  print_message("std of P&L %.4g at 256 steps (theory %.4g); slope %.3f; cost %.4f +- %.4f, premium %.4f\n",
                stds[GRIDS - 1], theory, slope, cost, stderr_of_cost, premium);
  assert_close(slope, -0.5, 0.05);
  assert_close(stds[GRIDS - 1] / theory, 1, 0.1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(variants_at_once_equal_each_alone),
      cmocka_unit_test(underlyings_keep_their_own_time),
      cmocka_unit_test(paths_at_once_equal_each_alone),
      cmocka_unit_test(observing_sees_what_a_step_sees),
      cmocka_unit_test(a_step_allocates_nothing),
      cmocka_unit_test(a_book_comes_and_goes),
      cmocka_unit_test(quotes_that_end_before_the_run),
      cmocka_unit_test(unexplained_falls_as_one_over_n),
      cmocka_unit_test(replication_converges_to_the_premium),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
