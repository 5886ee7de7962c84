/* Values and derivatives between the nodes of a grid whose columns are lanes. */
#ifndef KEEL_MODEL_INTERPOLATE_H
#define KEEL_MODEL_INTERPOLATE_H

#include <stddef.h>

/* One column of a grid: entry i is x[i * pitch]. x rises. */
struct keel_column {
  size_t count;
  ptrdiff_t pitch;
  const double *x, *y;
};

/* The node at or below a point: at least 0, and not the last. `from` is where to look first. */
size_t keel_column_below(const struct keel_column *column, double point, size_t from);

/* y at a point: the cubic through the four nodes around it, kept between the values of the two next to it (as what is
 * monotone stays monotone); beyond the last node the line through the last two. `from` is where to look first: the node
 * below the last point asked for, and is moved to the node below this one (points that rise cost a step each). */
double keel_column_value(const struct keel_column *column, double point, size_t *from);

enum { KEEL_DERIVATIVES = 4 };
/* y and its first three derivatives at a point, of the polynomial through the six nodes around it: that of the whole
 * column, which needs six. The second and third are 0 where they are no more than what rounding leaves.
 * Source: Fornberg (1988), "Generation of finite difference formulas on arbitrarily spaced grids". */
void keel_column_derivatives(const struct keel_column *column, double point, double out[KEEL_DERIVATIVES]);

#endif
