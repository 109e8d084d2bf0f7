#pragma once

namespace asbench {

/// Sees to it that OpenBLAS takes kernels that this CPU runs well. OpenBLAS goes by the CPU's model
/// number when it is loaded, and takes a model younger than itself for a CPU of 2004: matrix
/// products are then four times as slow. This names the kernels by what the CPU can do (AVX-512,
/// AVX2) in $OPENBLAS_CORETYPE, unless the user has set it. To be called before OpenBLAS is loaded,
/// by a program's only thread. @returns true when it set something.
bool choose_blas_kernels();

}  // namespace asbench
