/* Several accounts in one book: each is what its part of the book would be by itself, and all add up. */
#include "drive/accounts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/engine.h"
#include "keel/frontier.h"
#include "keel/hedge.h"
#include "keel/risk.h"
#include "drive/generated_market.h"

#define CALL "underlying: GEN, kind: call, strike: 100, expiry: 2024-03-01T21:00:00Z"
#define PUT "underlying: GEN, kind: put, strike: 95, expiry: 2024-03-01T21:00:00Z"
#define BAND "trigger: {band: {shares: 20}}, move: {to: edge}"
#define VEGA                                                                                   \
  "target: {neutral: [delta, vega]}, with: [{instrument: spot, lot: 1}, {instrument: option, " \
  "kind: call, strike: 105, expiry: 2024-03-01T21:00:00Z, multiplier: 100, lot: 1}]"
#define COSTS "half_spread_bps: 2, fee_per_share: 0.005"
#define FREE "half_spread_bps: 0"

/* ---- replays ---- */

struct replayed {
  struct keel_strategy *strategy;
  keel_replay *replay;
};

/* What a strategy on the generated market says; `rest` are further lines. */
struct said {
  const char *book, *hedge, *costs, *rest;
  double order_max;
};

static struct replayed replay_with(struct said said) {
  char text[4096];
  struct replayed run;
  generated_market();
  snprintf(text, sizeof text,
           "book: [%s]\n"
           "market: {tape: generated.tape, rate: 0.03, yield: 0.01, implied_vol: 0.2}\n"
           "hedge: {%s}\n"
           "costs: {%s}\n"
           "limits: {order_qty_max: %g, position_qty_max: 20000}\n"
           "%s\n",
           said.book, said.hedge, said.costs, said.order_max ? said.order_max : 5000, said.rest ? said.rest : "");
  run.replay = replay_of(keel_scratch_write("s.yaml", text, strlen(text)), NULL, 0, 2, &run.strategy);
  return run;
}

static void end_replay(struct replayed *run) {
  keel_replay_free(run->replay);
  keel_strategy_free(run->strategy);
}

static size_t account_of(const struct keel_strategy *strategy, const char *name) {
  for (size_t a = 0; a < strategy->account_count; a++)
    if (strcmp(strategy->accounts[a].name, name) == 0) return a;
  fail_msg("no account %s", name);
  return 0;
}

static void assert_same_numbers(const double *a, const double *b, size_t count) {
  for (size_t i = 0; i < count; i++) assert_same_bits(a[i], b[i]);
}

/* The rows of an account are those of a run of its positions alone, bit by bit. */
static void assert_same_rows(const keel_replay *all, size_t account, const keel_replay *alone) {
  const size_t numbers = (offsetof(struct keel_ledger_row, further) - offsetof(struct keel_ledger_row, spot)) / 8;
  size_t at = 0;
  for (size_t i = 0; i < all->row_count; i++) {
    const struct keel_ledger_row *row = &all->rows[i], *other = &alone->rows[at];
    if (row->account != account) continue;
    assert_true(at < alone->row_count && row->time_ns == other->time_ns && row->variant == other->variant);
    assert_int_equal(row->further_count, other->further_count);
    assert_same_numbers(&row->spot, &other->spot, numbers);
    for (size_t k = 0; k < row->further_count; k++)
      assert_same_numbers(&row->further[k].target, &other->further[k].target, sizeof row->further[k] / 8);
    at++;
  }
  assert_int_equal(at, alone->row_count);
  assert_true(at > 0);
}

static void assert_same_totals(const keel_replay *all, size_t account, const keel_replay *alone) {
  for (size_t v = 0; v < keel_replay_variants(alone); v++) {
    keel_replay_totals mine, own;
    keel_replay_account_total(all, v, account, &mine);
    keel_replay_total(alone, v, &own);
    assert_int_equal(mine.decisions, own.decisions);
    assert_int_equal(mine.trades, own.trades);
    assert_same_numbers(&mine.pnl, &own.pnl, 4);
    for (size_t c = 0; c < keel_explain_components(); c++)
      assert_same_bits(keel_replay_account_explained(all, v, account, c), keel_replay_explained(alone, v, c));
  }
}

