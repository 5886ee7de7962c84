#include "base/input.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "support/support.h"

static unsigned char packed[1 << 16];

/* One gz member at `into`; returns its size. */
static size_t pack(const char *text, size_t length, unsigned char *into) {
  z_stream stream = {0};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = (unsigned char *)(uintptr_t)text;
  stream.avail_in = (unsigned)length;
  stream.next_out = into;
  stream.avail_out = sizeof packed / 2;
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return stream.total_out;
}

/* Reads all, `room` bytes at a time; the text is terminated and freed by the caller. */
static keel_status read_all(struct keel_input *input, size_t room, char **text, keel_error *error) {
  size_t used = 0, got;
  *text = calloc(1, 1);
  for (;;) {
    *text = realloc(*text, used + room + 1);
    keel_status status = keel_input_read(input, *text + used, room, &got, error);
    used += got;
    (*text)[used] = '\0';
    if (status || got == 0) return status;
  }
}

static void assert_reads(const void *bytes, size_t size, const char *want) {
  for (size_t room = 1; room < 20; room += 3) {
    struct keel_input *input;
    char *text;
    assert_int_equal(keel_input_open_bytes("memory", bytes, size, &input, NULL), KEEL_STATUS_OK);
    assert_int_equal(read_all(input, room, &text, NULL), KEEL_STATUS_OK);
    assert_string_equal(text, want);
    size_t done, total;
    keel_input_progress(input, &done, &total);
    assert_int_equal(done, size);
    assert_int_equal(total, size);
    free(text);
    keel_input_close(input);
  }
}

static void plain_and_gz_read_the_same(void **state) {
  (void)state;
  assert_reads("", 0, "");
  assert_reads("x", 1, "x");
  assert_reads("plain text", 10, "plain text");
  assert_reads(packed, pack("some text", 9, packed), "some text");
  assert_reads(packed, pack("", 0, packed), "");
}

static void members_and_padding_are_taken(void **state) {
  (void)state;
  size_t size = pack("one ", 4, packed);
  size += pack("two", 3, packed + size);
  assert_reads(packed, size, "one two");
  memset(packed + size, 0, 100);
  assert_reads(packed, size + 100, "one two");
}

static keel_status status_of(size_t size, keel_error *error) {
  struct keel_input *input;
  keel_status status = keel_input_open_bytes("cut.gz", packed, size, &input, error);
  if (status) return status;
  char *text;
  status = read_all(input, 100, &text, error);
  free(text);
  keel_input_close(input);
  return status;
}

static void a_gz_file_cut_anywhere_is_refused(void **state) {
  (void)state;
  size_t size = pack("a text that is cut, a text that is cut at every byte", 52, packed);
  for (size_t cut = 2; cut < size; cut++) {
    keel_error error;
    assert_int_equal(status_of(cut, &error), KEEL_STATUS_INPUT);
    assert_string_equal(error.where, "cut.gz");
    assert_non_null(strstr(error.what, "ends early"));
  }
  assert_int_equal(status_of(size, NULL), KEEL_STATUS_OK);
}

static void a_damaged_gz_file_is_refused(void **state) {
  (void)state;
  size_t size = pack("a text that is damaged", 22, packed);
  int refused = 0;
  for (size_t at = 10; at < size; at++) {
    packed[at] ^= 0x10;
    refused += status_of(size, NULL) == KEEL_STATUS_INPUT;
    packed[at] ^= 0x10;
  }
  assert_true(refused >= (int)size - 11); /* but for the bits that fill up the last byte of the data */
  packed[size] = 'x';
  assert_int_equal(status_of(size + 1, NULL), KEEL_STATUS_INPUT);
}

static void files_are_read_and_missing_ones_refused(void **state) {
  (void)state;
  static char text[200000];
  memset(text, 'y', sizeof text - 1);
  const char *path = keel_scratch_write("plain", text, sizeof text - 1);
  struct keel_input *input;
  char *got;
  assert_int_equal(keel_input_open(path, &input, NULL), KEEL_STATUS_OK);
  assert_string_equal(keel_input_path(input), path);
  assert_int_equal(read_all(input, 70000, &got, NULL), KEEL_STATUS_OK);
  assert_string_equal(got, text);
  free(got);
  keel_input_close(input);
  keel_error error;
  assert_int_equal(keel_input_open(keel_scratch("missing"), &input, &error), KEEL_STATUS_IO);
  assert_non_null(strstr(error.what, "No such file"));
  assert_int_equal(keel_input_open("/tmp", &input, &error), KEEL_STATUS_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_and_gz_read_the_same),
      cmocka_unit_test(members_and_padding_are_taken),
      cmocka_unit_test(a_gz_file_cut_anywhere_is_refused),
      cmocka_unit_test(a_damaged_gz_file_is_refused),
      cmocka_unit_test(files_are_read_and_missing_ones_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
