#include "drive/dates.h"

#include <math.h>

#include "base/time.h"
#include "support/support.h"

enum { START = 1000 };

static void years_are_rounded_to_nanoseconds(void **state) {
  (void)state;
  assert_int_equal(keel_years_after(START, 0), START);
  assert_int_equal(keel_years_after(START, 1), START + KEEL_NS_PER_YEAR);
  assert_int_equal(keel_years_after(START, 0.25), START + KEEL_NS_PER_YEAR / 4);
  assert_int_equal(keel_years_after(START, 0.4 / (double)KEEL_NS_PER_YEAR), START);
  assert_int_equal(keel_years_after(START, 0.6 / (double)KEEL_NS_PER_YEAR), START + 1);
  assert_int_equal(keel_years_after(START, 1.0 / 12), START + 2628000000000000);
}

static void what_has_no_date_gets_one(void **state) {
  (void)state;
  struct keel_position positions[] = {
      {.contract = {.kind = KEEL_KIND_CALL, .expiry_ns = KEEL_TIME_NONE}, .years = 0.5},
      {.contract = {.kind = KEEL_KIND_PUT, .expiry_ns = 77}, .years = NAN},
      {.contract = {.kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE}, .years = NAN},
  };
  struct keel_hedge_instrument with[] = {
      {.contract = {.kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE}, .years = NAN},
      {.contract = {.kind = KEEL_KIND_FUTURE, .expiry_ns = KEEL_TIME_NONE}, .years = 1},
  };
  const struct keel_policy policy = {.with = with, .with_count = 2};
  struct keel_arena arena;
  keel_arena_init(&arena);
  struct keel_book book = keel_book_dated(&arena, &(struct keel_book){positions, 3}, START);
  const struct keel_policy *dated = keel_policy_dated(&arena, &policy, START);
  assert_int_equal(book.count, 3);
  assert_int_equal(book.positions[0].contract.expiry_ns, START + KEEL_NS_PER_YEAR / 2);
  assert_int_equal(book.positions[1].contract.expiry_ns, 77);
  assert_true(book.positions[2].contract.expiry_ns == KEEL_TIME_NONE);
  assert_true(dated->with[0].contract.expiry_ns == KEEL_TIME_NONE);
  assert_int_equal(dated->with[1].contract.expiry_ns, START + KEEL_NS_PER_YEAR);
  assert_true(positions[0].contract.expiry_ns == KEEL_TIME_NONE && with[1].contract.expiry_ns == KEEL_TIME_NONE);
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(years_are_rounded_to_nanoseconds),
      cmocka_unit_test(what_has_no_date_gets_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
