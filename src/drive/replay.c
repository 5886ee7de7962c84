/* keel replay: the run loop over a tape. Feed and venue are chosen here; the step knows neither. */
#include "drive/replay.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/pool.h"
#include "hedge/step.h"
#include "world/feed_tape.h"
#include "world/paper.h"

struct run {
  struct keel_replay *replay;
  const keel_replay_options *options;
  const struct keel_contract **listed;
  size_t listed_count;
  pthread_mutex_t tick_lock;
};

/* ---- one part: some variants in one pass ---- */

static int tick(struct run *run, const struct keel_replay_part *part) {
  const keel_replay_options *options = run->options;
  if (!options->tick || (part->instants - 1) % 64 != 0) return 0;
  pthread_mutex_lock(&run->tick_lock);
  int stop = options->tick(options->tick_context, part->instants, keel_tape_instants(run->replay->tape));
  pthread_mutex_unlock(&run->tick_lock);
  return stop;
}

static keel_status wire(struct run *run, struct keel_replay_part *part) {
  const struct keel_strategy *strategy = run->replay->strategy;
  const struct keel_policy **policies = KEEL_ARENA_NEW(&part->arena, const struct keel_policy *, part->variant_count);
  for (size_t v = 0; v < part->variant_count; v++) policies[v] = &strategy->variants[part->variants[v]].policy;
  struct keel_wiring_input input = {.book = &strategy->book,
                                    .terms = &strategy->market,
                                    .policies = policies,
                                    .variant_count = part->variant_count,
                                    .costs = &strategy->costs,
                                    .limits = &strategy->limits,
                                    .paths = 1,
                                    .listed = run->listed,
                                    .listed_count = run->listed_count};
  return keel_wiring_build(&part->arena, &input, &part->wiring, &part->error);
}

static void record(struct keel_replay_part *part, struct keel_block *block) {
  for (size_t i = 0; i < block->market.changed_count; i++) {
    uint32_t u = block->market.changed[i];
    if (block->stepped[u]) keel_ledger_record(&part->ledger, block, u);
    if (!keel_is_over(block, u)) continue;
    keel_liquidate(block, u);
    keel_ledger_record(&part->ledger, block, u);
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
    if (block->wiring->rows[r].units == 0) continue;
    if (block->settled[r]) return r;
    if (isnan(marks->price[r])) unpriced = r;
  }
  return unpriced;
}

