/* The page of a report: its pieces, with results and ledgers between them. */
#include "drive/report.h"

#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/input.h"
#include "drive/report_page.h"

const char *keel_report_missing(void) { return keel_report_page.missing; }

/* The whole of a file; or, of one that begins like no JSON document, its first bytes. */
static keel_status take(const char *path, struct keel_text *text, int *is_json, keel_error *error) {
  struct keel_input *input;
  char block[1 << 16];
  size_t got = 1, first = 0;
  keel_status status = keel_input_open(path, &input, error);
  if (status) return status;
  for (*is_json = 1; !status && got && *is_json;) {
    status = keel_input_read(input, block, sizeof block, &got, error);
    if (!status) keel_text_append(text, block, got);
    while (first < text->length && strchr(" \t\r\n", text->data[first])) first++;
    *is_json = strcmp(path, "-") == 0 || first == text->length || strchr("{[", text->data[first]) != NULL;
  }
  keel_input_close(input);
  return status;
}

/* A result goes to `results`, a ledger to `ledgers`. */
static keel_status add(const char *path, struct keel_text *results, struct keel_text *ledgers, keel_error *error) {
  struct keel_text text;
  int is_json;
  keel_text_init(&text);
  keel_status status = take(path, &text, &is_json, error);
  if (!status && text.failed) status = keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory to read it");
  if (!status)
    status = is_json ? keel_report_add_result(results, path, text.data ? text.data : "", text.length, error)
                     : keel_report_add_ledger(ledgers, path, error);
  keel_text_fini(&text);
  return status;
}

static keel_status save(const char *path, const struct keel_text *results, const struct keel_text *ledgers,
                        keel_error *error) {
  const struct keel_report_page *page = &keel_report_page;
  const struct keel_report_piece pieces[] = {page->head,
                                             {(const unsigned char *)results->data, results->length},
                                             page->app,
                                             {(const unsigned char *)ledgers->data, ledgers->length},
                                             page->end};
  struct keel_file *file;
  keel_status status = keel_file_open(path, &file, error);
  if (status) return status;
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces && !status; i++)
    if (pieces[i].size) status = keel_file_write(file, pieces[i].bytes, pieces[i].size, error);
  keel_status closed = keel_file_close(file, error);
  return status ? status : closed;
}

keel_status keel_report_save(const char *const *files, size_t count, const char *path, keel_error *error) {
  struct keel_text results, ledgers;
  if (keel_report_missing()) return keel_fail(error, KEEL_STATUS_UNSUPPORTED, NULL, "%s", keel_report_missing());
  keel_text_init(&results);
  keel_text_init(&ledgers);
  keel_status status = KEEL_STATUS_OK;
  for (size_t i = 0; i < count && !status; i++) status = add(files[i], &results, &ledgers, error);
  if (!status && !results.length)
    status = keel_fail(error, KEEL_STATUS_INPUT, count ? files[0] : NULL,
                       "no result among the files: a ledger belongs to one of keel replay");
  if (!status && (results.failed || ledgers.failed))
    status = keel_fail(error, KEEL_STATUS_MEMORY, path, "no memory for the page");
  if (!status) status = save(path, &results, &ledgers, error);
  keel_text_fini(&results);
  keel_text_fini(&ledgers);
  return status;
}
