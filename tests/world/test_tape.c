#include "world/tape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "support/support.h"
#include "world/tape_record.h"

static const struct keel_contract contracts[] = {
    {.underlying = "X", .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE, .multiplier = 1},
    {.underlying = "X",
     .kind = KEEL_KIND_CALL,
     .exercise = KEEL_EXERCISE_AMERICAN,
     .strike = 99.5,
     .expiry_ns = 900,
     .multiplier = 100},
    {.underlying = "Ünder", .kind = KEEL_KIND_FUTURE, .expiry_ns = 901, .multiplier = 50},
};

static void write_instant(struct keel_tape_writer *writer, int64_t time_ns, size_t count, const uint32_t *ids,
                          const double *bids, const double *asks) {
  const struct keel_tape_instant instant = {time_ns, count, ids, bids, asks};
  assert_int_equal(keel_tape_writer_instant(writer, &instant, NULL), KEEL_STATUS_OK);
}

/* Three contracts, three instants, one problem. */
static const char *small_tape(const char *name) {
  const char *path = keel_scratch(name);
  struct keel_tape_writer *writer;
  assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_tape_writer_contract(writer, &contracts[0]), 0);
  assert_int_equal(keel_tape_writer_contract(writer, &contracts[1]), 1);
  write_instant(writer, 100, 2, (uint32_t[]){1, 0}, (double[]){0, 99}, (double[]){NAN, 99.25});
  assert_int_equal(keel_tape_writer_problem(writer, "crossed", 3, NULL), 0);
  assert_int_equal(keel_tape_writer_contract(writer, &contracts[2]), 2);
  write_instant(writer, 101, 3, (uint32_t[]){0, 2, 1}, (double[]){1, 5, -3}, (double[]){2, 4, NAN});
  write_instant(writer, 102, 0, NULL, NULL, NULL);
  assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_OK);
  return path;
}

/* Two contracts and two instants of a simulated market. Records: head, model, contract, contract, instant, rate, vols,
 * instant, vols, end. */
static const char *model_tape(const char *name) {
  const char *path = keel_scratch(name);
  struct keel_tape_writer *writer;
  assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_tape_writer_model(writer, &(struct keel_tape_model){50, 7, 3, "X: gbm"}, NULL), 0);
  keel_tape_writer_contract(writer, &contracts[0]);
  keel_tape_writer_contract(writer, &contracts[1]);
  write_instant(writer, 100, 1, (uint32_t[]){0}, (double[]){99}, (double[]){99});
  assert_int_equal(keel_tape_writer_rate(writer, -0.01, NULL), 0);
  const struct keel_tape_vols both = {2, (uint32_t[]){1, 0}, (double[]){0.2, 0}, (double[]){-0.1, 0}};
  assert_int_equal(keel_tape_writer_vols(writer, &both, NULL), 0);
  write_instant(writer, 101, 0, NULL, NULL, NULL);
  const struct keel_tape_vols one = {1, (uint32_t[]){1}, (double[]){0.3}, (double[]){0}};
  assert_int_equal(keel_tape_writer_vols(writer, &one, NULL), 0);
  assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_OK);
  return path;
}

/* The file's bytes, aligned; freed by the caller. */
static unsigned char *load(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  unsigned char *bytes = malloc(1 << 16);
  *size = fread(bytes, 1, 1 << 16, file);
  fclose(file);
  return bytes;
}

static void assert_contract(const struct keel_tape *tape, uint32_t id) {
  const struct keel_contract *got = keel_tape_contract(tape, id), *want = &contracts[id];
  assert_string_equal(got->underlying, want->underlying);
  assert_int_equal(got->kind, want->kind);
  assert_int_equal(got->exercise, want->exercise);
  assert_true(got->strike == want->strike && got->multiplier == want->multiplier && got->expiry_ns == want->expiry_ns);
}

