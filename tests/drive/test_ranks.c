/* Ranks agree: whatever one of them meets, all end alike, and no message is left. */
#include <stdio.h>
#include <time.h>

#include "drive/fake_ranks.h"

enum { STEPS = 3, TICKS = 200 };

/* What a rank is to do in a run of three agreements, and what came of it. */
struct act {
  size_t leaves_after; /* agreements; then it comes to the end */
  keel_status fails_at[STEPS + 1];
  uint64_t mark;
  keel_status got;
  keel_error error;
  int ended;
};

static void act(keel_ranks *ranks, void *context) {
  struct act *act = context;
  keel_status status = KEEL_STATUS_OK;
  size_t step = 0;
  for (; step < STEPS && step < act->leaves_after && !status; step++) {
    status = act->fails_at[step];
    if (status) keel_fail(&act->error, status, "there", "of step %zu", step);
    status = keel_ranks_agree(ranks, status, 1 + step + act->mark, &act->error);
  }
  if (!status && act->fails_at[STEPS]) status = keel_fail(&act->error, act->fails_at[STEPS], "there", "late");
  act->got = keel_ranks_end(ranks, status, &act->error);
  act->ended = ranks->ended;
}

static struct act plain(void) { return (struct act){.leaves_after = STEPS}; }

static void assert_all(const struct act *acts, size_t count, keel_status status, const char *what) {
  for (size_t r = 0; r < count; r++) {
    assert_int_equal(acts[r].got, status);
    if (what) assert_string_equal(acts[r].error.what, what);
    if (what) assert_int_equal(acts[r].ended, KEEL_RANKS_FAILED);
  }
}

static void all_is_well(void **state) {
  (void)state;
  for (size_t count = 1; count <= 5; count++) {
    struct fake_world world = {0};
    struct act acts[5] = {plain(), plain(), plain(), plain(), plain()};
    assert_int_equal(fake_run(&world, count, act, acts, sizeof *acts), 0);
    assert_all(acts, count, KEEL_STATUS_OK, NULL);
  }
}

static void the_failure_of_one_is_everybodys(void **state) {
  (void)state;
  for (size_t step = 0; step <= STEPS; step++)
    for (size_t rank = 0; rank < 3; rank++) {
      struct fake_world world = {0};
      struct act acts[3] = {plain(), plain(), plain()};
      char what[100];
      snprintf(what, sizeof what, step < STEPS ? "of step %zu" : "late", step);
      if (rank) snprintf(what + strlen(what), sizeof what - strlen(what), " (rank %zu)", rank);
      acts[rank].fails_at[step] = KEEL_STATUS_MEMORY;
      assert_int_equal(fake_run(&world, 3, act, acts, sizeof *acts), 0);
      for (size_t r = 0; r < 3; r++) assert_string_equal(acts[r].error.where, "there");
      assert_all(acts, 3, KEEL_STATUS_MEMORY, what);
    }
}

/* It comes to the end while the others are at work. */
static void one_that_leaves_early_ends_all(void **state) {
  (void)state;
  for (size_t step = 0; step < STEPS; step++)
    for (size_t rank = 0; rank < 3; rank++) {
      struct fake_world world = {0};
      struct act acts[3] = {plain(), plain(), plain()};
      acts[rank].leaves_after = step;
      acts[rank].fails_at[STEPS] = KEEL_STATUS_INPUT;
      assert_int_equal(fake_run(&world, 3, act, acts, sizeof *acts), 0);
      assert_all(acts, 3, KEEL_STATUS_INPUT, rank == 0 ? "late" : rank == 1 ? "late (rank 1)" : "late (rank 2)");
      acts[rank] = plain(); /* without an error, it is no better */
      acts[rank].leaves_after = step;
      for (size_t r = 0; r < 3; r++)
        if (r != rank) acts[r] = plain();
      assert_int_equal(fake_run(&world, 3, act, acts, sizeof *acts), 0);
      assert_all(acts, 3, KEEL_STATUS_INPUT,
                 rank == 2 ? "rank 2 does other work than rank 0; all ranks run one build on one strategy"
                           : "rank 1 does other work than rank 0; all ranks run one build on one strategy");
    }
}

static void the_lowest_rank_speaks_and_a_failure_is_worse_than_a_stop(void **state) {
  (void)state;
  struct fake_world world = {0};
  struct act acts[4] = {plain(), plain(), plain(), plain()};
  acts[1].fails_at[0] = KEEL_STATUS_STOPPED;
  acts[2].fails_at[0] = KEEL_STATUS_IO;
  acts[3].fails_at[0] = KEEL_STATUS_MEMORY;
  assert_int_equal(fake_run(&world, 4, act, acts, sizeof *acts), 0);
  assert_all(acts, 4, KEEL_STATUS_IO, "of step 0 (rank 2)");
}

static void other_work_is_refused(void **state) {
  (void)state;
  struct fake_world world = {0};
  struct act acts[3] = {plain(), plain(), plain()};
  acts[2].mark = 1;
  assert_int_equal(fake_run(&world, 3, act, acts, sizeof *acts), 0);
  assert_all(acts, 3, KEEL_STATUS_INPUT, "rank 2 does other work than rank 0; all ranks run one build on one strategy");
}

