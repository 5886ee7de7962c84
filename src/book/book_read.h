/* Reading a book: positions as a list of maps in a strategy, or as the rows of a CSV with the same names as columns.
 *
 * Errors name the position: `strategy.yaml:3: book.0.strike`, `book.csv:14: strike`. One bad value refuses the book.
 * CSV: as base/csv.h accepts it; the columns in any order; an empty cell is a field that is not given. */
#ifndef KEEL_BOOK_BOOK_READ_H
#define KEEL_BOOK_BOOK_READ_H

#include "book/field_types.h"
#include "book/position.h"

/* The fields of a position; they are read into a keel_position. */
extern const struct keel_config_field keel_position_fields[];
extern const struct keel_config_choice keel_position_kinds[], keel_position_exercises[], keel_settlements[];

/* Of any amount in a book: products of them stay numbers. */
#define KEEL_BOOK_MOST 1e15

/* What a position has to say besides its fields' own rules, by its kind; fills in the multiplier that is usual. */
keel_status keel_position_check(struct keel_config_reader *reader, const struct keel_config_node *node,
                                struct keel_position *position);

/* `node` is a list of positions, or {file: PATH}; there may be none. Refuses contracts that are there twice, and two
 * multipliers or exercises of one contract. */
keel_status keel_book_read(struct keel_config_reader *reader, const struct keel_config_node *node,
                           struct keel_book *book);

/* Where a field (may be NULL) of position `index` is, in the book that was read from `node`: `strategy.yaml:3:
 * book.0.strike`, `book.csv:14: strike`. */
enum { KEEL_BOOK_WHERE_SIZE = 320 };
void keel_book_where(const struct keel_config_node *node, const struct keel_book *book, size_t index, const char *field,
                     char buffer[KEEL_BOOK_WHERE_SIZE]);

#endif
