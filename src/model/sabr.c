/* Hagan's expansion of the SABR model. See keel/sabr.h. */
#include "keel/sabr.h"

#include <math.h>

#include "kernel/greeks.h"
#include "kernel/kernel.h"
#include "kernel/lane_complex.h"

enum { CHUNK = 128, TERMS = 9 };
static const double SERIES_MOST = 0.02; /* |z| up to which the series has all digits */

const char *keel_sabr_problem(const keel_sabr *model) {
  if (!(model->alpha > 0 && model->alpha <= 1e6)) return "alpha is not above 0, up to 1e6";
  if (!(model->beta >= 0 && model->beta <= 1)) return "beta is not from 0 to 1";
  if (!(fabs(model->rho) < 1)) return "rho is not above -1 and below 1";
  if (!(model->nu >= 0 && model->nu <= 1e3)) return "nu is not from 0 to 1e3";
  return NULL;
}

/* ---- z / x(z), x = log((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho)), and its derivatives ---- */

struct bend {
  double value, d_z, d_rho;
};

/* x / z is the sum of Legendre's polynomials of rho times z^n / (n + 1). */
static struct bend bend_near(double z, double rho) {
  double p[TERMS] = {1, rho}, slope[TERMS] = {0, 1}, power = 1, sum = 0, by_z = 0, by_rho = 0;
  for (int n = 1; n + 1 < TERMS; n++) {
    p[n + 1] = ((2 * n + 1) * rho * p[n] - n * p[n - 1]) / (n + 1);
    slope[n + 1] = rho * slope[n] + (n + 1) * p[n];
  }
  for (int n = 0; n < TERMS; n++, power *= z) {
    sum += p[n] * power / (n + 1);
    by_rho += slope[n] * power / (n + 1);
    if (n + 1 < TERMS) by_z += p[n + 1] * power * (n + 1) / (n + 2);
  }
  double value = 1 / sum;
  return (struct bend){value, -by_z * value * value, -by_rho * value * value};
}

/* For z > 0; x(-z, rho) = -x(z, -rho). */
static struct bend bend_far(double z, double rho) {
  double root = sqrt(fma(z, z - 2 * rho, 1.0)), rest = 1 - rho;
  double x = keel_log1p(z * ((z - 2 * rho) / (1 + root) + 1) / rest);
  double x_rho = 1 / rest - (z / root + 1) / (root + z - rho);
  return (struct bend){z / x, (x - z / root) / (x * x), -z * x_rho / (x * x)};
}

static struct bend bend_at(double z, double rho) {
  if (fabs(z) <= SERIES_MOST) return bend_near(z, rho);
  if (z > 0) return bend_far(z, rho);
  struct bend mirror = bend_far(-z, -rho);
  return (struct bend){mirror.value, -mirror.d_z, -mirror.d_rho};
}

/* ---- the vol of a strike ---- */

struct vol {
  double vol, d_forward, d_alpha, d_rho, d_nu;
};

static struct vol vol_at(const keel_sabr *m, double forward, double strike, double years) {
  double power = 1 - m->beta, gap = keel_log(forward) - keel_log(strike);
  double scale = keel_exp(0.5 * power * (keel_log(forward) + keel_log(strike))), level = m->alpha / scale;
  double p2 = power * power, l2 = gap * gap, wide = 1 + p2 * l2 / 24 + p2 * p2 * l2 * l2 / 1920;
  double cross = 0.25 * m->beta * level, turn = (2 - 3 * m->rho * m->rho) / 24;
  double late = 1 + years * (p2 * level * level / 24 + m->rho * m->nu * cross + turn * m->nu * m->nu);
  double z = m->nu * gap / level;
  struct bend bend = bend_at(z, m->rho);
  double vol = level / wide * bend.value * late, pull = bend.d_z / bend.value, half = 0.5 * power / forward;
  double z_forward = m->nu / (level * forward) + z * half;
  double wide_forward = gap * (p2 / 12 + p2 * p2 * l2 / 480) / forward;
  double late_level = years * (p2 * level / 12 + 0.25 * m->rho * m->nu * m->beta);
  double by_forward = pull * z_forward - half - wide_forward / wide - late_level * level * half / late;
  double by_alpha = (1 - pull * z + late_level * level / late) / m->alpha;
  double by_rho = bend.d_rho / bend.value + years * (m->nu * cross - 0.25 * m->rho * m->nu * m->nu) / late;
  double by_nu = pull * gap / level + years * (m->rho * cross + 2 * turn * m->nu) / late;
  return (struct vol){vol, vol * by_forward, vol * by_alpha, vol * by_rho, vol * by_nu};
}