/* Accounts add up to the total. */
static void assert_adds_up(const keel_replay *replay) {
  for (size_t v = 0; v < keel_replay_variants(replay); v++) {
    keel_replay_totals total, one, sum = {0};
    keel_replay_total(replay, v, &total);
    for (size_t a = 0; a < keel_replay_accounts(replay); a++) {
      keel_replay_account_total(replay, v, a, &one);
      sum.decisions += one.decisions, sum.trades += one.trades;
      sum.pnl += one.pnl, sum.cost += one.cost, sum.turnover += one.turnover;
    }
    assert_true(sum.decisions == total.decisions && sum.trades == total.trades);
    assert_close(sum.pnl, total.pnl, 1e-12 * total.gross);
    assert_close(sum.cost, total.cost, 1e-12 * total.gross);
    assert_close(sum.turnover, total.turnover, 1e-12 * total.gross);
    for (size_t c = 0; c < keel_explain_components(); c++) {
      double part = 0;
      for (size_t a = 0; a < keel_replay_accounts(replay); a++) part += keel_replay_account_explained(replay, v, a, c);
      assert_close(part, keel_replay_explained(replay, v, c), 1e-12 * total.gross);
    }
  }
}

#define BASE "trigger: {every: 1d}, with: [{instrument: spot, lot: 1}]"
#define EXACT "trigger: {every: 1d}, with: [{instrument: spot, lot: 0}]"

/* What one account says of a contract is known of it in all. */
static void terms_of_a_contract_are_shared(void **state) {
  (void)state;
  const char *const books[] = {"{account: a, " CALL ", qty: -4}, {account: b, settlement: physical, " CALL
                               ", qty: 6}, {account: c, " CALL ", qty: 1}",
                               "{account: a, settlement: physical, " CALL
                               ", qty: -4}, {account: b, settlement: physical, " CALL
                               ", qty: 6}, {account: c, settlement: physical, " CALL ", qty: 1}"};
  keel_replay_totals said_once, said_by_all;
  struct replayed once = replay_with((struct said){books[0], EXACT, FREE, NULL, 0});
  struct replayed each = replay_with((struct said){books[1], EXACT, FREE, NULL, 0});
  for (size_t a = 0; a < 3; a++) {
    keel_replay_account_total(once.replay, 0, a, &said_once);
    keel_replay_account_total(each.replay, 0, a, &said_by_all);
    assert_same_bits(said_once.pnl, said_by_all.pnl);
  }
  assert_int_equal(once.replay->row_count, each.replay->row_count);
  end_replay(&once);
  end_replay(&each);
}

static void a_book_that_is_split_earns_the_same(void **state) {
  (void)state;
  struct replayed one = replay_with((struct said){"{" CALL ", qty: -7}, {" PUT ", qty: 3}", EXACT, FREE, NULL, 0});
  struct replayed two = replay_with((struct said){"{account: a, " CALL ", qty: -4}, {account: b, " PUT
                                                  ", qty: 3}, {account: b, " CALL ", qty: -3}",
                                                  EXACT, FREE, NULL, 0});
  keel_replay_totals whole, parts;
  keel_replay_total(one.replay, 0, &whole);
  keel_replay_total(two.replay, 0, &parts);
  assert_int_equal(keel_replay_accounts(one.replay), 0);
  assert_int_equal(keel_replay_accounts(two.replay), 2);
  assert_close(parts.pnl, whole.pnl, 1e-12 * whole.gross);
  for (size_t c = 0; c < keel_explain_components(); c++)
    assert_close(keel_replay_explained(two.replay, 0, c), keel_replay_explained(one.replay, 0, c), 1e-12 * whole.gross);
  assert_adds_up(two.replay);
  assert_int_equal(keel_replay_events(one.replay), keel_replay_events(two.replay));
  end_replay(&one);
  end_replay(&two);
}

