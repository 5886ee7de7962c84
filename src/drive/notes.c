#include "drive/notes.h"

#include "hedge/pricing.h"

const char *keel_note_exercise(const struct keel_wiring *wiring) {
  if (!wiring->has_american || wiring->exercises) return NULL;
  if (wiring->terms->early_exercise == KEEL_EARLY_EXERCISE_NONE)
    return "American positions are held to expiry, but for what fills say: market.early_exercise is none.";
  return "American positions are exercised early where fills say so, and not by the rule of market.early_exercise.";
}

static int has_dividend(const struct keel_underlying_terms *terms, int64_t from_ns, int64_t until_ns) {
  for (size_t i = 0; i < terms->dividend_count; i++)
    if (terms->dividends[i].ex_ns > from_ns && terms->dividends[i].ex_ns <= until_ns) return 1;
  return 0;
}

const char *keel_note_escrowed(const struct keel_wiring *wiring, int64_t from_ns) {
  for (size_t r = 0; r < wiring->row_count; r++) {
    const struct keel_row *row = &wiring->rows[r];
    const struct keel_underlying_terms *terms = wiring->underlyings[row->underlying].terms;
    if (row->is_priced && keel_is_american(&row->contract) && has_dividend(terms, from_ns, row->contract.expiry_ns))
      return "American options with cash dividends to come are priced on spot without them (the escrowed model), not "
             "below intrinsic at spot as it is.";
  }
  return NULL;
}
