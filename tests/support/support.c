#include "support/support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void keel_assert_close(double got, double want, double tolerance, const char *text, const char *file, int line) {
  if (fabs(got - want) <= tolerance || got == want) return;
  print_error("%s is %.17g, want %.17g within %.3g (off by %.3g)\n", text, got, want, tolerance, got - want);
  _fail(file, line);
}

void keel_assert_same_bits(double got, double want, const char *text, const char *file, int line) {
  if (memcmp(&got, &want, sizeof got) == 0) return;
  print_error("%s is %.17g (%a), want %.17g (%a), bit by bit\n", text, got, got, want, want);
  _fail(file, line);
}

static char *trimmed(const char *start, size_t length) {
  while (length && strchr(" \t\r\n", start[0])) start++, length--;
  while (length && strchr(" \t\r\n", start[length - 1])) length--;
  return strndup(start, length);
}

/* The comma that ends a cell, NULL for the last one; commas within quotes end none. */
static const char *end_of_cell(const char *start) {
  int is_quoted = 0;
  for (; *start; start++) {
    if (*start == '"') is_quoted = !is_quoted;
    if (*start == ',' && !is_quoted) return start;
  }
  return NULL;
}

/* Splits one line into `cells`, grown as needed; returns how many. Quotes stay. */
static size_t split(const char *line, char ***cells, size_t used) {
  size_t count = 0;
  for (const char *start = line;; count++) {
    const char *end = end_of_cell(start);
    *cells = realloc(*cells, (used + count + 1) * sizeof **cells);
    (*cells)[used + count] = trimmed(start, end ? (size_t)(end - start) : strlen(start));
    if (!end) return count + 1;
    start = end + 1;
  }
}

struct keel_golden keel_golden_load(const char *name) {
  char path[1024];
  snprintf(path, sizeof path, strchr(name, '/') ? "%s/%s" : "%s/tests/golden/%s", KEEL_SOURCE_DIR, name);
  FILE *file = fopen(path, "r");
  if (!file) fail_msg("no golden file %s", path);
  struct keel_golden golden = {0};
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, file) >= 0) {
    if (line[0] == '#' || line[0] == '\n') continue;
    if (!golden.names) {
      golden.columns = split(line, &golden.names, 0);
    } else {
      size_t got = split(line, &golden.cells, golden.rows * golden.columns);
      if (got != golden.columns) fail_msg("%s: row %zu has %zu cells, not %zu", path, golden.rows, got, golden.columns);
      golden.rows++;
    }
  }
  free(line);
  fclose(file);
  return golden;
}

void keel_golden_free(struct keel_golden *golden) {
  for (size_t i = 0; i < golden->rows * golden->columns; i++) free(golden->cells[i]);
  for (size_t i = 0; i < golden->columns; i++) free(golden->names[i]);
  free(golden->cells);
  free(golden->names);
}

const char *keel_golden_text(const struct keel_golden *golden, size_t row, const char *column) {
  for (size_t i = 0; i < golden->columns; i++)
    if (strcmp(golden->names[i], column) == 0) return golden->cells[row * golden->columns + i];
  fail_msg("no column %s", column);
  return NULL;
}

double keel_golden_number(const struct keel_golden *golden, size_t row, const char *column) {
  const char *text = keel_golden_text(golden, row, column);
  return *text ? strtod(text, NULL) : NAN;
}

static char scratch_folder[64];

/* A folder with all that is in it. */
static void remove_folder(const char *place) {
  DIR *folder = opendir(place);
  if (!folder) return;
  for (struct dirent *entry; (entry = readdir(folder));) {
    char path[1024];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
    if (unlink(path) != 0) remove_folder(path);
  }
  closedir(folder);
  rmdir(place);
}

static void scratch_remove(void) { remove_folder(scratch_folder); }

const char *keel_scratch(const char *name) {
  static char paths[16][512];
  static unsigned next;
  if (!scratch_folder[0]) {
    snprintf(scratch_folder, sizeof scratch_folder, "/tmp/keel-test-XXXXXX");
    if (!mkdtemp(scratch_folder)) fail_msg("no scratch folder");
    atexit(scratch_remove);
  }
  char *path = paths[next++ % 16];
  snprintf(path, sizeof paths[0], "%s/%s", scratch_folder, name);
  return path;
}

const char *keel_scratch_write(const char *name, const char *content, size_t length) {
  const char *path = keel_scratch(name);
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(content, 1, length, file) != length || fclose(file) != 0) fail_msg("cannot write %s", path);
  return path;
}

const char *keel_shared_data(const char *name) {
  static char path[1024];
  snprintf(path, sizeof path, "%s/../shared/data/%s", KEEL_SOURCE_DIR, name);
  if (access(path, R_OK) == 0) return path;
  print_message("skipped: %s is not here\n", path);
  return NULL;
}
