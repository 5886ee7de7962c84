/* What a risk found, for callers: exposures, scenarios, CSV. */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "drive/risk.h"

/* ---- exposures ---- */

int64_t keel_risk_time(const keel_risk *risk) {
  return keel_risk_is_dated(risk) ? risk->snapshot.time_ns : KEEL_TIME_NONE;
}
size_t keel_risk_underlyings(const keel_risk *risk) { return risk->underlyings; }
const char *keel_risk_underlying(const keel_risk *risk, size_t underlying) {
  return risk->strategy->market.underlyings[underlying].name;
}
double keel_risk_spot(const keel_risk *risk, size_t underlying) {
  const struct keel_wiring *wiring = risk->snapshot.wiring;
  size_t u = 0;
  while (wiring->underlyings[u].number != underlying) u++;
  return keel_snapshot_spot(&risk->snapshot, u);
}
size_t keel_risk_buckets(const keel_risk *risk) { return risk->buckets; }
const char *keel_risk_bucket(const keel_risk *risk, size_t bucket) { return risk->bucket_names[bucket]; }
size_t keel_risk_measures(void) { return KEEL_RISK_MEASURES; }
const char *keel_risk_measure(size_t measure) { return keel_risk_measure_table[measure].name; }
const char *keel_risk_measure_help(size_t measure) { return keel_risk_measure_table[measure].help; }

/* The place of an underlying or bucket, or that of their sum. */
static size_t or_all(size_t index, size_t count) { return index == KEEL_RISK_TOTAL ? count : index; }

double keel_risk_exposure(const keel_risk *risk, size_t underlying, size_t bucket, size_t measure) {
  size_t u = or_all(underlying, risk->underlyings), b = or_all(bucket, risk->buckets);
  return risk->exposures[(u * (risk->buckets + 1) + b) * KEEL_RISK_MEASURES + measure];
}

/* ---- accounts ---- */

size_t keel_risk_accounts(const keel_risk *risk) { return risk->strategy->account_count; }
const char *keel_risk_account(const keel_risk *risk, size_t account) {
  return keel_strategy_account_name(risk->strategy, account);
}

double keel_risk_account_exposure(const keel_risk *risk, size_t account, size_t bucket, size_t measure) {
  size_t at = account * (risk->buckets + 1) + or_all(bucket, risk->buckets);
  return risk->account_exposures[at * KEEL_RISK_MEASURES + measure];
}

/* ---- positions ---- */

size_t keel_risk_positions(const keel_risk *risk) { return risk->snapshot.count; }

void keel_risk_position_at(const keel_risk *risk, size_t position, keel_risk_position *out) {
  const struct keel_snapshot *snapshot = &risk->snapshot;
  const struct keel_snapshot_position *held = &snapshot->positions[position];
  const struct keel_contract *contract = keel_snapshot_contract(snapshot, position);
  const struct keel_snapshot_inputs *inputs = &snapshot->inputs;
  const keel_greeks *greeks = &snapshot->greeks;
  int is_option = keel_kind_is_option(contract->kind), is_spot = contract->kind == KEEL_KIND_SPOT;
  size_t sleeve = keel_snapshot_sleeve(snapshot, position);
  const struct keel_marks *marks = keel_marks_after(snapshot->block, sleeve);
  *out = (keel_risk_position){.name = risk->names[position],
                              .kind = keel_kind_name(contract->kind),
                              .exercise = is_option ? keel_exercise_name(contract->exercise) : "",
                              .marked = held->marked,
                              .account = keel_strategy_account_name(risk->strategy, held->account),
                              .underlying = held->underlying,
                              .bucket = risk->bucket_of[position],
                              .qty = held->units / contract->multiplier,
                              .multiplier = contract->multiplier,
                              .spot = keel_snapshot_spot_of(snapshot, position),
                              .dividends = keel_snapshot_escrow(snapshot, position),
                              .strike = is_option ? contract->strike : NAN,
                              .rate = is_spot ? NAN : marks->zero_rate[held->row],
                              .yield = is_spot ? NAN : marks->yield[held->row],
                              .years = is_spot ? NAN : inputs->years[position],
                              .vol = is_option ? inputs->vol[position] : NAN,
                              .mark = snapshot->mark[position],
                              .price = greeks->price[position],
                              .delta = greeks->delta[position],
                              .gamma = greeks->gamma[position],
                              .vega = greeks->vega[position],
                              .theta = greeks->theta[position],
                              .rho = greeks->rho[position],
                              .psi = greeks->psi[position],
                              .vanna = greeks->vanna[position],
                              .volga = greeks->volga[position],
                              .charm = greeks->charm[position]};
}

