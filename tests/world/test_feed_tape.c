#include "world/feed_tape.h"

#include "hedge/bench_market.h"

/* Contracts of the tape by id: X spot, X call, a put nobody watches, Y spot, and spot of an unknown Z. */
enum { X_SPOT, X_CALL, X_FAR_PUT, Y_SPOT, Z_SPOT, IDS };

struct event {
  int64_t time_ns;
  size_t count;
  uint32_t ids[3];
  double bids[3], asks[3];
};

static const struct event events[] = {
    {10, 1, {Z_SPOT}, {1}, {2}},
    {20, 2, {X_SPOT, X_FAR_PUT}, {100, 5}, {101, 6}},
    {30, 2, {X_CALL, Y_SPOT}, {3, 50}, {NAN, 51}},
    {40, 1, {X_FAR_PUT}, {5}, {6}},
    {50, 1, {X_SPOT}, {102}, {103}},
    {60, 3, {X_CALL, Z_SPOT, X_SPOT}, {4, 1, 104}, {5, 2, 105}},
    {70, 0, {0}, {0}, {0}},
    {80, 1, {Z_SPOT}, {1}, {2}},
};
enum { EVENTS = sizeof events / sizeof *events };

struct feed_bench {
  struct bench bench;
  struct keel_tape *tape;
  struct keel_feed_tape feed;
};

