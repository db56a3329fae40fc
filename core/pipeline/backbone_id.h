#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/nn/device.h"

namespace dank {

/// How a picture of any shape becomes inputSide × inputSide.
enum class ResizeRule {
    Warp,       ///< stretched to the square, the paper's
    Crop,       ///< the short side fits, the middle is kept
    Letterbox,  ///< the long side fits, the rest is mid grey
};
const char *resizeRuleName(ResizeRule rule) noexcept;   ///< "warp", "crop", "letterbox"
ResizeRule resizeRuleFromName(std::string_view name);   ///< throws Error{Format}

/// Everything that decides a feature vector besides the picture. Its text is the key under which features are kept
/// and what a model names, so that features made one way never mix with another's:
/// `inception_v3/warp/fp32/w-<32 hex of the weights file>` or `…/seed-1` for seeded random weights.
struct BackboneId {
    std::string network;
    ResizeRule resize = ResizeRule::Warp;
    Precision precision = Precision::Float32;
    std::string weights;  ///< "w-<hash>" or "seed-<number>"

    bool isUntrained() const { return weights.starts_with("seed-"); }
    std::uint64_t seed() const;  ///< of seeded random weights, 0 for a file's
    std::string text() const;
    /// Throws Error{Format} for a text that text() did not make.
    static BackboneId parse(std::string_view text);
};

/// The seed of `--weights none`.
inline constexpr std::uint64_t kUntrainedSeed = 1;

/// The weights a request means: a file and its name in the id.
struct WeightsChoice {
    std::filesystem::path file;  ///< empty for seeded random weights
    std::string id;              ///< BackboneId::weights
};

/// Where the library keeps an installed weights file: weights/<network>.safetensors.
std::filesystem::path installedWeightsPath(const std::filesystem::path &library, std::string_view network);

/// "none" is seeded random; a path is that file; empty is the library's installed file. Throws Error{Weights} that says
/// what is missing, where it is looked for, and how to go on without.
WeightsChoice chooseWeights(std::string_view network, const std::string &request, const std::filesystem::path &library);

/// The weights that a model's features were made with: `request` if given, else the model's hint, else the library's.
/// Throws Error{Mismatch} when a file asked for by name is another one, Error{Weights} when none can be found.
WeightsChoice findWeights(const BackboneId &id, const std::string &request, const std::filesystem::path &hint,
                          const std::filesystem::path &library);

}  // namespace dank
