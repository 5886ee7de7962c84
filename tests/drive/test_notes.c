/* Notes that several results share. */
#include "drive/notes.h"

#include "hedge/bench_market.h"

/* A dividend is of note between an instant and the expiry of an option that is held, or hedges, where a delta is of the
 * formula that knows none. */
static void escrowed_deltas_are_noted(void **state) {
  (void)state;
  static const struct {
    int optimal;
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
    if (cases[i].optimal) b.policies[0].target.delta.kind = KEEL_DELTA_VARIANCE_OPTIMAL;
    bench_hold(&b, put, 1);
    put.strike = 90;
    bench_list(&b, put); /* watched, and no more */
    bench_build(&b, 1, 0);
    assert_int_equal(keel_note_escrowed(&b.wiring, bench_day(5)) != NULL, cases[i].noted);
    bench_end(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(escrowed_deltas_are_noted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
