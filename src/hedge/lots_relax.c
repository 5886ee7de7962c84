/* The relaxation of lots.h: a separable quadratic programme
 *
 *     least  c u + 1/2 d u^2   where  M u = b,  0 <= u <= h
 *
 * Its variables are what is bought and sold of each line, where in its tolerance an exposure is, and what is beyond on
 * either side; its rows are the exposures. Method: primal-dual path following (Wright, Primal-Dual Interior-Point
 * Methods, 1997, chapter 1), with a normal matrix as large as there are exposures. */
#include <math.h>

#include "hedge/lots.h"

enum { ROWS = KEEL_LOTS_EXPOSURES, COLUMNS = 2 * KEEL_LOTS_LINES + 3 * ROWS, ROUNDS = 80 };

struct programme {
  size_t rows, columns;
  double m[ROWS][COLUMNS], b[ROWS];
  double c[COLUMNS], d[COLUMNS], h[COLUMNS];                     /* h: infinity where there is no bound */
  double u[COLUMNS], low[COLUMNS], high[COLUMNS], step[COLUMNS]; /* low, high: multipliers of 0 <= u and u <= h */
  double dual[ROWS];
};

/* ---- setting up ---- */

static size_t add_column(struct programme *p, double cost, double square, double bound) {
  size_t k = p->columns++;
  p->c[k] = cost;
  p->d[k] = square;
  p->h[k] = bound;
  for (size_t e = 0; e < p->rows; e++) p->m[e][k] = 0;
  return k;
}

/* What is bought or sold of a line beyond its place nearest to no trade. */
static void add_side(struct programme *p, const struct keel_lots_terms *terms, size_t line, double sign, double room) {
  if (!(room > 0)) return;
  size_t k = add_column(p, sign > 0 ? terms->buy[line] : terms->sell[line], 0, room);
  for (size_t e = 0; e < p->rows; e++) p->m[e][k] = sign * terms->exposure[e][line];
}

/* The place in the box that is nearest to no trade. */
static double nearest(const struct keel_lots_box *box, size_t line) {
  return fmin(fmax(0, box->low[line]), box->high[line]);
}

static void add_lines(struct programme *p, const struct keel_lots_terms *terms, const struct keel_lots_box *box) {
  for (size_t line = 0; line < terms->line_count; line++) {
    double at = nearest(box, line);
    for (size_t e = 0; e < p->rows; e++) p->b[e] -= terms->exposure[e][line] * at;
    add_side(p, terms, line, 1, at >= 0 ? box->high[line] - at : 0);
    add_side(p, terms, line, -1, at <= 0 ? at - box->low[line] : 0);
  }
}

static void set_up(struct programme *p, const struct keel_lots_terms *terms, const struct keel_lots_box *box) {
  p->rows = terms->exposure_count;
  p->columns = 0;
  for (size_t e = 0; e < p->rows; e++) p->b[e] = -terms->now[e] - terms->tolerance[e];
  add_lines(p, terms, box);
  for (size_t e = 0; e < p->rows; e++) {
    p->m[e][add_column(p, 1, 2, INFINITY)] = -1;
    p->m[e][add_column(p, 1, 2, INFINITY)] = 1;
    if (terms->tolerance[e] > 0) p->m[e][add_column(p, 0, 0, 2 * terms->tolerance[e])] = -1;
  }
}

/* Inside of all bounds, as far as an exposure needs it. */
static void begin(struct programme *p) {
  for (size_t e = 0; e < p->rows; e++) p->dual[e] = 0;
  for (size_t k = 0; k < p->columns; k++) {
    double far = 1, steep = 0;
    for (size_t e = 0; e < p->rows; e++) {
      far = fmax(far, fabs(p->b[e]));
      steep = fmax(steep, fabs(p->m[e][k]));
    }
    p->u[k] = fmin(0.5 * p->h[k], 1 + far / fmax(steep, 1e-12));
    p->low[k] = 1 + p->c[k];
    p->high[k] = p->h[k] < INFINITY ? 1 : 0;
  }
}

/* ---- one round ---- */

/* The mean of multipliers times what is left to their bounds. */
static double complementarity(const struct programme *p) {
  double sum = 0;
  size_t count = 0;
  for (size_t k = 0; k < p->columns; k++) {
    sum += p->low[k] * p->u[k];
    count++;
    if (p->h[k] == INFINITY) continue;
    sum += p->high[k] * (p->h[k] - p->u[k]);
    count++;
  }
  return sum / (double)count;
}

/* a x = y of a symmetric positive matrix, in place. */
static void solve(size_t n, double a[ROWS][ROWS], double *x) {
  for (size_t k = 0; k < n; k++)
    for (size_t r = k + 1; r < n; r++) {
      double factor = a[r][k] / a[k][k];
      for (size_t l = k; l < n; l++) a[r][l] -= factor * a[k][l];
      x[r] -= factor * x[k];
    }
  for (size_t k = n; k-- > 0;) {
    for (size_t l = k + 1; l < n; l++) x[k] -= a[k][l] * x[l];
    x[k] /= a[k][k];
  }
}

/* Towards the point of the central path with complementarity `mu`: steps of u and of the dual. Returns by how much the
 * rows are missed. */
