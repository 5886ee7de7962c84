/* keel surface as its users run it. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/program.h"

/* A chain of a simulated path: options have a vol there in place of a quote, so quotes are written by hand. */
static const char map[] =
    "columns: {underlying: u, kind: kind, time: time, expiry: expiry, strike: strike, bid: bid, ask: ask, spot: spot}\n"
    "constants: {exercise: european, multiplier: 100}\n";
static const char strategy[] =
    "book:\n  - {underlying: X, kind: call, strike: 100, expiry: 2025-06-20, qty: 1}\n"
    "market: {tape: x.tape, rate: 0.03}\n"
    "hedge: {trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]}\n"
    "limits: {order_qty_max: 5000, position_qty_max: 20000}\n";

/* Prices of 0.2 + 0.4 ln(strike / 100)^2 by the program itself, with a spread of 0.1. */
static const char make[] =
    "{ echo kind,spot,strike,rate,yield,years,vol; for k in 70 75 80 85 90 95 100 105 110 115 120 125 130; do for t in "
    "call put; do awk -v k=$k -v t=$t 'BEGIN { m = log(k / 100); print t \",100,\" k \",0.03,0,\" 169 / 365 \",\" 0.2 "
    "+ "
    "0.4 * m * m }'; done; done; } | $KEEL price - --csv - | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; "
    "print \"u,kind,time,expiry,strike,bid,ask,spot\"; next } { p = $c[\"price\"]; b = p - 0.05; print \"X,\" $1 "
    "\",2025-01-02,2025-06-20,\" $3 \",\" (b > 0 ? b : 0) \",\" p + 0.05 \",100\" }' >q.csv && $KEEL import q.csv "
    "--map "
    "m.yaml -o x.tape --quiet >/dev/null";

static struct keel_program run(const char *command) {
  char line[8192];
  const char *path = keel_scratch_write("x.yaml", strategy, sizeof strategy - 1);
  keel_scratch_write("m.yaml", map, sizeof map - 1);
  snprintf(line, sizeof line, "cd %.*s && { test -f x.tape || { %s; }; } && %s", (int)(strrchr(path, '/') - path), path,
           make, command);
  return keel_program_run(line, NULL);
}

static void the_table_says_how_it_fits(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL surface x.yaml");
  assert_string_equal(program.err, "");
  assert_int_equal(program.status, 0);
  assert_non_null(strstr(program.out, "quotes of 2025-01-02T21:00:00Z, rate 0.0300\n\nX, spot 100.00\n"));
  assert_non_null(strstr(program.out, "  2025-06-20   169.0     101.40"));
  assert_non_null(
      strstr(program.out, "within bid and ask (100.0 %); 1 expiries, 0 with butterfly and 0 with calendar"));
  keel_program_free(&program);
}

static void json_and_csv_are_one_result(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL surface x.yaml --json --csv rows.csv && cat rows.csv >&2");
  json_t *document = json_loads(program.out, 0, NULL);
  assert_non_null(document);
  const json_t *expiry =
      json_array_get(json_object_get(json_object_get(json_object_get(document, "underlyings"), "X"), "expiries"), 0);
  const json_t *quotes = json_object_get(expiry, "quotes");
  assert_int_equal(json_array_size(quotes), 13);
  double vol = json_number_value(json_object_get(json_array_get(quotes, 6), "vol"));
  assert_close(vol, 0.2, 2e-3);
  char text[40];
  snprintf(text, sizeof text, ",%.15g,", vol);
  assert_non_null(strstr(program.err, "underlying,expiry,kind,strike,log_moneyness,"));
  text[12] = '\0';
  assert_non_null(strstr(program.err, text));
  json_decref(document);
  keel_program_free(&program);
}

static void expiries_and_models_can_be_chosen(void **state) {
  (void)state;
  struct keel_program program = run("$KEEL surface x.yaml --model svi --table expiries --csv -");
  assert_string_equal(program.err, "");
  assert_non_null(strstr(program.out, ",svi,"));
  keel_program_free(&program);
  program = run("$KEEL surface x.yaml --model ssvi --table expiries --csv -");
  assert_non_null(strstr(program.out, ",ssvi,"));
  keel_program_free(&program);
}

static void mistakes_are_said(void **state) {
  (void)state;
  assert_program("$KEEL surface x.yaml --model heston", NULL, 2, "",
                 "keel surface: --model: \"heston\" is none; allowed: rich, svi, ssvi\nkeel surface --help says what "
                 "is allowed\n");
  assert_program("$KEEL surface x.yaml --table smiles --csv -", NULL, 2, "", NULL);
  assert_program("$KEEL surface x.yaml --table quotes", NULL, 2, "", NULL);
  struct keel_program program = run("$KEEL surface x.yaml --at 2024-06-03");
  assert_int_equal(program.status, 1);
  assert_non_null(strstr(program.err, "`at` is before the first instant of the tape"));
  keel_program_free(&program);
}

/* The curve that is known then: a bill of a year and an overnight rate, the day before. */
static void rates_come_from_a_file(void **state) {
  (void)state;
  struct keel_program program =
      run("printf 'Date,DFF,1 Yr\\n2025-01-01,2.0,5.0\\n2025-01-03,9.0,9.0\\n' >r.csv && "
          "$KEEL surface x.yaml --json --set market.rate=r.csv");
  assert_string_equal(program.err, "");
  json_t *document = json_loads(program.out, 0, NULL);
  assert_non_null(document);
  assert_close(json_number_value(json_object_get(document, "rate")), 0.02 * 365 / 360, 1e-5);
  const json_t *expiry =
      json_array_get(json_object_get(json_object_get(json_object_get(document, "underlyings"), "X"), "expiries"), 0);
  assert_close(json_number_value(json_object_get(expiry, "rate")), 2 * log(1.025), 3e-4);
  json_decref(document);
  keel_program_free(&program);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_says_how_it_fits), cmocka_unit_test(json_and_csv_are_one_result),
      cmocka_unit_test(rates_come_from_a_file),     cmocka_unit_test(expiries_and_models_can_be_chosen),
      cmocka_unit_test(mistakes_are_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