static keel_status never_entered(const struct keel_block *block, size_t u, keel_error *error) {
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

static keel_status run_part(struct run *run, struct keel_replay_part *part) {
  const struct keel_strategy *strategy = run->replay->strategy;
  keel_status status = wire(run, part);
  if (status != KEEL_STATUS_OK) return status;
  struct keel_block *block = keel_block_new(&part->arena, &part->wiring, 0);
  block->venue = keel_paper_venue(keel_paper_new(&part->arena, &part->wiring));
  struct keel_feed_tape feed;
  keel_feed_tape_init(&feed, &part->arena, run->replay->tape, &part->wiring);
  keel_feed_tape_limit(&feed, strategy->run.start_ns, strategy->run.end_ns);
  keel_ledger_init(&part->ledger, &part->arena, &part->wiring, part->variants);
  keel_arena_seal(&part->arena);
  while (keel_feed_tape_next(&feed, &block->market)) {
    part->instants++;
    keel_step(block);
    record(part, block);
    if (is_finished(block)) break;
    if (tick(run, part)) return keel_fail(&part->error, KEEL_STATUS_STOPPED, NULL, "stopped");
  }
  part->events = feed.events;
  memcpy(part->source_counts, block->source_counts, sizeof part->source_counts);
  if (part->ledger.failed) return keel_fail(&part->error, KEEL_STATUS_MEMORY, NULL, "no memory for the ledger");
  if (part->instants == 0)
    return keel_fail(&part->error, KEEL_STATUS_INPUT, strategy->market.tape,
                     "no instant of the tape lies between run.start and run.end");
  for (size_t u = 0; u < part->wiring.underlying_count; u++)
    if (!block->entered[u]) return never_entered(block, u, &part->error);
  return KEEL_STATUS_OK;
}

static void part_task(void *context, size_t index, size_t worker) {
  (void)worker;
  struct run *run = context;
  struct keel_replay_part *part = &run->replay->parts[index];
  part->status = run_part(run, part);
}

/* ---- checks of the book against the tape ---- */

/* The contract as the tape has it, or NULL. */
static const struct keel_contract *listed_as(const struct run *run, const struct keel_contract *contract) {
  for (size_t i = 0; i < run->listed_count; i++)
    if (keel_contract_same(run->listed[i], contract)) return run->listed[i];
  return NULL;
}

static const struct keel_underlying_terms *terms_of(const struct keel_market_terms *market, const char *name) {
  for (size_t u = 0; u < market->underlying_count; u++)
    if (strcmp(market->underlyings[u].name, name) == 0) return &market->underlyings[u];
  return NULL;
}

static keel_status check_spot(const struct run *run, const char *underlying, keel_error *error) {
  struct keel_contract spot = {.underlying = underlying, .kind = KEEL_KIND_SPOT, .expiry_ns = KEEL_TIME_NONE};
  char names[256] = "";
  size_t used = 0;
  for (size_t i = 0; i < run->listed_count; i++) {
    if (run->listed[i]->kind != KEEL_KIND_SPOT) continue;
    if (strcmp(run->listed[i]->underlying, spot.underlying) == 0) return KEEL_STATUS_OK;
    if (used < sizeof names)
      used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", run->listed[i]->underlying);
  }
  return keel_fail(error, KEEL_STATUS_INPUT, run->replay->strategy->market.tape,
                   "the tape has no underlying \"%s\"; it has %s", underlying, used ? names : "none");
}

/* When the run begins: the first instant that is played. */
static int64_t first_instant(const struct run *run) {
  struct keel_tape_cursor cursor = {0};
  struct keel_tape_instant instant;
  int64_t start = run->replay->strategy->run.start_ns;
  while (keel_tape_next(run->replay->tape, &cursor, &instant))
    if (start == KEEL_TIME_NONE || instant.time_ns >= start) return instant.time_ns;
  return KEEL_TIME_NONE;
}

static keel_status check_position(const struct run *run, const struct keel_position *position, int64_t begin,
                                  keel_error *error) {
  const struct keel_market_terms *market = &run->replay->strategy->market;
  const struct keel_underlying_terms *terms = terms_of(market, position->contract.underlying);
  char name[128], when[40];
  keel_contract_format(&position->contract, market->calendar, name, sizeof name);
  if (!isnan(position->years))
    return keel_fail_at(error, position->file, position->line, "years", "a replay needs `expiry`, a date");
  if (position->contract.kind != KEEL_KIND_SPOT && begin != KEEL_TIME_NONE && position->contract.expiry_ns <= begin) {
    keel_time_format(begin, when);
    return keel_fail_at(error, position->file, position->line, "expiry", "%s has expired when the run begins, at %s",
                        name, when);
  }
  const struct keel_contract *listed = listed_as(run, &position->contract);
  if (listed && listed->multiplier != position->contract.multiplier)
    return keel_fail_at(error, position->file, position->line, "multiplier", "is %g, and on the tape %s has %g",
                        position->contract.multiplier, name, listed->multiplier);
  if (listed || position->contract.kind == KEEL_KIND_SPOT || (terms && !isnan(terms->implied_vol)))
    return KEEL_STATUS_OK;
  return keel_fail_at(error, position->file, position->line, NULL,
                      "%s is not on the tape; allowed: a contract of the tape, or any with market.implied_vol given",
                      name);
}

/* A future that hedges `underlying`. */
static keel_status check_future(const struct run *run, const struct keel_hedge_instrument *with, const char *underlying,
                                keel_error *error) {
  struct keel_contract future = with->contract;
  future.underlying = underlying;
  const struct keel_contract *listed = listed_as(run, &future);
  if (listed && listed->multiplier == future.multiplier) return KEEL_STATUS_OK;
  char name[128];
  keel_contract_format(&future, run->replay->strategy->market.calendar, name, sizeof name);
  if (listed)
    return keel_fail_at(error, run->replay->strategy->path, 0, "hedge.with",
                        "multiplier is %g, and on the tape %s has %g", future.multiplier, name, listed->multiplier);
  return keel_fail_at(error, run->replay->strategy->path, 0, "hedge.with",
                      "%s is not on the tape, so nothing can be traded; allowed: spot, or a future of the tape", name);
}

static keel_status check_futures(const struct run *run, keel_error *error) {
  const struct keel_strategy *strategy = run->replay->strategy;
  for (size_t v = 0; v < strategy->variant_count; v++) {
    const struct keel_policy *policy = &strategy->variants[v].policy;
    if (policy->target.kind == KEEL_TARGET_NONE) continue;
    for (size_t u = 0; u < strategy->market.underlying_count; u++) {
      const char *name = strategy->market.underlyings[u].name;
      const struct keel_hedge_instrument *with = keel_policy_instrument(policy, name);
      if (!with || with->contract.kind != KEEL_KIND_FUTURE) continue;
      keel_status status = check_future(run, with, name, error);
      if (status != KEEL_STATUS_OK) return status;
    }
  }
  return KEEL_STATUS_OK;
}

static keel_status check_book(const struct run *run, keel_error *error) {
  const struct keel_strategy *strategy = run->replay->strategy;
  int64_t begin = first_instant(run);
  for (size_t i = 0; i < strategy->book.count; i++) {
    const struct keel_position *position = &strategy->book.positions[i];
    keel_status status = check_spot(run, position->contract.underlying, error);
    if (status == KEEL_STATUS_OK) status = check_position(run, position, begin, error);
    if (status != KEEL_STATUS_OK) return status;
  }
  return check_futures(run, error);
}

/* ---- putting the parts together ---- */

static int by_time(const void *left, const void *right) {
  const struct keel_ledger_row *a = left, *b = right;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  if (a->underlying != b->underlying) return a->underlying < b->underlying ? -1 : 1;
  if (a->variant != b->variant) return a->variant < b->variant ? -1 : 1;
  /* a liquidation is a row of its own, after the decision of its instant */
  return (a->reason == KEEL_REASON_LIQUIDATE) - (b->reason == KEEL_REASON_LIQUIDATE);
}

static keel_status join_ledgers(struct keel_replay *replay, keel_error *error) {
  size_t count = 0, at = 0;
  for (size_t p = 0; p < replay->part_count; p++) count += replay->parts[p].ledger.count;
  replay->rows = malloc((count ? count : 1) * sizeof *replay->rows);
  if (!replay->rows) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the ledger");
  for (size_t p = 0; p < replay->part_count; p++) {
    struct keel_ledger *ledger = &replay->parts[p].ledger;
    if (ledger->count) memcpy(replay->rows + at, ledger->rows, ledger->count * sizeof *ledger->rows);
    at += ledger->count;
    for (size_t v = 0; v < replay->parts[p].variant_count; v++)
      replay->totals[replay->parts[p].variants[v]] = ledger->totals[v];
    keel_ledger_fini(ledger);
    ledger->rows = NULL;
  }
  replay->row_count = count;
  qsort(replay->rows, count, sizeof *replay->rows, by_time);
  return KEEL_STATUS_OK;
}

static void list_problems(struct keel_replay *replay) {
  size_t imported = keel_tape_problems(replay->tape);
  replay->problems = KEEL_ARENA_NEW(&replay->arena, struct keel_replay_problem, imported + KEEL_MARK_SOURCE_COUNT);
  for (size_t i = 0; i < imported; i++) {
    struct keel_replay_problem *problem = &replay->problems[replay->problem_count++];
    keel_tape_problem(replay->tape, i, &problem->kind, &problem->count);
  }
  for (int s = KEEL_MARK_QUOTE + 1; s < KEEL_MARK_SOURCE_COUNT; s++)
    if (replay->parts[0].source_counts[s])
      replay->problems[replay->problem_count++] =
          (struct keel_replay_problem){keel_mark_source_names[s], replay->parts[0].source_counts[s]};
}

static void add_note(struct keel_replay *replay, const char *text) {
  replay->notes[replay->note_count++] = keel_arena_text(&replay->arena, text, strlen(text));
}

static void list_notes(struct keel_replay *replay) {
  const struct keel_strategy *strategy = replay->strategy;
  size_t room = 2 + strategy->warning_count;
  replay->notes = KEEL_ARENA_NEW(&replay->arena, char *, room);
  if (replay->parts[0].wiring.has_american)
    add_note(replay,
             "American positions are marked at their quotes; their vols and Greeks are those of the European formula.");
  for (size_t v = 0; v < strategy->variant_count; v++) {
    if (strategy->variants[v].policy.target.kind != KEEL_TARGET_SHARE_BALANCE) continue;
    add_note(
        replay,
        "share_balance is not self-financing: the cash that keeps shares plus options constant comes from outside; "
        "it is the change of `cash` in the ledger.");
    break;
  }
  for (size_t i = 0; i < strategy->warning_count; i++) add_note(replay, strategy->warnings[i]);
}

/* ---- the whole ---- */

static size_t thread_count(const keel_replay_options *options) {
  return options->threads > 1 ? (size_t)options->threads : 1;
}

/* The next future from `*at` on, or NULL. */
static const struct keel_hedge_instrument *next_future(const struct keel_policy *policy, size_t *at) {
  while (*at < policy->with_count) {
    const struct keel_hedge_instrument *with = &policy->with[(*at)++];
    if (with->contract.kind == KEEL_KIND_FUTURE) return with;
  }
  return NULL;
}

static int same_name(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

/* Whether two policies hedge with the same futures, and so watch the same contracts. */
static int same_futures(const struct keel_policy *a, const struct keel_policy *b) {
  size_t at_a = 0, at_b = 0;
  for (;;) {
    const struct keel_hedge_instrument *one = next_future(a, &at_a), *other = next_future(b, &at_b);
    if (!one || !other) return one == other;
    if (one->contract.expiry_ns != other->contract.expiry_ns || !same_name(one->underlying, other->underlying))
      return 0;
    if (one->contract.multiplier != other->contract.multiplier) return 0;
  }
}

/* Adds parts for a group of variants: as many as its share of the threads. */
static void split_group(struct keel_replay *replay, const uint32_t *group, size_t count, size_t threads) {
  size_t share = threads * count / replay->strategy->variant_count;
  size_t parts = share > count ? count : share > 1 ? share : 1;
  for (size_t p = 0; p < parts; p++) {
    struct keel_replay_part *part = &replay->parts[replay->part_count++];
    size_t first = p * count / parts;
    keel_arena_init(&part->arena);
    part->variants = group + first;
    part->variant_count = (p + 1) * count / parts - first;
  }
}

static void lay_out_parts(struct keel_replay *replay, size_t threads) {
  const struct keel_strategy *strategy = replay->strategy;
  size_t variants = strategy->variant_count, placed = 0;
  replay->parts = calloc(variants, sizeof *replay->parts);
  replay->totals = calloc(variants, sizeof *replay->totals);
  keel_assert(replay->parts && replay->totals);
  uint32_t *order = KEEL_ARENA_NEW(&replay->arena, uint32_t, variants);
  unsigned char *done = KEEL_ARENA_NEW(&replay->arena, unsigned char, variants);
  for (size_t v = 0; v < variants; v++) {
    size_t first = placed;
    for (size_t w = v; w < variants; w++) {
      if (done[w] || !same_futures(&strategy->variants[v].policy, &strategy->variants[w].policy)) continue;
      done[w] = 1;
      order[placed++] = (uint32_t)w;
    }
    if (placed > first) split_group(replay, order + first, placed - first, threads);
  }
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
  status = join_ledgers(replay, error);
  if (status != KEEL_STATUS_OK) return status;
  list_problems(replay);
  list_notes(replay);
  return KEEL_STATUS_OK;
}

static keel_status run_tape(struct keel_replay *replay, const keel_replay_options *options, keel_error *error) {
  struct run run = {.replay = replay, .options = options, .listed_count = keel_tape_contracts(replay->tape)};
  run.listed = malloc((run.listed_count + 1) * sizeof *run.listed);
  if (!run.listed) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for the contracts of the tape");
  for (size_t i = 0; i < run.listed_count; i++) run.listed[i] = keel_tape_contract(replay->tape, (uint32_t)i);
  keel_status status = check_book(&run, error);
  if (status == KEEL_STATUS_OK) status = run_parts(&run, error);
  free(run.listed);
  return status;
}

keel_status keel_replay_run(const keel_strategy *strategy, const keel_replay_options *options, keel_replay **out,
                            keel_error *error) {
  *out = NULL;
  if (!strategy->market.tape)
    return keel_fail_at(error, strategy->path, 0, "market.tape", "a replay needs the tape that it plays");
  struct keel_replay *replay = calloc(1, sizeof *replay);
  if (!replay) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a replay");
  replay->strategy = strategy;
  keel_arena_init(&replay->arena);
  lay_out_parts(replay, thread_count(options));
  keel_status status = keel_tape_open(strategy->market.tape, &replay->tape, error);
  if (status == KEEL_STATUS_OK) status = run_tape(replay, options, error);
  if (status == KEEL_STATUS_OK)
    *out = replay;
  else
    keel_replay_free(replay);
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
  free(replay->rows);
  free(replay);
}
