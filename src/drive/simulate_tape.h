/* One path of a simulation as a recorded market. */
#ifndef KEEL_DRIVE_SIMULATE_TAPE_H
#define KEEL_DRIVE_SIMULATE_TAPE_H

#include "drive/simulate.h"
#include "world/tape.h"

/* What a simulated block sees, instant by instant, onto a tape: the quotes of that instant, vols that changed, the rate
 * when it changed. Of path 0 of the block. */
struct keel_market_recorder {
  const struct keel_wiring *wiring;
  struct keel_tape_writer *writer;
  uint32_t *id_of; /* [row]: its contract's number on the tape; KEEL_NO_ROW: an earlier account's row stands for it */
  uint32_t *ids, *vol_ids;
  double *bids, *asks, *vols, *slopes;
  double *last_vol, *last_slope; /* [row]: as written; NaN: not yet */
  double rate;                   /* likewise */
};

/* Opens the tape; what it holds is of the arena. Contracts and the model are written first. */
keel_status keel_market_recorder_open(struct keel_market_recorder *recorder, struct keel_arena *arena,
                                      const struct keel_simulation_wiring *wiring, uint64_t path, const char *tape,
                                      keel_error *error);
keel_status keel_market_recorder_write(struct keel_market_recorder *recorder, const struct keel_market *market,
                                       keel_error *error);

#endif
