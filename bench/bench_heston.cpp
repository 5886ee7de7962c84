// Heston's model: prices per second, and calibrations per second of 100 quotes (ten expiries of ten strikes, with
// noise), on one core; against QuantLib's AnalyticHestonEngine with its Levenberg-Marquardt, by its two fastest schemes
// that reach the same residual (residuals go to stderr). Arguments choose subjects.
#include <ql/math/optimization/levenbergmarquardt.hpp>
#include <ql/models/equity/hestonmodel.hpp>
#include <ql/models/equity/hestonmodelhelper.hpp>
#include <ql/pricingengines/vanilla/analytichestonengine.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "bench.h"
#include "keel/heston_fit.h"
#include "keel/implied_vol.h"

namespace {

constexpr size_t COUNT = 100;
const int DAYS[] = {18, 37, 73, 128, 183, 274, 365, 548, 730, 1095};

struct Surface {
  std::vector<double> phi, spot, strike, rate, yield, years, price, weight, vol, model;
  keel_options options;
  keel_heston_fit fit;

  Surface() {
    for (auto *column : {&phi, &spot, &strike, &rate, &yield, &years, &price, &weight, &vol, &model})
      column->resize(COUNT);
    options = {phi.data(), spot.data(), strike.data(), rate.data(), yield.data(), years.data(), vol.data()};
    for (size_t i = 0; i < COUNT; i++) {
      years[i] = DAYS[i / 10] / 365.0, spot[i] = 100, rate[i] = 0.03, yield[i] = 0.01, weight[i] = 1;
      strike[i] = 100 * std::exp(0.02 * years[i] + 0.08 * std::sqrt(years[i]) * (double(i % 10) - 4.5));
      phi[i] = i % 10 < 5 ? -1 : 1;
    }
    const keel_heston truth = {0.04, 1.8, 0.06, 0.55, -0.7};
    const keel_heston_greeks out = {price.data(), nullptr, nullptr, nullptr, nullptr};
    keel_heston_price(&truth, COUNT, &options, &out);
    for (size_t i = 0; i < COUNT; i++) price[i] *= 1 + 0.002 * std::sin(double(37 * i + 1));
    keel_implied_vol_solve(COUNT, &options, price.data(), vol.data());
  }
};

void prices(void *data) {
  Surface &at = *static_cast<Surface *>(data);
  const keel_heston model = {0.04, 1.8, 0.06, 0.55, -0.7};
  const keel_heston_greeks out = {at.model.data(), nullptr, nullptr, nullptr, nullptr};
  keel_heston_price(&model, COUNT, &at.options, &out);
}

const keel_bates START = {{0.06, 1, 0.09, 0.3, -0.3}, {0, 0, 0}};

void fits(void *data) {
  Surface &at = *static_cast<Surface *>(data);
  const keel_heston_quotes quotes = {COUNT, at.options, at.price.data(), at.weight.data()};
  const keel_heston_fit_plan plan = {&START, 0, 0};
  keel_heston_fit_solve(&quotes, &plan, &at.fit, nullptr);
}

// ---- QuantLib ----

struct Peer {
  QuantLib::ext::shared_ptr<QuantLib::HestonModel> model;
  std::vector<QuantLib::ext::shared_ptr<QuantLib::CalibrationHelper>> helpers;
  QuantLib::Array start;
  double residual = 0;

  using Engine = QuantLib::AnalyticHestonEngine;
  Peer(const Surface &at, Engine::ComplexLogFormula formula, const Engine::Integration &integration) {
    using namespace QuantLib;
    const Date today = Date::todaysDate();  // the library's own: its settings are not seen from here (hidden symbols)
    auto flat = [&](double rate) {
      return Handle<YieldTermStructure>(ext::make_shared<FlatForward>(today, rate, Actual365Fixed()));
    };
    const Handle<Quote> spot(ext::make_shared<SimpleQuote>(100.0));
    const keel_heston &s = START.heston;
    auto process =
        ext::make_shared<HestonProcess>(flat(0.03), flat(0.01), spot, s.variance, s.kappa, s.theta, s.xi, s.rho);
    model = ext::make_shared<HestonModel>(process);
    start = model->params();
    auto pricer = ext::make_shared<Engine>(model, formula, integration);
    for (size_t i = 0; i < COUNT; i++) {
      auto helper = ext::make_shared<HestonModelHelper>(Period(DAYS[i / 10], Days), NullCalendar(), spot, at.strike[i],
                                                        Handle<Quote>(ext::make_shared<SimpleQuote>(at.vol[i])),
                                                        flat(0.03), flat(0.01), BlackCalibrationHelper::PriceError);
      helper->setPricingEngine(pricer);
      helpers.push_back(helper);
    }
  }
};

void peer_fits(void *data) {
  using namespace QuantLib;
  Peer &peer = *static_cast<Peer *>(data);
  peer.model->setParams(peer.start);
  LevenbergMarquardt method(1e-8, 1e-8, 1e-8);
  peer.model->calibrate(peer.helpers, method, EndCriteria(400, 40, 1e-8, 1e-8, 1e-8));
  double sum = 0;
  for (auto &helper : peer.helpers) {
    double error = helper->calibrationError();
    sum += error * error;
  }
  peer.residual = std::sqrt(sum / COUNT);
}

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

}  // namespace

int main(int argc, char **argv) {
  using Engine = QuantLib::AnalyticHestonEngine;
  static Surface at;
  static Peer laguerre(at, Engine::Gatheral, Engine::Integration::gaussLaguerre(64)),
      optimal(at, Engine::AndersenPiterbargOptCV, Engine::Integration::gaussLaguerre(32));
  if (chosen(argc, argv, "heston_price")) {
    bench_subject subject = {"heston_price", prices, &at, double(COUNT), 0, {0}};
    bench_all(&subject, 1);
    std::printf("heston_price\t%.3g\tprices/s\n", bench_median(&subject));
  }
  if (chosen(argc, argv, "heston_fit")) {
    bench_subject subjects[] = {{"heston_fit", fits, &at, 1, 0, {0}},
                                {"laguerre", peer_fits, &laguerre, 1, 0, {0}},
                                {"optimal", peer_fits, &optimal, 1, 0, {0}}};
    bench_all(subjects, 3);
    std::fprintf(stderr, "residuals (rms of prices): keel %.9g in %zu steps, peers %.9g, %.9g\n", at.fit.residual,
                 at.fit.steps, laguerre.residual, optimal.residual);
    double own = bench_median(&subjects[0]);
    std::printf("heston_fit\t%.3g\tcalibrations/s\tanalytichestonengine=%.3g\tanalytichestonengine_optcv=%.3g\n", own,
                own / bench_median(&subjects[1]), own / bench_median(&subjects[2]));
  }
  return 0;
}
