/* Fills of every kind against a second computation that knows no ledger: money by hand from the quotes, and the sum of
 * runs of each fill alone from its instant on. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drive/generated_market.h"
#include "keel/black_scholes.h"
#include "support/draws.h"
#include "support/support.h"
#include "world/tape.h"

enum {
  DAYS = 30,
  FILLED = 5,
  CONTRACTS,
  FILLS = 40,
  SETTLES = 20,
  EX = 12,
  PAID = 21,
  SPLIT = 15,
  FIRST_DAY = 19723 /* 2024-01-01 */
};
static const double rate = 0.04, dividend = 0.75, future_growth = 0.002;

/* Spot, a future, an option that expires within the run and two that do not. */
static const struct {
  enum keel_kind kind;
  double strike, multiplier;
  int expiry;
} terms[CONTRACTS] = {{KEEL_KIND_SPOT, 0, 1, 0},     {KEEL_KIND_FUTURE, 0, 20, 60}, {KEEL_KIND_CALL, 100, 100, SETTLES},
                      {KEEL_KIND_CALL, 96, 100, 60}, {KEEL_KIND_PUT, 104, 10, 60},  {KEEL_KIND_CALL, 108, 100, 60}};
#define KEPT "{underlying: GEN, kind: call, strike: 108, expiry: 2024-03-01T21:00:00Z, qty: 1}" /* never filled */

struct fill {
  int contract, day, is_between; /* between: at two hours after that day's instant */
  double qty, price, fees;
};

static double mids[DAYS][CONTRACTS]; /* in the terms of the first day */

static int64_t instant_of(int day) { return (FIRST_DAY + day) * KEEL_NS_PER_DAY + 21 * 3600 * KEEL_NS_PER_SECOND; }

static double mid_of(const double *spot, double growth, int day, int k) {
  if (terms[k].kind == KEEL_KIND_SPOT) return *spot;
  if (terms[k].kind == KEEL_KIND_FUTURE) return floor(*spot * (1 + growth) * 100) / 100;
  double phi = terms[k].kind == KEEL_KIND_CALL ? 1 : -1, yield = 0, vol = 0.25, price;
  double years = (double)(terms[k].expiry - day) / 365;
  keel_options option = {&phi, spot, &terms[k].strike, &rate, &yield, &years, &vol};
  keel_black_scholes_price(1, &option, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = &price});
  return floor(price * 100 + 1) / 100;
}

/* From the day SPLIT on, prices and strikes are those of `ratio` new shares for one. */
static void write_market(const char *name, double ratio) {
  struct keel_tape_writer *writer;
  uint32_t ids[2][CONTRACTS];
  struct draws draws = {11};
  assert_int_equal(keel_tape_writer_open(keel_scratch(name), &writer, NULL), KEEL_STATUS_OK);
  for (int half = 0; half < (ratio == 1 ? 1 : 2); half++)
    for (int k = 0; k < CONTRACTS; k++) {
      int is_spot = terms[k].kind == KEEL_KIND_SPOT, is_option = keel_kind_is_option(terms[k].kind);
      const struct keel_contract contract = {.underlying = "GEN",
                                             .kind = terms[k].kind,
                                             .strike = terms[k].strike / (half ? ratio : 1),
                                             .multiplier = terms[k].multiplier,
                                             .expiry_ns = is_spot ? KEEL_TIME_NONE : instant_of(terms[k].expiry)};
      ids[half][k] = half && !is_option ? ids[0][k] : keel_tape_writer_contract(writer, &contract);
    }
  double spot = 100;
  for (int day = 0; day < DAYS; day++) {
    uint32_t at[CONTRACTS];
    double bids[CONTRACTS], asks[CONTRACTS], now = day >= SPLIT ? ratio : 1;
    size_t count = 0;
    spot *= 1 + 0.03 * (draw_uniform(&draws) - 0.5);
    for (int k = 0; k < CONTRACTS; k++) {
      if (k && terms[k].expiry <= day) continue;
      mids[day][k] = mid_of(&spot, future_growth, day, k);
      at[count] = ids[now != 1][k];
      bids[count] = asks[count] = mids[day][k] / now;
      count++;
    }
    const struct keel_tape_instant instant = {instant_of(day), count, at, bids, asks};
    assert_int_equal(keel_tape_writer_instant(writer, &instant, NULL), KEEL_STATUS_OK);
  }
  assert_int_equal(keel_tape_writer_close(writer, NULL), KEEL_STATUS_OK);
}

