#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dank {

/// How much of a network learns when it is fine-tuned.
enum class TuneDepth {
    Last,     ///< its last block; what comes before it stays as it is and is computed once
    LastTwo,  ///< its last two blocks
    All,
};
const char *tuneDepthName(TuneDepth depth) noexcept;  ///< "last", "last2", "all"
TuneDepth tuneDepthFromName(std::string_view name);   ///< throws Error{Format}

/// Fewer memes than this are tuned with a warning (kTuningIsDoubtful).
inline constexpr std::size_t kTuningNeeds = 20'000;
/// What is known of fine-tuning, for people.
inline constexpr const char *kTuningIsDoubtful =
    "A published study of 258,000 memes lost AUC by fine-tuning its network, and with fewer than 20,000 memes a "
    "network learns them by heart more easily than what makes one good. The frozen network is kept unless the tuned "
    "one is better on held-out memes.";

/// What decides a fine-tuning besides the run that it goes on from.
struct TuneConfig {
    TuneDepth depth = TuneDepth::Last;
    double headRate = 0;     ///< AdamW's learning rate of the head; 0: the run's own
    double networkRate = 0;  ///< of the network; 0: a hundredth of the head's
    double weightDecay = 0.01;
    int epochs = 20;   ///< at most
    int patience = 8;  ///< stop after this many epochs without a better order of the choosing memes
    int batch = 32;

    /// Throws Error{Format} naming the first setting that makes no sense.
    void validate() const;
    bool operator==(const TuneConfig &) const = default;
};

/// JSON both ways; fromJson throws Error{Format} and validates.
std::string tuneConfigToJson(const TuneConfig &config);
TuneConfig tuneConfigFromJson(std::string_view json);

/// What a fine-tuning will take, measured on three batches before it starts.
struct TuningEstimate {
    double seconds = 0;          ///< all epochs, and computing features before and after them
    std::uint64_t memory = 0;    ///< bytes, at most
    std::uint64_t disk = 0;      ///< bytes: kept activations, two checkpoints and the model
    std::size_t memes = 0;       ///< to learn from
    std::size_t parameters = 0;  ///< that learn
    double secondsPerEpoch = 0;  ///< of `seconds`
};

}  // namespace dank
