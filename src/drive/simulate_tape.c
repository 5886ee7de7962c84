#include "drive/simulate_tape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "drive/dates.h"
#include "drive/replay.h"
#include "hedge/step.h"

/* ---- the market onto a tape ---- */

/* `X: heston; Y: gbm`. */
static void describe(const struct keel_strategy *strategy, struct keel_text *text) {
  for (size_t u = 0; u < strategy->market.underlying_count; u++)
    keel_text_printf(text, "%s%s: %s", u ? "; " : "", strategy->market.underlyings[u].name,
                     keel_world_name(strategy->simulated.models[u].world.kind));
  keel_text_char(text, '\0');
}

static keel_status write_model(const struct keel_market_recorder *recorder, const struct keel_simulation_wiring *wiring,
                               uint64_t path, keel_error *error) {
  struct keel_text text;
  keel_text_init(&text);
  describe(wiring->strategy, &text);
  keel_status status = KEEL_STATUS_OK;
  if (text.failed) {
    status = keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory");
  } else {
    const struct keel_tape_model model = {wiring->market.start_ns, wiring->market.seed, path, text.data};
    status = keel_tape_writer_model(recorder->writer, &model, error);
  }
  keel_text_fini(&text);
  return status;
}

/* A contract that several accounts watch is on the tape once, by its first row. */
static void add_contract(struct keel_market_recorder *recorder, uint32_t r) {
  const struct keel_contract *contract = &recorder->wiring->rows[r].contract;
  recorder->id_of[r] = KEEL_NO_ROW;
  if (keel_wiring_find(recorder->wiring, contract) == r)
    recorder->id_of[r] = keel_tape_writer_contract(recorder->writer, contract);
}

keel_status keel_market_recorder_open(struct keel_market_recorder *recorder, struct keel_arena *arena,
                                      const struct keel_simulation_wiring *wiring, uint64_t path, const char *tape,
                                      keel_error *error) {
  const size_t rows = wiring->rows.row_count;
  *recorder = (struct keel_market_recorder){.wiring = &wiring->rows, .rate = NAN};
  double **columns[] = {&recorder->bids,   &recorder->asks,     &recorder->vols,
                        &recorder->slopes, &recorder->last_vol, &recorder->last_slope};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) *columns[i] = KEEL_ARENA_NEW(arena, double, rows);
  recorder->ids = KEEL_ARENA_NEW(arena, uint32_t, rows);
  recorder->vol_ids = KEEL_ARENA_NEW(arena, uint32_t, rows);
  recorder->id_of = KEEL_ARENA_NEW(arena, uint32_t, rows);
  for (size_t r = 0; r < rows; r++) recorder->last_vol[r] = NAN;
  keel_status status = keel_tape_writer_open(tape, &recorder->writer, error);
  if (!status) status = write_model(recorder, wiring, path, error);
  for (uint32_t r = 0; r < rows && !status; r++) add_contract(recorder, r);
  return status;
}

static keel_status write_vols(struct keel_market_recorder *recorder, const struct keel_market *market,
                              keel_error *error) {
  struct keel_tape_vols vols = {0, recorder->vol_ids, recorder->vols, recorder->slopes};
  for (uint32_t r = 0; r < market->rows; r++) {
    double vol = market->vol[r * market->paths], slope = market->vol_slope[r * market->paths];
    if (recorder->id_of[r] == KEEL_NO_ROW || isnan(vol)) continue;
    if (vol == recorder->last_vol[r] && slope == recorder->last_slope[r]) continue;
    recorder->vol_ids[vols.count] = recorder->id_of[r];
    recorder->slopes[vols.count] = recorder->last_slope[r] = slope;
    recorder->vols[vols.count++] = recorder->last_vol[r] = vol;
  }
  return vols.count ? keel_tape_writer_vols(recorder->writer, &vols, error) : KEEL_STATUS_OK;
}

/* The row, or that of a later account, that is quoted now: some accounts need no quote of an option. */
static uint32_t quoted_twin(const struct keel_wiring *wiring, const struct keel_market *market, uint32_t r) {
  while (r != KEEL_NO_ROW && market->quote_ns[r] != market->time_ns) r = wiring->rows[r].twin;
  return r;
}

keel_status keel_market_recorder_write(struct keel_market_recorder *recorder, const struct keel_market *market,
                                       keel_error *error) {
  struct keel_tape_instant instant = {market->time_ns, 0, recorder->ids, recorder->bids, recorder->asks};
  for (uint32_t r = 0; r < market->rows; r++) {
    uint32_t quoted = recorder->id_of[r] == KEEL_NO_ROW ? KEEL_NO_ROW : quoted_twin(recorder->wiring, market, r);
    if (quoted == KEEL_NO_ROW) continue;
    recorder->ids[instant.count] = recorder->id_of[r];
    recorder->bids[instant.count] = market->bid[quoted * market->paths];
    recorder->asks[instant.count++] = market->ask[quoted * market->paths];
  }
  keel_status status = keel_tape_writer_instant(recorder->writer, &instant, error);
  if (!status && market->rate != recorder->rate)
    status = keel_tape_writer_rate(recorder->writer, recorder->rate = market->rate, error);
  return status ? status : write_vols(recorder, market, error);
}

