#include "base/file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/program.h"

static void assert_holds(const char *path, const char *text) {
  char got[64] = {0};
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fread(got, 1, sizeof got - 1, file), strlen(text));
  fclose(file);
  assert_string_equal(got, text);
}

static void a_file_is_replaced_when_complete(void **state) {
  (void)state;
  const char *path = keel_scratch_write("out", "old", 3);
  struct keel_file *file;
  assert_int_equal(keel_file_open(path, &file, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_file_write(file, "new ", 4, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_file_write(file, "text", 4, NULL), KEEL_STATUS_OK);
  assert_holds(path, "old");
  assert_int_equal(keel_file_close(file, NULL), KEEL_STATUS_OK);
  assert_holds(path, "new text");
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  mode_t mask = umask(0);
  umask(mask);
  assert_int_equal(info.st_mode & 0777, 0666 & ~mask);
  unlink(path);
  assert_int_equal(keel_scratch_count("out"), 0);
}

static void a_text_is_saved_whole(void **state) {
  (void)state;
  const char *path = keel_scratch_write("saved", "old", 3);
  keel_error error;
  assert_int_equal(keel_file_save(path, NULL, 0, &error), KEEL_STATUS_MEMORY);
  assert_holds(path, "old");
  assert_int_equal(keel_file_save(path, strdup("a table"), 7, &error), KEEL_STATUS_OK);
  assert_holds(path, "a table");
  assert_int_equal(keel_file_save("/nowhere/x", strdup("a table"), 7, &error), KEEL_STATUS_IO);
}

static void giving_up_leaves_nothing(void **state) {
  (void)state;
  struct keel_file *file;
  const char *path = keel_scratch("given-up");
  assert_int_equal(keel_file_open(path, &file, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_file_write(file, "x", 1, NULL), KEEL_STATUS_OK);
  keel_file_abort(file);
  assert_int_equal(keel_scratch_count("given-up"), 0);
}

static void large_pieces_go_through_in_order(void **state) {
  (void)state;
  enum { SIZE = 1000 * 1000 };
  char *bytes = malloc(SIZE);
  for (int i = 0; i < SIZE; i++) bytes[i] = (char)(i * 31 >> 3);
  const char *path = keel_scratch("large");
  struct keel_file *file;
  assert_int_equal(keel_file_open(path, &file, NULL), KEEL_STATUS_OK);
  for (size_t at = 0, size = 1; at < SIZE; at += size, size = size * 3 + 1) {
    if (size > SIZE - at) size = SIZE - at;
    assert_int_equal(keel_file_write(file, bytes + at, size, NULL), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_file_close(file, NULL), KEEL_STATUS_OK);
  char *got = malloc(SIZE + 1);
  FILE *back = fopen(path, "rb");
  assert_int_equal(fread(got, 1, SIZE + 1, back), SIZE);
  fclose(back);
  assert_memory_equal(got, bytes, SIZE);
  free(bytes);
  free(got);
  unlink(path);
}

static void a_full_disk_is_reported(void **state) {
  (void)state;
  struct keel_file *file;
  keel_error error;
  assert_int_equal(keel_file_open("/dev/full", &file, &error), KEEL_STATUS_OK);
  keel_file_write(file, "x", 1, &error);
  assert_int_equal(keel_file_close(file, &error), KEEL_STATUS_IO);
  assert_string_equal(error.where, "/dev/full");
  assert_non_null(strstr(error.what, "No space left"));
  struct stat info;
  assert_int_equal(stat("/dev/full", &info), 0);
  assert_true(S_ISCHR(info.st_mode));
}

static void a_size_limit_leaves_nothing(void **state) {
  (void)state;
  static char bytes[300000];
  struct rlimit before, small;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 100000;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  struct keel_file *file;
  keel_error error;
  keel_status opened = keel_file_open(keel_scratch("limited"), &file, &error);
  keel_status written = opened ? opened : keel_file_write(file, bytes, sizeof bytes, &error);
  keel_status again = opened ? opened : keel_file_write(file, bytes, 1, NULL);
  keel_status closed = opened ? opened : keel_file_close(file, &error);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(opened, KEEL_STATUS_OK);
  assert_int_equal(written, KEEL_STATUS_IO);
  assert_int_equal(again, KEEL_STATUS_IO);
  assert_int_equal(closed, KEEL_STATUS_IO);
  assert_int_equal(keel_scratch_count("limited"), 0);
}

static void a_bad_place_is_refused(void **state) {
  (void)state;
  struct keel_file *file;
  keel_error error;
  assert_int_equal(keel_file_open(keel_scratch("none/x"), &file, &error), KEEL_STATUS_IO);
  assert_non_null(strstr(error.what, "No such file"));
  assert_null(file);
}

static void a_link_stays_a_link(void **state) {
  (void)state;
  const char *target = keel_scratch_write("target", "old", 3), *link_path = keel_scratch("link");
  assert_int_equal(symlink("target", link_path), 0);
  struct keel_file *file;
  assert_int_equal(keel_file_open(link_path, &file, NULL), KEEL_STATUS_OK);
  keel_file_write(file, "new", 3, NULL);
  assert_int_equal(keel_file_close(file, NULL), KEEL_STATUS_OK);
  struct stat info;
  assert_int_equal(lstat(link_path, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_holds(target, "new");
  unlink(link_path);
  unlink(target);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_replaced_when_complete), cmocka_unit_test(a_text_is_saved_whole),
      cmocka_unit_test(giving_up_leaves_nothing),         cmocka_unit_test(large_pieces_go_through_in_order),
      cmocka_unit_test(a_full_disk_is_reported),          cmocka_unit_test(a_size_limit_leaves_nothing),
      cmocka_unit_test(a_bad_place_is_refused),           cmocka_unit_test(a_link_stays_a_link),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
