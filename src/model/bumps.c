/* B-splines by de Boor's recursion. See the header. */
#include "model/bumps.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_QUOTES = 8, BEYOND = 2, PHANTOMS = 3, DEGREE = 3 };

/* ---- knots ---- */

/* The k of two-sided quotes, each once. */
static size_t quoted_points(const struct keel_smile_quotes *quotes, size_t stride, double *k) {
  size_t count = 0, seen = 0;
  double last = -INFINITY;
  for (size_t i = 0; i < quotes->count; i++) {
    if (!keel_is_two_sided(quotes, i) || !(quotes->k[i] > last)) continue;
    last = quotes->k[i];
    if (seen++ % stride == 0) k[count++] = last;
  }
  if (count && k[count - 1] < last) {
    if ((seen - 1) % stride * 2 >= stride || count < 2)
      k[count++] = last;
    else
      k[count - 1] = last;
  }
  return count;
}

static size_t distinct_points(const struct keel_smile_quotes *quotes) {
  size_t count = 0;
  double last = -INFINITY;
  for (size_t i = 0; i < quotes->count; i++) {
    if (!keel_is_two_sided(quotes, i) || !(quotes->k[i] > last)) continue;
    last = quotes->k[i];
    count++;
  }
  return count;
}

void keel_bumps_lay(struct keel_bumps *bumps, const struct keel_smile_quotes *quotes, size_t each) {
  *bumps = (struct keel_bumps){0};
  size_t points = distinct_points(quotes), most = KEEL_BUMP_KNOTS - 2 * BEYOND - 2, stride = each ? each : 1;
  if (points < LEAST_QUOTES) return;
  while ((points + stride - 1) / stride > most) stride++;
  double *inner = bumps->knot + PHANTOMS + BEYOND;
  size_t count = quoted_points(quotes, stride, inner), knots = count + 2 * BEYOND;
  if (count < 3) return;
  double below = inner[1] - inner[0], above = inner[count - 1] - inner[count - 2];
  for (int i = 1; i <= BEYOND + PHANTOMS; i++) {
    inner[-i] = inner[0] - i * below;
    inner[count - 1 + (size_t)i] = inner[count - 1] + i * above;
  }
  bumps->count = knots - DEGREE - 1;
}

/* ---- values ---- */

/* The four B-splines that are not 0 at k, from number *first - 3 of the knots with phantoms on. */
static int basis(const struct keel_bumps *bumps, double k, size_t *first, struct keel_jet out[DEGREE + 1]) {
  const double *t = bumps->knot;
  size_t low = PHANTOMS, high = bumps->count + 2 * DEGREE;
  if (!bumps->count || !(k >= t[low]) || !(k < t[high])) return 0;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (t[middle] <= k)
      low = middle;
    else
      high = middle;
  }
  double n[DEGREE + 1][DEGREE + 2] = {{0}}; /* [degree][spline], those from low - 3 on */
  n[0][DEGREE] = 1;
  for (size_t d = 1; d <= DEGREE; d++)
    for (size_t j = DEGREE - d; j <= DEGREE; j++) {
      const double *u = t + low - DEGREE + j;
      double rising = n[d - 1][j] ? n[d - 1][j] * (k - u[0]) / (u[d] - u[0]) : 0;
      double falling = n[d - 1][j + 1] ? n[d - 1][j + 1] * (u[d + 1] - k) / (u[d + 1] - u[1]) : 0;
      n[d][j] = rising + falling;
    }
  for (size_t j = 0; j <= DEGREE; j++) {
    const double *u = t + low - DEGREE + j;
    double slopes[2];
    for (size_t s = 0; s < 2; s++) { /* of the two quadratic ones below it */
      double up = n[1][j + s] / (u[s + 2] - u[s]);
      double down = j + s < DEGREE ? n[1][j + s + 1] / (u[s + 3] - u[s + 1]) : 0;
      slopes[s] = 2 * (up - down);
    }
    double up = j > 0 ? 3 / (u[3] - u[0]) : 0, down = j < DEGREE ? 3 / (u[4] - u[1]) : 0;
    out[j] = (struct keel_jet){n[3][j], up * n[2][j] - down * n[2][j + 1], up * slopes[0] - down * slopes[1]};
  }
  *first = low;
  return 1;
}

