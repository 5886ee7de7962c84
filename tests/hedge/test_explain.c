/* Each component by itself: a step in which one thing moves, and what then remains is of the next order. */
#include "hedge/explain.h"

#include "hedge/bench_market.h"
#include "hedge/textbook.h"

static void components_have_names_of_their_own(void **state) {
  (void)state;
  for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) {
    const struct keel_component_info *info = &keel_component_table[c];
    assert_true(info->name && *info->name && info->help && *info->help);
    assert_int_equal(strncmp(info->column, "pnl_", 4), 0);
    assert_string_equal(info->column + 4, info->name);
    for (int d = 0; d < c; d++) assert_string_not_equal(info->name, keel_component_table[d].name);
  }
  assert_string_equal(keel_component_table[KEEL_COMPONENT_UNEXPLAINED].name, "unexplained");
}

/* ---- one thing moves ---- */

struct state {
  double day, spot, vol, rate, yield; /* the yield by which the chain is priced */
};

/* The parity market of one strike, so that the forward may move by itself; long ten calls. */
static void start(struct bench *b) {
  bench_start(b);
  b->underlyings[0].forward = KEEL_FORWARD_PARITY;
  b->policies[0].target.kind = KEEL_TARGET_NONE;
  bench_hold(b, bench_option(KEEL_KIND_CALL, 105, 90), 10);
  bench_list(b, bench_option(KEEL_KIND_PUT, 105, 90));
  bench_build(b, 1, 0);
}

static struct textbook book_of(double phi, const struct state *at) {
  const keel_option option = {phi, 105, at->rate, at->yield, (90 - at->day) / 365};
  return textbook_option(&option, at->spot, at->vol);
}

static void show(struct bench *b, const struct state *at) {
  int64_t time_ns = bench_day(at->day);
  b->block->market.rate = at->rate;
  bench_quote_mid(b, bench_option(KEEL_KIND_CALL, 105, 90), time_ns, book_of(1, at).price);
  bench_quote_mid(b, bench_option(KEEL_KIND_PUT, 105, 90), time_ns, book_of(-1, at).price);
  bench_go(b, time_ns, at->spot);
}

static const enum keel_component option_parts[] = {
    KEEL_COMPONENT_DELTA, KEEL_COMPONENT_GAMMA, KEEL_COMPONENT_THETA, KEEL_COMPONENT_VEGA,
    KEEL_COMPONENT_VANNA, KEEL_COMPONENT_VOLGA, KEEL_COMPONENT_RHO,   KEEL_COMPONENT_CARRY,
};
enum { PARTS = sizeof option_parts / sizeof *option_parts };

/* Compares a step with the wanted parts, in their order above; the rest is `unexplained`, at most `rest`. */
static void assert_step(const struct state *from, const struct state *to, const double want[PARTS], double rest) {
  struct bench b;
  start(&b);
  show(&b, from);
  show(&b, to);
  for (int k = 0; k < PARTS; k++) assert_close(b.block->explain[option_parts[k]][0], 1000 * want[k], 1e-6);
  double interest = -1000 * book_of(1, from).price * expm1(from->rate * (to->day - from->day) / 365);
  assert_close(b.block->explain[KEEL_COMPONENT_INTEREST][0], interest, 1e-9);
  assert_close(b.block->pnl[0], 1000 * (book_of(1, to).price - book_of(1, from).price) + interest, 1e-8);
  assert_true(fabs(b.block->explain[KEEL_COMPONENT_UNEXPLAINED][0]) <= rest);
  bench_end(&b);
}

static const struct state base = {10, 100, 0.25, 0.05, 0.02};

static void nothing_moves(void **state) {
  (void)state;
  assert_step(&base, &base, (double[PARTS]){0}, 1e-7);
}

static void spot_moves(void **state) {
  (void)state;
  struct state to = base;
  struct textbook g = book_of(1, &base);
  to.spot = 101;
  assert_step(&base, &to, (double[PARTS]){g.delta, g.gamma / 2}, 0.4);
  to.spot = 100.1; /* a tenth of the move leaves a thousandth: the third order */
  assert_step(&base, &to, (double[PARTS]){g.delta * 0.1, g.gamma * 0.005}, 0.4e-3);
}

