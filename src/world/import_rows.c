#include "world/import_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/grow.h"
#include "world/import_read.h"

enum { ROOM_FIRST = 4096, QUOTES_PER_ROW = 3 };

/* ---- keeping its quotes ---- */

static int make_room(struct keel_import_rows *rows) {
  if (rows->count + QUOTES_PER_ROW <= rows->room) return 1;
  size_t room = rows->room ? rows->room * 2 : ROOM_FIRST;
  uint32_t *ids = realloc(rows->ids, room * sizeof *ids);
  if (ids) rows->ids = ids;
  double *bids = realloc(rows->bids, room * sizeof *bids);
  if (bids) rows->bids = bids;
  double *asks = realloc(rows->asks, room * sizeof *asks);
  if (asks) rows->asks = asks;
  if (!ids || !bids || !asks) return 0;
  rows->room = room;
  return 1;
}

static int enter_run(struct keel_import_rows *rows, int64_t time_ns) {
  size_t count = rows->run_count;
  if (count && rows->runs[count - 1].time_ns == time_ns) return 1;
  void *runs = keel_grown(rows->runs, count, &rows->run_room, sizeof *rows->runs);
  if (!runs) return 0;
  rows->runs = runs;
  if (count && rows->runs[count - 1].time_ns > time_ns) rows->unsorted = 1;
  rows->runs[rows->run_count++] = (struct keel_import_run){time_ns, rows->count};
  return 1;
}

static void append(struct keel_import_rows *rows, uint32_t id, double bid, double ask) {
  rows->ids[rows->count] = id;
  rows->bids[rows->count] = bid;
  rows->asks[rows->count] = ask;
  rows->count++;
}

/* The contract's id; it is added if it is new. KEEL_CONTRACT_NONE: no memory. */
static uint32_t id_of(struct keel_import_rows *rows, const struct keel_contract *contract) {
  uint32_t id = keel_contract_index_find(&rows->index, rows->contracts, contract);
  if (id != KEEL_CONTRACT_NONE) return id;
  void *contracts = keel_grown(rows->contracts, rows->contract_count, &rows->contract_room, sizeof *rows->contracts);
  if (!contracts) return KEEL_CONTRACT_NONE;
  rows->contracts = contracts;
  id = (uint32_t)rows->contract_count;
  rows->contracts[id] = *contract;
  if (!keel_contract_index_add(&rows->index, rows->contracts, id)) return KEEL_CONTRACT_NONE;
  rows->contract_count++;
  return id;
}

/* Keeps the price of a run once; of others, one more, so that the tape's writer can count the conflict. */
static int keep_beside(struct keel_import_rows *rows, const struct keel_contract *contract,
                       struct keel_import_beside *beside, double bid, double ask) {
  int again = beside->run == rows->run_count;
  if (again && keel_import_same_price(beside->bid, bid) && keel_import_same_price(beside->ask, ask)) return 1;
  if (again && beside->second_kept) return 1;
  if (beside->id == KEEL_CONTRACT_NONE) {
    beside->id = id_of(rows, contract);
    if (beside->id == KEEL_CONTRACT_NONE) return 0;
  }
  append(rows, beside->id, bid, ask);
  beside->second_kept = again;
  if (again) return 1;
  beside->run = rows->run_count;
  beside->bid = bid;
  beside->ask = ask;
  return 1;
}

static int keep_spot(struct keel_import_rows *rows, const struct keel_import_row *row) {
  const struct keel_contract *contract = &rows->spots[row->underlying - rows->underlyings];
  row->underlying->spot_is_beside = 1;
  return keep_beside(rows, contract, &row->underlying->spot, row->spot_bid, row->spot_ask);
}

/* A spot that is known only after its row stands at its own time. */
static int keep_late_spot(struct keel_import_rows *rows, const struct keel_import_row *row) {
  struct keel_import_underlying *underlying = row->underlying;
  const struct keel_import_beside *spot = &underlying->spot;
  rows->troubles[KEEL_IMPORT_LATE_SPOT]++;
  if (underlying->late_ns == row->spot_time_ns && keel_import_same_price(spot->bid, row->spot_bid) &&
      keel_import_same_price(spot->ask, row->spot_ask))
    return 1;
  underlying->late_ns = row->spot_time_ns;
  return enter_run(rows, row->spot_time_ns) && keep_spot(rows, row);
}