/* Drawn once; a quarter of them close or turn what came before of their contract. */
static void draw_fills(struct fill *fills, int may_be_between) {
  struct draws draws = {5};
  double held[CONTRACTS] = {0};
  for (int i = 0; i < FILLS; i++) {
    struct fill *fill = &fills[i];
    fill->contract = (int)(draw_uniform(&draws) * FILLED);
    fill->day = i * (DAYS - 1) / FILLS;
    if (fill->contract == 2 && fill->day >= SETTLES) fill->contract = 3;
    fill->is_between = may_be_between && fill->day != SETTLES - 1 && draw_uniform(&draws) < 0.3;
    fill->qty = floor(draw_uniform(&draws) * 9) - 4;
    if (fill->qty == 0) fill->qty = 5;
    if (i % 4 == 3 && held[fill->contract] != 0) fill->qty = (i % 8 == 3 ? -1 : -2) * held[fill->contract];
    held[fill->contract] += fill->qty;
    fill->price = floor(mids[fill->day][fill->contract] * (95 + 10 * draw_uniform(&draws))) / 100;
    fill->fees = i % 3 ? floor(draw_uniform(&draws) * 500) / 100 - 1 : 0;
  }
}

static int64_t time_of(const struct fill *fill) {
  return instant_of(fill->day) + fill->is_between * 2 * 3600 * KEEL_NS_PER_SECOND;
}

/* As a strategy writes a contract; after a split in new terms. */
static const char *contract_text(int k, double ratio, char *text, size_t size) {
  static const char *const kinds[] = {
      [KEEL_KIND_SPOT] = "spot", [KEEL_KIND_FUTURE] = "future", [KEEL_KIND_CALL] = "call", [KEEL_KIND_PUT] = "put"};
  char expiry[64] = "", strike[64] = "";
  if (k) {
    keel_time_format(instant_of(terms[k].expiry), expiry + sprintf(expiry, ", expiry: "));
  }
  if (terms[k].strike > 0) snprintf(strike, sizeof strike, ", strike: %.17g", terms[k].strike / ratio);
  snprintf(text, size, "underlying: GEN, kind: %s%s%s, multiplier: %g", kinds[terms[k].kind], strike, expiry,
           terms[k].multiplier);
  return text;
}

/* The fills as a strategy's list, latest first: order does not matter. */
static const char *fills_text(const struct fill *fills, double ratio) {
  static char text[FILLS * 256];
  size_t used = (size_t)sprintf(text, "fills: [");
  for (int i = FILLS; i-- > 0;) {
    char contract[200], time[40];
    double now = fills[i].day >= SPLIT ? ratio : 1;
    keel_time_format(time_of(&fills[i]), time);
    used += (size_t)snprintf(
        text + used, sizeof text - used, "%s{id: f%d, time: %s, %s, qty: %.17g, price: %.17g, fees: %g}",
        i == FILLS - 1 ? "" : ",\n  ", i, time, contract_text(fills[i].contract, now, contract, sizeof contract),
        fills[i].qty * now, fills[i].price / now, fills[i].fees);
  }
  snprintf(text + used, sizeof text - used, "]\n");
  return text;
}