static double aim(struct programme *p, double mu, double *dual) {
  double normal[ROWS][ROWS] = {{0}}, slope[COLUMNS], stiff[COLUMNS], missed = 0;
  for (size_t k = 0; k < p->columns; k++) {
    double left = p->h[k] - p->u[k], gradient = p->c[k] + p->d[k] * p->u[k];
    for (size_t e = 0; e < p->rows; e++) gradient -= p->m[e][k] * p->dual[e];
    stiff[k] = 1 / (p->d[k] + p->low[k] / p->u[k] + p->high[k] / left);
    slope[k] = mu / p->u[k] - mu / left - gradient;
  }
  for (size_t e = 0; e < p->rows; e++) {
    dual[e] = p->b[e];
    for (size_t k = 0; k < p->columns; k++) dual[e] -= p->m[e][k] * p->u[k];
    missed = fmax(missed, fabs(dual[e]));
    for (size_t k = 0; k < p->columns; k++) dual[e] -= p->m[e][k] * stiff[k] * slope[k];
    for (size_t f = 0; f < p->rows; f++)
      for (size_t k = 0; k < p->columns; k++) normal[e][f] += p->m[e][k] * stiff[k] * p->m[f][k];
  }
  solve(p->rows, normal, dual);
  for (size_t k = 0; k < p->columns; k++) {
    double pull = slope[k];
    for (size_t e = 0; e < p->rows; e++) pull += p->m[e][k] * dual[e];
    p->step[k] = stiff[k] * pull;
  }
  return missed;
}

static double within(double part, double value, double step) {
  return step < 0 ? fmin(part, -0.995 * value / step) : part;
}

static void advance(struct programme *p, double mu, const double *dual) {
  double part = 1, low[COLUMNS], high[COLUMNS];
  for (size_t k = 0; k < p->columns; k++) {
    double left = p->h[k] - p->u[k];
    low[k] = mu / p->u[k] - p->low[k] - p->low[k] / p->u[k] * p->step[k];
    high[k] = p->h[k] < INFINITY ? mu / left - p->high[k] + p->high[k] / left * p->step[k] : 0;
    part = within(part, p->u[k], p->step[k]);
    part = within(part, p->low[k], low[k]);
    if (p->h[k] == INFINITY) continue;
    part = within(part, left, -p->step[k]);
    part = within(part, p->high[k], high[k]);
  }
  for (size_t k = 0; k < p->columns; k++) {
    p->u[k] += part * p->step[k];
    p->low[k] += part * low[k];
    p->high[k] += part * high[k];
  }
  for (size_t e = 0; e < p->rows; e++) p->dual[e] += part * dual[e];
}

static void run(struct programme *p) {
  double far = 1, dual[ROWS];
  for (size_t e = 0; e < p->rows; e++) far = fmax(far, fabs(p->b[e]));
  for (int round = 0; round < ROUNDS; round++) {
    double mu = complementarity(p), missed = aim(p, 0.1 * mu, dual);
    if (mu < 1e-14 * far && missed < 1e-12 * far) return;
    for (size_t e = 0; e < p->rows; e++)
      if (!isfinite(dual[e])) return;
    advance(p, 0.1 * mu, dual);
  }
}

/* ---- the bound ---- */

/* The least of one line's cost and the price of what it does, over its box. */
static double least_of_line(const struct keel_lots_terms *terms, const struct keel_lots_box *box, size_t line,
                            const double *price) {
  double slope = 0, least = INFINITY, gap = terms->least[line];
  for (size_t e = 0; e < terms->exposure_count; e++) slope += price[e] * terms->exposure[e][line];
  const double places[] = {box->low[line], box->high[line], 0, gap, -gap};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    double at = places[i];
    if (at < box->low[line] || at > box->high[line] || (at != 0 && fabs(at) < gap)) continue;
    double cost = at > 0 ? at * terms->buy[line] : -at * terms->sell[line];
    least = fmin(least, cost + (at != 0 ? terms->order[line] : 0) + slope * at);
  }
  return least;
}

/* Lagrange's dual: below all trades in the box, whatever the prices are. */
static double bound_of(const struct keel_lots_terms *terms, const struct keel_lots_box *box, const double *price) {
  double sum = 0;
  for (size_t e = 0; e < terms->exposure_count; e++) {
    double size = fabs(price[e]), over = fmax(size - 1, 0);
    sum += price[e] * terms->now[e] - terms->tolerance[e] * size - 0.25 * over * over;
  }
  for (size_t line = 0; line < terms->line_count; line++) sum += least_of_line(terms, box, line, price);
  return sum;
}

double keel_lots_relax(const struct keel_lots_terms *terms, const struct keel_lots_box *box, double *lots) {
  struct programme p;
  double price[ROWS];
  set_up(&p, terms, box);
  begin(&p);
  run(&p);
  size_t k = 0;
  for (size_t line = 0; line < terms->line_count; line++) {
    double at = nearest(box, line);
    lots[line] = at;
    if (at >= 0 && box->high[line] - at > 0) lots[line] += p.u[k++];
    if (at <= 0 && at - box->low[line] > 0) lots[line] -= p.u[k++];
    lots[line] = fmin(fmax(lots[line], box->low[line]), box->high[line]);
  }
  for (size_t e = 0; e < p.rows; e++) price[e] = -p.dual[e];
  double bound = bound_of(terms, box, price);
  return isfinite(bound) ? bound : -INFINITY;
}