static void what_was_written_is_read(void **state) {
  (void)state;
  struct keel_tape *tape;
  assert_int_equal(keel_tape_open(small_tape("small"), &tape, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_tape_contracts(tape), 3);
  for (uint32_t id = 0; id < 3; id++) assert_contract(tape, id);
  assert_int_equal(keel_tape_problems(tape), 1);
  const char *kind;
  uint64_t count;
  keel_tape_problem(tape, 0, &kind, &count);
  assert_string_equal(kind, "crossed");
  assert_int_equal(count, 3);
  assert_int_equal(keel_tape_instants(tape), 3);
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_int_equal(instant.time_ns, 100);
  assert_int_equal(instant.count, 2);
  assert_int_equal(instant.ids[0], 1);
  assert_true(instant.bids[0] == 0 && isnan(instant.asks[0]) && instant.bids[1] == 99 && instant.asks[1] == 99.25);
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_int_equal(instant.count, 3);
  assert_int_equal(instant.ids[2], 1);
  assert_true(instant.bids[2] == -3 && instant.asks[1] == 4);
  assert_int_equal((uintptr_t)instant.bids % 8, 0);
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_int_equal(instant.count, 0);
  assert_false(keel_tape_next(tape, &cursor, &instant));
  keel_tape_close(tape);
}

static void what_a_model_made_is_read(void **state) {
  (void)state;
  struct keel_tape *tape;
  assert_int_equal(keel_tape_open(small_tape("recorded"), &tape, NULL), KEEL_STATUS_OK);
  assert_null(keel_tape_model(tape));
  keel_tape_close(tape);
  assert_int_equal(keel_tape_open(model_tape("model"), &tape, NULL), KEEL_STATUS_OK);
  const struct keel_tape_model *model = keel_tape_model(tape);
  assert_true(model && model->start_ns == 50 && model->seed == 7 && model->path == 3);
  assert_string_equal(model->text, "X: gbm");
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  struct keel_tape_vols vols;
  double rate = 5;
  assert_false(keel_tape_rate(tape, &cursor, &rate) || keel_tape_vols(tape, &cursor, &vols));
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_true(keel_tape_rate(tape, &cursor, &rate) && rate == -0.01);
  assert_true(keel_tape_vols(tape, &cursor, &vols) && vols.count == 2);
  assert_true(vols.ids[0] == 1 && vols.ids[1] == 0 && vols.vols[0] == 0.2 && vols.vols[1] == 0);
  assert_true(vols.slopes[0] == -0.1 && vols.slopes[1] == 0);
  assert_true(keel_tape_next(tape, &cursor, &instant));
  assert_int_equal(instant.time_ns, 101);
  assert_false(keel_tape_rate(tape, &cursor, &rate));
  assert_true(keel_tape_vols(tape, &cursor, &vols) && vols.count == 1 && vols.vols[0] == 0.3);
  assert_false(keel_tape_next(tape, &cursor, &instant));
  keel_tape_close(tape);
}

static void same_content_same_bytes(void **state) {
  (void)state;
  size_t size, again;
  unsigned char *one = load(small_tape("one"), &size), *two = load(small_tape("two"), &again);
  assert_int_equal(size, again);
  assert_memory_equal(one, two, size);
  assert_int_equal(keel_crc32c(0, one, size), 0x3aaf8f75); /* the format is a promise to older tapes */
  free(one);
  one = load(model_tape("made"), &size);
  assert_int_equal(keel_crc32c(0, one, size), 0xd31dc8eb);
  free(one);
  free(two);
}

static void assert_refused(const unsigned char *bytes, size_t size, keel_status want) {
  struct keel_tape *tape;
  keel_error error = {0};
  unsigned char *exact = malloc(size ? size : 1); /* so that a sanitizer sees a read beyond the end */
  memcpy(exact, bytes, size);
  assert_int_equal(keel_tape_open_bytes("small.tape", exact, size, &tape, &error), want);
  assert_int_equal(error.status, want);
  assert_null(tape);
  assert_string_equal(error.where, "small.tape");
  assert_non_null(strstr(error.what, "byte "));
  free(exact);
}

static void refuse_each_cut(const char *path) {
  size_t size;
  unsigned char *bytes = load(path, &size);
  for (size_t cut = 0; cut < size; cut++) assert_refused(bytes, cut, KEEL_STATUS_CORRUPT);
  for (size_t more = 1; more < 100; more++) {
    bytes[size + more - 1] = (unsigned char)(more > 50);
    assert_refused(bytes, size + more, KEEL_STATUS_CORRUPT);
  }
  free(bytes);
}

static void a_tape_cut_at_any_byte_is_refused(void **state) {
  (void)state;
  refuse_each_cut(small_tape("cut"));
  refuse_each_cut(model_tape("cut"));
}

static void refuse_each_flip(const char *path) {
  size_t size;
  unsigned char *bytes = load(path, &size);
  for (size_t bit = 0; bit < size * 8; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    assert_refused(bytes, size, KEEL_STATUS_CORRUPT);
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
  free(bytes);
}

static void a_tape_with_any_bit_changed_is_refused(void **state) {
  (void)state;
  refuse_each_flip(small_tape("flipped"));
  refuse_each_flip(model_tape("flipped"));
}

static void files_that_are_no_tapes_are_refused(void **state) {
  (void)state;
  struct keel_tape *tape;
  keel_error error;
  assert_int_equal(keel_tape_open(keel_scratch("missing.tape"), &tape, &error), KEEL_STATUS_IO);
  assert_int_equal(keel_tape_open("/tmp", &tape, &error), KEEL_STATUS_IO);
  assert_int_equal(keel_tape_open(keel_scratch_write("empty.tape", "", 0), &tape, &error), KEEL_STATUS_CORRUPT);
  assert_int_equal(keel_tape_open(keel_scratch_write("text.tape", "underlying,spot\nX,1\n", 20), &tape, &error),
                   KEEL_STATUS_CORRUPT);
}

/* ---- records with right check sums and wrong content ---- */

/* Repairs sequence numbers and check sums after a change. */
static void repair(unsigned char *bytes, size_t size) {
  uint32_t previous = 0;
  uint64_t sequence = 0;
  for (size_t at = 0; at < size;) {
    struct keel_tape_record head;
    memcpy(&head, bytes + at, sizeof head);
    head.sequence = sequence++;
    head.previous = previous;
    size_t padded = keel_tape_padded(head.length);
    memcpy(bytes + at, &head, sizeof head);
    head.crc = previous = keel_crc32c(keel_crc32c(0, bytes + at, 4), bytes + at + 8, padded - 8);
    memcpy(bytes + at, &head, sizeof head);
    at += padded;
  }
}

static size_t offset_of(const unsigned char *bytes, size_t record) {
  size_t at = 0;
  for (struct keel_tape_record head; record--; at += keel_tape_padded(head.length))
    memcpy(&head, bytes + at, sizeof head);
  return at;
}

/* Record, offset in it, what is put there. */
struct change {
  size_t record, offset, size;
  const void *bytes;
  keel_status want;
};

static void refuse_changes(const char *path, const struct change *changes, size_t count) {
  size_t size;
  unsigned char *bytes = load(path, &size), *copy = malloc(size);
  for (size_t i = 0; i < count; i++) {
    memcpy(copy, bytes, size);
    memcpy(copy + offset_of(bytes, changes[i].record) + changes[i].offset, changes[i].bytes, changes[i].size);
    repair(copy, size);
    assert_refused(copy, size, changes[i].want);
  }
  free(bytes);
  free(copy);
}

static void sound_records_with_wrong_content_are_refused(void **state) {
  (void)state;
  enum { BODY = sizeof(struct keel_tape_record) };
  const uint32_t one = 1, nine = 9;
  const uint64_t many = 1000, huge = UINT64_MAX / 4;
  const double zero = 0, infinite = INFINITY, none = NAN, minus = -1;
  const int64_t early = 50, both_early[] = {50, 50}, never = KEEL_TIME_NONE;
  const uint16_t kind = 99, exercise = 2;
  const struct change changes[] = {
      {0, BODY, 1, "x", KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, strike), 8, &zero, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, strike), 8, &none, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, multiplier), 8, &minus, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, multiplier), 8, &infinite, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, id), 4, &nine, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, kind), 2, &kind, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, exercise), 2, &exercise, KEEL_STATUS_CORRUPT},
      {2, BODY + offsetof(struct keel_tape_contract_body, expiry_ns), 8, &never, KEEL_STATUS_CORRUPT},
      {1, BODY + sizeof(struct keel_tape_contract_body), 1, "", KEEL_STATUS_CORRUPT},
      {1, BODY + sizeof(struct keel_tape_contract_body), 1, "\n", KEEL_STATUS_CORRUPT},
      {1, BODY + sizeof(struct keel_tape_contract_body) + 1, 1, "y", KEEL_STATUS_CORRUPT},
      {3, BODY, 8, &many, KEEL_STATUS_CORRUPT},
      {3, BODY, 8, &huge, KEEL_STATUS_CORRUPT},
      {3, BODY + 8, 8, &infinite, KEEL_STATUS_CORRUPT},
      {3, BODY + 8 + 32, 4, &nine, KEEL_STATUS_CORRUPT},
      {3, BODY + 8 + 32 + 4, 4, &one, KEEL_STATUS_CORRUPT},
      {3, offsetof(struct keel_tape_record, wall_ns), 8, &early, KEEL_STATUS_CORRUPT},
      {6, offsetof(struct keel_tape_record, monotonic_ns), 16, both_early, KEEL_STATUS_CORRUPT},
      {4, offsetof(struct keel_tape_record, monotonic_ns), 16, both_early, KEEL_STATUS_CORRUPT},
      {8, BODY + offsetof(struct keel_tape_end_body, quotes), 8, &many, KEEL_STATUS_CORRUPT},
      {3, offsetof(struct keel_tape_record, type), 2, &kind, KEEL_STATUS_UNSUPPORTED},
      {3, offsetof(struct keel_tape_record, version), 2, &kind, KEEL_STATUS_UNSUPPORTED},
  };
  refuse_changes(small_tape("wrong"), changes, sizeof changes / sizeof *changes);
}

