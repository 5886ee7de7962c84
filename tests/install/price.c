/* Against the installed library, as C and as C++: one call price and the CPU level. */
#include <keel/black_scholes.h>
#include <keel/cpu.h>
#include <stdio.h>

int main(void) {
  double phi = 1, spot = 100, strike = 100, rate = 0.05, yield = 0, years = 1, vol = 0.2, price = 0;
  keel_options options = {&phi, &spot, &strike, &rate, &yield, &years, &vol};
  keel_greeks greeks = {&price, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  keel_black_scholes_price(1, &options, KEEL_GREEK_SET_PRICE, &greeks);
  printf("%s: %.15g, want 10.4505835721856\n", keel_cpu_level(), price);
  return price > 10.45058357218 && price < 10.45058357219 ? 0 : 1;
}
