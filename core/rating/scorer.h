#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/caption.h"
#include "core/model/model.h"
#include "core/model/score.h"
#include "core/rating/similar_memes.h"

namespace dank {

/// The regressor's answer made a dankness: clamped to 0..1, since the paper's output is unbounded.
double danknessOf(float output);

/// What became of a file that cannot be scored.
Score skippedScore(const std::string &path, const std::string &reason);
Score skippedScore(const std::string &path, SkipReason reason, const std::string &detail);

/// The bytes of a file to rate. Where it cannot be read they are empty, and `skipped` says why.
std::vector<std::byte> readToRate(const std::filesystem::path &file, Score &skipped);

/// Scores pictures by their features with one model, and keeps features in a library's store. Const calls are
/// thread-safe.
class Scorer {
public:
    /// Throws Error{Format} for a model that makes no sense. `library` need not exist.
    Scorer(std::shared_ptr<const Model> model, std::filesystem::path library);

    const Model &model() const { return *m_model; }

    /// Reads the similar memes now; otherwise the first score does.
    void prepare() const { similar(); }

    /// The score of a picture: `encoded` is its file's bytes, `hash` of them as hashBytes() has it, `features`
    /// [columns], `caption` what someone typed for it, as captionOf() has it; empty for nothing. Throws Error{Format}
    /// where the model answers with a number that is not finite.
    Score score(std::span<const float> features, const std::string &hash, std::span<const std::byte> encoded,
                const std::string &name, const std::string &caption) const;

    /// The words that count for a picture: those that someone typed, and, where the model reads the text in pictures,
    /// what the library has of it.
    Caption captionOf(const std::string &hash, const std::string &typed) const;

    /// Stored features of a picture: fills `out` ([columns]) and returns true where the library has them.
    /// A library that cannot be read has none.
    bool find(const std::string &hash, std::span<float> out) const;
    /// Keeps them where extraction keeps a dataset's. Where there was no library none is made, and one that cannot be
    /// written keeps nothing: a score must not fail for that.
    void keep(const std::string &hash, std::span<const float> features) const;

    /// The score of a file whose features are stored, or why it can have none: it is missing, unreadable, or no
    /// picture. Nothing where only the features lack. Their key names the weights that they were made with, so the
    /// weights need not be at hand.
    std::optional<Score> scoreStored(const std::filesystem::path &file, const std::string &caption = {}) const;

private:
    const SimilarMemes &similar() const;

    std::shared_ptr<const Model> m_model;
    std::filesystem::path m_library;
    bool m_hasLibrary = false;
    mutable std::once_flag m_once;
    mutable std::unique_ptr<const SimilarMemes> m_similar;  ///< read from the library with the first score
};

}  // namespace dank
