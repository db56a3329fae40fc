#pragma once

// Internal to core/nn.

#include <string>

namespace dank {

/// For use inside a catch block: rethrows what is being handled as a dank::Error. Out of memory (std::bad_alloc,
/// LibTorch's host and CUDA allocators) becomes Error{Memory}, another LibTorch or standard exception Error{Device};
/// dank's own exceptions pass unchanged. `doing` completes "… while <doing>".
[[noreturn]] void rethrowTorchError(const std::string &doing);

/// Runs `body` with LibTorch's exceptions translated.
template <typename Body>
auto translateTorchErrors(const std::string &doing, Body &&body)
{
    try {
        return body();
    } catch (...) {
        rethrowTorchError(doing);
    }
}

}  // namespace dank
