#include "base/arena.h"

#include "support/support.h"

static void pieces_are_zeroed_aligned_and_apart(void **state) {
  (void)state;
  struct keel_arena arena;
  keel_arena_init(&arena);
  double *small = KEEL_ARENA_NEW(&arena, double, 3);
  double *large = KEEL_ARENA_NEW(&arena, double, 100000);
  small[2] = 1;
  assert_int_equal((uintptr_t)small % 64, 0);
  assert_int_equal((uintptr_t)large % 64, 0);
  for (int i = 0; i < 100000; i++) assert_true(large[i] == 0);
  assert_string_equal(keel_arena_text(&arena, "keelson", 4), "keel");
  keel_arena_fini(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pieces_are_zeroed_aligned_and_apart)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
