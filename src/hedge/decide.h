/* What decisions rest on, for the other verbs. */
#ifndef KEEL_HEDGE_DECIDE_H
#define KEEL_HEDGE_DECIDE_H

#include "hedge/block.h"

/* Whether nothing of the book is left on this underlying after this step's settlements. */
int keel_book_is_over(const struct keel_block *block, size_t underlying);

/* Whether the row lives and has a price in every lane; from quotes, one that it can be traded at. */
int keel_row_has_price(const struct keel_block *block, size_t underlying, uint32_t row);

#endif