/* ---- scenarios ---- */

size_t keel_risk_grid_spots(const keel_risk *risk) { return risk->strategy->risk.spot.count; }
double keel_risk_grid_spot(const keel_risk *risk, size_t spot) { return risk->strategy->risk.spot.shifts[spot]; }
size_t keel_risk_grid_vols(const keel_risk *risk) { return risk->strategy->risk.vol.count; }
double keel_risk_grid_vol(const keel_risk *risk, size_t vol) { return risk->strategy->risk.vol.shifts[vol]; }

keel_risk_scenario keel_risk_grid(const keel_risk *risk, size_t underlying, size_t spot, size_t vol) {
  size_t spots = keel_risk_grid_spots(risk), vols = keel_risk_grid_vols(risk);
  return risk->grid[(or_all(underlying, risk->underlyings) * spots + spot) * vols + vol];
}

int keel_risk_grid_worst(const keel_risk *risk, size_t underlying, size_t *spot, size_t *vol) {
  double worst = INFINITY;
  for (size_t s = 0; s < keel_risk_grid_spots(risk); s++)
    for (size_t v = 0; v < keel_risk_grid_vols(risk); v++) {
      double pnl = keel_risk_grid(risk, underlying, s, v).pnl;
      if (pnl < worst) worst = pnl, *spot = s, *vol = v;
    }
  return worst < INFINITY;
}

size_t keel_risk_stresses(const keel_risk *risk) { return risk->strategy->risk.stress_count; }
const char *keel_risk_stress_name(const keel_risk *risk, size_t stress) {
  return risk->strategy->risk.stresses[stress].name;
}
const char *keel_risk_stress_source(const keel_risk *risk, size_t stress) {
  const char *source = risk->strategy->risk.stresses[stress].source;
  return source ? source : "";
}

void keel_risk_stress_move(const keel_risk *risk, size_t stress, size_t underlying, double *spot, double *vol,
                           double *tenor) {
  const struct keel_stress *from = &risk->strategy->risk.stresses[stress];
  const struct keel_stress_move *move = underlying == KEEL_RISK_TOTAL ? &from->move : &from->moves[underlying];
  *spot = move->spot;
  *vol = move->vol;
  *tenor = from->vol_tenor;
}

keel_risk_scenario keel_risk_stress(const keel_risk *risk, size_t stress, size_t underlying) {
  return risk->stresses[stress * (risk->underlyings + 1) + or_all(underlying, risk->underlyings)];
}

/* ---- what carried it ---- */

/* The first instant of an underlying and an account (KEEL_RISK_TOTAL: all). */
static int64_t first_since(const struct keel_risk *risk, size_t underlying, size_t account) {
  const struct keel_snapshot *snapshot = &risk->snapshot;
  int64_t first = KEEL_TIME_NONE;
  for (size_t u = 0; u < snapshot->wiring->underlying_count && snapshot->has_moves; u++) {
    const struct keel_underlying *of = &snapshot->wiring->underlyings[u];
    if (underlying != KEEL_RISK_TOTAL && of->number != underlying) continue;
    if (account != KEEL_RISK_TOTAL && of->account != account) continue;
    if (first == KEEL_TIME_NONE || snapshot->moves[u].since_ns < first) first = snapshot->moves[u].since_ns;
  }
  return first;
}

