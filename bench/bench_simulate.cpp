// The job of QuantLib's DiscreteHedging example in scenario-steps per second: a call sold at its Black-Scholes price,
// hedged by its delta at equal times, 50,000 scenarios. QuantLib's Monte Carlo framework does it without costs; the
// bare loop is the same with costs and this library's kernels, and nothing around them. Arguments choose subjects by
// name.
#include <ql/instruments/payoffs.hpp>
#include <ql/methods/montecarlo/montecarlomodel.hpp>
#include <ql/pricingengines/blackscholescalculator.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "bench.h"
#include "peer_discrete_hedge.h"

namespace {

namespace ql = QuantLib;

constexpr size_t PATHS = 4000000, PEER_PATHS = 2000;
constexpr double SPOT = 100, STRIKE = 100, RATE = 0.05, VOL = 0.2, YEARS = 1.0 / 12;

// ---- QuantLib ----

// The P&L at expiry of one path.
class HedgedCall : public ql::PathPricer<ql::Path> {
 public:
  ql::Real operator()(const ql::Path &path) const override {
    const size_t steps = path.length() - 1;
    const double length = YEARS / double(steps), growth = std::exp(RATE * length);
    double held = 0, cash = at(path.front(), YEARS).value();
    for (size_t step = 0; step < steps; step++) {
      const double wanted = at(path[step], YEARS - length * double(step)).delta();
      cash = (cash - (wanted - held) * path[step]) * growth;
      held = wanted;
    }
    return cash + held * path.back() - (*payoff)(path.back());
  }

 private:
  ql::ext::shared_ptr<ql::PlainVanillaPayoff> payoff =
      ql::ext::make_shared<ql::PlainVanillaPayoff>(ql::Option::Call, STRIKE);

  ql::BlackScholesCalculator at(double spot, double left) const {
    return ql::BlackScholesCalculator(payoff, spot, 1.0, VOL * std::sqrt(left), std::exp(-RATE * left));
  }
};

struct Library {
  ql::ext::shared_ptr<ql::StochasticProcess1D> process;
  size_t steps;
  double mean, std;

  explicit Library(size_t dates) : steps(dates) {
    const ql::Date today{1, ql::January, 2024};
    const ql::DayCounter days = ql::Actual365Fixed();
    process = ql::ext::make_shared<ql::BlackScholesProcess>(
        ql::Handle<ql::Quote>(ql::ext::make_shared<ql::SimpleQuote>(SPOT)),
        ql::Handle<ql::YieldTermStructure>(ql::ext::make_shared<ql::FlatForward>(today, RATE, days)),
        ql::Handle<ql::BlackVolTermStructure>(
            ql::ext::make_shared<ql::BlackConstantVol>(today, ql::NullCalendar(), VOL, days)));
  }

  void run(size_t paths) {
    using Model = ql::MonteCarloModel<ql::SingleVariate, ql::PseudoRandom>;
    auto generator = ql::ext::make_shared<Model::path_generator_type>(
        process, YEARS, steps, ql::PseudoRandom::make_sequence_generator(steps, 7), false);
    Model model(generator, ql::ext::make_shared<HedgedCall>(), ql::Statistics(), false);
    model.addSamples(paths);
    mean = model.sampleAccumulator().mean();
    std = model.sampleAccumulator().standardDeviation();
  }
};

void run_library(void *data) { static_cast<Library *>(data)->run(PEER_PATHS); }

// ---- the bare loop ----

struct Bare {
  discrete_hedge job;
  discrete_hedge_moments moments;
};

Bare bare(size_t steps, double cost) { return {{SPOT, STRIKE, RATE, VOL, YEARS, cost, steps, PATHS, 7}, {0, 0}}; }

void run_bare(void *data) { static_cast<Bare *>(data)->moments = bare_discrete_hedge(&static_cast<Bare *>(data)->job); }

}  // namespace

int main() {
  for (size_t steps : {size_t(21), size_t(84)}) {
    Library library(steps);
    Bare costless = bare(steps, 0), costly = bare(steps, 2e-4);
    library.run(400000);
    run_bare(&costless), run_bare(&costly);
    std::printf("%zu: quantlib %g %g bare %g %g costly %g %g\n", steps, library.mean, library.std,
                costless.moments.mean, costless.moments.std, costly.moments.mean, costly.moments.std);
    bench_subject subjects[] = {{"quantlib", run_library, &library, double(PEER_PATHS * steps), 0, {}},
                                {"bare_loop", run_bare, &costly, double(PATHS * steps), 0, {}}};
    continue;
    std::printf("%g %g %g\n", bench_median(subjects), bench_median(subjects + 1),
                bench_median(subjects + 1) / bench_median(subjects));
  }
}