/* Each account of the first run, against a run of its own. */
static void assert_apart(struct replayed *all, const char *const *names, struct replayed *alone, size_t count) {
  assert_int_equal(all->strategy->account_count, count);
  for (size_t k = 0; k < count; k++) {
    size_t account = account_of(all->strategy, names[k]);
    assert_same_rows(all->replay, account, alone[k].replay);
    assert_same_totals(all->replay, account, alone[k].replay);
    end_replay(&alone[k]);
  }
  assert_adds_up(all->replay);
  end_replay(all);
}

#define NEXT "{name: next, hedge: {execution: {fill: next}}}"

/* An account of its own hedge and costs, one of its own hedge and limits, and one that names nothing. What an account
 * says replaces what a variant says, too. */
static void each_account_is_a_run_of_its_own(void **state) {
  (void)state;
  const char *slow = "variants: [{name: slow, hedge: {trigger: {every: 5d}}}, " NEXT "]";
  struct replayed all = replay_with((struct said){
      "{account: vega, " CALL ", qty: -7}, {account: band, " CALL ", qty: -5}, {account: band, " PUT ", qty: 3}, {" PUT
      ", qty: -2}",
      BASE, COSTS,
      "variants: [{name: slow, hedge: {trigger: {every: 5d}}}, " NEXT "]\naccounts: [{name: vega, hedge: {" VEGA
      "}, costs: {fee_per_share: 0.02}}, {name: band, hedge: {" BAND "}, limits: {order_qty_max: 50}}]",
      0});
  struct replayed alone[] = {
      replay_with((struct said){"{" PUT ", qty: -2}", BASE, COSTS, slow, 0}),
      replay_with((struct said){"{" CALL ", qty: -5}, {" PUT ", qty: 3}", BAND ", with: [{instrument: spot, lot: 1}]",
                                COSTS, "variants: [{name: slow, hedge: {}}, " NEXT "]", 50}),
      replay_with((struct said){"{" CALL ", qty: -7}", "trigger: {every: 1d}, " VEGA,
                                "half_spread_bps: 2, fee_per_share: 0.02", slow, 0})};
  assert_apart(&all, (const char *const[]){"", "band", "vega"}, alone, 3);
}

#define FILL "id: f, time: 2024-01-20T12:00:00Z, price: 3, qty: 4, "

/* A contract that one account holds is bought by another, which may hold nothing before. */
static void fills_are_their_accounts(void **state) {
  (void)state;
  struct replayed all = replay_with((struct said){
      "{account: a, " CALL ", qty: -7}, {account: b, " PUT ", qty: 3}", BASE, COSTS,
      "fills: [{" FILL "account: b, " CALL "}, {id: g, time: 2024-01-22T21:00:00Z, price: 2, qty: -1, account: c, " PUT
      "}]\naccounts: [{name: b, hedge: {" BAND "}}]",
      0});
  struct replayed alone[] = {replay_with((struct said){"{" CALL ", qty: -7}", BASE, COSTS, NULL, 0}),
                             replay_with((struct said){"{" PUT ", qty: 3}", BAND ", with: [{instrument: spot, lot: 1}]",
                                                       COSTS, "fills: [{" FILL CALL "}]", 0})};
  assert_int_equal(all.strategy->account_count, 3);
  for (size_t k = 0; k < 2; k++) {
    assert_same_rows(all.replay, k, alone[k].replay);
    assert_same_totals(all.replay, k, alone[k].replay);
    end_replay(&alone[k]);
  }
  keel_replay_totals late;
  keel_replay_account_total(all.replay, 0, 2, &late);
  assert_true(late.trades > 0 && late.pnl != 0);
  assert_adds_up(all.replay);
  end_replay(&all);
}

static void the_ledger_names_the_account(void **state) {
  (void)state;
  struct replayed run =
      replay_with((struct said){"{account: \"x, y\", " CALL ", qty: -7}, {" PUT ", qty: 3}", BASE, COSTS, NULL, 0});
  size_t column = 0, named = 0;
  char text[40];
  while (strcmp(keel_ledger_column(column), "account") != 0) column++;
  for (size_t i = 0; i < keel_ledger_rows(run.replay); i++) {
    keel_ledger_text(run.replay, i, column, text, sizeof text);
    assert_true(strcmp(text, "") == 0 || strcmp(text, "\"x, y\"") == 0);
    named += *text != '\0';
  }
  assert_true(named > 0 && named < keel_ledger_rows(run.replay));
  end_replay(&run);
}

