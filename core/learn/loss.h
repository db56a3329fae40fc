#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dank {

/// What a training run makes small, per row unless said otherwise.
enum class LossKind {
    SquaredError,  ///< (answer - target)², the paper's
    Huber,         ///< e² / 2 up to |e| = delta, then delta (|e| - delta / 2) (Huber 1964), on the answer
    Bce,           ///< binary cross-entropy of the target, a probability, taken from the logit; needs a sigmoid output
    RankNet,       ///< per pair of one group whose targets differ: log(1 + exp(-(score of the higher - score of the
                   ///< lower))) on the scores before the output's activation (Burges et al. 2005)
};
const char *lossKindName(LossKind kind) noexcept;  ///< "mse", "huber", "bce", "ranknet"

inline constexpr double kHuberDelta = 0.1;  ///< of targets in 0..1; at 1 and above Huber is half the squared error

/// One part of a loss.
struct LossTerm {
    LossKind kind = LossKind::SquaredError;
    double weight = 1;
    double delta = kHuberDelta;  ///< Huber's; means nothing elsewhere

    bool operator==(const LossTerm &) const = default;
};

/// A weighted sum as on the command line: terms joined by '+', each a name with an optional weight before and, for
/// huber, an optional ":delta" behind. "mse", "huber:0.2", "bce+0.5ranknet". Spaces do not count, exponents are not
/// known. Throws Error{Format} for anything else and for what checkLoss() refuses.
std::vector<LossTerm> lossFromText(std::string_view text);
/// The shortest text that lossFromText() reads back to the very same terms.
std::string lossText(std::span<const LossTerm> terms);
/// Throws Error{Format} for no terms, one kind twice, or a weight or delta outside 0.000001 to 1,000,000.
void checkLoss(std::span<const LossTerm> terms);
bool lossHas(std::span<const LossTerm> terms, LossKind kind) noexcept;
/// Whether it fixes how high an answer is, not only the answers' order.
bool lossFixesHeight(std::span<const LossTerm> terms) noexcept;

}  // namespace dank
