/* Notes that several results share. */
#include "drive/notes.h"

#include "hedge/bench_market.h"

/* A dividend is of note between an instant and the expiry of an American option that is held, or hedges. */
static void dividends_of_american_options_are_noted(void **state) {
  (void)state;
  static const struct {
    int american;
    double ex_day;
    int noted;
  } cases[] = {{1, 10, 1}, {1, 30, 1}, {1, 5, 0}, {1, 31, 0}, {0, 10, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct keel_dividend dividend = {bench_day(cases[i].ex_day), bench_day(40), 1};
    struct keel_contract put = bench_option(KEEL_KIND_PUT, 100, 30);
    struct bench b;
    bench_start(&b);
    b.underlyings[0].dividends = &dividend;
    b.underlyings[0].dividend_count = 1;
    put.exercise = cases[i].american ? KEEL_EXERCISE_AMERICAN : KEEL_EXERCISE_EUROPEAN;
    bench_hold(&b, put, 1);
    put.exercise = KEEL_EXERCISE_AMERICAN;
    put.strike = 90;
    bench_list(&b, put); /* watched, and no more */
    bench_build(&b, 1, 0);
    assert_int_equal(keel_note_escrowed(&b.wiring, bench_day(5)) != NULL, cases[i].noted);
    bench_end(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dividends_of_american_options_are_noted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
