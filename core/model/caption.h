#pragma once

#include <string>

namespace dank {

/// The words that go with a picture, UTF-8; empty where there are none.
struct Caption {
    std::string title{};  ///< what its poster wrote above it
    std::string text{};   ///< what is written in it

    bool operator==(const Caption &) const = default;
};

}  // namespace dank
