// See sobol_table.h. All that is C++ in the library: no exceptions, nothing of its runtime.
#include "kernel/sobol_table.h"

#include <boost/random/sobol.hpp>

using table = boost::random::default_sobol_table;

size_t keel_sobol_table_size(void) { return table::max_dimension; }

uint32_t keel_sobol_table_polynomial(size_t dimension) { return table::polynomial(dimension - 1); }

uint32_t keel_sobol_table_start(size_t dimension, size_t index) { return table::minit(dimension - 1, index); }
