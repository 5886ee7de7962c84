#include "base/distribution.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"

enum {
  BINS_PER_WIDE = KEEL_BINS / KEEL_WIDE_BINS,
  WIDE_SHIFT = 7,
  LEVEL_LEAST = -1000,
  INDEX_BITS = 51,
  PIECE = KEEL_LEAF_PATHS
};
_Static_assert(BINS_PER_WIDE == 1 << WIDE_SHIFT, "a wide bin is 2^WIDE_SHIFT bins");

void keel_distribution_init(struct keel_distribution *distribution) {
  memset(distribution, 0, sizeof *distribution);
  distribution->level = LEVEL_LEAST;
  distribution->first = 0, distribution->last = -1;
  distribution->min = INFINITY, distribution->max = -INFINITY;
}

/* ---- bins ---- */

static size_t bin_slot(int64_t t) { return (size_t)t % KEEL_BINS; }
static size_t wide_slot(int64_t wide) { return (size_t)wide % KEEL_WIDE_BINS; }
static int has_bins(const struct keel_distribution *d) { return d->first <= d->last; }

/* 2^level, which is a normal number at every level that bins can have. */
static double width_of(int64_t level) {
  uint64_t bits = (uint64_t)(level + 1023) << 52;
  double width;
  memcpy(&width, &bits, sizeof width);
  return width;
}
static double inv_width_of(int64_t level) { return width_of(-level); }

static int64_t bin_of(double x, int64_t level) { return (int64_t)keel_bin_floor(x, inv_width_of(level)); }

/* The smallest level at which the wide bins hold both, and the index of a bin is exact. */
static int64_t level_for(double min, double max) {
  int range, size;
  int64_t level = LEVEL_LEAST;
  (void)frexp(0.5 * max - 0.5 * min, &range);
  (void)frexp(fmax(fabs(min), fabs(max)), &size);
  if (level < size - INDEX_BITS) level = size - INDEX_BITS;
  if (max > min && level < range + 1 - 14) level = range + 1 - 14; /* below that 2^14 bins are not enough */
  while (bin_of(max, level + WIDE_SHIFT) - bin_of(min, level + WIDE_SHIFT) >= KEEL_WIDE_BINS) level++;
  return level;
}

/* Adds the bins of `from`, which are of a level that is not above. */
static void add_bins(struct keel_distribution *to, const struct keel_distribution *from) {
  int64_t shift = to->level - from->level;
  if (shift > 63) shift = 63;
  for (int64_t t = from->first; t <= from->last; t++) {
    uint32_t count = from->bins.all[bin_slot(t)];
    if (count > 0) to->bins.all[bin_slot(t >> shift)] += count;
  }
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) {
    if (from->batch_count[b] == 0) continue;
    for (int64_t wide = from->first >> WIDE_SHIFT; wide <= from->last >> WIDE_SHIFT; wide++)
      to->bins.wide[b][wide_slot(wide >> shift)] += from->bins.wide[b][wide_slot(wide)];
  }
}

/* Makes room in the bins for what lies between these two. */
static void cover(struct keel_distribution *d, double min, double max) {
  d->min = min < d->min ? min : d->min;
  d->max = max > d->max ? max : d->max;
  int64_t level = level_for(d->min, d->max);
  if (level != d->level) {
    struct keel_distribution before = *d;
    memset(&d->bins, 0, sizeof d->bins);
    d->level = level;
    add_bins(d, &before);
  }
  d->first = bin_of(d->min, level);
  d->last = bin_of(d->max, level);
}

static int is_covered(const struct keel_distribution *d, double x) { return x >= d->min && x <= d->max; }

static void count_in_bin(struct keel_distribution *d, struct keel_extreme e) {
  int64_t t = bin_of(e.value, d->level);
  d->bins.all[bin_slot(t)]++;
  d->bins.wide[e.batch][wide_slot(t >> WIDE_SHIFT)]++;
}

/* ---- extremes ---- */

/* Of equal values those of earlier batches are the more extreme, on both sides: later ones, which are nearly all that
 * come, change nothing. */
static int is_smaller(struct keel_extreme a, struct keel_extreme b) {
  return a.value < b.value || (a.value == b.value && a.batch < b.batch);
}
static int is_larger(struct keel_extreme a, struct keel_extreme b) {
  return a.value > b.value || (a.value == b.value && a.batch < b.batch);
}