int64_t keel_risk_since(const keel_risk *risk, size_t underlying) {
  return first_since(risk, underlying, KEEL_RISK_TOTAL);
}
int64_t keel_risk_account_since(const keel_risk *risk, size_t account) {
  return first_since(risk, KEEL_RISK_TOTAL, account);
}

static double carried(const struct keel_risk *risk, size_t u) {
  const struct keel_snapshot_move *move = &risk->snapshot.moves[u];
  return risk->snapshot.block->totals.value[u] - move->value + move->cash;
}

static double carried_by(const struct keel_risk *risk, size_t u, size_t component) {
  const struct keel_snapshot_move *move = &risk->snapshot.moves[u];
  if (component != KEEL_COMPONENT_UNEXPLAINED) return move->change[component];
  double rest = carried(risk, u);
  for (size_t c = 0; c < KEEL_COMPONENT_UNEXPLAINED; c++) rest -= move->change[c];
  return rest;
}

/* What an underlying and an account (KEEL_RISK_TOTAL: all) were carried by, or the whole of it. */
#define WHOLE SIZE_MAX
static double sum_carried(const struct keel_risk *risk, size_t underlying, size_t account, size_t component) {
  const struct keel_wiring *wiring = risk->snapshot.wiring;
  if (!risk->snapshot.has_moves) return NAN;
  double sum = 0;
  for (size_t u = 0; u < wiring->underlying_count; u++) {
    if (underlying != KEEL_RISK_TOTAL && wiring->underlyings[u].number != underlying) continue;
    if (account != KEEL_RISK_TOTAL && wiring->underlyings[u].account != account) continue;
    sum += component == WHOLE ? carried(risk, u) : carried_by(risk, u, component);
  }
  return sum;
}

double keel_risk_carried(const keel_risk *risk, size_t underlying) {
  return sum_carried(risk, underlying, KEEL_RISK_TOTAL, WHOLE);
}
double keel_risk_carried_by(const keel_risk *risk, size_t underlying, size_t component) {
  return sum_carried(risk, underlying, KEEL_RISK_TOTAL, component);
}
double keel_risk_account_carried(const keel_risk *risk, size_t account) {
  return sum_carried(risk, KEEL_RISK_TOTAL, account, WHOLE);
}
double keel_risk_account_carried_by(const keel_risk *risk, size_t account, size_t component) {
  return sum_carried(risk, KEEL_RISK_TOTAL, account, component);
}

/* ---- what a reader has to know ---- */

size_t keel_risk_problems(const keel_risk *risk) {
  size_t count = 0;
  for (int s = KEEL_MARK_QUOTE + 1; s < KEEL_MARK_SOURCE_COUNT; s++) count += risk->snapshot.counts[s] != 0;
  return count;
}

const char *keel_risk_problem(const keel_risk *risk, size_t index, uint64_t *count) {
  int s = KEEL_MARK_QUOTE + 1;
  while (risk->snapshot.counts[s] == 0 || index--) s++;
  *count = risk->snapshot.counts[s];
  return keel_mark_source_names[s];
}

size_t keel_risk_notes(const keel_risk *risk) { return risk->note_count; }
const char *keel_risk_note(const keel_risk *risk, size_t index) { return risk->notes[index]; }

/* ---- CSV ---- */

static void add_text(struct keel_text *text, const char *field) {
  keel_text_csv(text, field, strlen(field));
  keel_text_char(text, ',');
}

static void add_number(struct keel_text *text, double number, char end) {
  keel_text_number(text, number, "");
  keel_text_char(text, end);
}

static const char *name_of(const struct keel_risk *risk, size_t u) {
  return u < risk->underlyings ? keel_risk_underlying(risk, u) : "total";
}

