// See sobol_table.h. All that is C++ in the library: of boost/random/sobol.hpp only the table behind it, which needs
// nothing of the C++ runtime.
#include "kernel/sobol_table.h"

#include <boost/random/detail/sobol_table.hpp>

using table = boost::random::detail::qrng_tables::sobol;

size_t keel_sobol_table_size(void) { return table::max_dimension; }

uint32_t keel_sobol_table_polynomial(size_t dimension) { return table::polynomial(dimension - 1); }

uint32_t keel_sobol_table_start(size_t dimension, size_t index) { return table::minit(dimension - 1, index); }