static const char *strategy(const char *name, const char *tape, const char *book, const char *rest) {
  static char text[1 << 15];
  snprintf(text, sizeof text,
           "book: [%s]\n"
           "market: {tape: %s, rate: %g, dividends: [{ex: 2024-01-13, pay: 2024-01-22T21:00:00Z, cash: %g}]}\n"
           "hedge: {target: {vol: 0.25}, trigger: {every: 1d}, with: [{instrument: spot, lot: 0}]}\n"
           "costs: {half_spread_bps: 0}\n"
           "limits: {order_qty_max: 1e9, position_qty_max: 1e9}\n"
           "variants: [{name: none, hedge: {target: {none: true}}}]\n"
           "%s",
           book, tape, rate, dividend, rest);
  return keel_scratch_write(name, text, strlen(text));
}

static void pnl_of(const char *path, const char *const *sets, size_t count, double pnl[2]) {
  struct keel_strategy *loaded;
  keel_replay *replay = replay_of(path, sets, count, 1, &loaded);
  keel_replay_totals totals;
  for (size_t v = 0; v < 2; v++) {
    keel_replay_total(replay, v, &totals);
    pnl[v] = totals.pnl;
    double sum = 0;
    for (size_t c = 0; c < keel_explain_components(); c++) sum += keel_replay_explained(replay, v, c);
    assert_close(sum, totals.pnl, 1e-11 * totals.gross);
  }
  keel_replay_free(replay);
  keel_strategy_free(loaded);
}

/* ---- money by hand ---- */

/* What a payment at an instant is at the end. */
static double at_end(double money, int64_t time_ns) {
  return money * exp(rate * (double)(instant_of(DAYS - 1) - time_ns) / (double)KEEL_NS_PER_YEAR);
}

/* `qty` contracts bought at `price` at an instant and held to the end: each payment by its date. */
static double by_hand(int k, double qty, double price, int day, int64_t time_ns) {
  const double units = qty * terms[k].multiplier;
  int last = DAYS - 1;
  if (terms[k].kind == KEEL_KIND_FUTURE) {
    double money = at_end(units * (mids[day][k] - price), time_ns);
    for (int next = day + 1; next <= last; next++)
      money += at_end(units * (mids[next][k] - mids[next - 1][k]), instant_of(next));
    return money;
  }
  double money = at_end(-units * price, time_ns);
  if (k == 2) return money + at_end(units * fmax(mids[SETTLES][0] - terms[k].strike, 0), instant_of(SETTLES));
  if (k == 0 && day < EX) money += at_end(units * dividend, instant_of(PAID));
  return money + units * mids[last][k];
}

static const char book_text[] = KEPT
    ", {underlying: GEN, kind: put, strike: 104, expiry: 2024-03-01T21:00:00Z, qty: 7, multiplier: 10}, "
    "{underlying: GEN, kind: spot, qty: -30}";

static double fills_by_hand(const struct fill *fills) {
  static const double held[CONTRACTS] = {-30, 0, 0, 0, 7, 1};
  double money = 0;
  for (int k = 0; k < CONTRACTS; k++) money += by_hand(k, held[k], mids[0][k], 0, instant_of(0));
  for (int i = 0; i < FILLS; i++) {
    const struct fill *fill = &fills[i];
    money += by_hand(fill->contract, fill->qty, fill->price, fill->day, time_of(fill));
    money -= at_end(fill->fees, time_of(fill));
  }
  return money;
}

static void every_payment_is_counted_by_hand(void **state) {
  (void)state;
  struct fill fills[FILLS];
  double pnl[2];
  write_market("hand.tape", 1);
  draw_fills(fills, 1);
  pnl_of(strategy("hand.yaml", "hand.tape", book_text, fills_text(fills, 1)), NULL, 0, pnl);
  assert_close(pnl[1], fills_by_hand(fills), 1e-7);
}

/* ---- the sum of runs ---- */

/* P&L, hedged and unhedged, of a fill that is held from its instant on: a run of it less one without it, beside an
 * option that keeps both going. */
