/* keel replay: the run loop over a tape. Feed and venue are chosen here; the step knows neither. */
#include "drive/replay.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/pool.h"
#include "drive/dates.h"
#include "drive/notes.h"
#include "hedge/step.h"
#include "world/feed_tape.h"
#include "world/paper.h"

struct run {
  struct keel_replay *replay;
  const keel_replay_options *options;
  pthread_mutex_t tick_lock;
};

/* ---- one part: some variants in one pass ---- */

static int tick(struct run *run, const struct keel_replay_part *part) {
  const keel_replay_options *options = run->options;
  if (!options || !(options->tick || options->watch)) return 0;
  if ((part->instants - 1) % (options->watch ? 1 : 64) != 0) return 0;
  int stop = 0;
  pthread_mutex_lock(&run->tick_lock);
  for (size_t v = 0; options->watch && v < part->variant_count; v++)
    options->watch(options->tick_context, part->variants[v], part->ledger.totals[v].pnl, part->ledger.totals[v].cost);
  if (options->tick) stop = options->tick(options->tick_context, part->instants, keel_tape_instants(run->replay->tape));
  pthread_mutex_unlock(&run->tick_lock);
  return stop;
}

static keel_status wire(struct run *run, struct keel_replay_part *part) {
  const struct keel_strategy *strategy = run->replay->strategy;
  size_t accounts = keel_strategy_account_count(strategy);
  struct keel_wiring_input input = {.book = &run->replay->book,
                                    .trades = run->replay->fills.trades,
                                    .trade_count = run->replay->fills.count,
                                    .terms = &strategy->market,
                                    .accounts = keel_accounts_under(&part->arena, run->replay->accounts, accounts,
                                                                    part->variants, part->variant_count),
                                    .account_count = accounts,
                                    .variant_count = part->variant_count,
                                    .sleeves = strategy->sleeves,
                                    .sleeve_count = strategy->sleeve_count,
                                    .paths = 1,
                                    .listed = run->replay->listed,
                                    .listed_count = run->replay->listed_count,
                                    .explains = 1};
  return keel_wiring_build(&part->arena, &input, &part->wiring, &part->error);
}

void keel_replay_record(struct keel_ledger *ledger, struct keel_block *block) {
  for (size_t i = 0; i < block->market.changed_count; i++) {
    uint32_t u = block->market.changed[i];
    if (block->stepped[u]) keel_ledger_record(ledger, block, u);
    if (!keel_is_over(block, u)) continue;
    keel_liquidate(block, u);
    keel_ledger_record(ledger, block, u);
  }
}

/* Whether every book is over and its hedge closed: what the tape has beyond is of no interest. */
static int is_finished(const struct keel_block *block) {
  for (size_t u = 0; u < block->wiring->underlying_count; u++)
    if (!block->finished[u]) return 0;
  return 1;
}

/* The row that kept an underlying's book from entering: a position that expired before, or what has no price. */
static uint32_t row_that_waits(const struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  const struct keel_marks *marks = &block->marks[block->now[u]];
  uint32_t unpriced = underlying->spot;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    if (block->units[r] == 0) continue;
    if (block->settled[r]) return r;
    if (isnan(marks->price[r])) unpriced = r;
  }
  return unpriced;
}

keel_status keel_replay_never_entered(const struct keel_block *block, size_t u, keel_error *error) {
  uint32_t row = row_that_waits(block, u);
  char name[128];
  keel_contract_format(&block->wiring->rows[row].contract, block->wiring->terms->calendar, name, sizeof name);
  if (block->settled[row])
    return keel_fail(error, KEEL_STATUS_INPUT, block->wiring->terms->tape,
                     "%s expires before its book can enter: spot and all positions on it need a usable quote first; "
                     "give market.implied_vol, or leave the position out",
                     name);
  return keel_fail(
      error, KEEL_STATUS_INPUT, block->wiring->terms->tape,
      "%s never has a usable quote in this run, so its book cannot enter; give market.implied_vol, or choose "
      "run.start and run.end within its quotes",
      name);
}