static int is_in_range(double forward, double strike, double years) {
  return forward >= 1e-100 && strike >= 1e-100 && forward <= 1e100 && strike <= 1e100 && years >= 0 && years <= 1e4;
}

static struct vol vol_or_nan(const keel_sabr *model, double forward, double strike, double years) {
  if (!keel_sabr_problem(model) && is_in_range(forward, strike, years)) {
    struct vol vol = vol_at(model, forward, strike, years);
    if (vol.vol > 0 && isfinite(vol.vol)) return vol;
  }
  return (struct vol){NAN, NAN, NAN, NAN, NAN};
}

static void put(double *array, size_t i, double value) {
  if (array) array[i] = value;
}

void keel_sabr_vol(const keel_sabr *model, double forward, double years, size_t count, const double *strike,
                   const keel_sabr_vols *out) {
  for (size_t i = 0; i < count; i++) {
    struct vol vol = vol_or_nan(model, forward, strike[i], years);
    put(out->vol, i, vol.vol);
    put(out->d_forward, i, vol.d_forward);
    put(out->d_alpha, i, vol.d_alpha);
    put(out->d_rho, i, vol.d_rho);
    put(out->d_nu, i, vol.d_nu);
  }
}

/* ---- prices ---- */

/* `vol` by spot in place of the forward; pull: what alpha moves by with spot, as far as the two are correlated. */
static void put_option(const struct vol *vol, double pull, size_t i, const keel_greeks *flat,
                       const keel_sabr_greeks *out) {
  double vega = flat->vega[i], along = vega * vol->d_forward;
  put(out->price, i, flat->price[i]);
  put(out->delta, i, flat->delta[i] + along);
  put(out->delta_minimum, i, flat->delta[i] + along + vega * vol->d_alpha * pull);
  put(out->d_alpha, i, vega * vol->d_alpha);
  put(out->d_rho, i, vega * vol->d_rho);
  put(out->d_nu, i, vega * vol->d_nu);
}

static void price_chunk(const keel_sabr *model, size_t count, const keel_options *options,
                        const keel_sabr_greeks *out) {
  double flat[CHUNK], price[CHUNK], delta[CHUNK], gamma[CHUNK], vega[CHUNK], pull[CHUNK];
  struct vol vol[CHUNK];
  for (size_t i = 0; i < count; i++) {
    double growth = keel_exp((options->rate[i] - options->yield[i]) * options->years[i]);
    double forward = options->spot[i] * growth;
    vol[i] = vol_or_nan(model, forward, options->strike[i], options->years[i]);
    vol[i].d_forward *= growth;
    pull[i] = model->rho * model->nu * keel_exp(-model->beta * keel_log(forward)) * growth;
    flat[i] = vol[i].vol;
  }
  keel_options in = *options;
  in.vol = flat;
  const keel_greeks greeks = {.price = price, .delta = delta, .gamma = gamma, .vega = vega};
  keel_kernel_now->black_scholes(count, &in, KEEL_GREEK_SET_GAMMA, &greeks);
  for (size_t i = 0; i < count; i++) put_option(&vol[i], pull[i], i, &greeks, out);
}

void keel_sabr_price(const keel_sabr *model, size_t count, const keel_options *options, const keel_sabr_greeks *out) {
  for (size_t i = 0; i < count; i += CHUNK) {
    const keel_options from = keel_options_from(options, i);
    const keel_sabr_greeks to = {keel_column_from(out->price, i),         keel_column_from(out->delta, i),
                                 keel_column_from(out->delta_minimum, i), keel_column_from(out->d_alpha, i),
                                 keel_column_from(out->d_rho, i),         keel_column_from(out->d_nu, i)};
    price_chunk(model, count - i < CHUNK ? count - i : CHUNK, &from, &to);
  }
}
