/* One quantity over the paths of a run (P&L, cost, turnover, trades, a component of the explanation), in one pass and
 * fixed memory: everything that is reported of it comes from here.
 *
 * Values come in path order, in pieces of any size; parts of a run (threads, ranks) that begin with a whole leaf are
 * appended in order. However it is cut, the results have the same bits. For what each part computes, and how well, see
 * base/moments.h, base/distribution.h and hedge/risk.h.
 *
 * Memory: 18 kB, and 100 kB more for a full one; 15 kB for each risk aversion. */
#ifndef KEEL_HEDGE_SAMPLE_H
#define KEEL_HEDGE_SAMPLE_H

#include "base/arena.h"
#include "base/distribution.h"
#include "base/statistics.h"
#include "keel/error.h"

enum { KEEL_AVERSIONS_MAX = 4 };

struct keel_sample_plan {
  int is_full;          /* 0: mean and std only */
  int is_independent;   /* the draws of different paths are; 0: only those of different batches */
  unsigned batch_level; /* keel_batch_level */
  size_t aversion_count;
  double aversions[KEEL_AVERSIONS_MAX]; /* of entropic risk, each above 0 */
};

struct keel_sample {
  struct keel_sample_plan plan;
  struct keel_moment_tree *moments;       /* [1 + aversion_count]: of the values, and of e^{-aversion value} */
  struct keel_distribution *distribution; /* NULL but for a full one */
  size_t pending;                         /* values of the leaf that is not full yet */
  double leaf[KEEL_LEAF_PATHS];
};

/* `first` is the leaf that this part of the run begins with. */
void keel_sample_init(struct keel_sample *sample, struct keel_arena *arena, const struct keel_sample_plan *plan,
                      uint64_t first);

void keel_sample_add(struct keel_sample *sample, size_t count, const double *values);

/* Takes in a last leaf that is not full. Only the run's last part may need it, and nothing follows. */
void keel_sample_finish(struct keel_sample *sample);

/* What follows directly on this part. */
void keel_sample_append(struct keel_sample *sample, const struct keel_sample *next);

/* ---- what it says, when finished; of a whole run ---- */
struct keel_statistics keel_sample_statistics(const struct keel_sample *sample);
struct keel_estimate keel_sample_quantile(const struct keel_sample *sample, double p);
struct keel_estimate keel_sample_cvar(const struct keel_sample *sample, double level);
/* The mean of the highest 1 - level values: of what is paid, where high is bad. */
struct keel_estimate keel_sample_highest(const struct keel_sample *sample, double level);
struct keel_estimate keel_sample_entropic(const struct keel_sample *sample,
                                          size_t aversion); /* its number in the plan */

/* ---- between ranks of one build: `keel_sample_size` bytes ---- */
size_t keel_sample_size(const struct keel_sample_plan *plan);
void keel_sample_save(const struct keel_sample *sample, void *bytes);

/* Into a sample of the same plan. Errors: KEEL_STATUS_CORRUPT where the bytes are not those of such a one. */
keel_status keel_sample_load(struct keel_sample *sample, const void *bytes, keel_error *error);

#endif
