/* Rates of +-100 %, seconds and centuries, vols from nothing to 500 %, dividends beyond spot and by the thousand: every
 * row through every engine and model has a price within its bounds, or a reason. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keel/american.h"
#include "support/program.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { FEWER = 11 };
#else
enum { FEWER = 1 };
#endif

enum { INPUTS = 8, RESULTS_MOST = 12, TEXT = 1 << 21 };

static const char header[] = "kind,exercise,spot,strike,rate,yield,years,vol\n";
static const double rates[][2] = {{0, 0},  {0.05, 0.02}, {0.02, 0.05}, {1, 0},  {0, 1},     {1, 1},    {-1, 0},
                                  {0, -1}, {-1, -1},     {1, -1},      {-1, 1}, {-1, -0.5}, {-0.5, -1}};
static const double times[] = {0, 1e-9, 3.2e-8, 1e-5, 0.01, 1, 10, 100, 300, 1e4};
static const double vols[] = {0, 1e-7, 1e-3, 0.2, 1, 5};
static const double strikes[] = {0, 1e-150, 1e-120, 50, 100, 200, 1e120};
enum { RATES = 13, TIMES = 10, VOLS = 6, STRIKES = 7, ROWS = 2 * RATES * TIMES * VOLS * STRIKES };

/* A European row and its American brother for every `nth` of all terms, of fewer where a sanitizer slows all down. */
static char *table_of(int nth) {
  static char text[TEXT];
  size_t used = (size_t)sprintf(text, "%s", header);
  for (int i = 0; i < ROWS; i += nth * FEWER) {
    int k = i / 2;
    for (int american = 0; american < 2; american++)
      used += (size_t)snprintf(text + used, TEXT - used, "%s,%s,100,%.17g,%g,%g,%.17g,%g\n", i % 2 ? "call" : "put",
                               american ? "american" : "european", strikes[k % STRIKES], rates[k / STRIKES % RATES][0],
                               rates[k / STRIKES % RATES][1], times[k / STRIKES / RATES % TIMES],
                               vols[k / STRIKES / RATES / TIMES]);
  }
  assert_true(used < TEXT - 1);
  return text;
}

/* A row as it came out. */
struct row {
  double phi, spot, strike, rate, yield, years, vol; /* or price, that was given */
  int american, results, empty;
  double result[RESULTS_MOST]; /* NaN where empty */
  const char *problem;
};

static char *next_field(char **at) {
  char *field = *at;
  size_t length = strcspn(field, ",");
  *at = field + length + (field[length] == ',');
  field[length] = 0;
  return field;
}

/* Takes a line, without its end, apart. */
static struct row parse(char *line, int results) {
  struct row row = {.results = results};
  row.phi = next_field(&line)[0] == 'c' ? 1 : -1;
  row.american = next_field(&line)[0] == 'a';
  double *const inputs[] = {&row.spot, &row.strike, &row.rate, &row.yield, &row.years, &row.vol};
  for (int i = 0; i < 6; i++) *inputs[i] = strtod(next_field(&line), NULL);
  for (int i = 0; i < results; i++) {
    char *field = next_field(&line);
    row.empty += !*field;
    row.result[i] = *field ? strtod(field, NULL) : NAN;
  }
  row.problem = line;
  return row;
}

/* What the dividends before expiry can take off the forward at most, in money of now. */
struct paid {
  int count;
  double years[4], cash[4];
};

static double taken(const struct row *row, const struct paid *paid) {
  double sum = 0;
  for (int i = 0; i < paid->count; i++)
    if (paid->years[i] < row->years)
      sum += paid->cash[i] * exp(-row->rate * paid->years[i] - row->yield * (row->years - paid->years[i]));
  return sum;
}

/* A price is between exercise, or the forward, and all that there is to win. */
static int is_within_bounds(const struct row *row, const struct paid *paid, double tolerance) {
  double spot_value = row->spot * exp(-row->yield * row->years),
         strike_value = row->strike * exp(-row->rate * row->years);
  double forward = row->phi * (spot_value - strike_value) - (row->phi > 0 ? taken(row, paid) : 0);
  double least = fmax(forward, row->american ? row->phi * (row->spot - row->strike) : 0);
  double most = row->phi > 0 ? spot_value : strike_value, now = row->phi > 0 ? row->spot : row->strike;
  if (row->american) most = fmax(most, now);
  double slack = tolerance * fmax(most, fabs(least)) + (row->results == RESULTS_MOST ? 3 * row->result[11] : 0);
  return row->result[0] >= fmax(least, 0) - slack && row->result[0] <= most + slack;
}

/* A price, or a reason, and never less for the right to exercise early. Returns how many rows have a price. */
static int check_prices(const char *options, const char *table, int results, const struct paid *paid) {
  char line[600];
  int priced = 0;
  double european = NAN;
  snprintf(line, sizeof line, "$KEEL price %s --quiet %s | tail -n +2",
           keel_scratch_write("rows.csv", table, strlen(table)), options);
  struct keel_program program = keel_program_run(line, NULL);
  assert_int_equal(program.status, 0);
  for (char *at = program.out, *end; *at; at = end + 1) {
    end = strchr(at, '\n');
    *end = 0;
    char copy[500];
    snprintf(copy, sizeof copy, "%s", at);
    struct row row = parse(at, results);
    int has_price = isfinite(row.result[0]) && row.empty == 0;
    if (*row.problem ? row.empty != results : !has_price) fail_msg("%s: %s", options, copy);
    if (has_price && !is_within_bounds(&row, paid, paid->count ? 1e-3 : 1e-6))
      fail_msg("%s: out of bounds: %s", options, copy);
    double slack = 1e-6 * fmax(european, row.strike) + (results == RESULTS_MOST ? 6 * row.result[11] : 0);
    if (has_price && row.american && paid->count == 0 && row.result[0] < european - slack)
      fail_msg("%s: below its european brother at %.17g: %s", options, european, copy);
    european = row.american ? NAN : row.result[0];
    priced += has_price;
  }
  keel_program_free(&program);
  return priced;
}

