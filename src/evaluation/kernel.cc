#include "evaluation/kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace kinfold::evaluation {
namespace {

/// Points one bandwidth apart fall into the same or neighbouring cells.
class Cells {
 public:
  Cells(std::span<const double> point, double width)
      : low_(point.empty() ? 0 : point.front()), width_(width) {
    const double last = point.empty() ? 0 : std::floor((point.back() - low_) / width_);
    // More cells than points buy nothing; then wider cells do as well.
    const double most = static_cast<double>(4 * point.size() + 16);
    if (last > most) width_ = (point.back() - low_) / most;
    begin_.push_back(0);
    std::size_t at = 0;
    for (std::size_t cell = 0; at < point.size(); ++cell) {
      while (at < point.size() && cell_of(point[at]) <= static_cast<std::ptrdiff_t>(cell)) ++at;
      begin_.push_back(at);
    }
  }
  std::ptrdiff_t cell_of(double x) const {
    return static_cast<std::ptrdiff_t>(std::floor((x - low_) / width_));
  }
  double centre(std::size_t cell) const { return low_ + (static_cast<double>(cell) + 0.5) * width_; }
  std::size_t count() const { return begin_.size() - 1; }
  std::size_t begin(std::size_t cell) const { return begin_[cell]; }
  std::size_t end(std::size_t cell) const { return begin_[cell + 1]; }

 private:
  double low_;
  double width_;
  std::vector<std::size_t> begin_;
};

struct Moments {
  double zero = 0;
  double one = 0;
  double two = 0;
};

std::vector<double> polynomial_sums(std::span<const double> query, std::span<const double> point,
                                    std::span<const double> value, bool flat, double h) {
  const Cells cells(point, h);
  std::vector<Moments> prefix(point.size() + cells.count() + 1);  // one more a cell: each starts from nothing
  const auto slot = [](std::size_t cell, std::size_t at) { return at + cell; };
  for (std::size_t cell = 0; cell < cells.count(); ++cell) {
    Moments sum;
    for (std::size_t at = cells.begin(cell); at < cells.end(cell); ++at) {
      prefix[slot(cell, at)] = sum;
      const double t = (point[at] - cells.centre(cell)) / h;
      sum.zero += value[at];
      sum.one += value[at] * t;
      sum.two += value[at] * t * t;
    }
    prefix[slot(cell, cells.end(cell))] = sum;
  }
  std::vector<double> out(query.size(), 0);
  std::size_t from = 0;
  std::size_t to = 0;
  for (std::size_t i = 0; i < query.size(); ++i) {
    const double q = query[i];
    if (i > 0 && q < query[i - 1]) {  // queries in ascending order never go back
      from = static_cast<std::size_t>(
          std::partition_point(point.begin(), point.end(), [&](double p) { return (q - p) / h >= 1; }) -
          point.begin());
      to = from;
    }
    while (from < point.size() && (q - point[from]) / h >= 1) ++from;
    while (to < point.size() && (point[to] - q) / h < 1) ++to;
    if (from >= to) continue;
    const auto first_cell = static_cast<std::size_t>(cells.cell_of(point[from]));
    for (std::size_t cell = first_cell; cell < cells.count() && cells.begin(cell) < to; ++cell) {
      const auto begin = std::max(from, cells.begin(cell));
      const auto end = std::min(to, cells.end(cell));
      if (begin >= end) continue;
      const auto& a = prefix[slot(cell, begin)];
      const auto& b = prefix[slot(cell, end)];
      const double d = (q - cells.centre(cell)) / h;
      const double zero = b.zero - a.zero;
      out[i] += flat ? 0.5 * zero : 0.75 * ((1 - d * d) * zero + 2 * d * (b.one - a.one) - (b.two - a.two));
    }
  }
  return out;
}

constexpr double kGaussianReach = 9.0;
constexpr std::size_t kTerms = 48;

double gaussian_direct(double q, std::span<const double> point, std::span<const double> value,
                       std::size_t begin, std::size_t end, double h) {
  double sum = 0;
  for (std::size_t j = begin; j < end; ++j) {
    const double u = (q - point[j]) / h;
    sum += std::exp(-0.5 * u * u) * value[j];
  }
  return sum;
}

std::vector<double> gaussian_sums(std::span<const double> query, std::span<const double> point,
                                  std::span<const double> value, double h) {
  const Cells cells(point, h);
  // Sum of value * exp(-t^2/2) t^k / k!, t in [-1/2, 1/2]; only for cells that are worth it.
  std::vector<std::array<double, kTerms>> terms(cells.count());
  for (std::size_t cell = 0; cell < cells.count(); ++cell) {
    terms[cell].fill(0);
    if (cells.end(cell) - cells.begin(cell) <= kTerms) continue;
    for (std::size_t j = cells.begin(cell); j < cells.end(cell); ++j) {
      const double t = (point[j] - cells.centre(cell)) / h;
      double term = value[j] * std::exp(-0.5 * t * t);
      for (std::size_t k = 0; k < kTerms; ++k) {
        terms[cell][k] += term;
        term *= t / static_cast<double>(k + 1);
      }
    }
  }
  std::vector<double> out(query.size(), 0);
  for (std::size_t i = 0; i < query.size(); ++i) {
    const auto first = std::max<std::ptrdiff_t>(0, cells.cell_of(query[i] - kGaussianReach * h));
    const auto last = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(cells.count()) - 1,
                                               cells.cell_of(query[i] + kGaussianReach * h));
    for (auto c = first; c <= last; ++c) {
      const auto cell = static_cast<std::size_t>(c);
      if (cells.end(cell) - cells.begin(cell) <= kTerms) {
        out[i] += gaussian_direct(query[i], point, value, cells.begin(cell), cells.end(cell), h);
        continue;
      }
      const double d = (query[i] - cells.centre(cell)) / h;
      double series = 0;
      for (std::size_t k = kTerms; k-- > 0;) series = series * d + terms[cell][k];
      out[i] += std::exp(-0.5 * d * d) * series;
    }
  }
  return out;
}

}  // namespace

std::vector<double> kernel_sums(std::span<const double> query, std::span<const double> point,
                                std::span<const double> value, KernelKind kernel, double bandwidth) {
  if (point.empty()) return std::vector<double>(query.size(), 0);
  if (kernel == KernelKind::kGaussian) return gaussian_sums(query, point, value, bandwidth);
  return polynomial_sums(query, point, value, kernel == KernelKind::kUniform, bandwidth);
}

}  // namespace kinfold::evaluation
