/* The characteristic functions at nodes: known values, derivatives, the same bits. */
#include <complex.h>
#include <math.h>
#include <string.h>

#include "keel/cpu.h"
#include "kernel/kernel.h"
#include "support/support.h"

static const keel_bates model = {{0.05, 1.2, 0.08, 0.6, -0.65}, {0.7, -0.1, 0.2}};
static const struct keel_heston_line straight = {0.0, 1.0, 0.0, 0.2}, bent = {0.25, 0.968245836551854221, 0.1, 0.2};

/* phi as it is usually written, in long doubles. */
static long double complex phi(const keel_bates *of, long double complex u, long double years) {
  const keel_heston *h = &of->heston;
  const keel_normal_jumps *j = &of->jumps;
  long double complex b = h->kappa - I * h->rho * h->xi * u, z = u * u + I * u;
  long double xi2 = (long double)h->xi * h->xi;
  long double complex d = csqrtl(b * b + xi2 * z), g = (b - d) / (b + d), e = cexpl(-d * years);
  long double complex log = h->kappa * h->theta / xi2 * ((b - d) * years - 2 * clogl((1 - g * e) / (1 - g)));
  log += (b - d) / xi2 * (1 - e) / (1 - g * e) * h->variance;
  long double width = (long double)j->std * j->std, growth = expm1l(j->mean + width / 2);
  log += j->intensity * years * (cexpl(I * u * j->mean - u * u * width / 2) - 1 - I * u * growth);
  return cexpl(log);
}

static void values_are_those_of_the_formula(void **state) {
  (void)state;
  const struct keel_heston_line *const lines[] = {&straight, &bent};
  for (int k = 0; k < 2; k++) {
    struct keel_heston_nodes nodes;
    keel_kernel_now->heston.greeks(&model, 0.8, lines[k], &nodes);
    for (size_t i = 0; i < KEEL_HESTON_NODES; i++) {
      double y = lines[k]->first + (double)i * lines[k]->step;
      long double complex u = nodes.re[i] + I * (long double)nodes.im[i], z = u * u + I * u;
      long double complex slope =
          KEEL_HESTON_WIDTH * ((long double)lines[k]->cosine * coshl(y) + I * (long double)lines[k]->sine * sinhl(y));
      long double complex want = phi(&model, u, 0.8L) * slope;
      double size = (double)cabsl(want) + 1e-30;
      assert_close(nodes.re[i], KEEL_HESTON_WIDTH * lines[k]->cosine * sinh(y), 1e-15 * cosh(y));
      assert_close(nodes.im[i], -0.5 + KEEL_HESTON_WIDTH * lines[k]->sine * (cosh(y) - 1), 1e-15 * cosh(y));
      assert_close(nodes.term_re[KEEL_HESTON_DENSITY][i], (double)creall(want), 1e-12 * size);
      assert_close(nodes.term_im[KEEL_HESTON_VALUE][i], (double)cimagl(want / z), 1e-12 * size);
      assert_close(nodes.term_re[KEEL_HESTON_SLOPE][i], (double)creall(I * u * want / z), 1e-12 * size);
    }
  }
}

static double *parameter(keel_bates *of, int k) {
  double *const at[] = {&of->heston.variance, &of->heston.kappa,    &of->heston.theta, &of->heston.xi,
                        &of->heston.rho,      &of->jumps.intensity, &of->jumps.mean,   &of->jumps.std};
  return at[k];
}

static void slopes_are_derivatives(void **state) {
  (void)state;
  for (int k = 0; k < KEEL_HESTON_PARAMETERS; k++) {
    struct keel_heston_nodes nodes, high, low;
    keel_bates up = model, down = model;
    double h = 1e-5;
    *parameter(&up, k) += h, *parameter(&down, k) -= h;
    keel_kernel_now->heston.slopes(&model, 0.8, &bent, &nodes);
    keel_kernel_now->heston.slopes(&up, 0.8, &bent, &high);
    keel_kernel_now->heston.slopes(&down, 0.8, &bent, &low);
    for (size_t i = 0; i < KEEL_HESTON_NODES; i++) {
      double re = (low.term_re[0][i] - high.term_re[0][i]) / (2 * h);
      double im = (low.term_im[0][i] - high.term_im[0][i]) / (2 * h);
      assert_close(nodes.term_re[k + 1][i], re, 1e-7 * (1 + fabs(re)));
      assert_close(nodes.term_im[k + 1][i], im, 1e-7 * (1 + fabs(im)));
    }
  }
}

