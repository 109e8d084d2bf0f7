// Compiled with AVX-512; only called on CPUs that have it.
#define ASBENCH_VECTOR_BYTES 64
#define ASBENCH_TILE_ROWS 14
#include "models/kernels/float_product_body.h"

namespace asbench::models {

extern const ProductKernels kAvx512ProductKernels;
const ProductKernels kAvx512ProductKernels = {"AVX-512", packed_bytes, pack, multiply};

}  // namespace asbench::models