static void sound_records_of_a_model_with_wrong_content_are_refused(void **state) {
  (void)state;
  enum { BODY = sizeof(struct keel_tape_record) };
  const uint32_t nine = 9;
  const uint64_t many = 1000;
  const double infinite = INFINITY, none = NAN, minus = -0.1;
  const uint16_t instant = KEEL_TAPE_INSTANT, rate = KEEL_TAPE_RATE, vols = KEEL_TAPE_VOLS, model = KEEL_TAPE_MODEL;
  const size_t type = offsetof(struct keel_tape_record, type);
  const struct change changes[] = {
      {1, BODY + sizeof(struct keel_tape_model_body), 1, "", KEEL_STATUS_CORRUPT},
      {5, BODY, 8, &infinite, KEEL_STATUS_CORRUPT},
      {5, BODY, 8, &none, KEEL_STATUS_CORRUPT},
      {6, BODY, 8, &many, KEEL_STATUS_CORRUPT},
      {6, BODY + 8, 8, &minus, KEEL_STATUS_CORRUPT},
      {6, BODY + 8, 8, &none, KEEL_STATUS_CORRUPT},
      {6, BODY + 8 + 16, 8, &infinite, KEEL_STATUS_CORRUPT},
      {6, BODY + 8 + 32, 4, &nine, KEEL_STATUS_CORRUPT},
      {6, BODY + 8 + 32 + 4, 4, (uint32_t[]){1}, KEEL_STATUS_CORRUPT},
      {4, type, 2, &vols, KEEL_STATUS_CORRUPT},
      {4, type, 2, &rate, KEEL_STATUS_CORRUPT},
      {5, type, 2, &model, KEEL_STATUS_CORRUPT},
      {6, type, 2, &instant, KEEL_STATUS_CORRUPT},
  };
  refuse_changes(model_tape("wrong"), changes, sizeof changes / sizeof *changes);
}

