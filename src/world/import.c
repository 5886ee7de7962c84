#include "keel/import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/zip.h"
#include "world/import_lean.h"
#include "world/import_map.h"
#include "world/import_rows.h"
#include "world/import_splits.h"
#include "world/tape.h"

enum { ROWS_PER_TICK = 4096 };

static const struct {
  const char *kind, *meaning;
} troubles[KEEL_IMPORT_TROUBLES] = {
    [KEEL_IMPORT_INVERSE] = {"inverse",
                             "an inverse contract, priced and settled in the coin it is on: not supported yet"},
    [KEEL_IMPORT_UNKNOWN_VENUE] = {"unknown_venue", "a venue whose settlement is not known"},
    [KEEL_IMPORT_BAD_SYMBOL] = {"bad_symbol", "a symbol that is not of the form its venue has"},
    [KEEL_IMPORT_ADJUSTED] = {"adjusted", "an adjusted contract, whose deliverable is not in the file"},
    [KEEL_IMPORT_BAD_DATE] = {"bad_date", "a time or expiry that is no date, or not in the order that the layout has"},
    [KEEL_IMPORT_BAD_UNDERLYING] = {"bad_underlying", "an underlying without a name, or with a broken one"},
    [KEEL_IMPORT_UNKNOWN_KIND] = {"unknown_kind", "a kind that is not call, put, future or spot"},
    [KEEL_IMPORT_EXPIRED] = {"expired", "a quote after its contract's expiry"},
    [KEEL_IMPORT_BAD_NUMBER] = {"bad_number", "a text where a number has to be"},
    [KEEL_IMPORT_NOT_FINITE] = {"not_finite", "a number that is NaN or infinite"},
    [KEEL_IMPORT_NEGATIVE_PRICE] = {"negative_price", "a bid or ask below 0"},
    [KEEL_IMPORT_BAD_STRIKE] = {"bad_strike", "a strike that is not above 0"},
    [KEEL_IMPORT_BAD_SPOT] = {"bad_spot", "a spot that is not above 0"},
    [KEEL_IMPORT_BAD_MULTIPLIER] = {"bad_multiplier", "a multiplier that is not above 0"},
    [KEEL_IMPORT_BAD_EXERCISE] = {"bad_exercise", "an exercise that is not european or american"},
    [KEEL_IMPORT_CONFLICT] = {"conflict", "a contract with another multiplier or exercise than before"},
    [KEEL_IMPORT_TRADE] = {"trade", "a bar of trades, where quotes are among the files"},
    [KEEL_IMPORT_DUPLICATE] = {"duplicate", "a contract quoted again at one instant (the first is kept)"},
    [KEEL_IMPORT_TWO_SPOTS] = {"two_spots",
                               "instants at which rows disagree about the spot or a future (the first is kept)"},
    [KEEL_IMPORT_NO_SPOT] = {"no_spot", "rows without the spot"},
    [KEEL_IMPORT_NO_FUTURE] = {"no_future", "options without the price of their future"},
    [KEEL_IMPORT_LATE_SPOT] = {"late_spot", "rows whose spot is later than their quote (it stands at its own time)"},
    [KEEL_IMPORT_STALE] = {"stale", "a quote more than a minute old when it arrived"},
    [KEEL_IMPORT_OLD_TRADE] = {"old_trade", "a contract that last traded on an earlier day"},
    [KEEL_IMPORT_SPLIT_ADJUSTED] = {"split_adjusted", "a quote of before a split, put into the terms of after it"},
    [KEEL_IMPORT_CROSSED] = {"crossed", "a bid above the ask"},
    [KEEL_IMPORT_LOCKED] = {"locked", "a bid equal to the ask"},
    [KEEL_IMPORT_ZERO_BID] = {"zero_bid", "a bid of 0"},
    [KEEL_IMPORT_ZERO_ASK] = {"zero_ask", "an ask of 0 (kept as no ask)"},
    [KEEL_IMPORT_MISSING_SIDE] = {"missing_side", "no bid or no ask"},
};
_Static_assert((int)KEEL_IMPORT_TROUBLES <= (int)KEEL_IMPORT_PROBLEMS_MAX, "a result holds every kind");

/* What the tape has of a contract. */
struct kept {
  uint32_t tape_id; /* KEEL_CONTRACT_NONE: not yet on the tape */
  uint32_t place;   /* of its last quote in the instant's columns */
  uint64_t instant; /* of its last quote, counted from 1 */
  uint64_t counted; /* the instant at which two spots were counted */
};