/* The number of the future of this expiry; it is added if it is new. KEEL_CONTRACT_NONE: no memory. */
static uint32_t future_of(struct keel_import_rows *rows, const struct keel_contract *option) {
  struct keel_contract future = *option;
  future.kind = KEEL_KIND_FUTURE;
  future.exercise = KEEL_EXERCISE_EUROPEAN;
  future.strike = 0;
  uint32_t number = keel_contract_index_find(&rows->future_index, rows->futures, &future);
  if (number != KEEL_CONTRACT_NONE) return number;
  number = (uint32_t)rows->future_count;
  void *futures = keel_grown(rows->futures, number, &rows->future_room, sizeof *rows->futures);
  if (!futures) return KEEL_CONTRACT_NONE;
  rows->futures = futures;
  void *besides = keel_grown(rows->besides, number, &rows->beside_room, sizeof *rows->besides);
  if (!besides) return KEEL_CONTRACT_NONE;
  rows->besides = besides;
  rows->futures[number] = future;
  rows->besides[number] = (struct keel_import_beside){.id = KEEL_CONTRACT_NONE};
  if (!keel_contract_index_add(&rows->future_index, rows->futures, number)) return KEEL_CONTRACT_NONE;
  rows->future_count++;
  return number;
}

static int keep_future(struct keel_import_rows *rows, const struct keel_import_row *row) {
  if (!keel_kind_is_option(row->contract.kind) || row->index_is_underlying) return 1;
  if (isnan(row->future)) {
    rows->troubles[KEEL_IMPORT_NO_FUTURE] += (uint64_t)keel_import_given(rows, KEEL_IMPORT_FUTURE);
    return 1;
  }
  uint32_t number = future_of(rows, &row->contract);
  if (number == KEEL_CONTRACT_NONE) return 0;
  return keep_beside(rows, &rows->futures[number], &rows->besides[number], row->future, row->future);
}

static int conflicts(const struct keel_contract *known, const struct keel_contract *contract) {
  if (known->multiplier != contract->multiplier) return 1;
  return keel_kind_is_option(known->kind) && known->exercise != contract->exercise;
}

static int lacks_spot(const struct keel_import_row *row) { return isnan(row->spot_bid) && isnan(row->spot_ask); }

/* The run of the row, and the spot beside its quote. Returns 0 if there is no memory. */
static int keep_with_spot(struct keel_import_rows *rows, const struct keel_import_row *row) {
  if (!enter_run(rows, row->time_ns)) return 0;
  if (row->contract.kind == KEEL_KIND_SPOT) return 1;
  if (!lacks_spot(row)) return keep_spot(rows, row);
  rows->troubles[KEEL_IMPORT_NO_SPOT] +=
      (uint64_t)(keel_import_given(rows, KEEL_IMPORT_SPOT) || keel_import_given(rows, KEEL_IMPORT_SPOT_BID) ||
                 (rows->has_more && row->index_is_underlying));
  return 1;
}

/* The same of layouts that have more than a spot beside the quote. */
static int keep_with_more(struct keel_import_rows *rows, const struct keel_import_row *row) {
  int late = row->spot_time_ns != KEEL_TIME_NONE && !lacks_spot(row);
  int kept = late ? keep_late_spot(rows, row) && enter_run(rows, row->time_ns) : keep_with_spot(rows, row);
  rows->troubles[KEEL_IMPORT_STALE] += (uint64_t)row->stale;
  rows->troubles[KEEL_IMPORT_OLD_TRADE] += (uint64_t)row->old_trade;
  return kept && keep_future(rows, row);
}

/* Returns 0 if there is no memory. */
static int keep(struct keel_import_rows *rows, const struct keel_import_row *row, int *trouble) {
  uint32_t id = id_of(rows, &row->contract);
  if (id == KEEL_CONTRACT_NONE || !make_room(rows)) return 0;
  if (conflicts(&rows->contracts[id], &row->contract)) {
    *trouble = KEEL_IMPORT_CONFLICT;
    return 1;
  }
  if (!(rows->has_more ? keep_with_more(rows, row) : keep_with_spot(rows, row))) return 0;
  append(rows, id, row->bid, row->ask);
  return 1;
}

