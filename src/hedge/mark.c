/* Verb 1 of 5: what everything is worth now, and its Greeks. Spot and dividends here; options by quotes (mark_quotes.c)
 * or by the model that makes the market (mark_model.c). */
#include "hedge/mark.h"
#include "hedge/delta.h"
#include "hedge/verbs.h"

#include <math.h>
#include <string.h>

#include "kernel/lane_math.h"

const char *const keel_mark_source_names[KEEL_MARK_SOURCE_COUNT] = {
    "marked_at_quote", "marked_one_sided", "marked_crossed",    "marked_stale",
    "marked_missing",  "no_implied_vol",   "no_parity_forward", "settled_late"};

int keel_quote_is_usable(double bid, double ask) { return bid > 0 && ask >= bid && ask < INFINITY; }

int keel_quote_is_stale(const struct keel_market *market, size_t row, int64_t stale_ns) {
  int64_t since = market->quote_ns[row];
  return stale_ns != KEEL_TIME_NONE && (since == KEEL_TIME_NONE || market->time_ns - since > stale_ns);
}

enum keel_mark_source keel_quote_source(const struct keel_block *block, uint32_t r) {
  double bid = block->market.bid[r], ask = block->market.ask[r];
  if (block->market.quote_ns[r] == KEEL_TIME_NONE || (isnan(bid) && isnan(ask))) return KEEL_MARK_MISSING;
  if (bid > ask) return KEEL_MARK_CROSSED;
  if (!keel_quote_is_usable(bid, ask)) return KEEL_MARK_ONE_SIDED;
  if (keel_quote_is_stale(&block->market, r, block->wiring->terms->stale_ns)) return KEEL_MARK_STALE;
  return KEEL_MARK_QUOTE;
}

/* Spot at mid; where its quote is not usable, as it was (and, from quotes, counted). */
static int mark_spot(struct keel_block *block, size_t u) {
  size_t row = block->wiring->underlyings[u].spot, paths = block->wiring->paths;
  const double *bid = keel_at_row(block, block->market.bid, row), *ask = keel_at_row(block, block->market.ask, row);
  double *now = keel_at_row(block, keel_marks_after(block, u)->price, row);
  const double *then = block->entered[u] ? keel_at_row(block, keel_marks_before(block, u)->price, row) : now;
  return keel_kernel_now->rows.mid(paths, bid, ask, then, now);
}

/* Shares at a later instant for one of now, by the splits between. */
static double shares_at(const struct keel_underlying_terms *terms, int64_t now_ns, int64_t later_ns) {
  double shares = 1;
  for (size_t i = 0; i < terms->split_count; i++)
    if (terms->splits[i].ex_ns > now_ns && terms->splits[i].ex_ns <= later_ns) shares *= terms->splits[i].ratio;
  return shares;
}

keel_dividends keel_dividends_to_come(const struct keel_underlying_terms *terms, int64_t now_ns, double *years,
                                      double *cash) {
  keel_dividends list = {0, years, cash, KEEL_DIVIDEND_LIQUIDATOR};
  for (size_t i = 0; i < terms->dividend_count && terms->forward == KEEL_FORWARD_YIELD; i++) {
    const struct keel_dividend *dividend = &terms->dividends[i];
    if (dividend->ex_ns <= now_ns) continue;
    /* a nanosecond before spot trades without it: at an expiry of that instant it has been paid */
    double away_ns = keel_at_least((double)(dividend->ex_ns - now_ns - 1), 0.5);
    years[list.count] = away_ns / (double)KEEL_NS_PER_YEAR;
    cash[list.count++] = dividend->cash * shares_at(terms, now_ns, dividend->ex_ns);
  }
  return list;
}

double keel_paid_between(const struct keel_underlying_terms *terms, int64_t from_ns, int64_t to_ns, int64_t expiry_ns) {
  double sum = 0;
  for (size_t i = 0; i < terms->dividend_count; i++) {
    const struct keel_dividend *dividend = &terms->dividends[i];
    if (dividend->ex_ns > from_ns && dividend->ex_ns <= to_ns && dividend->ex_ns <= expiry_ns)
      sum += dividend->cash / shares_at(terms, dividend->ex_ns, to_ns);
  }
  return sum;
}

const keel_dividends *keel_paid_until_expiry(const struct keel_block *block, size_t u, uint32_t r) {
  return block->marks[block->now[u]].escrow[r] == 0 ? NULL : &block->scratch->to_come[u];
}

double keel_escrow_until(const struct keel_underlying_terms *terms, int64_t now_ns, int64_t expiry_ns, double rate) {
  double sum = 0;
  for (size_t i = 0; i < terms->dividend_count && terms->forward == KEEL_FORWARD_YIELD; i++) {
    const struct keel_dividend *dividend = &terms->dividends[i];
    if (dividend->ex_ns > now_ns && dividend->ex_ns <= expiry_ns)
      sum += dividend->cash * shares_at(terms, now_ns, dividend->ex_ns) *
             keel_exp(-rate * keel_years_between(now_ns, dividend->ex_ns));
  }
  return sum;
}

/* Rows of a slice share a rate as they share a forward. */
static void mark_rates(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  marks->rate[u] = marks->zero_rate[underlying->spot] = block->market.rate;
  for (uint32_t s = underlying->first_slice; s < underlying->first_slice + underlying->slice_count; s++) {
    const struct keel_slice *slice = &block->wiring->slices[s];
    double years = keel_years_between(block->market.time_ns, slice->expiry_ns);
    double rate = keel_market_zero_rate(&block->market, years);
    for (uint32_t r = slice->first; r < slice->first + slice->count; r++) marks->zero_rate[r] = rate;
  }
}

