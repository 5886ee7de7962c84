/* Files of rates: what is accepted has dates that rise, and each day has a curve of finite numbers or says why not. */
#include <math.h>
#include <stdint.h>

#include "base/fail.h"
#include "model/rates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_curve(const keel_curve *curve) {
  double before = 0;
  keel_assert(curve->count > 0 && curve->count <= KEEL_CURVE_POINTS);
  for (size_t i = 0; i < curve->count; i++) {
    keel_assert(curve->years[i] > before && isfinite(curve->log_discount[i]));
    before = curve->years[i];
  }
  keel_assert(isfinite(keel_curve_overnight(curve)) && isfinite(keel_curve_zero(curve, 50)));
  keel_assert(keel_curve_discount(curve, 0) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  keel_rates *rates = NULL;
  keel_error error = {0};
  keel_status status = keel_rates_load_bytes("fuzz.csv", data, size, &rates, &error);
  keel_assert(status ? !rates && error.status == status && error.what[0] : keel_rates_count(rates) > 0);
  for (size_t row = 0; !status && row < keel_rates_count(rates) && row < 64; row++) {
    keel_curve curve;
    size_t found;
    keel_assert(row == 0 || keel_rates_date(rates, row) > keel_rates_date(rates, row - 1));
    keel_assert(!keel_rates_find(rates, keel_rates_known_ns(rates, row), &found, NULL) && found == row);
    keel_status built = keel_rates_curve(rates, row, &curve, &error);
    if (built)
      keel_assert(built == KEEL_STATUS_INPUT && error.what[0]);
    else
      check_curve(&curve);
  }
  keel_rates_free(rates);
  return 0;
}