/* ---- the whole ---- */

struct keel_import_rows *keel_import_rows_new(void) {
  struct keel_import_rows *rows = calloc(1, sizeof *rows);
  if (rows) keel_arena_init(&rows->names);
  return rows;
}

void keel_import_rows_free(struct keel_import_rows *rows) {
  if (!rows) return;
  keel_arena_fini(&rows->names);
  keel_contract_index_fini(&rows->index);
  keel_contract_index_fini(&rows->spot_index);
  keel_contract_index_fini(&rows->future_index);
  free(rows->contracts);
  free(rows->underlyings);
  free(rows->spots);
  free(rows->futures);
  free(rows->besides);
  free(rows->ids);
  free(rows->bids);
  free(rows->asks);
  free(rows->runs);
  free(rows->splits);
  free(rows);
}

keel_status keel_import_rows_bind(struct keel_import_rows *rows, const struct keel_import_layout *layout,
                                  const struct keel_csv *csv, keel_error *error) {
  rows->layout = layout;
  keel_status status = keel_import_layout_bind(layout, csv, &rows->binding, error);
  if (!status) status = keel_calendar_find(layout->calendar, &rows->calendar, error);
  return status ? status : keel_import_read_bind(rows, csv, error);
}

int keel_import_rows_is_beside(const struct keel_import_rows *rows, const struct keel_contract *contract) {
  if (contract->kind == KEEL_KIND_SPOT)
    return rows->underlyings[keel_contract_index_find(&rows->spot_index, rows->spots, contract)].spot_is_beside;
  return keel_contract_index_find(&rows->future_index, rows->futures, contract) != KEEL_CONTRACT_NONE;
}

static keel_status no_memory(const struct keel_import_rows *rows, keel_error *error) {
  return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for %zu quotes", rows->count);
}

keel_status keel_import_rows_add(struct keel_import_rows *rows, const struct keel_csv_field *fields,
                                 keel_error *error) {
  for (int side = 0; side < rows->sides; side++) {
    struct keel_import_row row;
    rows->rows++;
    int trouble = keel_import_read(rows, fields, side, &row);
    if (rows->no_memory || (!trouble && !keep(rows, &row, &trouble))) return no_memory(rows, error);
    if (trouble) rows->troubles[trouble]++;
  }
  return KEEL_STATUS_OK;
}

/* ---- quotes from elsewhere ---- */

keel_status keel_import_rows_contract(struct keel_import_rows *rows, const struct keel_contract *contract, uint32_t *id,
                                      keel_error *error) {
  struct keel_csv_field text = {contract->underlying, strlen(contract->underlying)};
  struct keel_import_meaning name = keel_import_read_underlying(rows, text);
  if (rows->no_memory) return no_memory(rows, error);
  if (name.problem) return keel_fail(error, KEEL_STATUS_INPUT, NULL, "the name of an underlying is not usable");
  struct keel_contract kept = *contract;
  kept.underlying = rows->spots[name.whole].underlying;
  *id = id_of(rows, &kept);
  if (*id == KEEL_CONTRACT_NONE) return no_memory(rows, error);
  if (conflicts(&rows->contracts[*id], &kept)) *id = KEEL_CONTRACT_NONE;
  return KEEL_STATUS_OK;
}

keel_status keel_import_rows_spot(struct keel_import_rows *rows, const struct keel_contract *future, uint32_t *id,
                                  keel_error *error) {
  const struct keel_contract spot = {
      .underlying = future->underlying, .kind = KEEL_KIND_SPOT, .expiry_ns = future->expiry_ns, .multiplier = 1};
  keel_status status = keel_import_rows_contract(rows, &spot, id, error);
  if (status) return status;
  rows->underlyings[keel_contract_index_find(&rows->spot_index, rows->spots, &spot)].spot_is_beside = 1;
  return KEEL_STATUS_OK;
}

keel_status keel_import_rows_quote(struct keel_import_rows *rows, int64_t time_ns, uint32_t id, const double *bid_ask,
                                   keel_error *error) {
  if (!make_room(rows) || !enter_run(rows, time_ns)) return no_memory(rows, error);
  append(rows, id, bid_ask[0], bid_ask[1]);
  return KEEL_STATUS_OK;
}