static void mark_dividends(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_mark_scratch *scratch = block->scratch;
  size_t first = block->dividend_first[u];
  scratch->to_come[u] = keel_dividends_to_come(underlying->terms, block->market.time_ns,
                                               scratch->dividend_years + first, scratch->dividend_cash + first);
  struct keel_marks *marks = keel_marks_after(block, u);
  for (uint32_t s = underlying->first_slice; s < underlying->first_slice + underlying->slice_count; s++) {
    const struct keel_slice *slice = &block->wiring->slices[s];
    double escrow =
        keel_escrow_until(underlying->terms, block->market.time_ns, slice->expiry_ns, marks->zero_rate[slice->first]);
    for (uint32_t r = slice->first; r < slice->first + slice->count; r++) marks->escrow[r] = escrow;
  }
}

/* What expires at or before this instant settles at the spot of this instant. */
static void settle(struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  size_t paths = block->wiring->paths;
  struct keel_marks *after = keel_marks_after(block, u), *before = keel_marks_before(block, u);
  const double *spot = keel_at_row(block, after->price, underlying->spot);
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++) {
    const struct keel_row *row = &block->wiring->rows[r];
    block->settled[r] = block->alive[r] && row->contract.expiry_ns <= block->market.time_ns;
    if (!block->settled[r]) continue;
    if (block->units[r] != 0 && row->contract.expiry_ns < block->market.time_ns) block->source_counts[KEEL_MARK_LATE]++;
    double *price = keel_at_row(block, after->price, r), *vol = keel_at_row(block, after->vol, r);
    memcpy(vol, keel_at_row(block, before->vol, r), paths * sizeof *vol);
    if (keel_kind_is_option(row->contract.kind))
      for (size_t i = 0; i < paths; i++) price[i] = keel_at_least(row->phi * (spot[i] - row->contract.strike), 0);
    else
      memcpy(price, spot, paths * sizeof *price);
    after->yield[r] = before->yield[r];
  }
}

/* Spot's fall-back is counted like the book's: all rests on it. */
static void count_spot(struct keel_block *block, size_t u) {
  enum keel_mark_source source = keel_quote_source(block, block->wiring->underlyings[u].spot);
  if (source != KEEL_MARK_QUOTE) block->source_counts[source]++;
}

/* Whether no position has expired: a book cannot enter without one of them. */
static int is_whole(const struct keel_block *block, size_t u) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (block->units[r] != 0 && block->settled[r]) return 0;
  return 1;
}

/* Whether some rule for delta is not the marks' own. */
static int needs_deltas(const struct keel_wiring *wiring) {
  return wiring->delta_rule_count > 1 || !keel_delta_is_plain(&wiring->delta_rules[0]);
}

int keel_mark(struct keel_block *block, size_t u) {
  struct keel_marks *marks = keel_marks_after(block, u);
  marks->time_ns[u] = block->market.time_ns;
  mark_rates(block, u);
  if (!mark_spot(block, u)) return 0;
  mark_dividends(block, u);
  int known = 1;
  if (block->market.vol) {
    keel_mark_from_model(block, u);
  } else {
    count_spot(block, u);
    known = keel_mark_from_quotes(block, u);
  }
  if (needs_deltas(block->wiring)) keel_mark_deltas(block, u);
  settle(block, u);
  return known && (block->entered[u] || is_whole(block, u));
}

keel_option keel_option_of(const struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_row *row = &block->wiring->rows[r];
  return (keel_option){.phi = row->phi,
                       .strike = row->contract.strike,
                       .rate = block->marks[block->now[u]].zero_rate[r],
                       .yield = block->marks[block->now[u]].yield[r],
                       .years = keel_years_between(block->market.time_ns, row->contract.expiry_ns)};
}

const double *keel_net_spot(struct keel_block *block, size_t u, uint32_t r) {
  const struct keel_marks *marks = keel_marks_after(block, u);
  const double *spot = keel_at_row(block, marks->price, block->wiring->underlyings[u].spot);
  double *net = block->scratch->path;
  if (marks->escrow[r] == 0) return spot;
  for (size_t i = 0; i < block->wiring->paths; i++) net[i] = spot[i] - marks->escrow[r];
  return net;
}

void keel_carry_with_rate(const struct keel_block *block, const keel_greeks *greeks, uint32_t r) {
  double *rho = keel_at_row(block, greeks->rho, r), *psi = keel_at_row(block, greeks->psi, r);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    rho[i] += psi[i];
    psi[i] = 0;
  }
}

void keel_mark_future(struct keel_block *block, size_t u, uint32_t r, const double *price) {
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  struct keel_marks *marks = keel_marks_after(block, u);
  double years = keel_years_between(block->market.time_ns, block->wiring->rows[r].contract.expiry_ns);
  const double *spot = keel_at_row(block, marks->price, underlying->spot);
  for (size_t i = 0; i < block->wiring->paths; i++) {
    size_t at = r * block->wiring->paths + i;
    marks->price[at] = price[i];
    marks->greeks.delta[at] = price[i] / (spot[i] - marks->escrow[r]);
    marks->greeks.theta[at] = -(marks->zero_rate[r] - marks->yield[r]) * price[i];
    marks->greeks.rho[at] = years * price[i];
    marks->greeks.psi[at] = -years * price[i];
    marks->hedge_greeks.delta[at] = marks->greeks.delta[at];
    for (size_t k = 0; k < block->wiring->delta_rule_count; k++) marks->hedge_delta[k][at] = marks->greeks.delta[at];
  }
  if (keel_has_own_forward(underlying)) keel_carry_with_rate(block, &marks->greeks, r);
}