/* What a part found, once the tape is played. */
static keel_status end_part(const struct keel_strategy *strategy, struct keel_replay_part *part,
                            const struct keel_block *block) {
  memcpy(part->source_counts, block->source_counts, sizeof part->source_counts);
  part->fills_late = block->trades_late;
  part->exercised = block->exercise.long_qty;
  part->assigned = block->exercise.short_qty;
  for (size_t u = 0; u < part->wiring.underlying_count; u++) part->fills_left += block->trades_left[u];
  if (part->ledger.failed) return keel_fail(&part->error, KEEL_STATUS_MEMORY, NULL, "no memory for the ledger");
  if (part->instants == 0)
    return keel_fail(&part->error, KEEL_STATUS_INPUT, strategy->market.tape,
                     "no instant of the tape lies between run.start and run.end");
  for (size_t u = 0; u < part->wiring.underlying_count; u++)
    if (!block->entered[u]) return keel_replay_never_entered(block, u, &part->error);
  return keel_replay_fills_booked(block, &part->error);
}

static keel_status run_part(struct run *run, struct keel_replay_part *part) {
  const struct keel_strategy *strategy = run->replay->strategy;
  keel_status status = wire(run, part);
  if (status != KEEL_STATUS_OK) return status;
  struct keel_block *block = keel_block_new(&part->arena, &part->wiring, run->replay->model != NULL);
  if (run->replay->model) block->market.vol_slope = KEEL_ARENA_NEW(&part->arena, double, part->wiring.row_count);
  block->venue = keel_paper_venue(keel_paper_new(&part->arena, &part->wiring));
  struct keel_feed_tape feed;
  keel_feed_tape_init(&feed, &part->arena, run->replay->tape, &part->wiring);
  keel_feed_tape_limit(&feed, strategy->run.start_ns, strategy->run.end_ns);
  status = keel_feed_tape_rates(&feed, &part->arena, strategy->market.rates, &part->error);
  if (status != KEEL_STATUS_OK) return status;
  struct keel_fill_feed fills;
  keel_fill_feed_init(&fills, &part->arena, &feed);
  keel_ledger_init(&part->ledger, &part->arena, &part->wiring, part->variants);
  keel_arena_seal(&part->arena);
  while (keel_fill_feed_next(&fills, &block->market)) {
    part->instants++;
    keel_step(block);
    keel_replay_record(&part->ledger, block);
    int is_stopped = tick(run, part);
    if (is_finished(block)) break;
    if (is_stopped) return keel_fail(&part->error, KEEL_STATUS_STOPPED, NULL, "stopped");
  }
  part->events = feed.events;
  return end_part(strategy, part, block);
}

static void part_task(void *context, size_t index, size_t worker) {
  (void)worker;
  struct run *run = context;
  struct keel_replay_part *part = &run->replay->parts[index];
  part->status = run_part(run, part);
}

/* ---- what a reader has to know ---- */

static void list_problems(struct keel_replay *replay) {
  size_t imported = keel_tape_problems(replay->tape);
  replay->problems = KEEL_ARENA_NEW(&replay->arena, struct keel_replay_problem,
                                    imported + KEEL_MARK_SOURCE_COUNT + KEEL_FILL_PROBLEMS + 1);
  for (size_t i = 0; i < imported; i++) {
    struct keel_replay_problem *problem = &replay->problems[replay->problem_count++];
    keel_tape_problem(replay->tape, i, &problem->kind, &problem->count);
  }
  for (int s = KEEL_MARK_QUOTE + 1; s < KEEL_MARK_SOURCE_COUNT; s++)
    if (replay->parts[0].source_counts[s])
      replay->problems[replay->problem_count++] =
          (struct keel_replay_problem){keel_mark_source_names[s], replay->parts[0].source_counts[s]};
  const struct keel_replay_problem of_fills[KEEL_FILL_PROBLEMS] = {
      {"fills_repeated", replay->strategy->fills.repeated},
      {"fills_before_the_run", replay->fills.before},
      {"fills_after_the_run", replay->fills.after + replay->parts[0].fills_left},
      {"fills_booked_late", replay->parts[0].fills_late}};
  for (int k = 0; k < KEEL_FILL_PROBLEMS; k++)
    if (of_fills[k].count) replay->problems[replay->problem_count++] = of_fills[k];
  const keel_rates *rates = replay->strategy->market.rates;
  if (rates && keel_rates_dropped(rates, NULL))
    replay->problems[replay->problem_count++] =
        (struct keel_replay_problem){"rates_dropped", keel_rates_dropped(rates, NULL)};
}

