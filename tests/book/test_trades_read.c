#include "book/trades_read.h"

#include <stdio.h>
#include <string.h>

#include "book/book_read.h"
#include "support/support.h"

/* Reads `book: ...` and `fills: ...`, from a text whose folder is the scratch folder. */
static keel_status read_fills(struct keel_arena *arena, const char *text, struct keel_trades *trades,
                              keel_error *error) {
  char folder[512];
  snprintf(folder, sizeof folder, "%s", keel_scratch("x"));
  *strrchr(folder, '/') = '\0';
  struct keel_field_context context = {.folder = keel_arena_text(arena, folder, strlen(folder))};
  assert_int_equal(keel_calendar_find("nyse", &context.calendar, NULL), KEEL_STATUS_OK);
  struct keel_config_reader reader = {.arena = arena, .context = &context, .error = error};
  struct keel_config_node *root;
  assert_int_equal(keel_config_parse(arena, "s.yaml", text, strlen(text), &root, error), KEEL_STATUS_OK);
  struct keel_book book = {0};
  *trades = (struct keel_trades){0};
  assert_int_equal(keel_book_read(&reader, keel_config_child(root, "book"), &book), KEEL_STATUS_OK);
  return keel_trades_read(&reader, keel_config_child(root, "fills"), &book, trades);
}

#define BOOK "book: [{underlying: X, kind: call, exercise: american, strike: 100, expiry: 2024-03-15, qty: -2}]\n"

