#include "hedge/explain.h"

const struct keel_component_info keel_component_table[KEEL_COMPONENT_COUNT] = {
    [KEEL_COMPONENT_DELTA] = {"delta", "pnl_delta", "the book's delta times the move of spot"},
    [KEEL_COMPONENT_HEDGE] = {"hedge", "pnl_hedge", "price moves of the holdings, futures at an unchanged basis"},
    [KEEL_COMPONENT_GAMMA] = {"gamma", "pnl_gamma", "half the book's gamma times the squared move of spot"},
    [KEEL_COMPONENT_THETA] = {"theta", "pnl_theta", "the book's theta times the time that passed"},
    [KEEL_COMPONENT_VEGA] = {"vega", "pnl_vega", "vega times the move of each contract's own vol"},
    [KEEL_COMPONENT_VANNA] = {"vanna", "pnl_vanna", "vanna times the moves of spot and vol"},
    [KEEL_COMPONENT_VOLGA] = {"volga", "pnl_volga", "half of volga times the squared move of vol"},
    [KEEL_COMPONENT_RHO] = {"rho", "pnl_rho", "rho times the move of the rate"},
    [KEEL_COMPONENT_CARRY] =
        {"carry", "pnl_carry",
         "psi times the move of the yield that the forward in use implies; the move of held futures' basis"},
    [KEEL_COMPONENT_TRADES] = {"book_trades", "pnl_book_trades",
                               "the book's own fills against the mark of their instant, less their fees"},
    [KEEL_COMPONENT_DIVIDENDS] = {"dividends", "pnl_dividends",
                                  "dividends and yield on the holdings, and on the book at each ex-date"},
    [KEEL_COMPONENT_INTEREST] = {"interest", "pnl_interest", "interest on cash"},
    [KEEL_COMPONENT_BORROW] = {"borrow", "pnl_borrow", "the fee on spot sold short"},
    [KEEL_COMPONENT_SPREAD] = {"spread", "pnl_spread", "what trading paid to cross the spread"},
    [KEEL_COMPONENT_FEES] = {"fees", "pnl_fees", "fees per share and per order"},
    [KEEL_COMPONENT_TAXES] = {"taxes", "pnl_taxes", "taxes on buying and selling"},
    [KEEL_COMPONENT_IMPACT] = {"impact", "pnl_impact",
                               "how far the hedge's own orders moved the price; 0 for paper fills"},
    [KEEL_COMPONENT_SETTLEMENT] = {"settlement", "pnl_settlement",
                                   "exercises and assignments against the mark of their instant, less their fees; "
                                   "payoffs at expiry for which no one asked"},
    [KEEL_COMPONENT_UNEXPLAINED] = {"unexplained", "pnl_unexplained", "what remains: higher orders of larger moves"},
};