struct import {
  const keel_import_options *options;
  struct keel_arena texts;
  struct keel_import_layout map;
  struct keel_import_rows *rows;
  uint64_t bytes_done, bytes_total; /* of the files before this one; of all */
  struct keel_tape_writer *writer;
  struct kept *kept;
  uint32_t *ids; /* the columns of one instant */
  double *bids, *asks;
  size_t room;
  keel_import_result *result;
  keel_error *error;
};

static keel_status tick(const struct import *import, uint64_t done) {
  const keel_import_options *options = import->options;
  if (!options || !options->progress || !options->progress(options->context, done, import->bytes_total))
    return KEEL_STATUS_OK;
  return keel_fail(import->error, KEEL_STATUS_STOPPED, NULL, "stopped; nothing was written");
}

/* ---- reading ---- */

static keel_status read_rows(struct import *import, struct keel_csv *csv) {
  const struct keel_csv_field *fields;
  for (unsigned count = 0;; count++) {
    keel_status status = keel_csv_next(csv, &fields, import->error);
    if (!status && !fields) return KEEL_STATUS_OK;
    if (!status) status = keel_import_rows_add(import->rows, fields, import->error);
    if (status) return status;
    if (count % ROWS_PER_TICK) continue;
    size_t done, total;
    keel_csv_progress(csv, &done, &total);
    status = tick(import, import->bytes_done + done);
    if (status) return status;
  }
}

/* The only zips that are known are Lean's. */
static keel_status read_zip(struct import *import, const char *const *files, size_t count, size_t index) {
  struct keel_import_lean *lean;
  struct stat info;
  uint64_t size = stat(files[index], &info) == 0 ? (uint64_t)info.st_size : 0;
  keel_status status = keel_import_lean_open(files, count, index, &lean, import->error);
  if (status) return status;
  for (size_t entries = 0, left = 1; left && !status; entries++) {
    status = keel_import_lean_next(lean, import->rows, &left, import->error);
    uint64_t done = size / (entries + 1 + left) * (entries + 1);
    if (!status) status = tick(import, import->bytes_done + done);
  }
  import->bytes_done += size;
  keel_import_lean_close(lean);
  return status;
}

static keel_status read_file(struct import *import, const char *path) {
  struct keel_csv *csv;
  keel_status status = keel_csv_open(path, &csv, import->error);
  if (status) return status;
  const struct keel_import_layout *layout = &import->map;
  if (!import->map.name) status = keel_import_layout_recognise(csv, &layout, import->error);
  if (!status) status = keel_import_rows_bind(import->rows, layout, csv, import->error);
  if (!status) status = read_rows(import, csv);
  size_t done, total;
  keel_csv_progress(csv, &done, &total);
  import->bytes_done += done;
  keel_csv_close(csv);
  return status;
}

/* Factor files have no quotes: they come when all quotes are there. */
static keel_status read_any(struct import *import, const char *const *files, size_t count, size_t index) {
  if (keel_import_splits_is(files[index])) return KEEL_STATUS_OK;
  return keel_zip_is(files[index]) ? read_zip(import, files, count, index) : read_file(import, files[index]);
}

static int is_file(const char *path, struct stat *info) { return stat(path, info) == 0 && S_ISREG(info->st_mode); }

/* What is read must not be what is written. */
static keel_status check_output(struct import *import, const char *input, const char *out) {
  struct stat file, place;
  if (!is_file(input, &file) || !is_file(out, &place) || file.st_dev != place.st_dev || file.st_ino != place.st_ino)
    return KEEL_STATUS_OK;
  return keel_fail(import->error, KEEL_STATUS_INPUT, input, "is the output as well; give the tape another name");
}

/* How much there is to read (0 if some of it cannot be known); the output must not be one of the files. */
static keel_status look_at_files(struct import *import, const char *const *files, size_t count, const char *out) {
  struct stat file;
  int all_known = 1;
  for (size_t i = 0; i < count; i++) {
    int known = is_file(files[i], &file);
    keel_status status = check_output(import, files[i], out);
    if (status) return status;
    all_known &= known;
    if (known) import->bytes_total += (uint64_t)file.st_size;
  }
  if (!all_known) import->bytes_total = 0;
  return KEEL_STATUS_OK;
}

/* ---- in order of time ---- */

/* By time, then by place in the files. */
static int compare_runs(const void *left, const void *right) {
  const struct keel_import_run *a = left, *b = right;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  return a->first < b->first ? -1 : a->first > b->first;
}

