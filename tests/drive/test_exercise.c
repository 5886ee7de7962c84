/* Exercises and assignments before expiry, from a CSV to ledger and risk, and expiry at the opening: P&L by a second
 * computation from spot and marks, and what is refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/generated_market.h"
#include "drive/snapshot.h"
#include "support/support.h"

#define PUT "underlying: GEN, kind: put, exercise: american, strike: 104, expiry: 2024-03-01T21:00:00Z"
#define ROW ",GEN,put,104,2024-03-01T21:00:00Z,"
static const char header[] = "time,event,underlying,kind,strike,expiry,id,qty,fees,settlement\n";

/* Three puts sold and ten shares, at no rate; `fills` are rows of the CSV, "" for none. */
static const char *strategy_file(const char *name, const char *settlement, const char *fills) {
  char text[2048], csv[1024], file[64];
  generated_market();
  snprintf(file, sizeof file, "%s.csv", name);
  snprintf(csv, sizeof csv, "%s%s", header, fills);
  keel_scratch_write(file, csv, strlen(csv));
  snprintf(text, sizeof text,
           "book: [{" PUT
           ", qty: -3}, {underlying: GEN, kind: spot, qty: 10}]\n"
           "market: {tape: generated.tape, rate: 0, implied_vol: 0.2, settlement: %s}\n"
           "hedge: {trigger: {band: {shares: 1}}, with: [{instrument: spot, lot: 0}]}\n"
           "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
           "variants: [{name: none, hedge: {target: {none: true}}}]\n"
           "%s%s%s\n",
           settlement, *fills ? "fills: {file: " : "", *fills ? file : "", *fills ? "}" : "");
  return keel_scratch_write(name, text, strlen(text));
}

static double pnl_of(const keel_replay *replay, size_t variant) {
  keel_replay_totals totals;
  keel_replay_total(replay, variant, &totals);
  double sum = 0;
  for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_replay_explained(replay, variant, c);
  assert_close(sum, totals.pnl, 1e-12 * totals.gross);
  return totals.pnl;
}

/* The last row of a variant at or before an instant. */
static const struct keel_ledger_row *row_at(const keel_replay *replay, uint32_t variant, int64_t time_ns) {
  const struct keel_ledger_row *found = NULL;
  for (size_t i = 0; i < replay->row_count; i++)
    if (replay->rows[i].variant == variant && replay->rows[i].time_ns <= time_ns) found = &replay->rows[i];
  assert_non_null(found);
  return found;
}

/* Of two of the three puts: shares at 104, or money. The hedge starts from what was delivered. */
static void check_assignment(const char *settlement, double shares) {
  struct keel_strategy *strategies[2];
  keel_replay *plain = replay_of(strategy_file("plain.yaml", settlement, ""), NULL, 0, 1, &strategies[0]);
  const char *path = strategy_file("assigned.yaml", settlement, "2024-01-12T23:00:00Z,assignment" ROW "n1,2,5,\n");
  keel_replay *replay = replay_of(path, NULL, 0, 1, &strategies[1]);
  int64_t day = KEEL_NS_PER_DAY, when = keel_days_from_civil(2024, 1, 12) * day + 23 * day / 24;
  const struct keel_ledger_row *now = row_at(replay, 0, when), *before = row_at(replay, 0, when - 1);
  assert_int_equal(now->time_ns, when);
  assert_close(now->holding, -now->hedge_delta, 1e-9);
  assert_close(now->trade, now->holding - before->holding - shares, 1e-9);
  double delivered = 0;
  for (size_t i = 0; i < replay->row_count; i++)
    delivered += replay->rows[i].variant == 0 ? replay->rows[i].delivered : 0;
  assert_close(now->delivered, shares, 0);
  assert_close(delivered, shares, 0);
  double spot = now->spot, end = plain->rows[plain->row_count - 1].spot;
  double book = (row_at(plain, 0, INT64_MAX)->book_value - 10 * end) / -3; /* a put at the end */
  double made = 200 * (104 - end) - 2 * book;                              /* by then, had it been held */
  if (shares == 0) made = 200 * (104 - spot) - 2 * book;
  assert_close(pnl_of(replay, 1), pnl_of(plain, 1) - made - 5, 1e-8);
  assert_close(row_at(replay, 1, INT64_MAX)->trade, -shares, 1e-9); /* sold at the end */
  double settled = keel_replay_explained(replay, 0, KEEL_COMPONENT_SETTLEMENT);
  assert_close(settled, now->explain[KEEL_COMPONENT_SETTLEMENT], 1e-12);
  assert_true(settled + 5 > -1e-9); /* the mark is not below intrinsic */
  pnl_of(replay, 0);
  keel_replay *both[] = {plain, replay};
  for (int k = 0; k < 2; k++) {
    keel_replay_free(both[k]);
    keel_strategy_free(strategies[k]);
  }
}

static void an_assignment_delivers_and_is_hedged(void **state) {
  (void)state;
  check_assignment("physical", 200);
  check_assignment("cash", 0);
}

