/* The book where spot and vols have moved: strikes fixed, each option at its own vol, shifted. */
#include <math.h>

#include "drive/risk.h"
#include "hedge/mark.h"

/* Prices by the formula, as marks without a quote have them; `full` is spot with its dividends. */
static void price(const struct keel_risk_scenarios *scenarios, const struct keel_snapshot_inputs *inputs,
                  const double *full, double *out) {
  const struct keel_snapshot *snapshot = scenarios->snapshot;
  const struct keel_option_rows rows = keel_snapshot_rows(snapshot, inputs);
  keel_price_rows(&rows, KEEL_GREEK_SET_PRICE, &(keel_greeks){.price = out});
  for (size_t i = 0; i < snapshot->count; i++) {
    const struct keel_row *row = &snapshot->wiring->rows[snapshot->positions[i].row];
    if (keel_kind_is_option(row->contract.kind)) out[i] = keel_model_mark(row, out[i], full[i]);
  }
}

void keel_risk_scenarios_init(struct keel_risk_scenarios *scenarios, struct keel_arena *arena,
                              const struct keel_snapshot *snapshot) {
  *scenarios = (struct keel_risk_scenarios){.snapshot = snapshot, .inputs = snapshot->inputs};
  double **columns[] = {&scenarios->inputs.spot, &scenarios->inputs.vol, &scenarios->full, &scenarios->price,
                        &scenarios->base};
  for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
    *columns[k] = KEEL_ARENA_NEW(arena, double, snapshot->count);
  for (size_t i = 0; i < snapshot->count; i++) scenarios->full[i] = keel_snapshot_spot_of(snapshot, i);
  price(scenarios, &snapshot->inputs, scenarios->full, scenarios->base);
}

/* Spot moves as a whole, and the dividends to come in it stay; a future's is not below nothing without them. */
static void move_spot(struct keel_risk_scenarios *scenarios, size_t i, double move) {
  const struct keel_snapshot *snapshot = scenarios->snapshot;
  int is_option = keel_kind_is_option(keel_snapshot_contract(snapshot, i)->kind);
  scenarios->full[i] = keel_snapshot_spot_of(snapshot, i) * (1 + move);
  double net = scenarios->full[i] - (is_option ? 0 : keel_snapshot_escrow(snapshot, i));
  scenarios->inputs.spot[i] = net < 0 ? 0 : net;
}

/* How much of the vol's move an option of this time to expiry takes. */
static double share_of_move(double vol_tenor, double years) { return years > vol_tenor ? sqrt(vol_tenor / years) : 1; }

static void move_inputs(struct keel_risk_scenarios *scenarios, const struct keel_risk_shift *shift) {
  const struct keel_snapshot *snapshot = scenarios->snapshot;
  const struct keel_snapshot_inputs *from = &snapshot->inputs, *to = &scenarios->inputs;
  for (size_t i = 0; i < snapshot->count; i++) {
    const struct keel_stress_move *move = &shift->moves[snapshot->positions[i].underlying];
    move_spot(scenarios, i, move->spot);
    to->vol[i] = from->vol[i];
    if (!keel_kind_is_option(keel_snapshot_contract(snapshot, i)->kind)) continue;
    to->vol[i] += move->vol * share_of_move(shift->vol_tenor, from->years[i]);
    if (to->vol[i] >= 0 || isnan(to->vol[i])) continue;
    to->vol[i] = 0;
    scenarios->floored++;
  }
}

void keel_risk_scenario_run(struct keel_risk_scenarios *scenarios, const struct keel_risk_shift *shift,
                            keel_risk_scenario *out) {
  const struct keel_snapshot *snapshot = scenarios->snapshot;
  size_t underlyings = snapshot->strategy.market.underlying_count;
  move_inputs(scenarios, shift);
  price(scenarios, &scenarios->inputs, scenarios->full, scenarios->price);
  for (size_t u = 0; u <= underlyings; u++) out[u] = (keel_risk_scenario){0};
  for (size_t i = 0; i < snapshot->count; i++) {
    keel_risk_scenario *of = &out[snapshot->positions[i].underlying];
    double units = snapshot->positions[i].units;
    of->pnl += units * (scenarios->price[i] - scenarios->base[i]);
    if (keel_snapshot_contract(snapshot, i)->kind != KEEL_KIND_FUTURE) of->value += units * scenarios->price[i];
  }
  for (size_t u = 0; u < underlyings; u++) {
    out[underlyings].value += out[u].value;
    out[underlyings].pnl += out[u].pnl;
  }
}
