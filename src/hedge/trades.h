/* The book's own trades: fills of the desk during the run, as the wiring has them.
 *
 * A trade is booked in the step at its time (the driver sees to it that there is one), after what was held before has
 * moved: its cash is that of its price and fees, and `book_trades` explains what it made against the mark. A contract
 * without a mark waits for its first one.
 *
 * An exercise or assignment closes its position at what lies between spot and strike; `settlement` explains it, and
 * what it delivers joins the lanes' holdings (deliver.h). More than is held is refused: block->refused. */
#ifndef KEEL_HEDGE_TRADES_H
#define KEEL_HEDGE_TRADES_H

#include "hedge/block.h"

/* Before the rows of an underlying are measured. */
void keel_trades_begin(struct keel_block *block, size_t underlying);

/* Books what is due of a row. */
void keel_trade_row(struct keel_block *block, size_t underlying, uint32_t row);

#endif
