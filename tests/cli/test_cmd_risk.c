/* keel risk as its users run it; the grid against keel price, cell by cell. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

static const char strategy[] =
    "book:\n"
    "  - {underlying: X, kind: call, strike: 100, expiry: 2025-02-07, qty: -40}\n"
    "  - {underlying: X, kind: put, strike: 90, expiry: 2025-06-20, qty: 25}\n"
    "  - {underlying: Y, kind: put, strike: 50, expiry: 2025-03-07, qty: -10}\n"
    "  - {underlying: Y, kind: call, strike: 55, expiry: 2027-06-18, qty: 12}\n"
    "market: {tape: x.tape, rate: 0.04, underlyings: {Y: {dividends: [{ex: 2025-02-03, cash: 0.6}]}}}\n"
    "models:\n"
    "  X: {kind: heston, spot: 100, variance: 0.04, kappa: 3, theta: 0.05, xi: 0.4, rho: -0.6}\n"
    "  Y: {kind: gbm, spot: 50, vol: 0.4}\n"
    "correlation: [[1, 0.4], [0.4, 1]]\n"
    "run: {start: 2025-01-02T16:00, end: 2025-01-31, paths: 2, steps: 58}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n"
    "risk: {grid: {spot: [-30, -10, -2.5, 0, 2.5, 10, 30], vol: [-25, -5, 0, 5, 40]}}\n";

static struct keel_program run(const char *command) {
  char line[8192];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  snprintf(line, sizeof line,
           "cd %.*s && { test -f x.tape || $KEEL simulate x.yaml --set market.tape=none --tape x.tape --quiet "
           ">/dev/null; } && %s",
           (int)(strrchr(path, '/') - path), path, command);
  return keel_program_run(line, NULL);
}

/* Writes the book of every cell as one table of options, for `keel price`. */
static const char shift[] =
    "awk -F, -v OFS=, -v CONVFMT=%.17g -v OFMT=%.17g '"
    "NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; print "
    "\"underlying,at,units,kind,exercise,spot,strike,rate,yield,years,vol\"; next }"
    "{ split(\"-30 -10 -2.5 0 2.5 10 30\", s, \" \"); split(\"-25 -5 0 5 40\", v, \" \");"
    "  for (i = 1; i <= 7; i++) for (k = 1; k <= 5; k++) {"
    "    spot = $c[\"spot\"] * (1 + s[i] / 100);"
    "    vol = $c[\"vol\"] + v[k] / 100; if (vol < 0) vol = 0;"
    "    print $c[\"underlying\"], s[i] \";\" v[k], $c[\"qty\"] * $c[\"multiplier\"], $c[\"kind\"], $c[\"exercise\"], "
    "spot,"
    "          $c[\"strike\"], $c[\"rate\"], $c[\"yield\"], $c[\"years\"], vol } }'";

/* Adds up what `keel price` says, by underlying and cell, and compares with the grid: relative to the sum of absolute
 * values (Y pays: larger vols and American options are on grids); how many cells there are, and how many of them are
 * off. */
static const char compare[] =
    "awk -F, 'FNR == NR { if (FNR > 1) { p = $3 * $12; a = p < 0 ? -p : p;"
    "    sum[$1 \";\" $2] += p; gross[$1 \";\" $2] += a; sum[\"total;\" $2] += p; gross[\"total;\" $2] += a } next }"
    "FNR > 1 { key = $1 \";\" $2 \";\" $3; d = $4 - sum[key]; if (d < 0) d = -d;"
    "    base = sum[$1 \";0;0\"]; e = $5 - (sum[key] - base); if (e < 0) e = -e;"
    "    t = $1 == \"X\" ? 1e-12 : 1e-5;"
    "    if (d > t * gross[key] || e > t * (gross[key] + gross[$1 \";0;0\"]) || !(key in sum)) bad++; n++ }"
    "END { print n, bad + 0 }'";

static void the_grid_is_the_shifted_book_under_keel_price(void **state) {
  (void)state;
  char line[4096];
  static const struct {
    const char *options;
    double ex_days; /* until the ex-date, midnight in New York */
  } sources[] = {
      {"--at 2025-01-17", 16 + 16.0 / 24},
      {"", 2},
      {"--set risk.from=model", 31 + 8.0 / 24},
      {"--set risk.from=model --set book.1.exercise=american --set book.2.exercise=american", 31 + 8.0 / 24}};
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    snprintf(
        line, sizeof line,
        "printf 'underlying,years,cash\\nY,%.17g,0.6\\n' >d.csv && $KEEL risk x.yaml %s --table positions --csv - | %s "
        "| $KEEL price --scheme fast --dividends d.csv - --csv - >priced.csv && "
        "$KEEL risk x.yaml %s --grid --csv grid.csv --quiet >/dev/null && %s priced.csv grid.csv",
        sources[i].ex_days / 365, sources[i].options, shift, sources[i].options, compare);
    struct keel_program program = run(line);
    assert_string_equal(program.err, "");
    assert_string_equal(program.out, "105 0\n"); /* 7 x 5 cells of two underlyings and their sum */
    keel_program_free(&program);
  }
}

