#include "site/apart.h"

namespace kinfold::site {
namespace {

thread_local const ApartRunner* current = nullptr;

}  // namespace

void run_apart(const std::function<void()>& work) { current == nullptr ? work() : (*current)(work); }

ApartScope::ApartScope(ApartRunner runner) : runner_(std::move(runner)) { current = &runner_; }
ApartScope::~ApartScope() { current = nullptr; }

}  // namespace kinfold::site
