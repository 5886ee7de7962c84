#include "world/paper.h"

#include "hedge/bench_market.h"
#include "hedge/textbook.h"

/* A venue over X with spot and one future, and somewhere to put fills. */
struct paper_bench {
  struct bench bench;
  struct keel_venue venue;
  double mark[4], qty[4], filled[4], price[4];
};

static void start(struct paper_bench *p, size_t paths) {
  bench_start(&p->bench);
  bench_hold(&p->bench, bench_option(KEEL_KIND_CALL, 100, 30), -10);
  p->bench.with[0][0].contract = bench_future(60, 50);
  bench_variant(&p->bench);
  assert_int_equal(bench_wire(&p->bench, paths, NULL), KEEL_STATUS_OK);
  p->bench.block = keel_block_new(&p->bench.arena, &p->bench.wiring, paths > 1);
  p->venue = keel_paper_venue(keel_paper_new(&p->bench.arena, &p->bench.wiring));
  keel_arena_seal(&p->bench.arena);
  for (int i = 0; i < 4; i++) p->mark[i] = 99 + i, p->qty[i] = 0;
}

static struct keel_order order_of(struct paper_bench *p, struct keel_contract contract) {
  return (struct keel_order){
      .row = bench_row(&p->bench, contract), .half_spread_bps = NAN, .qty = p->qty, .mark = p->mark};
}

static void send(struct paper_bench *p, const struct keel_order *order) {
  const struct keel_fill fill = {p->filled, p->price};
  for (int i = 0; i < 4; i++) p->filled[i] = p->price[i] = NAN;
  p->venue.send(p->venue.self, &p->bench.block->market, order, &fill);
}

static void poll(struct paper_bench *p, size_t variant) {
  const struct keel_fill fill = {p->filled, p->price};
  for (int i = 0; i < 4; i++) p->filled[i] = p->price[i] = NAN;
  p->venue.poll(p->venue.self, &p->bench.block->market, variant, &fill);
}

/* Buys at the ask and sells at the bid; bps of mid replace the quoted spread; free is mid. */
static void fills_at_the_quotes(void **state) {
  (void)state;
  const struct {
    double qty, bps;
    int free;
    double price;
  } cases[] = {{3, NAN, 0, 101}, {-3, NAN, 0, 100},  {3, 20, 0, 100.5 * 1.002}, {-3, 20, 0, 100.5 * 0.998},
               {3, 0, 0, 100.5}, {3, NAN, 1, 100.5}, {-3, 20, 1, 100.5}};
  struct paper_bench p;
  start(&p, 1);
  bench_quote(&p.bench, bench_spot("X"), bench_day(0), 100, 101);
  p.bench.block->market.time_ns = bench_day(0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_order order = order_of(&p, bench_spot("X"));
    p.qty[0] = cases[i].qty;
    order.half_spread_bps = cases[i].bps;
    order.free = cases[i].free;
    send(&p, &order);
    assert_true(p.filled[0] == cases[i].qty);
    assert_close(p.price[0], cases[i].price, 1e-12);
    poll(&p, 0);
    assert_true(p.filled[0] == 0); /* once */
  }
  bench_end(&p.bench);
}

/* What has no usable quote trades at its mark. */
static void fills_at_the_mark_without_a_quote(void **state) {
  (void)state;
  const double unusable[][2] = {{NAN, NAN}, {0, 101}, {NAN, 101}, {100, NAN}, {102, 101}, {100, INFINITY}};
  struct paper_bench p;
  start(&p, 1);
  for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
    bench_quote(&p.bench, bench_future(60, 50), bench_day(0), unusable[i][0], unusable[i][1]);
    struct keel_order order = order_of(&p, bench_future(60, 50));
    p.qty[0] = -2;
    send(&p, &order);
    assert_true(p.filled[0] == -2 && p.price[0] == 99);
    order.half_spread_bps = 10;
    send(&p, &order);
    assert_close(p.price[0], 99 * 0.999, 1e-12);
  }
  bench_end(&p.bench);
}

