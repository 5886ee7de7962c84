#include "world/contract_index.h"

#include <stdlib.h>

#include "support/support.h"

static void every_contract_is_found_and_no_other(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  struct keel_contract *contracts = calloc(COUNT, sizeof *contracts);
  struct keel_contract_index index = {0};
  static const char *const names[] = {"X", "Y", "XY", "SPXW"};
  assert_int_equal(keel_contract_index_find(&index, contracts, &(struct keel_contract){.underlying = "X"}),
                   KEEL_CONTRACT_NONE);
  for (uint32_t i = 0; i < COUNT; i++) {
    contracts[i] = (struct keel_contract){.underlying = names[i % 4],
                                          .kind = i / 4 % 2 ? KEEL_KIND_CALL : KEEL_KIND_PUT,
                                          .strike = 1 + i / 8 % 100 * 0.5,
                                          .expiry_ns = i / 800 * KEEL_NS_PER_DAY,
                                          .multiplier = 100};
    assert_int_equal(keel_contract_index_find(&index, contracts, &contracts[i]), KEEL_CONTRACT_NONE);
    assert_true(keel_contract_index_add(&index, contracts, i));
  }
  for (uint32_t i = 0; i < COUNT; i++) assert_int_equal(keel_contract_index_find(&index, contracts, &contracts[i]), i);
  keel_contract_index_fini(&index);
  free(contracts);
}

static void what_a_kind_has_not_does_not_matter(void **state) {
  (void)state;
  struct keel_contract contracts[] = {
      {.underlying = "X", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1},
      {.underlying = "X", .kind = KEEL_KIND_FUTURE, .expiry_ns = 5, .multiplier = 1}};
  struct keel_contract_index index = {0};
  for (uint32_t i = 0; i < 2; i++) assert_true(keel_contract_index_add(&index, contracts, i));
  struct keel_contract other = contracts[0];
  other.strike = 7;
  other.expiry_ns = 3;
  assert_int_equal(keel_contract_index_find(&index, contracts, &other), 0);
  other = contracts[1];
  other.strike = 7;
  assert_int_equal(keel_contract_index_find(&index, contracts, &other), 1);
  other.expiry_ns = 6;
  assert_int_equal(keel_contract_index_find(&index, contracts, &other), KEEL_CONTRACT_NONE);
  keel_contract_index_fini(&index);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_contract_is_found_and_no_other),
      cmocka_unit_test(what_a_kind_has_not_does_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
