/* A market with a split against the same market told in new shares from its beginning: the same P&L, explanation and
 * hedge, share for share. */
#include "hedge/splits.h"

#include "hedge/bench_market.h"
#include "hedge/textbook.h"

enum { SPLIT_DAY = 3, DAYS = 8 };

struct told {
  double ratio, strikes[2];
  struct keel_dividend dividend;
  struct keel_split split;
  struct bench old, new; /* with the split; in new shares */
};

static void tell(struct bench *b, const double strikes[2], double qty) {
  bench_start(b);
  b->costs.half_spread_bps = 5;
  b->underlyings[0].implied_vol = 0.3;
  b->policies[0].triggers[0].every = KEEL_EVERY_STEP;
  bench_variant(b)->target.kind = KEEL_TARGET_SHARE_BALANCE;
  bench_hold(b, bench_option(KEEL_KIND_CALL, strikes[0], 30), qty);
  bench_hold(b, bench_option(KEEL_KIND_PUT, strikes[1], 30), -2 * qty);
  bench_hold(b, bench_spot("X"), 10 * qty);
}

static void start(struct told *told, double ratio) {
  const double strikes[] = {92.14, 96};
  const double old_strikes[] = {strikes[0] * ratio, strikes[1] * ratio};
  told->ratio = ratio;
  told->split = (struct keel_split){bench_day(SPLIT_DAY), ratio};
  told->dividend = (struct keel_dividend){bench_day(6), bench_day(7), 0.5};
  tell(&told->new, strikes, 2 * ratio);
  tell(&told->old, old_strikes, 2);
  struct bench *both[] = {&told->old, &told->new};
  for (int k = 0; k < 2; k++) {
    for (int right = 0; right < 2; right++)
      bench_list(both[k], bench_option(right ? KEEL_KIND_PUT : KEEL_KIND_CALL, strikes[right], 30));
    both[k]->underlyings[0].dividends = &told->dividend;
    both[k]->underlyings[0].dividend_count = 1;
  }
  told->old.underlyings[0].splits = &told->split;
  told->old.underlyings[0].split_count = 1;
  if (ratio != 7) /* what is delivered changes, and the number of contracts does not */
    for (int i = 0; i < 2; i++) told->old.listed[i].multiplier *= ratio;
  bench_build(&told->old, 1, 0);
  bench_build(&told->new, 1, 0);
}

static void quote(struct bench *b, int day, const double strikes[2], double scale, double spot) {
  const double years = (30 - day) / 365.0, ex = (6 - day) / 365.0, cash = 0.5;
  const keel_dividends paid = {day < 6, &ex, &cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (int right = 0; right < 2; right++) {
    const keel_option option = {right ? -1 : 1, strikes[right] / scale, 0.05, 0, years};
    double price = textbook_paying(&option, spot, 0.3 + 0.01 * day * (right + 1), 0, &paid).price;
    bench_quote_mid(b, bench_option(right ? KEEL_KIND_PUT : KEEL_KIND_CALL, strikes[right], 30), bench_day(day),
                    scale * price);
  }
  bench_go(b, bench_day(day), scale * spot);
}

static void assert_same(const struct told *told, int day) {
  struct keel_block *old = told->old.block, *new = told->new.block;
  double shares = day < SPLIT_DAY ? told->ratio : 1;
  for (size_t v = 0; v < 2; v++) {
    size_t line = keel_lines_of(old->wiring, 0, v).first;
    const struct keel_accounts *a = keel_account_after(old, 0), *b = keel_account_after(new, 0);
    assert_close(a->holding[line] * shares, b->holding[line], 1e-9);
    assert_close(a->equity[v], b->equity[v], 1e-6);
    assert_close(a->cash[v], b->cash[v], 1e-6);
    for (int c = 0; c < KEEL_COMPONENT_COUNT; c++) assert_close(old->explain[c][v], new->explain[c][v], 1e-5);
  }
  assert_close(old->totals.gamma[0] * shares * shares, new->totals.gamma[0], 1e-8);
}

static void compare(double ratio) {
  struct told told;
  start(&told, ratio);
  static const double spots[DAYS] = {95, 94, 96, 93.7, 93, 97, 95.5, 95};
  for (int day = 0; day < DAYS; day++) {
    int is_old = day < SPLIT_DAY;
    const double strikes[] = {92.14, 96}, before[] = {92.14 * ratio, 96 * ratio};
    quote(&told.old, day, is_old ? before : strikes, is_old ? ratio : 1, spots[day]);
    quote(&told.new, day, strikes, 1, spots[day]);
    assert_same(&told, day);
  }
  bench_end(&told.old);
  bench_end(&told.new);
}

static void a_split_changes_units_and_nothing_else(void **state) {
  (void)state;
  static const double ratios[] = {7, 1.5, 0.5};
  for (int i = 0; i < 3; i++) compare(ratios[i]);
}

/* What the book has not quoted yet on the day: marks at the last vol, at spot of before in new shares. */
static void without_quotes_the_book_is_worth_what_it_was(void **state) {
  (void)state;
  struct told told;
  start(&told, 7);
  const double before[] = {92.14 * 7, 96 * 7};
  quote(&told.old, 2, before, 7, 95);
  double value = told.old.block->totals.value[0], delta = told.old.block->totals.delta[0];
  bench_step(&told.old, bench_day(SPLIT_DAY), 1);
  assert_close(told.old.block->totals.value[0], value, 0.02 * fabs(value));
  assert_close(told.old.block->totals.delta[0], 7 * delta, 0.05 * fabs(7 * delta));
  assert_close(keel_marks_after(told.old.block, 0)->price[told.old.wiring.underlyings[0].spot], 95, 1e-12);
  assert_int_equal(told.old.block->source_counts[KEEL_MARK_MISSING], 2);
  bench_end(&told.old);
  bench_end(&told.new);
}

/* A run that begins after it has its book in new shares. */
static void a_split_before_the_run_is_in_the_book(void **state) {
  (void)state;
  struct told told;
  start(&told, 7);
  const double strikes[] = {92.14, 96};
  quote(&told.old, 4, strikes, 1, 95);
  assert_close(told.old.block->units[0], 20, 0);
  bench_end(&told.old);
  bench_end(&told.new);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_split_changes_units_and_nothing_else),
                                     cmocka_unit_test(without_quotes_the_book_is_worth_what_it_was),
                                     cmocka_unit_test(a_split_before_the_run_is_in_the_book)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
