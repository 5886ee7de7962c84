/* Heston's and Bates' characteristic functions at the nodes of a quadrature, and the sums over nodes for many strikes.
 *
 * With X = log(F / K) and phi(u) = E e^{iu log(S_T / F)}, E min(S_T, K) / K = 1/(2 pi) int e^{iuX} phi(u) / (u^2 + iu)
 * du along any line that crosses the imaginary axis between 0 and -i (Lewis 2001). Here it crosses at -i/2 and is u(y)
 * = -i/2 + i (sin w) (cosh y - 1) + (cos w) sinh y, times KEEL_HESTON_WIDTH: straight for a tilt w of 0, else bent up
 * (w > 0) or down. All singularities are on the imaginary axis (Lucic 2007), so the tilt never changes the integral.
 * The two halves of the line give conjugates: the integral is 1/pi of the real part over y > 0. */
#ifndef KEEL_KERNEL_HESTON_H
#define KEEL_KERNEL_HESTON_H

#include <stddef.h>

#include "keel/heston.h"

#define KEEL_HESTON_WIDTH 0.7

enum { KEEL_HESTON_NODES = 16, KEEL_HESTON_SUMS = 9, KEEL_HESTON_LANES = 8 };

/* Nodes y = first + i step. */
struct keel_heston_line {
  double sine, cosine; /* of the tilt */
  double first, step;
};

/* What the sums are over: weight k of node i is term[k], of e^{iu(i)X}; phi and du/dy are in it. */
struct keel_heston_nodes {
  size_t count;
  double re[KEEL_HESTON_NODES], im[KEEL_HESTON_NODES]; /* of u */
  double size[KEEL_HESTON_NODES];                      /* |phi du/dy| */
  double term_re[KEEL_HESTON_SUMS][KEEL_HESTON_NODES], term_im[KEEL_HESTON_SUMS][KEEL_HESTON_NODES];
};

/* What the terms are. */
enum keel_heston_greek_sum {                       /* of 1/z, z = u^2 + iu */
                             KEEL_HESTON_VALUE,    /* 1 / z: E min(S_T, K) / K */
                             KEEL_HESTON_SLOPE,    /* iu / z: its derivative to X */
                             KEEL_HESTON_DENSITY,  /* 1: that of log spot at log K */
                             KEEL_HESTON_VARIANCE, /* -(d log phi / dv) / z: minus its derivative to variance */
                             KEEL_HESTON_GREEKS
};
/* Value, then minus its derivatives to variance, kappa, theta, xi, rho, and intensity, mean, std. */
enum { KEEL_HESTON_PARAMETERS = 8, KEEL_HESTON_PARAMETERS_ALONE = 5 };

struct keel_heston_kernel {
  /* Fills nodes but for its count. Accuracy: 1e-15 times the size of log phi. */
  void (*greeks)(const keel_bates *model, double years, const struct keel_heston_line *line,
                 struct keel_heston_nodes *nodes);
  void (*slopes)(const keel_bates *model, double years, const struct keel_heston_line *line,
                 struct keel_heston_nodes *nodes);
  /* to[k][j] += the sum over nodes of Re term[k] e^{iu x[j]}, in the order of nodes, for k < sums. strikes is a
   * multiple of KEEL_HESTON_LANES. */
  void (*add)(const struct keel_heston_nodes *nodes, size_t sums, size_t strikes, const double *x, double *const *to);
};

#endif
