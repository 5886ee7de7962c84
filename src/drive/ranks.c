#include "drive/ranks.h"

#include <stdio.h>
#include <time.h>

#include "base/fail.h"

/* ---- messages ---- */

enum kind { REPORT = 1, ARRIVAL, ANSWER, VERDICT }; /* two to rank 0, two from it */

struct message {
  uint32_t kind, stop;
  uint64_t mark, done;
  keel_error error; /* KEEL_STATUS_OK: none */
};

/* What fails to go through ends the talk. */
static keel_status note_loss(keel_ranks *ranks, keel_status status) {
  if (status) ranks->ended = KEEL_RANKS_LOST;
  return status;
}

keel_status keel_ranks_send(keel_ranks *ranks, const void *bytes, size_t size, keel_error *error) {
  return note_loss(ranks, ranks->send(ranks->self, 0, bytes, size, error));
}

keel_status keel_ranks_receive(keel_ranks *ranks, size_t from, void *bytes, size_t size, keel_error *error) {
  return note_loss(ranks, ranks->receive(ranks->self, from, bytes, size, error));
}

static keel_status put(keel_ranks *ranks, size_t to, const struct message *message, keel_error *error) {
  return note_loss(ranks, ranks->send(ranks->self, to, message, sizeof *message, error));
}

static keel_status get(keel_ranks *ranks, size_t from, struct message *message, keel_error *error) {
  return keel_ranks_receive(ranks, from, message, sizeof *message, error);
}

static keel_status refuse(keel_ranks *ranks, size_t from, keel_error *error) {
  keel_fail(error, KEEL_STATUS_IO, NULL, "rank %zu sent what nobody asked for; all ranks run one build", from);
  return note_loss(ranks, KEEL_STATUS_IO);
}

/* ---- what is known of all ---- */

static int is_failure(keel_status status) { return status != KEEL_STATUS_OK && status != KEEL_STATUS_STOPPED; }

/* A failure is worse than a stop; of two alike, the lower rank's counts. */
static int is_worse(const struct keel_ranks_watch *watch, size_t rank, keel_status status) {
  if (watch->worst.status == KEEL_STATUS_OK) return 1;
  if (is_failure(status) != is_failure(watch->worst.status)) return is_failure(status);
  return rank < watch->worst_rank;
}

static void take_in(struct keel_ranks_watch *watch, size_t rank, const keel_error *error) {
  if (error->status == KEEL_STATUS_OK) return;
  watch->stopped = 1;
  if (!is_worse(watch, rank, error->status)) return;
  watch->worst = *error;
  watch->worst_rank = rank;
}

/* Ranks that cannot talk have no other verdict than their own. */
static keel_status conclude(keel_ranks *ranks, const keel_error *verdict, keel_error *error) {
  if (verdict->status && error) *error = *verdict;
  if (is_failure(verdict->status) && !ranks->ended) ranks->ended = KEEL_RANKS_FAILED;
  return verdict->status;
}

/* ---- rank 0 ---- */

static void take_arrival(struct keel_ranks_watch *watch, size_t rank, const struct message *message) {
  keel_error error = message->error;
  watch->arrived[rank] = 1;
  if (is_failure(error.status))
    snprintf(error.what, sizeof error.what, "%.440s (rank %zu)", message->error.what, rank);
  else if (message->mark != watch->mark)
    keel_fail(&error, KEEL_STATUS_INPUT, NULL,
              "rank %zu does other work than rank 0; all ranks run one build on one strategy", rank);
  take_in(watch, rank, &error);
}

static keel_status hear(struct keel_ranks_watch *watch, size_t rank, keel_error *error) {
  struct message message, answer = {.kind = ANSWER, .stop = (uint32_t)watch->stopped};
  keel_status status = get(watch->ranks, rank, &message, error);
  if (status) return status;
  if (message.kind == ARRIVAL) {
    take_arrival(watch, rank, &message);
    return KEEL_STATUS_OK;
  }
  if (message.kind != REPORT) return refuse(watch->ranks, rank, error);
  watch->done[rank] = message.done;
  return put(watch->ranks, rank, &answer, error);
}

/* Takes what has come. Returns how many others are still at work and can be heard. */
static size_t listen(struct keel_ranks_watch *watch) {
  keel_ranks *ranks = watch->ranks;
  size_t working = 0;
  for (size_t rank = 1; rank < ranks->count && !ranks->ended; rank++) {
    keel_error error;
    if (!watch->arrived[rank] && ranks->has_message(ranks->self, rank) && hear(watch, rank, &error))
      take_in(watch, rank, &error);
    working += !watch->arrived[rank];
  }
  return ranks->ended ? 0 : working;
}

