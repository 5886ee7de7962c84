/* Exposures at hedging vols: those of decisions as the block has them, the others by the same inputs. */
#include <math.h>

#include "drive/hedge.h"
#include "hedge/mark.h"
#include "kernel/lane_math.h"

/* ---- Greeks that no step knows ---- */

/* The column of an exposure. */
static double *column_of(const keel_greeks *greeks, enum keel_exposure exposure) {
  double *const *columns = (double *const *)greeks;
  return columns[keel_exposure_table[exposure].greek / sizeof *columns];
}

/* The options of an underlying at the vols and yields of decisions, as hedge/mark_quotes.c has them. */
static keel_option option_of(struct keel_block *block, size_t u, uint32_t r) {
  keel_option option = keel_option_of(block, u, r);
  option.yield += block->wiring->underlyings[u].terms->overrides.yield_shift;
  return option;
}

static void price_option(struct keel_hedge *hedge, size_t u, uint32_t r) {
  struct keel_block *block = hedge->snapshot.block;
  double shift = block->wiring->underlyings[u].terms->overrides.vol_shift, price, delta, gamma, vega;
  double vol = keel_at_least(keel_marks_after(block, u)->hedge_vol[r] + shift, 0);
  const keel_greeks *to = &hedge->greeks;
  double spot = keel_snapshot_spot(&hedge->snapshot, u);
  const struct keel_option_paths one = {1,
                                        keel_is_american(&hedge->snapshot.wiring->rows[r].contract),
                                        option_of(block, u, r),
                                        &spot,
                                        &vol,
                                        keel_paid_until_expiry(block, u, r),
                                        block->scratch->room};
  const keel_greeks out = {&price,      &delta,        &gamma,        &vega,         to->theta + r, to->rho + r,
                           to->psi + r, to->vanna + r, to->volga + r, to->charm + r, to->speed + r};
  keel_price_paths(&one, KEEL_GREEK_SET_ALL, &out);
  if (keel_has_own_forward(&block->wiring->underlyings[u])) keel_carry_with_rate(block, to, r);
}

/* F = net spot e^{(r-q)T}: its delta falls by r - q times itself a year, and knows no vol. */
static void price_future(struct keel_hedge *hedge, size_t u, uint32_t r) {
  const struct keel_marks *marks = keel_marks_after(hedge->snapshot.block, u);
  const keel_greeks *from = &marks->greeks;
  hedge->greeks.theta[r] = from->theta[r];
  hedge->greeks.rho[r] = from->rho[r];
  hedge->greeks.psi[r] = from->psi[r];
  hedge->greeks.charm[r] = -(marks->zero_rate[r] - marks->yield[r]) * from->delta[r];
}

void keel_hedge_expose(struct keel_hedge *hedge) {
  int any = 0;
  const struct keel_wiring *wiring = hedge->snapshot.wiring;
  const struct keel_block *block = hedge->snapshot.block;
  keel_greeks *greeks = &hedge->greeks;
  double **columns[] = {&greeks->theta, &greeks->rho,   &greeks->psi,  &greeks->vanna,
                        &greeks->volga, &greeks->charm, &greeks->speed};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    *columns[i] = KEEL_ARENA_NEW(&hedge->arena, double, wiring->row_count);
  for (size_t e = 0; e < hedge->exposure_count; e++) any |= hedge->exposures[e] >= KEEL_EXPOSURE_COUNT;
  if (!any) return;
  for (uint32_t r = 0; r < wiring->row_count; r++) {
    const struct keel_row *row = &wiring->rows[r];
    if (!row->is_priced || !block->alive[r] || row->contract.kind == KEEL_KIND_SPOT) continue;
    if (keel_kind_is_option(row->contract.kind))
      price_option(hedge, row->underlying, r);
    else
      price_future(hedge, row->underlying, r);
  }
}

/* ---- exposures ---- */

double keel_hedge_row_exposure(const struct keel_hedge *hedge, uint32_t row, enum keel_exposure exposure) {
  struct keel_block *block = hedge->snapshot.block;
  if (exposure >= KEEL_EXPOSURE_COUNT) return column_of(&hedge->greeks, exposure)[row];
  const struct keel_marks *marks = keel_marks_after(block, block->wiring->rows[row].underlying);
  return keel_row_exposure(block, marks, row, 0, exposure)[0];
}

double keel_hedge_book_exposure(const struct keel_hedge *hedge, size_t u, enum keel_exposure exposure) {
  const struct keel_block *block = hedge->snapshot.block;
  const struct keel_underlying *underlying = &block->wiring->underlyings[u];
  if (exposure < KEEL_EXPOSURE_COUNT) return keel_book_exposure(block, u, 0, exposure)[0];
  double sum = 0;
  for (uint32_t r = underlying->first; r < underlying->first + underlying->count; r++)
    if (keel_units_held(block, r) != 0 && block->alive[r])
      sum += keel_units_held(block, r) * keel_hedge_row_exposure(hedge, r, exposure);
  return sum;
}