static void pnl_alone(const struct fill *fill, double pnl[2]) {
  char contract[200], book[600], start[64] = "run.start=";
  double with[2], without[2];
  keel_time_format(instant_of(fill->day), start + strlen(start));
  const char *sets[] = {start};
  snprintf(book, sizeof book, KEPT ", {%s, qty: %g}", contract_text(fill->contract, 1, contract, sizeof contract),
           fill->qty);
  pnl_of(strategy("alone.yaml", "hand.tape", book, ""), sets, 1, with);
  pnl_of(strategy("alone.yaml", "hand.tape", KEPT, ""), sets, 1, without);
  for (int v = 0; v < 2; v++) pnl[v] = with[v] - without[v];
}

/* Without costs and lots a hedge is linear in what it hedges. */
static void a_run_is_the_sum_of_its_fills(void **state) {
  (void)state;
  struct fill fills[FILLS];
  double pnl[2], sum[2];
  write_market("hand.tape", 1);
  draw_fills(fills, 0);
  pnl_of(strategy("sum.yaml", "hand.tape", book_text, fills_text(fills, 1)), NULL, 0, pnl);
  pnl_of(strategy("sum.yaml", "hand.tape", book_text, ""), NULL, 0, sum);
  for (int i = 0; i < FILLS; i++) {
    const struct fill *fill = &fills[i];
    double one[2], made = mids[fill->day][fill->contract] - fill->price;
    pnl_alone(fill, one);
    for (int v = 0; v < 2; v++)
      sum[v] += one[v] + at_end(fill->qty * terms[fill->contract].multiplier * made - fill->fees, time_of(fill));
  }
  assert_close(pnl[0], sum[0], 1e-7);
  assert_close(pnl[1], sum[1], 1e-7);
}

/* ---- splits and pauses ---- */

/* The same market and the same fills in shares of two for one from a day on, with fills before that, behind and
 * between: the same P&L. */
static void fills_go_through_a_split(void **state) {
  (void)state;
  struct fill fills[FILLS];
  double plain[2], split[2];
  write_market("hand.tape", 1);
  draw_fills(fills, 1);
  pnl_of(strategy("plain.yaml", "hand.tape", book_text, fills_text(fills, 1)), NULL, 0, plain);
  write_market("split.tape", 2);
  const char *set = "market.splits=[{ex: 2024-01-16, ratio: 2}]";
  pnl_of(strategy("split.yaml", "split.tape", book_text, fills_text(fills, 2)), &set, 1, split);
  assert_close(split[1], plain[1], 1e-7);
  assert_close(split[0], plain[0], 1e-7);
}

/* In a pause fills are booked and nothing answers them; the first decision behind it does. */
static void a_pause_books_fills_and_hedges_none(void **state) {
  (void)state;
  struct fill fills[FILLS];
  struct keel_strategy *loaded;
  write_market("hand.tape", 1);
  draw_fills(fills, 1);
  const char *set = "market.overrides={pause: [{from: 2024-01-08T12:00:00Z, until: 2024-01-14T12:00:00Z}]}";
  keel_replay *replay =
      replay_of(strategy("pause.yaml", "hand.tape", book_text, fills_text(fills, 1)), &set, 1, 1, &loaded);
  const int64_t from = instant_of(7) - 9 * 3600 * KEEL_NS_PER_SECOND, until = from + 6 * KEEL_NS_PER_DAY;
  keel_replay_totals totals;
  keel_replay_total(replay, 1, &totals);
  assert_close(totals.pnl, fills_by_hand(fills), 1e-7);
  double holding = NAN;
  size_t behind = 0;
  for (size_t i = 0; i < replay->row_count; i++) {
    const struct keel_ledger_row *row = &replay->rows[i];
    if (row->variant != 0) continue;
    if (row->time_ns >= from && row->time_ns < until) assert_true(row->holding == holding && row->trade == 0);
    if (row->time_ns >= until && behind++ == 0) assert_close(row->holding, -row->hedge_delta, 1e-9);
    holding = row->holding;
  }
  assert_true(behind > 0);
  keel_replay_free(replay);
  keel_strategy_free(loaded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_payment_is_counted_by_hand), cmocka_unit_test(a_run_is_the_sum_of_its_fills),
      cmocka_unit_test(fills_go_through_a_split), cmocka_unit_test(a_pause_books_fills_and_hedges_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
