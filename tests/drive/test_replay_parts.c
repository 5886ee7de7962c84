/* Parts: what a replay does not depend on: threads, the other variants, the order of positions; and what it never
 * leaves out.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive/replay.h"
#include "keel/import.h"
#include "support/support.h"

/* ---- a small market ---- */

static const double spots[] = {100, 102.5, 101, 98, 99.5, 97};
enum { DAYS = sizeof spots / sizeof *spots };

/* Options of two underlyings at each close; X's future at noon, where nothing else is quoted. The put of X has a bid on
 * the days [put_from, put_end) alone, a call that expires on the third day has quotes before it. */
struct market {
  int put_from, put_end;
};
static const struct market whole = {0, DAYS};

static void add_day(char *text, size_t size, int day, struct market market) {
  double spot = spots[day], call = 0.6 * (spot - 90), put = call - spot * (1 - 0.002 * day) + 100;
  const char *put_bid = day >= market.put_from && day < market.put_end ? "0.3" : "";
  size_t used = strlen(text);
  snprintf(text + used, size - used,
           "2024-03-0%d,X,%g,%g,call,100,2024-03-15,%g,%g,100\n"
           "2024-03-0%d,X,%g,%g,put,100,2024-03-15,%s,%g,100\n"
           "2024-03-0%d,A,%g,%g,call,50,2024-03-15,%g,%g,100\n"
           "2024-03-0%dT12:00,X,,,future,,2024-03-15,%g,%g,50\n",
           day + 4, spot, spot, call - 0.1, call + 0.1, day + 4, spot, spot, put_bid, 2 * put - 0.3, day + 4, spot / 2,
           spot / 2, call / 2 - 0.1, call / 2 + 0.1, day + 4, spot * 1.01 - 0.1, spot * 1.01 + 0.1);
  used = strlen(text);
  if (day < 2) snprintf(text + used, size - used, "2024-03-0%d,X,,,call,100,2024-03-06,3,4,100\n", day + 4);
}

