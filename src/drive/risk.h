/* The inside of a risk, for its files: a snapshot, its Greeks added up, and the same book where spot and vols moved.
 *
 *     snapshot  ->  exposures (risk.c)  ->  scenarios (risk_scenario.c)  ->  result (risk_result.c, risk_json.c) */
#ifndef KEEL_DRIVE_RISK_H
#define KEEL_DRIVE_RISK_H

#include "drive/snapshot.h"
#include "keel/risk.h"

/* What is added up over positions: units x a Greek per share x spot^power x scale, and weights. One table, for sums,
 * JSON, CSV and the command. */
enum keel_risk_of {
  KEEL_RISK_OF_VALUE,
  KEEL_RISK_OF_DELTA,
  KEEL_RISK_OF_GAMMA,
  KEEL_RISK_OF_VEGA,
  KEEL_RISK_OF_THETA,
  KEEL_RISK_OF_RHO,
  KEEL_RISK_OF_PSI,
  KEEL_RISK_OF_VANNA,
  KEEL_RISK_OF_VOLGA,
  KEEL_RISK_OF_CHARM
};
struct keel_risk_measure_row {
  const char *name, *help;
  enum keel_risk_of of;
  int spot_power;
  double scale;
  int is_by_beta, is_by_tenor;
};
extern const struct keel_risk_measure_row keel_risk_measure_table[];
enum { KEEL_RISK_MEASURES = 18 };

struct keel_risk {
  struct keel_arena arena;
  const struct keel_strategy *strategy;
  struct keel_snapshot snapshot;
  size_t underlyings, buckets;
  const char **bucket_names;
  uint32_t *bucket_of;          /* [position] */
  const char **names;           /* [position] */
  double *exposures;            /* [underlying, then all][bucket, then all][measure] */
  double *account_exposures;    /* [account][bucket, then all][measure] */
  keel_risk_scenario *grid;     /* [underlying, then all][spot][vol] */
  keel_risk_scenario *stresses; /* [stress][underlying, then all] */
  uint64_t floored;             /* vols that a shift would have taken below 0, over all scenarios */
  const char **notes;
  size_t note_count;
};

/* Whether its instant is a date: a model of times in years has none. */
static inline int keel_risk_is_dated(const struct keel_risk *risk) {
  return risk->snapshot.replay || risk->strategy->run.start_ns != KEEL_TIME_NONE;
}

/* What moves in a scenario: of each underlying, and how vols beyond a tenor follow; NaN: as the others. */
struct keel_risk_shift {
  const struct keel_stress_move *moves; /* [underlying] */
  double vol_tenor;
};

/* Room for scenarios of one snapshot, and its book as it is. */
struct keel_risk_scenarios {
  const struct keel_snapshot *snapshot;
  struct keel_snapshot_inputs inputs;
  double *full;         /* [position]: spot with dividends to come */
  double *price, *base; /* [position]: by the formula, moved and not; American ones not below intrinsic */
  uint64_t floored;
};
void keel_risk_scenarios_init(struct keel_risk_scenarios *scenarios, struct keel_arena *arena,
                              const struct keel_snapshot *snapshot);
/* Shape of out: [underlying, then all]. */
void keel_risk_scenario_run(struct keel_risk_scenarios *scenarios, const struct keel_risk_shift *shift,
                            keel_risk_scenario *out);

/* ---- for what writes it out ---- */

/* The numbers of a position, by name. */
struct keel_risk_number {
  const char *name;
  size_t offset;
};
enum { KEEL_RISK_POSITION_NUMBERS = 20 };
extern const struct keel_risk_number keel_risk_position_numbers[];
double keel_risk_position_number(const keel_risk_position *position, size_t k);
/* Shifts as a strategy writes them, in per cent and vol points, without the traces of the division. */
double keel_risk_in_hundredths(double fraction);

#endif
