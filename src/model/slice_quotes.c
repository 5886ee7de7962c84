/* Quotes of a smile in total variance, and what other expiries say beyond its strikes. See the header. */
#include <math.h>
#include <stdlib.h>

#include "model/surface.h"

struct quote {
  double k, bid, ask, unit, weight;
};

static int by_k(const void *a, const void *b) {
  const struct quote *x = a, *y = b;
  if (x->k != y->k) return (x->k > y->k) - (x->k < y->k);
  return (x->ask > y->ask) - (x->ask < y->ask);
}

#define LOCKED 1e-4    /* the least half spread, of total variance */
#define ONE_SIDED 0.25 /* what stands for the half spread of an ask alone, of its total variance */

/* Whether there is anything; a contract without a quote is nothing to count. */
static int is_quote(const keel_smile *smile, size_t i) {
  return !isnan(smile->ask_vol[i]) || smile->bid_vol[i] > 0 || !isfinite(smile->log_moneyness[i]);
}

/* Returns 0 for a bad one. */
static int read_quote(const keel_smile *smile, size_t i, struct quote *quote) {
  double bid = smile->bid_vol[i], ask = smile->ask_vol[i], weight = smile->weight ? smile->weight[i] : 1;
  if (!isfinite(smile->log_moneyness[i]) || !(ask > 0) || !isfinite(ask) || bid > ask || !(weight >= 0)) return 0;
  *quote = (struct quote){.k = smile->log_moneyness[i],
                          .bid = bid > 0 ? bid * bid * smile->years : 0,
                          .ask = ask * ask * smile->years,
                          .weight = weight};
  quote->unit = quote->bid > 0 ? 0.5 * (quote->ask - quote->bid) : ONE_SIDED * quote->ask;
  if (quote->unit < LOCKED * quote->ask) quote->unit = LOCKED * quote->ask;
  return 1;
}

static void put_quote(struct keel_slice_quotes *quotes, const struct quote *quote) {
  double *at = quotes->memory + quotes->fit.count++;
  at[0] = quote->k;
  at[quotes->room] = quote->bid;
  at[2 * quotes->room] = quote->ask;
  at[3 * quotes->room] = quote->unit;
  at[4 * quotes->room] = quote->weight;
}

/* Two-sided quotes come in the order of k. */
static void note_two_sided(struct keel_slice_quotes *quotes, const struct quote *quote, double *nearest) {
  if (!quotes->two_sided++) quotes->least_k = quote->k;
  quotes->most_k = quote->k;
  if (fabs(quote->k) >= *nearest) return;
  *nearest = fabs(quote->k);
  quotes->at_forward = 0.5 * (quote->bid + quote->ask);
}

int keel_slice_quotes_read(struct keel_slice_quotes *quotes, const keel_smile *smile, keel_surface_slice *report) {
  size_t count = 0, given = 0, room = smile->count + KEEL_SLICE_HINTS;
  struct quote *list = malloc(room * sizeof *list);
  double *memory = malloc(5 * room * sizeof *memory), nearest = INFINITY;
  *quotes = (struct keel_slice_quotes){.memory = memory, .room = room};
  if (list && memory) {
    for (size_t i = 0; i < smile->count; i++) {
      if (!is_quote(smile, i)) continue;
      given++;
      count += (size_t)read_quote(smile, i, &list[count]);
    }
    qsort(list, count, sizeof *list, by_k);
    quotes->fit =
        (struct keel_smile_quotes){0, memory, memory + room, memory + 2 * room, memory + 3 * room, memory + 4 * room};
  }
  for (size_t i = 0; i < count; i++) {
    put_quote(quotes, &list[i]);
    if (list[i].bid > 0) note_two_sided(quotes, &list[i], &nearest);
  }
  quotes->own = count;
  report->two_sided = quotes->two_sided;
  report->one_sided = count - quotes->two_sided;
  report->dropped = given - count;
  free(list);
  return list && memory;
}

void keel_slice_quotes_free(struct keel_slice_quotes *quotes) { free(quotes->memory); }

/* ---- hints ---- */

#define HINT_WEIGHT 0.5

/* The two-sided quotes around k, drawn together by a straight line; 0 where k is not between two. */
static int quote_at(const struct keel_slice_quotes *quotes, double k, struct quote *out) {
  size_t below = 0, above = quotes->own;
  if (!quotes->two_sided || !(k >= quotes->least_k) || !(k <= quotes->most_k)) return 0;
  while (above - below > 1) {
    size_t middle = (below + above) / 2;
    if (quotes->fit.k[middle] <= k)
      below = middle;
    else
      above = middle;
  }
  while (below > 0 && !keel_is_two_sided(&quotes->fit, below)) below--;
  while (above < quotes->own && !keel_is_two_sided(&quotes->fit, above)) above++;
  if (above == quotes->own) above = below;
  double length = quotes->fit.k[above] - quotes->fit.k[below];
  double share = length > 0 ? (k - quotes->fit.k[below]) / length : 0;
  *out = (struct quote){.k = k,
                        .bid = quotes->fit.bid[below] + share * (quotes->fit.bid[above] - quotes->fit.bid[below]),
                        .ask = INFINITY,
                        .unit = quotes->fit.unit[below] + share * (quotes->fit.unit[above] - quotes->fit.unit[below]),
                        .weight = HINT_WEIGHT};
  return 1;
}

static void hint_at(struct keel_slice_quotes *quotes, size_t earlier, const struct keel_slice_quotes *before,
                    double k) {
  struct quote best = {0}, quote;
  for (size_t i = 0; i < earlier; i++)
    if (quote_at(&before[i], k, &quote) && quote.bid > best.bid) best = quote;
  if (best.bid > 0) put_quote(quotes, &best);
}

void keel_slice_quotes_hint(struct keel_slice_quotes *quotes, size_t earlier, const struct keel_slice_quotes *before) {
  enum { SIDE = KEEL_SLICE_HINTS / 2 };
  double low = quotes->least_k, high = quotes->most_k;
  for (size_t i = 0; i < earlier; i++) {
    if (!before[i].two_sided) continue;
    if (before[i].least_k < low) low = before[i].least_k;
    if (before[i].most_k > high) high = before[i].most_k;
  }
  for (int i = 1; i <= SIDE; i++) {
    double share = (double)i / SIDE;
    if (low < quotes->least_k) hint_at(quotes, earlier, before, quotes->least_k + share * (low - quotes->least_k));
    if (high > quotes->most_k) hint_at(quotes, earlier, before, quotes->most_k + share * (high - quotes->most_k));
  }
}