/* The end of each run, which sorting would lose: kept in an array of its own, by the run's place before sorting. */
struct stretch {
  struct keel_import_run run;
  size_t end;
};

static struct stretch *sorted_stretches(const struct keel_import_rows *rows) {
  struct stretch *stretches = malloc((rows->run_count + 1) * sizeof *stretches);
  if (!stretches) return NULL;
  for (size_t i = 0; i < rows->run_count; i++)
    stretches[i] = (struct stretch){rows->runs[i], i + 1 < rows->run_count ? rows->runs[i + 1].first : rows->count};
  if (rows->unsorted) qsort(stretches, rows->run_count, sizeof *stretches, compare_runs);
  return stretches;
}

/* ---- writing ---- */

/* Of spot, bid = ask is a price of which no sides are known. */
static void note_quote(uint64_t *counts, enum keel_kind kind, double bid, double *ask) {
  if (*ask == 0) {
    counts[KEEL_IMPORT_ZERO_ASK]++;
    *ask = NAN;
  } else if (isnan(bid) || isnan(*ask)) {
    counts[KEEL_IMPORT_MISSING_SIDE]++;
  }
  counts[KEEL_IMPORT_CROSSED] += bid > *ask;
  counts[KEEL_IMPORT_LOCKED] += kind != KEEL_KIND_SPOT && bid == *ask;
  counts[KEEL_IMPORT_ZERO_BID] += bid == 0;
}

/* A contract that this instant has already. */
static void note_again(struct import *import, struct kept *kept, size_t quote, uint64_t instant) {
  struct keel_import_rows *rows = import->rows;
  if (!keel_import_rows_is_beside(rows, &rows->contracts[rows->ids[quote]])) {
    rows->troubles[KEEL_IMPORT_DUPLICATE]++;
    return;
  }
  int same = keel_import_same_price(import->bids[kept->place], rows->bids[quote]) &&
             keel_import_same_price(import->asks[kept->place], rows->asks[quote]);
  if (same || kept->counted == instant) return;
  kept->counted = instant;
  rows->troubles[KEEL_IMPORT_TWO_SPOTS]++;
}

/* Adds a stretch of quotes to the columns of an instant; returns how many they hold then. */
static size_t gather(struct import *import, const struct stretch *stretch, uint64_t instant, size_t used) {
  struct keel_import_rows *rows = import->rows;
  for (size_t quote = stretch->run.first; quote < stretch->end; quote++) {
    const struct keel_contract *contract = &rows->contracts[rows->ids[quote]];
    struct kept *kept = &import->kept[rows->ids[quote]];
    if (kept->instant == instant) {
      note_again(import, kept, quote, instant);
      continue;
    }
    if (kept->tape_id == KEEL_CONTRACT_NONE) kept->tape_id = keel_tape_writer_contract(import->writer, contract);
    kept->instant = instant;
    kept->place = (uint32_t)used;
    import->ids[used] = kept->tape_id;
    import->bids[used] = rows->bids[quote];
    import->asks[used] = rows->asks[quote];
    if (contract->kind != KEEL_KIND_SPOT || !keel_import_rows_is_beside(rows, contract))
      note_quote(rows->troubles, contract->kind, import->bids[used], &import->asks[used]);
    used++;
  }
  return used;
}

static int make_room(struct import *import, size_t count) {
  if (count <= import->room) return 1;
  free(import->ids);
  free(import->bids);
  free(import->asks);
  import->ids = malloc(count * sizeof *import->ids);
  import->bids = malloc(count * sizeof *import->bids);
  import->asks = malloc(count * sizeof *import->asks);
  import->room = count;
  return import->ids && import->bids && import->asks;
}