/* The formula is continuous down to vol of vol 0, where log phi is -z/2 of the variance to come. */
static void vol_of_vol_may_vanish(void **state) {
  (void)state;
  struct keel_heston_nodes none, hardly;
  keel_bates still = {{0.05, 1.2, 0.08, 0, -0.65}, {0, 0, 0}}, slow = still;
  slow.heston.xi = 1e-9;
  keel_kernel_now->heston.greeks(&still, 0.8, &straight, &none);
  keel_kernel_now->heston.greeks(&slow, 0.8, &straight, &hardly);
  double gone = (1 - exp(-1.2 * 0.8)) / 1.2, variance = 0.08 * 0.8 + (0.05 - 0.08) * gone;
  for (size_t i = 0; i < KEEL_HESTON_NODES; i++) {
    long double complex u = none.re[i] - 0.5L * I;
    double want = (double)creall(cexpl(-0.5L * variance * (u * u + I * u))) * KEEL_HESTON_WIDTH * cosh(0.2 * (double)i);
    assert_close(none.term_re[KEEL_HESTON_DENSITY][i], want, 1e-13);
    assert_close(hardly.term_re[KEEL_HESTON_DENSITY][i], want, 1e-8);
  }
}

static void sums_go_over_the_nodes(void **state) {
  (void)state;
  enum { STRIKES = 72 };
  struct keel_heston_nodes nodes;
  double x[STRIKES], sum[2][STRIKES], *to[2] = {sum[0], sum[1]};
  keel_kernel_now->heston.greeks(&model, 0.8, &bent, &nodes);
  nodes.count = 11;
  for (int j = 0; j < STRIKES; j++) x[j] = 0.03 * (j - 36), sum[0][j] = 1, sum[1][j] = 0;
  keel_kernel_now->heston.add(&nodes, 2, STRIKES, x, to);
  for (int j = 0; j < STRIKES; j++)
    for (int k = 0; k < 2; k++) {
      long double want = k == 0;
      for (int i = 0; i < 11; i++)
        want += creall(((long double)nodes.term_re[k][i] + I * (long double)nodes.term_im[k][i]) *
                       cexpl(I * (nodes.re[i] + I * (long double)nodes.im[i]) * x[j]));
      assert_close(sum[k][j], (double)want, 1e-14 * (1 + fabs((double)want)));
    }
}

static void every_level_gives_the_same_bits(void **state) {
  (void)state;
  static const char *const levels[] = {"v3", "v4"};
  struct keel_heston_nodes greeks[2], slopes[2];
  memset(greeks, 0, sizeof greeks);
  memset(slopes, 0, sizeof slopes);
  assert_int_equal(keel_cpu_force("base", NULL), KEEL_STATUS_OK);
  keel_kernel_now->heston.greeks(&model, 0.8, &bent, &greeks[0]);
  keel_kernel_now->heston.slopes(&model, 0.8, &bent, &slopes[0]);
  for (int level = 0; level < 2; level++) {
    if (keel_cpu_force(levels[level], NULL) != KEEL_STATUS_OK) continue;
    keel_kernel_now->heston.greeks(&model, 0.8, &bent, &greeks[1]);
    keel_kernel_now->heston.slopes(&model, 0.8, &bent, &slopes[1]);
    assert_memory_equal(&greeks[0], &greeks[1], sizeof greeks[0]);
    assert_memory_equal(&slopes[0], &slopes[1], sizeof slopes[0]);
  }
  keel_cpu_force("auto", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_the_formula), cmocka_unit_test(slopes_are_derivatives),
      cmocka_unit_test(vol_of_vol_may_vanish),           cmocka_unit_test(sums_go_over_the_nodes),
      cmocka_unit_test(every_level_gives_the_same_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
