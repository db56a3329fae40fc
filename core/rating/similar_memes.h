#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/evaluate/neighbours.h"
#include "core/model/caption.h"
#include "core/model/model.h"
#include "core/model/score.h"

namespace dank {

/// The training memes of a model that look like a picture. Their features are read from the library's store once, by
/// the hashes that the model keeps; what the store lacks is left out. Holds at most kMaxTrainPictures of them and 256
/// MB. Const calls are thread-safe.
class SimilarMemes {
public:
    static constexpr std::size_t kMaxFloats = 64'000'000;

    /// `library` may be no library: then there are no neighbours. `model` must outlive this.
    SimilarMemes(const Model &model, const std::filesystem::path &library);

    /// Memes that find() chooses from.
    std::size_t count() const { return m_nearest.rows(); }
    /// Whether the model learned from the picture of that hash.
    bool learnedFrom(const std::string &hash) const { return m_known.contains(hash); }
    /// The `k` nearest to a picture's features; `hash` is of its file. `words` go with it, for the likeness of the
    /// words, which has no part in the choice.
    std::vector<SimilarMeme> find(std::span<const float> features, const std::string &hash, std::size_t k,
                                  const Caption &words = {}) const;

private:
    /// Of the picture at that place in Model::trainPictures; checked once, since a pile of similar memes has the same
    /// neighbours over and over.
    std::string pathAt(std::size_t place) const;

    const Model *m_model;
    std::unordered_map<std::string, std::size_t> m_known;  ///< hash → place in Model::trainPictures
    std::vector<std::size_t> m_pictures;                   ///< [rows of m_nearest], places in Model::trainPictures
    NearestMemes m_nearest;
    std::map<std::string, std::string> m_texts;  ///< read in their pictures, by hash, where the model reads those
    mutable std::mutex m_mutex;
    mutable std::unordered_map<std::size_t, std::string> m_paths;  ///< guarded by m_mutex
};

}  // namespace dank
