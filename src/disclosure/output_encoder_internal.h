// One output's rows become cells: what the parts of this work share. encode.cc: counts, sums and rows;
// encode_shares.cc: shares and what they leave; encode_means.cc: means that tell a sum or a share;
// tie_columns.cc: what columns say of each other.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

using Where = std::map<std::string, std::vector<std::string>>;

/// Turns one output's rows into cells.
class OutputEncoder {
 public:
  OutputEncoder(Encoding& encoding, const Output& output, std::uint32_t index, const Rules& rules)
      : encoding_(encoding), output_(output), index_(index), rules_(rules) {}

  void run();

 private:
  struct Column {
    const ColumnLayout* layout = nullptr;  ///< Null: not in the layout.
    const table::Column* data = nullptr;
    std::string variable;
    std::optional<std::size_t> twin;  ///< A share: the column that holds the count it implies.
    std::optional<std::size_t> sum;   ///< A mean: the column that it is, over its n.
    std::set<std::size_t> ignores;    ///< A count: dimensions it does not depend on.
    std::optional<int> decimals;      ///< A share: as it was rounded.
  };

  void prepare();
  void read_decimals(std::size_t c);
  void find_twin(std::size_t c);
  void find_constant_dimensions(std::size_t c);
  Where where_of(std::size_t c) const;
  CellIndex count_cell(std::size_t row, std::size_t c);
  void encode_row(std::size_t row);
  void encode_field(std::size_t row, std::size_t c);
  void encode_share(std::size_t row, std::size_t c, double base, const ShareReading& part,
                    CellIndex base_cell, Level level);
  CellIndex share_cell(std::size_t row, std::size_t c, const ShareReading& part, Level level);
  CellIndex sum_cell(std::size_t row, std::size_t c);
  void find_sum_of_mean(std::size_t c);
  void encode_mean(std::size_t row, std::size_t c);
  std::optional<CellIndex> share_beside(std::size_t row, std::size_t c, double part, double n, Level level);
  void tie_levels(std::size_t row);
  void tie_columns();

  std::optional<std::size_t> find(std::string_view name) const;
  Contributors contributors(std::size_t row, const std::string& variable,
                            const std::set<std::size_t>& ignores) const;
  Selection select(const std::string& unit, const Where& where, const std::string& variable,
                   const std::string& label) const;
  bool agrees(CellIndex known, const ShareReading& reading);
  CellIndex cell(Selection selection, double value, const Verdict& verdict, Level level);
  CellIndex cell(Selection selection, const ShareReading& reading, const Verdict& verdict, Level level);
  void show(CellIndex cell, std::size_t row, std::size_t c);
  void show(CellIndex cell, std::size_t row, std::size_t c, double low, double high);
  Verdict judge(double value, Level level, const Contributors& who, std::size_t row) const;
  bool structural_zero(std::size_t row) const;

  Encoding& encoding_;
  const Output& output_;
  std::uint32_t index_;
  Rules rules_;
  std::vector<Column> columns_;
  Where where_;  ///< Of the row at hand.
};

}  // namespace kinfold::disclosure