/* Where there are accounts, rows of each of them stand behind those of underlyings. */
static void write_account_exposures(const struct keel_risk *risk, struct keel_text *text) {
  for (size_t a = 0; a < keel_risk_accounts(risk); a++)
    for (size_t b = 0; b <= risk->buckets; b++) {
      add_text(text, keel_risk_account(risk, a));
      add_text(text, "total");
      add_text(text, b < risk->buckets ? risk->bucket_names[b] : "total");
      for (size_t m = 0; m < KEEL_RISK_MEASURES; m++)
        add_number(text, keel_risk_account_exposure(risk, a, b < risk->buckets ? b : KEEL_RISK_TOTAL, m),
                   m + 1 < KEEL_RISK_MEASURES ? ',' : '\n');
    }
}

static void write_exposures(const struct keel_risk *risk, struct keel_text *text) {
  int of_accounts = keel_risk_accounts(risk) > 0;
  keel_text_add(text, of_accounts ? "account,underlying,bucket" : "underlying,bucket");
  for (size_t m = 0; m < KEEL_RISK_MEASURES; m++) keel_text_printf(text, ",%s", keel_risk_measure(m));
  keel_text_char(text, '\n');
  for (size_t u = 0; u <= risk->underlyings; u++)
    for (size_t b = 0; b <= risk->buckets; b++) {
      if (of_accounts) add_text(text, "total");
      add_text(text, name_of(risk, u));
      add_text(text, b < risk->buckets ? risk->bucket_names[b] : "total");
      for (size_t m = 0; m < KEEL_RISK_MEASURES; m++)
        add_number(text, risk->exposures[(u * (risk->buckets + 1) + b) * KEEL_RISK_MEASURES + m],
                   m + 1 < KEEL_RISK_MEASURES ? ',' : '\n');
    }
  write_account_exposures(risk, text);
}

const struct keel_risk_number keel_risk_position_numbers[] = {
    {"qty", offsetof(keel_risk_position, qty)},       {"multiplier", offsetof(keel_risk_position, multiplier)},
    {"spot", offsetof(keel_risk_position, spot)},     {"dividends", offsetof(keel_risk_position, dividends)},
    {"strike", offsetof(keel_risk_position, strike)}, {"rate", offsetof(keel_risk_position, rate)},
    {"yield", offsetof(keel_risk_position, yield)},   {"years", offsetof(keel_risk_position, years)},
    {"vol", offsetof(keel_risk_position, vol)},       {"mark", offsetof(keel_risk_position, mark)},
    {"price", offsetof(keel_risk_position, price)},   {"delta", offsetof(keel_risk_position, delta)},
    {"gamma", offsetof(keel_risk_position, gamma)},   {"vega", offsetof(keel_risk_position, vega)},
    {"theta", offsetof(keel_risk_position, theta)},   {"rho", offsetof(keel_risk_position, rho)},
    {"psi", offsetof(keel_risk_position, psi)},       {"vanna", offsetof(keel_risk_position, vanna)},
    {"volga", offsetof(keel_risk_position, volga)},   {"charm", offsetof(keel_risk_position, charm)}};
_Static_assert(sizeof keel_risk_position_numbers / sizeof *keel_risk_position_numbers == KEEL_RISK_POSITION_NUMBERS,
               "all numbers");

double keel_risk_position_number(const keel_risk_position *position, size_t k) {
  double number;
  memcpy(&number, (const char *)position + keel_risk_position_numbers[k].offset, sizeof number);
  return number;
}

static void write_positions(const struct keel_risk *risk, struct keel_text *text) {
  keel_text_add(text, keel_risk_accounts(risk) ? "position,account,underlying,kind,exercise,bucket,marked"
                                               : "position,underlying,kind,exercise,bucket,marked");
  for (size_t k = 0; k < KEEL_RISK_POSITION_NUMBERS; k++)
    keel_text_printf(text, ",%s", keel_risk_position_numbers[k].name);
  keel_text_char(text, '\n');
  for (size_t i = 0; i < risk->snapshot.count; i++) {
    keel_risk_position position;
    keel_risk_position_at(risk, i, &position);
    add_text(text, position.name);
    if (keel_risk_accounts(risk)) add_text(text, position.account);
    add_text(text, keel_risk_underlying(risk, position.underlying));
    add_text(text, position.kind);
    add_text(text, position.exercise);
    add_text(text, risk->bucket_names[position.bucket]);
    add_text(text, position.marked);
    for (size_t k = 0; k < KEEL_RISK_POSITION_NUMBERS; k++)
      add_number(text, keel_risk_position_number(&position, k), k + 1 < KEEL_RISK_POSITION_NUMBERS ? ',' : '\n');
  }
}