/* Records: head, split, end. */
static void splits_that_quotes_do_not_show_are_read(void **state) {
  (void)state;
  enum { BODY = sizeof(struct keel_tape_record) };
  const char *path = keel_scratch("split");
  struct keel_tape_writer *writer;
  assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_tape_writer_split(writer, &(struct keel_tape_split){"AAPL", 50, 7}, NULL), 0);
  assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_OK);
  struct keel_tape *tape;
  struct keel_tape_split split;
  assert_int_equal(keel_tape_open(path, &tape, NULL), KEEL_STATUS_OK);
  assert_true(keel_tape_split_at(tape, 0, &split) && split.ex_ns == 50 && split.ratio == 7);
  assert_string_equal(split.underlying, "AAPL");
  assert_false(keel_tape_split_at(tape, 1, &split));
  keel_tape_close(tape);
  static const double ratios[] = {0, -7, 1, NAN, INFINITY};
  struct change changes[7] = {{1, BODY + 16, 1, "", KEEL_STATUS_CORRUPT}, {1, BODY + 17, 1, "\n", KEEL_STATUS_CORRUPT}};
  for (size_t i = 0; i < 5; i++) {
    changes[2 + i] = (struct change){1, BODY + 8, 8, &ratios[i], KEEL_STATUS_CORRUPT};
    assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
    assert_int_equal(keel_tape_writer_split(writer, &(struct keel_tape_split){"X", 5, ratios[i]}, NULL),
                     KEEL_STATUS_INPUT);
    keel_tape_writer_abort(writer);
  }
  refuse_changes(path, changes, sizeof changes / sizeof *changes);
}

