#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dank {

/// One of several parts that pictures are dealt into by their hashes: every machine deals alike, and copies of a
/// picture land together.
struct Shard {
    std::uint32_t number = 1;  ///< 1 … of
    std::uint32_t of = 1;

    bool isWhole() const { return of == 1; }
    /// `pictureHash`: hashFile()'s; its first 16 digits as a number, modulo `of`, counted from 1, are its part. A
    /// picture that could not be read has an empty one and is in every part: each machine tells of what it cannot read.
    bool holds(std::string_view pictureHash) const;
    std::string text() const;  ///< "2/8"

    /// What text() makes, up to a million parts. Throws Error{Format} that says what is wrong.
    static Shard parse(std::string_view text);
};

}  // namespace dank