/* Marks and Greeks of positions are what `keel price` says of them. */
static void positions_are_priced_by_keel_price(void **state) {
  (void)state;
  struct keel_program program =
      run("$KEEL risk x.yaml --at 2025-01-17 --table positions --csv - | sed 1s/vanna/x_vanna/ >p.csv && "
          "$KEEL risk x.yaml --at 2025-01-17 --table positions --csv own.csv --quiet >/dev/null && "
          "printf 'underlying,years,cash\\nY,0.045662100456621,0.6\\n' >d.csv && "
          "cut -d, -f1-6 own.csv | md5sum >a && $KEEL price own.csv --csv - | cut -d, -f1-6 | md5sum | cmp - a && "
          "$KEEL price own.csv --dividends d.csv --json >priced.json && $KEEL risk x.yaml --at 2025-01-17 --json "
          ">risk.json && echo same");
  assert_string_equal(program.out, "same\n");
  keel_program_free(&program);
  program = run("cat priced.json");
  json_t *priced = json_loads(program.out, 0, NULL);
  keel_program_free(&program);
  program = run("cat risk.json");
  json_t *risk = json_loads(program.out, 0, NULL);
  keel_program_free(&program);
  static const char *const greeks[] = {"price", "delta", "gamma", "vega",  "theta",
                                       "rho",   "psi",   "vanna", "volga", "charm"};
  const json_t *rows = json_object_get(priced, "rows"), *positions = json_object_get(risk, "positions");
  assert_int_equal(json_array_size(positions), 4);
  for (size_t i = 0; i < 4; i++)
    for (size_t g = 0; g < sizeof greeks / sizeof *greeks; g++) {
      double want = json_number_value(json_object_get(json_array_get(rows, i), greeks[g]));
      double got = json_number_value(json_object_get(json_array_get(positions, i), greeks[g]));
      const char *name = json_string_value(json_object_get(json_array_get(positions, i), "underlying"));
      assert_close(got, want, (strcmp(name, "Y") == 0 ? 1e-6 : 1e-12) * fmax(1, fabs(want)));
    }
  json_decref(priced);
  json_decref(risk);
}

static void the_table_is_for_people(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL risk x.yaml --at 2025-01-17 --grid --since start");
  assert_int_equal(program.status, 0);
  assert_string_equal(program.err, "");
  assert_non_null(strstr(program.out, "4 positions at the marks of 2025-01-17T"));
  assert_non_null(strstr(program.out, "by underlying"));
  assert_non_null(strstr(program.out, "by time to expiry"));
  assert_non_null(strstr(program.out, "gamma_cash_1pct"));
  assert_non_null(strstr(program.out, "1987-10-19"));
  assert_non_null(strstr(program.out, "* is the worst"));
  assert_non_null(strstr(program.out, "\nsince 2025-01-02T21:00:00Z"));
  assert_non_null(strstr(program.out, "to know:\n  The market is simulated, path 0"));
  keel_program_free(&program);
  program = run("$KEEL risk x.yaml");
  assert_null(strstr(program.out, "* is the worst"));
  assert_null(strstr(program.out, "since"));
  keel_program_free(&program);
}

static const char quotes[] =
    "underlying,underlying_last,type,expiration,quotedate,strike,bid,ask\n"
    "SPXW,100,call,02/07/2025,01/02/2025,100,3.10,3.20\n"
    "NDXP,200,put,02/07/2025,01/02/2025,200,5.75,5.85\n"
    "SPXW,101,call,02/07/2025,01/03/2025,100,3.60,3.70\n"
    "NDXP,197,put,02/07/2025,01/03/2025,200,6.75,6.85\n"
    "SPXW,99,call,02/07/2025,01/06/2025,100,2.50,2.60\n"
    "NDXP,199,put,02/07/2025,01/06/2025,200,6.05,6.15\n";

static const char two_books[] =
    "book: [{underlying: SPXW, kind: call, strike: 100, expiry: 2025-02-07, qty: -4}, {underlying: NDXP, kind: put, "
    "strike: 200, expiry: 2025-02-07, qty: 3}]\n"
    "fills: [{id: a, time: 2025-01-03T16:00, underlying: SPXW, kind: spot, qty: 200, price: 100.5}]\n"
    "market: {tape: two.tape, rate: 0.04}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

static double pnl_of(const json_t *since) { return json_number_value(json_object_get(since, "pnl")); }

static double sum_of(const json_t *since) {
  double sum = 0;
  const char *name;
  json_t *value;
  json_object_foreach(json_object_get(since, "explain"), name, value) sum += json_number_value(value);
  return sum;
}

