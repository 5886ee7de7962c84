#include "book/contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "book/calendar.h"
#include "support/support.h"

static int kind_of(const char *text) { return keel_kind_parse(text, strlen(text)); }
static int exercise_of(const char *text) { return keel_exercise_parse(text, strlen(text)); }

static void names_are_read_in_any_case(void **state) {
  (void)state;
  assert_int_equal(kind_of("call"), KEEL_KIND_CALL);
  assert_int_equal(kind_of("CALL"), KEEL_KIND_CALL);
  assert_int_equal(kind_of("c"), KEEL_KIND_CALL);
  assert_int_equal(kind_of("P"), KEEL_KIND_PUT);
  assert_int_equal(kind_of("Put"), KEEL_KIND_PUT);
  assert_int_equal(kind_of("spot"), KEEL_KIND_SPOT);
  assert_int_equal(kind_of("future"), KEEL_KIND_FUTURE);
  assert_int_equal(exercise_of("European"), KEEL_EXERCISE_EUROPEAN);
  assert_int_equal(exercise_of("american"), KEEL_EXERCISE_AMERICAN);
  assert_int_equal(keel_kind_parse("calls", 4), KEEL_KIND_CALL);
}

static void other_names_are_refused(void **state) {
  (void)state;
  static const char *const cases[] = {"", "s", "f", "e", "a", "calls", "cal", "call ", " put", "futures", "straddle"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(kind_of(cases[i]), -1);
    assert_int_equal(exercise_of(cases[i]), -1);
  }
  assert_int_equal(keel_kind_parse("call\0", 5), -1);
}

static void names_round_trip(void **state) {
  (void)state;
  for (int kind = KEEL_KIND_SPOT; kind <= KEEL_KIND_PUT; kind++)
    assert_int_equal(kind_of(keel_kind_name((enum keel_kind)kind)), kind);
  for (int exercise = KEEL_EXERCISE_EUROPEAN; exercise <= KEEL_EXERCISE_AMERICAN; exercise++)
    assert_int_equal(exercise_of(keel_exercise_name((enum keel_exercise)exercise)), exercise);
  assert_true(keel_kind_is_option(KEEL_KIND_CALL) && keel_kind_is_option(KEEL_KIND_PUT));
  assert_false(keel_kind_is_option(KEEL_KIND_SPOT) || keel_kind_is_option(KEEL_KIND_FUTURE));
}

static void same_compares_what_names_a_contract(void **state) {
  (void)state;
  char other_text[] = "X";
  struct keel_contract call = {"X", KEEL_KIND_CALL, KEEL_EXERCISE_EUROPEAN, 100, 1000, 100, KEEL_SETTLEMENT_UNSAID},
                       b = call;
  b.underlying = other_text;
  b.exercise = KEEL_EXERCISE_AMERICAN;
  b.multiplier = 10;
  assert_true(keel_contract_same(&call, &b));
  b.underlying = "Y";
  assert_false(keel_contract_same(&call, &b));
  b = call, b.kind = KEEL_KIND_PUT;
  assert_false(keel_contract_same(&call, &b));
  b = call, b.strike = 100.5;
  assert_false(keel_contract_same(&call, &b));
  b = call, b.expiry_ns = 1001;
  assert_false(keel_contract_same(&call, &b));
  struct keel_contract future = {.underlying = "X", .kind = KEEL_KIND_FUTURE, .expiry_ns = 5, .strike = 0};
  b = future, b.strike = 7;
  assert_true(keel_contract_same(&future, &b));
  struct keel_contract spot = {.underlying = "X", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE};
  b = spot, b.expiry_ns = 0;
  assert_true(keel_contract_same(&spot, &b));
  assert_false(keel_contract_same(&spot, &future));
}

static int64_t instant(const char *calendar_name, const char *text, const struct keel_calendar **calendar) {
  struct keel_time_text time;
  keel_error error;
  if (keel_calendar_find(calendar_name, calendar, &error) != KEEL_STATUS_OK) fail_msg("%s", error.what);
  assert_true(keel_time_parse(text, strlen(text), &time));
  return keel_calendar_instant(*calendar, &time);
}

static void names_of_contracts(void **state) {
  (void)state;
  static const struct {
    const char *calendar, *expiry;
    enum keel_kind kind;
    double strike;
    const char *text;
  } cases[] = {
      {"nyse", "2026-03-20", KEEL_KIND_CALL, 100, "X call 100 2026-03-20"},
      {"nyse", "2026-03-20", KEEL_KIND_PUT, 2712.5, "X put 2712.5 2026-03-20"},
      {"nyse", "2026-03-20", KEEL_KIND_FUTURE, 0, "X future 2026-03-20"},
      {"nyse", "2026-03-20T16:00", KEEL_KIND_CALL, 100, "X call 100 2026-03-20"},
      {"nyse", "2026-11-27", KEEL_KIND_CALL, 100000, "X call 100000 2026-11-27"},
      {"nyse", "2026-11-27T16:00", KEEL_KIND_CALL, 0.1, "X call 0.1 2026-11-27T21:00Z"},
      {"nyse", "2026-03-20T08:00Z", KEEL_KIND_CALL, 12345.678, "X call 12345.678 2026-03-20T08:00Z"},
      {"nyse", "2026-03-20T08:00:01Z", KEEL_KIND_CALL, 1e300, "X call 1e+300 2026-03-20T08:00:01Z"},
      {"nyse", "2026-03-20T08:00:00.5Z", KEEL_KIND_CALL, 0.1 + 0.2,
       "X call 0.30000000000000004 2026-03-20T08:00:00.5Z"},
      {"nyse", "2026-04-03", KEEL_KIND_CALL, 1, "X call 1 2026-04-03"},
      {"utc", "2026-03-20", KEEL_KIND_PUT, 95, "X put 95 2026-03-20"},
      {"utc", "2026-03-20T08:00", KEEL_KIND_PUT, 95, "X put 95 2026-03-20T08:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct keel_calendar *calendar;
    int64_t expiry = instant(cases[i].calendar, cases[i].expiry, &calendar);
    struct keel_contract contract = {"X",    cases[i].kind, KEEL_EXERCISE_EUROPEAN, cases[i].strike,
                                     expiry, 100,           KEEL_SETTLEMENT_UNSAID};
    char buffer[128];
    int length = keel_contract_format(&contract, calendar, buffer, sizeof buffer);
    assert_string_equal(buffer, cases[i].text);
    assert_int_equal(length, strlen(buffer));
  }
}

static void spot_and_options_without_a_date(void **state) {
  (void)state;
  const struct keel_calendar *calendar;
  instant("nyse", "2026-03-20", &calendar);
  char buffer[64];
  struct keel_contract contract = {.underlying = "BRK.B", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE};
  keel_contract_format(&contract, calendar, buffer, sizeof buffer);
  assert_string_equal(buffer, "BRK.B spot");
  contract.kind = KEEL_KIND_PUT, contract.strike = 95;
  keel_contract_format(&contract, calendar, buffer, sizeof buffer);
  assert_string_equal(buffer, "BRK.B put 95");
  memset(buffer, 'x', sizeof buffer);
  assert_int_equal(keel_contract_format(&contract, calendar, buffer, 6), 12);
  assert_string_equal(buffer, "BRK.B");
  assert_true(buffer[6] == 'x');
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_read_in_any_case), cmocka_unit_test(other_names_are_refused),
      cmocka_unit_test(names_round_trip),           cmocka_unit_test(same_compares_what_names_a_contract),
      cmocka_unit_test(names_of_contracts),         cmocka_unit_test(spot_and_options_without_a_date),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
