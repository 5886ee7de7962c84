#include "drive/notes.h"

#include "hedge/delta.h"

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

static int has_formula_delta(const struct keel_wiring *wiring) {
  for (size_t k = 0; k < wiring->delta_rule_count; k++)
    if (wiring->delta_rules[k].kind == KEEL_DELTA_VARIANCE_OPTIMAL) return 1;
  return 0;
}

const char *keel_note_escrowed(const struct keel_wiring *wiring, int64_t from_ns) {
  for (size_t r = 0; r < wiring->row_count && has_formula_delta(wiring); r++) {
    const struct keel_row *row = &wiring->rows[r];
    const struct keel_underlying_terms *terms = wiring->underlyings[row->underlying].terms;
    if (row->is_priced && keel_kind_is_option(row->contract.kind) &&
        has_dividend(terms, from_ns, row->contract.expiry_ns))
      return "The delta of variance_optimal is that of spot less the present value of its cash dividends to come (the "
             "escrowed model).";
  }
  return NULL;
}
