#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "support/program.h"
#include "world/tape.h"

static const struct keel_contract spot = {
    .underlying = "X", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1};

static struct keel_tape_writer *open_writer(const char *path) {
  struct keel_tape_writer *writer;
  assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
  return writer;
}

static keel_status write_spot(struct keel_tape_writer *writer, int64_t time_ns, double bid) {
  return keel_tape_writer_instant(writer, &(struct keel_tape_instant){time_ns, 1, &(uint32_t){0}, &bid, &bid}, NULL);
}

static void a_full_disk_is_reported(void **state) {
  (void)state;
  keel_error error = {0};
  struct keel_tape_writer *writer = open_writer("/dev/full");
  keel_tape_writer_contract(writer, &spot);
  assert_int_equal(keel_tape_writer_close(writer, &error), KEEL_STATUS_IO);
  assert_string_equal(error.where, "/dev/full");
  assert_non_null(strstr(error.what, "No space"));
}

static void a_size_limit_leaves_nothing(void **state) {
  (void)state;
  enum { COUNT = 30000 };
  struct rlimit before, small;
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 1000 * 1000;
  signal(SIGXFSZ, SIG_IGN);
  struct keel_tape_writer *writer = open_writer(keel_scratch("limited.tape"));
  uint32_t *ids = calloc(COUNT, sizeof *ids);
  double *bids = calloc(COUNT, sizeof *bids);
  for (uint32_t i = 0; i < COUNT; i++) {
    struct keel_contract future = {.underlying = "X", .kind = KEEL_KIND_FUTURE, .expiry_ns = i, .multiplier = 1};
    ids[i] = keel_tape_writer_contract(writer, &future);
  }
  setrlimit(RLIMIT_FSIZE, &small);
  keel_error error = {0};
  keel_status status = KEEL_STATUS_OK;
  for (int i = 0; i < 10 && !status; i++)
    status = keel_tape_writer_instant(writer, &(struct keel_tape_instant){i, COUNT, ids, bids, bids}, &error);
  keel_status closed = keel_tape_writer_close(writer, &error);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(status, KEEL_STATUS_IO);
  assert_int_equal(closed, KEEL_STATUS_IO);
  assert_int_equal(keel_scratch_count("limited"), 0);
  free(ids);
  free(bids);
}

static void giving_up_leaves_nothing(void **state) {
  (void)state;
  struct keel_tape_writer *writer = open_writer(keel_scratch("given-up.tape"));
  keel_tape_writer_contract(writer, &spot);
  keel_tape_writer_abort(writer);
  assert_int_equal(keel_scratch_count("given-up"), 0);
  struct keel_tape_writer *none;
  assert_int_equal(keel_tape_writer_open(keel_scratch("none/x.tape"), &none, NULL), KEEL_STATUS_IO);
  assert_null(none);
}

/* Each wrong call fails, and so does the tape; nothing is left. */
static void wrong_content_is_refused(void **state) {
  (void)state;
  for (int mistake = 0; mistake < 6; mistake++) {
    struct keel_tape_writer *writer = open_writer(keel_scratch("wrong.tape"));
    keel_tape_writer_contract(writer, &spot);
    assert_int_equal(write_spot(writer, 5, 100), KEEL_STATUS_OK);
    const double twos[] = {1, 1};
    struct keel_contract bad = {
        .underlying = "X", .kind = KEEL_KIND_CALL, .strike = -1, .expiry_ns = 9, .multiplier = 100};
    keel_status status = KEEL_STATUS_INPUT;
    if (mistake == 0) status = write_spot(writer, 5, 100);
    if (mistake == 1) status = write_spot(writer, 6, INFINITY);
    if (mistake == 2)
      status =
          keel_tape_writer_instant(writer, &(struct keel_tape_instant){6, 2, (uint32_t[]){0, 0}, twos, twos}, NULL);
    if (mistake == 3)
      status = keel_tape_writer_instant(writer, &(struct keel_tape_instant){6, 1, (uint32_t[]){1}, twos, twos}, NULL);
    if (mistake == 4) status = keel_tape_writer_problem(writer, "", 6, NULL);
    if (mistake == 5) keel_tape_writer_contract(writer, &bad);
    assert_int_equal(status, KEEL_STATUS_INPUT);
    assert_int_equal(write_spot(writer, 7, 100), KEEL_STATUS_INPUT);
    assert_int_equal(keel_tape_writer_problem(writer, "x", 6, NULL), KEEL_STATUS_INPUT);
    keel_error error = {0};
    assert_int_equal(keel_tape_writer_close(writer, &error), KEEL_STATUS_INPUT);
    assert_true(error.what[0] != '\0');
    assert_int_equal(keel_scratch_count("wrong"), 0);
  }
}

/* Rates, vols and models where they do not belong, or with numbers that are none. */
static void wrong_content_of_a_model_is_refused(void **state) {
  (void)state;
  for (int mistake = 0; mistake < 9; mistake++) {
    struct keel_tape_writer *writer = open_writer(keel_scratch("wrong.tape"));
    const struct keel_tape_model model = {5, 1, 0, "X: gbm"}, silent = {5, 1, 0, ""};
    const uint32_t ids[] = {0, 0}, far[] = {1};
    const double good[] = {0.2, 0.2}, minus[] = {-0.2}, none[] = {NAN};
    const struct keel_tape_vols vols[] = {
        {1, ids, minus, good}, {1, ids, good, none}, {2, ids, good, good}, {1, far, good, good}, {1, ids, good, good}};
    keel_tape_writer_contract(writer, &spot);
    if (mistake == 0) assert_int_equal(keel_tape_writer_rate(writer, 0.1, NULL), KEEL_STATUS_INPUT);
    if (mistake == 1) assert_int_equal(keel_tape_writer_model(writer, &silent, NULL), KEEL_STATUS_INPUT);
    if (mistake == 2) {
      assert_int_equal(keel_tape_writer_model(writer, &model, NULL), KEEL_STATUS_OK);
      assert_int_equal(keel_tape_writer_model(writer, &model, NULL), KEEL_STATUS_INPUT);
    }
    if (mistake > 2) assert_int_equal(write_spot(writer, 5, 100), KEEL_STATUS_OK);
    if (mistake == 3) assert_int_equal(keel_tape_writer_rate(writer, NAN, NULL), KEEL_STATUS_INPUT);
    if (mistake == 4) {
      assert_int_equal(keel_tape_writer_vols(writer, &vols[4], NULL), KEEL_STATUS_OK);
      assert_int_equal(keel_tape_writer_rate(writer, 0.1, NULL), KEEL_STATUS_INPUT);
    }
    if (mistake > 4) assert_int_equal(keel_tape_writer_vols(writer, &vols[mistake - 5], NULL), KEEL_STATUS_INPUT);
    assert_int_equal(keel_tape_writer_model(writer, &model, NULL), KEEL_STATUS_INPUT);
    assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_INPUT);
    assert_int_equal(keel_scratch_count("wrong"), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_disk_is_reported),
      cmocka_unit_test(a_size_limit_leaves_nothing),
      cmocka_unit_test(giving_up_leaves_nothing),
      cmocka_unit_test(wrong_content_is_refused),
      cmocka_unit_test(wrong_content_of_a_model_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
