#include "hedge/lots.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "kernel/kernel.h"

#define LEAST_COST 1e-4   /* of value: what a trade counts at least */
#define ROUNDING 1e-9     /* of all that an exposure is summed from: no excess */
#define BETTER 1e-10      /* of the objective: by how much a trade has to be better to be looked for */
enum { OPEN_MAX = 4096 }; /* boxes that wait */

/* ---- what trades do ---- */

static double fee_of(const struct keel_fees *fees, double shares) {
  if (fees->tier_count < 2) return shares * fees->per_share;
  double sum = 0;
  for (size_t t = 0; t < fees->tier_count; t++) {
    double from = fees->tiers[t].from, to = t + 1 < fees->tier_count ? fees->tiers[t + 1].from : INFINITY;
    sum += fmax(fmin(shares, to) - from, 0) * fees->tiers[t].per_share;
  }
  return sum;
}

double keel_lots_cost(const struct keel_lots_line *line, double qty) {
  if (qty == 0) return 0;
  double size = fabs(qty);
  return size * (qty > 0 ? line->buy : line->sell) + fee_of(&line->fees, size * line->multiplier) +
         line->fees.per_order;
}

double keel_lots_residual(const struct keel_lots *lots, const double *qty, size_t e) {
  double sum = lots->now[e];
  for (size_t l = 0; l < lots->line_count; l++) sum += lots->lines[l].exposure[e] * qty[l];
  return sum;
}

double keel_lots_excess(const struct keel_lots *lots, const double *qty, size_t e) {
  double gross = fabs(lots->now[e]), excess = fabs(keel_lots_residual(lots, qty, e)) - lots->tolerance[e];
  for (size_t l = 0; l < lots->line_count; l++) gross += fabs(lots->lines[l].exposure[e] * qty[l]);
  return excess > ROUNDING * gross ? excess : 0;
}

double keel_lots_objective(const struct keel_lots *lots, const double *qty) {
  double sum = 0, cost = 0;
  for (size_t e = 0; e < lots->exposure_count; e++) {
    double lost = lots->weight[e] * keel_lots_excess(lots, qty, e);
    sum += lost + lost * lost;
  }
  for (size_t l = 0; l < lots->line_count; l++)
    cost += fmax(keel_lots_cost(&lots->lines[l], qty[l]), LEAST_COST * lots->lines[l].value * fabs(qty[l]));
  return sum + lots->aversion * cost;
}

/* ---- lots ---- */

static double unit_of(const struct keel_lots_line *line) { return line->lot > 0 ? line->lot : 1; }

/* Whole lots within the limits. */
static void find_range(const struct keel_lots_line *line, double *low, double *high) {
  *low = line->from;
  *high = line->to;
  if (!(line->lot > 0)) return;
  *low = ceil(line->from / line->lot - 1e-9);
  *high = floor(line->to / line->lot + 1e-9);
  while (*low * line->lot < line->from) *low += 1;
  while (*high * line->lot > line->to) *high -= 1;
}

/* The smallest trade that is sent, in lots; 0 where that is no more than any trade is. */
static double least_of(const struct keel_lots_line *line) {
  if (!(line->lot > 0)) return line->qty_min;
  double least = ceil(line->qty_min / line->lot - 1e-9);
  return least > 1 ? least : 0;
}

static double lowest_fee(const struct keel_fees *fees) {
  double lowest = fees->tier_count < 2 ? fees->per_share : INFINITY;
  for (size_t t = 0; t < fees->tier_count && fees->tier_count > 1; t++) lowest = fmin(lowest, fees->tiers[t].per_share);
  return lowest;
}

struct keel_lots_terms keel_lots_terms_of(const struct keel_lots *lots) {
  struct keel_lots_terms terms = {.exposure_count = lots->exposure_count, .line_count = lots->line_count};
  for (size_t e = 0; e < lots->exposure_count; e++) {
    terms.now[e] = lots->weight[e] * lots->now[e];
    terms.tolerance[e] = lots->weight[e] * lots->tolerance[e];
  }
  for (size_t l = 0; l < lots->line_count; l++) {
    const struct keel_lots_line *line = &lots->lines[l];
    double unit = unit_of(line), fee = lowest_fee(&line->fees) * line->multiplier, floor = LEAST_COST * line->value;
    double buy = line->buy + fee, sell = line->sell + fee;
    for (size_t e = 0; e < lots->exposure_count; e++) terms.exposure[e][l] = lots->weight[e] * line->exposure[e] * unit;
    terms.buy[l] = lots->aversion * unit * fmax(buy, floor);
    terms.sell[l] = lots->aversion * unit * fmax(sell, floor);
    terms.order[l] = fmin(buy, sell) >= floor ? lots->aversion * line->fees.per_order : 0;
    terms.least[l] = least_of(line);
  }
  return terms;
}

/* ---- the start ---- */

