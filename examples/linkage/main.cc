// Links two files and says why the first pair weighs what it does.
#include <cstdio>

#include "kinfold/linkage.h"

int main(int argc, char** argv) {
  using namespace kinfold;
  if (argc != 3) return std::fprintf(stderr, "usage: %s LEFT RIGHT\n", argv[0]), 2;
  const auto left = table::read_file(argv[1], {.all_strings = true});
  const auto right = table::read_file(argv[2], {.all_strings = true});
  if (!left.ok() || !right.ok())
    return std::fprintf(stderr, "%s\n", (left.ok() ? right : left).error().message.c_str()), 1;

  // The starting model for people needs no tuning: it finds its columns, and is fitted to these files.
  const auto linked = linkage::link(left.value(), &right.value(), linkage::people_model());
  if (!linked.ok()) return std::fprintf(stderr, "%s\n", linked.error().message.c_str()), 1;

  const auto& result = linked.value();
  for (const auto& pair : result.pairs) {
    if (pair.linked)
      std::printf("row %u is row %u: %.1f bits, probability %.4f\n", pair.left + 1, pair.right + 1,
                  pair.weight_bits, pair.probability);
  }
  if (result.pairs.empty()) return 0;

  const auto& first = result.pairs.front();
  const auto why =
      linkage::explain_pairs(left.value(), &right.value(), result.model, {{first.left, first.right}});
  if (!why.ok()) return std::fprintf(stderr, "%s\n", why.error().message.c_str()), 1;
  for (const auto& step : why.value().front().steps) {
    std::printf("  %-14s %-28s %+6.2f bits\n", step.comparison.c_str(), step.level.c_str(),
                step.weight_bits + step.term_frequency_bits);
  }
}
