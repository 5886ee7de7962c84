/* What does not fit the tape is refused, with its place. */
#include "drive/generated_market.h"
#include "support/support.h"

#include <string.h>

static const char *text_file(const char *name, const char *text) {
  return keel_scratch_write(name, text, strlen(text));
}

static void refuses(const char *path, const char *set, const char *where, const char *what) {
  keel_error error = {0};
  keel_strategy *strategy;
  keel_replay *replay;
  keel_replay_options options = {.threads = 1};
  if (keel_strategy_load(path, &set, set ? 1 : 0, &strategy, &error) != KEEL_STATUS_OK)
    fail_msg("%s: %s", error.where, error.what);
  assert_int_not_equal(keel_replay_run(strategy, &options, &replay, &error), KEEL_STATUS_OK);
  assert_null(replay);
  keel_strategy_free(strategy);
  if (!strstr(error.where, where) || !strstr(error.what, what))
    fail_msg("got \"%s: %s\", want \"%s\" and \"%s\"", error.where, error.what, where, what);
}

static void says_what_does_not_fit_the_tape(void **state) {
  (void)state;
  const char *path = generated_market();
  refuses(path, "market.tape=nowhere.tape", "nowhere.tape", "No such file");
  refuses(path, "book.0.underlying=OTHER", "underlying", "no underlying \"OTHER\"; it has GEN");
  refuses(path, "book.1.expiry=2023-12-01", "generated.yaml:3: expiry", "has expired when the run begins");
  refuses(path, "book.1.expiry=2024-03-01T09:30", "generated.yaml:3: expiry",
          "is not on the tape, which has it with expiry 2024-03-01T21:00:00Z: give that time too");
  refuses(path, "run.start=2024-02-20", "generated.tape", "no instant of the tape");
  const char *strict =
      text_file("strict.yaml",
                "book:\n"
                "  - {underlying: GEN, kind: call, strike: 101, expiry: 2024-03-01T21:00:00Z, qty: 1}\n"
                "market: {tape: generated.tape, rate: 0.03}\n"
                "hedge: {trigger: {every: 1d}, with: [{instrument: spot}]}\n"
                "limits: {order_qty_max: 5000, position_qty_max: 20000}\n");
  refuses(strict, NULL, "strict.yaml:2", "is not on the tape");
  const char *undated = text_file("undated.yaml",
                                  "book:\n"
                                  "  - {underlying: GEN, kind: call, strike: 100, years: 0.5, qty: 1}\n"
                                  "market: {tape: generated.tape, rate: 0.03}\n"
                                  "hedge: {trigger: {every: 1d}, with: [{instrument: spot}]}\n"
                                  "limits: {order_qty_max: 5000, position_qty_max: 20000}\n");
  refuses(undated, NULL, "undated.yaml:2: years", "belongs to simulated markets");
  const char *future =
      text_file("future.yaml",
                "book:\n"
                "  - {underlying: GEN, kind: spot, qty: 1}\n"
                "market: {tape: generated.tape, rate: 0.03}\n"
                "hedge: {trigger: {every: 1d}, with: [{instrument: future, years: 1, multiplier: 5}]}\n"
                "limits: {order_qty_max: 5000, position_qty_max: 20000}\n");
  refuses(future, NULL, "future.yaml: hedge.with", "`years` belongs to simulated markets");
  const char *delivers =
      text_file("delivers.yaml",
                "book:\n"
                "  - {underlying: GEN, kind: call, strike: 100, expiry: 2024-03-01, qty: 1, settlement: physical}\n"
                "market: {tape: generated.tape, rate: 0.03}\n"
                "hedge: {trigger: {every: 1d}, with: [{instrument: future, expiry: 2024-03-01, multiplier: 5}]}\n"
                "limits: {order_qty_max: 5000, position_qty_max: 20000}\n");
  refuses(delivers, NULL, "delivers.yaml: hedge.with", "no spot to take what options on GEN deliver");
  refuses(delivers, "market.on=future", "delivers.yaml: hedge.with", "is not on the tape");
  text_file("damaged.tape", "KEEL");
  refuses(path, "market.tape=damaged.tape", "damaged.tape", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_does_not_fit_the_tape)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
