/* The surfaces of a market as one JSON document. */
#include <jansson.h>
#include <math.h>

#include "drive/result_origin.h"
#include "drive/surfaces.h"
#include "keel/time.h"

static void set_real(json_t *object, const char *name, double number) {
  json_object_set_new(object, name, isfinite(number) ? json_real(number) : json_null());
}

static void set_count(json_t *object, const char *name, size_t count) {
  json_object_set_new(object, name, json_integer((json_int_t)count));
}

static void set_text(json_t *object, const char *name, const char *text) {
  json_object_set_new(object, name, text ? json_string(text) : json_null());
}

static void set_time(json_t *object, const char *name, int64_t time_ns) {
  char text[40];
  keel_time_format(time_ns, text);
  set_text(object, name, text);
}

static json_t *forward_json(const keel_surfaces_expiry *expiry) {
  const keel_implied_forward *parity = &expiry->parity;
  json_t *object = json_object();
  set_real(object, "forward", expiry->slice.forward);
  set_text(object, "from", parity->problem ? "yield" : "parity");
  set_text(object, "problem", parity->problem);
  set_real(object, "error", parity->forward_error);
  set_real(object, "yield", parity->yield);
  set_real(object, "low", parity->low);
  set_real(object, "high", parity->high);
  set_count(object, "pairs", parity->pairs);
  set_count(object, "used", parity->used);
  set_count(object, "rejected", parity->rejected);
  return object;
}

static json_t *svi_json(const keel_svi *svi) {
  json_t *object = json_object();
  set_real(object, "a", svi->a);
  set_real(object, "b", svi->b);
  set_real(object, "rho", svi->rho);
  set_real(object, "m", svi->m);
  set_real(object, "sigma", svi->sigma);
  return object;
}

static json_t *arbitrage_json(const keel_surface_slice *slice) {
  json_t *object = json_object();
  json_object_set_new(object, "butterfly_free", json_boolean(slice->butterfly_free));
  set_real(object, "least_g", slice->least_g);
  set_real(object, "least_g_at", slice->least_g_at);
  json_object_set_new(object, "calendar_free", json_boolean(slice->calendar_free));
  set_real(object, "least_calendar", slice->least_calendar);
  set_real(object, "least_calendar_at", slice->least_calendar_at);
  return object;
}

static json_t *expiry_json(const keel_surfaces_expiry *expiry) {
  const keel_surface_slice *slice = &expiry->slice;
  json_t *object = json_object();
  set_time(object, "expiry", expiry->expiry_ns);
  set_real(object, "years", slice->years);
  set_real(object, "rate", expiry->rate);
  set_text(object, "exercise", expiry->american ? "american" : "european");
  json_object_set_new(object, "forward", forward_json(expiry));
  set_text(object, "model", slice->model);
  set_text(object, "problem", slice->problem);
  json_object_set_new(object, "svi", svi_json(&slice->svi));
  set_count(object, "two_sided", slice->two_sided);
  set_count(object, "one_sided", slice->one_sided);
  set_count(object, "dropped", slice->dropped);
  set_count(object, "stale", expiry->stale);
  set_count(object, "inside", slice->inside);
  set_real(object, "rms_vol", slice->rms_vol);
  set_real(object, "rms_spreads", slice->rms_spreads);
  json_object_set_new(object, "converged", json_boolean(slice->converged));
  json_object_set_new(object, "arbitrage", arbitrage_json(slice));
  json_object_set_new(object, "quotes", json_array());
  return object;
}

static json_t *quote_json(const keel_surfaces_quote *quote) {
  json_t *object = json_object();
  set_text(object, "kind", quote->kind);
  set_real(object, "strike", quote->strike);
  set_real(object, "log_moneyness", quote->log_moneyness);
  set_real(object, "bid", quote->bid);
  set_real(object, "ask", quote->ask);
  set_real(object, "bid_vol", quote->bid_vol);
  set_real(object, "ask_vol", quote->ask_vol);
  set_real(object, "vol", quote->vol);
  set_real(object, "error", quote->error);
  set_real(object, "residual_vol", quote->residual_vol);
  set_real(object, "residual_spreads", quote->residual_spreads);
  json_object_set_new(object, "inside", quote->is_two_sided ? json_boolean(quote->is_inside) : json_null());
  return object;
}

static json_t *underlying_json(const keel_surfaces *surfaces, size_t u) {
  json_t *object = json_object(), *expiries = json_array();
  set_real(object, "spot", keel_surfaces_spot(surfaces, u));
  set_text(object, "problem", keel_surfaces_problem(surfaces, u));
  for (size_t e = 0; e < keel_surfaces_expiries(surfaces, u); e++) {
    keel_surfaces_expiry expiry;
    keel_surfaces_expiry_at(surfaces, u, e, &expiry);
    json_array_append_new(expiries, expiry_json(&expiry));
  }
  for (size_t q = 0; q < keel_surfaces_quotes(surfaces, u); q++) {
    keel_surfaces_quote quote;
    keel_surfaces_quote_at(surfaces, u, q, &quote);
    json_array_append_new(json_object_get(json_array_get(expiries, quote.expiry), "quotes"), quote_json(&quote));
  }
  json_object_set_new(object, "expiries", expiries);
  return object;
}

char *keel_surfaces_json(const keel_surfaces *surfaces) {
  json_t *document = json_object(), *underlyings = json_object();
  set_time(document, "time", surfaces->time_ns);
  set_real(document, "rate", surfaces->rate);
  for (size_t u = 0; u < surfaces->chain_count; u++)
    json_object_set_new(underlyings, keel_surfaces_underlying(surfaces, u), underlying_json(surfaces, u));
  json_object_set_new(document, "underlyings", underlyings);
  keel_result_origin(document, "surface", surfaces->strategy);
  char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  json_decref(document);
  return text;
}
