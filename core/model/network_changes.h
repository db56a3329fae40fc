#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// What fine-tuning made of some tensors of a network: all that differs from its base. A convolution's numbers are
/// those with batch-norm folded in, so no running statistic is ever among them.
struct NetworkChanges {
    struct Tensor {
        std::string name;                 ///< "Mixed_7c.branch1x1.conv.weight", or ".bias"
        std::vector<std::int64_t> shape;  ///< one to four sides
        std::vector<float> values;        ///< as many as the shape says, row-major
    };
    std::string base;  ///< full id of the backbone that they change
    std::vector<Tensor> tensors;

    /// The id of the backbone that comes of it: the base's, "+t-" and the hash of all tensors with their names and
    /// shapes. Features of it never mix with the base's.
    std::string backbone() const;
    /// Throws Error{Format} for no tensors, names that are empty, too long or twice there, shapes that make no tensor,
    /// and numbers that are not finite.
    void validate() const;
};

}  // namespace dank
