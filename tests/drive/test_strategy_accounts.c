#include <math.h>

#include "drive/accounts.h"
#include "drive/strategy_support.h"

#define CALL "underlying: X, kind: call, strike: 100, expiry: 2024-03-15"
#define BOOK_OF(rest) "book: [{account: a, " CALL ", qty: -10}, {account: b, " CALL ", qty: 4}" rest "]"

/* A strategy whose book has that text, and in place of EXTRA another. */
static keel_status read_with(const char *book, const char *extra, struct keel_strategy **strategy, keel_error *error) {
  char all[4096];
  snprintf(all, sizeof all, "%s\n%s\n%s\n%s\n%s\n", book, strategy_lines[MARKET], strategy_lines[HEDGE],
           strategy_lines[LIMITS], extra);
  struct keel_strategy_source source = {.path = "s.yaml", .text = all, .length = strlen(all)};
  return keel_strategy_read(&source, NULL, 0, strategy, error);
}

static struct keel_strategy *read_ok(const char *book, const char *extra) {
  struct keel_strategy *strategy;
  keel_error error = {0};
  if (read_with(book, extra, &strategy, &error)) fail_msg("%s: %s", error.where, error.what);
  return strategy;
}

static void a_book_that_names_none_has_none(void **state) {
  (void)state;
  struct keel_strategy *strategy = read_ok(strategy_lines[BOOK], "");
  assert_int_equal(strategy->account_count, 0);
  assert_null(strategy->sleeves);
  assert_int_equal(keel_strategy_account_count(strategy), 1);
  assert_string_equal(keel_strategy_account_name(strategy, 0), "");
  assert_ptr_equal(keel_strategy_account_variant(strategy, 0, 0), &strategy->variants[0]);
  keel_strategy_free(strategy);
}

static void accounts_are_listed_by_name(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      read_ok(BOOK_OF(", {underlying: Y, kind: spot, qty: 1}, {underlying: X, account: b, kind: spot, qty: 2}"),
              "fills: [{id: 1, time: 2024-02-01, account: c, underlying: Y, kind: spot, qty: 1, price: 9}]");
  static const char *const names[] = {"", "a", "b", "c"};
  static const struct keel_sleeve sleeves[] = {{0, 1}, {0, 2}, {1, 0}, {1, 3}};
  assert_int_equal(strategy->account_count, 4);
  for (size_t a = 0; a < 4; a++) assert_string_equal(keel_strategy_account_name(strategy, a), names[a]);
  assert_int_equal(strategy->sleeve_count, 4);
  for (size_t s = 0; s < 4; s++)
    assert_true(strategy->sleeves[s].number == sleeves[s].number && strategy->sleeves[s].account == sleeves[s].account);
  keel_strategy_free(strategy);
}

static void an_account_differs_by_what_it_says(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      read_ok(BOOK_OF(""),
              "costs: {half_spread_bps: 2, fee_per_share: 0.01, open: waive}\n"
              "variants: [{name: edge, hedge: {trigger: {band: {shares: 10}}, move: {to: edge}}}]\n"
              "accounts: [{name: b, hedge: {trigger: {band: {shares: 50}}}, limits: {order_qty_max: 7}, "
              "costs: {fee_tiers: [{from: 0, fee_per_share: 0.02}]}}]");
  assert_true(!keel_strategy_account_is_own(strategy, 0) && keel_strategy_account_is_own(strategy, 1));
  for (size_t v = 0; v < 2; v++) {
    const struct keel_policy *own = &keel_strategy_account_variant(strategy, 1, v)->policy;
    assert_int_equal(own->triggers[KEEL_EXPOSURE_DELTA].every, KEEL_EVERY_NONE);
    assert_same_bits(own->triggers[KEEL_EXPOSURE_DELTA].band_size, 50);
    assert_int_equal(own->move.to, v ? KEEL_MOVE_EDGE : KEEL_MOVE_CENTRE);
    assert_ptr_equal(keel_strategy_account_variant(strategy, 0, v), &strategy->variants[v]);
  }
  const struct keel_limits *limits = keel_strategy_account_limits(strategy, 1);
  const struct keel_costs *costs = keel_strategy_account_costs(strategy, 1);
  assert_true(limits->order_qty_max == 7 && limits->position_qty_max == 20000);
  assert_true(costs->half_spread_bps == 2 && costs->open_waived && costs->fees.tier_count == 1);
  assert_true(costs->fees.per_share == 0);
  assert_true(keel_strategy_account_limits(strategy, 0)->order_qty_max == 5000);
  assert_true(strategy->costs.fees.tier_count == 0);
  keel_strategy_free(strategy);
}

