/* keel price --engine and --dividends: what the library says, and what is refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keel/pde.h"
#include "support/program.h"

static const char table[] =
    "kind,spot,strike,rate,yield,years,vol\ncall,100,100,0.06,0,1,0.3\ncall,100,130,0.06,0,1,0.3\n";

/* The first result of each row. */
static void prices_of(const char *options, const char *dividends, double prices[2]) {
  char line[400];
  const char *path = keel_scratch_write("dividends.csv", dividends, strlen(dividends));
  snprintf(line, sizeof line, "$KEEL price - %s --dividends %s | tail -n +2 | cut -d, -f8", options, path);
  struct keel_program program = keel_program_run(line, table);
  assert_int_equal(program.status, 0);
  char *at = program.out;
  for (int i = 0; i < 2; i++) prices[i] = strtod(at, &at);
  keel_program_free(&program);
}

/* Haug, Haug and Lewis's model: row 5 of discrete_dividend_calls.csv. */
static void dividends_are_priced(void **state) {
  (void)state;
  double fast[2], grids[2], none[2];
  prices_of("", "years,cash\n0.5,7\n2,50\n", fast);
  prices_of("--engine pde", "years,cash\n0.5,7\n2,50\n", grids);
  assert_close(fast[1], 3.4383423645, 1e-6);
  assert_close(grids[1], 3.4383423645, 1e-5);
  assert_close(grids[0], fast[0], 2e-5);
  prices_of("", "cash,years\n7,1\n", none);
  assert_close(none[0], 14.7171, 1e-4);
  prices_of("", "years,cash\n", none);
  assert_close(none[0], 14.7171, 1e-4);
}

/* Of two expiries one has too many dividends for the fast prices. */
static void an_expiry_with_few_dividends_is_priced_beside_one_with_many(void **state) {
  (void)state;
  char dividends[70 * 20] = "years,cash\n", line[300];
  for (int i = 0; i < 70; i++)
    sprintf(dividends + strlen(dividends), "%g,0.1\n", 0.02 + 0.02 * i); /* 49 before a year, 70 before two */
  const char *path = keel_scratch_write("many.csv", dividends, strlen(dividends));
  snprintf(line, sizeof line, "$KEEL price - --quiet --dividends %s | tail -n +2 | cut -d, -f8,19", path);
  struct keel_program program = keel_program_run(
      line, "kind,spot,strike,rate,yield,years,vol\ncall,100,100,0.06,0,1,0.3\ncall,100,100,0.06,0,2,0.3\n");
  char *at = program.out;
  assert_close(strtod(at, &at), 12.05, 0.5);
  assert_string_equal(at, ",\n,more than 64 dividends before an expiry need --engine pde\n");
  keel_program_free(&program);
}

static void refused(const char *options, const char *dividends, const char *what) {
  char line[600], want[900];
  const char *path = keel_scratch_write("bad.csv", dividends, strlen(dividends));
  snprintf(line, sizeof line, "cd $(dirname %s) && $KEEL price - %s --dividends bad.csv", path, options);
  snprintf(want, sizeof want, "keel: %s\n", what);
  assert_program(line, table, 1, "", want);
}

/* Each option by what its own underlying pays; what pays nothing is plain, american rows too. */
static void dividends_are_of_underlyings(void **state) {
  (void)state;
  static const char options[] =
      "underlying,kind,exercise,spot,strike,rate,yield,years,vol\nA,call,,100,130,0.06,0,1,0.3\nB,call,,100,130,0.06,"
      "0,1,0.3\nC,call,,100,130,0.06,0,1,0.3\nC,call,american,100,130,0.06,0,1,0.3\nA,call,american,100,130,0.06,0,1,"
      "0.3\n";
  static const char paid[] = "underlying,years,cash\nA,0.5,7\nB,0.4,3\nA,2,50\nB,0.9,4\n";
  const char *path = keel_scratch_write("named.csv", paid, strlen(paid));
  char line[400];
  snprintf(line, sizeof line, "$KEEL price - --dividends %s | tail -n +2 | cut -d, -f10", path);
  struct keel_program program = keel_program_run(line, options);
  assert_int_equal(program.status, 0);
  double price[5];
  char *at = program.out;
  for (int i = 0; i < 5; i++) price[i] = strtod(at, &at);
  assert_close(price[0], 3.4383423645, 1e-6);
  assert_true(price[1] > price[0] && price[1] < price[2] - 0.5);
  assert_close(price[3], price[2], 1e-6);
  assert_true(price[4] > price[0] + 1e-3);
  keel_program_free(&program);
  snprintf(line, sizeof line, "$KEEL price - --dividends %s", path);
  assert_program(line, table, 1, "",
                 "keel: stdin:1: no column underlying; it is needed, since the dividends name theirs\n");
  refused("", "underlying,years,cash\n,1,1\n", "bad.csv:2: underlying: is empty; name whose dividend it is");
}