/* ---- simulations ---- */

#define MODELS(x, rest) "models: {X: " x rest "}\n"
#define HESTON "{kind: heston, spot: 100, variance: 0.04, kappa: 2, theta: 0.05, xi: 0.4, rho: -0.6}"
#define OF_Y ", Y: {kind: gbm, spot: 50, vol: 0.3}"
#define TERMS                                             \
  "market: {rate: 0.02}\n"                                \
  "limits: {order_qty_max: 1e6, position_qty_max: 1e6}\n" \
  "run: {paths: 700, steps: 20, seed: 5, years: 0.25, risk_aversions: [0.001]}\n"
#define SLOW "variants: [{name: slow, hedge: {trigger: {every: 20d}}}]\n"
#define X_CALL "underlying: X, kind: call, strike: 105, years: 0.3, multiplier: 1"
#define Y_PUT "underlying: Y, kind: put, strike: 50, years: 0.25, multiplier: 1"
#define SPOT "with: [{instrument: spot, lot: 0.01}]"

static void assert_same_account(const struct engine_run *all, size_t account, const struct engine_run *alone) {
  for (size_t v = 0; v < keel_simulation_variants(alone->simulation); v++)
    for (size_t q = 0; q < keel_simulation_quantities(alone->simulation); q++)
      for (size_t s = 0; s < keel_simulation_statistics(alone->simulation); s++) {
        keel_figure mine = keel_simulation_account_figure(all->simulation, v, account, q, s);
        keel_figure own = keel_simulation_figure(alone->simulation, v, q, s);
        assert_same_bits(mine.value, own.value);
        assert_same_bits(mine.error, own.error);
      }
}

static void each_account_is_a_simulation_of_its_own(void **state) {
  (void)state;
  struct engine_run all = engine_run(
      "book: [{account: b, " X_CALL ", qty: -30}, {account: a, " X_CALL ", qty: -50}, {account: a, " Y_PUT
      ", qty: 40}]\n" MODELS(
          HESTON, OF_Y) "correlation: [[1, 0.5], [0.5, 1]]\n" TERMS SLOW
                        "costs: {half_spread_bps: 3}\n"
                        "hedge: {trigger: {every: step}, " SPOT
                        "}\n"
                        "accounts: [{name: b, hedge: {trigger: {band: {shares: 2}}}, costs: {half_spread_bps: 1}}]\n");
  struct engine_run a = engine_run("book: [{" X_CALL ", qty: -50}, {" Y_PUT
                                   ", qty: 40}]\n" MODELS(HESTON, OF_Y) "correlation: [[1, 0.5], [0.5, 1]]\n" TERMS SLOW
                                                                        "costs: {half_spread_bps: 3}\n"
                                                                        "hedge: {trigger: {every: step}, " SPOT "}\n");
  struct engine_run b = engine_run("book: [{" X_CALL ", qty: -30}]\n" MODELS(HESTON, "") TERMS
                                   "costs: {half_spread_bps: 1}\n"
                                   "hedge: {trigger: {band: {shares: 2}}, " SPOT
                                   "}\n"
                                   "variants: [{name: slow, hedge: {}}]\n");
  assert_int_equal(keel_simulation_accounts(all.simulation), 2);
  assert_int_equal(keel_simulation_accounts(a.simulation), 0);
  assert_same_account(&all, 0, &a);
  assert_same_account(&all, 1, &b);
  for (size_t v = 0; v < 2; v++)
    for (size_t q = 0; q < keel_simulation_quantities(all.simulation); q++) {
      double sum = keel_simulation_account_figure(all.simulation, v, 0, q, 0).value +
                   keel_simulation_account_figure(all.simulation, v, 1, q, 0).value;
      assert_close(sum, keel_simulation_figure(all.simulation, v, q, 0).value, 1e-10);
    }
  engine_free(&all);
  engine_free(&a);
  engine_free(&b);
}