/* Where e belongs in a list: after those that are smaller, or before those that are larger. */
static size_t place_of(const struct keel_extremes *list, struct keel_extreme e, int of_largest) {
  size_t low = 0, high = list->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (of_largest ? !is_larger(list->at[middle], e) : is_smaller(list->at[middle], e))
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void insert(struct keel_extremes *list, struct keel_extreme e, int of_largest) {
  size_t place = place_of(list, e, of_largest);
  memmove(list->at + place + 1, list->at + place, (list->count - place) * sizeof e);
  list->at[place] = e;
  list->count++;
}

/* Puts *e among the smallest. Returns 0 where nothing is left over; otherwise *e is what does not belong there. */
static int keep_smallest(struct keel_extremes *list, struct keel_extreme *e) {
  if (list->count < KEEL_EXTREMES) return insert(list, *e, 0), 0;
  struct keel_extreme last = list->at[KEEL_EXTREMES - 1];
  if (!is_smaller(*e, last)) return 1;
  list->count--;
  insert(list, *e, 0);
  *e = last;
  return 1;
}

static int keep_largest(struct keel_extremes *list, struct keel_extreme *e) {
  if (list->count < KEEL_EXTREMES) return insert(list, *e, 1), 0;
  struct keel_extreme first = list->at[0];
  if (!is_larger(*e, first)) return 1;
  size_t place = place_of(list, *e, 1);
  memmove(list->at, list->at + 1, (place - 1) * sizeof first);
  list->at[place - 1] = *e;
  *e = first;
  return 1;
}

/* What neither list keeps goes into a bin: at once, or with the others that no bin covers yet. */
struct waiting {
  size_t count;
  struct keel_extreme at[PIECE];
};

static void place(struct keel_distribution *d, struct keel_extreme e, struct waiting *waiting) {
  if (!keep_smallest(&d->low, &e) || !keep_largest(&d->high, &e)) return;
  if (is_covered(d, e.value))
    count_in_bin(d, e);
  else
    waiting->at[waiting->count++] = e;
}

static void admit(struct keel_distribution *d, const struct waiting *waiting) {
  double min = INFINITY, max = -INFINITY;
  if (waiting->count == 0) return;
  for (size_t i = 0; i < waiting->count; i++) {
    min = fmin(min, waiting->at[i].value);
    max = fmax(max, waiting->at[i].value);
  }
  cover(d, min, max);
  for (size_t i = 0; i < waiting->count; i++) count_in_bin(d, waiting->at[i]);
}

/* ---- adding ---- */

/* What equals the last of the extremes is not one of them, unless it is of an earlier batch. */
static double low_edge(const struct keel_distribution *d, size_t batch) {
  const struct keel_extreme *last = &d->low.at[KEEL_EXTREMES - 1];
  if (d->low.count < KEEL_EXTREMES) return INFINITY;
  return batch < last->batch ? nextafter(last->value, INFINITY) : last->value;
}
static double high_edge(const struct keel_distribution *d, size_t batch) {
  const struct keel_extreme *least = &d->high.at[0];
  if (d->high.count < KEEL_EXTREMES) return -INFINITY;
  return batch < least->batch ? nextafter(least->value, -INFINITY) : least->value;
}

struct keel_binning keel_distribution_binning(const struct keel_distribution *d, size_t batch) {
  return (struct keel_binning){low_edge(d, batch), high_edge(d, batch), d->min, d->max, inv_width_of(d->level)};
}

static int is_one_slot(size_t count, const uint32_t *slots) {
  uint32_t differ = 0;
  for (size_t i = 0; i < count; i++) differ |= slots[i] ^ slots[0];
  return count > 0 && differ == 0 && slots[0] != KEEL_NO_SLOT;
}

/* Nearly all values have a slot; returns how many have none. */
static uint32_t count_slots(struct keel_distribution *d, size_t batch, size_t count, const uint32_t *slots) {
  uint32_t wide[KEEL_WIDE_BINS + 1] = {0};
  if (is_one_slot(count, slots)) { /* what does not differ from path to path */
    d->bins.all[slots[0]] += (uint32_t)count;
    d->bins.wide[batch][slots[0] >> WIDE_SHIFT] += (uint32_t)count;
    return 0;
  }
  for (size_t i = 0; i < count; i++) d->bins.all[slots[i]]++;
  for (size_t i = 0; i < count; i++) wide[slots[i] >> WIDE_SHIFT]++;
  for (size_t i = 0; i < KEEL_WIDE_BINS; i++) d->bins.wide[batch][i] += wide[i];
  d->bins.all[KEEL_NO_SLOT] = 0;
  return wide[KEEL_WIDE_BINS];
}

void keel_distribution_add(struct keel_distribution *d, size_t batch, size_t count, const double *values,
                           const uint32_t *slots) {
  struct waiting waiting;
  uint64_t bad = 0;
  keel_assert(batch < KEEL_BATCHES_MAX && count <= PIECE && d->count + count <= UINT32_MAX);
  waiting.count = 0;
  d->batch_count[batch] += count; /* before new bins are made: they are made for batches that have values */
  uint32_t left = count_slots(d, batch, count, slots);
  for (size_t i = 0; left > 0; i++) {
    if (slots[i] != KEEL_NO_SLOT) continue;
    left--;
    if (fabs(values[i]) <= DBL_MAX)
      place(d, (struct keel_extreme){values[i] + 0.0, batch}, &waiting); /* one zero, not two */
    else
      bad++;
  }
  admit(d, &waiting);
  d->batch_count[batch] -= bad;
  d->count += count - bad;
  d->bad += bad;
}

void keel_distribution_merge(struct keel_distribution *d, const struct keel_distribution *other) {
  struct waiting waiting;
  waiting.count = 0;
  keel_assert(d->count + other->count <= UINT32_MAX);
  if (has_bins(other)) {
    cover(d, other->min, other->max);
    add_bins(d, other);
  }
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) d->batch_count[b] += other->batch_count[b];
  for (size_t i = 0; i < other->low.count; i++) place(d, other->low.at[i], &waiting);
  for (size_t i = 0; i < other->high.count; i++) place(d, other->high.at[i], &waiting);
  admit(d, &waiting);
  d->count += other->count;
  d->bad += other->bad;
}

