/* What holds of an importer's rows, whatever was read. */
#ifndef KEEL_FUZZ_IMPORT_CHECK_H
#define KEEL_FUZZ_IMPORT_CHECK_H

#include "base/fail.h"
#include "world/import_rows.h"
#include "world/tape_record.h"

static inline void import_check(const struct keel_import_rows *rows) {
  uint64_t dropped = 0;
  for (int trouble = 1; trouble < KEEL_IMPORT_NOTED; trouble++) dropped += rows->troubles[trouble];
  keel_assert(dropped <= rows->rows);
  for (size_t i = 0; i < rows->contract_count; i++)
    keel_assert(keel_tape_contract_problem(&rows->contracts[i]) == NULL);
  for (size_t i = 0; i < rows->count; i++) keel_assert(rows->ids[i] < rows->contract_count);
  keel_assert(keel_tape_quotes_problem(rows->count, rows->bids, rows->asks) == NULL);
  for (size_t i = 1; i < rows->run_count; i++) {
    keel_assert(rows->runs[i].first > rows->runs[i - 1].first && rows->runs[i].first < rows->count);
    keel_assert(rows->unsorted || rows->runs[i].time_ns > rows->runs[i - 1].time_ns);
  }
}

#endif
