/* See interpolate.h. */
#include "model/interpolate.h"

#include <math.h>

static double x_at(const struct keel_column *column, size_t i) { return column->x[(ptrdiff_t)i * column->pitch]; }
static double y_at(const struct keel_column *column, size_t i) { return column->y[(ptrdiff_t)i * column->pitch]; }

size_t keel_column_below(const struct keel_column *column, double point, size_t from) {
  while (from > 0 && x_at(column, from) > point) from--;
  while (from + 2 < column->count && x_at(column, from + 1) <= point) from++;
  return from;
}

/* Neville's scheme over four nodes. */
static double cubic(const struct keel_column *column, size_t first, double point) {
  double p[4];
  for (size_t i = 0; i < 4; i++) p[i] = y_at(column, first + i);
  for (size_t span = 1; span < 4; span++)
    for (size_t i = 0; i + span < 4; i++) {
      double low = x_at(column, first + i), high = x_at(column, first + i + span);
      p[i] += (p[i + 1] - p[i]) * ((point - low) / (high - low));
    }
  return p[0];
}

double keel_column_value(const struct keel_column *column, double point, size_t *from) {
  size_t i = *from = keel_column_below(column, point, *from);
  double low = y_at(column, i), high = y_at(column, i + 1);
  double part = (point - x_at(column, i)) / (x_at(column, i + 1) - x_at(column, i));
  if (i == 0 || i + 2 >= column->count) return low + (high - low) * part;
  double value = cubic(column, i - 1, point), least = low < high ? low : high, most = low < high ? high : low;
  return value < least ? least : value > most ? most : value;
}

enum { NODES = 6 };
static const double NOISE = 0x1p-46; /* a curvature below this part of its terms is what rounding left of them */

/* weight[node][order]: what the node's value counts in each derivative at 0. */
static void weigh(const double x[NODES], double weight[NODES][KEEL_DERIVATIVES]) {
  double before = 1;
  for (size_t n = 0; n < NODES; n++)
    for (size_t k = 0; k < KEEL_DERIVATIVES; k++) weight[n][k] = 0;
  weight[0][0] = 1;
  for (size_t n = 1; n < NODES; n++) {
    double product = 1, last[KEEL_DERIVATIVES];
    size_t most = n < KEEL_DERIVATIVES - 1 ? n : KEEL_DERIVATIVES - 1;
    for (size_t k = 0; k < KEEL_DERIVATIVES; k++) last[k] = weight[n - 1][k];
    for (size_t i = 0; i < n; i++) {
      double gap = x[n] - x[i];
      product *= gap;
      for (size_t k = most + 1; k-- > 0;)
        weight[i][k] = (x[n] * weight[i][k] - (k ? (double)k * weight[i][k - 1] : 0)) / gap;
    }
    for (size_t k = 0; k <= most; k++)
      weight[n][k] = before / product * ((k ? (double)k * last[k - 1] : 0) - x[n - 1] * last[k]);
    before = product;
  }
}

void keel_column_derivatives(const struct keel_column *column, double point, double out[KEEL_DERIVATIVES]) {
  size_t i = keel_column_below(column, point, 0), first = i < 2 ? 0 : i - 2;
  if (first + NODES > column->count) first = column->count - NODES;
  double scale = x_at(column, first + NODES - 1) - x_at(column, first), inverse = 1 / scale, power = 1;
  double x[NODES], weight[NODES][KEEL_DERIVATIVES];
  for (size_t n = 0; n < NODES; n++) x[n] = (x_at(column, first + n) - point) * inverse;
  weigh(x, weight);
  for (size_t k = 0; k < KEEL_DERIVATIVES; k++) {
    double sum = 0, size = 0;
    for (size_t n = 0; n < NODES; n++) {
      double term = weight[n][k] * y_at(column, first + n);
      sum += term, size += fabs(term);
    }
    out[k] = k < 2 || fabs(sum) > NOISE * size ? sum * power : 0;
    power *= inverse;
  }
}
