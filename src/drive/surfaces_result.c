/* The surfaces of a market, for callers and as CSV. */
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/text.h"
#include "drive/surfaces.h"
#include "keel/time.h"

int64_t keel_surfaces_time(const keel_surfaces *surfaces) { return surfaces->time_ns; }
double keel_surfaces_rate(const keel_surfaces *surfaces) { return surfaces->rate; }
size_t keel_surfaces_underlyings(const keel_surfaces *surfaces) { return surfaces->chain_count; }

static const struct keel_surfaces_chain *chain_at(const keel_surfaces *surfaces, size_t underlying) {
  keel_assert(underlying < surfaces->chain_count);
  return &surfaces->chains[underlying];
}

const char *keel_surfaces_underlying(const keel_surfaces *surfaces, size_t underlying) {
  return chain_at(surfaces, underlying)->terms->name;
}
double keel_surfaces_spot(const keel_surfaces *surfaces, size_t underlying) {
  return chain_at(surfaces, underlying)->spot;
}
const keel_surface *keel_surfaces_surface(const keel_surfaces *surfaces, size_t underlying) {
  return chain_at(surfaces, underlying)->surface;
}
const char *keel_surfaces_problem(const keel_surfaces *surfaces, size_t underlying) {
  return chain_at(surfaces, underlying)->problem;
}

size_t keel_surfaces_expiries(const keel_surfaces *surfaces, size_t underlying) {
  return chain_at(surfaces, underlying)->slice_count;
}

void keel_surfaces_expiry_at(const keel_surfaces *surfaces, size_t underlying, size_t expiry,
                             keel_surfaces_expiry *out) {
  const struct keel_surfaces_chain *chain = chain_at(surfaces, underlying);
  keel_assert(expiry < chain->slice_count);
  const struct keel_surfaces_slice *slice = &surfaces->slices[chain->first_slice + expiry];
  *out = (keel_surfaces_expiry){.expiry_ns = slice->expiry_ns,
                                .american = slice->american,
                                .rate = slice->rate,
                                .parity = slice->parity,
                                .slice = {.years = slice->years, .forward = slice->forward, .model = "none"},
                                .stale = slice->stale};
  if (chain->surface) keel_surface_slice_at(chain->surface, expiry, &out->slice);
}

size_t keel_surfaces_quotes(const keel_surfaces *surfaces, size_t underlying) {
  return chain_at(surfaces, underlying)->count;
}

void keel_surfaces_quote_at(const keel_surfaces *surfaces, size_t underlying, size_t quote, keel_surfaces_quote *out) {
  const struct keel_surfaces_chain *chain = chain_at(surfaces, underlying);
  const struct keel_surfaces_rows *rows = &surfaces->rows;
  size_t row = chain->first + quote, expiry = 0;
  keel_assert(quote < chain->count);
  while (row >=
         surfaces->slices[chain->first_slice + expiry].first + surfaces->slices[chain->first_slice + expiry].count)
    expiry++;
  double bid = rows->bid_vol[row], ask = rows->ask_vol[row], off = rows->vol[row] - 0.5 * (bid + ask);
  *out = (keel_surfaces_quote){.expiry = expiry,
                               .kind = rows->is_call[row] ? "call" : "put",
                               .strike = rows->strike[row],
                               .log_moneyness = rows->log_moneyness[row],
                               .bid = rows->bid[row],
                               .ask = rows->ask[row],
                               .bid_vol = bid,
                               .ask_vol = ask,
                               .vol = rows->vol[row],
                               .error = rows->error[row],
                               .residual_vol = off,
                               .residual_spreads = ask > bid ? off / (ask - bid) : NAN,
                               .is_two_sided = bid > 0 && ask >= bid,
                               .is_inside = rows->vol[row] >= bid && rows->vol[row] <= ask};
}

/* ---- CSV ---- */

static void add_text(struct keel_text *text, const char *field) {
  keel_text_csv(text, field ? field : "", field ? strlen(field) : 0);
  keel_text_char(text, ',');
}

