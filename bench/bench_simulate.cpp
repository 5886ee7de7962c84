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

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench.h"
#include "keel/simulate.h"
#include "peer_discrete_hedge.h"

namespace {

namespace ql = QuantLib;

constexpr size_t PATHS = 50000, MANY = 200000, PEER_PATHS = 2000;
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

// ---- this library ----

struct Simulation {
  keel_strategy *strategy = nullptr;
  int threads = 1;
  double std = 0;

  Simulation(size_t steps, bool explained, size_t paths = PATHS) {
    const std::string set[] = {"run.steps=" + std::to_string(steps), "run.paths=" + std::to_string(paths),
                               std::string("run.explain=") + (explained ? "true" : "false")};
    const char *overrides[] = {set[0].c_str(), set[1].c_str(), set[2].c_str()};
    check(keel_strategy_load("bench/discrete_hedge.yaml", overrides, 3, &strategy, &error));
  }
  ~Simulation() { keel_strategy_free(strategy); }
  Simulation(const Simulation &) = delete;

  void run() {
    keel_simulation *found = nullptr;
    keel_simulate_options options{};
    options.threads = threads;
    check(keel_simulation_run(strategy, &options, &found, &error));
    std = keel_simulation_figure(found, 0, 0, 1).value;
    keel_simulation_free(found);
  }

 private:
  keel_error error{};

  void check(keel_status status) {
    if (status == KEEL_STATUS_OK) return;
    std::fprintf(stderr, "bench_simulate: %s: %s\n", error.where, error.what);
    std::exit(1);
  }
};

void run_simulation(void *data) { static_cast<Simulation *>(data)->run(); }

// ---- what is shown ----

bool chosen(int argc, char **argv, const std::string &name) {
  for (int i = 1; i < argc; i++)
    if (name == argv[i]) return true;
  return argc < 2;
}

// All do the same job: the standard deviations agree within what sampling allows.
void compare(double std, double other, const char *name) {
  if (std::fabs(std / other - 1) < 0.05) return;
  std::fprintf(stderr, "bench_simulate: %s: standard deviation %g, another found %g\n", name, std, other);
  std::exit(1);
}

void bench_steps(int argc, char **argv, size_t steps) {
  const std::string plain_name = "simulate_" + std::to_string(steps);
  const std::string explained_name = "simulate_explained_" + std::to_string(steps);
  Library library(steps);
  Bare loop = bare(steps, 2e-4);
  Simulation plain(steps, false), explained(steps, true);
  const double work = double(PATHS * steps);
  std::vector<bench_subject> subjects = {{"quantlib", run_library, &library, double(PEER_PATHS * steps), 0, {}},
                                         {"bare_loop", run_bare, &loop, work, 0, {}}};
  if (chosen(argc, argv, plain_name)) subjects.push_back({plain_name.c_str(), run_simulation, &plain, work, 0, {}});
  if (chosen(argc, argv, explained_name))
    subjects.push_back({explained_name.c_str(), run_simulation, &explained, work, 0, {}});
  if (subjects.size() == 2) return;
  bench_all(subjects.data(), int(subjects.size()));
  compare(loop.moments.std, library.std, "bare_loop");
  for (size_t i = 2; i < subjects.size(); i++) {
    const double rate = bench_median(&subjects[i]);
    compare(static_cast<Simulation *>(subjects[i].data)->std, loop.moments.std, subjects[i].name);
    std::printf("%s\t%.3g\tscenario-steps/s\tquantlib=%.1f\tbare_loop=%.2f\n", subjects[i].name, rate,
                rate / bench_median(&subjects[0]), rate / bench_median(&subjects[1]));
  }
}

// ---- a second core: by the clock on the wall ----

constexpr int TURNS = 9;

double seconds_of(Simulation &simulation) {
  const auto begun = std::chrono::steady_clock::now();
  simulation.run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void bench_two_cores(int argc, char **argv) {
  if (!chosen(argc, argv, "simulate_two_cores")) return;
  constexpr size_t STEPS = 84;
  Simulation one(STEPS, false, MANY), two(STEPS, false, MANY);
  two.threads = 2;
  double alone[TURNS], both[TURNS];
  for (int turn = 0; turn < TURNS; turn++) alone[turn] = seconds_of(one), both[turn] = seconds_of(two);
  std::sort(alone, alone + TURNS), std::sort(both, both + TURNS);
  std::printf("simulate_two_cores\t%.3g\tscenario-steps/s\tone_core=%.2f\n", double(MANY * STEPS) / both[TURNS / 2],
              alone[TURNS / 2] / both[TURNS / 2]);
}

}  // namespace

int main(int argc, char **argv) {
  for (size_t steps : {size_t(21), size_t(84)}) bench_steps(argc, argv, steps);
  bench_two_cores(argc, argv);
}