static void grids_say_their_error(void **state) {
  (void)state;
  assert_program("$KEEL price - --engine pde | head -1", table, 0,
                 "kind,spot,strike,rate,yield,years,vol,price,delta,gamma,vega,theta,rho,psi,vanna,volga,charm,speed,"
                 "price_error,problem\n",
                 "");
  struct keel_program program = keel_program_run("$KEEL price - --engine pde | tail -n +2 | cut -d, -f8,19", table);
  char *at = program.out;
  double price = strtod(at, &at), error = strtod(at + 1, &at);
  assert_close(price, 14.717072420289, 1e-5);
  assert_true(error > 0 && error < 1e-3);
  keel_program_free(&program);
  assert_program("$KEEL price - --engine pde | tail -n +2 | cut -d, -f8-21",
                 "kind,spot,strike,rate,yield,years,vol\ncall,100,100,0.06,0,1,0\n", 0,
                 ",,,,,,,,,,,,\"vol times the root of years is too small for a grid, below 1e-6\"\n",
                 "keel: 1 of 1 rows could not be priced\n");
}

static void mistakes_are_named(void **state) {
  (void)state;
  refused("", "years\n1\n", "bad.csv:1: no column cash; needed are years, cash");
  refused("", "years,cash\n0.5,1\n0,2\n", "bad.csv:3: years: 0 is not allowed, only a number above 0");
  refused("", "years,cash\n0.5,1\n0.25,2\n",
          "bad.csv:3: years: 0.25 is before 0.5, the date of the row above; dates rise");
  refused("", "years,cash\n0.5,-1\n", "bad.csv:2: cash: -1 is not allowed, only a number from 0 on");
  refused("", "years,cash\nsoon,1\n", "bad.csv:2: years: 'soon' is not a finite number");
  refused("--engine tree", "years,cash\n0.5,1\n", "engine: \"tree\" is not allowed, only analytic, pde");
  refused("--engine pde --nodes 5", "years,cash\n0.5,1\n",
          "nodes: \"5\" is not allowed, only a whole number from 20 to 20000");
}

static void many_dividends_need_grids(void **state) {
  (void)state;
  static char text[4000];
  size_t used = (size_t)sprintf(text, "years,cash\n");
  for (int i = 1; i <= 130; i++) used += (size_t)sprintf(text + used, "%g,0.05\n", i * 0.007);
  const char *path = keel_scratch_write("many.csv", text, used);
  char line[400];
  snprintf(line, sizeof line, "$KEEL price - --dividends %s | tail -n +2 | cut -d, -f19 | uniq", path);
  assert_program(line, table, 0, "more than 64 dividends before an expiry need --engine pde\n",
                 "keel: 2 of 2 rows could not be priced\n");
  double prices[2];
  prices_of("--engine pde --nodes 50 --steps 16", text, prices);
  assert_true(prices[0] > 8 && prices[0] < 14.7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dividends_are_priced),
      cmocka_unit_test(dividends_are_of_underlyings),
      cmocka_unit_test(an_expiry_with_few_dividends_is_priced_beside_one_with_many),
      cmocka_unit_test(grids_say_their_error),
      cmocka_unit_test(mistakes_are_named),
      cmocka_unit_test(many_dividends_need_grids),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
