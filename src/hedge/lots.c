#include "hedge/lots.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LEAST_COST 1e-4   /* of value: what a trade counts at least */
#define ROUNDING 1e-9     /* of all that an exposure is summed from: no excess */
#define BETTER 1e-10      /* of the objective: by how much a trade has to be better to be looked for */
#define NO_GAP 1e-7       /* of the objective, or of 1: how near bounds in any fractions come */
#define SINGULAR 1e-9     /* a pivot of a scaled system that is none */
#define MOST_LOTS 0x1p52  /* beyond, doubles are no whole numbers of lots any more */
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
  *low = fmax(ceil(line->from / line->lot - 1e-9), -MOST_LOTS);
  *high = fmin(floor(line->to / line->lot + 1e-9), MOST_LOTS);
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

/* Rows and columns of a system, scaled to a largest entry of 1. */
struct system {
  size_t n;
  double a[KEEL_LOTS_EXPOSURES][KEEL_LOTS_EXPOSURES], b[KEEL_LOTS_EXPOSURES], line[KEEL_LOTS_EXPOSURES];
};

/* Returns 0 where a row or column has nothing in it. */
static int scale(struct system *s) {
  for (size_t c = 0; c < s->n; c++) {
    double most = 0;
    for (size_t r = 0; r < s->n; r++) most = fmax(most, fabs(s->a[r][c]));
    if (!(most > 0)) return 0;
    for (size_t r = 0; r < s->n; r++) s->a[r][c] /= most;
    s->line[c] = 1 / most;
  }
  for (size_t r = 0; r < s->n; r++) {
    double most = 0;
    for (size_t c = 0; c < s->n; c++) most = fmax(most, fabs(s->a[r][c]));
    if (!(most > 0)) return 0;
    for (size_t c = 0; c < s->n; c++) s->a[r][c] /= most;
    s->b[r] /= most;
  }
  return 1;
}

static void swap(double *x, double *y) {
  double was = *x;
  *x = *y;
  *y = was;
}

/* The largest entry of column k from row k down comes to row k; returns it. */
static double pivot(struct system *s, size_t k) {
  size_t best = k;
  for (size_t r = k + 1; r < s->n; r++)
    if (fabs(s->a[r][k]) > fabs(s->a[best][k])) best = r;
  for (size_t c = k; c < s->n && best != k; c++) swap(&s->a[k][c], &s->a[best][c]);
  if (best != k) swap(&s->b[k], &s->b[best]);
  return fabs(s->a[k][k]);
}

/* Gaussian elimination; b becomes the solution. Returns 0 where the system is singular. */
static int solve(struct system *s) {
  if (!scale(s)) return 0;
  for (size_t k = 0; k < s->n; k++) {
    if (!(pivot(s, k) > SINGULAR)) return 0;
    for (size_t r = k + 1; r < s->n; r++) {
      double factor = s->a[r][k] / s->a[k][k];
      for (size_t c = k; c < s->n; c++) s->a[r][c] -= factor * s->a[k][c];
      s->b[r] -= factor * s->b[k];
    }
  }
  for (size_t k = s->n; k-- > 0;) {
    for (size_t c = k + 1; c < s->n; c++) s->b[k] -= s->a[k][c] * s->b[c];
    s->b[k] /= s->a[k][k];
  }
  for (size_t k = 0; k < s->n; k++) s->b[k] *= s->line[k];
  return 1;
}

static int start_direct(const struct keel_lots *lots, double *qty) {
  struct system system = {.n = lots->exposure_count};
  for (size_t e = 0; e < system.n; e++) {
    system.b[e] = -lots->weight[e] * lots->now[e];
    for (size_t l = 0; l < system.n; l++) system.a[e][l] = lots->weight[e] * lots->lines[l].exposure[e];
  }
  if (!solve(&system)) return 0;
  memcpy(qty, system.b, system.n * sizeof *qty);
  return 1;
}

/* (A C^-2 A' + ridge) y = -b, and x = C^-2 A' y: the ridge, a part in 1e12, settles what has no or many solutions. */
static void start_least_squares(const struct keel_lots *lots, double *qty) {
  struct keel_lots_terms terms = keel_lots_terms_of(lots);
  double normal[KEEL_LOTS_EXPOSURES][KEEL_LOTS_EXPOSURES] = {{0}}, y[KEEL_LOTS_EXPOSURES] = {0}, trace = 0;
  size_t n = lots->exposure_count;
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
  if (lots->line_count == lots->exposure_count && start_direct(lots, qty)) return;
  if (lots->exposure_count && lots->line_count) start_least_squares(lots, qty);
}

/* ---- the search ---- */

/* A box that waits, and what no trade in it is below. */
struct part {
  struct keel_lots_box box;
  double bound;
};

