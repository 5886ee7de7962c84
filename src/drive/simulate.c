/* keel simulate: wires, runs the paths, and concludes. */
#include "drive/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fail.h"
#include "drive/notes.h"
#include "hedge/risk.h"
#include "kernel/lane_math.h"

/* ---- notes ---- */

static void add_note(struct keel_simulation *simulation, const char *text) {
  simulation->notes[simulation->note_count++] = keel_arena_text(&simulation->arena, text, strlen(text));
}

/* Whether this instant is one of the run's steps. */
static int is_step(const struct keel_feed_paths_plan *market, int64_t time_ns) {
  double share = (double)(time_ns - market->start_ns) / (double)(market->end_ns - market->start_ns);
  size_t near = (size_t)floor(share * (double)market->steps + 0.5);
  return time_ns > market->end_ns || keel_feed_paths_time(market, near) == time_ns;
}

static void note_late_expiries(struct keel_simulation *simulation) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  size_t late = 0;
  for (size_t i = 0; i < wiring->book.count; i++) {
    const struct keel_contract *contract = &wiring->book.positions[i].contract;
    late += contract->kind != KEEL_KIND_SPOT && !is_step(&wiring->market, contract->expiry_ns);
  }
  char text[160];
  snprintf(text, sizeof text, "%zu of the positions expire between two steps and settle at the later one.", late);
  if (late) add_note(simulation, text);
}

/* A strategy that was read has said it, with its line. */
static int is_warned(const struct keel_strategy *strategy, const char *note) {
  for (size_t i = 0; i < strategy->warning_count; i++)
    if (strstr(strategy->warnings[i], note)) return 1;
  return 0;
}

static void note_worlds(struct keel_simulation *simulation) {
  const struct keel_strategy *strategy = simulation->wiring.strategy;
  char text[KEEL_WORLD_TEXT_SIZE], line[KEEL_WORLD_TEXT_SIZE + 100];
  for (size_t u = 0; u < strategy->market.underlying_count; u++) {
    const char *note = keel_world_note(&strategy->simulated.models[u].world, text);
    if (!note || is_warned(strategy, note)) continue;
    snprintf(line, sizeof line, "The model of %.60s: %s", strategy->market.underlyings[u].name, note);
    add_note(simulation, line);
  }
}

static void note_left_out(struct keel_simulation *simulation) {
  char text[160];
  snprintf(text, sizeof text,
           "%llu more paths were finished by other ranks; they do not follow on these, and are left out.",
           (unsigned long long)simulation->left_out);
  add_note(simulation, text);
}

/* Where the error of the mean of e^(-aversion P&L) is of its own size, one path carries the risk, whatever the number
 * of paths. */
static void note_entropic(struct keel_simulation *simulation) {
  const struct keel_run_terms *run = &simulation->wiring.strategy->run;
  char text[200];
  int few = 0;
  for (size_t v = 0; v < simulation->wiring.variant_count; v++)
    for (size_t a = 0; a < run->aversion_count; a++) {
      const struct keel_sample *pnl = keel_simulation_sample(&simulation->part, v, KEEL_QUANTITY_PNL);
      few |= run->aversions[a] * keel_sample_entropic(pnl, a).error > KEEL_ENTROPIC_ERROR_MAX;
    }
  snprintf(
      text, sizeof text,
      "Entropic risks whose standard error times the risk aversion is above %.2g rest on a few paths: neither they "
      "nor their errors are to be relied on.",
      KEEL_ENTROPIC_ERROR_MAX);
  if (few) add_note(simulation, text);
}

/* Of paths whose money is too large for a number. */
static void note_bad(struct keel_simulation *simulation) {
  uint64_t most = 0;
  for (size_t v = 0; v < simulation->wiring.variant_count; v++) {
    uint64_t bad = keel_simulation_sample(&simulation->part, v, KEEL_QUANTITY_PNL)->distribution->bad;
    most = bad > most ? bad : most;
  }
  char text[160];
  snprintf(text, sizeof text, "The P&L of %llu paths is not a finite number: they are in no statistic.",
           (unsigned long long)most);
  if (most) add_note(simulation, text);
}

/* Of the strategy's own hedge; `exercised` says it of the others. */
static void note_exercised(struct keel_simulation *simulation) {
  const struct keel_sample *sample = keel_simulation_sample(&simulation->part, 0, KEEL_QUANTITY_EXERCISED);
  char text[200];
  snprintf(
      text, sizeof text,
      "By market.early_exercise, %.4g contracts a path were exercised or assigned before their expiry, on average.",
      keel_sample_statistics(sample).mean.value);
  if (simulation->wiring.rows.exercises) add_note(simulation, text);
}

static void list_notes(struct keel_simulation *simulation) {
  const struct keel_strategy *strategy = simulation->wiring.strategy;
  size_t room = 7 + strategy->warning_count + strategy->market.underlying_count;
  simulation->notes = KEEL_ARENA_NEW(&simulation->arena, char *, room);
  const char *exercise = keel_note_exercise(&simulation->wiring.rows);
  if (exercise) add_note(simulation, exercise);
  const char *escrowed = keel_note_escrowed(&simulation->wiring.rows, simulation->wiring.market.start_ns);
  if (escrowed) add_note(simulation, escrowed);
  note_worlds(simulation);
  note_late_expiries(simulation);
  for (size_t i = 0; i < strategy->warning_count; i++) add_note(simulation, strategy->warnings[i]);
}

