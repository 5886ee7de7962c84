/* Finding a contract's id: a hash table over an array of contracts that the caller owns. */
#ifndef KEEL_WORLD_CONTRACT_INDEX_H
#define KEEL_WORLD_CONTRACT_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "book/contract.h"

#define KEEL_CONTRACT_NONE UINT32_MAX

struct keel_contract_slot {
  uint32_t hash, id; /* id KEEL_CONTRACT_NONE: free */
};

/* {0} is empty. */
struct keel_contract_index {
  struct keel_contract_slot *slots;
  size_t room, count;
};

void keel_contract_index_fini(struct keel_contract_index *index);

/* The id of the same contract (keel_contract_same), or KEEL_CONTRACT_NONE. */
uint32_t keel_contract_index_find(const struct keel_contract_index *index, const struct keel_contract *contracts,
                                  const struct keel_contract *wanted);

/* Adds contracts[id], which must not be there yet. Returns 0 when there is no memory. */
int keel_contract_index_add(struct keel_contract_index *index, const struct keel_contract *contracts, uint32_t id);

#endif