/* One path as a tape, with a contract that one account needs a quote of and the other does not: its replay is the
 * simulation's ledger. */
static void a_simulated_path_is_replayed(void **state) {
  (void)state;
  const char *text =
      "book: [{account: a, " X_CALL ", qty: -50}, {account: b, " X_CALL ", qty: -30}]\n" MODELS(HESTON, "") TERMS
      "costs: {half_spread_bps: 3}\nhedge: {trigger: {every: step}, " SPOT
      "}\n"
      "accounts: [{name: b, hedge: {target: {neutral: [delta, gamma]}, execution: {fill: next}, with: [{instrument: "
      "spot}, {instrument: option, kind: call, strike: 105, years: 0.3, multiplier: 1}]}}]\n";
  struct keel_strategy *strategy = engine_strategy("%s", text), *played;
  keel_replay *path;
  keel_error error = {0};
  if (keel_simulation_record(strategy, 3, keel_scratch("path.tape"), &path, &error))
    fail_msg("%s: %s", error.where, error.what);
  keel_replay *replay = replay_of(keel_scratch_write("path.yaml", text, strlen(text)),
                                  (const char *[]){"market.tape=path.tape"}, 1, 2, &played);
  assert_true(keel_ledger_hash(path) == keel_ledger_hash(replay));
  assert_adds_up(replay);
  keel_replay_free(replay);
  keel_replay_free(path);
  keel_strategy_free(played);
  keel_strategy_free(strategy);
}

/* ---- now ---- */

#define NOW "market: {rate: 0.02}\nlimits: {order_qty_max: 1e6, position_qty_max: 1e6}\n"
#define DESK                                                                                           \
  "book: [{account: b, " X_CALL ", qty: -30}, {account: a, " X_CALL ", qty: -50}, {account: a, " Y_PUT \
  ", qty: 40}, {underlying: X, kind: spot, qty: 7}]\n" MODELS(HESTON, OF_Y) "correlation: [[1, 0.5], [0.5, 1]]\n" NOW

static keel_hedge *hedge_of(const struct keel_strategy *strategy) {
  keel_hedge *hedge;
  keel_error error = {0};
  if (keel_hedge_run(strategy, NULL, &hedge, &error)) fail_msg("%s: %s", error.where, error.what);
  return hedge;
}

/* What an account is told to trade is what it would be told alone: by its own target, limits and costs. */
static void each_account_is_hedged_by_itself(void **state) {
  (void)state;
#define OPTION "{instrument: option, kind: put, strike: 95, years: 0.3, multiplier: 1, lot: 1}"
#define OWN "target: {neutral: [delta, vega], tolerance: {vega: 1}}, with: [{instrument: spot}, " OPTION "]"
  struct keel_strategy *all = engine_strategy(
      "%s", DESK "costs: {half_spread_bps: 3}\nhedge: {trigger: {every: step}, " SPOT
                 "}\n"
                 "accounts: [{name: b, hedge: {" OWN "}, limits: {order_qty_max: 12}, costs: {half_spread_bps: 9}}]\n");
  struct keel_strategy *alone = engine_strategy(
      "%s", "book: [{" X_CALL ", qty: -30}]\n" MODELS(HESTON, "") "market: {rate: 0.02}\n"
            "limits: {order_qty_max: 12, position_qty_max: 1e6}\ncosts: {half_spread_bps: 9}\n"
            "hedge: {trigger: {every: step}, " OWN "}\n");
  keel_hedge *desk = hedge_of(all), *own = hedge_of(alone);
  size_t u = 0, sides = keel_hedge_underlyings(desk), at = 0;
  double cost = 0;
  assert_true(keel_hedge_has_accounts(desk) && !keel_hedge_has_accounts(own));
  assert_int_equal(sides, 4);
  while (strcmp(keel_hedge_account(desk, u), "b") != 0) u++;
  assert_int_equal(keel_hedge_exposures(desk), 2);
  for (size_t e = 0; e < 2; e++) {
    keel_hedge_exposure a = keel_hedge_exposure_at(desk, u, e), b = keel_hedge_exposure_at(own, 0, e);
    assert_same_bits(a.before, b.before);
    assert_same_bits(a.after, b.after);
    assert_true(a.is_target && a.tolerance == b.tolerance && strcmp(a.why, b.why) == 0);
    assert_int_equal(keel_hedge_exposure_at(desk, 0, e).is_target, e == 0);
  }
  for (size_t i = 0; i < keel_hedge_trades(desk, 0); i++) {
    keel_hedge_trade trade = keel_hedge_trade_at(desk, 0, i);
    cost += trade.cost;
    if (trade.underlying != u) continue;
    keel_hedge_trade same = keel_hedge_trade_at(own, 0, at++);
    assert_string_equal(trade.instrument, same.instrument);
    assert_same_bits(trade.qty, same.qty);
    assert_same_bits(trade.cost, same.cost);
    assert_true(fabs(trade.qty) <= 12);
  }
  assert_int_equal(at, keel_hedge_trades(own, 0));
  assert_close(cost, keel_hedge_cost(desk), 1e-12);
  keel_hedge_free(desk);
  keel_hedge_free(own);
  keel_strategy_free(all);
  keel_strategy_free(alone);
}

