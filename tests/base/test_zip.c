#include "base/zip.h"

#include <stdlib.h>
#include <string.h>

#include "support/program.h"
#include "support/zips.h"

/* Where the central directory's head of an entry begins. */
static unsigned char *central(unsigned char *bytes, size_t size, size_t entry) {
  for (size_t i = 0; i + 4 <= size; i++)
    if (memcmp(bytes + i, "PK\1\2", 4) == 0 && entry-- == 0) return bytes + i;
  fail_msg("no such entry");
  return NULL;
}

/* Opens bytes and reads all entries; returns the first error. */
static keel_status read_all(const void *bytes, size_t size, keel_error *error) {
  struct keel_zip *zip;
  const char *text;
  size_t length;
  keel_status status = keel_zip_open_bytes("t.zip", bytes, size, &zip, error);
  if (status) return status;
  for (size_t i = 0; i < keel_zip_entries(zip) && !status; i++) {
    status = keel_zip_read(zip, i, &text, &length, error);
    if (!status) assert_int_equal(text[length], '\0');
  }
  keel_zip_close(zip);
  return status;
}

static unsigned char *made(const struct keel_made_entry *entries, size_t count, size_t *size) {
  return (unsigned char *)keel_file_content(keel_zip_made("made.zip", entries, count), size);
}

static void assert_refused(const void *bytes, size_t size, const char *where, const char *what) {
  keel_error error = {0};
  assert_int_equal(read_all(bytes, size, &error), KEEL_STATUS_INPUT);
  if (strcmp(error.where, where) != 0 || !strstr(error.what, what)) fail_msg("%s: %s", error.where, error.what);
}

static void entries_are_read_whole(void **state) {
  (void)state;
  char *large = malloc(1 << 20);
  for (int i = 0; i < (1 << 20) - 1; i++) large[i] = (char)('a' + i * 7 % 26);
  large[(1 << 20) - 1] = '\0';
  const struct keel_made_entry entries[] = {{"a.csv", "1,2\n", 0}, {"none.csv", "", 0}, {"large.csv", large, 0}};
  const char *path = keel_zip_made("some.zip", entries, 3);
  struct keel_zip *zip;
  assert_true(keel_zip_is(path));
  assert_int_equal(keel_zip_open(path, &zip, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_zip_entries(zip), 3);
  for (size_t i = 3; i-- > 0;) { /* in any order */
    const char *text;
    size_t length;
    assert_string_equal(keel_zip_name(zip, i), entries[i].name);
    assert_int_equal(keel_zip_read(zip, i, &text, &length, NULL), KEEL_STATUS_OK);
    assert_int_equal(length, strlen(entries[i].text));
    assert_string_equal(text, entries[i].text);
  }
  keel_zip_close(zip);
  free(large);
}

static void other_files_are_none(void **state) {
  (void)state;
  struct keel_zip *zip;
  keel_error error = {0};
  assert_false(keel_zip_is(keel_scratch_write("a.csv", "a,b\n1,2\n", 8)));
  assert_false(keel_zip_is(keel_scratch_write("short", "PK", 2)));
  assert_false(keel_zip_is("/nowhere/at/all"));
  assert_false(keel_zip_is("/tmp"));
  assert_false(keel_zip_is("-"));
  assert_int_equal(keel_zip_open(keel_scratch("a.csv"), &zip, &error), KEEL_STATUS_INPUT);
  assert_null(zip);
  assert_int_equal(keel_zip_open("/nowhere/at/all", &zip, &error), KEEL_STATUS_IO);
  assert_string_equal(error.where, "/nowhere/at/all");
}

static void folders_and_encrypted_entries_are_refused(void **state) {
  (void)state;
  size_t size;
  const struct keel_made_entry folder[] = {{"a.csv", "1\n", 0}, {"sub/", "", 0}};
  unsigned char *bytes = made(folder, 2, &size);
  assert_refused(bytes, size, "t.zip:sub/", "folder");
  free(bytes);
  const struct keel_made_entry secret[] = {{"a.csv", "1\n", 1}};
  bytes = made(secret, 1, &size);
  assert_refused(bytes, size, "t.zip:a.csv", "encrypted");
  free(bytes);
}

static void odd_names_are_refused(void **state) {
  (void)state;
  size_t size;
  const struct keel_made_entry entries[] = {{"a.csv", "1\n", 0}, {"b.csv", "2\n", 0}};
  unsigned char *bytes = made(entries, 2, &size);
  central(bytes, size, 1)[46] = 'a';
  assert_refused(bytes, size, "t.zip:a.csv", "there twice");
  central(bytes, size, 1)[46] = '\n';
  assert_refused(bytes, size, "t.zip: entry 2", "control characters");
  free(bytes);
}

/* Sizes that are a lie, either way, and a sum that is wrong. */
static void sizes_and_sums_are_held_to(void **state) {
  (void)state;
  size_t size;
  const struct keel_made_entry entries[] = {{"a.csv", "some text that is long enough to be packed packed packed", 0}};
  unsigned char *bytes = made(entries, 1, &size), *head = central(bytes, size, 0);
  const unsigned char length = head[24];
  head[24] = (unsigned char)(length - 9);
  assert_refused(bytes, size, "t.zip:a.csv", "");
  head[24] = (unsigned char)(length + 9);
  assert_refused(bytes, size, "t.zip:a.csv", "");
  head[27] = 0x7f; /* two gigabytes */
  assert_refused(bytes, size, "t.zip:a.csv", "256 MiB");
  head[24] = length;
  head[27] = 0;
  head[16] ^= 1;
  assert_refused(bytes, size, "t.zip:a.csv", "CRC");
  head[16] ^= 1;
  head[10] = 77; /* a method that nobody has */
  assert_refused(bytes, size, "t.zip:a.csv", "ompression method");
  free(bytes);
}

/* What one byte or the end takes away never breaks more than the archive. */
static void damage_is_an_error_or_the_same_text(void **state) {
  (void)state;
  size_t size;
  const struct keel_made_entry entries[] = {{"a.csv", "1,2,3\n", 0}, {"b.csv", "4,5,6\n4,5,6\n4,5,6\n4,5,6\n", 0}};
  unsigned char *bytes = made(entries, 2, &size);
  assert_int_equal(read_all(bytes, size, NULL), KEEL_STATUS_OK);
  for (size_t cut = 1; cut < size; cut++) {
    unsigned char *copy = malloc(cut + 1); /* so that reading further is seen */
    memcpy(copy, bytes, cut);
    assert_int_not_equal(read_all(copy, cut, NULL), KEEL_STATUS_OK);
    free(copy);
  }
  for (size_t i = 0; i < size * 8; i++) {
    bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    read_all(bytes, size, NULL);
    bytes[i / 8] ^= (unsigned char)(1 << i % 8);
  }
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(entries_are_read_whole),
      cmocka_unit_test(other_files_are_none),
      cmocka_unit_test(folders_and_encrypted_entries_are_refused),
      cmocka_unit_test(odd_names_are_refused),
      cmocka_unit_test(sizes_and_sums_are_held_to),
      cmocka_unit_test(damage_is_an_error_or_the_same_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