static int ask_caller(struct keel_ranks_watch *watch) {
  uint64_t done = 0;
  for (size_t rank = 0; rank < watch->ranks->count; rank++) done += watch->done[rank];
  if (watch->tick && watch->tick(watch->tick_context, done, watch->total)) watch->stopped = 1;
  return watch->stopped;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int tick_first(struct keel_ranks_watch *watch, uint64_t done) {
  enum { LISTENS_PER_SECOND = 20 };
  double time = now();
  watch->done[0] = done;
  if (time - watch->listened >= 1.0 / LISTENS_PER_SECOND) {
    listen(watch);
    watch->listened = time;
  }
  return ask_caller(watch);
}

static keel_status meet_first(struct keel_ranks_watch *watch, keel_error *error) {
  const struct timespec nap = {.tv_nsec = 1000000};
  keel_ranks *ranks = watch->ranks;
  while (listen(watch) > 0) {
    ask_caller(watch);
    nanosleep(&nap, NULL);
  }
  struct message verdict = {.kind = VERDICT, .error = watch->worst};
  for (size_t rank = 1; rank < ranks->count && !ranks->ended; rank++) {
    keel_error lost;
    if (put(ranks, rank, &verdict, &lost)) take_in(watch, rank, &lost);
  }
  return conclude(ranks, &watch->worst, error);
}

/* ---- the others ---- */

static void take_answer(struct keel_ranks_watch *watch) {
  struct message answer;
  keel_error error = {0};
  keel_status status = get(watch->ranks, 0, &answer, &error);
  if (!status && answer.kind != ANSWER) status = refuse(watch->ranks, 0, &error);
  take_in(watch, watch->ranks->rank, &error);
  watch->stopped |= !status && answer.stop;
  watch->asked = 0;
}

static void report(struct keel_ranks_watch *watch, uint64_t done) {
  struct message message = {.kind = REPORT, .done = done};
  keel_error error = {0};
  put(watch->ranks, 0, &message, &error);
  take_in(watch, watch->ranks->rank, &error);
  watch->asked = 1;
}

static int tick_other(struct keel_ranks_watch *watch, uint64_t done, uint64_t total) {
  keel_ranks *ranks = watch->ranks;
  if (watch->tick && watch->tick(watch->tick_context, done, total)) watch->stopped = 1;
  if (!ranks->ended && watch->asked && ranks->has_message(ranks->self, 0)) take_answer(watch);
  if (!ranks->ended && !watch->asked && !watch->stopped) report(watch, done);
  return watch->stopped;
}

static keel_status meet_other(struct keel_ranks_watch *watch, keel_error *error) {
  keel_ranks *ranks = watch->ranks;
  if (watch->asked && !ranks->ended) take_answer(watch);
  if (ranks->ended) return conclude(ranks, &watch->worst, error);
  struct message arrival = {.kind = ARRIVAL, .mark = watch->mark, .error = watch->worst}, verdict;
  keel_error lost;
  keel_status status = put(ranks, 0, &arrival, &lost);
  if (!status) status = get(ranks, 0, &verdict, &lost);
  if (!status && verdict.kind != VERDICT) status = refuse(ranks, 0, &lost);
  return conclude(ranks, status ? &lost : &verdict.error, error);
}

/* ---- all ---- */

void keel_ranks_watch_init(struct keel_ranks_watch *watch, keel_ranks *ranks, uint64_t mark) {
  *watch = (struct keel_ranks_watch){.ranks = ranks, .mark = mark};
  keel_arena_init(&watch->arena);
  watch->done = KEEL_ARENA_NEW(&watch->arena, uint64_t, ranks->count);
  watch->arrived = KEEL_ARENA_NEW(&watch->arena, unsigned char, ranks->count);
}

void keel_ranks_watch_fini(struct keel_ranks_watch *watch) { keel_arena_fini(&watch->arena); }

int keel_ranks_tick(void *context, uint64_t done, uint64_t total) {
  struct keel_ranks_watch *watch = context;
  done += watch->before;
  return watch->ranks->rank == 0 ? tick_first(watch, done) : tick_other(watch, done, total);
}

keel_status keel_ranks_meet(struct keel_ranks_watch *watch, keel_status status, keel_error *error) {
  keel_ranks *ranks = watch->ranks;
  keel_error mine = {0};
  if (status && error) mine = *error;
  mine.status = status;
  take_in(watch, ranks->rank, &mine);
  if (ranks->ended && watch->worst.status == KEEL_STATUS_OK)
    keel_fail(&watch->worst, KEEL_STATUS_IO, NULL, "the ranks do not talk any more, since one has failed");
  if (ranks->ended) return conclude(ranks, &watch->worst, error);
  return ranks->rank == 0 ? meet_first(watch, error) : meet_other(watch, error);
}

keel_status keel_ranks_agree(keel_ranks *ranks, keel_status status, uint64_t mark, keel_error *error) {
  struct keel_ranks_watch watch;
  keel_ranks_watch_init(&watch, ranks, mark);
  status = keel_ranks_meet(&watch, status, error);
  keel_ranks_watch_fini(&watch);
  return status;
}

keel_status keel_ranks_end(keel_ranks *ranks, keel_status status, keel_error *error) {
  return keel_ranks_agree(ranks, status, 0, error);
}
