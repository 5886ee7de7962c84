#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#include "support/support.h"

enum { TASKS = 1000 };

struct sums {
  size_t threads;
  uint64_t values[TASKS];
  unsigned char times[TASKS];
};

static void square(void *context, size_t index, size_t worker) {
  struct sums *sums = context;
  assert_true(worker < sums->threads);
  sums->values[index] += index * index;
  sums->times[index]++;
}

static void every_task_runs_once_on_any_number_of_threads(void **state) {
  (void)state;
  for (size_t threads = 1; threads <= 9; threads += 2) {
    struct keel_pool *pool;
    struct sums sums = {.threads = threads};
    assert_int_equal(keel_pool_new(threads, &pool, NULL), KEEL_STATUS_OK);
    keel_pool_run(pool, TASKS, square, &sums);
    keel_pool_free(pool);
    for (size_t i = 0; i < TASKS; i++) {
      assert_int_equal(sums.times[i], 1);
      assert_int_equal(sums.values[i], i * i);
    }
  }
}

static void a_pool_runs_again_and_again(void **state) {
  (void)state;
  struct keel_pool *pool;
  struct sums sums = {.threads = 3};
  assert_int_equal(keel_pool_new(3, &pool, NULL), KEEL_STATUS_OK);
  for (int i = 0; i < 200; i++) keel_pool_run(pool, (size_t)i % 5, square, &sums);
  keel_pool_free(pool);
  assert_int_equal(sums.times[0], 160);
  assert_int_equal(sums.times[3], 40);
  assert_int_equal(sums.times[4], 0);
}

static void nothing_to_do_and_nothing_to_free_are_fine(void **state) {
  (void)state;
  struct keel_pool *pool;
  assert_int_equal(keel_pool_new(4, &pool, NULL), KEEL_STATUS_OK);
  keel_pool_free(pool);
  keel_pool_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_task_runs_once_on_any_number_of_threads),
      cmocka_unit_test(a_pool_runs_again_and_again),
      cmocka_unit_test(nothing_to_do_and_nothing_to_free_are_fine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