/* What an account pays is what its rules reckon with. */
static void rules_take_the_costs_of_their_account(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      read_ok(BOOK_OF(""),
              "costs: {half_spread_bps: 2}\n"
              "variants: [{name: band, hedge: {trigger: {optimal_band: {rule: whalley_wilmott, risk_aversion: 1}}}}]\n"
              "accounts: [{name: b, costs: {half_spread_bps: 8}}]");
  for (size_t a = 0; a < 2; a++) {
    const struct keel_policy *policy = &keel_strategy_account_variant(strategy, a, 1)->policy;
    assert_same_bits(policy->triggers[KEEL_EXPOSURE_DELTA].cost, (a ? 8 : 2) / 1e4);
  }
  keel_strategy_free(strategy);
}

/* A hedge has to cover what those hold who follow it, and nothing else. */
static void a_hedge_is_for_its_own_accounts(void **state) {
  (void)state;
  static const char book[] = "book: [{account: a, underlying: Y, kind: spot, qty: 5}, {account: b, " CALL ", qty: 4}]";
  struct keel_strategy *strategy;
  keel_error error = {0};
  strategy = read_ok(book, "accounts: [{name: a, hedge: {with: [{instrument: spot, underlying: Y}]}}]");
  keel_strategy_free(strategy);
  assert_int_equal(
      read_with(book, "accounts: [{name: a, hedge: {with: [{instrument: spot, underlying: X}]}}]", &strategy, &error),
      KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "s.yaml:5: accounts.0.hedge.with");
  assert_non_null(strstr(error.what, "has nothing that hedges `Y`"));
}

