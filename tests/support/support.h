/* What tests share: cmocka, closeness of doubles (cmocka compares them as floats), golden files, scratch files. */
#ifndef KEEL_TESTS_SUPPORT_H
#define KEEL_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* |got - want| <= tolerance; NaN is close to nothing. Prints both with 17 digits. */
#define assert_close(got, want, tolerance) keel_assert_close((got), (want), (tolerance), #got, __FILE__, __LINE__)
void keel_assert_close(double got, double want, double tolerance, const char *text, const char *file, int line);

/* Equal bit by bit (NaN equals NaN of the same bits). */
#define assert_same_bits(got, want) keel_assert_same_bits((got), (want), #got, __FILE__, __LINE__)
void keel_assert_same_bits(double got, double want, const char *text, const char *file, int line);

/* A table in tests/golden/NAME (or any path with a slash, from the project's root): leading '#' lines skipped, a
 * header, rows. */
struct keel_golden {
  size_t rows, columns;
  char **cells; /* [row][column], after the header; terminated */
  char **names;
};
struct keel_golden keel_golden_load(const char *name);
void keel_golden_free(struct keel_golden *golden);
/* The column must exist; an empty cell as a number is NaN. */
const char *keel_golden_text(const struct keel_golden *golden, size_t row, const char *column);
double keel_golden_number(const struct keel_golden *golden, size_t row, const char *column);

/* A path under a fresh scratch folder of this process (removed at exit), and a file with this content there. */
const char *keel_scratch(const char *name);
const char *keel_scratch_write(const char *name, const char *content, size_t length);

/* `../shared/data/NAME`, or NULL where the folder is absent: then say so and skip(). */
const char *keel_shared_data(const char *name);

#endif
