#include "hedge/wiring.h"

#include "hedge/bench_market.h"

static void rows_stand_by_underlying_expiry_strike_kind(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_underlying(&b, "Y");
  struct keel_contract y = bench_option(KEEL_KIND_PUT, 50, 30);
  y.underlying = "Y";
  bench_hold(&b, y, 2);
  bench_hold(&b, bench_option(KEEL_KIND_PUT, 100, 60), -1);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 110, 30), 1);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 60), -1);
  bench_hold(&b, bench_future(30, 50), 4);
  bench_hold(&b, bench_spot("X"), 700);
  bench_build(&b, 3, 0);
  const struct keel_wiring *w = &b.wiring;
  const enum keel_kind kinds[] = {KEEL_KIND_SPOT, KEEL_KIND_FUTURE, KEEL_KIND_CALL, KEEL_KIND_CALL,
                                  KEEL_KIND_PUT,  KEEL_KIND_SPOT,   KEEL_KIND_PUT};
  const double units[] = {700, 200, 100, -100, -100, 0, 200}, phi[] = {1, 1, 1, 1, -1, 1, -1};
  const uint32_t slices[] = {KEEL_NO_ROW, 0, 0, 1, 1, KEEL_NO_ROW, 2};
  const uint32_t partners[] = {KEEL_NO_ROW, KEEL_NO_ROW, KEEL_NO_ROW, 4, 3, KEEL_NO_ROW, KEEL_NO_ROW};
  assert_int_equal(w->row_count, 7);
  for (size_t r = 0; r < 7; r++) {
    assert_int_equal(w->rows[r].contract.kind, kinds[r]);
    assert_true(w->rows[r].units == units[r] && w->rows[r].phi == phi[r] && w->rows[r].is_priced);
    assert_int_equal(w->rows[r].slice, slices[r]);
    assert_int_equal(w->rows[r].partner, partners[r]);
    assert_int_equal(w->rows[r].underlying, r >= 5);
    assert_int_equal(keel_wiring_find(w, &w->rows[r].contract), r);
  }
  assert_int_equal(w->slice_count, 3);
  assert_true(w->slices[0].first == 1 && w->slices[0].count == 2 && w->slices[0].expiry_ns == bench_day(30));
  assert_true(w->slices[1].first == 3 && w->slices[1].count == 2 && w->slices[2].underlying == 1);
  const struct keel_underlying *x = &w->underlyings[0], *other = &w->underlyings[1];
  assert_true(x->spot == 0 && x->first == 1 && x->count == 4 && x->first_slice == 0 && x->slice_count == 2);
  assert_true(other->spot == 5 && other->first == 6 && other->count == 1 && other->first_slice == 2);
  assert_ptr_equal(other->terms, &b.underlyings[1]);
  bench_end(&b);
}

static void only_listed_options_of_held_expiries_are_watched(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), 1);
  bench_list(&b, bench_option(KEEL_KIND_CALL, 100, 30)); /* held already */
  bench_list(&b, bench_option(KEEL_KIND_PUT, 100, 30));
  bench_list(&b, bench_option(KEEL_KIND_CALL, 105, 30));
  bench_list(&b, bench_option(KEEL_KIND_CALL, 100, 31)); /* of another expiry */
  bench_list(&b, bench_spot("X"));
  bench_list(&b, bench_future(30, 50));
  struct keel_contract stranger = bench_option(KEEL_KIND_CALL, 100, 30);
  stranger.underlying = "Z";
  bench_list(&b, stranger);
  bench_build(&b, 1, 0);
  assert_int_equal(b.wiring.row_count, 4);
  const struct keel_row *put = &b.wiring.rows[bench_row(&b, bench_option(KEEL_KIND_PUT, 100, 30))];
  assert_true(put->units == 0 && !put->is_priced);
  assert_int_equal(put->partner, bench_row(&b, bench_option(KEEL_KIND_CALL, 100, 30)));
  struct keel_contract gone = bench_option(KEEL_KIND_CALL, 100, 31);
  assert_int_equal(keel_wiring_find(&b.wiring, &gone), KEEL_NO_ROW);
  assert_int_equal(keel_wiring_find(&b.wiring, &stranger), KEEL_NO_ROW);
  bench_end(&b);
}

