#include "core/pipeline/runs/model_basis.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/pipeline/runs/evaluate_run.h"

namespace dank {

std::string splitHashOf(const RunData &data)
{
    try {
        return splitHash(data.features.ids, data.split);
    } catch (const Error &) {
        return {};  // an id with a line break: no reason to lose the run
    }
}

std::vector<double> fillReference(Model &model, const RunData &data, std::size_t rows)
{
    std::vector<std::size_t> held = data.split.test;
    const std::size_t judging = held.size();
    held.insert(held.end(), data.split.validation.begin(), data.split.validation.end());
    if (rows < held.size()) {  // spread over the file, which may be ordered by where its memes come from
        std::vector<std::size_t> spread;
        const std::size_t among = std::max(rows, judging);
        for (std::size_t i = 0; i < rows; ++i)
            spread.push_back(held[i * among / rows]);
        held = std::move(spread);
    }
    std::vector<double> answers = answersFor(model, data.features, held);
    model.reference.assign(answers.begin(), answers.end());
    std::sort(model.reference.begin(), model.reference.end());
    answers.resize(std::min(judging, held.size()));
    std::vector<double> residuals;
    for (std::size_t i = 0; i < answers.size(); ++i)
        residuals.push_back(data.targets[held[i]] - answers[i]);
    model.interval = ConformalInterval::fit(residuals);
    model.referenceName = std::to_string(held.size()) + " held-out memes of "
                          + displayPath(std::filesystem::path(model.dataset).parent_path().filename());
    return answers;
}

std::optional<TrainingRange> trainingRangeOf(const Model &model, const RunData &data)
{
    std::vector<std::size_t> held = data.split.test;
    held.insert(held.end(), data.split.validation.begin(), data.split.validation.end());
    return TrainingRange::fit(data.features, data.split.train, held, model.featureMean, model.featureScale);
}

std::vector<TrainPicture> trainPicturesOf(const RunData &data, std::span<const std::string> hashes,
                                          const std::filesystem::path &dataset)
{
    const std::vector<std::size_t> &train = data.split.train;
    const std::size_t count = std::min(train.size(), kMaxTrainPictures);
    std::vector<TrainPicture> pictures;
    pictures.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TrainPicture picture;
        picture.row = i * train.size() / count;
        const MemeRecord &record = data.records[train[picture.row]];
        picture.hash = hashes[train[picture.row]];
        picture.upvotes = record.upvotes;
        const std::string file = record.image.lexically_relative(dataset.parent_path()).string();
        // Kept only as what it is to the byte: a name that is not UTF-8 would come back as another.
        if (!file.starts_with("..") && sanitizeUtf8(file) == file)
            picture.file = file;
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

}  // namespace dank