/* A quote that is older than the market's limit is no quote. */
static void a_stale_quote_gives_its_spread_alone(void **state) {
  (void)state;
  struct paper_bench p;
  start(&p, 1);
  p.bench.terms.stale_ns = KEEL_NS_PER_DAY;
  bench_quote(&p.bench, bench_future(60, 50), bench_day(0), 104, 106);
  struct keel_order order = order_of(&p, bench_future(60, 50));
  p.qty[0] = 1;
  p.bench.block->market.time_ns = bench_day(1);
  send(&p, &order);
  assert_true(p.price[0] == 106);
  p.bench.block->market.time_ns = bench_day(1) + 1;
  send(&p, &order);
  assert_true(p.price[0] == 100); /* its mark of 99, and half of the spread last seen */
  bench_end(&p.bench);
}

/* What waits fills at the next two-sided quote of its own instrument, at that quote. */
static void what_waits_fills_at_the_next_quote(void **state) {
  (void)state;
  struct paper_bench p;
  start(&p, 1);
  struct keel_market *market = &p.bench.block->market;
  bench_quote(&p.bench, bench_spot("X"), bench_day(0), 100, 101);
  market->time_ns = bench_day(0);
  struct keel_order order = order_of(&p, bench_spot("X"));
  order.waits = 1;
  p.qty[0] = 7;
  send(&p, &order);
  assert_true(p.filled[0] == 0);
  market->time_ns = bench_day(1);
  poll(&p, 0); /* an instant of something else */
  assert_true(p.filled[0] == 0);
  bench_quote(&p.bench, bench_future(60, 50), bench_day(1), 100, 101);
  poll(&p, 0);
  assert_true(p.filled[0] == 0);
  bench_quote(&p.bench, bench_spot("X"), bench_day(1), 0, 101); /* one-sided */
  poll(&p, 0);
  assert_true(p.filled[0] == 0);
  market->time_ns = bench_day(2);
  p.qty[0] = -1e9; /* the caller's array is its own again */
  bench_quote(&p.bench, bench_spot("X"), bench_day(2), 103, 105);
  poll(&p, 1); /* the other variant sent nothing */
  assert_true(p.filled[0] == 0);
  poll(&p, 0);
  assert_true(p.filled[0] == 7 && p.price[0] == 105);
  poll(&p, 0);
  assert_true(p.filled[0] == 0);
  bench_end(&p.bench);
}

static void a_new_order_replaces_what_rests(void **state) {
  (void)state;
  struct paper_bench p;
  start(&p, 1);
  struct keel_market *market = &p.bench.block->market;
  market->time_ns = bench_day(0);
  bench_quote(&p.bench, bench_spot("X"), bench_day(0), 100, 101);
  struct keel_order order = order_of(&p, bench_spot("X"));
  order.waits = 1;
  const double sent[] = {7, 4, -2};
  for (int i = 0; i < 3; i++) {
    p.qty[0] = sent[i];
    send(&p, &order);
  }
  market->time_ns = bench_day(1);
  bench_quote(&p.bench, bench_spot("X"), bench_day(1), 103, 105);
  poll(&p, 0);
  assert_true(p.filled[0] == -2 && p.price[0] == 103);
  p.qty[0] = 9;
  send(&p, &order);
  order.waits = 0;
  p.qty[0] = -5;
  send(&p, &order); /* at once, in the place of what rests */
  assert_true(p.filled[0] == -5);
  market->time_ns = bench_day(2);
  bench_quote(&p.bench, bench_spot("X"), bench_day(2), 103, 105);
  poll(&p, 0);
  assert_true(p.filled[0] == 0);
  order.waits = 1;
  p.qty[0] = 9;
  send(&p, &order);
  p.qty[0] = 0;
  send(&p, &order); /* called back */
  market->time_ns = bench_day(3);
  bench_quote(&p.bench, bench_spot("X"), bench_day(3), 103, 105);
  poll(&p, 0);
  assert_true(p.filled[0] == 0);
  bench_end(&p.bench);
}