static void add_numbers(struct keel_text *text, const double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    keel_text_number(text, numbers[i], "");
    keel_text_char(text, ',');
  }
}

static void add_time(struct keel_text *text, int64_t time_ns) {
  char when[40];
  keel_time_format(time_ns, when);
  add_text(text, when);
}

static void write_quotes(const keel_surfaces *surfaces, struct keel_text *text) {
  keel_text_add(text,
                "underlying,expiry,kind,strike,log_moneyness,bid,ask,bid_vol,ask_vol,vol,error,residual_vol,"
                "residual_spreads,inside\n");
  for (size_t u = 0; u < surfaces->chain_count; u++)
    for (size_t i = 0; i < surfaces->chains[u].count; i++) {
      keel_surfaces_quote quote;
      keel_surfaces_quote_at(surfaces, u, i, &quote);
      add_text(text, keel_surfaces_underlying(surfaces, u));
      add_time(text, surfaces->slices[surfaces->chains[u].first_slice + quote.expiry].expiry_ns);
      add_text(text, quote.kind);
      const double numbers[] = {quote.strike,       quote.log_moneyness,   quote.bid, quote.ask,
                                quote.bid_vol,      quote.ask_vol,         quote.vol, quote.error,
                                quote.residual_vol, quote.residual_spreads};
      add_numbers(text, numbers, sizeof numbers / sizeof *numbers);
      keel_text_add(text, quote.is_two_sided ? (quote.is_inside ? "1\n" : "0\n") : "\n");
    }
}

static void write_expiry(const keel_surfaces_expiry *expiry, struct keel_text *text) {
  const keel_surface_slice *slice = &expiry->slice;
  const keel_implied_forward *parity = &expiry->parity;
  const double forward[] = {slice->years, slice->forward, parity->forward_error, parity->yield},
               fit[] = {(double)slice->two_sided, (double)slice->inside, slice->rms_vol,  slice->rms_spreads,
                        slice->least_g,           slice->least_calendar, slice->svi.a,    slice->svi.b,
                        slice->svi.rho,           slice->svi.m,          slice->svi.sigma};
  add_time(text, expiry->expiry_ns);
  add_numbers(text, forward, sizeof forward / sizeof *forward);
  keel_text_printf(text, "%zu,%zu,", parity->used, parity->rejected);
  add_text(text, parity->problem);
  add_text(text, slice->model);
  add_numbers(text, fit, sizeof fit / sizeof *fit);
  keel_text_printf(text, "%d,%d,", slice->butterfly_free, slice->calendar_free);
  keel_text_csv(text, slice->problem ? slice->problem : "", slice->problem ? strlen(slice->problem) : 0);
  keel_text_char(text, '\n');
}

static void write_expiries(const keel_surfaces *surfaces, struct keel_text *text) {
  keel_text_add(text,
                "underlying,expiry,years,forward,forward_error,yield,pairs_used,pairs_rejected,forward_problem,model,"
                "two_sided,inside,rms_vol,rms_spreads,least_g,least_calendar,a,b,rho,m,sigma,butterfly_free,"
                "calendar_free,problem\n");
  for (size_t u = 0; u < surfaces->chain_count; u++)
    for (size_t e = 0; e < surfaces->chains[u].slice_count; e++) {
      keel_surfaces_expiry expiry;
      keel_surfaces_expiry_at(surfaces, u, e, &expiry);
      add_text(text, keel_surfaces_underlying(surfaces, u));
      write_expiry(&expiry, text);
    }
}

char *keel_surfaces_csv(const keel_surfaces *surfaces, keel_surfaces_table table, size_t *length) {
  struct keel_text text;
  keel_text_init(&text);
  if (table == KEEL_SURFACES_TABLE_QUOTES)
    write_quotes(surfaces, &text);
  else
    write_expiries(surfaces, &text);
  return keel_text_take(&text, length);
}

keel_status keel_surfaces_save(const keel_surfaces *surfaces, keel_surfaces_table table, const char *path,
                               keel_error *error) {
  size_t length = 0;
  char *text = keel_surfaces_csv(surfaces, table, &length);
  return keel_file_save(path, text, length, error);
}