/* ---- a path, and its ledger ---- */

struct path_run {
  struct keel_strategy strategy; /* as the caller's, but always explained */
  struct keel_simulation_wiring wiring;
  struct keel_simulation_worker worker;
  struct keel_market_recorder recorder; /* its writer is NULL where no tape is wanted */
  struct keel_replay *ledger;
};

/* A replay of all variants in one part, that has not run. */
static struct keel_replay *empty_replay(const struct keel_strategy *strategy,
                                        const struct keel_simulation_wiring *wiring) {
  struct keel_replay *replay = calloc(1, sizeof *replay);
  if (!replay) return NULL;
  replay->strategy = strategy;
  keel_arena_init(&replay->arena);
  replay->accounts =
      keel_accounts_wired(&replay->arena, strategy, NULL, strategy->variant_count, wiring->market.start_ns);
  replay->parts = calloc(1, sizeof *replay->parts);
  replay->totals = calloc(strategy->variant_count, sizeof *replay->totals);
  replay->account_totals =
      calloc(strategy->variant_count * keel_strategy_account_count(strategy), sizeof *replay->account_totals);
  keel_assert(replay->parts && replay->totals && replay->account_totals);
  struct keel_replay_part *part = replay->parts;
  replay->part_count = 1;
  keel_arena_init(&part->arena);
  uint32_t *variants = KEEL_ARENA_NEW(&part->arena, uint32_t, strategy->variant_count);
  for (uint32_t v = 0; v < strategy->variant_count; v++) variants[v] = v;
  part->variants = variants;
  part->variant_count = strategy->variant_count;
  keel_ledger_init(&part->ledger, &part->arena, &wiring->rows, variants);
  return replay;
}

static int is_open(const struct keel_block *block) {
  for (size_t u = 0; u < block->wiring->underlying_count; u++)
    if (!block->finished[u]) return 1;
  return 0;
}

/* The market goes on to its end, also where no book is left. */
static keel_status run_path(struct path_run *run, uint64_t path, keel_error *error) {
  struct keel_block *block = run->worker.block;
  struct keel_replay_part *part = run->ledger->parts;
  keel_status status = KEEL_STATUS_OK;
  keel_simulation_begin(&run->worker, path, 1);
  while (!status && keel_feed_paths_next(run->worker.feed, &block->market)) {
    if (run->recorder.writer) status = keel_market_recorder_write(&run->recorder, &block->market, error);
    if (status || !is_open(block)) continue;
    part->instants++;
    keel_step(block);
    keel_replay_record(&part->ledger, block);
  }
  if (!status && part->ledger.failed) status = keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the ledger");
  return status ? status : keel_replay_join(run->ledger, error);
}

static keel_status open_path(struct path_run *run, struct keel_arena *arena, const keel_strategy *strategy,
                             uint64_t path, keel_error *error) {
  run->strategy = *strategy;
  run->strategy.run.explains = 1;
  const struct keel_simulation_plan plan = {
      .strategy = &run->strategy, .threads = 1, .has_ledger = 1, .block_paths = 1};
  keel_status status = keel_simulation_wire(arena, &plan, &run->wiring, error);
  if (status) return status;
  if (path >= run->wiring.paths)
    return keel_fail_at(error, strategy->path, 0, "run.paths", "are %llu: there is no path %llu; the first is 0",
                        (unsigned long long)run->wiring.paths, (unsigned long long)path);
  run->wiring.rows.needs.smile = 1; /* the tape has its slope, also for rules that this strategy has not */
  run->ledger = empty_replay(strategy, &run->wiring);
  return run->ledger ? KEEL_STATUS_OK : keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a ledger");
}

/* Runs it, and leaves the tape and the ledger, or neither. */
static keel_status record_path(struct path_run *run, struct keel_arena *arena, uint64_t path, const char *tape,
                               keel_error *error) {
  keel_status status = KEEL_STATUS_OK;
  if (tape) status = keel_market_recorder_open(&run->recorder, arena, &run->wiring, path, tape, error);
  if (!status) {
    keel_simulation_worker_init(&run->worker, &run->wiring);
    status = run_path(run, path, error);
    keel_simulation_worker_fini(&run->worker);
  }
  if (!status && tape) return keel_tape_writer_close(run->recorder.writer, error);
  keel_tape_writer_abort(run->recorder.writer);
  return status;
}

keel_status keel_simulation_record(const keel_strategy *strategy, uint64_t path, const char *tape, keel_replay **replay,
                                   keel_error *error) {
  struct path_run run = {0};
  struct keel_arena arena;
  if (replay) *replay = NULL;
  keel_arena_init(&arena);
  keel_status status = open_path(&run, &arena, strategy, path, error);
  if (!status) status = record_path(&run, &arena, path, tape, error);
  keel_arena_fini(&arena);
  if (!status && replay)
    *replay = run.ledger;
  else
    keel_replay_free(run.ledger);
  return status;
}
