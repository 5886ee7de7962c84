/* The importer's layouts: any file. Its header is recognised, or refused; what is kept of its rows is in order and as a
 * tape wants it. */
#include <stdint.h>

#include "import_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct keel_csv *csv;
  if (keel_csv_open_bytes("abc_eod_203001.txt", data, size, 512, &csv, NULL)) return 0;
  const struct keel_import_layout *layout;
  struct keel_import_rows *rows = keel_import_rows_new();
  keel_assert(rows);
  keel_error error = {0};
  if (keel_import_layout_recognise(csv, &layout, &error) || keel_import_rows_bind(rows, layout, csv, &error)) {
    keel_assert(error.where[0] && error.what[0]);
  } else {
    const struct keel_csv_field *fields;
    while (!keel_csv_next(csv, &fields, NULL) && fields) keel_import_rows_add(rows, fields, NULL);
    import_check(rows);
  }
  keel_import_rows_free(rows);
  keel_csv_close(csv);
  return 0;
}
