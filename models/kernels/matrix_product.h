#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace asbench::models {

/// The W of y = x W^T: element (n, k), output n, input k, lies at
/// values[n * output_stride + k * input_stride]. So a transposed matrix needs no copy.
struct WeightView {
  const float* values = nullptr;
  std::int64_t outputs = 0;
  std::int64_t inputs = 0;
  std::int64_t output_stride = 0;
  std::int64_t input_stride = 1;
};

/// One product: out = x W^T, out = bias + x W^T or out += x W^T.
struct Product {
  const float* x = nullptr;  ///< [rows, inputs], rows x_stride apart
  std::int64_t rows = 0;
  std::int64_t x_stride = 0;
  float* out = nullptr;  ///< [rows, last - first], rows out_stride apart
  std::int64_t out_stride = 0;
  std::int64_t first = 0;       ///< the outputs [first, last) are computed, the others not
  std::int64_t last = 0;        ///< at most the weight's outputs
  const float* bias = nullptr;  ///< [last - first]
  bool add = false;             ///< to what is in `out`; without a bias
};

/// The loops of one kind of CPU. Note [A row's bits] (float_product_body.h) holds for each of them.
struct ProductKernels {
  const char* name;  ///< for provenance
  std::size_t (*packed_bytes)(std::int64_t outputs, std::int64_t inputs);
  /// @param packed  packed_bytes() bytes, aligned to 64
  void (*pack)(const WeightView& weight, std::byte* packed);
  void (*multiply)(const Product& product, std::int64_t inputs, const std::byte* packed);
};

/// The fastest for large products on this CPU: AMX (float32 from bfloat16 parts, see
/// amx_product.cpp), AVX-512, AVX2 with FMA, or what every CPU can; else those that
/// $ASBENCH_KERNELS names (kernel_choice.h). Chosen once. Thread-safe. @throws UsageError as
/// choose_kernels().
[[nodiscard]] const ProductKernels& product_kernels();

/// The fastest for products whose W is used once, as attention's are: product_kernels() but AMX.
[[nodiscard]] const ProductKernels& float_product_kernels();

/// All that this CPU can run, the fastest first: what tests go through.
[[nodiscard]] std::span<const ProductKernels* const> all_product_kernels();

/// W laid out for the kernels that will multiply with it: packed once, when a network is loaded.
/// Owns its memory (float32's size; 1.5 times that for AMX). Move-only. Products on one matrix may
/// run on many threads at the same time.
class PackedMatrix {
 public:
  explicit PackedMatrix(const ProductKernels& kernels = product_kernels()) : kernels_(&kernels) {}

  /// Packs another W, in the same memory where it suffices.
  void assign(const WeightView& weight);

  /// On the calling thread. float32 in and out; sums as accurate as float32 products in float32
  /// are.
  void multiply(const Product& product) const {
    kernels_->multiply(product, inputs_, packed_.get());
  }

  [[nodiscard]] std::int64_t outputs() const { return outputs_; }
  [[nodiscard]] std::int64_t inputs() const { return inputs_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };

  const ProductKernels* kernels_;
  std::unique_ptr<std::byte[], Free> packed_;
  std::size_t capacity_ = 0;
  std::int64_t outputs_ = 0;
  std::int64_t inputs_ = 0;
};

}  // namespace asbench::models
