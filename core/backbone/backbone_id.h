#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/backbone/precision.h"
#include "core/backbone/resize_rule.h"

namespace dank {

/// The backbone that needs no network and no weights (core/image/classic_features.h).
inline constexpr std::string_view kClassicId = "classic";
/// What a user's own TorchScript file goes by in ids; its row is in the JSON beside it.
inline constexpr std::string_view kTorchScriptId = "torchscript";

/// The seed in a BackboneId::weights of seeded random weights, else 0.
std::uint64_t seedOf(std::string_view weights) noexcept;

/// Everything that decides a feature vector besides the picture. Its text is the key under which features are kept
/// and what a model names, so that features made one way never mix with another's:
/// `inception_v3/warp/fp32/w-<32 hex of the weights' tensors>`, `…/seed-1` for seeded random weights,
/// `classic/whole/fp32/v-1`, `torchscript/warp/fp32/w-<32 hex of the file and its description>`.
struct BackboneId {
    std::string network;
    ResizeRule resize = ResizeRule::Warp;
    Precision precision = Precision::Float32;
    std::string weights;  ///< "w-<hash>", "seed-<number>" or "v-<version>"

    bool isUntrained() const { return weights.starts_with("seed-"); }
    std::string text() const;
    /// Throws Error{Format} for a text that text() did not make.
    static BackboneId parse(std::string_view text);
    /// The same; empty for such a text.
    static std::optional<BackboneId> tryParse(std::string_view text);

    bool operator==(const BackboneId &) const = default;
};

/// Whether an id's text says that its weights were seeded random numbers; also of a text that this version cannot
/// parse.
bool isUntrainedBackbone(std::string_view id) noexcept;

}  // namespace dank
