#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace dank {

/// The features of rated pictures, kept where extraction keeps a dataset's: in the library's store, by the hash of the
/// picture's bytes. Thread-safe.
class RatedFeatures {
public:
    /// Where there is no library yet, none is made and nothing is kept.
    RatedFeatures(std::string backbone, std::filesystem::path library);

    /// Fills `out` ([columns]) and returns true where the store has them. A library that cannot be read has none.
    bool find(const std::string &imageHash, std::span<float> out) const;
    /// A library that cannot be written keeps nothing: a score must not fail for that.
    void keep(const std::string &imageHash, std::span<const float> values) const;

private:
    std::string m_backbone;
    std::filesystem::path m_library;
};

}  // namespace dank
