#include "hedge/explain.h"

const struct keel_component_info keel_component_table[KEEL_COMPONENT_COUNT] = {
    [KEEL_COMPONENT_DELTA] = {"delta", "the book's delta times the move of spot"},
    [KEEL_COMPONENT_HEDGE] = {"hedge", "price moves of the holdings"},
    [KEEL_COMPONENT_GAMMA] = {"gamma", "half the book's gamma times the squared move of spot"},
    [KEEL_COMPONENT_THETA] = {"theta", "the book's theta times the time that passed"},
    [KEEL_COMPONENT_VEGA] = {"vega", "vega times the move of each contract's own vol"},
    [KEEL_COMPONENT_VANNA] = {"vanna", "vanna times the moves of spot and vol"},
    [KEEL_COMPONENT_VOLGA] = {"volga", "half of volga times the squared move of vol"},
    [KEEL_COMPONENT_RHO] = {"rho", "rho times the move of the rate"},
    [KEEL_COMPONENT_CARRY] = {"carry", "psi times the move of the yield that the forward in use implies"},
    [KEEL_COMPONENT_DIVIDENDS] = {"dividends", "dividends and yield on the holdings, and on the book at each ex-date"},
    [KEEL_COMPONENT_INTEREST] = {"interest", "interest on cash"},
    [KEEL_COMPONENT_BORROW] = {"borrow", "the fee on spot sold short"},
    [KEEL_COMPONENT_SPREAD] = {"spread", "what trading paid to cross the spread"},
    [KEEL_COMPONENT_FEES] = {"fees", "fees per share and per order"},
    [KEEL_COMPONENT_TAXES] = {"taxes", "taxes on buying and selling"},
    [KEEL_COMPONENT_IMPACT] = {"impact", "how far the hedge's own orders moved the price"},
    [KEEL_COMPONENT_SETTLEMENT] = {"settlement", "what settlement paid beyond the last mark"},
    [KEEL_COMPONENT_UNEXPLAINED] = {"unexplained", "what remains: higher orders of larger moves"},
};