/* ---- work that is watched ---- */

struct work {
  int stops_at, fails_at; /* its tick; -1: none */
  int ticks;              /* that it did */
  uint64_t seen_done, seen_total;
  keel_status got;
  int is_backwards;
};

static int caller_tick(void *context, uint64_t done, uint64_t total) {
  struct work *work = context;
  work->is_backwards |= done < work->seen_done;
  work->seen_done = done;
  work->seen_total = total;
  return work->ticks == work->stops_at;
}

/* Rank 0 works on until somebody tells it to stop, or all are done. */
static void work(keel_ranks *ranks, void *context) {
  struct work *work = context;
  struct keel_ranks_watch watch;
  keel_error error = {0};
  keel_status status = KEEL_STATUS_OK;
  keel_ranks_watch_init(&watch, ranks, 5);
  watch.tick = caller_tick;
  watch.tick_context = work;
  watch.total = ranks->count * TICKS;
  for (; work->ticks < TICKS && !status; work->ticks++) {
    const struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, NULL);
    if (work->ticks == work->fails_at) status = keel_fail(&error, KEEL_STATUS_IO, NULL, "no thread");
    if (!status && keel_ranks_tick(&watch, (uint64_t)work->ticks + 1, TICKS)) status = KEEL_STATUS_STOPPED;
  }
  work->got = keel_ranks_meet(&watch, status, &error);
  keel_ranks_watch_fini(&watch);
}

static void rank_0_sees_the_progress_of_all(void **state) {
  (void)state;
  struct fake_world world = {0};
  struct work works[3] = {{-1, -1, .ticks = TICKS - 60}, {-1, -1, .ticks = 0}, {-1, -1, .ticks = 0}};
  assert_int_equal(fake_run(&world, 3, work, works, sizeof *works), 0);
  for (size_t r = 0; r < 3; r++) assert_int_equal(works[r].got, KEEL_STATUS_OK);
  assert_true(works[0].seen_done > TICKS + 30 && works[0].seen_done <= 3 * TICKS);
  assert_int_equal(works[0].seen_total, 3 * TICKS);
  assert_int_equal(works[1].seen_done, TICKS);
  assert_false(works[0].is_backwards);
}

static void a_stop_or_a_failure_of_one_stops_all(void **state) {
  (void)state;
  for (size_t rank = 0; rank < 3; rank++)
    for (int fails = 0; fails < 2; fails++) {
      struct fake_world world = {0};
      struct work works[3] = {{-1, -1, .ticks = 0}, {-1, -1, .ticks = 0}, {-1, -1, .ticks = 0}};
      *(fails ? &works[rank].fails_at : &works[rank].stops_at) = 5;
      assert_int_equal(fake_run(&world, 3, work, works, sizeof *works), 0);
      for (size_t r = 0; r < 3; r++) {
        assert_int_equal(works[r].got, fails ? KEEL_STATUS_IO : KEEL_STATUS_STOPPED);
        assert_true(works[r].ticks < TICKS);
      }
    }
}

/* ---- without a wire ---- */

static void a_rank_that_cannot_send_says_so(void **state) {
  (void)state;
  struct fake_world world = {.refuses_rank = 1};
  struct act acts[2] = {plain(), plain()};
  keel_ranks alone = {.rank = 1, .count = 2, .send = fake_send, .receive = fake_receive};
  struct fake_rank self = {.world = &world, .ranks = alone};
  alone.self = &self;
  act(&alone, &acts[1]);
  assert_int_equal(acts[1].got, KEEL_STATUS_IO);
  assert_int_equal(acts[1].ended, KEEL_RANKS_LOST);
  assert_string_equal(acts[1].error.what, "the wire is cut");
}

/* Something that is not of this build: of another size, or of another kind. */
static void send_other(keel_ranks *ranks, void *context) {
  keel_error error;
  char text[5000] = "something else";
  if (ranks->rank == 0)
    act(ranks, context);
  else
    ranks->send(ranks->self, 0, text, *(size_t *)context, &error);
}

static void rank_0_refuses_what_it_does_not_know(void **state) {
  (void)state;
  for (size_t size = 700; size < 900; size++) {
    struct fake_world world = {0};
    struct act acts[2] = {plain(), plain()};
    memcpy(&acts[1], &size, sizeof size);
    assert_int_equal(fake_run(&world, 2, send_other, acts, sizeof *acts), 0);
    assert_int_equal(acts[0].got, KEEL_STATUS_IO);
    assert_int_equal(acts[0].ended, KEEL_RANKS_LOST);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_is_well),
      cmocka_unit_test(the_failure_of_one_is_everybodys),
      cmocka_unit_test(one_that_leaves_early_ends_all),
      cmocka_unit_test(the_lowest_rank_speaks_and_a_failure_is_worse_than_a_stop),
      cmocka_unit_test(other_work_is_refused),
      cmocka_unit_test(rank_0_sees_the_progress_of_all),
      cmocka_unit_test(a_stop_or_a_failure_of_one_stops_all),
      cmocka_unit_test(a_rank_that_cannot_send_says_so),
      cmocka_unit_test(rank_0_refuses_what_it_does_not_know),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