static void a_list_and_a_csv_are_the_same_fills(void **state) {
  (void)state;
  static const char list[] = BOOK
      "fills:\n"
      "  - {time: 2024-03-01T15:00, id: b, underlying: X, kind: call, strike: 100, expiry: 2024-03-15, qty: 2, price: "
      "5}\n"
      "  - {time: 2024-03-01T10:00, id: a, underlying: Y, kind: future, expiry: 2024-03-15, multiplier: 50, qty: -1, "
      "price: 80, fees: 2.5}\n"
      "  - {time: 2024-03-01T15:00, id: 0, underlying: X, kind: spot, qty: 10, price: 101}\n";
  static const char csv[] =
      "id,time,underlying,kind,exercise,strike,expiry,multiplier,qty,price,fees\n"
      "b,2024-03-01T15:00,X,call,,100,2024-03-15,,2,5,\n"
      "a,2024-03-01T10:00,Y,future,,,2024-03-15,50,-1,80,2.5\n"
      "b,2024-03-01T15:00,X,call,,100,2024-03-15,100,2,5,0\n"
      "0,2024-03-01T15:00,X,spot,,,,,10,101,\n";
  keel_scratch_write("fills.csv", csv, sizeof csv - 1);
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_trades a, b;
  keel_error error = {0};
  if (read_fills(&arena, list, &a, &error)) fail_msg("%s: %s", error.where, error.what);
  if (read_fills(&arena, BOOK "fills: {file: fills.csv}", &b, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(a.count, 3);
  assert_int_equal(b.count, 3);
  assert_int_equal(a.repeated, 0);
  assert_int_equal(b.repeated, 1);
  static const char *const order[] = {"a", "b", "0"};
  static const double multipliers[] = {50, 100, 1}, fees[] = {2.5, 0, 0};
  for (size_t i = 0; i < 3; i++) {
    const struct keel_trade *s = &a.trades[i], *t = &b.trades[i];
    assert_string_equal(s->id, order[i]);
    assert_string_equal(t->id, order[i]);
    assert_true(keel_contract_same(&s->position.contract, &t->position.contract));
    assert_true(s->time_ns == t->time_ns && s->price == t->price && s->position.qty == t->position.qty);
    assert_same_bits(s->position.contract.multiplier, multipliers[i]);
    assert_same_bits(t->position.contract.multiplier, multipliers[i]);
    assert_same_bits(s->fees, fees[i]);
    assert_same_bits(t->fees, fees[i]);
  }
  keel_arena_fini(&arena);
}

static void says_which_fill_is_wrong_and_why(void **state) {
  (void)state;
#define FILL "{time: 2024-03-01T15:00, id: b, underlying: X, kind: call, strike: 100, expiry: 2024-03-15, "
  static const char *const cases[][3] = {
      {"fills: 7", "s.yaml:2: fills", "has to be a list of fills"},
      {"fills: {file: nowhere.csv}", "nowhere.csv", "No such file"},
      {"fills: [" FILL "qty: 1}]", "s.yaml:2: fills.0.price", "is missing"},
      {"fills: [" FILL "qty: 0, price: 1}]", "s.yaml:2: fills.0.qty", "is 0"},
      {"fills: [" FILL "qty: 1, price: -1}]", "s.yaml:2: fills.0.price", "is -1"},
      {"fills: [" FILL "qty: 1, price: 1, years: 1}]", "s.yaml:2: fills.0.years", "is no field"},
      {"fills: [{time: 2024-03-01, id: b, underlying: X, kind: call, expiry: 2024-03-15, qty: 1, price: 1}]",
       "s.yaml:2: fills.0.strike", "is missing"},
      {"fills: [{time: 2024-03-15, id: b, underlying: X, kind: call, strike: 1, expiry: 2024-03-15, qty: 1, price: 1}]",
       "s.yaml:2: fills.0.time", "is not before the contract's expiry"},
      {"fills: [" FILL "qty: 1, price: 1},\n " FILL "qty: 1, price: 2}]", "s.yaml:3: id", "of another fill"},
      {"fills: [" FILL "qty: 1, price: 1, multiplier: 10}]", "s.yaml:2: multiplier", "a contract has one"},
      {"fills: [" FILL "qty: 1, price: 1, exercise: european}]", "s.yaml:2: exercise", "a contract has one"},
      {"fills: [" FILL "qty: 1, event: assignment, price: 1}]", "s.yaml:2: fills.0.price", "the strike is its price"},
      {"fills: [" FILL "qty: -1, event: assignment}]", "s.yaml:2: fills.0.qty", "above 0"},
      {"fills: [" FILL "qty: 1, event: exercise}]", "s.yaml:2: fills.0.qty", "below 0"},
      {"fills: [" FILL "qty: 1, event: expiry}]", "s.yaml:2: fills.0.event", "fill, exercise, assignment"},
      {"fills: [" FILL "qty: 1, event: assignment, exercise: european}]", "s.yaml:2: fills.0.exercise", "american"},
      {"fills: [{time: 2024-03-01, id: b, underlying: X, kind: spot, qty: 1, event: assignment}]",
       "s.yaml:2: fills.0.event", "belongs to options"},
      {"fills: [" FILL "qty: 1, event: assignment},\n " FILL "qty: 2, event: assignment}]", "s.yaml:3: id",
       "of another fill"},
      {"fills: [" FILL "qty: 1, price: 1, settlement: cash},\n {time: 2024-03-02, id: c, underlying: X, kind: call, "
       "strike: 100, expiry: 2024-03-15, qty: 1, price: 1},\n {time: 2024-03-02, id: d, underlying: X, kind: call, "
       "strike: 100, expiry: 2024-03-15, qty: 1, price: 1, settlement: physical}]",
       "s.yaml:4: settlement", "a contract has one"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_arena arena;
    keel_arena_init(&arena);
    char text[1024];
    snprintf(text, sizeof text, BOOK "%s\n", cases[i][0]);
    struct keel_trades trades;
    keel_error error = {0};
    if (!read_fills(&arena, text, &trades, &error)) fail_msg("accepted: %s", cases[i][0]);
    if (!strstr(error.where, cases[i][1]) || !strstr(error.what, cases[i][2]))
      fail_msg("%s\n  says %s: %s", cases[i][0], error.where, error.what);
    keel_arena_fini(&arena);
  }
}

static void an_assignment_is_at_the_strike(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_trades trades;
  keel_error error = {0};
  static const char text[] = BOOK "fills: [" FILL "qty: 1, event: assignment, settlement: physical, fees: 3},\n" FILL
                                  "qty: 1, event: assignment, settlement: physical, fees: 3}]\n";
  if (read_fills(&arena, text, &trades, &error)) fail_msg("%s: %s", error.where, error.what);
  assert_int_equal(trades.count, 1);
  assert_int_equal(trades.repeated, 1);
  const struct keel_trade *trade = &trades.trades[0];
  assert_int_equal(trade->event, KEEL_TRADE_ASSIGNMENT);
  assert_true(trade->price == 0 && trade->fees == 3);
  assert_int_equal(trade->position.contract.settlement, KEEL_SETTLEMENT_PHYSICAL);
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_list_and_a_csv_are_the_same_fills),
                                     cmocka_unit_test(an_assignment_is_at_the_strike),
                                     cmocka_unit_test(says_which_fill_is_wrong_and_why)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
