#include "drive/strategy_check.h"

#include "drive/strategy_support.h"

#define TWO_OF(first, second) "book: [{underlying: X, kind: " first "}, {underlying: X, kind: " second "}]"
#define OPTION(kind, more) kind ", strike: 100, expiry: 2024-03-15, qty: 1" more

static void combinations_without_sense_are_refused(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {EXTRA, "run: {start: 2024-03-01, end: 2024-02-01}", "s.yaml:5: run.end", "is before `run.start`"},
      {EXTRA, "run: {start: 2024-03-16}", "s.yaml:1: book.0.expiry", "is not after `run.start`"},
      {MARKET, "market: {rate: 0}\nrun: {years: 1, show: 5, start: 2024-01-02, end: 2024-01-01}", "s.yaml:3: run.end",
       "is before `run.start`"},
  };
  assert_refused(cases, COUNT(cases));
}

static void a_contract_is_in_a_book_once(void **state) {
  (void)state;
  static const struct strategy_case cases[] = {
      {BOOK, TWO_OF(OPTION("call", ""), OPTION("call", ", multiplier: 100")), "s.yaml:1: book.1",
       "is a duplicate: X call 100 2024-03-15 is in line 1 already"},
      {BOOK, TWO_OF(OPTION("call", ""), OPTION("call", ", multiplier: 10")), "s.yaml:1: book.1.multiplier",
       "is 10, and 100 for the same contract in line 1"},
      {BOOK, TWO_OF(OPTION("call", ", exercise: american"), OPTION("call", "")), "s.yaml:1: book.1.exercise",
       "is european, and american for the same contract in line 1"},
      {BOOK, TWO_OF("spot, qty: 1", "spot, qty: 2"), "s.yaml:1: book.1", "is a duplicate: X spot is in line 1 already"},
  };
  assert_refused(cases, COUNT(cases));
  keel_strategy_free(strategy_accepted(BOOK, TWO_OF(OPTION("call", ""), OPTION("put", ""))));
}

static void doubtful_combinations_warn(void **state) {
  (void)state;
  static const struct {
    enum strategy_line line;
    const char *text, *warning; /* how the only one starts; NULL: none */
  } cases[] = {
      {MARKET, "market: {rate: 0, stale: 2d}", "s.yaml:2: market.stale: is longer than `every` of the trigger"},
      {MARKET, "market: {rate: 0, stale: 1d}", NULL},
      {MARKET, "market: {rate: 0, implied_vol: 0.2, forward: parity}", "s.yaml:2: market.implied_vol: is given beside"},
      {MARKET, "market: {rate: 0, implied_vol: 0.2}", NULL},
      {EXTRA, "run: {matched: true, paths: 256}", "s.yaml:5: run.matched: makes all paths depend on each other"},
      {EXTRA, "run: {matched: true, paths: 257}", NULL},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct keel_strategy *strategy = strategy_accepted(cases[i].line, cases[i].text);
    size_t count = keel_strategy_warning_count(strategy);
    assert_int_equal(count, cases[i].warning != NULL);
    if (count) assert_memory_equal(keel_strategy_warning(strategy, 0), cases[i].warning, strlen(cases[i].warning));
    keel_strategy_free(strategy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(combinations_without_sense_are_refused),
      cmocka_unit_test(a_contract_is_in_a_book_once),
      cmocka_unit_test(doubtful_combinations_warn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
