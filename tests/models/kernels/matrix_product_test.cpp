#include "models/kernels/matrix_product.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/stats.h"

namespace asbench::models {
namespace {

/// Root mean square of the error as a share of that of the values: float32 sums of up to 800 random
/// terms in one chain a block of inputs.
constexpr double kProductTolerance = 5e-7;

std::vector<float> random_values(std::int64_t count, std::uint64_t seed) {
  SplitMix64 random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values)
    value = static_cast<float>(static_cast<double>(random.next() >> 11U) * 0x1p-53 * 4.0 - 2.0);
  return values;
}

struct Sizes {
  std::int64_t rows;
  std::int64_t inputs;
  std::int64_t outputs;
};

class ProductOf : public ::testing::TestWithParam<const ProductKernels*> {
 protected:
  void prepare(const Sizes& sizes) {
    sizes_ = sizes;
    x_ = random_values(sizes.rows * sizes.inputs, 1);
    w_ = random_values(sizes.outputs * sizes.inputs, 2);
    packed_.assign({w_.data(), sizes.outputs, sizes.inputs, sizes.inputs, 1});
  }

  [[nodiscard]] Product product(std::vector<float>& out) const {
    out.resize(static_cast<std::size_t>(sizes_.rows * sizes_.outputs),
               std::numeric_limits<float>::quiet_NaN());
    return {.x = x_.data(),
            .rows = sizes_.rows,
            .x_stride = sizes_.inputs,
            .out = out.data(),
            .out_stride = sizes_.outputs,
            .last = sizes_.outputs};
  }

  [[nodiscard]] double exact(std::int64_t row, std::int64_t output) const {
    double sum = 0.0;
    for (std::int64_t k = 0; k < sizes_.inputs; ++k) {
      sum += static_cast<double>(x_[static_cast<std::size_t>(row * sizes_.inputs + k)]) *
             static_cast<double>(w_[static_cast<std::size_t>(output * sizes_.inputs + k)]);
    }
    return sum;
  }

  [[nodiscard]] double error(const std::vector<float>& out,
                             double (*start)(std::int64_t row, std::int64_t output)) const {
    double squares = 0.0;
    double size = 0.0;
    for (std::int64_t r = 0; r < sizes_.rows; ++r) {
      for (std::int64_t n = 0; n < sizes_.outputs; ++n) {
        const double wanted = exact(r, n) + start(r, n);
        const double difference =
            static_cast<double>(out[static_cast<std::size_t>(r * sizes_.outputs + n)]) - wanted;
        squares += difference * difference;
        size += wanted * wanted;
      }
    }
    return std::sqrt(squares / size);
  }