/* Who looks at the book alone sees the shares in it, and P&L without a jump. */
static void a_snapshot_holds_what_was_delivered(void **state) {
  (void)state;
  const char *path = strategy_file("assigned.yaml", "physical", "2024-01-12T23:00:00Z,assignment" ROW "n1,2,5,\n");
  struct keel_strategy *strategy;
  keel_replay *replay = replay_of(path, NULL, 0, 1, &strategy);
  struct keel_snapshot snapshot;
  keel_error error = {0};
  const struct keel_snapshot_query query = {.at_ns = KEEL_TIME_NONE, .since_ns = KEEL_SNAPSHOT_START};
  if (keel_snapshot_take(&snapshot, strategy, &query, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(snapshot.count, 2);
  assert_close(snapshot.positions[0].units, 10 + 200, 0);
  assert_close(snapshot.positions[1].units, -100, 0);
  double value = 0;
  for (size_t i = 0; i < 2; i++) value += snapshot.positions[i].units * snapshot.mark[i];
  assert_close(value, snapshot.block->totals.value[0], 1e-9);
  /* The tape has no instant at the assignment, so this books it at the next one, at that spot: the same for a put and
   * its shares together. */
  assert_close(value - snapshot.moves[0].value + snapshot.moves[0].cash, pnl_of(replay, 1), 1e-8);
  keel_snapshot_fini(&snapshot);
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

/* ---- expiry at the opening ---- */

/* Spot at the close before, at 9:30 and at the close of the day: two calls, of which one ends at the opening. */
static void write_opening_tape(void) {
  static const double spots[] = {100, 107, 103};
  static const int hours[] = {-3, 14, 21}; /* from midnight UTC of 2024-02-16, in winter */
  struct keel_tape_writer *writer;
  keel_error error;
  assert_int_equal(keel_tape_writer_open(keel_scratch("opening.tape"), &writer, &error), KEEL_STATUS_OK);
  struct keel_contract contract = {
      .underlying = "X", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};
  uint32_t id = keel_tape_writer_contract(writer, &contract);
  int64_t midnight = keel_days_from_civil(2024, 2, 16) * KEEL_NS_PER_DAY;
  for (int i = 0; i < 3; i++) {
    int64_t half_hours = 2 * hours[i] + (i == 1);
    struct keel_tape_instant instant = {midnight + half_hours * 1800 * KEEL_NS_PER_SECOND, 1, &id, &spots[i],
                                        &spots[i]};
    assert_int_equal(keel_tape_writer_instant(writer, &instant, &error), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_tape_writer_close(writer, &error), KEEL_STATUS_OK);
}

static void an_expiry_at_the_opening_settles_there(void **state) {
  (void)state;
  static const char text[] =
      "book:\n"
      "  - {underlying: X, kind: call, strike: 100, expiry: 2024-02-16T09:30, qty: 1}\n"
      "  - {underlying: X, kind: call, strike: 100, expiry: 2024-02-16, qty: -1}\n"
      "market: {tape: opening.tape, rate: 0, implied_vol: 0.2}\n"
      "hedge: {target: {none: true}}\n"
      "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";
  write_opening_tape();
  struct keel_strategy *strategy;
  keel_replay *replay = replay_of(keel_scratch_write("opening.yaml", text, strlen(text)), NULL, 0, 1, &strategy);
  assert_int_equal(replay->parts[0].instants, 3);
  assert_close(pnl_of(replay, 0), 700 - 300 - replay->rows[0].book_value, 1e-9);
  for (size_t i = 0; i < replay->problem_count; i++) assert_string_not_equal(replay->problems[i].kind, "settled_late");
  keel_replay_free(replay);
  keel_strategy_free(strategy);
}

static void refuses(const char *fills, const char *set, const char *where, const char *what) {
  keel_error error = {0};
  keel_strategy *strategy;
  keel_replay *replay;
  const char *path = strategy_file("refused.yaml", "physical", fills);
  if (!keel_strategy_load(path, &set, set ? 1 : 0, &strategy, &error)) {
    assert_int_not_equal(keel_replay_run(strategy, NULL, &replay, &error), KEEL_STATUS_OK);
    keel_strategy_free(strategy);
  }
  if (!strstr(error.where, where) || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
}

static void what_cannot_be_is_refused(void **state) {
  (void)state;
  refuses("2024-01-12,assignment" ROW "n1,2,,\n2024-01-13,assignment" ROW "n2,2,,\n", NULL, "refused.yaml.csv:3: qty",
          "is 2, assignment of more than is held of GEN put 104 2024-03-01 at that time, -1");
  refuses("2024-01-12,exercise" ROW "n1,-1,,\n", NULL, "refused.yaml.csv:2: qty", "of more than is held");
  refuses("2024-01-12,assignment,GEN,call,105,2024-03-01T21:00:00Z,n1,1,,\n", NULL, "refused.yaml.csv:2: event",
          "the option is european");
  refuses("2023-12-29,assignment" ROW "n1,1,,\n", "run.earlier_fills=enter", "refused.yaml.csv:2: event",
          "run.earlier_fills: held");
  refuses("2024-01-12,assignment" ROW "n1,1,,cash\n", "book.0.settlement=physical", "settlement", "a contract has one");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_assignment_delivers_and_is_hedged), cmocka_unit_test(a_snapshot_holds_what_was_delivered),
      cmocka_unit_test(an_expiry_at_the_opening_settles_there), cmocka_unit_test(what_cannot_be_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