static void exposures_add_up_over_accounts(void **state) {
  (void)state;
  struct keel_strategy *strategy = engine_strategy("%s", DESK "hedge: {trigger: {every: step}, " SPOT "}\n");
  keel_risk *risk;
  assert_int_equal(keel_risk_run(strategy, NULL, &risk, NULL), KEEL_STATUS_OK);
  assert_int_equal(keel_risk_accounts(risk), 3);
  assert_int_equal(keel_risk_underlyings(risk), 2);
  for (size_t m = 0; m < keel_risk_measures(); m++)
    for (size_t b = 0; b <= keel_risk_buckets(risk); b++) {
      size_t bucket = b < keel_risk_buckets(risk) ? b : KEEL_RISK_TOTAL;
      double sum = 0, total = keel_risk_exposure(risk, KEEL_RISK_TOTAL, bucket, m);
      for (size_t a = 0; a < 3; a++) sum += keel_risk_account_exposure(risk, a, bucket, m);
      assert_int_equal(isnan(sum), isnan(total));
      if (!isnan(sum)) assert_close(sum, total, 1e-10 * (1 + fabs(total)));
    }
  assert_int_equal(keel_risk_positions(risk), 4);
  for (size_t i = 0, named = 0; i < 4; i++) {
    keel_risk_position position;
    keel_risk_position_at(risk, i, &position);
    named += *position.account != 0;
    if (i == 3) assert_int_equal(named, 3);
  }
  keel_risk_free(risk);
  keel_strategy_free(strategy);
}

static void a_frontier_is_of_one_rule(void **state) {
  (void)state;
  struct keel_strategy *strategy =
      engine_strategy("%s", DESK "run: {paths: 256, steps: 4}\nhedge: {trigger: {every: step}, " SPOT
                                 "}\naccounts: [{name: b, limits: {order_qty_max: 9}}]\n");
  keel_frontier *frontier;
  keel_error error;
  assert_int_equal(keel_frontier_run(strategy, NULL, &frontier, &error), KEEL_STATUS_INPUT);
  assert_non_null(strstr(error.where, ": accounts.0"));
  assert_null(frontier);
  keel_strategy_free(strategy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(terms_of_a_contract_are_shared),   cmocka_unit_test(a_book_that_is_split_earns_the_same),
      cmocka_unit_test(each_account_is_a_run_of_its_own), cmocka_unit_test(fills_are_their_accounts),
      cmocka_unit_test(the_ledger_names_the_account),     cmocka_unit_test(each_account_is_a_simulation_of_its_own),
      cmocka_unit_test(a_simulated_path_is_replayed),     cmocka_unit_test(each_account_is_hedged_by_itself),
      cmocka_unit_test(exposures_add_up_over_accounts),   cmocka_unit_test(a_frontier_is_of_one_rule)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