/* The splines that are not 0 at k, by their heights: number j of those four is height first + j - 6, where that is one.
 */
static void read_row(const struct keel_bumps *bumps, double k, struct keel_shape_row *row) {
  struct keel_jet splines[DEGREE + 1];
  size_t first;
  *row = (struct keel_shape_row){0};
  if (!basis(bumps, k, &first, splines)) return;
  for (size_t j = 0; j <= DEGREE; j++) {
    if (first + j < 2 * DEGREE || first + j - 2 * DEGREE >= bumps->count) continue;
    if (!row->count) row->first = first + j - 2 * DEGREE;
    row->w[row->count] = splines[j].w;
    row->dw[row->count] = splines[j].dw;
    row->d2w[row->count++] = splines[j].d2w;
  }
}

static struct keel_jet add_row(const struct keel_shape_row *row, const double *height, struct keel_jet jet) {
  for (size_t j = 0; j < row->count; j++) {
    jet.w += height[row->first + j] * row->w[j];
    jet.dw += height[row->first + j] * row->dw[j];
    jet.d2w += height[row->first + j] * row->d2w[j];
  }
  return jet;
}

struct keel_jet keel_bumps_jet(const struct keel_bumps *bumps, double k) {
  struct keel_shape_row row;
  read_row(bumps, k, &row);
  return add_row(&row, bumps->height, (struct keel_jet){0});
}

/* ---- the fit ---- */

/* A point of the fit: what does not move. */
struct fixed {
  struct keel_jet svi;
  struct keel_shape_row row;
};

static struct keel_jet bumps_shape(const void *context, const double *x, double k, size_t point,
                                   struct keel_shape_row *row) {
  (void)k;
  const struct fixed *fixed = (const struct fixed *)context + point;
  *row = fixed->row;
  return add_row(&fixed->row, x, fixed->svi);
}

static struct fixed *fix_points(const struct keel_bumps *bumps, const keel_svi *svi,
                                const struct keel_smile_quotes *quotes, const struct keel_smile_bounds *bounds) {
  size_t count = quotes->count + bounds->points;
  struct fixed *fixed = malloc(count * sizeof *fixed);
  for (size_t i = 0; fixed && i < count; i++) {
    double k = i < quotes->count ? quotes->k[i] : bounds->k[i - quotes->count];
    fixed[i].svi = keel_svi_jet(svi, k);
    read_row(bumps, k, &fixed[i].row);
  }
  return fixed;
}

/* The mean half spread of the quotes under a spline, or of all. */
static double unit_under(const struct keel_bumps *bumps, const struct keel_smile_quotes *quotes, size_t j) {
  double sum = 0, all = 0;
  size_t count = 0;
  for (size_t i = 0; i < quotes->count; i++) {
    all += quotes->unit[i];
    if (!(quotes->k[i] >= bumps->knot[j + PHANTOMS]) || !(quotes->k[i] < bumps->knot[j + PHANTOMS + 4])) continue;
    sum += quotes->unit[i];
    count++;
  }
  return count ? sum / (double)count : all / (double)quotes->count;
}

#define HEIGHT_COST 0.01 /* of a height of a half spread */
#define BEND_COST 0.03

int keel_bumps_fit(struct keel_bumps *bumps, const keel_svi *svi, const struct keel_smile_quotes *quotes,
                   const struct keel_smile_bounds *bounds, struct keel_fit *fit) {
  double weight[KEEL_SHAPE_MAX], bend[KEEL_SHAPE_MAX], centre[KEEL_SHAPE_MAX] = {0};
  struct fixed *fixed = fix_points(bumps, svi, quotes, bounds);
  if (!fixed) return 0;
  for (size_t j = 0; j < bumps->count; j++) {
    double unit = unit_under(bumps, quotes, j);
    weight[j] = HEIGHT_COST / unit;
    bend[j] = BEND_COST / unit;
  }
  const struct keel_shape shape = {.parameters = bumps->count,
                                   .context = fixed,
                                   .jet = bumps_shape,
                                   .weight = weight,
                                   .centre = centre,
                                   .bend = bend};
  keel_smile_fit(&shape, quotes, bounds, bumps->height, fit);
  free(fixed);
  return 1;
}