static const char *write_tape(void) {
  const char *path = keel_scratch("feed.tape");
  struct keel_contract contracts[IDS] = {
      [X_SPOT] = bench_spot("X"),
      [X_CALL] = bench_option(KEEL_KIND_CALL, 100, 30),
      [X_FAR_PUT] = bench_option(KEEL_KIND_PUT, 100, 31),
      [Y_SPOT] = bench_spot("Y"),
      [Z_SPOT] = bench_spot("Z"),
  };
  struct keel_tape_writer *writer;
  assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
  for (uint32_t id = 0; id < IDS; id++) assert_int_equal(keel_tape_writer_contract(writer, &contracts[id]), id);
  for (size_t i = 0; i < EVENTS; i++) {
    const struct event *event = &events[i];
    const struct keel_tape_instant instant = {event->time_ns, event->count, event->ids, event->bids, event->asks};
    assert_int_equal(keel_tape_writer_instant(writer, &instant, NULL), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_OK);
  return path;
}

static void start(struct feed_bench *f) {
  bench_start(&f->bench);
  bench_underlying(&f->bench, "Y");
  bench_hold(&f->bench, bench_option(KEEL_KIND_CALL, 100, 30), -1);
  assert_int_equal(bench_wire(&f->bench, 1, NULL), KEEL_STATUS_OK);
  f->bench.block = keel_block_new(&f->bench.arena, &f->bench.wiring, 0);
  assert_int_equal(keel_tape_open(write_tape(), &f->tape, NULL), KEEL_STATUS_OK);
  keel_feed_tape_init(&f->feed, &f->bench.arena, f->tape, &f->bench.wiring);
}

static void end(struct feed_bench *f) {
  keel_tape_close(f->tape);
  bench_end(&f->bench);
}

/* The last event of a watched contract at or before that time and not before `from`; NULL: none. */
static const struct event *last_of(uint32_t id, int64_t from, int64_t time_ns, size_t *at) {
  const struct event *found = NULL;
  for (size_t i = 0; i < EVENTS; i++)
    for (size_t k = 0; k < events[i].count; k++)
      if (events[i].ids[k] == id && events[i].time_ns <= time_ns && events[i].time_ns >= from)
        found = &events[i], *at = k;
  return found;
}

/* Each row shows what the tape had said by then, and nothing later. */
static void assert_market(struct feed_bench *f, int64_t from, int64_t time_ns) {
  const struct keel_market *market = &f->bench.block->market;
  const struct keel_contract contracts[] = {bench_spot("X"), bench_option(KEEL_KIND_CALL, 100, 30), bench_spot("Y")};
  const uint32_t ids[] = {X_SPOT, X_CALL, Y_SPOT};
  assert_true(market->time_ns == time_ns);
  for (int i = 0; i < 3; i++) {
    size_t row = bench_row(&f->bench, contracts[i]), at = 0;
    const struct event *event = last_of(ids[i], from, time_ns, &at);
    assert_true(market->quote_ns[row] == (event ? event->time_ns : KEEL_TIME_NONE));
    assert_true(event ? market->bid[row] == event->bids[at] : isnan(market->bid[row]));
    assert_true(event && !isnan(event->asks[at]) ? market->ask[row] == event->asks[at] : isnan(market->ask[row]));
  }
}

static void plays_each_watched_instant_once(void **state) {
  (void)state;
  struct feed_bench f;
  start(&f);
  const int64_t times[] = {20, 30, 50, 60};
  const unsigned changed[] = {1, 3, 1, 3}; /* at the last, all */
  struct keel_market *market = &f.bench.block->market;
  for (int i = 0; i < 4; i++) {
    assert_int_equal(keel_feed_tape_next(&f.feed, market), 1);
    assert_market(&f, 0, times[i]);
    assert_int_equal(market->is_last, i == 3);
    unsigned mask = 0;
    for (size_t k = 0; k < market->changed_count; k++) {
      mask |= 1u << market->changed[k];
      assert_true(k == 0 || market->changed[k] > market->changed[k - 1]);
    }
    assert_int_equal(mask, changed[i]);
  }
  assert_int_equal(f.feed.events, 6); /* of watched rows */
  for (int i = 0; i < 2; i++) assert_int_equal(keel_feed_tape_next(&f.feed, market), 0);
  assert_true(market->time_ns == 60);
  end(&f);
}

/* Every start and every end: only what lies within, both ends included, and the last of it knows that it is. */
static void keeps_within_start_and_end(void **state) {
  (void)state;
  const int64_t watched[] = {20, 30, 50, 60};
  for (int64_t from = 0; from <= 90; from += 5) {
    for (int64_t to = 0; to <= 90; to += 5) {
      struct feed_bench f;
      start(&f);
      keel_feed_tape_limit(&f.feed, from ? from : KEEL_TIME_NONE, to ? to : KEEL_TIME_NONE);
      struct keel_market *market = &f.bench.block->market;
      int left = 0;
      for (int i = 0; i < 4; i++) left += watched[i] >= from && (!to || watched[i] <= to);
      for (int i = 0; i < 4; i++) {
        if (watched[i] < from || (to && watched[i] > to)) continue;
        assert_int_equal(keel_feed_tape_next(&f.feed, market), 1);
        assert_market(&f, from, watched[i]);
        assert_int_equal(market->is_last, --left == 0);
        assert_true(!market->is_last || market->changed_count == 2);
      }
      assert_int_equal(keel_feed_tape_next(&f.feed, market), 0);
      end(&f);
    }
  }
}

static void may_begin_again(void **state) {
  (void)state;
  struct feed_bench f;
  start(&f);
  struct keel_market *market = &f.bench.block->market;
  while (keel_feed_tape_next(&f.feed, market)) continue;
  keel_feed_tape_limit(&f.feed, KEEL_TIME_NONE, KEEL_TIME_NONE);
  assert_int_equal(keel_feed_tape_next(&f.feed, market), 1);
  assert_true(market->time_ns == 20 && !market->is_last);
  end(&f);
}

/* ---- a market that a model made ---- */

static void write_model_step(struct keel_tape_writer *writer, int64_t time_ns, uint32_t id, double spot, double vol) {
  const struct keel_tape_instant instant = {time_ns, 1, &id, &spot, &spot};
  const double slope = -vol;
  const uint32_t call = X_CALL;
  assert_int_equal(keel_tape_writer_instant(writer, &instant, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_tape_writer_rate(writer, (double)time_ns / 1000, NULL), KEEL_STATUS_OK);
  if (isnan(vol)) return;
  const struct keel_tape_vols vols = {1, &call, &vol, &slope};
  assert_int_equal(keel_tape_writer_vols(writer, &vols, NULL), KEEL_STATUS_OK);
}

static const char *write_model_tape(void) {
  const char *path = keel_scratch("model.tape");
  const struct keel_contract contracts[IDS] = {[X_SPOT] = bench_spot("X"),
                                               [X_CALL] = bench_option(KEEL_KIND_CALL, 100, 30),
                                               [X_FAR_PUT] = bench_option(KEEL_KIND_PUT, 100, 31),
                                               [Y_SPOT] = bench_spot("Y"),
                                               [Z_SPOT] = bench_spot("Z")};
  struct keel_tape_writer *writer;
  assert_int_equal(keel_tape_writer_open(path, &writer, NULL), KEEL_STATUS_OK);
  for (uint32_t id = 0; id < IDS; id++) keel_tape_writer_contract(writer, &contracts[id]);
  write_model_step(writer, 10, X_SPOT, 100, 0.2);
  write_model_step(writer, 20, Z_SPOT, 1, NAN); /* nobody watches it, but the rate moves */
  write_model_step(writer, 30, Y_SPOT, 50, NAN);
  write_model_step(writer, 40, Z_SPOT, 1, 0.3); /* a vol of a watched row */
  write_model_step(writer, 50, Z_SPOT, 1, NAN);
  assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_OK);
  return path;
}

static void vols_and_rates_reach_the_market(void **state) {
  (void)state;
  for (int has_vols = 0; has_vols < 2; has_vols++) {
    struct bench bench;
    bench_start(&bench);
    bench_underlying(&bench, "Y");
    bench_hold(&bench, bench_option(KEEL_KIND_CALL, 100, 30), -1);
    assert_int_equal(bench_wire(&bench, 1, NULL), KEEL_STATUS_OK);
    struct keel_market *market = &keel_block_new(&bench.arena, &bench.wiring, has_vols)->market;
    if (has_vols) market->vol_slope = KEEL_ARENA_NEW(&bench.arena, double, bench.wiring.row_count);
    struct keel_tape *tape;
    struct keel_feed_tape feed;
    assert_int_equal(keel_tape_open(write_model_tape(), &tape, NULL), KEEL_STATUS_OK);
    keel_feed_tape_init(&feed, &bench.arena, tape, &bench.wiring);
    assert_true(keel_feed_tape_last(&feed) == 40);
    const int64_t times[] = {10, 30, 40};
    const double vols[] = {0.2, 0.2, 0.3};
    size_t call = bench_row(&bench, bench_option(KEEL_KIND_CALL, 100, 30));
    for (int i = 0; i < 3; i++) {
      assert_int_equal(keel_feed_tape_next(&feed, market), 1);
      assert_true(market->time_ns == times[i] && market->rate == (double)times[i] / 1000);
      if (has_vols) assert_same_bits(market->vol[call], vols[i]);
      if (has_vols) assert_same_bits(market->vol_slope[call], -vols[i]);
      assert_true(market->quote_ns[call] == KEEL_TIME_NONE); /* a vol is no quote */
      assert_int_equal(market->is_last, i == 2);
    }
    assert_int_equal(keel_feed_tape_next(&feed, market), 0);
    assert_true(keel_feed_tape_last(&feed) == KEEL_TIME_NONE);
    keel_feed_tape_limit(&feed, KEEL_TIME_NONE, 35);
    assert_true(keel_feed_tape_last(&feed) == 30);
    keel_feed_tape_limit(&feed, 25, KEEL_TIME_NONE);
    assert_int_equal(keel_feed_tape_next(&feed, market), 1);
    assert_true(market->time_ns == 30 && market->rate == 0.03);
    keel_tape_close(tape);
    bench_end(&bench);
  }
}

/* All instants are in the first microsecond of 1970. */
static void shows_the_curve_that_is_known(void **state) {
  (void)state;
  static const struct {
    const char *csv;
    keel_status status;
  } cases[] = {{"DATE,DFF\n1969-12-29,7\n1969-12-30,5\n1969-12-31,6\n", KEEL_STATUS_OK},
               {"DATE,DFF\n1969-12-31,6\n", KEEL_STATUS_INPUT},
               {"DATE,DFF\n1969-12-15,6\n", KEEL_STATUS_INPUT}};
  for (size_t i = 0; i < 3; i++) {
    struct feed_bench f;
    keel_rates *rates;
    keel_error error = {0};
    start(&f);
    struct keel_market *market = &f.bench.block->market;
    assert_int_equal(keel_rates_load(keel_scratch_write("rates.csv", cases[i].csv, strlen(cases[i].csv)), &rates, NULL),
                     KEEL_STATUS_OK);
    assert_int_equal(keel_feed_tape_rates(&f.feed, &f.bench.arena, rates, &error), cases[i].status);
    if (cases[i].status == KEEL_STATUS_OK) {
      assert_int_equal(keel_feed_tape_next(&f.feed, market), 1);
      assert_non_null(market->curve); /* that of the 30th: the next is known from the morning of the 1st */
      assert_close(market->rate, 365 * log(1 + 0.05 / 360), 1e-14);
      assert_close(keel_market_zero_rate(market, 0.5), market->rate, 1e-14);
    }
    keel_rates_free(rates);
    end(&f);
  }
  struct feed_bench f;
  start(&f);
  assert_int_equal(keel_feed_tape_rates(&f.feed, &f.bench.arena, NULL, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_feed_tape_next(&f.feed, &f.bench.block->market), 1);
  assert_null(f.bench.block->market.curve);
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plays_each_watched_instant_once), cmocka_unit_test(shows_the_curve_that_is_known),
      cmocka_unit_test(keeps_within_start_and_end),      cmocka_unit_test(may_begin_again),
      cmocka_unit_test(vols_and_rates_reach_the_market),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