static keel_status no_memory(const struct import *import) {
  return keel_fail(import->error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu quotes", import->rows->count);
}

static keel_status write_instants(struct import *import, const struct stretch *stretches) {
  keel_import_result *result = import->result;
  const size_t count = import->rows->run_count;
  for (size_t first = 0, next; first < count; first = next) {
    int64_t time_ns = stretches[first].run.time_ns;
    size_t quotes = 0, used = 0;
    for (next = first; next < count && stretches[next].run.time_ns == time_ns; next++)
      quotes += stretches[next].end - stretches[next].run.first;
    if (!make_room(import, quotes)) return no_memory(import);
    result->instants++;
    for (size_t i = first; i < next; i++) used = gather(import, &stretches[i], result->instants, used);
    result->quotes += used;
    if (first == 0) result->first_ns = time_ns;
    result->last_ns = time_ns;
    const struct keel_tape_instant instant = {time_ns, used, import->ids, import->bids, import->asks};
    keel_status status = keel_tape_writer_instant(import->writer, &instant, import->error);
    if (!status) status = tick(import, import->bytes_done);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

static keel_status write_quotes(struct import *import) {
  struct keel_import_rows *rows = import->rows;
  import->kept = calloc(rows->contract_count + 1, sizeof *import->kept);
  struct stretch *stretches = sorted_stretches(rows);
  keel_status status = KEEL_STATUS_OK;
  if (!import->kept || !stretches) {
    status = no_memory(import);
  } else {
    for (size_t i = 0; i < rows->contract_count; i++) import->kept[i].tape_id = KEEL_CONTRACT_NONE;
    status = write_instants(import, stretches);
  }
  free(stretches);
  return status;
}

/* ---- the report ---- */

static keel_status write_splits(struct import *import) {
  keel_status status = KEEL_STATUS_OK;
  for (size_t i = 0; i < import->rows->split_count && !status; i++)
    status = keel_tape_writer_split(import->writer, &import->rows->splits[i], import->error);
  return status;
}

static keel_status report(struct import *import) {
  const struct keel_import_rows *rows = import->rows;
  keel_import_result *result = import->result;
  result->rows = rows->rows;
  for (size_t i = 0; i < rows->contract_count; i++) result->contracts += import->kept[i].tape_id != KEEL_CONTRACT_NONE;
  for (int i = 1; i < KEEL_IMPORT_TROUBLES; i++) {
    if (!rows->troubles[i]) continue;
    int dropped = i < KEEL_IMPORT_NOTED;
    if (dropped) result->dropped += rows->troubles[i];
    result->problems[result->problem_count++] =
        (keel_import_problem){troubles[i].kind, troubles[i].meaning, rows->troubles[i], dropped};
    keel_status status = keel_tape_writer_problem(import->writer, troubles[i].kind, rows->troubles[i], import->error);
    if (status) return status;
  }
  return KEEL_STATUS_OK;
}

static keel_status nothing_left(const struct import *import, const char *file) {
  const struct keel_import_rows *rows = import->rows;
  int most = KEEL_IMPORT_FINE;
  for (int i = 1; i < KEEL_IMPORT_NOTED; i++)
    if (rows->troubles[i] > rows->troubles[most]) most = i;
  if (rows->rows == 0) return keel_fail(import->error, KEEL_STATUS_INPUT, file, "has no rows");
  return keel_fail(import->error, KEEL_STATUS_INPUT, file,
                   "no row can be used: %llu of %llu rows have %s (%s); nothing was written",
                   (unsigned long long)rows->troubles[most], (unsigned long long)rows->rows, troubles[most].meaning,
                   troubles[most].kind);
}

static keel_status run(struct import *import, const char *const *files, size_t count, const char *out) {
  const char *map = import->options ? import->options->map_path : NULL;
  keel_status status = look_at_files(import, files, count, out);
  if (!status && map) status = check_output(import, map, out);
  if (!status && map) status = keel_import_map_load(&import->texts, map, &import->map, import->error);
  if (!status) status = keel_tape_writer_open(out, &import->writer, import->error);
  for (size_t i = 0; i < count && !status; i++) status = read_any(import, files, count, i);
  for (size_t i = 0; i < count && !status; i++)
    if (keel_import_splits_is(files[i])) status = keel_import_splits_apply(import->rows, files[i], import->error);
  if (!status && import->rows->count == 0) status = nothing_left(import, count ? files[0] : out);
  if (!status) status = write_quotes(import);
  if (!status) status = write_splits(import);
  if (!status) status = report(import);
  if (status) return status;
  status = keel_tape_writer_close(import->writer, import->error);
  import->writer = NULL;
  return status;
}

keel_status keel_import(const char *const *files, size_t count, const char *out, const keel_import_options *options,
                        keel_import_result *result, keel_error *error) {
  *result = (keel_import_result){0};
  struct import import = {.options = options, .result = result, .error = error, .rows = keel_import_rows_new()};
  if (!import.rows) return keel_fail(error, KEEL_STATUS_MEMORY, out, "no memory");
  keel_arena_init(&import.texts);
  keel_status status = run(&import, files, count, out);
  keel_tape_writer_abort(import.writer);
  keel_import_rows_free(import.rows);
  keel_arena_fini(&import.texts);
  free(import.kept);
  free(import.ids);
  free(import.bids);
  free(import.asks);
  return status;
}
