#include "peer_black_scholes.h"

#include <math.h>

static double cdf(double x) { return 0.5 * erfc(-0.70710678118654752 * x); }

void naive_black_scholes(size_t count, const keel_options *options, const keel_greeks *out) {
  for (size_t i = 0; i < count; i++) {
    double phi = options->phi[i], spot = options->spot[i], strike = options->strike[i];
    double rate = options->rate[i], yield = options->yield[i], years = options->years[i], vol = options->vol[i];
    double root = sqrt(years), v = vol * root;
    double d1 = (log(spot / strike) + (rate - yield + 0.5 * vol * vol) * years) / v, d2 = d1 - v;
    double yield_factor = exp(-yield * years), strike_value = strike * exp(-rate * years);
    double n1 = cdf(phi * d1), n2 = cdf(phi * d2);
    double density = 0.39894228040143268 * exp(-0.5 * d1 * d1) * yield_factor;
    out->price[i] = phi * (spot * yield_factor * n1 - strike_value * n2);
    out->delta[i] = phi * yield_factor * n1;
    out->gamma[i] = density / (spot * v);
    out->vega[i] = spot * density * root;
    out->theta[i] =
        -0.5 * spot * density * vol / root + phi * (yield * spot * yield_factor * n1 - rate * strike_value * n2);
    out->rho[i] = phi * years * strike_value * n2;
  }
}