static void add_note(struct keel_replay *replay, const char *text) {
  replay->notes[replay->note_count++] = keel_arena_text(&replay->arena, text, strlen(text));
}

static void note_model(struct keel_replay *replay) {
  const struct keel_tape_model *model = replay->model;
  char text[400];
  snprintf(text, sizeof text, "The market is simulated, path %llu of seed %llu: %.300s.",
           (unsigned long long)model->path, (unsigned long long)model->seed, model->text);
  add_note(replay, text);
}

static void note_splits(struct keel_replay *replay) {
  const struct keel_market_terms *market = &replay->strategy->market;
  char text[400];
  for (size_t u = 0; u < market->underlying_count; u++)
    for (size_t i = 0; i < market->underlyings[u].split_count; i++)
      if (keel_replay_split_unseen(replay, u, i, text, sizeof text)) add_note(replay, text);
}

/* What the rule did to the book; what hedges held is in the ledger. */
static void note_exercise(struct keel_replay *replay) {
  const struct keel_replay_part *part = &replay->parts[0];
  const char *plain = keel_note_exercise(&part->wiring);
  char text[200];
  snprintf(text, sizeof text,
           "By market.early_exercise, American options of the book before their expiry: %g long contracts exercised, "
           "%g short ones assigned; `settlement` and the ledger say what it did.",
           part->exercised, part->assigned);
  if (plain || (part->wiring.exercises && part->wiring.has_american)) add_note(replay, plain ? plain : text);
}

/* Whether some hedge is a share balance. */
static int balances(const struct keel_replay *replay) {
  for (size_t a = 0; a < keel_strategy_account_count(replay->strategy); a++)
    for (size_t v = 0; v < replay->strategy->variant_count; v++)
      if (keel_replay_policy(replay, a, v)->target.kind == KEEL_TARGET_SHARE_BALANCE) return 1;
  return 0;
}

static void list_notes(struct keel_replay *replay) {
  const struct keel_strategy *strategy = replay->strategy;
  size_t room = 4 + strategy->warning_count;
  for (size_t u = 0; u < strategy->market.underlying_count; u++) room += strategy->market.underlyings[u].split_count;
  replay->notes = KEEL_ARENA_NEW(&replay->arena, char *, room);
  if (replay->model) note_model(replay);
  note_splits(replay);
  note_exercise(replay);
  int64_t from_ns = replay->row_count ? replay->rows[0].time_ns : strategy->run.start_ns;
  const char *escrowed = keel_note_escrowed(&replay->parts[0].wiring, from_ns);
  if (escrowed) add_note(replay, escrowed);
  if (balances(replay))
    add_note(
        replay,
        "share_balance is not self-financing: the cash that keeps shares plus options constant comes from outside; "
        "it is the change of `cash` in the ledger.");
  for (size_t i = 0; i < strategy->warning_count; i++) add_note(replay, strategy->warnings[i]);
}

/* ---- the whole ---- */

static size_t thread_count(const keel_replay_options *options) {
  return options && options->threads > 1 ? (size_t)options->threads : 1;
}

