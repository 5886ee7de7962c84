/* See keel/svi.h. */
#include "model/svi.h"

#include <math.h>

#include "kernel/lane_math.h"

struct keel_jet keel_svi_jet(const keel_svi *svi, double k) {
  double x = k - svi->m, root = sqrt(fma(x, x, svi->sigma * svi->sigma)), bend = svi->sigma / root;
  return (struct keel_jet){svi->a + svi->b * fma(svi->rho, x, root), svi->b * (svi->rho + x / root),
                           svi->b * bend * bend / root};
}

double keel_jet_butterfly(double k, const struct keel_jet *jet) {
  if (!(jet->w > 0)) return NAN;
  double line = 1 - k * jet->dw / (2 * jet->w);
  return line * line - 0.25 * jet->dw * jet->dw * (1 / jet->w + 0.25) + 0.5 * jet->d2w;
}

void keel_svi_evaluate(const keel_svi *svi, size_t count, const double *log_moneyness, const keel_svi_values *out) {
  for (size_t i = 0; i < count; i++) {
    struct keel_jet jet = keel_svi_jet(svi, log_moneyness[i]);
    if (out->w) out->w[i] = jet.w;
    if (out->dw) out->dw[i] = jet.dw;
    if (out->d2w) out->d2w[i] = jet.d2w;
    if (out->g) out->g[i] = keel_jet_butterfly(log_moneyness[i], &jet);
  }
}

const char *keel_svi_problem(const keel_svi *svi) {
  if (!isfinite(svi->a + svi->b + svi->rho + svi->m + svi->sigma)) return "a parameter is no finite number";
  if (svi->b < 0) return "b is below 0";
  if (!(fabs(svi->rho) < 1)) return "rho is not between -1 and 1";
  if (!(svi->sigma > 0)) return "sigma is not above 0";
  if (svi->a + svi->b * svi->sigma * sqrt(1 - svi->rho * svi->rho) < 0) return "total variance falls below 0";
  return NULL;
}

/* With x = k + rho / phi: theta / 2 (1 - rho^2) + theta phi / 2 (rho x + sqrt(x^2 + (1 - rho^2) / phi^2)). */
keel_svi keel_svi_from_ssvi(double theta, double rho, double psi) {
  double rest = 1 - rho * rho, scale = theta / psi;
  return (keel_svi){0.5 * theta * rest, 0.5 * psi, rho, -rho * scale, scale * sqrt(rest)};
}

double keel_svi_proven_from(const keel_svi *svi, double from) {
  double s = keel_svi_right(svi);
  if (s >= 2) return INFINITY;
  double k = from > 0 ? from : svi->sigma;
  for (int i = 0; i < 200; i++, k *= 1.5) {
    struct keel_jet jet = keel_svi_jet(svi, k);
    double line = svi->a + s * (k - svi->m);
    if (!(jet.dw >= 0) || !(line > 0) || !(jet.w > 0)) continue;
    double most = 0.5 * k * s / line;
    if (1 - (most > 0.5 ? most : 0.5) > 0.25 * s * sqrt(1 + 4 / jet.w)) return k;
  }
  return INFINITY;
}

/* sinh of equal steps. */
void keel_svi_dense(const keel_svi *svi, double low, double high, double k[KEEL_SVI_DENSE]) {
  double ends[2] = {(low - svi->m) / svi->sigma, (high - svi->m) / svi->sigma};
  for (int e = 0; e < 2; e++) {
    double size = fabs(ends[e]), turn = keel_log(size + sqrt(fma(size, size, 1)));
    ends[e] = ends[e] < 0 ? -turn : turn;
  }
  for (size_t i = 0; i < KEEL_SVI_DENSE; i++) {
    double turn = ends[0] + (ends[1] - ends[0]) * (double)i / (KEEL_SVI_DENSE - 1);
    double up = keel_exp(turn);
    k[i] = svi->m + svi->sigma * 0.5 * (up - 1 / up);
  }
  k[0] = low;
  k[KEEL_SVI_DENSE - 1] = high;
}

int keel_svi_butterfly_free(const keel_svi *svi, double *least_g, double *at) {
  double k[KEEL_SVI_DENSE], least = INFINITY, where = NAN;
  keel_svi mirror = keel_svi_mirror(svi);
  int is_free = !keel_svi_problem(svi);
  double right = is_free ? keel_svi_proven_from(svi, 1) : NAN;
  double left = is_free ? keel_svi_proven_from(&mirror, 1) : NAN;
  is_free &= isfinite(left + right);
  if (is_free) keel_svi_dense(svi, -left, right, k);
  for (size_t i = 0; is_free && i < KEEL_SVI_DENSE; i++) {
    struct keel_jet jet = keel_svi_jet(svi, k[i]);
    double g = keel_jet_butterfly(k[i], &jet);
    if (!(g < least) && !isnan(g)) continue;
    least = g;
    where = k[i];
  }
  if (least_g) *least_g = is_free ? least : NAN;
  if (at) *at = where;
  return is_free && least >= 0;
}
