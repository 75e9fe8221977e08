// Result<T>: a value, or an Error that says what was wrong and what to do.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace kinfold {

/// Why an operation did not happen. Four codes: no caller acts differently on more.
enum class ErrorCode {
  kInvalid,  ///< The input is wrong; the message says where and how to mend it.
  kRefused,  ///< The charter, a signature, a duty or the clock forbids it.
  kIo,       ///< The machine could not do it (disk full, no such file, locked).
  kInternal  ///< A defect in Kinfold.
};

/// Never holds a field's value, a key or a name: messages go to logs and ledgers.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
};

inline Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }
inline Error refused(std::string message) { return {ErrorCode::kRefused, std::move(message)}; }
inline Error io_error(std::string message) { return {ErrorCode::kIo, std::move(message)}; }
inline Error internal_error(std::string message) { return {ErrorCode::kInternal, std::move(message)}; }

/// Use: `auto x = f(); if (!x.ok()) return x.error(); use(x.value());`
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT implicit

  bool ok() const { return state_.index() == 0; }
  const T& value() const& { return std::get<0>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : failed_(true), error_(std::move(error)) {}  // NOLINT implicit

  bool ok() const { return !failed_; }
  const Error& error() const { return error_; }

 private:
  bool failed_ = false;
  Error error_;
};

using Status = Result<void>;

}  // namespace kinfold