static keel_status run_parts(struct run *run, keel_error *error) {
  struct keel_replay *replay = run->replay;
  struct keel_pool *pool;
  size_t threads = thread_count(run->options);
  keel_status status = keel_pool_new(threads < replay->part_count ? threads : replay->part_count, &pool, error);
  if (status != KEEL_STATUS_OK) return status;
  pthread_mutex_init(&run->tick_lock, NULL);
  keel_pool_run(pool, replay->part_count, part_task, run);
  pthread_mutex_destroy(&run->tick_lock);
  keel_pool_free(pool);
  for (size_t p = 0; p < replay->part_count; p++) {
    if (replay->parts[p].status == KEEL_STATUS_OK) continue;
    if (error) *error = replay->parts[p].error;
    return replay->parts[p].status;
  }
  status = keel_replay_join(replay, error);
  if (status != KEEL_STATUS_OK) return status;
  list_problems(replay);
  list_notes(replay);
  return KEEL_STATUS_OK;
}

/* What the strategy holds and how it hedges; `years` count from where a simulated market began. */
static void date(struct keel_replay *replay) {
  const struct keel_strategy *strategy = replay->strategy;
  replay->model = keel_tape_model(replay->tape);
  replay->book = strategy->book;
  if (replay->model) replay->book = keel_book_dated(&replay->arena, &strategy->book, replay->model->start_ns);
  replay->accounts = keel_accounts_wired(&replay->arena, strategy, NULL, strategy->variant_count,
                                         replay->model ? replay->model->start_ns : KEEL_TIME_NONE);
}

static keel_status open_tape(struct keel_replay *replay, keel_error *error) {
  keel_status status = keel_tape_open(replay->strategy->market.tape, &replay->tape, error);
  if (status != KEEL_STATUS_OK) return status;
  replay->listed_count = keel_tape_contracts(replay->tape);
  replay->listed = KEEL_ARENA_NEW(&replay->arena, const struct keel_contract *, replay->listed_count);
  for (uint32_t i = 0; i < replay->listed_count; i++) replay->listed[i] = keel_tape_contract(replay->tape, i);
  date(replay);
  status = keel_replay_choose_fills(replay, error);
  return status ? status : keel_replay_check(replay, error);
}

keel_status keel_replay_open(const keel_strategy *strategy, keel_replay **out, keel_error *error) {
  *out = NULL;
  keel_status can = keel_strategy_steps(strategy, error);
  if (can) return can;
  if (!strategy->market.tape)
    return keel_fail_at(error, strategy->path, 0, "market.tape", "a replay needs the tape that it plays");
  struct keel_replay *replay = calloc(1, sizeof *replay);
  if (!replay) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a replay");
  replay->strategy = strategy;
  keel_arena_init(&replay->arena);
  keel_status status = open_tape(replay, error);
  if (status == KEEL_STATUS_OK)
    *out = replay;
  else
    keel_replay_free(replay);
  return status;
}

keel_status keel_replay_run(const keel_strategy *strategy, const keel_replay_options *options, keel_replay **out,
                            keel_error *error) {
  keel_status status = keel_replay_open(strategy, out, error);
  if (status != KEEL_STATUS_OK) return status;
  struct run run = {.replay = *out, .options = options};
  keel_replay_lay_out(*out, thread_count(options));
  status = run_parts(&run, error);
  if (status == KEEL_STATUS_OK) return status;
  keel_replay_free(*out);
  *out = NULL;
  return status;
}

void keel_replay_free(keel_replay *replay) {
  if (!replay) return;
  for (size_t p = 0; p < replay->part_count; p++) {
    keel_ledger_fini(&replay->parts[p].ledger);
    keel_arena_fini(&replay->parts[p].arena);
  }
  keel_arena_fini(&replay->arena);
  keel_tape_close(replay->tape);
  free(replay->parts);
  free(replay->totals);
  free(replay->account_totals);
  free(replay->rows);
  free(replay);
}