static void start_direct(const struct keel_lots *lots, double *qty) {
  static const double one = 1, zero = 0;
  double greek[KEEL_NEUTRAL_MAX][KEEL_NEUTRAL_MAX] = {{0}}, now[KEEL_NEUTRAL_MAX] = {0};
  double change[KEEL_NEUTRAL_MAX], singular;
  struct keel_neutral_solve system = {.count = lots->line_count, .spot = &one, .singular = &singular};
  for (size_t e = 0; e < lots->exposure_count; e++) {
    now[e] = lots->weight[e] * lots->now[e];
    system.now[e] = &now[e];
    system.want[e] = &zero;
    system.multiplier[e] = 1;
    system.change[e] = &change[e];
    system.exact[e] = &qty[e];
    for (size_t l = 0; l < lots->line_count; l++) {
      greek[e][l] = lots->weight[e] * lots->lines[l].exposure[e];
      system.greek[e][l] = &greek[e][l];
      system.weight[e][l] = 1;
    }
  }
  keel_kernel_now->neutral.solve(1, &system);
}

/* (A C^-2 A' + ridge) y = -b, and x = C^-2 A' y: the ridge, a part in 1e12, settles what has no or many solutions. */
static void start_least_squares(const struct keel_lots *lots, double *qty) {
  struct keel_lots_terms terms = keel_lots_terms_of(lots);
  double normal[KEEL_EXPOSURE_COUNT][KEEL_EXPOSURE_COUNT] = {{0}}, y[KEEL_EXPOSURE_COUNT] = {0}, trace = 0;
  size_t n = lots->exposure_count;
  keel_assert(n <= KEEL_EXPOSURE_COUNT);
  for (size_t e = 0; e < n; e++) {
    y[e] = -terms.now[e];
    for (size_t f = 0; f < n; f++)
      for (size_t l = 0; l < lots->line_count; l++) {
        double cost = fmax(terms.buy[l], terms.sell[l]);
        normal[e][f] += terms.exposure[e][l] * terms.exposure[f][l] / (cost * cost);
      }
    trace += normal[e][e];
  }
  for (size_t e = 0; e < n; e++) normal[e][e] += 1e-12 * trace;
  for (size_t k = 0; k < n; k++)
    for (size_t r = k + 1; r < n; r++) {
      double factor = normal[r][k] / normal[k][k];
      for (size_t c = k; c < n; c++) normal[r][c] -= factor * normal[k][c];
      y[r] -= factor * y[k];
    }
  for (size_t k = n; k-- > 0;) {
    for (size_t c = k + 1; c < n; c++) y[k] -= normal[k][c] * y[c];
    y[k] /= normal[k][k];
  }
  for (size_t l = 0; l < lots->line_count; l++) {
    double cost = fmax(terms.buy[l], terms.sell[l]), sum = 0;
    for (size_t e = 0; e < n; e++) sum += terms.exposure[e][l] * y[e];
    qty[l] = sum / (cost * cost) * unit_of(&lots->lines[l]);
  }
}

void keel_lots_start(const struct keel_lots *lots, double *qty) {
  for (size_t l = 0; l < lots->line_count; l++) qty[l] = NAN;
  if (lots->line_count == lots->exposure_count) start_direct(lots, qty);
  if (lots->exposure_count && lots->line_count && !isfinite(qty[0])) start_least_squares(lots, qty);
}

/* ---- the search ---- */

struct search {
  const struct keel_lots *lots;
  struct keel_lots_terms terms;
  struct keel_lots_box *open; /* a stack */
  size_t open_count;
  int is_full;
  struct keel_lots_answer *best;
};

static void try_qty(struct search *search, const double *qty) {
  double objective = keel_lots_objective(search->lots, qty);
  if (!(objective < search->best->objective)) return;
  search->best->objective = objective;
  memcpy(search->best->qty, qty, search->lots->line_count * sizeof *qty);
}

/* The nearest trade that can be sent, within the box of all. */
static double nearest_trade(const struct keel_lots_line *line, double lots) {
  double low, high, least = least_of(line);
  find_range(line, &low, &high);
  if (line->lot > 0) lots = floor(lots + 0.5);
  lots = fmin(fmax(lots, low), high);
  if (fabs(lots) >= least || lots == 0) return lots;
  double far = copysign(least, lots);
  return fabs(lots) >= 0.5 * least && far >= low && far <= high ? far : 0;
}

/* `lots` rounded to what can be sent; what can be any fraction then follows. */
static void try_rounded(struct search *search, const double *lots) {
  const struct keel_lots *problem = search->lots;
  struct keel_lots_box box;
  double qty[KEEL_LOTS_LINES] = {0};
  int follows = 0;
  for (size_t l = 0; l < problem->line_count; l++) {
    const struct keel_lots_line *line = &problem->lines[l];
    double at = nearest_trade(line, lots[l]);
    qty[l] = at * unit_of(line);
    box.low[l] = box.high[l] = at;
    if (line->lot > 0) continue;
    follows = 1;
    find_range(line, &box.low[l], &box.high[l]);
  }
  try_qty(search, qty);
  if (!follows) return;
  double again[KEEL_LOTS_LINES];
  keel_lots_relax(&search->terms, &box, again);
  for (size_t l = 0; l < problem->line_count; l++)
    qty[l] = nearest_trade(&problem->lines[l], again[l]) * unit_of(&problem->lines[l]);
  try_qty(search, qty);
}