/* ---- asking: all values in ascending order, as cells within which they lie evenly ---- */

struct cell {
  double low, high, count;
};

static size_t bin_cells(const struct keel_distribution *d) { return (size_t)(d->last - d->first + 1); }
static size_t cells(const struct keel_distribution *d) { return d->low.count + bin_cells(d) + d->high.count; }

static struct cell bin_cell(const struct keel_distribution *d, int64_t t) {
  double width = width_of(d->level), low = (double)t * width, high = (double)(t + 1) * width;
  return (struct cell){low < d->min ? d->min : low, high > d->max ? d->max : high, d->bins.all[bin_slot(t)]};
}

static struct cell cell_at(const struct keel_distribution *d, size_t i) {
  if (i < d->low.count) return (struct cell){d->low.at[i].value, d->low.at[i].value, 1};
  i -= d->low.count;
  if (i < bin_cells(d)) return bin_cell(d, d->first + (int64_t)i);
  i -= bin_cells(d);
  return (struct cell){d->high.at[i].value, d->high.at[i].value, 1};
}

/* The part of a cell below q; the mean over the cell of max(q - x, 0), and of its square. */
static double part_below(struct cell c, double q) {
  if (q >= c.high) return 1;
  return q <= c.low ? 0 : (q - c.low) / (c.high - c.low);
}
static double mean_shortfall(struct cell c, double q) {
  if (q >= c.high) return q - 0.5 * (c.low + c.high);
  return q <= c.low ? 0 : 0.5 * (q - c.low) * ((q - c.low) / (c.high - c.low));
}
static double mean_square_shortfall(struct cell c, double q) {
  double from_low = q - c.low, from_middle = q - 0.5 * (c.low + c.high), width = c.high - c.low;
  if (q >= c.high) return from_middle * from_middle + width * width / 12;
  return q <= c.low ? 0 : from_low * from_low * (from_low / (3 * width));
}

double keel_distribution_below(const struct keel_distribution *d, double x) {
  double sum = 0;
  for (size_t i = 0; i < cells(d); i++) {
    struct cell c = cell_at(d, i);
    sum += c.count * part_below(c, x);
  }
  return sum / (double)d->count;
}

