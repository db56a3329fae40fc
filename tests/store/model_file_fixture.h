#pragma once

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <functional>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/learn/split.h"
#include "core/store/model_file.h"
#include "core/weights/safetensors.h"
#include "tests/base/error_kind_name.h"

// A model with a value in every field, its file, and what a stranger may do to it.

namespace dank {

using nlohmann::json;
namespace fs = std::filesystem;

inline Model example()
{
    Model model;
    model.name = "run 7";
    model.run = 7;
    model.backbone = "inception_v3@abc";
    model.weightsFile = "/weights/ü.safetensors";
    model.untrainedBackbone = true;
    model.layers = {{3, 2, {0.1F, -0.0F, 1e-45F, 3.4e38F, -5, 6}, {0.3F, std::nextafter(0.3F, 1.0F)}},
                    {2, 1, {1, -1}, {0.5F}}};
    model.output = OutputActivation::Linear;
    model.featureMean = {1, 2, 3};
    model.featureScale = {0.1F, 1, 10};
    const std::vector<std::int64_t> upvotes{0, 3, 3, 90, 12345};
    model.target = TargetTransform::fit(TargetKind::Percentile, upvotes);
    model.reference = {0.1F, 0.2F, 0.2F};
    model.referenceName = "48 held-out memes of \"sample\"";
    model.config = TrainConfig::paper();
    model.config.seed = 18446744073709551615ULL;
    model.epoch = 1;
    model.epochsRun = 2;
    model.curve = {{1, 0.1, 0.1 + 0.2, 1e-300}, {2, 1.0 / 3, std::nextafter(0.5, 1), 12345.678}};
    model.trainMean = 0.1 * 7;
    model.meanPredictorLoss = 0.1 * 3;
    model.dataset = "/data/db.json";
    model.datasetHash = "0123";
    model.trainIds = {"a", "b\n\"c", "😀"};
    model.validationIds = {"d"};
    model.testIds = {"e", "f"};
    return model;
}

class File {
public:
    fs::path path() const { return m_folder.filePath("m.dankmodel").toStdString(); }

private:
    QTemporaryDir m_folder;
};

/// What a stranger may do to a model: change its description and its tensors.
struct Parts {
    json document;
    std::map<std::string, TensorToWrite> tensors;
};
using Change = std::function<void(Parts &)>;

inline void rewrite(const fs::path &path, const Change &change, const std::function<void(std::string &)> &text = {})
{
    const TensorFile file = parseSafetensors(readFile(path, 1 << 20));
    Parts parts;
    parts.document = json::parse(file.metadata().at("dank"));
    for (const auto &[name, view] : file.tensors())
        parts.tensors[name] = {name, view.type, view.shape, view.bytes};
    if (change)
        change(parts);
    std::string document = parts.document.dump();
    if (text)
        text(document);
    std::vector<TensorToWrite> tensors;
    for (const auto &[name, tensor] : parts.tensors)
        tensors.push_back(tensor);
    writeSafetensors(path, tensors, {{"dank", document}});
}

inline QString refusal(const fs::path &path)
{
    try {
        loadModel(path);
    } catch (const Error &error) {
        return QString(errorKindName(error.kind())) + ": " + QString::fromUtf8(error.what());
    }
    return "taken";
}

}  // namespace dank

Q_DECLARE_METATYPE(dank::Change)
