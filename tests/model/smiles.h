/* Smiles with known answers, for the tests of what fits them. */
#ifndef KEEL_TESTS_MODEL_SMILES_H
#define KEEL_TESTS_MODEL_SMILES_H

#include <math.h>

#include "keel/surface.h"
#include "model/smile_fit.h"

enum { SMILE_ROOM = 200 };

/* Quotes of total variance around a slice. */
struct made_quotes {
  struct keel_smile_quotes quotes;
  double k[SMILE_ROOM], bid[SMILE_ROOM], ask[SMILE_ROOM], unit[SMILE_ROOM];
};

static inline void make_quotes(struct made_quotes *made, const keel_svi *svi, size_t count, double half_spread) {
  const keel_svi_values out = {.w = made->bid};
  for (size_t i = 0; i < count; i++) made->k[i] = -0.3 + 0.5 * (double)i / (double)(count - 1);
  keel_svi_evaluate(svi, count, made->k, &out);
  for (size_t i = 0; i < count; i++) {
    made->unit[i] = half_spread * made->bid[i];
    made->ask[i] = made->bid[i] + made->unit[i];
    made->bid[i] -= made->unit[i];
  }
  made->quotes = (struct keel_smile_quotes){count, made->k, made->bid, made->ask, made->unit, NULL};
}

/* A smile of vols around a slice, with a little bump at k = 0. */
struct made_smile {
  keel_smile smile;
  double k[SMILE_ROOM], bid[SMILE_ROOM], ask[SMILE_ROOM];
};

static inline double made_vol(const keel_svi *svi, double bump, double k, double years) {
  double w;
  const keel_svi_values out = {.w = &w};
  keel_svi_evaluate(svi, 1, &k, &out);
  return sqrt(w / years) + bump * exp(-0.5 * (k / 0.05) * (k / 0.05));
}

static inline void make_smile(struct made_smile *made, const keel_svi *svi, double years, size_t count, double bump) {
  const double half = 0.002;
  for (size_t i = 0; i < count; i++) {
    made->k[i] = -0.3 + 0.5 * (double)i / (double)(count > 1 ? count - 1 : 1);
    double vol = made_vol(svi, bump, made->k[i], years);
    made->bid[i] = vol - half;
    made->ask[i] = vol + half;
  }
  made->smile = (keel_smile){years, 100, count, made->k, made->bid, made->ask, NULL};
}

#endif