static void time_passes(void **state) {
  (void)state;
  struct state to = base;
  to.day = 11;
  assert_step(&base, &to, (double[PARTS]){0, 0, book_of(1, &base).theta / 365}, 0.3);
  to.day = 10.1;
  assert_step(&base, &to, (double[PARTS]){0, 0, book_of(1, &base).theta / 3650}, 0.3e-2);
}

static void vol_moves(void **state) {
  (void)state;
  struct state to = base;
  struct textbook g = book_of(1, &base);
  to.vol = 0.26;
  assert_step(&base, &to, (double[PARTS]){0, 0, 0, g.vega * 0.01, 0, g.volga * 0.5e-4}, 0.1);
}

static void spot_and_vol_move(void **state) {
  (void)state;
  struct state to = base;
  struct textbook g = book_of(1, &base);
  to.vol = 0.24;
  to.spot = 100.5;
  assert_step(&base, &to,
              (double[PARTS]){g.delta * 0.5, g.gamma * 0.125, 0, -g.vega * 0.01, -g.vanna * 0.005, g.volga * 0.5e-4},
              0.2);
}

static void the_rate_moves(void **state) {
  (void)state;
  struct state to = base;
  to.rate = 0.051;
  assert_step(&base, &to, (double[PARTS]){0, 0, 0, 0, 0, 0, book_of(1, &base).rho * 0.001}, 0.01);
}

static void the_forward_moves(void **state) {
  (void)state;
  struct state to = base;
  to.yield = 0.022;
  assert_step(&base, &to, (double[PARTS]){0, 0, 0, 0, 0, 0, 0, book_of(1, &base).psi * 0.002}, 0.05);
}

/* An option on a future is yield = rate: when both move, what is left is rho + psi = -T times price. */
static void on_a_future_rate_and_yield_move_together(void **state) {
  (void)state;
  struct bench b;
  struct state from = {10, 100, 0.25, 0.05, 0.05}, to = {10, 100, 0.25, 0.051, 0.051};
  start(&b);
  show(&b, &from);
  show(&b, &to);
  double both = b.block->explain[KEEL_COMPONENT_RHO][0] + b.block->explain[KEEL_COMPONENT_CARRY][0];
  assert_close(both, -80 / 365.0 * 1000 * book_of(1, &from).price * 0.001, 1e-6);
  bench_end(&b);
}

/* Spot goes ex: the book's delta loses the dividend, and `dividends` gives it back, for the option's price knew. */
static void going_ex_moves_no_money(void **state) {
  (void)state;
  struct keel_dividend dividend = {bench_day(20), bench_day(25), 1.25};
  struct bench b;
  bench_start(&b);
  b.underlyings[0].implied_vol = 0.25;
  b.underlyings[0].dividends = &dividend;
  b.underlyings[0].dividend_count = 1;
  b.policies[0].target.kind = KEEL_TARGET_NONE;
  b.terms.rate = 0;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 105, 90), 10);
  bench_build(&b, 1, 0);
  bench_go(&b, bench_day(20) - 1, 100);
  bench_go(&b, bench_day(20), 98.75);
  assert_close(b.block->pnl[0], 0, 1e-6);
  assert_true(b.block->explain[KEEL_COMPONENT_DELTA][0] < -300);
  assert_close(b.block->explain[KEEL_COMPONENT_DIVIDENDS][0], -b.block->explain[KEEL_COMPONENT_DELTA][0], 1e-9);
  assert_close(b.block->explain[KEEL_COMPONENT_GAMMA][0], 0, 1e-9);
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(components_have_names_of_their_own),
      cmocka_unit_test(nothing_moves),
      cmocka_unit_test(spot_moves),
      cmocka_unit_test(time_passes),
      cmocka_unit_test(vol_moves),
      cmocka_unit_test(spot_and_vol_move),
      cmocka_unit_test(the_rate_moves),
      cmocka_unit_test(the_forward_moves),
      cmocka_unit_test(on_a_future_rate_and_yield_move_together),
      cmocka_unit_test(going_ex_moves_no_money),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