/* Each underlying has its own instant; components add up to P&L, and underlyings to the total. */
static void since_the_last_trade_of_each_underlying(void **state) {
  (void)state;
  static const double want[] = {3 * 100 * (6.10 - 5.80), 200 * (99 - 101) - 4 * 100 * (2.55 - 3.65)};
  static const char *const names[] = {"NDXP", "SPXW"}, *const times[] = {"2025-01-02", "2025-01-03"};
  keel_scratch_write("quotes.csv", quotes, sizeof quotes - 1);
  keel_scratch_write("two.yaml", two_books, sizeof two_books - 1);
  struct keel_program program =
      run("$KEEL import quotes.csv -o two.tape --quiet >/dev/null && $KEEL risk two.yaml --since trade --json");
  json_t *document = json_loads(program.out, 0, NULL);
  const json_t *since = json_object_get(document, "since"), *underlyings = json_object_get(since, "underlyings");
  for (size_t u = 0; u < 2; u++) {
    const json_t *own = json_object_get(underlyings, names[u]);
    assert_close(pnl_of(own), want[u], 1e-9);
    assert_close(sum_of(own), want[u], 1e-9);
    assert_int_equal(strncmp(json_string_value(json_object_get(own, "time")), times[u], 10), 0);
  }
  assert_close(pnl_of(since), want[0] + want[1], 1e-9);
  assert_close(sum_of(since), want[0] + want[1], 1e-9);
  json_decref(document);
  keel_program_free(&program);
  program = run("$KEEL risk two.yaml --since trade");
  assert_non_null(strstr(program.out, "\nsince the last fills\n  P&L "));
  assert_non_null(
      strstr(program.out, "  NDXP has no fill until then: it is explained since its first marks, 2025-01-02"));
  assert_non_null(strstr(program.out, "  SPXW is explained since its last fill, 2025-01-03T21:00:00Z.\n"));
  keel_program_free(&program);
  program = run("$KEEL risk two.yaml --since day");
  assert_non_null(strstr(program.out, "\nsince 2025-01-03T21:00:00Z\n"));
  keel_program_free(&program);
}

static void accounts_have_their_columns(void **state) {
  (void)state;
  struct keel_program table = run("$KEEL risk x.yaml --set risk.from=model --set book.0.account=flow");
  struct keel_program json = run("$KEEL risk x.yaml --json --set risk.from=model --set book.0.account=flow");
  assert_true(!table.status && !json.status);
  assert_non_null(strstr(table.out, "by account            (no account)          flow         total"));
  json_t *document = json_loads(json.out, 0, NULL);
  assert_int_equal(json_object_size(json_object_get(document, "accounts")), 2);
  json_t *first = json_array_get(json_object_get(document, "positions"), 0);
  assert_string_equal(json_string_value(json_object_get(first, "account")), "");
  json_decref(document);
  keel_program_free(&table);
  keel_program_free(&json);
}

static void the_same_bits_on_every_level(void **state) {
  (void)state;
  struct keel_program program = run(
      "for c in base auto; do for t in 1 3; do $KEEL risk x.yaml --at 2025-01-17 --since 2025-01-08 --json --cpu $c "
      "--threads $t | md5sum; done; done | sort -u | wc -l");
  assert_string_equal(program.out, "1\n");
  keel_program_free(&program);
}

static void fails(const char *command, int status, const char *text) {
  struct keel_program program = run(command);
  assert_int_equal(program.status, status);
  assert_string_equal(program.out, "");
  if (!program.err || !strstr(program.err, text))
    fail_msg("%s\n  says %s\n  want %s", command, program.err ? program.err : "", text);
  keel_program_free(&program);
}

static void mistakes_name_their_place(void **state) {
  (void)state;
  fails("$KEEL risk", 2, "STRATEGY");
  fails("$KEEL risk x.yaml --table cells --csv -", 2, "allowed: exposures, positions, grid, stresses");
  fails("$KEEL risk x.yaml --table grid", 2, "--table says what --csv writes");
  fails("$KEEL risk x.yaml --json --csv -", 2, "");
  fails("$KEEL risk x.yaml --at tomorrow", 1, "keel: at: `tomorrow` is no time");
  fails("$KEEL risk x.yaml --at 2024-12-31", 1, "`at` is 2024-12-31T21:00:00Z, and the book has no marks until then");
  fails("$KEEL risk x.yaml --set risk.grid.spot=[1,0]", 1, "risk.grid.spot.1: is not above the one before it");
  fails("$KEEL risk x.yaml --set risk.from=model --at 2025-01-17", 1, "leave out `at`");
  fails("$KEEL risk x.yaml --set book.0.expiry=2025-01-01", 1, "book.0.expiry: is not after `run.start`");
  fails("$KEEL risk x.yaml --at 2025-01-02 --since day", 1, "`since` is 2024-12-31T21:00:00Z, and the book has no");
  fails("$KEEL risk x.yaml --csv /dev/full --quiet", 1, "/dev/full");
}

static void a_full_disk_is_an_error(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL risk x.yaml >/dev/full");
  assert_int_equal(program.status, 1);
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_grid_is_the_shifted_book_under_keel_price),
      cmocka_unit_test(positions_are_priced_by_keel_price),
      cmocka_unit_test(the_table_is_for_people),
      cmocka_unit_test(since_the_last_trade_of_each_underlying),
      cmocka_unit_test(accounts_have_their_columns),
      cmocka_unit_test(the_same_bits_on_every_level),
      cmocka_unit_test(mistakes_name_their_place),
      cmocka_unit_test(a_full_disk_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