double keel_risk_in_hundredths(double fraction) { return floor(fraction * 1e12 + 0.5) / 1e10; }

static void write_grid(const struct keel_risk *risk, struct keel_text *text) {
  keel_text_add(text, "underlying,spot_percent,vol_points,value,pnl,worst\n");
  for (size_t u = 0; u <= risk->underlyings; u++) {
    size_t spot = SIZE_MAX, vol = SIZE_MAX, of = u < risk->underlyings ? u : KEEL_RISK_TOTAL;
    keel_risk_grid_worst(risk, of, &spot, &vol);
    for (size_t s = 0; s < keel_risk_grid_spots(risk); s++)
      for (size_t v = 0; v < keel_risk_grid_vols(risk); v++) {
        keel_risk_scenario scenario = keel_risk_grid(risk, of, s, v);
        add_text(text, name_of(risk, u));
        add_number(text, keel_risk_in_hundredths(keel_risk_grid_spot(risk, s)), ',');
        add_number(text, keel_risk_in_hundredths(keel_risk_grid_vol(risk, v)), ',');
        add_number(text, scenario.value, ',');
        add_number(text, scenario.pnl, ',');
        keel_text_add(text, s == spot && v == vol ? "1\n" : "0\n");
      }
  }
}

static void write_stresses(const struct keel_risk *risk, struct keel_text *text) {
  keel_text_add(text, "stress,underlying,spot_percent,vol_points,vol_tenor,value,pnl,source\n");
  for (size_t k = 0; k < keel_risk_stresses(risk); k++)
    for (size_t u = 0; u <= risk->underlyings; u++) {
      double spot, vol, tenor;
      size_t of = u < risk->underlyings ? u : KEEL_RISK_TOTAL;
      keel_risk_scenario scenario = keel_risk_stress(risk, k, of);
      const char *source = keel_risk_stress_source(risk, k);
      keel_risk_stress_move(risk, k, of, &spot, &vol, &tenor);
      add_text(text, keel_risk_stress_name(risk, k));
      add_text(text, name_of(risk, u));
      add_number(text, keel_risk_in_hundredths(spot), ',');
      add_number(text, keel_risk_in_hundredths(vol), ',');
      add_number(text, tenor, ',');
      add_number(text, scenario.value, ',');
      add_number(text, scenario.pnl, ',');
      keel_text_csv(text, source, strlen(source));
      keel_text_char(text, '\n');
    }
}

static const struct {
  const char *name;
  void (*write)(const struct keel_risk *risk, struct keel_text *text);
} tables[KEEL_RISK_TABLE_COUNT] = {[KEEL_RISK_TABLE_EXPOSURES] = {"exposures", write_exposures},
                                   [KEEL_RISK_TABLE_POSITIONS] = {"positions", write_positions},
                                   [KEEL_RISK_TABLE_GRID] = {"grid", write_grid},
                                   [KEEL_RISK_TABLE_STRESSES] = {"stresses", write_stresses}};

const char *keel_risk_table_name(keel_risk_table table) { return tables[table].name; }

char *keel_risk_csv(const keel_risk *risk, keel_risk_table table, size_t *length) {
  struct keel_text text;
  keel_text_init(&text);
  tables[table].write(risk, &text);
  return keel_text_take(&text, length);
}

keel_status keel_risk_save(const keel_risk *risk, keel_risk_table table, const char *path, keel_error *error) {
  size_t length = 0;
  char *text = keel_risk_csv(risk, table, &length);
  return keel_file_save(path, text, length, error);
}