static void push(struct search *search, const struct keel_lots_box *box, size_t line, double low, double high) {
  if (low > high) return;
  if (search->open_count == OPEN_MAX) {
    search->is_full = 1;
    return;
  }
  struct keel_lots_box *part = &search->open[search->open_count++];
  *part = *box;
  part->low[line] = low;
  part->high[line] = high;
}

/* Whether trades on both sides are in the box, and what no trade and any trade cost, or which are sent, differs. */
static int has_jump(const struct search *search, const struct keel_lots_box *box, size_t line) {
  int jumps =
      search->terms.least[line] > 0 || search->terms.order[line] > 0 || search->lots->lines[line].fees.per_order > 0;
  return jumps && box->low[line] <= 0 && box->high[line] >= 0 && box->low[line] < box->high[line];
}

/* No trade, selling, buying; the side that the relaxation is on is looked at first, being last on the stack. */
static void split_at_zero(struct search *search, const struct keel_lots_box *box, size_t line, double at) {
  int whole = search->lots->lines[line].lot > 0;
  double least = fmax(search->terms.least[line], whole ? 1 : 0), low = box->low[line], high = box->high[line];
  double tiny = whole || least > 0 ? least : 1e-12 * (high - low);
  if (at < 0) push(search, box, line, tiny, high);
  if (at >= 0) push(search, box, line, low, -tiny);
  push(search, box, line, 0, 0);
  if (at < 0) push(search, box, line, low, -tiny);
  if (at >= 0) push(search, box, line, tiny, high);
}

static void split_at(struct search *search, const struct keel_lots_box *box, size_t line, double at) {
  double below = fmin(floor(at), box->high[line] - 1);
  int up = at - below >= 0.5;
  if (!up) push(search, box, line, below + 1, box->high[line]);
  push(search, box, line, box->low[line], below);
  if (up) push(search, box, line, below + 1, box->high[line]);
}

/* Where to part a box: where a cost jumps, else the line that is farthest from whole lots, else the widest. */
static void part_box(struct search *search, const struct keel_lots_box *box, const double *lots) {
  size_t chosen = KEEL_LOTS_LINES;
  double most = -1;
  for (size_t l = 0; l < search->lots->line_count; l++) {
    if (has_jump(search, box, l)) {
      split_at_zero(search, box, l, lots[l]);
      return;
    }
    double width = box->high[l] - box->low[l], off = fabs(lots[l] - floor(lots[l] + 0.5));
    if (!(search->lots->lines[l].lot > 0) || width <= 0) continue;
    double rank = off > 1e-7 ? off : 1e-8 * width / (1 + width);
    if (rank > most) most = rank, chosen = l;
  }
  if (chosen < KEEL_LOTS_LINES) split_at(search, box, chosen, lots[chosen]);
}

static void look_into(struct search *search, const struct keel_lots_box *box) {
  double lots[KEEL_LOTS_LINES], best = search->best->objective;
  double bound = keel_lots_relax(&search->terms, box, lots);
  if (bound >= best - BETTER * best) return;
  try_rounded(search, lots);
  best = search->best->objective;
  if (bound >= best - BETTER * best) return;
  part_box(search, box, lots);
}

static void try_starts(struct search *search) {
  const struct keel_lots *problem = search->lots;
  double none[KEEL_LOTS_LINES] = {0}, start[KEEL_LOTS_LINES];
  try_qty(search, none);
  for (size_t l = 0; l < problem->line_count; l++) {
    start[l] = problem->start[l] / unit_of(&problem->lines[l]);
    if (!isfinite(start[l])) return;
  }
  try_rounded(search, start);
}

void keel_lots_solve(struct keel_arena *arena, const struct keel_lots *lots, struct keel_lots_answer *answer) {
  struct search search = {.lots = lots,
                          .terms = keel_lots_terms_of(lots),
                          .open = KEEL_ARENA_NEW(arena, struct keel_lots_box, OPEN_MAX),
                          .best = answer};
  *answer = (struct keel_lots_answer){.objective = INFINITY};
  try_starts(&search);
  struct keel_lots_box all;
  for (size_t l = 0; l < lots->line_count; l++) find_range(&lots->lines[l], &all.low[l], &all.high[l]);
  if (lots->line_count) search.open[search.open_count++] = all;
  while (search.open_count && answer->nodes < KEEL_LOTS_NODES) {
    struct keel_lots_box box = search.open[--search.open_count];
    answer->nodes++;
    look_into(&search, &box);
  }
  answer->is_proven = !search.open_count && !search.is_full;
}
