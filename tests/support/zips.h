/* Small zips for tests of what reads them. For tests of layers that link libzip: all but support itself. */
#ifndef KEEL_TESTS_ZIPS_H
#define KEEL_TESTS_ZIPS_H

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "support/support.h"

struct keel_made_entry {
  const char *name, *text; /* a name that ends with / is a folder */
  int encrypted;
};

static inline void keel_folders_made(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
  }
}

/* A zip at that place under the scratch folder, whose folders are made. Returns its path. */
static inline const char *keel_zip_made(const char *place, const struct keel_made_entry *entries, size_t count) {
  const char *path = keel_scratch(place);
  char folders[512];
  snprintf(folders, sizeof folders, "%s", path);
  keel_folders_made(folders);
  unlink(path);
  zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  assert_non_null(zip);
  for (size_t i = 0; i < count; i++) {
    const char *text = entries[i].text;
    if (entries[i].name[strlen(entries[i].name) - 1] == '/') {
      assert_true(zip_dir_add(zip, entries[i].name, 0) >= 0);
      continue;
    }
    zip_int64_t at = zip_file_add(zip, entries[i].name, zip_source_buffer(zip, text, strlen(text), 0), 0);
    assert_true(at >= 0);
    if (entries[i].encrypted)
      assert_int_equal(zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_TRAD_PKWARE, "secret"), 0);
  }
  assert_int_equal(zip_close(zip), 0);
  return path;
}

#endif