static void paths_fill_by_themselves(void **state) {
  (void)state;
  struct paper_bench p;
  start(&p, 4);
  struct keel_market *market = &p.bench.block->market;
  market->time_ns = bench_day(0);
  bench_quote(&p.bench, bench_spot("X"), bench_day(0), 100, 101);
  size_t row = bench_row(&p.bench, bench_spot("X")) * 4;
  market->bid[row + 1] = 90, market->ask[row + 1] = 92;
  market->ask[row + 3] = NAN;
  struct keel_order order = order_of(&p, bench_spot("X"));
  const double qty[] = {1, -2, 0, 3};
  memcpy(p.qty, qty, sizeof qty);
  send(&p, &order);
  const double price[] = {101, 90, 0, 102};
  for (int i = 0; i < 4; i++) assert_true(p.filled[i] == qty[i] && p.price[i] == price[i]);
  order.waits = 1;
  send(&p, &order);
  for (int i = 0; i < 4; i++) assert_true(p.filled[i] == 0);
  market->time_ns = bench_day(1);
  market->quote_ns[row / 4] = bench_day(1);
  poll(&p, 0);
  for (int i = 0; i < 4; i++) assert_true(p.filled[i] == (i == 3 ? 0 : qty[i]));
  bench_end(&p.bench);
}

/* With the step: a decision fills at the next event's quotes, what comes before it counts as held, nothing doubles. */
static void the_step_over_paper(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -10);
  b.underlyings[0].implied_vol = 0.25;
  b.policies[0].execution.fill = KEEL_FILL_NEXT;
  assert_int_equal(bench_wire(&b, 1, NULL), KEEL_STATUS_OK);
  b.block = keel_block_new(&b.arena, &b.wiring, 0);
  b.block->venue = keel_paper_venue(keel_paper_new(&b.arena, &b.wiring));
  const double spots[] = {100, 103, 98, 101, 104};
  double held = 0, works = 0, cash = 0;
  for (int i = 0; i < 9; i++) { /* spot has a quote at even instants; options alone change at odd ones */
    int64_t time_ns = bench_day(0.5 * i);
    double spot = spots[i / 2], years = (30 - 0.5 * i) / 365, growth = exp(0.05 * 0.5 / 365);
    const keel_option option = {1, 100, 0.05, 0, years};
    if (i % 2 == 0) bench_quote(&b, bench_spot("X"), time_ns, spot - 0.1, spot + 0.1);
    bench_quote_mid(&b, bench_option(KEEL_KIND_CALL, 100, 30), time_ns, textbook_option(&option, spot, 0.25).price);
    bench_step(&b, time_ns, 1);
    cash = i ? cash * growth : 1000 * textbook_option(&option, spot, 0.25).price;
    if (i % 2 == 0) {
      cash -= works * (works > 0 ? spot + 0.1 : spot - 0.1);
      held += works;
      works = 0;
    }
    double wanted = 1000 * textbook_option(&option, spot, 0.25).delta;
    works = wanted - held;
    assert_close(keel_account_after(b.block, 0)->holding[0], held, 1e-8);
    assert_close(keel_account_after(b.block, 0)->working[0], works, 1e-8);
    assert_close(keel_account_after(b.block, 0)->cash[0], cash, 1e-6);
  }
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_at_the_quotes),
      cmocka_unit_test(fills_at_the_mark_without_a_quote),
      cmocka_unit_test(a_stale_quote_gives_its_spread_alone),
      cmocka_unit_test(what_waits_fills_at_the_next_quote),
      cmocka_unit_test(a_new_order_replaces_what_rests),
      cmocka_unit_test(paths_fill_by_themselves),
      cmocka_unit_test(the_step_over_paper),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
