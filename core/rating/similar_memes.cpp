#include "core/rating/similar_memes.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/dataset/image_probe.h"
#include "core/evaluate/title_features.h"
#include "core/store/library.h"

namespace dank {

namespace fs = std::filesystem;

namespace {

/// Where the picture is, if it still is the one that was learned from. The path comes with the model, from a stranger:
/// the content decides.
std::string pathOf(const Model &model, const TrainPicture &picture)
{
    if (picture.file.empty() || model.dataset.empty())
        return {};
    try {
        const fs::path path = fs::path(model.dataset).parent_path() / picture.file;
        std::error_code failed;
        if (!fs::is_regular_file(path, failed) || fs::file_size(path, failed) > kMaxImageBytes || failed)
            return {};
        return hashFile(path) == picture.hash ? path.string() : std::string();
    } catch (const Error &) {
        return {};
    }
}

/// How alike other words are to some, by the words' own weights in a model.
class WordLikeness {
public:
    /// `part`: what of the model reads them; nullptr where nothing does.
    WordLikeness(const WordPart *part, const std::string &words)
    {
        if (!part || words.empty())
            return;
        m_features.emplace(part->rarity);
        m_words = m_features->of(words);
    }

    /// The cosine; nothing where one of the two has no words.
    std::optional<double> to(const std::string &others) const
    {
        if (m_words.empty() || others.empty())
            return std::nullopt;
        const SparseRow row = m_features->of(others);
        if (row.empty())
            return std::nullopt;
        double sum = 0;
        for (auto left = m_words.begin(), right = row.begin(); left != m_words.end() && right != row.end();) {
            if (left->first == right->first)
                sum += double{left++->second} * right++->second;
            else
                left->first < right->first ? void(++left) : void(++right);
        }
        return std::clamp(sum, 0.0, 1.0);
    }

private:
    std::optional<TitleFeatures> m_features;
    SparseRow m_words;  ///< of length 1, or empty
};

}  // namespace

SimilarMemes::SimilarMemes(const Model &model, const fs::path &library) : m_model(&model)
{
    const std::vector<TrainPicture> &pictures = model.trainPictures;
    for (std::size_t i = 0; i < pictures.size(); ++i)
        m_known.emplace(pictures[i].hash, i);
    std::error_code ignored;
    const auto columns = static_cast<std::size_t>(model.columns());
    if (pictures.empty() || columns == 0 || !fs::exists(library / "library.sqlite", ignored))
        return;
    FeatureMatrix features{model.backbone, {}, columns, {}};
    try {
        const Library store = Library::openToRead(library);
        const std::size_t count = std::min(pictures.size(), kMaxFloats / columns);
        // In pieces: the library may have few of them.
        constexpr std::size_t kPiece = 1024;
        std::vector<float> piece(std::min(kPiece, count) * columns);
        for (std::size_t first = 0; first < count; first += kPiece) {
            const std::size_t rows = std::min(kPiece, count - first);
            std::vector<std::string> hashes;
            for (std::size_t i = first; i < first + rows; ++i)
                hashes.push_back(pictures[i * pictures.size() / count].hash);
            const std::vector<bool> found =
                store.features().get(model.backbone, hashes, std::span(piece).first(rows * columns));
            for (std::size_t i = 0; i < rows; ++i) {
                if (!found[i])
                    continue;
                const std::size_t place = (first + i) * pictures.size() / count;
                m_pictures.push_back(place);
                features.ids.push_back(model.trainIds[pictures[place].row]);
                const auto row = std::span(piece).subspan(i * columns, columns);
                features.values.insert(features.values.end(), row.begin(), row.end());
            }
            if (model.readsText())
                m_texts.merge(store.texts().texts(hashes));
        }
    } catch (const std::exception &) {
        // A library that cannot be read, or too little memory, is no reason to refuse a score; neighbours are an extra.
        m_pictures.clear();
        m_texts.clear();
        return;
    }
    m_nearest = NearestMemes(std::move(features));
}

std::vector<SimilarMeme> SimilarMemes::find(std::span<const float> features, const std::string &hash, std::size_t k,
                                            const Caption &words) const
{
    const WordLikeness titles(m_model->readsTitles() ? &m_model->blend->title : nullptr, words.title);
    const WordLikeness texts(m_model->readsText() ? &m_model->blend->text : nullptr, words.text);
    std::vector<SimilarMeme> memes;
    for (const Neighbour &neighbour : m_nearest.nearest(features, k)) {
        const TrainPicture &picture = m_model->trainPictures[m_pictures[neighbour.row]];
        SimilarMeme meme{m_model->trainIds[picture.row], picture.upvotes, neighbour.similarity, picture.hash == hash,
                         pathAt(m_pictures[neighbour.row])};
        meme.wordsSimilarity = titles.to(picture.title);
        if (const auto read = m_texts.find(picture.hash); !meme.wordsSimilarity && read != m_texts.end())
            meme.wordsSimilarity = texts.to(read->second);
        memes.push_back(std::move(meme));
    }
    return memes;
}

std::string SimilarMemes::pathAt(std::size_t place) const
{
    {
        std::lock_guard lock(m_mutex);
        if (const auto known = m_paths.find(place); known != m_paths.end())
            return known->second;
    }
    const std::string path = pathOf(*m_model, m_model->trainPictures[place]);
    std::lock_guard lock(m_mutex);
    return m_paths.emplace(place, path).first->second;
}

}  // namespace dank