/* How many are in these bins, of which none wraps around. */
static uint64_t bins_count(const struct keel_distribution *d, int64_t from, int64_t to) {
  const uint32_t *bins = d->bins.all + bin_slot(from);
  uint32_t sum = 0;
  for (int64_t i = 0; i < to - from; i++) sum += bins[i];
  return sum;
}

/* The bin in which that rank lies, counted from the first value in a bin; *before: how many lie below it. */
static int64_t bin_of_rank(const struct keel_distribution *d, uint64_t rank, uint64_t *before) {
  int64_t t = d->first;
  *before = 0;
  while (t < d->last) {
    int64_t end = ((t >> WIDE_SHIFT) + 1) * ((int64_t)1 << WIDE_SHIFT), next = end <= d->last ? end : t + 1;
    uint64_t count = bins_count(d, t, next);
    if (*before + count > rank) {
      if (next == t + 1) break;
      while (*before + d->bins.all[bin_slot(t)] <= rank) *before += d->bins.all[bin_slot(t++)];
      break;
    }
    *before += count;
    t = next;
  }
  return t;
}

/* The value of that rank, a whole number from 0. */
static double value_at(const struct keel_distribution *d, double rank) {
  uint64_t place = (uint64_t)rank, before = 0, binned = d->count - d->low.count - d->high.count;
  if (place < d->low.count) return d->low.at[place].value;
  place -= d->low.count;
  if (place >= binned) return d->high.at[place - binned].value;
  struct cell c = bin_cell(d, bin_of_rank(d, place, &before));
  return c.low + (c.high - c.low) * (((double)(place - before) + 0.5) / c.count);
}

static double quantile(const struct keel_distribution *d, double p) {
  double rank = fmin(fmax(p, 0), 1) * (double)(d->count - 1), whole = floor(rank);
  double value = value_at(d, whole);
  return rank > whole ? value + (rank - whole) * (value_at(d, whole + 1) - value) : value;
}

/* ---- batches: for each, the sum over its values of f(x, q), f being part_below or mean_shortfall of a cell ---- */

typedef double cell_function(struct cell c, double q);

static void sum_wide_bin(const struct keel_distribution *d, int64_t wide, double mean_f, double sums[]) {
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) sums[b] += mean_f * d->bins.wide[b][wide_slot(wide)];
}

static void sum_by_batch(const struct keel_distribution *d, cell_function *f, double q, double sums[KEEL_BATCHES_MAX]) {
  memset(sums, 0, KEEL_BATCHES_MAX * sizeof *sums);
  for (int side = 0; side < 2; side++) {
    const struct keel_extremes *list = side ? &d->high : &d->low;
    for (size_t i = 0; i < list->count; i++) {
      double value = list->at[i].value;
      sums[list->at[i].batch] += f((struct cell){value, value, 1}, q);
    }
  }
  if (!has_bins(d)) return;
  const double width = width_of(d->level + WIDE_SHIFT);
  for (int64_t wide = d->first >> WIDE_SHIFT; wide <= d->last >> WIDE_SHIFT; wide++) {
    if ((double)wide * width > q) break; /* f is 0 from here on */
    if (f == part_below && (double)(wide + 1) * width <= q) {
      sum_wide_bin(d, wide, 1, sums);
      continue;
    }
    double count = 0, sum = 0;
    for (int64_t t = wide * BINS_PER_WIDE; t < (wide + 1) * BINS_PER_WIDE; t++) {
      if (t < d->first || t > d->last) continue;
      struct cell c = bin_cell(d, t);
      count += c.count;
      if (c.count > 0) sum += c.count * f(c, q);
    }
    if (sum > 0) sum_wide_bin(d, wide, sum / count, sums);
  }
}

/* Parts of the mean of f over all values, times `factor`. */
static void fill_parts(const struct keel_distribution *d, cell_function *f, double q, double factor,
                       struct keel_estimate *out) {
  double sums[KEEL_BATCHES_MAX], total = 0, count = (double)d->count;
  sum_by_batch(d, f, q, sums);
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) {
    total += sums[b];
    if (d->batch_count[b] > 0) out->batches |= UINT64_C(1) << b;
  }
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++)
    out->part[b] = factor * (sums[b] - (double)d->batch_count[b] * (total / count)) / count;
}