/* The instrument that names an underlying comes before the one that names none; costs and limits fall back. */
static void lines_say_who_hedges_with_what(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_underlying(&b, "Y");
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), 1);
  struct keel_policy *second = bench_variant(&b), *third = bench_variant(&b);
  second->target.delta.vol = 0.3;
  third->target.delta.vol = 0.3;
  b.with[1][0].lot = 100;
  b.with[1][0].qty_max = 900;
  b.with[1][1] = b.with[1][0];
  b.with[1][1].underlying = "Y";
  b.with[1][1].contract = bench_future(90, 50);
  b.with[1][1].half_spread_bps = 0.25;
  b.with[1][1].qty_min = 2;
  b.with[1][1].qty_max = NAN;
  second->with_count = 2;
  third->with_count = 0;
  b.costs.half_spread_bps = 3;
  b.limits.position_qty_max = 800;
  bench_build(&b, 1, 0);
  const struct keel_hedge_line *lines = b.wiring.lines;
  assert_int_equal(lines[keel_lane_of(&b.wiring, 0, 0)].row, b.wiring.underlyings[0].spot);
  const struct keel_hedge_line *x = &lines[keel_lane_of(&b.wiring, 0, 1)], *y = &lines[keel_lane_of(&b.wiring, 1, 1)];
  assert_true(x->row == b.wiring.underlyings[0].spot && x->lot == 100 && x->qty_max == 800 && x->half_spread_bps == 3);
  struct keel_contract future = bench_future(90, 50);
  future.underlying = "Y";
  assert_int_equal(y->row, bench_row(&b, future));
  assert_true(y->qty_max == 800 && y->qty_min == 2 && y->half_spread_bps == 0.25);
  assert_int_equal(lines[keel_lane_of(&b.wiring, 0, 2)].row, KEEL_NO_ROW);
  assert_int_equal(b.wiring.delta_rule_count, 2);
  assert_true(isnan(b.wiring.delta_rules[0].vol) && b.wiring.delta_rules[1].vol == 0.3);
  assert_true(b.wiring.delta_rule_of[0] == 0 && b.wiring.delta_rule_of[1] == 1 && b.wiring.delta_rule_of[2] == 1);
  bench_end(&b);
}

static void american_positions_are_noticed(void **state) {
  (void)state;
  for (int held = 0; held < 2; held++) {
    struct bench b;
    bench_start(&b);
    struct keel_contract put = bench_option(KEEL_KIND_PUT, 100, 30);
    put.exercise = KEEL_EXERCISE_AMERICAN;
    bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), 1);
    if (held) bench_hold(&b, put, 1);
    bench_list(&b, put);
    bench_build(&b, 1, 0);
    assert_int_equal(b.wiring.has_american, held);
    bench_end(&b);
  }
}

/* Refused for what the book or the hedge holds, not for what is only listed. */
static void american_options_meet_no_european_formula(void **state) {
  (void)state;
  for (int held = 0; held < 2; held++)
    for (int parity = 0; parity < 2; parity++) {
      struct bench b;
      keel_error error;
      bench_start(&b);
      struct keel_contract put = bench_option(KEEL_KIND_PUT, 100, 30);
      put.exercise = KEEL_EXERCISE_AMERICAN;
      if (parity)
        b.underlyings[0].forward = KEEL_FORWARD_PARITY;
      else
        b.policies[0].target.delta.kind = KEEL_DELTA_VARIANCE_OPTIMAL;
      bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), 1);
      if (held) bench_hold(&b, put, 1);
      bench_list(&b, put);
      assert_int_equal(bench_wire(&b, 1, &error), held ? KEEL_STATUS_INPUT : KEEL_STATUS_OK);
      if (held) assert_string_equal(error.where, parity ? "market.forward" : "hedge.target.delta");
      if (held) assert_non_null(strstr(error.what, " is american; allowed: "));
      bench_end(&b);
    }
}

/* Terms of two boundaries, and a dividend that leaves little of spot: refused for american options that are held. */
static void american_options_that_have_no_price_are_refused(void **state) {
  (void)state;
  static const struct {
    int kind, american;
    double rate, yield, cash;
    const char *where; /* NULL: wired */
  } cases[] = {{KEEL_KIND_PUT, 1, -0.005, -0.01, 1, "market.rate"},
               {KEEL_KIND_PUT, 0, -0.005, -0.01, 80, NULL},
               {KEEL_KIND_PUT, 1, -0.01, -0.005, 1, NULL},
               {KEEL_KIND_CALL, 1, -0.01, -0.005, 1, "market.rate"},
               {KEEL_KIND_CALL, 1, -0.005, -0.01, 1, NULL},
               {KEEL_KIND_CALL, 1, 0.01, 0, 71, "market.dividends"},
               {KEEL_KIND_PUT, 1, 0.01, 0, 70, NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bench b;
    keel_error error;
    bench_start(&b);
    struct keel_contract held = bench_option(cases[i].kind, 100, 30);
    struct keel_dividend dividend = {.ex_ns = held.expiry_ns - 1, .pay_ns = held.expiry_ns, .cash = cases[i].cash};
    if (cases[i].american) held.exercise = KEEL_EXERCISE_AMERICAN;
    b.terms.rate = cases[i].rate;
    b.underlyings[0].yield = cases[i].yield;
    b.underlyings[0].dividends = &dividend;
    b.underlyings[0].dividend_count = 1;
    bench_hold(&b, held, 1);
    assert_int_equal(bench_wire(&b, 1, &error), cases[i].where ? KEEL_STATUS_INPUT : KEEL_STATUS_OK);
    if (cases[i].where) assert_string_equal(error.where, cases[i].where);
    bench_end(&b);
  }
}

static void what_cannot_be_wired_is_said(void **state) {
  (void)state;
  struct bench b;
  keel_error error;
  bench_start(&b);
  struct keel_contract call = bench_option(KEEL_KIND_CALL, 100, 30);
  call.underlying = "Y";
  bench_hold(&b, call, 1);
  assert_int_equal(bench_wire(&b, 1, &error), KEEL_STATUS_INPUT);
  assert_string_equal(error.where, "book.csv:2: underlying");
  assert_non_null(strstr(error.what, "\"Y\""));
  bench_end(&b);
}

/* One contract cannot have two multipliers: neither of book and hedge, nor of two variants. */
static void two_multipliers_of_one_contract_conflict(void **state) {
  (void)state;
  for (int of_book = 0; of_book < 2; of_book++) {
    struct bench b;
    keel_error error;
    bench_start(&b);
    bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), 1);
    b.with[0][0].contract = bench_future(90, 50);
    if (of_book) {
      bench_hold(&b, bench_future(90, 5), 1);
    } else {
      bench_variant(&b);
      b.with[1][0].contract = bench_future(90, 5);
    }
    assert_int_equal(bench_wire(&b, 1, &error), KEEL_STATUS_INPUT);
    assert_non_null(strstr(error.what, "multiplier"));
    bench_end(&b);
  }
}