static void write_tape(const char *name, struct market market) {
  static const char map[] =
      "columns: {time: t, underlying: u, spot_bid: sb, spot_ask: sa, kind: k, strike: x, expiry: e, bid: b, ask: a, "
      "multiplier: m}\nconstants: {exercise: european}\n";
  char text[8192] = "t,u,sb,sa,k,x,e,b,a,m\n";
  for (int day = 0; day < DAYS; day++) add_day(text, sizeof text, day, market);
  char file[1024], map_path[1024];
  snprintf(file, sizeof file, "%s", keel_scratch_write("market.csv", text, strlen(text)));
  snprintf(map_path, sizeof map_path, "%s", keel_scratch_write("map.yaml", map, strlen(map)));
  const char *files[] = {file};
  keel_import_result result;
  keel_error error;
  keel_import_options options = {.map_path = map_path};
  if (keel_import(files, 1, keel_scratch(name), &options, &result, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
}

/* ---- running ---- */

static const char strategy_text[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2024-03-15, qty: -10}\n"
    "  - {underlying: A, kind: call, strike: 50, expiry: 2024-03-15, qty: 7}\n"
    "market: {tape: market.tape, rate: 0.03}\n"
    "hedge: {trigger: {every: step}, with: [{instrument: spot, lot: 1}]}\n"
    "costs: {half_spread_bps: 2}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";
static const char variants[] =
    "variants=[{name: future, hedge: {with: [{instrument: future, underlying: X, expiry: 2024-03-15, multiplier: 50}, "
    "{instrument: spot}]}}, {name: none, hedge: {target: {none: true}}}, {name: band, hedge: {trigger: {band: {shares: "
    "5}}}}]";

struct result {
  keel_strategy *strategy;
  keel_replay *replay;
  keel_error error;
};

static struct result run(const char *set, const char *also, int threads) {
  struct result result = {0};
  const char *sets[] = {set, also};
  keel_replay_options options = {.threads = threads};
  const char *path = keel_scratch_write("s.yaml", strategy_text, strlen(strategy_text));
  if (keel_strategy_load(path, sets, (set != NULL) + (also != NULL), &result.strategy, &result.error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", result.error.where, result.error.what);
  keel_replay_run(result.strategy, &options, &result.replay, &result.error);
  return result;
}

static struct result ran(const char *set, const char *also, int threads) {
  struct result result = run(set, also, threads);
  if (!result.replay) fail_msg("%s: %s", result.error.where, result.error.what);
  return result;
}

static void done(struct result result) {
  keel_replay_free(result.replay);
  keel_strategy_free(result.strategy);
}

static void refuses(const char *set, const char *where, const char *what) {
  struct result result = run(set, NULL, 1);
  assert_null(result.replay);
  if (!strstr(result.error.where, where) || !strstr(result.error.what, what))
    fail_msg("got \"%s: %s\", want \"%s\" and \"%s\"", result.error.where, result.error.what, where, what);
  done(result);
}

/* ---- what it does not depend on ---- */

/* The strategy's own rows, one after the other. */
static size_t own_rows(const struct result *result, struct keel_ledger_row *rows, size_t room) {
  size_t count = 0;
  for (size_t i = 0; i < result->replay->row_count; i++) {
    if (result->replay->rows[i].variant != 0) continue;
    assert_true(count < room);
    rows[count++] = result->replay->rows[i];
  }
  return count;
}

static void variants_and_threads_change_nothing(void **state) {
  (void)state;
  write_tape("market.tape", whole);
  struct keel_ledger_row alone[64], beside[64];
  struct result own = ran(NULL, NULL, 1), all = ran(variants, NULL, 1);
  size_t count = own_rows(&own, alone, 64);
  assert_int_equal(count, own_rows(&all, beside, 64));
  assert_true(keel_ledger_rows_hash(alone, count) == keel_ledger_rows_hash(beside, count));
  for (int threads = 2; threads <= 5; threads++) {
    struct result other = ran(variants, NULL, threads);
    char *one = keel_replay_json(all.replay), *two = keel_replay_json(other.replay);
    assert_string_equal(one, two);
    free(one);
    free(two);
    done(other);
  }
  done(own);
  done(all);
}

static void the_order_of_positions_changes_nothing(void **state) {
  (void)state;
  write_tape("market.tape", whole);
  struct result one = ran(NULL, NULL, 1);
  struct result two =
      ran("book=[{underlying: A, kind: call, strike: 50, expiry: 2024-03-15, qty: 7}, {underlying: X, kind: call, "
          "strike: 100, expiry: 2024-03-15, qty: -10}]",
          NULL, 1);
  assert_true(keel_ledger_hash(one.replay) == keel_ledger_hash(two.replay));
  done(one);
  done(two);
}

/* The book is marked by its own expiry's parity, also when that goes and a future has its view of the forward. */
static void the_hedge_does_not_change_what_the_book_is(void **state) {
  (void)state;
  write_tape("market.tape", (struct market){0, 3});
  /* a future that is watched and never held, as the basis of a held one is carry of its own */
  static const char watched[] =
      "variants=[{name: future, hedge: {target: {none: true}, with: [{instrument: future, underlying: X, expiry: "
      "2024-03-15, multiplier: 50}, {instrument: spot}]}}]";
  struct result all = ran(watched, "market.forward=parity", 1);
  double carry = keel_replay_explained(all.replay, 0, KEEL_COMPONENT_CARRY);
  assert_true(fabs(carry) > 10);
  assert_close(keel_replay_explained(all.replay, 1, KEEL_COMPONENT_CARRY), carry, 0.02 * fabs(carry));
  done(all);
}

/* ---- what it never leaves out ---- */

static void the_ledger_adds_up_to_the_total_of_each_variant(void **state) {
  (void)state;
  write_tape("market.tape", whole);
  struct result all = ran(variants, NULL, 1);
  for (size_t v = 0; v < keel_replay_variants(all.replay); v++) {
    keel_replay_totals totals;
    keel_replay_total(all.replay, v, &totals);
    double pnl = 0;
    for (size_t i = 0; i < all.replay->row_count; i++)
      if (all.replay->rows[i].variant == v) pnl += all.replay->rows[i].pnl;
    assert_close(pnl, totals.pnl, 1e-12 * totals.gross);
    assert_true(fabs(totals.pnl) > 1);
  }
  done(all);
}

static void a_position_that_expires_before_the_book_enters_is_an_error(void **state) {
  (void)state;
  static const char two_expiries[] =
      "book=[{underlying: X, kind: call, strike: 100, expiry: 2024-03-06, qty: 1}, {underlying: X, kind: put, strike: "
      "100, expiry: 2024-03-15, qty: 1}]";
  write_tape("market.tape", whole);
  done(ran(two_expiries, NULL, 1));
  write_tape("market.tape", (struct market){3, DAYS});
  refuses(two_expiries, "market.tape", "X call 100 2024-03-06 expires before its book can enter");
}

/* What the tape has beyond the last expiry is not played: the first three closes are the whole run. */
static void a_replay_ends_with_its_book(void **state) {
  (void)state;
  write_tape("market.tape", whole);
  struct result result = ran("book=[{underlying: X, kind: call, strike: 100, expiry: 2024-03-06, qty: 1}]", NULL, 1);
  assert_int_equal(keel_replay_instants(result.replay), 3);
  done(result);
}

static void what_the_tape_says_of_a_contract_holds(void **state) {
  (void)state;
  write_tape("market.tape", whole);
  refuses("book.0.multiplier=10", "s.yaml:2: multiplier", "is 10, and on the tape X call 100 2024-03-15 has 100");
  refuses("book.0.exercise=american", "s.yaml:2: exercise",
          "is american, and on the tape X call 100 2024-03-15 is european");
  refuses("hedge.with=[{instrument: future, underlying: X, expiry: 2024-03-15, multiplier: 5}, {instrument: spot}]",
          "hedge.with", "multiplier is 5, and on the tape X future 2024-03-15 has 50");
  refuses("hedge.with=[{instrument: future, underlying: X, expiry: 2024-06-21, multiplier: 50}, {instrument: spot}]",
          "hedge.with", "X future 2024-06-21 is not on the tape");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(variants_and_threads_change_nothing),
      cmocka_unit_test(the_order_of_positions_changes_nothing),
      cmocka_unit_test(the_hedge_does_not_change_what_the_book_is),
      cmocka_unit_test(the_ledger_adds_up_to_the_total_of_each_variant),
      cmocka_unit_test(a_position_that_expires_before_the_book_enters_is_an_error),
      cmocka_unit_test(a_replay_ends_with_its_book),
      cmocka_unit_test(what_the_tape_says_of_a_contract_holds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
