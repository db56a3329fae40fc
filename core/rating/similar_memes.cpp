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

/// The cosine of two rows of length 1; nothing where one is empty.
std::optional<double> alike(const SparseRow &a, const SparseRow &b)
{
    if (a.empty() || b.empty())
        return std::nullopt;
    double sum = 0;
    for (auto left = a.begin(), right = b.begin(); left != a.end() && right != b.end();) {
        if (left->first == right->first)
            sum += double{left++->second} * right++->second;
        else
            left->first < right->first ? void(++left) : void(++right);
    }
    return std::clamp(sum, 0.0, 1.0);
}

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
        const Library store = Library::open(library);
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
        }
    } catch (const std::exception &) {
        // A library that cannot be read, or too little memory, is no reason to refuse a score; neighbours are an extra.
        m_pictures.clear();
        return;
    }
    m_nearest = NearestMemes(std::move(features));
}

std::vector<SimilarMeme> SimilarMemes::find(std::span<const float> features, const std::string &hash, std::size_t k,
                                            const std::string &caption) const
{
    const bool reads = m_model->readsCaptions() && !caption.empty();
    const std::optional<TitleFeatures> words =
        reads ? std::optional<TitleFeatures>(std::in_place, m_model->blend->rarity) : std::nullopt;
    const SparseRow said = words ? words->of(caption) : SparseRow();
    std::vector<SimilarMeme> memes;
    for (const Neighbour &neighbour : m_nearest.nearest(features, k)) {
        const TrainPicture &picture = m_model->trainPictures[m_pictures[neighbour.row]];
        memes.push_back({m_model->trainIds[picture.row], picture.upvotes, neighbour.similarity, picture.hash == hash,
                         pathAt(m_pictures[neighbour.row]),
                         said.empty() ? std::nullopt : alike(said, words->of(picture.title))});
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