struct keel_estimate keel_distribution_quantile(const struct keel_distribution *d, double p, int independent) {
  struct keel_estimate out = {.value = NAN, .error = NAN};
  double count = (double)d->count;
  if (d->count == 0) return out;
  out.value = quantile(d, p);
  fill_parts(d, part_below, out.value, -1, &out);
  double step = independent ? sqrt(p * (1 - p) / count) : keel_estimate_batch_error(&out);
  if (!(count * fmin(p, 1 - p) >= 1) || !(step > 0)) return out;
  double above = fmin(p + step, 1), below = fmax(p - step, 0);
  double slope = (quantile(d, above) - quantile(d, below)) / (above - below);
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++) out.part[b] *= slope;
  out.error = step * slope;
  return out;
}

/* The sum of the worst `mass` values, and the value that it ends at. */
static double sum_of_worst(const struct keel_distribution *d, double mass, double *end) {
  double before = 0, sum = 0;
  for (size_t i = 0; i < cells(d); i++) {
    struct cell c = cell_at(d, i);
    double taken = fmin(c.count, mass - before), width = c.high - c.low;
    if (taken <= 0) continue;
    *end = c.low + width * (taken / c.count);
    sum += taken * 0.5 * (c.low + *end);
    before += c.count;
    if (before >= mass) break;
  }
  return sum;
}

static double variance_of_shortfall(const struct keel_distribution *d, double q) {
  double sum = 0, squares = 0, count = (double)d->count;
  for (size_t i = 0; i < cells(d); i++) {
    struct cell c = cell_at(d, i);
    if (c.low >= q) break;
    if (c.count == 0) continue;
    sum += c.count * mean_shortfall(c, q);
    squares += c.count * mean_square_shortfall(c, q);
  }
  return (squares - sum * (sum / count)) / (count - 1);
}

struct keel_estimate keel_distribution_cvar(const struct keel_distribution *d, double level, int independent) {
  struct keel_estimate out = {.value = NAN, .error = NAN};
  double count = (double)d->count, mass = (1 - level) * count, end = NAN;
  if (d->count == 0 || !(mass > 0)) return out;
  out.value = -sum_of_worst(d, mass, &end) / mass;
  fill_parts(d, mean_shortfall, end, 1 / (1 - level), &out);
  if (mass < 2) return out;
  out.error = independent ? sqrt(variance_of_shortfall(d, end) / count) / (1 - level) : keel_estimate_batch_error(&out);
  return out;
}

/* ---- of minus the values ---- */

static void mirror_extremes(const struct keel_extremes *from, struct keel_extremes *to) {
  to->count = from->count;
  for (size_t i = 0; i < from->count; i++) {
    struct keel_extreme e = from->at[from->count - 1 - i];
    to->at[i] = (struct keel_extreme){-e.value, e.batch};
  }
}

/* Bin t, from t w to (t + 1) w, becomes bin -1 - t; and so do wide ones. */
static void mirror_bins(const struct keel_distribution *from, struct keel_distribution *to) {
  to->first = -1 - from->last, to->last = -1 - from->first;
  to->min = -from->max, to->max = -from->min;
  for (int64_t t = from->first; t <= from->last; t++) to->bins.all[bin_slot(-1 - t)] = from->bins.all[bin_slot(t)];
  for (size_t b = 0; b < KEEL_BATCHES_MAX; b++)
    for (int64_t wide = from->first >> WIDE_SHIFT; wide <= from->last >> WIDE_SHIFT; wide++)
      to->bins.wide[b][wide_slot(-1 - wide)] = from->bins.wide[b][wide_slot(wide)];
}

void keel_distribution_mirror(const struct keel_distribution *d, struct keel_distribution *out) {
  keel_distribution_init(out);
  out->count = d->count;
  out->bad = d->bad;
  out->level = d->level;
  memcpy(out->batch_count, d->batch_count, sizeof out->batch_count);
  mirror_extremes(&d->low, &out->high);
  mirror_extremes(&d->high, &out->low);
  if (has_bins(d)) mirror_bins(d, out);
}
