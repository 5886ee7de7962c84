#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/support.h"

static void each_table_carries_its_name_and_its_own_functions(void **state) {
  (void)state;
  static const char *const levels[] = {"base", "v3", "v4"};
  const struct keel_kernel *tables[3] = {NULL};
  for (int i = 0; i < 3; i++) {
    if (keel_cpu_force(levels[i], NULL) != KEEL_STATUS_OK) continue;
    tables[i] = keel_kernel_now;
    assert_string_equal(tables[i]->level, levels[i]);
    assert_non_null(tables[i]->black_scholes_paths);
    assert_non_null(tables[i]->implied_vol);
    if (i) assert_ptr_not_equal(tables[i]->black_scholes, tables[0]->black_scholes);
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_table_carries_its_name_and_its_own_functions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