static void missing_and_repeated_records_are_refused(void **state) {
  (void)state;
  size_t size;
  unsigned char *bytes = load(small_tape("missing"), &size), *copy = malloc(2 * size);
  for (size_t record = 0; record < 9; record++) {
    size_t from = offset_of(bytes, record), next = offset_of(bytes, record + 1);
    memcpy(copy, bytes, from);
    memcpy(copy + from, bytes + next, size - next);
    repair(copy, size - (next - from));
    assert_refused(copy, size - (next - from), KEEL_STATUS_CORRUPT);
    memcpy(copy, bytes, next);
    memcpy(copy + next, bytes + from, size - from);
    repair(copy, size + (next - from));
    assert_refused(copy, size + (next - from), KEEL_STATUS_CORRUPT);
  }
  free(bytes);
  free(copy);
}

/* Rates and vols belong to an instant, once each, the rate first; the model comes before all. */
static void misplaced_records_of_a_model_are_refused(void **state) {
  (void)state;
  size_t size;
  unsigned char *bytes = load(model_tape("misplaced"), &size), *copy = malloc(2 * size);
  const struct {
    size_t record, before;
  } moves[] = {{5, 4}, {5, 5}, {6, 5}, {6, 6}, {6, 4}, {5, 8}, {1, 1}, {1, 7}, {5, 0}};
  for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
    size_t from = offset_of(bytes, moves[i].record), count = offset_of(bytes, moves[i].record + 1) - from;
    size_t to = offset_of(bytes, moves[i].before);
    memcpy(copy, bytes, to);
    memcpy(copy + to, bytes + from, count);
    memcpy(copy + to + count, bytes + to, size - to);
    repair(copy, size + count);
    assert_refused(copy, size + count, KEEL_STATUS_CORRUPT);
  }
  free(bytes);
  free(copy);
}

/* A record that is sound by itself, and not the one that the next one follows. */
static void a_record_of_another_tape_is_refused(void **state) {
  (void)state;
  size_t size;
  unsigned char *bytes = load(small_tape("spliced"), &size), *record = bytes + offset_of(bytes, 3);
  const double bid = 98;
  struct keel_tape_record head;
  memcpy(record + sizeof head + 16, &bid, sizeof bid);
  memcpy(&head, record, sizeof head);
  head.crc = keel_crc32c(keel_crc32c(0, record, 4), record + 8, keel_tape_padded(head.length) - 8);
  memcpy(record, &head, sizeof head);
  assert_refused(bytes, size, KEEL_STATUS_CORRUPT);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_written_is_read),
      cmocka_unit_test(what_a_model_made_is_read),
      cmocka_unit_test(same_content_same_bytes),
      cmocka_unit_test(a_tape_cut_at_any_byte_is_refused),
      cmocka_unit_test(a_tape_with_any_bit_changed_is_refused),
      cmocka_unit_test(files_that_are_no_tapes_are_refused),
      cmocka_unit_test(sound_records_with_wrong_content_are_refused),
      cmocka_unit_test(sound_records_of_a_model_with_wrong_content_are_refused),
      cmocka_unit_test(misplaced_records_of_a_model_are_refused),
      cmocka_unit_test(splits_that_quotes_do_not_show_are_read),
      cmocka_unit_test(missing_and_repeated_records_are_refused),
      cmocka_unit_test(a_record_of_another_tape_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