struct search {
  const struct keel_lots *lots;
  struct keel_lots_terms terms;
  struct part *open; /* a stack */
  size_t open_count;
  double left; /* the least bound of what was not looked into any further */
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

static void push(struct search *search, const struct part *from, size_t line, double low, double high) {
  if (low > high) return;
  if (search->open_count == OPEN_MAX) {
    search->left = fmin(search->left, from->bound);
    return;
  }
  struct part *part = &search->open[search->open_count++];
  *part = *from;
  part->box.low[line] = low;
  part->box.high[line] = high;
}

/* Whether trades on both sides are in the box, and what no trade and any trade cost, or which are sent, differs. */
static int has_jump(const struct search *search, const struct keel_lots_box *box, size_t line) {
  int jumps =
      search->terms.least[line] > 0 || search->terms.order[line] > 0 || search->lots->lines[line].fees.per_order > 0;
  return jumps && box->low[line] <= 0 && box->high[line] >= 0 && box->low[line] < box->high[line];
}

/* No trade, selling, buying; the side that the relaxation is on is looked at first, being last on the stack. */
static void split_at_zero(struct search *search, const struct part *part, size_t line, double at) {
  double whole = search->lots->lines[line].lot > 0 ? 1 : DBL_MIN, least = fmax(search->terms.least[line], whole);
  double low = part->box.low[line], high = part->box.high[line];
  if (at < 0) push(search, part, line, least, high);
  if (at >= 0) push(search, part, line, low, -least);
  push(search, part, line, 0, 0);
  if (at < 0) push(search, part, line, low, -least);
  if (at >= 0) push(search, part, line, least, high);
}

static void split_at(struct search *search, const struct part *part, size_t line, double at) {
  double low = part->box.low[line], high = part->box.high[line], below = fmin(floor(at), high - 1);
  int up = at - below >= 0.5;
  if (!up) push(search, part, line, below + 1, high);
  push(search, part, line, low, below);
  if (up) push(search, part, line, below + 1, high);
}

/* Where to part a box: where a cost jumps, else the line that is farthest from whole lots, else the widest. Returns 0
 * where nothing can be parted. */
static int part_box(struct search *search, const struct part *part, const double *lots) {
  size_t chosen = KEEL_LOTS_LINES;
  double most = -1;
  for (size_t l = 0; l < search->lots->line_count; l++) {
    if (has_jump(search, &part->box, l)) {
      split_at_zero(search, part, l, lots[l]);
      return 1;
    }
    double width = part->box.high[l] - part->box.low[l], off = fabs(lots[l] - floor(lots[l] + 0.5));
    if (!(search->lots->lines[l].lot > 0) || width <= 0) continue;
    double rank = off > 1e-7 ? off : 1e-8 * width / (1 + width);
    if (rank > most) most = rank, chosen = l;
  }
  if (chosen == KEEL_LOTS_LINES) return 0;
  split_at(search, part, chosen, lots[chosen]);
  return 1;
}

/* Whether there are several trades in a box: of a single one the objective is known. */
static int has_room(const struct search *search, const struct keel_lots_box *box) {
  for (size_t l = 0; l < search->lots->line_count; l++)
    if (box->low[l] < box->high[l]) return 1;
  return 0;
}

static int is_done(const struct search *search, double bound) {
  return bound >= search->best->objective * (1 - BETTER);
}

static void look_into(struct search *search, struct part *part) {
  double lots[KEEL_LOTS_LINES];
  part->bound = fmax(part->bound, keel_lots_relax(&search->terms, &part->box, lots));
  if (is_done(search, part->bound)) return;
  try_rounded(search, lots);
  if (is_done(search, part->bound)) return;
  if (!part_box(search, part, lots) && has_room(search, &part->box)) search->left = fmin(search->left, part->bound);
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

static void search_all(struct search *search) {
  struct part all = {.bound = 0};
  for (size_t l = 0; l < search->lots->line_count; l++)
    find_range(&search->lots->lines[l], &all.box.low[l], &all.box.high[l]);
  search->open[search->open_count++] = all;
  while (search->open_count && search->best->nodes < KEEL_LOTS_NODES) {
    struct part part = search->open[--search->open_count];
    if (is_done(search, part.bound)) continue;
    search->best->nodes++;
    look_into(search, &part);
  }
  while (search->open_count) search->left = fmin(search->left, search->open[--search->open_count].bound);
}

/* Whether trades within limits make a difference to what is beyond the tolerance of an exposure. */
static int matters(const struct keel_lots *lots, size_t e) {
  double moves = 0;
  for (size_t l = 0; l < lots->line_count; l++)
    if (lots->lines[l].exposure[e] != 0)
      moves += fabs(lots->lines[l].exposure[e]) * fmax(-lots->lines[l].from, lots->lines[l].to);
  return moves > 0 && fabs(lots->now[e]) + moves > lots->tolerance[e];
}

/* Without what does not matter: what stays as it is would drown the rest. */
static struct keel_lots what_matters(const struct keel_lots *lots) {
  struct keel_lots left = *lots;
  left.exposure_count = 0;
  for (size_t e = 0; e < lots->exposure_count; e++) {
    size_t at = left.exposure_count;
    left.now[at] = lots->now[e];
    left.tolerance[at] = lots->tolerance[e];
    left.weight[at] = lots->weight[e];
    for (size_t l = 0; l < lots->line_count; l++) left.lines[l].exposure[at] = lots->lines[l].exposure[e];
    left.exposure_count += (size_t)matters(lots, e);
  }
  return left;
}

void keel_lots_solve(struct keel_arena *arena, const struct keel_lots *lots, struct keel_lots_answer *answer) {
  struct keel_lots left = what_matters(lots);
  struct search search = {.lots = &left,
                          .terms = keel_lots_terms_of(&left),
                          .open = KEEL_ARENA_NEW(arena, struct part, OPEN_MAX),
                          .left = INFINITY,
                          .best = answer};
  *answer = (struct keel_lots_answer){.objective = INFINITY};
  try_starts(&search);
  if (lots->line_count) search_all(&search);
  double gap = answer->objective - search.left;
  answer->gap = gap > NO_GAP * fmax(1, answer->objective) ? gap : 0;
  answer->objective = keel_lots_objective(lots, answer->qty);
}