static void mistakes_have_their_place(void **state) {
  (void)state;
  static const struct {
    const char *book, *extra, *where, *what;
  } cases[] = {
      {BOOK_OF(""), "accounts: [{name: c}]", "s.yaml:5: accounts.0.name",
       "`c` is named by no position of the book; allowed: a, b"},
      {"book: [{" CALL ", qty: 1}]", "accounts: [{name: c}]", "s.yaml:5: accounts.0.name",
       "`c` is named by no position of the book; allowed: none, as no position names an account"},
      {BOOK_OF(""), "accounts: [{name: a}, {name: a}]", "s.yaml:5: accounts.1.name", "`a` is there already"},
      {BOOK_OF(""), "accounts: [{hedge: {}}]", "s.yaml:5: accounts.0.name", "is missing"},
      {BOOK_OF(""), "accounts: {a: {}}", "s.yaml:5: accounts", "has to be a list, as [{name: ..., hedge: {...}}]"},
      {BOOK_OF(""), "accounts: [{name: a, hedges: {}}]", "s.yaml:5: accounts.0.hedges",
       "is no field that is known here"},
      {BOOK_OF(""), "accounts: [{name: a, hedge: {triger: {}}}]", "s.yaml:5: accounts.0.hedge.triger",
       "is no field that is known here"},
      {BOOK_OF(""), "accounts: [{name: a, limits: {qty_max: 1}}]", "s.yaml:5: accounts.0.limits.qty_max",
       "is no field that is known here"},
      {BOOK_OF(""), "accounts: [{name: a, costs: {fee: 1}}]", "s.yaml:5: accounts.0.costs.fee",
       "is no field that is known here"},
      {BOOK_OF(""), "accounts: [{name: a, limits: {order_qty_max: 0}}]", "s.yaml:5: accounts.0.limits.order_qty_max",
       "is 0; allowed: above 0"},
      {BOOK_OF(""), "accounts: [{name: a, limits: {order_qty_max: 0.5}}]", "s.yaml:5: accounts.0.limits.order_qty_max",
       "is 0.5, below one lot (1)"},
      {BOOK_OF(""), "accounts: [{name: a, hedge: {move: {to: edge}}}]", "s.yaml:5: accounts.0.hedge.move.to",
       "is edge, and there is no band"},
      {BOOK_OF(", {account: a, " CALL ", qty: 2}"), "", "s.yaml:1: book.2", "is a duplicate"},
      {BOOK_OF(", {" CALL ", multiplier: 10, qty: 2}"), "", "s.yaml:1: book.2.multiplier",
       "is 10, and 100 for the same contract in line 1"},
      {BOOK_OF(", {account: \"\", " CALL ", qty: 2}"), "", "s.yaml:1: book.2.account", "is empty"},
      {BOOK_OF(", {account: total, " CALL ", qty: 2}"), "", "s.yaml:1: book.2.account",
       "is `total`, which tables call the whole"},
      {BOOK_OF(""), "fills: [{id: 1, time: 2024-02-01, account: a, " CALL ", multiplier: 10, qty: 1, price: 9}]",
       "s.yaml:5: multiplier", "is not that of the same contract"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_strategy *strategy;
    keel_error error = {0};
    if (!read_with(cases[i].book, cases[i].extra, &strategy, &error)) fail_msg("accepted: %s", cases[i].extra);
    if (strcmp(error.where, cases[i].where) != 0 || strncmp(error.what, cases[i].what, strlen(cases[i].what)) != 0)
      fail_msg("%s\n  says  %s: %s\n  want  %s: %s", cases[i].extra, error.where, error.what, cases[i].where,
               cases[i].what);
  }
}

static void an_offset_is_of_one_account(void **state) {
  (void)state;
  struct keel_strategy *strategy;
  keel_error error = {0};
  static const char *const overrides[] = {"overrides: {delta_offset: 5}",
                                          "underlyings: {X: {overrides: {delta_offset: 5}}}"};
  static const char *const where[] = {"s.yaml:2: market.overrides.delta_offset",
                                      "s.yaml:2: market.underlyings.X.overrides.delta_offset"};
  char all[2048];
  for (int i = 0; i < 4; i++) {
    int two = i % 2, own = i / 2;
    snprintf(all, sizeof all, "%s\nmarket: {tape: x.tape, rate: 0.05, %s}\n%s\n%s\n",
             two ? BOOK_OF("") : "book: [{account: a, " CALL ", qty: 1}]", overrides[own], strategy_lines[HEDGE],
             strategy_lines[LIMITS]);
    struct keel_strategy_source source = {.path = "s.yaml", .text = all, .length = strlen(all)};
    assert_int_equal(keel_strategy_read(&source, NULL, 0, &strategy, &error) != 0, two);
    if (!two) keel_strategy_free(strategy);
    if (two) assert_string_equal(error.where, where[own]);
  }
}

/* What came by `--set` has no line to name. */
static void two_fills_of_one_id_that_were_set(void **state) {
  (void)state;
  char all[4096];
  snprintf(all, sizeof all, "%s\n%s\n%s\n%s\n", BOOK_OF(""), strategy_lines[MARKET], strategy_lines[HEDGE],
           strategy_lines[LIMITS]);
  const char *sets[] = {"fills=[{account: a, " CALL ", id: f, time: 2024-03-01, qty: 1, price: 2}, {account: b, " CALL
                        ", id: f, time: 2024-03-01, qty: 1, price: 2}]"};
  struct keel_strategy_source source = {.path = "s.yaml", .text = all, .length = strlen(all)};
  struct keel_strategy *strategy;
  keel_error error = {0};
  assert_int_equal(keel_strategy_read(&source, sets, 1, &strategy, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "--set fills: id");
  assert_string_equal(error.what, "is that of another fill; give each its own; it is in --set fills");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_book_that_names_none_has_none),    cmocka_unit_test(accounts_are_listed_by_name),
      cmocka_unit_test(an_account_differs_by_what_it_says), cmocka_unit_test(rules_take_the_costs_of_their_account),
      cmocka_unit_test(a_hedge_is_for_its_own_accounts),    cmocka_unit_test(mistakes_have_their_place),
      cmocka_unit_test(an_offset_is_of_one_account),        cmocka_unit_test(two_fills_of_one_id_that_were_set)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
