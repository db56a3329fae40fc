#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dank {

/// What a network computes in.
enum class Precision {
    Float32,
    BFloat16,
    Float16,        ///< on CUDA only
    TensorFloat32,  ///< on CUDA only: float32 whose products keep 10 bits of the mantissa
};
const char *precisionName(Precision precision) noexcept;  ///< "fp32", "bf16", "fp16", "tf32"
Precision precisionFromName(std::string_view name);       ///< throws Error{Format} for another word

/// How a picture of any shape becomes inputSide × inputSide.
enum class ResizeRule {
    Warp,       ///< stretched to the square, the paper's
    Crop,       ///< the short side becomes cropSide, the middle is kept: what the weights' publishers do
    Letterbox,  ///< the long side fits, the rest is mid grey
    Whole,      ///< not resized: for a backbone that takes whole pictures, and nobody else
};
const char *resizeRuleName(ResizeRule rule) noexcept;  ///< "warp", "crop", "letterbox", "whole"
/// Throws Error{Format}; "whole" is not for asking.
ResizeRule resizeRuleFromName(std::string_view name);

/// The backbone that needs no network and no weights (core/image/classic_features.h).
inline constexpr std::string_view kClassicId = "classic";
/// What a user's own TorchScript file goes by in ids; its row is in the JSON beside it.
inline constexpr std::string_view kTorchScriptId = "torchscript";

/// What a user's own ONNX file goes by: data, no program.
inline constexpr std::string_view kOnnxId = "onnx";

/// The seed in a BackboneId::weights of seeded random weights, else 0.
std::uint64_t seedOf(std::string_view weights) noexcept;

/// Everything that decides a feature vector besides the picture. Its text is the key under which features are kept
/// and what a model names, so that features made one way never mix with another's:
/// `inception_v3/warp/fp32/w-<32 hex of the weights' tensors>`, `…/keras-<32 hex>` and `…/unit-<32 hex>` for the
/// network in another convention (convention.h), `…/seed-1` for seeded random weights,
/// `classic/whole/fp32/v-1`, `torchscript/warp/fp32/w-<32 hex of the file and its description>`, `onnx/…` likewise;
/// behind any of them `+t-<32 hex of the changed tensors>` where fine-tuning changed that network
/// (core/model/network_changes.h).
struct BackboneId {
    std::string network;
    ResizeRule resize = ResizeRule::Warp;
    Precision precision = Precision::Float32;
    /// "w-<hash>", "keras-<hash>", "unit-<hash>", "seed-<number>" or "v-<version>"; of a tuned one with "+t-<hash>"
    std::string weights;

    bool isUntrained() const { return weights.starts_with("seed-"); }
    bool isTuned() const { return weights.find('+') != std::string::npos; }
    /// What fine-tuning began with; itself where it is not tuned.
    BackboneId base() const { return {network, resize, precision, weights.substr(0, weights.find('+'))}; }
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
