#include "drive/frontier_words.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "support/support.h"

static struct keel_text text;

/* What was written since the last time. */
static const char *said(void) {
  static char copy[256];
  snprintf(copy, sizeof copy, "%.*s", (int)text.length, text.data ? text.data : "");
  keel_text_clear(&text);
  return copy;
}

static const char *every(int64_t step_ns, long steps) {
  keel_words_every(&text, step_ns, steps);
  return said();
}

static const char *amount(double number) {
  keel_words_amount(&text, number);
  return said();
}

static const char *ratio(double number) {
  keel_words_ratio(&text, number);
  return said();
}

static void steps_are_called_by_their_time(void **state) {
  (void)state;
  assert_string_equal(every(KEEL_NS_PER_DAY, 1), "every day");
  assert_string_equal(every(KEEL_NS_PER_DAY, 5), "every 5 days");
  assert_string_equal(every(7 * KEEL_NS_PER_DAY, 2), "every 2 weeks");
  assert_string_equal(every(KEEL_NS_PER_DAY / 6 + 1, 3), "every 12 hours");
  assert_string_equal(every(KEEL_NS_PER_YEAR / 252, 1), "every trading day");
  assert_string_equal(every(KEEL_NS_PER_YEAR / 252, 10), "every 10 trading days");
  assert_string_equal(every(KEEL_NS_PER_YEAR / 77, 2), "every 2 steps");
  assert_string_equal(every(45 * KEEL_NS_PER_SECOND, 1), "every 45 seconds");
  assert_string_equal(every(3 * KEEL_NS_PER_DAY / 2, 10), "every 10 steps");
}

static void amounts_have_three_digits(void **state) {
  (void)state;
  assert_string_equal(amount(1240.4), "1,240");
  assert_string_equal(amount(-1234567.5), "-1,234,568");
  assert_string_equal(amount(83.25), "83.3");
  assert_string_equal(amount(8.0), "8");
  assert_string_equal(amount(0), "0");
  assert_string_equal(amount(0.0041234), "0.00412");
  assert_string_equal(amount(999.96), "1,000");
  assert_string_equal(amount(0.5), "0.5");
  assert_string_equal(amount(NAN), "unknown");
  assert_string_equal(amount(-INFINITY), "unknown");
  assert_string_equal(amount(1e20), "1e+20");
  assert_string_equal(amount(0.000012345), "1.23e-05");
  assert_string_equal(ratio(1.0000000000000002e-06), "1e-06");
  assert_string_equal(ratio(-4.96e-9), "-5e-09");
  assert_string_equal(ratio(2.345), "2.3");
  assert_string_equal(ratio(1), "1");
  assert_string_equal(ratio(140.2), "140");
  keel_words_count(&text, 1e6);
  assert_string_equal(said(), "1,000,000");
}

/* The decimal point of the program's language is none of ours. */
static void amounts_know_no_locale(void **state) {
  (void)state;
  if (!setlocale(LC_ALL, "de_DE.UTF-8")) skip();
  assert_string_equal(amount(83.25), "83.3");
  setlocale(LC_ALL, "C");
}

static struct keel_policy neutral(void) {
  struct keel_policy policy = {.target = {.kind = KEEL_TARGET_NEUTRAL, .exposure_count = 1}};
  return policy;
}

static const char *order(const struct keel_policy *policy) {
  keel_words_policy(&text, policy, "mine", KEEL_NS_PER_DAY);
  return said();
}

static void policies_are_orders(void **state) {
  (void)state;
  struct keel_policy policy = neutral();
  struct keel_trigger *trigger = &policy.triggers[KEEL_EXPOSURE_DELTA];
  assert_string_equal(order(&policy), "Hedge once, at the start");
  trigger->every = KEEL_EVERY_STEP;
  assert_string_equal(order(&policy), "Hedge every day");
  *trigger = (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = 3 * KEEL_NS_PER_DAY - 1};
  assert_string_equal(order(&policy), "Hedge every 3 days");
  *trigger = (struct keel_trigger){.every = KEEL_EVERY_DURATION, .every_ns = KEEL_NS_PER_DAY / 48};
  assert_string_equal(order(&policy), "Hedge every 30 minutes");
  trigger->every_ns = 3 * KEEL_NS_PER_DAY / 2;
  assert_string_equal(order(&policy), "Hedge every 1.5 days");
  *trigger = (struct keel_trigger){.every = KEEL_EVERY_DAYS, .every_days = 2};
  assert_string_equal(order(&policy), "Hedge every 2 days");
  *trigger = (struct keel_trigger){.band = KEEL_BAND_FRACTION, .band_size = 0.05};
  assert_string_equal(order(&policy), "Hedge when delta is off by more than 5 % of gross");
  policy.move.to = KEEL_MOVE_EDGE;
  *trigger = (struct keel_trigger){.band = KEEL_BAND_SHARES, .band_size = 50};
  assert_string_equal(order(&policy),
                      "Hedge when delta is off by more than 50 shares, only back to the edge of the band");
  policy.move = (struct keel_move){.to = KEEL_MOVE_INNER, .inner = 0.5};
  *trigger = (struct keel_trigger){.band = KEEL_BAND_WHALLEY_WILMOTT, .risk_aversion = 0.001};
  assert_string_equal(order(&policy),
                      "Hedge when delta leaves the Whalley-Wilmott band of risk aversion 0.001, back to within 50 % of "
                      "the band");
  policy.move = (struct keel_move){.to = KEEL_MOVE_FRACTION, .fraction = 0.25};
  *trigger = (struct keel_trigger){.price_move = 0.02};
  assert_string_equal(order(&policy), "Hedge when spot has moved by 2 %, by 25 % of the way");
}

static void what_is_too_much_to_say_has_a_name(void **state) {
  (void)state;
  struct keel_policy policy = neutral();
  policy.triggers[KEEL_EXPOSURE_DELTA] =
      (struct keel_trigger){.every = KEEL_EVERY_STEP, .band = KEEL_BAND_CURRENCY, .band_size = 100};
  assert_string_equal(order(&policy), "Hedge by `mine`");
  policy = neutral();
  policy.target.exposure_count = 2;
  assert_string_equal(order(&policy), "Hedge by `mine`");
  policy.target.kind = KEEL_TARGET_NONE;
  assert_string_equal(order(&policy), "Do not hedge");
}

static int fini(void **state) {
  (void)state;
  keel_text_fini(&text);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_called_by_their_time),
      cmocka_unit_test(amounts_have_three_digits),
      cmocka_unit_test(amounts_know_no_locale),
      cmocka_unit_test(policies_are_orders),
      cmocka_unit_test(what_is_too_much_to_say_has_a_name),
  };
  keel_text_init(&text);
  return cmocka_run_group_tests(tests, NULL, fini);
}