/* ---- before the paths ---- */

/* The book enters: its value at the start is the same on all paths. */
static keel_status open_book(struct keel_simulation *simulation, keel_error *error) {
  const struct keel_simulation_wiring *wiring = &simulation->wiring;
  struct keel_simulation_worker worker;
  keel_simulation_worker_init(&worker, wiring);
  keel_simulation_begin(&worker, 0, 1);
  keel_simulation_next(&worker);
  simulation->premium = 0;
  for (size_t u = 0; u < wiring->rows.underlying_count; u++)
    simulation->premium -= keel_at_total(worker.block, worker.block->totals.value, u)[0];
  keel_simulation_worker_fini(&worker);
  double years = (double)(wiring->market.end_ns - wiring->market.start_ns) / (double)KEEL_NS_PER_YEAR;
  simulation->growth = keel_exp(wiring->strategy->market.rate * years);
  if (isfinite(simulation->premium)) return KEEL_STATUS_OK;
  return keel_fail_at(error, wiring->strategy->path, 0, "book", "its value at the start of the run is not a number");
}

keel_status keel_simulation_prepare(const struct keel_simulation_plan *plan, uint64_t first,
                                    struct keel_simulation **out, keel_error *error) {
  *out = NULL;
  struct keel_simulation *simulation = calloc(1, sizeof *simulation);
  if (!simulation) return keel_fail(error, KEEL_STATUS_MEMORY, NULL, "no memory for a simulation");
  keel_arena_init(&simulation->arena);
  keel_status status = keel_simulation_wire(&simulation->arena, plan, &simulation->wiring, error);
  if (!status) status = open_book(simulation, error);
  if (status) {
    keel_arena_fini(&simulation->arena);
    free(simulation);
    return status;
  }
  list_notes(simulation);
  keel_simulation_list_statistics(simulation);
  keel_simulation_part_init(&simulation->part, &simulation->wiring, first);
  *out = simulation;
  return KEEL_STATUS_OK;
}

/* ---- after ---- */

void keel_simulation_conclude(struct keel_simulation *simulation) {
  simulation->interrupted = simulation->part.next < simulation->wiring.leaves;
  keel_simulation_compute_figures(simulation);
  note_exercised(simulation);
  note_entropic(simulation);
  note_bad(simulation);
  keel_simulation_list_theories(simulation);
  keel_simulation_show_paths(simulation);
}

/* ---- all ---- */

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Of a run that was stopped, the paths that were finished are enough. */
static keel_status run_paths(struct keel_simulation *simulation, const struct keel_simulation_plan *plan,
                             keel_error *error) {
  uint64_t leaves = simulation->wiring.leaves;
  double begun = now();
  keel_status status = plan->ranks ? keel_simulation_share(simulation, plan, error)
                                   : keel_simulation_part_run(&simulation->part, leaves, plan, error);
  simulation->seconds = now() - begun;
  simulation->interrupted = simulation->part.next < leaves;
  if (simulation->left_out) note_left_out(simulation);
  int is_enough = simulation->part.paths > 0 || !keel_ranks_is_first(plan->ranks);
  return status == KEEL_STATUS_STOPPED && is_enough ? KEEL_STATUS_OK : status;
}

keel_status keel_simulation_collect(const struct keel_simulation_plan *plan, struct keel_simulation **out,
                                    keel_error *error) {
  struct keel_simulation *simulation;
  keel_status status = keel_simulation_prepare(plan, 0, &simulation, error);
  if (plan->ranks) status = keel_simulation_join(plan->ranks, simulation, status, error);
  if (!status) status = run_paths(simulation, plan, error);
  *out = status || !keel_ranks_is_first(plan->ranks) ? NULL : simulation;
  if (!*out) keel_simulation_free(simulation);
  return status;
}

keel_status keel_simulation_execute(const struct keel_simulation_plan *plan, struct keel_simulation **out,
                                    keel_error *error) {
  keel_status status = keel_simulation_collect(plan, out, error);
  if (*out) keel_simulation_conclude(*out);
  return status;
}

keel_status keel_simulation_run(const keel_strategy *strategy, const keel_simulate_options *options,
                                keel_simulation **simulation, keel_error *error) {
  struct keel_simulation_plan plan = {.strategy = strategy, .threads = 1};
  if (options) {
    plan.threads = options->threads > 1 ? (size_t)options->threads : 1;
    plan.tick = options->tick;
    plan.tick_context = options->tick_context;
    plan.watch = options->ranks ? NULL : options->watch;
    plan.ranks = options->ranks;
  }
  return keel_simulation_execute(&plan, simulation, error);
}

void keel_simulation_free(keel_simulation *simulation) {
  if (!simulation) return;
  keel_simulation_part_fini(&simulation->part);
  keel_arena_fini(&simulation->arena);
  free(simulation);
}
