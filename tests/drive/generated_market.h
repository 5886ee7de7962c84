/* A small generated market on a tape, and a strategy of six variants on it: the same bits everywhere. */
#ifndef KEEL_TESTS_DRIVE_GENERATED_MARKET_H
#define KEEL_TESTS_DRIVE_GENERATED_MARKET_H

#include "drive/replay.h"

/* Writes `generated.tape` and `generated.yaml` to the scratch folder; returns the path of the strategy. */
const char *generated_market(void);

/* Loads and runs; any error fails the test. */
struct keel_replay *replay_of(const char *path, const char *const *sets, size_t count, int threads,
                              struct keel_strategy **strategy);

#endif