  Sizes sizes_{};
  std::vector<float> x_;
  std::vector<float> w_;
  PackedMatrix packed_{*GetParam()};
};

constexpr Sizes kSizes[] = {{1, 1, 1},     {1, 7, 3},        {5, 31, 33},   {12, 32, 32},
                            {13, 33, 64},  {31, 64, 17},     {33, 192, 65}, {40, 193, 31},
                            {24, 256, 96}, {61, 257, 40},    {257, 40, 5},  {270, 300, 48},
                            {3, 800, 130}, {150, 300, 1100}, {2, 600, 513}};

TEST_P(ProductOf, MatchesTheNaiveDoublePrecisionFormAtEverySize) {
  for (const Sizes& sizes : kSizes) {
    prepare(sizes);
    std::vector<float> out;
    packed_.multiply(product(out));
    EXPECT_LE(error(out, [](std::int64_t, std::int64_t) { return 0.0; }), kProductTolerance)
        << sizes.rows << " x " << sizes.inputs << " x " << sizes.outputs;
  }
}

TEST_P(ProductOf, BeginsWithTheBiasOrWithWhatIsThere) {
  for (const Sizes& sizes : kSizes) {
    prepare(sizes);
    std::vector<float> bias;
    for (std::int64_t n = 0; n < sizes.outputs; ++n)
      bias.push_back(static_cast<float>(n % 5) - 2.0F);
    std::vector<float> out;
    Product call = product(out);
    call.bias = bias.data();
    packed_.multiply(call);
    const auto start = [](std::int64_t, std::int64_t n) {
      return static_cast<double>(n % 5) - 2.0;
    };
    EXPECT_LE(error(out, start), kProductTolerance) << sizes.outputs;

    for (std::int64_t r = 0; r < sizes.rows; ++r) {
      for (std::int64_t n = 0; n < sizes.outputs; ++n) {
        out[static_cast<std::size_t>(r * sizes.outputs + n)] = static_cast<float>((r + n) % 3);
      }
    }
    call.bias = nullptr;
    call.add = true;
    packed_.multiply(call);
    const auto there = [](std::int64_t r, std::int64_t n) {
      return static_cast<double>((r + n) % 3);
    };
    EXPECT_LE(error(out, there), kProductTolerance) << sizes.outputs;
  }
}

TEST_P(ProductOf, GivesARowTheSameBitsWhateverStandsBesideIt) {
  for (const Sizes& sizes : kSizes) {
    prepare(sizes);
    std::vector<float> whole;
    packed_.multiply(product(whole));
    for (const std::int64_t count : {1, 2, 5, 12, 16, 33}) {
      for (std::int64_t first = 0; first + count <= sizes.rows; first += 7) {
        std::vector<float> part;
        Product call = product(part);
        call.x += first * sizes.inputs;
        call.rows = count;
        packed_.multiply(call);
        for (std::int64_t i = 0; i < count * sizes.outputs; ++i) {
          ASSERT_EQ(part[static_cast<std::size_t>(i)],
                    whole[static_cast<std::size_t>(first * sizes.outputs + i)])
              << count << " rows from " << first << ", value " << i;
        }
      }
    }
  }
}

TEST_P(ProductOf, ComputesTheOutputsAskedForAndTouchesNoOthers) {
  prepare({37, 70, 90});
  std::vector<float> whole;
  packed_.multiply(product(whole));
  for (const auto& [first, last] :
       {std::pair{0, 90}, {0, 32}, {32, 64}, {5, 20}, {31, 33}, {60, 90}, {89, 90}}) {
    const std::int64_t stride = last - first + 2;  // two columns beyond, not to be written
    std::vector<float> part(static_cast<std::size_t>(sizes_.rows * stride), 42.0F);
    Product call = product(whole);
    call.out = part.data();
    call.out_stride = stride;
    call.first = first;
    call.last = last;
    packed_.multiply(call);
    for (std::int64_t r = 0; r < sizes_.rows; ++r) {
      for (std::int64_t n = first; n < last; ++n) {
        ASSERT_EQ(part[static_cast<std::size_t>(r * stride + n - first)],
                  whole[static_cast<std::size_t>(r * 90 + n)]);
      }
      EXPECT_EQ(part[static_cast<std::size_t>(r * stride + stride - 2)], 42.0F);
      EXPECT_EQ(part[static_cast<std::size_t>(r * stride + stride - 1)], 42.0F);
    }
  }
}

TEST_P(ProductOf, ComputesOutputsAcrossItsBlocksAsPartOfTheWhole) {
  const Sizes sizes{145, 530, 1090};
  prepare(sizes);
  const std::vector<float> start = random_values(sizes.rows * sizes.outputs, 3);
  const auto wide = static_cast<std::size_t>(sizes.outputs);
  for (const bool add : {false, true}) {
    std::vector<float> whole = start;
    Product call = product(whole);
    call.add = add;
    if (!add) call.bias = start.data();
    packed_.multiply(call);
    for (const auto& [first, last] : {std::pair{0, 1090}, {500, 530}, {37, 1085}, {512, 1024}}) {
      const std::int64_t count = last - first;
      std::vector<float> part(static_cast<std::size_t>(sizes.rows * count));
      for (std::size_t i = 0; i < part.size(); ++i)
        part[i] = start[i / static_cast<std::size_t>(count) * wide +
                        static_cast<std::size_t>(first) + i % static_cast<std::size_t>(count)];
      Product sliced = call;
      sliced.out = part.data();
      sliced.out_stride = count;
      sliced.first = first;
      sliced.last = last;
      if (!add) sliced.bias = start.data() + first;
      packed_.multiply(sliced);
      for (std::size_t i = 0; i < part.size(); ++i) {
        ASSERT_EQ(part[i],
                  whole[i / static_cast<std::size_t>(count) * wide +
                        static_cast<std::size_t>(first) + i % static_cast<std::size_t>(count)])
            << "outputs " << first << " to " << last << ", value " << i << (add ? ", added" : "");
      }
    }
  }
}

TEST_P(ProductOf, TakesATransposedMatrixAndStridedRows) {
  prepare({9, 50, 21});
  std::vector<float> expected;
  packed_.multiply(product(expected));
  std::vector<float> transposed(w_.size());
  for (std::int64_t n = 0; n < 21; ++n) {
    for (std::int64_t k = 0; k < 50; ++k)
      transposed[static_cast<std::size_t>(k * 21 + n)] = w_[static_cast<std::size_t>(n * 50 + k)];
  }
  std::vector<float> strided(static_cast<std::size_t>(9 * 53),
                             std::numeric_limits<float>::quiet_NaN());
  for (std::int64_t i = 0; i < 9 * 50; ++i)
    strided[static_cast<std::size_t>(i / 50 * 53 + i % 50)] = x_[static_cast<std::size_t>(i)];
  PackedMatrix other(*GetParam());
  other.assign({transposed.data(), 21, 50, 1, 21});
  std::vector<float> out;
  Product call = product(out);
  call.x = strided.data();
  call.x_stride = 53;
  other.multiply(call);
  EXPECT_EQ(out, expected);
}

// The parts of a float32 must add up to all of it: 1 + 2^-23 and 1 differ only in the last bit.
TEST_P(ProductOf, KeepsTheLastBitOfItsFactors) {
  const std::vector<float> x = {1.0F + 0x1p-23F, -1.0F};
  const std::vector<float> w = {1.0F, 1.0F};
  packed_.assign({w.data(), 1, 2, 2, 1});
  float out = 0.0F;
  packed_.multiply(
      {.x = x.data(), .rows = 1, .x_stride = 2, .out = &out, .out_stride = 1, .last = 1});
  EXPECT_EQ(out, 0x1p-23F);
}

TEST_P(ProductOf, DoesNotHideWhatIsNotFinite) {
  prepare({20, 40, 10});
  x_[3 * 40 + 7] = std::numeric_limits<float>::quiet_NaN();
  x_[5 * 40 + 7] = std::numeric_limits<float>::infinity();
  std::vector<float> out;
  packed_.multiply(product(out));
  for (std::int64_t r = 0; r < 20; ++r)
    EXPECT_EQ(std::isfinite(out[static_cast<std::size_t>(r * 10)]), r != 3 && r != 5) << r;
}

std::string kernels_name(const ::testing::TestParamInfo<const ProductKernels*>& chosen) {
  std::string name = chosen.param->name;
  name.resize(std::min(name.size(), name.find(',')));
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kernels, ProductOf,
                         ::testing::ValuesIn(all_product_kernels().begin(),
                                             all_product_kernels().end()),
                         kernels_name);

}  // namespace
}  // namespace asbench::models
