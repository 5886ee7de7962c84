#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keel/black_scholes.h"
#include "support/program.h"

enum { ROWS = 500, RESULTS = 11 };

/* The printed numbers read back as the bits that the library computes. */
static void results_are_the_library_s(void **state) {
  (void)state;
  static double in[7][ROWS], want[RESULTS][ROWS];
  static char input[ROWS * 200];
  size_t used = (size_t)sprintf(input, "kind,spot,strike,rate,yield,years,vol\n");
  for (int i = 0; i < ROWS; i++) {
    in[0][i] = i % 2 ? 1 : -1;
    for (int k = 1; k < 7; k++) in[k][i] = (k < 3 ? 100 : 0.5) * (1 + (i * (2 * k + 3) % 101)) / 97;
    used += (size_t)sprintf(input + used, "%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", i % 2 ? "call" : "put", in[1][i],
                            in[2][i], in[3][i], in[4][i], in[5][i], in[6][i]);
  }
  const keel_options options = {in[0], in[1], in[2], in[3], in[4], in[5], in[6]};
  const keel_greeks greeks = {want[0], want[1], want[2], want[3], want[4], want[5],
                              want[6], want[7], want[8], want[9], want[10]};
  keel_black_scholes_price(ROWS, &options, KEEL_GREEK_SET_ALL, &greeks);
  struct keel_program program = keel_program_run("$KEEL price - | tail -n +2 | cut -d, -f8-18", input);
  assert_int_equal(program.status, 0);
  char *at = program.out;
  for (int i = 0; i < ROWS; i++)
    for (int k = 0; k < RESULTS; k++) {
      assert_same_bits(strtod(at, &at), want[k][i]);
      assert_int_equal(*at++, k + 1 < RESULTS ? ',' : '\n');
    }
  keel_program_free(&program);
}

/* Hull, Options, Futures and Other Derivatives, example 15.6: 4.76 and 0.81. */
static void a_textbook_example(void **state) {
  (void)state;
  struct keel_program program =
      keel_program_run("$KEEL price - | tail -n +2 | cut -d, -f8",
                       "kind,spot,strike,rate,yield,years,vol\ncall,42,40,0.1,0,0.5,0.2\nput,42,40,0.1,0,0.5,0.2\n");
  char *at = program.out;
  assert_close(strtod(at, &at), 4.76, 0.005);
  assert_close(strtod(at, &at), 0.81, 0.005);
  keel_program_free(&program);
}

/* The premium of early exercise of Andersen, Lake and Offengenden's example. */
static void american_rows_stand_among_european_ones(void **state) {
  (void)state;
  struct keel_program program = keel_program_run("$KEEL price - | tail -n +2 | cut -d, -f9",
                                                 "kind,exercise,spot,strike,rate,yield,years,vol\n"
                                                 "put,,100,100,0.05,0.05,1,0.25\n"
                                                 "put,american,100,100,0.05,0.05,1,0.25\n"
                                                 "put,european,100,100,0.05,0.05,1,0.25\n"
                                                 "call,american,100,100,0.05,0.05,1,0.25\n");
  char *at = program.out;
  double first = strtod(at, &at), american = strtod(at, &at), second = strtod(at, &at), call = strtod(at, &at);
  assert_same_bits(first, second);
  assert_close(american, 9.569445298914, 1e-6);
  assert_close(american - first, 0.106952702747, 1e-6);
  assert_close(call, american, 1e-12);
  keel_program_free(&program);
  const char *const schemes[] = {"fast", "accurate", "high"};
  const double within[] = {1e-3, 1e-5, 1e-7};
  for (int i = 0; i < 3; i++) {
    char command[128];
    snprintf(command, sizeof command, "$KEEL price --scheme %s - | tail -n +2 | cut -d, -f9", schemes[i]);
    program = keel_program_run(command,
                               "kind,exercise,spot,strike,rate,yield,years,vol\n"
                               "put,american,100,100,0.05,0.05,1,0.25\n");
    assert_close(strtod(program.out, NULL), 9.569445298914, within[i]);
    keel_program_free(&program);
  }
  assert_program("$KEEL price --scheme best - 2>&1 | head -1", "", 0,
                 "keel: scheme: \"best\" is not allowed, only fast, accurate, high\n", "");
}

/* 30 sqrt(1/2) / sqrt(2 pi) at the money; a forward below 0. */
static void the_normal_model(void **state) {
  (void)state;
  struct keel_program program =
      keel_program_run("$KEEL price --model bachelier - | tail -n +2 | cut -d, -f8,9",
                       "kind,spot,strike,rate,yield,years,vol\ncall,100,100,0,0,0.5,30\nput,-3,-3,0,0,0.5,30\n");
  char *at = program.out;
  for (int row = 0; row < 2; row++) {
    assert_close(strtod(at, &at), 8.4628437532163447, 1e-14);
    assert_close(strtod(at + 1, &at), row ? -0.5 : 0.5, 1e-15);
  }
  keel_program_free(&program);
  program = keel_program_run("$KEEL price --model bachelier - 2>&1 | tail -n +2 | cut -d, -f9,20",
                             "kind,exercise,spot,strike,rate,yield,years,vol\nput,american,100,100,0,0,0.5,30\n");
  assert_non_null(strstr(program.out, ",american exercise is not available by --model bachelier"));
  keel_program_free(&program);
  assert_program("$KEEL price --model bachelier --engine pde - 2>&1 | head -1", "", 0,
                 "keel price: --model: only black_scholes has dividends and grids\n", "");
  assert_program("$KEEL price --model normal - 2>&1 | head -1", "", 0,
                 "keel price: --model: \"normal\" is not allowed, only black_scholes or bachelier\n", "");
}

static void limits_are_no_problems(void **state) {
  (void)state;
  assert_program("$KEEL price - | tail -n +2 | cut -d, -f8,19",
                 "kind,spot,strike,rate,yield,years,vol\n"
                 "call,100,0,0,0,1,0.2\n"
                 "put,100,0,0,0,1,0.2\n"
                 "call,100,90,0,0,1,0\n"
                 "put,90,100,0,0,0,0.2\n"
                 "call,100,100,0,0,0,0\n"
                 "call,0,100,0,0,1,0.2\n",
                 0, "100,\n0,\n10,\n10,\n0,\n0,\n", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(results_are_the_library_s),
      cmocka_unit_test(a_textbook_example),
      cmocka_unit_test(american_rows_stand_among_european_ones),
      cmocka_unit_test(the_normal_model),
      cmocka_unit_test(limits_are_no_problems),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
