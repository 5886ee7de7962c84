/* Where P&L comes from: one table of components feeds ledger, JSON, CSV and docs. They add up to the P&L of the step,
 * because `unexplained` is what remains. Each other one is computed by itself, from Greeks at the start of the step at
 * marking vols. */
#ifndef KEEL_HEDGE_EXPLAIN_H
#define KEEL_HEDGE_EXPLAIN_H

enum keel_component {
  KEEL_COMPONENT_DELTA,
  KEEL_COMPONENT_HEDGE,
  KEEL_COMPONENT_GAMMA,
  KEEL_COMPONENT_THETA,
  KEEL_COMPONENT_VEGA,
  KEEL_COMPONENT_VANNA,
  KEEL_COMPONENT_VOLGA,
  KEEL_COMPONENT_RHO,
  KEEL_COMPONENT_CARRY,
  KEEL_COMPONENT_TRADES,
  KEEL_COMPONENT_DIVIDENDS,
  KEEL_COMPONENT_INTEREST,
  KEEL_COMPONENT_BORROW,
  KEEL_COMPONENT_SPREAD,
  KEEL_COMPONENT_FEES,
  KEEL_COMPONENT_TAXES,
  KEEL_COMPONENT_IMPACT,
  KEEL_COMPONENT_SETTLEMENT,
  KEEL_COMPONENT_UNEXPLAINED,
  KEEL_COMPONENT_COUNT
};

/* What a component is, for people and programs. */
struct keel_component_info {
  const char *name;   /* in JSON and tables */
  const char *column; /* in the ledger, where Greeks have the plain names */
  const char *help;
};

extern const struct keel_component_info keel_component_table[KEEL_COMPONENT_COUNT];

#endif