/* X in two accounts of their own policies, Y in the second: rows and lanes apart, contracts known to each other. */
static void accounts_have_underlyings_of_their_own(void **state) {
  (void)state;
  struct bench b;
  bench_start(&b);
  bench_underlying(&b, "Y");
  bench_variant(&b)->target.delta.vol = 0.3;
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), 2);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 100, 30), -5);
  bench_hold(&b, bench_option(KEEL_KIND_CALL, 90, 30), 1);
  for (int i = 1; i < 3; i++) b.positions[i].account = "b";
  bench_list(&b, bench_option(KEEL_KIND_PUT, 90, 30));
  const struct keel_limits narrow = {INFINITY, 7, NAN};
  const struct keel_wiring_account accounts[] = {{"", &b.policy_list[0], &b.costs, &b.limits},
                                                 {"b", &b.policy_list[1], &b.costs, &narrow}};
  const struct keel_sleeve sleeves[] = {{0, 0}, {0, 1}, {1, 1}};
  struct keel_wiring_input input = {.book = &b.book,
                                    .terms = &b.terms,
                                    .accounts = accounts,
                                    .account_count = 2,
                                    .variant_count = 1,
                                    .sleeves = sleeves,
                                    .sleeve_count = 3,
                                    .paths = 1,
                                    .listed = b.listed_at,
                                    .listed_count = b.listed_count};
  struct keel_wiring w;
  assert_int_equal(keel_wiring_build(&b.arena, &input, &w, NULL), KEEL_STATUS_OK);
  const double units[] = {0, 0, 200, 0, 100, 0, -500, 0};
  const uint32_t underlyings[] = {0, 0, 0, 1, 1, 1, 1, 2};
  const uint32_t twins[] = {3, 5, 6, KEEL_NO_ROW, KEEL_NO_ROW, KEEL_NO_ROW, KEEL_NO_ROW, KEEL_NO_ROW};
  assert_true(w.underlying_count == 3 && w.row_count == 8);
  for (size_t r = 0; r < 8; r++) {
    assert_true(w.rows[r].units == units[r] && w.rows[r].underlying == underlyings[r]);
    assert_int_equal(w.rows[r].twin, twins[r]);
    assert_int_equal(keel_wiring_find_in(&w, underlyings[r], &w.rows[r].contract), r);
  }
  assert_int_equal(keel_wiring_find(&w, &w.rows[6].contract), 2);
  assert_int_equal(keel_wiring_find(&w, &w.rows[4].contract), 4);
  assert_true(keel_wiring_underlying(&w, "X", NULL) == 0 && keel_wiring_underlying(&w, "X", "b") == 1);
  assert_true(keel_wiring_underlying(&w, "Y", "b") == 2 && keel_wiring_underlying(&w, "Y", "") == -1);
  assert_true(keel_policy_of(&w, 0, 0) == b.policy_list[0] && keel_policy_of(&w, 2, 0) == b.policy_list[1]);
  assert_true(w.lines[keel_lines_of(&w, 1, 0).first].row == 3 && w.lines[keel_lines_of(&w, 1, 0).first].qty_max == 7);
  assert_true(w.delta_rule_of[0] == 0 && w.delta_rule_of[1] == 1 && w.delta_rule_of[2] == 1);
  b.positions[1].contract.multiplier = b.positions[2].contract.multiplier = 10;
  keel_error error;
  assert_int_equal(keel_wiring_build(&b.arena, &input, &w, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.what, "two multipliers, 10 and 100"));
  bench_end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_stand_by_underlying_expiry_strike_kind),
      cmocka_unit_test(only_listed_options_of_held_expiries_are_watched),
      cmocka_unit_test(lines_say_who_hedges_with_what),
      cmocka_unit_test(american_positions_are_noticed),
      cmocka_unit_test(american_options_meet_no_european_formula),
      cmocka_unit_test(american_options_that_have_no_price_are_refused),
      cmocka_unit_test(what_cannot_be_wired_is_said),
      cmocka_unit_test(two_multipliers_of_one_contract_conflict),
      cmocka_unit_test(accounts_have_underlyings_of_their_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
