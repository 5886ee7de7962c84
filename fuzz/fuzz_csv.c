/* The CSV reader: any bytes, in blocks of a size that the first byte says and in one block, give the same rows and the
 * same error; numbers that are taken are finite. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/csv.h"
#include "base/fail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
  keel_status status;
  uint64_t hash; /* of all names and fields */
  size_t rows;
  keel_error error;
};

static void mix(struct outcome *outcome, struct keel_csv_field field) {
  for (size_t i = 0; i < field.length; i++) outcome->hash = outcome->hash * 131 + (unsigned char)field.text[i];
  outcome->hash = outcome->hash * 131 + 256;
  double number;
  if (keel_csv_number(field, &number)) keel_assert(isfinite(number));
}

static struct outcome read_all(const uint8_t *data, size_t size, size_t block) {
  struct outcome outcome = {0};
  struct keel_csv *csv;
  outcome.status = keel_csv_open_bytes("fuzz.csv", data, size, block, &csv, &outcome.error);
  if (outcome.status) return outcome;
  for (size_t i = 0; i < keel_csv_columns(csv); i++) mix(&outcome, keel_csv_name(csv, i));
  const struct keel_csv_field *fields;
  while (!(outcome.status = keel_csv_next(csv, &fields, &outcome.error)) && fields) {
    for (size_t i = 0; i < keel_csv_columns(csv); i++) mix(&outcome, fields[i]);
    outcome.rows++;
  }
  keel_csv_close(csv);
  return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > 4096) return 0;
  struct outcome small = read_all(data + 1, size - 1, 1 + data[0] % 64), whole = read_all(data + 1, size - 1, 1 << 16);
  keel_assert(small.status == whole.status);
  if (whole.status && size > 2 && data[1] == 0x1f && data[2] == 0x8b)
    return 0; /* rows before the damage may come first */
  keel_assert(small.hash == whole.hash && small.rows == whole.rows);
  keel_assert(strcmp(small.error.where, whole.error.where) == 0 && strcmp(small.error.what, whole.error.what) == 0);
  return 0;
}