static const struct paid nothing;

static void closed_forms_and_boundaries(void **state) {
  (void)state;
  assert_true(check_prices("", table_of(3), 11, &nothing) > ROWS / FEWER / 3);
  assert_true(check_prices("--scheme fast", table_of(7), 11, &nothing) > ROWS / FEWER / 7);
}

static void grids(void **state) {
  (void)state;
  assert_true(check_prices("--engine pde", table_of(17), 12, &nothing) > ROWS / FEWER / 80);
}

static const char *dividend_file(const struct paid *paid) {
  char text[200] = "years,cash\n";
  for (int i = 0; i < paid->count; i++) sprintf(text + strlen(text), "%.17g,%.17g\n", paid->years[i], paid->cash[i]);
  return keel_scratch_write("dividends.csv", text, strlen(text));
}

static void dividends(void **state) {
  (void)state;
  static const struct paid files[] = {{3, {1e-10, 0.3, 0.8}, {5, 3, 4}}, {1, {0.5}, {150}}, {2, {1e-4, 40}, {99, 1e6}}};
  for (int i = 0; i < 3; i++) {
    char options[400];
    snprintf(options, sizeof options, "--dividends %s", dividend_file(&files[i]));
    assert_true(check_prices(options, table_of(7 + i), 11, &files[i]) > ROWS / FEWER / 100);
    snprintf(options, sizeof options, "--engine pde --dividends %s", dividend_file(&files[i]));
    assert_true(check_prices(options, table_of(23 + i), 12, &files[i]) > ROWS / FEWER / 200);
  }
}

static void thousands_of_dividends(void **state) {
  (void)state;
  enum { MANY = 3000 };
  static char text[MANY * 40];
  size_t used = (size_t)sprintf(text, "years,cash\n");
  for (int i = 0; i < MANY; i++) used += (size_t)sprintf(text + used, "%.17g,0.01\n", 12 * (i + 0.5) / MANY);
  char options[300];
  snprintf(options, sizeof options, "--engine pde --dividends %s", keel_scratch_write("many.csv", text, used));
  assert_int_equal(check_prices(options,
                                "kind,exercise,spot,strike,rate,yield,years,vol\n"
                                "put,european,100,100,0.03,0,12,0.2\ncall,american,100,100,1,-1,12,0.2\n",
                                12, &(struct paid){1, {1e-9}, {30}}),
                   2);
}

static void the_normal_model(void **state) {
  (void)state;
  char line[300];
  const char *table = table_of(5);
  snprintf(line, sizeof line, "$KEEL price %s --quiet --model bachelier | tail -n +2",
           keel_scratch_write("rows.csv", table, strlen(table)));
  struct keel_program program = keel_program_run(line, NULL);
  for (char *at = program.out, *end; *at; at = end + 1) {
    end = strchr(at, '\n');
    *end = 0;
    struct row row = parse(at, 11);
    double spot_value = row.spot * exp(-row.yield * row.years), strike_value = row.strike * exp(-row.rate * row.years);
    double least = row.phi * (spot_value - strike_value), slack = 1e-12 * (spot_value + strike_value);
    assert_true(*row.problem ? row.empty == 11 : row.empty == 0);
    if (!*row.problem) assert_true(row.result[0] >= 0 && row.result[0] >= least - slack);
  }
  keel_program_free(&program);
}

/* The vol of each price gives it again, or the price has none and says why. */
static void implied(void **state) {
  (void)state;
  char line[400];
  const char *table = table_of(3);
  snprintf(line, sizeof line, "$KEEL price %s --quiet | cut -d, -f1-7,9 | $KEEL implied - --quiet | tail -n +2",
           keel_scratch_write("rows.csv", table, strlen(table)));
  struct keel_program program = keel_program_run(line, NULL);
  int found = 0;
  for (char *at = program.out, *end; *at; at = end + 1) {
    end = strchr(at, '\n');
    *end = 0;
    struct row row = parse(at, 1);
    double vol = row.result[0], price, given = row.vol;
    assert_true(*row.problem ? row.empty == 1 : isfinite(vol) && vol >= 0);
    if (*row.problem) continue;
    const keel_options one = {&row.phi, &row.spot, &row.strike, &row.rate, &row.yield, &row.years, &vol};
    const keel_greeks out = {.price = &price};
    if (row.american)
      keel_american_price(1, &one, KEEL_AMERICAN_ACCURATE, KEEL_GREEK_SET_PRICE, &out, NULL);
    else
      keel_black_scholes_price(1, &one, KEEL_GREEK_SET_PRICE, &out);
    double scale = fmax(given, fmax(row.spot * exp(-row.yield * row.years), row.strike * exp(-row.rate * row.years)));
    assert_close(price, given, 1e-9 * scale);
    found++;
  }
  assert_true(found > ROWS / FEWER / 10);
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(closed_forms_and_boundaries),
      cmocka_unit_test(grids),
      cmocka_unit_test(dividends),
      cmocka_unit_test(thousands_of_dividends),
      cmocka_unit_test(the_normal_model),
      cmocka_unit_test(implied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
