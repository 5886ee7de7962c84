#include "world/contract_index.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1024 };

static uint64_t mixed(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

/* Of what keel_contract_same compares. */
static uint32_t hash_of(const struct keel_contract *contract) {
  uint64_t hash = contract->kind, expiry = 0, strike = 0;
  for (const char *c = contract->underlying; *c; c++) hash = hash * 31 + (unsigned char)*c;
  if (contract->kind != KEEL_KIND_SPOT) expiry = (uint64_t)contract->expiry_ns;
  if (keel_kind_is_option(contract->kind)) memcpy(&strike, &contract->strike, sizeof strike);
  return (uint32_t)(mixed(mixed(hash, strike), expiry) >> 32);
}

/* The slot of that contract, or the free one where it would go. */
static size_t place(const struct keel_contract_index *index, const struct keel_contract *contracts,
                    const struct keel_contract *wanted, uint32_t hash) {
  size_t mask = index->room - 1, at = hash & mask;
  for (;; at = (at + 1) & mask) {
    const struct keel_contract_slot *slot = &index->slots[at];
    if (slot->id == KEEL_CONTRACT_NONE) return at;
    if (slot->hash == hash && keel_contract_same(&contracts[slot->id], wanted)) return at;
  }
}

void keel_contract_index_fini(struct keel_contract_index *index) {
  free(index->slots);
  *index = (struct keel_contract_index){0};
}

uint32_t keel_contract_index_find(const struct keel_contract_index *index, const struct keel_contract *contracts,
                                  const struct keel_contract *wanted) {
  if (index->count == 0) return KEEL_CONTRACT_NONE;
  return index->slots[place(index, contracts, wanted, hash_of(wanted))].id;
}

static int grow(struct keel_contract_index *index) {
  struct keel_contract_index larger = {.room = index->room ? index->room * 2 : ROOM_FIRST, .count = index->count};
  larger.slots = malloc(larger.room * sizeof *larger.slots);
  if (!larger.slots) return 0;
  for (size_t i = 0; i < larger.room; i++) larger.slots[i].id = KEEL_CONTRACT_NONE;
  for (size_t i = 0; i < index->room; i++) {
    if (index->slots[i].id == KEEL_CONTRACT_NONE) continue;
    size_t at = index->slots[i].hash & (larger.room - 1);
    while (larger.slots[at].id != KEEL_CONTRACT_NONE) at = (at + 1) & (larger.room - 1);
    larger.slots[at] = index->slots[i];
  }
  free(index->slots);
  *index = larger;
  return 1;
}

int keel_contract_index_add(struct keel_contract_index *index, const struct keel_contract *contracts, uint32_t id) {
  if (index->count * 2 >= index->room && !grow(index)) return 0;
  uint32_t hash = hash_of(&contracts[id]);
  index->slots[place(index, contracts, &contracts[id], hash)] = (struct keel_contract_slot){hash, id};
  index->count++;
  return 1;
}
